"""GitHub's Deployments API: workflows `on: deployment`, or whoever else listens, do the work and post its statuses.

GitHub has no idempotency key: before a further try, and where one is to be stopped whose answer was lost, the
deployments of this commit are searched for our id. A payload may be read by all who see the repository, so there is no
token in it.
"""

from typing import Any
from urllib.parse import urlencode

from lull.domain.app_deployments import Status
from lull.domain.ci_payloads import number
from lull.domain.executor_calls import Reply, Result
from lull.gateways import github, outbound
from lull.gateways.conversations import Conversation
from lull.gateways.executors.orders import SECONDS, Order, judged, refused, unreached

_WHO = "GitHub"
_TASK = "deploy"
_PAGE = 10
"""So many are read at once, whatever is said of them."""
_PAGES = 10
_STATUSES = {
    "queued": Status.CREATED,
    "pending": Status.CREATED,
    "waiting": Status.CREATED,
    "in_progress": Status.DEPLOYING,
    "success": Status.AVAILABLE,
    "failure": Status.FAILED,
    "error": Status.FAILED,
}
"""`inactive` says that another one followed, not how this one went."""


def start(order: Order) -> Reply:
    return outbound.run(_started(order))


def ask(order: Order) -> Reply:
    return outbound.run(_asked(order))


def stop(order: Order) -> Reply:
    return outbound.run(_stopped(order))


async def _started(order: Order) -> Reply:
    conversation, api, headers = Conversation(seconds=SECONDS), *_place(order)
    repository = await conversation.send_json(api, headers=headers)
    if not repository.is_ok:
        return judged(repository.answer, _WHO)
    call = order.deployment.call
    found = await _made_before(conversation, order) if call and call.tries > 1 else None
    if isinstance(found, Reply):
        return found
    if found is None:
        made = await conversation.send_json(
            f"{api}/deployments", method="POST", headers=headers, value=_requested(order)
        )
        # 202: GitHub has merged something, which auto_merge forbids, and deployed nothing.
        if made.answer.status_code != 201:
            return judged(made.answer, _WHO) if not made.is_ok else refused("GitHub did not make a deployment")
        found = made.value
    ids = number(repository.at("id")), number(found.get("id") if isinstance(found, dict) else None)
    if None in ids:
        return refused("GitHub's answer makes no sense")
    link = f"{order.application.executor_url.removesuffix('.git').rstrip('/')}/deployments"
    return Reply(result=Result.ACCEPTED, external_id=f"github:{ids[0]}:{ids[1]}", link=link)


def _requested(order: Order) -> dict[str, Any]:
    deployment = order.deployment
    return {
        "ref": deployment.commit.sha,
        "task": _TASK,
        "auto_merge": False,
        "required_contexts": [],
        "environment": _environment(order),
        "description": f"{order.application.name} #{deployment.deploy_number}"[:140],
        "payload": {
            "lull": {
                "workspace_id": deployment.workspace_id,
                "application_id": deployment.application_id,
                "deployment_id": deployment.id,
                "deploy_number": deployment.deploy_number,
                "callback_url": order.callback_url,
            }
        },
    }


async def _made_before(conversation: Conversation, order: Order) -> dict[str, Any] | Reply | None:
    """What an earlier try made, whose answer was lost."""
    api, headers = _place(order)
    query = {"sha": order.deployment.commit.sha, "task": _TASK, "environment": _environment(order), "per_page": _PAGE}
    for page in range(1, _PAGES + 1):
        url = f"{api}/deployments?{urlencode({**query, 'page': page} if page > 1 else query)}"
        found = await conversation.send_json(url, headers=headers)
        if not found.is_ok:
            return judged(found.answer, _WHO)
        if not isinstance(found.value, list):
            return unreached("GitHub's list of deployments could not be read")
        ours = [each for each in found.value if _is_for(each, order)]
        if ours or len(found.value) < _PAGE:
            return dict(ours[0]) if ours else None
    return unreached(f"GitHub has {_PAGE * _PAGES} newer deployments of the commit")


def _is_for(deployment: Any, order: Order) -> bool:
    """Whether it gives back our id; servers may give the payload back as text."""
    payload = deployment.get("payload") if isinstance(deployment, dict) else None
    if isinstance(payload, str):
        return order.deployment.id in payload
    ours = payload.get("lull") if isinstance(payload, dict) else None
    return isinstance(ours, dict) and ours.get("deployment_id") == order.deployment.id


async def _asked(order: Order) -> Reply:
    url, headers = _statuses(order, _number(order)), _place(order)[1]
    found = await Conversation(seconds=SECONDS).send_json(f"{url}?per_page=10", headers=headers)
    if not found.is_ok:
        return judged(found.answer, _WHO)
    newest_first = found.value if isinstance(found.value, list) else []
    states = [each.get("state") for each in newest_first if isinstance(each, dict)]
    known = next((state for state in states if isinstance(state, str) and state in _STATUSES), None)
    status = _STATUSES[known] if known else None
    detail = f"GitHub says {known}" if status is Status.FAILED else None
    return Reply(result=Result.ACCEPTED, status=status, detail=detail)


async def _stopped(order: Order) -> Reply:
    """What a try made whose answer was lost is searched for: it is going on all the same."""
    conversation, number = Conversation(seconds=SECONDS), _number(order)
    if not number:
        found = await _made_before(conversation, order)
        if isinstance(found, Reply):
            return found
        if found is None or not isinstance(found.get("id"), int):
            return refused("GitHub never told of the deployment")
        number = str(found["id"])
    said = {"state": "error", "description": f"{order.deployment.reason or 'cancelled'} by Lull".replace("_", " ")}
    answer = await conversation.send_json(_statuses(order, number), method="POST", headers=_place(order)[1], value=said)
    return judged(answer.answer, _WHO)


def _place(order: Order) -> tuple[str, dict[str, str]]:
    return github.api_of(order.application.executor_url), github.headers(order.secret)


def _number(order: Order) -> str:
    """GitHub's own of the deployment, as far as it is known."""
    return (order.deployment.external_id or "").rpartition(":")[2]


def _statuses(order: Order, number: str) -> str:
    return f"{_place(order)[0]}/deployments/{number}/statuses"


def _environment(order: Order) -> str:
    return order.application.executor.environment or "production"
