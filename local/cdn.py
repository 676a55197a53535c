"""CloudFront's cache behaviours: which origins a path goes to, and what goes with it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.forwarding import Forwarding
from local.resources import allow
from local.response_headers import Headers

_BEHAVIOR_PROPERTIES = {
    "PathPattern",
    "TargetOriginId",
    "AllowedMethods",
    "CachedMethods",
    # Plain HTTP, no cache and no compression on one machine.
    "ViewerProtocolPolicy",
    "Compress",
    "CachePolicyId",
    "OriginRequestPolicyId",
    "ResponseHeadersPolicyId",
    # The one function that runs at the edge is played by `local.hosts`.
    "FunctionAssociations",
}
_ORIGIN_PROPERTIES = {
    "Id",
    "DomainName",
    "OriginCustomHeaders",
    # Who may read the bucket is for its policy to say.
    "OriginAccessControlId",
    "S3OriginConfig",
    "CustomOriginConfig",
}
_READING = ["GET", "HEAD"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """`bucket` is None when it is the API; `readable` lists the keys CloudFront may read."""

    bucket: str | None
    readable: tuple[str, ...] = ()
    custom_headers: tuple[tuple[str, str], ...] = ()

    def may_read(self, key: str) -> bool:
        return any(_wildcard(pattern, key) for pattern in self.readable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Behavior:
    """The origins are asked in turn while one answers with a status of `failover`; the last has the last word."""

    pattern: str
    methods: frozenset[str]
    origins: tuple[Origin, ...]
    failover: frozenset[int] = frozenset()
    forwarding: Forwarding
    headers: Headers = ()
    serves_hosts: bool = False
    """Whether requests to custom domains are looked for below `domains/`."""

    def matches(self, path: str) -> bool:
        return _wildcard(self.pattern.lstrip("/"), path.lstrip("/"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What behaviours refer to: buckets by domain name and their policies; policies of CloudFront by id."""

    buckets: Mapping[str, str]
    bucket_policies: Mapping[str, Any]
    header_policies: Mapping[str, Headers]
    forwarding: Mapping[str, Forwarding]


def behaviors(distributions: dict[str, Any], around: Surroundings) -> tuple[Behavior, ...]:
    """In the order CloudFront tries them; the last one matches everything."""
    found = []
    for name, properties in distributions.items():
        config = properties["DistributionConfig"]
        origins = {origin["Id"]: _origin(name, origin, around) for origin in config["Origins"]}
        groups = {group["Id"]: group for group in config.get("OriginGroups", {}).get("Items", [])}
        default = {"PathPattern": "*", **config["DefaultCacheBehavior"]}
        for settings in [*config.get("CacheBehaviors", []), default]:
            where = f"{name} {settings['PathPattern']}"
            allow(where, settings, _BEHAVIOR_PROPERTIES)
            target = settings["TargetOriginId"]
            methods = settings.get("AllowedMethods", _READING)
            if target in groups and not {*methods} <= {*_READING, "OPTIONS"}:
                raise ValueError(
                    f"{where}: CloudFront lets an origin group answer {', '.join(_READING)} and OPTIONS only"
                )
            found.append(
                Behavior(
                    pattern=settings["PathPattern"],
                    methods=frozenset(methods),
                    origins=_members(groups[target], origins) if target in groups else (origins[target],),
                    failover=_failover(groups.get(target)),
                    forwarding=_forwarding(settings, around),
                    serves_hosts=bool(settings.get("FunctionAssociations")),
                    headers=around.header_policies.get(settings.get("ResponseHeadersPolicyId", ""), ()),
                )
            )
    return tuple(found)


def _origin(name: str, origin: dict[str, Any], around: Surroundings) -> Origin:
    allow(f"{name} {origin['Id']}", origin, _ORIGIN_PROPERTIES)
    bucket = around.buckets.get(origin["DomainName"])
    return Origin(
        bucket=bucket,
        readable=_readable(bucket, around.bucket_policies) if bucket else (),
        custom_headers=tuple(
            (header["HeaderName"], header["HeaderValue"]) for header in origin.get("OriginCustomHeaders", [])
        ),
    )


def _members(group: dict[str, Any], origins: dict[str, Origin]) -> tuple[Origin, ...]:
    return tuple(origins[member["OriginId"]] for member in group["Members"]["Items"])


def _failover(group: dict[str, Any] | None) -> frozenset[int]:
    return frozenset(map(int, group["FailoverCriteria"]["StatusCodes"]["Items"])) if group else frozenset()


def _forwarding(settings: dict[str, Any], around: Surroundings) -> Forwarding:
    policies = [settings[each] for each in ("CachePolicyId", "OriginRequestPolicyId") if each in settings]
    forwarding = Forwarding()
    for policy in policies:
        forwarding |= around.forwarding[policy]
    return forwarding


def _readable(bucket: str, policies: Mapping[str, Any]) -> tuple[str, ...]:
    statements = [
        statement
        for policy in policies.values()
        if policy["Bucket"] == bucket
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Allow" and "s3:GetObject" in _list(statement["Action"])
    ]
    prefix = f"arn:aws:s3:::{bucket}/"
    return tuple(
        resource.removeprefix(prefix)
        for statement in statements
        for resource in _list(statement["Resource"])
        if resource.startswith(prefix)
    )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _wildcard(pattern: str, text: str) -> bool:
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(expression, text, re.DOTALL) is not None
