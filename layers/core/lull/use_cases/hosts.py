"""The files of a custom domain: a copy of the public files of the page whose it is, where the CDN looks for a host.

A host is published like a slug, one publish after another, and has a manifest of its own. It is asked for when a page
with a host changes, and after each publish of its slug. What is copied is public already: nothing else ever is.
"""

from dataclasses import replace
from functools import partial

from lull.publishing.places import domain_key, is_public_key
from lull.store import assets
from lull.store.assets import LostRace, Manifest, StoredAsset
from lull.use_cases.custom_domains import page_of_host
from lull.use_cases.file_sets import File, PublishResult, write

_TRIES = 3
_NOTHING = PublishResult(written=0, removed=0, unchanged=0)


class _Vanished(Exception):
    """A file is not there any more."""


def is_host(name: str) -> bool:
    """Whether it is a host, which has a dot in it, and no slug, which has none."""
    return "." in name


def publish_under_host(host: str) -> PublishResult:
    """Show the page whose the host is at the host too, or nothing there unless there is one and it is PUBLIC.

    Raises LostRace if the page changes faster than it can be copied.
    """
    for _ in range(_TRIES):
        try:
            return _publish(host)
        except _Vanished:
            # The page was published meanwhile, without the file.
            continue
    raise LostRace(host)


def _publish(host: str) -> PublishResult:
    found = assets.read_manifest(host)
    manifest, etag = found or (None, None)
    page = page_of_host(host)
    if page is None or not page.is_public:
        return write(host, manifest, {}, etag) if manifest else _NOTHING
    of_slug = assets.read_manifest(page.slug)
    if of_slug is None or of_slug[0].page_id != page.id:
        # The publish of the slug is yet to come, and asks for this one again.
        return _NOTHING
    public = {key: file.sha256 for key, file in of_slug[0].assets.items() if is_public_key(key)}
    files = {
        domain_key(key, host): File(sha256, partial(_load, key)) for key, sha256 in public.items() if sha256 is not None
    }
    if len(files) < len(public):
        # The publish that is under way asks for this one again when it is done.
        return _NOTHING
    return write(host, _goal(of_slug[0], manifest), files, etag)


def _goal(of_slug: Manifest, manifest: Manifest | None) -> Manifest:
    assets_there = manifest.assets if manifest else {}
    return replace(of_slug, number=manifest.number if manifest else 0, assets=assets_there)


def _load(key: str) -> StoredAsset:
    file = assets.read_asset(key)
    if file is None:
        raise _Vanished(key)
    return file
