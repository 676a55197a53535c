"""CloudFront's response headers policies: what the edge adds to every answer of a behaviour."""

from typing import Any

from local.resources import allow

Headers = tuple[tuple[str, str], ...]


def of(name: str, properties: dict[str, Any]) -> Headers:
    """The headers of a policy; properties that are not played here are refused."""
    config = properties["ResponseHeadersPolicyConfig"]
    allow(name, config, {"Name", "SecurityHeadersConfig", "CorsConfig"})
    return (*_security(name, config.get("SecurityHeadersConfig", {})), *_cors(name, config.get("CorsConfig")))


def _security(name: str, config: dict[str, Any]) -> Headers:
    allow(
        name,
        config,
        # Strict transport security is for https, which one machine does not speak.
        {
            "ContentTypeOptions",
            "FrameOptions",
            "ReferrerPolicy",
            "ContentSecurityPolicy",
            "StrictTransportSecurity",
        },
    )
    _require_override(name, *config.values())
    headers = []
    if "ContentTypeOptions" in config:
        headers.append(("x-content-type-options", "nosniff"))
    if "FrameOptions" in config:
        headers.append(("x-frame-options", config["FrameOptions"]["FrameOption"]))
    if "ReferrerPolicy" in config:
        headers.append(("referrer-policy", config["ReferrerPolicy"]["ReferrerPolicy"]))
    if "ContentSecurityPolicy" in config:
        headers.append(("content-security-policy", config["ContentSecurityPolicy"]["ContentSecurityPolicy"]))
    return tuple(headers)


def _cors(name: str, config: dict[str, Any] | None) -> Headers:
    if config is None:
        return ()
    _require_override(name, {"Override": config.get("OriginOverride")})
    origins = config["AccessControlAllowOrigins"]["Items"]
    if origins != ["*"]:
        raise ValueError(f"{name}: only a CORS policy for every origin is played here, not one for {origins}")
    return (("access-control-allow-origin", "*"),)


def _require_override(name: str, *parts: dict[str, Any]) -> None:
    if not all(part.get("Override") for part in parts):
        raise ValueError(f"{name}: only headers that replace those of the origin are played here")
