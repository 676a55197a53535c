"""One gate in front of every public path: who sees what of which page."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest

from answers import DATA_HEADERS, PAGE_HEADERS
from local import response_headers, template
from lull import aws, clock, settings
from lull.domain.credentials import Role
from lull.domain.page_access import begin_session
from lull.domain.rate_limits import AUTH, DATA, FEED, SUBSCRIBE
from lull.publishing.places import FILES
from lull.store import assets, page_access, status_pages
from lull.use_cases.publishing import publish
from tests.api import Api, a_workspace
from tests.visitors import enter, visit

pytestmark = pytest.mark.usefixtures("shared_stack")

FORM = {"content_type": "application/x-www-form-urlencoded"}
JSON = {"content_type": "application/json"}
SECRET = "Acme behind the door"
COMPONENT_IDS = {"open": 1, "protected": 2, "private": 3, "disabled": 4, "other": 5}
PATHS = [
    path.replace("{month}", f"{clock.now():%Y-%m}").replace("{document}", "summary").replace("{componentId}", "{part}")
    for path in FILES
]


def at_page(path: str, slug: str) -> str:
    return path.format(slug=slug, part=COMPONENT_IDS.get(slug, 1))


@dataclass
class Credentials:
    api: Api
    shown: dict[str, dict[str, str]]
    """Headers by the name of what they carry; `query` is no header."""


@pytest.fixture(scope="module")
def world(shared_stack) -> Credentials:
    """A page of each kind, and whatever somebody could show at its door."""
    api = a_workspace()
    stranger = a_workspace(2)
    viewer = a_workspace(role=Role.VIEWER)
    for slug in ("open", "protected", "private", "disabled", "other"):
        takes = {"visibility": "PASSWORD_PROTECTED", "password": "old"} if slug in ("protected", "other") else {}
        takes = {"visibility": "PRIVATE"} if slug == "private" else takes
        api.post("/api/status-pages", {"name": SECRET, "slug": slug, **takes})
    api.post("/api/projects", {"name": "Shop"})
    for page_id in range(1, 6):
        api.post(f"/api/status-pages/{page_id}/components", {"name": SECRET, "projectId": 1})
    api.patch("/api/status-pages/4", {"enabled": False})
    outdated = enter("protected", "old").json["token"]
    api.patch("/api/status-pages/2", {"password": "new"})
    for slug in ("open", "protected", "private", "disabled", "other"):
        publish(slug, at=clock.now())
    revoked = api.post("/api/status-pages/2/feed-token")["token"]
    rotated = api.post("/api/status-pages/2/feed-token")["token"]
    api.delete("/api/status-pages/2/feed-token")
    feed = api.post("/api/status-pages/2/feed-token")["token"]
    session = enter("protected", "new").json["token"]
    foreign = enter("other", "old").json["token"]
    access = page_access.get_page_access(1, 2)
    assert access
    expired = begin_session(access, at=clock.now() - timedelta(hours=12)).token
    shown = {
        "nothing": {},
        "session": {"authorization": f"Bearer {session}"},
        "session as cookie": {"cookie": f"other=1; lull_session={session}"},
        "feed token": {"query": feed},
        "nonsense": {"authorization": "Bearer lps_9999999999.AAAA"},
        "nonsense as cookie": {"cookie": "lull_session=\xff.\xff"},
        "nonsense as feed token": {"query": "\u00fc"},
        "expired session": {"authorization": f"Bearer {expired}"},
        "expiry moved": {"cookie": f"lull_session=lps_9999999999.{expired.partition('.')[2]}"},
        "session of another page": {"authorization": f"Bearer {foreign}"},
        "session before the password changed": {"cookie": f"lull_session={outdated}"},
        "session in the query": {"query": session},
        "feed token that was rotated": {"query": rotated},
        "feed token that was revoked": {"query": revoked},
        "feed token as session": {"authorization": f"Bearer {feed}", "cookie": f"lull_session={feed}"},
        "password as session": {"authorization": "Bearer new", "query": "new"},
        "API key": {"authorization": f"Bearer {viewer.key}"},
        "API key of another workspace": {"authorization": f"Bearer {stranger.key}"},
        "API key in the query": {"query": str(viewer.key), "cookie": f"lull_session={viewer.key}"},
    }
    return Credentials(api, shown)


CREDENTIALS = [
    "nothing",
    "session",
    "session as cookie",
    "feed token",
    "nonsense",
    "nonsense as cookie",
    "nonsense as feed token",
    "expired session",
    "expiry moved",
    "session of another page",
    "session before the password changed",
    "session in the query",
    "feed token that was rotated",
    "feed token that was revoked",
    "feed token as session",
    "password as session",
    "API key",
    "API key of another workspace",
    "API key in the query",
]
OPENS: dict[str, set[str]] = {
    "open": set(CREDENTIALS),
    "protected": {"session", "session as cookie", "feed token"},
    "private": {"API key"},
    "disabled": set(),
    "nobody": set(),
}


def look(path: str, shown: dict[str, str], method: str = "GET"):
    headers = {name: value for name, value in shown.items() if name != "query"}
    query = ("&" if "?" in path else "?") + urlencode({"token": shown["query"]}) if "query" in shown else ""
    return visit(method, f"/{path}{query}", **headers)


@pytest.mark.parametrize("credential", CREDENTIALS)
@pytest.mark.parametrize("page", OPENS)
def test_every_path_opens_to_those_who_may_see_the_page_and_to_nobody_else(world, page, credential):
    assert set(CREDENTIALS) == set(world.shown)
    opens = credential in OPENS[page]
    refusal = 401 if page == "protected" else 404
    for path in (*PATHS, "api/public/status/{slug}/no-such-file"):
        answer = look(at_page(path, page), world.shown[credential])
        exists = path in PATHS
        assert answer.status == ((200 if exists else 404) if opens else refusal), path
        assert opens or SECRET not in answer.text, path
        if page != "open" or not exists:
            assert answer.headers["cache-control"] == "private, no-store"
        expected = DATA_HEADERS if path.startswith("api/") else PAGE_HEADERS
        assert expected.items() <= answer.headers.items()


@pytest.mark.parametrize("path", PATHS)
def test_what_is_served_is_what_was_published_and_head_is_judged_alike(world, path):
    s3, session = aws.client("s3"), world.shown["session"]
    key = f"_protected/2/{at_page(path, 'protected')}"
    stored = s3.get_object(Bucket=settings.bucket_name(), Key=key)
    answer = look(at_page(path, "protected"), session)
    # What is up is counted until somebody asks.
    assert path.endswith("/uptime") or answer.text.encode() == stored["Body"].read()
    assert answer.headers["content-type"] == stored["ContentType"]
    assert look(at_page(path, "protected"), session, "HEAD").status == 200
    assert look(at_page(path, "protected"), {}, "HEAD").status == 401
    open_to_all = look(at_page(path, "open"), {})
    assert open_to_all.headers["cache-control"].startswith("public, max-age=")


def test_the_page_and_its_data_tell_their_name_to_those_who_may_see_it(world):
    for path in ("status/{slug}", "api/public/status/{slug}", "api/public/status/{slug}/feed.rss"):
        assert SECRET in look(at_page(path, "protected"), world.shown["session"]).text


def test_questions_are_answered_with_parts_of_what_was_published(world):
    session = world.shown["session"]
    data = "api/public/status/protected"
    uptime = look(f"{data}/components/2/uptime?days=7&offset=1", session).json
    assert (uptime["days"], uptime["offset"], len(uptime["history"])) == (7, 1, 7)
    assert len(look(f"{data}/components/2/uptime", session).json["history"]) == 90
    assert len(look(f"{data}/history?months=12", session).json["months"]) == 12
    assert look(f"{data}/history?months=1&offset=2", session).json["months"][0]["month"] < f"{clock.now():%Y-%m}"
    assert look(f"{data}/events", session).text.startswith("retry: ")
    assert look(f"{data}/components/1/uptime", session).status == 404, "of another page"


def test_what_a_page_does_not_show_is_not_called_a_file_that_is_missing(world):
    hides = {"showUptimeHistory": False, "showIncidentHistory": False}
    page = world.api.post("/api/status-pages", {"name": "Silent", "slug": "silent", **hides})["id"]
    part = world.api.post(f"/api/status-pages/{page}/components", {"name": "Shop", "projectId": 1})["id"]
    publish("silent", at=clock.now())
    data = "api/public/status/silent"
    for path, told in (
        (f"{data}/components/{part}/uptime", "this page does not show uptime"),
        (f"{data}/components/{part}/uptime?days=7", "this page does not show uptime"),
        (f"{data}/history", "this page does not show its incident history"),
        (f"{data}/components/{part}/else", "file not found"),
    ):
        answer = look(path, {})
        assert (answer.status, answer.json["message"]) == (404, told), path
    assert "file not found" not in look("status/silent/history", {}).text


@pytest.mark.parametrize(
    ("query", "field"),
    [
        *[("days=0", "days"), ("days=366", "days"), ("days=x", "days"), ("days=1.5", "days"), ("offset=-1", "offset")],
        *[("offset=365", "offset"), ("days=99999999999", "days"), ("days=", "days")],
    ],
)
def test_a_question_that_makes_no_sense_is_refused_by_name(world, query, field):
    answer = look(f"api/public/status/open/components/1/uptime?{query}", {})
    assert (answer.status, answer.json["details"][0]["field"]) == (400, field)


@pytest.mark.parametrize("query", ["months=0", "months=13", "months=-1", "months=x"])
def test_months_that_make_no_sense_are_refused_by_name(world, query):
    answer = look(f"api/public/status/open/history?{query}", {})
    assert (answer.status, answer.json["details"][0]["field"]) == (400, "months")


@pytest.mark.parametrize("page", OPENS)
@pytest.mark.parametrize(
    ("path", "query", "named"),
    [
        ("history", "months=1&months=2", ["months"]),
        ("history", "offset=1&months=1&offset=1&months=1", ["offset", "months"]),
        ("components/1/uptime", "days=1&days=", ["days"]),
        ("events", "lastEventId=1-1&lastEventId=1-2", ["lastEventId"]),
        ("badge.json", "token=x&token=y", ["token"]),
    ],
)
def test_a_question_is_asked_once_of_whatever_page(world, page, path, query, named):
    answer = visit("GET", f"/api/public/status/{page}/{path}?utm=x&utm=y&{query}")
    assert answer.status == 400
    assert answer.json["details"] == [{"field": each, "message": "must be given once"} for each in named]
    assert answer.headers["ratelimit-remaining"] == str(DATA.most - 1)


def test_people_are_told_of_a_question_asked_twice_by_a_page(world):
    asked = visit("GET", "/status/protected?token=x&token=y")
    assert (asked.status, asked.headers["content-type"]) == (400, "text/html; charset=utf-8")
    assert "token must be given once" in asked.text
    assert visit("GET", "/status/open?utm=x&utm=y").status == 200


def test_a_private_page_reads_like_one_that_does_not_exist(world):
    for path in PATHS:
        private, nobody = (look(at_page(path, slug), {}) for slug in ("private", "nobody"))
        assert (private.status, private.text, private.headers) == (nobody.status, nobody.text, nobody.headers)
    private, nobody, public = (enter(slug, "x") for slug in ("private", "nobody", "open"))
    assert (private.status, private.text, private.headers) == (nobody.status, nobody.text, nobody.headers)
    assert public.text == nobody.text


def test_it_takes_the_same_reads_to_find_nothing_as_to_hide_something(world):
    seen: list[str] = []
    client = aws.client("dynamodb")
    note = lambda model, **_: seen.append(model.name)  # noqa: E731
    # The first use of a key on a day is noted on it.
    look("status/open", world.shown["API key of another workspace"])
    client.meta.events.register("after-call", note)
    try:
        counts = []
        for slug in ("private", "nobody"):
            for credential in ("nothing", "API key of another workspace"):
                before = len(seen)
                look(f"status/{slug}", world.shown[credential])
                counts.append(seen[before:])
    finally:
        client.meta.events.unregister("after-call", note)
    assert counts[0] == counts[2] == ["GetItem", "UpdateItem", "GetItem", "GetItem"]
    assert sorted(counts[1]) == sorted(counts[3])


@pytest.mark.parametrize(
    "path", ["status/", "status/-", "status/UPPER", "status/api", "status/a/../b", "status/a//b", "status/%2e%2e/x"]
)
def test_what_can_be_no_path_of_a_page_is_not_found_and_not_counted(world, path):
    answer = look(path, {})
    assert answer.status == 404
    assert "ratelimit-limit" not in answer.headers


# ---- sessions


def test_a_session_lasts_twelve_hours_and_is_a_cookie_for_the_paths_of_its_page_only(world):
    answer = enter("protected", "new")
    assert answer.status == 200
    assert answer.json.keys() == {"token", "expiresAt"}
    left = datetime.fromisoformat(answer.json["expiresAt"]) - datetime.now(UTC)
    assert timedelta(hours=11, minutes=59) < left <= timedelta(hours=12)
    assert [sorted(cookie.split("; ")) for cookie in answer.cookies] == [
        sorted(
            [
                f"lull_session={answer.json['token']}",
                "HttpOnly",
                "Max-Age=43200",
                f"Path={path}",
                "SameSite=lax",
                "Secure",
            ]
        )
        for path in ("/status/protected", "/api/public/status/protected")
    ]
    assert answer.headers["cache-control"] == "private, no-store"


def test_a_form_that_is_none_opens_nothing(world):
    form = "&".join("password=new" for _ in range(99))
    sent = {"content_type": "application/x-www-form-urlencoded"}
    assert visit("POST", "/api/public/status/protected/auth", form, **sent).status == 401


@pytest.mark.parametrize("password", ["", "NEW", "new ", "x" * 257, "\ud800"])
def test_a_wrong_password_opens_nothing(world, password):
    answer = enter("protected", password)
    assert (answer.status, answer.cookies) == (401, [])
    assert answer.json["message"] == "the password is not right"


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"password": 7}', '{"password": "new", "x": 1}', "password=new"])
def test_what_is_no_password_is_refused_as_such(world, body):
    answer = visit("POST", "/api/public/status/protected/auth", body, content_type="application/json")
    assert answer.status == 400
    assert answer.json["details"]


def test_a_form_leads_to_the_page_or_back_to_the_form_without_a_script(world):
    form = {"content_type": "application/x-www-form-urlencoded"}
    door = visit("GET", "/status/protected")
    assert 'action="/api/public/status/protected/auth"' in door.text
    assert "<script" not in door.text
    assert '<label for="password">' in door.text
    assert door.headers["www-authenticate"] == "Bearer"
    right = visit("POST", "/api/public/status/protected/auth", "password=new", **form)
    assert (right.status, right.headers["location"]) == (303, "/status/protected")
    assert len(right.cookies) == 2
    wrong = visit("POST", "/api/public/status/protected/auth", "password=x", **form)
    assert (wrong.status, wrong.cookies) == (401, [])
    assert 'role="alert"' in wrong.text
    assert visit("POST", "/api/public/status/nobody/auth", "password=x", **form).status == 404
    policy = door.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self'" in policy


def test_another_visibility_ends_sessions_and_feed_tokens_for_good(world):
    api = world.api
    page = api.post(
        "/api/status-pages", {"name": "X", "slug": "fickle", "visibility": "PASSWORD_PROTECTED", "password": "a"}
    )["id"]
    publish("fickle", at=clock.now())
    session = {"authorization": f"Bearer {enter('fickle', 'a').json['token']}"}
    feed = {"query": api.post(f"/api/status-pages/{page}/feed-token")["token"]}
    assert [look("status/fickle", each).status for each in (session, feed)] == [200, 200]
    api.patch(f"/api/status-pages/{page}", {"visibility": "PRIVATE"})
    assert page_access.get_page_access(1, page) is None
    assert [look("status/fickle", each).status for each in (session, feed)] == [404, 404]
    assert enter("fickle", "a").status == 404
    api.patch(f"/api/status-pages/{page}", {"visibility": "PASSWORD_PROTECTED", "password": "a"})
    assert [look("status/fickle", each).status for each in (session, feed)] == [401, 401]
    api.delete(f"/api/status-pages/{page}")
    assert page_access.get_page_access(1, page) is None


def test_another_password_ends_sessions_and_the_feed_token_and_nothing_else_does(world):
    locked = {"name": "X", "slug": "leaked", "visibility": "PASSWORD_PROTECTED", "password": "a"}
    page = world.api.post("/api/status-pages", locked)["id"]
    publish("leaked", at=clock.now())
    token = f"/api/status-pages/{page}/feed-token"
    feed = {"query": world.api.post(token)["token"]}
    session = {"authorization": f"Bearer {enter('leaked', 'a').json['token']}"}
    paths = [at_page(path, "leaked") for path in ("api/public/status/{slug}/feed.rss", "status/{slug}")]
    world.api.patch(f"/api/status-pages/{page}", {"name": "Y", "uptimeHistoryDays": 30})
    assert [look(path, each).status for path in paths for each in (feed, session)] == [200] * 4
    world.api.patch(f"/api/status-pages/{page}", {"password": "b"})
    assert [look(path, each).status for path in paths for each in (feed, session)] == [401] * 4
    assert world.api("DELETE", token).status == 404
    renewed = {"query": world.api.post(token)["token"]}
    assert [look(path, renewed).status for path in paths] == [200] * 2


def test_a_disabled_page_is_closed_to_everybody_while_its_files_are_still_there(world):
    locked = {"name": "X", "slug": "closed", "visibility": "PASSWORD_PROTECTED", "password": "a"}
    page = world.api.post("/api/status-pages", locked)["id"]
    publish("closed", at=clock.now())
    session = {"authorization": f"Bearer {enter('closed', 'a').json['token']}"}
    assert look("status/closed", session).status == 200
    world.api.patch(f"/api/status-pages/{page}", {"enabled": False})
    assert look("status/closed", session).status == 404
    assert enter("closed", "a").status == 404


def test_a_page_that_is_made_disabled_is_on_the_web_only_once_it_is_enabled(world):
    made = world.api.post("/api/status-pages", {"name": "X", "slug": "prepared", "enabled": False})
    assert made["enabled"] is False
    publish("prepared", at=clock.now())
    assert assets.read_asset("status/prepared") is None
    assert look("status/prepared", {}).status == 404
    world.api.patch(f"/api/status-pages/{made['id']}", {"enabled": True})
    publish("prepared", at=clock.now())
    assert assets.read_asset("status/prepared")
    assert look("status/prepared", {}).status == 200


def test_a_page_that_gets_a_new_owner_of_its_slug_shows_nothing_of_the_old_one(world):
    body = {"slug": "handed-on", "visibility": "PASSWORD_PROTECTED"}
    old = world.api.post("/api/status-pages", {"name": SECRET, "password": "a", **body})["id"]
    publish("handed-on", at=clock.now())
    world.api.delete(f"/api/status-pages/{old}")
    a_workspace(2).post("/api/status-pages", {"name": "New", "password": "b", **body})
    session = {"authorization": f"Bearer {enter('handed-on', 'b').json['token']}"}
    assert look("status/handed-on", session).status == 404
    publish("handed-on", at=clock.now())
    assert "New" in look("status/handed-on", session).text


# ---- what is kept


def test_no_password_and_no_token_is_kept_in_clear_or_answered(world):
    answered = world.api.get("/api/status-pages/2")
    assert not {name for name in answered if "password" in name.lower() or "token" in name.lower()}
    access = page_access.get_page_access(1, 2)
    assert access
    assert access.password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    feed = world.shown["feed token"]["query"]
    assert feed not in repr(access)
    page = status_pages.get_status_page(1, 2)
    assert "argon2" not in repr(page)


def test_a_feed_token_is_for_a_page_that_takes_a_password(world):
    api = world.api
    assert api("POST", "/api/status-pages/1/feed-token").status == 409
    assert api("POST", "/api/status-pages/999/feed-token").status == 404
    assert api("DELETE", "/api/status-pages/5/feed-token").status == 404
    assert a_workspace(2)("POST", "/api/status-pages/2/feed-token").status == 404


def test_a_feed_token_only_reads(world):
    asked = f"/api/public/status/protected/subscribe?{urlencode({'token': world.shown['feed token']['query']})}"
    assert visit("POST", asked, "email=a%40b.example", **FORM).status == 401


# ---- limits


@pytest.mark.parametrize(
    ("limit", "path"), [(DATA, "/api/public/status/nobody"), (FEED, "/api/public/status/nobody/feed.rss")]
)
def test_reading_is_limited_for_each_address_and_page(world, limit, path):
    address = "192.0.2.77" if limit is DATA else "192.0.2.78"
    answers = [visit("GET", path, address=address) for _ in range(limit.most + 1)]
    assert [answer.status for answer in answers] == [404] * limit.most + [429]
    refused = answers[-1]
    assert refused.headers["ratelimit-limit"] == str(limit.most)
    assert refused.headers["ratelimit-remaining"] == "0"
    assert refused.headers["retry-after"] == refused.headers["ratelimit-reset"]
    assert 0 < int(refused.headers["retry-after"]) <= 60
    assert visit("GET", path.replace("nobody", "private"), address=address).status == 404
    assert visit("GET", path, address="192.0.2.79").status == 404


@pytest.mark.parametrize(
    ("status", "limit", "method", "path", "body", "sent"),
    [
        (200, DATA, "GET", "/api/public/status/open", None, {}),
        (401, DATA, "GET", "/api/public/status/protected", None, {}),
        (401, DATA, "HEAD", "/api/public/status/protected/events", None, {}),
        (401, DATA, "GET", "/status/protected", None, {}),
        (401, FEED, "GET", "/api/public/status/protected/feed.atom", None, {}),
        (404, DATA, "GET", "/api/public/status/private/history", None, {}),
        (404, DATA, "GET", "/status/nobody", None, {}),
        (400, DATA, "GET", "/api/public/status/open/history?months=0", None, {}),
        (400, DATA, "GET", "/api/public/status/open/components/1/uptime?days=x", None, {}),
        (401, AUTH, "POST", "/api/public/status/protected/auth", '{"password": "x"}', JSON),
        (404, AUTH, "POST", "/api/public/status/open/auth", '{"password": "x"}', JSON),
        (401, AUTH, "POST", "/api/public/status/protected/auth", "password=x", FORM),
        (404, AUTH, "POST", "/api/public/status/open/auth", "password=x", FORM),
        (303, AUTH, "POST", "/api/public/status/protected/auth", "password=new", FORM),
        (401, SUBSCRIBE, "POST", "/api/public/status/protected/subscribe", "email=a%40b.example", FORM),
        (404, SUBSCRIBE, "POST", "/api/public/status/private/subscribe", "email=a%40b.example", FORM),
    ],
)
def test_whatever_is_answered_to_a_request_that_counts_says_what_is_left(
    world, status, limit, method, path, body, sent
):
    answer = visit(method, path, body, **sent)
    assert answer.status == status
    left = {name: int(answer.headers.get(f"ratelimit-{name}", "-1")) for name in ("limit", "remaining", "reset")}
    seconds = int(limit.window.total_seconds())
    assert left == {"limit": limit.most, "remaining": limit.most - 1, "reset": seconds}


def test_tries_of_a_password_are_limited_right_ones_included(world):
    address = "2001:db8:1:2::1"
    statuses = [enter("protected", "new" if number % 2 else "x", address=address).status for number in range(AUTH.most)]
    assert statuses == [401, 200, 401, 200, 401]
    refused = enter("protected", "new", address="2001:db8:1:2:ffff::2")
    assert (refused.status, refused.cookies) == (429, [])
    assert refused.json["message"] == "at most 5 requests in 300 seconds. Try again in 5 minutes."
    form = visit(
        "POST",
        "/api/public/status/protected/auth",
        "password=new",
        address=address,
        content_type="application/x-www-form-urlencoded",
    )
    assert (form.status, form.headers["content-type"]) == (429, "text/html; charset=utf-8")
    assert "retry-after" in form.headers
    assert "Too many tries. Try again in 5 minutes." in form.text
    assert enter("protected", "new", address="2001:db8:1:3::1").status == 200


def test_only_the_cdn_says_who_the_visitor_is(world, monkeypatch):
    monkeypatch.setenv("EDGE_SECRET", "s3cret")
    through_it = {"x_lull_edge": "s3cret"}

    def remaining(address: str, **headers: str) -> int:
        return int(enter("protected", "x", address=address, **headers).headers["ratelimit-remaining"])

    first = remaining("198.51.100.1", cloudfront_viewer_address="203.0.113.5:4711", **through_it)
    assert first == 4
    assert remaining("198.51.100.2", cloudfront_viewer_address="203.0.113.5:4712", **through_it) == 3
    assert remaining("198.51.100.3", cloudfront_viewer_address="2001:db8:9::1:443", **through_it) == 4
    # Whoever comes by another way is who API Gateway saw, whatever else the request says.
    forged = [f"203.0.113.{number}" for number in (97, 98, 99)]
    tries = [
        remaining("198.51.100.4", cloudfront_viewer_address=f"{each}:1", x_forwarded_for=each, x_lull_edge="guess")
        for each in forged
    ]
    assert tries == [4, 3, 2]


def test_the_gate_sends_the_headers_that_the_cdn_adds():
    policies = template.load()["Resources"]
    for name, expected in (("PageHeadersPolicy", PAGE_HEADERS), ("DataHeadersPolicy", DATA_HEADERS)):
        properties = policies[name]["Properties"]
        lasts = properties["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]["StrictTransportSecurity"]
        secure = {"strict-transport-security": f"max-age={lasts['AccessControlMaxAgeSec']}"}
        assert dict(response_headers.of(name, properties)) | secure == expected


@pytest.mark.parametrize(
    ("path", "way_on"),
    [
        ("status/no-such-page", "The address of a status page ends with <code>/status/</code>"),
        ("domains/none", "<code>/status/</code>"),
        ("status/no-such-page/history/2020-01", "<code>/status/</code>"),
        ("domains/status.example.com/none", 'href="/"'),
    ],
)
def test_what_does_not_exist_is_not_found_in_one_way_and_offers_a_way_on(world, path, way_on):
    answer = look(path, {})
    assert (answer.status, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "There is no page at this address." in answer.text
    assert way_on in answer.text
