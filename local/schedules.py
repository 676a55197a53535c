"""EventBridge Scheduler's firing: sends what is due, tries again, and gives up into the dead letters."""

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Event, Lock

from local.checkpoints import Checkpoints
from local.endpoint import Endpoint
from local.invocation import Invoke, Report
from local.schedule_expression import Every, Once, UnknownExpression, parse
from local.schedule_target import Armed, bury, send, utc

TICK_SECONDS = 0.25
_LONGEST_PAUSE_SECONDS = 60
_DEFAULT_ATTEMPTS = 185
_DEFAULT_AGE_SECONDS = 86400
# The emulator returns one page and no token, of any size asked for.
_ALL = 100_000

Key = tuple[str, str, str]
"""Group, name and modification: an updated or re-created schedule is another one."""


class ScheduleFirer:
    def __init__(
        self,
        endpoint: Endpoint,
        invoke: Invoke,
        checkpoints: Checkpoints,
        report: Report,
        *,
        threads: int = 4,
    ) -> None:
        self.stopping = Event()
        self._endpoint = endpoint
        self._client = endpoint.client("scheduler")
        self._invoke = invoke
        self._checkpoints = checkpoints
        self._report = report
        self._armed: dict[Key, Armed | None] = {}
        self._firing: set[Key] = set()
        self._lock = Lock()
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="schedule")

    def run(self) -> None:
        while not self.stopping.wait(TICK_SECONDS):
            try:
                self.sweep(datetime.now(UTC))
            except Exception as error:
                if not self.stopping.is_set():
                    self._report("schedules", error)
                    self.stopping.wait(1)

    def sweep(self, now: datetime) -> list[Future[None]]:
        """Fire what is due; each future ends when its target was called."""
        keys = self._look(now)
        with self._lock:
            due = [
                (key, armed)
                for key in keys
                if key not in self._firing and (armed := self._armed[key]) and armed.try_at <= now
            ]
            self._firing.update(key for key, _ in due)
        return [self._pool.submit(self._fire, key, armed, now) for key, armed in due]

    def close(self) -> None:
        self.stopping.set()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _look(self, now: datetime) -> list[Key]:
        """The enabled schedules; new and changed ones are read and armed."""
        keys = []
        for listed in self._client.list_schedules(State="ENABLED", MaxResults=_ALL)["Schedules"]:
            key = (listed["GroupName"], listed["Name"], listed["LastModificationDate"].isoformat())
            keys.append(key)
            if key not in self._armed:
                self._armed[key] = self._arm(key, now)
        for gone in [key for key in list(self._armed) if key not in keys]:
            del self._armed[gone]
        return keys

    def _arm(self, key: Key, now: datetime) -> Armed | None:
        group, name, _ = key
        try:
            definition = self._client.get_schedule(Name=name, GroupName=group)
            expression = parse(
                definition["ScheduleExpression"],
                timezone=definition.get("ScheduleExpressionTimezone", "UTC"),
                created_at=definition["CreationDate"],
            )
        except self._client.exceptions.ResourceNotFoundException:
            return None
        except (UnknownExpression, LookupError, ValueError) as error:
            self._report(f"schedule {name}", error)
            return None
        if isinstance(expression, Once):
            if self._checkpoints.get(_checkpoint(key)):
                return None
            due_at = expression.at
        else:
            due_at = expression.after(now)
        return Armed(definition=definition, expression=expression, due_at=due_at, try_at=due_at)

    def _fire(self, key: Key, armed: Armed, now: datetime) -> None:
        try:
            try:
                send(self._endpoint, self._invoke, armed)
            except Exception as error:
                self._report(f"schedule {key[1]}", error)
                after = self._retry(armed, now, error)
            else:
                after = None
            self._armed[key] = after or self._complete(key, armed, now)
        except Exception as error:
            if not self.stopping.is_set():
                self._report(f"schedule {key[1]}", error)
        finally:
            with self._lock:
                self._firing.discard(key)

    def _retry(self, armed: Armed, now: datetime, error: Exception) -> Armed | None:
        policy = armed.definition["Target"].get("RetryPolicy", {})
        attempts = armed.attempts + 1
        try_at = now + timedelta(seconds=min(2 ** (attempts - 1), _LONGEST_PAUSE_SECONDS))
        expires_at = armed.due_at + timedelta(seconds=policy.get("MaximumEventAgeInSeconds", _DEFAULT_AGE_SECONDS))
        if attempts > policy.get("MaximumRetryAttempts", _DEFAULT_ATTEMPTS) or try_at > expires_at:
            bury(self._endpoint, armed, error)
            return None
        return replace(armed, attempts=attempts, try_at=try_at)

    def _complete(self, key: Key, armed: Armed, now: datetime) -> Armed | None:
        """The next occurrence; a one-time schedule has none and goes, or is remembered as fired."""
        if isinstance(armed.expression, Every):
            due_at = armed.expression.after(max(now, armed.due_at))
            return replace(armed, due_at=due_at, try_at=due_at, attempts=0)
        if armed.definition.get("ActionAfterCompletion") == "DELETE":
            self._delete_unless_changed(key)
        else:
            self._checkpoints.put(_checkpoint(key), utc(now))
        return None

    def _delete_unless_changed(self, key: Key) -> None:
        group, name, modified = key
        try:
            if self._client.get_schedule(Name=name, GroupName=group)["LastModificationDate"].isoformat() == modified:
                self._client.delete_schedule(Name=name, GroupName=group)
        except self._client.exceptions.ResourceNotFoundException:
            pass


def _checkpoint(key: Key) -> str:
    return "schedule " + " ".join(key)
