"""Announcements as their schedule and their owners have them: section 6 of the semantics."""

from dataclasses import replace
from datetime import timedelta

import pytest

from lull.domain.announcements import MAX_UPDATES, Impact, Phase, Status, advanced, check_components, edited, updated
from lull.domain.announcements import with_status as changed
from lull.domain.errors import Invalid
from tests.builders import NOON
from tests.page_builders import an_announcement

HOUR = timedelta(hours=1)
PLANNED = {"scheduled_for": NOON + HOUR, "scheduled_until": NOON + 2 * HOUR}


@pytest.mark.parametrize(
    ("hours", "phase", "updates"),
    [
        (0, Phase.SCHEDULED, 1),
        (0.99, Phase.SCHEDULED, 1),
        (1, Phase.OPEN, 1),
        (1.99, Phase.OPEN, 1),
        (2, Phase.RESOLVED, 2),
        (900, Phase.RESOLVED, 2),
    ],
)
def test_a_schedule_brings_about_what_the_clock_says_however_late_it_is_asked(hours, phase, updates):
    found = advanced(an_announcement(**PLANNED), at=NOON + hours * HOUR)
    assert (found.phase, len(found.updates)) == (phase, updates)
    assert advanced(found, at=NOON + hours * HOUR) == found
    if phase is Phase.RESOLVED:
        assert found.updated_at == PLANNED["scheduled_until"]
        assert found.due_at is None


def test_one_that_was_resolved_before_its_time_never_begins():
    resolved = changed(an_announcement(**PLANNED), Status.RESOLVED, at=NOON)
    assert advanced(resolved, at=NOON + 3 * HOUR) == resolved


def test_one_without_a_schedule_is_open_until_somebody_resolves_it_and_may_be_opened_again():
    told = an_announcement()
    assert (told.phase, told.due_at, advanced(told, at=NOON + 900 * HOUR)) == (Phase.OPEN, None, told)
    resolved = changed(told, Status.RESOLVED, at=NOON + HOUR)
    assert resolved.phase is Phase.RESOLVED
    assert updated(resolved, status=Status.MONITORING, body="Again.", at=NOON + 2 * HOUR).phase is Phase.OPEN


@pytest.mark.parametrize(
    ("times", "field"),
    [
        ({"scheduled_for": NOON}, "scheduledUntil"),
        ({"scheduled_until": NOON}, "scheduledFor"),
        ({"scheduled_for": NOON, "scheduled_until": NOON}, "scheduledUntil"),
    ],
)
def test_both_times_or_neither_in_their_order(times, field):
    with pytest.raises(Invalid) as refused:
        an_announcement(**times)
    assert [each.field for each in refused.value.errors] == [field]


def test_each_component_that_is_not_of_the_page_is_named():
    with pytest.raises(Invalid) as refused:
        check_components([5, 9, 6, 9], {5, 6})
    assert [each.field for each in refused.value.errors] == ["componentIds.1", "componentIds.3"]


def test_updates_keep_their_order_whatever_clocks_say_and_the_status_of_the_one_before():
    found = updated(an_announcement(status=Status.IDENTIFIED), status=None, body="Still.", at=NOON - HOUR)
    assert [(each.id, each.status, each.created_at) for each in found.updates] == [
        (1, Status.IDENTIFIED, NOON),
        (2, Status.IDENTIFIED, NOON),
    ]


def test_a_full_announcement_can_still_be_resolved():
    full = an_announcement(impact=Impact.MAJOR)
    for _ in range(MAX_UPDATES - 1):
        full = updated(full, status=None, body="More.", at=NOON)
    with pytest.raises(Invalid):
        updated(full, status=None, body="More.", at=NOON)
    assert changed(full, Status.RESOLVED, at=NOON).phase is Phase.RESOLVED


def test_what_was_written_after_its_time_is_a_record_of_it():
    ends = NOON - 9 * HOUR
    found = an_announcement(scheduled_for=ends - HOUR, scheduled_until=ends, body="We moved.")
    assert [(each.status, each.body, each.created_at) for each in found.updates] == [
        (Status.RESOLVED, "We moved.", NOON)
    ]
    assert (found.resolved_at, found.due_at) == (ends, None)
    added = updated(found, status=None, body="More.", at=NOON + HOUR)
    assert added.resolved_at == ends
    again = updated(added, status=Status.MONITORING, body="It goes on.", at=NOON + HOUR)
    assert again.resolved_at is None
    assert changed(again, Status.RESOLVED, at=NOON + 2 * HOUR).resolved_at == NOON + 2 * HOUR


@pytest.mark.parametrize(("hours", "over"), [(1.5, 1.5), (2, 2), (2.5, 2)])
def test_planned_work_is_over_when_somebody_says_so_and_at_its_end_at_the_latest(hours, over):
    moment = NOON + hours * HOUR
    found = changed(advanced(an_announcement(**PLANNED), at=moment), Status.RESOLVED, at=moment)
    assert found.resolved_at == NOON + over * HOUR
    assert updated(found, status=None, body="Thank you.", at=NOON + 9 * HOUR).resolved_at == NOON + over * HOUR


@pytest.mark.parametrize("changes", [{"title": "Slow"}, {"impact": Impact.MAJOR}, {"component_ids": (5,)}])
def test_a_change_of_what_it_says_is_one(changes):
    told = an_announcement()
    new = edited(replace(told, **changes), told, at=NOON + HOUR)
    assert (new.updated_at, new.updates) == (NOON + HOUR, told.updates)
    assert edited(new, new, at=NOON + 2 * HOUR) == new
    assert updated(new, status=None, body="More.", at=NOON + 2 * HOUR).updated_at == NOON + 2 * HOUR
