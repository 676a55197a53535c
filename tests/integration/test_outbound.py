"""Where requests go, what they carry, and that whatever a server does is an answer or a failure."""

import asyncio
import gzip
import socket
import ssl
import threading
import tracemalloc
import zlib
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from typing import Any, TypeVar

import pytest

from lull.domain.addresses import parse_allow_list
from lull.domain.answers import Answer, Failure
from lull.gateways import outbound, targets
from lull.gateways.outbound import Request, send
from lull.gateways.targets import Network
from tests.certificates import Authority, authority
from tests.web_servers import Exchange, Wire, recorded, serving

PUBLIC, OTHER_PUBLIC = "93.184.216.34", "1.1.1.1"
T = TypeVar("T")


@pytest.fixture(autouse=True)
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    return recorded(monkeypatch)


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        return runner.run(coroutine)


def network(
    names: Mapping[str, Sequence[str]] | None = None, *, allowed: str = "", trust: ssl.SSLContext | None = None
) -> Network:
    """A name that is not given leads to a public address; an address leads to itself."""

    async def resolve(host: str, _port: int) -> Sequence[str]:
        return (names or {}).get(host) or ([host] if host.replace(".", "").isdigit() else [PUBLIC])

    return Network(allowed=parse_allow_list(allowed), trust=trust or authority().trust, resolve=resolve)


def asked(
    handler: Callable[[Exchange], Awaitable[None]],
    *,
    over: Network | None = None,
    host: str = "api.test",
    path: str = "/",
    tls: ssl.SSLContext | None = None,
    **request: Any,
) -> tuple[Answer, list[str]]:
    """What comes of a request to a server that answers like this, and the heads of the requests it got."""

    async def ask() -> tuple[Answer, list[str]]:
        async with serving(handler, tls=tls) as server:
            url = f"{'https' if tls else 'http'}://{host}:{server.port}{path}"
            return await send(Request(url=url, **{"timeout_ms": 5_000, **request}), over or network()), server.heads

    return run(ask())


def sends(data: bytes, *, then_reset: bool = False) -> Callable[[Exchange], Awaitable[None]]:
    async def handler(exchange: Exchange) -> None:
        await exchange.send(data)
        if then_reset:
            sock = exchange.writer.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
            exchange.writer.transport.abort()

    return handler


async def well(exchange: Exchange) -> None:
    await exchange.answer(200, b"well")


async def silent(exchange: Exchange) -> None:
    await exchange.reader.read()


def lines(head: str) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in head.strip().split("\r\n")[1:])


# Who is asked


def test_the_address_that_was_judged_is_the_one_that_is_asked_under_the_name(wire):
    answer, (head,) = asked(well)
    assert (answer.status_code, answer.body, answer.failure, answer.truncated) == (200, b"well", None, False)
    ((address, port),) = wire.connects
    assert address == PUBLIC
    assert lines(head)["Host"] == f"api.test:{port}"
    assert not wire.lookups


@pytest.mark.parametrize(
    "bad", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "2002:7f00:1::"]
)
@pytest.mark.parametrize("position", [0, 1, 2])
def test_one_refused_address_among_public_ones_is_enough_to_ask_nobody(wire, bad, position):
    found = [PUBLIC, OTHER_PUBLIC]
    found.insert(position, bad)
    answer, heads = asked(well, over=network({"api.test": found}))
    assert (answer.failure, answer.status_code, heads, wire.connects) == (Failure.REFUSED_ADDRESS, None, [], [])


