"""GitLab's pipeline triggers: a pipeline of the branch, which is told the commit and how to say how it goes.

GitLab has no idempotency key, and a trigger token may not look: where the answer to a try is lost, a second pipeline is
told of the same deployment, by `LULL_DEPLOYMENT_ID`.
"""

from urllib.parse import urlencode, urlsplit

from lull.domain.ci_payloads import link, number
from lull.domain.executor_calls import Reply, Result
from lull.gateways import gitlab, outbound
from lull.gateways.conversations import Conversation, document
from lull.gateways.executors.orders import SECONDS, Order, judged, refused


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
        return judged(answer, "GitLab")
    ids = number(made.at("project_id")), number(made.at("id"))
    if None in ids:
        return refused("GitLab's answer makes no sense")
    host = urlsplit(order.application.executor_url).netloc
    return Reply(
        result=Result.ACCEPTED,
        external_id=f"gitlab:{host}:{ids[0]}:pipeline:{ids[1]}",
        link=link(made.at("web_url")),
    )
