"""An HTTP request as an API Gateway event (HTTP API, payload 2.0), and a function's answer as a response."""

import base64
import json
import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from local.routes import Route

_TEXT = ("text/", "application/json", "application/xml", "application/javascript")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    method: str
    path: str
    query: str
    headers: list[tuple[str, str]]
    body: bytes
    source_ip: str
    source_port: int = 0
    http_version: str = "1.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    status: int
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""


def to_event(request: Request, route: Route, parameters: dict[str, str], *, host: str) -> dict[str, Any]:
    headers = _headers(request, host)
    now = time.time()
    event = {
        "version": "2.0",
        "routeKey": route.key,
        # HTTP APIs hand over the decoded path and the query as it came.
        "rawPath": request.path,
        "rawQueryString": request.query,
        "headers": headers,
        "requestContext": {
            "accountId": "anonymous",
            "apiId": "local",
            "domainName": host,
            "domainPrefix": "local",
            "http": {
                "method": request.method,
                "path": request.path,
                "protocol": f"HTTP/{request.http_version}",
                "sourceIp": request.source_ip,
                "userAgent": headers.get("user-agent", ""),
            },
            "requestId": str(uuid.uuid4()),
            "routeKey": route.key,
            "stage": "$default",
            "time": datetime.fromtimestamp(now, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "timeEpoch": round(now * 1000),
        },
        "isBase64Encoded": False,
    }
    if cookies := _cookies(request):
        event["cookies"] = cookies
    if request.query:
        event["queryStringParameters"] = _joined(parse_qsl(request.query, keep_blank_values=True))
    if parameters:
        event["pathParameters"] = parameters
    if request.body:
        event |= _body(request.body, headers.get("content-type", ""))
    return event


def to_response(result: Any) -> Response:
    """Without a status code the result itself is the body."""
    if not isinstance(result, dict) or "statusCode" not in result:
        return Response(status=200, headers=[("content-type", "application/json")], body=json.dumps(result).encode())
    headers = [(name, str(value)) for name, value in (result.get("headers") or {}).items()]
    for name, values in (result.get("multiValueHeaders") or {}).items():
        headers = [header for header in headers if header[0].lower() != name.lower()]
        headers += [(name, str(value)) for value in values]
    headers += [("set-cookie", cookie) for cookie in result.get("cookies") or []]
    body = result.get("body") or ""
    return Response(
        status=int(result["statusCode"]),
        headers=headers,
        body=base64.b64decode(body) if result.get("isBase64Encoded") else str(body).encode(),
    )


def message(status: int, text: str) -> Response:
    """What API Gateway itself answers."""
    body = json.dumps({"message": text}, separators=(",", ":")).encode()
    return Response(status=status, headers=[("content-type", "application/json")], body=body)


def _headers(request: Request, host: str) -> dict[str, str]:
    port = host.rpartition(":")[2]
    forwarded = {"x-forwarded-for": request.source_ip, "x-forwarded-port": port, "x-forwarded-proto": "http"}
    given = _joined([(name.lower(), value) for name, value in request.headers if name.lower() != "cookie"])
    return {**given, **forwarded}


def _cookies(request: Request) -> list[str]:
    values = [value for name, value in request.headers if name.lower() == "cookie"]
    return [cookie.strip() for value in values for cookie in value.split(";") if cookie.strip()]


def _joined(pairs: list[tuple[str, str]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in pairs:
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined


def _body(body: bytes, content_type: str) -> dict[str, Any]:
    if content_type.startswith(_TEXT) or not content_type:
        try:
            return {"body": body.decode(), "isBase64Encoded": False}
        except UnicodeDecodeError:
            pass
    return {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
