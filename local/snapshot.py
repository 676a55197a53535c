"""The emulator's whole state as one file, replaced at once: tables, their streams, queues, schedules, objects.

MiniStack's own persistence writes one file per service and leaves out stream records and objects, so a kill could
separate a message from the change that caused it. This one is a single instant or nothing.
"""

import asyncio
import copy
import json
import os
import warnings
from pathlib import Path
from typing import Any, cast

import ministack.app
import ministack.core.persistence as encoding
import ministack.services.dynamodb as dynamodb
import ministack.services.s3 as s3

# A reader further behind than this is not catching up any more.
STREAM_RECORDS_KEPT = 10_000


class Snapshot:
    def __init__(self, path: Path) -> None:
        self.path = path

    def load(self) -> None:
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

    def save(self) -> None:
        unfinished = self.path.with_suffix(".tmp")
        with unfinished.open("w") as file:
            json.dump(_state(), file, default=encoding._json_default)
        unfinished.replace(self.path)

    async def save_in_fork(self) -> bool:
        """Save this very instant without holding up requests, however large the state is."""
        with warnings.catch_warnings():
            # The fork only copies memory to disk: it takes no lock and runs no other thread's code.
            warnings.simplefilter("ignore", DeprecationWarning)
            pid = os.fork()
        if pid == 0:
            self._save_and_exit()
        _, status = await asyncio.to_thread(os.waitpid, pid, 0)
        return status == 0

    def _save_and_exit(self) -> None:
        code = 1
        try:
            # Nobody changes a fork's memory, so there is nothing to copy before writing.
            copy.deepcopy = cast("Any", _itself)
            self.save()
            code = 0
        except BaseException as error:
            os.write(2, f"snapshot failed: {error!r}\n".encode())
        finally:
            os._exit(code)


def _state() -> dict[str, Any]:
    services = {name: get_state() for name, get_state in ministack.app._build_persistence_save_dict().items()}
    return {
        "services": services,
        "streams": [
            [
                *scope,
                records[-STREAM_RECORDS_KEPT:],
                _trimmed(scope) + max(0, len(records) - STREAM_RECORDS_KEPT),
            ]
            for scope, records in dynamodb._stream_records._data.items()
        ],
        "objects": [[*scope, bucket["objects"]] for scope, bucket in s3._buckets._data.items()],
    }


def _itself(value: Any, _memo: Any = None) -> Any:
    return value


def _trimmed(scope: tuple[str, str, str]) -> int:
    return int(dynamodb._stream_trimmed._data.get(scope, 0))
