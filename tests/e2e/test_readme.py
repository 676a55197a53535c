"""The README is true: its quick start, word by word, against a real run; its targets; its files."""

import os
import re
import subprocess
import sys

import pytest

from tests.e2e.running import ROOT, Running, free_port

README = (ROOT / "README.md").read_text()
VOLATILE = [
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z"), "<time>"),
    (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "<id>"),
]
# Whoever reads slowly finds the checks of the quick start long silent.
MEANWHILE = """
for token in $(lull checks | grep -o '"token":"[^"]*"' | cut -d '"' -f 4); do
  curl -sS -X POST "http://127.0.0.1:8000/api/signals/ping/$token/fail" > /dev/null
done
sleep 2
lull "v1/deployments/can-deploy?componentId=$shop&environmentId=$production" | grep -q '"canDeploy":false'
exec 2>&1
"""


def quick_start() -> list[tuple[str, str | None]]:
    """Each block of commands with the output that the README shows after it."""
    section = README[README.index("## Try it") : README.index("## How it works")]
    blocks = re.findall(r"```(\w*)\n(.*?)```", section, re.DOTALL)
    steps: list[tuple[str, str | None]] = []
    for language, text in blocks:
        if language == "console":
            typed, printed = (
                [line for line in text.splitlines() if line.startswith("$ ") is so] for so in (True, False)
            )
            steps.append((MEANWHILE + "\n".join(line[2:] for line in typed), "\n".join(printed)))
        elif language == "sh":
            steps.append((text, None))
        elif not language:
            steps[-1] = (steps[-1][0], text)
    return steps


def stable(text: str) -> str:
    for pattern, replacement in VOLATILE:
        text = pattern.sub(replacement, text)
    return text.strip()


def test_the_quick_start_does_what_it_says(tmp_path):
    steps = quick_start()
    assert sum(1 for _, output in steps if output) >= 5
    with Running(tmp_path / ".lull") as running:
        # Its git host is a child that it ends itself, unless something fails before.
        script, expected = "set -e\ntrap 'kill $git_host 2> /dev/null || true' EXIT\n", ""
        for commands, output in steps:
            script += commands
            expected += output or ""
        script = script.replace("8002", str(free_port())).replace("http://127.0.0.1:8000", running.url)
        command = tmp_path / ".venv/bin/lull"
        command.parent.mkdir(parents=True)
        command.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT}/ci exec {sys.executable} -m lull_ci "$@"\n')
        command.chmod(0o755)
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            ["sh", "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=90, env=environment
        )
    assert done.returncode == 0, done.stderr
    assert stable(done.stdout) == stable(expected)


@pytest.mark.parametrize("target", sorted(set(re.findall(r"(?:^|`)make ([a-z-]+)", README, re.MULTILINE))))
def test_every_target_it_names_exists(target):
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


@pytest.mark.parametrize("path", sorted(set(re.findall(r"\]\(([\w./-]+)\)", README))))
def test_every_file_it_links_to_exists(path):
    assert (ROOT / path).exists()
