"""One seed, one world: the product's real handlers on doubles of AWS, of the clock and of chance."""

import hashlib
import heapq
import logging
import os
import random
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from unittest import mock

import botocore.endpoint

import dispatcher
import monitor
import transitioner
from local import event_filter, template
from lull import aws, clock, randomness, settings
from lull.use_cases import deployment_windows
from tests.simulation import wire
from tests.simulation.actors import NOBODY, Actor, Outcome, acting, perform
from tests.simulation.invariants import Watch
from tests.simulation.luck import Luck
from tests.simulation.net import Call, Net, Reply
from tests.simulation.queues import Message, Queue
from tests.simulation.schedules import Schedule, Scheduler
from tests.simulation.streams import Record, Stream, key_of
from tests.simulation.tables import Key, Table

BEGINNING = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

_TABLE = "lull"
_ENVIRONMENT = {
    "TABLE_NAME": _TABLE,
    "TRANSITIONS_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/000000000000/transitions",
    "TRANSITIONS_QUEUE_ARN": "arn:aws:sqs:us-east-1:000000000000:transitions",
    "PUBLISH_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/000000000000/publish.fifo",
    "SCHEDULE_GROUP": "lull",
    "SCHEDULER_ROLE_ARN": "arn:aws:iam::000000000000:role/scheduler",
    "SCHEDULE_DEAD_LETTERS_ARN": "arn:aws:sqs:us-east-1:000000000000:dead",
}
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_DEEPEST = 2
_SOON = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Platform:
    """What template.yaml says about deliveries."""

    patterns: list[Any]
    stream_batch: int
    stream_retries: int
    queue_batch: int
    visibility: timedelta
    most_receives: int


@cache
def platform() -> Platform:
    resources = {name: each.get("Properties", {}) for name, each in template.load()["Resources"].items()}
    changes, wake_ups = resources["DispatcherFunctionChanges"], resources["TransitionerFunctionWakeUps"]
    queue = resources["TransitionsQueue"]
    return Platform(
        patterns=[event_filter.parse(each["Pattern"]) for each in changes["FilterCriteria"]["Filters"]],
        stream_batch=changes["BatchSize"],
        stream_retries=changes["MaximumRetryAttempts"],
        queue_batch=wake_ups["BatchSize"],
        visibility=timedelta(seconds=queue["VisibilityTimeout"]),
        most_receives=queue["RedrivePolicy"]["maxReceiveCount"],
    )


@dataclass(order=True)
class Event:
    at: datetime
    number: int
    kind: str = field(compare=False)
    payload: Any = field(compare=False, default=None)


