"""What each operation costs, as docs/costs.md lists it: counted, not claimed."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from unittest import mock

from lull import clock
from lull.domain.answers import Answer
from lull.domain.commits import Commit
from lull.domain.custom_domains import Evidence, Finding, LookedUp
from lull.domain.ledger import Change
from lull.domain.subscribers import Purpose, token
from lull.domain.uptime import Bucket
from lull.gateways.heads import Head
from lull.gateways.subscriber_messages import FanOut, Tell
from lull.store import ledger
from lull.use_cases import (
    api_keys,
    app_deployments,
    custom_domains,
    deployment_chain,
    deployment_reports,
    executor_calls,
    notices,
    probe_calls,
    probing,
    running_outages,
    wake_ups,
    watch,
)
from lull.use_cases.deployment_windows import advance
from lull.use_cases.publishing import publish
from tests.announcement_costs import record_announcements
from tests.api import Api, a_workspace
from tests.applying import SIGNING_SECRET, an_application, say, triggered
from tests.ci_tokens import AUDIENCE, ci_server
from tests.ci_tokens import job as ci_job
from tests.ci_tokens import token as ci_token
from tests.deploying import a_component, a_deployment, an_environment, move
from tests.hooking import a_hook, post, standard_headers
from tests.many import many_cells, many_checks
from tests.metering import Meter, metered
from tests.subscribing import ask, stored, subscribed
from tests.visitors import enter, visit

_INTRODUCTION = """\
# What an operation costs

Counted by a test that drives the real handlers on a table made from `template.yaml` (`tests/costs.py`; `make docs`
writes this page, and a test fails when it is no longer true). Capacity units are DynamoDB's, those of the indexes
included; a transaction's count twice. Look up what a million of them costs in your region.

Every request but a ping is authenticated: the first row is to be added to it.

