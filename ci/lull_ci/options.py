"""The command line. Most options have a variable as well, which is what actions and templates set."""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from lull_ci import __version__
from lull_ci.errors import Misused
from lull_ci.handover import DEPLOYMENT_ID, STARTED_DEPLOYMENT, STARTED_WINDOW, WINDOW_ID
from lull_ci.texts import UUID, one_line, seconds_of

_EXIT_CODES = """exit codes:
  0  done; or Lull is down (or this command has a fault), or there is nothing to end, and nobody said --required: a
     warning tells
  1  refused by Lull: the message and its fields say why; or there is nothing to end, and --required
  2  options, environment or configuration are wrong
  3  can-deploy: no
  4  Lull is not reachable, and --required

LULL_URL says where Lull is, LULL_TOKEN is an API key. Without a key the token that GitHub Actions or GitLab CI sign for
the job is shown, for the audience LULL_AUDIENCE (LULL_URL, unless it is set); LULL_WORKSPACE is needed where several
workspaces trust a repository. In other CIs LULL_RUN tells one run from another: set it
to something of this run's own, the same in all of its steps. LULL_DEBUG=1 shows where a fault of this command is."""


def parsed(arguments: Sequence[str] | None, environ: Mapping[str, str]) -> argparse.Namespace:
    """The options, with those of the environment. Raises Misused where they are wrong."""
    if environ.get("LULL_APPLICATION_ID"):
        # The executor of an application has set both: that is the id of a deployment of another kind.
        environ = {name: value for name, value in environ.items() if name != DEPLOYMENT_ID}
    asked = _parser(_Variables(environ)).parse_args(arguments)
    missing = [text for name, text in asked.wanted.items() if getattr(asked, name) is None]
    if missing:
        raise Misused(f"not given: {'; '.join(missing)} (see `lull {asked.command} --help`)")
    return asked


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise Misused(f"{message} (see `{self.prog} --help`)")


