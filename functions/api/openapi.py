"""The OpenAPI documents: FastAPI's, with what it cannot know."""

import json
import re
from typing import Any

from fastapi.openapi.utils import get_openapi
from pydantic.alias_generators import to_camel

import hooks
import public
from access import ACCESS
from lull.use_cases.public_pages import FILES
from management import app
from public_operations import read_operation

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
Files of a PUBLIC page come from the CDN, and take nothing.

A PASSWORD_PROTECTED page answers 401 until a request carries its session, as `Authorization: Bearer` or as the cookie
that `/auth` sets, or its feed token as `?token=`; both end when its password is changed. A PRIVATE page answers 404 to
whoever has no API key or JWT of its workspace. What is answered for these is never cached.

Failures have one shape, `{"statusCode", "message", "error", "details"?}`, but at `/status/…`, which is for people.
`RateLimit-Limit`, `-Remaining` and `-Reset` say what is left for one address and page, in failures as well; cached
answers do not count. A parameter of the query that is given twice is refused, one that is not known is ignored.
"""


_HOOKS_DESCRIPTION = """\
A hook is made with `/api/v1/hooks`; it
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
    return _tidied(described)


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
        _name_bodies(operation, described["components"]["schemas"])
    refusal = next(iter(opening.values()))["post"]["responses"]["401"]["content"]
    reading = {f"/{path}": {"get": read_operation(path, content_type, refusal)} for path, content_type in FILES.items()}
    described["paths"] = {**opening, **reading}
    return _tidied(described)


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
    return _tidied(described)


def _name_bodies(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Bodies that a route describes by itself become schemas of the document, where what they refer to is found."""
    for each in operation["requestBody"]["content"].values():
        schema = json.loads(json.dumps(each["schema"]).replace("#/$defs/", "#/components/schemas/"))
        schemas.update({**schema.pop("$defs", {}), schema["title"]: schema})
        each["schema"] = {"$ref": f"#/components/schemas/{schema['title']}"}


def _tidied(described: dict[str, Any]) -> dict[str, Any]:
    """Without FastAPI's schemas for 422, and without the titles that pydantic makes of names ("Oldsecretexpiresat")."""
    for schema in ("HTTPValidationError", "ValidationError"):
        described["components"]["schemas"].pop(schema, None)
    return {key: each if key == "info" else _untitled(each) for key, each in described.items()}


def _untitled(node: Any) -> Any:
    if isinstance(node, list):
        return [_untitled(each) for each in node]
    if not isinstance(node, dict):
        return node
    return {
        key: each if key in ("example", "examples", "default") else _untitled(each)
        for key, each in node.items()
        if not (key == "title" and isinstance(each, str))
    }
