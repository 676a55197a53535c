"""The tries of one job of a run: of what an earlier one left open, nobody will tell the end.

Both CIs start another attempt only when the one before is over, if need be because its runner was given up.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

_NAMES = ("provider", "runId", "job", "runAttempt")
_NUMBER = re.compile("[0-9]{1,18}", re.ASCII)


@dataclass(frozen=True)
class Attempt:
    """As a deployment remembers it. GitHub counts the attempts of a run; GitLab makes a job with a higher number."""

    provider: str
    repository: str | None
    run_id: str
    job: str
    key: str | None
    """Tells deployments of the same thing in one job apart."""
    number: int

    @classmethod
    def of(cls, metadata: Mapping[str, Any]) -> Attempt | None:
        """None where nothing tells one attempt from the next: in other CIs a repeated step finds its own deployment."""
        ci = metadata.get("ci")
        if not isinstance(ci, dict):
            return None
        said = [str(ci[name]) for name in _NAMES if ci.get(name) is not None]
        if len(said) < len(_NAMES) or not _NUMBER.fullmatch(said[-1]):
            return None
        provider, run_id, job, number = said
        return cls(provider, ci.get("repository"), run_id, job, ci.get("key"), int(number))

    @property
    def is_repeated(self) -> bool:
        """Whether there can have been another before it."""
        return self.number > 1

    def is_before(self, other: Attempt | None) -> bool:
        """Whether `other` is a later attempt at the very same.

        >>> first, second = (Attempt("github", "acme/shop", "7001", "deploy", None, number) for number in (1, 2))
        >>> first.is_before(second), second.is_before(first), first.is_before(replace(second, job="web"))
        (True, False, False)
        """
        return other is not None and self.number < other.number and replace(self, number=other.number) == other
