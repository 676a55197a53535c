"""What a wake-up does: look at the record, do what is due, wait for what is not."""

from datetime import datetime

from lull.gateways import queues
from lull.gateways.queues import WakeUp
from lull.store import deployment_windows, due
from lull.use_cases.deployment_windows import advance


def handle_message(body: str, *, at: datetime) -> None:
    """Act on the wake-up that a queued message carries. Raises ValueError or KeyError if it is none."""
    handle_wake_up(queues.parse_wake_up(body), at=at)


def handle_wake_up(wake_up: WakeUp, *, at: datetime) -> None:
    """Do what is due of the record; if it came early, put the wake-up back for the rest of the time.

    Late, doubled, orphaned and unwanted wake-ups find nothing to do. Raises ValueError for an unknown kind.
    """
    if wake_up.kind != deployment_windows.KIND:
        raise ValueError(f"no record is of kind {wake_up.kind!r}")
    window = advance(wake_up.workspace_id, wake_up.record_id, at=at)
    due_at = window.due_at if window else None
    if due_at and at < due_at <= at + queues.LONGEST_DELAY:
        queues.send_wake_up(wake_up, due_at=due_at, at=at)


def redrive_overdue(*, at: datetime) -> int:
    """Wake whatever is overdue; how many there were. The net under lost schedules and lost messages."""
    overdue = [
        WakeUp(kind=each.kind, workspace_id=each.workspace_id, record_id=each.record_id)
        for each in due.list_due(until=at)
    ]
    queues.send_wake_ups(overdue)
    return len(overdue)
