"""Where functions' output goes: a file of JSON lines that never grows beyond two halves."""

import io
import json
import logging
import threading
import traceback
from datetime import UTC, datetime
from pathlib import Path

HALF_BYTES = 10_000_000


class LogFile(io.TextIOBase):
    """A stand-in for standard output; a line that is not JSON becomes a message."""

    def __init__(self, path: Path, *, half_bytes: int = HALF_BYTES) -> None:
        self._path = path
        self._half_bytes = half_bytes
        self._file = path.open("a")
        self._lock = threading.Lock()
        self._unfinished = threading.local()

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        # print() writes a line in two pieces, and threads must not mix theirs.
        *lines, rest = (getattr(self._unfinished, "text", "") + text).split("\n")
        self._unfinished.text = rest
        for line in filter(None, lines):
            self._write_line(line if line.startswith("{") else json.dumps(_message("INFO", line)))
        return len(text)

    def close(self) -> None:
        self._file.close()
        super().close()

    def _write_line(self, line: str) -> None:
        with self._lock:
            self._file.write(line + "\n")
            self._file.flush()
            if self._file.tell() > self._half_bytes:
                self._file.close()
                self._path.replace(self._path.with_suffix(".jsonl.1"))
                self._file = self._path.open("a")


class JsonLines(logging.Formatter):
    """For loggers that are not the product's own."""

    def format(self, record: logging.LogRecord) -> str:
        line = _message(record.levelname, record.getMessage()) | {"logger": record.name}
        if record.exc_info:
            line["exception"] = "".join(traceback.format_exception(*record.exc_info))
        return json.dumps(line)


def _message(level: str, text: str) -> dict[str, str]:
    return {"level": level, "timestamp": datetime.now(UTC).isoformat(), "message": text}
