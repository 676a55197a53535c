"""What visitors get, byte by byte."""

import base64
import hashlib
import json
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from itertools import product

import pytest

from lull.domain.health import SENTENCES, ComponentStatus
from lull.domain.publications import Publication
from lull.publishing.assets import render_all
from lull.publishing.places import FILES
from lull.publishing.renderers import badge, history_page, page, status_json, subscribe
from lull.publishing.renderers.colors import contrast, normalized, readable_on
from lull.publishing.renderers.looks import LOOKS
from lull.publishing.renderers.style import DARK, LIGHT, STATUS_NAMES
from tests.builders import NOON
from tests.golden import assert_golden
from tests.page_builders import a_component_snapshot, a_maintenance_snapshot, a_snapshot, an_announcement_snapshot

AA = 4.5
HOSTILE = [
    "<script>alert(1)</script>",
    "</title></style><script>alert(1)</script>",
    "]]><!--",
    "\"'><img src=x onerror=alert(1)>",
    "&amp; &#60;script>",
    "مرحبا \N{PARTY POPPER} \N{RIGHT-TO-LEFT OVERRIDE}gnp.exe",
    "{braces} %s ${x}",
]

SHOP = a_snapshot(
    a_component_snapshot(
        id=1,
        name="API Gateway",
        description="Public REST endpoints",
        group_name="Core Services",
        status=ComponentStatus.MAJOR_OUTAGE,
    ),
    a_component_snapshot(id=2, name="Website", position=1, status=ComponentStatus.NOT_MONITORED),
    a_component_snapshot(
        id=3, name="Search", group_name="Core Services", position=2, status=ComponentStatus.DEGRADED_PERFORMANCE
    ),
    a_component_snapshot(id=4, name="Storage", group_name="Data", position=3, status=ComponentStatus.UNDER_MAINTENANCE),
    a_component_snapshot(id=5, name="Database", group_name="Data", position=4, show_uptime_bar=False),
    a_component_snapshot(id=6, name="Queue", group_name="Data", position=5, status=ComponentStatus.PARTIAL_OUTAGE),
    name="Acme & Söhne",
    logo_url="https://acme.test/logo.png?a=1&b=2",
    primary_color="#4A90D9",
    status=ComponentStatus.PARTIAL_OUTAGE,
)


class Document(HTMLParser):
    """A page, read strictly: every element is closed in its turn."""

    VOID = ("meta", "link", "img", "input", "br")

    def __init__(self, html: bytes) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(html.decode())
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        assert len(dict(attrs)) == len(attrs)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if data.strip():
            self.texts.append((self.open[-1] if self.open else "", data))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def text_of(self, tag: str) -> list[str]:
        return [text for name, text in self.texts if name == tag]


def document(snapshot=SHOP) -> Document:
    return Document(page.render(snapshot, NOON))


# ---- all files


PUBLICATION = Publication(page_id=1, workspace_id=1, digest="", content="", updated_at=NOON)


BASE_URL = "https://status.acme.test"


def rendered(snapshot=SHOP):
    return render_all(snapshot, PUBLICATION, base_url=BASE_URL)


def test_the_same_snapshot_gives_the_same_bytes():
    assert rendered() == rendered()


def shape(pattern: str) -> str:
    literal = re.escape(pattern).replace(r"\{document\}", ".+")
    return re.sub(r"\\{\w+\\}", "[^/]+", literal)


def test_keys_are_the_public_paths_and_every_kind_of_file_is_there():
    found = set()
    for key, file in rendered(a_snapshot(a_component_snapshot(timeline=()))).items():
        if not file.is_source:
            (pattern,) = [each for each in FILES if re.fullmatch(shape(each), key)]
            assert file.content_type == FILES[pattern]
            found.add(pattern)
    assert found == set(FILES)


