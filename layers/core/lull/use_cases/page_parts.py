"""What is asked of a page with questions: so many days, so many months, what was missed since.

Each answer is a part of a source that was published, so that the table is not asked, and says the same as the files.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from lull.domain.errors import NotFound, invalid
from lull.publishing.places import EVENTS, FRESH, JSON, LIVE, source_of
from lull.publishing.renderers import history_json, sse, uptime_json
from lull.use_cases import public_pages
from lull.use_cases.public_pages import Visitor

_PARTS = re.compile(r"api/public/status/[^/]+/(history|events|components/\d+/uptime)")


@dataclass(frozen=True, slots=True)
class Part:
    body: bytes
    content_type: str
    cache_control: str
    is_public: bool
    tag: str


def is_in_parts(path: str) -> bool:
    """Whether the answer at this path depends on more than the path."""
    return _PARTS.fullmatch(path) is not None


def read_part(
    path: str, visitor: Visitor, asked: Mapping[str, str], *, last_event_id: str | None, at: datetime
) -> Part:
    """What a page answers to the questions at this path, for those who may see it.

    Raises Unauthenticated and NotFound as the gate does, Invalid naming what was asked wrongly.
    """
    found = public_pages.read_file(path, visitor, at=at, key=source_of(path))
    body = found.file.body
    if path.endswith("/events"):
        return Part(sse.part(body, last_event_id), EVENTS, LIVE, found.is_public, found.tag)
    published = json.loads(body)
    if path.endswith("/history"):
        document = history_json.document(published, **_whole(asked, "months", "offset"))
    else:
        days = uptime_json.document(published, **_whole(asked, "days", "offset"), at=at)
        if days is None:
            raise NotFound("uptime")
        document = days
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    return Part(body, JSON, FRESH, found.is_public, found.tag)


def _whole(asked: Mapping[str, str], *names: str) -> dict[str, int]:
    found = {}
    for name in names:
        if name in asked:
            if not re.fullmatch(r"-?[0-9]{1,9}", asked[name]):
                raise invalid(name, "must be a whole number")
            found[name] = int(asked[name])
    return found
