"""Pages that show a running outage: published again in each slot, so that their figures fall while it goes on.

    publish, the first that shows an outage in a slot → wake-up when the next slot begins → one publish → …

However often a page changes, it asks once in a slot, and whatever asks for the same slot asks for one publish. A chain
ends by itself, with the outage or the page; one that breaks is joined again by the next change, or at midnight.
"""

from datetime import datetime, timedelta

from lull.domain.publications import SLOT, Publication, slot
from lull.gateways import queues
from lull.store import status_pages

# The clock of whoever publishes may be behind: what is published before the slot begins asks for no other.
_LEEWAY = timedelta(seconds=2)


def ask_for_the_next(was: Publication | None, now: Publication, *, at: datetime) -> None:
    """Before the new publication is recorded: whoever dies in between asks twice, and not never."""
    if now.counted_in and (was is None or was.counted_in != now.counted_in):
        wake_up = queues.WakeUp(kind=status_pages.KIND, workspace_id=now.workspace_id, record_id=now.page_id)
        queues.send_wake_up(wake_up, due_at=now.counted_in + SLOT + _LEEWAY, at=at)


def publish_again(workspace_id: int, page_id: int, *, at: datetime) -> None:
    """Have the page published in this slot, once whoever asks; nothing if it is gone or disabled."""
    page = status_pages.get_status_page(workspace_id, page_id)
    if page and page.enabled:
        queues.send_publishes([page.slug], cause=f"outage {slot(at).isoformat()}")
