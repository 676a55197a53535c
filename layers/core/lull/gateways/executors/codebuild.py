"""AWS CodeBuild: a build of the commit. Its project has to be one that the stack's `CodeBuildProjects` names.

A build is told no token: CodeBuild takes a second start with the same idempotency token for the first one only while
everything else is the same too. It is asked how the build goes instead.

The token is good for five minutes and our tries take longer: before a further one, the newest builds are searched for
our id.
"""

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from lull import aws
from lull.domain.app_deployments import Status
from lull.domain.ci_payloads import link, part
from lull.domain.executor_calls import Reply, Result
from lull.gateways.executors.orders import Order, refused, unreached

_PREFIX = "codebuild:"
_MOST = 100
"""Builds that can be read at once."""
_PASSING = {"ThrottlingException", "AccountLimitExceededException", "ServiceUnavailable", "InternalFailure"}
_STATUSES = {
    "IN_PROGRESS": Status.BUILDING,
    "SUCCEEDED": Status.AVAILABLE,
    "FAILED": Status.FAILED,
    "FAULT": Status.FAILED,
    "TIMED_OUT": Status.FAILED,
    "STOPPED": Status.FAILED,
}


def start(order: Order) -> Reply:
    call = order.deployment.call
    try:
        build = (_begun_before(order) if call and call.tries > 1 else None) or _begun(order)
    except (ClientError, BotoCoreError) as error:
        return _trouble(error)
    return Reply(
        result=Result.ACCEPTED, external_id=f"{_PREFIX}{build['id']}", link=link(part(build, "logs").get("deepLink"))
    )


def _begun(order: Order) -> dict[str, Any]:
    variables = [{"name": name, "value": value, "type": "PLAINTEXT"} for name, value in order.facts.items()]
    made: dict[str, Any] = aws.client("codebuild").start_build(
        projectName=order.application.executor.project,
        sourceVersion=order.deployment.commit.sha,
        environmentVariablesOverride=variables,
        idempotencyToken=order.deployment.id,
    )["build"]
    return made


def _begun_before(order: Order) -> dict[str, Any] | None:
    """What an earlier try began, whose answer was lost: of the hundred newest builds."""
    client = aws.client("codebuild")
    listed = client.list_builds_for_project(projectName=order.application.executor.project, sortOrder="DESCENDING")
    ids = listed["ids"][:_MOST]
    builds: list[dict[str, Any]] = client.batch_get_builds(ids=ids)["builds"] if ids else []
    return next((each for each in builds if _is_for(each, order)), None)


def _is_for(build: dict[str, Any], order: Order) -> bool:
    told = build.get("environment", {}).get("environmentVariables", [])
    return any((each["name"], each["value"]) == ("LULL_DEPLOYMENT_ID", order.deployment.id) for each in told)


def ask(order: Order) -> Reply:
    try:
        found = aws.client("codebuild").batch_get_builds(ids=[_id(order)])["builds"]
    except (ClientError, BotoCoreError) as error:
        return _trouble(error)
    if not found:
        return Reply(result=Result.ACCEPTED)
    said = found[0].get("buildStatus", "")
    status = _STATUSES.get(said)
    return Reply(
        result=Result.ACCEPTED, status=status, detail=f"CodeBuild says {said}" if status is Status.FAILED else None
    )


def stop(order: Order) -> Reply:
    if order.deployment.external_id is None:
        return refused("CodeBuild never told of the build")
    try:
        aws.client("codebuild").stop_build(id=_id(order))
    except (ClientError, BotoCoreError) as error:
        return _trouble(error)
    return Reply(result=Result.ACCEPTED)


def _id(order: Order) -> str:
    return (order.deployment.external_id or "").removeprefix(_PREFIX)


def _trouble(error: ClientError | BotoCoreError) -> Reply:
    if isinstance(error, BotoCoreError):
        return unreached("CodeBuild was not reached")
    code = str(error.response["Error"].get("Code", "an error"))
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400)
    detail = f"CodeBuild answered {code}"
    return unreached(detail) if code in _PASSING or status >= 500 else refused(detail)
