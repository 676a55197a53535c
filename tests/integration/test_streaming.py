"""Events held open on AWS: the web server that the Lambda Web Adapter starts, started as it starts it, and asked."""

import os
import re
import socket
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from lull.domain.projects import Project
from lull.store import checks, pings, projects, status_pages
from lull.use_cases.publishing import publish
from tests.builders import NOON, a_check, a_signal
from tests.page_builders import a_component, a_page

ROOT = Path(__file__).resolve().parents[2]
EVENTS = "/api/public/status/acme-status/events"
THROUGH_THE_CDN = {"x-lull-edge": "proof", "cloudfront-viewer-address": "203.0.113.9:4711"}


@pytest.fixture
def server(stack, monkeypatch):
    monkeypatch.setenv("EDGE_SECRET", "proof")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = ROOT / "functions/api/run.sh"
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT / "layers/core"), "PORT": str(port)}
    process = subprocess.Popen([command], cwd=command.parent, env=environment)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
            _wait_until_ready(client, process)
            yield client
    finally:
        process.terminate()
        process.wait()


def _wait_until_ready(client: httpx.Client, process: subprocess.Popen[bytes]) -> None:
    while process.poll() is None:
        try:
            assert client.get("/").status_code == 200
            return
        except httpx.ConnectError:
            time.sleep(0.05)
    raise AssertionError(f"run.sh ended with {process.returncode}")


def test_an_event_reaches_who_is_listening_and_nobody_who_came_around_the_cdn(server):
    projects.create_project(Project(id=1, workspace_id=1, name="Shop", created_at=NOON))
    status_pages.create_status_page(a_page())
    checks.create_check(a_check(id=10, token="1-10-x"))
    status_pages.create_component(a_component(id=1, check_id=10))
    publish("acme-status", at=NOON)

    assert server.get(EVENTS).status_code == 404
    assert server.get("/api/public/status/nobody/events", headers=THROUGH_THE_CDN).status_code == 404

    with server.stream("GET", EVENTS, headers=THROUGH_THE_CDN) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "private, no-store"
        assert answer.headers["access-control-allow-origin"] == "*"
        lines = answer.iter_lines()
        first = next(line for line in lines if line.startswith("id:"))
        pings.record_ping(pings.PingAddress(workspace_id=1, check_id=10), "1-10-x", a_signal(False))
        publish("acme-status", at=NOON + timedelta(minutes=1))
        told = next(line for line in lines if line.startswith("data:"))
    assert re.fullmatch(r"id: 1-\d+", first)
    assert '"component.status"' in told
    assert '"MAJOR_OUTAGE"' in told
