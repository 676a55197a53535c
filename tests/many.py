"""So many checks that making them over HTTP would be most of a test."""

from lull import clock
from lull.domain.checks import Check
from lull.store import checks, counters


def many_checks(project_id: int, count: int) -> list[int]:
    """Checks of workspace 1, as the API would have made them; their ids."""
    ids = counters.next_ids("check", count)
    for check_id in ids:
        check = Check(
            id=check_id,
            workspace_id=1,
            project_id=project_id,
            name=f"Check {check_id}",
            token=f"1-{check_id}-{'x' * 24}",
            interval_seconds=300,
            created_at=clock.now(),
        )
        checks.create_check(check)
    return list(ids)
