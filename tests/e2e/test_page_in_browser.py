"""The page in a real browser: nothing for axe to complain of, in any palette, at any width; light, in one request."""

import itertools
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import brotli
import pytest
from playwright.sync_api import Browser, sync_playwright

from login_page import login_page
from lull.domain.owner_html import cleaned
from lull.publishing.renderers import history_page, page, subscribe
from tests import browser
from tests.builders import NOON
from tests.page_builders import a_busy_page, a_snapshot, an_announcement_snapshot

_PICTURES = Path(__file__).parents[2] / "artifacts"
_PALETTES: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "forced": {"forced_colors": "active"},
}


@pytest.fixture(scope="module")
def chrome() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=browser.chromium(), args=["--no-sandbox"])
        yield running
        running.close()


@cache
def _axe() -> str:
    spec = find_spec("axe_playwright_python")
    assert spec
    assert spec.origin
    return Path(spec.origin).with_name("axe.min.js").read_text()


def violations(chrome: Browser, document: bytes, *, width: int = 1280, **emulated: Any) -> list[object]:
    """What axe finds in a page as it is; only the policy is not obeyed, which would not let axe run."""
    context = chrome.new_context(bypass_csp=True, viewport={"width": width, "height": 900}, **emulated)
    try:
        shown = context.new_page()
        shown.set_content(document.decode())
        shown.evaluate(_axe())
        found = shown.evaluate("axe.run()")
    finally:
        context.close()
    assert found["passes"]
    return [[each["id"], [node["html"] for node in each["nodes"]]] for each in found["violations"]]


@pytest.mark.parametrize("palette", _PALETTES)
@pytest.mark.parametrize("width", [1280, 320])
def test_axe_finds_nothing_in_a_busy_page(palette, width, chrome):
    busy = a_busy_page(8)
    work = an_announcement_snapshot(id=70, scheduled_for=NOON, scheduled_until=NOON + timedelta(hours=1))
    shown = replace(busy, announcements=(*busy.announcements, work))
    assert violations(chrome, page.render(shown, NOON), width=width, **_PALETTES[palette]) == []


@pytest.mark.parametrize("palette", ["light", "dark"])
def test_axe_finds_nothing_where_a_password_is_asked_for(palette, chrome):
    asked = bytes(login_page("acme", status=401, wrong="That is not the password.").body)
    assert violations(chrome, asked, **_PALETTES[palette]) == []


def test_axe_finds_nothing_in_a_month_and_in_a_page_of_the_owner_s_colours(chrome):
    busy = a_busy_page(3)
    assert violations(chrome, history_page.render(busy, NOON, "2026-02")) == []
    of_colours = a_busy_page(3, primary_color="#888", background_color="#777777")
    assert violations(chrome, page.render(of_colours, NOON)) == []


_OWNER_HTML = """<h1>Acme</h1><h4>Support</h4><h2></h2><p>See <a href="https://acme.test">our site</a>, or call.
<img src="https://acme.test/x.png"><small>Since 1999</small><mark>new</mark></p><ul><li>One<li>Two</ul>
<ol start=3><li>Three</ol><main><nav>x</nav></main><table><caption>Hours</caption><tr><th scope=row>Mon<td>9–5</table>
<p lang=xx-none id=past tabindex=3 role=alert><code>curl</code> <a href=https://acme.test/x></a></p><pre>a\n  b</pre>"""


def test_axe_finds_nothing_in_html_of_an_owner_with_poor_colours(chrome):
    written = cleaned(_OWNER_HTML)
    poor: dict[str, Any] = {"primary_color": "#777777", "background_color": "#2b2b2b"}
    document = page.render(a_busy_page(2, header_html=written, footer_html=written, **poor), NOON)
    assert violations(chrome, document) == []


def test_axe_finds_nothing_where_visitors_subscribe(chrome):
    busy = a_busy_page(2)
    assert violations(chrome, subscribe.render(busy, NOON, takes_mail=True)) == []
    assert violations(chrome, page.render(busy, NOON, takes_mail=True)) == []


def test_axe_would_find_something(chrome):
    broken = page.render(a_busy_page(1), NOON).replace(b' role="img"', b' role="img" aria-labelledby="nothing"')
    broken = broken.replace(b'aria-label="Uptime', b'data-label="Uptime')
    assert "svg-img-alt" in str(violations(chrome, broken))


@pytest.mark.parametrize(
    ("zone", "shown"), [("Europe/Berlin", "1 Mar 2026, 13:00 CET"), ("America/New_York", "1 Mar 2026, 07:00 GMT-5")]
)
def test_times_are_in_the_reader_s_zone_and_say_so(zone, shown, chrome):
    context = chrome.new_context(locale="en-GB", timezone_id=zone)
    try:
        opened = context.new_page()
        opened.set_content(page.render(a_snapshot(), NOON).decode())
        assert opened.inner_text("footer time") == shown
    finally:
        context.close()


def test_the_script_writes_times_in_the_reader_s_zone_and_the_page_runs_nothing_else(tmp_path):
    file = tmp_path / "page.html"
    hostile = b'<script>document.title="hacked"</script><img src="data:," onerror="document.title=1"></main>'
    file.write_bytes(page.render(a_busy_page(1), NOON).replace(b"</main>", hostile))
    text = browser.dom(file.as_uri())
    assert '<time datetime="2026-03-01T12:00:00Z" title="1 March 2026, 12:00 UTC">' in text
    assert "<title>Partial outage" in text


@pytest.mark.parametrize(("components", "days", "past", "most"), [(20, 90, 10, 8_192), (100, 90, 15, 14_336)])
def test_a_page_is_light(components, days, past, most):
    rendered = page.render(a_busy_page(components, days=days, past=past), NOON, takes_mail=True)
    assert len(brotli.compress(rendered)) <= most
    assert not re.findall(rb"<(?:link|script|img)[^>]* (?:src|href)=\"(?!data:|/|#)", rendered)


def test_pictures_of_it_are_kept(chrome):
    """In `artifacts/`, for a look: each palette, wide and narrow."""
    _PICTURES.mkdir(exist_ok=True)
    document = page.render(a_busy_page(8), NOON).decode()
    taken = {}
    for palette, width in itertools.product(_PALETTES, (1280, 320)):
        context = chrome.new_context(viewport={"width": width, "height": 900}, **_PALETTES[palette])
        shown = context.new_page()
        shown.set_content(document)
        file = _PICTURES / f"page-{palette}-{width}.png"
        taken[palette, width] = shown.screenshot(path=file, full_page=True)
        context.close()
    assert min(map(len, taken.values())) > 20_000
    assert len(set(taken.values())) == len(taken), "no palette looks like another"
