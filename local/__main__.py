"""`python -m local`: run the whole system on this machine."""

import argparse
import sys
from pathlib import Path

from local.launcher import run


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="where to listen on 127.0.0.1 (default: 8000)")
    parser.add_argument("--state", type=Path, default=Path(".lull"), help="folder for what is kept (default: .lull)")
    arguments = parser.parse_args()
    return run(arguments.port, arguments.state)


if __name__ == "__main__":
    sys.exit(main())
