"""Status pages, the claims of their slugs and their components in the table.

Whoever holds the claim of a slug is published under it: a page is on its way off the web with the transaction that
removes its claim, whatever is left of its components. A page's item counts them as `components`; that holds a page to
its limit, and nothing can be added to a page that is gone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from lull import randomness
from lull.domain.errors import Conflict, DomainError, NotFound, StaleWrite, invalid
from lull.domain.page_access import PageAccess
from lull.domain.status_pages import MAX_COMPONENTS, PageComponent, Source, StatusPage, source_field
from lull.store import keys, page_access, table
from lull.store.codec import Item, integer
from lull.store.records import Records

_pages = Records(StatusPage, "status page")
_components = Records(PageComponent, "component")
decode_status_page = _pages.decode
decode_component = _components.decode

KIND = "page"

# Each is two writes, and a transaction takes a hundred.
_DELETED_AT_ONCE = 45


def get_status_page(workspace_id: int, page_id: int) -> StatusPage | None:
    return _pages.get(keys.status_page(workspace_id, page_id))


def get_status_pages(workspace_id: int, page_ids: Sequence[int]) -> list[StatusPage]:
    """Those that exist and can be read, in no order."""
    return _pages.get_readable([keys.status_page(workspace_id, each) for each in dict.fromkeys(page_ids)])


def list_status_pages(workspace_id: int) -> list[StatusPage]:
    return _pages.list(keys.in_workspace(workspace_id), keys.PAGE)


def find_owner_of_slug(slug: str) -> tuple[int, int] | None:
    """Workspace id and page id of the page that has the slug now."""
    item = table.get(keys.slug(slug))
    return (int(item["workspaceId"]["N"]), int(item["pageId"]["N"])) if item else None


def list_slugs() -> Iterator[str]:
    """Every slug that is taken, of all workspaces."""
    return (item["SK"]["S"] for item in table.query_all(keys.SLUGS))


def create_status_page(page: StatusPage, access: PageAccess | None = None) -> StatusPage:
    """Write the page, with how it is protected, and claim its slug. Raises Conflict if the slug is taken."""
    token = randomness.secret(16)
    key = keys.status_page(page.workspace_id, page.id)
    creating = _pages.creating(key, page, token=token, components=integer(0))
    protecting = page_access.replacing(None, access, token=token)
    try:
        table.transact([_claiming(page, token), creating, *protecting], token=token)
    except table.Cancelled as refused:
        raise _slug_taken() from refused
    return replace(page, revision=1)


def save_status_page(
    page: StatusPage, *, was: StatusPage, access: PageAccess | None = None, had: PageAccess | None = None
) -> StatusPage:
    """Write a changed page; claim its slug if it is a new one, free the slug and the host that it leaves.

    `access` is how it is protected now, `had` how it was. Raises StaleWrite if it was changed since it was read,
    NotFound if it is gone, Conflict if the slug is taken.
    """
    key = keys.status_page(page.workspace_id, page.id)
    token = randomness.secret(16)
    moving = [_claiming(page, token), _freeing(was)] if page.slug != was.slug else []
    protecting = page_access.replacing(had, access, token=token)
    leaving = _leaving(was) if was.verified_host != page.verified_host else []
    if not moving and not protecting and not leaving:
        return _pages.save(key, page)
    try:
        table.transact([_pages.saving(key, page, token=token), *moving, *protecting, *leaving], token=token)
    except table.Cancelled as refused:
        stale, *others = refused.items
        if stale is None and moving and others[0] is not None:
            raise _slug_taken() from refused
        raise lost(stale) from refused
    return replace(page, revision=page.revision + 1)


def delete_status_page(page: StatusPage) -> None:
    """Remove the page, free its slug and host. Raises StaleWrite if it was changed since, NotFound if it is gone."""
    key = keys.status_page(page.workspace_id, page.id)
    unchanged = {":read": integer(page.revision)}
    try:
        table.transact(
            [
                table.delete(key, condition="revision = :read", values=unchanged),
                _freeing(page),
                page_access.removing(page.workspace_id, page.id),
                *_leaving(page),
            ]
        )
    except table.Cancelled as refused:
        raise _pages.lost(refused.items[0]) from refused


def saving(page: StatusPage, *, token: str) -> Item:
    """The write of a changed page, for a transaction that changes what goes with it."""
    return _pages.saving(keys.status_page(page.workspace_id, page.id), page, token=token)


def lost(stored: Item | None) -> NotFound | StaleWrite:
    """Why `saving` lost, from what is stored."""
    return StaleWrite("status page") if stored is None else _pages.lost(stored)


def list_components(workspace_id: int, page_id: int) -> list[PageComponent]:
    """The components of a page in the order of their positions, by id where these are equal."""
    components = _components.list(keys.in_page(workspace_id, page_id), keys.PAGE_COMPONENT)
    return sorted(components, key=lambda component: (component.position, component.id))


def get_component(workspace_id: int, page_id: int, component_id: int) -> PageComponent | None:
    return _components.get(keys.page_component(workspace_id, page_id, component_id))


def list_shown_sources(workspace_id: int) -> list[tuple[str, int, int]]:
    """Source, source id and page id of everything that is shown somewhere."""
    items = table.query_all(keys.shown_in_workspace(workspace_id))
    return [keys.shown_source(item["SK"]["S"]) for item in items]


def create_component(component: PageComponent) -> PageComponent:
    """Write it, count it with its page and note what is shown there.

    Raises NotFound if the page is gone, Conflict if it is full, Invalid if there is no such source.
    """
    token = randomness.secret(16)
    counting = table.update(
        keys.status_page(component.workspace_id, component.page_id),
        "SET components = components + :one, opToken = :token",
        condition="components < :most",
        values={":one": integer(1), ":most": integer(MAX_COMPONENTS), ":token": {"S": token}},
    )
    creating = _components.creating(_key(component), component, token=token)
    try:
        table.transact([counting, creating, _showing(component), _requiring_source(component)], token=token)
    except table.Cancelled as refused:
        page, _, _, source = refused.items
        if page is not None:
            raise _page_full() if page else NotFound("status page") from refused
        raise _no_source(component) if source is not None else StaleWrite("component") from refused
    return replace(component, revision=1)


def save_component(component: PageComponent, *, was: PageComponent) -> PageComponent:
    """Write a changed component and, if it stands for something else now, note that.

    Raises StaleWrite if it was changed since it was read, NotFound if it is gone, Invalid if there is no such source.
    """
    if component.source == was.source:
        return _components.save(_key(component), component)
    token = randomness.secret(16)
    saving = _components.saving(_key(component), component, token=token)
    try:
        table.transact([saving, _requiring_source(component), _showing(component), _hiding(was)], token=token)
    except table.Cancelled as refused:
        stale, source, *_ = refused.items
        if stale is None and source is not None:
            raise _no_source(component) from refused
        raise _components.lost(stale) from refused
    return replace(component, revision=component.revision + 1)


def save_positions(workspace_id: int, page_id: int, components: Sequence[PageComponent]) -> None:
    """Write all components of a page with their new positions in one transaction.

    Raises StaleWrite if the page has got or lost a component, or one was changed, since they were read.
    """
    token = randomness.secret(16)
    counted = table.require(
        keys.status_page(workspace_id, page_id),
        condition="components = :all",
        values={":all": integer(len(components))},
    )
    saving = [_components.saving(_key(component), component, token=token) for component in components]
    try:
        table.transact([counted, *saving], token=token)
    except table.Cancelled as refused:
        raise StaleWrite("status page") from refused


def delete_component(component: PageComponent) -> None:
    """Raises StaleWrite if it was changed since it was read, NotFound if it or its page is gone."""
    counting = table.update(
        keys.status_page(component.workspace_id, component.page_id),
        "SET components = components - :one",
        condition="attribute_exists(PK)",
        values={":one": integer(1)},
    )
    try:
        table.transact([_deleting(component), _hiding(component), counting])
    except table.Cancelled as refused:
        raise _components.lost(refused.items[0]) from refused


def delete_components(workspace_id: int, page_id: int) -> int:
    """Remove the components of a page that is gone; how many there were. Safe to repeat.

    Raises StaleWrite if somebody else changes or removes them at the same time.
    """
    components = list_components(workspace_id, page_id)
    for start in range(0, len(components), _DELETED_AT_ONCE):
        chunk = components[start : start + _DELETED_AT_ONCE]
        try:
            table.transact([write for each in chunk for write in (_deleting(each), _hiding(each))])
        except table.Cancelled as refused:
            raise StaleWrite("status page") from refused
    return len(components)


def _key(component: PageComponent) -> keys.Key:
    return keys.page_component(component.workspace_id, component.page_id, component.id)


def _shown_key(component: PageComponent) -> keys.Key:
    source, source_id = component.source
    return keys.shown(component.workspace_id, source, source_id, component.page_id, component.id)


def _showing(component: PageComponent) -> Item:
    return table.put(_shown_key(component), {}, condition="attribute_not_exists(PK)")


def _hiding(component: PageComponent) -> Item:
    return table.delete(_shown_key(component))


def _deleting(component: PageComponent) -> Item:
    read = {":read": integer(component.revision)}
    return table.delete(_key(component), condition="revision = :read", values=read)


def _requiring_source(component: PageComponent) -> Item:
    source, source_id = component.source
    key = {Source.CHECK: keys.check, Source.PROJECT: keys.project, Source.DEPENDENCY: keys.dependency}[source]
    return table.require(key(component.workspace_id, source_id))


def _no_source(component: PageComponent) -> DomainError:
    source, source_id = component.source
    return invalid(source_field(source), f"there is no {source} {source_id}")


def _page_full() -> DomainError:
    return Conflict(f"a status page has at most {MAX_COMPONENTS} components")


def _claiming(page: StatusPage, token: str) -> Item:
    owner = {"workspaceId": integer(page.workspace_id), "pageId": integer(page.id), "opToken": {"S": token}}
    return table.put(keys.slug(page.slug), owner, condition="attribute_not_exists(PK)")


def _freeing(page: StatusPage) -> Item:
    return table.delete(keys.slug(page.slug), condition="pageId = :page", values={":page": integer(page.id)})


def _leaving(page: StatusPage) -> list[Item]:
    """The end of the claim of its host: the page's revision, in the same transaction, proves that it has one."""
    if page.verified_host is None:
        return []
    own = {":workspace": integer(page.workspace_id), ":page": integer(page.id)}
    return [
        table.delete(
            keys.domain(page.verified_host),
            condition="attribute_not_exists(PK) OR (workspaceId = :workspace AND pageId = :page)",
            values=own,
        )
    ]


def _slug_taken() -> Conflict:
    return Conflict("slug is already taken")
