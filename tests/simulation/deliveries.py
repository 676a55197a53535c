"""How stream records, messages and firings reach the functions: late, twice, merged, again."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import dispatcher
import monitor
import notifier
import prober
import transitioner
from tests.simulation.platform import platform
from tests.simulation.schedules import Schedule
from tests.simulation.streams import Record, key_of
from tests.simulation.tables import Key

if TYPE_CHECKING:
    from tests.simulation.world import World

CONSUMERS: dict[str, Callable[[Any, Any], Any]] = {
    "transitioner": transitioner.lambda_handler,
    "notifier": notifier.lambda_handler,
    "prober": prober.lambda_handler,
}
"""Functions that take messages from queues, by module; messages for others are kept and never delivered."""


def sweep() -> Any:
    return monitor.lambda_handler({}, None)


def _on_stream(world: "World", key: Key) -> None:
    if world.dispatching:
        world.expect("stream", 0.1, key)
        return
    others = [other for other in world.stream.waiting if other != key and world.luck.merges()]
    batch = world.stream.take([key, *others], platform().stream_batch)
    if not batch:
        return
    failed_from = _dispatch(world, batch)
    if failed_from is None:
        if (again := world.luck.comes_again_after()) is not None:
            world.expect("replay", again, batch)
        return
    world.stream.put_back(batch[failed_from:], platform().stream_retries)
    for failed in dict.fromkeys(key_of(record) for record in batch[failed_from:]):
        world.expect("stream", 1.0, failed)


def _on_replay(world: "World", batch: list[Record]) -> None:
    if world.dispatching:
        world.expect("replay", 0.1, batch)
    else:
        _dispatch(world, batch)


def _dispatch(world: "World", batch: list[Record]) -> int | None:
    """The position in the batch from which on it has to come again, None if all of it was dealt with."""
    world.dispatching = True
    try:
        outcome = world.act("dispatcher", lambda: dispatcher.lambda_handler({"Records": batch}, None))
    finally:
        world.dispatching = False
    if outcome.crashed or outcome.error:
        return 0
    failures = {failure["itemIdentifier"] for failure in outcome.value["batchItemFailures"]}
    numbers = [record["dynamodb"]["SequenceNumber"] for record in batch]
    return min((numbers.index(each) for each in failures), default=None)


def _on_queue(world: "World", url: str) -> None:
    queue, rules = world.queues[url], platform().queues[url]
    messages = queue.receive(world.now, rules.batch)
    if not messages or not rules.consumer:
        return
    records = [{"messageId": each.id, "body": each.body} for each in messages]
    handler = CONSUMERS[rules.consumer]
    outcome = world.act(rules.consumer, lambda: handler({"Records": records}, None))
    failed = {each.id for each in messages}
    if not outcome.crashed and not outcome.error:
        failed = {failure["itemIdentifier"] for failure in outcome.value["batchItemFailures"]}
    for message in messages:
        if message.id in failed:
            world.expect_message(url, message)
            continue
        queue.delete(message.id)
        if (again := world.luck.comes_again_after()) is not None:
            world.expect("redeliver", again, (url, message.body))


def _on_redeliver(world: "World", delivery: tuple[str, str]) -> None:
    url, body = delivery
    world.expect_message(url, world.queues[url].add(body, visible_at=world.now))


def _on_fire(world: "World", schedule: Schedule) -> None:
    present = world.scheduler.schedules.get(schedule.name)
    if present and present.version != schedule.version:
        return
    # A second firing comes although the first one has removed the schedule; a deleted one may be under way.
    url = next(url for url, rules in platform().queues.items() if rules.arn == schedule.target)
    _on_redeliver(world, (url, schedule.input))
    if present and schedule.deletes_itself:
        del world.scheduler.schedules[schedule.name]


def _on_vanish(world: "World", schedule: Schedule) -> None:
    present = world.scheduler.schedules.get(schedule.name)
    if present and present.version == schedule.version:
        del world.scheduler.schedules[schedule.name]


HAPPENINGS: dict[str, Callable[["World", Any], None]] = {
    "stream": _on_stream,
    "replay": _on_replay,
    "queue": _on_queue,
    "redeliver": _on_redeliver,
    "fire": _on_fire,
    "vanish": _on_vanish,
    "user": lambda _world, act: act(),
}
