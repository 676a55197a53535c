"""What checks show becomes the ledger: by the real dispatcher, in any order, however often."""

import json
from datetime import date
from itertools import chain
from random import Random
from typing import Any

import pytest

from local.workbench import Workbench
from lull import clock
from lull.domain.errors import StaleWrite
from lull.domain.ledger import MAX_CHANGES, DayLog
from lull.domain.uptime import Bucket
from lull.store import keys, ledger, table
from lull.use_cases import uptime
from tests.api import Api, a_workspace
from tests.evenings import EVENING, check, counted, moment, ping, seconds
from tests.metering import metered

DAY = 86_400


class Dispatcher:
    """The real one; its records bear the time of the test, and are kept for another delivery."""

    def __init__(self, stack: Workbench) -> None:
        self.records: list[dict[str, Any]] = []
        (self._function,) = [each for each in stack.deployed.functions if each.name == "DispatcherFunction"]

    def __call__(self, event: Any) -> Any:
        for record in event["Records"]:
            record["dynamodb"]["ApproximateCreationDateTime"] = float(int(clock.now().timestamp()))
        self.records += json.loads(json.dumps(event["Records"]))
        return self._function(event)

    def deliver_again(self, records: list[dict[str, Any]]) -> None:
        for start in range(0, len(records), 100):
            assert self._function({"Records": records[start : start + 100]}) == {"batchItemFailures": []}


@pytest.fixture
def dispatcher(stack) -> Dispatcher:
    return Dispatcher(stack)


@pytest.fixture
def bench(stack, dispatcher) -> Workbench:
    return Workbench(stack.deployed, {"DispatcherFunction": dispatcher})


@pytest.fixture
def api(bench, time) -> Api:
    time.at = EVENING
    client = a_workspace()
    client.post("/api/projects", {"name": "Shop"})
    client.post("/api/checks", {"projectId": 1, "name": "Checkout", "intervalSeconds": 300})
    bench.drain()
    return client


@pytest.fixture
def at(time, bench):
    """Lets all that is under way arrive, and then be it `hour:minute:second` of that evening or of the night after."""

    def arrive(text: str) -> None:
        bench.drain()
        time.at = moment(text)

    return arrive


@pytest.fixture
def sweep(bench):
    def run():
        bench.invoke("MonitorFunction", {})
        bench.drain()

    return run


def logs(check_id: int = 1) -> list[DayLog]:
    return ledger.list_day_logs(1, check_id, date(2026, 1, 1), date(2026, 12, 31))


def a_night(api: Api, at, sweep) -> None:
    """Of check 1, from its creation at eight until half past midnight."""
    at("20:10:00")
    ping()
    at("20:15:10")  # LATE for ten seconds.
    sweep()
    at("20:17:00")  # DOWN for a hundred.
    sweep()
    at("20:30:00")
    ping()
    at("20:32:00")
    deployment = api.post("/api/deployments", {"projectId": 1, "autoPause": True})
    at("20:50:00")
    api.put(f"/api/deployments/{deployment['id']}/end")
    at("20:52:00")
    api.post("/api/checks/1/pause")
    at("23:50:00")
    api.post("/api/checks/1/resume")
    at("23:52:00")
    ping()
    at("23:57:00")
    sweep()
    at("0:05:00")  # DOWN since last night.
    sweep()
    at("0:10:00")
    ping()
    at("0:14:00")


FIRST = seconds(
    no_data=72_000,  # until eight
    not_monitored=600 + 10_680,  # new until 20:10, paused from 20:52 to 23:50
    operational=300 + 120 + 120 + 420,
    degraded=20 + 20,
    major=880 + 160,
    maintenance=1_080,  # deployed from 20:32 to 20:50
)


def test_a_night_with_everything_is_counted_to_the_second_and_goes_on_over_midnight(api, at, sweep, bench):
    a_night(api, at, sweep)
    bench.drain()
    assert counted(api, 2) == [FIRST, seconds(major=600, operational=240)]
    assert sum(FIRST.values()) == DAY
    read = api.get("/api/checks/1/uptime?days=2")
    assert [each["day"] for each in read["days"]] == ["2026-03-01", "2026-03-02"]
    # 960 + 40 of 2040 seconds; 240 of 840; both together.
    assert [each["uptime"] for each in read["days"]] == [49.01, 28.57]
    assert read["uptime"] == 43.05


