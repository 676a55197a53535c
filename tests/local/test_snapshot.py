"""Which stream records a snapshot keeps."""

import ministack.app
import ministack.services.dynamodb as dynamodb
import pytest

from local import snapshot
from local.checkpoints import TABLE as CHECKPOINTS
from local.snapshot import STREAM_RECORDS_KEPT as KEPT

SCOPE = ("1", "us-east-1", "things")
STREAM = "arn:things/stream/1"


@pytest.fixture
def kept(monkeypatch):
    """How many of `count` records are kept, and how many count as trimmed, with readers at these positions."""

    def keep(count, *positions):
        items = {str(place): {"": checkpoint(place, each)} for place, each in enumerate(positions)}
        items["other"] = {"": {"Reader": {"S": "arn:other/stream/1 f"}, "Position": {"S": number(1)}}}
        tables = {SCOPE: {"LatestStreamArn": STREAM}, (*SCOPE[:2], CHECKPOINTS): {"items": items}}
        records = [{"dynamodb": {"SequenceNumber": number(each)}} for each in range(1, count + 1)]
        monkeypatch.setattr(dynamodb._tables, "_data", tables)
        monkeypatch.setattr(dynamodb._stream_records, "_data", {SCOPE: records})
        monkeypatch.setattr(dynamodb._stream_trimmed, "_data", {SCOPE: 7})
        monkeypatch.setattr(ministack.app, "_build_persistence_save_dict", dict)
        ((*_, found, trimmed),) = snapshot._state()["streams"]
        assert found == records[count - len(found) :]
        return len(found), trimmed - 7

    return keep


def checkpoint(place, position):
    return {"Reader": {"S": f"{STREAM} f{place}"}, "Position": {"S": position}}


def number(each):
    return f"{each:030d}"


def test_of_what_everybody_has_read_the_newest_are_kept(kept):
    assert kept(KEPT + 500, number(KEPT + 500), number(KEPT + 400)) == (KEPT, 500)


def test_few_records_are_all_kept(kept):
    assert kept(KEPT, number(KEPT)) == (KEPT, 0)


def test_what_a_reader_has_not_read_is_kept_with_the_record_it_read_last(kept):
    assert kept(KEPT + 500, number(KEPT + 500), number(11)) == (KEPT + 490, 10)


def test_a_reader_that_has_read_nothing_keeps_everything(kept):
    assert kept(KEPT + 500, number(KEPT + 500), "") == (KEPT + 500, 0)


def test_without_readers_everything_is_kept(kept):
    assert kept(KEPT + 500) == (KEPT + 500, 0)
