"""What providers send is read, or ignored for a reason; and nothing that anybody sends makes reading fail."""

import copy
import gzip
import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lull.domain import ci_events
from lull.domain.ci_hooks import SCHEMES, CiHook, EnvironmentRule, Provider, Rule
from lull.domain.ci_payloads import link, moment, parse, sha, text, version_of
from lull.domain.component_deployments import Reason, Status
from lull.domain.deployment_reports import Report, Source
from lull.domain.no_reports import Ignored, Malformed, Ping, Unknown
from tests.builders import NOON
from tests.hooking import a_status

GITHUB = Path(__file__).parents[1] / "corpora/github_webhooks.jsonl.gz"


@cache
def github_examples() -> list[dict[str, Any]]:
    """Of @octokit/webhooks-examples 7.6.1 (MIT): all of deployments, runs and pings, and one of each other event."""
    return [json.loads(line) for line in gzip.decompress(GITHUB.read_bytes()).splitlines()]


def a_hook(provider: Provider = Provider.GITHUB, *, runs: bool = True) -> CiHook:
    anywhere = (EnvironmentRule(pattern="*", environment_id="e"),)
    rule = Rule(repository="*", source=Source.RUNS, component_id="c", environments=anywhere)
    return CiHook(
        id="h",
        workspace_id=1,
        name="Shop",
        provider=provider,
        scheme=SCHEMES[provider][0],
        rules=(rule,) if runs else (),
        created_at=NOON,
        created_by="key:CI",
    )


def heard(
    event: str, payload: Any, *, provider: Provider = Provider.GITHUB, runs: bool = True, headers: Any = None
) -> Any:
    named = {"x-github-event": event, **(headers or {})}
    return ci_events.read(a_hook(provider, runs=runs), named, payload, at=NOON).heard


def test_real_events_of_github_are_what_they_are():
    kinds = Counter((each["event"], type(heard(each["event"], each["payload"]))) for each in github_examples())
    about = {(event, kind): count for (event, kind), count in kinds.items() if kind is not Unknown}
    assert about == {
        ("deployment", Report): 4,
        ("deployment_status", Report): 4,
        ("workflow_run", Report): 2,
        # Two are requested, and one is called completed and has no conclusion.
        ("workflow_run", Ignored): 3,
        ("ping", Ping): 4,
    }
    assert sum(count for (_, kind), count in kinds.items() if kind is Unknown) > 50


def test_a_real_status_of_github_fills_every_fact():
    statuses = [each["payload"] for each in github_examples() if each["event"] == "deployment_status"]
    (status,) = [each for each in statuses if each.get("workflow_run")]
    report = heard("deployment_status", status)
    assert report == Report(
        key="github:186853002:145988746",
        status=Status.IN_PROGRESS,
        at=datetime(2022, 1, 3, 1, 28, 40, tzinfo=UTC),
        attempt=1,
        repository="Codertocat/Hello-World",
        repository_id="186853002",
        environment="github-pages",
        version="f95f852",
        commit_sha="f95f852bd8fca8fcc58a9a2d6c842781e32a215e",
        ref="master",
        link="https://github.com/CorsixTH/CorsixTH/runs/4687056418?check_suite_focus=true",
        deployed_by="Codertocat",
    )


STATES = [
    ("queued", Status.PENDING),
    ("pending", Status.PENDING),
    ("waiting", Status.PENDING),
    ("in_progress", Status.IN_PROGRESS),
    ("success", Status.SUCCEEDED),
    ("failure", Status.FAILED),
    ("error", Status.FAILED),
    ("inactive", None),
    ("constructor", None),
]


@pytest.mark.parametrize(("state", "status"), STATES)
def test_each_state_of_github(state, status):
    found = heard("deployment_status", a_status(state, at=NOON))
    assert found.status is status if status else isinstance(found, Ignored)


CONCLUSIONS = [
    ("success", Status.SUCCEEDED, None),
    ("failure", Status.FAILED, Reason.FAILED),
    ("startup_failure", Status.FAILED, Reason.FAILED),
    ("timed_out", Status.FAILED, Reason.TIMED_OUT),
    ("cancelled", Status.FAILED, Reason.CANCELLED),
    # Nothing that a deployment could become.
    ("skipped", None, None),
    ("neutral", None, None),
    ("stale", None, None),
    ("action_required", None, None),
    ("constructor", None, None),
    (None, None, None),
]


