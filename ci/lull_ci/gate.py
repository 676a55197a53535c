"""Whether something speaks against a deployment right now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lull_ci.api import Api
from lull_ci.errors import Unreachable
from lull_ci.names import COMPONENT, ENVIRONMENT, id_of
from lull_ci.texts import one_line


@dataclass(frozen=True)
class Verdict:
    can_deploy: bool
    reasons: list[str]
    said: dict[str, Any]


def ask(api: Api, component: str, environment: str) -> Verdict:
    ids = id_of(api, COMPONENT, component), id_of(api, ENVIRONMENT, environment)
    said = api.get("/v1/deployments/can-deploy", componentId=ids[0], environmentId=ids[1])
    reasons = said.get("reasons")
    if not isinstance(said.get("canDeploy"), bool) or not isinstance(reasons, list):
        raise Unreachable("check LULL_URL: what answers there is not Lull")
    texts = [one_line(each.get("message"), 300) for each in reasons if isinstance(each, dict)]
    return Verdict(can_deploy=said["canDeploy"], reasons=texts, said=said)
