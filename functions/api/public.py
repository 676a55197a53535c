"""What visitors reach where the bucket has nothing for them: the gate in front of pages that are not PUBLIC."""

import gc

# As in `management`.
gc.disable()

import asyncio
import logging
from typing import Any

from fastapi import FastAPI
from mangum import Mangum

import errors
from answers import NoStore, SameHeadersAsTheCdn
from bodies import BodyLimit
from counting import WhatIsLeft
from routers import public_pages, subscriptions

app = FastAPI(
    title="Lull: public status pages",
    summary="What visitors of a status page may read.",
    version="1",
    openapi_url=None,
    docs_url=None,
    redoc_url=None,
    redirect_slashes=False,
)
app.add_middleware(BodyLimit)
app.add_middleware(NoStore)
app.add_middleware(WhatIsLeft)
app.add_middleware(SameHeadersAsTheCdn)
errors.install(app)
# The gate answers every path of a page that nothing else does.
app.router.routes.extend([*subscriptions.router.routes, *public_pages.router.routes])

# It logs every path and failures, which `errors` has logged already.
logging.getLogger("mangum.http").setLevel(logging.CRITICAL)
asyncio.set_event_loop(asyncio.new_event_loop())
_mangum = Mangum(app, lifespan="off")


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return _mangum(event, context)


gc.freeze()
gc.enable()
