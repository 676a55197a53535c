"""What can be wrong with a request.

DomainError
├── Invalid          a value breaks a rule; names each field
├── Unauthenticated  no credential, or one that is not accepted
├── Forbidden        the credential may not do this
├── NotFound         no such thing for this caller
├── Conflict         the thing is not in a state that allows this
└── StaleWrite       somebody else wrote first
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldError:
    """One offending field, by its path in the request (`checkIds.2`), and what is wrong with it."""

    field: str
    message: str


class DomainError(Exception):
    """Base of every refusal; the message is safe to show to the caller."""


class Invalid(DomainError):
    def __init__(self, *errors: FieldError) -> None:
        super().__init__("; ".join(f"{error.field}: {error.message}" for error in errors))
        self.errors = errors


class Unauthenticated(DomainError):
    pass


class Forbidden(DomainError):
    pass


class NotFound(DomainError):
    def __init__(self, noun: str) -> None:
        # The id is left out on purpose: a foreign id and an unknown one must read the same.
        super().__init__(f"{noun} not found")


class NotShown(NotFound):
    """There may be such a thing, and its owner does not show it."""

    def __init__(self, noun: str) -> None:
        DomainError.__init__(self, f"this page does not show {noun}")


class Conflict(DomainError):
    pass


class StaleWrite(DomainError):
    def __init__(self, noun: str) -> None:
        super().__init__(f"the {noun} is being changed by others at the same time; read it again and retry")


def invalid(field: str, message: str) -> Invalid:
    """An `Invalid` for the common case of one field."""
    return Invalid(FieldError(field, message))
