"""Who is calling: every invocation of a function, and every user, is an actor that may die."""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lull.domain.maintenance_windows import Suppression


class Crash(BaseException):
    """The process died. Not an Exception, which the SDK would answer with a retry."""


@dataclass
class Actor:
    """`role` is what it came for: a user's doing (create, pause, ping, plan, resolve …) or the module of a function."""

    name: str
    role: str
    calls: int = 0
    dead: bool = False
    looked_at_clock: datetime | None = None
    """What it takes the time to be."""
    saw_suppressed: dict[int, list[Suppression]] = field(default_factory=dict)
    """What was in effect, by project, when it last asked."""
    saw_channels: frozenset[int] | None = None
    """Alert channels that were enabled when it last asked."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an invocation; `error` is set if it raised, `crashed` if nobody will ever know."""

    value: Any = None
    error: Exception | None = None
    crashed: bool = False


# By context, not by thread: a framework may run the handler in a worker thread.
_acting: ContextVar[Actor | None] = ContextVar("acting", default=None)

NOBODY = Actor("set-up", "set-up")


def acting() -> Actor:
    return _acting.get() or NOBODY


def perform(actor: Actor, function: Callable[[], Any]) -> Outcome:
    """Run `function` as the actor. A framework that swallows the crash does not bring it back to life."""
    token = _acting.set(actor)
    try:
        value = function()
    except Crash:
        return Outcome(crashed=True)
    except Exception as error:
        return Outcome(error=error, crashed=actor.dead)
    finally:
        _acting.reset(token)
    return Outcome(crashed=True) if actor.dead else Outcome(value=value)
