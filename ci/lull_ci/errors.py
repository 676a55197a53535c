"""What may go wrong, each with its exit code.

    CommandError
    ├── Refused       1  Lull says no: bad credential, unknown name, a state that does not allow it
    ├── Misused       2  options or environment
    └── Unreachable   4  Lull is down, or what answers is not Lull

3 is no error: the gate's answer is no.
"""

from __future__ import annotations

GATE_SAYS_NO = 3


class CommandError(Exception):
    """Its message is one line: what is wrong, and what to do next."""

    exit_code = 1


class Refused(CommandError):
    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class Misused(CommandError):
    exit_code = 2


class Unreachable(CommandError):
    exit_code = 4
