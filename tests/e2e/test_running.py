"""`make run`, as somebody lives it: started, used, stopped, started again, killed."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from tests.e2e.running import ROOT, Running, until


@pytest.fixture
def running(tmp_path):
    with Running(tmp_path / "state") as running:
        yield running


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A system with a shop, for tests that leave it as useful as they found it."""
    with Running(tmp_path_factory.mktemp("shop") / "state") as running:
        a_shop(running)
        yield running


def page_status(running: Running) -> str | None:
    text = running.read("/api/public/status/acme")
    return json.loads(text)["status"] if text else None


def badge(running: Running) -> str:
    return running.read("/api/public/status/acme/badge.svg") or ""


def a_shop(running: Running) -> list[int]:
    running("POST", "/api/projects", {"name": "Shop"})
    checks = [
        running("POST", "/api/checks", {"projectId": 1, "name": name, "intervalSeconds": 300})
        for name in ("API", "Web", "Worker")
    ]
    running("POST", "/api/status-pages", {"name": "Acme", "slug": "acme"})
    for check in checks:
        running("POST", "/api/status-pages/1/components", {"name": check["name"], "checkId": check["id"]})
    all_well(running)
    until(lambda: page_status(running) == "OPERATIONAL")
    return [check["id"] for check in checks]


def all_well(running: Running) -> None:
    for check in running("GET", "/api/checks")["items"]:
        running("POST", f"/api/signals/ping/{check['token']}")


def statuses(running: Running) -> list[str]:
    return [check["status"] for check in running("GET", "/api/checks")["items"]]


def test_a_release_quiets_its_checks_and_tells_visitors_and_everything_comes_back(shop):
    all_well(shop)
    until(lambda: "operational" in badge(shop))
    deployment = shop("POST", "/api/deployments", {"projectId": 1, "autoPause": True, "checkIds": [1, 2]})
    assert statuses(shop) == ["PAUSED", "PAUSED", "OK"]
    until(lambda: page_status(shop) == "UNDER_MAINTENANCE")
    until(lambda: "maintenance" in badge(shop))
    assert "Under maintenance" in (shop.read("/status/acme") or "")
    shop("PUT", f"/api/deployments/{deployment['id']}/end")
    assert statuses(shop) == ["RESUMED", "RESUMED", "OK"]
    until(lambda: page_status(shop) == "OPERATIONAL")
    until(lambda: "operational" in badge(shop))


def test_everything_is_still_there_after_a_stop_and_a_start(tmp_path):
    with Running(tmp_path / "state") as first:
        welcome = "".join(first.terminal)
        assert first.credentials["url"] == first.url
        assert first.url in welcome
        assert first.credentials["apiKey"] in welcome
        assert '"Try it" in README.md' in welcome
        a_shop(first)
        running_deployment = first("POST", "/api/deployments", {"projectId": 1, "autoPause": True})
        until(lambda: page_status(first) == "UNDER_MAINTENANCE")
        key = first.credentials["apiKey"]
        assert first.stop() == 0
        assert "Traceback" not in "".join(first.terminal)
    with Running(tmp_path / "state", port=first.port) as second:
        assert second.credentials["apiKey"] == key
        assert statuses(second) == ["PAUSED"] * 3
        assert page_status(second) == "UNDER_MAINTENANCE"
        second("PUT", f"/api/deployments/{running_deployment['id']}/end")
        until(lambda: page_status(second) == "OPERATIONAL")


def test_a_kill_costs_at_most_the_last_two_seconds_and_nothing_gets_stuck(tmp_path):
    with Running(tmp_path / "state") as first:
        a_shop(first)
        first("POST", "/api/deployments", {"projectId": 1, "autoPause": True})
        until(lambda: page_status(first) == "UNDER_MAINTENANCE")
        time.sleep(2)
        # Its emulator, too, and with it the chance to save once more.
        assert first.process
        os.killpg(first.process.pid, signal.SIGKILL)
        first.process.wait()
    with Running(tmp_path / "state") as second:
        assert statuses(second) == ["PAUSED"] * 3
        until(lambda: page_status(second) == "UNDER_MAINTENANCE")
        second("PUT", "/api/deployments/1/end")
        until(lambda: page_status(second) == "OPERATIONAL")


def test_the_credentials_are_for_the_owner_only_and_the_token_is_an_admin_s(shop):
    assert (shop.state / "credentials.json").stat().st_mode & 0o777 == 0o600
    assert set(shop.credentials) == {"url", "apiKey", "jwt"}
    assert shop.credentials["url"] == shop.url
    request = subprocess.run(
        ["curl", "-sS", f"{shop.url}/api/api-keys", "-H", f"Authorization: Bearer {shop.credentials['jwt']}"],
        capture_output=True,
        check=True,
    )
    assert json.loads(request.stdout)[0]["role"] == "admin"


def test_a_second_one_on_the_same_port_says_so_in_one_line(shop, tmp_path):
    second = subprocess.run(
        [sys.executable, "-m", "local", "--port", str(shop.port), "--state", str(tmp_path / "other")],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'layers/core'}:{ROOT}"},
        capture_output=True,
        text=True,
        timeout=20,
    )
    assert second.returncode == 1
    assert len((second.stdout + second.stderr).strip().splitlines()) == 1
    assert str(shop.port) in second.stderr


