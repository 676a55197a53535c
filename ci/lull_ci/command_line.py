"""`lull`: what is asked for, done; what goes wrong, said in one line with an exit code."""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

from lull_ci import options
from lull_ci.api import Api
from lull_ci.credentials import Credential, credential_of
from lull_ci.errors import CommandError, Unreachable
from lull_ci.exchanges import Exchanges
from lull_ci.handover import Handover
from lull_ci.runs import GITHUB, Run, run_of
from lull_ci.settings import Settings, is_required, settings_of
from lull_ci.steps import STEPS, Step
from lull_ci.terminal import Terminal, finish

_DEBUG = "LULL_DEBUG"


def run() -> None:
    try:
        sys.exit(main(sys.argv[1:], os.environ))
    finally:
        finish()


def main(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    run = run_of(environ)
    terminal = Terminal(in_actions=run.provider == GITHUB)
    required = "--required" in arguments
    try:
        asked = options.parsed(arguments, environ)
        required = asked.required or is_required(environ)
        return _done(asked, environ, run, terminal, required=required)
    except Unreachable as error:
        if required:
            terminal.error(f"{error}; try again, or leave out --required to go on without it")
            return error.exit_code
        terminal.warning(f"{error}; going on without it, since nothing says --required")
        return 0
    except CommandError as error:
        terminal.error(str(error))
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        return _broken(error, environ, terminal, required=required)


def _broken(error: Exception, environ: Mapping[str, str], terminal: Terminal, *, required: bool) -> int:
    """As if Lull were not reachable. The error's own words may hold a token: they are for whoever asks for them."""
    frames = traceback.extract_tb(error.__traceback__)
    text = f"this command has a fault ({type(error).__name__} at {Path(frames[-1].filename).name}:{frames[-1].lineno})"
    if environ.get(_DEBUG):
        for line in "".join(traceback.format_exception(type(error), error, error.__traceback__)).splitlines():
            terminal.note(line)
    else:
        text += f"; {_DEBUG}=1 shows more"
    if required:
        terminal.error(text)
        return Unreachable.exit_code
    terminal.warning(f"{text}; going on without Lull, since nothing says --required")
    return 0


def _done(
    asked: argparse.Namespace, environ: Mapping[str, str], run: Run, terminal: Terminal, *, required: bool
) -> int:
    settings = settings_of(environ, url=asked.url, token=asked.token, id_token_variable=asked.id_token_variable)
    handover = Handover.of(environ, getattr(asked, "dotenv", None))
    with closing(Exchanges(asked.timeout)) as exchanges:
        api = Api(settings, partial(_credential, settings, environ, exchanges, terminal), exchanges)
        return STEPS[asked.command](Step(api, run, asked, terminal, handover, required))


def _credential(settings: Settings, environ: Mapping[str, str], exchanges: Exchanges, terminal: Terminal) -> Credential:
    found = credential_of(settings, environ, exchanges)
    terminal.mask(found.token)
    return found
