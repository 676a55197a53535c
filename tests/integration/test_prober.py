"""The prober: batches, races and messages that come again."""

import asyncio
import json
from contextlib import suppress
from typing import Any

import boto3
import pytest

import prober
from lull import clock, settings
from lull.domain.checks import CheckMode, Probe
from lull.store import checks, judgements, keys
from tests.api import Api, a_workspace
from tests.builders import a_check
from tests.services import calls, messages
from tests.web_servers import Exchange, served


@pytest.fixture
def api(service, time) -> Api:
    client = a_workspace()
    client.post("/api/projects", {"name": "Shop"})
    return client


def check(api: Api, check_id: int = 1):
    return api.get(f"/api/checks/{check_id}")


def failures(of: dict[str, Any]) -> list[str]:
    return [each["itemIdentifier"] for each in prober.lambda_handler(of, None)["batchItemFailures"]]


MEANWHILE = {
    "paused": lambda api: api.post("/api/checks/1/pause"),
    "paused and released": lambda api: (api.post("/api/checks/1/pause"), api.post("/api/checks/1/resume")),
    "edited": lambda api: api.patch("/api/checks/1", {"name": "Store"}),
    "pinged": lambda api: Api(None).post(f"/api/signals/ping/{check(api)['token']}"),
}


@pytest.mark.parametrize("change", MEANWHILE.values(), ids=MEANWHILE.keys())
def test_a_result_is_dropped_if_something_happened_to_the_check_meanwhile(api, service, time, change):
    service.watched_by(api, failAfterConsecutive=1)
    service.status = 500

    def happen() -> None:
        time.passes(seconds=1)
        change(api)

    service.meanwhile.append(happen)
    assert failures(calls(1)) == []
    assert service.probes == 1
    assert check(api)["lastProbe"] is None
    assert check(api)["status"] != "DOWN"


def test_a_check_that_is_deleted_while_it_is_probed_does_not_come_back(api, service, stack):
    service.watched_by(api, failAfterConsecutive=1)
    service.status = 500
    service.meanwhile.append(lambda: api.delete("/api/checks/1"))
    assert failures(calls(1)) == []
    items = boto3.client("dynamodb").scan(TableName=settings.table_name())["Items"]
    assert [item["SK"]["S"] for item in items if item["PK"]["S"] == keys.of_check(1, 1)] == []
    stack.drain()
    assert api.get("/api/incidents")["total"] == 0


def test_a_message_that_comes_again_probes_and_counts_once(api, service):
    service.watched_by(api)
    service.status = 500
    assert failures(calls(1, 1, 1)) == []
    for _ in range(3):
        assert failures(calls(1)) == []
    assert service.probes == 1
    assert check(api)["lastProbe"]["consecutiveFailures"] == 1


def test_two_probers_at_once_count_one_failure_and_call_for_one_next_probe(api, service, monkeypatch):
    sent: list[Any] = []
    monkeypatch.setattr("lull.gateways.queues.send_probes", lambda found, at: sent.extend(found))
    service.watched_by(api)
    service.status = 500
    service.meanwhile.append(lambda: prober.lambda_handler(calls(1), None))
    assert failures(calls(1)) == []
    assert service.probes == 2
    assert check(api)["lastProbe"]["consecutiveFailures"] == 1
    assert len(sent) == 1


def test_what_is_gone_is_no_probe_or_is_not_due_is_left_alone(api, service, time):
    api.post("/api/checks", {"projectId": 1, "name": "Heartbeat", "intervalSeconds": 60})
    service.watched_by(api)
    assert failures(calls(1, 2, 99)) == []
    time.passes(seconds=58)
    assert failures(calls(1, 2, 99)) == []
    assert service.probes == 1
    assert check(api, 1)["lastProbe"] is None
    # A message is delivered to the second.
    time.passes(seconds=1)
    failures(calls(2))
    assert service.probes == 2


def test_what_is_no_message_is_reported_alone(api, service):
    service.watched_by(api)
    good = calls(1)["Records"][0]["body"]
    wake_up = json.dumps({"kind": "deployment", "workspace_id": 1, "record_id": 1})
    poison = ["{", "[]", "null", "{}", wake_up]
    assert failures(messages(*poison[:2], good, *poison[2:])) == ["m0", "m1", "m3", "m4", "m5"]
    assert service.probes == 1


def test_a_check_whose_result_cannot_be_written_is_reported_with_all_its_messages_and_alone(api, service, monkeypatch):
    for _ in range(2):
        service.watched_by(api)

    def save_probe(after, noted, *, was):
        if was.id == 1:
            raise RuntimeError("no table")
        return save(after, noted, was=was)

    save = judgements.save_probe
    monkeypatch.setattr(judgements, "save_probe", save_probe)
    assert failures(calls(1, 2, 1)) == ["m0", "m2"]
    assert check(api, 2)["status"] == "OK"


@pytest.mark.parametrize(
    "damage",
    [{"body": {"S": "{"}}, {"health": {"S": "UNWELL"}}, {"probeState": {"S": "[]"}}, {"revision": None}],
    ids=lambda damage: next(iter(damage)),
)
def test_a_check_that_cannot_be_read_is_reported_with_all_its_messages_and_alone(api, service, damage):
    for _ in range(3):
        service.watched_by(api)
    client = boto3.client("dynamodb")
    key = {name: {"S": value} for name, value in keys.check(1, 2).items()}
    item = client.get_item(TableName=settings.table_name(), Key=key)["Item"]
    changed = {name: value for name, value in {**item, **damage}.items() if value}
    client.put_item(TableName=settings.table_name(), Item=changed)
    assert failures(calls(1, 2, 3, 2)) == ["m1", "m3"]
    assert service.probes == 2
    assert [check(api, each)["lastProbe"]["succeeded"] for each in (1, 3)] == [True, True]


def test_two_hundred_checks_are_probed_at_once(api, service):
    everybody = asyncio.Event()

    async def together(exchange: Exchange) -> None:
        if server.open_now == 200:
            everybody.set()
        with suppress(TimeoutError):
            await asyncio.wait_for(everybody.wait(), 50)
        everybody.set()
        await exchange.answer(200)

    with served(together) as server:
        probe = Probe(url=f"http://127.0.0.1:{server.port}/", timeout_ms=60_000)
        for number in range(1, 201):
            made = a_check(id=number, check_mode=CheckMode.OUTBOUND, probe=probe, created_at=clock.now())
            checks.create_check(made)
        assert failures(calls(*range(1, 201))) == []
    assert server.open_at_most == len(server.heads) == 200
    states = [each.probe_state for each in checks.get_checks(1, range(1, 201))]
    assert [state.consecutive_successes for state in states if state] == [1] * 200


def test_the_event_loop_of_the_thread_is_left_alone(api, service):
    mine = asyncio.new_event_loop()
    with suppress(RuntimeError):
        asyncio.set_event_loop(mine)
    service.watched_by(api)
    asyncio.set_event_loop(mine)
    failures(calls(1))
    assert asyncio.get_event_loop_policy().get_event_loop() is mine
    assert not mine.is_closed()
    mine.close()
