"""Which reports are about what an application asked for, where they do not name it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from lull.domain.answers import Answer, Failure
from lull.domain.app_deployments import AppDeployment, Call, Status, Task
from lull.domain.applications import Application, Executor, ExecutorKind, Provider, Repository
from lull.domain.commits import Commit
from lull.domain.component_deployments import Reason
from lull.domain.component_deployments import Status as Reported
from lull.domain.deployment_orders import is_about, may_speak_for, meant, name_of, newest_asked_for
from lull.domain.deployment_reports import Report, Source
from lull.domain.executor_calls import LISTEN, Reply, Result, after, leased
from lull.gateways.executors.orders import may_be_done
from tests.builders import NOON

SHA = "279484c09fbe69ededfced8c1bb6e6d24616b468"
GITLAB = Executor(kind=ExecutorKind.GITLAB, url="https://gitlab.example/acme/shop.git")
TOLD = Call(task=Task.START, next_at=NOON, tries=1)


def an_application(**changes: Any) -> Application:
    repository = Repository(provider=Provider.GIT, url="https://git.example/shop.git")
    described = Application(
        id="a", workspace_id=1, name="Shop", repository=repository, executor=GITLAB, created_at=NOON
    )
    return replace(described, **changes)


def a_deployment(**changes: Any) -> AppDeployment:
    commit = Commit(sha=SHA, message="m", committer_name="J", committer_email="j@x", committed_at=NOON)
    described = AppDeployment(
        id="d",
        workspace_id=1,
        application_id="a",
        deploy_number=1,
        commit=commit,
        ref="main",
        executor=ExecutorKind.GITLAB,
        deadline_at=NOON + timedelta(hours=1),
        created_at=NOON,
        created_by="somebody",
        updated_at=NOON,
    )
    return replace(described, **changes)


def a_report(status: Reported = Reported.IN_PROGRESS, minute: float = 1, **changes: Any) -> Report:
    return Report(
        **{
            "key": "gitlab:https://gitlab.example:30:15",
            "status": status,
            "at": at(minute),
            "repository": "acme/shop",
            "repository_id": "30",
            "version": "v1",
            "commit_sha": SHA,
            **changes,
        }
    )


def at(minute: float) -> datetime:
    return NOON + timedelta(minutes=minute)


KNOWN = {"external_id": "gitlab:gitlab.example:8443:30:pipeline:7"}
ENDED = {"status": Status.AVAILABLE, "updated_at": at(10)}
BROKEN = {"status": Status.FAILED, "updated_at": at(10)}
DONE, FAILED = Reported.SUCCEEDED, Reported.FAILED
CASES: list[tuple[Report, dict[str, Any], bool]] = [
    (a_report(), {}, True),
    (a_report(), KNOWN, True),
    (a_report(), {"call": TOLD}, True),
    # Nobody has been told to begin.
    (a_report(), {"call": replace(TOLD, tries=0)}, False),
    (a_report(), {"executor": ExecutorKind.WEBHOOK}, False),
    # The commit, also as older servers tell of it.
    (a_report(commit_sha=SHA[:8]), {}, True),
    (a_report(commit_sha="b" * 40), {}, False),
    (a_report(commit_sha=None), {}, False),
    # The project: by its id once that is known, and by its path before.
    (a_report(repository="acme/renamed"), KNOWN, True),
    (a_report(repository_id="31"), KNOWN, False),
    (a_report(repository="ACME/shop"), {}, True),
    (a_report(repository="fork/shop"), {}, False),
    (a_report(repository=None), {}, False),
    # The time: clocks differ by five minutes.
    (a_report(minute=-5), {}, True),
    (a_report(minute=-5.1), {}, False),
    (a_report(minute=10), ENDED, True),
    # What begins afterwards is something else; what ended as it did is the same, for a while.
    (a_report(minute=10.1), ENDED, False),
    (a_report(DONE, 10.1), ENDED, True),
    (a_report(DONE, 15), ENDED, True),
    (a_report(DONE, 15.1), ENDED, False),
    (a_report(FAILED, 10.1), ENDED, False),
    (a_report(FAILED, 10.1), BROKEN, True),
    (a_report(DONE, 10.1), BROKEN, False),
    (a_report(DONE, 9), BROKEN, True),
]


@pytest.mark.parametrize(("report", "changes", "expected"), CASES)
def test_a_deployment_hook_is_about_what_was_under_way_there_with_that_commit(report, changes, expected):
    assert is_about(report, an_application(), a_deployment(**changes)) is expected


def test_an_application_that_has_another_executor_by_now_asked_for_nothing():
    assert not is_about(a_report(), an_application(executor=Executor()), a_deployment())


def test_of_several_it_is_the_one_that_nobody_was_heard_of():
    first = a_deployment(id="1", created_at=at(0))
    second = a_deployment(id="2", created_at=at(1), deploy_number=2)

    def found(*deployments: AppDeployment) -> str | None:
        for order in (deployments, deployments[::-1]):
            named = newest_asked_for(a_report(minute=3), [(an_application(), each) for each in order])
            assert named == newest_asked_for(a_report(minute=3), [(an_application(), each) for each in deployments])
        return named.id if named else None

    assert found(first, second) == "1"
    assert found(replace(first, status=Status.DEPLOYING), second) == "2"
    assert found(replace(first, status=Status.AVAILABLE, updated_at=at(4)), second) == "2"
    assert found(replace(first, status=Status.DEPLOYING), replace(second, status=Status.DEPLOYING)) == "1"
    assert found() is None


def test_what_a_report_means():
    said = {report.status: meant(report) for report in map(a_report, Reported)}
    assert said == {
        Reported.PENDING: Status.CREATED,
        Reported.IN_PROGRESS: Status.DEPLOYING,
        Reported.SUCCEEDED: Status.AVAILABLE,
        Reported.FAILED: Status.FAILED,
        Reported.ROLLED_BACK: None,
    }
    assert meant(a_report(FAILED, reason=Reason.CANCELLED)) is Status.CANCELLED


def test_what_the_executor_calls_it():
    pipeline = a_report(key="gitlab:https://gitlab.example:8443:30:pipeline:7", source=Source.RUNS)
    assert name_of(pipeline) == "gitlab:gitlab.example:8443:30:pipeline:7"
    assert name_of(a_report()) is None
    assert name_of(a_report(key="github:42:run:1", source=Source.RUNS)) is None
    for key in ("github:42:7", "github:ghe.example:42:7"):
        assert name_of(a_report(key=key)) == "github:42:7"
    assert name_of(a_report(key="standard:hook:x:y")) is None


ANSWERS = [
    (Answer(failure=Failure.DNS), False),
    (Answer(failure=Failure.CONNECT), False),
    (Answer(failure=Failure.TLS), False),
    (Answer(failure=Failure.REFUSED_ADDRESS), False),
    (Answer(failure=Failure.INVALID_REQUEST), False),
    (Answer(failure=Failure.TIMEOUT), True),
    (Answer(failure=Failure.DISCONNECTED), True),
    (Answer(failure=Failure.PROTOCOL), True),
    (Answer(status_code=429), False),
    (Answer(status_code=404), False),
    (Answer(status_code=500), True),
    (Answer(status_code=502), True),
    (Answer(status_code=504), True),
]


@pytest.mark.parametrize(("answer", "expected"), ANSWERS)
def test_whether_what_was_asked_for_may_have_been_done(answer, expected):
    assert may_be_done(answer) is expected


@pytest.mark.parametrize("may_have_begun", [False, True])
def test_one_that_may_have_begun_is_listened_for_before_the_next_try(may_have_begun):
    waiting = a_deployment(call=Call(task=Task.START, next_at=NOON))
    calling = leased(waiting, callback_hash=None, at=NOON)
    assert calling is not None
    reply = Reply(result=Result.UNREACHED, detail="lost", may_have_begun=may_have_begun)
    told = after(calling, Task.START, reply, at=NOON, jitter=0)
    assert told.call is not None
    assert told.call.next_at == NOON + (LISTEN if may_have_begun else timedelta(seconds=5))


BY_GITHUB = {"executor": ExecutorKind.GITHUB}
AT_GITHUB = {"key": "github:55:4242", "repository_id": "55"}
OF_PIPELINE = {"key": "gitlab:https://gitlab.example:30:pipeline:77", "source": Source.RUNS}


@pytest.mark.parametrize(
    ("deployment", "report", "believed"),
    [
        ({**BY_GITHUB, "external_id": "github:55:4242"}, AT_GITHUB, True),
        ({**BY_GITHUB, "external_id": "github:55:4242"}, {"key": "github:ghe.example:55:4242"}, True),
        ({**BY_GITHUB, "external_id": "github:55:4242"}, {**AT_GITHUB, "key": "github:999999:4242"}, False),
        ({**BY_GITHUB, "external_id": "github:55:4242"}, {**AT_GITHUB, "key": "github:55:4243"}, False),
        ({**BY_GITHUB, "call": TOLD}, AT_GITHUB, True),
        ({**BY_GITHUB, "call": TOLD}, {**AT_GITHUB, "repository": "ACME/Shop"}, True),
        ({**BY_GITHUB, "call": TOLD}, {**AT_GITHUB, "repository": "evil/other"}, False),
        ({**BY_GITHUB, "call": TOLD}, {**AT_GITHUB, "repository": None}, False),
        ({**BY_GITHUB, "call": TOLD}, {**AT_GITHUB, "commit_sha": "f" * 40}, False),
        ({**BY_GITHUB, "call": TOLD}, {**AT_GITHUB, "commit_sha": None}, False),
        ({**BY_GITHUB, "call": replace(TOLD, tries=0)}, AT_GITHUB, False),
        ({**BY_GITHUB, "call": TOLD}, {**AT_GITHUB, "at": NOON - timedelta(minutes=6)}, False),
        ({"external_id": "gitlab:gitlab.example:30:pipeline:77"}, OF_PIPELINE, True),
        ({"external_id": "gitlab:127.0.0.1:8522:30:pipeline:77"}, OF_PIPELINE, True),
        ({"external_id": "gitlab:gitlab.example:31:pipeline:77"}, OF_PIPELINE, False),
        ({"external_id": "gitlab:gitlab.example:30:pipeline:78"}, OF_PIPELINE, False),
        ({"external_id": "gitlab:gitlab.example:30:pipeline:77"}, {"key": "github:30:77"}, False),
        ({"call": TOLD}, {**OF_PIPELINE, "commit_sha": "f" * 40}, True),
        ({"call": TOLD}, {**OF_PIPELINE, "repository": "evil/other"}, False),
    ],
)
def test_who_may_speak_for_a_deployment_that_a_report_names(deployment, report, believed):
    assert may_speak_for(a_report(**report), an_application(), a_deployment(**deployment)) is believed
