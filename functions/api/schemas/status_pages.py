"""Status pages and their components in requests and responses: seed 003."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import ConfigDict, Field, WithJsonSchema

from lull.domain.custom_domains import Finding, LookedUp
from lull.domain.status_pages import MAX_COMPONENTS, PageComponent, StatusPage, Visibility
from lull.use_cases.custom_domains import Verification
from schemas.base import ABSENT, Id, In, Markup, Name, Out, OutInstant, Patch

_PAGE: dict[str, Any] = {
    "name": "Acme Status",
    "slug": "acme-status",
    "visibility": "PUBLIC",
    "primaryColor": "#4A90D9",
    "showUptimeHistory": True,
    "uptimeHistoryDays": 90,
}
_COMPONENT: dict[str, Any] = {
    "name": "API Gateway",
    "groupName": "Core Services",
    "checkId": 42,
    "position": 1,
    "showUptimeBar": True,
}
_PAGE_OUT = {
    "id": 1,
    "workspaceId": 1,
    **_PAGE,
    "enabled": True,
    "logoUrl": None,
    "faviconUrl": None,
    "backgroundColor": None,
    "showIncidentHistory": True,
    "headerHtml": None,
    "footerHtml": None,
    "customDomain": "status.example.com",
    "domainVerifiedAt": None,
    "createdAt": "2026-03-01T12:30:00Z",
}
_COMPONENT_OUT = {
    "id": 5,
    "pageId": 1,
    **_COMPONENT,
    "description": None,
    "projectId": None,
    "dependencyId": None,
}
_NOT_YET = datetime(2000, 1, 1, tzinfo=UTC)
_SOURCES = ("check_id", "project_id", "dependency_id")


AnyVisibility = Annotated[Visibility, Field(strict=False)]
Password = Annotated[
    str,
    Field(
        description="Of a PASSWORD_PROTECTED page, which needs one: 1 to 256 bytes. It is never shown.",
        json_schema_extra={"writeOnly": True},
    ),
]
GroupName = Annotated[Name, Field(max_length=128)]
# Judged by the domain, in better words; said here for the document.
Slug = Annotated[
    str,
    WithJsonSchema({"type": "string", "maxLength": 128, "pattern": "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$"}),
]
# Judged by the domain as well: it may come in Unicode and capitals.
CustomDomain = Annotated[
    str,
    Field(description="A host name of yours, such as status.example.com; `verify-domain` proves it. null: none."),
    WithJsonSchema({"type": "string", "maxLength": 253}),
]
UptimeDays = Annotated[int, Field(ge=1, le=365)]
OwnerHtml = Annotated[
    Markup,
    Field(
        description="At most 10,000 characters. What may be shown of it is kept, and is what the answer has: texts, "
        "links (http, https, mailto, tel, and paths such as /pricing of the host at which the page is read), pictures "
        "at https addresses, lists and tables, each with its dir and lang, without styles, classes, ids and scripts."
    ),
]
Position = Annotated[int, Field(ge=0, le=1_000_000)]


class StatusPageIn(In):
    model_config = ConfigDict(json_schema_extra={"examples": [_PAGE]})

    name: Name
    slug: Slug
    enabled: bool = Field(default=True, description="false: it is nowhere on the web until this is changed.")
    visibility: AnyVisibility = Visibility.PUBLIC
    password: Password = ABSENT
    logo_url: str | None = None
    favicon_url: str | None = None
    primary_color: str | None = None
    background_color: str | None = None
    show_uptime_history: bool = True
    uptime_history_days: UptimeDays = 90
    show_incident_history: bool = True
    header_html: OwnerHtml | None = None
    footer_html: OwnerHtml | None = None
    custom_domain: CustomDomain | None = None

    def described(self, workspace_id: int) -> StatusPage:
        """The page without the id and the time that it does not have yet."""
        fields = {name: value for name, value in self if name != "password"}
        return StatusPage(id=0, workspace_id=workspace_id, created_at=_NOT_YET, **fields)


class StatusPagePatch(Patch):
    """Only the fields to change."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"customDomain": "status.example.com", "enabled": True}]})

    name: Name = ABSENT
    slug: Slug = ABSENT
    enabled: bool = ABSENT
    visibility: AnyVisibility = ABSENT
    password: Password = ABSENT
    logo_url: str | None = None
    favicon_url: str | None = None
    primary_color: str | None = None
    background_color: str | None = None
    show_uptime_history: bool = ABSENT
    uptime_history_days: UptimeDays = ABSENT
    show_incident_history: bool = ABSENT
    header_html: OwnerHtml | None = None
    footer_html: OwnerHtml | None = None
    custom_domain: CustomDomain | None = None

    def applied_to(self, page: StatusPage) -> StatusPage:
        return replace(page, **{name: value for name, value in self.said().items() if name != "password"})


