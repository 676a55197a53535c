"""The SDK's way to the net: the product's clients on a false HTTP session, or no SDK where only speed counts."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from typing import Any
from unittest import mock
from urllib.parse import parse_qs, urlsplit

import boto3
from botocore.awsrequest import AWSResponse, HeadersDict
from botocore.retries import quota

from lull import aws

Reply = tuple[int, dict[str, Any]]
Serve = Callable[[str, str, dict[str, Any]], Reply]

_SERVICES = ("dynamodb", "sqs", "scheduler", "sesv2", "secretsmanager")
_TARGETS = {"DynamoDB_20120810": "dynamodb", "AmazonSQS": "sqs", "secretsmanager": "secretsmanager"}
_SCHEDULER = {"POST": "CreateSchedule", "PUT": "UpdateSchedule", "DELETE": "DeleteSchedule"}


class UnknownHost(Exception):
    """A request that no double answers."""


class _Session:
    """In place of botocore's HTTP session: what it is given to send goes to `serve`."""

    serve: Serve

    def send(self, request: Any) -> Any:
        status, body = self.serve(*_understood(request))
        headers: Any = HeadersDict()
        answer: Any = AWSResponse(request.url, status, headers, None)
        answer._content = json.dumps(body).encode()
        return answer

    def close(self) -> None:
        pass


def _understood(request: Any) -> tuple[str, str, dict[str, Any]]:
    body = json.loads(request.body) if request.body else {}
    if target := request.headers.get("X-Amz-Target"):
        prefix, _, operation = (target.decode() if isinstance(target, bytes) else target).partition(".")
        return _TARGETS[prefix], operation, body
    parts = urlsplit(request.url)
    if parts.path == "/v2/email/outbound-emails":
        return "sesv2", "SendEmail", body
    if not parts.path.startswith("/schedules/"):
        raise UnknownHost(request.url)
    query = parse_qs(parts.query)
    token = {"ClientToken": query["clientToken"][0]} if "clientToken" in query else {}
    return "scheduler", _SCHEDULER[request.method], {**body, **token, "Name": parts.path.rpartition("/")[2]}


@cache
def _clients() -> tuple[dict[str, Any], _Session, list[Any]]:
    """Built once by the product's own maker; `RetryQuota` is caught because it remembers failures for ever."""
    quotas: list[Any] = []

    class Remembered(quota.RetryQuota):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            quotas.append(self)

    make = aws.client.__wrapped__
    account = boto3.Session(aws_access_key_id="0", aws_secret_access_key="0", region_name="us-east-1")
    with mock.patch.object(quota, "RetryQuota", Remembered), mock.patch.object(boto3, "DEFAULT_SESSION", account):
        clients = {service: make(service) for service in _SERVICES}
    session = _Session()
    for client in clients.values():
        client._endpoint.http_session = session
        # To say who it is takes the SDK a seventh of its time, and is the same each time.
        client._user_agent_creator.to_string = partial(str, client._user_agent_creator.to_string())
    return clients, session, quotas


@contextmanager
def real_clients(serve: Serve) -> Iterator[dict[str, Any]]:
    """The product's clients, retries and all, as a fresh process has them."""
    clients, session, quotas = _clients()
    for each in quotas:
        each._available_capacity = each.INITIAL_CAPACITY
    with mock.patch.object(session, "serve", serve, create=True):
        yield clients


def direct_clients(serve: Serve) -> dict[str, Any]:
    """The same calls without serialisation, signature and retries: a tenth of the time."""
    return {service: _Direct(service, client, serve) for service, client in _clients()[0].items()}


class _Direct:
    def __init__(self, service: str, client: Any, serve: Serve) -> None:
        self.exceptions = client.exceptions
        self._service = service
        self._serve = serve

    def __getattr__(self, method: str) -> Callable[..., dict[str, Any]]:
        operation = "".join(word.title() for word in method.split("_"))

        def call(**request: Any) -> dict[str, Any]:
            status, body = self._serve(self._service, operation, request)
            if status < 300:
                return body
            code = body["__type"].rpartition("#")[2]
            details = {name: value for name, value in body.items() if name != "__type"}
            error = {"Error": {"Code": code, "Message": body.get("message", "")}, **details}
            raise self.exceptions.from_code(code)(error, operation)

        return call
