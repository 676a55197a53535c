"""The table of access patterns in the key module is true: each row has its function, and each function its row."""

import ast
import importlib
import re
from pathlib import Path

from lull.store import keys

STORE = Path(keys.__file__).parent
ROWS = re.findall(r"^\| (\d+) +\| (.+?) +\| (\w+)\.(\w+) +\| (\w+) +\|$", keys.__doc__ or "", re.MULTILINE)
READS = ("get_", "list_", "find_", "next_", "record_ping")


def test_the_rows_are_numbered_without_a_gap():
    assert [int(number) for number, *_ in ROWS] == list(range(1, len(ROWS) + 1))
    assert len(ROWS) > 20


def test_every_row_has_its_function():
    for _, _, module, function, _ in ROWS:
        assert callable(getattr(importlib.import_module(f"lull.store.{module}"), function)), (module, function)


def test_every_reading_function_of_the_store_has_its_row():
    documented = {(module, function) for _, _, module, function, _ in ROWS}
    for path in STORE.glob("*.py"):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith(READS):
                assert (path.stem, node.name) in documented, f"{path.stem}.{node.name} is not in the table"


def test_numbers_and_instants_sort_as_text():
    assert sorted(keys.number(each) for each in (10, 9, 100)) == [keys.number(each) for each in (9, 10, 100)]
