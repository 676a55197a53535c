"""Probing: of the checks that are asked for, those that are due are probed side by side, each result written once."""

import asyncio
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from lull.domain import probes
from lull.domain.checks import Check, CheckMode, CheckStatus, Probe
from lull.domain.errors import StaleWrite
from lull.gateways import outbound
from lull.store import checks, judgements
from lull.use_cases.probe_calls import Address

# A message is delivered to the second.
_EARLY = timedelta(seconds=1)
_REDIRECTS = 5
# What one probe, its handshake and its write take of the function's share of a processor. Begun all at once, two
# hundred would wait for each other, and short timeouts would run out.
_PACE_SECONDS = 0.015


@dataclass(slots=True)
class Outcome:
    """What came of a batch. Checks that are in neither were not due, or changed while they were probed."""

    written: list[Check] = field(default_factory=list)
    failed: dict[Address, Exception] = field(default_factory=dict)


def probe(addresses: Collection[Address], *, at: datetime) -> Outcome:
    """Probe what is due of these checks, and write what came of it. What is paused rests until its release.

    A check that cannot be read has failed, and keeps none of the others from being probed.
    """
    readable, unreadable = checks.get_checks_anywhere(list(addresses))
    outcome = Outcome(failed=unreadable)
    found = [check for check in readable if check.check_mode is CheckMode.OUTBOUND]
    for check in found:
        if check.status is CheckStatus.PAUSED and check.watch_at:
            _rest(check)
    due = [(check, check.probe) for check in found if check.probe and _is_due(check, at=at)]
    # A loop of its own, which leaves the one that this thread may have as it is.
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        results = runner.run(_probe_all(due, at=at))
    for (check, _), result in zip(due, results, strict=True):
        if isinstance(result, Exception):
            outcome.failed[check.workspace_id, check.id] = result
        elif result:
            outcome.written.append(result)
    return outcome


def _is_due(check: Check, *, at: datetime) -> bool:
    return check.status is not CheckStatus.PAUSED and check.watch_at is not None and check.watch_at <= at + _EARLY


def _rest(check: Check) -> None:
    try:
        judgements.save_watch(replace(check, watch_at=None), was=check)
    except StaleWrite:
        return


async def _probe_all(due: Sequence[tuple[Check, Probe]], *, at: datetime) -> Sequence[Check | Exception | None]:
    # Results are written as they come: a target that answers late delays nobody else's. One thread does so, because
    # what it does is mostly the interpreter's work.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1, thread_name_prefix="results"))
    paced = ((position * _PACE_SECONDS, check, probe) for position, (check, probe) in enumerate(due))
    return await asyncio.gather(*(_probe(check, probe, after, at=at) for after, check, probe in paced))


async def _probe(check: Check, probe: Probe, after_seconds: float, *, at: datetime) -> Check | Exception | None:
    try:
        await asyncio.sleep(after_seconds)
        answer = await outbound.send(_request(probe))
        after, noted = probes.answered(check, probe, answer, at=at)
        return await asyncio.to_thread(judgements.save_probe, after, noted, was=check)
    except StaleWrite:
        # It was paused, edited, pinged, deleted or probed meanwhile.
        return None
    except Exception as error:
        return error


def _request(probe: Probe) -> outbound.Request:
    return outbound.Request(
        url=probe.url,
        method=probe.method,
        headers=probe.headers or {},
        timeout_ms=probe.timeout_ms,
        max_redirects=_REDIRECTS if probe.follow_redirects else 0,
    )
