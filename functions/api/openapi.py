"""The OpenAPI documents: FastAPI's, with what it cannot know."""

import re
from typing import Any

from fastapi.openapi.utils import get_openapi
from pydantic.alias_generators import to_camel

import hooks
import public
from access import ACCESS
from lull.use_cases.public_pages import FILES, limit_of
from management import app
from schemas.public_pages import gate_responses

_DESCRIPTION = """\
Every request but pings carries a credential: `Authorization: Bearer <API key or JWT>`.

The OIDC token of a CI job is one, once an admin trusts its repository (`/api/v1/ci-trusts`). It opens
what deployments need: it changes deployments and deployment windows, reads these, components, environments and
applications, and is answered 403 by everything else.
Where several workspaces trust it, the header `X-Lull-Workspace` holds the id of the one that it acts for. A request
that changes something is made once by one such token, unless it carries another `Idempotency-Key`.

Every failure has one shape: `{"statusCode", "message", "error", "details"?: [{"field", "message"}]}`.
Only API Gateway itself answers in another: paths that no part of Lull is behind, such as `/hooks/a/b`, are a 404 with
`{"message": "Not Found"}`.
Unknown fields are refused, and query parameters that are unknown or given twice.

Names of fields are in camelCase; deployments of applications (`/v1/applications/{applicationId}/deployments`) have
them in snake_case, and `/v1/applications` wraps each answer in an object (`{"application": …}`). Lists are `items`,
`data` or bare arrays. These differences come from the published contracts that each part keeps to.

An id of another workspace reads like one that does not exist.
"""


_PUBLIC_DESCRIPTION = """\
What visitors of a status page may read. Files of a PUBLIC page come from the CDN, and take nothing.

A PASSWORD_PROTECTED page answers 401 until a request carries its session, as `Authorization: Bearer` or as the cookie
that `/auth` sets, or its feed token as `?token=`; both end when its password is changed. A PRIVATE page answers 404 to
whoever has no API key or JWT of its workspace. What is answered for these is never cached.

Failures have one shape, `{"statusCode", "message", "error", "details"?}`, but at `/status/…`, which is for people.
`RateLimit-Limit`, `-Remaining` and `-Reset` say what is left for one address and page, in failures as well; cached
answers do not count. A parameter of the query that is given twice is refused, one that is not known is ignored.
"""


_HOOKS_DESCRIPTION = """\
Where GitHub, GitLab and whatever speaks Standard Webhooks tell of deployments. A hook is made with `/api/v1/hooks`; it
says how its requests are signed, and which component and environment they are about.

Whatever speaks Standard Webhooks sends `{"type", "timestamp", "data"}`. The types are `deployment.pending`,
`deployment.started`, `deployment.succeeded`, `deployment.failed`, `deployment.cancelled`, `deployment.timed_out` and
`ping`. `data` holds `externalId`, which is required and the same for every event of a deployment; `componentId`, or
`repository` for the rules of the hook, or `component`, a name; `environmentId` or `environment`, a name; and, where
they are known, `version`, `commitSha`, `commitTimestamp`, `ref`, `link`, `deployedBy`, `description`, and `attempt`,
which counts the tries from 1. A field that is null is one that is not there, and an unknown one is passed over; an
invalid field is answered 400 with its name (`data.commitSha`), and nothing of the event is kept. Texts have at most 255
characters; `timestamp` and `commitTimestamp` are at most five minutes ahead.
"""


def document() -> dict[str, Any]:
    """The document as it is checked in under docs/openapi/."""
    described = get_openapi(
        title=app.title, version=app.version, summary=app.summary, description=_DESCRIPTION, routes=app.routes
    )
    schemes = described["components"].setdefault("securitySchemes", {})
    schemes["bearer"] = {"type": "http", "scheme": "bearer", "description": "An API key (`lull_…`) or a JWT."}
    paths = {}
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            for parameter in operation.get("parameters", []):
                if parameter["in"] == "path":
                    parameter["name"] = to_camel(parameter["name"])
            role = ACCESS[method.upper(), path]
            if role:
                operation["security"] = [{"bearer": []}]
                operation["description"] += f"\n\nTakes the role {role}."
            # FastAPI announces 422 for validation; here it is 400.
            operation["responses"].pop("422", None)
        paths[re.sub(r"\{(\w+)\}", lambda name: "{" + to_camel(name[1]) + "}", path)] = operations
    described["paths"] = paths
    for schema in ("HTTPValidationError", "ValidationError"):
        described["components"]["schemas"].pop(schema, None)
    return described


