"""What runs where: what the matrix costs with much behind it, and how soon checks are quiet."""

import os
import statistics
import tempfile
import time
from pathlib import Path

from local.deployment import deploy
from local.emulator import Emulator
from local.endpoint import Endpoint
from tests.e2e.running import Running

COMPONENTS = 200
ENVIRONMENTS = 5
FEW = 1_000
MANY = 100_000
RELEASES = 40
_BATCH = 25


def run() -> None:
    _matrix()
    _quiet()


def _matrix() -> None:
    emulator = Emulator()
    endpoint = Endpoint(emulator.url)
    os.environ.update(deploy(endpoint).environment() | endpoint.environment())
    from lull.domain.credentials import Caller, Role
    from lull.use_cases.matrix import get_matrix
    from tests.many import many_cells, many_deployments
    from tests.metering import metered

    caller = Caller(workspace_id=1, role=Role.ADMIN, actor="bench")
    many_cells(1, components=COMPONENTS, environments=ENVIRONMENTS)
    behind = 0
    for count in (FEW, MANY):
        many_deployments(1, first=behind, count=count - behind, components=COMPONENTS, environments=ENVIRONMENTS)
        behind = count
        started = time.process_time()
        with metered() as meter:
            rows = get_matrix(caller)
        spent = time.process_time() - started
        cells = sum(cell is not None for row in rows for _, cell in row.cells)
        print(
            f"matrix of {len(rows)} components, {cells} cells, {count} deployments behind it: "
            f"{dict(meter.calls)}, {meter.read:g} read units, {spent * 1000:.0f} ms of CPU"
        )
    emulator.stop()


def _quiet() -> None:
    with tempfile.TemporaryDirectory() as folder, Running(Path(folder) / "state") as running:
        running("POST", "/api/projects", {"name": "Shop"})
        for number in range(10):
            running("POST", "/api/checks", {"projectId": 1, "intervalSeconds": 300, "name": f"Check {number}"})
        component = running("POST", "/api/v1/components", {"name": "checkout", "projectId": 1})["id"]
        environment = running("POST", "/api/v1/environments", {"name": "production"})["id"]
        wanted = {"componentId": component, "environmentId": environment, "version": "v1"}
        quiet, back = [], []
        for _ in range(RELEASES):
            path = f"/api/v1/deployments/{running('POST', '/api/v1/deployments', wanted)['id']}"
            quiet.append(_until_checks_are(running, path, "in_progress", "PAUSED"))
            back.append(_until_checks_are(running, path, "succeeded", "RESUMED"))
    for name, lengths in (("quiet", quiet), ("back", back)):
        ordered = sorted(lengths)
        print(
            f"{RELEASES} releases over 10 checks, from the answer to the PATCH until all are {name}: "
            f"p50 {statistics.median(ordered) * 1000:.0f} ms, worst {ordered[-1] * 1000:.0f} ms"
        )


def _until_checks_are(running: Running, path: str, status: str, wanted: str) -> float:
    running("PATCH", path, {"status": status})
    answered = time.monotonic()
    while {each["status"] for each in running("GET", "/api/checks")["items"]} != {wanted}:
        time.sleep(0.01)
    return time.monotonic() - answered
