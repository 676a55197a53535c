"""Making the files of a slug those of the page that owns it now, where visitors read them or behind the gate.

    read manifest → read table → write publication → render → write files

The manifest is read before the table: whoever publishes a newer state meanwhile moves it on, and this publish loses.
"""

from collections.abc import Iterable
from datetime import datetime
from itertools import islice

from lull import settings
from lull.domain.errors import StaleWrite
from lull.domain.incidents import Incident, IncidentState
from lull.domain.publications import Publication
from lull.domain.status_pages import PageComponent, Source, StatusPage
from lull.gateways import queues
from lull.publishing.assets import render_all
from lull.publishing.events import missing, published
from lull.publishing.places import bucket_key
from lull.publishing.projector import Past, Watching, project
from lull.publishing.snapshot import LONGEST_HISTORY, AnnouncementSnapshot, StatusSnapshot
from lull.store import announcements, assets, checks, incidents, maintenance_windows, publications, status_pages
from lull.store.assets import LostRace, Manifest
from lull.use_cases.custom_domains import page_of_host
from lull.use_cases.file_sets import PublishResult, of_rendered, write
from lull.use_cases.hosts import is_host, publish_under_host
from lull.use_cases.running_outages import ask_for_the_next
from lull.use_cases.uptime import timelines

# One batch of reads each.
_MOST_RESOLVED = 100
_MOST_INCIDENTS = 100
_MOST_LISTED = 1_000
# As long as the queue knows what it was asked for before.
_MINUTES_OF_A_NEW_DAY = 4


def publish(slug: str, *, at: datetime) -> PublishResult:
    """Show the page that owns the slug now, or nothing if none does, or it is disabled. A custom domain has no slug.

    Raises LostRace if another publish of the slug was faster; repeating it does what is left to do.
    """
    if is_host(slug):
        return publish_under_host(slug)
    found = assets.read_manifest(slug)
    manifest, etag = found or (None, None)
    page = _enabled_page(slug)
    if page is None:
        if manifest is None:
            return PublishResult(written=0, removed=0, unchanged=0)
        return write(slug, manifest, {}, etag)
    snapshot = _snapshot(page, at=at)
    if page.is_public and status_pages.get_status_page(page.workspace_id, page.id) != page:
        # What was read after it changed may no longer be for everybody.
        return publish(slug, at=at)
    publication = _publication(page, snapshot, at=at)
    goal = _goal(publication, manifest)
    takes_mail = bool(settings.mail_from())
    files = render_all(snapshot, publication, base_url=_base_url(page), takes_mail=takes_mail)
    kept = {
        bucket_key(path, page.id, public=page.is_public and not file.is_source): of_rendered(file)
        for path, file in files.items()
    }
    result = write(slug, goal, kept, etag)
    if page.is_public and page.verified_host:
        # Also if there was nothing to do: the last time may have ended before this line.
        queues.send_publishes([page.verified_host], cause=f"{slug} {at.isoformat()}")
    return result


def hidden_first(names: Iterable[str]) -> list[str]:
    """Slugs and hosts in the order to publish them in: a page that is hidden does not wait for one that takes long."""
    ordered = list(names)
    return ordered if len(ordered) < 2 else sorted(ordered, key=_is_for_everybody)


def _is_for_everybody(name: str) -> bool:
    page = page_of_host(name) if is_host(name) else _enabled_page(name)
    return page is not None and page.is_public


def _base_url(page: StatusPage) -> str:
    return f"https://{page.verified_host}" if page.verified_host else settings.public_url()


def republish(*, cause: str) -> int:
    """Have every slug that is taken published again; how many. What is right already is not written again.

    From the table alone: it makes a lost bucket again. The same cause within five minutes is one.
    """
    slugs = list(status_pages.list_slugs())
    queues.send_publishes(slugs, cause=cause)
    return len(slugs)


def republish_for_a_new_day(*, at: datetime) -> int:
    """In the first minutes of a UTC day, have the uptime bars of all pages moved on; how many pages, 0 at other times.

    Several sweeps ask for the same, so that one which does not take place is not missed.
    """
    if at.hour or at.minute >= _MINUTES_OF_A_NEW_DAY:
        return 0
    return republish(cause=f"day {at.date()}")


