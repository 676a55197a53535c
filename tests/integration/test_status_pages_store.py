"""Status pages, slugs and components in the table."""

from dataclasses import replace

import pytest

from lull.domain.credentials import Caller, Role
from lull.domain.dependencies import Dependency
from lull.domain.errors import Conflict, Invalid, NotFound, StaleWrite
from lull.domain.projects import Project
from lull.domain.status_pages import MAX_COMPONENTS, PageComponent
from lull.store import checks, dependencies, keys, projects, table
from lull.store import status_pages as store
from lull.use_cases import status_pages as use_cases
from tests.builders import NOON, a_check
from tests.page_builders import a_component, a_page

pytestmark = pytest.mark.usefixtures("stack")

CALLER = Caller(workspace_id=1, role=Role.ADMIN, actor="test")


@pytest.fixture
def shop():
    """Project 1 with checks 10 and 11, dependency 3, page 1."""
    projects.create_project(Project(id=1, workspace_id=1, name="Shop", created_at=NOON))
    for check_id in (10, 11):
        checks.create_check(a_check(id=check_id))
    dependencies.create_dependency(Dependency(id=3, workspace_id=1, name="Pay", created_at=NOON))
    return store.create_status_page(a_page())


def the_component(component_id: int) -> PageComponent:
    component = store.get_component(1, 1, component_id)
    assert component is not None
    return component


def fields_of(refused) -> list[str]:
    return [error.field for error in refused.value.errors]


# ---- pages


def test_a_page_is_found_by_its_id_its_slug_and_in_its_workspace():
    page = store.create_status_page(a_page(logo_url="https://acme.test/l.png"))
    other = store.create_status_page(a_page(id=2, slug="other"))
    assert store.get_status_page(1, 1) == page
    assert store.find_owner_of_slug("acme-status") == (1, 1)
    assert store.list_status_pages(1) == [page, other]
    assert sorted(each.id for each in store.get_status_pages(1, [2, 1, 7, 1])) == [1, 2]


def test_a_page_of_another_workspace_is_not_found():
    store.create_status_page(a_page())
    assert store.get_status_page(2, 1) is None
    assert store.list_status_pages(2) == []
    assert store.get_status_pages(2, [1]) == []


def test_a_slug_belongs_to_one_page_of_the_whole_installation():
    store.create_status_page(a_page())
    with pytest.raises(Conflict, match="slug is already taken"):
        store.create_status_page(a_page(id=2, workspace_id=2))
    assert store.get_status_page(2, 2) is None
    assert store.find_owner_of_slug("acme-status") == (1, 1)


def test_a_slug_can_be_changed_and_the_old_one_is_free_again():
    page = store.create_status_page(a_page())
    moved = store.save_status_page(replace(page, slug="new"), was=page)
    assert store.get_status_page(1, 1) == moved
    assert (store.find_owner_of_slug("acme-status"), store.find_owner_of_slug("new")) == (None, (1, 1))
    store.create_status_page(a_page(id=2))


def test_a_page_cannot_move_to_a_slug_that_is_taken():
    page = store.create_status_page(a_page())
    store.create_status_page(a_page(id=2, slug="taken"))
    with pytest.raises(Conflict, match="slug is already taken"):
        store.save_status_page(replace(page, slug="taken"), was=page)
    assert store.get_status_page(1, 1) == page
    assert store.find_owner_of_slug("taken") == (1, 2)


@pytest.mark.parametrize("slug", ["acme-status", "new"])
def test_a_page_that_was_changed_meanwhile_is_not_overwritten(slug):
    page = store.create_status_page(a_page())
    theirs = store.save_status_page(replace(page, name="Theirs"), was=page)
    with pytest.raises(StaleWrite):
        store.save_status_page(replace(page, name="Ours", slug=slug), was=page)
    assert store.get_status_page(1, 1) == theirs
    assert store.find_owner_of_slug("new") is None


def test_a_page_that_is_gone_cannot_be_changed():
    page = store.create_status_page(a_page())
    store.delete_status_page(page)
    for slug in ("acme-status", "new"):
        with pytest.raises(NotFound):
            store.save_status_page(replace(page, slug=slug), was=page)


