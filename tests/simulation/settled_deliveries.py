"""What must be true of alerts once everything has been delivered: none is owed, and what is SENT has arrived."""

from lull.domain.deliveries import DeliveryState
from tests.simulation.world import World


def failures(world: World) -> list[str]:
    """Why this world has not settled: a delivery waits only for a time that has not come yet."""
    found = []
    for each in world.watch.deliveries.deliveries():
        if each.state is DeliveryState.PENDING and each.next_at <= world.swept_at:
            found.append(f"SENT: delivery {each.id} has been due since {each.next_at}")
        if each.state is DeliveryState.SENT and not world.watch.deliveries.sent.get(each.id):
            found.append(f"SENT: delivery {each.id} is SENT and nothing arrived")
    return found
