"""Announcements over HTTP and on the pipeline: seed 003, sections 5 and 6 of the semantics."""

from datetime import datetime

import pytest

from lull.domain import announced_maintenance
from lull.domain.announced_maintenance import Announced
from lull.domain.credentials import Role
from lull.use_cases import announced_maintenance as telling
from lull.use_cases import announcements as announcing
from tests.api import a_workspace
from tests.builders import a_maintenance_window

PATH = "/api/status-pages/1/announcements"


@pytest.fixture
def api(stack, time):
    time.at = datetime.fromisoformat("2026-03-01T12:00:00+00:00")
    client = a_workspace()
    client.post("/api/projects", {"name": "Shop"})
    client.post("/api/projects", {"name": "Blog"})
    client.post("/api/status-pages", {"name": "Acme", "slug": "acme"})
    client.post("/api/status-pages/1/components", {"name": "Shop", "projectId": 1})
    stack.drain()
    return client


def test_an_announcement_has_its_defaults_and_the_status_of_its_latest_update(api):
    made = api.post(PATH, {"title": "Slow", "body": "We look.", "componentIds": [1]})
    assert (made["status"], made["impact"], len(made["updates"])) == ("INVESTIGATING", "MINOR", 1)
    api.post(f"{PATH}/1/updates", {"body": "Found.", "status": "IDENTIFIED"})
    api.patch(f"{PATH}/1", {"status": "RESOLVED"})
    shown = api.get(f"{PATH}/1")
    assert [each["status"] for each in shown["updates"]] == ["INVESTIGATING", "IDENTIFIED", "RESOLVED"]
    assert (api.get(f"{PATH}?status=open")["total"], api.get(f"{PATH}?status=resolved")["total"]) == (0, 1)


@pytest.mark.parametrize("change", [{"title": "Slower"}, {"impact": "MAJOR"}, {"componentIds": [1]}])
def test_another_title_or_impact_is_a_change_and_the_same_one_is_none(api, time, change):
    api.post(PATH, {"title": "Slow", "body": "We look."})
    changed_at = time.after(minutes=5).replace("+00:00", "Z")
    time.passes(minutes=5)
    changed = api.patch(f"{PATH}/1", change)
    assert (changed["updatedAt"], len(changed["updates"])) == (changed_at, 1)
    time.passes(minutes=5)
    assert api.patch(f"{PATH}/1", change)["updatedAt"] == changed_at


def test_a_record_of_planned_work_that_is_over_is_made_in_one_go(api, time):
    times = {"scheduledFor": time.after(hours=-200), "scheduledUntil": time.after(hours=-199)}
    made = api.post(PATH, {"title": "Disks", "body": "New ones.", **times})
    assert (made["status"], made["resolvedAt"]) == ("RESOLVED", made["scheduledUntil"])
    assert [(each["status"], each["body"]) for each in made["updates"]] == [("RESOLVED", "New ones.")]


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"componentIds": [9]}, "componentIds.0"),
        ({"scheduledFor": "2026-03-02T00:00:00Z"}, "scheduledUntil"),
        ({"scheduledUntil": "2026-03-02T00:00:00Z"}, "scheduledFor"),
        (
            {"status": "RESOLVED", "scheduledFor": "2026-03-02T00:00:00Z", "scheduledUntil": "2026-03-03T00:00:00Z"},
            "status",
        ),
        ({"title": "x" * 256}, "title"),
        ({"nonsense": 1}, "nonsense"),
    ],
)
def test_what_contradicts_is_refused_by_its_name(api, changes, named):
    answer = api("POST", PATH, {"title": "Slow", "body": "We look.", **changes})
    assert (answer.status, answer.json["details"][0]["field"]) == (400, named)


def test_a_scheduled_one_begins_and_ends_by_the_clock_however_late_its_wake_ups_are(api, stack, time):
    times = {"scheduledFor": time.after(minutes=30), "scheduledUntil": time.after(minutes=60)}
    api.post(PATH, {"title": "Disks", "body": "New ones.", **times})
    stack.drain()
    assert api.get(f"{PATH}?status=open")["total"] == 0
    time.at = datetime.fromisoformat("2026-03-01T12:30:00+00:00")
    assert api.get(f"{PATH}?status=open")["total"] == 1
    time.at = datetime.fromisoformat("2026-03-01T14:00:00+00:00")
    assert api.get(f"{PATH}/1")["status"] == "RESOLVED"
    for _ in range(2):
        stack.invoke("MonitorFunction", {})
        stack.drain()
    assert len(api.get(f"{PATH}/1")["updates"]) == 2