def test_changing_a_page_keeps_its_count_of_components(shop):
    store.create_component(a_component())
    store.save_status_page(replace(shop, name="Other"), was=shop)
    store.delete_component(the_component(5))
    item = table.get(keys.status_page(1, 1))
    assert item is not None
    assert item["components"] == {"N": "0"}


def test_a_slug_is_available_until_it_is_taken():
    assert use_cases.is_slug_available("acme-status")
    store.create_status_page(a_page())
    assert not use_cases.is_slug_available("acme-status")


def test_a_reserved_word_is_never_available_and_what_is_no_slug_is_refused():
    assert not use_cases.is_slug_available("api")
    with pytest.raises(Invalid):
        use_cases.is_slug_available("Not a slug")


# ---- components


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ({"check_id": 10}, ("check", 10, 1)),
        ({"project_id": 1}, ("project", 1, 1)),
        ({"dependency_id": 3}, ("dependency", 3, 1)),
    ],
)
def test_a_component_is_found_with_its_page_and_by_what_it_shows(shop, source, shown):
    component = store.create_component(a_component(**source, group_name="Core"))
    assert store.get_component(1, 1, 5) == component
    assert store.list_components(1, 1) == [component]
    assert store.list_shown_sources(1) == [shown]


@pytest.mark.parametrize(
    ("source", "field"),
    [({"check_id": 99}, "checkId"), ({"project_id": 99}, "projectId"), ({"dependency_id": 99}, "dependencyId")],
)
def test_a_component_cannot_stand_for_what_does_not_exist(shop, source, field):
    with pytest.raises(Invalid) as refused:
        store.create_component(a_component(**source))
    assert fields_of(refused) == [field]
    assert (store.list_components(1, 1), store.list_shown_sources(1)) == ([], [])


def test_a_component_cannot_stand_for_a_check_of_another_workspace(shop):
    theirs = store.create_status_page(a_page(id=2, workspace_id=2, slug="theirs"))
    with pytest.raises(Invalid):
        store.create_component(a_component(workspace_id=2, page_id=theirs.id, check_id=10))


def test_a_page_that_is_gone_gets_no_component(shop):
    store.delete_status_page(shop)
    with pytest.raises(NotFound):
        store.create_component(a_component())
    assert store.list_shown_sources(1) == []


def test_components_are_listed_by_position_and_by_id_where_it_is_equal(shop):
    for component_id, position in ((5, 2), (6, 0), (7, 1), (8, 0)):
        store.create_component(a_component(id=component_id, position=position))
    assert [component.id for component in store.list_components(1, 1)] == [6, 8, 7, 5]


def test_a_component_that_shows_something_else_is_found_by_that(shop):
    component = store.create_component(a_component())
    store.create_component(a_component(id=6))
    changed = store.save_component(replace(component, check_id=None, project_id=1), was=component)
    assert store.get_component(1, 1, 5) == changed
    assert store.list_shown_sources(1) == [("check", 10, 1), ("project", 1, 1)]


def test_a_component_cannot_change_to_what_does_not_exist(shop):
    component = store.create_component(a_component())
    with pytest.raises(Invalid) as refused:
        store.save_component(replace(component, check_id=99), was=component)
    assert fields_of(refused) == ["checkId"]
    assert store.list_shown_sources(1) == [("check", 10, 1)]


@pytest.mark.parametrize("check_id", [10, 11])
def test_a_component_that_was_changed_meanwhile_is_not_overwritten(shop, check_id):
    component = store.create_component(a_component())
    theirs = store.save_component(replace(component, name="Theirs"), was=component)
    with pytest.raises(StaleWrite):
        store.save_component(replace(component, check_id=check_id), was=component)
    with pytest.raises(StaleWrite):
        store.delete_component(component)
    assert store.list_components(1, 1) == [theirs]


def test_a_deleted_component_is_gone_and_its_source_is_not_touched(shop):
    component = store.create_component(a_component())
    store.delete_component(component)
    assert (store.list_components(1, 1), store.list_shown_sources(1)) == ([], [])
    assert checks.get_check(1, 10) is not None
    with pytest.raises(NotFound):
        store.delete_component(component)


def fill(page_id: int, count: int) -> list[int]:
    ids = list(range(1, count + 1))
    for component_id in ids:
        store.create_component(a_component(id=component_id, page_id=page_id, position=component_id))
    return ids


