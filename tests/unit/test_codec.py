"""What is written can be read back, or is not written."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from lull.domain.app_deployments import AppDeployment
from lull.store.codec import Codec, Unreadable, readable
from tests.unit.test_app_deployments import COMMIT, a_deployment

CODEC = Codec(AppDeployment)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "wrong",
    [
        {"committer_username": 5},
        {"committer_username": {"a": 1}},
        {"message": None},
        {"sha": "\ud800"},
        {"committer_name": object()},
        {"committed_at": "2026-01-01"},
        {"committed_at": NOON.replace(tzinfo=None)},
        {"committed_at": NOON.replace(tzinfo=None, microsecond=456)},
    ],
)
def test_a_value_that_could_not_be_read_back_is_not_written(wrong: dict[str, Any]) -> None:
    with pytest.raises(Unreadable, match="AppDeployment"):
        CODEC.body(a_deployment(commit=replace(COMMIT, **wrong)))


@pytest.mark.parametrize("wrong", [{"status": "gone"}, {"deploy_number": "1"}, {"callback_hashes": (5,)}])
def test_nor_is_one_whose_own_fields_are_of_another_kind(wrong: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        CODEC.body(a_deployment(**wrong))


@pytest.mark.parametrize(
    "right",
    [
        {"message": "2026-01-01T00:00:00"},
        {"message": '"2026-01-01T00:00:00"'},
        {"message": "é" * 10_000},
        {"committed_at": datetime(2026, 1, 1, tzinfo=timezone(-timedelta(hours=23, minutes=59)))},
        {"committed_at": datetime(9999, 12, 31, tzinfo=UTC)},
    ],
)
def test_whatever_is_of_its_kind_is_read_back_as_it_was(right: dict[str, Any]) -> None:
    deployment = a_deployment(commit=replace(COMMIT, **right))
    assert CODEC.decode({"body": CODEC.body(deployment)}) == deployment


def test_of_many_those_that_can_be_read_are(caplog: pytest.LogCaptureFixture) -> None:
    key = {"PK": {"S": "p"}, "SK": {"S": "s"}}
    good, bad = a_deployment(), {"S": "{}"}
    items = [{**key, "body": bad}, {**key, "body": CODEC.body(good)}, key]
    assert readable(items, CODEC.decode) == [good]
    assert [record.message for record in caplog.records] == ["record not understood"] * 2
