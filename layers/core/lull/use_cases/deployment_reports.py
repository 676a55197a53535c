"""What becomes of reports about deployments: each is applied in the transaction that gives its delivery a verdict."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from lull import randomness
from lull.domain import deployment_orders as orders
from lull.domain import deployment_reports as domain
from lull.domain.app_deployments import AppDeployment
from lull.domain.app_deployments import Status as AppStatus
from lull.domain.ci_hooks import CiHook
from lull.domain.component_deployments import ComponentDeployment, Event, EventKind, Status
from lull.domain.components import Component
from lull.domain.deployment_reports import Report, Reported
from lull.domain.environments import Environment
from lull.domain.errors import NotFound, StaleWrite
from lull.domain.hook_deliveries import HookDelivery, Verdict, settled
from lull.store import app_deployments, ci_hooks, components, external_keys, hook_deliveries, table
from lull.store import component_deployments as store
from lull.store.codec import Item
from lull.store.external_keys import External
from lull.use_cases.app_deployments import apply_status
from lull.use_cases.component_deployments import effect_of, write
from lull.use_cases.report_orders import find_ordered, find_unnamed
from lull.use_cases.report_targets import find_other_component, find_target
from lull.use_cases.retrying import on_stale_write


def advance(workspace_id: int, delivery_id: str, *, at: datetime) -> HookDelivery | None:
    """Apply a delivery that has no verdict yet; None if there is no such delivery."""
    return on_stale_write(lambda: _advance(workspace_id, delivery_id, at))


def _advance(workspace_id: int, delivery_id: str, at: datetime) -> HookDelivery | None:
    delivery = hook_deliveries.get_hook_delivery(workspace_id, delivery_id)
    if delivery is None or delivery.verdict is not None or delivery.report is None:
        return delivery
    told = Told(delivery=delivery, report=delivery.report, at=at)
    if ordered := find_ordered(delivery, told.report):
        return _take_for_application(told, ordered)
    if told.report.source is domain.Source.RUNS and told.report.status is Status.PENDING:
        return _settle(told, Verdict.IGNORED, "the run is only announced, and nobody here asked for it")
    external = external_keys.find_external(workspace_id, told.report.key)
    if external is None:
        return _create(told, claims=lambda made: [_claiming(told.report.key, made)])
    take = next(take for kind, take in _TAKE.items() if kind in external.records)
    return take(told, external)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A report on its way."""

    delivery: HookDelivery
    report: Report
    at: datetime

    @property
    def workspace_id(self) -> int:
        return self.delivery.workspace_id


def _take_for_application(told: Told, ordered: AppDeployment) -> HookDelivery:
    """It drives its component deployment itself."""
    to, source = orders.meant(told.report), f"webhook {told.delivery.event}"

    def judged(now: AppDeployment) -> HookDelivery:
        verdict = Verdict.APPLIED if now != ordered else Verdict.DUPLICATE
        if to and to is not AppStatus.CREATED and now.status is not to:
            verdict = Verdict.LATE
        return settled(told.delivery, verdict, None, ordered.component_deployment_id)

    now = ordered
    if to:
        now = apply_status(
            ordered,
            to,
            at=told.at,
            source=source,
            external_id=orders.name_of(told.report),
            beside=lambda now: [hook_deliveries.saving(judged(now))],
        )
    return judged(now) if now != ordered else hook_deliveries.save_hook_delivery(judged(now))


def _take_for_known_application(told: Told, external: External) -> HookDelivery:
    found = app_deployments.get_app_deployment(told.workspace_id, external.records[app_deployments.KIND])
    if found is None:
        raise NotFound("deployment")
    return _take_for_application(told, found)


def _claim_for_application(told: Told, ordered: AppDeployment) -> HookDelivery:
    """From here on what goes by this name is about that deployment, also once it is over."""
    records = {app_deployments.KIND: ordered.id}
    named = External(workspace_id=told.workspace_id, key=told.report.key, records=records)
    try:
        table.write(external_keys.claiming(named))
    except table.ConditionFailed as refused:
        raise StaleWrite("deployment") from refused
    return _take_for_application(told, ordered)


def _take_for_component_deployment(told: Told, external: External) -> HookDelivery:
    was = _known(told, external)
    key, attempt = told.report.key, told.report.attempt or was.attempt
    if attempt > was.attempt and was.status is Status.SUCCEEDED:
        # What succeeded runs meanwhile, and keeps its name for that attempt.
        claiming = _claiming(_key_of_attempt(key, was.attempt), was)
        return _create(told, claims=lambda made: [external_keys.moving(external, {store.KIND: made.id}), claiming])
    if attempt < was.attempt:
        earlier = external_keys.find_external(told.workspace_id, _key_of_attempt(key, attempt))
        if earlier:
            return _apply(told, _known(told, earlier))
        if told.report.status is Status.SUCCEEDED:
            return _create(told, claims=lambda made: [_claiming(_key_of_attempt(key, attempt), made)])
    return _apply(told, was)


Take = Callable[[Told, External], HookDelivery]
_TAKE: dict[str, Take] = {
    app_deployments.KIND: _take_for_known_application,
    store.KIND: _take_for_component_deployment,
}
"""Who hears a report about a record of ours, by kind: where a name means several, the first. They give the verdict."""


def _key_of_attempt(key: str, attempt: int) -> str:
    return f"{key} attempt {attempt}"


