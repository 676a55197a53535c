"""Signals in responses."""

from pydantic import ConfigDict, Field

from lull.domain.signals import SignalSource, SignalType
from schemas.base import Out, OutInstant, PageOut


class SignalOut(Out):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "FAIL",
                    "at": "2026-03-01T12:35:20Z",
                    "source": "ping",
                    "message": None,
                    "exitCode": 137,
                    "payload": '{"error": "out of memory"}',
                }
            ]
        }
    )

    type: SignalType
    at: OutInstant
    source: SignalSource
    message: str | None
    exit_code: int | None
    payload: str | None = Field(description="What the service sent along; null below the role member.")


class SignalPageOut(PageOut):
    items: list[SignalOut] = Field(
        description="Changes of state, failures and pauses, newest first, of the last 90 days."
    )
