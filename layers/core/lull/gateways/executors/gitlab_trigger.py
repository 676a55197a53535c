"""GitLab's pipeline triggers: a pipeline of the branch, which is told the commit and how to say how it goes.

GitLab has no idempotency key, and a trigger token may not look. Where the answer to a try is lost, what it may have
begun is listened for: its job calls back, or the Pipeline Hook gives `LULL_DEPLOYMENT_ID` back. Only where nothing is
heard is a second pipeline told of the same deployment.
"""

from dataclasses import replace
from urllib.parse import urlencode, urlsplit

from lull.domain.ci_payloads import link, number
from lull.domain.executor_calls import Reply, Result
from lull.gateways import gitlab, outbound
from lull.gateways.conversations import Conversation, document
from lull.gateways.executors.orders import SECONDS, Order, judged, may_be_done, refused


def start(order: Order) -> Reply:
    return outbound.run(_started(order))


async def _started(order: Order) -> Reply:
    if order.deployment.ref is None:
        return refused("GitLab starts pipelines of branches, and the repository's HEAD is on none: name one")
    variables = {**order.facts, "LULL_CALLBACK_TOKEN": order.callback_token}
    form = {"token": order.secret, "ref": order.deployment.ref}
    form |= {f"variables[{name}]": value for name, value in variables.items()}
    url = f"{gitlab.api_of(order.application.executor_url)}/trigger/pipeline"
    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = await Conversation(seconds=SECONDS).send(
        url, method="POST", headers=headers, body=urlencode(form).encode()
    )
    made = document(answer)
    if not made.is_ok:
        return replace(judged(answer, "GitLab"), may_have_begun=may_be_done(answer))
    ids = number(made.at("project_id")), number(made.at("id"))
    if None in ids:
        return refused("GitLab's answer makes no sense")
    host = urlsplit(order.application.executor_url).netloc
    return Reply(
        result=Result.ACCEPTED,
        external_id=f"gitlab:{host}:{ids[0]}:pipeline:{ids[1]}",
        link=link(made.at("web_url")),
    )