class ComponentIn(In):
    model_config = ConfigDict(json_schema_extra={"examples": [_COMPONENT]})

    name: Name
    description: Name | None = None
    group_name: GroupName | None = None
    position: Position = 0
    show_uptime_bar: bool = True
    check_id: Id | None = None
    project_id: Id | None = None
    dependency_id: Id | None = None


class ComponentPatch(Patch):
    """Only the fields to change. A component that gets another source loses the one it had."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "API Gateway v2", "groupName": "Platform"}]})

    name: Name = ABSENT
    description: Name | None = None
    group_name: GroupName | None = None
    position: Position = ABSENT
    show_uptime_bar: bool = ABSENT
    check_id: Id | None = None
    project_id: Id | None = None
    dependency_id: Id | None = None

    def applied_to(self, component: PageComponent) -> PageComponent:
        said = self.said()
        if any(said.get(source) is not None for source in _SOURCES):
            said = {**dict.fromkeys(_SOURCES), **said}
        return replace(component, **said)


class ReorderIn(In):
    model_config = ConfigDict(json_schema_extra={"examples": [{"componentIds": [5, 3, 1, 4, 2]}]})

    component_ids: Annotated[list[Id], Field(max_length=MAX_COMPONENTS)] = Field(
        description="Every component of the page, once, in the order to show them in."
    )


class FeedTokenOut(Out):
    model_config = ConfigDict(json_schema_extra={"examples": [{"token": "lft_0123456789abcdefghij"}]})

    token: str


class ComponentOut(Out):
    model_config = ConfigDict(json_schema_extra={"examples": [_COMPONENT_OUT]})

    id: int
    page_id: int
    name: str
    description: str | None
    group_name: str | None
    position: int
    show_uptime_bar: bool
    check_id: int | None
    project_id: int | None
    dependency_id: int | None


class StatusPageOut(Out):
    model_config = ConfigDict(json_schema_extra={"examples": [_PAGE_OUT]})

    id: int
    workspace_id: int
    name: str
    slug: str
    enabled: bool
    visibility: Visibility
    logo_url: str | None
    favicon_url: str | None
    primary_color: str | None
    background_color: str | None
    show_uptime_history: bool
    uptime_history_days: int
    show_incident_history: bool
    header_html: str | None
    footer_html: str | None
    custom_domain: str | None = Field(description="As DNS knows it: lower case, A-labels.")
    domain_verified_at: OutInstant | None = Field(description="Since when the page is served there; null: it is not.")
    created_at: OutInstant


class StatusPageDetailOut(StatusPageOut):
    model_config = ConfigDict(json_schema_extra={"examples": [{**_PAGE_OUT, "components": [_COMPONENT_OUT]}]})

    components: list[ComponentOut]

    @classmethod
    def of(cls, page: StatusPage, components: Sequence[PageComponent]) -> "StatusPageDetailOut":
        return cls(
            **StatusPageOut.model_validate(page).model_dump(),
            components=[ComponentOut.model_validate(component) for component in components],
        )


class SlugOut(Out):
    model_config = ConfigDict(json_schema_extra={"examples": [{"isAvailable": True}]})

    is_available: bool


_VERIFICATION_OUT: dict[str, Any] = {
    "verified": False,
    "cname": {"name": "status.example.com", "found": ["pages.lull.example"], "result": "MATCHES", "ok": True},
    "txt": {"name": "_lull-challenge.status.example.com", "found": [], "result": "NOT_FOUND", "ok": False},
    "expected": {"cname": "pages.lull.example", "txt": "lull-page-1-0123456789abcdefghijABCDEFGHIJ01"},
}


class LookedUpOut(Out):
    """What one look-up has found. `found` are the CNAMEs one after another, addresses without one, or TXT records."""

    name: str
    found: list[str]
    result: Finding
    ok: bool


class ExpectedRecordsOut(Out):
    cname: str
    txt: str


class VerificationOut(Out):
    model_config = ConfigDict(json_schema_extra={"examples": [_VERIFICATION_OUT]})

    verified: bool
    cname: LookedUpOut
    txt: LookedUpOut
    expected: ExpectedRecordsOut

    @classmethod
    def of(cls, made: Verification) -> "VerificationOut":
        return cls(
            verified=made.verified,
            cname=_looked_up(made.evidence.cname),
            txt=_looked_up(made.evidence.txt),
            expected=ExpectedRecordsOut(cname=made.expected_cname, txt=made.expected_txt),
        )


def _looked_up(found: LookedUp) -> LookedUpOut:
    return LookedUpOut(name=found.name, found=list(found.found), result=found.finding, ok=found.finding.is_right)
