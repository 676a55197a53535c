"""The page in a real browser: nothing for axe to complain of, in any palette, at any width; light, in one request."""

import html
import json
import re
from importlib.util import find_spec
from pathlib import Path

import brotli
import pytest

from lull.publishing.renderers import history_page, page, subscribe
from tests import browser
from tests.builders import NOON
from tests.page_builders import a_busy_page

_PALETTES = {
    "light": ["--blink-settings=preferredColorScheme=1"],
    "dark": ["--blink-settings=preferredColorScheme=0"],
    "forced": ["--force-high-contrast"],
}
_RUN = """
<script>axe.run().then(found => {
  const out = document.createElement("pre");
  out.id = "found";
  out.textContent = JSON.stringify(found.violations.map(each => [each.id, each.nodes.map(node => node.html)]));
  document.documentElement.append(out);
})</script>
"""


def _axe() -> str:
    spec = find_spec("axe_playwright_python")
    assert spec
    assert spec.origin
    return Path(spec.origin).with_name("axe.min.js").read_text()


def violations(document: bytes, folder: Path, *flags: str) -> list[object]:
    """What axe finds in a page as it is, but for the policy, which would not let axe run."""
    text, count = re.subn(r'<meta http-equiv="Content-Security-Policy"[^>]*>\n', "", document.decode())
    assert count == 1
    file = folder / "page.html"
    file.write_text(text.replace("</body>", f"<script>{_axe()}</script>{_RUN}</body>"))
    found = re.search(r'<pre id="found">(.*?)</pre>', browser.dom(file.as_uri(), *flags), re.DOTALL)
    assert found, "axe did not come to an end"
    violated: list[object] = json.loads(html.unescape(found[1]))
    return violated


@pytest.mark.parametrize("palette", _PALETTES)
@pytest.mark.parametrize("width", [1280, 320])
def test_axe_finds_nothing_in_a_busy_page(palette, width, tmp_path):
    assert (
        violations(page.render(a_busy_page(8), NOON), tmp_path, *_PALETTES[palette], f"--window-size={width},900") == []
    )


def test_axe_finds_nothing_in_a_month_and_in_a_page_of_the_owner_s_colours(tmp_path):
    busy = a_busy_page(3)
    assert violations(history_page.render(busy, NOON, "2026-02"), tmp_path) == []
    assert (
        violations(page.render(a_busy_page(3, primary_color="#888", background_color="#777777"), NOON), tmp_path) == []
    )


def test_axe_finds_nothing_where_visitors_subscribe(tmp_path):
    busy = a_busy_page(2)
    assert violations(subscribe.render(busy, NOON, takes_mail=True), tmp_path) == []
    assert violations(page.render(busy, NOON, takes_mail=True), tmp_path) == []


def test_axe_would_find_something(tmp_path):
    broken = page.render(a_busy_page(1), NOON).replace(b' role="img"', b' role="img" aria-labelledby="nothing"')
    broken = broken.replace(b'aria-label="Uptime', b'data-label="Uptime')
    assert "svg-img-alt" in str(violations(broken, tmp_path))


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


def test_a_picture_of_it(tmp_path):
    """Kept with the test's files, for a look."""
    file = tmp_path / "page.html"
    file.write_bytes(page.render(a_busy_page(8), NOON))
    browser.screenshot(file.as_uri(), tmp_path / "page.png", "--window-size=900,2000")
    assert (tmp_path / "page.png").stat().st_size > 20_000