def _enabled_page(slug: str) -> StatusPage | None:
    owner = status_pages.find_owner_of_slug(slug)
    page = status_pages.get_status_page(*owner) if owner else None
    # The slug may have moved between the two reads.
    return page if page and page.slug == slug and page.enabled else None


def _snapshot(page: StatusPage, *, at: datetime) -> StatusSnapshot:
    components = status_pages.list_components(page.workspace_id, page.id)
    suppressions = maintenance_windows.list_all_suppressions(page.workspace_id)
    told = announcements.list_announcements(page.workspace_id, page.id, resolved=_MOST_RESOLVED)
    watching = _watching(page.workspace_id, components)
    past = _past(page, components, watching, at=at)
    return project(page, components, watching, suppressions, told, past, at=at)


def _past(page: StatusPage, components: list[PageComponent], watching: Watching, *, at: datetime) -> Past:
    barred = {each.source for each in components if each.show_uptime_bar} if page.show_uptime_history else set()
    groups = {source: watching[source] for source in sorted(barred)}
    lines = timelines(page.workspace_id, groups, days=LONGEST_HISTORY, at=at) if groups else {}
    shown = {check.id for found in watching.values() for check in found}
    return Past(timelines=lines, incidents=_incidents(page, shown))


def _incidents(page: StatusPage, check_ids: set[int]) -> list[Incident]:
    """Those of these checks that go on, and the newest that are over, of the workspace's newest thousand."""
    listed = islice(incidents.list_incidents(page.workspace_id), _MOST_LISTED)
    found = [each for each in listed if each.check_id in check_ids]
    # What goes on is told however much has come and gone since it began.
    found.sort(key=lambda each: each.state is not IncidentState.ACTIVE)
    return incidents.get_incidents(page.workspace_id, [each.id for each in found[:_MOST_INCIDENTS]])


def _publication(page: StatusPage, snapshot: StatusSnapshot, *, at: datetime) -> Publication:
    """The record of what is published now, written before any file: it is what numbers the events."""
    was = publications.get_publication(page.workspace_id, page.id)
    now = published(was, snapshot, _left(page, was, snapshot), workspace_id=page.workspace_id, at=at)
    if now == was:
        return now
    ask_for_the_next(was, now, at=at)
    try:
        return publications.save_publication(now)
    except StaleWrite as lost:
        raise LostRace(page.slug) from lost


def _left(page: StatusPage, was: Publication | None, snapshot: StatusSnapshot) -> list[AnnouncementSnapshot]:
    """Announcements that were published and still exist, though they are not shown any more. Read only if needed."""
    ids = sorted(missing(was, snapshot))
    found = announcements.get_announcements([(page.workspace_id, each) for each in ids]) if ids else []
    shown = {component.id for component in snapshot.components}
    return [AnnouncementSnapshot.of(each, tuple(one for one in each.component_ids if one in shown)) for each in found]


def _watching(workspace_id: int, components: list[PageComponent]) -> Watching:
    """The checks behind each source: one listing for each project and dependency, one read for each hundred checks."""
    ids = {source: _check_ids(workspace_id, *source) for source in {each.source for each in components}}
    found = {check.id: check for check in checks.get_checks(workspace_id, sorted(set().union(*ids.values())))}
    return {source: [found[each] for each in listed if each in found] for source, listed in ids.items()}


def _check_ids(workspace_id: int, source: Source, source_id: int) -> list[int]:
    if source is Source.PROJECT:
        return checks.list_check_ids_of_project(workspace_id, source_id)
    if source is Source.DEPENDENCY:
        return checks.list_check_ids_of_dependency(workspace_id, source_id)
    return [source_id]


def _goal(publication: Publication, manifest: Manifest | None) -> Manifest:
    """The manifest to be, with the files of the one that is."""
    return Manifest(
        workspace_id=publication.workspace_id,
        page_id=publication.page_id,
        number=manifest.number if manifest else 0,
        digest=publication.digest,
        updated_at=publication.updated_at,
        assets=manifest.assets if manifest else {},
    )
