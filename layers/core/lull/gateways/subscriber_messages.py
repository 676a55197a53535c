"""Messages to the notifier about subscribers. Every one is a hint to look, and may come twice."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from lull.gateways import queues


@dataclass(frozen=True, slots=True, kw_only=True)
class FanOut:
    """Tell the subscribers of a page after this one (None: all of them) about the subject."""

    workspace_id: int
    page_id: int
    announcement_id: int
    subject: str
    after: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tell:
    """Tell one subscriber. Without an announcement, ask it to confirm."""

    workspace_id: int
    page_id: int
    subscriber_id: int
    announcement_id: int | None = None
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """Try again whatever this subscriber is still owed."""

    workspace_id: int
    subscriber_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Forget:
    """The page is gone: remove its subscribers."""

    workspace_id: int
    page_id: int


Message = FanOut | Tell | Owed | Forget
_KINDS: dict[str, type[Message]] = {"fan-out": FanOut, "tell": Tell, "owed": Owed, "forget": Forget}
_NAMES = {kind: name for name, kind in _KINDS.items()}


def send(messages: Sequence[tuple[Message, datetime]], *, at: datetime) -> None:
    """Ask for each when it is due, ten a call."""
    bodies = [(json.dumps({"kind": _NAMES[type(each)], **asdict(each)}), due_at) for each, due_at in messages]
    queues.send_to_notifier(bodies, at=at)


def parse(message: dict[str, object]) -> Message:
    """Raises KeyError or TypeError for what is none."""
    fields = dict(message)
    return _KINDS[str(fields.pop("kind"))](**fields)  # type: ignore[arg-type]
