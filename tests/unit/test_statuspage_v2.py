"""The convention of Statuspage."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from lull.domain.health import SENTENCES, ComponentStatus
from lull.publishing.renderers import statuspage_v2
from lull.publishing.snapshot import StatusSnapshot
from tests.builders import NOON
from tests.golden import assert_golden
from tests.page_builders import a_component_snapshot, a_snapshot, an_announcement_snapshot, an_incident_snapshot
from tests.told_page import BASE, DAY, HOUR, TOLD, hostile_texts, planned, renamed, told, written_by

TIMES = {"created_at", "updated_at"}
COMPONENT = (
    {"id", "name", "status", "position", "description", "showcase", "start_date", "group_id", "page_id", "group"}
    | {"only_show_if_degraded"}
    | TIMES
)
INCIDENT = (
    {"id", "name", "status", "impact", "started_at", "monitoring_at", "resolved_at", "shortlink", "page_id"}
    | {"incident_updates", "components"}
    | TIMES
)
UPDATE = {"id", "status", "body", "incident_id", "display_at", "affected_components"} | TIMES


def read(snapshot: StatusSnapshot = TOLD) -> dict[str, Any]:
    return {name: json.loads(body) for name, body in statuspage_v2.render(snapshot, NOON, base_url=BASE).items()}


FILES = read()


def test_it_looks_as_it_did():
    assert_golden("statuspage_v2.json", json.dumps(FILES, ensure_ascii=False, indent=1).encode() + b"\n")


def test_every_file_has_the_page_and_what_it_is_named_for():
    assert {name: set(each) - {"page"} for name, each in FILES.items()} == {
        "summary": {"status", "components", "incidents", "scheduled_maintenances"},
        "status": {"status"},
        "components": {"components"},
        "incidents": {"incidents"},
        "incidents/unresolved": {"incidents"},
        "scheduled-maintenances": {"scheduled_maintenances"},
        "scheduled-maintenances/upcoming": {"scheduled_maintenances"},
        "scheduled-maintenances/active": {"scheduled_maintenances"},
    }
    assert [each["page"] for each in FILES.values()] == [
        {
            "id": "7",
            "name": "Acme & Söhne",
            "url": "https://status.example.com/status/acme",
            "time_zone": "Etc/UTC",
            "updated_at": "2026-03-01T12:00:00Z",
        }
    ] * 8


def test_every_object_has_every_member_that_clients_ask_for():
    for each in FILES["components"]["components"]:
        assert set(each) == COMPONENT | ({"components"} if each["group"] else set())
    for each in FILES["incidents"]["incidents"]:
        assert set(each) == INCIDENT
    for each in FILES["scheduled-maintenances"]["scheduled_maintenances"]:
        assert set(each) == INCIDENT | {"scheduled_for", "scheduled_until"}
        assert [set(update) for update in each["incident_updates"]] == [UPDATE] * len(each["incident_updates"])
        assert {update["incident_id"] for update in each["incident_updates"]} == {each["id"]}


def named(name: str, snapshot: StatusSnapshot = TOLD) -> list[tuple[str, str, str]]:
    listed = [value for key, value in read(snapshot)[name].items() if key in ("incidents", "scheduled_maintenances")]
    return [(each["id"], each["name"], each["status"]) for each in listed[0]]


def test_announcements_are_incidents_or_maintenances():
    slow, lost = ("12", "Slow <answers>", "identified"), ("9", "Lost mails", "resolved")
    down, was_down = ("incident-31", "API is down", "investigating"), ("incident-30", "Search was down", "resolved")
    assert named("incidents") == [down, slow, lost, was_down]
    assert named("incidents/unresolved") == [down, slow]
    move, disks = ("14", "Move, at last", "scheduled"), ("13", "New disks", "verifying")
    firewall = ("window-4-2", "Firewall", "in_progress")
    over = [("11", "Called off", "completed"), ("10", "Restart", "completed"), ("3", "Long ago", "completed")]
    assert named("scheduled-maintenances") == [move, firewall, disks, *over]
    assert named("scheduled-maintenances/upcoming") == [move]
    assert named("scheduled-maintenances/active") == [firewall, disks]
    summary = FILES["summary"]
    assert [each["id"] for each in summary["incidents"]] == ["incident-31", "12"]
    assert [each["id"] for each in summary["scheduled_maintenances"]] == ["13", "window-4-2", "14"]


def test_what_was_called_off_is_told_in_words_that_clients_know():
    (called_off,) = [each for each in FILES["scheduled-maintenances"]["scheduled_maintenances"] if each["id"] == "11"]
    assert [each["status"] for each in called_off["incident_updates"]] == ["completed", "scheduled"]


def test_an_incident_tells_its_updates_newest_first_and_names_its_components():
    _, slow = FILES["incidents/unresolved"]["incidents"]
    assert [(each["id"], each["status"]) for each in slow["incident_updates"]] == [
        ("12-2", "identified"),
        ("12-1", "investigating"),
    ]
    assert [each["name"] for each in slow["components"]] == ["API"]
    assert (slow["impact"], slow["resolved_at"], slow["monitoring_at"]) == ("major", None, None)
    lost = FILES["incidents"]["incidents"][2]
    assert (lost["created_at"], lost["resolved_at"]) == ("2026-01-20T09:00:00Z", "2026-01-20T10:00:00Z")


def test_planned_work_that_was_written_down_later_was_over_at_its_end_and_a_new_title_is_an_update():
    record = an_announcement_snapshot(edited_at=NOON + HOUR, **planned(NOON - 9 * DAY))
    (found,) = read(a_snapshot(resolved=(record,)))["scheduled-maintenances"]["scheduled_maintenances"]
    assert (found["resolved_at"], found["updated_at"]) == ("2026-02-20T14:00:00Z", "2026-03-01T13:00:00Z")
    (update,) = found["incident_updates"]
    assert (update["status"], update["display_at"]) == ("completed", "2026-02-20T14:00:00Z")
    assert update["created_at"] == "2026-03-01T12:00:00Z"


def test_an_outage_that_nobody_announced_is_an_incident_under_one_id_from_begin_to_end():
    def only(name: str, **changes: Any) -> dict[str, Any]:
        (component,) = TOLD.components[:1]
        outage = an_incident_snapshot(id=31, started_at=NOON - HOUR, **changes)
        found: list[dict[str, Any]] = read(a_snapshot(component, incidents=(outage,)))[name]["incidents"]
        assert len(found) == 1
        return found[0]

    for name in ("summary", "incidents", "incidents/unresolved"):
        running = only(name)
        assert (running["id"], running["status"], running["impact"]) == ("incident-31", "investigating", "critical")
        assert (running["started_at"], running["resolved_at"]) == ("2026-03-01T11:00:00Z", None)
        assert [each["name"] for each in running["components"]] == ["API"]
        assert running["shortlink"].endswith("#incident-31")
    assert set(running) == INCIDENT
    assert {frozenset(each) for each in running["incident_updates"]} == {frozenset(UPDATE)}
    assert only("incidents", partial=True)["impact"] == "major"
    over = only("incidents", resolved_at=NOON)
    assert (over["id"], over["status"], over["resolved_at"]) == ("incident-31", "resolved", "2026-03-01T12:00:00Z")
    assert [(each["id"], each["status"]) for each in over["incident_updates"]] == [
        ("incident-31-2", "resolved"),
        ("incident-31-1", "investigating"),
    ]


def test_groups_are_components_before_the_first_of_theirs():
    group, api, database, search = FILES["components"]["components"]
    assert [each["name"] for each in (group, api, database, search)] == ["Core", "API", "Daten & Söhne", "Search"]
    assert group["components"] == ["5", "6"]
    assert (group["status"], group["group"], group["group_id"]) == ("partial_outage", True, None)
    assert [each["group_id"] for each in (api, database, search)] == [group["id"], None, group["id"]]
    assert len({each["id"] for each in FILES["components"]["components"]}) == 4


def test_groups_are_told_apart_and_an_outage_of_some_is_a_partial_one():
    down = ComponentStatus.MAJOR_OUTAGE
    page = a_snapshot(
        a_component_snapshot(id=1, group_name="Core", status=down),
        a_component_snapshot(id=2, group_name="Data", status=down),
        a_component_snapshot(id=3, group_name="Data"),
    )
    groups = [each for each in read(page)["components"]["components"] if each["group"]]
    assert [(each["name"], each["status"]) for each in groups] == [("Core", "major_outage"), ("Data", "partial_outage")]
    assert groups[0]["id"] != groups[1]["id"]


def test_a_component_tells_since_when_it_is_watched_and_when_it_changed():
    _, api, database, _ = FILES["components"]["components"]
    assert (api["start_date"], api["updated_at"]) == ("2026-02-26", "2026-03-01T11:00:00Z")
    assert (database["start_date"], database["updated_at"]) == (None, "2026-03-01T12:00:00Z")


@pytest.mark.parametrize(
    ("status", "indicator"),
    list(zip(SENTENCES, ["critical", "major", "minor", "maintenance", "none"], strict=True)),
)
def test_the_status_of_a_page_has_an_indicator(status, indicator):
    assert read(a_snapshot(status=status))["status"]["status"] == {
        "indicator": indicator,
        "description": SENTENCES[status],
    }


def test_component_statuses_are_those_of_the_convention():
    components = [a_component_snapshot(id=number, status=status) for number, status in enumerate(ComponentStatus)]
    assert [each["status"] for each in read(a_snapshot(*components))["components"]["components"]] == [
        "major_outage",
        "partial_outage",
        "degraded_performance",
        "under_maintenance",
        "operational",
        "operational",
    ]


def test_lists_end_after_fifty():
    many = range(60)
    page = a_snapshot(
        announcements=tuple(told(n, "Slow", ("INVESTIGATING", "We look.", NOON - n * HOUR)) for n in many),
        scheduled=tuple(
            told(100 + n, "Disks", ("INVESTIGATING", "We move.", NOON), **planned(NOON + (n + 1) * DAY)) for n in many
        ),
    )
    files = read(page)
    for name in ("incidents", "incidents/unresolved", "scheduled-maintenances", "scheduled-maintenances/upcoming"):
        assert len(named(name, page)) == 50
    assert [each["id"] for each in files["incidents"]["incidents"]] == [str(number) for number in range(50)]
    upcoming = files["scheduled-maintenances/upcoming"]["scheduled_maintenances"]
    assert [each["id"] for each in upcoming] == [str(number) for number in range(100, 150)]
    assert files["summary"]["scheduled_maintenances"] == upcoming


def test_a_page_that_shows_no_past_lists_none():
    page = replace(TOLD, show_incident_history=False)
    assert named("incidents", page) == named("incidents/unresolved", page) == named("incidents/unresolved")
    assert [status for _, _, status in named("scheduled-maintenances", page)] == [
        "scheduled",
        "in_progress",
        "verifying",
    ]


def test_ids_outlive_names_and_orders():
    def ids(page: StatusSnapshot) -> set[str]:
        files = read(page)
        return {
            each["id"]
            for key in ("components", "incidents", "scheduled-maintenances")
            for listed in files[key].values()
            if isinstance(listed, list)
            for each in listed
        }

    assert ids(renamed(TOLD)) == ids(TOLD)


@settings(max_examples=30, deadline=None)
@given(text=hostile_texts)
def test_any_text_is_carried_unchanged(text):
    files = read(written_by(text))
    assert files["status"]["page"]["name"] == text
    assert {each["name"] for each in files["components"]["components"]} == {text}
    assert {each["body"] for each in files["incidents"]["incidents"][1]["incident_updates"]} == {text}