def test_a_name_that_changes_its_address_between_look_ups_is_looked_up_once_a_request(wire):
    found = [["127.0.0.1"], [PUBLIC]] * 10
    lookups = []

    async def resolve(host: str, _port: int) -> list[str]:
        lookups.append(host)
        return found[len(lookups) - 1]

    async def ask() -> list[Answer]:
        rebinding = Network(allowed=parse_allow_list(""), trust=authority().trust, resolve=resolve)
        async with serving(well) as server:
            return [await send(Request(url=f"http://api.test:{server.port}/"), rebinding) for _ in found]

    answers = run(ask())
    assert [answer.failure for answer in answers] == [Failure.REFUSED_ADDRESS, None] * 10
    assert len(lookups) == 20
    assert wire.addresses == [PUBLIC] * 10
    assert not wire.lookups


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "http://localhost/", "http://[::1]/", "http://0.0.0.0/"])
def test_without_an_allow_list_this_machine_is_not_asked(wire, monkeypatch, url):
    monkeypatch.delenv("PRIVATE_TARGETS", raising=False)
    answer = outbound.send_now(Request(url=url))
    assert answer.failure is Failure.REFUSED_ADDRESS
    assert outbound.refusal(url) == answer.reason
    assert not wire.connects


def test_the_setting_opens_what_it_names(monkeypatch):
    async def ask() -> list[Answer]:
        async with serving(well) as server:
            monkeypatch.setenv("PRIVATE_TARGETS", f"127.0.0.1:{server.port},localhost:{server.port}")
            hosts = ("127.0.0.1", "localhost", "127.0.0.2")
            return [await send(Request(url=f"http://{host}:{server.port}/")) for host in hosts]

    assert [answer.status_code for answer in run(ask())] == [200, 200, None]


@pytest.mark.parametrize("dead", [[OTHER_PUBLIC], ["2606:4700:4700::1111"], [OTHER_PUBLIC, "2606:4700:4700::1111"]])
def test_the_next_address_is_tried_if_one_does_not_answer(wire, dead):
    wire.dead = set(dead)
    answer, _ = asked(well, over=network({"api.test": [*dead, PUBLIC]}))
    assert answer.status_code == 200
    assert wire.addresses == [*dead, PUBLIC]


def test_an_address_that_swallows_connections_leaves_time_for_the_next():
    async def ask(port: int) -> Answer:
        over = network({"api.test": ["127.0.0.2", "127.0.0.1"]}, allowed="127.0.0.0/8")
        async with serving(well, port=port) as server:
            return await send(Request(url=f"http://api.test:{server.port}/", timeout_ms=2_000), over)

    # Nobody accepts here: once the backlog is full, the kernel drops what comes.
    full = socket.create_server(("127.0.0.2", 0), backlog=0)
    waiting = [socket.socket() for _ in range(4)]
    for each in waiting:
        each.setblocking(False)
        each.connect_ex(full.getsockname())
    try:
        assert run(ask(full.getsockname()[1])).status_code == 200
    finally:
        for each in [*waiting, full]:
            each.close()


def test_of_many_dead_addresses_two_of_each_family_are_tried(wire):
    four, six = [f"8.8.8.{each}" for each in range(1, 9)], [f"2606:4700::{each}" for each in range(1, 9)]
    wire.dead = {*four, *six}
    answer, _ = asked(well, over=network({"api.test": [*six, *four]}))
    assert (answer.failure, answer.reason) == (Failure.CONNECT, "connection refused")
    assert wire.addresses == [*six[:2], *four[:2]]


