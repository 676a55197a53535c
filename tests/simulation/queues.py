"""SQS in memory: delays, visibility, receive counts, dead letters."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

Body = dict[str, Any]
Reply = tuple[int, Body]

_LONGEST_DELAY = 900


@dataclass(frozen=True, slots=True)
class Message:
    id: str
    body: str
    visible_at: datetime
    receives: int = 0


@dataclass
class Queue:
    """`visibility` and `most_receives` are those of the template."""

    visibility: timedelta
    most_receives: int
    messages: dict[str, Message] = field(default_factory=dict)
    dead: list[Message] = field(default_factory=list)
    sent: list[Message] = field(default_factory=list)
    """By the current call."""
    _ids: int = 0

    def call(self, operation: str, request: Body, *, now: datetime) -> Reply:
        self.sent = []
        entries = [request] if operation == "SendMessage" else request["Entries"]
        if not 0 < len(entries) <= 10:
            return 400, {"__type": "com.amazonaws.sqs#TooManyEntriesInBatchRequest", "message": "1 to 10 entries"}
        for entry in entries:
            delay = entry.get("DelaySeconds", 0)
            if not 0 <= delay <= _LONGEST_DELAY:
                return 400, {"__type": "com.amazon.coral.service#InvalidParameterValue", "message": "DelaySeconds"}
            self.sent.append(self.add(entry["MessageBody"], visible_at=now + timedelta(seconds=delay)))
        if operation == "SendMessage":
            return 200, {"MessageId": self.sent[0].id, "MD5OfMessageBody": "-"}
        accepted = [
            {"Id": entry["Id"], "MessageId": message.id, "MD5OfMessageBody": "-"}
            for entry, message in zip(entries, self.sent, strict=True)
        ]
        return 200, {"Successful": accepted, "Failed": []}

    def add(self, body: str, *, visible_at: datetime) -> Message:
        self._ids += 1
        message = Message(f"m{self._ids}", body, visible_at)
        self.messages[message.id] = message
        return message

    def receive(self, now: datetime, most: int) -> list[Message]:
        """Visible messages, oldest first, hidden from now on; those received too often are dead letters."""
        taken: list[Message] = []
        for message in sorted(self.messages.values(), key=lambda each: each.visible_at):
            if message.visible_at > now or len(taken) == most:
                break
            if message.receives >= self.most_receives:
                self.dead.append(self.messages.pop(message.id))
                continue
            hidden = replace(message, visible_at=now + self.visibility, receives=message.receives + 1)
            self.messages[message.id] = hidden
            taken.append(hidden)
        return taken

    def delete(self, message_id: str) -> None:
        self.messages.pop(message_id, None)
