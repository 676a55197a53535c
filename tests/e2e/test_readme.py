"""The README and the guides are true: what they print, word by word, against a real run; their targets; their files."""

import os
import re
import subprocess
import sys

import pytest

from tests.e2e.running import ROOT, Running, free_port

README = (ROOT / "README.md").read_text()
GUIDES = [ROOT / name for name in re.findall(r"\]\((docs/guide/[\w-]+\.md)\)", README)]
PAGES = [ROOT / "README.md", *GUIDES]
VOLATILE = [
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z"), "<time>"),
    (re.compile(r"was down for \d+ s"), "was down for <time>"),
    (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "<id>"),
]
# Whoever comes back after more than a day finds the checks of the quick start silent.
MEANWHILE = """
for token in $(lull checks | grep -o '"token":"[^"]*"' | cut -d '"' -f 4); do
  curl -sS -X POST "http://127.0.0.1:8000/api/signals/ping/$token/fail" > /dev/null
done
sleep 2
lull "v1/deployments/can-deploy?componentId=$shop&environmentId=$production" | grep -q '"canDeploy":false'
exec 2>&1
"""


def tour() -> list[tuple[str, str | None]]:
    """Each block of commands with the output that is shown after it, from the quick start to the last guide."""
    text = README[README.index("## Try it") : README.index("## What it does")]
    blocks = re.findall(r"```(\w*)\n(.*?)```", text + "".join(each.read_text() for each in GUIDES), re.DOTALL)
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


def test_the_quick_start_and_the_guides_do_what_they_say(tmp_path):
    steps = tour()
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


def named(pattern: str) -> list[tuple[str, str]]:
    """What the pages name, with the page that does."""
    found = {
        (str(page.relative_to(ROOT)), name) for page in PAGES for name in re.findall(pattern, page.read_text(), re.M)
    }
    return sorted(found)


def test_every_guide_is_linked():
    assert sorted(GUIDES) == sorted((ROOT / "docs/guide").glob("*.md"))


@pytest.mark.parametrize(("page", "target"), named(r"(?:^|`)make ([a-z-]+)"))
def test_every_target_they_name_exists(page, target):
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


@pytest.mark.parametrize(("page", "path"), named(r"\]\(([\w./-]+)(?:#[\w-]+)?\)"))
def test_every_file_they_link_to_exists(page, path):
    assert (ROOT / page).parent.joinpath(path).exists()
