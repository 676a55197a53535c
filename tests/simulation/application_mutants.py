"""Planted bugs of applications, their deployments and their executors."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any
from unittest import mock

from lull import randomness
from lull.domain import app_deployments as domain
from lull.domain import callbacks, executor_calls
from lull.domain.app_deployments import AppDeployment, Call
from lull.domain.applications import Application, Secrets
from lull.domain.component_deployments import ComponentDeployment
from lull.domain.component_deployments import Status as ComponentStatus
from lull.gateways import secrets as vault
from lull.gateways.executors import github_deployments, webhook
from lull.gateways.executors.orders import refused
from lull.store import app_deployments as store
from lull.store import applications as application_store
from lull.store import component_deployments as component_store
from lull.store import due, idempotency, keys, table
from lull.store.codec import Item, integer
from lull.use_cases import app_deployments as use_cases
from lull.use_cases import applications
from tests.simulation.mutants import Mutant, together


def _numbers_apart() -> Any:
    """The next number is taken first: whoever dies with it, or is refused, leaves a gap."""

    def get_last_number(workspace_id: int, application_id: str) -> int:
        last = real(workspace_id, application_id)
        key = keys.last_deploy_number(workspace_id, application_id)
        taking = table.update(
            key, "SET #n = :next", condition=table.ANYHOW, names={"#n": "n"}, values={":next": integer(last + 1)}
        )
        table.write(taking)
        return last

    def numbering(deployment: AppDeployment) -> Item:
        return table.require(keys.last_deploy_number(deployment.workspace_id, deployment.application_id))

    real = store.get_last_number
    return together(
        mock.patch.object(store, "get_last_number", get_last_number),
        mock.patch.object(store, "_numbering", numbering),
    )


def _records_apart() -> Any:
    """The component deployment is recorded first, the one that drives it afterwards."""

    def create(deployment: AppDeployment, *, driven: store.Driven | None = None, **more: Any) -> AppDeployment:
        if driven:
            component_store.create_component_deployment(driven.deployment, driven.event)
        return real(deployment, driven=None, **more)

    real = store.create_app_deployment
    return mock.patch.object(store, "create_app_deployment", create)


def _claims_its_key_apart() -> Any:
    """The idempotency key is taken after the deployment has been made."""

    def create(deployment: AppDeployment, *, once: Any = None, **more: Any) -> AppDeployment:
        made = real(deployment, **more)
        if once:
            table.transact([idempotency.claiming(once, made.id, at=made.created_at)])
        return made

    real = store.create_app_deployment
    return mock.patch.object(store, "create_app_deployment", create)


def _takes_no_lease() -> Any:
    """Whoever finds a call due makes it, and it is due until that is noted."""

    def leased(deployment: AppDeployment, **more: Any) -> AppDeployment | None:
        found = real(deployment, **more)
        if found is None or found.call is None or deployment.call is None:
            return found
        return replace(found, call=replace(found.call, next_at=deployment.call.next_at))

    real = executor_calls.leased
    return mock.patch.object(executor_calls, "leased", leased)


def _saves_unseen() -> Any:
    """Whatever has become of a deployment since it was read, the later write wins."""

    def save(deployment: AppDeployment, *, beside: Any = ()) -> AppDeployment:
        stored = store.get_app_deployment(deployment.workspace_id, deployment.id)
        revision = stored.revision if stored else deployment.revision
        return real(replace(deployment, revision=revision), beside=beside)

    real = store.save_app_deployment
    return mock.patch.object(store, "save_app_deployment", save)


def _begins_what_is_over() -> Any:
    """What was to be begun still is, though somebody has cancelled it."""

    def left_to_tell(was: AppDeployment, _now: AppDeployment, *, at: datetime) -> Call | None:
        return was.call

    return mock.patch.object(domain, "_left_to_tell", left_to_tell)


def _stops_nobody() -> Any:
    return mock.patch.object(domain, "_left_to_tell", return_value=None)


def _notes_before_it_drives() -> Any:
    """Its component deployment is noted as brought along, and then brought."""

    def drive(deployment: AppDeployment, *, at: datetime) -> None:
        noted = store.save_app_deployment(replace(deployment, driven=deployment.drives_to))
        with mock.patch.object(store, "save_app_deployment", return_value=noted):
            real(deployment, at=at)

    real = use_cases._drive
    return mock.patch.object(use_cases, "_drive", drive)


def _drives_what_is_theirs() -> Any:
    """Whatever a person has made of it, the component deployment follows."""

    def driving(current: ComponentDeployment, target: ComponentStatus) -> tuple[ComponentStatus, ...]:
        return real(replace(current, attempt=1, status=_before(current.status)), target)

    def _before(status: ComponentStatus) -> ComponentStatus:
        return ComponentStatus.PENDING if status is ComponentStatus.FAILED else status

    real = domain.driving
    return mock.patch.object(domain, "driving", driving)


def _leaves_what_a_deadline_ended() -> Any:
    """What its own deadline has ended stays failed, though it was there in time."""

    def driving(current: ComponentDeployment, target: ComponentStatus) -> tuple[ComponentStatus, ...]:
        return () if current.status is ComponentStatus.FAILED else real(current, target)

    real = domain.driving
    return mock.patch.object(domain, "driving", driving)


def _calls_it_by_new_names() -> Any:
    """Each try of a webhook has an id of its own: no receiver can tell a repetition."""

    def posted(order: Any, kind: str, message_id: str, data: Any) -> Any:
        return real(order, kind, f"{message_id}_{randomness.secret(8)}", data)

    real = webhook._posted
    return mock.patch.object(webhook, "_posted", posted)


def _does_not_search() -> Any:
    """GitHub is asked again without a look at what an earlier try has made."""

    async def made_before(_conversation: Any, _order: Any) -> None:
        return None

    return mock.patch.object(github_deployments, "_made_before", made_before)


def _stops_what_it_knows_alone() -> Any:
    """What GitHub has begun, and nobody heard of, goes on after it was cancelled."""
    real = github_deployments._stopped

    async def stopped(order: Any) -> Any:
        return await real(order) if order.deployment.external_id else refused("unknown")

    return mock.patch.object(github_deployments, "_stopped", stopped)


def _forgets_earlier_tokens() -> Any:
    """Only the token of the last try is good."""

    def leased(deployment: AppDeployment, *, callback_hash: str | None, at: datetime) -> AppDeployment | None:
        found = real(deployment, callback_hash=callback_hash, at=at)
        return found and replace(found, callback_hashes=found.callback_hashes[-1:])

    real = executor_calls.leased
    return mock.patch.object(executor_calls, "leased", leased)


def _takes_any_token() -> Any:
    """Whoever has a callback token has that of every deployment."""

    def is_one_of(_token: str, hashes: Iterable[str]) -> bool:
        return bool(tuple(hashes))

    return mock.patch.object(callbacks, "is_one_of", is_one_of)


def _never_gives_up() -> Any:
    """A deployment whose executor keeps silent goes on for ever."""
    return mock.patch.object(AppDeployment, "expires_at", property(lambda _deployment: None))


def _swept_by_nobody() -> Any:
    def list_due(*, until: datetime) -> Iterator[due.Due]:
        return (each for each in real(until=until) if each.kind != store.KIND)

    real = due.list_due
    return mock.patch.object(due, "list_due", list_due)


def _drops_the_old_secret_first() -> Any:
    """The secret of an application is gone before it has another one."""

    def written(application: Application, secrets: Secrets, write: Any, **moment: Any) -> Application:
        was = application_store.get_application(application.workspace_id, application.id)
        if was:
            vault.delete(was.secret_name)
        return real(application, secrets, write, **moment)

    real = applications._written
    return mock.patch.object(applications, "_written", written)


_PAST = "driving past both deadlines"

MUTANTS = [
    Mutant("numbers apart", _numbers_apart, ("trigger a deployment",)),
    Mutant("records apart", _records_apart, ("trigger a webhook",)),
    Mutant("claims the key of a trigger apart", _claims_its_key_apart, (), ("two triggers with one key",)),
    Mutant("takes no lease to call", _takes_no_lease, (), ("beginning twice",)),
    Mutant("saves application deployments unseen", _saves_unseen, (), ("report and cancellation",)),
    Mutant("begins what is over", _begins_what_is_over, ("cancel before it began",)),
    Mutant("stops nobody", _stops_nobody, ("cancel what GitHub does",)),
    Mutant("notes before it drives", _notes_before_it_drives, ("drive what is there",)),
    Mutant("drives what is theirs", _drives_what_is_theirs, (), ("driving and a person",)),
    Mutant("leaves what a deadline ended", _leaves_what_a_deadline_ended, (), (_PAST,), is_long=True),
    Mutant("calls it by new names", _calls_it_by_new_names, ("have a webhook begin",)),
    Mutant("does not search", _does_not_search, ("have GitHub begin what may have begun",)),
    Mutant("stops what it knows alone", _stops_what_it_knows_alone, ("have GitHub stop what may have begun",)),
    Mutant("forgets earlier tokens", _forgets_earlier_tokens, ("have a webhook begin once more",)),
    Mutant("takes any token", _takes_any_token, (), ("report by whoever deploys another",)),
    Mutant("never gives up", _never_gives_up, ("pass the deadline of a trigger",)),
    Mutant("application deployments swept by nobody", _swept_by_nobody, ("sweep of applications",)),
    Mutant("drops the old secret first", _drops_the_old_secret_first, ("change a secret",)),
]