def a_run(action: str, **run: Any) -> dict[str, Any]:
    return {"action": action, "workflow_run": {"id": 1, **run}, "repository": {"id": 42, "full_name": "a/b"}}


@pytest.mark.parametrize(("conclusion", "status", "reason"), CONCLUSIONS)
def test_each_conclusion_of_a_run(conclusion, status, reason):
    payload = a_run("completed", conclusion=conclusion, run_attempt=3)
    found = heard("workflow_run", payload)
    if status:
        assert (found.status, found.reason, found.attempt, found.key) == (status, reason, 3, "github:42:run:1")
    else:
        assert isinstance(found, Ignored)
        assert str(conclusion) in found.reason
    assert isinstance(heard("workflow_run", payload, runs=False), Unknown)


@pytest.mark.parametrize(("action", "status"), [("requested", None), ("in_progress", Status.IN_PROGRESS), ("x", None)])
def test_a_run_is_a_deployment_once_it_runs(action, status):
    found = heard("workflow_run", a_run(action))
    assert found.status is status if status else isinstance(found, Ignored)


GITLAB_STATES = [
    # What it is, of a deployment and of a pipeline.
    ("created", None, None, None),
    ("blocked", None, None, None),
    ("waiting_for_resource", None, None, None),
    ("preparing", None, None, None),
    ("pending", None, None, None),
    ("scheduled", None, None, None),
    ("manual", None, None, None),
    ("skipped", None, None, None),
    ("approved", None, None, None),
    ("running", Status.IN_PROGRESS, Status.IN_PROGRESS, None),
    ("canceling", None, Status.IN_PROGRESS, None),
    ("success", Status.SUCCEEDED, Status.SUCCEEDED, None),
    ("failed", Status.FAILED, Status.FAILED, Reason.FAILED),
    ("canceled", Status.FAILED, Status.FAILED, Reason.CANCELLED),
]


@pytest.mark.parametrize(("state", "of_deployment", "of_pipeline", "reason"), GITLAB_STATES)
def test_each_state_of_gitlab(state, of_deployment, of_pipeline, reason):
    def found(payload: Any) -> tuple[Any, ...]:
        told = {**payload, "project": {"id": 30}}
        report = heard("", told, provider=Provider.GITLAB, headers={"x-gitlab-instance": "https://Git.Example/"})
        if isinstance(report, Ignored):
            assert state in report.reason
            return None, None, None
        return report.status, report.reason, report.key.removeprefix("gitlab:https://git.example:30:")

    def expected(status: Status | None, key: str) -> tuple[Any, ...]:
        return (status, reason, key) if status else (None, None, None)

    deployment = {"object_kind": "deployment", "status": state, "deployable_id": 7}
    assert found(deployment) == expected(of_deployment, "7")
    pipeline = {"object_kind": "pipeline", "object_attributes": {"id": 8, "status": state}}
    assert found(pipeline) == expected(of_pipeline, "pipeline:8")


BEGUN = "2021-04-28 21:50:00 UTC"
BUILDS: list[tuple[Any, Any, bool]] = [
    # The beginnings of its jobs, its duration, and whether it is a deployment.
    ([None, None], None, False),
    ([None, None], 0, False),
    ([None, BEGUN], 12, True),
    # It had jobs of another kind: those that start other pipelines are not listed.
    ([None], 12, True),
    ([], None, True),
    (None, None, True),
]


@pytest.mark.parametrize(("begun", "duration", "is_one"), BUILDS)
def test_a_pipeline_that_was_cancelled_before_any_job_began_is_no_deployment(begun, duration, is_one):
    pipeline = {"id": 8, "status": "canceled", "duration": duration}
    builds = [{"id": 1, "started_at": each} for each in begun] if begun is not None else None
    payload = {"object_kind": "pipeline", "object_attributes": pipeline, "project": {"id": 30}, "builds": builds}
    found = heard("", payload, provider=Provider.GITLAB)
    assert found.reason == Reason.CANCELLED if is_one else found == Ignored("canceled: nothing ran")


def test_inactive_is_said_to_be_no_rollback():
    assert "took its place" in heard("deployment_status", a_status("inactive", at=NOON)).reason


