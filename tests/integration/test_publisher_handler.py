"""The publisher: one batch of the publish queue."""

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import publisher
from lull import aws, settings
from lull.domain.status_pages import Visibility
from lull.store import status_pages as pages
from lull.use_cases.file_sets import PublishResult
from tests.page_builders import a_page

ROOT = Path(__file__).resolve().parents[2]
BATCH: dict[str, Any] = json.loads((ROOT / "events" / "sqs-publish.json").read_text())
ACME_FIRST, GLOBEX, ACME_AGAIN = (record["messageId"] for record in BATCH["Records"])


@pytest.fixture
def slugs(stack, monkeypatch) -> list[str]:
    """What is published, instead of publishing it."""
    asked: list[str] = []

    def publish(slug, *, at):
        asked.append(slug)
        if slug == "globex":
            raise RuntimeError("no bucket")
        return PublishResult(written=1, removed=0, unchanged=2)

    monkeypatch.setattr(publisher, "publish", publish)
    return asked


def failures(event: dict[str, Any]) -> list[str]:
    return [each["itemIdentifier"] for each in publisher.lambda_handler(event, None)["batchItemFailures"]]


def message(body: str, message_id: str = "m") -> dict[str, Any]:
    return {"messageId": message_id, "body": body}


@pytest.mark.usefixtures("stack")
def test_a_batch_that_is_delivered_twice_publishes_the_same_once():
    pages.create_status_page(a_page())
    pages.create_status_page(a_page(id=2, slug="globex"))
    assert failures(BATCH) == []
    s3, bucket = aws.client("s3"), settings.bucket_name()
    first = {each["Key"]: each["LastModified"] for each in s3.list_objects_v2(Bucket=bucket)["Contents"]}
    assert {"status/acme-status", "status/globex"} <= first.keys()
    assert failures(BATCH) == []
    assert {each["Key"]: each["LastModified"] for each in s3.list_objects_v2(Bucket=bucket)["Contents"]} == first


def test_a_page_that_is_hidden_does_not_wait_for_the_others_of_a_batch(slugs):
    pages.create_status_page(a_page(slug="big"))
    pages.create_status_page(a_page(id=2, slug="private", visibility=Visibility.PRIVATE))
    pages.create_status_page(a_page(id=3, slug="off", enabled=False))
    names = ("big", "gone.example.test", "private", "off")
    publisher.lambda_handler({"Records": [message(json.dumps({"slug": name}), name) for name in names]}, None)
    assert slugs == ["gone.example.test", "private", "off", "big"]


def test_a_slug_is_published_once_for_a_batch(slugs):
    publisher.lambda_handler(BATCH, None)
    assert slugs == ["acme-status", "globex"]


def test_only_the_messages_of_a_slug_that_failed_come_again(slugs):
    assert failures(BATCH) == [GLOBEX]


def test_all_messages_of_a_slug_that_failed_come_again(slugs):
    event = {"Records": [message('{"slug": "globex"}', each) for each in ("a", "b")]}
    assert failures(event) == ["a", "b"]


@pytest.mark.parametrize("body", ["", "[]", "{}", "nonsense", '{"slug": 7}', "null"])
def test_a_message_that_cannot_be_read_fails_alone(slugs, body):
    event = {"Records": [message(body, "bad"), message('{"slug": "acme-status"}', "good")]}
    assert failures(event) == ["bad"]
    assert slugs == ["acme-status"]


@pytest.mark.usefixtures("slugs")
@pytest.mark.parametrize(("names", "paused"), [(["acme"], []), (["acme", "globex"], []), (["acme", "acme"], [0])])
def test_a_slug_that_changes_faster_than_it_is_published_is_left_alone_for_a_moment(names, paused, monkeypatch):
    naps: list[float] = []
    monkeypatch.setattr(publisher, "time", SimpleNamespace(sleep=naps.append))
    publisher.lambda_handler({"Records": [message(json.dumps({"slug": name}), name) for name in names]}, None)
    assert naps == paused


def test_the_publisher_never_loads_the_web_framework():
    code = (
        "import sys, publisher;"
        "loaded = {'fastapi', 'starlette', 'mangum', 'pydantic'} & sys.modules.keys();"
        "sys.exit(f'loaded {loaded}' if loaded else 0)"
    )
    paths = f"{ROOT / 'layers/core'}:{ROOT / 'functions/publisher'}"
    done = subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": paths}, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