def test_no_proxy_of_the_environment_is_asked(wire, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    assert asked(well)[0].status_code == 200
    assert wire.addresses == [PUBLIC]


# What is carried


def test_a_request_says_who_asks_and_nothing_of_earlier_ones(wire):
    async def ask() -> list[str]:
        async def setting(exchange: Exchange) -> None:
            await exchange.answer(200, Set_Cookie="session=1; Path=/")

        async with serving(setting) as server:
            for _ in range(2):
                await send(Request(url=f"http://api.test:{server.port}/"), network())
            return server.heads

    first, second = run(ask())
    assert first == second
    assert lines(first) == {
        "Host": f"api.test:{wire.connects[0][1]}",
        "Connection": "close",
        "User-Agent": "Lull/1 (+status checks)",
        "Accept": "*/*",
        "Accept-Encoding": "identity",
    }
    assert len(wire.connects) == 2


def test_headers_and_body_arrive_as_given():
    received = []

    async def reading(exchange: Exchange) -> None:
        received.append(await exchange.reader.readexactly(11))
        await exchange.answer(202)

    headers = {"X-Probe": " 1 ", "user-agent": "mine", "Content-Type": "application/json"}
    answer, (head,) = asked(reading, method="POST", body=b'{"a": "\xc3\xa9"}'[:11], headers=headers)
    assert answer.status_code == 202
    assert received == [b'{"a": "\xc3\xa9"}'[:11]]
    assert lines(head).items() >= {"X-Probe": "1", "user-agent": "mine", "Content-Length": "11"}.items()
    assert "User-Agent" not in lines(head)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_an_empty_body_says_that_it_is_empty(method):
    assert lines(asked(well, method=method)[1][0])["Content-Length"] == "0"


@pytest.mark.parametrize(
    "name",
    ["Host", "content-length", "Transfer-Encoding", "CONNECTION", "Expect", "Upgrade", "TE", "Proxy-Authorization"],
)
def test_a_header_that_is_the_client_s_own_cannot_be_set(name):
    answer, heads = asked(well, headers={name: "x"})
    assert (answer.failure, answer.reason, heads) == (
        Failure.INVALID_REQUEST,
        f"the header {name.lower()} cannot be set",
        [],
    )


@pytest.mark.parametrize(
    "request_",
    [
        {"headers": {"X": "a\r\nHost: other.test"}},
        {"headers": {"X": "a\0b"}},
        {"headers": {"X Y": "a"}},
        {"headers": {"X:": "a"}},
        {"headers": {"": "a"}},
        {"headers": {"Ä": "a"}},
        {"method": "CONNECT"},
        {"method": "GET / HTTP/1.1\r\nX: y\r\n\r\nGET"},
        {"method": ""},
    ],
    ids=repr,
)
def test_what_would_make_another_request_of_it_is_not_sent(request_):
    answer, heads = asked(well, **request_)
    assert (answer.failure, heads) == (Failure.INVALID_REQUEST, [])


# Certificates


@pytest.mark.parametrize("host", ["api.test", "api.test.", "sub.api.test"])
def test_a_certificate_for_the_name_is_accepted_and_the_name_is_told_to_the_server(host):
    told = []
    tls = authority().server("api.test", "*.api.test")
    tls.sni_callback = lambda _connection, name, _context: told.append(name)
    answer, _ = asked(well, host=host, tls=tls)
    assert (answer.status_code, told) == (200, [host.removesuffix(".")])


def test_a_certificate_for_the_address_is_accepted_for_the_address():
    assert asked(well, host=PUBLIC, tls=authority().server(PUBLIC))[0].status_code == 200


@pytest.mark.parametrize(
    ("tls", "host", "reason"),
    [
        (lambda: authority().server("api.test", expired=True), "api.test", "certificate has expired"),
        (
            lambda: authority().server("other.test"),
            "api.test",
            "Hostname mismatch, certificate is not valid for 'api.test'",
        ),
        # The address that is connected to is in this certificate, the name that was asked for is not.
        (lambda: authority().server(PUBLIC), "api.test", "Hostname mismatch, certificate is not valid for 'api.test'"),
        (
            lambda: authority().server("api.test"),
            PUBLIC,
            f"IP address mismatch, certificate is not valid for '{PUBLIC}'",
        ),
        (lambda: authority().server("api.test", self_signed=True), "api.test", "self-signed certificate"),
        (lambda: Authority("nobody").server("api.test"), "api.test", "unable to get local issuer certificate"),
    ],
    ids=["expired", "another name", "only the address", "only the name", "self-signed", "unknown authority"],
)
def test_any_other_certificate_is_not_accepted_and_nothing_is_sent(tls, host, reason):
    answer, heads = asked(well, host=host, tls=tls())
    assert (answer.failure, answer.reason, heads) == (Failure.TLS, reason, [])


def test_by_default_the_public_authorities_are_believed_and_no_other():
    over = network(trust=targets.default_network().trust)
    assert over.trust.check_hostname
    assert over.trust.verify_mode is ssl.CERT_REQUIRED
    answer, heads = asked(well, over=over, tls=authority().server("api.test"))
    assert (answer.failure, heads) == (Failure.TLS, [])


def test_a_server_that_wants_a_certificate_of_the_client_is_a_failure():
    tls = authority().server("api.test")
    tls.verify_mode = ssl.CERT_REQUIRED
    answer, heads = asked(well, tls=tls)
    # In TLS 1.3 it says so after the handshake; whether its alert or the end of the connection is seen first is chance.
    assert answer.failure in (Failure.TLS, Failure.DISCONNECTED)
    assert not heads


def raw(talk: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]], scheme: str, ms: int) -> Answer:
    """What comes of a request to something that is no web server."""

    async def ask() -> Answer:
        done = asyncio.Event()

        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                await talk(reader, writer)
            finally:
                writer.close()
                done.set()

        async with await asyncio.start_server(connected, "127.0.0.1", 0) as server:
            url = f"{scheme}://api.test:{server.sockets[0].getsockname()[1]}/"
            answer = await send(Request(url=url, timeout_ms=ms), network())
            await asyncio.wait_for(done.wait(), 5)
            return answer

    return run(ask())


