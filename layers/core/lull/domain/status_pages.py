"""Status pages and the components they show: seed 003 and section 6 of the semantics."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlsplit

from lull.domain.errors import FieldError, Invalid


class Visibility(StrEnum):
    PUBLIC = "PUBLIC"
    PASSWORD_PROTECTED = "PASSWORD_PROTECTED"  # noqa: S105 no password
    PRIVATE = "PRIVATE"


class Source(StrEnum):
    """What a component stands for."""

    CHECK = "check"
    PROJECT = "project"
    DEPENDENCY = "dependency"


# They are or may become paths of the installation itself.
RESERVED_SLUGS = frozenset(
    {"admin", "api", "app", "assets", "auth", "docs", "health", "login", "logout", "public", "static"}
    | {"status", "www"}
)
MAX_COMPONENTS = 90
"""Of one page: a reorder and all it names fit into one transaction."""

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,126}[a-z0-9])?")
_COLOR = re.compile(r"#(?:[0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})")
_LONGEST_URL = 2048
# Beside a bracket there is a port or nothing; not every release of urlsplit sees to it.
_ADDRESS_IN_BRACKETS = re.compile(r"[^\[\]]*|\[[0-9A-Fa-f:.]+\](?::[0-9]*)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusPage:
    id: int
    workspace_id: int
    name: str
    slug: str
    enabled: bool = True
    visibility: Visibility = Visibility.PUBLIC
    logo_url: str | None = None
    favicon_url: str | None = None
    primary_color: str | None = None
    background_color: str | None = None
    show_uptime_history: bool = True
    uptime_history_days: int = 90
    show_incident_history: bool = True
    header_html: str | None = None
    footer_html: str | None = None
    custom_domain: str | None = None
    """A host name as DNS knows it, whether or not it is proven to be the page's."""
    domain_proof: str | None = None
    """What a TXT record proves it by; since the first host, and for life."""
    domain_verified_at: datetime | None = None
    """Since when the host is the page's and no other's."""
    created_at: datetime
    revision: int = 0

    @property
    def verified_host(self) -> str | None:
        """The host that it is served under, beside its slug."""
        return self.custom_domain if self.domain_verified_at else None

    @property
    def is_public(self) -> bool:
        """Whether strangers may see it; nothing of any other page is ever where they can read it."""
        return self.enabled and self.visibility is Visibility.PUBLIC

    @property
    def takes_password(self) -> bool:
        return self.visibility is Visibility.PASSWORD_PROTECTED


@dataclass(frozen=True, slots=True, kw_only=True)
class PageComponent:
    """One line of a page. Stands for one check, one project or one dependency."""

    id: int
    page_id: int
    workspace_id: int
    name: str
    description: str | None = None
    group_name: str | None = None
    position: int = 0
    show_uptime_bar: bool = True
    check_id: int | None = None
    project_id: int | None = None
    dependency_id: int | None = None
    revision: int = 0

    @property
    def source(self) -> tuple[Source, int]:
        """What it stands for, and the id of that."""
        ((source, source_id),) = _named_sources(self)
        return source, source_id


def _named_sources(component: PageComponent) -> list[tuple[Source, int]]:
    named = [
        (Source.CHECK, component.check_id),
        (Source.PROJECT, component.project_id),
        (Source.DEPENDENCY, component.dependency_id),
    ]
    return [(source, source_id) for source, source_id in named if source_id is not None]


def source_field(source: Source) -> str:
    """The field of the API that names a source.

    >>> source_field(Source.CHECK)
    'checkId'
    """
    return f"{source}Id"


def slug_errors(slug: str) -> list[FieldError]:
    """What is wrong with a slug, whether or not it is taken."""
    if not _SLUG.fullmatch(slug):
        rule = "must be 1 to 128 lower-case letters, digits and hyphens, with no hyphen at either end"
        return [FieldError("slug", rule)]
    return [FieldError("slug", "is a reserved word")] if slug in RESERVED_SLUGS else []


def validated_page(page: StatusPage) -> StatusPage:
    """Return the page, or raise Invalid naming each field that breaks a rule."""
    errors = [
        *slug_errors(page.slug),
        *_url_errors("logoUrl", page.logo_url),
        *_url_errors("faviconUrl", page.favicon_url),
        *_color_errors("primaryColor", page.primary_color),
        *_color_errors("backgroundColor", page.background_color),
    ]
    if not 1 <= page.uptime_history_days <= 365:
        errors.append(FieldError("uptimeHistoryDays", "must be 1 to 365"))
    if errors:
        raise Invalid(*errors)
    return page


def validated_component(component: PageComponent) -> PageComponent:
    """Return the component, or raise Invalid unless it names exactly one source."""
    named = _named_sources(component)
    if len(named) == 1:
        return component
    rule = "exactly one of checkId, projectId and dependencyId is required"
    raise Invalid(*(FieldError(source_field(source), rule) for source, _ in named or [(Source.CHECK, 0)]))


def _color_errors(field: str, color: str | None) -> list[FieldError]:
    if color is None or _COLOR.fullmatch(color):
        return []
    return [FieldError(field, "must be a hex colour such as #4A90D9")]


def _url_errors(field: str, url: str | None) -> list[FieldError]:
    if url is None:
        return []
    if len(url) > _LONGEST_URL:
        return [FieldError(field, f"must have at most {_LONGEST_URL:,} characters")]
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
        host = host if _ADDRESS_IN_BRACKETS.fullmatch(parts.netloc) else None
    except ValueError:
        host = None
    # Browsers drop or rewrite these, so what was checked would not be what is loaded.
    if not host or parts.scheme != "https" or not url.isprintable() or re.search(r"[\s\\]", url):
        return [FieldError(field, "must be an https URL")]
    return [FieldError(field, "must not contain credentials")] if "@" in parts.netloc else []
