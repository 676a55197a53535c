"""Has every status page written again, from the table alone: of a running `make run`, or of a deployed stack."""

import json
import sys

import httpx

from lull import aws


def republish(where: str) -> int:
    """How many pages were asked for. `where` is an address, or the name of a stack's monitor function."""
    if where.startswith("http"):
        told = httpx.post(f"{where}/_local/republish", timeout=30).raise_for_status().json()
        return int(told["pages"])
    answer = aws.client("lambda").invoke(FunctionName=where, Payload=json.dumps({"republish": True}))
    told = json.load(answer["Payload"])
    if "FunctionError" in answer:
        raise SystemExit(f"{where} failed: {told}")
    return int(told["pages"])


if __name__ == "__main__":
    print(f"{republish(sys.argv[1])} pages are written again where anything is missing or wrong")
