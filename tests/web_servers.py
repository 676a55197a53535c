"""Servers on loopback that answer as a test says, and a record of who connects to whom."""

import asyncio
import socket
import ssl
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from queue import Queue
from typing import Any

import pytest

Handler = Callable[["Exchange"], Awaitable[None]]


@dataclass
class Exchange:
    """One connection to a server: the request that came, and the way to answer it."""

    head: str
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @property
    def path(self) -> str:
        return self.head.split()[1]

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        lines = [f"HTTP/1.1 {status} x", f"Content-Length: {len(body)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        await self.send("\r\n".join([*lines, "", ""]).encode() + body)


@dataclass
class Server:
    port: int
    heads: list[str] = field(default_factory=list)
    open_now: int = 0
    open_at_most: int = 0


@asynccontextmanager
async def serving(
    handler: Handler, *, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Server]:
    connections: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        connections.add(task)
        server.open_now += 1
        server.open_at_most = max(server.open_at_most, server.open_now)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError, ssl.SSLError):
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                server.heads.append(head)
                await handler(Exchange(head, reader, writer))
        finally:
            server.open_now -= 1
            writer.close()
            with suppress(ConnectionError, ssl.SSLError, asyncio.CancelledError):
                await writer.wait_closed()
            connections.discard(task)

    protocols: list[asyncio.StreamReaderProtocol] = []

    def accepted() -> asyncio.StreamReaderProtocol:
        protocols.append(asyncio.StreamReaderProtocol(asyncio.StreamReader(), connected))
        return protocols[-1]

    listening = await asyncio.get_running_loop().create_server(accepted, host, port, ssl=tls, backlog=256)
    server = Server(listening.sockets[0].getsockname()[1])
    try:
        yield server
    finally:
        listening.close()
        for task in list(connections):
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)
        await _abort(protocols)
        await listening.wait_closed()


async def _abort(protocols: list[asyncio.StreamReaderProtocol]) -> None:
    """Close what nobody closes: a client may be gone before its connection was accepted, or its handler had a turn."""
    for _ in range(5):
        await asyncio.sleep(0)
        for protocol in protocols:
            if transport := getattr(protocol, "_transport", None):
                transport.abort()


@contextmanager
def served(handler: Handler) -> Iterator[Server]:
    """`serving` for those without an event loop: in a thread of its own."""
    started: Queue[tuple[Server, asyncio.AbstractEventLoop, asyncio.Event]] = Queue()

    async def serve() -> None:
        async with serving(handler) as server:
            stopping = asyncio.Event()
            started.put((server, asyncio.get_running_loop(), stopping))
            await stopping.wait()

    def run() -> None:
        with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
            runner.run(serve())

    thread = threading.Thread(target=run)
    thread.start()
    server, loop, stopping = started.get()
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(stopping.set)
        thread.join()


@dataclass
class Wire:
    """Every connect and every look-up of this process. A public address leads to loopback, unless it is dead."""

    connects: list[tuple[str, int]] = field(default_factory=list)
    lookups: list[str] = field(default_factory=list)
    dead: set[str] = field(default_factory=set)

    @property
    def addresses(self) -> list[str]:
        return [address for address, _ in self.connects]


def recorded(monkeypatch: pytest.MonkeyPatch) -> Wire:
    wire = Wire()
    connect, getaddrinfo = socket.socket.connect, socket.getaddrinfo

    def recording(self: socket.socket, address: Any) -> None:
        wire.connects.append(address[:2])
        if address[0] in wire.dead or self.family is socket.AF_INET6:
            raise ConnectionRefusedError(address)
        connect(self, address if address[0].startswith("127.") else ("127.0.0.1", address[1]))

    def looking_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        wire.lookups.append(host)
        return getaddrinfo(host, *args, **kwargs)

    monkeypatch.setattr(socket.socket, "connect", recording)
    monkeypatch.setattr(socket, "getaddrinfo", looking_up)
    return wire
