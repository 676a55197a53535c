"""Domain values for tests: what a test does not name is unremarkable."""

from datetime import UTC, datetime, timedelta
from typing import Any

from lull.domain.checks import Check
from lull.domain.deployment_windows import DeploymentWindow, State
from lull.domain.maintenance_windows import MaintenanceWindow
from lull.domain.signals import Signal, SignalSource, SignalType

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def a_check(**changes: Any) -> Check:
    return Check(
        **{
            "id": 10,
            "workspace_id": 1,
            "project_id": 1,
            "name": "Checkout",
            "token": "1-10-x",
            "interval_seconds": 300,
            "created_at": NOON,
            **changes,
        }
    )


def a_signal(success: bool = True, **changes: Any) -> Signal:
    kind = SignalType.SUCCESS if success else SignalType.FAIL
    return Signal(**{"type": kind, "at": NOON, "source": SignalSource.PING, **changes})


def a_maintenance_window(**changes: Any) -> MaintenanceWindow:
    return MaintenanceWindow(
        **{
            "id": 4,
            "workspace_id": 1,
            "name": "Database migration",
            "start_at": NOON,
            "end_at": NOON + timedelta(hours=2),
            "project_ids": (1,),
            "created_at": NOON,
            "created_by": "key:Ada",
            **changes,
        }
    )


def a_deployment_window(**changes: Any) -> DeploymentWindow:
    return DeploymentWindow(
        **{
            "id": 17,
            "workspace_id": 1,
            "project_id": 1,
            "state": State.SCHEDULED,
            "created_at": NOON,
            "created_by": "key:CI",
            **changes,
        }
    )
