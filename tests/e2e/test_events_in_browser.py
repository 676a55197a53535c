"""The seed's own snippet in a real browser: each event once and in order, whatever breaks the connection."""

import time

from playwright.sync_api import sync_playwright

from tests import browser
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


def test_a_browser_hears_of_each_change_once(tmp_path):
    with Running(tmp_path / "state") as running, sync_playwright() as playwright:
        running("POST", "/api/projects", {"name": "Shop"})
        running("POST", "/api/status-pages", {"name": "Acme", "slug": "acme"})
        running("POST", "/api/status-pages/1/components", {"name": "Shop", "projectId": 1})
        until(lambda: "Shop" in (running.read("/status/acme") or ""))
        chromium = playwright.chromium.launch(executable_path=browser.chromium(), args=["--no-sandbox"])
        page = chromium.new_page()
        # A page of the same origin that has no policy against scripts of tests.
        page.goto(f"{running.url}/_local/outbox")
        page.evaluate(_SNIPPET)
        page.wait_for_function("source.readyState === 1")
        for number in range(3):
            announcement = running(
                "POST", "/api/status-pages/1/announcements", {"title": f"News {number}", "body": "x"}
            )
            page.wait_for_function(f"seen.length === {number + 1}", timeout=10_000)
        path = f"/api/status-pages/1/announcements/{announcement['id']}/updates"
        running("POST", path, {"body": "over", "status": "RESOLVED"})
        page.wait_for_function("seen.length === 4", timeout=10_000)
        time.sleep(1)
        kinds = ["announcement.created"] * 3 + ["announcement.updated"]
        assert page.evaluate("seen") == [[f"1-{number}", kind] for number, kind in enumerate(kinds, 1)]
        resumed = page.evaluate(_RESUMED)
        assert [line for line in resumed.splitlines() if line.startswith("id: ")] == ["id: 1-3", "id: 1-4"]
        chromium.close()
