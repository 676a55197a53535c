"""Claims of custom domains: one item for each host that is proven, unique over the installation.

It is written and removed with what the page says of its host, in one transaction: a claim exists exactly while its page
says that the host is verified.
"""

from dataclasses import replace
from datetime import datetime

from lull import randomness
from lull.domain.custom_domains import DomainClaim
from lull.domain.errors import Conflict, StaleWrite
from lull.domain.status_pages import StatusPage
from lull.store import keys, status_pages, table
from lull.store.codec import Item, integer
from lull.store.records import Records

_claims = Records(DomainClaim, "custom domain")


def get_claim(host: str) -> DomainClaim | None:
    return _claims.get(keys.domain(host))


def list_due_hosts(*, until: datetime, most: int) -> list[str]:
    """Hosts that are to be looked at by `until`, longest overdue first: one read."""
    page = table.query(
        keys.DOMAINS,
        between=("0", f"{keys.instant(until)}#~"),
        index=keys.DUE_INDEX,
        names=("DuePK", "DueSK"),
        limit=most,
    )
    return [keys.due_host(item["DueSK"]["S"]) for item in page.items]


def claim_domain(page: StatusPage, claim: DomainClaim) -> StatusPage:
    """Write the page, which is verified now, and its claim; the page as written.

    Raises Conflict if the host is another page's, StaleWrite if the page was changed since it was read, NotFound if it
    is gone.
    """
    token = randomness.secret(16)
    creating = _claims.creating(keys.domain(claim.host), claim, token=token, **_beside(claim))
    try:
        table.transact([status_pages.saving(page, token=token), creating], token=token)
    except table.Cancelled as refused:
        stale, taken = refused.items
        if stale is None and taken is not None:
            raise Conflict("customDomain is verified for another status page") from refused
        raise status_pages.lost(stale) from refused
    return replace(page, revision=page.revision + 1)


def save_claim(claim: DomainClaim) -> DomainClaim:
    """Write a claim after another look. Raises StaleWrite or NotFound."""
    token = randomness.secret(16)
    saving = _claims.saving(keys.domain(claim.host), claim, token=token)
    saving["Update"]["UpdateExpression"] += ", DuePK = :DuePK, DueSK = :DueSK"
    saving["Update"]["ExpressionAttributeValues"] |= {f":{name}": value for name, value in _due(claim).items()}
    try:
        table.write(saving, token=token)
    except table.ConditionFailed as refused:
        raise _claims.lost(refused.item) from refused
    return replace(claim, revision=claim.revision + 1)


def release_domain(page: StatusPage, claim: DomainClaim) -> None:
    """Write the page, which is verified no longer, and remove its claim. Raises StaleWrite if either was changed."""
    token = randomness.secret(16)
    removing = table.delete(
        keys.domain(claim.host), condition="revision = :read", values={":read": integer(claim.revision)}
    )
    try:
        table.transact([status_pages.saving(page, token=token), removing], token=token)
    except table.Cancelled as refused:
        raise StaleWrite("custom domain") from refused


def _beside(claim: DomainClaim) -> dict[str, Item]:
    """What the condition of whoever frees the host asks for, and when it is due."""
    return {"workspaceId": integer(claim.workspace_id), "pageId": integer(claim.page_id), **_due(claim)}


def _due(claim: DomainClaim) -> dict[str, Item]:
    return {name: {"S": value} for name, value in keys.due_domain(claim.due_at, claim.host).items()}