def test_a_page_has_room_for_so_many_components_and_no_more(shop):
    fill(1, MAX_COMPONENTS)
    with pytest.raises(Conflict):
        store.create_component(a_component(id=1000))
    store.delete_component(the_component(7))
    store.create_component(a_component(id=1000))


def test_a_full_page_can_be_reordered_and_deleted(shop):
    ids = fill(1, MAX_COMPONENTS)
    use_cases.reorder_components(CALLER, 1, ids[::-1])
    listed = store.list_components(1, 1)
    assert [(component.id, component.position) for component in listed] == [
        (component_id, position) for position, component_id in enumerate(ids[::-1])
    ]
    use_cases.delete_status_page(CALLER, 1)
    assert (store.list_components(1, 1), store.list_shown_sources(1)) == ([], [])


@pytest.mark.parametrize("ids", [[], [1, 2], [1, 2, 2], [1, 2, 3, 3], [1, 2, 4], [1, 2, 3, 4]])
def test_a_reorder_names_every_component_exactly_once(shop, ids):
    fill(1, 3)
    with pytest.raises(Invalid) as refused:
        use_cases.reorder_components(CALLER, 1, ids)
    assert fields_of(refused) == ["componentIds"]
    assert [component.id for component in store.list_components(1, 1)] == [1, 2, 3]


def test_a_reorder_loses_to_a_component_that_came_meanwhile(shop):
    fill(1, 2)
    read = store.list_components(1, 1)
    store.create_component(a_component(id=3))
    with pytest.raises(StaleWrite):
        store.save_positions(1, 1, read[::-1])


def test_a_reorder_loses_to_a_component_that_was_changed_or_replaced_meanwhile(shop):
    fill(1, 2)
    read = store.list_components(1, 1)
    store.delete_component(read[0])
    store.create_component(a_component(id=3))
    with pytest.raises(StaleWrite):
        store.save_positions(1, 1, read[::-1])


# ---- deletion


def test_a_deleted_page_is_gone_with_its_slug_and_components(shop):
    fill(1, 3)
    use_cases.delete_status_page(CALLER, 1)
    assert store.get_status_page(1, 1) is None
    assert store.find_owner_of_slug("acme-status") is None
    assert (store.list_components(1, 1), store.list_shown_sources(1)) == ([], [])
    with pytest.raises(NotFound):
        use_cases.delete_status_page(CALLER, 1)


def test_a_deletion_that_died_half_way_is_finished_by_the_next_one(shop):
    fill(1, 3)
    store.delete_status_page(shop)
    assert len(store.list_components(1, 1)) == 3
    use_cases.delete_status_page(CALLER, 1)
    assert (store.list_components(1, 1), store.list_shown_sources(1)) == ([], [])


def test_a_page_that_was_changed_meanwhile_is_not_deleted_by_what_was_read_before(shop):
    store.save_status_page(replace(shop, slug="new"), was=shop)
    with pytest.raises(StaleWrite):
        store.delete_status_page(shop)
    use_cases.delete_status_page(CALLER, 1)
    assert store.find_owner_of_slug("new") is None


def test_deleting_the_components_of_a_page_leaves_those_of_other_pages(shop):
    store.create_status_page(a_page(id=2, slug="other"))
    fill(1, 2)
    kept = store.create_component(a_component(id=9, page_id=2))
    use_cases.delete_status_page(CALLER, 1)
    assert store.list_components(1, 2) == [kept]
    assert store.list_shown_sources(1) == [("check", 10, 2)]


def test_callers_of_another_workspace_find_nothing(shop):
    store.create_component(a_component())
    stranger = Caller(workspace_id=2, role=Role.ADMIN, actor="stranger")
    for attempt in (
        lambda: use_cases.get_status_page(stranger, 1),
        lambda: use_cases.change_status_page(stranger, 1, lambda page: page),
        lambda: use_cases.delete_status_page(stranger, 1),
        lambda: use_cases.list_components(stranger, 1),
        lambda: use_cases.add_component(stranger, 1, a_component()),
        lambda: use_cases.change_component(stranger, 1, 5, lambda component: component),
        lambda: use_cases.delete_component(stranger, 1, 5),
        lambda: use_cases.reorder_components(stranger, 1, [5]),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert len(store.list_components(1, 1)) == 1
