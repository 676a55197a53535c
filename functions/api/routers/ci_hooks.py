"""CI hooks over HTTP: who may send deployments here, and what came of what they sent."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BeforeValidator

from auth import AuthorizedCaller
from bodies import StrictRoute
from lull import clock
from lull.domain.hook_deliveries import HookDelivery
from lull.use_cases import ci_hooks as use_cases
from lull.use_cases import hook_deliveries as deliveries
from schemas.base import ListSkip, ListTake, PathUuid, digits_from_zero
from schemas.ci_hooks import (
    CiHookIn,
    CiHookOut,
    CiHookPageOut,
    CiHookPatch,
    HookId,
    NewCiHookOut,
    RotateHookSecretIn,
)
from schemas.errors import responses
from schemas.hook_deliveries import HookDeliveriesOut, HookDeliveryOut

router = APIRouter(prefix="/api/v1/hooks", tags=["CI hooks"], route_class=StrictRoute)

DeliverySkip = Annotated[
    int, BeforeValidator(digits_from_zero), Query(ge=0, le=1_000, description="How many to leave out.")
]


@router.get("", response_model=CiHookPageOut, summary="List CI hooks", responses=responses())
async def list_ci_hooks(caller: AuthorizedCaller, skip: ListSkip = 0, take: ListTake = 20) -> CiHookPageOut:
    """The hooks of your workspace, the oldest first, without their secrets."""
    found, total = use_cases.list_hooks(caller, skip=skip, take=take)
    return CiHookPageOut(data=[CiHookOut.of(each) for each in found], total=total, skip=skip, take=take)


@router.post(
    "", response_model=NewCiHookOut, status_code=201, summary="Create a CI hook", responses=responses(409, 413)
)
async def create_ci_hook(caller: AuthorizedCaller, body: CiHookIn) -> Any:
    """A URL for the webhook of a repository, and the secret to give it. The answer holds that this once.

    Deployments whose repository fits a rule are recorded as deployments of its component, in the environment of the
    same name unless the rule says another; and their checks are quiet while they run.
    """
    hook, secret = use_cases.create_hook(caller, body.described(), secret=body.secret, at=clock.now())
    return NewCiHookOut.of(hook, secret=secret)


@router.get("/{hook_id}", response_model=CiHookOut, summary="Get a CI hook", responses=responses(404))
async def get_ci_hook(caller: AuthorizedCaller, hook_id: HookId) -> Any:
    """One hook, without its secret."""
    return CiHookOut.of(use_cases.get_hook(caller, hook_id))


@router.patch("/{hook_id}", response_model=CiHookOut, summary="Change a CI hook", responses=responses(404, 409, 413))
async def change_ci_hook(caller: AuthorizedCaller, hook_id: HookId, body: CiHookPatch) -> Any:
    """Change the fields that are sent. A disabled hook answers 404."""
    return CiHookOut.of(use_cases.change_hook(caller, hook_id, body.applied_to))


@router.delete("/{hook_id}", status_code=204, summary="Delete a CI hook", responses=responses(404, 409))
async def delete_ci_hook(caller: AuthorizedCaller, hook_id: HookId) -> None:
    """Delete a hook. Its URL is dead at once; the deployments that it told of stay on record."""
    use_cases.delete_hook(caller, hook_id)


@router.post(
    "/{hook_id}/rotate-secret",
    response_model=NewCiHookOut,
    summary="Rotate the secret of a CI hook",
    responses=responses(404, 409, 413),
)
async def rotate_hook_secret(caller: AuthorizedCaller, hook_id: HookId, body: RotateHookSecretIn | None = None) -> Any:
    """A new secret, shown this once. The old one is accepted too for 24 hours, or until `expireOldAt`."""
    said = body or RotateHookSecretIn()
    hook, secret = use_cases.rotate_secret(
        caller, hook_id, secret=said.secret, old_until=said.expire_old_at, at=clock.now()
    )
    return NewCiHookOut.of(hook, secret=secret)


@router.get(
    "/{hook_id}/deliveries",
    response_model=HookDeliveriesOut,
    summary="List the deliveries of a CI hook",
    responses=responses(404),
)
async def list_hook_deliveries(
    caller: AuthorizedCaller, hook_id: HookId, skip: DeliverySkip = 0, take: ListTake = 20
) -> HookDeliveriesOut:
    """What came in the last 14 days, newest first, and what became of it. Events of other things are not kept."""
    found, more = deliveries.list_deliveries(caller, hook_id, skip=skip, take=take, at=clock.now())
    return HookDeliveriesOut(data=[HookDeliveryOut.of(each) for each in found], skip=skip, take=take, has_more=more)


@router.post(
    "/{hook_id}/deliveries/{delivery_id}/replay",
    response_model=HookDeliveryOut,
    summary="Replay a delivery",
    responses=responses(404, 409),
)
async def replay_hook_delivery(caller: AuthorizedCaller, hook_id: HookId, delivery_id: PathUuid) -> HookDeliveryOut:
    """Have a delivery that was unmapped applied by the rules of now: within a second or two."""
    replayed: HookDelivery = deliveries.replay_delivery(caller, hook_id, delivery_id, at=clock.now())
    return HookDeliveryOut.of(replayed)
