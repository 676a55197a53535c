"""Watching checks: what a sweep over healthy ones costs, and how long a thousand overdue ones take."""

import os
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

from local.deployment import deploy
from local.emulator import Emulator
from local.endpoint import Endpoint
from tests.e2e.running import Running, until

HEALTHY = 10_000
OVERDUE = 1_000
INTERVAL_SECONDS = 60
GRACE_SECONDS = 5


def run() -> None:
    _sweep_over_healthy_ones()
    _overdue_at_once()


def _sweep_over_healthy_ones() -> None:
    emulator = Emulator()
    endpoint = Endpoint(emulator.url)
    os.environ.update(deploy(endpoint).environment() | endpoint.environment())
    from lull import clock
    from lull.domain.projects import Project
    from lull.store import checks, pings, projects
    from lull.use_cases import wake_ups
    from tests.builders import a_check, a_signal
    from tests.metering import metered

    now = clock.now()
    projects.create_project(Project(id=1, workspace_id=1, name="Shop", created_at=now))
    for number in range(1, HEALTHY + 1):
        checks.create_check(a_check(id=number, token=f"1-{number}-x", created_at=now))
        address = pings.PingAddress(workspace_id=1, check_id=number)
        pings.record_ping(address, f"1-{number}-x", a_signal(at=now))
    with metered() as meter:
        overdue = wake_ups.redrive_overdue(at=now)
        woken = wake_ups.wake_heartbeats(at=now)
    print(
        f"one sweep over {HEALTHY} healthy checks: {dict(meter.calls)}, "
        f"{meter.read:g} read units; woken: {overdue + woken}"
    )
    emulator.stop()


def _overdue_at_once() -> None:
    with tempfile.TemporaryDirectory() as folder, Running(Path(folder) / "state") as running:
        running("POST", "/api/projects", {"name": "Shop"})
        body = {"projectId": 1, "intervalSeconds": INTERVAL_SECONDS, "graceSeconds": GRACE_SECONDS}
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda n: running("POST", "/api/checks", {**body, "name": f"Check {n}"}), range(OVERDUE)))
        deployment = running("POST", "/api/deployments", {"projectId": 1, "autoPause": True})
        until(lambda: running("GET", f"/api/checks/{OVERDUE}")["status"] == "PAUSED", seconds=60)
        ended = running("PUT", f"/api/deployments/{deployment['id']}/end")
        due = datetime.fromisoformat(ended["endedAt"]) + timedelta(seconds=INTERVAL_SECONDS + GRACE_SECONDS)

        def incidents() -> int:
            return int(running("GET", "/api/incidents?limit=1")["total"])

        time.sleep(max(0.0, due.timestamp() - time.time()))
        until(lambda: incidents() == OVERDUE, seconds=300)
        took = time.time() - due.timestamp()
        print(
            f"{OVERDUE} checks that went silent at once: all DOWN, each with its incident, "
            f"{took:.1f} s after the deadline"
        )
