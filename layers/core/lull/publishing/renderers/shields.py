"""What shields.io needs to draw a badge of its own: its endpoint schema, for those who want another style."""

import json
from datetime import datetime

from lull.publishing.renderers.badge import said
from lull.publishing.snapshot import StatusSnapshot


def render(snapshot: StatusSnapshot, _updated_at: datetime, *, component_id: int | None = None) -> bytes:
    label, message = said(snapshot, component_id)
    document = {"schemaVersion": 1, "label": label, "message": message.text, "color": message.color}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
