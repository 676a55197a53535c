"""The state machine of application deployments, what they drive, and what their executors are to be told."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from lull.domain import callbacks, consequences, effects
from lull.domain.app_deployments import (
    AppDeployment,
    Call,
    Reason,
    Status,
    Step,
    Task,
    driving,
    moved,
    next_step,
    reported,
    timed_out,
)
from lull.domain.applications import ExecutorKind
from lull.domain.commits import Commit, UnreadableCommit, parse_commit
from lull.domain.component_deployments import ComponentDeployment
from lull.domain.component_deployments import Reason as ComponentReason
from lull.domain.component_deployments import Status as ComponentStatus
from lull.domain.errors import Invalid, Unauthenticated
from lull.domain.executor_calls import ASK_EACH, LEASE, RETRY_AFTER, Reply, Result, after, is_worn_out, leased
from tests.builders import NOON

SECOND = timedelta(seconds=1)
LATER = NOON + timedelta(minutes=5)
DEADLINE = NOON + timedelta(hours=1)
WAY = ["created", "building", "deploying", "available"]
OPEN = WAY[:3]
# Section 1 of the semantics, pair by pair.
ALLOWED = {*itertools.pairwise(WAY), *itertools.product(OPEN, ("failed", "cancelled"))}
COMMIT = Commit(sha="d" * 40, message="test", committer_name="J", committer_email="j@x", committed_at=NOON)


def a_deployment(status: Status = Status.CREATED, **changes) -> AppDeployment:
    return AppDeployment(
        **{
            "id": "7f9c24e8-3b1a-4c4e-9b0a-0a4b2f1d6c3e",
            "workspace_id": 1,
            "application_id": "a",
            "deploy_number": 1,
            "status": status,
            "commit": COMMIT,
            "executor": ExecutorKind.NONE,
            "deadline_at": DEADLINE,
            "created_at": NOON,
            "created_by": "key:CI",
            "updated_at": NOON,
            **changes,
        }
    )


def a_release(status: ComponentStatus, **changes) -> ComponentDeployment:
    return ComponentDeployment(
        **{
            "id": "c",
            "workspace_id": 1,
            "component_id": "c",
            "component_name": "shop",
            "environment_id": "e",
            "environment_name": "production",
            "version": "v1",
            "status": status,
            "created_at": NOON,
            "created_by": "key:CI",
            "updated_at": NOON,
            **changes,
        }
    )


def test_every_pair_of_states_is_what_the_semantics_say():
    for source, target in itertools.product(Status, Status):
        if (source, target) in ALLOWED:
            assert moved(a_deployment(source), target, at=LATER).status is target
        else:
            with pytest.raises(Invalid) as refused:
                moved(a_deployment(source), target, at=LATER)
            (error,) = refused.value.errors
            assert error.field == "status"
            assert source in error.message
            assert target in error.message


def test_news_from_outside_catch_up_and_never_go_back():
    for source, target in itertools.product(Status, Status):
        found = reported(a_deployment(source), target, at=LATER)
        if source not in OPEN:
            assert found == a_deployment(source)
        elif target in ("failed", "cancelled"):
            assert found.status is target
        else:
            assert found.status == WAY[max(WAY.index(source), WAY.index(target))]


def test_time_never_goes_back():
    assert moved(a_deployment(updated_at=LATER), Status.BUILDING, at=NOON).updated_at == LATER


def test_it_is_over_at_its_deadline_and_later_if_its_executor_can_be_asked():
    running = a_deployment(Status.BUILDING)
    assert next_step(running, at=DEADLINE - SECOND) is None
    assert next_step(running, at=DEADLINE) is Step.TIME_OUT
    asked = replace(running, executor=ExecutorKind.GITHUB, external_id="github:1:2")
    assert next_step(asked, at=DEADLINE) is None
    assert next_step(asked, at=DEADLINE + timedelta(minutes=3)) is Step.TIME_OUT
    assert next_step(replace(asked, external_id=None), at=DEADLINE) is Step.TIME_OUT
    over = timed_out(running, at=DEADLINE)
    assert (over.status, over.reason) == (Status.FAILED, Reason.TIMED_OUT)
    assert next_step(over, at=DEADLINE) is None


def test_what_it_drives_to_follows_from_its_status_alone():
    driven: dict[str, str | None] = {
        "created": None,
        "building": "in_progress",
        "deploying": "in_progress",
        "available": "succeeded",
        "failed": "failed",
        "cancelled": "failed",
    }
    for status in Status:
        assert a_deployment(status, component_deployment_id="c").drives_to == driven[status]
        assert a_deployment(status).drives_to is None
        said = driven[status]
        target = ComponentStatus(said) if said else None
        assert a_deployment(status, component_deployment_id="c", driven=target).drives_to is None


def test_driving_goes_forward_in_the_first_attempt_only():
    forward = {
        ("pending", "in_progress"): ("in_progress",),
        ("pending", "succeeded"): ("in_progress", "succeeded"),
        ("pending", "failed"): ("failed",),
        ("in_progress", "succeeded"): ("succeeded",),
        ("in_progress", "failed"): ("failed",),
    }
    targets = [ComponentStatus.IN_PROGRESS, ComponentStatus.SUCCEEDED, ComponentStatus.FAILED]
    for current, target in itertools.product(ComponentStatus, targets):
        assert driving(a_release(current), target) == forward.get((current, target), ())
        assert driving(a_release(current, attempt=2), target) == ()


def test_what_its_own_deadline_ended_has_succeeded_if_it_was_there_in_time():
    given_up = a_release(ComponentStatus.FAILED, reason=ComponentReason.TIMED_OUT)
    assert driving(given_up, ComponentStatus.SUCCEEDED) == ("pending", "in_progress", "succeeded")
    assert driving(given_up, ComponentStatus.IN_PROGRESS) == driving(given_up, ComponentStatus.FAILED) == ()
    for reason in set(ComponentReason) - {ComponentReason.TIMED_OUT}:
        assert driving(replace(given_up, reason=reason), ComponentStatus.SUCCEEDED) == ()
    assert driving(replace(given_up, attempt=2), ComponentStatus.SUCCEEDED) == ()


# ---------------------------------------------------------------- telling executors


def test_an_answer_that_comes_after_the_deadline_leaves_why_it_failed():
    late = timed_out(replace(WANTED, call=replace(START, tries=1)), at=DEADLINE)
    told = after(late, Task.START, Reply(result=Result.ACCEPTED, external_id="github:1:2"), at=DEADLINE, jitter=0)
    assert (told.detail, told.external_id) == ("nobody said how it went before its deadline", "github:1:2")


START = Call(task=Task.START, next_at=NOON)
WANTED = a_deployment(executor=ExecutorKind.GITHUB, call=START)


def test_of_two_that_try_at_once_one_finds_nothing_to_do():
    first = leased(WANTED, callback_hash="h", at=NOON)
    assert first is not None
    assert (first.call, first.callback_hashes) == (Call(task=Task.START, next_at=NOON + LEASE, tries=1), ("h",))
    assert leased(first, callback_hash="h", at=NOON + LEASE - SECOND) is None
    second = leased(first, callback_hash="i", at=NOON + LEASE)
    assert second is not None
    assert second.callback_hashes == ("h", "i")
    assert leased(a_deployment(), callback_hash="h", at=NOON) is None


def test_a_start_is_tried_again_for_a_bounded_time():
    deployment = WANTED
    trouble = Reply(result=Result.UNREACHED, detail="it answered 500")
    at = NOON
    for wait in RETRY_AFTER:
        tried = leased(deployment, callback_hash=None, at=at)
        assert tried is not None
        deployment = after(tried, Task.START, trouble, at=at, jitter=0.0)
        assert deployment.call is not None
        assert deployment.call.next_at == at + wait
        at = deployment.call.next_at
    tried = leased(deployment, callback_hash=None, at=at)
    assert tried is not None
    over = after(tried, Task.START, trouble, at=at, jitter=0.0)
    assert (over.status, over.reason, over.call) == (Status.FAILED, Reason.UNREACHED, None)


def test_one_that_kills_whoever_calls_it_is_given_up():
    deployment: AppDeployment | None = WANTED
    at = NOON
    for _ in range(len(RETRY_AFTER) + 1):
        deployment = leased(deployment, callback_hash=None, at=at) if deployment else None
        assert deployment is not None
        assert not is_worn_out(deployment)
        at += LEASE
    last = leased(deployment, callback_hash=None, at=at) if deployment else None
    assert last is not None
    assert is_worn_out(last)


def test_who_is_told_to_stop():
    begun = replace(START, tries=1, next_at=NOON + LEASE)
    asking = Call(task=Task.ASK, next_at=LATER)
    for kind, call, external, told in [
        (ExecutorKind.NONE, None, None, None),
        (ExecutorKind.WEBHOOK, START, None, None),
        (ExecutorKind.WEBHOOK, begun, None, NOON + LEASE),
        (ExecutorKind.WEBHOOK, None, None, NOON),
        (ExecutorKind.GITHUB, START, None, None),
        (ExecutorKind.GITHUB, begun, None, NOON + LEASE),
        (ExecutorKind.GITHUB, asking, "github:1:2", NOON),
        (ExecutorKind.CODEBUILD, asking, "codebuild:x", NOON),
        (ExecutorKind.GITLAB, None, "gitlab:x", None),
    ]:
        deployment = a_deployment(executor=kind, call=call, external_id=external)
        over = moved(deployment, Status.CANCELLED, at=NOON)
        assert (over.call and over.call.next_at) == told, (kind, call)
        assert over.call is None or (over.call.task, over.call.tries) == (Task.STOP, 0)
        assert moved(deployment, Status.FAILED, at=NOON).call is None, "it was its own word"


def test_one_that_answers_is_asked_each_minute_and_for_the_last_time_at_its_deadline():
    accepted = Reply(result=Result.ACCEPTED, external_id="github:1:2")
    started = after(WANTED, Task.START, accepted, at=NOON, jitter=0.0)
    assert started.call == Call(task=Task.ASK, next_at=NOON + ASK_EACH)
    near = DEADLINE - timedelta(seconds=20)
    assert after(started, Task.ASK, accepted, at=near, jitter=0.0).call == Call(task=Task.ASK, next_at=DEADLINE)
    lost = after(started, Task.ASK, Reply(result=Result.UNREACHED), at=DEADLINE, jitter=0.0)
    assert lost.call == Call(task=Task.ASK, next_at=DEADLINE + ASK_EACH)
    late = after(started, Task.ASK, accepted, at=DEADLINE, jitter=0.0)
    assert (late.status, late.reason) == (Status.FAILED, Reason.TIMED_OUT)
    assert late.call == Call(task=Task.STOP, next_at=DEADLINE)


def test_what_the_stream_asks_for():
    new = consequences.of_app_deployment(None, WANTED)
    assert [type(each).__name__ for each in new] == ["ReconcileAppDeployment", "CallExecutor"]
    tried = leased(WANTED, callback_hash=None, at=NOON)
    assert tried is not None
    assert consequences.of_app_deployment(WANTED, tried) == [], "whoever tries sees to the next try"
    asked = replace(tried, call=Call(task=Task.ASK, next_at=LATER), external_id="github:1:2")
    assert [type(each).__name__ for each in consequences.of_app_deployment(tried, asked)] == ["ReconcileAppDeployment"]
    cancelled = moved(asked, Status.CANCELLED, at=LATER)
    told = consequences.of_app_deployment(asked, cancelled)
    assert effects.CallExecutor(1, WANTED.id, LATER) in told
    assert consequences.of_app_deployment(cancelled, replace(cancelled, call=None)) == []


# ---------------------------------------------------------------- tokens and commits


def test_a_callback_token_names_its_workspace_and_is_kept_as_a_hash():
    token = callbacks.callback_token(17, "a" * 32)
    assert callbacks.workspace_of(token) == 17
    assert callbacks.is_one_of(token, ("x", callbacks.hashed(token)))
    assert not callbacks.is_one_of(token + "b", (callbacks.hashed(token),))
    assert not callbacks.is_one_of(token, ())
    for wrong in (
        "",
        "lull_x",
        token[:-1],
        token + "a",
        token.replace("17", "0"),
        token.replace("17", "17_17"),
        f"{token}\n",
    ):
        with pytest.raises(Unauthenticated):
            callbacks.workspace_of(wrong)


def commit_object(committer: bytes, message: bytes = b"x", more: bytes = b"") -> bytes:
    return b"tree 0\nauthor B <b@x> 1 +0000\ncommitter " + committer + b"\n" + more + b"\n" + message


SHA = "d77ead8cbbdc37d04aa8c3466c6e35b7c55a508e"
READ_AT = datetime(2026, 3, 1, tzinfo=UTC)


def parsed(content: bytes) -> Commit:
    return parse_commit(SHA, content, at=READ_AT)


@pytest.mark.parametrize(
    ("committer", "name", "email", "at"),
    [
        (b"A <a@x> 1663431157 -0000", "A", "a@x", "2022-09-17T16:12:37+00:00"),
        (b"<a@x> 1663431157 +0000", "", "a@x", "2022-09-17T16:12:37+00:00"),
        (b"A <> 1663431157 +0000", "A", "", "2022-09-17T16:12:37+00:00"),
        (b"A <B> <a@x> 1663431157 +0000", "A <B>", "a@x", "2022-09-17T16:12:37+00:00"),
        (b"A <a@x> -1 +0000", "A", "a@x", "1970-01-01T00:00:00+00:00"),
        (b"A <a@x> 999999999999999 +1400", "A", "a@x", "2026-03-01T00:00:00+00:00"),
        (b"A <a@x> 1663431157 +9999", "A", "a@x", "2022-09-17T16:12:37+00:00"),
        (b"A <a@x> 1772323500 +0100", "A", "a@x", "2026-03-01T01:05:00+01:00"),
        (b"A <a@x> 1772323501 +0100", "A", "a@x", "2026-03-01T00:00:00+00:00"),
        (b"A\xe2\x80\xae <a\x00@x> 1663431157 +0000", "A", "a@x", "2022-09-17T16:12:37+00:00"),
    ],
)
def test_committers_have_strange_clocks_and_names(committer, name, email, at):
    found = parsed(commit_object(committer))
    assert (found.committer_name, found.committer_email, found.committed_at.isoformat()) == (name, email, at)


def test_a_message_may_be_in_another_encoding_or_in_none():
    latin = commit_object(b"A <a@x> 1663431157 +0000", "Zoë".encode("latin-1"), b"encoding ISO-8859-1\n")
    assert parsed(latin).message == "Zoë"
    unknown = commit_object(b"A <a@x> 1663431157 +0000", "Zoë".encode(), b"encoding klingon\n")
    assert parsed(unknown).message == "Zoë"
    broken = commit_object(b"A <a@x> 1663431157 +0000", b"Zo\xeb")
    assert parsed(broken).message == "Zo\ufffd"
    signed = commit_object(b"A <a@x> 1663431157 +0000", b"x", b"gpgsig -----BEGIN\n committer B <b@x> 1 +0000\n")
    assert parsed(signed).committer_name == "A"
    for wrong in (b"", b"tree 0", b"tree 0\n\nx", commit_object(b"A 1663431157")):
        with pytest.raises(UnreadableCommit):
            parsed(wrong)


@pytest.mark.parametrize(
    "encoding",
    ["Shift_JIS", "EUC-JP", "ISO-2022-JP", "GBK", "gb18030", "KOI8-R", "windows-1251", "CP1252", "Big5", "latin1"],
)
def test_an_encoding_that_git_users_have_is_honoured_in_names_too(encoding):
    text = {"KOI8-R": "Зоя", "windows-1251": "Зоя", "CP1252": "Zoë", "latin1": "Zoë"}.get(encoding, "田中")
    raw = text.encode(encoding)
    header = f"encoding {encoding}\n".encode()
    found = parsed(commit_object(raw + b" <a@x> 1663431157 +0200", raw, header))
    assert (found.committer_name, found.message) == (text, text)


@pytest.mark.parametrize(
    "encoding",
    [
        "idna",
        "undefined",
        "unicode_escape",
        "raw_unicode_escape",
        "punycode",
        "utf-7",
        "utf-16",
        "utf-32",
        "rot13",
        "zip",
        "hex",
        "mbcs",
        "iso-8859-99",
        "cp861x",
        "a\x00b",
        "\xff",
        "x" * 50_000,
    ],
)
def test_any_other_encoding_is_utf_8(encoding):
    header = f"encoding {encoding}\n".encode("latin-1")
    found = parsed(commit_object(b"A <a@x> 1663431157 +0000", b"Zo\xc3\xab \\ud800 +2AA-", header))
    assert (found.committer_name, found.message) == ("A", "Zoë \\ud800 +2AA-")


def test_a_commit_keeps_its_offset_in_the_table():
    from lull.store.codec import Codec

    east = datetime.fromisoformat("2022-09-17T18:12:37+02:00")
    codec = Codec(AppDeployment)
    deployment = a_deployment(commit=replace(COMMIT, committed_at=east))
    found = codec.decode({"body": codec.body(deployment)})
    assert found == deployment
    assert found.commit.committed_at.isoformat() == "2022-09-17T18:12:37+02:00"
    assert found.created_at.tzinfo is UTC
