"""What people and later steps read: results on stdout, everything else on stderr.

In GitHub Actions warnings and errors are workflow commands, which it shows on the run's page. It reads them from stderr
as well, so stdout stays good for `id=$(lull deploy start …)`.

Whoever reads may stop, as `head` does, and a disk may be full: the rest is for nobody, and what was asked is done all
the same.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any, TextIO

from lull_ci.texts import one_line


class Terminal:
    def __init__(self, *, in_actions: bool) -> None:
        self._in_actions = in_actions
        for stream in filter(None, (sys.stdout, sys.stderr)):
            # An image's locale may know ASCII only.
            stream.reconfigure(errors="backslashreplace")

    def result(self, text: str) -> None:
        _print(one_line(text), sys.stdout)

    def record(self, value: Any) -> None:
        _print(json.dumps(value), sys.stdout)

    def note(self, text: str) -> None:
        _print(f"lull: {one_line(text)}", sys.stderr)

    def warning(self, text: str) -> None:
        self._say("warning", text)

    def error(self, text: str) -> None:
        self._say("error", text)

    def mask(self, secret: str) -> None:
        """Nothing shows it from now on: the runner replaces it by ***."""
        if self._in_actions:
            _print(f"::add-mask::{secret}", sys.stderr)

    def _say(self, level: str, text: str) -> None:
        line = one_line(text)
        if self._in_actions:
            _print(f"::{level} title=Lull::{line.replace('%', '%25')}", sys.stderr)
        else:
            _print(f"lull: {level}: {line}", sys.stderr)


def finish() -> None:
    """What was printed by others, such as `--help`, is out."""
    for stream in (sys.stdout, sys.stderr):
        _print("", stream, end="")


def _print(text: str, stream: TextIO | None, end: str = "\n") -> None:
    if stream is None:
        # It was closed before the start.
        return
    try:
        print(text, file=stream, end=end, flush=True)
    except OSError:
        # The interpreter flushes once more at its end, and would complain.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
