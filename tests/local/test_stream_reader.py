import json
import threading
import time

import pytest

from local.checkpoints import Checkpoints
from local.event_filter import parse
from local.stream_mapping import StreamMapping
from local.stream_reader import StreamReader

FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:f"


@pytest.fixture
def reader_of(endpoint, table, reports):
    checkpoints = Checkpoints(endpoint)

    def make(function, *, now=time.time, **settings):
        mapping = StreamMapping(
            **{"starting_position": "TRIM_HORIZON", **settings},
            name="m",
            function=FUNCTION,
            stream_arn=table.stream_arn,
        )
        report = lambda name, error: reports.append((name, error))  # noqa: E731
        return StreamReader(mapping, endpoint, function, checkpoints, report, backoff_seconds=0, now=now)

    return make


def names(event):
    return [record["dynamodb"]["Keys"]["PK"]["S"] for record in event["Records"]]


def batches(function):
    return [names(event) for event in function.events]


def drain(reader):
    while reader.poll():
        pass


def fail_on(*poison):
    def answer(event):
        if set(poison) & set(names(event)):
            raise RuntimeError("poison")

    return answer


def report_failed(*poison):
    def answer(event):
        failed = [
            record["dynamodb"]["SequenceNumber"]
            for record in event["Records"]
            if record["dynamodb"]["Keys"]["PK"]["S"] in poison
        ]
        return {"batchItemFailures": [{"itemIdentifier": number} for number in failed]}

    return answer


def test_records_come_in_order_and_in_batches(reader_of, table, function):
    table.put("a", "b", "c")
    taken = function()
    drain(reader_of(taken, batch_size=2))
    assert batches(taken) == [["a", "b"], ["c"]]


def test_a_record_has_lambdas_wire_form(reader_of, table, function):
    table.put("a", blob={"B": b"\x00\xff"}, blobs={"BS": [b"x"]}, nested={"M": {"b": {"B": b"y"}}})
    taken = function()
    reader_of(taken).poll()
    record = json.loads(json.dumps(taken.events[0]))["Records"][0]
    assert record["eventSourceARN"] == table.stream_arn
    assert record["eventSource"] == "aws:dynamodb"
    assert record["eventName"] == "INSERT"
    assert abs(record["dynamodb"]["ApproximateCreationDateTime"] - time.time()) < 60
    assert record["dynamodb"]["NewImage"]["blob"] == {"B": "AP8="}
    assert record["dynamodb"]["NewImage"]["blobs"] == {"BS": ["eA=="]}
    assert record["dynamodb"]["NewImage"]["nested"] == {"M": {"b": {"B": "eQ=="}}}


def test_filters_decide_what_the_function_sees(reader_of, table, function):
    pattern = parse('{"dynamodb": {"Keys": {"PK": {"S": [{"prefix": "x"}]}}}}')
    table.put("a", "x1", "b", "x2")
    taken = function()
    drain(reader_of(taken, patterns=(pattern,)))
    assert batches(taken) == [["x1", "x2"]]


def test_retries_start_at_the_first_reported_record(reader_of, table, function):
    table.put("a", "b", "c", "d")
    taken = function(report_failed("b", "c"))
    reader_of(taken, reports_failures=True, retry_attempts=1).poll()
    assert batches(taken) == [["a", "b", "c", "d"], ["b", "c", "d"]]


def test_reports_mean_nothing_unless_the_mapping_asks_for_them(reader_of, table, function):
    table.put("a", "b")
    taken = function(report_failed("a"))
    drain(reader_of(taken))
    assert batches(taken) == [["a", "b"]]


@pytest.mark.parametrize("answer", [{"batchItemFailures": [{"itemIdentifier": "77"}]}, {"batchItemFailures": [{}]}])
def test_a_report_that_fits_no_record_fails_the_batch(reader_of, table, function, answer):
    table.put("a", "b")
    taken = function(lambda event: answer)
    reader_of(taken, reports_failures=True, retry_attempts=1).poll()
    assert batches(taken) == [["a", "b"], ["a", "b"]]


@pytest.mark.parametrize("answer", [None, {}, {"batchItemFailures": []}, {"batchItemFailures": None}])
def test_an_empty_report_is_success(reader_of, table, function, answer):
    table.put("a")
    taken = function(lambda event: answer)
    drain(reader_of(taken, reports_failures=True))
    assert batches(taken) == [["a"]]


