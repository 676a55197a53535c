"""What somebody may send, case by case, with what has to become of it: JSON lines, so that any character can be there.

`given`, `times` over where it is long, has the `verdict`

    refused   400
    removed   nothing of it is left to see
    text      it is shown as text
    kept      it is kept; `shown` is what becomes of it, where that is something else
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

REFUSED, REMOVED, TEXT, KEPT = "refused", "removed", "text", "kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    given: str
    verdict: str
    shown: str
    kind: str

    @property
    def is_refused(self) -> bool:
        return self.verdict == REFUSED


@cache
def corpus(name: str) -> tuple[Case, ...]:
    lines = (Path(__file__).parent / f"{name}.jsonl").read_text().splitlines()
    return tuple(_case(**json.loads(line)) for line in lines)


def _case(*, given: str, verdict: str, shown: str | None = None, times: int = 1, kind: str = "") -> Case:
    whole = given * times
    return Case(given=whole, verdict=verdict, shown=whole if shown is None else shown, kind=kind)
