"""Where CI sends its webhooks."""

import gc

# As in `management`.
gc.disable()

import asyncio
import logging
from typing import Any

from fastapi import FastAPI
from mangum import Mangum

import errors
from answers import NoStore
from bodies import BodyLimit
from routers import hooks

LARGEST_DELIVERY = 1024 * 1024

app = FastAPI(
    title="Lull: CI webhooks",
    summary="Where GitHub, GitLab and others tell of deployments.",
    version="1",
    openapi_url=None,
    docs_url=None,
    redoc_url=None,
    redirect_slashes=False,
)
app.add_middleware(BodyLimit, largest=LARGEST_DELIVERY)
app.add_middleware(NoStore)
errors.install(app)
app.router.routes.extend(hooks.router.routes)

# It logs every path and failures, which `errors` has logged already.
logging.getLogger("mangum.http").setLevel(logging.CRITICAL)
asyncio.set_event_loop(asyncio.new_event_loop())
_mangum = Mangum(app, lifespan="off")


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return _mangum(event, context)


gc.freeze()
gc.enable()
