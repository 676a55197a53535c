"""A table with a stream, queues and functions of the tests' own."""

from collections.abc import Callable
from typing import Any

import pytest

from local.endpoint import Endpoint
from local.resources import create_queue, create_table


class Function:
    """Remembers its events and answers as told; `answer` may raise."""

    def __init__(self, answer: Callable[[Any], Any] = lambda event: None) -> None:
        self.events: list[Any] = []
        self.answer = answer

    def __call__(self, _arn: str, event: Any) -> Any:
        self.events.append(event)
        return self.answer(event)


class Table:
    def __init__(self, endpoint: Endpoint) -> None:
        self._client = endpoint.client("dynamodb")
        made = create_table(
            endpoint,
            "things",
            {
                "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [{"AttributeName": "PK", "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": "PK", "KeyType": "HASH"}],
                "StreamSpecification": {"StreamViewType": "NEW_AND_OLD_IMAGES"},
            },
        )
        self.stream_arn = made["StreamArn"]

    def put(self, *names: str, **attributes: Any) -> None:
        for name in names:
            self._client.put_item(TableName="things", Item={"PK": {"S": name}, **attributes})


class Queue:
    def __init__(self, endpoint: Endpoint, name: str, **properties: Any) -> None:
        self._client = endpoint.client("sqs")
        made = create_queue(endpoint, name, properties)
        self.arn, self.url = made["Arn"], made[""]

    def send(self, *bodies: str, **request: Any) -> None:
        for body in bodies:
            self._client.send_message(QueueUrl=self.url, MessageBody=body, **request)

    def receive(self) -> list[dict[str, Any]]:
        response = self._client.receive_message(
            QueueUrl=self.url,
            MaxNumberOfMessages=10,
            VisibilityTimeout=0,
            MessageAttributeNames=["All"],
            MessageSystemAttributeNames=["All"],
        )
        return list(response.get("Messages", []))

    def counts(self) -> tuple[int, int]:
        """Visible, in flight."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self._client.get_queue_attributes(QueueUrl=self.url, AttributeNames=names)["Attributes"]
        return int(found[names[0]]), int(found[names[1]])


@pytest.fixture
def table(endpoint: Endpoint) -> Table:
    return Table(endpoint)


@pytest.fixture
def queue(endpoint: Endpoint) -> Callable[..., Queue]:
    return lambda name, **properties: Queue(endpoint, name, **properties)


@pytest.fixture
def function() -> type[Function]:
    return Function


@pytest.fixture
def reports() -> list[tuple[str, BaseException]]:
    return []