def test_a_handshake_that_never_ends_ends_at_the_deadline_and_leaves_no_connection_open():
    async def swallow(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        # Ends only when the client has closed its side.
        while await reader.read(1_024):
            pass

    answer = raw(swallow, "https", 150)
    assert (answer.failure, answer.reason) == (Failure.TIMEOUT, "no complete answer within 150 ms")


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x15\x03\x01\x00\x02\x02\x28"])
def test_a_server_without_tls_is_a_failure_of_tls(said):
    async def other(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1_024)
        writer.write(said)

    assert raw(other, "https", 5_000).failure is Failure.TLS


# Redirects


def redirecting(places: Mapping[str, str], status: int = 302) -> Callable[[Exchange], Awaitable[None]]:
    """/a leads to places["a"]; anything else is the end. `{port}` is this server's own."""

    async def handler(exchange: Exchange) -> None:
        place = places.get(exchange.path.strip("/"))
        if place is None:
            return await exchange.answer(200, b"the end")
        port = exchange.writer.get_extra_info("sockname")[1]
        return await exchange.answer(status, b"moved", Location=place.replace("{port}", str(port)))

    return handler


CHAIN = {"1": "/2", "2": "3", "3": "/4", "4": "/end"}


@pytest.mark.parametrize(("start", "asked_for"), [("/2", 3), ("/3", 2), ("/4", 1), ("/end", 0)])
def test_three_redirects_are_followed_from_one_connection_to_the_next(wire, start, asked_for):
    answer, heads = asked(redirecting(CHAIN), path=start, max_redirects=3)
    assert (answer.status_code, answer.body) == (200, b"the end")
    assert len(heads) == len(wire.connects) == asked_for + 1


@pytest.mark.parametrize("places", [CHAIN, {"1": "/1"}, {"1": "/2", "2": "/1"}])
def test_a_fourth_redirect_is_not(places):
    answer, heads = asked(redirecting(places), path="/1", max_redirects=3)
    assert (answer.failure, answer.reason) == (Failure.TOO_MANY_REDIRECTS, "more than 3 redirects")
    assert len(heads) == 4


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("request_", [{}, {"max_redirects": 3, "method": "POST", "body": b"{}"}], ids=["0", "body"])
def test_a_redirect_that_is_not_to_be_followed_is_the_answer(status, request_):
    answer, heads = asked(redirecting({"a": "http://127.0.0.1/"}, status), path="/a", **request_)
    assert (answer.status_code, answer.body, len(heads)) == (status, b"moved", 1)


@pytest.mark.parametrize(
    "place",
    [
        "http://127.0.0.2:{port}/end",
        "http://127.0.0.1:9/end",
        "//127.0.0.2:{port}/end",
        "http://local.test:{port}/end",
        "http://mixed.test:{port}/end",
        "http://169.254.169.254/latest/meta-data/",
        "http://metadata.test/",
        "http://localhost:{port}/end",
        "http://[::1]:{port}/end",
        "http://[::ffff:127.0.0.2]:{port}/end",
    ],
)
def test_a_redirect_to_a_refused_address_is_not_followed(wire, place):
    names = {
        "local.test": ["127.0.0.2"],
        "mixed.test": [PUBLIC, "127.0.0.2"],
        "metadata.test": ["169.254.169.254"],
        "localhost": ["127.0.0.1", "::1"],
        "::1": ["::1"],
        "::ffff:7f00:2": ["::ffff:7f00:2"],
        "::ffff:127.0.0.2": ["::ffff:127.0.0.2"],
    }

    async def ask() -> tuple[Answer, int]:
        async with serving(redirecting({"a": place})) as server:
            over = network(names, allowed=f"127.0.0.1:{server.port}")
            async with serving(well, host="127.0.0.2", port=server.port) as other:
                request = Request(url=f"http://127.0.0.1:{server.port}/a", max_redirects=3)
                return await send(request, over), len(other.heads)

    answer, reached = run(ask())
    assert (answer.failure, reached) == (Failure.REFUSED_ADDRESS, 0)
    assert answer.reason
    assert answer.reason.startswith("after a redirect: the target is ")
    assert wire.addresses == ["127.0.0.1"]


@pytest.mark.parametrize(
    "place",
    [
        "ftp://api.test/",
        "file:///etc/passwd",
        "gopher://api.test:{port}/",
        "http://user:password@api.test:{port}/end",
        "http://2130706433:{port}/",
        "http://api.test\\@127.0.0.1/",
        "http://[::1/",
        "http://api.test:99999/",
        "http://a..b/",
        "http://api.test:{port}/" + "a" * 2_100,
        "http://\u2100.test/",
    ],
)
def test_a_redirect_to_what_would_not_be_asked_is_not_followed(wire, place):
    answer, heads = asked(redirecting({"a": place}), path="/a", max_redirects=3)
    assert (answer.failure, len(heads), len(wire.connects)) == (Failure.REFUSED_REDIRECT, 1, 1)


def test_a_redirect_from_https_to_http_is_not_followed(wire):
    tls = authority().server("api.test")
    answer, _ = asked(redirecting({"a": "http://api.test:{port}/end"}), path="/a", max_redirects=3, tls=tls)
    assert (answer.failure, answer.reason) == (
        Failure.REFUSED_REDIRECT,
        "the redirect leads from https to http",
    )
    assert len(wire.connects) == 1


def test_every_certificate_on_the_way_is_checked():
    tls = authority().server("api.test")
    answer, heads = asked(redirecting({"a": "https://other.test:{port}/end"}), path="/a", max_redirects=3, tls=tls)
    assert (answer.failure, len(heads)) == (Failure.TLS, 1)


@pytest.mark.parametrize(
    ("places", "kept"),
    [
        ({"a": "/end"}, [True, True]),
        ({"a": "http://API.test.:{port}/end"}, [True, True]),
        ({"a": "http://other.test:{port}/end"}, [True, False]),
        ({"a": "http://sub.api.test:{port}/end"}, [True, False]),
        ({"a": "http://other.test:{port}/b", "b": "http://api.test:{port}/end"}, [True, False, False]),
    ],
)
def test_given_headers_stay_with_the_origin_they_were_given_for(places, kept):
    given = {"Authorization": "Bearer x", "Cookie": "session=1", "X-Api-Key": "x", "User-Agent": "mine"}
    answer, heads = asked(redirecting(places), path="/a", max_redirects=3, headers=given)
    assert answer.status_code == 200
    assert [lines(head).items() >= given.items() for head in heads] == kept
    for head, kept_here in zip(heads, kept, strict=True):
        assert kept_here or (not {*given} - {"User-Agent"} & {*lines(head)} and "mine" not in head)


def test_headers_given_for_one_port_are_not_sent_to_another():
    async def ask() -> tuple[Answer, list[str]]:
        async with serving(well) as other, serving(redirecting({"a": f"http://api.test:{other.port}/"})) as server:
            request = Request(url=f"http://api.test:{server.port}/a", headers={"X-Key": "x"}, max_redirects=1)
            return await send(request, network()), other.heads

    answer, (head,) = run(ask())
    assert answer.status_code == 200
    assert "X-Key" not in head


def test_a_cookie_of_a_redirect_is_not_brought_along():
    async def setting(exchange: Exchange) -> None:
        await exchange.answer(302 if exchange.path == "/a" else 200, Location="/b", Set_Cookie="session=1")

    _, heads = asked(setting, path="/a", max_redirects=3)
    assert len(heads) == 2
    assert "session" not in heads[1]


@pytest.mark.parametrize(
    ("status", "method", "then"),
    [
        (301, "GET", "GET"),
        (302, "HEAD", "HEAD"),
        (303, "HEAD", "HEAD"),
        (302, "POST", "GET"),
        (303, "PUT", "GET"),
        (307, "POST", "POST"),
        (308, "PATCH", "PATCH"),
        (301, "PUT", "PUT"),
    ],
)
def test_a_redirect_changes_the_method_as_http_says(status, method, then):
    async def moving(exchange: Exchange) -> None:
        await exchange.send(f"HTTP/1.1 {status if exchange.path == '/a' else 204} x\r\nLocation: /b\r\n\r\n".encode())

    _, heads = asked(moving, path="/a", method=method, max_redirects=3)
    assert [head.split()[0] for head in heads] == [method, then]


def test_a_redirect_to_nowhere_is_the_answer():
    assert asked(sends(b"HTTP/1.1 302 x\r\nContent-Length: 0\r\n\r\n"), max_redirects=3)[0].status_code == 302


# What servers do


@pytest.mark.parametrize(
    ("said", "status", "body"),
    [
        (b"HTTP/1.0 200 OK\r\n\r\nuntil the end", 200, b"until the end"),
        (b"HTTP/1.1 200\r\nConnection: close\r\n\r\nno reason", 200, b"no reason"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", 204, b""),
        (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", 304, b""),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: x\r\n\r\n",
            200,
            b"abcde",
        ),
        (
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
            200,
            b"ok",
        ),
        (b"HTTP/1.1 599 x\r\nContent-Length: 1\r\n\r\nab", 599, b"a"),
        (b"HTTP/1.1 200 OK\r\nX: \xe4\xff\r\nContent-Length: 0\r\n\r\n", 200, b""),
    ],
)
def test_an_answer_of_any_form_is_read(said, status, body):
    answer, _ = asked(sends(said))
    assert (answer.status_code, answer.body, answer.failure) == (status, body, None)


def test_the_answer_to_head_has_no_body():
    answer, _ = asked(sends(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"), method="HEAD")
    assert (answer.status_code, answer.body) == (200, b"")


@pytest.mark.parametrize(
    ("said", "failure"),
    [
        (b"", Failure.DISCONNECTED),
        (b"SSH-2.0", Failure.DISCONNECTED),
        (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", Failure.PROTOCOL),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", Failure.PROTOCOL),
        (b"\x00\xff" * 100, Failure.PROTOCOL),
        (b"HTTP/1.1 999999 OK\r\n\r\n", Failure.PROTOCOL),
        (b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n", Failure.PROTOCOL),
        (b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", Failure.PROTOCOL),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef", Failure.PROTOCOL),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbroke off", Failure.PROTOCOL),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", Failure.PROTOCOL),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab", Failure.PROTOCOL),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnot!", Failure.PROTOCOL),
        (b"HTTP/1.1 200 OK\r\n" + b"X-Long: " + b"x" * 200_000, Failure.PROTOCOL),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 50_000, Failure.PROTOCOL),
    ],
    ids=range(15),
)
def test_what_is_no_answer_is_a_failure_that_repeats_nothing_of_it(said, failure):
    answer, _ = asked(sends(said))
    assert (answer.failure, answer.status_code, answer.body) == (failure, None, b"")
    assert answer.reason in (
        "the connection was closed without an answer",
        "the answer is not valid HTTP, or broke off",
    )


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab"])
def test_a_reset_connection_is_a_failure(said):
    answer, _ = asked(sends(said, then_reset=True))
    assert (answer.failure, answer.reason) == (Failure.DISCONNECTED, "the connection was reset")


def test_a_closed_port_is_a_failure(wire):
    wire.dead = {PUBLIC}
    answer, _ = asked(well)
    assert (answer.failure, answer.reason) == (Failure.CONNECT, "connection refused")


def test_a_name_without_an_address_is_a_failure():
    async def nothing(_host: str, _port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    over = Network(allowed=parse_allow_list(""), trust=authority().trust, resolve=nothing)
    answer = outbound.send_now(Request(url="http://api.test/"), over)
    assert (answer.failure, answer.reason) == (Failure.DNS, "the name could not be resolved")
    assert outbound.refusal("http://api.test/", over) is None


def dripping(start: bytes, drop: bytes) -> Callable[[Exchange], Awaitable[None]]:
    async def handler(exchange: Exchange) -> None:
        await exchange.send(start)
        while True:
            await exchange.send(drop)
            await asyncio.sleep(0.005)

    return handler


@pytest.mark.parametrize(
    "handler",
    [
        silent,
        dripping(b"", b"H"[:0]),
        dripping(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
        dripping(b"", b"HTTP/1.1 102 Processing\r\n\r\n"),
        dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n", b"."),
        dripping(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        dripping(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"")[:10], b"\0\0\0\xff\xff"),
    ],
    ids=["silence", "nothing", "headers", "interim answers", "body", "chunks", "empty blocks"],
)
def test_the_deadline_holds_however_little_comes_however_long(handler):
    answer, heads = asked(handler, timeout_ms=300)
    assert (answer.failure, answer.status_code, len(heads)) == (Failure.TIMEOUT, None, 1)
    assert answer.reason == "no complete answer within 300 ms"
    assert 299 <= answer.elapsed_ms < 5_000


def test_the_deadline_is_one_for_all_redirects():
    async def slowly(exchange: Exchange) -> None:
        await asyncio.sleep(0.06)
        await exchange.answer(302, Location="/again")

    answer, heads = asked(slowly, timeout_ms=150, max_redirects=20)
    assert answer.failure is Failure.TIMEOUT
    assert len(heads) <= 3


def test_a_server_that_never_stops_is_left_after_64_kilobytes():
    sent = []

    async def endless(exchange: Exchange) -> None:
        await exchange.send(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            await exchange.send(b"x" * 65_536)
            sent.append(65_536)

    answer, _ = asked(endless)
    assert (answer.status_code, len(answer.body), answer.truncated) == (200, 65_536, True)
    # The rest was on its way in the buffers of the two sockets.
    assert sum(sent) < 16 * 1024 * 1024


@pytest.mark.parametrize(("size", "truncated"), [(65_535, False), (65_536, False), (65_537, True)])
def test_a_body_is_truncated_beyond_64_kilobytes_and_not_before(size, truncated):
    async def large(exchange: Exchange) -> None:
        await exchange.answer(200, b"x" * size)

    answer, _ = asked(large)
    assert (len(answer.body), answer.truncated) == (min(size, 65_536), truncated)


@pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress), ("br", bytes)])
def test_a_body_that_is_compressed_unasked_is_read_if_it_is_one_of_the_usual_ways(encoding, pack):
    async def packed(exchange: Exchange) -> None:
        await exchange.answer(200, pack(b"well" * 100), Content_Encoding=encoding)

    assert asked(packed)[0].body == b"well" * 100


@pytest.mark.parametrize(("encoding", "window"), [("gzip", 31), ("deflate", 15)])
def test_a_bomb_of_64_megabytes_takes_less_than_two(encoding, window):
    packer = zlib.compressobj(1, wbits=window)
    bomb = b"".join([*(packer.compress(bytes(1024 * 1024)) for _ in range(64)), packer.flush()])

    async def bombing(exchange: Exchange) -> None:
        await exchange.answer(200, bomb, Content_Encoding=encoding)

    asked(well)
    tracemalloc.start()
    try:
        answer, _ = asked(bombing)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (answer.body, answer.truncated) == (bytes(65_536), True)
    assert peak < 2 * 1024 * 1024


# Many at once


def test_two_hundred_requests_are_under_way_at_the_same_time():
    async def ask() -> tuple[list[Answer], int]:
        all_here = asyncio.Event()

        async def together(exchange: Exchange) -> None:
            if server.open_now == 200:
                all_here.set()
            await all_here.wait()
            await exchange.answer(200)

        async with serving(together) as server:
            request = Request(url=f"http://api.test:{server.port}/")
            answers = await asyncio.gather(*(send(request, network()) for _ in range(200)))
            return answers, server.open_at_most

    answers, open_at_most = run(ask())
    assert {answer.status_code for answer in answers} == {200}
    assert open_at_most == 200


def test_names_that_are_never_resolved_delay_nobody_and_not_beyond_the_deadline(monkeypatch):
    released = threading.Event()
    stuck = threading.Semaphore(0)
    getaddrinfo = socket.getaddrinfo

    def looking_up(host: Any, *args: Any) -> Any:
        if host.startswith("stuck"):
            stuck.release()
            released.wait(30)
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return getaddrinfo("127.0.0.1", *args)

    monkeypatch.setattr(socket, "getaddrinfo", looking_up)
    monkeypatch.setenv("PRIVATE_TARGETS", "127.0.0.1")

    async def ask() -> tuple[Answer, list[Answer]]:
        async with serving(well) as server:
            dead = [
                asyncio.create_task(send(Request(url=f"http://stuck-{each}.test/", timeout_ms=300)))
                for each in range(200)
            ]
            while not stuck.acquire(blocking=False):
                await asyncio.sleep(0)
            alive = await send(Request(url=f"http://127.0.0.1:{server.port}/"))
            return alive, await asyncio.gather(*dead)

    try:
        alive, dead = run(ask())
        assert not released.is_set()
    finally:
        released.set()
    assert alive.status_code == 200
    assert {answer.failure for answer in dead} == {Failure.TIMEOUT}


def test_a_request_without_a_loop_leaves_the_loop_that_is_set():
    found = []

    def elsewhere() -> None:
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        outbound.send_now(Request(url="http://127.0.0.1/"), network())
        outbound.refusal("http://127.0.0.1/", network())
        found.append(asyncio.get_event_loop() is loop)
        loop.close()

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert found == [True]


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://api.test/", None),
        ("http://127.0.0.1/", "the target is a loopback address"),
        ("http://local.test/", "the target is a private address"),
        ("http://mixed.test/", "the target is a link-local address"),
        ("ftp://api.test/", "the URL must begin with http:// or https://"),
        ("http://me@api.test/", "the URL must not contain a user name or a password"),
        ("http://api.test:0/", "the port must be 1 to 65535"),
        ("http://[::1", "the URL is not valid"),
    ],
)
def test_a_refused_target_is_told_when_it_is_set_and_not_asked(wire, url, reason):
    over = network({"local.test": ["10.0.0.1"], "mixed.test": [PUBLIC, "169.254.169.254"]})
    assert outbound.refusal(url, over) == reason
    assert not wire.connects
