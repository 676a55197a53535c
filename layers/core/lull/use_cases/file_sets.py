"""Making what the bucket has of a slug, or of a host, exactly these files.

    write manifest: these files are not known → remove and write files → tell the CDN
                  → write manifest: these files are there (or remove it)

The manifest is written before the files, so that after a crash nobody takes a half-written file for what was there
before. The CDN is told before the manifest says that all is done: whoever dies in between does it again.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, replace
from typing import TypeVar

from lull.gateways import copies
from lull.publishing.assets import Rendered
from lull.publishing.places import cache_tag
from lull.store import assets
from lull.store.assets import Changed, LostRace, Manifest, Published, StoredAsset

_AT_A_TIME = 8
"""Fewer than the connections of a client (`lull.aws`)."""
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishResult:
    """How many files were written, removed, and right already."""

    written: int
    removed: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class File:
    """A file to be; `load` is for those that have to be written."""

    sha256: str
    load: Callable[[], StoredAsset]


def of_rendered(file: Rendered) -> File:
    stored = StoredAsset(file.body, file.content_type, file.cache_control)
    return File(hashlib.sha256(file.body).hexdigest(), lambda: stored)


def write(name: str, goal: Manifest, files: Mapping[str, File], etag: str | None) -> PublishResult:
    """Make the bucket hold exactly these files, of those that the manifest knows or will know.

    `goal` is the manifest to be with the files of the one that is, whose ETag is `etag`. Raises LostRace if another one
    is there by now.
    """
    known = goal.assets
    stale = [key for key, file in files.items() if key not in known or known[key].sha256 != file.sha256]
    gone = [key for key in known if key not in files]
    result = PublishResult(written=len(stale), removed=len(gone), unchanged=len(files) - len(stale))
    if files and not stale and not gone:
        return result
    unknown = {key: Published(sha256=None, etag=known[key].etag if key in known else None) for key in stale + gone}
    pending, etag = assets.write_manifest(name, replace(goal, assets={**known, **unknown}), expected=etag)
    # First what has to go: it may be what strangers must not see any longer.
    _for_each(gone, lambda key: _delete(name, key, pending, etag))
    etags = _for_each(stale, lambda key: _put(name, key, files[key].load(), pending, etag))
    written = {key: Published(sha256=files[key].sha256, etag=found) for key, found in zip(stale, etags, strict=True)}
    copies.drop(cache_tag(goal.page_id), reference=f"{name} {etag}", required=bool(gone))
    if files:
        kept = {key: known[key] for key in files if key not in written}
        assets.write_manifest(name, replace(pending, assets={**kept, **written}), expected=etag)
    else:
        assets.delete_manifest(name, expected=etag)
    return result


def _for_each(keys: Sequence[str], work: Callable[[str], _T]) -> list[_T]:
    """Several at a time: each is a request that S3 takes tens of milliseconds for, and a page has hundreds of files."""
    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        started = [pool.submit(copy_context().run, work, key) for key in keys]
    return [each.result() for each in started]


def _put(name: str, key: str, file: StoredAsset, pending: Manifest, etag: str) -> str:
    arguments = (key, file.body, file.content_type, file.cache_control, cache_tag(pending.page_id))
    try:
        return assets.put_asset(*arguments, expected=pending.assets[key].etag)
    except Changed:
        _require_own_turn(name, etag)
        return assets.overwrite_asset(*arguments)


def _delete(name: str, key: str, pending: Manifest, etag: str) -> None:
    try:
        assets.delete_asset(key, expected=pending.assets[key].etag)
    except Changed:
        _require_own_turn(name, etag)
        assets.delete_asset(key)


def _require_own_turn(name: str, etag: str) -> None:
    """An unexpected file is ours from an earlier try, or somebody's hand, unless the manifest has moved: LostRace."""
    found = assets.read_manifest(name)
    if found is None or found[1] != etag:
        raise LostRace(name)
