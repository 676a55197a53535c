"""Alert channels over HTTP."""

from fastapi import APIRouter

from auth import AuthorizedCaller, require_own_workspace
from bodies import StrictRoute
from lull import clock
from lull.use_cases import alert_channels as use_cases
from lull.use_cases.alert_channels import Tried
from schemas.alert_channels import (
    AlertChannelIn,
    AlertChannelOut,
    AlertChannelPatch,
    AlertChannelSecretOut,
    TriedOut,
)
from schemas.base import PathId, QueryId
from schemas.errors import responses

router = APIRouter(prefix="/api/alert-channels", tags=["Alert channels"], route_class=StrictRoute)


@router.get("", response_model=list[AlertChannelOut], summary="List alert channels", responses=responses())
async def list_alert_channels(
    caller: AuthorizedCaller,
    workspaceId: QueryId | None = None,  # noqa: N803 the contract's name
) -> list[AlertChannelOut]:
    """Every alert channel of your workspace, by id."""
    require_own_workspace(caller, workspaceId)
    return [AlertChannelOut.of(each, caller) for each in use_cases.list_alert_channels(caller)]


@router.post(
    "",
    response_model=AlertChannelSecretOut,
    status_code=201,
    summary="Create an alert channel",
    responses=responses(409, 413),
)
async def create_alert_channel(caller: AuthorizedCaller, body: AlertChannelIn) -> AlertChannelSecretOut:
    """Tell somebody of every incident that is opened, and of its end: by e-mail, by a signed webhook, in Slack."""
    require_own_workspace(caller, body.workspace_id)
    created = use_cases.create_alert_channel(caller, body.described(), at=clock.now())
    return AlertChannelSecretOut.model_validate(created)


@router.get("/{channel_id}", response_model=AlertChannelOut, summary="Get an alert channel", responses=responses(404))
async def get_alert_channel(caller: AuthorizedCaller, channel_id: PathId) -> AlertChannelOut:
    """One alert channel, and how it is doing."""
    return AlertChannelOut.of(use_cases.get_alert_channel(caller, channel_id), caller)


@router.patch(
    "/{channel_id}",
    response_model=AlertChannelOut,
    summary="Change an alert channel",
    responses=responses(404, 409, 413),
)
async def change_alert_channel(
    caller: AuthorizedCaller, channel_id: PathId, body: AlertChannelPatch
) -> AlertChannelOut:
    """Change only the fields that are sent. A channel that was disabled for its failures is enabled again by hand."""
    return AlertChannelOut.of(use_cases.change_alert_channel(caller, channel_id, body.applied_to), caller)


@router.delete("/{channel_id}", status_code=204, summary="Delete an alert channel", responses=responses(404))
async def delete_alert_channel(caller: AuthorizedCaller, channel_id: PathId) -> None:
    """Delete an alert channel. What it was still to be told is not sent."""
    use_cases.delete_alert_channel(caller, channel_id)


@router.post(
    "/{channel_id}/rotate-secret",
    response_model=AlertChannelSecretOut,
    summary="Rotate the secret of a webhook",
    responses=responses(404, 409),
)
async def rotate_secret(caller: AuthorizedCaller, channel_id: PathId) -> AlertChannelSecretOut:
    """A new secret, shown this once; deliveries are signed with it from now on."""
    return AlertChannelSecretOut.model_validate(use_cases.rotate_secret(caller, channel_id))


@router.post("/{channel_id}/test", response_model=TriedOut, summary="Test an alert channel", responses=responses(404))
async def test_alert_channel(caller: AuthorizedCaller, channel_id: PathId) -> Tried:
    """Send a test message the way that alerts take, and say how it went."""
    return use_cases.test_alert_channel(caller, channel_id, at=clock.now())
