"""What the local run relies on in the emulator; pinned exactly, so a new release is tried here first."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError

from local.checkpoints import Checkpoints
from local.deployment import deploy
from local.emulator import Emulator
from local.endpoint import Endpoint
from local.stream_reader import StreamReader


def request(emulator, method, path="/", **headers):
    connection = http.client.HTTPConnection("127.0.0.1", emulator.port, timeout=5)
    connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    try:
        return connection.getresponse().status
    finally:
        connection.close()


def kill(emulator):
    os.kill(emulator.process.pid, signal.SIGKILL)
    emulator.process.wait()
    emulator.stop()


@pytest.fixture
def started(tmp_path):
    running = []

    def start():
        emulator = Emulator(tmp_path / "aws.json", log=tmp_path / "emulator.log")
        running.append(emulator)
        return emulator, Endpoint(emulator.url)

    yield start
    for emulator in running:
        emulator.stop()


def write_everywhere(endpoint, name):
    """One item, stream record, object, message and schedule."""
    stack = deploy(endpoint)
    environment = stack.environment()
    item = {"PK": {"S": name}, "SK": {"S": name}}
    endpoint.client("dynamodb").put_item(TableName=environment["TABLE_NAME"], Item=item)
    s3 = endpoint.client("s3")
    for key in (f"api/public/status/{name}", f"api/public/status/{name}/badge.svg"):
        s3.put_object(Bucket=environment["BUCKET_NAME"], Key=key, Body=key.encode(), ContentType="text/x-test")
    endpoint.client("sqs").send_message(QueueUrl=environment["TRANSITIONS_QUEUE_URL"], MessageBody=name)
    endpoint.client("scheduler").create_schedule(
        Name=name,
        GroupName=environment["SCHEDULE_GROUP"],
        ScheduleExpression="at(2100-01-01T00:00:00)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": environment["TRANSITIONS_QUEUE_ARN"], "RoleArn": environment["SCHEDULER_ROLE_ARN"]},
    )


def everything(endpoint):
    stack = deploy(endpoint)
    environment = stack.environment()
    s3, streams = endpoint.client("s3"), endpoint.client("dynamodbstreams")
    bucket = environment["BUCKET_NAME"]
    keys = [item["Key"] for item in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]
    stream = stack.stream_mappings[0].stream_arn
    shard = streams.describe_stream(StreamArn=stream)["StreamDescription"]["Shards"][0]["ShardId"]
    start = streams.get_shard_iterator(StreamArn=stream, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    return {
        "items": endpoint.client("dynamodb").scan(TableName=environment["TABLE_NAME"])["Items"],
        "objects": {key: s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys},
        "types": {s3.head_object(Bucket=bucket, Key=key)["ContentType"] for key in keys},
        "messages": endpoint.client("sqs").get_queue_attributes(
            QueueUrl=environment["TRANSITIONS_QUEUE_URL"], AttributeNames=["ApproximateNumberOfMessages"]
        )["Attributes"],
        "schedules": [
            each["Name"]
            for each in endpoint.client("scheduler").list_schedules(GroupName=environment["SCHEDULE_GROUP"])[
                "Schedules"
            ]
        ],
        "records": [
            {key: value for key, value in record["dynamodb"].items() if key != "ApproximateCreationDateTime"}
            for record in streams.get_records(ShardIterator=start["ShardIterator"])["Records"]
        ],
    }


def test_a_clean_stop_keeps_everything(started):
    emulator, endpoint = started()
    write_everywhere(endpoint, "acme")
    before = everything(endpoint)
    emulator.stop()
    _, endpoint = started()
    assert everything(endpoint) == before
    assert set(before["objects"]) == {"api/public/status/acme", "api/public/status/acme/badge.svg"}
    assert len(before["records"]) == 1


def test_a_kill_costs_at_most_two_seconds(started):
    emulator, endpoint = started()
    write_everywhere(endpoint, "acme")
    before = everything(endpoint)
    time.sleep(1.2)
    kill(emulator)
    _, endpoint = started()
    assert everything(endpoint) == before


def test_what_was_in_flight_at_a_kill_holds_up_its_group_no_longer(started):
    emulator, endpoint = started()
    sqs = endpoint.client("sqs")
    fifo = {"FifoQueue": "true", "VisibilityTimeout": "360"}
    publishes = sqs.create_queue(QueueName="publishes.fifo", Attributes=fifo)["QueueUrl"]
    delayed = sqs.create_queue(QueueName="delayed")["QueueUrl"]
    for body in ("first", "second"):
        group = {"MessageGroupId": "acme", "MessageDeduplicationId": body}
        sqs.send_message(QueueUrl=publishes, MessageBody=body, **group)
    sqs.send_message(QueueUrl=delayed, MessageBody="later", DelaySeconds=600)
    assert received(endpoint, publishes) == ["first"]
    assert received(endpoint, publishes) == []
    time.sleep(1.2)
    kill(emulator)
    _, endpoint = started()
    assert received(endpoint, publishes)[:1] == ["first"]
    assert received(endpoint, delayed) == []


def received(endpoint, url):
    got = endpoint.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=1)
    return [each["Body"] for each in got.get("Messages", [])]


def test_no_change_is_lost_or_repeated_for_readers_when_the_emulator_is_killed(started):
    seen = []

    def read(endpoint, stack):
        mapping = replace(stack.stream_mappings[0], patterns=())
        reader = StreamReader(
            mapping, endpoint, lambda _, event: seen.append(names(event)), Checkpoints(endpoint), print
        )
        while reader.poll():
            pass

    def names(event):
        return [record["dynamodb"]["Keys"]["PK"]["S"] for record in event["Records"]]

    def write(endpoint, name):
        item = {"PK": {"S": name}, "SK": {"S": "-"}}
        endpoint.client("dynamodb").put_item(TableName="lull-Table", Item=item)

    emulator, endpoint = started()
    stack = deploy(endpoint)
    write(endpoint, "before")
    read(endpoint, stack)
    write(endpoint, "unread")
    time.sleep(1.2)
    kill(emulator)
    _, endpoint = started()
    stack = deploy(endpoint)
    write(endpoint, "after")
    read(endpoint, stack)
    assert seen == [["before"], ["unread", "after"]]


def test_a_kill_leaves_one_instant_and_never_a_mixture(started):
    """An item and the message sent after it: the message alone must not survive."""
    emulator, endpoint = started()
    environment = deploy(endpoint).environment()
    database, sqs = endpoint.client("dynamodb"), endpoint.client("sqs")
    deadline, number = time.monotonic() + 1.3, 0
    while time.monotonic() < deadline:
        number += 1
        item = {"PK": {"S": "n"}, "SK": {"S": "n"}, "number": {"N": str(number)}}
        database.put_item(TableName=environment["TABLE_NAME"], Item=item)
        sqs.send_message(QueueUrl=environment["TRANSITIONS_QUEUE_URL"], MessageBody=str(number))
    kill(emulator)
    _, endpoint = started()
    found = everything(endpoint)
    messages, items = int(found["messages"]["ApproximateNumberOfMessages"]), int(found["items"][0]["number"]["N"])
    assert 0 < messages <= number
    assert items - messages in (0, 1)
    assert len(found["records"]) == items


def test_the_emulator_ends_saved_when_its_parent_is_killed(tmp_path):
    program = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from local.emulator import Emulator\n"
        "emulator = Emulator(Path(sys.argv[1]))\n"
        "print(emulator.process.pid, emulator.url, flush=True)\n"
        "time.sleep(60)\n"
    )
    arguments = [sys.executable, "-c", program, str(tmp_path / "aws.json")]
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    parent = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, env=environment)
    assert parent.stdout
    pid, url = parent.stdout.readline().split()
    Endpoint(url).client("sqs").create_queue(QueueName="kept")
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 5
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not Path(f"/proc/{pid}").exists()
    restarted = Emulator(tmp_path / "aws.json")
    assert Endpoint(restarted.url).client("sqs").get_queue_url(QueueName="kept")
    restarted.stop()


def test_browsers_of_other_origins_are_refused(emulator):
    own = f"127.0.0.1:{emulator.port}"
    assert request(emulator, "GET", Host=own) == 200
    assert request(emulator, "GET", Host="evil.example") == 403
    assert request(emulator, "POST", Host=own, Origin="http://evil.example") == 403
    assert request(emulator, "GET", Host=own, Sec_Fetch_Site="cross-site") == 403


def test_only_loopback_is_served(emulator):
    addresses = {str(address[4][0]) for address in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    for address in addresses - {"127.0.0.1", "127.0.1.1"}:
        with pytest.raises(OSError, match="refused"):
            socket.create_connection((address, emulator.port), timeout=1)


def test_lambda_cannot_be_asked_to_run_code(endpoint):
    client = boto3.client("lambda", endpoint_url=endpoint.url, region_name="us-east-1")
    with pytest.raises(ClientError):
        client.list_functions()


def test_accounts_do_not_see_each_other(endpoint, queue):
    queue("mine")
    other = Endpoint(endpoint.url, account="999999999999")
    assert other.client("sqs").list_queues().get("QueueUrls", []) == []


def test_the_emulator_itself_fires_no_schedule():
    program = (
        "import threading\n"
        "import local.emulator_child as child\n"
        "child.disarm_schedules()\n"
        "child.ministack.services.scheduler.start_scheduler()\n"
        "child.ministack.services.eventbridge.start_scheduler()\n"
        "print([thread.name for thread in threading.enumerate()])\n"
    )
    output = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert "sched" not in output


def test_a_snapshot_that_cannot_be_written_is_told_once_and_counts_at_the_end(tmp_path):
    folder = tmp_path / "state"
    told: list[str] = []
    folder.mkdir()
    emulator = Emulator(folder / "aws.json", told=told.append)
    folder.rename(tmp_path / "away")
    eventually(lambda: told)
    time.sleep(1.2)
    assert told == [f"unsaved {folder / 'aws.json'}: No such file or directory"]
    (tmp_path / "away").rename(folder)
    eventually(lambda: told[1:])
    assert told[1:] == ["saved again"]
    folder.rename(tmp_path / "away")
    emulator.stop()
    assert not emulator.has_saved()


def test_a_full_disk_is_told(tmp_path):
    (tmp_path / "aws.tmp").symlink_to("/dev/full")
    told: list[str] = []
    emulator = Emulator(tmp_path / "aws.json", told=told.append)
    eventually(lambda: told)
    emulator.stop()
    assert "No space left on device" in told[0]
    assert not emulator.has_saved()


def test_its_death_is_noticed_and_its_stop_is_none(tmp_path):
    died: list[int] = []
    stopped = Emulator(tmp_path / "1", died=lambda: died.append(1))
    killed = Emulator(tmp_path / "2", died=lambda: died.append(2))
    stopped.stop()
    os.kill(killed.process.pid, signal.SIGKILL)
    eventually(lambda: died)
    killed.stop()
    assert died == [2]
    assert stopped.has_saved()
    assert not killed.has_saved()


def test_a_stop_while_somebody_waits_leaves_no_stack_in_the_log(started, tmp_path):
    emulator, endpoint = started()
    url = endpoint.client("sqs").create_queue(QueueName="q")["QueueUrl"]
    body = f"Action=ReceiveMessage&QueueUrl={url}&WaitTimeSeconds=5"
    with socket.create_connection(("127.0.0.1", emulator.port)) as connection:
        head = f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{emulator.port}\r\nContent-Length: {len(body)}\r\n"
        connection.sendall(f"{head}Content-Type: application/x-www-form-urlencoded\r\n\r\n{body}".encode())
        time.sleep(0.3)
        emulator.stop()
    assert "Traceback" not in (tmp_path / "emulator.log").read_text()


def eventually(claim):
    deadline = time.monotonic() + 5
    while not claim():
        assert time.monotonic() < deadline
        time.sleep(0.02)