"""


def page(meters: dict[str, Meter]) -> str:
    rows = [_row(name, meter) for name, meter in meters.items()]
    header = "| operation | AWS calls | write units | read units |\n|---|---|---:|---:|\n"
    return _INTRODUCTION + header + "\n".join(rows) + "\n"


def _row(name: str, meter: Meter) -> str:
    calls = ", ".join(f"{count} {operation}" for operation, count in sorted(meter.calls.items()))
    return f"| {name} | {calls or 'none'} | {meter.write:g} | {meter.read:g} |"


def measured() -> dict[str, Meter]:
    """Every row, from one history of one workspace."""
    api = a_workspace()
    assert api.key is not None
    key = api.key
    meters: dict[str, Meter] = {}

    def record(name: str, work: Callable[[], object], *, authenticated: bool = True) -> None:
        with metered() as meter:
            work()
        if authenticated:
            meter.calls["GetItem"] -= 1
            meter.read -= auth.read
        meters[name] = Meter(+meter.calls, meter.read, meter.write)

    api.get("/api/workspace")
    with metered() as auth:
        api_keys.authenticated(key, at=clock.now())
    meters["authentication by API key"] = auth

    api.post("/api/projects", {"name": "Shop"})
    ten = [_check(api, 1, number) for number in range(10)]
    record("create a check", lambda: _check(api, 1, 99))
    token = api.get("/api/checks/1")["token"]
    ping = lambda: Api(None).post(f"/api/signals/ping/{token}")  # noqa: E731
    record("ping that changes the status", ping, authenticated=False)
    record("ping, routine", ping, authenticated=False)
    record("get a check", lambda: api.get("/api/checks/1"))
    record("list 20 checks of 11", lambda: api.get("/api/checks"))
    record("pause a check by hand", lambda: api.post("/api/checks/11/pause"))
    record("resume a check by hand", lambda: api.post("/api/checks/11/resume"))

    record("report a deployment without autoPause", lambda: api.post("/api/deployments", {"projectId": 1}))
    deployment = {"projectId": 1, "autoPause": True, "checkIds": ten}
    record("report a deployment over 10 checks", lambda: api.post("/api/deployments", deployment))
    record("end a deployment over 10 checks", lambda: api.put("/api/deployments/2/end"))
    record("get a deployment", lambda: api.get("/api/deployments/2"))
    record("list deployments", lambda: api.get("/api/deployments?projectId=1"))

    start = clock.now() + timedelta(hours=1)
    scheduled = {**deployment, "scheduledStartAt": start.isoformat()}
    record("schedule a deployment over 10 checks", lambda: api.post("/api/deployments", scheduled))
    record("start it by its wake-up", lambda: advance(1, 3, at=start), authenticated=False)
    api.put("/api/deployments/3/end")

    api.post("/api/projects", {"name": "Large"})
    many_checks(2, 500)
    large = {"projectId": 2, "autoPause": True}
    record("report a deployment over 500 checks", lambda: api.post("/api/deployments", large))
    record("end a deployment over 500 checks", lambda: api.put("/api/deployments/4/end"))

    api.put("/api/deployments/1/end")
    record("sweep over 511 checks, nothing due", lambda: _sweep(clock.now()), authenticated=False)
    other = f"/api/signals/ping/{api.get('/api/checks/11')['token']}"
    record("failure told by a ping", lambda: Api(None).post(f"{other}/fail"), authenticated=False)
    record("opening its incident", lambda: watch.advance(1, 11, at=clock.now()), authenticated=False)
    record("list incidents", lambda: api.get("/api/incidents"))
    Api(None).post(other)
    record("closing its incident", lambda: watch.advance(1, 11, at=clock.now()), authenticated=False)
    record("list signals", lambda: api.get("/api/checks/11/signals"))
    late, down = (clock.now() + timedelta(seconds=seconds) for seconds in (300, 320))
    record("silence: a check turns late", lambda: watch.advance(1, 11, at=late), authenticated=False)
    record("silence: it is down, with its incident", lambda: watch.advance(1, 11, at=down), authenticated=False)

    changes = [Change(at=clock.now() - timedelta(days=number), bucket=Bucket.OPERATIONAL) for number in range(90)]
    record("ledger of a check: a change", lambda: ledger.record_change(1, 1, changes[0]), authenticated=False)
    for change in changes[1:]:
        ledger.record_change(1, 1, change)
    record("get the uptime of 90 days, all with changes", lambda: api.get("/api/checks/1/uptime"))
    ids = [_probed(api, number) for number in range(200)]
    with mock.patch("lull.gateways.outbound.send", side_effect=_well):
        record("probe that changes the status", lambda: _probe(ids[:1], clock.now()), authenticated=False)
        _probe(ids[1:], clock.now())
        due = clock.now() + timedelta(seconds=60)
        record("sweep that calls for 200 probes", lambda: probe_calls.call_due(at=due), authenticated=False)
        record("probe, routine", lambda: _probe(ids[:1], due), authenticated=False)
        due += timedelta(seconds=60)
        record("200 probes of one batch, routine", lambda: _probe(ids, due), authenticated=False)
        message = lambda: probing.probe([(1, ids[0])], at=due)  # noqa: E731
        record("probe asked for before it is due", message, authenticated=False)

    password = {"visibility": "PASSWORD_PROTECTED", "password": "x"}
    api.post("/api/status-pages", {"name": "Acme", "slug": "acme", **password})
    publish("acme", at=clock.now())
    opened = enter("acme", "x")
    record("open a session with the password of a page", lambda: enter("acme", "x"), authenticated=False)
    shown = {"authorization": f"Bearer {opened.json['token']}"}
    for name, headers in (("by session", shown), ("refused", {})):
        look = lambda headers=headers: visit("GET", "/status/acme", **headers)  # noqa: E731
        record(f"read a page with a password, {name}", look, authenticated=False)
    api.post("/api/status-pages", {"name": "Beta", "slug": "beta", "customDomain": "status.beta.example"})
    right = (LookedUp("", Finding.MATCHES), LookedUp("", Finding.MATCHES))
    target = {"DOMAIN_TARGET": "pages.lull.example"}
    with (
        mock.patch("lull.gateways.name_servers.look_up", return_value=[Evidence(*right)]),
        mock.patch.dict("os.environ", target),
    ):
        record("verify a custom domain", lambda: api.post("/api/status-pages/2/verify-domain"))
        tomorrow = clock.now() + timedelta(days=1, minutes=1)
        look_again = lambda: custom_domains.look_again(at=tomorrow)  # noqa: E731
        record("look at a custom domain, daily", look_again, authenticated=False)
        record("sweep over custom domains, nothing due", look_again, authenticated=False)
    for named, name in (("a page that has a custom domain", "beta"), ("the custom domain", "status.beta.example")):
        publish(name, at=clock.now())
        again = partial(publish, name, at=clock.now())
        record(f"publish {named} again, unchanged", again, authenticated=False)
    record("read a page that does not exist", lambda: visit("GET", "/status/nobody"), authenticated=False)
    _subscribers(api, record)
    _component_deployments(api, record)
    _applications(api, record)
    _ci_jobs(api, record)
    record_announcements(api, record)
    _running_outage(api, record)
    _ci_hooks(api, record)
    return meters


def _ci_jobs(api: Api, record: Callable[..., None]) -> None:
    """A job that reports a deployment."""
    with ci_server() as server:
        settings = {"CI_ISSUERS": server.setting(), "INSTALLATION_URL": AUDIENCE}
        with mock.patch.dict("os.environ", settings):
            body = {"name": "CI", "provider": "github", "issuer": f"{server.url}/github", "repositoryId": "100"}
            record("create a CI trust", lambda: api.post("/api/v1/ci-trusts", {**body, "projectIds": [1]}))
            job = Api(ci_token(ci_job(server, "github", int(clock.now().timestamp()))))
            ask = lambda: job.get("/api/v1/ci-identity")  # noqa: E731
            record("authentication by CI token, once a minute", ask, authenticated=False)
            record("authentication by CI token", ask, authenticated=False)
            report = lambda: job.post("/api/deployments", {"projectId": 1})  # noqa: E731
            record("report a deployment without autoPause, by a CI job, all told", report, authenticated=False)
            component, environment = a_component(api, "till"), an_environment(api, "till")
            deployment = a_deployment(api, component, environment)
            api.post("/api/v1/ci-trusts", {**body, "repositoryId": "101", "environments": ["till"]})
            claims = {"repository_id": "101", "environment": "till"}
            job = Api(ci_token(ci_job(server, "github", int(clock.now().timestamp()), claims=claims)))
            ask()
            begin = lambda: move(job, deployment, "in_progress")  # noqa: E731
            record(
                "a component deployment begins, by a CI job of its environment, all told", begin, authenticated=False
            )


def _running_outage(api: Api, record: Callable[..., None]) -> None:
    """Twelve of these an hour for each page that shows it."""
    api.post("/api/status-pages/1/components", {"name": "Mail", "checkId": 11})
    ledger.record_change(1, 11, Change(at=clock.now() - timedelta(minutes=1), bucket=Bucket.MAJOR))
    publish("acme", at=clock.now())
    later = clock.now() + timedelta(minutes=5)
    wake = partial(running_outages.publish_again, 1, 1, at=later)
    record("wake a page that shows a running outage, each five minutes", wake, authenticated=False)
    again = partial(publish, "acme", at=later)
    record("publish it again, with one component", again, authenticated=False)


def _subscribers(api: Api, record: Callable[..., None]) -> None:
    """A hundred readers of one page, and one more."""
    page = api.post("/api/status-pages", {"name": "Told", "slug": "told"})["id"]
    body = {"email": "me@acme.example", "channel": "EMAIL"}
    with mock.patch.dict("os.environ", {"MAIL_FROM": "lull@lull.example"}), mock.patch("lull.gateways.mail._send"):
        record("subscribe to a page", lambda: ask("told", body), authenticated=False)
        reader = stored(page, "me@acme.example", clock.now())
        asking = Tell(workspace_id=1, page_id=page, subscriber_id=reader.id, subject=reader.request)
        record(
            "ask a subscriber to confirm, by mail", lambda: notices.tell(asking, at=clock.now()), authenticated=False
        )
        path = f"/api/public/subscriptions/confirm/{token(reader, Purpose.CONFIRM)}"
        record("confirm a subscription", lambda: visit("POST", path), authenticated=False)
        readers = [reader, *subscribed(page, 99)]
        told = api.post(f"/api/status-pages/{page}/announcements", {"title": "Down", "body": "It is."})["id"]
        subject = {"workspace_id": 1, "page_id": page, "announcement_id": told, "subject": "update-1"}
        record(
            "find 100 subscribers of an update",
            lambda: notices.fan_out(FanOut(**subject), at=clock.now()),
            authenticated=False,
        )

        def tell_all() -> None:
            for each in readers:
                notices.tell(Tell(subscriber_id=each.id, **subject), at=clock.now())

        record("tell these 100, by mail", tell_all, authenticated=False)


async def _well(*_: object) -> Answer:
    return Answer(status_code=200, elapsed_ms=100)


def _probed(api: Api, number: int) -> int:
    body = {"projectId": 2, "name": f"Site {number}", "intervalSeconds": 60}
    return int(api.post("/api/checks", {**body, "checkMode": "OUTBOUND", "url": "https://example.com/health"})["id"])


def _probe(ids: list[int], at: datetime) -> None:
    """A batch, and the calls for the next probes."""
    probe_calls.call_next(probing.probe([(1, each) for each in ids], at=at).written, at=at)


def _sweep(at: datetime) -> None:
    wake_ups.redrive_overdue(at=at)
    wake_ups.wake_heartbeats(at=at)
    probe_calls.call_due(at=at)


def _check(api: Api, project: int, number: int) -> int:
    body = {"projectId": project, "name": f"Check {number}", "intervalSeconds": 300}
    return int(api.post("/api/checks", body)["id"])


def _component_deployments(api: Api, record: Callable[..., None]) -> None:
    """What runs where: from the record to quiet checks."""
    component, environment = a_component(api, projectId=1), an_environment(api)
    wanted = {"componentId": component, "environmentId": environment, "version": "v2.3.1"}
    record("record a component deployment", lambda: api.post("/api/v1/deployments", wanted))
    record(
        "record one with an idempotency key",
        lambda: api("POST", "/api/v1/deployments", wanted, idempotency_key="run-1"),
    )
    first, second = (each["id"] for each in reversed(api.get("/api/v1/deployments")["data"]))
    record("it begins", lambda: move(api, first, "in_progress"))
    wake = lambda: deployment_chain.advance(api.get("/api/workspace")["id"], first, at=clock.now())  # noqa: E731
    record("its 11 checks go quiet", wake)
    record("it succeeds", lambda: move(api, first, "succeeded"))
    record("its 11 checks are back", wake)
    move(api, second, "in_progress", "succeeded")
    record("the next is rolled back", lambda: move(api, second, "rolled_back"))
    record("get a component deployment", lambda: api.get(f"/api/v1/deployments/{first}"))
    record("list component deployments", lambda: api.get("/api/v1/deployments"))
    record("get the latest of a component", lambda: api.get(f"/api/v1/deployments/latest?componentId={component}"))
    asked = f"componentId={component}&environmentId={environment}"
    record("ask whether it may be deployed", lambda: api.get(f"/api/v1/deployments/can-deploy?{asked}"))
    record("get the delivery metrics", lambda: api.get("/api/v1/deployments/metrics"))
    many_cells(api.get("/api/workspace")["id"], components=200, environments=5)
    record("get the matrix of 201 components in 6 environments", lambda: api.get("/api/v1/deployments/matrix"))


def _applications(api: Api, record: Callable[..., None]) -> None:
    """From a repository whose host takes a token to the executor and the component deployment."""
    commit = Commit(sha="d" * 40, message="m", committer_name="J", committer_email="j@x", committed_at=clock.now())
    repository = {"provider": "git", "url": "https://git.example/shop.git"}
    webhook = {"kind": "webhook", "url": "https://ci.example/deploy", "secret": SIGNING_SECRET}
    ids = {"componentId": a_component(api, "shop"), "environmentId": an_environment(api, "shop")}
    with mock.patch("lull.gateways.repositories.newest", return_value=Head("main", commit)):
        plain = an_application(api, repository["url"], "plain")
        record("trigger a deployment of an application", lambda: triggered(api, plain))
        make = lambda: an_application(api, "", repository={**repository, "token": "x"}, executor=webhook, **ids)  # noqa: E731
        record("create an application with secrets", make)
        shop = next(each for each in api.get("/v1/applications")["applications"] if each["name"] == "Shop")
        path = f"/v1/applications/{shop['id']}"
        record("trigger one with a token and a component", lambda: triggered(api, path))
    made = api.get(f"{path}/deployments")["deployments"][0]
    workspace = api.get("/api/workspace")["id"]
    with mock.patch("lull.gateways.outbound.send", side_effect=_well):
        tell = lambda: executor_calls.call(workspace, made["id"], at=clock.now())  # noqa: E731
        record("tell its executor", tell, authenticated=False)
    record("it says that it is building", lambda: say(api, path, made, "building"))
    drive = lambda: app_deployments.advance(workspace, made["id"], at=clock.now())  # noqa: E731
    record("its component deployment begins", drive, authenticated=False)
    for _ in range(99):
        with mock.patch("lull.gateways.repositories.newest", return_value=Head("main", commit)):
            triggered(api, plain)
    record("list 100 deployments of an application", lambda: api.get(f"{plain}/deployments"))


def _ci_hooks(api: Api, record: Callable[..., None]) -> None:
    """From what a provider sends to what runs where."""
    api.post("/api/v1/components", {"name": "hooked"})
    hook = a_hook(api, "standard")
    ids: list[str] = []

    def receive(kind: str, name: str) -> None:
        at = clock.now()
        said = {"externalId": "1", "component": "hooked", "environment": "production", "version": "v1"}
        body = json.dumps({"type": f"deployment.{kind}", "timestamp": at.isoformat(), "data": said}).encode()
        answer = post(hook.id, body, **standard_headers(hook.secret, name, at, body))
        ids.append(str(answer.json["deliveryId"]))

    workspace = api.get("/api/workspace")["id"]
    apply = lambda: deployment_reports.advance(workspace, ids[-1], at=clock.now())  # noqa: E731
    record("receive a webhook", lambda: receive("pending", "a"), authenticated=False)
    record("receive it once more", lambda: receive("pending", "a"), authenticated=False)
    record("apply it: a new deployment", apply, authenticated=False)
    for kind in ("started", "succeeded"):
        receive(kind, kind)
        record(f"apply the next: it has {kind}", apply, authenticated=False)
    receive("succeeded", "again")
    record("apply a later success", apply, authenticated=False)
    wrong = lambda: post(hook.id, b"{}", **{"webhook-id": "x"})  # noqa: E731
    record("refuse a webhook that is not signed", wrong, authenticated=False)
    record("list the deliveries of a hook", lambda: api.get(f"/api/v1/hooks/{hook.id}/deliveries"))
