"""From a page and its checks to what visitors see."""

import json
from dataclasses import asdict, replace

import pytest

from lull.domain.checks import Health
from lull.domain.health import ComponentStatus
from lull.domain.status_pages import Source
from lull.publishing.projector import project
from tests.builders import a_check
from tests.page_builders import a_component, a_component_snapshot, a_page, a_snapshot

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
    component = a_component(check_id=987654, workspace_id=876543, page_id=654321)
    page = a_page(id=654321, workspace_id=876543)
    text = json.dumps(asdict(project(page, [component], {component.source: [check]})))
    for secret in ("s3cret", "987654", "876543", "765432", "654321", "secret-name"):
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
