"""`python -m local`: run the whole system on this machine."""

import argparse
import logging
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import NoReturn


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """One line, like every other refusal."""
        self.exit(1, f"{message}\n")


def main() -> int:
    parser = _Parser(prog="python -m local", description=__doc__)
    parser.add_argument("--port", type=_port, default=8000, help="where to listen on 127.0.0.1 (default: 8000)")
    parser.add_argument("--state", type=Path, default=Path(".lull"), help="folder for what is kept (default: .lull)")
    arguments = parser.parse_args()
    from local.launcher import run

    return run(arguments.port, arguments.state.expanduser())


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"PORT must be a number from 1 to 65535, not {text!r}")
    return int(text)


def _exit(code: int) -> NoReturn:
    """End now: the interpreter would wait for calls that still run, and they for an emulator that is gone."""
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
        with suppress(OSError, ValueError):
            if stream:
                stream.flush()
    os._exit(code)


if __name__ == "__main__":
    _exit(main())
