"""What a step hands on to later ones, in the ways that GitHub Actions and GitLab CI have for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lull_ci.errors import Misused

DEPLOYMENT_ID, WINDOW_ID = "LULL_DEPLOYMENT_ID", "LULL_WINDOW_ID"
"""What people set: it goes before everything else."""
STARTED_DEPLOYMENT, STARTED_WINDOW = "LULL_STARTED_DEPLOYMENT_ID", "LULL_STARTED_WINDOW_ID"
"""What the start before handed on: good for whoever does not name something else."""


@dataclass(frozen=True)
class Handover:
    output_file: str | None
    """$GITHUB_OUTPUT: outputs of this step."""
    environment_file: str | None
    """$GITHUB_ENV: variables of the steps after it."""
    dotenv: str | None
    """A file of variables, which GitLab gives to later jobs as a report."""

    @classmethod
    def of(cls, environ: Mapping[str, str], dotenv: str | None) -> Handover:
        in_actions = environ.get("GITHUB_ACTIONS") == "true"
        output, environment = (environ.get(name) if in_actions else None for name in ("GITHUB_OUTPUT", "GITHUB_ENV"))
        return cls(output_file=output or None, environment_file=environment or None, dotenv=dotenv)

    def deployment(self, deployment_id: str) -> None:
        """An empty id says that there is none: that of an earlier deployment must not be taken for it."""
        self._hand_on("deployment-id", STARTED_DEPLOYMENT, deployment_id)

    def window(self, window_id: str) -> None:
        self._hand_on("window-id", STARTED_WINDOW, window_id)

    def verdict(self, verdict: str) -> None:
        _append(self.output_file, "can-deploy", verdict)

    def _hand_on(self, output: str, variable: str, value: str) -> None:
        _append(self.output_file, output, value)
        _append(self.environment_file, variable, value)
        if self.dotenv and value:
            _append(self.dotenv, variable, value)


def _append(file: str | None, name: str, value: str) -> None:
    if file is None:
        return
    try:
        with open(file, "a", encoding="utf-8") as lines:  # noqa: PTH123 one name of a file, as the CI says it
            lines.write(f"{name}={value}\n")
    except OSError as error:
        raise Misused(f"{file} cannot be written ({error.strerror}): later steps would not know the {name}") from error
