"""What must hold of every write of a maintenance window, of what it suppresses, and of its occurrences."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from lull.domain.maintenance_windows import MaintenanceWindow, Occurrence, Outcome, State, Suppression
from lull.store import keys
from lull.store.maintenance_windows import decode_maintenance_window
from tests.simulation.actors import Actor
from tests.simulation.expressions import Item
from tests.simulation.findings import Findings, Transition
from tests.simulation.tables import Table, Write

WORKSPACE = 1
_BEFORE_ANY = datetime(2000, 1, 1, tzinfo=UTC)
_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)
_SUPPRESSIONS = keys.suppressions_of_workspace(WORKSPACE)
_HISTORIES = keys.in_maintenance_window(WORKSPACE, 0).rpartition("#")[0] + "#"

_CHANGES = {
    (State.SCHEDULED, State.SCHEDULED): "edit",
    (State.SCHEDULED, State.ACTIVE): "clock",
    (State.SCHEDULED, State.CANCELLED): "user",
    (State.ACTIVE, State.COMPLETED): "clock",
    (State.ACTIVE, State.SCHEDULED): "clock",
    (State.ACTIVE, State.CANCELLED): "user",
}


def is_in_history(partition: str) -> bool:
    return partition.startswith(_HISTORIES)


def window_of(partition: str) -> int:
    """The window whose history a partition is."""
    return int(partition.removeprefix(_HISTORIES))


def next_start(cron: str, zone: str, after: datetime) -> datetime:
    """The oracle: minute by minute, for expressions that name a minute and perhaps an hour."""
    minute, hour, *rest = cron.split()
    assert rest == ["*", "*", "*"], cron
    at, local = after.replace(second=0, microsecond=0) + _MINUTE, ZoneInfo(zone)
    while at.astimezone(local).minute != int(minute):
        at += _MINUTE
    while hour != "*" and at.astimezone(local).hour != int(hour):
        at += _HOUR
    return at


@dataclass
class MaintenanceRules:
    table: Table
    findings: Findings
    ids: set[int] = field(default_factory=set)
    quiet_until: dict[int, datetime] = field(default_factory=dict)
    """By project: when a suppression last ended."""

    def after(self, actor: Actor, writes: Sequence[Write], now: datetime) -> None:
        touched = set()
        for write in writes:
            if write.key[1].startswith(keys.MAINTENANCE):
                touched.add(int(write.key[1].removeprefix(keys.MAINTENANCE)))
                self._window(actor, write, now)
            elif write.key[0] == _SUPPRESSIONS:
                touched.add(int(write.key[1].rpartition("#")[2]))
        for window_id in sorted(touched):
            self._suppressions(window_id)
        for write in writes:
            # What was announced outlives its window until it is closed, and is judged with the announcements.
            if is_in_history(write.key[0]) and not write.key[1].startswith(keys.ANNOUNCED):
                self._history(write, touched)

    def _window(self, actor: Actor, write: Write, now: datetime) -> None:
        before = decode_maintenance_window(write.before) if write.before else None
        if write.after is None:
            gone = before is not None and before.is_over and actor.role == "remove"
            self.findings.judge(
                "WINDOW", gone, f"{write.key[1]} was removed by {actor.name}, {before and before.state}"
            )
            return
        after = decode_maintenance_window(write.after)
        self._due(after, write.after)
        if before is None:
            self._appeared(actor, after, now)
        else:
            self._changed(actor, before, after, now)

    def _due(self, window: MaintenanceWindow, item: Item) -> None:
        due = {State.SCHEDULED: window.start_at, State.ACTIVE: window.end_at}.get(window.state)
        noted = item["DueSK"]["S"].split("#")[0] if "DueSK" in item else None
        right = keys.instant(due) if due else None
        self.findings.judge("INV-DUE", noted == right, f"maintenance {window.id} is due at {noted}, not {right}")

    def _appeared(self, actor: Actor, after: MaintenanceWindow, now: datetime) -> None:
        judge = self.findings.judge
        judge("INV-6", after.id not in self.ids, f"the id {after.id} was given twice")
        judge("INV-6", after.revision == 1, f"maintenance {after.id} began at revision {after.revision}")
        judge("WINDOW", actor.role == "plan", f"maintenance {after.id} was made by {actor.name}")
        self.ids.add(after.id)
        self._not_too_early(after, now)

    def _not_too_early(self, after: MaintenanceWindow, now: datetime) -> None:
        right = after.state is State.SCHEDULED or (after.state is State.ACTIVE and after.start_at <= now)
        self.findings.judge("INV-5", right, f"maintenance {after.id} is {after.state} before {after.start_at}")

    def _changed(self, actor: Actor, before: MaintenanceWindow, after: MaintenanceWindow, now: datetime) -> None:
        judge, said = self.findings.judge, f"maintenance {after.id} went from {before.state} to {after.state}"
        judge("INV-6", after.revision == before.revision + 1, f"maintenance {after.id} skipped a revision")
        kind = _CHANGES.get((before.state, after.state))
        judge("INV-1", kind is not None, said)
        if kind == "clock" and self._by_clock(before, after, now):
            return
        if kind == "user":
            judge("INV-5", actor.role in ("cancel", "remove"), f"{said} by {actor.name}")
            self._cancelled(before, after, now)
        else:
            judge("INV-5", actor.role == "edit" and before.state is State.SCHEDULED, f"{said} by {actor.name} at {now}")
            self._not_too_early(after, now)

    def _by_clock(self, before: MaintenanceWindow, after: MaintenanceWindow, now: datetime) -> bool:
        """Whether this is what the clock alone makes of the window."""
        expected, due = self._expected(before)
        if replace(after, revision=0) != replace(expected, revision=0):
            return False
        self.findings.judge("INV-5", due <= now, f"maintenance {after.id} became {after.state} at {now}, due {due}")
        late = (now - due).total_seconds()
        self.findings.transitions.append(Transition(f"maintenance {after.id}", after.state, late))
        if before.state is State.ACTIVE:
            self._ended(before, due, Outcome.COMPLETED, now)
        return True

    def _expected(self, before: MaintenanceWindow) -> tuple[MaintenanceWindow, datetime]:
        if before.state is State.SCHEDULED:
            return replace(before, state=State.ACTIVE), before.start_at
        if before.recurring_cron is None:
            return replace(before, state=State.COMPLETED), before.end_at
        start = next_start(before.recurring_cron, before.timezone, before.start_at)
        end = start + (before.end_at - before.start_at)
        return replace(
            before, state=State.SCHEDULED, occurrence=before.occurrence + 1, start_at=start, end_at=end
        ), before.end_at

    def _cancelled(self, before: MaintenanceWindow, after: MaintenanceWindow, now: datetime) -> None:
        at = after.cancelled_at
        if at is None:
            self.findings.judge("WINDOW", False, f"maintenance {after.id} was cancelled at no time")
        elif before.start_at < at:
            self._ended(before, min(at, before.end_at), Outcome.CANCELLED, now)

    def _ended(self, before: MaintenanceWindow, end_at: datetime, outcome: Outcome, now: datetime) -> None:
        project_ids = before.project_ids
        occurrence = Occurrence(start_at=before.start_at, end_at=end_at, outcome=outcome, project_ids=project_ids)
        if before.suppress_incidents:
            for project_id in before.project_ids:
                self.quiet_until[project_id] = max(self.quiet_until.get(project_id, now), min(now, before.end_at))
        key = keys.occurrence(WORKSPACE, before.id, before.start_at)
        item = self.table.get((key["PK"], key["SK"]))
        noted = msgspec.json.decode(item["body"]["S"], type=Occurrence) if item else None
        said = f"the occurrence of maintenance {before.id} is noted as {noted}, not {occurrence}"
        self.findings.judge("OCCURRENCE", noted == occurrence, said)

    def _history(self, write: Write, touched: set[int]) -> None:
        window_id, exists = window_of(write.key[0]), self.window(window_of(write.key[0])) is not None
        said = f"{write.key} was written"
        if write.after is None:
            self.findings.judge("GHOST", not exists, f"{write.key} was removed from a window that exists")
            return
        self.findings.judge("GHOST", exists, f"{said} to a window that is gone")
        if write.key[1].startswith(keys.OCCURRENCE):
            self.findings.judge("OCCURRENCE", write.before is None, f"{said} twice")
            self.findings.judge("OCCURRENCE", window_id in touched, f"{said} without its window")

    def _suppressions(self, window_id: int) -> None:
        """Exactly the entries that the window implies: the projects of one that is not over, with its times."""
        window = self.window(window_id)
        wanted = {} if window is None or window.is_over else dict.fromkeys(window.project_ids, _times(window))
        noted = {
            project_id: (each.start_at, each.end_at, each.alerts, each.incidents)
            for project_id, each in self.suppressions()
            if each.window_id == window_id
        }
        said = f"maintenance {window_id} suppresses {noted}, not {wanted}"
        self.findings.judge("SUPPRESSION", noted == wanted, said)

    def window(self, window_id: int) -> MaintenanceWindow | None:
        key = keys.maintenance_window(WORKSPACE, window_id)
        item = self.table.get((key["PK"], key["SK"]))
        return decode_maintenance_window(item) if item else None

    def windows(self) -> list[MaintenanceWindow]:
        items = [item for key, item in sorted(self.table.items.items()) if key[1].startswith(keys.MAINTENANCE)]
        return [decode_maintenance_window(item) for item in items]

    def suppressions(self) -> list[tuple[int, Suppression]]:
        return [
            (keys.suppressed_project(key[1]), msgspec.json.decode(item["body"]["S"], type=Suppression))
            for key, item in self.table.items.items()
            if key[0] == _SUPPRESSIONS
        ]

    def ends_of_quiet(self, project_id: int, now: datetime) -> list[datetime]:
        """When windows ceased to keep incidents of a project from being opened, though they may not know it yet."""
        ends = [each.end_at for project, each in self.suppressions() if project == project_id and each.incidents]
        last = self.quiet_until.get(project_id)
        return [end for end in (*ends, last) if end and end <= now] or [_BEFORE_ANY]

    def in_effect(self, project_id: int | None, at: datetime) -> list[Suppression]:
        return [each for project, each in self.suppressions() if project == project_id and each.is_in_effect(at)]


def _times(window: MaintenanceWindow) -> tuple[datetime, datetime, bool, bool]:
    return window.start_at, window.end_at, window.suppress_alerts, window.suppress_incidents
