"""Writes what is generated and checked in: the OpenAPI documents. (`make docs`)"""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs/openapi"


def openapi() -> dict[Path, str]:
    """Each document by its place."""
    sys.path[:0] = [str(ROOT / "functions/api")]
    from openapi import document, hooks_document, public_document

    made = {"hooks.json": hooks_document(), "management.json": document(), "public.json": public_document()}
    return {FOLDER / name: json.dumps(each, indent=1, ensure_ascii=False) + "\n" for name, each in made.items()}


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for path, text in openapi().items():
        path.write_text(text)
        print(f"written: {path.relative_to(ROOT)}")
