"""What operations cost is what docs/costs.md says, and within what was promised."""

import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lull import clock
from tests import costs

BEGINNING = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PAGE = Path(__file__).parents[2] / "docs/costs.md"


@pytest.mark.usefixtures("stack")
def test_the_page_says_what_was_counted(monkeypatch, pytestconfig):
    # A time of its own, so that sizes and with them units are the same each time. It moves, or no index would.
    ticks = itertools.count()
    monkeypatch.setattr(clock, "now", lambda: BEGINNING + timedelta(milliseconds=next(ticks)))
    counted = costs.measured()
    text = costs.page(counted)
    if pytestconfig.getoption("--write-costs"):
        PAGE.write_text(text)
    assert PAGE.read_text() == text, "run: make docs"
    assert counted["report a deployment over 10 checks"].calls == {"UpdateItem": 1, "Query": 1, "TransactWriteItems": 1}
    assert counted["ping, routine"].calls == {"UpdateItem": 1}
    assert counted["report a deployment over 500 checks"].calls["TransactWriteItems"] == 6
    assert counted["probe, routine"].calls == {"BatchGetItem": 1, "UpdateItem": 1, "SendMessageBatch": 1}
    batch = {"BatchGetItem": 2, "UpdateItem": 200, "SendMessageBatch": 20}
    assert counted["200 probes of one batch, routine"].calls == batch
    for change in ("record a component deployment", "it begins", "it succeeds", "the next is rolled back"):
        assert sum(counted[change].calls.values()) <= 4, change
    assert counted["receive a webhook"].calls == {"GetItem": 1, "PutItem": 1}
    matrix = counted["get the matrix of 201 components in 6 environments"]
    assert matrix.calls == {"Query": 3}
    assert not any("Scan" in meter.calls for meter in counted.values())
