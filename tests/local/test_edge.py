import base64
import json

import httpx
import pytest

from local import pages
from local.api_gateway import to_response
from local.edge import BODY_LIMIT, Edge
from local.function_pool import FunctionPool
from local.issuer import Issuer
from local.routes import Route, routes
from lull.domain.custom_domains import claimed
from lull.store import custom_domains, status_pages
from tests.builders import NOON
from tests.page_builders import a_page

HOST = "127.0.0.1:8000"


@pytest.fixture
def site(stack, function, reports, tmp_path):
    """The edge over the product's own template, with one function answering for the whole API."""
    pool = FunctionPool(2)
    api = function(lambda event: {"statusCode": 200, "body": json.dumps(event)})
    edge = Edge(stack.deployed, api, pool, lambda *both: reports.append(both), host=HOST)
    own = pages.routes(stack.deployed, pool, f"http://{HOST}", api)
    own += Issuer(f"http://{HOST}", tmp_path / "key.pem").routes()
    app = edge.app(own)
    transport = httpx.ASGITransport(app)

    class Site:
        def __init__(self):
            self.api = api
            self.app = app
            self.environment = stack.deployed.environment()
            self.bucket = self.environment["BUCKET_NAME"]

        def put(self, key, body, **stored):
            stack.client("s3").put_object(Bucket=self.bucket, Key=key, Body=body, **stored)

        def request(self, method, path, **arguments):
            async def send():
                async with httpx.AsyncClient(transport=transport, base_url=f"http://{HOST}") as client:
                    return await client.request(method, path, **arguments)

            import asyncio

            return asyncio.run(send())

    yield Site()
    pool.close()


def test_a_page_comes_from_the_bucket_with_what_was_stored(site):
    site.put("status/acme", b"<h1>Acme</h1>", ContentType="text/html", CacheControl="max-age=5")
    response = site.request("GET", "/status/acme")
    assert response.status_code == 200
    assert response.content == b"<h1>Acme</h1>"
    assert response.headers["content-type"] == "text/html"
    assert response.headers["cache-control"] == "max-age=5"
    assert response.headers["etag"]
    assert response.headers["last-modified"].endswith("GMT")


def test_an_unchanged_page_is_not_sent_again(site):
    site.put("status/acme", b"x", CacheControl="max-age=5")
    etag = site.request("GET", "/status/acme").headers["etag"]
    response = site.request("GET", "/status/acme", headers={"If-None-Match": f'"old", W/{etag}'})
    assert (response.status_code, response.content) == (304, b"")
    assert response.headers["etag"] == etag
    assert response.headers["cache-control"] == "max-age=5"
    site.put("status/acme", b"y")
    assert site.request("GET", "/status/acme", headers={"If-None-Match": etag}).status_code == 200


def test_head_has_the_headers_of_get(site):
    site.put("status/acme", b"12345", ContentType="text/html")
    response = site.request("HEAD", "/status/acme")
    assert response.status_code == 200
    assert response.headers["content-length"] == "5"
    assert response.headers["content-type"] == "text/html"


def test_public_assets_of_the_api_path_come_from_the_bucket_too(site):
    site.put("api/public/status/acme", b"{}", ContentType="application/json")
    site.put("api/public/status/acme/badge.svg", b"<svg/>", ContentType="image/svg+xml")
    assert site.request("GET", "/api/public/status/acme").content == b"{}"
    assert site.request("GET", "/api/public/status/acme/badge.svg").content == b"<svg/>"
    assert site.api.events == []


@pytest.mark.parametrize("path", ["/nothing", "/_manifest/acme", "/_protected/1/status/acme"])
def test_what_is_not_for_visitors_is_not_found(site, path):
    site.put(path.lstrip("/"), b"secret")
    response = site.request("GET", path)
    assert b"secret" not in response.content
    # Who answers for what does not exist.
    assert [each["rawPath"] for each in site.api.events] == ["/domains/none"]


def test_the_bucket_cannot_be_written_through_the_edge(site, stack):
    assert site.request("PUT", "/status/acme", content=b"x").status_code == 403
    assert site.api.events == []
    assert stack.client("s3").list_objects_v2(Bucket=site.bucket)["KeyCount"] == 0


