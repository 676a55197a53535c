"""One-time wake-ups of EventBridge Scheduler.

Scheduler fires within a minute after its time and at least once (AWS, "Schedule types": 60-second precision), so each
wake-up is set a minute early and its consumer waits out the rest.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from lull import aws, settings
from lull.gateways.queues import WakeUp

EARLY = timedelta(seconds=60)


def put_schedule(name: str, wake_up: WakeUp, *, due_at: datetime) -> None:
    """Create the schedule, or make it what it should be if it exists. Safe to repeat."""
    client = aws.client("scheduler")
    request = _request(name, wake_up, due_at)
    try:
        client.create_schedule(**request)
    except client.exceptions.ConflictException:
        client.update_schedule(**request)


def delete_schedule(name: str) -> None:
    """Remove the schedule; nothing happens if it is gone."""
    client = aws.client("scheduler")
    try:
        client.delete_schedule(GroupName=settings.schedule_group(), Name=name)
    except client.exceptions.ResourceNotFoundException:
        return


def _request(name: str, wake_up: WakeUp, due_at: datetime) -> dict[str, Any]:
    # The whole request each time: UpdateSchedule resets to its default whatever it is not told.
    return {
        "GroupName": settings.schedule_group(),
        "Name": name,
        "ScheduleExpression": f"at({(due_at - EARLY).astimezone(UTC):%Y-%m-%dT%H:%M:%S})",
        "ScheduleExpressionTimezone": "UTC",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "ActionAfterCompletion": "DELETE",
        "State": "ENABLED",
        "Target": {
            "Arn": settings.transitions_queue_arn(),
            "RoleArn": settings.scheduler_role_arn(),
            "Input": wake_up.body(),
            "RetryPolicy": {"MaximumRetryAttempts": 60, "MaximumEventAgeInSeconds": 3600},
            "DeadLetterConfig": {"Arn": settings.schedule_dead_letters_arn()},
        },
    }
