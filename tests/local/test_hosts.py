"""What the edge makes of requests to custom domains: the template's own function, run by a JavaScript engine."""

import json
import subprocess
from pathlib import Path

import playwright
import pytest

from local import hosts, template
from local.intrinsics import Resolver

_NODE = Path(playwright.__file__).parent / "driver" / "node"
HOST = "status.example.com"
AT_HOST = {
    "/": "/page",
    "/index.html": "/page",
    "/history": "/page/history",
    "/history/2026-03": "/page/history/2026-03",
    **{f"{path}/": f"/page{path}" for path in ("/history", "/history/2026-03", "/subscribe")},
    "/status/acme/": "/page",
    "/status/acme/history/": "/page/history",
    "/status/acme": "/page",
    "/status/other": "/page",
    "/status/acme/history": "/page/history",
    "/status/acme/history/2026-03": "/page/history/2026-03",
    "/api/public/status/acme": "/data",
    "/api/public/status/acme/feed.rss": "/data/feed.rss",
    "/api/public/status/acme/auth": "/data/auth",
    "/api/public/status/acme/components/5/badge.svg": "/data/components/5/badge.svg",
    "/api/public/status/acme/api/v2/summary.json": "/data/api/v2/summary.json",
    "/feed.rss": "/data/feed.rss",
    "/history.atom": "/data/feed.atom",
    "/badge.svg": "/data/badge.svg",
    "/badge.json": "/data/badge.json",
    "/widget.js": "/data/widget.js",
    "/subscribe": "/page/subscribe",
    **{
        f"/components/5/{file}": f"/data/components/5/{file}"
        for file in ("badge.svg", "badge.json", "feed.rss", "feed.atom")
    },
    "/maintenance.ics": "/data/maintenance.ics",
    "/api/v2/incidents/unresolved.json": "/data/api/v2/incidents/unresolved.json",
    **dict.fromkeys(
        ("/api/checks", "/api/v2", "/status", "/status/", "/_manifest/acme.json", "/domains/other.example.com/page"),
        "/none",
    ),
    **dict.fromkeys(
        ("/history/../x", "/docs", "/xstatus/acme", "/badge.svg/x", "/feed.rss2", "/badgexjson", "/history//", "/x/"),
        "/none",
    ),
    # What depends on a question is only where the CDN passes the question on.
    **dict.fromkeys(("/events", "/components/5/uptime", "/components/x/feed.rss", "/components/5"), "/none"),
}


@pytest.fixture(scope="module")
def at_the_edge():
    """Runs the function on requests, as pairs of host and path; the installation is at https://Lull.example:8443."""
    resource = template.load()["Resources"]["HostFunction"]["Properties"]
    assert resource["FunctionConfig"]["Runtime"] == "cloudfront-js-2.0"
    resolver = Resolver(
        parameters={"PublicUrl": "https://Lull.example:8443"}, conditions={}, mappings={}, attribute=lambda *_: None
    )
    code = resolver.resolve(resource["FunctionCode"])
    assert len(code) < 10_240

    def run(requests: list[tuple[str, str]]) -> list[str]:
        events = [{"request": {"uri": path, "headers": {"host": {"value": host}}}} for host, path in requests]
        script = f"{code}\nconsole.log(JSON.stringify({json.dumps(events)}.map(event => handler(event).uri)))"
        done = subprocess.run([_NODE, "-e", script], capture_output=True, text=True, check=True, timeout=30)
        found: list[str] = json.loads(done.stdout)
        return found

    return run


def test_a_host_has_one_page_and_nothing_else(at_the_edge):
    expected = [f"/domains/{HOST}{to}" for to in AT_HOST.values()]
    assert at_the_edge([("Status.Example.com", path) for path in AT_HOST]) == expected
    assert [hosts.rewritten("Status.Example.com", path) for path in AT_HOST] == expected


@pytest.mark.parametrize("host", ["lull.example", "LULL.example", "d1.cloudfront.net"])
def test_the_names_of_the_installation_have_pages_and_the_api_and_nothing_else(at_the_edge, host):
    there = [
        "/status/acme",
        "/status/acme/history",
        "/api/checks",
        "/api/",
        "/v1/applications",
        "/domains/status.example.com/page",
    ]
    nowhere = [
        "/",
        "/nothing",
        "/status",
        "/status/",
        "/_protected/1/status/acme",
        "/_manifest/acme.json",
        "/xapi/x",
        "/v1",
    ]
    expected = [*there, *(["/domains/none"] * len(nowhere))]
    assert at_the_edge([(host, path) for path in there + nowhere]) == expected
    assert [hosts.at_own_host(path) for path in there + nowhere] == expected
    there = ["/status/acme", "/status/acme/history", "/api/checks", "/api/", "/domains/status.example.com/page"]
    nowhere = ["/", "/nothing", "/status", "/status/", "/_protected/1/status/acme", "/_manifest/acme.json", "/xapi/x"]
    slashed = {f"{path}/": path for path in ("/status/acme", "/status/acme/history", "/status/acme/history/2026-03")}
    asked = [*there, *slashed, "/status/acme//", "/status//", "/api/checks/", *nowhere]
    found = [
        *there,
        *slashed.values(),
        "/status/acme//",
        "/status//",
        "/api/checks/",
        *["/domains/none"] * len(nowhere),
    ]
    assert at_the_edge([(host, path) for path in asked]) == found
    assert [hosts.at_own_host(path) for path in asked] == found


def test_other_names_are_custom_domains(at_the_edge):
    foreign = ("cloudfront.net.example.com", "xlull.example")
    assert at_the_edge([(each, "/") for each in foreign]) == [f"/domains/{each}/page" for each in foreign]
