"""A real browser, headless, for tests that look at what visitors see."""

import shutil
import subprocess
from functools import cache
from pathlib import Path

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = ("--headless", "--no-sandbox", "--hide-scrollbars", "--disable-gpu", "--disable-dev-shm-usage")
_SECONDS = 60


class NoBrowser(Exception):
    """There is no Chromium, and it could not be installed."""


@cache
def chromium() -> str:
    """The browser's path. It is installed where it is missing and apt can; raises NoBrowser otherwise."""
    if found := _found():
        return found
    for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "chromium"]):
        subprocess.run(command, capture_output=True, check=False)
    if found := _found():
        return found
    raise NoBrowser("pages are tested in Chromium: apt-get install chromium")


def _found() -> str | None:
    return next((path for path in map(shutil.which, _NAMES) if path), None)


def dom(url: str, *flags: str, milliseconds: int = 5_000) -> str:
    """The document as it is once its scripts have run, in time that passes as fast as it can."""
    return _run(url, f"--virtual-time-budget={milliseconds}", "--dump-dom", *flags)


def screenshot(url: str, to: Path, *flags: str) -> None:
    _run(url, f"--screenshot={to}", *flags)


def _run(url: str, *flags: str) -> str:
    command = [chromium(), *_FLAGS, *flags, url]
    return subprocess.run(command, capture_output=True, check=True, text=True, timeout=_SECONDS).stdout


if __name__ == "__main__":
    chromium()
