"""The widget, in a browser."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from lull.publishing.renderers import status_json, widget
from lull.publishing.renderers.colors import contrast
from lull.publishing.renderers.style import DARK, LIGHT
from tests import browser
from tests.builders import NOON
from tests.golden import assert_golden
from tests.told_page import TOLD, told

HOSTILE = "</script><img src=x onerror=\"document.title='owned'\">&amp; \N{RIGHT-TO-LEFT OVERRIDE}gnp.exe"
PAGES = {
    "acme": TOLD,
    "hostile": replace(
        TOLD,
        name=HOSTILE,
        announcements=tuple(told(n, HOSTILE, ("INVESTIGATING", HOSTILE, NOON)) for n in range(5)),
    ),
}
BODIES = {
    **{slug: (200, status_json.render(page, NOON)) for slug, page in PAGES.items()},
    # What a custom domain has, whatever the slug: there the script is at the root.
    "page": (200, status_json.render(TOLD, NOON)),
    "calm": (200, status_json.render(replace(TOLD, announcements=()), NOON)),
    "locked": (401, status_json.render(TOLD, NOON)),
    "broken": (200, b"<html>"),
    "other": (200, b'{"status":"OPERATIONAL"}'),
}

# The site that shows the widgets is of another origin, allows no inline styles, and has styles of its own.
SITE = """<!doctype html><html><head><meta charset="utf-8"><title>site</title>
<meta http-equiv="Content-Security-Policy"
 content="script-src 'unsafe-inline' http://127.0.0.1:PORT; style-src 'self'; connect-src http://127.0.0.1:PORT">
<link rel="stylesheet" href="/site.css">
<script src="http://127.0.0.1:PORT/api/public/status/calm/widget.js?v=1"></script></head><body>
<script>
for (const slug of SLUGS) {
 const holder = document.createElement("main"), script = document.createElement("script");
 holder.id = slug;
 script.src = "http://127.0.0.1:PORT" + (slug === "page" ? "" : "/api/public/status/" + slug) + "/widget.js";
 holder.append(script);
 document.body.append(holder);
}
const seen = host => {
 if (!host) return null;
 const root = host.shadowRoot, link = (root || host).querySelector("a");
 if (!root) return {plain: true, text: host.textContent, href: link.href};
 const box = root.querySelector("section"), style = getComputedStyle(box);
 return {
  plain: false, href: link.href, label: box.ariaLabel, name: root.querySelector("b").textContent,
  status: root.querySelector("p span").textContent,
  told: [...root.querySelectorAll("li")].map(line => line.textContent),
  tags: [...new Set([...root.querySelectorAll("*")].map(each => each.tagName))].sort(),
  hidden: root.querySelector("i").ariaHidden, border: style.borderTopWidth, color: style.color,
  dot: getComputedStyle(root.querySelector("i")).backgroundColor};
};
const report = () => {
 const found = Object.fromEntries(SLUGS.map(slug => [slug, seen(document.getElementById(slug).children[1])]));
 found.head = seen([...document.body.children].find(each => each.shadowRoot));
 if (Object.values(found).includes(null)) return setTimeout(report, 20);
 const result = document.createElement("pre");
 result.textContent = JSON.stringify({...found, title: document.title});
 document.body.append(result);
};
report();
</script></body></html>"""
STYLE = "* { color: rgb(1, 2, 3) !important; border: 9px solid } section { display: none !important }"


class Site(BaseHTTPRequestHandler):
    """Both the site and the status pages."""

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/":
            slugs = json.dumps([slug for slug in BODIES if slug != "calm"])
            site = SITE.replace("PORT", self.headers["Host"].rpartition(":")[2]).replace("SLUGS", slugs)
            self._answer(200, "text/html", site.encode())
        elif path == "/site.css":
            self._answer(200, "text/css", STYLE.encode())
        elif path.endswith("/widget.js"):
            self._answer(200, "text/javascript", widget.SCRIPT)
        else:
            status, body = BODIES.get(path.rpartition("/")[2], (404, b""))
            self._answer(status, "application/json", body)

    def _answer(self, status: int, content_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Nobody asked."""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def shown(port: int) -> dict[str, Any]:
    """What a browser has made of each widget."""
    try:
        html = browser.dom(f"http://localhost:{port}/")
    except browser.NoBrowser as missing:
        pytest.skip(f"{missing}, which apt does not offer here")
    result = re.search(r"<pre>(.*)</pre>", html, re.DOTALL)
    assert result, html
    found: dict[str, Any] = json.loads(unescape(result[1]))
    return found


def test_it_looks_as_it_did():
    assert_golden("widget.js", widget.SCRIPT)


def test_it_is_small_and_writes_nothing_but_text():
    assert len(widget.SCRIPT) <= 2_350
    assert not re.search(rb"innerHTML|outerHTML|insertAdjacent|document\.write|eval|Function\(", widget.SCRIPT)


def test_its_texts_have_aa_contrast():
    assert min(contrast(palette["text"], palette["card"]) for palette in (LIGHT, DARK)) >= 4.5


def test_it_shows_the_status_of_its_page_and_leads_there(shown, port):
    acme = shown["acme"]
    assert (acme["name"], acme["status"], acme["told"]) == (
        "Acme & Söhne",
        "Partial outage",
        ["New disks", "Slow <answers>"],
    )
    assert acme["href"] == f"http://127.0.0.1:{port}/status/acme"
    assert (acme["label"], acme["hidden"]) == ("Status of Acme & Söhne", "true")


def test_at_the_root_of_a_custom_domain_it_leads_there(shown, port):
    assert shown["page"] == {**shown["acme"], "href": f"http://127.0.0.1:{port}/"}


def test_its_style_is_its_own_whatever_the_site_has_and_allows(shown):
    assert shown["acme"]["border"] == "1px"
    assert shown["acme"]["color"] == "rgb(31, 35, 40)"
    assert shown["acme"]["dot"] == "rgb(188, 76, 0)"


def test_texts_of_owners_are_text(shown):
    hostile = shown["hostile"]
    assert (hostile["name"], hostile["told"]) == (HOSTILE, [HOSTILE] * 3)
    assert hostile["tags"] == shown["acme"]["tags"]
    assert shown["title"] == "site"


@pytest.mark.parametrize("slug", ["locked", "broken", "other"])
def test_where_it_learns_nothing_it_is_a_plain_link(shown, port, slug):
    assert shown[slug] == {"plain": True, "text": "Status page", "href": f"http://127.0.0.1:{port}/status/{slug}"}


def test_in_a_head_it_shows_at_the_end_of_the_page(shown):
    assert (shown["head"]["name"], shown["head"]["told"]) == ("Acme & Söhne", [])
    assert shown["head"]["href"].endswith("/status/calm")
