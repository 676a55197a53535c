"""The seed's own snippet in a real browser: each event once and in order, whatever breaks the connection."""

import time

import pytest
from playwright.sync_api import Page, sync_playwright

from tests import browser
from tests.cuts import cutting
from tests.e2e.running import Running, until

_SNIPPET = """
window.seen = [];
const listen = () => {
  window.source = new EventSource('/api/public/status/acme/events');
  window.source.onmessage = (event) => { window.seen.push([event.lastEventId, JSON.parse(event.data).type]); };
};
listen();
"""

_RESUMED = """
fetch('/api/public/status/acme/events?lastEventId=1-2').then(async answer => {
  const reader = answer.body.getReader(), {value} = await reader.read();
  reader.cancel();
  return new TextDecoder().decode(value);
})
"""
NEWS = "/api/status-pages/1/announcements"


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with Running(tmp_path_factory.mktemp("run") / "state") as running:
        running("POST", "/api/projects", {"name": "Shop"})
        running("POST", "/api/status-pages", {"name": "Acme", "slug": "acme"})
        running("POST", "/api/status-pages/1/components", {"name": "Shop", "projectId": 1})
        until(lambda: "Shop" in (running.read("/status/acme") or ""))
        yield running


def listening(chromium, url: str) -> Page:
    page: Page = chromium.new_page()
    # A page of the same origin that has no policy against scripts of tests.
    page.goto(f"{url}/_local/outbox")
    page.evaluate(_SNIPPET)
    page.wait_for_function("source.readyState === 1")
    return page


def test_a_browser_hears_of_each_change_once(running):
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser.chromium(), args=["--no-sandbox"])
        page = listening(chromium, running.url)
        for number in range(3):
            announcement = running("POST", NEWS, {"title": f"News {number}", "body": "x"})
            page.wait_for_function(f"seen.length === {number + 1}", timeout=10_000)
        running("POST", f"{NEWS}/{announcement['id']}/updates", {"body": "over", "status": "RESOLVED"})
        page.wait_for_function("seen.length === 4", timeout=10_000)
        time.sleep(1)
        kinds = ["announcement.created"] * 3 + ["announcement.updated"]
        assert page.evaluate("seen") == [[f"1-{number}", kind] for number, kind in enumerate(kinds, 1)]
        resumed = page.evaluate(_RESUMED)
        assert [line for line in resumed.splitlines() if line.startswith("id: ")] == ["id: 1-3", "id: 1-4"]
        chromium.close()


def test_a_browser_whose_connection_breaks_hears_of_each_change_once_and_in_order(running):
    """Broken while nothing happens, right before and after a change, within a message, and several times in a row."""
    with sync_playwright() as playwright, cutting(running.port) as cuts:
        arguments = ["--no-sandbox", f"--host-resolver-rules=MAP localhost:{running.port} 127.0.0.1:{cuts.port}"]
        chromium = playwright.chromium.launch(executable_path=browser.chromium(), args=arguments)
        page = listening(chromium, f"http://localhost:{running.port}")
        page.wait_for_timeout(100)

        def tell(number: int) -> None:
            running("POST", NEWS, {"title": f"Broken {number}", "body": "x"})

        def heard(count: int) -> None:
            page.wait_for_function(f"seen.length >= {count}", timeout=10_000)

        cuts.cut()
        tell(1)
        heard(1)
        tell(2)
        cuts.cut()
        heard(2)
        cuts.cut_inside(b"announcement.created")
        tell(3)
        heard(3)
        assert not cuts.is_to_come
        tell(4)
        for _ in range(5):
            page.wait_for_timeout(60)
            cuts.cut()
        tell(5)
        tell(6)
        heard(6)
        page.wait_for_timeout(1_000)
        seen = [event_id for event_id, _ in page.evaluate("seen")]
        first = int(seen[0].partition("-")[2])
        assert seen == [f"1-{number}" for number in range(first, first + 6)]
        assert cuts.made >= 5
        chromium.close()
