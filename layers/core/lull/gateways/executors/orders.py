"""What an executor is told, and what its answer comes to."""

from dataclasses import dataclass
from datetime import datetime

from lull.domain.answers import Answer, Failure
from lull.domain.app_deployments import AppDeployment
from lull.domain.applications import Application
from lull.domain.executor_calls import Reply, Result

SECONDS = 15.0
"""For everything that one call takes."""
_PASSING = {408, 425, 429}
_UNSENT = {Failure.INVALID_REQUEST, Failure.DNS, Failure.REFUSED_ADDRESS, Failure.CONNECT, Failure.TLS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    application: Application
    deployment: AppDeployment
    secret: str
    callback_url: str
    callback_token: str
    """Made for this try."""
    at: datetime
    """Of this try."""

    @property
    def facts(self) -> dict[str, str]:
        """What every executor is told, by the names of environment variables."""
        commit = self.deployment.commit
        return {
            "LULL_APPLICATION_ID": self.application.id,
            "LULL_DEPLOYMENT_ID": self.deployment.id,
            "LULL_DEPLOY_NUMBER": str(self.deployment.deploy_number),
            "LULL_GIT_SHA": commit.sha,
            "LULL_GIT_BRANCH": self.deployment.ref or "",
            "LULL_CALLBACK_URL": self.callback_url,
        }


def refused(detail: str) -> Reply:
    return Reply(result=Result.REFUSED, detail=detail)


def unreached(detail: str) -> Reply:
    return Reply(result=Result.UNREACHED, detail=detail)


def may_be_done(answer: Answer) -> bool:
    """Whether what was asked for may have been done, although the answer does not say so."""
    if answer.status_code is None:
        return answer.failure not in _UNSENT
    return answer.status_code >= 500


def judged(answer: Answer, who: str) -> Reply:
    """What an answer comes to; a success has nothing more to say."""
    status = answer.status_code
    if status is None:
        return unreached(f"{who} was not reached: {answer.reason}")
    if 200 <= status < 300:
        return Reply(result=Result.ACCEPTED)
    detail = f"{who} answered {status}"
    return unreached(detail) if status >= 500 or status in _PASSING else refused(detail)
