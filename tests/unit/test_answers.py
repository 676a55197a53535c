"""No answer is larger than Lambda carries."""

import asyncio
import json

import pytest
from starlette.responses import Response

import answers
from answers import LARGEST_ANSWER, AnswerLimit
from lull.domain.component_deployments import LARGEST_METADATA, Status
from schemas.component_deployments import ComponentDeploymentIn, ComponentDeploymentOut, ComponentDeploymentPageOut
from tests.unit.test_component_deployments import a_deployment


def ask(body: bytes, query: bytes = b"") -> tuple[int, bytes]:
    sent: list[dict] = []

    async def receive():
        return {"type": "http.disconnect"}

    async def send(message) -> None:
        sent.append(message)

    scope = {"type": "http", "query_string": query, "headers": [], "method": "GET", "path": "/"}
    asyncio.run(AnswerLimit(Response(body, media_type="application/json"))(scope, receive, send))
    return sent[0]["status"], b"".join(each.get("body", b"") for each in sent)


@pytest.mark.parametrize("character", [b"x", b'"'])
def test_an_answer_that_lambda_would_not_carry_is_refused_in_words(character):
    most = LARGEST_ANSWER // len(json.dumps(character.decode())[1:-1])
    assert ask(character * most) == (200, character * most)
    status, body = ask(character * (most + 1))
    assert (status, json.loads(body)["details"][0]["field"]) == (400, "take")
    assert json.loads(ask(character * (most + 1), b"page=1&limit=100")[1])["details"][0]["field"] == "limit"
    assert len(json.dumps((character * most).decode())) <= 6_291_556


def test_a_hundred_of_the_largest_deployments_fit():
    largest = a_deployment(
        Status.FAILED,
        **dict.fromkeys(("component_name", "environment_name", "version", "deployed_by", "ref"), "ü" * 255),
        description="ü" * 5_000,
        link="https://x/" + "y" * 2_038,
        commit_sha="a" * 64,
        metadata={"x": "ü" * ((LARGEST_METADATA - 8) // 2)},
    )
    page = ComponentDeploymentPageOut(data=[ComponentDeploymentOut.of(largest)] * 100, total=100, skip=0, take=100)
    assert answers._carried(page.model_dump_json(by_alias=True).encode()) < LARGEST_ANSWER
    schema = ComponentDeploymentIn.model_json_schema()["properties"]
    assert schema["description"]["anyOf"][0]["maxLength"] == 5_000