def test_what_the_bucket_does_not_have_the_gate_is_asked_for(site):
    site.api.answer = lambda event: {"statusCode": 401, "headers": {"Content-Type": "text/html"}, "body": "who?"}
    response = site.request("GET", "/status/acme")
    assert (response.status_code, response.text) == (401, "who?")
    assert site.api.events[0]["routeKey"] == "ANY /status/{proxy+}"
    site.put("status/acme", b"here")
    assert site.request("GET", "/status/acme").text == "here"
    assert len(site.api.events) == 1


def test_the_gate_gets_what_it_judges_by_and_nothing_else(site):
    sent = {
        "Authorization": "Bearer x",
        "Cookie": "theme=dark; lull_session=s; a=b",
        "X-Lull-Edge": "forged",
        "CloudFront-Viewer-Address": "203.0.113.9:1",
        "X-Forwarded-For": "203.0.113.9",
        "X-Custom": "1",
    }
    event = site.request("GET", "/api/public/status/acme?utm=1&token=t&x=%20", headers=sent).json()
    assert event["routeKey"] == "ANY /api/public/status/{proxy+}"
    assert event["rawQueryString"] == "token=t"
    assert event["cookies"] == ["lull_session=s"]
    headers = {name: value for name, value in event["headers"].items() if name not in ("host", "x-forwarded-port")}
    assert headers == {
        "authorization": "Bearer x",
        "cloudfront-viewer-address": "127.0.0.1:123",
        "x-forwarded-for": "127.0.0.1",
        "x-forwarded-proto": "http",
        "x-lull-edge": stack_secret(site),
    }


def stack_secret(site):
    return site.environment["EDGE_SECRET"]


def test_a_password_goes_to_the_gate_at_once_and_its_cookie_comes_back(site):
    site.api.answer = lambda event: {"statusCode": 303, "cookies": ["lull_session=s"], "headers": {"Location": "/"}}
    response = site.request("POST", "/api/public/status/acme/auth", data={"password": "x"})
    event = site.api.events[0]
    assert (event["routeKey"], event["headers"]["x-lull-edge"]) == (
        "ANY /api/public/status/{proxy+}",
        stack_secret(site),
    )
    assert event["headers"]["content-type"] == "application/x-www-form-urlencoded"
    assert response.headers.get_list("set-cookie") == ["lull_session=s"]
    assert response.headers["x-frame-options"] == "DENY"
    assert site.request("POST", "/api/public/status/acme").status_code == 403


def test_no_other_path_to_the_api_carries_the_proof_of_the_cdn(site):
    headers = site.request("GET", "/api/projects", headers={"CloudFront-Viewer-Address": "forged"}).json()["headers"]
    assert "x-lull-edge" not in headers
    # As on AWS, where all that viewers send is passed on.
    assert headers["cloudfront-viewer-address"] == "forged"


def test_the_headers_of_the_cdn_replace_those_of_the_origin(site):
    site.api.answer = lambda event: {"statusCode": 200, "headers": {"X-Frame-Options": "ALLOWALL"}}
    assert site.request("GET", "/status/acme").headers.get_list("x-frame-options") == ["DENY"]


def test_an_api_request_becomes_a_payload_2_event(site):
    response = site.request(
        "POST",
        "/api/things/a%20b?tag=x&tag=y%2Cz&empty=",
        json={"name": "ü"},
        headers=[("X-Twice", "1"), ("X-Twice", "2"), ("Cookie", "a=1; b=2"), ("User-Agent", "tests")],
    )
    event = response.json()
    assert event["version"] == "2.0"
    assert event["routeKey"] == "ANY /api/{proxy+}"
    assert event["rawPath"] == "/api/things/a b"
    assert event["rawQueryString"] == "tag=x&tag=y%2Cz&empty="
    assert event["queryStringParameters"] == {"tag": "x,y,z", "empty": ""}
    assert event["pathParameters"] == {"proxy": "things/a b"}
    assert event["cookies"] == ["a=1", "b=2"]
    assert event["headers"]["x-twice"] == "1,2"
    assert event["headers"]["host"] == HOST
    assert event["headers"]["x-forwarded-proto"] == "http"
    assert "cookie" not in event["headers"]
    assert event["isBase64Encoded"] is False
    assert json.loads(event["body"]) == {"name": "ü"}
    context = event["requestContext"]
    assert context["http"] == {
        "method": "POST",
        "path": "/api/things/a b",
        "protocol": "HTTP/1.1",
        "sourceIp": "127.0.0.1",
        "userAgent": "tests",
    }
    assert context["stage"] == "$default"
    assert context["routeKey"] == "ANY /api/{proxy+}"
    assert context["requestId"]
    assert context["timeEpoch"] > 0


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/octet-stream", b"a"),
        ("application/x-www-form-urlencoded", b"a=1"),
        ("text/plain", b"\xff\x00"),
    ],
)
def test_a_body_that_is_not_text_is_base64(site, kind, body):
    event = site.request("POST", "/api/x", content=body, headers={"Content-Type": kind}).json()
    assert event["isBase64Encoded"] is True
    assert base64.b64decode(event["body"]) == body


