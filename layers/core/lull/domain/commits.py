"""Commits: what is known of what is deployed, how git writes it down, and what is believed of what a host says."""

import codecs
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from lull.domain.ci_payloads import text
from lull.domain.clocks import CLOCKS_DIFFER_BY
from lull.domain.invisible import INVISIBLE

LONGEST_MESSAGE = 10_000
_SHA = re.compile("[0-9a-f]{40}|[0-9a-f]{64}", re.ASCII)
_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)", re.ASCII | re.IGNORECASE)
_PERSON = re.compile(
    rb"(?P<name>.*?) ?<(?P<email>[^>]*)> (?P<seconds>-?\d{1,15}) (?P<sign>[+-])(?P<hours>\d\d)(?P<minutes>\d\d)"
)
_ENCODING = re.compile(
    "utf-?8|us-ascii|ascii|latin-?1|iso-?8859-?[0-9]{1,2}|windows-?125[0-8]|(?:cp|ibm)(?:125[0-8]|437|85[0-9]|86[0-9]|874)"
    "|koi8-[rtu]|euc-?(?:jp|kr)|iso-?2022-(?:jp|kr)|shift-?jis|sjis|cp(?:932|936|949|950)|gb2312|gbk|gb18030|big5",
    re.ASCII,
)
"""Those in which people write text. Python knows others, which run programs, as it were: idna, unicode_escape, zip."""
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
    is_dated: bool = True
    """False where the committer's clock told a time that cannot be: `committed_at` is the nearest that can."""


class UnreadableCommit(ValueError):
    """This is no commit."""


def told_commit(
    *, sha: Any, message: Any, name: Any, email: Any, username: Any = None, committed_at: Any, at: datetime
) -> Commit:
    """The commit that a host tells of at `at`, in values of whatever kind: the only way in from outside.

    Its id and its time are needed. What else is no text is left out, and text is cut to its length and kept without
    what shows nothing. Clocks of committers may be anything: a time before 1970, or further ahead than clocks differ,
    is the first or the last that can be. Raises UnreadableCommit.
    """
    id_ = sha.lower() if isinstance(sha, str) else ""
    if not _SHA.fullmatch(id_):
        raise UnreadableCommit("it has no id of 40 or 64 hexadecimal digits")
    moment = committed_at if isinstance(committed_at, datetime) else _time(committed_at)
    if moment is None or moment.tzinfo is None:
        raise UnreadableCommit("it has no time with an offset")
    possible = _within(moment, at + CLOCKS_DIFFER_BY, at)
    return Commit(
        sha=id_,
        message=_message(message),
        committer_name=text(name) or "",
        committer_email=text(email) or "",
        committer_username=text(username),
        committed_at=possible,
        is_dated=possible is moment,
    )


def parse_commit(sha: str, content: bytes, *, at: datetime) -> Commit:
    """The commit of a git object that was read at `at`, whose message may be cut off. Raises UnreadableCommit.

    >>> body = b"tree 0\\ncommitter Ada <ada@acme.example> 1663431157 +0200\\n\\nFaster.\\n"
    >>> parse_commit("d7" * 20, body, at=datetime(2026, 3, 1, tzinfo=UTC)).committed_at.isoformat()
    '2022-09-17T18:12:37+02:00'
    """
    head, separator, message = content.partition(b"\n\n")
    if not separator:
        raise UnreadableCommit("it has no message")
    headers = dict(_header(line) for line in reversed(head.split(b"\n")))
    encoding = _encoding(headers.get(b"encoding", b""))
    person = _PERSON.fullmatch(headers.get(b"committer", b""))
    if person is None:
        raise UnreadableCommit("it has no committer")
    return told_commit(
        sha=sha,
        message=message.decode(encoding, "replace"),
        name=person["name"].decode(encoding, "replace"),
        email=person["email"].decode(encoding, "replace"),
        committed_at=_instant(person),
        at=at,
    )


def _header(line: bytes) -> tuple[bytes, bytes]:
    name, _, value = line.partition(b" ")
    return name, value


def _encoding(header: bytes) -> str:
    """A text encoding that git users have, by the name that Python gives it; UTF-8 for anything else."""
    name = header.decode("ascii", "replace").strip().lower().replace("_", "-")
    if not _ENCODING.fullmatch(name):
        return "utf-8"
    try:
        return codecs.lookup(name).name
    except LookupError:
        return "utf-8"


def _message(said: Any) -> str:
    """Lines, without the end of the last, and not longer than is kept."""
    if not isinstance(said, str):
        return ""
    # Of a long one the rest is not looked at; what JSON can say and UTF-8 cannot becomes a question mark.
    start = said[: 2 * LONGEST_MESSAGE].encode(errors="replace").decode().replace("\r\n", "\n")
    shown = INVISIBLE.sub(lambda found: found[0] if found[0] in "\n\t" else "", start)
    return shown.rstrip("\n")[:LONGEST_MESSAGE]


def _time(said: Any) -> datetime | None:
    """An instant of ISO 8601 with its offset, in whole milliseconds."""
    found = _TIME.fullmatch(said) if isinstance(said, str) else None
    if found is None:
        return None
    milliseconds = (found[2] or "")[:3].ljust(3, "0")
    try:
        return datetime.fromisoformat(f"{found[1]}.{milliseconds}{found[3].upper().replace('Z', '+00:00')}")
    except ValueError:
        return None


def _within(moment: datetime, last: datetime, latest: datetime) -> datetime:
    """The moment with its offset; 1970 for what is before it, and `latest` for what is after `last`."""
    # Differences, because near the ends of the calendar an instant has no equal in UTC.
    if moment - _EPOCH < timedelta(0):
        return _EPOCH
    return latest if moment - last > timedelta(0) else moment


def _instant(person: re.Match[bytes]) -> datetime:
    """Clocks of committers may be anything: what is no time is the first or the last there is."""
    offset = timedelta(hours=int(person["hours"]), minutes=int(person["minutes"])) * (
        -1 if person["sign"] == b"-" else 1
    )
    zone = timezone(offset) if abs(offset) < timedelta(hours=24) else UTC
    seconds = min(max(int(person["seconds"]), 0), int((_LATEST - _EPOCH).total_seconds()))
    return (_EPOCH + timedelta(seconds=seconds)).astimezone(zone) if seconds > 86_400 else _EPOCH
