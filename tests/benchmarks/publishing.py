"""Publishing: what one publish takes, what an idle one writes, and how many a thousand changes of one page become."""

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from local.deployment import deploy
from local.emulator import Emulator
from local.endpoint import Endpoint
from tests.e2e.running import Running, until

COMPONENTS = 20
PUBLISHES = 20
TOLD = 100
CHANGES = 1_000
CHANGED_WITHIN_SECONDS = 10
EDITORS = 8


def run() -> None:
    _one_publish()
    _from_change_to_manifest()
    _a_thousand_changes()


def _one_publish() -> None:
    emulator = Emulator()
    endpoint = Endpoint(emulator.url)
    os.environ.update(deploy(endpoint).environment() | endpoint.environment())
    from lull.domain.projects import Project
    from lull.store import checks, pings, projects, status_pages
    from lull.use_cases.publishing import publish
    from tests.builders import NOON, a_check, a_signal
    from tests.page_builders import a_component, a_page

    projects.create_project(Project(id=1, workspace_id=1, name="Shop", created_at=NOON))
    status_pages.create_status_page(a_page())
    for number in range(1, COMPONENTS + 1):
        checks.create_check(a_check(id=number, token=f"1-{number}-x"))
        status_pages.create_component(a_component(id=number, check_id=number, position=number))
    first = publish("acme-status", at=NOON)
    spent, written = [], []
    for number in range(PUBLISHES):
        pings.record_ping(pings.PingAddress(workspace_id=1, check_id=1), "1-1-x", a_signal(number % 2 == 1))
        begun = time.process_time()
        written.append(publish("acme-status", at=NOON + timedelta(minutes=number)).written)
        spent.append((time.process_time() - begun) * 1000)
    idle = publish("acme-status", at=NOON + timedelta(hours=1))
    lost = [_published_into_an_empty_bucket(NOON + timedelta(hours=1)) for _ in range(PUBLISHES)]
    print(
        f"a page of {COMPONENTS} components: all of its {first.written} files written {PUBLISHES} times: "
        f"{statistics.median(lost):.0f} ms of CPU each, at most {max(lost):.0f} ms; "
        f"{PUBLISHES} changes of one component: "
        f"{statistics.median(spent):.0f} ms of CPU each, at most {max(spent):.0f} ms, {max(written)} files written; "
        f"an idle publish: {idle.written} written, {idle.unchanged} unchanged"
    )
    emulator.stop()


def _published_into_an_empty_bucket(at: datetime) -> float:
    """Milliseconds of CPU."""
    from lull import aws, settings
    from lull.use_cases.publishing import publish

    s3, bucket = aws.client("s3"), settings.bucket_name()
    for each in s3.list_objects_v2(Bucket=bucket)["Contents"]:
        s3.delete_object(Bucket=bucket, Key=each["Key"])
    begun = time.process_time()
    publish("acme-status", at=at)
    return (time.process_time() - begun) * 1000


def _from_change_to_manifest() -> None:
    """Each is waited for before the next begins: what a visitor sees of one change on a quiet day."""
    with tempfile.TemporaryDirectory() as folder, Running(Path(folder) / "state") as running:
        running("POST", "/api/projects", {"name": "Shop"})
        running("POST", "/api/status-pages", {"name": "Acme", "slug": "acme"})
        for number in range(COMPONENTS):
            running("POST", "/api/status-pages/1/components", {"name": f"Part {number}", "projectId": 1})
        until(lambda: f"Part {COMPONENTS - 1}" in (running.read("/status/acme") or ""))
        took = []
        for number in range(TOLD):
            before = _publishes(running)
            begun = time.monotonic()
            running("PATCH", f"/api/status-pages/1/components/{number % COMPONENTS + 1}", {"name": f"Name {number}"})
            until(lambda before=before: _publishes(running) > before, seconds=30)
            took.append((time.monotonic() - begun) * 1000)
        cuts = statistics.quantiles(took, n=100)
        print(
            f"{TOLD} changes of a page of {COMPONENTS} components, one after the other: from request to manifest "
            f"p50 {cuts[49]:.0f} ms, p99 {cuts[98]:.0f} ms"
        )


def _a_thousand_changes() -> None:
    """The editors write in this process, straight into the table of the running system: its one process, which is all
    functions at once, answers no hundred requests a second beside all that follows from them."""
    with tempfile.TemporaryDirectory() as folder, Running(Path(folder) / "state") as running:
        running("POST", "/api/projects", {"name": "Shop"})
        running("POST", "/api/status-pages", {"name": "Acme", "slug": "acme"})
        for number in range(EDITORS):
            running("POST", "/api/status-pages/1/components", {"name": f"Part {number}", "projectId": 1})
        until(lambda: f"Part {EDITORS - 1}" in (running.read("/status/acme") or ""))
        rename = _editor(running)
        before = _publishes(running)
        begun = time.monotonic()

        def edit(editor: int) -> None:
            for number in range(editor, CHANGES, EDITORS):
                time.sleep(max(0.0, begun + number * CHANGED_WITHIN_SECONDS / CHANGES - time.monotonic()))
                rename(editor + 1, f"Name {number}")

        with ThreadPoolExecutor(EDITORS) as pool:
            list(pool.map(edit, range(EDITORS)))
        took = time.monotonic() - begun
        newest = [f"Name {number}" for number in range(CHANGES - EDITORS, CHANGES)]
        until(lambda: all(name in (running.read("/status/acme") or "") for name in newest), seconds=60)
        settled = time.monotonic() - begun - took
        print(
            f"{CHANGES} changes of one page, written into the table within {took:.1f} s: "
            f"{_publishes(running) - before} publishes, the newest is there {settled:.1f} s after the last change"
        )


def _editor(running: Running) -> Callable[[int, str], object]:
    """Renames a component of the running system's first page, by the product's own use case."""
    assert running.process
    emulator = Path(f"/proc/{running.process.pid}/task/{running.process.pid}/children").read_text().split()[0]
    port = Path(f"/proc/{emulator}/cmdline").read_text().split("\0")[4]
    endpoint = Endpoint(f"http://127.0.0.1:{port}")
    os.environ.update(deploy(endpoint).environment() | endpoint.environment())
    import boto3

    from lull import aws
    from lull.domain.credentials import Caller, Role
    from lull.use_cases.status_pages import change_component

    boto3.DEFAULT_SESSION = None
    aws.client.cache_clear()
    aws.client("dynamodb")
    caller = Caller(workspace_id=1, role=Role.ADMIN, actor="bench")
    return lambda component_id, name: change_component(caller, 1, component_id, lambda was: replace(was, name=name))


def _publishes(running: Running) -> int:
    return sum(1 for line in running.log() if line.get("message") == "slug published")
