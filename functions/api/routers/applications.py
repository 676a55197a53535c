"""Applications over HTTP."""

from fastapi import APIRouter

from auth import AuthorizedCaller
from bodies import StrictRoute
from lull import clock
from lull.use_cases import applications as use_cases
from schemas.applications import (
    ApplicationAnswer,
    ApplicationIn,
    ApplicationOut,
    ApplicationPatch,
    ApplicationsAnswer,
)
from schemas.base import PathUuid
from schemas.errors import responses

router = APIRouter(prefix="/v1/applications", tags=["Applications"], route_class=StrictRoute)


@router.get("", response_model=ApplicationsAnswer, summary="List applications", responses=responses())
async def list_applications(caller: AuthorizedCaller) -> ApplicationsAnswer:
    """Every application of your workspace, by name."""
    return ApplicationsAnswer(applications=[ApplicationOut.of(each) for each in use_cases.list_applications(caller)])


@router.post(
    "",
    response_model=ApplicationAnswer,
    status_code=201,
    summary="Create an application",
    responses=responses(409, 413),
)
async def create_application(caller: AuthorizedCaller, body: ApplicationIn) -> ApplicationAnswer:
    """Create an application: a git repository, who deploys it, and what it is in the matrix.

    Tokens and secrets are kept in AWS Secrets Manager and never shown again.
    """
    created = use_cases.create_application(caller, *body.described(), at=clock.now())
    return ApplicationAnswer(application=ApplicationOut.of(created))


@router.get(
    "/{application_id}", response_model=ApplicationAnswer, summary="Get an application", responses=responses(404)
)
async def get_application(caller: AuthorizedCaller, application_id: PathUuid) -> ApplicationAnswer:
    """One application."""
    return ApplicationAnswer(application=ApplicationOut.of(use_cases.get_application(caller, application_id)))


@router.patch(
    "/{application_id}",
    response_model=ApplicationAnswer,
    summary="Change an application",
    responses=responses(404, 409, 413),
)
async def change_application(
    caller: AuthorizedCaller, application_id: PathUuid, body: ApplicationPatch
) -> ApplicationAnswer:
    """Change the fields that are sent; `repository` and `executor` as a whole.

    A token or secret that is not sent again is kept, unless what it is for moves to another host: then it is dropped,
    the answer is 200 all the same, and `hasToken` or `hasSecret` is false until it is sent with the new address.
    """
    changed = use_cases.change_application(caller, application_id, body.applied_to, at=clock.now())
    return ApplicationAnswer(application=ApplicationOut.of(changed))


@router.delete("/{application_id}", status_code=204, summary="Delete an application", responses=responses(404, 409))
async def delete_application(caller: AuthorizedCaller, application_id: PathUuid) -> None:
    """Delete an application with its secrets and the list of its deployments."""
    use_cases.delete_application(caller, application_id, at=clock.now())
