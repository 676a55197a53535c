"""What callers can do with CI hooks."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from lull import randomness
from lull.domain import ci_hooks as domain
from lull.domain.ci_hooks import CiHook, HookSecret, Rule
from lull.domain.credentials import Caller
from lull.domain.errors import Conflict, FieldError, Invalid, NotFound, invalid
from lull.store import ci_hooks as store
from lull.store import components, environments
from lull.use_cases.retrying import on_stale_write


def create_hook(caller: Caller, described: CiHook, *, secret: str | None, at: datetime) -> tuple[CiHook, str]:
    """A new hook and its secret, ours unless the sender brings one. Raises Invalid naming fields, Conflict if full."""
    secret = secret or _new_secret(described)
    hook = replace(
        domain.validated(described),
        id=randomness.secret(domain.ID_LENGTH),
        workspace_id=caller.workspace_id,
        secrets=(HookSecret(value=secret),),
        created_at=at,
        created_by=caller.actor,
    )
    _require_known(caller, hook.rules)
    return on_stale_write(lambda: store.create_ci_hook(hook)), secret


def _new_secret(hook: CiHook) -> str:
    """As Standard Webhooks writes secrets where it is one; a word elsewhere."""
    return (
        randomness.signing_secret() if hook.scheme is domain.Scheme.SIGNING else randomness.secret(domain.SECRET_LENGTH)
    )


def _require_known(caller: Caller, rules: Sequence[Rule]) -> None:
    """Raises Invalid naming each component and environment of the rules that does not exist."""
    if not rules:
        return
    known = {each.id for each in components.list_components(caller.workspace_id)}
    places = {each.id for each in environments.list_environments(caller.workspace_id)}
    errors = []
    for number, rule in enumerate(rules):
        if rule.component_id not in known:
            errors.append(FieldError(f"rules.{number}.componentId", "is not a component of your workspace"))
        for position, each in enumerate(rule.environments):
            if each.environment_id not in places:
                field = f"rules.{number}.environments.{position}.environmentId"
                errors.append(FieldError(field, "is not an environment of your workspace"))
    if errors:
        raise Invalid(*errors)


def get_hook(caller: Caller, hook_id: str) -> CiHook:
    hook = store.get_ci_hook(hook_id)
    if hook is None or hook.workspace_id != caller.workspace_id:
        raise NotFound("hook")
    return hook


def list_hooks(caller: Caller, *, skip: int, take: int) -> tuple[list[CiHook], int]:
    """Hooks from position `skip` on, the oldest first, and how many there are in all."""
    found = store.list_ci_hooks(caller.workspace_id)
    return found[skip : skip + take], len(found)


def change_hook(caller: Caller, hook_id: str, change: Callable[[CiHook], CiHook]) -> CiHook:
    """Write what `change` makes of the settings. Raises Invalid naming fields."""

    def decide() -> CiHook:
        hook = get_hook(caller, hook_id)
        changed = domain.validated(change(hook))
        if changed.rules != hook.rules:
            _require_known(caller, changed.rules)
        return store.save_ci_hook(changed)

    return on_stale_write(decide)


def rotate_secret(
    caller: Caller, hook_id: str, *, secret: str | None, old_until: datetime | None, at: datetime
) -> tuple[CiHook, str]:
    """A new secret; the old one stays valid for a day, or until `old_until`. Raises Invalid if that is too far away."""
    old_until = old_until or at + domain.OLD_SECRET_VALID_FOR
    if old_until > at + domain.LONGEST_ROTATION:
        raise invalid("expireOldAt", f"must be within {domain.LONGEST_ROTATION.days} days")
    ours = (randomness.signing_secret(), randomness.secret(domain.SECRET_LENGTH))

    def decide() -> tuple[CiHook, str]:
        hook = get_hook(caller, hook_id)
        new = secret or (ours[0] if hook.scheme is domain.Scheme.SIGNING else ours[1])
        if any(each.value == new for each in hook.secrets):
            raise Conflict("this is a secret of the hook already")
        return store.save_ci_hook(domain.rotated(hook, new, old_until=old_until, at=at)), new

    return on_stale_write(decide)


def delete_hook(caller: Caller, hook_id: str) -> None:
    """Its URL is dead at once; what was received and not applied yet is ignored."""
    hook = get_hook(caller, hook_id)
    on_stale_write(lambda: store.delete_ci_hook(hook))