def test_what_visitors_get_says_how_browsers_may_use_it(shop):
    def headers(path: str) -> dict[str, str]:
        with urllib.request.urlopen(shop.url + path) as answer:
            return {name.lower(): value for name, value in answer.headers.items()}

    page = headers("/status/acme")
    assert (page["x-content-type-options"], page["x-frame-options"]) == ("nosniff", "DENY")
    data = headers("/api/public/status/acme")
    assert (data["x-content-type-options"], data["access-control-allow-origin"]) == ("nosniff", "*")
    badge_headers = headers("/api/public/status/acme/badge.svg")
    assert "sandbox" in badge_headers["content-security-policy"]
    assert badge_headers["content-type"].startswith("image/svg+xml")


@pytest.mark.parametrize(
    ("path", "status"), [("/v1/applications/a%0A", 400), ("/api/signals/ping/x%0Ay/1", 404), ("/api/%0D%0A", 404)]
)
def test_a_path_with_a_line_feed_is_answered_as_any_other(shop, path, status):
    answer = httpx.get(shop.url + path, headers={"Authorization": f"Bearer {shop.credentials['apiKey']}"})
    assert (answer.status_code, answer.json()["statusCode"]) == (status, status)


def test_the_documentation_is_served_without_a_cdn(shop):
    page = shop.read("/docs") or ""
    assert "swagger" in page.lower()
    assert "https://" not in page
    document = json.loads(shop.read("/openapi.json") or "{}")
    assert "/api/deployments" in document["paths"]


def test_a_deployment_scheduled_in_seconds_starts_and_ends_by_itself(shop):
    start = datetime.now(UTC) + timedelta(seconds=2)
    end = start + timedelta(seconds=2)
    made = shop(
        "POST",
        "/api/deployments",
        {"projectId": 1, "autoPause": True, "scheduledStartAt": start.isoformat(), "scheduledEndAt": end.isoformat()},
    )
    assert made["status"] == "SCHEDULED"
    path = f"/api/deployments/{made['id']}"
    until(lambda: shop("GET", path)["status"] == "ACTIVE")
    until(lambda: shop("GET", path)["status"] == "ENDED")
    assert statuses(shop) == ["RESUMED"] * 3


def emulator_of(running: Running) -> int:
    assert running.process
    return int(Path(f"/proc/{running.process.pid}/task/{running.process.pid}/children").read_text().split()[0])


def reset(state: Path) -> subprocess.CompletedProcess:
    command = ["make", "-s", "reset", f"STATE={state}"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=20)


def test_a_reset_is_refused_while_it_runs_and_forgets_afterwards(running):
    refused = reset(running.state)
    assert refused.returncode != 0
    assert "lull is running" in refused.stderr.splitlines()[0]
    running("POST", "/api/projects", {"name": "Shop"})
    assert running.stop() == 0
    assert reset(running.state).returncode == 0
    assert not running.state.exists()


def test_a_state_folder_that_is_gone_is_told_at_once_and_at_the_end(running):
    shutil.rmtree(running.state)
    until(lambda: any("changes cannot be saved" in line for line in running.terminal))
    assert running.stop() == 1
    assert "could not be saved" in running.terminal[-1]
    assert sum("cannot be saved" in line for line in running.terminal) == 1


def test_the_death_of_the_emulator_ends_everything_with_one_line(running):
    assert running.process
    started = len(running.terminal)
    os.kill(emulator_of(running), signal.SIGKILL)
    assert running.process.wait(timeout=10) == 1
    until(lambda: len(running.terminal) > started)
    (line,) = [line for line in running.terminal[started:] if line.strip()]
    assert line.startswith("the emulated AWS has stopped; what was saved until 2")
    assert str(running.state) in line


def test_no_ping_token_is_written_anywhere_that_people_read(running):
    running("POST", "/api/projects", {"name": "Shop"})
    token = running("POST", "/api/checks", {"projectId": 1, "name": "API", "intervalSeconds": 300})["token"]
    running("POST", f"/api/signals/ping/{token}")
    running.read(f"/api/signals/ping/{token}/none")
    half = (
        f"POST /api/signals/ping/{token}/fail HTTP/1.1\r\nHost: 127.0.0.1:{running.port}\r\nContent-Length: 9\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", running.port)) as connection:
        connection.sendall(half.encode())
        time.sleep(0.2)
    assert running.stop() == 0
    log = (running.state / "log.jsonl").read_text()
    assert token not in log + (running.state / "emulator.log").read_text() + "".join(running.terminal)
    assert "Traceback" not in log


def test_a_failure_between_start_and_stop_leaves_no_process(tmp_path):
    processes = []

    def fail():
        with Running(tmp_path / "state") as running:
            assert running.process
            processes.extend([running.process.pid, emulator_of(running)])
            for process in processes:
                os.kill(process, signal.SIGSTOP)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    until(lambda: not any(Path(f"/proc/{process}").exists() for process in processes))


def test_a_start_that_fails_leaves_no_process(tmp_path, monkeypatch):
    monkeypatch.setattr("tests.e2e.running.START_SECONDS", 0.5)
    running = Running(tmp_path / "state")
    with pytest.raises(AssertionError), running:
        pass
    assert running.process
    assert running.process.returncode is not None


def test_the_state_folder_is_ignored_by_git():
    assert ".lull/" in Path(ROOT / ".gitignore").read_text().splitlines()
