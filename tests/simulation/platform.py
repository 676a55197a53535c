"""What template.yaml says about functions: their environment, what they may do, and how they are called."""

from dataclasses import dataclass
from datetime import timedelta
from fnmatch import fnmatch
from functools import cache
from typing import Any

from local import event_filter, template
from local.intrinsics import Resolver

TABLE = "lull"
_ACCOUNT = "us-east-1:000000000000"
_WRITES = {
    "Put": "dynamodb:PutItem",
    "Update": "dynamodb:UpdateItem",
    "Delete": "dynamodb:DeleteItem",
    "ConditionCheck": "dynamodb:ConditionCheckItem",
}


@dataclass(frozen=True, slots=True)
class QueueRules:
    """`consumer` is the module of the function that takes the messages, `batch` at a time, if any does."""

    arn: str
    visibility: timedelta
    most_receives: int
    consumer: str | None
    batch: int


@dataclass(frozen=True, slots=True)
class Platform:
    """`queues` by their URLs, `permissions` by the modules of functions."""

    patterns: list[Any]
    stream_batch: int
    stream_retries: int
    queues: dict[str, QueueRules]
    environment: dict[str, str]
    permissions: dict[str, list[tuple[str, str]]]

    def lacks(self, function: str, service: str, operation: str, request: dict[str, Any]) -> str | None:
        """What the function would need for this request and may not do."""
        for action, resource in _needed(service, operation, request):
            if not _is_allowed(function, action, resource):
                return f"{action} on {resource}"
        return None


@cache
def _is_allowed(function: str, action: str, resource: str) -> bool:
    allowed = platform().permissions[function]
    return any(action == name and fnmatch(resource, where) for name, where in allowed)


def _arn(service: str, name: str) -> str:
    return f"arn:aws:{service}:{_ACCOUNT}:{name}"


def queue_arn(url: str) -> str:
    return _arn("sqs", url.rpartition("/")[2])


def _needed(service: str, operation: str, request: dict[str, Any]) -> list[tuple[str, str]]:
    table = _arn("dynamodb", f"table/{TABLE}")
    if operation == "TransactWriteItems":
        return [(_WRITES[kind], table) for write in request["TransactItems"] for kind in write]
    if service == "dynamodb":
        index = request.get("IndexName")
        return [(f"dynamodb:{operation}", f"{table}/index/{index}" if index else table)]
    if service == "sqs":
        return [("sqs:SendMessage", queue_arn(request["QueueUrl"]))]
    if service == "sesv2":
        action = "ses:SendRawEmail" if "Raw" in request["Content"] else "ses:SendEmail"
        return [(action, _arn("ses", f"identity/{request['FromEmailAddress']}"))]
    if service == "secretsmanager":
        secret = request.get("Name") or request["SecretId"]
        return [(f"secretsmanager:{operation}", _arn("secretsmanager", f"secret:{secret}"))]
    return [(f"scheduler:{operation}", _arn("scheduler", f"schedule/{TABLE}/{request['Name']}"))]


@cache
def platform() -> Platform:
    return _Reading(template.load()).platform()


class _Reading:
    def __init__(self, translated: dict[str, Any]) -> None:
        self._resources = translated["Resources"]
        parameters = {name: str(each["Default"]) for name, each in translated["Parameters"].items()}
        region, account = _ACCOUNT.split(":")
        known = {"Partition": "aws", "Region": region, "AccountId": account, "StackName": TABLE, "StackId": "stack/a/b"}
        self._resolver = Resolver(
            parameters=parameters | {f"AWS::{name}": value for name, value in known.items()},
            conditions=translated.get("Conditions", {}),
            mappings={},
            attribute=self._attribute,
        )

    def platform(self) -> Platform:
        changes = self._resources["DispatcherFunctionChanges"]["Properties"]
        functions = self._of_type("AWS::Lambda::Function")
        environment: dict[str, str] = {}
        for properties in functions.values():
            environment |= self._resolver.resolve(properties.get("Environment", {}).get("Variables", {}))
        return Platform(
            patterns=[event_filter.parse(each["Pattern"]) for each in changes["FilterCriteria"]["Filters"]],
            stream_batch=changes["BatchSize"],
            stream_retries=changes["MaximumRetryAttempts"],
            queues={_url(name): self._queue(name, each) for name, each in self._of_type("AWS::SQS::Queue").items()},
            environment=environment,
            permissions={_module(each): self._permissions(name) for name, each in functions.items()},
        )

    def _of_type(self, kind: str) -> dict[str, Any]:
        return {name: each["Properties"] for name, each in self._resources.items() if each["Type"] == kind}

    def _queue(self, name: str, properties: dict[str, Any]) -> QueueRules:
        mapping = next(
            (each for each in self._mappings() if each["EventSourceArn"] == self._attribute(name, "Arn")), {}
        )
        function = mapping.get("FunctionName")
        return QueueRules(
            arn=self._attribute(name, "Arn"),
            visibility=timedelta(seconds=properties.get("VisibilityTimeout", 30)),
            most_receives=properties.get("RedrivePolicy", {}).get("maxReceiveCount", 1_000),
            consumer=_module(self._resources[function]["Properties"]) if function else None,
            batch=mapping.get("BatchSize", 10),
        )

    def _mappings(self) -> list[dict[str, Any]]:
        found = self._of_type("AWS::Lambda::EventSourceMapping").values()
        return [self._resolver.resolve(each) for each in found]

    def _permissions(self, function: str) -> list[tuple[str, str]]:
        return [
            (action, resource)
            for policy in self._resources[f"{function}Role"]["Properties"]["Policies"]
            for statement in self._resolver.resolve(policy["PolicyDocument"])["Statement"]
            for action in _listed(statement["Action"])
            for resource in _listed(statement["Resource"])
        ]

    def _attribute(self, logical_id: str, name: str) -> Any:
        kind = self._resources[logical_id]["Type"]
        if kind == "AWS::SQS::Queue":
            return queue_arn(_url(logical_id)) if name else _url(logical_id)
        if kind == "AWS::DynamoDB::Table":
            return _arn("dynamodb", f"table/{TABLE}") if name else TABLE
        if kind == "AWS::Scheduler::ScheduleGroup":
            return TABLE
        return _arn(kind.split("::")[1].lower(), logical_id) if name else logical_id


def _url(logical_id: str) -> str:
    region, account = _ACCOUNT.split(":")
    return f"https://sqs.{region}.amazonaws.com/{account}/{logical_id}"


def _module(function: dict[str, Any]) -> str:
    return str(function["Handler"]).partition(".")[0]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
