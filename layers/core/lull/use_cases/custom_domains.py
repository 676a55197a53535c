"""What callers can do about the host of a page, and the daily look at the hosts that are proven."""

from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from lull import randomness, settings
from lull.domain import custom_domains as domain
from lull.domain import rate_limits as limits
from lull.domain.credentials import Caller
from lull.domain.custom_domains import DomainClaim, Evidence
from lull.domain.errors import Conflict, NotFound, StaleWrite
from lull.domain.status_pages import StatusPage
from lull.store import custom_domains as store
from lull.store import status_pages
from lull.use_cases import rate_limits
from lull.use_cases.retrying import on_stale_write

# Of one sweep: asked all at once, they take five seconds and a few kilobytes; 28,800 a day.
_MOST_AT_ONCE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What DNS says of a page's host, what it should say, and whether the page is served under it now."""

    verified: bool
    evidence: Evidence
    expected_cname: str
    expected_txt: str


def pointed(page: StatusPage, was: StatusPage | None) -> StatusPage:
    """The page with its host as DNS knows it, unproven if it is a new one. Raises Invalid."""
    own_hosts = {settings.domain_target(), urlsplit(settings.installation_url()).hostname or ""} - {""}
    return domain.pointed(page, was, own_hosts=own_hosts, proof=randomness.secret(domain.PROOF_LENGTH))


def verify(caller: Caller, page_id: int, *, at: datetime) -> Verification:
    """Ask DNS about the host of a page and, if it proves the host to be the page's, claim it.

    What is missing is said in the answer. A host that is claimed already keeps its claim whatever is said: that is for
    the daily looks to end. Raises NotFound, Conflict if the page has no host, if the host is another page's, or if the
    installation has no custom domains, TooManyRequests.
    """
    page = _page(caller, page_id)
    target = settings.domain_target()
    if not target:
        raise Conflict("this installation has no custom domains: its parameter DomainTarget is not set")
    if page.custom_domain is None:
        raise Conflict("the status page has no customDomain")
    rate_limits.count(limits.VERIFY, str(page.id), "", at=at)
    host, proof = page.custom_domain, domain.proof_of(page)
    (evidence,) = _look_up([(host, proof)], target)
    if evidence.proves:
        on_stale_write(lambda: _claim(caller, page_id, host, at=at))
    return Verification(verified=evidence.proves, evidence=evidence, expected_cname=target, expected_txt=proof)


def _page(caller: Caller, page_id: int) -> StatusPage:
    page = status_pages.get_status_page(caller.workspace_id, page_id)
    if page is None:
        raise NotFound("status page")
    return page


def _claim(caller: Caller, page_id: int, host: str, *, at: datetime) -> None:
    page = _page(caller, page_id)
    if page.custom_domain != host:
        raise Conflict("the status page has got another customDomain meanwhile")
    if page.verified_host is None:
        store.claim_domain(replace(page, domain_verified_at=at), domain.claimed(page, host, at=at))
        return
    claim = store.get_claim(host)
    if claim is None:
        raise StaleWrite("status page")
    if claim.failures:
        store.save_claim(replace(claim, failures=0, due_at=at + domain.LOOKED_AT_AGAIN_AFTER))


def page_of_host(host: str) -> StatusPage | None:
    """The page whose the host is now, if it is enabled."""
    claim = store.get_claim(host)
    # Read even where nobody has the host: an unknown one must not answer faster than one whose page is PRIVATE.
    page = status_pages.get_status_page(*((claim.workspace_id, claim.page_id) if claim else (0, 0)))
    return page if page and page.enabled and page.verified_host == host else None


def look_again(*, at: datetime) -> int:
    """Look again at the hosts whose day has passed, a few; how many.

    A host whose proof is gone on three days in a row is released: its page is served at its slug alone.
    """
    target = settings.domain_target()
    claims = [claim for host in store.list_due_hosts(until=at, most=_MOST_AT_ONCE) if (claim := store.get_claim(host))]
    pages = {claim.host: status_pages.get_status_page(claim.workspace_id, claim.page_id) for claim in claims}
    # An index lags: what was looked at meanwhile is not due.
    looked_at = [(claim, page) for claim in claims if (page := pages[claim.host]) and claim.due_at <= at]
    if not looked_at or not target:
        return 0
    wanted = [(claim.host, domain.proof_of(page)) for claim, page in looked_at]
    for (claim, page), evidence in zip(looked_at, _look_up(wanted, target), strict=True):
        try:
            _settle(claim, page, evidence, at=at)
        except (StaleWrite, NotFound):
            # Somebody has changed the page or the claim: the next sweep sees what it is like now.
            continue
    return len(looked_at)


def _look_up(wanted: list[tuple[str, str]], target: str) -> list[Evidence]:
    # Its library is for the few who ask.
    from lull.gateways import name_servers

    return name_servers.look_up(wanted, target=target)


def _settle(claim: DomainClaim, page: StatusPage, evidence: Evidence, *, at: datetime) -> None:
    judged = domain.judged(claim, evidence, at=at)
    if judged is None:
        store.release_domain(replace(page, domain_verified_at=None), claim)
    else:
        store.save_claim(judged)
