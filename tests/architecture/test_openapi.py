"""The OpenAPI documents: checked in as they are generated, and complete."""

import json
import re

import pytest

from tests import generate

# As checked in: to make them would cost whoever only collects the tests a second.
DOCUMENTS = {path.stem: json.loads(path.read_text()) for path in generate.FOLDER.glob("*.json")}
DOCUMENT = DOCUMENTS["management"]


def operations(document):
    return {
        f"{method.upper()} {path}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


OPERATIONS = operations(DOCUMENT)
PUBLIC = operations(DOCUMENTS["public"])


def test_the_documents_in_the_repository_are_those_the_code_makes():
    for path, text in generate.openapi().items():
        assert path.read_text() == text, "run: make docs"


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS.keys())
def test_every_operation_has_its_summary_its_description_its_errors_and_an_example(operation):
    assert operation["summary"]
    assert operation["description"]
    assert "422" not in operation["responses"]
    assert "400" in operation["responses"]
    if "security" in operation:
        assert {"401", "403"} <= set(operation["responses"])
    body = operation.get("requestBody")
    if body:
        assert _examples(body["content"]["application/json"]["schema"])


def _examples(schema):
    options = schema.get("anyOf", [schema])
    names = [option["$ref"].rpartition("/")[2] for option in options if "$ref" in option]
    return [example for name in names for example in DOCUMENT["components"]["schemas"][name].get("examples", [])]


def test_every_public_path_is_described_with_what_the_gate_answers():
    from lull.publishing.places import FILES

    assert PUBLIC.keys() == {f"GET /{path}" for path in FILES} | {
        f"POST /api/public/status/{{slug}}/{each}" for each in ("auth", "subscribe")
    }
    for operation in PUBLIC.values():
        assert operation["summary"]
        assert operation["description"]
        assert {"400", "401", "404", "429"} <= operation["responses"].keys()
        assert "422" not in operation["responses"]


def test_the_path_of_webhooks_is_described_with_every_answer():
    (operation,) = operations(DOCUMENTS["hooks"]).values()
    assert {"200", "202", "204", "400", "401", "404", "413"} == operation["responses"].keys()
    assert [each["name"] for each in operation["parameters"]] == ["hookId"]


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS.keys())
def test_every_operation_id_is_used_once(document):
    ids = [operation["operationId"] for operation in operations(document).values()]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS.keys())
def test_what_people_read_was_written_for_them(document):
    told = {(operation["summary"], name.partition(" ")[2]) for name, operation in operations(document).items()}
    assert len(told) == len({summary for summary, _ in told}), "each path has words of its own"
    assert not document["info"]["description"].startswith(document["info"]["summary"])
    schemas = json.dumps([document["paths"], document["components"]["schemas"]])
    made_of_names = re.findall(r'"title": "[A-Z][a-z0-9 ]*", "type"|"type": "\w+", "title": "', schemas)
    assert not made_of_names


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS.keys())
def test_every_reference_leads_somewhere(document):
    for reference in re.findall(r'"\$ref": "([^"]*)"', json.dumps(document)):
        assert reference.removeprefix("#/components/schemas/") in document["components"]["schemas"]


CHANGES = [name for name in DOCUMENT["components"]["schemas"] if name.endswith("Patch")]


def _takes_null(schema):
    return {name for name, each in schema["properties"].items() if {"type": "null"} in each.get("anyOf", [])}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_takes_null_where_a_creation_does(change):
    schemas = DOCUMENT["components"]["schemas"]
    creation = schemas[change.removesuffix("Patch") + "In"]
    common = schemas[change]["properties"].keys() & creation["properties"].keys()
    assert _takes_null(schemas[change]) & common == _takes_null(creation) & common