def test_a_schedule_can_be_changed_and_the_clock_goes_by_the_new_one(api, stack, time):
    api.post(
        PATH,
        {"title": "Disks", "body": "x", "scheduledFor": time.after(minutes=30), "scheduledUntil": time.after(hours=1)},
    )
    stack.drain()
    moved = {"scheduledFor": time.after(hours=2), "scheduledUntil": time.after(hours=3)}
    changed = api.patch(f"{PATH}/1", moved)
    assert [changed[name] for name in moved] == ["2026-03-01T14:00:00Z", "2026-03-01T15:00:00Z"]
    assert api.patch(f"{PATH}/1", {"title": "New disks", **moved})["updates"] == changed["updates"]
    stack.drain()
    refused = api("PATCH", f"{PATH}/1", {"scheduledFor": time.after(hours=4)})
    assert (refused.status, refused.json["details"][0]["field"]) == (400, "scheduledFor")
    time.passes(hours=2, seconds=30)
    stack.invoke("MonitorFunction", {})
    stack.drain()
    assert api("PATCH", f"{PATH}/1", {"scheduledFor": time.after(hours=4)}).status == 409
    api.patch(f"{PATH}/1", {"scheduledUntil": time.after(minutes=30)})
    stack.drain()
    time.passes(minutes=31)
    for _ in range(2):
        stack.invoke("MonitorFunction", {})
        stack.drain()
    over = api.get(f"{PATH}/1")
    assert (over["status"], over["updatedAt"], len(over["updates"])) == ("RESOLVED", "2026-03-01T14:30:30Z", 4)


def test_the_times_of_a_window_s_announcement_are_changed_with_the_window(api, stack, time):
    a_window(api, time)
    stack.drain()
    assert api("PATCH", f"{PATH}/1", {"scheduledUntil": time.after(hours=9)}).status == 409


def test_a_window_is_announced_once_updated_and_closed(api, stack, time):
    body = {"workspaceId": 1, "name": "Disks", "projectIds": [1], "autoPublishToStatusPage": True}
    body |= {"startAt": time.after(minutes=30), "endAt": time.after(minutes=60)}
    api.post("/api/maintenance-windows", body)
    stack.drain()
    (told,) = api.get(PATH)["data"]
    assert (told["title"], told["componentIds"], told["maintenanceWindowId"]) == ("Disks", [1], 1)
    api.put("/api/maintenance-windows/1", {"name": "New disks", "endAt": time.after(minutes=90)})
    stack.drain()
    (told,) = api.get(PATH)["data"]
    assert (told["title"], told["scheduledUntil"]) == ("New disks", "2026-03-01T13:30:00Z")
    api.patch(f"{PATH}/1", {"title": "Slow on Sunday"})
    for changes, title in (
        ({"endAt": time.after(minutes=100)}, "Slow on Sunday"),
        ({"description": "Faster ones."}, "Slow on Sunday"),
        ({"name": "Faster disks"}, "Faster disks"),
    ):
        api.put("/api/maintenance-windows/1", changes)
        stack.drain()
        assert api.get(f"{PATH}/1")["title"] == title
    for changes in ({"projectIds": [2], "name": "Still faster disks"}, {"projectIds": [1]}):
        api.put("/api/maintenance-windows/1", changes)
        stack.drain()
    assert shown(api)[0][:2] == ("Still faster disks", "INVESTIGATING")
    api.delete("/api/maintenance-windows/1")
    stack.drain()
    (told,) = api.get(PATH)["data"]
    assert told["status"] == "RESOLVED"


def test_deleting_a_page_deletes_its_announcements(api):
    api.post(PATH, {"title": "Slow", "body": "We look."})
    api.delete("/api/status-pages/1")
    assert api("GET", f"{PATH}/1").status == 404


def a_window(api, time, **changes):
    body = {"workspaceId": 1, "name": "Disks", "projectIds": [1], "autoPublishToStatusPage": True}
    times = {"startAt": time.after(hours=1), "endAt": time.after(hours=2)}
    return api.post("/api/maintenance-windows", {**body, **times, **changes})


def shown(api):
    return [(each["title"], each["status"], each["scheduledFor"]) for each in api.get(PATH)["data"]]


def test_each_occurrence_of_a_recurring_window_is_announced_once_and_closed_at_its_end(api, stack, time):
    a_window(api, time, recurringCron="0 13 * * *")
    stack.drain()
    time.passes(hours=2, seconds=30)
    for _ in range(2):
        stack.invoke("MonitorFunction", {})
        stack.drain()
    assert shown(api) == [
        ("Disks", "INVESTIGATING", "2026-03-02T13:00:00Z"),
        ("Disks", "RESOLVED", "2026-03-01T13:00:00Z"),
    ]


