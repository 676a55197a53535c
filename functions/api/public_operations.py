"""What the OpenAPI document says of the files of a page: an operation for each, all of which one route answers."""

import re
from typing import Any, NamedTuple

from lull.use_cases.public_pages import limit_of
from schemas.public_pages import gate_responses


class _Words(NamedTuple):
    summary: str
    says: str
    """What is there."""


_PAGE, _DATA = "status/{slug}", "api/public/status/{slug}"
_COMPONENT = f"{_DATA}/components/{{componentId}}"
_WORDS = {
    _PAGE: _Words("Show a status page", "The page for people, as HTML."),
    f"{_PAGE}/subscribe": _Words(
        "Show the forms to subscribe", "By e-mail, where that can be sent, and by webhook, with a choice of components."
    ),
    f"{_PAGE}/history": _Words(
        "Show what happened this month", "Announcements and outages of the running month, as HTML."
    ),
    f"{_PAGE}/history/{{month}}": _Words(
        "Show what happened in a month", "`2026-03`, say: one of the last twelve months, as far as the page has lived."
    ),
    _DATA: _Words(
        "Read the status of a page",
        "The status of the page and of each component, open announcements, and maintenance under way or planned.",
    ),
    f"{_DATA}/history": _Words(
        "Read the history of a page",
        "Announcements and outages by month, newest first; `months` of them, `offset` before now.",
    ),
    f"{_DATA}/feed.rss": _Words("Subscribe to a page by RSS", "What is announced and what goes down, newest first."),
    f"{_DATA}/feed.atom": _Words("Subscribe to a page by Atom", "What is announced and what goes down, newest first."),
    f"{_DATA}/badge.svg": _Words("Get the badge of a page", "Its status as a picture, for a README or a site."),
    f"{_DATA}/badge.json": _Words("Get the badge of a page for shields.io", "As its endpoint badge reads it."),
    f"{_DATA}/widget.js": _Words(
        "Get the widget of a page", "A script that shows the status where a site puts `<script src=…></script>`."
    ),
    f"{_DATA}/events": _Words(
        "Follow the changes of a page",
        "Server-sent events, one for each change. Whoever names the last one that it saw gets those that it missed.",
    ),
    f"{_DATA}/maintenance.ics": _Words(
        "Subscribe to planned maintenance by calendar",
        "iCalendar, for any calendar program; what is called off is marked so.",
    ),
    f"{_COMPONENT}/uptime": _Words(
        "Read the uptime of a component",
        "The figure over so many `days`, and the seconds in each state of each of them.",
    ),
    f"{_COMPONENT}/feed.rss": _Words("Subscribe to a component by RSS", "What concerns this component, newest first."),
    f"{_COMPONENT}/feed.atom": _Words(
        "Subscribe to a component by Atom", "What concerns this component, newest first."
    ),
    f"{_COMPONENT}/badge.svg": _Words("Get the badge of a component", "Its name and status as a picture."),
    f"{_COMPONENT}/badge.json": _Words(
        "Get the badge of a component for shields.io", "As its endpoint badge reads it."
    ),
    f"{_DATA}/api/v2/{{document}}.json": _Words(
        "Read a page the way tools read Statuspage",
        "As Statuspage's API writes it. `document` is `summary`, `status`, `components`, `incidents`, "
        "`incidents/unresolved`, `scheduled-maintenances`, `scheduled-maintenances/upcoming` or "
        "`scheduled-maintenances/active`.",
    ),
}


def read_operation(path: str, content_type: str, refusal: dict[str, Any]) -> dict[str, Any]:
    """The operation that reads a file; `refusal` is the content of a failure."""
    rest = re.sub(r"[{}]", "", path.rpartition("{slug}")[2]).lstrip("/")
    name = rest or ("data" if path.startswith("api/") else "page")
    limit, words = limit_of(path), _WORDS[path]
    # At /status/… whoever is refused is shown why.
    refused = refusal if path.startswith("api/") else {"text/html": {}}
    meanings = {status: each["description"] for status, each in gate_responses(400, 401, 404, 429).items()}
    return {
        "tags": ["Public status pages"],
        "summary": words.summary,
        "description": f"{words.says}\n\n"
        f"At most {limit.most} requests in {limit.window.total_seconds():.0f} seconds, unless cached.",
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
