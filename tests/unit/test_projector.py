"""From a page and its checks to what visitors see."""

import json
from dataclasses import asdict, replace
from datetime import timedelta

import pytest

from lull.domain.announcements import Impact, Status, with_status
from lull.domain.checks import Health
from lull.domain.health import ComponentStatus
from lull.domain.incidents import opened, resolved
from lull.domain.maintenance_windows import suppression as suppression_of
from lull.domain.status_pages import Source
from lull.publishing import projector
from lull.publishing.snapshot import StatusSnapshot
from tests.builders import NOON, a_check, a_maintenance_window
from tests.page_builders import a_component, a_component_snapshot, a_page, a_snapshot, an_announcement

HOUR = timedelta(hours=1)


def project(page, components, watching, *windows, announcements=(), at=NOON) -> StatusSnapshot:
    """The page, with its announcements and maintenance windows on their projects."""
    suppressions = [
        (project_id, suppression)
        for each in windows
        for project_id in each.project_ids
        if (suppression := suppression_of(each))
    ]
    return projector.project(page, components, watching, suppressions, announcements, at=at)


DOWN = a_check(health=Health.DOWN)
OK = a_check(id=11, health=Health.OK)


def test_a_page_is_shown_as_its_owner_described_it():
    page = a_page(
        logo_url="https://acme.test/logo.png",
        favicon_url="https://acme.test/favicon.ico",
        primary_color="#123456",
        background_color="#fff",
        show_uptime_history=False,
        uptime_history_days=30,
        show_incident_history=False,
    )
    assert project(page, [], {}) == a_snapshot(
        logo_url="https://acme.test/logo.png",
        favicon_url="https://acme.test/favicon.ico",
        primary_color="#123456",
        background_color="#fff",
        show_uptime_history=False,
        uptime_history_days=30,
        show_incident_history=False,
    )


def test_components_keep_the_order_they_come_in():
    first = a_component(id=6, position=0, group_name="Core", description="REST", show_uptime_bar=False)
    second = a_component(id=5, name="Search", position=4, project_id=1)
    snapshot = project(a_page(), [first, second], {first.source: [OK], second.source: [OK]})
    assert snapshot.components == (
        a_component_snapshot(id=6, group_name="Core", description="REST", show_uptime_bar=False),
        a_component_snapshot(id=5, name="Search", position=4),
    )


@pytest.mark.parametrize(
    ("component", "checks", "status"),
    [
        (a_component(check_id=10), [DOWN], ComponentStatus.MAJOR_OUTAGE),
        (a_component(project_id=1), [DOWN, OK], ComponentStatus.PARTIAL_OUTAGE),
        (a_component(dependency_id=1), [OK], ComponentStatus.OPERATIONAL),
    ],
)
def test_a_component_has_the_status_of_what_it_stands_for(component, checks, status):
    snapshot = project(a_page(), [component], {component.source: checks})
    assert [each.status for each in snapshot.components] == [status]


def test_a_component_whose_source_is_gone_is_not_monitored():
    snapshot = project(a_page(), [a_component(check_id=10)], {(Source.CHECK, 11): [OK]})
    assert [each.status for each in snapshot.components] == [ComponentStatus.NOT_MONITORED]


def test_the_page_tells_its_status_in_words():
    components = [a_component(id=5, check_id=10), a_component(id=6, check_id=11)]
    snapshot = project(a_page(), components, {(Source.CHECK, 10): [DOWN], (Source.CHECK, 11): [OK]})
    assert (snapshot.status, snapshot.description) == (ComponentStatus.PARTIAL_OUTAGE, "Partial outage")


def test_nothing_that_visitors_may_not_know_is_in_a_snapshot():
    secrets = {"token": "s3cret-token", "id": 987654, "workspace_id": 876543, "project_id": 765432}
    check = a_check(**secrets, name="secret-name")
    component = a_component(check_id=987654, workspace_id=876543)
    page = a_page(workspace_id=876543)
    text = json.dumps(asdict(project(page, [component], {component.source: [check]})), default=str)
    for secret in ("s3cret", "987654", "876543", "765432", "secret-name"):
        assert secret not in text