def test_there_is_no_data_after_deletion(api, at, sweep, bench):
    a_night(api, at, sweep)
    gone = check()
    api.delete("/api/checks/1")
    at("1:00:00")
    assert api("GET", "/api/checks/1/uptime").status == 404
    found = uptime.uptime_of_checks(1, [gone], days=2, at=clock.now())
    assert found.days[1].seconds == seconds(major=600, operational=240, no_data=2_760)


def test_the_whole_stream_twice_more_and_shuffled_makes_the_same_ledger(api, at, sweep, bench, dispatcher):
    api.post("/api/checks", {"projectId": 1, "name": "Search", "intervalSeconds": 3_600})
    ping(check_id=2)
    a_night(api, at, sweep)
    api.delete("/api/checks/1")
    bench.drain()
    before = [logs(1), logs(2)]
    assert [[len(log.changes) for log in found] for found in before] == [[2, 11], [5]]
    dispatcher.deliver_again(disordered(dispatcher.records, Random(1)))
    assert [logs(1), logs(2)] == before, "a replay changes nothing"
    for check_id, found in enumerate(before, 1):
        for log in found:
            table.write(table.delete(keys.day_log(1, check_id, log.day)))
    dispatcher.deliver_again(disordered(dispatcher.records, Random(2)))
    assert [logs(1), logs(2)] == before, "in any order it is the same from the beginning"


def disordered(records: list[dict[str, Any]], random: Random) -> list[dict[str, Any]]:
    """Twice, in no order between items, and in none within one either: that is more than the stream may do."""
    arriving = list(chain(records, records))
    random.shuffle(arriving)
    return arriving


def test_a_status_that_nothing_changes_is_written_once(api, at, bench, dispatcher):
    for minute in range(1, 6):
        at(f"20:0{minute}:00")
        ping()
        api.patch("/api/checks/1", {"name": f"Checkout {minute}"})
    at("20:06:00")
    dispatcher.records.clear()
    with metered() as meter:
        ping("/fail")
        ping("/fail")
        bench.drain()
    assert [change.bucket for change in sorted(logs()[0].changes, key=lambda each: each.at)] == [
        Bucket.NOT_MONITORED,
        Bucket.OPERATIONAL,
        Bucket.MAJOR,
    ]
    assert meter.calls["PutItem"] == 0


def test_a_day_of_flapping_is_folded_and_still_adds_up(api, time, bench, dispatcher):
    flips = MAX_CHANGES + 20
    for number in range(flips):
        time.passes(seconds=7)
        ping("/fail" if number % 2 else "")
    time.passes(seconds=7)
    bench.drain()
    expected = [seconds(no_data=72_000, not_monitored=7, operational=7 * flips // 2, major=7 * flips // 2)]
    assert counted(api, 1) == expected
    (log,) = logs()
    assert log.folded_until is not None
    assert len(log.changes) <= MAX_CHANGES
    dispatcher.deliver_again(dispatcher.records)
    assert (counted(api, 1), logs()) == (expected, [log])


def test_a_lost_race_about_a_full_day_is_run_again(api, bench, monkeypatch):
    races = iter([StaleWrite("uptime ledger")])
    record = ledger.record_change

    def racing(*args: Any) -> None:
        for lost in races:
            raise lost
        record(*args)

    monkeypatch.setattr(ledger, "record_change", racing)
    ping()
    bench.drain()
    assert Bucket.OPERATIONAL in {change.bucket for change in logs()[0].changes}


def test_a_ledger_that_takes_nothing_keeps_no_other_effect_waiting(api, bench, monkeypatch):
    def refused(*_: Any) -> None:
        raise RuntimeError("throttled")

    monkeypatch.setattr(ledger, "record_change", refused)
    ping("/fail")
    bench.drain(expect_failures=True)
    assert {str(each) for each in bench.failures} == {"throttled"}
    assert api.get("/api/incidents?state=ACTIVE")["total"] == 1