def test_the_functions_answer_is_the_response(site):
    site.api.answer = lambda event: {
        "statusCode": 201,
        "headers": {"Location": "/x", "Content-Type": "image/png"},
        "multiValueHeaders": {"X-Many": ["1", "2"]},
        "cookies": ["a=1", "b=2; Secure"],
        "body": base64.b64encode(b"\x89PNG").decode(),
        "isBase64Encoded": True,
    }
    response = site.request("POST", "/api/x")
    assert (response.status_code, response.content) == (201, b"\x89PNG")
    assert response.headers["location"] == "/x"
    assert response.headers["content-type"] == "image/png"
    assert response.headers.get_list("x-many") == ["1", "2"]
    assert response.headers.get_list("set-cookie") == ["a=1", "b=2; Secure"]


def test_an_answer_without_a_status_is_json():
    assert to_response({"a": 1}).body == b'{"a": 1}'


def test_an_empty_answer_has_no_body(site):
    site.api.answer = lambda event: {"statusCode": 204, "body": ""}
    response = site.request("DELETE", "/api/x")
    assert (response.status_code, response.content) == (204, b"")
    assert "content-length" not in response.headers


def test_a_function_that_fails_is_an_internal_error_and_is_reported(site, reports):
    def fail(event):
        raise RuntimeError("no")

    site.api.answer = fail
    response = site.request("GET", "/api/x")
    assert (response.status_code, response.json()) == (500, {"message": "Internal Server Error"})
    assert isinstance(reports[0][1], RuntimeError)


def test_a_path_without_a_route_is_api_gateways_404(site):
    response = site.request("GET", "/api/")
    assert (response.status_code, response.json()) == (404, {"message": "Not Found"})


def test_a_body_over_10_mb_is_refused(site):
    assert site.request("POST", "/api/x", content=b"x" * (BODY_LIMIT + 1)).status_code == 413
    assert site.api.events == []


def test_other_hosts_are_misdirected(site):
    assert site.request("GET", "/", headers={"Host": "evil.example"}).status_code == 421
    assert site.request("GET", "/", headers={"Host": "localhost:8000"}).status_code == 200


