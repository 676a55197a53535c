"""`make reset`: forget a state folder, unless a run has it.

Before the set-up there is only the machine's own Python, of whatever age: standard library and old syntax only.
"""

import fcntl
import os
import shutil
import sys
from pathlib import Path


def reset(folder: Path) -> int:
    """The exit code."""
    try:
        # Held until this process ends, so that no run starts in between.
        fcntl.flock(os.open(str(folder / "lock"), os.O_RDWR), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        if folder.is_dir() and any(folder.iterdir()):
            return _refuse(f"{folder} is not a state folder: it holds other things")
    except BlockingIOError:
        return _refuse(f"lull is running with the state folder {folder}: stop it first")
    except OSError as error:
        return _refuse(f"{folder} cannot be forgotten: {error.strerror}")
    try:
        shutil.rmtree(str(folder))
    except FileNotFoundError:
        pass
    except OSError as error:
        return _refuse(f"{folder} cannot be forgotten: {error.strerror}")
    print(f"forgotten: {folder}")
    return 0


def _refuse(text: str) -> int:
    print(text, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(reset(Path(sys.argv[1]).expanduser()))
