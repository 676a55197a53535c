"""Who is asking for a public page: the address to count, and what the request shows at the gate."""

from fastapi import Request

from auth import authenticated
from lull.domain.credentials import Caller
from lull.domain.errors import Unauthenticated
from lull.domain.page_access import SESSION_PREFIX
from lull.use_cases import rate_limits
from lull.use_cases.public_pages import Visitor

COOKIE = "lull_session"


def address_of(request: Request) -> str:
    """The visitor's address, from a source that visitors cannot write.

    Only a request with the CDN's secret came through it, and only then the CDN wrote `CloudFront-Viewer-Address`
    (address:port). Any other came to the API directly, from the address that API Gateway saw. `X-Forwarded-For`
    begins with whatever the client says.
    """
    viewer = request.headers.get("cloudfront-viewer-address", "")
    if viewer and rate_limits.came_through_the_cdn(request.headers.get("x-lull-edge", "")):
        return viewer.rpartition(":")[0].strip("[]")
    return request.client.host if request.client else ""


def visitor_of(request: Request) -> Visitor:
    """A session comes in a header or cookie only, a feed token in the query only: queries end up in logs."""
    authorization = request.headers.get("authorization", "")
    bearer = authorization.partition(" ")[2].strip()
    session = bearer if bearer.startswith(SESSION_PREFIX) else request.cookies.get(COOKIE)
    return Visitor(
        # Judged whatever the page is, so that the time it takes tells nothing of the page.
        caller=_caller(authorization) if bearer and not bearer.startswith(SESSION_PREFIX) else None,
        session=session,
        feed_token=request.query_params.get("token"),
    )


def _caller(authorization: str) -> Caller | None:
    try:
        return authenticated(authorization)
    except Unauthenticated:
        return None
