"""Incidents over HTTP."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BeforeValidator, WithJsonSchema

from auth import AuthorizedCaller, require_own_workspace
from bodies import StrictRoute
from lull import clock
from lull.domain.credentials import Caller, Role
from lull.domain.incidents import Event, EventType, Incident, IncidentState
from lull.use_cases import incidents as use_cases
from schemas.base import PageLimit, PageNumber, PathId, QueryId, page_fields
from schemas.errors import responses
from schemas.incidents import EventOut, IncidentOut, IncidentPageOut, NoteIn

router = APIRouter(prefix="/api/incidents", tags=["Incidents"], route_class=StrictRoute)

# With other names that clients of the Ionhour API use for it.
_STATES = {"ACTIVE": "ACTIVE", "RESOLVED": "RESOLVED", "OPEN": "ACTIVE", "MONITORING": "ACTIVE"}


def _state(value: object) -> object:
    if isinstance(value, str) and value.upper() not in _STATES:
        raise ValueError(f"must be one of {', '.join(_STATES)}, in any case")
    return _STATES[value.upper()] if isinstance(value, str) else value


State = Annotated[
    IncidentState | None,
    Query(description="In any case; OPEN and MONITORING mean ACTIVE."),
    BeforeValidator(_state),
    WithJsonSchema({"type": "string", "enum": [*_STATES]}),
]


def _shown(incident: Incident, caller: Caller) -> Incident:
    """What services send along may be more than everybody should read."""
    return incident if caller.role.includes(Role.MEMBER) else replace(incident, cause=None)


@router.get("", response_model=IncidentPageOut, summary="List incidents", responses=responses())
async def list_incidents(
    caller: AuthorizedCaller,
    workspaceId: QueryId | None = None,  # noqa: N803 the contract's name
    projectId: QueryId | None = None,  # noqa: N803
    checkId: QueryId | None = None,  # noqa: N803
    state: State = None,
    page: PageNumber = 1,
    limit: PageLimit = 20,
) -> IncidentPageOut:
    """The incidents of your workspace, newest first; of one project, of one check, in one state."""
    require_own_workspace(caller, workspaceId)
    found, total = use_cases.list_incidents(
        caller, state=state, project_id=projectId, check_id=checkId, first=(page - 1) * limit, count=limit
    )
    items = [IncidentOut.model_validate(_shown(each, caller)) for each in found]
    return IncidentPageOut(items=items, **page_fields(total=total, page=page, limit=limit, count=len(items)))


@router.get("/{incident_id}", response_model=IncidentOut, summary="Get an incident", responses=responses(404))
async def get_incident(caller: AuthorizedCaller, incident_id: PathId) -> Incident:
    """One incident."""
    return _shown(use_cases.get_incident(caller, incident_id), caller)


@router.post(
    "/{incident_id}/acknowledge",
    response_model=IncidentOut,
    summary="Acknowledge an incident",
    responses=responses(404, 409),
)
async def acknowledge_incident(caller: AuthorizedCaller, incident_id: PathId) -> Incident:
    """Say that somebody knows. Nothing happens the second time; 409 once the incident is resolved."""
    return use_cases.acknowledge_incident(caller, incident_id, at=clock.now())


@router.post(
    "/{incident_id}/resolve",
    response_model=IncidentOut,
    summary="Resolve an incident",
    responses=responses(404, 409),
)
async def resolve_incident(caller: AuthorizedCaller, incident_id: PathId) -> Incident:
    """Close an incident by hand; its check is judged as before, and this outage opens no other one."""
    return use_cases.resolve_incident(caller, incident_id, at=clock.now())


@router.post(
    "/{incident_id}/notes",
    response_model=EventOut,
    status_code=201,
    summary="Add a note to an incident",
    responses=responses(404, 413),
)
async def add_note(caller: AuthorizedCaller, incident_id: PathId, body: NoteIn) -> Event:
    """Add a note to the timeline, also after the incident is resolved."""
    return use_cases.add_note(caller, incident_id, body=body.body, at=clock.now())


@router.get(
    "/{incident_id}/events",
    response_model=list[EventOut],
    summary="Get the timeline of an incident",
    responses=responses(404),
)
async def list_events(caller: AuthorizedCaller, incident_id: PathId) -> list[Event]:
    """What happened, oldest first; entries are never changed."""
    found = use_cases.list_events(caller, incident_id)
    if caller.role.includes(Role.MEMBER):
        return found
    return [replace(each, body=None) if each.type is EventType.OPENED else each for each in found]