class _Variables:
    """A default is read like an option, so it is judged as one; an empty variable is none."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def option(
        self, parser: argparse.ArgumentParser, flag: str, variable: str, *, required: bool = False, **how: Any
    ) -> None:
        default = how.pop("default", None)
        said = self._environ.get(variable, "").strip() or default
        if how["help"] != argparse.SUPPRESS:
            how["help"] = f"{how['help']} {f'(required unless {variable} is set)' if required else f'[{variable}]'}"
        made = parser.add_argument(flag, default=said, **how)
        if required:
            wanted = parser.get_default("wanted")
            parser.set_defaults(wanted={**wanted, made.dest: f"{flag}, or {variable}"})


def _parser(variables: _Variables) -> argparse.ArgumentParser:
    formatter = argparse.RawDescriptionHelpFormatter
    parser = _Parser(
        prog="lull", description="Tells Lull about deployments.", epilog=_EXIT_CODES, formatter_class=formatter
    )
    parser.add_argument("--version", action="version", version=f"lull-ci {__version__}")
    nouns = parser.add_subparsers(metavar="COMMAND", required=True)

    def noun(name: str, text: str) -> Any:
        return nouns.add_parser(name, help=text, description=text).add_subparsers(metavar="COMMAND", required=True)

    def verb(group: Any, name: str, command: str, text: str) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = group.add_parser(
            name, help=text, description=text, epilog=_EXIT_CODES, formatter_class=formatter, allow_abbrev=False
        )
        made.set_defaults(command=command, wanted={})
        _common(made, variables)
        return made

    deploy = noun("deploy", "a deployment of a component to an environment")
    _start(verb(deploy, "start", "deploy start", "record it and begin; its checks go quiet"), variables)
    _end(verb(deploy, "succeed", "deploy succeed", "it has succeeded; its checks come back"), variables)
    _end(verb(deploy, "fail", "deploy fail", "it has failed; its checks come back"), variables)
    window = noun("window", "a time in which the checks of a project are paused")
    _window_start(verb(window, "start", "window start", "pause the checks of a project"), variables)
    _window_end(verb(window, "end", "window end", "bring them back"), variables)
    gate = verb(nouns, "can-deploy", "can-deploy", "ask whether something speaks against a deployment right now")
    _target(gate, variables, required=True)
    return parser


def _common(parser: argparse.ArgumentParser, variables: _Variables) -> None:
    parser.add_argument("--url", help="where Lull is [LULL_URL]")
    parser.add_argument("--token", help="an API key; better in the environment [LULL_TOKEN]")
    parser.add_argument(
        "--id-token-variable", default="LULL_ID_TOKEN", metavar="NAME", help="of GitLab's token (default: %(default)s)"
    )
    parser.add_argument("--required", action="store_true", help="fail if Lull is not reachable [LULL_REQUIRED=true]")
    variables.option(
        parser,
        "--timeout",
        "LULL_TIMEOUT",
        default="30",
        type=_seconds,
        help="seconds to try again for, 1 to 600 (default: 30)",
    )
    parser.add_argument("--json", action="store_true", help="print the API's answer instead of the id")


def _target(parser: argparse.ArgumentParser, variables: _Variables, *, required: bool) -> None:
    for noun in ("component", "environment"):
        variables.option(
            parser, f"--{noun}", f"LULL_{noun.upper()}", required=required, type=_text, help=f"the {noun}'s name or id"
        )


def _start(parser: argparse.ArgumentParser, variables: _Variables) -> None:
    _target(parser, variables, required=True)
    _said(parser, variables)
    parser.add_argument("--description", type=_text)
    parser.add_argument("--unplanned", action="store_true", help="it mends what an earlier deployment broke")
    parser.add_argument(
        "--metadata", type=_metadata, action="append", default=[], metavar="NAME=VALUE", help="more to remember"
    )
    parser.add_argument(
        "--max-duration", type=_duration, metavar="2h", help="it has failed after this long without news (default: 24h)"
    )
    variables.option(
        parser,
        "--wait",
        "LULL_WAIT",
        default="15",
        type=_wait,
        help="seconds to wait for its checks to be quiet (default: 15)",
    )
    parser.add_argument(
        "--dotenv", metavar="FILE", help=f"write {STARTED_DEPLOYMENT} there, as a dotenv report of GitLab"
    )


def _end(parser: argparse.ArgumentParser, variables: _Variables) -> None:
    variables.option(
        parser, "--id", DEPLOYMENT_ID, type=_uuid, help="as `deploy start` printed it: this one, whatever else is set"
    )
    variables.option(parser, "--inherited-id", STARTED_DEPLOYMENT, type=_uuid, help=argparse.SUPPRESS)
    _target(parser, variables, required=False)
    variables.option(parser, "--key", "LULL_KEY", type=_text, help="the one that `deploy start` was given")


def _window_start(parser: argparse.ArgumentParser, variables: _Variables) -> None:
    variables.option(parser, "--project", "LULL_PROJECT", required=True, type=_number, help="the project's id")
    variables.option(
        parser, "--checks", "LULL_CHECKS", type=_numbers, metavar="1,2", help="ids of checks (default: all of them)"
    )
    _said(parser, variables)
    parser.add_argument("--name", type=_text)
    ending = parser.add_mutually_exclusive_group()
    ending.add_argument("--until", type=_text, metavar="TIME", help="when it ends by itself, as 2026-03-01T13:00:00Z")
    ending.add_argument(
        "--for", dest="duration", type=_duration, metavar="30m", help="it ends by itself after this long (default: 24h)"
    )
    parser.add_argument("--dotenv", metavar="FILE", help=f"write {STARTED_WINDOW} there, as a dotenv report of GitLab")


def _window_end(parser: argparse.ArgumentParser, variables: _Variables) -> None:
    variables.option(parser, "--id", WINDOW_ID, type=_number, help="as `window start` printed it")
    variables.option(parser, "--inherited-id", STARTED_WINDOW, type=_number, help=argparse.SUPPRESS)
    variables.option(
        parser, "--project", "LULL_PROJECT", type=_number, help="or its project, if it is not to be looked for"
    )


def _said(parser: argparse.ArgumentParser, variables: _Variables) -> None:
    variables.option(
        parser, "--version", "LULL_VERSION", type=_text, help="(default: the tag, else 12 digits of the commit)"
    )
    variables.option(
        parser, "--key", "LULL_KEY", type=_text, help="tells deployments of the same thing in one job apart"
    )


def _text(value: str) -> str:
    text = one_line(value, 255)
    if not text:
        raise argparse.ArgumentTypeError("it is empty")
    return text


def _uuid(value: str) -> str:
    if not UUID.fullmatch(value):
        raise argparse.ArgumentTypeError("it is not the id of a deployment")
    return value.lower()


def _number(value: str) -> int:
    if not re.fullmatch("[1-9][0-9]{0,11}", value, re.ASCII):
        raise argparse.ArgumentTypeError(f"{one_line(value, 50)} is not an id")
    return int(value)


def _numbers(value: str) -> list[int]:
    return [_number(each.strip()) for each in value.split(",") if each.strip()]


def _seconds(value: str) -> float:
    if not re.fullmatch("[0-9]{1,3}([.][0-9]{1,3})?", value, re.ASCII) or not 1 <= float(value) <= 600:
        raise argparse.ArgumentTypeError("it is not a number of seconds from 1 to 600")
    return float(value)


def _wait(value: str) -> float:
    return 0.0 if value == "0" else _seconds(value)


def _duration(value: str) -> int:
    try:
        return seconds_of(value)
    except ValueError as error:
        raise argparse.ArgumentTypeError(one_line(error)) from error


def _metadata(value: str) -> tuple[str, str]:
    name, equals, said = value.partition("=")
    if not name or not equals:
        raise argparse.ArgumentTypeError("it is not NAME=VALUE")
    if name == "ci":
        raise argparse.ArgumentTypeError("ci is the name under which the run itself is remembered")
    return _text(name), one_line(said)
