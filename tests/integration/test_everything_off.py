"""The API, its functions, the table and the queues are gone; visitors of a PUBLIC page notice nothing.

What is left is what visitors read from: the bucket, and CloudFront as template.yaml describes it.
"""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from local.edge import Edge
from local.function_pool import FunctionPool
from local.invocation import Invoke
from lull import settings
from lull.publishing.places import FILES
from lull.use_cases import event_stream
from tests.api import Api, a_workspace

HOST = "127.0.0.1:8000"
ASKED = ["history?months=1", "history?months=12&offset=3", "components/1/uptime?days=7", "events?lastEventId=1-1"]


class Off(Exception):
    """There is no such function any more."""


def is_off(_arn: str, _event: Any) -> Any:
    raise Off


@contextmanager
def reading(stack, invoke: Invoke) -> Iterator[Any]:
    """Reads paths through CloudFront, whose API is `invoke`."""
    pool = FunctionPool(2)
    app = Edge(stack.deployed, invoke, pool, lambda *_: None, host=HOST).app([])

    async def read(*paths: str) -> list[httpx.Response]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=f"http://{HOST}") as client:
            return [await client.get(path) for path in paths]

    try:
        yield lambda *paths: asyncio.run(read(*paths))
    finally:
        pool.close()


@pytest.fixture
def paths(stack, time, monkeypatch) -> list[str]:
    """Every file of a page that has something of everything."""
    # What is held open is not of interest here, but what it begins with.
    monkeypatch.setattr(event_stream, "is_stream", lambda _path: False)
    api = a_workspace()
    api.post("/api/projects", {"name": "Shop"})
    for name in ("API", "Web"):
        token = api.post("/api/checks", {"projectId": 1, "name": name, "intervalSeconds": 60})["token"]
        Api(None).get(f"/api/signals/ping/{token}")
    api.post("/api/status-pages", {"name": "Acme", "slug": "acme", "headerHtml": "<p>Acme GmbH</p>"})
    for check in (1, 2):
        api.post("/api/status-pages/1/components", {"name": f"Part {check}", "checkId": check})
    api.post("/api/status-pages/1/announcements", {"title": "Slow", "body": "We look."})
    window = {"workspaceId": 1, "name": "Disks", "projectIds": [1], "autoPublishToStatusPage": True}
    api.post("/api/maintenance-windows", {**window, "startAt": time.after(hours=1), "endAt": time.after(hours=2)})
    stack.drain()
    time.passes(hours=1)
    Api(None).get(f"/api/signals/ping/{token}/fail")
    stack.drain()
    listed = stack.client("s3").list_objects_v2(Bucket=settings.bucket_name())["Contents"]
    return [each["Key"] for each in listed if not each["Key"].startswith("_")]


def pattern_of(path: str) -> str:
    """What a file is, as the list of all kinds has it."""
    kinds = ((each, re.escape(each).replace(r"\{document\}", ".+")) for each in FILES)
    (found,) = [each for each, kind in kinds if re.fullmatch(re.sub(r"\\{\w+\\}", "[^/]+", kind), path)]
    return found


def switch_off(stack) -> None:
    """Stop the runtime, and take away whatever a request could be answered from but the bucket."""
    stack.runtime.stop()
    tables, queues = stack.client("dynamodb"), stack.client("sqs")
    for table in tables.list_tables()["TableNames"]:
        tables.update_table(TableName=table, DeletionProtectionEnabled=False)
        tables.delete_table(TableName=table)
    for url in queues.list_queues().get("QueueUrls", []):
        queues.delete_queue(QueueUrl=url)
    assert tables.list_tables()["TableNames"] == []
    assert queues.list_queues().get("QueueUrls", []) == []


def test_every_path_of_a_public_page_answers_as_before(stack, paths):
    assert {pattern_of(path) for path in paths} == set(FILES)
    with reading(stack, stack.runtime.invoke) as read:
        before = read(*paths)
        asked = read(*(f"/api/public/status/acme/{each}" for each in ASKED))
        assert [each.status_code for each in (*before, *asked)] == [200] * (len(paths) + len(ASKED))
    switch_off(stack)
    with reading(stack, is_off) as read:
        assert [each.status_code for each in read("/api/workspace", "/api/status-pages")] == [500, 500]
        for path, was, now in zip(paths, before, read(*paths), strict=True):
            assert (now.status_code, now.headers["content-type"]) == (200, FILES[pattern_of(path)]), path
            assert now.content == was.content, path
        # Nobody is left to answer what is asked in particular: it is as if nothing had been asked.
        for query, answer in zip(ASKED, read(*(f"/api/public/status/acme/{each}" for each in ASKED)), strict=True):
            (whole,) = read(f"/api/public/status/acme/{query.partition('?')[0]}")
            assert (answer.status_code, answer.content) == (200, whole.content), query
        # And it is the bucket that has answered: with that gone too, nothing does.
        for path in paths:
            stack.client("s3").delete_object(Bucket=settings.bucket_name(), Key=path)
        assert {each.status_code for each in read(*paths)} == {404, 500}
