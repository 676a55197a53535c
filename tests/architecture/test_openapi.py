"""The OpenAPI document: checked in as it is generated, and complete."""

import json

import pytest

from tests import generate

DOCUMENT = json.loads(generate.openapi())
OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
}


def test_the_document_in_the_repository_is_the_one_the_code_makes():
    assert generate.OPENAPI.read_text() == generate.openapi(), "run: make docs"


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


CHANGES = [name for name in DOCUMENT["components"]["schemas"] if name.endswith("Patch")]


def _takes_null(schema):
    return {name for name, each in schema["properties"].items() if {"type": "null"} in each.get("anyOf", [])}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_takes_null_where_a_creation_does(change):
    schemas = DOCUMENT["components"]["schemas"]
    creation = schemas[change.removesuffix("Patch") + "In"]
    common = schemas[change]["properties"].keys() & creation["properties"].keys()
    assert _takes_null(schemas[change]) & common == _takes_null(creation) & common


def test_every_operation_id_is_used_once():
    ids = [operation["operationId"] for operation in OPERATIONS.values()]
    assert len(ids) == len(set(ids))
