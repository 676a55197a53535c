"""What the product sees of a world in place of AWS, the clock, chance and its environment."""

import asyncio
import logging
import os
import random
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from types import SimpleNamespace
from typing import Any
from unittest import mock

import botocore.endpoint

from lull import aws, clock, randomness
from lull.gateways import outbound, webhooks
from lull.use_cases import deployment_windows, probing
from tests.simulation import outside
from tests.simulation.platform import platform

SENDER = "lull@example.org"
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Surroundings:
    client: Callable[[str], Any]
    now: Callable[[], datetime]
    sleep: Callable[[float], None]
    chance: random.Random
    chunk: int | None
    perform: outside.Perform
    """What becomes of a request to the world outside."""


class _Naps(SimpleNamespace):
    """The module `time` of a world."""


@contextmanager
def installed(surroundings: Surroundings) -> Iterator[None]:
    naps = _Naps(**vars(time) | {"sleep": surroundings.sleep})
    modules = _sleepers(len(sys.modules))
    chance = surroundings.chance

    def secret(length: int) -> str:
        return "".join(chance.choice(_BASE62) for _ in range(length))

    def new_uuid() -> str:
        return str(uuid.UUID(int=chance.getrandbits(128), version=4))

    with (
        _silence(),
        _seeded(),
        _environment(platform().environment | {"MAIL_FROM": SENDER}),
        mock.patch.object(aws, "client", surroundings.client),
        mock.patch.object(clock, "now", surroundings.now),
        mock.patch.object(randomness, "secret", secret),
        mock.patch.object(randomness, "new_uuid", new_uuid),
        mock.patch.object(randomness, "jitter", chance.random),
        mock.patch.object(botocore.endpoint, "time", naps),
        _patched(modules, "time", naps),
        _outside(surroundings.perform),
        mock.patch.object(deployment_windows, "_CHUNK", surroundings.chunk or deployment_windows._CHUNK),
    ):
        yield


@contextmanager
def _seeded() -> Iterator[None]:
    """The SDK's back-off draws from the global generator, which a world made within a world must leave as it was."""
    state = random.getstate()
    random.seed(0)
    try:
        yield
    finally:
        random.setstate(state)


@contextmanager
def _outside(perform: outside.Perform) -> Iterator[None]:
    """No name is looked up and no connection made; probes are not spread over time that does not pass."""
    with (
        mock.patch.object(outbound, "send", outside.sender(perform)),
        mock.patch.object(outbound, "send_now", lambda request: outside.ask(request, perform)),
        mock.patch.object(outbound, "run", outside.run),
        mock.patch.object(outbound, "refusal", _no_refusal),
        mock.patch.object(webhooks, "refusal", _no_refusal),
        mock.patch.object(asyncio, "to_thread", outside.in_a_thread),
        mock.patch.object(probing, "_PACE_SECONDS", 0),
    ):
        yield


def _no_refusal(*_: Any, **__: Any) -> None:
    return None


@contextmanager
def _environment(wanted: dict[str, str]) -> Iterator[None]:
    """`mock.patch.dict` writes all the others again, too."""
    kept = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in kept.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def _silence() -> Iterator[None]:
    """Thousands of wanted failures with their tracebacks are most of the time and all of the output."""
    level = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(level)


@cache
def _sleepers(_loaded: int) -> list[Any]:
    """The product's modules that sleep, as long as no more modules are loaded; whoever asks may live in a world."""
    named = [module for name, module in sys.modules.items() if name.startswith("lull.")]
    return [module for module in named if (known := getattr(module, "time", None)) is time or isinstance(known, _Naps)]


@contextmanager
def _patched(modules: list[Any], name: str, value: Any) -> Iterator[None]:
    kept = [(module, getattr(module, name)) for module in modules]
    for module in modules:
        setattr(module, name, value)
    try:
        yield
    finally:
        for module, original in kept:
            setattr(module, name, original)