def test_every_file_says_how_long_it_may_be_kept():
    kept = {key: int(re.findall(r"s-maxage=(\d+)", file.cache_control)[0]) for key, file in rendered().items()}
    unlike = {key.rpartition("/")[2]: seconds for key, seconds in kept.items() if seconds != 5}
    assert unlike == {"widget.js": 3600, "events": 1}


def test_what_is_only_a_source_of_answers_is_no_public_path():
    sources = {key for key, file in rendered(a_snapshot(a_component_snapshot(timeline=()))).items() if file.is_source}
    assert sources == {
        "source/api/public/status/acme-status/history",
        "source/api/public/status/acme-status/events",
        "source/api/public/status/acme-status/components/5/uptime",
    }


def test_a_page_that_shows_no_past_has_no_pages_of_it():
    assert not [key for key in rendered(replace(SHOP, show_incident_history=False)) if "history" in key]
    assert "Past incidents" not in page.render(replace(SHOP, show_incident_history=False), NOON).decode()


@pytest.mark.parametrize(
    ("name", "render"),
    [("page.html", page.render), ("status.json", status_json.render), ("badge.svg", badge.render)],
)
def test_a_file_looks_as_it_did(name, render):
    assert_golden(name, render(SHOP, NOON))


def test_a_page_at_a_host_of_its_owner_is_the_root_of_it_wherever_it_is_named():
    told = an_announcement_snapshot(scheduled_for=NOON, scheduled_until=NOON + timedelta(hours=1))
    at_slug = replace(SHOP, announcements=(told,))
    at_host = replace(at_slug, host="status.acme.test")
    files = rendered(at_host)
    for path, file in files.items():
        assert not re.findall(rb"https://status\.acme\.test/(?:status|api)/", file.body), path
    site, data = (files[f"{below}/acme-status"].body.decode() for below in ("status", "api/public/status"))
    assert '<link rel="canonical" href="https://status.acme.test/">' in site
    assert '<h1><a href="https://status.acme.test/">' in site
    assert 'href="https://status.acme.test/feed.rss"' in site
    assert 'href="https://status.acme.test/history"' in site
    assert "status.acme.test" not in data
    atoms = [found["api/public/status/acme-status/feed.atom"].body.decode() for found in (files, rendered(at_slug))]
    links = re.findall(r'<link rel="(\w+)"[^>]* href="([^"]*)"', atoms[0])
    assert links == [
        ("self", "https://status.acme.test/feed.atom"),
        ("alternate", "https://status.acme.test/"),
        ("alternate", "https://status.acme.test/#announcement-1"),
    ]
    component = files["api/public/status/acme-status/components/3/feed.rss"].body
    assert b'href="https://status.acme.test/components/3/feed.rss"' in component
    ids = [re.findall("<id>.*</id>", atom) for atom in atoms]
    assert ids[0] == ids[1], "a host tells readers nothing anew"
    assert (at_host.digest, at_host.content_digest) == (at_slug.digest, at_slug.content_digest)


# ---- JSON


def test_the_json_of_a_page_has_the_fields_of_the_contract_and_no_others():
    snapshot = a_snapshot(a_component_snapshot(group_name="Core", description="REST"))
    assert json.loads(status_json.render(snapshot, NOON)) == {
        "page": {
            "name": "Acme Status",
            "slug": "acme-status",
            "logoUrl": None,
            "faviconUrl": None,
            "primaryColor": None,
            "backgroundColor": None,
            "showUptimeHistory": True,
            "uptimeHistoryDays": 90,
            "showIncidentHistory": True,
            "timeZone": "UTC",
        },
        "status": "OPERATIONAL",
        "statusDescription": "All systems operational",
        "updatedAt": "2026-03-01T12:00:00Z",
        "components": [
            {
                "id": 5,
                "name": "API",
                "description": "REST",
                "groupName": "Core",
                "position": 0,
                "status": "OPERATIONAL",
                "showUptimeBar": True,
                "uptime": None,
            }
        ],
        "announcements": [],
        "scheduled": [],
        "maintenances": [],
    }


