"""The uptime ledger in the table."""

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest

from lull.domain.errors import StaleWrite
from lull.domain.ledger import KEPT_APART, MAX_CHANGES, Change, DayLog, recorded
from lull.domain.uptime import Bucket
from lull.store import keys, ledger, table
from tests.builders import NOON
from tests.histories import kept
from tests.metering import metered

pytestmark = pytest.mark.usefixtures("stack")

DAY = NOON.date()
SEQUENCE = 4_421_584_500_000_000_017_450_439_091
MINUTE = timedelta(minutes=1)
FLIPS = [
    Change(at=NOON + n * MINUTE / 10, sequence=SEQUENCE + n, bucket=Bucket.MAJOR if n % 2 else Bucket.OPERATIONAL)
    for n in range(MAX_CHANGES + 1)
]


def record(*changes: Change) -> None:
    for change in changes:
        ledger.record_change(1, 10, change)


def logs(first: date = DAY, last: date = DAY) -> list[DayLog]:
    return ledger.list_day_logs(1, 10, first, last)


def on(day: date, bucket: Bucket = Bucket.MAJOR) -> Change:
    return Change(at=datetime(day.year, day.month, day.day, tzinfo=UTC), bucket=bucket)


def test_changes_of_every_kind_are_read_as_they_were_recorded():
    last = timedelta(days=1) - timedelta(hours=12, milliseconds=1)
    changes = [Change(at=NOON + last, sequence=SEQUENCE + n, bucket=bucket) for n, bucket in enumerate(Bucket)]
    changes.append(on(DAY))
    record(*changes)
    assert logs() == [DayLog(day=DAY, changes=frozenset(changes))]


def test_changes_in_any_order_and_twice_are_recorded_once():
    arriving = FLIPS[:20] * 2
    Random(7).shuffle(arriving)
    record(*arriving)
    assert logs() == kept(FLIPS[:20])


def test_a_change_costs_one_write_and_a_year_one_read():
    with metered() as meter:
        record(FLIPS[0])
        logs(DAY - timedelta(days=364))
    assert (meter.calls, meter.write) == ({"UpdateItem": 1, "Query": 1}, 1)


def test_days_are_read_with_the_latest_before_them_and_no_others():
    days = [DAY + timedelta(days=number) for number in (-400, -40, -3, 0, 2, 5)]
    record(*map(on, days))
    for first, last, read in [
        (-3, 2, [2, 0, -3, -40]),
        (-2, 4, [2, 0, -3]),
        (-39, -4, [-40]),
        (6, 6, [5]),
        (-500, -401, []),
        (-500, 9, [5, 2, 0, -3, -40, -400]),
    ]:
        found = logs(DAY + timedelta(days=first), DAY + timedelta(days=last))
        assert [(log.day - DAY).days for log in found] == read, (first, last)


def test_days_that_fill_more_than_one_read_are_all_read(monkeypatch):
    days = [DAY + timedelta(days=number) for number in range(8)]
    record(*map(on, days))
    query = table.query
    monkeypatch.setattr(table, "query", lambda *a, limit, **more: query(*a, limit=min(limit, 3), **more))
    assert [log.day for log in logs(DAY + timedelta(days=1), days[-1])] == days[::-1]


def test_checks_have_ledgers_of_their_own():
    record(FLIPS[0])
    assert ledger.list_day_logs(1, 11, DAY, DAY) == ledger.list_day_logs(2, 10, DAY, DAY) == []


@pytest.fixture
def full_day(stack) -> None:
    """As many changes as are kept one by one."""
    record(*FLIPS[:-1])


@pytest.mark.usefixtures("full_day")
def test_a_full_day_is_folded_and_goes_on():
    record(FLIPS[-1])
    assert logs() == kept(FLIPS)
    (log,) = logs()
    assert log.folded_until == FLIPS[-KEPT_APART].at
    record(*FLIPS)
    assert logs() == [log], "what is folded or known changes nothing"
    after = Change(at=NOON + timedelta(hours=1), bucket=Bucket.NO_DATA)
    record(after)
    assert logs() == kept([*FLIPS, after])


@pytest.mark.usefixtures("full_day")
def test_a_full_day_knows_what_it_has():
    with metered() as meter:
        record(FLIPS[3])
    assert meter.calls == {"UpdateItem": 1}
    assert logs() == kept(FLIPS[:-1])


@pytest.mark.usefixtures("full_day")
@pytest.mark.parametrize(
    ("doing", "value"),
    [("ADD changes :value", {"SS": ["00000000m0"]}), ("SET foldedUntil = :value", {"N": "0"})],
    ids=["grows", "is folded"],
)
def test_a_day_that_changes_while_it_is_folded_is_left_alone(monkeypatch, doing, value):
    left: list[DayLog] = []

    def meanwhile(log: DayLog, change: Change) -> DayLog:
        request = table.update(
            keys.day_log(1, 10, DAY), doing, condition="attribute_exists(PK)", values={":value": value}
        )
        table.write(request)
        left.extend(logs())
        return recorded(log, change)

    monkeypatch.setattr("lull.store.ledger.recorded", meanwhile)
    with pytest.raises(StaleWrite):
        record(FLIPS[-1])
    assert logs() == left
