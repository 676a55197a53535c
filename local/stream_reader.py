"""One reader of a table stream: batches, retries, bisection and dead letters as Lambda's mapping has them."""

import json
import time
from collections.abc import Callable
from threading import Event

from local.checkpoints import Checkpoints
from local.endpoint import Endpoint
from local.invocation import BatchItemFailures, Invoke, Report, failures
from local.queues import queue_url
from local.stream_mapping import FOREVER, StreamMapping
from local.stream_records import Record, created_at, discarded, sequence_number, to_event

IDLE_SECONDS = 0.05
_LONGEST_PAUSE_SECONDS = 10.0


class Stopped(Exception):
    """The reader was told to stop while it was retrying; the batch is read again next time."""


class StreamReader:
    def __init__(
        self,
        mapping: StreamMapping,
        endpoint: Endpoint,
        invoke: Invoke,
        checkpoints: Checkpoints,
        report: Report,
        *,
        backoff_seconds: float = 0.2,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.stopping = Event()
        self._mapping = mapping
        self._endpoint = endpoint
        self._client = endpoint.client("dynamodbstreams")
        self._errors = self._client.exceptions
        self._invoke = invoke
        self._checkpoints = checkpoints
        self._report = report
        self._backoff_seconds = backoff_seconds
        self._now = now
        self._name = f"{mapping.stream_arn} {mapping.function}"
        self._shard_id = ""
        self._iterator: str | None = None

    def run(self) -> None:
        while not self.stopping.is_set():
            try:
                if not self.poll():
                    self.stopping.wait(IDLE_SECONDS)
            except Stopped:
                return
            except Exception as error:
                self._iterator = None
                if not self.stopping.is_set():
                    self._report(self._mapping.name, error)
                    self.stopping.wait(1)

    def poll(self) -> int:
        """Handle one batch to its end, good or bad; how many records were read."""
        records = [to_event(record, self._mapping.stream_arn) for record in self._read_batch()]
        if not records:
            return 0
        self._deliver([record for record in records if self._mapping.wants(record)], attempts=0)
        self._advance(records[-1])
        return len(records)

    def _read_batch(self) -> list[Record]:
        records = self._read(self._mapping.batch_size)
        closes_at = time.monotonic() + self._mapping.batching_window_seconds
        while records and len(records) < self._mapping.batch_size and time.monotonic() < closes_at:
            if self.stopping.wait(IDLE_SECONDS):
                raise Stopped
            records += self._read(self._mapping.batch_size - len(records))
        return records

    def _read(self, limit: int) -> list[Record]:
        iterator = self._iterator or self._start()
        try:
            page = self._client.get_records(ShardIterator=iterator, Limit=min(limit, 1000))
        except (self._errors.ExpiredIteratorException, self._errors.TrimmedDataAccessException):
            self._iterator = None
            return []
        self._iterator = page.get("NextShardIterator")
        records: list[Record] = page["Records"]
        return records

    def _start(self) -> str:
        """After the checkpoint, or from the oldest record when there is none (any more)."""
        arn = self._mapping.stream_arn
        stream = self._client.describe_stream(StreamArn=arn)["StreamDescription"]
        self._shard_id = stream["Shards"][0]["ShardId"]
        shard = {"StreamArn": arn, "ShardId": self._shard_id}
        self._checkpoints.register(self._name)
        if position := self._checkpoints.get(self._name):
            try:
                after = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": position}
                return str(self._client.get_shard_iterator(**shard, **after)["ShardIterator"])
            except self._errors.TrimmedDataAccessException:
                start = "TRIM_HORIZON"
        else:
            start = self._mapping.starting_position
        return str(self._client.get_shard_iterator(**shard, ShardIteratorType=start)["ShardIterator"])

    def _deliver(self, records: list[Record], *, attempts: int) -> None:
        """`attempts`: how often a batch with the first of these records has failed."""
        while records:
            if expired := self._expired(records):
                self._discard(records[:expired], "RecordAgeExceeded", attempts)
                records = records[expired:]
                continue
            done = self._attempt(records)
            if done:
                self._advance(records[done - 1])
                records, attempts = records[done:], 0
                if not records:
                    return
            elif self._mapping.bisect and len(records) > 1:
                # Splitting is not a retry, so it costs none.
                half = len(records) // 2
                self._deliver(records[:half], attempts=attempts)
                records = records[half:]
                continue
            attempts += 1
            if FOREVER < self._mapping.retry_attempts < attempts:
                self._discard(records, "RetryAttemptsExhausted", attempts)
                return
            self._pause(attempts)

    def _attempt(self, records: list[Record]) -> int:
        """How many records, from the first on, are done."""
        if self.stopping.is_set():
            raise Stopped
        try:
            response = self._invoke(self._mapping.function, {"Records": records})
            reported = failures(response) if self._mapping.reports_failures else []
        except Exception as error:
            self._report(self._mapping.function, error)
            return 0
        if not reported:
            return len(records)
        self._report(self._mapping.function, BatchItemFailures(reported))
        numbers = [sequence_number(record) for record in records]
        # An identifier that is not of this batch fails all of it.
        return min(numbers.index(each) if each in numbers else 0 for each in reported)

    def _expired(self, records: list[Record]) -> int:
        if self._mapping.record_age_seconds == FOREVER:
            return 0
        oldest = self._now() - self._mapping.record_age_seconds
        young = (place for place, record in enumerate(records) if created_at(record) >= oldest)
        return next(young, len(records))

    def _discard(self, records: list[Record], condition: str, invocations: int) -> None:
        if self._mapping.on_failure_arn:
            message = discarded(
                records,
                condition=condition,
                invocations=invocations,
                function=self._mapping.function,
                stream_arn=self._mapping.stream_arn,
                shard_id=self._shard_id,
            )
            sqs = self._endpoint.client("sqs")
            url = queue_url(self._endpoint, self._mapping.on_failure_arn)
            sqs.send_message(QueueUrl=url, MessageBody=json.dumps(message))
        self._advance(records[-1])

    def _advance(self, record: Record) -> None:
        self._checkpoints.put(self._name, sequence_number(record))

    def _pause(self, attempts: int) -> None:
        if self.stopping.wait(min(self._backoff_seconds * 2 ** (attempts - 1), _LONGEST_PAUSE_SECONDS)):
            raise Stopped
