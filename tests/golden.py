"""Files as they were, to compare with."""

import os
from pathlib import Path

GOLDEN = Path(__file__).parent / "unit" / "golden"


def assert_golden(name: str, content: bytes) -> None:
    """Compare with tests/unit/golden; LULL_WRITE_GOLDEN=1 writes there instead, for a look at the difference."""
    if os.environ.get("LULL_WRITE_GOLDEN"):
        (GOLDEN / name).write_bytes(content)
    assert content.decode() == (GOLDEN / name).read_bytes().decode()
