import json

import pytest

from local.event_filter import parse
from local.queue_mapping import QueueMapping
from local.queue_poller import QueuePoller

FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:f"


@pytest.fixture
def poller_of(endpoint, reports):
    def make(function, source, **settings):
        mapping = QueueMapping(name="m", function=FUNCTION, queue_arn=source.arn, **settings)
        return QueuePoller(mapping, endpoint, function, lambda name, error: reports.append((name, error)))

    return make


def bodies(event):
    return [record["body"] for record in event["Records"]]


def report_failed(*poison):
    def answer(event):
        failed = [record["messageId"] for record in event["Records"] if record["body"] in poison]
        return {"batchItemFailures": [{"itemIdentifier": each} for each in failed]}

    return answer


def test_a_message_has_lambdas_wire_form_and_is_deleted(poller_of, function, queue):
    source = queue("q")
    source.send("hello", MessageAttributes={"n": {"DataType": "Binary", "BinaryValue": b"\x00"}})
    taken = function()
    assert poller_of(taken, source).poll() == 1
    (record,) = json.loads(json.dumps(taken.events[0]))["Records"]
    assert record["body"] == "hello"
    assert record["md5OfBody"] == "5d41402abc4b2a76b9719d911017c592"
    assert record["eventSource"] == "aws:sqs"
    assert record["eventSourceARN"] == source.arn
    assert record["awsRegion"] == "us-east-1"
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    assert record["messageAttributes"]["n"] == {
        "dataType": "Binary",
        "binaryValue": "AA==",
        "stringListValues": [],
        "binaryListValues": [],
    }
    assert record["receiptHandle"]
    assert record["messageId"]
    assert source.counts() == (0, 0)


def test_batches_are_as_large_as_asked_for(poller_of, function, queue):
    source = queue("q")
    source.send("a", "b", "c")
    taken = function()
    poller = poller_of(taken, source, batch_size=2)
    while poller.poll():
        pass
    assert [len(event["Records"]) for event in taken.events] == [2, 1]


def test_a_batch_of_more_than_ten_is_gathered_from_what_is_there(poller_of, function, queue):
    source = queue("q")
    source.send(*map(str, range(25)))
    taken = function()
    assert poller_of(taken, source, batch_size=25, batching_window_seconds=60).poll() == 25
    assert len(set(bodies(taken.events[0]))) == 25
    assert source.counts() == (0, 0)


def test_who_does_not_wait_for_messages_does_not_wait_for_more_of_them(poller_of, function, queue):
    source = queue("q")
    source.send("a")
    taken = function()
    # It would wait for an hour.
    assert poller_of(taken, source, batch_size=25, batching_window_seconds=3600).poll(wait_seconds=0) == 1


def test_a_failed_batch_stays_until_it_is_visible_again(poller_of, function, queue, reports):
    source = queue("q", VisibilityTimeout=1)
    source.send("a")

    def answer(event):
        raise RuntimeError("no")

    poller_of(function(answer), source).poll()
    assert source.counts() == (0, 1)
    assert [name for name, _ in reports] == [FUNCTION]


def test_only_reported_messages_stay(poller_of, function, queue):
    source = queue("q", VisibilityTimeout=0)
    source.send("good", "bad")
    poller_of(function(report_failed("bad")), source, reports_failures=True).poll()
    assert [message["Body"] for message in source.receive()] == ["bad"]


def test_reports_mean_nothing_unless_the_mapping_asks_for_them(poller_of, function, queue):
    source = queue("q")
    source.send("bad")
    poller_of(function(report_failed("bad")), source).poll()
    assert source.counts() == (0, 0)


def test_an_unknown_identifier_keeps_the_whole_batch(poller_of, function, queue):
    source = queue("q")
    source.send("a", "b")
    answer = {"batchItemFailures": [{"itemIdentifier": "nobody"}]}
    poller_of(function(lambda event: answer), source, reports_failures=True).poll()
    assert source.counts() == (0, 2)


def test_what_fails_too_often_goes_to_the_dead_letters(poller_of, function, queue):
    dead = queue("dead")
    redrive = {"deadLetterTargetArn": dead.arn, "maxReceiveCount": 2}
    source = queue("q", VisibilityTimeout=0, RedrivePolicy=redrive)
    source.send("bad")
    taken = function(report_failed("bad"))
    poller = poller_of(taken, source, reports_failures=True)
    while poller.poll():
        pass
    assert len(taken.events) == 2
    assert [message["Body"] for message in dead.receive()] == ["bad"]


def test_filtered_messages_are_dropped_unseen(poller_of, function, queue):
    source = queue("q")
    source.send('{"kind": "a"}', '{"kind": "b"}', "text")
    taken = function()
    poller_of(taken, source, patterns=(parse('{"body": {"kind": ["b"]}}'),)).poll()
    assert [bodies(event) for event in taken.events] == [['{"kind": "b"}']]
    assert source.counts() == (0, 0)


@pytest.fixture
def fifo(queue):
    source = queue("q", FifoQueue=True, VisibilityTimeout=30)

    def send(group, *texts):
        for text in texts:
            source.send(text, MessageGroupId=group, MessageDeduplicationId=text)

    source.send_to = send
    return source


def test_a_group_keeps_its_order(poller_of, function, fifo):
    fifo.send_to("x", "x1", "x2", "x3")
    taken = function()
    poller = poller_of(taken, fifo, batch_size=2)
    while poller.poll():
        pass
    assert [text for event in taken.events for text in bodies(event)] == ["x1", "x2", "x3"]
    assert taken.events[0]["Records"][0]["attributes"]["MessageGroupId"] == "x"


def test_what_follows_a_failed_message_in_its_group_stays(poller_of, function, fifo):
    fifo.send_to("x", "x1", "x2", "x3")
    fifo.send_to("y", "y1")
    poller_of(function(report_failed("x2")), fifo, reports_failures=True).poll()
    assert fifo.counts() == (0, 2)


def test_a_group_in_flight_is_not_given_out_again_and_others_are(poller_of, function, fifo):
    fifo.send_to("x", "x1")
    seen: list[str] = []

    def answer(event):
        fifo.send_to("x", "x2")
        fifo.send_to("y", "y1")
        other = function()
        poller_of(other, fifo).poll()
        seen.extend(text for event in other.events for text in bodies(event))

    poller_of(function(answer), fifo).poll()
    assert seen == ["y1"]
