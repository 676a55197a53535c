"""The one way out over HTTP, to URLs that strangers wrote: probes, webhooks, git hosts and executors take it."""

import asyncio
import zlib
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import httpcore
import httpx

from lull.domain.answers import Answer, Failure
from lull.gateways.exchanges import exchange, header
from lull.gateways.targets import Failed, Network, default_network, judged, parsed

_LARGEST_BODY = 64 * 1024
_REDIRECTS = {301, 302, 303, 307, 308}
_CREATION_SECONDS = 3

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    """For the origin of `url` alone: a redirect to another leaves them behind."""
    body: bytes = b""
    timeout_ms: int = 8_000
    """For everything: look-up, connections, redirects, the last byte of the body."""
    max_redirects: int = 0
    """0: a redirect is an answer like any other. A request with a body is never redirected."""


async def send(request: Request, network: Network | None = None) -> Answer:
    """The answer, or why there is none. Trouble on the way is never an exception."""
    network = network or default_network()
    loop = asyncio.get_running_loop()
    began = loop.time()
    deadline = began + request.timeout_ms / 1000
    try:
        async with asyncio.timeout_at(deadline):
            answer = await _followed(request, network, deadline)
    except TimeoutError:
        answer = Answer(failure=Failure.TIMEOUT, reason=f"no complete answer within {request.timeout_ms} ms")
    except Failed as failed:
        answer = Answer(failure=failed.failure, reason=failed.reason)
    return replace(answer, elapsed_ms=round((loop.time() - began) * 1000))


def send_now(request: Request, network: Network | None = None) -> Answer:
    """`send` for callers without an event loop."""
    return run(send(request, network))


def refusal(url: str, network: Network | None = None) -> str | None:
    """Why no request would be sent to this URL as its name resolves now.

    None also for a name that cannot be resolved, or not soon enough: it may come to be, and every request judges anew.
    """
    # The API asks from within its own event loop, and a thread runs one at a time.
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(run, refused(url, network or default_network())).result()


async def refused(url: str, network: Network) -> str | None:
    """`refusal` for those within an event loop."""
    try:
        async with asyncio.timeout(_CREATION_SECONDS):
            await judged(parsed(url), network)
    except TimeoutError:
        return None
    except Failed as failed:
        return None if failed.failure is Failure.DNS else failed.reason
    return None


async def _followed(request: Request, network: Network, deadline: float) -> Answer:
    url, method, headers = parsed(request.url), request.method.upper(), request.headers
    max_redirects = 0 if request.body else request.max_redirects
    redirects = 0
    while True:
        try:
            target = await judged(url, network)
            async with exchange(target, method, headers, request.body, network.trust, deadline) as response:
                location = header(response, b"location") if response.status in _REDIRECTS else b""
                if not location or not max_redirects:
                    return await _answer(response)
        except Failed as failed:
            raise Failed(failed.failure, "after a redirect: " * bool(redirects) + failed.reason) from None
        if redirects == max_redirects:
            raise Failed(Failure.TOO_MANY_REDIRECTS, f"more than {max_redirects} redirects")
        redirects += 1
        url, left = _redirected(url, location), url
        headers = headers if _origin(url) == _origin(left) else {}
        method = _method_after(response.status, method)


def _redirected(url: httpx.URL, location: bytes) -> httpx.URL:
    try:
        following = parsed(str(url.join(location.decode(errors="replace"))))
    except (httpx.InvalidURL, ValueError, Failed):
        raise Failed(Failure.REFUSED_REDIRECT, "the redirect names no URL that could be asked") from None
    if url.scheme == "https" and following.scheme != "https":
        raise Failed(Failure.REFUSED_REDIRECT, "the redirect leads from https to http")
    return following


def _method_after(status: int, method: str) -> str:
    becomes_get = method != "HEAD" if status == 303 else method == "POST" and status in (301, 302)
    return "GET" if becomes_get else method


def _origin(url: httpx.URL) -> tuple[str, bytes, int | None]:
    return url.scheme, url.raw_host, url.port


async def _answer(response: httpcore.Response) -> Answer:
    decoded = _decoder(header(response, b"content-encoding"))
    body = b""
    async for chunk in response.aiter_stream():
        body += decoded(chunk, _LARGEST_BODY + 1 - len(body))
        if len(body) > _LARGEST_BODY:
            break
    return Answer(status_code=response.status, body=body[:_LARGEST_BODY], truncated=len(body) > _LARGEST_BODY)


def _decoder(encoding: bytes) -> Callable[[bytes, int], bytes]:
    """Some servers compress although they are told not to. However much is in it, no more than asked for comes out."""
    if encoding.lower() in (b"gzip", b"x-gzip", b"deflate"):
        return zlib.decompressobj(zlib.MAX_WBITS | 32).decompress
    return lambda chunk, most: chunk[:most]


def run(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """In a thread of its own: this one may be inside of a running event loop, as the endpoints of the API are."""
    with ThreadPoolExecutor(1, thread_name_prefix="outbound") as pool:
        return pool.submit(asyncio.run, coroutine).result()
