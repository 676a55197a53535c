"""What callers can do with status pages and their components."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from lull.domain import status_pages as domain
from lull.domain.credentials import Caller
from lull.domain.errors import Invalid, NotFound, invalid
from lull.domain.status_pages import PageComponent, StatusPage
from lull.store import announcements, counters, publications
from lull.store import page_access as access_store
from lull.store import status_pages as store
from lull.use_cases import custom_domains, page_access
from lull.use_cases.retrying import on_stale_write


def list_status_pages(caller: Caller) -> list[StatusPage]:
    return store.list_status_pages(caller.workspace_id)


def get_status_page(caller: Caller, page_id: int) -> StatusPage:
    page = store.get_status_page(caller.workspace_id, page_id)
    if page is None:
        raise NotFound("status page")
    return page


def get_status_page_with_components(caller: Caller, page_id: int) -> tuple[StatusPage, list[PageComponent]]:
    """The page, and its components in the order in which it shows them."""
    page = get_status_page(caller, page_id)
    return page, store.list_components(caller.workspace_id, page_id)


def is_slug_available(slug: str) -> bool:
    """Whether a page could be created with this slug now. Raises Invalid for what can never be a slug."""
    if slug in domain.RESERVED_SLUGS:
        return False
    if errors := domain.slug_errors(slug):
        raise Invalid(*errors)
    return store.find_owner_of_slug(slug) is None


def create_status_page(
    caller: Caller, described: StatusPage, *, at: datetime, password: str | None = None
) -> StatusPage:
    """`described` is as the caller wants it; its ids and time are set here.

    Raises Invalid naming fields, Conflict if the slug is taken.
    """
    described = custom_domains.pointed(_with_clean_html(domain.validated_page(described)), None)
    password_hash = page_access.hashed(password)
    page_access.kept(described, None, password_hash)
    page_id = counters.next_id("status-page")
    page = replace(described, id=page_id, workspace_id=caller.workspace_id, created_at=at)
    return store.create_status_page(page, page_access.kept(page, None, password_hash))


def change_status_page(
    caller: Caller, page_id: int, change: Callable[[StatusPage], StatusPage], *, password: str | None = None
) -> StatusPage:
    """Write what `change` makes of it. Raises Invalid naming fields, Conflict if a new slug is taken."""
    password_hash = page_access.hashed(password)

    def changed() -> StatusPage:
        page = get_status_page(caller, page_id)
        had = access_store.get_page_access(page.workspace_id, page.id) if page.takes_password else None
        after = custom_domains.pointed(_with_clean_html(domain.validated_page(change(page))), page)
        return store.save_status_page(after, was=page, access=page_access.kept(after, had, password_hash), had=had)

    return on_stale_write(changed)


def _with_clean_html(page: StatusPage) -> StatusPage:
    """The page with what it keeps of its owner's HTML. Raises Invalid naming a field of which that is too much."""
    if page.header_html is None and page.footer_html is None:
        return page
    # Imported by the first HTML.
    from lull.domain.owner_html import kept

    return replace(
        page, header_html=kept("headerHtml", page.header_html), footer_html=kept("footerHtml", page.footer_html)
    )


def delete_status_page(caller: Caller, page_id: int) -> None:
    """Remove the page, its slug, its host, its components and its announcements.

    Called again after it died half-way, it finishes. Raises NotFound if there is nothing left to remove.
    """
    found = store.get_status_page(caller.workspace_id, page_id) is not None
    if found:
        on_stale_write(lambda: store.delete_status_page(get_status_page(caller, page_id)))
    removed = on_stale_write(lambda: store.delete_components(caller.workspace_id, page_id))
    told = announcements.delete_announcements(caller.workspace_id, page_id)
    publications.delete_publication(caller.workspace_id, page_id)
    if not found and not removed and not told:
        raise NotFound("status page")


def list_components(caller: Caller, page_id: int) -> list[PageComponent]:
    """The components of a page in the order in which it shows them."""
    _, components = get_status_page_with_components(caller, page_id)
    return components


def add_component(caller: Caller, page_id: int, described: PageComponent) -> PageComponent:
    """`described` is as the caller wants it; its ids are set here.

    Raises Invalid naming fields, NotFound if there is no such page.
    """
    domain.validated_component(described)
    get_status_page(caller, page_id)
    component_id = counters.next_id("component")
    return store.create_component(
        replace(described, id=component_id, page_id=page_id, workspace_id=caller.workspace_id)
    )


def change_component(
    caller: Caller, page_id: int, component_id: int, change: Callable[[PageComponent], PageComponent]
) -> PageComponent:
    """Write what `change` makes of it. Raises Invalid naming fields."""

    def changed() -> PageComponent:
        component = _get_component(caller, page_id, component_id)
        return store.save_component(domain.validated_component(change(component)), was=component)

    return on_stale_write(changed)


def delete_component(caller: Caller, page_id: int, component_id: int) -> None:
    """What it stands for is not touched."""
    on_stale_write(lambda: store.delete_component(_get_component(caller, page_id, component_id)))


def reorder_components(caller: Caller, page_id: int, component_ids: Sequence[int]) -> list[PageComponent]:
    """Give the components the positions 0, 1, 2… in this order.

    Raises Invalid unless every component of the page is named exactly once.
    """

    def reordered() -> list[PageComponent]:
        components = {component.id: component for component in list_components(caller, page_id)}
        if sorted(component_ids) != sorted(components):
            raise invalid("componentIds", "must name every component of the page exactly once")
        moved = [
            replace(components[component_id], position=position) for position, component_id in enumerate(component_ids)
        ]
        store.save_positions(caller.workspace_id, page_id, moved)
        return moved

    return on_stale_write(reordered)


def _get_component(caller: Caller, page_id: int, component_id: int) -> PageComponent:
    component = store.get_component(caller.workspace_id, page_id, component_id)
    if component is None:
        raise NotFound("component")
    return component
