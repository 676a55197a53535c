"""Writes what is generated and checked in: the OpenAPI document. (`make docs`)"""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
OPENAPI = ROOT / "docs/openapi/management.json"


def openapi() -> str:
    sys.path[:0] = [str(ROOT / "functions/api")]
    from openapi import document

    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    OPENAPI.parent.mkdir(exist_ok=True)
    OPENAPI.write_text(openapi())
    print(f"written: {OPENAPI.relative_to(ROOT)}")
