"""Planted bugs of CI hooks and of what becomes of their deliveries."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any
from unittest import mock

from lull import randomness
from lull.domain import ci_hooks as hooks
from lull.domain import deployment_reports as reports
from lull.domain import hook_deliveries as domain
from lull.domain.ci_hooks import CiHook
from lull.domain.component_deployments import ComponentDeployment
from lull.domain.hook_deliveries import HookDelivery
from lull.store import component_deployments, due, external_keys, table
from lull.store import hook_deliveries as store
from lull.store.external_keys import External
from lull.use_cases import app_deployments as app_use_cases
from lull.use_cases import component_deployments as component_use_cases
from lull.use_cases import deployment_reports as use_cases
from tests.simulation.mutants import Mutant


def _answers_before_it_keeps() -> Any:
    """A delivery is acknowledged, and kept if that goes well."""

    def create(delivery: HookDelivery) -> bool:
        try:
            return real(delivery)
        except Exception:
            return True

    real = store.create_hook_delivery
    return mock.patch.object(store, "create_hook_delivery", create)


def _knows_no_repetition() -> Any:
    """What is sent again is another delivery."""

    def delivery_id(hook_id: str, sender_id: str) -> str:
        return real(hook_id, sender_id + randomness.secret(8))

    real = domain.delivery_id
    return mock.patch.object(domain, "delivery_id", delivery_id)


def _judges_before_it_applies() -> Any:
    """The verdict is written first, and then what it says is done."""

    def apply(told: use_cases.Told, was: ComponentDeployment) -> HookDelivery:
        outcome = reports.reported(was, told.report, at=told.at)
        verdict = domain.Verdict.APPLIED if outcome.steps else domain.Verdict.LATE
        done = domain.settled(told.delivery, verdict, None, was.id)
        store.save_hook_delivery(done)
        if outcome.steps:
            events = use_cases._steps(told, was, outcome)
            effect = component_use_cases.effect_of(was, outcome.deployment)
            component_deployments.save_component_deployment(outcome.deployment, *events, was=was, effect=effect)
        return done

    return mock.patch.object(use_cases, "_apply", apply)


def _believes_whoever_comes_last() -> Any:
    """A report moves its deployment, whatever is known already."""
    return mock.patch.object(reports, "_counts", lambda was, report: was.status is not report.status)


def _claims_no_name() -> Any:
    """Nobody holds the provider's name for a deployment: of two that come at once, each makes one."""

    def claiming(external: External) -> Any:
        ((kind, arguments),) = real(external).items()
        return {kind: {**arguments, "ConditionExpression": table.ANYHOW}}

    real = external_keys.claiming
    return mock.patch.object(external_keys, "claiming", claiming)


def _has_the_first_name_mean_all() -> Any:
    """An attempt that follows a success is taken for the same deployment."""

    def take(told: use_cases.Told, external: External) -> HookDelivery:
        return use_cases._apply(told, use_cases._known(told, external))

    return mock.patch.dict(use_cases._TAKE, {component_deployments.KIND: take})


def _applied_by_the_stream_alone() -> Any:
    """The sweep forgets deliveries."""

    def list_due(*, until: datetime) -> Iterator[due.Due]:
        return (each for each in real(until=until) if each.kind != store.KIND)

    real = due.list_due
    return mock.patch.object(due, "list_due", list_due)


def _ends_the_old_secret_at_once() -> Any:
    """Whoever has not been told the new secret yet is not heard."""

    def rotated(hook: CiHook, secret: str, *, old_until: datetime, at: datetime) -> CiHook:
        found = real(hook, secret, old_until=old_until, at=at)
        return replace(found, secrets=found.secrets[:1])

    real = hooks.rotated
    return mock.patch.object(hooks, "rotated", rotated)


def _replays_whatever_it_was() -> Any:
    """What was applied is applied once more."""

    def replayed(delivery: HookDelivery, *, at: datetime) -> HookDelivery:
        return replace(delivery, verdict=None, reason=None, asked_at=at)

    return mock.patch.object(domain, "replayed", replayed)


def _takes_orders_for_its_own() -> Any:
    """What an application asked for is recorded once more, by its hook."""
    return mock.patch.object(use_cases, "find_ordered", return_value=None)


def _moves_and_judges_apart() -> Any:
    """An application's deployment is moved first, its delivery judged afterwards."""

    def apply_status(*arguments: Any, beside: Any, **more: Any) -> Any:
        now = real(*arguments, **more)
        if writes := beside(now):
            table.transact(writes)
        return now

    real = app_use_cases.apply_status
    return mock.patch.object(use_cases, "apply_status", apply_status)


def _saves_verdicts_unseen() -> Any:
    """Whatever has become of a delivery since it was read."""

    def saving(delivery: HookDelivery) -> Any:
        ((kind, arguments),) = real(delivery).items()
        kept = {name: value for name, value in arguments.items() if name != "ExpressionAttributeValues"}
        return {kind: {**kept, "ConditionExpression": table.ANYHOW}}

    real = store.saving
    return mock.patch.object(store, "saving", saving)


MUTANTS = [
    Mutant("answers before it keeps", _answers_before_it_keeps, ("receive an event",)),
    Mutant("knows no repetition", _knows_no_repetition, ("receive an event twice",)),
    Mutant("judges before it applies", _judges_before_it_applies, ("apply an end",)),
    Mutant("believes whoever comes last", _believes_whoever_comes_last, ("apply what comes late",)),
    Mutant("claims no name", _claims_no_name, (), ("two first reports",)),
    Mutant("has the first name mean all", _has_the_first_name_mean_all, ("apply an attempt after a success",)),
    Mutant("deliveries applied by the stream alone", _applied_by_the_stream_alone, ("sweep of deliveries",)),
    Mutant("ends the old secret at once", _ends_the_old_secret_at_once, ("rotate a secret",)),
    Mutant("replays whatever it was", _replays_whatever_it_was, (), ("two replays",)),
    Mutant("takes orders for its own", _takes_orders_for_its_own, ("apply what an application ordered",)),
    Mutant("moves and judges apart", _moves_and_judges_apart, ("apply what an application ordered",)),
    Mutant("saves verdicts unseen", _saves_verdicts_unseen, (), ("application twice of what is known",)),
]