def _claiming(key: str, deployment: ComponentDeployment) -> Item:
    records = {store.KIND: deployment.id}
    return external_keys.claiming(External(workspace_id=deployment.workspace_id, key=key, records=records))


def _known(told: Told, external: External) -> ComponentDeployment:
    found = store.get_component_deployment(told.workspace_id, external.records[store.KIND])
    if found is None:
        raise NotFound("deployment")
    return found


def _apply(told: Told, was: ComponentDeployment) -> HookDelivery:
    outcome = domain.reported(was, told.report, at=told.at)
    if outcome.steps:
        verdict, events = Verdict.APPLIED, _steps(told, was, outcome)
    else:
        verdict, events = Verdict.DUPLICATE if outcome.is_known else Verdict.LATE, [_ignored(told, was)]
    done = settled(told.delivery, verdict, _about_another(told, was), was.id)
    if verdict is Verdict.DUPLICATE and outcome.deployment == was:
        return hook_deliveries.save_hook_delivery(done)
    try:
        write(was, outcome.deployment, *events, beside=[hook_deliveries.saving(done)])
    except NotFound:
        return _settle(told, Verdict.IGNORED, "its component or environment was deleted, and nothing begins there")
    return done


def _about_another(told: Told, was: ComponentDeployment) -> str | None:
    """What to say where a report names another component than the deployment that goes by its key is of."""
    named = told.report.component_id or told.report.component
    if named is None or named.casefold() in (was.component_id, was.component_name.casefold()):
        return None
    hook = ci_hooks.get_ci_hook(told.delivery.hook_id)
    other = hook and find_other_component(hook, told.report, was.component_id)
    return f"it names the component {other}, but this deployment is of {was.component_name}" if other else None


def _create(told: Told, *, claims: Callable[[ComponentDeployment], list[Item]]) -> HookDelivery:
    """Record a deployment that is not known yet, as far as it has come."""
    hook = ci_hooks.get_ci_hook(told.delivery.hook_id)
    if hook is None:
        return _settle(told, Verdict.IGNORED, "its hook was deleted")
    target = find_target(hook, told.report)
    if isinstance(target, str):
        return _settle(told, Verdict.UNMAPPED, target)
    component, environment = components.get_target(told.workspace_id, *target)
    if component is None or environment is None:
        return _settle(told, Verdict.UNMAPPED, f"its {'environment' if component else 'component'} does not exist")
    if unnamed := find_unnamed(hook, told.report, target):
        return _claim_for_application(told, unnamed)
    fresh = _fresh(told, hook, component, environment)
    outcome = domain.reported(fresh, told.report, at=told.at)
    made = outcome.deployment
    done = settled(told.delivery, Verdict.APPLIED, None, made.id)
    begun = _event(told, fresh, EventKind.CREATED, Status.PENDING)
    try:
        store.create_component_deployment(
            made,
            begun,
            *_steps(told, fresh, outcome),
            effect=effect_of(None, made),
            beside=[hook_deliveries.saving(done), *claims(made)],
        )
    except NotFound as gone:
        return _settle(told, Verdict.UNMAPPED, str(gone))
    except table.Cancelled as refused:
        # Another delivery about the same deployment came first.
        raise StaleWrite("deployment") from refused
    return done


def _fresh(told: Told, hook: CiHook, component: Component, environment: Environment) -> ComponentDeployment:
    """The deployment of a first report, before it is weighed."""
    report, actor = told.report, f"webhook {hook.name}"
    return ComponentDeployment(
        id=randomness.new_uuid(),
        workspace_id=told.workspace_id,
        component_id=component.id,
        component_name=component.name,
        environment_id=environment.id,
        environment_name=environment.name,
        version=report.version,
        attempt=report.attempt or 1,
        deployed_by=report.deployed_by or actor,
        commit_sha=report.commit_sha,
        commit_timestamp=report.commit_timestamp,
        ref=report.ref,
        description=report.description,
        link=report.link,
        metadata={"externalId": report.key, **({"repository": report.repository} if report.repository else {})},
        created_at=told.at,
        created_by=actor,
        updated_at=told.at,
    )


def _settle(told: Told, verdict: Verdict, reason: str) -> HookDelivery:
    return hook_deliveries.save_hook_delivery(settled(told.delivery, verdict, reason, None))


def _steps(told: Told, was: ComponentDeployment, outcome: Reported) -> list[Event]:
    """An entry in the history for each status that it goes through, all at the same time."""
    events: list[Event] = []
    attempt, before = was.attempt, was.status
    for step in outcome.steps:
        if step is Status.PENDING:
            attempt = outcome.deployment.attempt
        events.append(_event(told, was, EventKind.STATUS, step, was=before, attempt=attempt))
        before = step
    return events


def _ignored(told: Told, was: ComponentDeployment) -> Event:
    attempt = f" of attempt {told.report.attempt}" if told.report.attempt not in (None, was.attempt) else ""
    message = f"{told.report.status}{attempt} at {told.report.at:%Y-%m-%d %H:%M:%S} UTC changes nothing"
    return _event(told, was, EventKind.IGNORED, was.status, was=was.status, message=message)


def _event(
    told: Told,
    deployment: ComponentDeployment,
    kind: EventKind,
    status: Status,
    *,
    was: Status | None = None,
    attempt: int | None = None,
    message: str | None = None,
) -> Event:
    return Event(
        at=told.at,
        kind=kind,
        attempt=attempt or deployment.attempt,
        status=status,
        was=was,
        actor=f"webhook {told.delivery.event}",
        message=message,
    )