def test_the_digest_changes_with_anything_that_is_shown_and_with_nothing_else():
    snapshot = a_snapshot(a_component_snapshot())
    assert snapshot.digest == a_snapshot(a_component_snapshot()).digest
    changed = {
        replace(snapshot, name="Other").digest,
        replace(snapshot, components=()).digest,
        a_snapshot(a_component_snapshot(status=ComponentStatus.MAJOR_OUTAGE)).digest,
        a_snapshot(a_component_snapshot(description="")).digest,
    }
    assert len(changed | {snapshot.digest}) == 5


@pytest.mark.parametrize(
    ("check", "at", "status"),
    [
        (OK, NOON - timedelta(seconds=1), ComponentStatus.OPERATIONAL),
        (OK, NOON, ComponentStatus.UNDER_MAINTENANCE),
        (a_check(), NOON, ComponentStatus.UNDER_MAINTENANCE),
        (replace(DOWN, judged_at=NOON), NOON, ComponentStatus.UNDER_MAINTENANCE),
        (replace(DOWN, judged_at=NOON - HOUR), NOON, ComponentStatus.MAJOR_OUTAGE),
        (OK, NOON + 2 * HOUR, ComponentStatus.OPERATIONAL),
        (replace(OK, project_id=2), NOON, ComponentStatus.OPERATIONAL),
        (replace(OK, project_id=None, dependency_id=1), NOON, ComponentStatus.OPERATIONAL),
    ],
)
def test_maintenance_explains_everything_but_an_outage_that_began_before_it(check, at, status):
    component = a_component()
    snapshot = project(a_page(), [component], {component.source: [check]}, a_maintenance_window(), at=at)
    assert [each.status for each in snapshot.components] == [status]


def test_of_two_windows_the_one_that_began_first_counts():
    component = a_component()
    windows = [a_maintenance_window(id=1, start_at=NOON - HOUR), a_maintenance_window(id=2)]
    down = replace(DOWN, judged_at=NOON - HOUR / 2)
    for order in (windows, windows[::-1]):
        snapshot = project(a_page(), [component], {component.source: [down]}, *order)
        assert snapshot.status is ComponentStatus.UNDER_MAINTENANCE


def test_visitors_are_told_of_maintenance_that_is_meant_for_them_and_concerns_the_page():
    components = [a_component(id=5), a_component(id=6, project_id=2), a_component(id=7, dependency_id=3)]
    watching = {components[0].source: [OK]}
    windows = [
        a_maintenance_window(id=1, auto_publish_to_status_page=True, start_at=NOON + HOUR, project_ids=(1, 2)),
        a_maintenance_window(id=2, auto_publish_to_status_page=True, project_ids=(2,), description="Disks"),
        a_maintenance_window(id=3),
        a_maintenance_window(id=4, auto_publish_to_status_page=True, project_ids=(9,)),
        a_maintenance_window(id=5, auto_publish_to_status_page=True, start_at=NOON - HOUR, end_at=NOON),
    ]
    shown = project(a_page(), components, watching, *windows).maintenances
    assert [(each.id, each.under_way, each.component_ids, each.description) for each in shown] == [
        (2, True, (6,), "Disks"),
        (1, False, (5, 6), None),
    ]


@pytest.mark.parametrize(
    ("impact", "checks", "status"),
    [
        (Impact.NONE, (OK,), ComponentStatus.OPERATIONAL),
        (Impact.MINOR, (OK,), ComponentStatus.DEGRADED_PERFORMANCE),
        (Impact.MAJOR, (OK,), ComponentStatus.PARTIAL_OUTAGE),
        (Impact.CRITICAL, (OK,), ComponentStatus.MAJOR_OUTAGE),
        (Impact.MINOR, (DOWN,), ComponentStatus.MAJOR_OUTAGE),
        (Impact.MAJOR, (), ComponentStatus.PARTIAL_OUTAGE),
        (Impact.NONE, (), ComponentStatus.NOT_MONITORED),
    ],
)
def test_an_open_announcement_raises_the_components_it_names_and_never_lowers_them(impact, checks, status):
    components = [a_component(id=5, check_id=10), a_component(id=6, check_id=11)]
    watching = {(Source.CHECK, 10): checks, (Source.CHECK, 11): (OK,)}
    told = an_announcement(impact=impact, component_ids=(5,))
    shown = project(a_page(), components, watching, announcements=[told])
    assert [each.status for each in shown.components] == [status, ComponentStatus.OPERATIONAL]


