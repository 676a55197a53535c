"""An account for each test: what template.yaml makes of one is made again in every other, for a third of the cost.

The first is deployed as anywhere. What that asked AWS to create is asked again for each further one; the result is the
same but for two texts of equal length: the account's number and the label of the table's stream.
"""

import itertools
import pickle
from contextvars import ContextVar
from functools import cache
from typing import Any

from botocore.credentials import Credentials, ReadOnlyCredentials

import local.endpoint
from local.deployment import deploy
from local.endpoint import Endpoint
from local.stack import Stack

Calls = list[tuple[str, str, dict[str, Any]]]

_SERVICES = ("dynamodb", "s3", "sqs", "scheduler")
_numbers = itertools.count(1)
_FIRST = "100000000000"
_caller: ContextVar[str] = ContextVar("caller")
_make_client = local.endpoint._client.__wrapped__


class _Caller(Credentials):  # type: ignore[misc]
    """Those of whoever calls now."""

    def __init__(self) -> None:
        super().__init__(_FIRST, "local")

    def get_frozen_credentials(self) -> ReadOnlyCredentials:
        return ReadOnlyCredentials(_caller.get(), "local", None)


def install() -> None:
    """For the whole process: clients of an endpoint are made once for all its accounts."""
    local.endpoint._client = cache(_client)


def _client(endpoint: Endpoint, service: str) -> Any:
    """The client that all accounts share, calling in the name of this one."""
    shared = _shared(endpoint.url, service)
    client = object.__new__(type(shared))
    client.__dict__ |= shared.__dict__

    def make_request(*arguments: Any) -> Any:
        token = _caller.set(endpoint.account)
        try:
            return shared._make_request(*arguments)
        finally:
            _caller.reset(token)

    client._make_request = make_request
    return client


@cache
def _shared(url: str, service: str) -> Any:
    client = _make_client(Endpoint(url), service)
    client._request_signer._credentials = _Caller()
    return client


def unused(url: str) -> Endpoint:
    """An account that nobody used before."""
    return Endpoint(url, account=f"{next(_numbers):012d}")


def deployed(endpoint: Endpoint) -> Stack:
    """What template.yaml describes, in an account that has nothing yet."""
    calls, stack, label = _first(endpoint.url)
    for service, operation, params in _loaded(calls, _FIRST, endpoint.account):
        answer = endpoint.client(service)._make_api_call(operation, params)
        if operation == "CreateTable":
            stack = _replaced(stack, label, answer["TableDescription"]["LatestStreamLabel"])
    made: Stack = _loaded(stack, _FIRST, endpoint.account)
    return made


@cache
def _first(url: str) -> tuple[bytes, bytes, str]:
    """What is asked for in the first account, and what that is: both pickled; the label of its stream."""
    calls: Calls = []

    def note(params: dict[str, Any], model: Any, **_: Any) -> None:
        if not model.name.startswith("Get"):
            calls.append((model.service_model.service_name, model.name, dict(params)))

    events = [_shared(url, service).meta.events for service in _SERVICES]
    for each in events:
        each.register("provide-client-params.*.*", note)
    stack = deploy(Endpoint(url, account=_FIRST))
    for each in events:
        each.unregister("provide-client-params.*.*", note)
    (label,) = {each.stream_arn.rpartition("/")[2] for each in stack.stream_mappings}
    return pickle.dumps(calls), pickle.dumps(stack), label


def _loaded(pickled: bytes, old: str, new: str) -> Any:
    return pickle.loads(_replaced(pickled, old, new))


def _replaced(pickled: bytes, old: str, new: str) -> bytes:
    assert len(old) == len(new)
    return pickled.replace(old.encode(), new.encode())