def test_a_window_that_is_cancelled_while_it_is_under_way_closes_its_announcement(api, stack, time):
    a_window(api, time, startAt=time.after(minutes=-1))
    stack.drain()
    assert [status for _, status, _ in shown(api)] == ["INVESTIGATING"]
    assert api.get(f"{PATH}?status=open")["total"] == 1
    api.post("/api/maintenance-windows/1/cancel")
    stack.drain()
    assert [status for _, status, _ in shown(api)] == ["RESOLVED"]


def test_a_page_that_is_enabled_later_tells_of_what_is_planned(api, stack, time):
    api.patch("/api/status-pages/1", {"enabled": False})
    stack.drain()
    a_window(api, time)
    stack.drain()
    assert shown(api) == []
    api.patch("/api/status-pages/1", {"enabled": True})
    stack.drain()
    assert [title for title, _, _ in shown(api)] == ["Disks"]


def test_an_announcement_outlives_its_component_and_not_its_page(api, stack):
    api.post(PATH, {"title": "Slow", "body": "We look.", "componentIds": [1]})
    api.post("/api/status-pages/1/components", {"name": "Till", "projectId": 1})
    api.patch(f"{PATH}/1", {"componentIds": [2, 1, 2]})
    api("DELETE", "/api/status-pages/1/components/1")
    stack.drain()
    shown = [api.get(f"{PATH}/1"), *api.get(PATH)["data"], api.patch(f"{PATH}/1", {"title": "Slower"})]
    shown.append(api.post(f"{PATH}/1/updates", {"body": "Still."}))
    assert [each["componentIds"] for each in shown] == [[2]] * 4
    for ids in ([1], [2, 1]):
        answer = api("PATCH", f"{PATH}/1", {"componentIds": ids})
        named = [each["field"] for each in answer.json["details"]]
        assert (answer.status, named) == (400, [f"componentIds.{ids.index(1)}"])
    api("DELETE", "/api/status-pages/1")
    stack.drain()
    api.post("/api/status-pages", {"name": "Acme", "slug": "acme"})
    assert api("GET", "/api/status-pages/2/announcements").json["total"] == 0
    assert api("GET", f"{PATH}/1").status == 404


def test_a_viewer_reads_and_does_not_write(api):
    api.post(PATH, {"title": "Slow", "body": "We look."})
    viewer = a_workspace(role=Role.VIEWER)
    assert viewer.get(f"{PATH}/1")["title"] == "Slow"
    for method, path in (
        ("POST", PATH),
        ("PATCH", f"{PATH}/1"),
        ("DELETE", f"{PATH}/1"),
        ("POST", f"{PATH}/1/updates"),
    ):
        assert viewer(method, path, {"title": "x", "body": "x"}).status == 403


def test_a_window_that_was_put_off_is_told_again_although_its_announcement_had_ended(api, stack, time):
    window = {"workspaceId": 1, "name": "Disks", "projectIds": [1], "autoPublishToStatusPage": True}
    api.post("/api/maintenance-windows", {**window, "startAt": time.after(minutes=30), "endAt": time.after(minutes=60)})
    stack.drain()
    api.put("/api/maintenance-windows/1", {"startAt": time.after(minutes=180), "endAt": time.after(minutes=240)})
    # Nobody hears of that before the time at which it would have been over.
    announcing.advance(1, 1, at=datetime.fromisoformat("2026-03-01T13:30:00+00:00"))
    assert api.get(f"{PATH}/1")["status"] == "RESOLVED"
    stack.drain()
    told = api.get(f"{PATH}/1")
    assert (told["status"], told["scheduledFor"][:16]) == ("INVESTIGATING", "2026-03-01T15:00")


def test_whoever_is_slow_to_tell_does_not_forget_a_component_that_came_meanwhile(api, stack, time, monkeypatch):
    a_window(api, time)
    stack.drain()
    real, slow = telling._places, iter([True])

    def places(window):
        found = real(window)
        if next(slow, False):
            api.post("/api/status-pages/1/components", {"name": "Whole shop", "projectId": 1})
            stack.drain()
            assert api.get(f"{PATH}/1")["componentIds"] == [1, 2]
        return found

    monkeypatch.setattr(telling, "_places", places)
    api.put("/api/maintenance-windows/1", {"name": "New disks"})
    stack.drain()
    told = api.get(f"{PATH}/1")
    assert (told["title"], told["componentIds"]) == ("New disks", [1, 2])


def test_whoever_knows_an_older_window_leaves_the_announcement_of_a_later_occurrence_alone():
    entry = Announced(occurrence=1, page_id=1, announcement_id=2)
    earlier, same, later = (a_maintenance_window(occurrence=number) for number in (0, 1, 2))
    assert [announced_maintenance.is_settled(entry, window) for window in (earlier, same, later)] == [
        False,
        False,
        True,
    ]
