"""The runtime's own pages: an index of what is here, and the API's documentation without a CDN."""

import html
import json
from importlib.util import find_spec
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from local import looks, outbox
from local.bucket import read, status_pages
from local.function_pool import FunctionPool
from local.invocation import Invoke
from local.stack import Stack

OPENAPI = Path(__file__).resolve().parent.parent / "docs" / "openapi"

_INDEX = """<h1>Lull</h1>
<p>Running at <code>{address}</code>, on this machine alone.</p>
<h2>Status pages</h2>{pages}
<h2>Where to begin</h2>
<ul><li><span>A page, checks and a release in five minutes</span> <small>README.md, “Try it”</small></li>
<li><span>What else there is, one thing after the other</span> <small>docs/guide/, from alerts.md on</small></li>
<li><a href="/docs">Every request that there is</a> <small>teams and pipelines, visitors, webhooks</small></li>
<li><a href="/_local/outbox">Mail that was sent</a> <small>on this machine it goes to nobody</small></li></ul>"""
_DOCS = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Lull API</title>
<meta name="viewport" content="width=device-width">
<link rel="stylesheet" href="/docs/swagger-ui.css"></head>
<body><nav style="font: 1rem/1.5 system-ui, sans-serif; padding: 1rem" aria-label="Documents">\
<a href="/">Lull</a> · {links}</nav>
<div id="docs"></div><script src="/docs/swagger-ui-bundle.js"></script>
<script>SwaggerUIBundle({{url: "/openapi/{name}.json", dom_id: "#docs", deepLinking: true}})</script></body></html>
"""
_APIS = {"management": "Teams and pipelines", "public": "Visitors of status pages", "hooks": "Webhooks of CI"}
_ASSETS = {"swagger-ui.css", "swagger-ui-bundle.js"}


def routes(stack: Stack, pool: FunctionPool, address: str, invoke: Invoke) -> list[BaseRoute]:
    monitor = next(function.arn for function in stack.functions if function.name == "MonitorFunction")

    async def index(_request: Request) -> Response:
        links = await pool.run(_links, stack)
        return HTMLResponse(looks.document("Lull", _INDEX.format(address=html.escape(address), pages=links)))

    async def mails(_request: Request) -> Response:
        return HTMLResponse(await pool.run(outbox.page, stack.endpoint))

    async def republish(_request: Request) -> Response:
        return JSONResponse(await pool.run(invoke, monitor, {"republish": True}))

    return [
        Route("/", index),
        Route(outbox.PATH, mails),
        Route("/_local/republish", republish, methods=["POST"]),
        Route("/docs", _docs),
        Route("/docs/{name}", _asset),
        Route("/openapi.json", _openapi),
        Route("/openapi/{name}.json", _openapi),
    ]


def _links(stack: Stack) -> str:
    buckets = dict.fromkeys(each.bucket for behavior in stack.behaviors for each in behavior.origins if each.bucket)
    lines = [_line(stack, bucket, key) for bucket in buckets for key in status_pages(stack.endpoint, bucket)]
    if not lines:
        return "<p>None yet.</p>"
    return f"<ul>{''.join(lines)}</ul>"


def _line(stack: Stack, bucket: str, key: str) -> str:
    """A page by its name and status, as its own JSON has them."""
    try:
        data = json.loads(read(stack.endpoint, bucket, f"api/public/{key}") or "{}")
    except ValueError:
        data = {}
    name = data.get("page", {}).get("name", key)
    path = f"/{html.escape(key)}"
    said = f"{html.escape(data.get('statusDescription', ''))} <code>{path}</code>"
    return f'<li><a href="{path}"><bdi>{html.escape(name)}</bdi></a> <small>{said}</small></li>'


async def _docs(request: Request) -> Response:
    asked = request.query_params.get("api")
    name = asked if asked in _APIS else "management"
    links = [
        f"<b>{title}</b>" if each == name else f'<a href="/docs?api={each}">{title}</a>'
        for each, title in _APIS.items()
    ]
    return HTMLResponse(_DOCS.format(links=" · ".join(links), name=name))


async def _asset(request: Request) -> Response:
    name = request.path_params["name"]
    # The package's files are enough: importing it would import its web framework too.
    package = find_spec("fastapi_swagger")
    if name not in _ASSETS or package is None or not package.origin:
        return PlainTextResponse("not found\n", 404)
    return FileResponse(Path(package.origin).parent / "resources" / name)


async def _openapi(request: Request) -> Response:
    name = request.path_params.get("name", "management")
    document = OPENAPI / f"{name}.json"
    if name not in _APIS or not document.exists():
        return PlainTextResponse("not found\n", 404)
    return FileResponse(document)
