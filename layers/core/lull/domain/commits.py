"""Commits: what is known of what is deployed, and how git writes it down."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

LONGEST_MESSAGE = 10_000
_LONGEST_NAME = 255
_PERSON = re.compile(
    r"(?P<name>.*?) ?<(?P<email>[^>]*)> (?P<seconds>-?\d{1,15}) (?P<sign>[+-])(?P<hours>\d{2})(?P<minutes>\d{2})"
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    sha: str
    message: str
    committer_name: str
    committer_email: str
    committer_username: str | None = None
    """On the host that told of it; git itself knows none."""
    committed_at: datetime
    """With the offset of the committer's clock, where that is known."""


class UnreadableCommit(ValueError):
    """This is no commit object."""


def parse_commit(sha: str, content: bytes) -> Commit:
    """The commit of a git object, whose message may be cut off. Raises UnreadableCommit.

    >>> body = b"tree 0\\ncommitter Ada <ada@acme.example> 1663431157 +0200\\n\\nFaster.\\n"
    >>> parse_commit("d77e", body).committed_at.isoformat()
    '2022-09-17T18:12:37+02:00'
    """
    head, separator, message = content.partition(b"\n\n")
    if not separator:
        raise UnreadableCommit("it has no message")
    headers = dict(_header(line) for line in reversed(head.split(b"\n")))
    encoding = headers.get(b"encoding", b"utf-8").decode("ascii", "replace")
    person = _PERSON.fullmatch(_text(headers.get(b"committer", b""), encoding))
    if person is None:
        raise UnreadableCommit("it has no committer")
    return Commit(
        sha=sha,
        message=shortened(_text(message, encoding)),
        committer_name=person["name"][:_LONGEST_NAME],
        committer_email=person["email"][:_LONGEST_NAME],
        committed_at=_instant(person),
    )


def shortened(message: str) -> str:
    """A message without the end of its last line, and not longer than is kept."""
    return message.rstrip("\r\n")[:LONGEST_MESSAGE]


def _header(line: bytes) -> tuple[bytes, bytes]:
    name, _, value = line.partition(b" ")
    return name, value


def _text(raw: bytes, encoding: str) -> str:
    try:
        return raw.decode(encoding, "replace")
    except LookupError:
        return raw.decode("utf-8", "replace")


def _instant(person: re.Match[str]) -> datetime:
    """Clocks of committers may be anything: what is no time is the first or the last there is."""
    offset = timedelta(hours=int(person["hours"]), minutes=int(person["minutes"])) * (
        -1 if person["sign"] == "-" else 1
    )
    zone = timezone(offset) if abs(offset) < timedelta(hours=24) else UTC
    seconds = min(max(int(person["seconds"]), 0), int((_LATEST - _EPOCH).total_seconds()))
    return (_EPOCH + timedelta(seconds=seconds)).astimezone(zone) if seconds > 86_400 else _EPOCH
