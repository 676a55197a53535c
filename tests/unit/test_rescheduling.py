"""Other times for what is planned: section 6 of the semantics."""

from dataclasses import replace
from datetime import timedelta

import pytest

from lull.domain import announced_maintenance
from lull.domain.announcements import MAX_UPDATES, Phase, Stage, Status, advanced, updated
from lull.domain.errors import Conflict, Invalid
from lull.domain.notices import subjects
from lull.domain.rescheduling import rescheduled
from lull.publishing.renderers.stages import stage
from lull.publishing.snapshot import AnnouncementSnapshot
from tests.builders import NOON, a_maintenance_window
from tests.page_builders import an_announcement

HOUR = timedelta(hours=1)
AHEAD = an_announcement(scheduled_for=NOON + HOUR, scheduled_until=NOON + 2 * HOUR)
BEGUN = advanced(AHEAD, at=NOON + HOUR)
OVER = advanced(AHEAD, at=NOON + 2 * HOUR)


def hours(*found):
    return [None if each is None else NOON + each * HOUR for each in found]


def test_new_times_are_told_by_an_update_and_the_clock_goes_by_them():
    new = rescheduled(AHEAD, *hours(12, 13.5), at=NOON)
    assert [each.body for each in new.updates[1:]] == [
        "The time has changed: 2026-03-02 00:00 to 01:30 UTC instead of 2026-03-01 13:00 to 14:00 UTC."
    ]
    assert (new.status, new.due_at, new.phase) == (Status.INVESTIGATING, NOON + 12 * HOUR, Phase.SCHEDULED)
    assert subjects(AHEAD, new) == ["update-2"]
    assert advanced(new, at=NOON + HOUR) == new
    assert rescheduled(new, *hours(12, 13.5), at=NOON) == new


def test_the_end_may_move_while_it_is_under_way():
    new = rescheduled(BEGUN, *hours(1, 30), at=NOON + HOUR)
    assert (new.stage, new.due_at) == (Stage.BEGUN, NOON + 30 * HOUR)
    assert new.updates[-1].body == (
        "The time has changed: 2026-03-01 13:00 to 2026-03-02 18:00 UTC instead of 2026-03-01 13:00 to 14:00 UTC."
    )


def test_what_is_moved_to_now_begins():
    assert rescheduled(AHEAD, *hours(-1, 2), at=NOON).stage is Stage.BEGUN


@pytest.mark.parametrize(
    ("announcement", "times", "fields"),
    [
        (AHEAD, (None, None), ["scheduledFor", "scheduledUntil"]),
        (AHEAD, (None, 2), ["scheduledFor"]),
        (AHEAD, (1, None), ["scheduledUntil"]),
        (AHEAD, (3, 3), ["scheduledUntil"]),
        (AHEAD, (2, 2), ["scheduledFor"]),
        (AHEAD, (-2, -1), ["scheduledUntil"]),
        (AHEAD, (-2, 0), ["scheduledUntil"]),
        (BEGUN, (1, 1), ["scheduledUntil"]),
        (BEGUN, (1, 0.5), ["scheduledUntil"]),
        (BEGUN, (1, None), ["scheduledUntil"]),
        (BEGUN, (None, 2), ["scheduledFor"]),
        (an_announcement(), (1, None), ["scheduledUntil"]),
    ],
)
def test_times_that_cannot_be_are_named(announcement, times, fields):
    at = NOON + HOUR if announcement is BEGUN else NOON
    with pytest.raises(Invalid) as refused:
        rescheduled(announcement, *hours(*times), at=at)
    assert [each.field for each in refused.value.errors] == fields


@pytest.mark.parametrize(
    ("announcement", "times"),
    [
        (BEGUN, (1.5, 2)),
        (OVER, (1, 5)),
        (updated(OVER, status=Status.MONITORING, body="Once more.", at=NOON + 3 * HOUR), (1, 5)),
        (an_announcement(), (1, 2)),
        (replace(AHEAD, window_id=4), (3, 4)),
    ],
)
def test_what_has_begun_is_over_or_is_of_a_window_has_no_times_to_change(announcement, times):
    with pytest.raises(Conflict):
        rescheduled(announcement, *hours(*times), at=NOON + HOUR)
    unchanged = (announcement.scheduled_for, announcement.scheduled_until)
    assert rescheduled(announcement, *unchanged, at=NOON + HOUR) == announcement


def test_where_there_is_no_room_for_it_people_are_told_so_and_windows_are_followed():
    full = replace(AHEAD, updates=AHEAD.updates * MAX_UPDATES)
    with pytest.raises(Invalid) as refused:
        rescheduled(full, *hours(3, 4), at=NOON)
    assert [each.field for each in refused.value.errors] == ["scheduledFor"]
    assert _retold(full, 3, 4).scheduled_for == NOON + 3 * HOUR


def _retold(announcement, begin, end, *, at=NOON, **changes):
    window = a_maintenance_window(start_at=NOON + begin * HOUR, end_at=NOON + end * HOUR, name="Slow answers")
    wanted = {"component_ids": (), "withdrawn": False, "titled": "Slow answers", **changes}
    return announced_maintenance.retold(announcement, window, **wanted, at=at)


def test_a_window_that_moves_is_told_like_that_once():
    told = _retold(AHEAD, 1, 2)
    assert len(told.updates) == 1
    moved = _retold(told, 3, 4)
    assert subjects(told, moved) == ["update-2"]
    assert "2026-03-01 15:00 to 16:00 UTC instead of 2026-03-01 13:00 to 14:00 UTC" in moved.updates[-1].body
    assert _retold(moved, 3, 4) == moved


def test_what_had_ended_and_is_put_off_is_told_to_be_planned_again_and_no_more():
    again = _retold(OVER, 5, 6, at=NOON + 3 * HOUR)
    assert [each.body for each in again.updates[2:]] == [announced_maintenance.AGAIN]
    shown = AnnouncementSnapshot.of(again, ())
    assert [stage(shown, each) for each in shown.updates] == ["scheduled", "completed", "scheduled"]


def test_another_text_or_other_components_of_a_window_are_a_change_of_its_announcement():
    told = _retold(AHEAD, 1, 2)
    later = NOON + HOUR / 2
    assert _retold(told, 1, 2, at=later) == told
    assert _retold(told, 1, 2, at=later, component_ids=(5,)).updated_at == later