def test_what_a_deployment_is_called():
    def version(**deployment: Any) -> str:
        payload = a_status("success", at=NOON)
        payload["deployment"] |= deployment
        return str(heard("deployment_status", payload).version)

    assert version(payload={"version": "v2.4.1-rc.1"}) == "v2.4.1-rc.1"
    assert version(payload='{"version": "v2"}') == "v2"
    assert version(payload="[[[[") == version(payload=[1]) == version(payload={"version": 7}) == "9fceb02"
    assert version(ref="refs/tags/release-7") == "release-7"
    assert version(ref="v2.4.1") == "v2.4.1"
    assert version(ref="release/2.4") == "9fceb02"
    assert version(ref="main", sha=None) == "main"
    assert version_of() == "unknown"


def test_a_deployment_of_another_server_is_another():
    assert heard("deployment", a_status("", at=NOON), headers={"x-github-enterprise-host": "git.acme.example"}).key == (
        "github:git.acme.example:42:1"
    )


def test_nothing_happens_later_than_it_is_told():
    assert heard("deployment_status", a_status("success", at=NOON + timedelta(days=1))).at == NOON


COMMITTED = [
    (NOON - timedelta(days=9), True),
    (NOON + timedelta(minutes=5), True),
    (NOON + timedelta(minutes=5, seconds=1), False),
    (NOON + timedelta(days=365), False),
]


@pytest.mark.parametrize(("when", "is_fact"), COMMITTED)
def test_the_date_of_a_commit_that_is_yet_to_be_made_is_left_out_and_the_event_counts(when, is_fact):
    said = {"timestamp": when.isoformat()}
    github = a_run("completed", conclusion="success", head_commit=said)
    pipeline = {"id": 8, "status": "success"}
    gitlab = {"object_kind": "pipeline", "object_attributes": pipeline, "project": {"id": 30}, "commit": said}
    for report in (heard("workflow_run", github), heard("", gitlab, provider=Provider.GITLAB)):
        assert report.status is Status.SUCCEEDED
        assert report.commit_timestamp == (when if is_fact else None)


MOMENTS = [
    ("2026-03-01T12:00:00Z", "2026-03-01T12:00:00+00:00"),
    ("2026-03-01T12:00:00.123456Z", "2026-03-01T12:00:00.123000+00:00"),
    ("2021-04-28 21:50:00 +0200", "2021-04-28T19:50:00+00:00"),
    ("2021-04-28 21:50:00 UTC", "2021-04-28T21:50:00+00:00"),
    ("2021-04-28T21:50:00-05:30", "2021-04-29T03:20:00+00:00"),
    (1772366400, "2026-03-01T12:00:00+00:00"),
]


def test_times_are_read_as_providers_write_them():
    for said, meant in MOMENTS:
        found = moment(said)
        assert found is not None
        assert found.isoformat() == meant
    wrong: Any
    for wrong in (None, "", "now", "2026-02-30T12:00:00Z", "1999-12-31T23:59:59Z", 10**30, -1, True, 1.5, [], {}):
        assert moment(wrong) is None


def test_texts_links_and_commits_are_what_they_should_be_or_nothing():
    assert text("  a\u202eb\n\x00 ") == "ab"
    assert text("\ud800") == "?"
    assert text("x" * 300) == "x" * 255
    assert text("") is text(7) is text(None) is text(" ") is None
    assert link(None, "javascript:alert(1)", "http://", "https://[", "https://a.example/1") == "https://a.example/1"
    assert link("https://a.example/\n", "https://ü.example") is None
    assert sha("9FCEB02") == "9fceb02"
    assert sha("main") is sha(None) is sha("abc") is None


def test_a_body_is_an_object_in_json_or_in_a_form():
    assert parse(b'{"a": 1}', "application/json") == {"a": 1}
    assert parse(b"payload=%7B%22a%22%3A+1%7D", "application/x-www-form-urlencoded; charset=utf-8") == {"a": 1}
    for wrong in (
        b"",
        b"[]",
        b"1",
        b"null",
        b"\xff",
        b"{",
        b'{"a":' + b"[" * 100_000,
        b'{"a": 1' + b"0" * 5_000 + b"}",
    ):
        assert parse(wrong, "application/json") is None, wrong[:20]
        assert parse(wrong, "application/x-www-form-urlencoded") is None, wrong[:20]


