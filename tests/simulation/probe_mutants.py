"""Planted bugs of probes."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from unittest import mock

import monitor
from lull.domain import probes as domain
from lull.domain.checks import Check, Health, Probe, ProbeState
from lull.store import judgements, keys, table
from lull.use_cases import probing
from tests.simulation.mutants import Mutant


def _written(old: str, new: str) -> Any:
    """Probes are written on another condition."""
    return mock.patch.object(judgements, "_AS_READ", judgements._AS_READ.replace(old, new))


def _counts_what_is_not_due() -> Any:
    return mock.patch.object(probing, "_is_due", lambda check, *, at: not check.holds)


def _judges_what_is_held() -> Any:
    return _written("size(holds) = :holds", "size(holds) >= :holds")


def _is_never_due_again() -> Any:
    """A probe that could not be made is the last one."""

    def answered(check: Check, probe: Probe, answer: Any, *, at: datetime) -> Any:
        after, noted = real(check, probe, answer, at=at)
        return (replace(after, watch_at=None) if answer.status_code is None else after), noted

    real = domain.answered
    return mock.patch.object(domain, "answered", answered)


def _no_sweep() -> Any:
    return mock.patch.dict(monitor._PARTS, {"probes": lambda *, at: 0})


def _judges_at_once() -> Any:
    def established(state: ProbeState, probe: Probe) -> Health:
        return Health.DOWN if state.consecutive_failures else Health.OK

    return mock.patch.object(domain, "established", established)


def _counts_across_a_release() -> Any:
    return mock.patch.object(domain, "_counted_on", lambda check: check.probe_state or ProbeState())


def _puts_whatever_it_read_to_rest() -> Any:
    """A release may have come since."""

    def rest(check: Check) -> None:
        key = keys.check(check.workspace_id, check.id)
        request = table.update(key, "REMOVE watchAt SET cause = :c", condition="attribute_exists(PK)", values=c)
        table.write(request)

    c = {":c": {"S": "ping"}}
    return mock.patch.object(probing, "_rest", rest)


_THIRD = "probing the third time twice"

MUTANTS = [
    Mutant("counts what is not due", _counts_what_is_not_due, (), (_THIRD,)),
    Mutant("judges what is held", _judges_what_is_held, (), ("probing and pause",)),
    Mutant("is never due again", _is_never_due_again, ("probe",)),
    Mutant("no sweep of probes", _no_sweep, ("sweep of probes",)),
    Mutant("judges at once", _judges_at_once, ("probe what has failed too often",)),
    Mutant("counts across a release", _counts_across_a_release, (), ("probing and resume",)),
    Mutant("puts whatever it read to rest", _puts_whatever_it_read_to_rest, (), ("probing and resume",)),
]
