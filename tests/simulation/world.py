"""One seed, one world: the product's real handlers on doubles of AWS, of the clock and of chance."""

import hashlib
import random
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.simulation import deliveries, outside, surroundings, wire
from tests.simulation.actors import NOBODY, Actor, Outcome, acting, perform
from tests.simulation.agenda import Agenda, Event
from tests.simulation.invariants import Watch
from tests.simulation.luck import Luck
from tests.simulation.net import Call, Net, Reply
from tests.simulation.platform import TABLE, platform
from tests.simulation.queues import Message, Queue
from tests.simulation.schedules import Schedule, Scheduler
from tests.simulation.streams import Stream
from tests.simulation.surroundings import Surroundings
from tests.simulation.tables import Key, Table
from tests.simulation.vaults import Vault

BEGINNING = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

_DEEPEST = 2
_SOON = timedelta(seconds=2)
# No less than the monitor looks ahead for heartbeats.
_LOOKED_AHEAD = 2 * MINUTE
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NEVER = datetime.max.replace(tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


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
        heartbeats: bool = True,
    ) -> None:
        """`direct` leaves the SDK out; in a `still` world no time passes by itself, so that equal states are equal.

        `chunk` holds go in one transaction, so that a few checks do for hundreds. Without `heartbeats`, no sweep takes
        place for their sake alone.
        """
        self.now = BEGINNING
        self.still = still
        self.chunk = chunk
        self.heartbeats = heartbeats
        self.swept_at = BEGINNING
        self.outages: list[tuple[datetime, datetime]] = []
        """When no function runs."""
        self.random = random.Random(seed)
        self.luck = luck(random.Random(seed + 1))
        self.direct = direct
        self.table = Table(TABLE, honours_tokens=honours_tokens)
        self.scheduler = Scheduler(honours_tokens=honours_tokens)
        self.queues = {url: Queue(each.visibility, each.most_receives) for url, each in platform().queues.items()}
        self.stream = Stream(platform().patterns)
        self.dispatching = False
        """A shard has one reader at a time."""
        self.outside = outside.Outside()
        self.vault = Vault()
        self.watch = Watch(self.table, self.outside, self.vault)
        self.net = Net(gate=self._gate, done=self._done, stamp=lambda: self.now.isoformat())
        self.events = Agenda()
        self.actors = 0
        self.counted: dict[str, int] = {}
        self.gate: Callable[[Call], None] | None = None
        """Who decides, before each call, who goes first."""
        self.answered: Callable[[Call, Reply], None] | None = None
        """Who is told what each call was answered."""
        self._depth = 0
        self._due_at = _NEVER
        self._due_of = (-1, -1)
        self._images: deque[dict[Key, Any]] = deque(maxlen=5)
        self._direct = wire.direct_clients(self._serve)
        self._real: dict[str, Any] = {}

    # ------------------------------------------------------------ the product's surroundings

    @contextmanager
    def installed(self) -> Iterator["World"]:
        """The product sees this world's AWS, clock, chance and environment, and so does the SDK."""
        seen = Surroundings(self._client, self._read_clock, self.sleep, self.random, self.chunk, self._serve)
        with surroundings.installed(seen), wire.real_clients(self._serve) as self._real:
            yield self

    def _client(self, service: str) -> Any:
        return (self._direct if self.direct else self._real)[service]

    def _read_clock(self) -> datetime:
        now = self.now.replace(microsecond=self.now.microsecond // 1000 * 1000)
        actor = acting()
        actor.looked_at_clock = now
        # With a new look at the clock something new is decided.
        actor.saw_suppressed.clear()
        return now

    def sleep(self, seconds: float) -> None:
        if not self.still:
            self.now += timedelta(seconds=seconds)

    def _serve(self, service: str, operation: str, request: dict[str, Any]) -> Reply:
        return self.net.call(service, operation, request, lambda: self._perform(service, operation, request))

    def _perform(self, service: str, operation: str, request: dict[str, Any]) -> Reply:
        if service == "http":
            return self._arrive(request)
        self._mind_permissions(service, operation, request)
        if service == "sesv2":
            return self._arrive(outside.mailed(request))
        if service == "dynamodb":
            lagging = operation == "Query" and self._images and self.luck.index_lags()
            self.table.lagging = self.luck.random.choice(self._images) if lagging else None
            self.watch.before(acting(), operation, request, now=self.now)
            return self.table.call(operation, request)
        if service == "secretsmanager":
            reply = self.vault.call(operation, request)
            self.watch.applications.keeps_its_secrets()
            return reply
        if service == "scheduler":
            return self.scheduler.call(operation, request["Name"], request, now=self.now)
        return self.queues[request["QueueUrl"]].call(operation, request, now=self.now)

    def _arrive(self, request: dict[str, Any]) -> Reply:
        by, fault = acting(), self.net.trace[-1][-1]
        reply = self.outside.arrive(request, by=by, at=self.now, lucky=self.luck.answer(), heard=not fault)
        self.watch.arrived(by, self.outside.arrivals[-1])
        return reply

    def _mind_permissions(self, service: str, operation: str, request: dict[str, Any]) -> None:
        """Users act through the API's function."""
        role = acting().role
        if role == NOBODY.role:
            return
        function = role if role in platform().permissions else "management"
        if lacking := platform().lacks(function, service, operation, request):
            self.watch.broken.append(f"PARITY: {function} may not {lacking}")

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
            for url, queue in self.queues.items():
                for message in queue.sent:
                    self.expect_message(url, message)
                queue.sent = []
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
        self.events.add(self.now + timedelta(seconds=max(seconds, 0.0)), kind, payload)

    def expect_message(self, url: str, message: Message) -> None:
        if platform().queues[url].consumer in deliveries.CONSUMERS:
            wait = (message.visible_at - self.now).total_seconds()
            self.expect("queue", wait + self.luck.queue_seconds(), url)

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
            at = min(self.events.next_at if self.events else until, sweep)
            if at > until or (not self.events and sweep > until):
                break
            if sweep <= at:
                self.now = max(self.now, sweep)
                sweep += MINUTE
                # Reading an index that has nothing due changes nothing; a day has 1,440 minutes.
                if self._is_anything_due() and self.luck.sweeps() and not self._outage():
                    self.sweep()
            else:
                self._happen(self.events.pop())
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
        at = self.now
        outcome = self.act("monitor", deliveries.sweep)
        if not outcome.crashed and not outcome.error:
            self.swept_at = at
        return outcome

    def _is_anything_due(self) -> bool:
        table = (self.table.version, len(self.table.items))
        if self._due_of != table:
            self._due_of, self._due_at = table, min(self._due(), default=_NEVER)
        return self._due_at <= self.now

    def _due(self) -> Iterator[datetime]:
        """From when on a sweep finds each item that one can find."""
        for item in self.table.items.values():
            if "DueSK" in item:
                yield datetime.fromisoformat(item["DueSK"]["S"].partition("#")[0])
            if self.heartbeats and "watchAt" in item:
                yield _EPOCH + int(item["watchAt"]["N"]) * _MILLISECOND - _LOOKED_AHEAD

    def _let_another_run(self) -> None:
        # A call may well take as long as that.
        if not self.events or self.events.next_at > self.now + _SOON:
            return
        event = self.events.pop()
        if event.kind in ("stream", "replay") and self.dispatching:
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
        deliveries.HAPPENINGS[event.kind](self, event.payload)

    # ------------------------------------------------------------ what is left of it

    def trace_hash(self) -> str:
        text = "\n".join("\t".join(line) for line in self.net.trace)
        return hashlib.sha256(text.encode()).hexdigest()

    def last_events(self, most: int = 40) -> str:
        return "\n".join("  ".join(part for part in line if part) for line in self.net.trace[-most:])
