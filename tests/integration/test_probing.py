"""Checks that are probed: the real handlers on the real pipeline, against a service on this machine."""

import asyncio

import pytest

from lull import clock
from lull.store import due, keys
from tests.api import Api, a_workspace
from tests.web_servers import Exchange, served


@pytest.fixture
def api(service, time) -> Api:
    client = a_workspace()
    client.post("/api/projects", {"name": "Shop"})
    return client


@pytest.fixture
def minute(stack, time):
    """A minute passes, and the sweep comes with all that follows from it."""

    def passes():
        time.passes(seconds=60)
        swept = stack.invoke("MonitorFunction", {})
        stack.drain()
        return swept

    return passes


def check(api: Api, check_id: int = 1):
    return api.get(f"/api/checks/{check_id}")


def watched() -> list[int]:
    """The checks in the index of what is to be probed, ever."""
    return [each.check_id for each in due.list_watched(keys.PROBES, until=clock.now().replace(year=2090))]


def test_a_new_check_is_probed_at_once_and_then_each_interval(api, service, stack, time, minute):
    created = api.get(f"/api/checks/{service.watched_by(api)}")
    assert created["lastProbe"] is None
    stack.drain()
    read = check(api)
    assert (read["status"], read["lastPingAt"], read["nextDueAt"]) == ("OK", created["createdAt"], shown(time, 60))
    assert read["lastProbe"] == {
        "at": created["createdAt"],
        "succeeded": True,
        "statusCode": 200,
        "durationMs": read["lastProbe"]["durationMs"],
        "reason": None,
        "consecutiveFailures": 0,
        "consecutiveSuccesses": 1,
    }
    assert minute()["probes"] == 1
    assert service.probes == 2
    assert check(api)["lastProbe"]["consecutiveSuccesses"] == 2
    assert [each["type"] for each in api.get("/api/checks/1/signals")["items"]] == ["SUCCESS"]


def shown(time, seconds: int) -> str:
    return str(time.after(seconds=seconds)).replace("000+00:00", "Z").replace("+00:00", "Z")


def test_three_failures_open_an_incident_that_says_why_and_a_recovery_closes_it(api, service, stack, time, minute):
    service.watched_by(api)
    stack.drain()
    service.status = 503
    minute()
    minute()
    assert check(api)["status"] == "OK"
    assert check(api)["lastProbe"]["consecutiveFailures"] == 2
    minute()
    down = check(api)
    reason = "status 503, expected 200 to 399"
    assert (down["status"], down["lastProbe"]["reason"], down["lastProbe"]["statusCode"]) == ("DOWN", reason, 503)
    newest = api.get("/api/checks/1/signals")["items"][0]
    assert (newest["type"], newest["source"], newest["message"]) == ("FAIL", "probe", reason)
    incident = api.get(f"/api/incidents/{down['incidentId']}")
    assert (incident["state"], incident["openedAt"]) == ("ACTIVE", down["lastProbe"]["at"])
    opened = api.get(f"/api/incidents/{incident['id']}/events")[0]
    assert (opened["type"], opened["body"]) == ("OPENED", reason)
    minute()
    service.status = 200
    minute()
    assert (check(api)["status"], check(api)["incidentId"]) == ("OK", None)
    assert api.get(f"/api/incidents/{incident['id']}")["state"] == "RESOLVED"
    assert [each["type"] for each in api.get("/api/checks/1/signals")["items"]] == ["SUCCESS", "FAIL", "SUCCESS"]
    assert api.get("/api/incidents")["total"] == 1


def test_a_recovery_may_take_several_successes_in_a_row_and_a_pause_does_not_shorten_it(
    api, service, stack, time, minute
):
    service.status = 500
    service.watched_by(api, failAfterConsecutive=1, resolveAfterConsecutiveSuccess=3)
    stack.drain()
    assert check(api)["status"] == "DOWN"
    service.status = 200
    minute()
    minute()
    api.post("/api/checks/1/pause")
    time.passes(seconds=1)
    api.post("/api/checks/1/resume")
    time.passes(seconds=1)
    stack.drain()
    minute()
    assert (check(api)["status"], check(api)["lastProbe"]["consecutiveSuccesses"]) == ("RESUMED", 2)
    assert check(api)["incidentId"] == 1
    minute()
    assert (check(api)["status"], check(api)["incidentId"]) == ("OK", None)


