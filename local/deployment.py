"""Makes what template.yaml describes at an endpoint: creates what is missing, keeps what is there."""

import copy
from pathlib import Path
from typing import Any

from local import forwarding, response_headers, template
from local.cdn import Surroundings, behaviors
from local.endpoint import REGION, Endpoint
from local.forwarding import Forwarding
from local.functions import Function
from local.intrinsics import Resolver
from local.nominal import DESCRIBE
from local.queue_mapping import QueueMapping
from local.resources import CREATE, Attributes, arn
from local.response_headers import Headers
from local.routes import routes
from local.stack import Stack
from local.stream_mapping import StreamMapping

NAME = "lull"


class UnknownResource(Exception):
    """The template has a type of resource that the local runtime knows nothing about."""


def deploy(endpoint: Endpoint, *, path: Path = template.PATH, parameters: dict[str, str] | None = None) -> Stack:
    """Create what is missing; running it again changes nothing."""
    return _Deployment(endpoint, template.load(path), parameters or {}, root=path.parent).run()


class _Deployment:
    def __init__(
        self, endpoint: Endpoint, translated: dict[str, Any], parameters: dict[str, str], *, root: Path
    ) -> None:
        self._endpoint = endpoint
        self._root = root
        self._template = translated
        self._attributes: dict[str, Attributes] = {}
        self._resolver = Resolver(
            parameters=self._parameters(parameters),
            conditions=translated.get("Conditions", {}),
            mappings=translated.get("Mappings", {}),
            attribute=self._attribute,
        )
        self._resources = self._wanted(translated["Resources"])

    def run(self) -> Stack:
        for logical_id in self._resources:
            self._attribute(logical_id, "")
        mappings = {
            name: {
                **settings,
                "FunctionName": arn("lambda", self._endpoint, f"function:{settings['FunctionName']}"),
            }
            for name, settings in self._of_type("AWS::Lambda::EventSourceMapping").items()
        }
        return Stack(
            endpoint=self._endpoint,
            functions=tuple(self._functions()),
            stream_mappings=tuple(
                StreamMapping.of(name, settings)
                for name, settings in mappings.items()
                if _source(settings) == "dynamodb"
            ),
            queue_mappings=tuple(
                QueueMapping.of(name, settings) for name, settings in mappings.items() if _source(settings) == "sqs"
            ),
            routes=routes(self._of_type("AWS::ApiGatewayV2::Api")),
            behaviors=behaviors(
                self._of_type("AWS::CloudFront::Distribution"),
                Surroundings(
                    buckets=self._buckets(),
                    bucket_policies=self._of_type("AWS::S3::BucketPolicy"),
                    header_policies=self._header_policies(),
                    forwarding=self._forwarding(),
                ),
            ),
            outputs={
                name: str(self._resolver.resolve(output["Value"]))
                for name, output in self._wanted(self._template.get("Outputs", {})).items()
            },
        )

    def _wanted(self, declared: dict[str, Any]) -> dict[str, Any]:
        """Those without a condition, and those whose condition holds."""
        return {
            name: each
            for name, each in declared.items()
            if "Condition" not in each or self._resolver.holds(each["Condition"])
        }

    def _parameters(self, given: dict[str, str]) -> dict[str, str]:
        declared = self._template.get("Parameters", {})
        values = {**{name: parameter.get("Default") for name, parameter in declared.items()}, **given}
        if missing := sorted(name for name, value in values.items() if value is None):
            raise ValueError(f"parameters without a value: {', '.join(missing)}")
        return {
            **{name: str(value) for name, value in values.items()},
            "AWS::AccountId": self._endpoint.account,
            "AWS::Partition": "aws",
            "AWS::Region": REGION,
            "AWS::StackId": f"arn:aws:cloudformation:{REGION}:{self._endpoint.account}:stack/{NAME}/local",
            "AWS::StackName": NAME,
            "AWS::URLSuffix": "amazonaws.com",
        }

    def _attribute(self, logical_id: str, name: str) -> Any:
        if logical_id not in self._attributes:
            self._attributes[logical_id] = self._create(logical_id)
        try:
            return self._attributes[logical_id][name]
        except KeyError:
            raise UnknownResource(f"{logical_id} has no attribute {name or 'to refer to'} locally") from None

    def _create(self, logical_id: str) -> Attributes:
        """Resolving the properties creates what they refer to, so dependencies come first."""
        resource = self._resources[logical_id]
        kind, physical_name = resource["Type"], f"{NAME}-{logical_id}"
        if kind in CREATE:
            properties = self._resolver.resolve(copy.deepcopy(resource.get("Properties", {})))
            return CREATE[kind](self._endpoint, physical_name, properties)
        if kind in DESCRIBE:
            return DESCRIBE[kind](self._endpoint, physical_name)
        raise UnknownResource(f"{logical_id} is a {kind}, which the local runtime does not know")

    def _of_type(self, kind: str) -> dict[str, Any]:
        return {
            name: self._resolver.resolve(resource["Properties"])
            for name, resource in self._resources.items()
            if resource["Type"] == kind
        }

    def _functions(self) -> list[Function]:
        return [
            Function(
                name=name,
                arn=self._attribute(name, "Arn"),
                code=template.code_path(properties, self._root),
                handler=properties["Handler"],
                environment=properties.get("Environment", {}).get("Variables", {}),
                timeout_seconds=int(properties.get("Timeout", 3)),
                memory_mb=int(properties.get("MemorySize", 128)),
            )
            for name, properties in self._of_type("AWS::Lambda::Function").items()
        ]

    def _buckets(self) -> dict[str, str]:
        """Bucket names by the domain names CloudFront knows them under."""
        names = [name for name, resource in self._resources.items() if resource["Type"] == "AWS::S3::Bucket"]
        return {
            self._attribute(name, domain): self._attribute(name, "")
            for name in names
            for domain in ("DomainName", "RegionalDomainName")
        }

    def _header_policies(self) -> dict[str, Headers]:
        """What each response headers policy adds, by its id."""
        policies = self._of_type("AWS::CloudFront::ResponseHeadersPolicy")
        return {self._attribute(name, ""): response_headers.of(name, each) for name, each in policies.items()}

    def _forwarding(self) -> dict[str, Forwarding]:
        """What each cache policy and origin request policy passes on, by its id."""
        found = dict(forwarding.MANAGED)
        for name, each in self._of_type("AWS::CloudFront::CachePolicy").items():
            found[self._attribute(name, "")] = forwarding.of_cache_policy(name, each)
        for name, each in self._of_type("AWS::CloudFront::OriginRequestPolicy").items():
            found[self._attribute(name, "")] = forwarding.of_origin_request_policy(name, each)
        return found


def _source(settings: dict[str, Any]) -> str:
    service: str = settings["EventSourceArn"].split(":")[2]
    if service not in ("dynamodb", "sqs"):
        raise UnknownResource(f"event source {settings['EventSourceArn']} is not known to the local runtime")
    return service