@pytest.mark.parametrize("text", HOSTILE)
def test_json_carries_any_text_unchanged(text):
    read = json.loads(status_json.render(a_snapshot(a_component_snapshot(name=text), name=text), NOON))
    assert (read["page"]["name"], read["components"][0]["name"]) == (text, text)


# ---- page


@pytest.mark.parametrize("text", HOSTILE)
def test_text_of_the_owner_is_text_wherever_it_is_shown(text):
    snapshot = a_snapshot(a_component_snapshot(name=text, description=text, group_name=text), name=text)
    read = document(snapshot)
    assert read.text_of("bdi") == [text] * 4
    assert read.text_of("title") == [f"All systems operational · {text}"]
    assert [tag for tag, _ in read.elements] == [tag for tag, _ in document(of_plain_text()).elements]


def of_plain_text():
    return a_snapshot(a_component_snapshot(description="x", group_name="x"))


def test_urls_of_the_owner_stay_inside_their_attributes():
    url = "https://acme.test/?a=\"onload='x'&b=<>"
    read = document(a_snapshot(logo_url=url, favicon_url=url))
    assert read.all("img") == [{"class": "logo", "src": url, "alt": "", "referrerpolicy": "no-referrer"}]
    assert read.all("link")[0] == {"rel": "icon", "href": url}


@pytest.mark.parametrize("color", ["red;}body{display:none}", "#fff</style>", "url(https://evil.test)", "#12345"])
def test_what_is_no_colour_never_reaches_the_style_sheet(color):
    hostile = page.render(a_snapshot(primary_color=color, background_color=color), NOON)
    assert hostile == page.render(a_snapshot(), NOON)