def test_a_poison_record_alone_goes_to_the_dead_letters(reader_of, table, function, queue, reports):
    dead = queue("dead")
    table.put("a", "b", "poison", "c")
    taken = function(fail_on("poison"))
    drain(reader_of(taken, bisect=True, retry_attempts=2, on_failure_arn=dead.arn))
    succeeded = [name for batch in batches(taken) if "poison" not in batch for name in batch]
    assert succeeded == ["a", "b", "c"]
    assert batches(taken).count(["poison"]) == 3
    (message,) = dead.receive()
    body = json.loads(message["Body"])
    assert body["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert body["requestContext"]["functionArn"] == FUNCTION
    assert body["DDBStreamBatchInfo"]["batchSize"] == 1
    assert body["DDBStreamBatchInfo"]["streamArn"] == table.stream_arn
    record = next(event["Records"][0] for event in taken.events if names(event) == ["poison"])
    assert body["DDBStreamBatchInfo"]["startSequenceNumber"] == record["dynamodb"]["SequenceNumber"]
    assert all(name == FUNCTION for name, _ in reports)


def test_a_reported_poison_record_does_not_take_its_followers_along(reader_of, table, function, queue):
    dead = queue("dead")
    table.put("poison", "a", "b")
    taken = function(report_failed("poison"))
    settings = {"reports_failures": True, "bisect": True, "retry_attempts": 1, "on_failure_arn": dead.arn}
    drain(reader_of(taken, **settings))
    assert json.loads(dead.receive()[0]["Body"])["DDBStreamBatchInfo"]["batchSize"] == 1
    assert batches(taken)[-1] == ["a", "b"]


def test_without_bisection_the_whole_batch_is_given_up(reader_of, table, function, queue):
    dead = queue("dead")
    table.put("a", "poison")
    taken = function(fail_on("poison"))
    drain(reader_of(taken, retry_attempts=0, on_failure_arn=dead.arn))
    assert batches(taken) == [["a", "poison"]]
    assert json.loads(dead.receive()[0]["Body"])["DDBStreamBatchInfo"]["batchSize"] == 2


def test_records_too_old_are_given_up_without_a_call(reader_of, table, function, queue):
    dead = queue("dead")
    table.put("old")
    taken = function()
    drain(reader_of(taken, record_age_seconds=60, on_failure_arn=dead.arn, now=lambda: time.time() + 120))
    assert taken.events == []
    assert json.loads(dead.receive()[0]["Body"])["requestContext"]["condition"] == "RecordAgeExceeded"


def test_a_new_reader_goes_on_where_the_last_one_stopped(reader_of, table, function):
    table.put("a", "b")
    drain(reader_of(function()))
    table.put("c")
    taken = function()
    drain(reader_of(taken))
    assert batches(taken) == [["c"]]


def test_a_reader_is_known_before_it_has_read_anything(reader_of, table, function, endpoint):
    reader_of(function()).poll()
    items = endpoint.client("dynamodb").scan(TableName="lull-local-checkpoints")["Items"]
    assert items == [{"Reader": {"S": f"{table.stream_arn} {FUNCTION}"}, "Position": {"S": ""}}]


def test_records_that_a_filter_drops_are_not_read_again(reader_of, table, function):
    table.put("a", "b")
    drain(reader_of(function(), patterns=(parse('{"eventName": ["REMOVE"]}'),)))
    taken = function()
    drain(reader_of(taken))
    assert batches(taken) == []


def test_a_reader_that_is_stopped_while_retrying_leaves_the_batch_to_the_next(reader_of, table, function):
    table.put("a", "b")
    failing = function(report_failed("b"))
    reader = reader_of(failing, reports_failures=True)
    thread = threading.Thread(target=reader.run)
    thread.start()
    while len(failing.events) < 3:
        time.sleep(0.01)
    reader.stopping.set()
    thread.join(2)
    assert not thread.is_alive()
    taken = function()
    drain(reader_of(taken))
    assert batches(taken) == [["b"]]


def test_a_window_gathers_records_into_one_batch(reader_of, table, function):
    table.put("a")
    taken = function()
    reader = reader_of(taken, batching_window_seconds=5, batch_size=2)
    thread = threading.Thread(target=reader.poll)
    thread.start()
    time.sleep(0.1)
    table.put("b")
    thread.join(3)
    assert batches(taken) == [["a", "b"]]


def test_latest_starts_after_what_is_there(reader_of, table, function):
    table.put("a")
    taken = function()
    reader = reader_of(taken, starting_position="LATEST")
    reader.poll()
    table.put("b")
    reader.poll()
    assert batches(taken) == [["b"]]


def test_a_change_reaches_the_function_soon(reader_of, table, function):
    arrived = threading.Event()
    reader = reader_of(function(lambda event: arrived.set()))
    thread = threading.Thread(target=reader.run, daemon=True)
    thread.start()
    time.sleep(0.2)
    written = time.monotonic()
    table.put("a")
    assert arrived.wait(2)
    assert time.monotonic() - written < 0.5
    reader.stopping.set()
    thread.join(2)
