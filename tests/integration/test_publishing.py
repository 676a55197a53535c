"""The public files of a slug are always those of the page that owns it now."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import boto3
import pytest

from lull import aws, clock, settings
from lull.domain.checks import Health
from lull.domain.credentials import Caller, Role
from lull.domain.dependencies import Dependency
from lull.domain.errors import StaleWrite
from lull.domain.ledger import Change
from lull.domain.projects import Project
from lull.domain.publications import Publication, slot
from lull.domain.status_pages import Visibility
from lull.domain.uptime import Bucket
from lull.gateways import queues
from lull.publishing.assets import Rendered, render_all
from lull.publishing.renderers import sse
from lull.publishing.snapshot import StatusSnapshot
from lull.store import assets, checks, dependencies, ledger, pings, projects, publications
from lull.store import status_pages as pages
from lull.store.assets import LostRace
from lull.use_cases import incidents, status_pages, wake_ups, watch
from lull.use_cases.file_sets import PublishResult
from lull.use_cases.publishing import publish
from tests.builders import NOON, a_check, a_signal
from tests.page_builders import a_component, a_page

pytestmark = pytest.mark.usefixtures("stack")

SLUG = "acme-status"
PAGE, DATA = f"status/{SLUG}", f"api/public/status/{SLUG}"
BADGE, EVENTS = f"{DATA}/badge.svg", f"{DATA}/events"
V2 = (
    *("summary", "status", "components", "incidents", "incidents/unresolved", "scheduled-maintenances"),
    *("scheduled-maintenances/upcoming", "scheduled-maintenances/active"),
)


def files_of(slug: str, component_id: int = 5) -> set[str]:
    """Every public file of a page with one component that has never changed."""
    data, component = f"api/public/status/{slug}", f"api/public/status/{slug}/components/{component_id}"
    names = ("history", "feed.rss", "feed.atom", "badge.svg", "badge.json", "widget.js", "events", "maintenance.ics")
    of_component = ("uptime", "feed.rss", "feed.atom", "badge.svg", "badge.json")
    return {
        *{
            f"status/{slug}",
            f"status/{slug}/subscribe",
            f"status/{slug}/history",
            f"status/{slug}/history/2026-03",
            data,
        },
        *(f"{data}/{name}" for name in names),
        *(f"{component}/{name}" for name in of_component),
        *(f"{data}/api/v2/{name}.json" for name in V2),
    }


WHOLE = files_of(SLUG)
SOURCE = f"_protected/1/source/{DATA}"
# What most tests publish: a page has dozens of files, and these stand for all of them.
PUBLIC = {PAGE, DATA, BADGE}
SOURCES = {f"{SOURCE}/events"}
FILES = PUBLIC | SOURCES
ALL = len(FILES)
MANIFEST = "_manifest/acme-status.json"
LATER = NOON + timedelta(hours=1)
CALLER = Caller(workspace_id=1, role=Role.ADMIN, actor="test")
NOTHING = PublishResult(written=0, removed=0, unchanged=0)


@pytest.fixture
def whole():
    """For tests of a page with all its files."""


@pytest.fixture(autouse=True)
def _few_files(request, monkeypatch):
    def few(snapshot: StatusSnapshot, publication: Publication, **given: Any) -> dict[str, Rendered]:
        files = render_all(snapshot, publication, **given)
        data = f"api/public/status/{snapshot.slug}"
        kept = {f"status/{snapshot.slug}", data, f"{data}/badge.svg", f"source/{data}/events"}
        return {path: file for path, file in files.items() if path in kept}

    if "whole" not in request.fixturenames:
        monkeypatch.setattr("lull.use_cases.publishing.render_all", few)


@pytest.fixture
def page():
    """Page 1 shows check 10, which is OK."""
    projects.create_project(Project(id=1, workspace_id=1, name="Shop", created_at=NOON))
    checks.create_check(a_check())
    signal(Health.OK)
    page = pages.create_status_page(a_page())
    pages.create_component(a_component())
    return page


def signal(health: Health, check_id: int = 10) -> None:
    token = f"1-{check_id}-x"
    pings.record_ping(pings.PingAddress(1, check_id), token, a_signal(health is Health.OK))


def silence(check_id: int) -> None:
    """It called once, and then was not heard of again in time."""
    signal(Health.OK, check_id)
    watch.advance(1, check_id, at=NOON + timedelta(seconds=300))


def change(password: str | None = None, **changes: Any) -> None:
    status_pages.change_status_page(CALLER, 1, lambda page: replace(page, **changes), password=password)


def bucket() -> dict[str, bytes]:
    s3, name = aws.client("s3"), settings.bucket_name()
    found = s3.list_objects_v2(Bucket=name).get("Contents", [])
    return {each["Key"]: s3.get_object(Bucket=name, Key=each["Key"])["Body"].read() for each in found}


def raw_bucket() -> dict[str, bytes]:
    """The same by a client whose calls nobody counts and nobody stops."""
    client = boto3.client("s3")
    found = client.list_objects_v2(Bucket=settings.bucket_name()).get("Contents", [])
    return {
        each["Key"]: client.get_object(Bucket=settings.bucket_name(), Key=each["Key"])["Body"].read() for each in found
    }


def published() -> Any:
    return json.loads(bucket()[DATA])


@contextmanager
def calls() -> Iterator[list[str]]:
    """Names of the calls to AWS, in order."""
    seen: list[str] = []
    with every_call(lambda model, **_: seen.append(model.name)):
        yield seen


@contextmanager
def every_call(hook: Callable[..., None], moment: str = "after-call") -> Iterator[None]:
    clients = [aws.client("dynamodb"), aws.client("s3")]
    for client in clients:
        client.meta.events.register(moment, hook)
    try:
        yield
    finally:
        for client in clients:
            client.meta.events.unregister(moment, hook)


# ---- what is published


def test_a_public_page_is_published_in_every_public_form(page, whole):
    sources = {f"{SOURCE}/history", f"{SOURCE}/components/5/uptime", f"{SOURCE}/events"}
    assert publish(SLUG, at=NOON).written == len(WHOLE) + len(sources)
    assert bucket().keys() == WHOLE | sources | {MANIFEST}
    assert published()["status"] == "OPERATIONAL"
    assert b"All systems operational" in bucket()[PAGE]
    assert b"operational" in bucket()[BADGE]


def test_files_have_the_headers_that_visitors_need(page):
    publish(SLUG, at=NOON)
    head = aws.client("s3").head_object(Bucket=settings.bucket_name(), Key=BADGE)
    assert (head["ContentType"], head["CacheControl"]) == (
        "image/svg+xml",
        "public, max-age=0, s-maxage=5, must-revalidate",
    )


def test_a_change_of_what_is_shown_is_published_with_its_time(page):
    publish(SLUG, at=NOON)
    signal(Health.DOWN)
    assert publish(SLUG, at=LATER).written > 0
    assert (published()["status"], published()["updatedAt"]) == ("MAJOR_OUTAGE", "2026-03-01T13:00:00Z")


def test_publishing_again_writes_nothing_and_keeps_the_time_of_the_last_change(page):
    publish(SLUG, at=NOON)
    before = bucket()
    with calls() as made:
        assert publish(SLUG, at=LATER) == PublishResult(written=0, removed=0, unchanged=ALL)
    assert not {name for name in made if name.startswith(("Put", "Delete"))}
    assert bucket() == before


def test_a_file_whose_bytes_are_the_same_is_not_written_again(page):
    publish(SLUG, at=NOON)
    before = bucket()
    change(name="Acme")
    result = publish(SLUG, at=LATER)
    after = bucket()
    assert result.written == sum(before[key] != after[key] for key in FILES)
    assert after[BADGE] == before[BADGE]


def test_projects_and_dependencies_are_shown_by_their_checks(page):
    dependencies.create_dependency(Dependency(id=3, workspace_id=1, name="Pay", created_at=NOON))
    checks.create_check(a_check(id=11, token="1-11-x"))
    checks.create_check(a_check(id=12, token="1-12-x", project_id=None, dependency_id=3))
    signal(Health.DOWN, 11)
    silence(12)
    pages.create_component(a_component(id=6, project_id=1, position=1))
    pages.create_component(a_component(id=7, dependency_id=3, position=2))
    publish(SLUG, at=NOON)
    statuses = [component["status"] for component in published()["components"]]
    assert statuses == ["OPERATIONAL", "PARTIAL_OUTAGE", "DEGRADED_PERFORMANCE"]


def test_a_component_outlives_its_check_unmonitored(page):
    (check,) = checks.get_checks(1, [10])
    checks.delete_check(check)
    publish(SLUG, at=NOON)
    assert [component["status"] for component in published()["components"]] == ["NOT_MONITORED"]


def test_publishing_reads_what_it_shows_and_no_more(page):
    dependencies.create_dependency(Dependency(id=3, workspace_id=1, name="Pay", created_at=NOON))
    pages.create_component(a_component(id=6, project_id=1))
    pages.create_component(a_component(id=7, dependency_id=3))
    publish(SLUG, at=NOON)
    with calls() as made:
        publish(SLUG, at=NOON)
    assert made == [
        *["GetObject", "GetItem", "GetItem"],  # manifest, owner of the slug, page
        *["Query", "Query", "Query"],  # components, maintenance, announcements
        *["Query", "Query", "BatchGetItem"],  # checks of the project and of the dependency, all three sources
        *["Query", "Query"],  # maintenance of the year, ledger of the one check
        *["Query", "GetItem", "GetItem"],  # incidents, the page as it is by now, publication
    ]


def test_what_was_published_is_kept_with_the_page_and_a_lost_bucket_is_made_again_byte_for_byte(page, whole):
    publish(SLUG, at=NOON)
    signal(Health.DOWN)
    publish(SLUG, at=LATER)
    before = bucket()
    for key in before:
        aws.client("s3").delete_object(Bucket=settings.bucket_name(), Key=key)
    publish(SLUG, at=LATER + timedelta(hours=1))
    after = bucket()
    del before[MANIFEST], after[MANIFEST]
    assert after == before


def test_events_are_numbered_once_whatever_dies_while_they_are_published(page):
    publish(SLUG, at=NOON)
    signal(Health.DOWN)
    with every_call(dies, "before-call.s3.PutObject"), pytest.raises(Dead):
        publish(SLUG, at=LATER)
    publish(SLUG, at=LATER + timedelta(seconds=5))
    signal(Health.OK)
    publish(SLUG, at=LATER + timedelta(minutes=5))
    text = bucket()[f"{SOURCE}/events"].decode()
    assert re.findall(r"^id: (.*)$", text, re.MULTILINE) == ["1-1", "1-2"]
    assert [json.loads(each)["component"]["status"] for each in re.findall(r"^data: (.*)$", text, re.MULTILINE)] == [
        "MAJOR_OUTAGE",
        "OPERATIONAL",
    ]


def test_who_reads_a_page_can_ask_for_what_happened_since_it_was_rendered(page):
    publish(SLUG, at=NOON)
    signal(Health.DOWN)
    publish(SLUG, at=LATER)
    found = re.search(rb'data-since="(.*?)"', bucket()[f"status/{SLUG}"])
    assert found
    signal(Health.OK)
    publish(SLUG, at=LATER + timedelta(minutes=5))
    told = sse.part(bucket()[f"{SOURCE}/events"], found[1].decode()).decode()
    assert re.findall(r"^id: (.*)$", told, re.MULTILINE) == ["1-2"]


class Dead(Exception):
    pass


def dies(**_: Any) -> None:
    raise Dead


def publication() -> Publication:
    found = publications.get_publication(1, 1)
    assert found
    return found


def test_two_publishers_at_once_number_no_event_twice(page):
    publish(SLUG, at=NOON)
    signal(Health.DOWN)
    slow = publication()
    publish(SLUG, at=LATER)
    with pytest.raises(StaleWrite):
        publications.save_publication(replace(slow, number=1))


def test_a_page_that_is_gone_gets_no_publication_any_more(page):
    publish(SLUG, at=NOON)
    last = publication()
    status_pages.delete_status_page(CALLER, 1)
    assert publications.get_publication(1, 1) is None
    with pytest.raises(StaleWrite):
        publications.save_publication(replace(last, revision=0))


def test_a_page_shows_what_was_up_and_what_was_down(page):
    ledger.record_change(1, 10, Change(at=NOON - timedelta(days=2), bucket=Bucket.OPERATIONAL))
    ledger.record_change(1, 10, Change(at=NOON - timedelta(days=1), bucket=Bucket.MAJOR))
    ledger.record_change(1, 10, Change(at=NOON - timedelta(hours=12), bucket=Bucket.OPERATIONAL))
    pages.create_component(a_component(id=6, show_uptime_bar=False, position=1))
    publish(SLUG, at=NOON)
    assert [each["uptime"] for each in published()["components"]] == [75.0, None]
    assert bucket()[PAGE].count(b'class="bars"') == 1
    change(show_uptime_history=False)
    publish(SLUG, at=NOON)
    assert b'class="bars"' not in bucket()[PAGE]


def test_the_next_day_moves_the_bars_on_and_the_same_day_nothing(page, whole):
    publish(SLUG, at=NOON)
    assert publish(SLUG, at=NOON + timedelta(hours=11)).written == 0
    assert publish(SLUG, at=NOON + timedelta(days=1)).written > 0
    assert published()["updatedAt"] == "2026-03-02T12:00:00Z"
    assert b"data:" not in bucket()[EVENTS]


@pytest.fixture
def asked(monkeypatch) -> list[tuple[str, datetime]]:
    """The wake-ups for pages, each with when it is due."""
    found: list[tuple[str, datetime]] = []
    monkeypatch.setattr(
        "lull.gateways.queues.send_wake_up", lambda wake_up, *, due_at, at: found.append((wake_up.body(), due_at))
    )
    return found


def out(since: datetime, health: Health = Health.DOWN) -> None:
    bucket = Bucket.MAJOR if health is Health.DOWN else Bucket.OPERATIONAL
    ledger.record_change(1, 10, Change(at=since, bucket=bucket))
    signal(health)


def test_while_an_outage_goes_on_its_figure_is_of_the_last_five_minutes_and_never_a_hundred(page, asked, whole):
    out(NOON - timedelta(hours=1), Health.OK)
    out(NOON)
    publish(SLUG, at=NOON)
    assert published()["components"][0]["uptime"] == 99.99
    assert "99.99\N{NO-BREAK SPACE}% up".encode() in bucket()[PAGE]
    assert b"since 1 March 2026: 99.99" in bucket()[PAGE]
    assert json.loads(bucket()[f"{DATA}/components/5/uptime"])["uptime"] == 99.99
    assert json.loads(bucket()[f"{DATA}/components/5/uptime"])["history"][-1]["uptime"] == 99.99
    assert publish(SLUG, at=NOON + timedelta(minutes=4)).written == 0
    told = bucket()[f"{SOURCE}/events"]
    publish(SLUG, at=NOON + timedelta(minutes=6))
    assert published()["components"][0]["uptime"] == 90.9
    assert published()["updatedAt"] == "2026-03-01T12:06:00Z"
    assert bucket()[f"{SOURCE}/events"] == told
    out(NOON + timedelta(minutes=7), Health.OK)
    publish(SLUG, at=NOON + timedelta(minutes=7))
    assert publish(SLUG, at=LATER).written == 0
    assert len(asked) == 2


def test_however_often_a_page_changes_in_an_outage_it_is_published_again_once_in_five_minutes(page, asked, monkeypatch):
    out(NOON)
    for number in range(100):
        change(name=f"Acme {number}")
        publish(SLUG, at=NOON + timedelta(seconds=number))
    ((body, due_at),) = asked
    assert due_at == NOON + timedelta(minutes=5, seconds=2)
    causes: list[tuple[list[str], str]] = []
    monkeypatch.setattr("lull.gateways.queues.send_publishes", lambda slugs, *, cause: causes.append((slugs, cause)))
    for late in (0, 1, 297):
        wake_ups.handle_message(body, at=due_at + timedelta(seconds=late))
    assert {str(each) for each in causes} == {str(([SLUG], "outage 2026-03-01T12:05:00+00:00"))}
    wake_ups.handle_message(body, at=due_at + timedelta(minutes=5))
    assert causes[-1][1] == "outage 2026-03-01T12:10:00+00:00"
    asked_before = len(causes)
    change(enabled=False)
    wake_ups.handle_message(body, at=due_at)
    status_pages.delete_status_page(CALLER, 1)
    wake_ups.handle_message(body, at=due_at)
    assert len(causes) == asked_before


def test_a_publisher_that_dies_when_an_outage_begins_has_asked_for_the_next_publish(page, asked, monkeypatch):
    out(NOON)
    with monkeypatch.context() as dying:
        dying.setattr(publications, "save_publication", lambda _: dies())
        with pytest.raises(Dead):
            publish(SLUG, at=NOON)
    assert len(asked) == 1
    publish(SLUG, at=NOON)
    publish(SLUG, at=NOON)
    assert asked == asked[:1] * 2


def test_an_outage_that_no_bar_shows_keeps_no_page_awake(page, asked):
    change(show_uptime_history=False)
    out(NOON)
    publish(SLUG, at=NOON)
    assert publish(SLUG, at=LATER).written == 0
    assert asked == []


def test_an_outage_wakes_its_page_through_the_queues(page, stack, monkeypatch):
    """The real functions, queues and permissions: one round of the loop."""
    monkeypatch.setattr("lull.use_cases.running_outages.SLOT", -timedelta(minutes=5))
    stack.drain()
    causes: list[str] = []
    send = queues.send_publishes

    def noting(slugs: list[str], *, cause: str) -> None:
        causes.append(cause)
        send(slugs, cause=cause)

    monkeypatch.setattr("lull.gateways.queues.send_publishes", noting)
    out(clock.now())
    stack.drain()
    assert [cause for cause in causes if cause.startswith("outage ")] == [f"outage {slot(clock.now()).isoformat()}"]


def test_outages_are_told_by_the_name_of_their_component_until_the_page_hides_its_past(page, whole):
    signal(Health.DOWN)
    watch.advance(1, 10, at=NOON)
    publish(SLUG, at=NOON)
    assert b"API is down" in bucket()[f"{PAGE}/history"]
    assert b"<bdi>API</bdi>: major outage <small>since" in bucket()[PAGE]
    unresolved = json.loads(bucket()[f"{DATA}/api/v2/incidents/unresolved.json"])["incidents"]
    assert [each["id"] for each in unresolved] == ["incident-1"]
    assert b"check" not in bucket()[f"{PAGE}/history"]
    incidents.resolve_incident(CALLER, 1, at=LATER)
    publish(SLUG, at=LATER)
    assert b"API was down" in bucket()[PAGE]
    change(show_incident_history=False)
    publish(SLUG, at=LATER)
    assert not [key for key in bucket() if "history" in key]
    assert b"API was down" not in bucket()[PAGE]


def test_an_outage_that_goes_on_is_told_however_many_came_and_went_since(page, monkeypatch):
    monkeypatch.setattr("lull.use_cases.publishing._MOST_INCIDENTS", 1)
    checks.create_check(a_check(id=11, token="1-11-x"))
    pages.create_component(a_component(id=6, name="Web", check_id=11))
    for check_id in (10, 11):
        signal(Health.DOWN, check_id)
        watch.advance(1, check_id, at=NOON)
    incidents.resolve_incident(CALLER, 2, at=LATER)
    publish(SLUG, at=LATER)
    assert b"<bdi>API</bdi>: major outage" in bucket()[PAGE]
    assert b"Web was down" not in bucket()[PAGE]


def test_one_call_makes_every_page_again(page, stack):
    pages.create_status_page(a_page(id=2, workspace_id=2, slug="globex"))
    stack.drain()
    before = bucket()
    assert "status/globex" in before
    for key in before:
        aws.client("s3").delete_object(Bucket=settings.bucket_name(), Key=key)
    assert stack.invoke("MonitorFunction", {"republish": True}) == {"pages": 2}
    stack.drain()
    after = bucket()
    assert {key: after[key] for key in after if key[0] != "_"} == {key: before[key] for key in before if key[0] != "_"}


@pytest.mark.parametrize(("time", "asked"), [("00:00:30", 1), ("00:03:59", 1), ("00:04:00", 0), ("12:00:00", 0)])
def test_a_new_day_moves_the_bars_of_every_page_on(page, stack, time, asked, monkeypatch):
    stack.drain()
    now = datetime.fromisoformat(f"2026-03-02T{time}+00:00")
    monkeypatch.setattr(clock, "now", lambda: now)
    assert stack.invoke("MonitorFunction", {})["pages"] == asked
    assert stack.invoke("MonitorFunction", {})["pages"] == asked
    stack.drain()


# ---- what is not published


def test_a_slug_of_nobody_is_nothing():
    assert publish(SLUG, at=NOON) == NOTHING
    assert bucket() == {}


def test_a_page_that_is_disabled_disappears_and_comes_back(page):
    publish(SLUG, at=NOON)
    change(enabled=False)
    assert publish(SLUG, at=NOON) == PublishResult(written=0, removed=ALL, unchanged=0)
    assert bucket() == {}
    assert publish(SLUG, at=NOON) == NOTHING
    change(enabled=True)
    assert publish(SLUG, at=LATER).written == ALL
    assert published()["updatedAt"] == "2026-03-01T12:00:00Z"


HIDDEN = [
    {"visibility": Visibility.PRIVATE},
    {"visibility": Visibility.PASSWORD_PROTECTED, "password": "x"},
]
BEHIND = {f"_protected/1/{key}" for key in PUBLIC} | SOURCES


@pytest.mark.parametrize("hidden", HIDDEN)
def test_a_page_that_is_not_for_everybody_is_kept_behind_the_gate_and_comes_back(page, hidden):
    publish(SLUG, at=NOON)
    before = bucket()
    change(**hidden)
    # Sources are never where strangers read.
    assert publish(SLUG, at=LATER) == PublishResult(written=3, removed=3, unchanged=1)
    assert bucket().keys() == BEHIND | {MANIFEST}
    assert {key: bucket()[f"_protected/1/{key}"] for key in PUBLIC} == {key: before[key] for key in PUBLIC}
    assert publish(SLUG, at=LATER) == PublishResult(written=0, removed=0, unchanged=ALL)
    change(enabled=False)
    assert publish(SLUG, at=LATER).removed == ALL
    assert bucket() == {}
    change(enabled=True, visibility=Visibility.PUBLIC)
    publish(SLUG, at=LATER)
    assert bucket().keys() == FILES | {MANIFEST}


def test_what_strangers_must_not_see_goes_before_anything_else_is_written(page):
    publish(SLUG, at=NOON)
    change(visibility=Visibility.PRIVATE)
    with calls() as made:
        publish(SLUG, at=NOON)
    assert made[-8:] == ["PutObject", *["DeleteObject"] * 3, *["PutObject"] * 3, "PutObject"]


def test_what_is_read_after_a_page_was_hidden_is_never_where_strangers_read(page):
    signal(Health.OK)
    seen: list[bytes] = []

    def hide_and_fail() -> None:
        change(visibility=Visibility.PRIVATE)
        signal(Health.DOWN)

    def look(**_: Any) -> None:
        seen.extend(body for key, body in raw_bucket().items() if key in PUBLIC)

    # The page is read as PUBLIC, and its checks when it is so no longer.
    with every_call(overtaken("GetItem", lambda: None)), every_call(overtaken("Query", hide_and_fail)):
        aws.client("s3").meta.events.register("after-call.s3.PutObject", look)
        try:
            publish(SLUG, at=NOON)
        finally:
            aws.client("s3").meta.events.unregister("after-call.s3.PutObject", look)
    assert seen == []
    assert bucket().keys() == BEHIND | {MANIFEST}


def test_a_deleted_page_disappears_even_while_its_components_are_left(page):
    publish(SLUG, at=NOON)
    pages.delete_status_page(page)
    publish(SLUG, at=NOON)
    assert bucket() == {}


def test_a_page_moves_with_its_slug(page, whole):
    publish(SLUG, at=NOON)
    change(slug="new")
    publish("new", at=NOON)
    publish(SLUG, at=NOON)
    assert {key for key in bucket() if not key.startswith("_")} == files_of("new")
    assert not [key for key in bucket() if SLUG in key]


def test_a_reused_slug_shows_its_new_owner_and_nothing_of_the_old_one(page):
    publish(SLUG, at=NOON)
    status_pages.delete_status_page(CALLER, 1)
    pages.create_status_page(a_page(id=2, workspace_id=2))
    publish(SLUG, at=LATER)
    assert published()["components"] == []
    assert published()["updatedAt"] == "2026-03-01T13:00:00Z"
    found = assets.read_manifest(SLUG)
    assert found is not None
    assert (found[0].workspace_id, found[0].page_id) == (2, 2)


def test_a_new_owner_of_a_slug_does_not_inherit_the_time_of_the_old_one(page):
    (component,) = pages.list_components(1, 1)
    pages.delete_component(component)
    publish(SLUG, at=NOON)
    status_pages.delete_status_page(CALLER, 1)
    pages.create_status_page(a_page(id=2))
    publish(SLUG, at=LATER)
    assert published()["updatedAt"] == "2026-03-01T13:00:00Z"


# ---- manifest and races


def test_the_manifest_says_what_is_there(page):
    publish(SLUG, at=NOON)
    found = assets.read_manifest(SLUG)
    assert found is not None
    manifest, _ = found
    s3 = aws.client("s3")
    etags = {key: s3.head_object(Bucket=settings.bucket_name(), Key=key)["ETag"] for key in FILES}
    assert {key: file.etag for key, file in manifest.assets.items()} == etags
    assert (manifest.page_id, manifest.workspace_id, manifest.updated_at) == (1, 1, NOON)


def test_the_number_of_the_manifest_rises_with_each_write(page):
    numbers = []
    for health in (Health.OK, Health.DOWN, Health.OK):
        signal(health)
        publish(SLUG, at=NOON)
        found = assets.read_manifest(SLUG)
        numbers.append(found[0].number if found else 0)
    assert numbers == [2, 4, 6]


def test_the_manifest_is_written_before_the_files_and_after_them(page):
    written: list[str] = []

    def note(params, **_):
        if isinstance(params.get("url_path"), str) and params["method"] == "PUT":
            written.append(params["url_path"].partition("/")[2].removeprefix(settings.bucket_name() + "/"))

    with every_call(note, "before-call.s3"):
        publish(SLUG, at=NOON)
    assert (written[0], set(written[1:-1]), written[-1]) == (MANIFEST, FILES, MANIFEST)


def test_a_file_that_was_changed_or_removed_by_hand_is_replaced_by_the_next_change(page):
    publish(SLUG, at=NOON)
    s3 = aws.client("s3")
    s3.put_object(Bucket=settings.bucket_name(), Key=PAGE, Body=b"vandal")
    s3.delete_object(Bucket=settings.bucket_name(), Key=DATA)
    signal(Health.DOWN)
    publish(SLUG, at=LATER)
    assert b"Major outage" in bucket()[PAGE]
    assert published()["status"] == "MAJOR_OUTAGE"


def test_a_file_that_was_changed_by_hand_is_removed_with_the_page(page):
    publish(SLUG, at=NOON)
    aws.client("s3").put_object(Bucket=settings.bucket_name(), Key=PAGE, Body=b"vandal")
    change(enabled=False)
    publish(SLUG, at=LATER)
    assert bucket() == {}


def overtaken(operation: str, overtake: Callable[[], None]) -> Callable[..., None]:
    """A hook that lets somebody else run, once, right before or after an operation."""
    waiting = [overtake]

    def hook(model, **_):
        if model.name == operation and waiting:
            waiting.pop()()

    return hook


def fail_and_publish() -> None:
    signal(Health.DOWN)
    publish(SLUG, at=LATER)


def disable_and_publish() -> None:
    change(enabled=False)
    publish(SLUG, at=LATER)


@pytest.mark.parametrize("overtake", [fail_and_publish, disable_and_publish])
def test_a_late_publisher_cannot_put_back_what_it_read(page, overtake):
    publish(SLUG, at=NOON)
    change(name="Acme")
    with every_call(overtaken("PutObject", overtake), "before-call.s3"), pytest.raises(LostRace):
        publish(SLUG, at=NOON)
    after = bucket()
    publish(SLUG, at=LATER)
    assert bucket() == after


def test_what_was_read_before_a_newer_publish_is_not_written_after_it(page):
    publish(SLUG, at=NOON)
    change(name="Acme")
    with every_call(overtaken("BatchGetItem", fail_and_publish)), pytest.raises(LostRace):
        publish(SLUG, at=NOON)
    assert published()["status"] == "MAJOR_OUTAGE"


def test_a_late_publisher_cannot_remove_what_a_newer_one_has_written(page):
    publish(SLUG, at=NOON)
    change(enabled=False)

    def enable_and_publish() -> None:
        change(enabled=True)
        signal(Health.DOWN)
        publish(SLUG, at=LATER)

    with every_call(overtaken("PutObject", enable_and_publish), "before-call.s3"), pytest.raises(LostRace):
        publish(SLUG, at=NOON)
    assert published()["status"] == "MAJOR_OUTAGE"
    assert bucket().keys() == FILES | {MANIFEST}


def test_a_publisher_that_is_overtaken_among_its_files_gives_up(page):
    publish(SLUG, at=NOON)
    change(name="Acme")
    # After its first write, of the manifest.
    with every_call(overtaken("PutObject", fail_and_publish)), pytest.raises(LostRace):
        publish(SLUG, at=NOON)
    assert published()["status"] == "MAJOR_OUTAGE"
    assert b"Major outage" in bucket()[PAGE]


def test_a_publisher_that_is_overtaken_while_it_removes_files_gives_up(page):
    publish(SLUG, at=NOON)
    change(enabled=False)

    def enable_and_publish() -> None:
        change(enabled=True)
        fail_and_publish()

    with every_call(overtaken("PutObject", enable_and_publish)), pytest.raises(LostRace):
        publish(SLUG, at=NOON)
    assert published()["status"] == "MAJOR_OUTAGE"
    assert bucket().keys() == FILES | {MANIFEST}


def test_a_page_that_gives_up_its_slug_while_it_is_read_is_not_published_there(page):
    publish(SLUG, at=NOON)
    with every_call(overtaken("GetItem", lambda: change(slug="new"))):
        publish(SLUG, at=NOON)
    assert bucket() == {}


# ---- crashes


class Crash(BaseException):
    """The function dies."""


def crash_after(count: int) -> Callable[..., None]:
    left = [count]

    def hook(**_):
        left[0] -= 1
        if left[0] == 0:
            raise Crash

    return hook


def start_from(health: Health, **changes: Any) -> None:
    """A bucket that shows the page with this health, as published without trouble."""
    change(**{"enabled": True, **changes})
    signal(health)
    publish(SLUG, at=NOON)


def empty() -> None:
    for key in bucket():
        aws.client("s3").delete_object(Bucket=settings.bucket_name(), Key=key)


def die(count: int, *, at: datetime, among: str = "after-call") -> bool:
    """Publish and die after the call of this number; False if it was done before."""
    try:
        with every_call(crash_after(count), among):
            publish(SLUG, at=at)
    except Crash:
        return True
    return False


@pytest.mark.parametrize("operation", ["first", "change", "remove"])
def test_a_publish_that_died_anywhere_is_completed_by_its_repetition(page, operation):
    for count in range(1, 100):
        empty()
        if operation != "first":
            start_from(Health.OK)
        if operation == "change":
            signal(Health.DOWN)
        if operation == "remove":
            change(enabled=False)
        died = die(count, at=LATER)
        publish(SLUG, at=LATER + timedelta(minutes=1))
        assert bucket().keys() == (set() if operation == "remove" else FILES | {MANIFEST}), count
        if operation != "remove":
            assert_shows(Health.DOWN if operation == "change" else Health.OK)
        assert publish(SLUG, at=LATER).written == 0
        if not died:
            assert count > 5
            return
    pytest.fail("never done")


def assert_shows(health: Health) -> None:
    word, sentence, badge = {
        Health.OK: ("OPERATIONAL", b"All systems operational", b"status: operational"),
        Health.DOWN: ("MAJOR_OUTAGE", b"Major outage", b"status: major outage"),
    }[health]
    files = bucket()
    assert json.loads(files[DATA])["status"] == word
    assert sentence in files[PAGE]
    assert badge in files[BADGE]
    updated_at = json.loads(files[DATA])["updatedAt"]
    assert f'datetime="{updated_at}"'.encode() in files[PAGE]


def test_a_change_that_is_taken_back_after_a_death_leaves_nothing_of_it(page):
    for count in range(1, 100):
        empty()
        start_from(Health.OK)
        signal(Health.DOWN)
        died = die(count, at=LATER)
        signal(Health.OK)
        publish(SLUG, at=LATER)
        assert_shows(Health.OK)
        if not died:
            return
    pytest.fail("never done")


def test_a_page_that_is_enabled_again_after_a_death_while_it_was_removed_is_there_as_a_whole(page):
    for count in range(1, 100):
        empty()
        start_from(Health.OK)
        change(enabled=False)
        died = die(count, at=LATER)
        change(enabled=True)
        publish(SLUG, at=LATER)
        assert bucket().keys() == FILES | {MANIFEST}, count
        assert_shows(Health.OK)
        if not died:
            return
    pytest.fail("never done")


def test_nothing_protected_is_ever_public_though_publishes_die_while_the_page_goes_to_and_fro(page):
    for count in range(1, 100):
        empty()
        start_from(Health.OK, visibility=Visibility.PUBLIC)
        died = hide_and_die(count)
        publish(SLUG, at=LATER)
        assert bucket().keys() == BEHIND | {MANIFEST}, count
        if count % 3 == 0:
            change(visibility=Visibility.PUBLIC)
            signal(Health.OK)
            die(count, at=LATER, among="after-call.s3")
            hide_and_die(count)
            publish(SLUG, at=LATER)
            assert bucket().keys() == BEHIND | {MANIFEST}, count
        if not died:
            assert count > 8
            return
    pytest.fail("never done")


def hide_and_die(count: int) -> bool:
    """Whatever is left where strangers read is what they could read before."""
    before = bucket()
    change(visibility=Visibility.PRIVATE)
    signal(Health.DOWN)
    died = die(count, at=LATER, among="after-call.s3")
    left = {key: body for key, body in bucket().items() if key in PUBLIC}
    assert left.items() <= before.items(), count
    return died
