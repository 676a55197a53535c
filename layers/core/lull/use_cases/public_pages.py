"""The one gate in front of every public path (semantics, section 6).

What is PUBLIC is read from the bucket without it; whatever else is asked for comes here.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from lull import passwords
from lull.domain import page_access as domain
from lull.domain import rate_limits as limits
from lull.domain.credentials import Caller
from lull.domain.errors import NotFound, NotShown, Unauthenticated
from lull.domain.page_access import Session
from lull.domain.status_pages import StatusPage, Visibility, slug_errors
from lull.publishing import places
from lull.publishing.places import DOMAINS, bucket_key, cache_tag, path_behind
from lull.store import assets, page_access, status_pages
from lull.store.assets import StoredAsset
from lull.use_cases.custom_domains import page_of_host

FILES = places.FILES
"""Every public path of a page, with what is in it in braces, and what is there."""

_REST = r"(?:/[A-Za-z0-9][A-Za-z0-9._-]*){0,8}"
_PATH = re.compile(rf"(?:api/public/)?status/([a-z0-9-]{{1,128}})({_REST})")
_AT_HOST = re.compile(rf"{DOMAINS}/([a-z0-9.-]{{1,253}})/((?:page|data){_REST})")
_LONGEST_PATH = 800


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """What a request carries. `caller` is whose credential of a workspace it is, if it is one."""

    caller: Caller | None = None
    session: str | None = None
    feed_token: str | None = None


@dataclass(frozen=True, slots=True)
class PublicFile:
    file: StoredAsset
    is_public: bool
    tag: str
    """What the CDN knows copies of it by, if it may keep any."""


def limit_of(path: str) -> limits.Limit:
    """The limit that reading a path counts against."""
    return limits.FEED if path.endswith(("/feed.rss", "/feed.atom")) else limits.DATA


def slug_of(path: str) -> str:
    """The slug in a public path. Raises NotFound for what can be no path of a page."""
    found = _PATH.fullmatch(path) if len(path) <= _LONGEST_PATH else None
    if found is None or slug_errors(found[1]):
        raise NotFound("status page")
    return found[1]


def path_at_host(path: str) -> str:
    """The public path that `domains/{host}/…` stands for, which is what the CDN makes of a request to a host.

    Raises NotFound unless a page is served there.
    """
    found = _AT_HOST.fullmatch(path) if len(path) <= _LONGEST_PATH else None
    page = page_of_host(found[1]) if found else None
    if found is None or page is None:
        raise NotFound("status page")
    return path_behind(found[2], page.slug)


def read_file(path: str, visitor: Visitor, *, at: datetime, key: str | None = None) -> PublicFile:
    """What a page has at this path, without a leading slash, for those who may see it; or at `key`, its source.

    Raises Unauthenticated where a password would help, NotFound where nothing would.
    """
    page = _page(slug_of(path))
    if page is None:
        raise NotFound("status page")
    _admit(page, visitor, at=at)
    if key:
        places = [bucket_key(key, page.id, public=False)]
    else:
        # A page that has just become PUBLIC may still have its files where they were.
        places = [
            bucket_key(path, page.id, public=public) for public in ((True, False) if page.is_public else (False,))
        ]
    for place in places:
        if found := assets.read_asset(place):
            return PublicFile(found, page.is_public, cache_tag(page.id))
    raise _not_there(page, path)


def _not_there(page: StatusPage, path: str) -> NotFound:
    below = path.removeprefix("api/public/").split("/")[2:]
    if below[:1] == ["history"] and not page.show_incident_history:
        return NotShown("its incident history")
    if below[:1] == ["components"] and below[2:] == ["uptime"] and not page.show_uptime_history:
        return NotShown("uptime")
    return NotFound("file")


def admitted_page(slug: str, visitor: Visitor, *, at: datetime) -> StatusPage:
    """The page with this slug, for those who may see it. Raises as `read_file` does."""
    page = _page(slug)
    if page is None:
        raise NotFound("status page")
    _admit(page, visitor, at=at)
    return page


def open_session(slug: str, password: str, *, at: datetime) -> Session:
    """Raises Unauthenticated for a wrong password, NotFound unless there is a page with this slug that takes one."""
    # The page first: what is read of its password then is not older than what the page says of itself.
    page = _page(slug)
    access = page_access.get_page_access(page.workspace_id, page.id) if page and page.takes_password else None
    if access is None:
        raise NotFound("status page")
    encoded = domain.password_bytes(password)
    if encoded is None or not passwords.matches(access.password_hash, encoded):
        raise Unauthenticated("the password is not right")
    return domain.begin_session(access, at=at)


def _page(slug: str) -> StatusPage | None:
    owner = status_pages.find_owner_of_slug(slug)
    # Read even where nobody owns the slug: an unknown page must not answer faster than one that is PRIVATE.
    page = status_pages.get_status_page(*owner or (0, 0))
    return page if page and page.slug == slug and page.enabled else None


def _admit(page: StatusPage, visitor: Visitor, *, at: datetime) -> None:
    if page.visibility is Visibility.PRIVATE:
        if visitor.caller is None or visitor.caller.workspace_id != page.workspace_id:
            raise NotFound("status page")
    elif page.takes_password and not _has_key(page, visitor, at=at):
        raise Unauthenticated("this page takes a password")


def _has_key(page: StatusPage, visitor: Visitor, *, at: datetime) -> bool:
    if visitor.session is None and visitor.feed_token is None:
        return False
    access = page_access.get_page_access(page.workspace_id, page.id)
    if access is None:
        return False
    if visitor.session is not None and domain.is_session(access, visitor.session, at=at):
        return True
    return visitor.feed_token is not None and domain.is_feed_token(access, visitor.feed_token)
