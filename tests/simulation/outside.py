"""Whoever is reached over HTTP and by mail: keeps what arrived, answers as the world's luck will have it."""

import asyncio
import contextvars
import json
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from botocore.exceptions import EndpointConnectionError, ReadTimeoutError

from lull.domain.answers import Answer, Failure
from lull.gateways.outbound import Request
from tests.simulation.actors import Actor
from tests.simulation.hosts import Hosts

Reply = tuple[int, dict[str, Any]]
Perform = Callable[[str, str, dict[str, Any]], Reply]

_REASONS = {Failure.CONNECT: "could not connect", Failure.TIMEOUT: "no complete answer"}


@dataclass(frozen=True, slots=True)
class Arrival:
    """`to` is a URL or the addresses of a mail; `message_id` is empty for what bears none."""

    to: str
    message_id: str
    text: str
    by: Actor
    at: datetime
    status: int
    """What it was answered."""
    heard: bool
    """Whether the answer came back as it was given."""
    method: str = ""


@dataclass
class Outside:
    arrivals: list[Arrival] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    """Of the next answers; by luck when there are none left."""
    unwell: set[str] = field(default_factory=set)
    """URLs that answer 500 whatever comes."""
    hosts: Hosts = field(default_factory=Hosts)

    def arrive(self, request: dict[str, Any], *, by: Actor, at: datetime, lucky: int, heard: bool) -> Reply:
        status = self.statuses.pop(0) if self.statuses else lucky
        status = 500 if request["To"] in self.unwell else status
        method = request.get("Method", "")
        if method and status < 300:
            status, value = self.hosts.answer(method, request["To"], request["Text"])
        else:
            value = {}
        self.arrivals.append(Arrival(request["To"], request["Id"], request["Text"], by, at, status, heard, method))
        return status, {"Value": value}


def asked(request: Request) -> dict[str, Any]:
    """The request as the net has it."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    said = {"Method": request.method, "Id": headers.get("webhook-id", ""), "Text": request.body.decode()}
    return {"To": request.url, **said}


def mailed(request: dict[str, Any]) -> dict[str, Any]:
    """The same of a mail."""
    content = request["Content"]["Simple"]["Body"]["Text"]["Data"]
    return {"To": ", ".join(request["Destination"]["ToAddresses"]), "Id": "", "Text": content}


def ask(request: Request, perform: Perform) -> Answer:
    """What `outbound.send` makes of a request; no trouble on the way is an exception."""
    try:
        status, body = perform("http", request.method, asked(request))
    except EndpointConnectionError:
        return _failed(Failure.CONNECT)
    except ReadTimeoutError:
        return _failed(Failure.TIMEOUT)
    # A refusal of the double's net stands for a receiver that asks for patience.
    if "__type" in body:
        return Answer(status_code=429 if status < 500 else status)
    return Answer(status_code=status, body=json.dumps(body["Value"]).encode())


def _failed(failure: Failure) -> Answer:
    return Answer(failure=failure, reason=_REASONS[failure])


async def in_a_thread(function: Callable[..., Any], *args: Any, **named: Any) -> Any:
    """`asyncio.to_thread` while which nothing else goes on: what happens in a world has one order."""
    context = contextvars.copy_context()
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(context.run, function, *args, **named).result()


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """In place of `outbound.run`, whose thread does not know who is acting."""
    context = contextvars.copy_context()
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(context.run, asyncio.run, coroutine).result()


def sender(perform: Perform) -> Callable[..., Any]:
    """In place of `outbound.send`."""

    async def send(request: Request, _network: Any = None) -> Answer:
        answer: Answer = await asyncio.to_thread(ask, request, perform)
        return answer

    return send
