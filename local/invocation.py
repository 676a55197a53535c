"""What event source mappings have in common: calling a function and reading what it says about its batch."""

from collections.abc import Callable
from typing import Any

Invoke = Callable[[str, Any], Any]
"""Call the function with this ARN with this event; its exception is the caller's."""

Report = Callable[[str, BaseException], None]
"""Tell that this function failed; the mapping goes on."""


class BatchItemFailures(Exception):
    """The function reported some records of its batch as failed."""

    def __init__(self, identifiers: list[str]) -> None:
        super().__init__(f"reported as failed: {', '.join(identifiers)}")
        self.identifiers = identifiers


class InvalidResponse(Exception):
    """A `batchItemFailures` that Lambda cannot read, which fails the batch."""


def failures(response: Any) -> list[str]:
    """The identifiers reported; none when the response is empty, as Lambda has it."""
    if not response or not response.get("batchItemFailures"):
        return []
    try:
        identifiers = [failure["itemIdentifier"] for failure in response["batchItemFailures"]]
    except (TypeError, KeyError) as error:
        raise InvalidResponse(f"unreadable response: {response!r}") from error
    if not all(isinstance(identifier, str) and identifier for identifier in identifiers):
        raise InvalidResponse(f"unreadable response: {response!r}")
    return identifiers
