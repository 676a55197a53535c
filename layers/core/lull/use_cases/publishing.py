"""Making the files of a slug those of the page that owns it now, where visitors read them or behind the gate.

    read manifest → read table → write publication → render → write manifest: these files are not known
                  → write and remove files → write manifest: these files are there (or remove it)

The manifest is read before the table: whoever publishes a newer state meanwhile moves it on, and this publish loses. It
is written before the files too, so that after a crash nobody takes a half-written file for what was there before.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from lull import settings
from lull.domain.errors import StaleWrite
from lull.domain.incidents import Incident
from lull.domain.publications import Publication
from lull.domain.status_pages import PageComponent, Source, StatusPage
from lull.gateways import queues
from lull.publishing.assets import Rendered, render_all
from lull.publishing.events import published
from lull.publishing.places import bucket_key
from lull.publishing.projector import Past, Watching, project
from lull.publishing.snapshot import LONGEST_HISTORY, StatusSnapshot
from lull.store import announcements, assets, checks, incidents, maintenance_windows, publications, status_pages
from lull.store.assets import Changed, LostRace, Manifest, Published
from lull.use_cases.uptime import timelines

# One batch of reads each.
_MOST_RESOLVED = 100
_MOST_INCIDENTS = 100
_MOST_LISTED = 1_000
# As long as the queue knows what it was asked for before.
_MINUTES_OF_A_NEW_DAY = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishResult:
    """How many files were written, removed, and right already."""

    written: int
    removed: int
    unchanged: int


def publish(slug: str, *, at: datetime) -> PublishResult:
    """Show the page that owns the slug now, or nothing if none does, or it is disabled.

    Raises LostRace if another publish of the slug was faster; repeating it does what is left to do.
    """
    found = assets.read_manifest(slug)
    manifest, etag = found or (None, None)
    page = _enabled_page(slug)
    if page is None:
        if manifest is None:
            return PublishResult(written=0, removed=0, unchanged=0)
        return _write(slug, manifest, {}, etag)
    snapshot = _snapshot(page, at=at)
    if page.is_public and status_pages.get_status_page(page.workspace_id, page.id) != page:
        # What was read after it changed may no longer be for everybody.
        return publish(slug, at=at)
    publication = _publication(page, snapshot, at=at)
    goal = _goal(publication, manifest)
    files = render_all(snapshot, publication, base_url=settings.public_url(), takes_mail=bool(settings.mail_from()))
    kept = {
        bucket_key(path, page.id, public=page.is_public and not file.is_source): file for path, file in files.items()
    }
    return _write(slug, goal, kept, etag)


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
    return Past(timelines=lines, incidents=_incidents(page, shown) if page.show_incident_history else ())


def _incidents(page: StatusPage, check_ids: set[int]) -> list[Incident]:
    """The newest of these checks, of the workspace's newest thousand."""
    listed = islice(incidents.list_incidents(page.workspace_id), _MOST_LISTED)
    ids = [each.id for each in listed if each.check_id in check_ids]
    return incidents.get_incidents(page.workspace_id, ids[:_MOST_INCIDENTS])


def _publication(page: StatusPage, snapshot: StatusSnapshot, *, at: datetime) -> Publication:
    """The record of what is published now, written before any file: it is what numbers the events."""
    was = publications.get_publication(page.workspace_id, page.id)
    now = published(was, snapshot, workspace_id=page.workspace_id, at=at)
    if now == was:
        return now
    try:
        return publications.save_publication(now)
    except StaleWrite as lost:
        raise LostRace(page.slug) from lost


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


def _write(slug: str, goal: Manifest, files: Mapping[str, Rendered], etag: str | None) -> PublishResult:
    """Make the bucket hold exactly these files, of those that the manifest knows or will know."""
    hashes = {key: hashlib.sha256(file.body).hexdigest() for key, file in files.items()}
    known = goal.assets
    stale = [key for key in files if key not in known or known[key].sha256 != hashes[key]]
    gone = [key for key in known if key not in files]
    result = PublishResult(written=len(stale), removed=len(gone), unchanged=len(files) - len(stale))
    if files and not stale and not gone:
        return result
    unknown = {key: Published(sha256=None, etag=known[key].etag if key in known else None) for key in stale + gone}
    pending, etag = assets.write_manifest(slug, replace(goal, assets={**known, **unknown}), expected=etag)
    # First what has to go: it may be what strangers must not see any longer.
    for key in gone:
        _delete(slug, key, pending, etag)
    written = {key: Published(sha256=hashes[key], etag=_put(slug, key, files[key], pending, etag)) for key in stale}
    if files:
        kept = {key: known[key] for key in files if key not in written}
        assets.write_manifest(slug, replace(pending, assets={**kept, **written}), expected=etag)
    else:
        assets.delete_manifest(slug, expected=etag)
    return result


def _put(slug: str, key: str, file: Rendered, pending: Manifest, etag: str) -> str:
    arguments = (key, file.body, file.content_type, file.cache_control)
    try:
        return assets.put_asset(*arguments, expected=pending.assets[key].etag)
    except Changed:
        _require_own_turn(slug, etag)
        return assets.overwrite_asset(*arguments)


def _delete(slug: str, key: str, pending: Manifest, etag: str) -> None:
    try:
        assets.delete_asset(key, expected=pending.assets[key].etag)
    except Changed:
        _require_own_turn(slug, etag)
        assets.delete_asset(key)


def _require_own_turn(slug: str, etag: str) -> None:
    """An unexpected file is ours from an earlier try, or somebody's hand, unless the manifest has moved: LostRace."""
    found = assets.read_manifest(slug)
    if found is None or found[1] != etag:
        raise LostRace(slug)
