"""The running system: how long from a change to the file a visitor reads, and how many windows start at once."""

import json
import statistics
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.e2e.running import Running, until

CHANGES = 40
WINDOWS = 50
CHECKS = 50


def run() -> None:
    with tempfile.TemporaryDirectory() as folder, Running(Path(folder) / "state") as running:
        print("the system of `make run`")
        checks = _shop(running)
        _change_to_asset(running, checks[0])
        _publishes_of_one_activation(running)
        _windows_at_once(running, "each over a check of its own", [[check["id"]] for check in checks])
        _windows_at_once(running, f"all over the same {CHECKS} checks", [None] * WINDOWS)


def _shop(running: Running) -> list[dict[str, Any]]:
    running("POST", "/api/projects", {"name": "Shop"})
    running("POST", "/api/status-pages", {"name": "Acme", "slug": "acme"})
    checks = []
    for number in range(CHECKS):
        check = running("POST", "/api/checks", {"projectId": 1, "name": f"Check {number}", "intervalSeconds": 300})
        running("POST", "/api/status-pages/1/components", {"name": check["name"], "checkId": check["id"]})
        running("POST", f"/api/signals/ping/{check['token']}")
        checks.append(check)
    until(lambda: _overall(running) == "OPERATIONAL")
    return checks


def _overall(running: Running) -> str | None:
    text = running.read("/api/public/status/acme")
    return str(json.loads(text)["status"]) if text else None


def _change_to_asset(running: Running, check: dict[str, Any]) -> None:
    seconds = []
    for number in range(CHANGES):
        failing = number % 2 == 0
        running("POST", f"/api/signals/ping/{check['token']}" + ("/fail" if failing else ""))
        wanted = "PARTIAL_OUTAGE" if failing else "OPERATIONAL"
        seconds.append(until(lambda wanted=wanted: _overall(running) == wanted))
    print(
        f"  change → file in the bucket, {CHANGES} changes of a page of {CHECKS} components: "
        f"median {statistics.median(seconds) * 1000:.0f} ms, slowest {max(seconds) * 1000:.0f} ms"
    )


def _published(running: Running) -> int:
    return sum(1 for line in running.log() if line.get("message") == "slug published" and line.get("written"))


def _publishes_of_one_activation(running: Running) -> None:
    counts = []
    for _ in range(10):
        time.sleep(0.5)
        before = _published(running)
        made = running("POST", "/api/deployments", {"projectId": 1, "autoPause": True})
        until(lambda: _overall(running) == "UNDER_MAINTENANCE")
        time.sleep(1)
        counts.append(_published(running) - before)
        running("PUT", f"/api/deployments/{made['id']}/end")
        until(lambda: _overall(running) == "OPERATIONAL")
    print(f"  publishes for one activation over {CHECKS} checks of the page, 10 activations: {counts}")


def _windows_at_once(running: Running, what: str, check_ids: list[list[int] | None]) -> None:
    start = datetime.now(UTC) + timedelta(seconds=8)
    body = {"projectId": 1, "autoPause": True, "scheduledStartAt": start.isoformat()}
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda ids: running("POST", "/api/deployments", {**body, "checkIds": ids}), check_ids))
    assert datetime.now(UTC) < start, "they were not scheduled in time"
    waiting = {each["id"] for each in made}
    lock = threading.Lock()

    def all_started() -> bool:
        with lock:
            active = [
                each["id"] for each in running("GET", "/api/deployments?projectId=1") if each["status"] == "ACTIVE"
            ]
        return waiting <= set(active)

    until(all_started, seconds=60)
    windows = [running("GET", f"/api/deployments/{each}") for each in sorted(waiting)]
    late = [(datetime.fromisoformat(each["startedAt"]) - start).total_seconds() for each in windows]
    print(
        f"  {len(made)} windows that start in the same second, {what}: "
        f"median {statistics.median(late):.1f} s after their time, last {max(late):.1f} s"
    )
    for each in sorted(waiting):
        running("PUT", f"/api/deployments/{each}/end")