def hashed(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def test_the_page_may_load_nothing_but_images_its_own_style_sheet_and_script():
    read = document()
    (style,) = read.text_of("style")
    (script,) = read.text_of("script")
    assert read.all("meta")[1] == {
        "http-equiv": "Content-Security-Policy",
        "content": f"default-src 'none'; style-src '{hashed(style)}'; script-src '{hashed(script)}'; "
        "connect-src 'self'; img-src https: data:; base-uri 'none'; form-action 'self'",
    }


def test_the_page_obeys_its_own_policy():
    read = document()
    assert [attributes for tag, attributes in read.elements if tag == "script"] == [{}]
    assert not [tag for tag, attributes in read.elements if "style" in attributes]
    assert not [name for _, attributes in read.elements for name in attributes if name.startswith("on")]


def test_the_script_is_small():
    assert len(document().text_of("script")[0].encode()) <= 2048


def test_a_page_without_images_of_the_owner_is_one_request():
    loaded = [
        value
        for tag, attributes in document(a_snapshot()).elements
        for name, value in attributes.items()
        if tag != "a" and name in ("src", "href") and value and attributes.get("rel") != "alternate"
    ]
    assert [url.partition(",")[0] for url in loaded] == ["data:image/svg+xml"]


def test_the_page_has_a_language_a_title_one_heading_and_landmarks():
    read = document()
    assert read.all("html") == [{"lang": "en"}]
    assert read.text_of("title") == ["Partial outage · Acme & Söhne"]
    assert [len(read.all(tag)) for tag in ("h1", "header", "main", "footer")] == [1, 1, 1, 1]
    assert [attributes for _, attributes in read.elements if attributes.get("role") == "status"]


def test_groups_come_in_the_order_of_their_first_component_and_each_has_a_heading():
    read = document()
    assert [each["aria-labelledby"] for each in read.all("section")] == [each["id"] for each in read.all("h2")]
    assert re.findall(r"<h2[^>]*>(?:<bdi>)?([^<]*)", page.render(SHOP, NOON).decode()) == [
        "Core Services",
        "Components",
        "Data",
        "Past incidents",
    ]
    names = re.findall(r'class="name">([^<]*)', page.render(SHOP, NOON).decode())
    assert names == ["API Gateway", "Search", "Website", "Storage", "Database", "Queue"]


def test_a_page_without_components_says_so():
    assert "Nothing is listed here yet." in document(a_snapshot()).text_of("p")


@pytest.mark.parametrize("status", ComponentStatus)
def test_every_status_is_told_by_a_word_and_a_shape_and_not_by_colour_alone(status):
    line = page.render(a_snapshot(a_component_snapshot(status=status)), NOON).decode().split("<li>")[1]
    look = LOOKS[status]
    assert look.word in line
    assert f'd="{look.shape}"' in line


_NOT_CALM = [status for status in ComponentStatus if status not in ("OPERATIONAL", "NOT_MONITORED")]


@pytest.mark.parametrize(
    ("statuses", "said"),
    [
        ([], ""),
        (["OPERATIONAL", "NOT_MONITORED"], ""),
        (["OPERATIONAL", "MAJOR_OUTAGE"], " <small><bdi>&lt;1&gt;</bdi></small>"),
        (_NOT_CALM[:3], " <small><bdi>&lt;0&gt;</bdi>, <bdi>&lt;1&gt;</bdi>, <bdi>&lt;2&gt;</bdi></small>"),
        (["OPERATIONAL", *_NOT_CALM], " <small>4 components</small>"),
    ],
)
def test_the_banner_says_what_is_affected_a_few_by_name_and_more_by_their_number(statuses, said):
    listed = [
        a_component_snapshot(id=number, name=f"<{number}>", status=ComponentStatus(status))
        for number, status in enumerate(statuses)
    ]
    text = page.render(a_snapshot(*listed, status=ComponentStatus.PARTIAL_OUTAGE), NOON).decode()
    assert re.findall(r'class="banner [^>]*>.*?</svg><span>(.*)</span></p>', text) == [f"Partial outage{said}"]


def test_no_two_statuses_look_or_read_the_same():
    for looks in ({look.word for look in LOOKS.values()}, {look.shape for look in LOOKS.values()}):
        assert len(looks) == len(ComponentStatus)
    assert {look.color for look in LOOKS.values()} == set(STATUS_NAMES)


def test_the_time_of_the_last_change_is_for_people_and_machines():
    read = document()
    assert read.all("time") == [{"datetime": "2026-03-01T12:00:00Z"}]
    assert read.text_of("time") == ["1 March 2026, 12:00 UTC"]


def test_maintenance_is_told_with_its_times_and_what_it_concerns():
    planned = a_maintenance_snapshot(id=9, name="Disks", description="<b>New</b> ones", under_way=False)
    html = page.render(a_snapshot(a_component_snapshot(), maintenances=(a_maintenance_snapshot(), planned)), NOON)
    text = html.decode()
    assert text.index(">Maintenance</h2>") < text.index(">Components</h2>")
    assert text.count('<time datetime="2026-03-01T12:00:00Z">1 March 2026, 12:00 UTC</time> to ') == 2
    assert "&lt;b&gt;New&lt;/b&gt; ones" in text
    assert "Affects: <bdi>API</bdi>" in text
    assert text.index("In progress</span>") < text.index("Planned</span>")
    assert "Maintenance</h2>" not in page.render(a_snapshot(a_component_snapshot()), NOON).decode()


def test_announcements_are_told_newest_update_first_with_what_they_concern():
    told = an_announcement_snapshot(title="Slow <answers>", body="We **look**.", component_ids=(5,))
    found = replace(told.updates[0], id=2, status="IDENTIFIED", body="Found: [details](https://acme.test/x).")
    shown = a_snapshot(a_component_snapshot(), announcements=(replace(told, updates=(*told.updates, found)),))
    text = page.render(shown, NOON).decode()
    assert "<h3><bdi>Slow &lt;answers&gt;</bdi></h3><p>Affects: <bdi>API</bdi></p>" in text
    assert "<p>We <strong>look</strong>.</p>" in text
    assert '<a href="https://acme.test/x" rel="nofollow noopener noreferrer">details</a>' in text
    assert text.index(">Identified <") < text.index(">Investigating <") < text.index(">Components</h2>")
    assert "Announcements</h2>" not in page.render(a_snapshot(a_component_snapshot()), NOON).decode()


def test_what_is_told_of_planned_work_is_headed_so_until_it_has_begun():
    hour = timedelta(hours=1)
    told = an_announcement_snapshot(scheduled_for=NOON + 2 * hour, scheduled_until=NOON + 4 * hour)
    later = [replace(told.updates[0], id=each, created_at=NOON + each * hour) for each in (1, 3)]
    updates = (*told.updates, *later, replace(told.updates[0], id=4, status="RESOLVED"))
    expected = [
        (told.scheduled_for, ["Cancelled", "In progress", "Planned", "Planned"]),
        (NOON + hour, ["Cancelled", "In progress", "In progress", "Planned"]),
        (NOON - hour, ["Completed", "In progress", "In progress", "In progress"]),
    ]
    for begins, headings in expected:
        planned = replace(told, updates=updates, scheduled_for=begins)
        shown = a_snapshot(a_component_snapshot(), announcements=(planned,))
        for text in (page.render(shown, NOON).decode(), history_page.render(shown, NOON, "2026-03").decode()):
            assert re.findall(r"<h4>([\w ]+) <small>", text) == headings


@pytest.mark.parametrize(("status", "word"), [("INVESTIGATING", "In progress"), ("MONITORING", "Verifying")])
def test_planned_work_under_way_is_maintenance_in_progress_and_no_announcement(status, word):
    hour = timedelta(hours=1)
    told = an_announcement_snapshot(title="Disks", scheduled_for=NOON - hour, scheduled_until=NOON + hour)
    begun = replace(told, updates=(replace(told.updates[0], status=status, created_at=NOON - 2 * hour),))
    ahead = replace(told, id=2, title="Network", scheduled_for=NOON + hour, scheduled_until=NOON + 2 * hour)
    shown = a_snapshot(a_component_snapshot(), announcements=(begun,), scheduled=(ahead,))
    text = page.render(shown, NOON).decode()
    assert "Announcements</h2>" not in text
    order = ("Maintenance</h2>", 'id="announcement-1"', f"{word}</span>", 'id="announcement-2"', "Planned</span>")
    places = [text.index(each) for each in order]
    assert places == sorted(places)
    assert [text.count(each) for each in order] == [1] * 5
    both = replace(shown, announcements=(begun, an_announcement_snapshot(id=3)))
    text = page.render(both, NOON).decode()
    assert text.index("Announcements</h2>") < text.index('id="announcement-3"') < text.index("Maintenance</h2>")


def test_maintenance_that_an_announcement_tells_of_is_told_once():
    told = an_announcement_snapshot(
        title="Disks", scheduled_for=NOON + timedelta(hours=1), scheduled_until=NOON + timedelta(hours=2)
    )
    windows = (a_maintenance_snapshot(name="Disks", announced=True), a_maintenance_snapshot(id=7, name="Network"))
    text = page.render(a_snapshot(a_component_snapshot(), maintenances=windows, scheduled=(told,)), NOON).decode()
    assert (text.count("Disks"), text.count("Network")) == (1, 1)
    assert text.count("1 March 2026, 13:00 UTC</time> to ") == 1


@pytest.mark.parametrize(
    "text",
    [
        *HOSTILE,
        "[x](javascript:alert(1))",
        "[x](data:text/html,<script>alert(1)</script>)",
        "<javascript:alert(1)>",
        "![x](https://tracker.test/x.png)",
        "# h1\n\n## h2",
        "<iframe src=//x.test></iframe>",
        "[a]: javascript:alert(1)\n\n[a]",
        "`</code><img src=x>`",
        "> " * 500 + "deep",
    ],
)
def test_markdown_of_the_owner_can_only_be_read(text):
    read = document(told_and_planned(an_announcement_snapshot(title=text, body=text)))
    assert read.text_of("bdi").count(text) == 2
    inside = {"a", "blockquote", "br", "code", "em", "hr", "li", "ol", "p", "pre", "strong", "ul"}
    around = {tag for tag, _ in document(told_and_planned(an_announcement_snapshot())).elements}
    assert {tag for tag, _ in read.elements} <= around | inside
    assert all(
        (value or "").startswith(("http", "mailto:", "/api/", "/status/", "#", "data:image/svg+xml,"))
        for _, attributes in read.elements
        for name, value in attributes.items()
        if name in ("href", "src")
    )
    assert not [name for _, attributes in read.elements for name in attributes if name.startswith("on")]


def test_a_component_of_which_nothing_is_known_yet_is_not_said_to_be_up():
    assert "no data" in document(a_snapshot(a_component_snapshot(timeline=()))).text_of("span")


def test_html_of_the_owner_is_around_every_page_cleaned_once_more_and_in_no_data():
    written = {"header_html": "<p>Acme <b onclick=x()>GmbH</b></p><script>x()</script>", "footer_html": "<p>Imprint"}
    snapshot = a_snapshot(a_component_snapshot(timeline=()), **written)
    for file in rendered(snapshot).values():
        if file.content_type == FILES["status/{slug}"]:
            assert b'<div class="owner text"><p>Acme <b>GmbH</b></p></div></header>' in file.body
            assert b'<footer><div class="owner text"><p>Imprint</p></div>' in file.body
        else:
            assert b"GmbH" not in file.body
            assert b"Imprint" not in file.body
    assert b'class="owner' not in page.render(replace(snapshot, header_html=None, footer_html="<!-- -->"), NOON)


def told_and_planned(told):
    later = replace(told, scheduled_for=NOON, scheduled_until=NOON + timedelta(hours=1))
    return a_snapshot(announcements=(told,), scheduled=(later,))


def test_a_page_of_ninety_components_fits_the_first_flight_of_packets():
    import gzip

    components = [
        a_component_snapshot(id=n, name=f"Component {n}", group_name=f"Group {n % 9}", description=f"Does {n * 7919}")
        for n in range(90)
    ]
    assert len(gzip.compress(page.render(a_snapshot(*components), NOON))) < 14_000


# ---- colours


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_every_text_of_a_palette_has_aa_contrast(palette):
    pairs = [("on-page", "page"), ("text", "card"), ("quiet", "card"), *((name, "card") for name in STATUS_NAMES)]
    assert {pair: ratio for pair in pairs if (ratio := contrast(palette[pair[0]], palette[pair[1]])) < AA} == {}


def test_white_has_aa_contrast_on_every_banner():
    assert min(contrast("#ffffff", LIGHT[name]) for name in STATUS_NAMES) >= AA


def test_the_text_on_any_colour_of_an_owner_has_aa_contrast():
    steps = range(0, 256, 15)
    for red, green, blue in product(steps, steps, steps):
        color = f"#{red:02x}{green:02x}{blue:02x}"
        assert contrast(readable_on(color), color) >= AA


@pytest.mark.parametrize(("one", "other", "ratio"), [("#000000", "#ffffff", 21), ("#777777", "#ffffff", 4.48)])
def test_contrast_is_that_of_wcag(one, other, ratio):
    assert round(contrast(one, other), 2) == ratio


def test_a_dark_background_of_the_owner_brings_the_dark_palette_for_all():
    (style,) = document(a_snapshot(background_color="#123")).text_of("style")
    assert "color-scheme:dark;--page:#112233;--on-page:#ffffff" in style
    assert "prefers-color-scheme" not in style


@pytest.mark.parametrize(
    ("background", "fills"),
    [(None, "@media(prefers-color-scheme:light){SLAB}"), ("#ffe", "SLAB"), ("#123", "")],
)
def test_the_owner_s_colour_fills_the_header_of_light_pages_only_and_is_a_line_above_all(background, fills):
    (style,) = document(a_snapshot(primary_color="#f0a", background_color=background)).text_of("style")
    assert "header{border-top:.25rem solid #ff00aa}" in style
    slab = "header{background:#ff00aa;color:#000000}"
    assert style.count(slab) == bool(fills)
    assert fills.replace("SLAB", slab) in style


def test_a_colour_is_written_in_one_form():
    assert [normalized(color) for color in ("#4A90D9", "#4af", "#4a", "blue", None)] == [
        "#4a90d9",
        "#44aaff",
        None,
        None,
        None,
    ]


# ---- badge

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize(
    ("status", "message", "width", "text_length"),
    [
        (ComponentStatus.OPERATIONAL, "operational", 116, 630),
        (ComponentStatus.DEGRADED_PERFORMANCE, "degraded", 104, 510),
        (ComponentStatus.PARTIAL_OUTAGE, "partial outage", 130, 770),
        (ComponentStatus.MAJOR_OUTAGE, "major outage", 128, 750),
        (ComponentStatus.UNDER_MAINTENANCE, "maintenance", 124, 710),
    ],
)
def test_the_badge_has_the_geometry_of_shields(status, message, width, text_length):
    svg = ElementTree.fromstring(badge.render(a_snapshot(status=status), NOON))
    texts = svg.findall(f".//{SVG}text")
    assert (svg.get("width"), svg.get("height"), svg.get("role")) == (str(width), "20", "img")
    assert svg.get("aria-label") == svg.findtext(f"{SVG}title") == f"status: {message}"
    assert [text.text for text in texts] == ["status", "status", message, message]
    assert [text.get("textLength") for text in texts] == ["330", "330", str(text_length), str(text_length)]
    assert sum(int(rect.get("width", 0)) for rect in svg.findall(f"{SVG}g/{SVG}rect")) == width


def test_every_status_has_a_badge():
    assert set(badge.MESSAGES) == set(ComponentStatus) > set(SENTENCES)


def test_white_has_aa_contrast_on_every_badge():
    assert min(contrast("#ffffff", message.color) for message in badge.MESSAGES.values()) >= AA


@pytest.mark.parametrize(
    ("url", "is_taken"), [("https://acme.test/hook", True), ("http://acme.test/hook", False), ("https://", False)]
)
def test_the_form_for_webhooks_takes_what_subscribing_takes_and_says_what_it_is(url, is_taken):
    (field,) = [
        each for each in Document(subscribe.render(SHOP, NOON, takes_mail=True)).all("input") if "pattern" in each
    ]
    assert bool(re.fullmatch(field["pattern"] or "", url)) is is_taken
    assert field["aria-describedby"] == "url-help"


@pytest.mark.parametrize("host", [None, "status.acme.test"])
def test_the_other_pages_have_a_way_back_that_looks_like_one(host):
    shown = replace(SHOP, host=host)
    home = f"https://{host}/" if host else "/status/acme-status"
    for body in (history_page.render(shown, NOON, "2026-03"), subscribe.render(shown, NOON, takes_mail=False)):
        main = body.decode().partition("<main")[2]
        assert f'<a href="{home}"><span aria-hidden="true">\N{LEFTWARDS ARROW} </span>Current status</a>' in main
    assert "Current status" not in page.render(shown, NOON).decode()


def test_forms_say_what_subscribers_are_told():
    for body in (page.render(SHOP, NOON, takes_mail=True), subscribe.render(SHOP, NOON, takes_mail=True)):
        assert b"Announcements and maintenance by e-mail</label>" in body
