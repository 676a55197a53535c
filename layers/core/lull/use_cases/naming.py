"""Who names a component or an environment as what deployments are of."""

from typing import Literal

from lull.domain.applications import Application
from lull.domain.ci_hooks import CiHook
from lull.domain.credentials import Caller
from lull.domain.errors import Conflict
from lull.store import applications, ci_hooks


def require_unnamed(caller: Caller, noun: Literal["component", "environment"], its_id: str) -> None:
    """Raises Conflict, by their names, while applications or the rules of hooks name it.

    One that comes to name it between this and the deletion is told so by its next deployment or delivery.
    """
    found = [
        *(
            f"the application {each.name}"
            for each in applications.list_applications(caller.workspace_id)
            if its_id in _of_application(each)
        ),
        *(
            f"a rule of the hook {each.name}"
            for each in ci_hooks.list_ci_hooks(caller.workspace_id)
            if its_id in _of_rules(each)
        ),
    ]
    if found:
        more = f" and {len(found) - 3} more" if len(found) > 3 else ""
        raise Conflict(f"this {noun} is named by {', '.join(found[:3])}{more}")


def _of_application(application: Application) -> set[str | None]:
    return {application.component_id, application.environment_id}


def _of_rules(hook: CiHook) -> set[str]:
    places = {each.environment_id for rule in hook.rules for each in rule.environments}
    return {rule.component_id for rule in hook.rules} | places
