"""Announcements over HTTP and on the pipeline: seed 003, sections 5 and 6 of the semantics."""

from datetime import datetime

import pytest

from tests.api import a_workspace

PATH = "/api/status-pages/1/announcements"


@pytest.fixture
def api(stack, time):
    time.at = datetime.fromisoformat("2026-03-01T12:00:00+00:00")
    client = a_workspace()
    client.post("/api/projects", {"name": "Shop"})
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


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"componentIds": [9]}, "componentIds.0"),
        ({"scheduledFor": "2026-03-02T00:00:00Z"}, "scheduledUntil"),
        ({"scheduledUntil": "2026-03-02T00:00:00Z"}, "scheduledFor"),
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
    api.delete("/api/maintenance-windows/1")
    stack.drain()
    (told,) = api.get(PATH)["data"]
    assert told["status"] == "RESOLVED"


def test_deleting_a_page_deletes_its_announcements(api):
    api.post(PATH, {"title": "Slow", "body": "We look."})
    api.delete("/api/status-pages/1")
    assert api("GET", f"{PATH}/1").status == 404
