"""A signed webhook (Standard Webhooks): it is sent what to deploy, and a token to say how it goes.

Its id is the same for every try, so that a receiver can tell a repetition; each try brings a token of its own, and all
of them are good.
"""

import json
from typing import Any

from lull.domain.executor_calls import Reply
from lull.gateways import outbound, webhooks
from lull.gateways.conversations import Conversation
from lull.gateways.executors.orders import SECONDS, Order, judged


def start(order: Order) -> Reply:
    callback = {"url": order.callback_url, "token": order.callback_token}
    data = {**_described(order), "callback": callback}
    return _posted(order, "deployment.requested", f"msg_{order.deployment.id}_requested", data)


def stop(order: Order) -> Reply:
    data = {**_described(order), "reason": order.deployment.reason}
    return _posted(order, "deployment.cancelled", f"msg_{order.deployment.id}_cancelled", data)


def _described(order: Order) -> dict[str, Any]:
    application, deployment, commit = order.application, order.deployment, order.deployment.commit
    return {
        "application": {"id": application.id, "name": application.name},
        "repository": {"provider": application.repository.provider, "url": application.repository.url},
        "deployment": {
            "id": deployment.id,
            "deploy_number": deployment.deploy_number,
            "git_sha": commit.sha,
            "branch": deployment.ref,
            "commit_message": commit.message,
            "deadline_at": deployment.deadline_at.isoformat(),
        },
    }


def _posted(order: Order, kind: str, message_id: str, data: dict[str, Any]) -> Reply:
    # The time of the event and not of this try: what is sent again is the same but for its token.
    payload = {"type": kind, "timestamp": order.deployment.created_at.isoformat(), "data": data}
    body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
    signed = webhooks.signature_headers(body, secret=order.secret, message_id=message_id, at=order.at)

    async def send() -> Reply:
        conversation = Conversation(seconds=SECONDS)
        headers = {"content-type": "application/json", **signed}
        answer = await conversation.send(order.application.executor_url, method="POST", headers=headers, body=body)
        return judged(answer, "the webhook")

    return outbound.run(send())
