"""What a planned announcement costs from its making to its end: rows of docs/costs.md."""

from collections.abc import Callable
from datetime import timedelta

from lull import clock
from lull.use_cases.announcements import advance
from tests.api import Api


def record_announcements(api: Api, record: Callable[..., None]) -> None:
    """Of one that names three components of its page."""
    page = api.post("/api/status-pages", {"name": "Planned", "slug": "planned"})["id"]
    path = f"/api/status-pages/{page}"
    ids = [api.post(f"{path}/components", {"name": "API", "checkId": 1})["id"] for _ in range(3)]
    start = clock.now() + timedelta(hours=1)
    times = {"scheduledFor": start.isoformat(), "scheduledUntil": (start + timedelta(hours=1)).isoformat()}
    body = {"title": "Disks", "body": "We swap them.", "componentIds": ids, **times}
    made: list[int] = []
    record("schedule an announcement", lambda: made.append(api.post(f"{path}/announcements", body)["id"]))
    later = (start + timedelta(hours=2)).isoformat()
    record("move its end", lambda: api.patch(f"{path}/announcements/{made[0]}", {"scheduledUntil": later}))
    for name, hours in (("begin", 0), ("end", 2)):
        at = start + timedelta(hours=hours)
        record(f"{name} it by its wake-up", lambda at=at: advance(1, made[0], at=at), authenticated=False)
    record("list announcements", lambda: api.get(f"{path}/announcements"))