@pytest.mark.parametrize(
    ("settings", "answer", "reason"),
    [
        ({"expectedStatusMin": 204, "expectedStatusMax": 204}, {}, "status 200, expected 204"),
        ({"bodyContains": "green"}, {}, "the body lacks the expected text"),
        ({"bodyNotContains": "well"}, {}, "the body contains text that must not be there"),
        ({"bodyContains": "well", "bodyNotContains": "red"}, {}, None),
        ({"followRedirects": False}, {"status": 302, "headers": {"Location": "/elsewhere"}}, None),
        ({}, {"status": 302, "headers": {"Location": "/elsewhere"}}, "more than 5 redirects"),
        ({"url": "https://nowhere.test/"}, {}, "the name could not be resolved"),
        ({"url": "http://127.0.0.1:9/"}, {}, "connection refused"),
        ({"method": "POST", "headers": {"X-Probe": "1"}}, {}, None),
    ],
)
def test_a_failure_says_why(api, service, stack, settings, answer, reason):
    for name, value in answer.items():
        setattr(service, name, value)
    service.watched_by(api, **settings)
    stack.drain()
    last = check(api)["lastProbe"]
    assert (last["succeeded"], last["reason"]) == (reason is None, reason)


def test_a_service_that_does_not_answer_in_time_has_failed(api, service, stack):
    waiting = asyncio.Event()

    async def silent(_exchange: Exchange) -> None:
        await waiting.wait()

    with served(silent) as server:
        service.watched_by(api, url=f"http://127.0.0.1:{server.port}/", timeoutMs=1_000)
        stack.drain()
    last = check(api)["lastProbe"]
    assert (last["statusCode"], last["reason"]) == (None, "no complete answer within 1000 ms")


def test_the_request_is_the_one_that_was_asked_for(api, service, stack):
    service.watched_by(api, method="POST", headers={"X-Probe": "1", "User-Agent": "mine"})
    stack.drain()
    (head,) = service.server.heads
    assert head.startswith("POST /health HTTP/1.1\r\n")
    assert "X-Probe: 1\r\n" in head
    assert "User-Agent: mine\r\n" in head


def test_what_is_held_is_not_probed_and_what_is_released_is_at_once_and_counted_anew(api, service, stack, time, minute):
    service.watched_by(api)
    stack.drain()
    service.status = 500
    minute()
    minute()
    api.post("/api/checks/1/pause")
    minute()
    assert (service.probes, watched()) == (3, [])
    assert minute()["probes"] == 0
    api.post("/api/checks/1/resume")
    time.passes(seconds=1)
    stack.drain()
    assert (service.probes, check(api)["status"]) == (4, "RESUMED")
    assert check(api)["lastProbe"]["consecutiveFailures"] == 1
    minute()
    assert check(api)["status"] == "RESUMED"
    minute()
    assert check(api)["status"] == "DOWN"


def test_a_success_after_a_release_makes_it_ok(api, service, stack, time):
    service.watched_by(api)
    stack.drain()
    api.post("/api/checks/1/pause")
    time.passes(seconds=1)
    api.post("/api/checks/1/resume")
    time.passes(seconds=1)
    stack.drain()
    assert check(api)["status"] == "OK"


def test_what_is_edited_is_probed_at_once_as_it_is_by_then(api, service, stack, time):
    service.watched_by(api, intervalSeconds=3600)
    stack.drain()
    time.passes(seconds=10)
    api.patch("/api/checks/1", {"bodyContains": "green"})
    stack.drain()
    assert check(api)["lastProbe"]["reason"] == "the body lacks the expected text"
    api.patch("/api/checks/1", {"bodyContains": None})
    time.passes(seconds=10)
    stack.drain()
    assert (service.probes, check(api)["lastProbe"]["succeeded"]) == (3, True)