def public_document() -> dict[str, Any]:
    """The document of the public paths: one operation for each file of a page, all of which one route answers."""
    app = public.app
    described = get_openapi(
        title=app.title, version=app.version, summary=app.summary, description=_PUBLIC_DESCRIPTION, routes=app.routes
    )
    described["components"]["securitySchemes"] = {
        "session": {"type": "http", "scheme": "bearer", "description": "A session, or an API key of the workspace."},
        "cookie": {"type": "apiKey", "in": "cookie", "name": "lull_session"},
        "feedToken": {"type": "apiKey", "in": "query", "name": "token"},
    }
    opening = {path: each for path, each in described["paths"].items() if path.endswith(("/auth", "/subscribe"))}
    for operation in [operation for each in opening.values() for operation in each.values()]:
        operation["responses"].pop("422", None)
    refusal = next(iter(opening.values()))["post"]["responses"]["401"]["content"]
    reading = {f"/{path}": {"get": _reading(path, content_type, refusal)} for path, content_type in FILES.items()}
    described["paths"] = {**opening, **reading}
    for schema in ("HTTPValidationError", "ValidationError"):
        described["components"]["schemas"].pop(schema, None)
    return described


def hooks_document() -> dict[str, Any]:
    """The document of the path that CI sends its webhooks to."""
    app = hooks.app
    described = get_openapi(
        title=app.title, version=app.version, summary=app.summary, description=_HOOKS_DESCRIPTION, routes=app.routes
    )
    for path, operations in list(described["paths"].items()):
        for operation in operations.values():
            operation["responses"].pop("422", None)
            for parameter in operation["parameters"]:
                parameter["name"] = to_camel(parameter["name"])
            operation["requestBody"] = {
                "required": True,
                "content": {"application/json": {"schema": {"type": "object"}}},
            }
        described["paths"][path.replace("{hook_id}", "{hookId}")] = described["paths"].pop(path)
    for schema in ("HTTPValidationError", "ValidationError"):
        described["components"]["schemas"].pop(schema, None)
    return described


def _reading(path: str, content_type: str, refusal: dict[str, Any]) -> dict[str, Any]:
    rest = re.sub(r"[{}]", "", path.rpartition("{slug}")[2]).lstrip("/")
    name = rest or ("data" if path.startswith("api/") else "page")
    limit = limit_of(path)
    # At /status/… whoever is refused is shown why.
    refused = refusal if path.startswith("api/") else {"text/html": {}}
    meanings = {status: each["description"] for status, each in gate_responses(400, 401, 404, 429).items()}
    return {
        "tags": ["Public status pages"],
        "summary": f"Read the {name.replace('.', ' ').replace('/', ' ')} of a page",
        "description": f"At most {limit.most} requests in {limit.window.total_seconds():.0f} seconds, unless cached.",
        "operationId": ("read_" if path.startswith("api/") else "show_") + re.sub(r"\W+", "_", name),
        "parameters": [
            {"name": each, "in": "path", "required": True, "schema": {"type": "string"}}
            for each in re.findall(r"\{(\w+)\}", path)
        ]
        + _asked(path),
        "security": [{}, {"session": []}, {"cookie": []}, {"feedToken": []}],
        "responses": {
            "200": {"description": "As published.", "content": {content_type.partition(";")[0]: {}}},
            **{str(status): {"description": text, "content": refused} for status, text in meanings.items()},
        },
    }


def _asked(path: str) -> list[dict[str, Any]]:
    """What may be asked at a path."""
    kinds = {
        "/history": {"months": (1, 12, 3), "offset": (0, 11, 0)} if path.startswith("api/") else {},
        "/uptime": {"days": (1, 365, 90), "offset": (0, 364, 0)},
    }
    asked = next((each for end, each in kinds.items() if path.endswith(end)), {})
    numbers = [
        {
            "name": name,
            "in": "query",
            "schema": {"type": "integer", "minimum": least, "maximum": most, "default": default},
        }
        for name, (least, most, default) in asked.items()
    ]
    last = [
        {"name": name, "in": where, "schema": {"type": "string"}}
        for name, where in (("Last-Event-ID", "header"), ("lastEventId", "query"))
    ]
    return [*numbers, *(last if path.endswith("/events") else [])]
