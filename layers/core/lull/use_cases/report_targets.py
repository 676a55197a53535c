"""What a report of CI is about: by the rules of its hook, by what it says itself, by name."""

from lull.domain.ci_hooks import CiHook, environment_of, matching_rules
from lull.domain.deployment_reports import Report
from lull.store import names


def find_target(hook: CiHook, report: Report) -> tuple[str, str] | str:
    """The ids of component and environment, or why there are none."""
    rules = matching_rules(hook.rules, report)
    component_id = report.component_id
    for rule in rules if component_id is None else ():
        if environment_id := report.environment_id or environment_of(rule, report):
            return rule.component_id, environment_id
    if component_id is None and rules:
        component_id = rules[0].component_id
    if component_id is None and report.component:
        component_id = names.find_owner(hook.workspace_id, "component", report.component)
    if component_id is None:
        return f"no rule is for {_described(report)}"
    environment_id = report.environment_id
    if environment_id is None and report.environment:
        environment_id = names.find_owner(hook.workspace_id, "environment", report.environment)
    if environment_id is None:
        return f"no environment is called {report.environment}, and no rule says which it is"
    return component_id, environment_id


def find_other_component(hook: CiHook, report: Report, own_id: str) -> str | None:
    """What a report calls its component, if that is not the one with the id `own_id`; None if it names no other."""
    if report.component_id is not None:
        return report.component_id if report.component_id != own_id else None
    if report.component is None or matching_rules(hook.rules, report):
        return None
    return report.component if names.find_owner(hook.workspace_id, "component", report.component) != own_id else None


def _described(report: Report) -> str:
    what = report.repository or report.component or "what names no repository and no component"
    return f"{report.source} of {what}" + (f" ({report.path})" if report.path else "")
