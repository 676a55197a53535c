"""Events of pages, held open on AWS: a web server, which the Lambda Web Adapter asks and streams the answers of.

Only there with the template's parameter `WebAdapterLayer`. Otherwise the gate answers what was missed and closes
(`public`), which costs a crowd one request for each TTL instead of a connection for each visitor.
"""

import asyncio
from collections.abc import AsyncIterator
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.responses import StreamingResponse

import errors
from answers import NoStore, SameHeadersAsTheCdn
from counting import WhatIsLeft
from lull.domain.errors import NotFound
from lull.use_cases import event_stream, rate_limits
from lull.use_cases import public_pages as use_cases
from routers import public_pages

LOOK_EACH_SECONDS = 2.0
"""Each look is a request to S3."""
HELD_SECONDS = 50.0
"""Less than the function's timeout, which would cut an event in two."""

app = FastAPI(title="Lull: events of status pages", openapi_url=None, docs_url=None, redoc_url=None)
app.add_middleware(NoStore)
app.add_middleware(WhatIsLeft)
app.add_middleware(SameHeadersAsTheCdn)
errors.install(app)


@app.get("/")
def ready() -> None:
    """The adapter's readiness check."""


@app.api_route("/api/public/status/{slug}/events", methods=["GET", "HEAD"])
async def events(request: Request, slug: str) -> Response:
    """What the gate answers, and then each event within seconds of its publication.

    Only for the CDN, which alone can tell the address of a visitor.
    """
    _only_from_the_cdn(request)
    answer = await public_pages.read_data(request, f"{slug}/events")
    return _going_on(request, answer, f"/api/public/status/{slug}/events")


@app.api_route("/domains/{host}/data/events", methods=["GET", "HEAD"])
async def events_at_host(request: Request, host: str) -> Response:
    """The same at the custom domain of a page."""
    _only_from_the_cdn(request)
    answer = await public_pages.read_at_host(request, f"{host}/data/events")
    if answer.status_code != HTTPStatus.OK:
        return answer
    return _going_on(request, answer, "/" + use_cases.path_at_host(f"domains/{host}/data/events"))


def _only_from_the_cdn(request: Request) -> None:
    if not rate_limits.came_through_the_cdn(request.headers.get("x-lull-edge", "")):
        raise NotFound("status page")


def _going_on(request: Request, answer: Response, path: str) -> Response:
    if request.method == "HEAD" or answer.status_code != HTTPStatus.OK:
        return answer
    headers = {name: value for name, value in answer.headers.items() if name not in ("content-length", "cache-control")}
    return StreamingResponse(_held_open(bytes(answer.body), path), headers=headers)


def _held_open(first: bytes, path: str) -> AsyncIterator[bytes]:
    async def read(key: str) -> bytes | None:
        return await asyncio.to_thread(event_stream.published, key)

    return event_stream.held_open(first, path, read, seconds=HELD_SECONDS, look_each=LOOK_EACH_SECONDS)
