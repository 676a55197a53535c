"""The emulator's whole state as one file, replaced at once: tables, their streams, queues, schedules, objects.

MiniStack's own persistence writes one file per service and leaves out stream records and objects, so a kill could
separate a message from the change that caused it. This one is a single instant or nothing.
"""

import asyncio
import copy
import json
import os
import warnings
from bisect import bisect_right
from pathlib import Path
from typing import Any, NoReturn, cast

import ministack.app
import ministack.core.persistence as encoding
import ministack.services.dynamodb as dynamodb
import ministack.services.s3 as s3
import ministack.services.sqs as sqs

from local.checkpoints import TABLE as CHECKPOINTS

# Of those that every reader has passed; what one of them has not read is kept however much it is.
STREAM_RECORDS_KEPT = 1_000


Scope = tuple[str, str, str]
"""Account, region and table."""


class NotSaved(Exception):
    """The snapshot could not be written; the last one is still there, unless somebody removed it."""


class Snapshot:
    def __init__(self, path: Path) -> None:
        self.path = path

    def load(self) -> None:
        """Whoever held a message when it was saved is gone, so every one that was received is there for all again."""
        if not self.path.exists():
            return
        with self.path.open() as file:
            saved = json.load(file, object_hook=encoding._json_object_hook)
        for service, state in saved["services"].items():
            module = ministack.app._get_module(ministack.app._state_map[service])
            module.load_persisted_state(state)
        for account, region, table, records, trimmed in saved["streams"]:
            dynamodb._stream_records.set_scoped(account, region, table, records)
            dynamodb._stream_trimmed.set_scoped(account, region, table, trimmed)
        for account, bucket, objects in saved["objects"]:
            s3._buckets._data[account, bucket]["objects"] = objects
        _give_back()

    def is_missing(self) -> bool:
        """Never written, or removed by somebody."""
        return not self.path.exists()

    def save(self) -> None:
        """NotSaved says why."""
        unfinished = self.path.with_suffix(".tmp")
        try:
            with unfinished.open("w") as file:
                json.dump(_state(), file, default=encoding._json_default)
            unfinished.replace(self.path)
        except OSError as error:
            raise NotSaved(f"{self.path}: {error.strerror}") from error

    async def save_in_fork(self) -> None:
        """Save this very instant without holding up requests, however large the state is; NotSaved says why."""
        reader, writer = os.pipe()
        with warnings.catch_warnings():
            # The fork only copies memory to disk: it takes no lock and runs no other thread's code.
            warnings.simplefilter("ignore", DeprecationWarning)
            pid = os.fork()
        if pid == 0:
            self._save_and_exit(writer)
        os.close(writer)
        reason, status = await asyncio.to_thread(_end_of_fork, pid, reader)
        if status:
            raise NotSaved(reason or f"{self.path}: its writer ended with {os.waitstatus_to_exitcode(status)}")

    def _save_and_exit(self, reasons: int) -> NoReturn:
        code = 1
        try:
            # Nobody changes a fork's memory, so there is nothing to copy before writing.
            copy.deepcopy = cast("Any", _itself)
            self.save()
            code = 0
        except NotSaved as error:
            os.write(reasons, str(error).encode())
        except BaseException as error:
            os.write(reasons, f"{self.path}: {error!r}".encode())
        finally:
            os._exit(code)


def _give_back() -> None:
    """In a FIFO queue one message that nobody will delete holds up all of its group. Delayed ones stay delayed."""
    for queue in sqs._queues._data.values():
        for message in queue["messages"]:
            if message["receive_count"]:
                message["visible_at"] = 0.0


def _state() -> dict[str, Any]:
    services = {name: get_state() for name, get_state in ministack.app._build_persistence_save_dict().items()}
    return {
        "services": services,
        "streams": [
            [*scope, records[(dropped := _droppable(scope, records)) :], _trimmed(scope) + dropped]
            for scope, records in dynamodb._stream_records._data.items()
        ],
        "objects": [[*scope, bucket["objects"]] for scope, bucket in s3._buckets._data.items()],
    }


def _droppable(scope: Scope, records: list[Any]) -> int:
    """How many of a stream's oldest records no reader needs; each still finds the one it read last."""
    positions = _positions(scope)
    if not positions:
        return 0
    passed = bisect_right(records, min(positions), key=lambda record: str(record["dynamodb"]["SequenceNumber"]))
    return max(0, min(len(records) - STREAM_RECORDS_KEPT, passed - 1))


def _positions(scope: Scope) -> list[str]:
    """Where the readers of a table's stream are."""
    account, region, table = scope
    stream = dynamodb._tables._data[account, region, table].get("LatestStreamArn")
    checkpoints = dynamodb._tables._data.get((account, region, CHECKPOINTS), {"items": {}})
    items = [item for by_sort_key in checkpoints["items"].values() for item in by_sort_key.values()]
    return [item["Position"]["S"] for item in items if item["Reader"]["S"].startswith(f"{stream} ")]


def _end_of_fork(pid: int, reader: int) -> tuple[str, int]:
    """What it wrote, and its status."""
    with os.fdopen(reader, errors="replace") as file:
        written = file.read()
    return written, os.waitpid(pid, 0)[1]


def _itself(value: Any, _memo: Any = None) -> Any:
    return value


def _trimmed(scope: Scope) -> int:
    return int(dynamodb._stream_trimmed._data.get(scope, 0))
