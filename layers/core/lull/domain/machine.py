"""State machines as tables."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from lull.domain.errors import Conflict

S = TypeVar("S", bound=StrEnum)

Transitions = Mapping[S, frozenset[S]]


def move(transitions: Transitions[S], source: S, target: S, *, noun: str) -> S:
    """Return `target`, or raise Conflict if it may not follow `source`."""
    if target is source and target not in transitions[source]:
        raise Conflict(f"the {noun} is already {source}")
    if target not in transitions[source]:
        raise Conflict(f"the {noun} is {source} and cannot become {target}")
    return target
