"""The web server of the local edge."""

import urllib.request

from starlette.requests import Request
from starlette.responses import PlainTextResponse

from local.server import Server, listen


async def whoever_asks(scope, receive, send):
    request = Request(scope)
    await PlainTextResponse(request.client.host if request.client else "nobody")(scope, receive, send)


def test_nobody_comes_from_where_they_say():
    with listen(0) as listener:
        server = Server(whoever_asks, listener)
        server.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        said = {"X-Forwarded-For": "203.0.113.9", "Forwarded": "for=203.0.113.9", "X-Forwarded-Proto": "https"}
        with urllib.request.urlopen(urllib.request.Request(url, headers=said)) as answer:
            assert answer.read() == b"127.0.0.1"
        server.stop()
