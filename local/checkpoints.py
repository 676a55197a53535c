"""How far each reader has come, kept in the emulated AWS: a restored snapshot and its checkpoints always agree."""

from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # Not at run time: the emulator's process reads the table's name, and has no use for botocore.
    from local.endpoint import Endpoint

TABLE = "lull-local-checkpoints"


class Checkpoints:
    def __init__(self, endpoint: "Endpoint") -> None:
        self._client = endpoint.client("dynamodb")
        with suppress(self._client.exceptions.ResourceInUseException):
            self._client.create_table(
                TableName=TABLE,
                BillingMode="PAY_PER_REQUEST",
                AttributeDefinitions=[{"AttributeName": "Reader", "AttributeType": "S"}],
                KeySchema=[{"AttributeName": "Reader", "KeyType": "HASH"}],
            )

    def register(self, reader: str) -> None:
        """Make it known, so that what it has not read is kept."""
        if self.get(reader) is None:
            self.put(reader, "")

    def get(self, reader: str) -> str | None:
        item = self._client.get_item(TableName=TABLE, Key={"Reader": {"S": reader}}).get("Item")
        return item["Position"]["S"] if item else None

    def put(self, reader: str, position: str) -> None:
        self._client.put_item(TableName=TABLE, Item={"Reader": {"S": reader}, "Position": {"S": position}})
