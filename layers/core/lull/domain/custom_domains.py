"""Names of their owners' under which pages are served: which names may be one, and what proves whose it is.

A host is proven by a TXT record that only its owner can write and that names one page. The CNAME beside it, which is
the same for every page, is what brings visitors here: alone it proves nothing (a name that is left pointing here would
be anybody's). Sources: seed 003 and section 6 of the semantics; RFC 1123 and RFC 5890 for names.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import ip_address

from lull.domain.errors import FieldError, Invalid, invalid
from lull.domain.status_pages import StatusPage

FIELD = "customDomain"
CHALLENGE_LABEL = "_lull-challenge"
PROOF_PREFIX = "lull-page-"
PROOF_LENGTH = 32
"""Base-62 characters of a page's proof: 190 bits."""

LOOKED_AT_AGAIN_AFTER = timedelta(days=1)
TRIED_AGAIN_AFTER = timedelta(hours=1)
"""Where the last look told nothing."""
MOST_FAILURES = 3
"""Days in a row on which the proof is gone; then the host is."""

# Of the CDN and the cloud it is in: nobody who uses this installation owns them.
_PLATFORM = ("cloudfront.net", "amazonaws.com")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_LONGEST = 253
# As text it may be longer than as a name: a browser's bar takes no more either.
_LONGEST_TEXT = 1_024


def as_name(text: str) -> str:
    """The name that DNS knows a host by: lower case, A-labels (IDNA 2008 after UTS 46). Raises Invalid.

    >>> as_name("Status.Bücher.example")
    'status.xn--bcher-kva.example'
    """
    host = text.lower()
    if len(text) <= _LONGEST_TEXT and (not host.isascii() or "xn--" in host):
        host = _a_labels(text)
    if message := _wrong_with(host):
        raise invalid(FIELD, message)
    return host


def _a_labels(text: str) -> str:
    # Its tables are large, and few need them.
    import idna

    try:
        return idna.encode(text, uts46=True).decode()
    except (idna.IDNAError, UnicodeError) as error:
        raise invalid(FIELD, "is no internationalized host name") from error


def _wrong_with(host: str) -> str | None:
    if len(host) > _LONGEST:
        return f"must have at most {_LONGEST} characters"
    if host.endswith("."):
        return "must not end with a dot"
    if _is_address(host):
        return "must be a host name, not an address"
    labels = host.split(".")
    if len(labels) < 2:
        return "must be a whole host name such as status.example.com"
    if not all(map(_LABEL.fullmatch, labels)):
        return "must be labels of 1 to 63 letters, digits and inner hyphens, joined by dots"
    if labels[-1].isdigit():
        return "must not end with a number"
    if len(f"{CHALLENGE_LABEL}.{host}") > _LONGEST:
        return f"must leave room for {CHALLENGE_LABEL} in front of it"
    return None


def _is_address(host: str) -> bool:
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def pointed(page: StatusPage, was: StatusPage | None, *, own_hosts: Collection[str], proof: str) -> StatusPage:
    """The page with the host that its owner has asked for, unproven if it is another than it had.

    `proof` is for a page that has none yet: a page keeps it for life, so that its owner may prove the next host before
    leaving this one. Raises Invalid.
    """
    host = as_name(page.custom_domain) if page.custom_domain is not None else None
    if host is not None and _is_ours(host, own_hosts):
        raise Invalid(FieldError(FIELD, "is a name of this installation or its platform"))
    same = was is not None and was.custom_domain == host
    return replace(
        page,
        custom_domain=host,
        domain_proof=page.domain_proof or (proof if host else None),
        domain_verified_at=page.domain_verified_at if same else None,
    )


def _is_ours(host: str, own_hosts: Collection[str]) -> bool:
    return host in own_hosts or any(host == each or host.endswith(f".{each}") for each in _PLATFORM)


def challenge_name(host: str) -> str:
    """Where the TXT record has to be."""
    return f"{CHALLENGE_LABEL}.{host}"


def proof_of(page: StatusPage) -> str:
    """What the TXT record has to say."""
    return f"{PROOF_PREFIX}{page.id}-{page.domain_proof}"


class Finding(StrEnum):
    """What a look-up came to."""

    MATCHES = "MATCHES"
    FLATTENED = "FLATTENED"
    """No CNAME, as at an apex (ALIAS, ANAME, CNAME flattening), but the same addresses as the target's."""
    NOT_FOUND = "NOT_FOUND"
    """There is no such name (NXDOMAIN)."""
    MISSING = "MISSING"
    """There is such a name, without such a record."""
    DIFFERENT = "DIFFERENT"
    """Records that say something else."""
    OTHER_ADDRESSES = "OTHER_ADDRESSES"
    """No CNAME, and none of the addresses that the target has just now: perhaps only another choice of the CDN."""
    DANGLING = "DANGLING"
    """The CNAME leads to a name that does not exist."""
    LOOP = "LOOP"
    """The CNAMEs lead in a circle, or on and on."""
    SERVER_FAILURE = "SERVER_FAILURE"
    """The name servers did not answer properly (SERVFAIL, REFUSED, nonsense)."""
    TIMEOUT = "TIMEOUT"
    """No answer in time."""

    @property
    def is_right(self) -> bool:
        return self in (Finding.MATCHES, Finding.FLATTENED)

    @property
    def is_transient(self) -> bool:
        """Says nothing about the owner's wishes."""
        return self in (Finding.SERVER_FAILURE, Finding.TIMEOUT, Finding.OTHER_ADDRESSES)


@dataclass(frozen=True, slots=True)
class LookedUp:
    """One look-up: the records that were found, as text, and what they come to."""

    name: str
    finding: Finding
    found: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """What DNS says about a host."""

    cname: LookedUp
    txt: LookedUp

    @property
    def proves(self) -> bool:
        return self.cname.finding.is_right and self.txt.finding.is_right

    @property
    def disproves(self) -> bool:
        """Something is wrong, and not only out of reach."""
        wrong = [each for each in (self.cname.finding, self.txt.finding) if not each.is_right]
        return any(not each.is_transient for each in wrong)


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainClaim:
    """That a host is a page's. It exists exactly while the page says that its host is verified."""

    host: str
    workspace_id: int
    page_id: int
    failures: int = 0
    """Daily looks in a row that found the proof gone."""
    due_at: datetime
    """When it is looked at next."""
    revision: int = 0


def claimed(page: StatusPage, host: str, *, at: datetime) -> DomainClaim:
    return DomainClaim(host=host, workspace_id=page.workspace_id, page_id=page.id, due_at=at + LOOKED_AT_AGAIN_AFTER)


def judged(claim: DomainClaim, evidence: Evidence, *, at: datetime) -> DomainClaim | None:
    """The claim after another look; None if it has come to its end. What is only out of reach never ends one."""
    if evidence.disproves:
        failures = claim.failures + 1
        if failures >= MOST_FAILURES:
            return None
        return replace(claim, failures=failures, due_at=at + LOOKED_AT_AGAIN_AFTER)
    if evidence.proves:
        return replace(claim, failures=0, due_at=at + LOOKED_AT_AGAIN_AFTER)
    return replace(claim, due_at=at + TRIED_AGAIN_AFTER)