def test_pages_of_other_origins_may_only_read(site):
    evil = {"Origin": "http://evil.example"}
    assert site.request("POST", "/api/x", headers=evil).status_code == 403
    assert site.request("POST", "/api/x", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert site.api.events == []
    assert site.request("GET", "/api/x", headers=evil).status_code == 200
    assert site.request("POST", "/api/x", headers={"Origin": f"http://{HOST}"}).status_code == 200


def test_the_index_names_the_status_pages(site):
    site.put("status/acme", b"x")
    site.put("status/acme/feed.rss", b"x")
    site.put("status/shop", b"x")
    site.put("api/public/status/shop", b'{"page": {"name": "Shop & Co"}, "statusDescription": "Major outage"}')
    text = site.request("GET", "/").text
    assert '<a href="/status/acme"><bdi>status/acme</bdi></a>' in text
    assert '<a href="/status/shop"><bdi>Shop &amp; Co</bdi></a> <small>Major outage <code>' in text
    assert "feed.rss" not in text
    assert 'href="/docs"' in text


def test_a_custom_domain_has_its_page_and_nothing_of_this_machine(site, monkeypatch):
    for name, value in site.environment.items():
        monkeypatch.setenv(name, value)
    page = status_pages.create_status_page(a_page(custom_domain="status.example.com"))
    custom_domains.claim_domain(page, claimed(page, "status.example.com", at=NOON))
    site.put("domains/status.example.com/page", b"<h1>Acme</h1>", ContentType="text/html")
    site.put("status/other", b"secret", ContentType="text/html")
    at_host = {"headers": {"Host": "Status.Example.com:8000"}}
    assert site.request("GET", "/", **at_host).content == b"<h1>Acme</h1>"
    assert site.request("GET", "/status/acme", **at_host).content == b"<h1>Acme</h1>"
    site.api.events.clear()
    for path in ("/docs", "/api/checks", "/_local/outbox", "/api/public/status/other/feed.rss"):
        site.request("GET", path, **at_host)
    asked = [event["rawPath"] for event in site.api.events]
    assert asked == ["/domains/status.example.com/none"] * 3 + ["/domains/status.example.com/data/feed.rss"]
    site.request("POST", "/api/checks", **at_host)
    site.request("POST", "/api/public/status/other/auth", **at_host)
    assert [event["rawPath"] for event in site.api.events[4:]] == [
        "/domains/status.example.com/none",
        "/domains/status.example.com/data/auth",
    ]


def test_the_documentation_needs_no_other_host(site, monkeypatch, tmp_path):
    text = site.request("GET", "/docs").text
    assert "//" not in text.replace("<!doctype html>", "").replace("</", "")
    for name in ("swagger-ui.css", "swagger-ui-bundle.js"):
        assert name in text
        assert len(site.request("GET", f"/docs/{name}").content) > 10_000
    assert site.request("GET", "/docs/__init__.py").status_code == 404
    for api in ("management", "public", "hooks"):
        shown = site.request("GET", f"/docs?api={api}").text
        assert f'"/openapi/{api}.json"' in shown
        assert site.request("GET", f"/openapi/{api}.json").json()["paths"]
    assert "/api/public/status/{slug}/subscribe" in site.request("GET", "/openapi/public.json").json()["paths"]
    assert '"/openapi/management.json"' in site.request("GET", "/docs?api=%22%3E").text
    assert site.request("GET", "/openapi/none.json").status_code == 404
    monkeypatch.setattr(pages, "OPENAPI", tmp_path)
    assert site.request("GET", "/openapi.json").status_code == 404
    (tmp_path / "management.json").write_text("{}")
    assert site.request("GET", "/openapi.json").json() == {}


def test_the_best_route_wins():
    def operation(name):
        uri = f"arn:aws:apigateway:r:lambda:path/2015-03-31/functions/arn:aws:lambda:r:1:function:{name}/invocations"
        return {"x-amazon-apigateway-integration": {"uri": uri, "payloadFormatVersion": "2.0"}}

    paths = {
        "$default": {"x-amazon-apigateway-any-method": operation("default")},
        "/api/{proxy+}": {"x-amazon-apigateway-any-method": operation("greedy")},
        "/api/hooks/{proxy+}": {"x-amazon-apigateway-any-method": operation("hooks")},
        "/api/{id}": {"get": operation("one")},
        "/api/fixed": {"get": operation("fixed")},
    }
    found = routes({"Api": {"Body": {"paths": paths}}})

    def best(method, path):
        route = next(route for route in found if route.match(method, path) is not None)
        return route.function_arn.rpartition(":")[2]

    assert best("GET", "/api/fixed") == "fixed"
    assert best("GET", "/api/7") == "one"
    assert best("POST", "/api/7") == "greedy"
    assert best("GET", "/api/hooks/a/b") == "hooks"
    assert best("GET", "/other") == "default"
    assert Route("GET", "/api/{id}", "f").match("GET", "/api/7") == {"id": "7"}


def test_a_failed_ping_is_reported_without_its_token(site, reports):
    site.api.answer = lambda event: {"statusCode": 503}
    assert site.request("POST", "/api/signals/ping/secret/fail").status_code == 503
    assert str(reports[0][1]) == "POST /api/signals/… answered 503"


def test_a_client_that_leaves_is_no_error(site):
    import asyncio

    async def receive():
        return {"type": "http.disconnect"}

    async def send(_message):
        pass

    scope = {"type": "http", "method": "POST", "path": "/api/projects", "query_string": b"", "http_version": "1.1"}
    asyncio.run(site.app({**scope, "headers": [(b"host", HOST.encode())]}, receive, send))
    assert site.api.events == []
