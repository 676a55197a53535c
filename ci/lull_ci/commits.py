"""What git knows of a commit, if there is a checkout."""

from __future__ import annotations

import re
import subprocess
from datetime import datetime, timezone

_SECONDS = 5
# Clocks of committers may say anything; what lies outside of these years, Lull takes for a mistake.
_TIME = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d([.]\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)


def committed_at(sha: str | None) -> str | None:
    """When it was committed, in ISO 8601; None without git, a checkout, or this commit in it."""
    if sha is None:
        return None
    command = ["git", "show", "-s", "--format=%cI", f"{sha}^{{commit}}", "--"]
    try:
        shown = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)
    except (OSError, subprocess.SubprocessError):
        return None
    return timestamp(shown.stdout.decode("utf-8", "replace").strip()) if shown.returncode == 0 else None


def timestamp(text: str | None) -> str | None:
    """None for what cannot be the time of a commit: a wrong clock at a desk must not cost the record."""
    if not text or not _TIME.fullmatch(text):
        return None
    try:
        made_at = datetime.fromisoformat(re.sub("[.][0-9]+", "", text).replace("Z", "+00:00"))
    except ValueError:
        return None
    return text if made_at <= datetime.now(timezone.utc) else None
