"""Which requests are from whoever has the secret: cases signed by GitHub's and by Standard Webhooks' own libraries."""

import hmac
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lull.domain.ci_hooks import Scheme
from lull.domain.webhook_signatures import refusal

CORPUS = Path(__file__).parents[1] / "corpora/webhook_signatures.jsonl"
CASES = [json.loads(line) for line in CORPUS.read_text().splitlines()]
SIGNED = [case for case in CASES if case["accepted"] and case["scheme"] != Scheme.TOKEN]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['scheme']}: {case['kind']}")
def test_a_request_is_accepted_or_refused(case):
    at = datetime.fromtimestamp(case["at"], UTC)
    why = refusal(Scheme(case["scheme"]), case["secrets"], case["headers"], case["body"].encode(), at=at)
    assert (why is None) is case["accepted"], why


def test_the_corpus_has_each_scheme_accepted_and_refused():
    assert len(CASES) >= 60
    assert {(case["scheme"], case["accepted"]) for case in CASES} == {(s, a) for s in Scheme for a in (True, False)}


@pytest.mark.parametrize("case", SIGNED, ids=lambda case: case["kind"])
def test_no_byte_of_a_signed_body_may_be_another(case):
    body = case["body"].encode()
    at = datetime.fromtimestamp(case["at"], UTC)
    for place in range(0, len(body), max(1, len(body) // 20)):
        other = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
        assert refusal(Scheme(case["scheme"]), case["secrets"], case["headers"], other, at=at)


def test_every_secret_is_compared_whichever_is_right(monkeypatch):
    """So that how long it takes says nothing of which it was; and what is compared is never the secret itself."""
    compared: list[bytes] = []
    real = hmac.compare_digest

    def compare(right: bytes, given: bytes) -> bool:
        compared.append(right)
        return real(right, given)

    monkeypatch.setattr(hmac, "compare_digest", compare)
    for scheme in Scheme:
        compared.clear()
        headers = {"x-hub-signature-256": "x", "x-gitlab-token": "first secret", "webhook-id": "m"}
        headers |= {"webhook-timestamp": "1772366400", "webhook-signature": "v1,x"}
        at = datetime.fromtimestamp(1772366400, UTC)
        refusal(scheme, ["first secret", "second secret"], headers, b"", at=at)
        assert len(compared) == 2
        assert b"first secret" not in compared