class World:
    """Drive it with `act`, `run` and `heal`; look at `table`, `schedules`, `watch`."""

    def __init__(
        self,
        seed: int = 0,
        *,
        luck: type[Luck] = Luck,
        honours_tokens: bool = True,
        direct: bool = False,
        still: bool = False,
        chunk: int | None = None,
    ) -> None:
        """`direct` leaves the SDK out; in a `still` world no time passes by itself, so that equal states are equal.

        `chunk` holds go in one transaction, so that a few checks do for hundreds.
        """
        self.now = BEGINNING
        self.still = still
        self.chunk = chunk
        self.outages: list[tuple[datetime, datetime]] = []
        """When no function runs."""
        self.random = random.Random(seed)
        self.luck = luck(random.Random(seed + 1))
        self.direct = direct
        rules = platform()
        self.table = Table(_TABLE, honours_tokens=honours_tokens)
        self.scheduler = Scheduler(honours_tokens=honours_tokens)
        self.queue = Queue(rules.visibility, rules.most_receives)
        self.publishes = Queue(rules.visibility, rules.most_receives)
        self.stream = Stream(rules.patterns)
        self.watch = Watch(self.table)
        self.net = Net(gate=self._gate, done=self._done, stamp=lambda: self.now.isoformat())
        self.events: list[Event] = []
        self.actors = 0
        self.counted: dict[str, int] = {}
        self.gate: Callable[[Call], None] | None = None
        """Who decides, before each call, who goes first."""
        self.answered: Callable[[Call, Reply], None] | None = None
        """Who is told what each call was answered."""
        self._numbers = 0
        self._depth = 0
        self._dispatching = False
        self._images: deque[dict[Key, Any]] = deque(maxlen=5)
        self._direct = wire.direct_clients(self._serve)
        self._real: dict[str, Any] = {}

    # ------------------------------------------------------------ the product's surroundings

    @contextmanager
    def installed(self) -> Iterator["World"]:
        """The product sees this world's AWS, clock, chance and environment, and so does the SDK."""
        naps = mock.Mock(wraps=time, sleep=self.sleep)
        modules = [
            module
            for name, module in sys.modules.items()
            if name.startswith("lull.") and getattr(module, "time", None) is time
        ]
        random.seed(0)  # The SDK's back-off draws from the global generator.
        with (
            _silence(),
            mock.patch.dict(os.environ, _ENVIRONMENT),
            mock.patch.object(aws, "client", self._client),
            mock.patch.object(clock, "now", self._read_clock),
            mock.patch.object(randomness, "secret", self._secret),
            mock.patch.object(randomness, "jitter", self.random.random),
            mock.patch.object(botocore.endpoint, "time", naps),
            _patched(modules, "time", naps),
            wire.real_clients(self._serve) as self._real,
            mock.patch.object(deployment_windows, "_CHUNK", self.chunk or deployment_windows._CHUNK),
        ):
            yield self

    def _client(self, service: str) -> Any:
        return (self._direct if self.direct else self._real)[service]

    def _read_clock(self) -> datetime:
        return self.now.replace(microsecond=self.now.microsecond // 1000 * 1000)

    def _secret(self, length: int) -> str:
        return "".join(self.random.choice(_BASE62) for _ in range(length))

    def sleep(self, seconds: float) -> None:
        if not self.still:
            self.now += timedelta(seconds=seconds)

    def _serve(self, service: str, operation: str, request: dict[str, Any]) -> Reply:
        return self.net.call(service, operation, request, lambda: self._perform(service, operation, request))

    def _perform(self, service: str, operation: str, request: dict[str, Any]) -> Reply:
        if service == "dynamodb":
            lagging = operation == "Query" and self._images and self.luck.index_lags()
            self.table.lagging = self.luck.random.choice(self._images) if lagging else None
            return self.table.call(operation, request)
        if service == "scheduler":
            return self.scheduler.call(operation, request["Name"], request, now=self.now)
        to_publish = request["QueueUrl"] == settings.publish_queue_url()
        return (self.publishes if to_publish else self.queue).call(operation, request, now=self.now)

    def _gate(self, call: Call) -> None:
        self.sleep(self.luck.call_seconds())
        if self.gate:
            self.gate(call)
        elif call.actor is not NOBODY and self._depth < _DEEPEST and self.luck.goes_first():
            self._let_another_run()

    def _done(self, call: Call, reply: Reply) -> None:
        if self.answered:
            self.answered(call, reply)
        # Scheduler's may be a time that has passed meanwhile; the others are requests that AWS would never take.
        if call.service != "scheduler" and reply[1].get("__type", "").endswith("ValidationException"):
            self.watch.broken.append(f"PARITY: {call.operation} {call.what}: {reply[1]['message']}")
        if call.service == "dynamodb" and self.table.writes:
            self._images.append(dict(self.table.items))
            self.watch.after(call.actor, self.table.writes, now=self.now)
            for write in self.table.writes:
                if self.stream.record(write, at=self.now):
                    self.expect("stream", self.luck.stream_seconds(), write.key)
            self.table.writes = []
        elif call.service == "sqs":
            for message in self.queue.sent:
                self._expect_message(message)
            self.queue.sent = []
        elif call.service == "scheduler" and self.scheduler.changed:
            self._expect_firing(self.scheduler.changed)
            self.scheduler.changed = None

    # ------------------------------------------------------------ actors and events

    def act(self, role: str, function: Callable[[], Any], *, name: str = "") -> Outcome:
        """Run `function` as an actor of its own."""
        self.actors += 1
        self.counted[role] = self.counted.get(role, 0) + 1
        return perform(Actor(name or f"{role}-{self.actors}", role), function)

    def expect(self, kind: str, seconds: float, payload: Any = None) -> None:
        self._numbers += 1
        at = self.now + timedelta(seconds=max(seconds, 0.0))
        heapq.heappush(self.events, Event(at, self._numbers, kind, payload))

    def _expect_message(self, message: Message) -> None:
        wait = (message.visible_at - self.now).total_seconds()
        self.expect("queue", wait + self.luck.queue_seconds())

    def _expect_firing(self, schedule: Schedule) -> None:
        wait = (schedule.at - self.now).total_seconds()
        firings = self.luck.firing_seconds()
        for late in firings:
            self.expect("fire", wait + late, schedule)
        if not firings and self.luck.vanishes():
            self.expect("vanish", wait, schedule)

    def run(self, until: datetime, *, sweeping: bool = True) -> None:
        """Let everything happen that is to happen by then, a sweep each minute."""
        sweep = (self.now.replace(second=0, microsecond=0) + MINUTE) if sweeping else until + MINUTE
        while True:
            at = min(self.events[0].at if self.events else until, sweep)
            if at > until or (not self.events and sweep > until):
                break
            if sweep <= at:
                self.now = max(self.now, sweep)
                sweep += MINUTE
                # Reading an index that has nothing due changes nothing; a day has 1,440 minutes.
                if self._is_anything_due() and self.luck.sweeps() and not self._outage():
                    self.sweep()
            else:
                self._happen(heapq.heappop(self.events))
        self.now = max(self.now, until)

    def deliver_everything(self) -> None:
        """Every message and record that is under way, however long that takes; schedules wait for their time."""
        while waiting := [event for event in self.events if event.kind in ("stream", "queue")]:
            first = min(waiting)
            self.run(max(first.at, self.now), sweeping=False)

    def heal(self) -> None:
        """No more trouble: what the platform would deliver again is delivered, then one sweep, then what it woke."""
        self.luck = Luck(self.luck.random)
        self.net.pick = lambda _call: None
        self.deliver_everything()
        self.sweep()
        self.deliver_everything()

    def sweep(self) -> Outcome:
        return self.act("monitor", lambda: monitor.lambda_handler({}, None))

    def _is_anything_due(self) -> bool:
        now = self.now.strftime("%Y-%m-%dT%H:%M:%S.") + f"{self.now.microsecond // 1000:03d}Z"
        return any("DueSK" in item and item["DueSK"]["S"] < f"{now}#~" for item in self.table.items.values())

    def _let_another_run(self) -> None:
        # A call may well take as long as that.
        if not self.events or self.events[0].at > self.now + _SOON:
            return
        event = heapq.heappop(self.events)
        # A shard has one reader at a time.
        if event.kind in ("stream", "replay") and self._dispatching:
            self.expect(event.kind, 0.1, event.payload)
            return
        self._depth += 1
        try:
            self._happen(event)
        finally:
            self._depth -= 1

    def _outage(self) -> datetime | None:
        """When the outage that is now will be over."""
        return next((over for since, over in self.outages if since <= self.now < over), None)

    def _happen(self, event: Event) -> None:
        self.now = max(self.now, event.at)
        if event.kind != "user" and (over := self._outage()):
            self.expect(event.kind, (over - self.now).total_seconds(), event.payload)
            return
        _HAPPENINGS[event.kind](self, event.payload)

    # ------------------------------------------------------------ deliveries

    def _on_stream(self, key: Key) -> None:
        if self._dispatching:
            self.expect("stream", 0.1, key)
            return
        others = [other for other in self.stream.waiting if other != key and self.luck.merges()]
        batch = self.stream.take([key, *others], platform().stream_batch)
        if not batch:
            return
        failed_from = self._dispatch(batch)
        if failed_from is None:
            if (again := self.luck.comes_again_after()) is not None:
                self.expect("replay", again, batch)
            return
        self.stream.put_back(batch[failed_from:], platform().stream_retries)
        for failed in dict.fromkeys(key_of(record) for record in batch[failed_from:]):
            self.expect("stream", 1.0, failed)

    def _on_replay(self, batch: list[Record]) -> None:
        if self._dispatching:
            self.expect("replay", 0.1, batch)
        else:
            self._dispatch(batch)

    def _dispatch(self, batch: list[Record]) -> int | None:
        """The position in the batch from which on it has to come again, None if all of it was dealt with."""
        self._dispatching = True
        try:
            outcome = self.act("dispatcher", lambda: dispatcher.lambda_handler({"Records": batch}, None))
        finally:
            self._dispatching = False
        if outcome.crashed or outcome.error:
            return 0
        failures = {failure["itemIdentifier"] for failure in outcome.value["batchItemFailures"]}
        numbers = [record["dynamodb"]["SequenceNumber"] for record in batch]
        return min((numbers.index(each) for each in failures), default=None)

    def _on_queue(self, _payload: Any) -> None:
        messages = self.queue.receive(self.now, platform().queue_batch)
        if not messages:
            return
        records = [{"messageId": each.id, "body": each.body} for each in messages]
        outcome = self.act("transitioner", lambda: transitioner.lambda_handler({"Records": records}, None))
        failed = {each.id for each in messages}
        if not outcome.crashed and not outcome.error:
            failed = {failure["itemIdentifier"] for failure in outcome.value["batchItemFailures"]}
        for message in messages:
            if message.id in failed:
                self._expect_message(message)
                continue
            self.queue.delete(message.id)
            if (again := self.luck.comes_again_after()) is not None:
                self.expect("redeliver", again, message.body)

    def _on_redeliver(self, body: str) -> None:
        self._expect_message(self.queue.add(body, visible_at=self.now))

    def _on_fire(self, schedule: Schedule) -> None:
        present = self.scheduler.schedules.get(schedule.name)
        if present and present.version != schedule.version:
            return
        # A second firing comes although the first one has removed the schedule; a deleted one may be under way.
        self._on_redeliver(schedule.input)
        if present and schedule.deletes_itself:
            del self.scheduler.schedules[schedule.name]

    def _on_vanish(self, schedule: Schedule) -> None:
        present = self.scheduler.schedules.get(schedule.name)
        if present and present.version == schedule.version:
            del self.scheduler.schedules[schedule.name]

    # ------------------------------------------------------------ what is left of it

    def trace_hash(self) -> str:
        text = "\n".join("\t".join(line) for line in self.net.trace)
        return hashlib.sha256(text.encode()).hexdigest()

    def last_events(self, most: int = 40) -> str:
        return "\n".join("  ".join(part for part in line if part) for line in self.net.trace[-most:])

    def acting(self) -> Actor:
        return acting()


_HAPPENINGS: dict[str, Callable[[World, Any], None]] = {
    "stream": World._on_stream,
    "replay": World._on_replay,
    "queue": World._on_queue,
    "redeliver": World._on_redeliver,
    "fire": World._on_fire,
    "vanish": World._on_vanish,
    "user": lambda _world, act: act(),
}


@contextmanager
def _silence() -> Iterator[None]:
    """Thousands of wanted failures with their tracebacks are most of the time and all of the output."""
    level = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(level)


@contextmanager
def _patched(modules: list[Any], name: str, value: Any) -> Iterator[None]:
    kept = [(module, getattr(module, name)) for module in modules]
    for module in modules:
        setattr(module, name, value)
    try:
        yield
    finally:
        for module, original in kept:
            setattr(module, name, original)