IMPOSSIBLE: list[tuple[str, Any]] = [
    ("version", 5),
    ("version", "  "),
    ("version", "\ud800"),
    ("version", "x" * 256),
    ("commitSha", "zz!"),
    ("commitTimestamp", "yesterday"),
    ("commitTimestamp", (NOON + timedelta(minutes=6)).isoformat()),
    ("link", "javascript:1"),
    ("link", "https://a.example/" + "x" * 2048),
    ("attempt", "x"),
    ("attempt", 0),
    ("attempt", True),
    ("externalId", []),
    ("externalId", None),
    ("componentId", "checkout"),
    ("environmentId", 7),
    ("component", {}),
    ("environment", False),
    ("repository", 1.5),
    ("path", 1),
    ("ref", ["main"]),
    ("deployedBy", 7),
    ("description", "x" * 256),
]


def told_in_our_words(at: Any = "2026-01-01T00:00:00Z", /, **data: Any) -> Any:
    payload = {"type": "deployment.started", "timestamp": at, "data": {"externalId": "1", **data}}
    return heard("", payload, provider=Provider.STANDARD)


@pytest.mark.parametrize(("field", "value"), IMPOSSIBLE)
def test_a_field_of_our_own_schema_that_cannot_be_is_named(field, value):
    assert [each.field for each in told_in_our_words(**{field: value}).errors] == [f"data.{field}"]


@pytest.mark.parametrize("at", ["yesterday", [], 10**30, True, (NOON + timedelta(minutes=6)).isoformat()])
def test_when_it_happened_is_a_time_that_has_come(at):
    assert [each.field for each in told_in_our_words(at).errors] == ["timestamp"]


def test_all_that_is_wrong_is_named_at_once():
    errors = told_in_our_words("yesterday", version=5, link="x").errors
    assert [each.field for each in errors] == ["timestamp", "data.version", "data.link"]
    nothing = heard("", {"type": "deployment.started", "data": []}, provider=Provider.STANDARD)
    assert [each.field for each in nothing.errors] == ["data"]


def test_fields_of_our_own_schema_are_optional_and_others_are_passed_over():
    optional = dict.fromkeys({field for field, _ in IMPOSSIBLE} - {"externalId"})
    report = told_in_our_words(None, **optional, colour="red")
    assert report == told_in_our_words((NOON + timedelta(minutes=5)).isoformat())
    assert (report.version, report.at) == ("unknown", NOON)
    assert told_in_our_words(version="x" * 255).version == "x" * 255


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
    max_leaves=5,
)


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside = value.items() if isinstance(value, dict) else ()
    return [path, *(place for name, each in inside for place in _places(each, (*path, name)))]


_SAMPLES = [
    (Provider.GITHUB, "deployment_status", a_status("success", at=NOON, workflow_run={"run_attempt": 1})),
    (
        Provider.GITHUB,
        "workflow_run",
        {"action": "completed", "workflow_run": {"id": 1, "conclusion": "success"}, "repository": {"id": 1}},
    ),
    (
        Provider.GITLAB,
        "",
        {"object_kind": "deployment", "status": "success", "deployment_id": 1, "project": {"id": 1}, "user": {}},
    ),
    (
        Provider.GITLAB,
        "",
        {"object_kind": "pipeline", "object_attributes": {"id": 1, "status": "success"}, "project": {"id": 1}},
    ),
    (Provider.STANDARD, "", {"type": "deployment.started", "timestamp": "", "data": {"externalId": "1"}}),
]


@settings(max_examples=100)
@given(st.data())
def test_whatever_stands_where_in_a_payload_reading_it_does_not_fail(data):
    provider, event, sample = data.draw(st.sampled_from(_SAMPLES))
    payload = copy.deepcopy(sample)
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(_places(payload)))
        if not path:
            continue
        place: Any = payload
        for name in path[:-1]:
            place = place[name]
        place[path[-1]] = data.draw(JSON)
    found = heard(event, payload, provider=provider)
    assert isinstance(found, Report | Ignored | Malformed | Ping | Unknown)
    if isinstance(found, Report):
        # It can be stored as text.
        assert repr(found).encode(errors="strict")
