"""The folder that holds what a local run remembers; one run at a time."""

import fcntl
import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path

LOCK_SECONDS = 2.0


class InUse(Exception):
    """Another run has this folder."""


class StateFolder:
    def __init__(self, path: Path) -> None:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path = path.resolve()
        self.snapshot = self.path / "aws.json"
        self.signing_key = self.path / "signing-key.pem"
        self.ci_signing_key = self.path / "ci-signing-key.pem"
        self.log = self.path / "log.jsonl"
        self.emulator_log = self.path / "emulator.log"
        self.credentials = self.path / "credentials.json"

    def lock(self) -> int:
        """The lock's descriptor: whoever keeps it open keeps the lock, so give it to the emulator as well.

        A killed run's emulator may still be saving; it needs a moment before it lets go.
        """
        descriptor = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        deadline = time.monotonic() + LOCK_SECONDS
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise InUse(self.path) from None
                time.sleep(0.05)
            else:
                return descriptor

    def saved_until(self) -> str | None:
        """When the snapshot was written, in local time; None when there is none."""
        try:
            written = self.snapshot.stat().st_mtime
        except OSError:
            return None
        return datetime.fromtimestamp(written, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")

    def saved_api_key(self) -> str | None:
        try:
            key = json.loads(self.credentials.read_text())["apiKey"]
        except (OSError, ValueError, KeyError):
            return None
        return key if isinstance(key, str) else None

    def save_credentials(self, *, url: str, api_key: str, jwt: str) -> None:
        unfinished = self.credentials.with_suffix(".tmp")
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump({"url": url, "apiKey": api_key, "jwt": jwt}, file, indent=2)
        unfinished.replace(self.credentials)
