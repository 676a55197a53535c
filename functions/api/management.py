"""The API for teams and pipelines."""

import gc

# Importing allocates a great deal and frees nothing: collecting meanwhile is a tenth of the cold start.
gc.disable()

import asyncio
import logging
from typing import Any

from fastapi import FastAPI
from mangum import Mangum

import errors
from answers import AnswerLimit, NoStore
from bodies import BodyLimit
from routers import (
    alert_channels,
    app_deployments,
    applications,
    api_keys,
    checks,
    ci_hooks,
    component_deployments,
    components,
    ci_identity,
    ci_trusts,
    dependencies,
    deployments,
    environments,
    incidents,
    announcements,
    maintenance_windows,
    projects,
    signals,
    status_pages,
    subscribers,
)

app = FastAPI(
    title="Lull",
    summary="Quiet releases, informed customers.",
    version="1",
    openapi_url=None,
    docs_url=None,
    redoc_url=None,
    redirect_slashes=False,
)
app.add_middleware(BodyLimit)
app.add_middleware(AnswerLimit)
app.add_middleware(NoStore)
errors.install(app)
for module in (
    projects,
    checks,
    signals,
    incidents,
    alert_channels,
    dependencies,
    deployments,
    maintenance_windows,
    components,
    environments,
    component_deployments,
    applications,
    app_deployments,
    ci_hooks,
    status_pages,
    announcements,
    subscribers,
    api_keys,
    ci_trusts,
    ci_identity,
):
    # Not include_router: it builds the routes lazily, in the first request instead of here.
    app.router.routes.extend(module.router.routes)

# It logs every path, and that of a ping holds its token; and failures, which `errors` has logged already.
logging.getLogger("mangum.http").setLevel(logging.CRITICAL)
# Mangum looks for a current loop, which Python no longer makes by itself.
asyncio.set_event_loop(asyncio.new_event_loop())
_mangum = Mangum(app, lifespan="off")


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return _mangum(event, context)


gc.freeze()
gc.enable()
