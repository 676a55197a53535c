"""What callers can do about who sees a page: its password, and the token for its feeds."""

from dataclasses import replace

from lull import passwords, randomness
from lull.domain import page_access as domain
from lull.domain.credentials import Caller
from lull.domain.errors import Conflict, NotFound, invalid
from lull.domain.page_access import PageAccess
from lull.domain.status_pages import StatusPage
from lull.store import page_access as store
from lull.store import status_pages
from lull.use_cases.retrying import on_stale_write


def hashed(password: str | None) -> str | None:
    """The hash of a new password, if there is one. Raises Invalid."""
    if password is None:
        return None
    encoded = domain.password_bytes(password)
    if encoded is None:
        raise invalid("password", f"must be 1 to {domain.LONGEST_PASSWORD} bytes of text")
    return passwords.hashed(encoded)


def kept(page: StatusPage, had: PageAccess | None, password_hash: str | None) -> PageAccess | None:
    """How a page is protected from now on. Raises Invalid for a password that is missing or without use."""
    if not page.takes_password:
        if password_hash is not None:
            raise invalid("password", "is for PASSWORD_PROTECTED pages only")
        return None
    if password_hash is None:
        if had is None:
            raise invalid("password", "is required for a PASSWORD_PROTECTED page")
        return had
    session_key = randomness.secret(domain.SECRET_LENGTH)
    if had is not None:
        # Whoever changes a password that is known to too many shuts all of them out.
        return replace(had, password_hash=password_hash, session_key=session_key, feed_token_hash=None)
    return PageAccess(
        workspace_id=page.workspace_id, page_id=page.id, password_hash=password_hash, session_key=session_key
    )


def make_feed_token(caller: Caller, page_id: int) -> str:
    """A new token for the page, which is shown this once; the one it had is dead at once.

    Raises Conflict unless the page takes a password.
    """
    token = domain.feed_token(randomness.secret(domain.SECRET_LENGTH))

    def made() -> PageAccess:
        access = _access(caller, page_id)
        return store.save_page_access(replace(access, feed_token_hash=domain.hashed_feed_token(token)))

    on_stale_write(made)
    return token


def revoke_feed_token(caller: Caller, page_id: int) -> None:
    """Raises NotFound if there is none, Conflict unless the page takes a password."""

    def revoked() -> PageAccess:
        access = _access(caller, page_id)
        if access.feed_token_hash is None:
            raise NotFound("feed token")
        return store.save_page_access(replace(access, feed_token_hash=None))

    on_stale_write(revoked)


def _access(caller: Caller, page_id: int) -> PageAccess:
    page = status_pages.get_status_page(caller.workspace_id, page_id)
    if page is None:
        raise NotFound("status page")
    access = store.get_page_access(page.workspace_id, page.id) if page.takes_password else None
    if access is None:
        raise Conflict("only a PASSWORD_PROTECTED page has a feed token")
    return access
