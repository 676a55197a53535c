"""Git's wire format, protocol version 2: packets, advertised references, the first object of a pack.

Sources: gitprotocol-v2, gitprotocol-common, gitformat-pack.
"""

import hashlib
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_FLUSH, _DELIMITER, _RESPONSE_END = "0000", "0001", "0002"
FLUSH, DELIMITER = _FLUSH.encode(), _DELIMITER.encode()
_COMMIT = 1
_LARGEST_OBJECT = 256 * 1024


class Garbage(ValueError):
    """This is not what a git server says."""


def packet(line: str) -> bytes:
    """
    >>> packet("command=ls-refs")
    b'0014command=ls-refs\\n'
    >>> packet("größe")
    b'000cgr\\xc3\\xb6\\xc3\\x9fe\\n'
    """
    data = f"{line}\n".encode()
    return f"{len(data) + 4:04x}".encode() + data


def request(command: str, capabilities: Sequence[str], arguments: Sequence[str]) -> bytes:
    """A whole request of protocol version 2."""
    head = [packet(f"command={command}"), *map(packet, capabilities)]
    return b"".join([*head, DELIMITER, *map(packet, arguments), FLUSH])


def packets(data: bytes, *, cut: bool = False) -> Iterator[bytes | None]:
    """The payload of each packet, None for those that separate. Of data that was cut off, the last one in part."""
    position = 0
    while position < len(data):
        length = data[position : position + 4]
        if cut and len(length) < 4:
            return
        size = _size(length)
        if size < 4:
            yield None
            position += 4
            continue
        payload = data[position + 4 : position + size]
        if len(payload) < size - 4 and not cut:
            raise Garbage("a packet breaks off")
        yield payload
        position += size


def _size(length: bytes) -> int:
    try:
        size = int(length, 16)
    except ValueError:
        raise Garbage("no packet begins here") from None
    if len(length) < 4 or size == 3 or not length.isalnum():
        raise Garbage("no packet begins here")
    return size


def capabilities(data: bytes, *, cut: bool) -> dict[str, str] | None:
    """What a server of protocol version 2 can do; None if it speaks another. Raises Garbage."""
    lines = [each.rstrip(b"\n") for each in packets(data, cut=cut) if each is not None]
    if lines and lines[0].startswith(b"# service="):
        lines = lines[1:]
    if not lines or lines[0] != b"version 2":
        return None
    found = (line.decode("utf-8", "replace").partition("=") for line in lines[1:])
    return {name: value for name, _, value in found}


@dataclass(frozen=True, slots=True)
class Reference:
    name: str
    sha: str
    leads_to: str | None
    """The branch that HEAD stands for."""


def references(data: bytes, *, cut: bool) -> list[Reference]:
    """Raises Garbage."""
    found = []
    for each in packets(data, cut=cut):
        if each is None:
            break
        if each.startswith(b"ERR "):
            raise Garbage("the server reports an error")
        if not each.endswith(b"\n"):
            continue
        sha, _, rest = each.rstrip(b"\n").decode("utf-8", "replace").partition(" ")
        name, *attributes = rest.split(" ")
        targets = [each.removeprefix("symref-target:") for each in attributes if each.startswith("symref-target:")]
        if _is_sha(sha):
            found.append(Reference(name, sha, targets[0] if targets else None))
    return found


def _is_sha(text: str) -> bool:
    return len(text) in (40, 64) and all(each in "0123456789abcdef" for each in text)


def commit_object(data: bytes, sha: str, *, cut: bool) -> bytes:
    """The commit that a pack begins with; the start of it, if the data was cut off. Raises Garbage."""
    pack = b"".join(_pack(data, cut=cut))
    if len(pack) < 13 or pack[:4] != b"PACK":
        raise Garbage("there is no pack")
    kind, size, position = _object_header(pack)
    if kind != _COMMIT:
        raise Garbage("the pack does not begin with a commit")
    try:
        content = zlib.decompressobj().decompress(pack[position:], _LARGEST_OBJECT)
    except zlib.error as error:
        raise Garbage("the pack is damaged") from error
    if len(content) == size and _name(content, sha) != sha:
        raise Garbage("this is another commit than the one asked for")
    if len(content) < size and not cut and size <= _LARGEST_OBJECT:
        raise Garbage("the pack breaks off")
    return content


def _pack(data: bytes, *, cut: bool) -> Iterator[bytes]:
    """The packfile section, without progress: side-band-64k is the only form in version 2."""
    begun = False
    for each in packets(data, cut=cut):
        if each is None:
            if begun:
                return
        elif begun:
            if each[:1] == b"\x03":
                raise Garbage("the server reports an error")
            if each[:1] == b"\x01":
                yield each[1:]
        elif each.startswith(b"ERR "):
            raise Garbage("the server reports an error")
        elif each.rstrip(b"\n") == b"packfile":
            begun = True


def _object_header(pack: bytes) -> tuple[int, int, int]:
    """Kind, size when unpacked, and where the compressed content begins."""
    position, byte = 13, pack[12]
    kind, size, shift = byte >> 4 & 7, byte & 15, 4
    while byte & 0x80:
        if position >= len(pack) or shift > 60:
            raise Garbage("the pack is damaged")
        byte = pack[position]
        size |= (byte & 0x7F) << shift
        position, shift = position + 1, shift + 7
    return kind, size, position


def _name(content: bytes, like: str) -> str:
    whole = b"commit %d\0" % len(content) + content
    # What git names objects by, not a secret.
    digest = hashlib.sha1(whole, usedforsecurity=False) if len(like) == 40 else hashlib.sha256(whole)
    return digest.hexdigest()
