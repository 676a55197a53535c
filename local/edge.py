"""CloudFront and API Gateway on one local address: pages from the bucket, the API from its functions."""

from typing import Any

from starlette.applications import Starlette
from starlette.convertors import Convertor, register_url_convertor
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import Response as HttpResponse
from starlette.responses import StreamingResponse
from starlette.routing import BaseRoute
from starlette.routing import Route as HttpRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from local import api_gateway, bucket, hosts
from local.cdn import Behavior, Origin
from local.function_pool import FunctionPool
from local.invocation import Invoke, Report
from local.stack import Stack
from lull.use_cases import event_stream

CUSTOM_HOST = "lull.host"
"""In the scope of a request to another name than this machine's."""
BODY_LIMIT = 10 * 1024 * 1024
_METHODS = ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"]
# The connection's own, not the message's.
_HOP_BY_HOP = {"connection", "content-length", "keep-alive", "transfer-encoding", "upgrade"}


class BodyTooLarge(Exception):
    pass


class Anything(Convertor[str]):
    """A path as it is: the convertor called `path` stops at a line feed."""

    regex = r"(?s:.*)"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("anything", Anything())


class Edge:
    def __init__(self, stack: Stack, invoke: Invoke, pool: FunctionPool, report: Report, *, host: str) -> None:
        self._stack = stack
        self._invoke = invoke
        self._pool = pool
        self._report = report
        self._host = host

    def app(self, pages: list[BaseRoute]) -> ASGIApp:
        """`pages` are the runtime's own and come before the template's behaviours."""
        everything = HttpRoute("/{path:anything}", self.answer, methods=_METHODS)
        return OwnOriginOnly(Starlette(routes=[*pages, everything]), Starlette(routes=[everything]), self._host)

    async def answer(self, request: HttpRequest) -> HttpResponse:
        behavior = next(each for each in self._stack.behaviors if each.matches(request.scope["path"]))
        visited = request.scope["path"]
        response = bucket.wrong_method()
        if (host := request.scope.get(CUSTOM_HOST)) and behavior.serves_hosts:
            if not await self._pool.run(is_claimed, host):
                return HttpResponse("This address is not served here.\n", 421, media_type="text/plain")
            # As at CloudFront, after the behaviour was chosen.
            request.scope["path"] = hosts.rewritten(host, visited)
        elif behavior.serves_hosts:
            request.scope["path"] = hosts.at_own_host(visited)
        if request.method in behavior.methods:
            for origin in behavior.origins:
                response = await self._from(origin, behavior, request)
                if response.status not in behavior.failover:
                    break
        stays = request.method == "GET" and response.status == 200 and event_stream.is_stream(visited)
        answer: HttpResponse = (
            self._held_open(response.body, behavior, visited) if stays else HttpResponse(response.body, response.status)
        )
        answer.raw_headers = [
            (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in _headers(behavior, response)
        ]
        if not stays and response.status not in (204, 304):
            answer.raw_headers.append((b"content-length", str(len(response.body)).encode()))
        return answer

    def _held_open(self, first: bytes, behavior: Behavior, path: str) -> HttpResponse:
        name = next((origin.bucket for origin in behavior.origins if origin.bucket), "")

        async def read(key: str) -> bytes | None:
            found: bytes | None = await self._pool.run(bucket.read, self._stack.endpoint, name, key)
            return found

        return StreamingResponse(event_stream.held_open(first, path, read))

    async def _from(self, origin: Origin, behavior: Behavior, request: HttpRequest) -> api_gateway.Response:
        if origin.bucket is None:
            return await self._from_api(origin, behavior, request)
        tags = request.headers.get("if-none-match")
        found: api_gateway.Response = await self._pool.run(
            bucket.serve, self._stack.endpoint, origin, request.scope["path"], tags
        )
        return found

    async def _from_api(self, origin: Origin, behavior: Behavior, request: HttpRequest) -> api_gateway.Response:
        path = request.scope["path"]
        for route in self._stack.routes:
            parameters = route.match(request.method, path)
            if parameters is not None:
                break
        else:
            return api_gateway.message(404, "Not Found")
        try:
            body = await _body(request)
        except BodyTooLarge:
            return api_gateway.message(413, "Request Entity Too Large")
        except ClientDisconnect:
            # Nobody is left to read it.
            return api_gateway.message(400, "Bad Request")
        forwarded = behavior.forwarding.of(_described(request, body), origin.custom_headers)
        event = api_gateway.to_event(forwarded, route, parameters, host=self._host)
        answer: api_gateway.Response = await self._pool.run(self._call, route.function_arn, event)
        return answer

    def _call(self, function_arn: str, event: dict[str, Any]) -> api_gateway.Response:
        try:
            response = api_gateway.to_response(self._invoke(function_arn, event))
        except Exception as error:
            self._report(function_arn, error)
            return api_gateway.message(500, "Internal Server Error")
        if response.status >= 500:
            http = event["requestContext"]["http"]
            request = f"{http['method']} {_without_secrets(http['path'])}"
            self._report(function_arn, RuntimeError(f"{request} answered {response.status}"))
        return response


def is_claimed(host: str) -> bool:
    """Whether a page is served at the host: CloudFront knows its alternate domain names, and refuses all others."""
    # The table is known by its environment only when the system runs.
    from lull.store import custom_domains

    return custom_domains.get_claim(host) is not None


class OwnOriginOnly:
    """ASGI: no other Host (DNS rebinding) but custom domains, which have an app of their own, and no writes from pages
    of other origins."""

    def __init__(self, app: ASGIApp, at_hosts: ASGIApp, host: str) -> None:
        self._app = app
        self._at_hosts = at_hosts
        port = host.rpartition(":")[2]
        self._hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
        self._origins = {f"http://{each}" for each in self._hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        header = _header(scope, "host")
        if scope["type"] == "http" and header not in self._hosts:
            await self._at_hosts({**scope, CUSTOM_HOST: hosts.host_of(header or "")}, receive, send)
        elif scope["type"] == "http" and (refusal := self._refusal(scope)):
            await refusal(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _refusal(self, scope: Scope) -> HttpResponse | None:
        origin, site = _header(scope, "origin"), _header(scope, "sec-fetch-site")
        foreign = origin not in (None, *self._origins) or site not in (None, "none", "same-origin")
        if foreign and scope["method"] not in ("GET", "HEAD", "OPTIONS"):
            return HttpResponse("Pages of other origins may only read.\n", 403, media_type="text/plain")
        return None


def _header(scope: Scope, wanted: str) -> str | None:
    found = [value for name, value in scope.get("headers", ()) if name.lower() == wanted.encode()]
    return found[-1].decode("latin-1") if found else None


def _headers(behavior: Behavior, response: api_gateway.Response) -> list[tuple[str, str]]:
    """What the behaviour's policy says replaces what the origin says; without cookies to it there are none from it."""
    replaced = {name for name, _ in behavior.headers} | _HOP_BY_HOP
    if behavior.forwarding.cookies == frozenset():
        replaced.add("set-cookie")
    return [(name, value) for name, value in response.headers if name.lower() not in replaced] + list(behavior.headers)


def _without_secrets(path: str) -> str:
    """What the path is about: that of a ping goes on with its token."""
    segments = path.split("/")
    return "/".join([*segments[:3], "…"] if len(segments) > 3 else segments)


async def _body(request: HttpRequest) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_LIMIT:
            raise BodyTooLarge
    return body


def _described(request: HttpRequest, body: bytes) -> api_gateway.Request:
    return api_gateway.Request(
        method=request.method,
        path=request.scope["path"],
        query=request.scope["query_string"].decode("latin-1"),
        headers=[(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.scope["headers"]],
        body=body,
        source_ip=request.client.host if request.client else "127.0.0.1",
        source_port=request.client.port if request.client else 0,
        http_version=request.scope["http_version"],
    )
