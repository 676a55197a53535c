"""CI webhooks: the URL that a repository's events are sent to, what they are signed with, and what they are about.

The stored hook decides how a request is verified and read, never what the request says of itself (section 9 of the
semantics).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from fnmatch import fnmatchcase

from lull.domain.deployment_reports import Report, Source
from lull.domain.errors import FieldError, Invalid

MAX_HOOKS = 100
"""Of one workspace."""
MAX_RULES = 50
MAX_PATTERNS = 20
ID_LENGTH = 32
"""Base-62 characters: 190 bits that nobody guesses."""
SECRET_LENGTH = 40
OLD_SECRET_VALID_FOR = timedelta(hours=24)
LONGEST_ROTATION = timedelta(days=30)


class Provider(StrEnum):
    GITHUB = "github"
    GITLAB = "gitlab"
    STANDARD = "standard"
    """Whatever speaks Standard Webhooks."""


class Scheme(StrEnum):
    """How deliveries prove where they come from."""

    HMAC = "hmac"
    """GitHub: HMAC-SHA256 of the body, in `X-Hub-Signature-256`."""
    TOKEN = "token"  # noqa: S105 no password
    """GitLab: the secret itself, in `X-Gitlab-Token`."""
    SIGNING = "signing"
    """Standard Webhooks, and GitLab with a signing token: HMAC-SHA256 of id, timestamp and body."""


SCHEMES: dict[Provider, tuple[Scheme, ...]] = {
    Provider.GITHUB: (Scheme.HMAC,),
    Provider.GITLAB: (Scheme.TOKEN, Scheme.SIGNING),
    Provider.STANDARD: (Scheme.SIGNING,),
}
"""What each provider can do; the first is the default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentRule:
    pattern: str
    """Of environment names, as a shell matches names (`*`, `?`, `[ab]`; `*` goes beyond a `/`), whatever their case."""
    environment_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What the events of a repository are about."""

    repository: str
    """`owner/name` or `group/path`, matched likewise; or the provider's numeric id."""
    path: str | None = None
    """GitHub: the file of the workflow; GitLab: the name of the pipeline; matched like `repository`."""
    source: Source = Source.DEPLOYMENTS
    component_id: str
    environments: tuple[EnvironmentRule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HookSecret:
    value: str
    expires_at: datetime | None = None
    """Of the one before, while senders are told the new one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CiHook:
    id: str
    workspace_id: int
    name: str
    provider: Provider
    scheme: Scheme
    enabled: bool = True
    rules: tuple[Rule, ...] = ()
    secrets: tuple[HookSecret, ...] = ()
    """The newest first."""
    created_at: datetime
    created_by: str
    revision: int = 0

    def live_secrets(self, at: datetime) -> list[str]:
        return [each.value for each in self.secrets if each.expires_at is None or at < each.expires_at]

    @property
    def wants_runs(self) -> bool:
        return any(rule.source is Source.RUNS for rule in self.rules)


def rotated(hook: CiHook, secret: str, *, old_until: datetime, at: datetime) -> CiHook:
    """With a new secret; the newest one before stays valid until `old_until`, and no other does."""
    newest = replace(hook.secrets[0], expires_at=old_until)
    kept = (newest,) if at < old_until else ()
    return replace(hook, secrets=(HookSecret(value=secret), *kept))


def validated(hook: CiHook) -> CiHook:
    """Return the hook, or raise Invalid naming each field that does not go with its provider."""
    errors: list[FieldError] = []
    if hook.scheme not in SCHEMES[hook.provider]:
        able = " or ".join(SCHEMES[hook.provider])
        errors.append(FieldError("scheme", f"must be {able} for {hook.provider}"))
    for number, rule in enumerate(hook.rules):
        errors += _rule_errors(hook.provider, rule, f"rules.{number}")
    if errors:
        raise Invalid(*errors)
    return hook


def _rule_errors(provider: Provider, rule: Rule, field: str) -> list[FieldError]:
    if rule.source is Source.DEPLOYMENTS:
        if rule.path is not None and provider is Provider.GITLAB:
            return [FieldError(f"{field}.path", "GitLab's deployments name no pipeline; it goes with the source runs")]
        return []
    if provider is Provider.STANDARD:
        return [FieldError(f"{field}.source", "runs are GitHub's and GitLab's")]
    if [each.pattern for each in rule.environments] != ["*"]:
        return [FieldError(f"{field}.environments", "must be one entry with the pattern *: runs name no environment")]
    return []


def matching_rules(rules: Sequence[Rule], report: Report) -> list[Rule]:
    """The rules that a report is for, in their order."""
    return [rule for rule in rules if _is_for(rule, report)]


def _is_for(rule: Rule, report: Report) -> bool:
    if rule.source is not report.source or report.repository is None:
        return False
    if rule.path is not None and not _fits(rule.path, report.path):
        return False
    if rule.repository.isdecimal():
        return rule.repository == report.repository_id
    return _fits(rule.repository, report.repository)


def environment_of(rule: Rule, report: Report) -> str | None:
    """The environment that the rule itself names for a report."""
    return next((each.environment_id for each in rule.environments if _fits(each.pattern, report.environment)), None)


def _fits(pattern: str, text: str | None) -> bool:
    # Translated to a regular expression that never goes back over a `*`.
    return fnmatchcase((text or "").casefold(), pattern.casefold())
