"""Projects over HTTP."""

import pytest

from tests.api import Api, a_workspace

pytestmark = pytest.mark.usefixtures("stack")


@pytest.fixture
def api() -> Api:
    return a_workspace()


def test_a_project_can_be_created_read_renamed_listed_and_deleted(api):
    created = api.post("/api/projects", {"name": "Shop"})
    assert created == {"id": 1, "workspaceId": 1, "name": "Shop", "createdAt": created["createdAt"]}
    assert api.get("/api/projects/1") == created
    assert api.patch("/api/projects/1", {"name": "Store"})["name"] == "Store"
    assert api.get("/api/projects") == {
        "items": [{**created, "name": "Store"}],
        "total": 1,
        "page": 1,
        "itemCount": 1,
        "pageCount": 1,
        "limit": 20,
    }
    assert api.delete("/api/projects/1") is None
    assert api("GET", "/api/projects/1").status == 404


def test_a_project_with_checks_cannot_be_deleted(api):
    project = api.post("/api/projects", {"name": "Shop"})["id"]
    check = api.post("/api/checks", {"projectId": project, "name": "API", "intervalSeconds": 60})["id"]
    assert api("DELETE", f"/api/projects/{project}").status == 409
    api.delete(f"/api/checks/{check}")
    api.delete(f"/api/projects/{project}")


def test_a_list_names_only_the_own_workspace(api):
    assert api.get("/api/projects?workspaceId=1")["total"] == 0
    assert api("GET", "/api/projects?workspaceId=2").status == 403
    stranger = a_workspace(2)
    stranger.post("/api/projects", {"name": "Theirs"})
    assert api.get("/api/projects")["total"] == 0


def test_pages_go_on_where_the_one_before_ended(api):
    for name in "abcde":
        api.post("/api/projects", {"name": name})
    second = api.get("/api/projects?page=2&limit=2")
    assert [each["name"] for each in second["items"]] == ["c", "d"]
    assert (second["total"], second["pageCount"], second["itemCount"]) == (5, 3, 2)
