"""What people and later steps read: results on stdout, everything else on stderr.

In GitHub Actions warnings and errors are workflow commands, which it shows on the run's page. It reads them from stderr
as well, so stdout stays good for `id=$(lull deploy start …)`.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from lull_ci.texts import one_line


class Terminal:
    def __init__(self, *, in_actions: bool) -> None:
        self._in_actions = in_actions
        for stream in (sys.stdout, sys.stderr):
            # An image's locale may know ASCII only.
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]

    def result(self, text: str) -> None:
        print(one_line(text), flush=True)

    def record(self, value: Any) -> None:
        print(json.dumps(value), flush=True)

    def note(self, text: str) -> None:
        print(f"lull: {one_line(text)}", file=sys.stderr)

    def warning(self, text: str) -> None:
        self._say("warning", text)

    def error(self, text: str) -> None:
        self._say("error", text)

    def mask(self, secret: str) -> None:
        """Nothing shows it from now on: the runner replaces it by ***."""
        if self._in_actions:
            print(f"::add-mask::{secret}", file=sys.stderr, flush=True)

    def _say(self, level: str, text: str) -> None:
        line = one_line(text)
        if self._in_actions:
            print(f"::{level} title=Lull::{line.replace('%', '%25')}", file=sys.stderr)
        else:
            print(f"lull: {level}: {line}", file=sys.stderr)
