"""A lean way from botocore to the emulator: half of what an AWS call costs a test is urllib3 and `http.client`.

Calls are serialised and parsed by botocore as ever; only their bytes travel over a plain socket, and they say who calls
without the proof: the emulator reads no signature. What is not an ordinary answer of the emulator goes botocore's own
way, and so does everything when this module is not installed, as in all processes that a test starts.
"""

import atexit
import io
import socket
from collections import defaultdict, deque
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSPreparedRequest, AWSRequest, AWSResponse, HeadersDict
from botocore.httpsession import URLLib3Session

_TIMEOUT_SECONDS = 30
# By host; a connection is out of it while an answer is awaited.
_idle: dict[str, deque[socket.socket]] = defaultdict(deque)


class _Body(io.BytesIO):
    """The part of urllib3's response that botocore reads."""

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield self.read()


def install() -> None:
    """For the whole process."""
    usual = URLLib3Session.send

    def send(session: URLLib3Session, request: AWSPreparedRequest) -> AWSResponse:
        wire = _written(request)
        answer = _exchange(urlsplit(request.url).netloc, wire) if wire else None
        if answer is None:
            return usual(session, request)
        response = AWSResponse(request.url, answer[0], answer[1], _Body(answer[2]))
        if not request.stream_output:
            # As the usual way does: read while the connection is known to be well.
            assert response.content is not None
        return response

    URLLib3Session.send = send
    SigV4Auth.add_auth = _name_caller
    atexit.register(_hang_up)


def _name_caller(auth: SigV4Auth, request: AWSRequest) -> None:
    """In place of a signature, which is a tenth of what a call costs."""
    del request.headers["Authorization"]  # Of the attempt before this one.
    scope = f"{auth.credentials.access_key}/20260301/{auth._region_name}/{auth._service_name}/aws4_request"
    request.headers["Authorization"] = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"


def _written(request: AWSPreparedRequest) -> bytes | None:
    """The request as it goes over the wire; None for what is left to the usual way."""
    url = urlsplit(request.url)
    body = request.body.encode() if isinstance(request.body, str) else request.body or b""
    headers = {name.lower(): value for name, value in request.headers.items()}
    if url.scheme != "http" or not isinstance(body, bytes | bytearray) or "transfer-encoding" in headers:
        return None
    if request.method == "HEAD":
        return None
    # Nobody waits for the server's word before it sends so little.
    headers.pop("expect", None)
    headers |= {"host": url.netloc, "content-length": str(len(body))}
    lines = [f"{request.method} {url.path or '/'}{'?' * bool(url.query)}{url.query} HTTP/1.1"]
    lines += (f"{name}: {value.decode() if isinstance(value, bytes) else value}" for name, value in headers.items())
    return "\r\n".join([*lines, "", ""]).encode() + bytes(body)


def _exchange(host: str, wire: bytes) -> tuple[int, HeadersDict, bytes] | None:
    """Status, headers and body; None when nothing was done, or a connection would not open."""
    while True:
        try:
            link, is_kept = _idle[host].pop(), True
        except IndexError:
            try:
                link, is_kept = _connected(host), False
            except OSError:
                return None
        try:
            link.sendall(wire)
            first = link.recv(65_536)
        except ConnectionError:
            first = b""
        if first:
            break
        link.close()
        if not is_kept:
            return None
    status, headers, body = _read(link, first)
    if headers.get("connection", "").lower() == "close":
        link.close()
    else:
        _idle[host].append(link)
    return status, headers, body


def _connected(host: str) -> socket.socket:
    name, _, port = host.partition(":")
    link = socket.create_connection((name, int(port or 80)), timeout=_TIMEOUT_SECONDS)
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return link


def _read(link: socket.socket, read: bytes) -> tuple[int, HeadersDict, bytes]:
    while (end := read.find(b"\r\n\r\n")) < 0:
        read += _more(link)
    status_line, *lines = read[:end].decode("latin-1").split("\r\n")
    status, headers = int(status_line.split(" ", 2)[1]), HeadersDict()
    for line in lines:
        name, _, value = line.partition(":")
        headers[name] = value.strip()
    body = read[end + 4 :]
    length = 0 if status in (204, 304) else int(headers.get("content-length", -1))
    if length < 0:
        raise ValueError(f"an answer without a length: {status_line} {lines}")
    while len(body) < length:
        body += _more(link)
    return status, headers, body


def _more(link: socket.socket) -> bytes:
    if not (more := link.recv(1 << 20)):
        raise ConnectionError("the emulator hung up in the middle of an answer")
    return more


def _hang_up() -> None:
    for links in _idle.values():
        while links:
            links.pop().close()
