"""One request and its response over a connection of their own.

`httpx` reads the URL and `httpcore` speaks HTTP. The client of `httpx` is left out: its cookies, proxies, credentials,
redirects and unbounded decoders are what must not be here.
"""

import asyncio
import ssl
import zlib
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpcore
import httpx

from lull.domain.answers import Failure
from lull.domain.checks import FRAMING_HEADERS
from lull.gateways.targets import Failed, Target

_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
_WITH_BODY = {"POST", "PUT", "PATCH"}
_OWN_HEADERS = {"User-Agent": "Lull/1 (+status checks)", "Accept": "*/*", "Accept-Encoding": "identity"}


@asynccontextmanager
async def exchange(
    target: Target, method: str, headers: Mapping[str, str], body: bytes, trust: ssl.SSLContext, deadline: float
) -> AsyncIterator[httpcore.Response]:
    """A response whose body is still to be read. What goes wrong here or while it is read is raised as Failed."""
    # The connection is asked for by name, so Host, SNI and certificate are of the name; only the socket is not.
    url = httpcore.URL(
        scheme=target.url.raw_scheme, host=target.url.raw_host, port=target.port, target=target.url.raw_path
    )
    pinned = _Pinned(target, deadline)
    connection = httpcore.AsyncHTTPConnection(url.origin, ssl_context=trust, network_backend=pinned)
    content = body if body or method in _WITH_BODY else None
    lines = _header_lines(target.url, method, headers)
    try:
        async with connection, connection.stream(method, url, headers=lines, content=content) as response:
            yield response
    except httpcore.TimeoutException:
        raise TimeoutError from None
    except (httpcore.ProtocolError, httpcore.NetworkError, ssl.SSLError, zlib.error) as error:
        raise _failed(error, connected=pinned.stream is not None) from None
    finally:
        await pinned.aclose()


def header(response: httpcore.Response, name: bytes) -> bytes:
    return next((value for key, value in response.headers if key.lower() == name), b"")


class _Pinned(httpcore.AsyncNetworkBackend):
    """Connects to the addresses that were judged, one after the other, whatever name it is asked for."""

    def __init__(self, target: Target, deadline: float) -> None:
        self._target, self._deadline = target, deadline
        self._backend = httpcore.AnyIOBackend()
        self.stream: httpcore.AsyncNetworkStream | None = None

    async def connect_tcp(self, *_args: Any, **_kwargs: Any) -> httpcore.AsyncNetworkStream:
        *others, last = self._target.addresses
        for position, address in enumerate(others):
            share = self._remaining() / (len(others) + 1 - position)
            try:
                return await self._connected(address, share)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._connected(last, self._remaining())

    async def aclose(self) -> None:
        # An exchange that is cancelled during the TLS handshake leaves its socket open.
        if self.stream:
            await self.stream.aclose()

    async def _connected(self, address: str, timeout: float) -> httpcore.AsyncNetworkStream:
        self.stream = await self._backend.connect_tcp(address, self._target.port, timeout)
        return self.stream

    def _remaining(self) -> float:
        return self._deadline - asyncio.get_running_loop().time()


def _header_lines(url: httpx.URL, method: str, given: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    if method not in _METHODS:
        raise Failed(Failure.INVALID_REQUEST, "the method is not supported")
    if refused := FRAMING_HEADERS & {name.lower() for name in given}:
        raise Failed(Failure.INVALID_REQUEST, f"the header {min(refused)} cannot be set")
    own = {name: value for name, value in _OWN_HEADERS.items() if name.lower() not in map(str.lower, given)}
    lines = [(name.encode(), value.strip().encode()) for name, value in {**own, **given}.items()]
    return [(b"Host", url.netloc), (b"Connection", b"close"), *lines]


def _failed(error: Exception, *, connected: bool) -> Failed:
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Failed(Failure.TLS, cause.verify_message.rstrip("."))
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return Failed(Failure.TLS, "the TLS handshake failed")
    match error:
        case httpcore.ConnectError() if connected:
            return Failed(Failure.TLS, "the connection was closed during the TLS handshake")
        case httpcore.ConnectError() if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
            return Failed(Failure.CONNECT, "connection refused")
        case httpcore.ConnectError():
            return Failed(Failure.CONNECT, "could not connect")
        case httpcore.NetworkError():
            return Failed(Failure.DISCONNECTED, "the connection was reset")
        case httpcore.LocalProtocolError():
            return Failed(Failure.INVALID_REQUEST, "a header is not valid in HTTP")
        case httpcore.RemoteProtocolError() if error.__cause__ is None:
            return Failed(Failure.DISCONNECTED, "the connection was closed without an answer")
    return Failed(Failure.PROTOCOL, "the answer is not valid HTTP, or broke off")


def _causes(error: BaseException | None) -> Iterable[BaseException]:
    while error:
        yield error
        error = error.__cause__ or error.__context__
