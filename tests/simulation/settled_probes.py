"""What must be true of probes once everything has been delivered: none has been due since the last sweep."""

from lull.domain.checks import Check, CheckMode
from lull.store.checks import decode_check
from tests.simulation.world import World


def probed(world: World) -> list[Check]:
    checks = [decode_check(item) for key, item in sorted(world.table.items.items()) if key[1] == "CHECK"]
    return [check for check in checks if check.check_mode is CheckMode.OUTBOUND]


def failures(world: World) -> list[str]:
    """Why this world has not settled. Where nobody looks for what is silent, nobody looks for probes."""
    found = []
    for check in probed(world) if world.heartbeats else []:
        if not check.holds and (check.watch_at is None or check.watch_at <= world.swept_at):
            found.append(f"PROBED: check {check.id} has been due since {check.watch_at}")
    return found
