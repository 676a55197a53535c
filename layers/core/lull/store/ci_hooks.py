"""CI hooks in the table: found by their id alone, listed in their workspace, which counts them."""

from dataclasses import replace

from lull import randomness
from lull.domain.ci_hooks import MAX_HOOKS, CiHook
from lull.domain.errors import Conflict, NotFound
from lull.store import keys, table
from lull.store.codec import integer
from lull.store.records import Records

_records = Records(CiHook, "hook")


def get_ci_hook(hook_id: str) -> CiHook | None:
    """Of whatever workspace."""
    return _records.get(keys.ci_hook(hook_id))


def list_ci_hooks(workspace_id: int) -> list[CiHook]:
    """Every hook of the workspace, the oldest first."""
    listed = table.query_all(keys.in_workspace(workspace_id), begins_with=keys.HOOK)
    ids = [keys.listed_hook_id(item["SK"]["S"]) for item in listed]
    found = {each.id: each for each in _records.get_many([keys.ci_hook(each) for each in ids])}
    return [found[each] for each in ids if each in found]


def create_ci_hook(hook: CiHook) -> CiHook:
    """Raises Conflict if the workspace has as many as it may."""
    token = randomness.secret(16)
    counting = table.update(
        keys.ci_hook_count(hook.workspace_id),
        "SET hooks = if_not_exists(hooks, :none) + :one",
        condition="attribute_not_exists(hooks) OR hooks < :most",
        values={":none": integer(0), ":one": integer(1), ":most": integer(MAX_HOOKS)},
    )
    listing = table.put(_listing(hook), {}, condition=table.ANYHOW)
    try:
        table.transact([_records.creating(keys.ci_hook(hook.id), hook, token=token), counting, listing], token=token)
    except table.Cancelled as refused:
        raise Conflict(f"a workspace has at most {MAX_HOOKS} hooks") from refused
    return replace(hook, revision=1)


def save_ci_hook(hook: CiHook) -> CiHook:
    """Raises StaleWrite if it was changed since it was read, NotFound if it is gone."""
    return _records.save(keys.ci_hook(hook.id), hook)


def delete_ci_hook(hook: CiHook) -> None:
    """Raises NotFound if it is gone."""
    counting = table.update(
        keys.ci_hook_count(hook.workspace_id),
        "SET hooks = if_not_exists(hooks, :none) - :one",
        condition=table.ANYHOW,
        values={":none": integer(0), ":one": integer(1)},
    )
    removing = table.delete(_listing(hook), condition=table.ANYHOW)
    try:
        table.transact([table.delete(keys.ci_hook(hook.id)), counting, removing])
    except table.Cancelled as refused:
        raise NotFound("hook") from refused


def _listing(hook: CiHook) -> keys.Key:
    return keys.ci_hook_listing(hook.workspace_id, hook.created_at, hook.id)
