"""Ten minutes of probes whose messages all come twice: how many there are of each."""

import heapq
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

import monitor
import prober
from lull.domain.effects import WakeProbe
from lull.gateways.queues import WakeUp
from lull.use_cases import effects
from tests.api import a_workspace
from tests.services import Service, messages

MINUTES = 10


class Line:
    """The probes queue on the clock of the test: each message is delivered when it is due, and as often as told."""

    def __init__(self, time: Any, deliveries: int) -> None:
        self.sent: Counter[int] = Counter()
        self.waiting: list[tuple[Any, int, str]] = []
        self._time, self._deliveries = time, deliveries

    def send(self, found: list[tuple[WakeUp, Any]], *, at: Any) -> None:
        for wake_up, due_at in found:
            self.sent[int(wake_up.record_id)] += 1
            for _ in range(self._deliveries):
                heapq.heappush(self.waiting, (max(at, due_at), int(wake_up.record_id), wake_up.body()))

    def deliver(self, until: Any) -> None:
        while self.waiting and self.waiting[0][0] <= until:
            self._time.at, _, body = heapq.heappop(self.waiting)
            assert prober.lambda_handler(messages(body), None) == {"batchItemFailures": []}
        self._time.at = until


@pytest.mark.parametrize("deliveries", [1, 2])
@pytest.mark.parametrize("interval", [30, 45, 60, 300])
def test_a_check_has_one_chain_of_messages_whatever_comes_twice(
    service: Service, time, monkeypatch, interval, deliveries
):
    line = Line(time, deliveries)
    monkeypatch.setattr("lull.gateways.queues.send_probes", line.send)
    api = a_workspace()
    api.post("/api/projects", {"name": "Shop"})
    service.watched_by(api, intervalSeconds=interval)
    began, sweeps = time.at, 0
    effects._probe([WakeProbe(1, 1)] * 3, at=time.at)
    for minute in range(MINUTES):
        # Not to the second, and one of them twice.
        for late in (3, 9) if minute == 4 else (3 + minute % 4,):
            line.deliver(began + timedelta(minutes=minute, seconds=late))
            monitor.lambda_handler({}, None)
            sweeps += 1
        assert len(line.waiting) <= 3 * deliveries
    line.deliver(began + timedelta(minutes=MINUTES))
    probes = MINUTES * 60 // interval + 1
    assert service.probes == probes, "each is made, and made once"
    assert api.get("/api/checks/1")["lastProbe"]["consecutiveSuccesses"] == probes
    assert line.sent[1] <= 1 + probes + sweeps
