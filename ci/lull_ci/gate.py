"""Whether something speaks against a deployment right now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lull_ci import deployments
from lull_ci.api import Api
from lull_ci.errors import Refused, Unreachable
from lull_ci.names import COMPONENT, ENVIRONMENT, id_of
from lull_ci.runs import Run
from lull_ci.texts import UUID, one_line


@dataclass(frozen=True)
class Verdict:
    can_deploy: bool
    reasons: list[str]
    left: list[str]
    """What spoke against it, were it not of an earlier attempt of this job: `deploy start` ends it."""
    said: dict[str, Any]


def ask(api: Api, run: Run, component: str, environment: str) -> Verdict:
    ids = id_of(api, COMPONENT, component), id_of(api, ENVIRONMENT, environment)
    said = api.get("/v1/deployments/can-deploy", componentId=ids[0], environmentId=ids[1])
    reasons = said.get("reasons")
    if not isinstance(said.get("canDeploy"), bool) or not isinstance(reasons, list):
        raise Unreachable("check LULL_URL: what answers there is not Lull")
    reasons = [each for each in reasons if isinstance(each, dict)]
    left = [each for each in reasons if _is_left(api, run, each)]
    if left:
        reasons = [each for each in reasons if each not in left]
        said = {**said, "canDeploy": not reasons, "reasons": reasons}
    return Verdict(can_deploy=said["canDeploy"], reasons=_texts(reasons), left=_texts(left), said=said)


def _is_left(api: Api, run: Run, reason: dict[str, Any]) -> bool:
    """Whether it is a deployment that an earlier attempt of this very job began: nobody is at work on it any more."""
    now = run.attempt_at(None)
    if now is None or not now.is_repeated:
        return False
    deployment_id = reason.get("id")
    if reason.get("code") != "in_progress" or not isinstance(deployment_id, str) or not UUID.fullmatch(deployment_id):
        return False
    try:
        by = deployments.read(api, deployment_id).by
    except Refused:
        return False
    return by is not None and by.is_before(run.attempt_at(by.key))


def _texts(reasons: list[dict[str, Any]]) -> list[str]:
    return [one_line(each.get("message"), 300) for each in reasons]
