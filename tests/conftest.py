"""An emulated AWS for the whole run, and an account of its own, made from template.yaml, for each test."""

import gc
import os
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from ipaddress import ip_address
from typing import Any

import boto3
import botocore.session
import hypothesis
import pytest

from local.emulator import Emulator
from local.endpoint import Endpoint
from local.workbench import Workbench
from lull import aws
from tests import accounts, wire

# Before any test runs: nothing can reach a real account, not even by a forgotten fixture.
os.environ.update(Endpoint("http://127.0.0.1:9").environment())

accounts.install()
wire.install()

# The same cases each time; `--hypothesis-profile thorough` draws many new ones.
hypothesis.settings.register_profile("quick", max_examples=300, deadline=None, derandomize=True)
hypothesis.settings.register_profile("thorough", max_examples=10_000, deadline=None)
hypothesis.settings.load_profile("quick")

# One session keeps AWS's service models parsed and its clients made; only its credentials change from test to test.
_session = botocore.session.get_session()
_session.set_credentials("000000000000", "local")
_make_client = aws.client.__wrapped__
_boto3 = boto3.Session(botocore_session=_session)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--fuzz-examples", type=int, default=1, help="generated requests for each operation of the API")
    parser.addoption("--thorough", action="store_true", help="every kill point, merge and change of clocks: no cuts")
    parser.addoption("--write-costs", action="store_true", help="write docs/costs.md instead of comparing it")


def pytest_collection_finish() -> None:
    """What is loaded by now stays: looking through it for garbage, again and again, would be a tenth of the time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def emulator() -> Iterator[Emulator]:
    running = Emulator(expires=False)
    yield running
    running.stop()


@pytest.fixture
def endpoint(emulator: Emulator) -> Endpoint:
    """An account that nobody used before."""
    return accounts.unused(emulator.url)


@pytest.fixture
def stack(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workbench]:
    """What template.yaml describes, and the environment that all its functions get."""
    yield from _deployed(endpoint, monkeypatch)


@pytest.fixture(scope="module")
def shared_stack(emulator: Emulator) -> Iterator[Workbench]:
    """One `stack` for a whole module, for tests that each have a workspace of their own in it."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        yield from _deployed(accounts.unused(emulator.url), monkeypatch)


def _deployed(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workbench]:
    deployed = accounts.deployed(endpoint)
    for name, value in deployed.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("lull.gateways.targets._addresses_of", _only_this_machine)
    monkeypatch.setattr("publisher._PACE_SECONDS", 0)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", _boto3)
    monkeypatch.setattr("lull.aws.client", _client)
    monkeypatch.setattr(_session.get_credentials(), "access_key", endpoint.account)
    yield Workbench(deployed)


async def _only_this_machine(host: str, _port: int) -> list[str]:
    """The resolver of tests: no name leads out of this machine, and nobody is asked."""
    if host == "localhost":
        return ["127.0.0.1"]
    with suppress(ValueError):
        return [str(ip_address(host))]
    raise OSError(f"{host} is not resolved in tests")


@cache
def _client(service: str) -> Any:
    """The product's own clients, made once: each call is signed for the account of the test that makes it."""
    return _make_client(service)
