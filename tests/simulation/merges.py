"""What must be true at the end of every merge."""

from lull.domain.errors import Conflict, Invalid, NotFound
from tests.simulation import settled
from tests.simulation.baton import Explored, Merge, explore, orders
from tests.simulation.meetings import Meeting


class Wrong(AssertionError):
    """A merge that ends badly, with the calls that led there."""


def walk(meeting: Meeting, *, cuts: bool) -> Explored:
    """All merges of the meeting. Raises Wrong at the first bad one."""
    return explore(meeting.prepared, judge, cuts=cuts)


def judge(merge: Merge) -> None:
    found = list(_unanswered(merge))
    made_calls = "\n".join(orders(merge))
    merge.world.heal()
    found += settled.failures(merge.world)
    if found:
        raise Wrong("\n".join([*found, f"merge {merge.order}:", made_calls]))


def _unanswered(merge: Merge) -> list[str]:
    """A race may be lost, but only in words: no failure of the system, no wake-up given back."""
    found = []
    for outcome in merge.outcomes:
        if outcome.crashed or (outcome.error and not _says_who_was_first(outcome.error)):
            found.append(f"an actor failed: {outcome.error!r}")
        elif isinstance(outcome.value, dict) and outcome.value["batchItemFailures"]:
            found.append("a wake-up failed")
    return found


def _says_who_was_first(error: Exception) -> bool:
    """Of a status that cannot follow any more, the field is named."""
    if isinstance(error, Invalid):
        return [each.field for each in error.errors] == ["status"]
    return isinstance(error, Conflict | NotFound)
