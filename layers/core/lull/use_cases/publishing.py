"""Making the files of a slug those of the page that owns it now, where visitors read them or behind the gate.

    read manifest → read table → render → write manifest: these files are not known
                  → write and remove files → write manifest: these files are there (or remove it)

The manifest is read before the table: whoever publishes a newer state meanwhile moves it on, and this publish loses. It
is written before the files too, so that after a crash nobody takes a half-written file for what was there before.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from lull.domain.status_pages import PageComponent, Source, StatusPage
from lull.publishing.assets import Rendered, render_all
from lull.publishing.places import bucket_key
from lull.publishing.projector import Watching, project
from lull.publishing.snapshot import StatusSnapshot
from lull.store import announcements, assets, checks, maintenance_windows, status_pages
from lull.store.assets import Changed, LostRace, Manifest, Published


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
    goal = _goal(page, snapshot, manifest, at=at)
    files = render_all(snapshot, updated_at=goal.updated_at)
    kept = {bucket_key(path, page.id, public=page.is_public): file for path, file in files.items()}
    return _write(slug, goal, kept, etag)


def _enabled_page(slug: str) -> StatusPage | None:
    owner = status_pages.find_owner_of_slug(slug)
    page = status_pages.get_status_page(*owner) if owner else None
    # The slug may have moved between the two reads.
    return page if page and page.slug == slug and page.enabled else None


def _snapshot(page: StatusPage, *, at: datetime) -> StatusSnapshot:
    components = status_pages.list_components(page.workspace_id, page.id)
    suppressions = maintenance_windows.list_all_suppressions(page.workspace_id)
    told = announcements.list_unresolved_announcements(page.workspace_id, page.id)
    return project(page, components, _watching(page.workspace_id, components), suppressions, told, at=at)


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


def _goal(page: StatusPage, snapshot: StatusSnapshot, manifest: Manifest | None, *, at: datetime) -> Manifest:
    """The manifest to be, with the files of the one that is. What shows the same keeps the time of its last change."""
    owner = (page.workspace_id, page.id)
    same = manifest and (manifest.workspace_id, manifest.page_id) == owner and manifest.digest == snapshot.digest
    return Manifest(
        workspace_id=page.workspace_id,
        page_id=page.id,
        number=manifest.number if manifest else 0,
        digest=snapshot.digest,
        updated_at=manifest.updated_at if manifest and same else at,
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