@pytest.mark.parametrize(
    ("hours", "checks", "status", "lists"),
    [
        (0, (OK,), ComponentStatus.OPERATIONAL, (0, 1)),
        (1, (OK,), ComponentStatus.UNDER_MAINTENANCE, (1, 0)),
        (1, (DOWN,), ComponentStatus.MAJOR_OUTAGE, (1, 0)),
        (2, (OK,), ComponentStatus.OPERATIONAL, (0, 0)),
    ],
)
def test_a_scheduled_announcement_is_maintenance_inside_its_time(hours, checks, status, lists):
    told = an_announcement(
        impact=Impact.CRITICAL, component_ids=(5,), scheduled_for=NOON + HOUR, scheduled_until=NOON + 2 * HOUR
    )
    shown = project(
        a_page(), [a_component()], {(Source.CHECK, 10): checks}, announcements=[told], at=NOON + hours * HOUR
    )
    assert (shown.components[0].status, (len(shown.announcements), len(shown.scheduled))) == (status, lists)


def test_a_page_without_anything_monitored_is_what_its_announcements_say():
    told = [an_announcement(impact=Impact.MINOR), an_announcement(id=2, impact=Impact.CRITICAL)]
    assert project(a_page(), [], {}, announcements=told).status is ComponentStatus.MAJOR_OUTAGE
    monitored = project(a_page(), [a_component()], {(Source.CHECK, 10): (OK,)}, announcements=told)
    assert monitored.status is ComponentStatus.OPERATIONAL


@pytest.mark.parametrize(
    ("impact", "over", "check", "said"),
    [
        (Impact.NONE, False, OK, "All systems operational"),
        (Impact.MINOR, False, OK, "Systems operational, with open announcements"),
        (Impact.MINOR, True, OK, "All systems operational"),
        (Impact.CRITICAL, False, DOWN, "Major outage"),
    ],
)
def test_a_page_does_not_say_that_all_is_well_while_it_tells_of_an_impact(impact, over, check, said):
    told = with_status(an_announcement(impact=impact), Status.RESOLVED if over else None, at=NOON)
    shown = project(a_page(), [a_component()], {(Source.CHECK, 10): (check,)}, announcements=[told])
    assert shown.description == said


def test_an_announcement_names_no_component_that_is_gone():
    shown = project(a_page(), [a_component(id=5)], {}, announcements=[an_announcement(component_ids=(4, 5))])
    assert shown.announcements[0].component_ids == (5,)


@pytest.mark.parametrize(("window_id", "announced"), [(4, True), (9, False), (None, False)])
def test_maintenance_says_whether_an_announcement_tells_of_it(window_id, announced):
    window = a_maintenance_window(id=4, project_ids=(1,), auto_publish_to_status_page=True)
    told = an_announcement(window_id=window_id)
    shown = project(a_page(), [a_component(project_id=1)], {}, window, announcements=[told])
    assert [each.announced for each in shown.maintenances] == [announced]


def test_a_page_that_shows_no_past_tells_what_is_down_now_and_what_has_just_ended():
    began, week = NOON - 400 * 24 * HOUR, 7 * 24 * HOUR
    running = opened(replace(DOWN, judged_at=began), incident_id=1, cause=None, deployment_ids=(), at=began)
    recent = resolved(replace(running, id=2, opened_at=NOON - 2 * week), at=NOON - week + HOUR)
    older = resolved(replace(running, id=3, opened_at=NOON - 2 * week), at=NOON - week)
    past = projector.Past(incidents=(running, recent, older))

    def shown(page, checks) -> list[tuple[int, bool]]:
        snapshot = projector.project(page, [a_component()], {(Source.CHECK, 10): checks}, [], (), past, at=NOON)
        return [(each.id, each.partial) for each in snapshot.incidents]

    assert shown(a_page(show_incident_history=False), [DOWN]) == [(1, False), (2, False)]
    assert shown(a_page(), [DOWN, OK]) == [(1, True), (2, True), (3, True)]
