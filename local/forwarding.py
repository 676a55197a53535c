"""What CloudFront passes on to an origin: its cache policies and origin request policies."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from local.api_gateway import Request
from local.resources import allow

Names = frozenset[str] | None
"""None for all of them."""
_NONE: frozenset[str] = frozenset()
VIEWER_ADDRESS = "cloudfront-viewer-address"


@dataclass(frozen=True, slots=True, kw_only=True)
class Forwarding:
    headers: Names = _NONE
    cookies: Names = _NONE
    query: Names = _NONE

    def __or__(self, other: "Forwarding") -> "Forwarding":
        return Forwarding(
            headers=_both(self.headers, other.headers),
            cookies=_both(self.cookies, other.cookies),
            query=_both(self.query, other.query),
        )

    def of(self, request: Request, custom: Iterable[tuple[str, str]]) -> Request:
        """The request as the origin gets it; what CloudFront adds cannot come from the viewer."""
        added = [(name.lower(), value) for name, value in custom]
        if self.headers is not None and VIEWER_ADDRESS in self.headers:
            added.append((VIEWER_ADDRESS, f"{request.source_ip}:{request.source_port}"))
        names = {name for name, _ in added}
        kept = [(name, value) for name, value in request.headers if name.lower() not in names and self._passes(name)]
        return replace(request, headers=[*kept, *self._cookies(request), *added], query=self._query(request.query))

    def _passes(self, name: str) -> bool:
        return name.lower() != "cookie" and (name.lower() == "host" or _in(name.lower(), self.headers))

    def _cookies(self, request: Request) -> list[tuple[str, str]]:
        values = [value for name, value in request.headers if name.lower() == "cookie"]
        cookies = [cookie.strip() for value in values for cookie in value.split(";")]
        kept = [cookie for cookie in cookies if cookie and _in(cookie.partition("=")[0], self.cookies)]
        return [("cookie", "; ".join(kept))] if kept else []

    def _query(self, query: str) -> str:
        return "&".join(part for part in query.split("&") if part and _in(part.partition("=")[0], self.query))


# The AWS managed policies that the template may name: CachingDisabled, AllViewerExceptHostHeader. The host is left to
# API Gateway's part here.
MANAGED = {
    "4135ea2d-6df8-44a3-9df3-4b5a84be39ad": Forwarding(),
    "b689b0a8-53d0-40ab-baf2-68738e2966ac": Forwarding(headers=None, cookies=None, query=None),
}


def of_cache_policy(name: str, properties: dict[str, Any]) -> Forwarding:
    """What is in the cache key is passed on as well."""
    config = properties["CachePolicyConfig"]
    # Nothing is cached on one machine.
    allow(name, config, {"Name", "Comment", "MinTTL", "DefaultTTL", "MaxTTL", _KEY})
    return _of(name, {part: value for part, value in config[_KEY].items() if not part.startswith("EnableAccept")})


def of_origin_request_policy(name: str, properties: dict[str, Any]) -> Forwarding:
    config = dict(properties["OriginRequestPolicyConfig"])
    return _of(name, {part: value for part, value in config.items() if part not in ("Name", "Comment")})


_KEY = "ParametersInCacheKeyAndForwardedToOrigin"


def _of(name: str, config: dict[str, Any]) -> Forwarding:
    allow(name, config, {"CookiesConfig", "HeadersConfig", "QueryStringsConfig"})
    return Forwarding(
        headers=_named(name, config["HeadersConfig"], "HeaderBehavior", "Headers", lower=True),
        cookies=_named(name, config["CookiesConfig"], "CookieBehavior", "Cookies"),
        query=_named(name, config["QueryStringsConfig"], "QueryStringBehavior", "QueryStrings"),
    )


def _named(policy: str, config: dict[str, Any], kind: str, list_name: str, *, lower: bool = False) -> Names:
    match config[kind]:
        case "none":
            return _NONE
        case "whitelist":
            return frozenset(name.lower() if lower else name for name in config[list_name])
        case "all":
            return None
    raise ValueError(f"{policy}: {kind} {config[kind]} is not implemented locally")


def _in(name: str, names: Names) -> bool:
    return names is None or name in names


def _both(one: Names, other: Names) -> Names:
    return None if one is None or other is None else one | other
