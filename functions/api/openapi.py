"""The OpenAPI document of the management API: FastAPI's, with what it cannot know."""

import re
from typing import Any

from fastapi.openapi.utils import get_openapi
from pydantic.alias_generators import to_camel

from access import ACCESS
from management import app

_DESCRIPTION = """\
Every request but pings carries a credential: `Authorization: Bearer <API key or JWT>`.

Every failure has one shape: `{"statusCode", "message", "error", "details"?: [{"field", "message"}]}`.
Unknown fields are refused, and query parameters that are unknown or given twice.
An id of another workspace reads like one that does not exist.
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
