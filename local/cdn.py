"""CloudFront's cache behaviours: which origin a path goes to."""

import re
from dataclasses import dataclass
from typing import Any

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
}
_DEFAULT_METHODS = ["GET", "HEAD"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Behavior:
    """`bucket` is None when the origin is the API; `readable` lists the keys CloudFront may read."""

    pattern: str
    methods: frozenset[str]
    bucket: str | None
    readable: tuple[str, ...] = ()
    headers: Headers = ()

    def matches(self, path: str) -> bool:
        return _wildcard(self.pattern.lstrip("/"), path.lstrip("/"))

    def may_read(self, key: str) -> bool:
        return any(_wildcard(pattern, key) for pattern in self.readable)


def behaviors(
    distributions: dict[str, Any],
    policies: dict[str, Any],
    buckets: dict[str, str],
    header_policies: dict[str, Headers],
) -> tuple[Behavior, ...]:
    """In the order CloudFront tries them; the last one matches everything. `buckets`: names by domain name."""
    found = []
    for name, properties in distributions.items():
        config = properties["DistributionConfig"]
        origins = {origin["Id"]: buckets.get(origin["DomainName"]) for origin in config["Origins"]}
        default = {"PathPattern": "*", **config["DefaultCacheBehavior"]}
        for settings in [*config.get("CacheBehaviors", []), default]:
            allow(f"{name} {settings['PathPattern']}", settings, _BEHAVIOR_PROPERTIES)
            bucket = origins[settings["TargetOriginId"]]
            found.append(
                Behavior(
                    pattern=settings["PathPattern"],
                    methods=frozenset(settings.get("AllowedMethods", _DEFAULT_METHODS)),
                    bucket=bucket,
                    readable=_readable(bucket, policies) if bucket else (),
                    headers=header_policies.get(settings.get("ResponseHeadersPolicyId", ""), ()),
                )
            )
    return tuple(found)


def _readable(bucket: str, policies: dict[str, Any]) -> tuple[str, ...]:
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
