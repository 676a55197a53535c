"""One poller of a queue: receive, invoke, delete what succeeded; the queue itself redrives the rest."""

import time
from threading import Event
from typing import Any

from local.endpoint import Endpoint
from local.invocation import BatchItemFailures, Invoke, Report, failures
from local.queue_mapping import QueueMapping
from local.queue_messages import filterable, group, to_event
from local.queues import queue_url

# As long as a clean stop may take.
WAIT_SECONDS = 1
_RECEIVE_LIMIT = 10


class QueuePoller:
    def __init__(self, mapping: QueueMapping, endpoint: Endpoint, invoke: Invoke, report: Report) -> None:
        self.stopping = Event()
        self._mapping = mapping
        self._client = endpoint.client("sqs")
        self._url = queue_url(endpoint, mapping.queue_arn)
        self._invoke = invoke
        self._report = report

    def run(self) -> None:
        while not self.stopping.is_set():
            try:
                self.poll(wait_seconds=WAIT_SECONDS)
            except Exception as error:
                if not self.stopping.is_set():
                    self._report(self._mapping.name, error)
                    self.stopping.wait(1)

    def poll(self, *, wait_seconds: int = 0) -> int:
        """Handle one batch; how many messages were received."""
        events = self._receive_batch(wait_seconds)
        if not events:
            return 0
        wanted = [event for event in events if self._mapping.wants(filterable(event))]
        failed = self._attempt(wanted) if wanted else set()
        self._delete([event for event in events if event["messageId"] not in failed])
        return len(events)

    def _receive_batch(self, wait_seconds: int) -> list[dict[str, Any]]:
        size = self._mapping.batch_size
        events = self._receive(size, wait_seconds)
        closes_at = time.monotonic() + self._mapping.batching_window_seconds
        while events and len(events) < size and time.monotonic() < closes_at and not self.stopping.is_set():
            more = self._receive(size - len(events), min(1, wait_seconds))
            if not more and not wait_seconds:
                break
            events += more
        return events

    def _receive(self, limit: int, wait_seconds: int) -> list[dict[str, Any]]:
        response = self._client.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=min(limit, _RECEIVE_LIMIT),
            WaitTimeSeconds=wait_seconds,
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        return [to_event(message, self._mapping.queue_arn) for message in response.get("Messages", [])]

    def _attempt(self, events: list[dict[str, Any]]) -> set[str]:
        """The ids of messages that stay in the queue."""
        everything = {event["messageId"] for event in events}
        try:
            response = self._invoke(self._mapping.function, {"Records": events})
            reported = failures(response) if self._mapping.reports_failures else []
        except Exception as error:
            self._report(self._mapping.function, error)
            return everything
        if not reported:
            return set()
        self._report(self._mapping.function, BatchItemFailures(reported))
        return _with_followers(events, set(reported)) if set(reported) <= everything else everything

    def _delete(self, events: list[dict[str, Any]]) -> None:
        for start in range(0, len(events), _RECEIVE_LIMIT):
            entries = [
                {"Id": str(place), "ReceiptHandle": event["receiptHandle"]}
                for place, event in enumerate(events[start : start + _RECEIVE_LIMIT])
            ]
            self._client.delete_message_batch(QueueUrl=self._url, Entries=entries)


def _with_followers(events: list[dict[str, Any]], failed: set[str]) -> set[str]:
    """What follows a failed message in its FIFO group must not overtake it."""
    stuck: set[str] = set()
    for event in events:
        name = group(event)
        if event["messageId"] in failed and name is not None:
            stuck.add(name)
        if name in stuck:
            failed = failed | {event["messageId"]}
    return failed
