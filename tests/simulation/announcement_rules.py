"""What must hold of every write of an announcement: told once, as its window has it, closed for a reason."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from lull.domain.announced_maintenance import Announced
from lull.domain.announcements import Announcement, Stage, Status
from lull.domain.maintenance_windows import MaintenanceWindow
from lull.store import keys
from lull.store.announcements import decode_announcement
from tests.simulation.actors import Actor
from tests.simulation.expressions import Item
from tests.simulation.findings import Findings, Transition
from tests.simulation.maintenance_rules import WORKSPACE, MaintenanceRules, is_in_history, window_of
from tests.simulation.tables import Key, Table, Write

Place = tuple[int, int, int]
"""A window, the number of an occurrence, and a page."""


def is_noted(write: Write) -> bool:
    return is_in_history(write.key[0]) and write.key[1].startswith(keys.ANNOUNCED)


def noted(item: Item) -> Announced:
    return msgspec.json.decode(item["body"]["S"], type=Announced)


@dataclass
class AnnouncementRules:
    table: Table
    findings: Findings
    maintenance: MaintenanceRules
    places: dict[int, Place] = field(default_factory=dict)
    """What each announcement of a window was made for."""
    resolved_by_hand: set[int] = field(default_factory=set)
    opened_by_hand: set[int] = field(default_factory=set)
    """Somebody has something to add although it was resolved."""
    deleted: set[int] = field(default_factory=set)

    def after(self, actor: Actor, writes: Sequence[Write], now: datetime) -> None:
        entries = {noted(item).announcement_id: item for write in writes if is_noted(write) and (item := write.before)}
        for write in writes:
            if write.key[1] == "ANNOUNCEMENT":
                self._announcement(actor, write, entries, now)
        for write in writes:
            if is_noted(write) and write.before and write.after is None:
                self._forgotten(window_of(write.key[0]), noted(write.before))

    def memory(self) -> tuple[Any, ...]:
        by_hand = (self.resolved_by_hand, self.opened_by_hand, self.deleted)
        return tuple(sorted(self.places.items())), *(frozenset(each) for each in by_hand)

    def _announcement(self, actor: Actor, write: Write, entries: dict[int, Item], now: datetime) -> None:
        before = decode_announcement(write.before) if write.before else None
        after = decode_announcement(write.after) if write.after else None
        either = after or before
        assert either
        self._listed(either, exists=after is not None)
        if after is None:
            self.deleted.add(either.id)
            by = actor.role in ("retract", "unpage")
            self.findings.judge("TOLD", by, f"announcement {either.id} was deleted by {actor.name}")
            return
        self._due(after, write.after or {})
        if before is None:
            self._appeared(actor, after)
            return
        was = entries.get(after.id)
        self._changed(actor, before, after, now, reopens=was is not None and noted(was).withdrawn)

    def _listed(self, announcement: Announcement, *, exists: bool) -> None:
        """In exactly one half of its page's list, in none once it is gone."""
        resolved = announcement.status is Status.RESOLVED
        for half in (True, False):
            key = keys.announcement_listing(WORKSPACE, announcement.page_id, announcement.id, resolved=half)
            right = (self.table.get(_key(key)) is not None) == (exists and half is resolved)
            self.findings.judge("LISTED", right, f"announcement {announcement.id}, resolved {resolved}: {key}")

    def _due(self, announcement: Announcement, item: Item) -> None:
        moments = {Stage.AHEAD: announcement.scheduled_for, Stage.BEGUN: announcement.scheduled_until}
        due = moments.get(announcement.stage)
        at = item["DueSK"]["S"].split("#")[0] if "DueSK" in item else None
        said = f"announcement {announcement.id} is due at {at}, not {due}"
        self.findings.judge("INV-DUE", at == (keys.instant(due) if due else None), said)

    def _appeared(self, actor: Actor, after: Announcement) -> None:
        judge, who = self.findings.judge, f"announcement {after.id}"
        judge("INV-6", after.revision == 1, f"{who} began at revision {after.revision}")
        if after.window_id is None:
            return
        judge("TOLD", actor.role == "transitioner", f"{who} was made by {actor.name}")
        window = self.maintenance.window(after.window_id)
        if window is None or window.is_over or not window.auto_publish_to_status_page:
            judge("TOLD", False, f"{who} tells of {window}, which is told nowhere")
            return
        place = (window.id, window.occurrence, after.page_id)
        judge("ONCE", place not in self.places.values(), f"{who} tells once more of {place}")
        self.places[after.id] = place
        entry = self.entry(place)
        judge("ONCE", entry is not None and entry.announcement_id == after.id, f"{who} is noted as {entry}")
        judge("TOLD", self.page_exists(after.page_id), f"{who} is on a page that does not exist")
        self._as_the_window_has_it(after, window)

    def _as_the_window_has_it(self, after: Announcement, window: MaintenanceWindow) -> None:
        told = (after.title, after.scheduled_for, after.scheduled_until)
        said = f"announcement {after.id} says {told} of {window}"
        self.findings.judge("TOLD", told == (window.name, window.start_at, window.end_at), said)

    def _changed(
        self, actor: Actor, before: Announcement, after: Announcement, now: datetime, *, reopens: bool
    ) -> None:
        judge, who = self.findings.judge, f"announcement {after.id}"
        judge("INV-6", after.revision == before.revision + 1, f"{who} skipped a revision")
        same = (after.id, after.page_id, after.window_id) == (before.id, before.page_id, before.window_id)
        judge("INV-1", same, f"{who} became another one")
        kept = after.updates[1 : len(before.updates)] == before.updates[1:]
        judge("INV-1", kept and len(after.updates) >= len(before.updates), f"{who} took back what it had said")
        over, was_over = after.status is Status.RESOLVED, before.status is Status.RESOLVED
        by_hand = actor.role == "update"
        if over and not was_over:
            self.resolved_by_hand |= {after.id} if by_hand else set()
            self.opened_by_hand.discard(after.id)
            judge("CLOSE", by_hand or self._may_close(after, now), f"{who} was closed by {actor.name}: {after}")
        elif was_over and not over:
            ended = before.scheduled_until is not None and before.scheduled_until <= now
            right = by_hand or reopens or (ended and after.id not in self.resolved_by_hand)
            judge("CLOSE", right, f"{who} was opened again by {actor.name}")
            self.resolved_by_hand.discard(after.id)
            self.opened_by_hand |= {after.id} if by_hand else set()
        moved = (after.title, after.scheduled_for) != (before.title, before.scheduled_for)
        window = self.maintenance.window(after.window_id or 0)
        if moved and actor.role == "transitioner" and window:
            self._as_the_window_has_it(after, window)
        if before.stage is Stage.AHEAD and after.stage is Stage.BEGUN and not moved and after.scheduled_for:
            late = (now - after.scheduled_for).total_seconds()
            judge("INV-5", late >= 0, f"{who} began before its time")
            self.findings.transitions.append(Transition(who, after.stage, late))

    def _may_close(self, after: Announcement, now: datetime) -> bool:
        """Its time is over, or its occurrence is, or the window does not tell there any more."""
        if after.scheduled_until and after.scheduled_until <= now:
            return True
        window_id, occurrence, page_id = self.places.get(after.id, (0, 0, 0))
        window = self.maintenance.window(window_id)
        if window is None or window.is_over or window.occurrence > occurrence:
            return True
        entry = self.entry((window_id, occurrence, page_id))
        return entry is not None and entry.withdrawn

    def _forgotten(self, window_id: int, entry: Announced) -> None:
        window = self.maintenance.window(window_id)
        settled = window is None or window.is_over or window.occurrence > entry.occurrence
        announcement = self.announcement(entry.announcement_id)
        closed = announcement is None or announcement.status is Status.RESOLVED
        said = f"{entry} of maintenance {window_id} was forgotten, and {announcement} is not over"
        self.findings.judge("CLOSE", settled and closed, said)

    def entry(self, place: Place) -> Announced | None:
        item = self.table.get(_key(keys.announced(WORKSPACE, *place)))
        return noted(item) if item else None

    def announcement(self, announcement_id: int) -> Announcement | None:
        item = self.table.get(_key(keys.announcement(WORKSPACE, announcement_id)))
        return decode_announcement(item) if item else None

    def announcements(self) -> list[Announcement]:
        items = [item for key, item in sorted(self.table.items.items()) if key[1] == "ANNOUNCEMENT"]
        return sorted((decode_announcement(item) for item in items), key=lambda each: each.id)

    def page_exists(self, page_id: int) -> bool:
        return self.table.get(_key(keys.status_page(WORKSPACE, page_id))) is not None


def _key(key: dict[str, str]) -> Key:
    return key["PK"], key["SK"]
