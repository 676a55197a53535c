"""Whatever owners send, nothing of it runs: in a real browser, without the policy of the page and under it."""

import json
import re

from playwright.sync_api import Page, sync_playwright

from lull.domain.owner_html import cleaned
from lull.publishing.renderers import page
from lull.publishing.renderers.markdown import html
from tests import browser
from tests.builders import NOON
from tests.corpora import corpus
from tests.page_builders import a_component_snapshot, a_snapshot, an_announcement_snapshot

URL = "http://status.test/"
RAW = [case.given for case in corpus("owner_html") if not case.is_refused]
CLEANED = [cleaned(given) for given in RAW]
MARKDOWN = [html(case.given) for case in corpus("markdown") if not case.is_refused]
_ALONE = ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND"]
# Leaves the page, or takes the rest of it along, which says nothing of scripts.
_LEAVES = re.compile("http-equiv|<base|<form|<frameset", re.IGNORECASE)

_WATCH = """
window.ran = [];
for (const name of ["alert", "confirm", "prompt", "print", "open", "MsgBox"])
  window[name] = (...given) => { ran.push([name, String(given[0])]); };
"""

# Put there as parsers and as scripts would, with scripts of it allowed to start, and then touched everywhere.
_SHOW = """
(given) => {
  // By no name that what is shown may take.
  const body = document.documentElement.lastElementChild;
  for (const each of given) {
    const written = document.createElement("div"), made = document.createElement("div");
    written.innerHTML = each;
    body.append(written, made);
    const range = document.createRange();
    range.selectNodeContents(made);
    made.append(range.createContextualFragment(each));
  }
  const names = new Set();
  for (const each of document.querySelectorAll("body *")) {
    for (const {name} of each.attributes) if (name.startsWith("on")) names.add(name.slice(2));
    for (const type of ["click", "mouseover", "focus", "error", "load", "toggle", "input", "animationend"])
      each.dispatchEvent(new Event(type, {cancelable: true}));
  }
  return [...names];
}
"""
_SCHEMES = """
[...new Set([...document.querySelectorAll("a[href], img[src]")].map(each => new URL(each.href || each.src).protocol))]
"""
_ELEMENTS = '[...new Set([...document.querySelectorAll("body *")].map(each => each.localName))]'


def opened(chromium, document: str) -> Page:
    """A page of its own, from which nothing leaves; its scripts' calls for attention are noted in `ran`."""
    found: Page = chromium.new_page()
    found.add_init_script(_WATCH)

    found.route(URL, lambda route: route.fulfill(body=document, content_type="text/html; charset=utf-8"))
    found.goto(URL)
    return found


def test_nothing_of_the_corpora_runs():
    hostile = a_snapshot(
        *(
            a_component_snapshot(id=number, name=case.given, description=case.given, group_name=case.given)
            for number, case in enumerate(corpus("names"), 1)
            if not case.is_refused
        ),
        announcements=tuple(
            an_announcement_snapshot(id=number, body=case.given)
            for number, case in enumerate(corpus("markdown"), 1)
            if not case.is_refused
        ),
        # As it would be had nobody cleaned it when it was written.
        header_html="\n".join(RAW[: len(RAW) // 2]),
        footer_html="\n".join(RAW[len(RAW) // 2 :]),
    )
    rendered = page.render(hostile, NOON).decode()
    policy = re.findall(r'<meta http-equiv="Content-Security-Policy"[^>]*>', rendered)[0]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser.chromium(), args=_ALONE)
        try:
            bare = opened(chromium, f"<!doctype html><body>{''.join(CLEANED)}{''.join(MARKDOWN)}")
            assert bare.evaluate(_SHOW, [*CLEANED, *MARKDOWN]) == []
            assert set(bare.evaluate(_SCHEMES)) <= {"http:", "https:", "mailto:", "tel:"}
            assert not {"script", "style", "svg", "math", "iframe", "form", "template"} & set(bare.evaluate(_ELEMENTS))
            bare.wait_for_timeout(300)
            assert bare.evaluate("ran") == []

            for document in (rendered, rendered.replace(policy, "")):
                whole = opened(chromium, document)
                whole.wait_for_timeout(300)
                assert whole.evaluate("ran") == []
                assert whole.locator("script").count() == 1

            # The second wall: under the policy of the page not even what nobody has cleaned runs.
            walled = opened(chromium, f"<!doctype html>{policy}<body>")
            raw = [given for given in RAW if not _LEAVES.search(given)]
            assert len(walled.evaluate(_SHOW, raw)) > 50
            walled.wait_for_timeout(300)
            assert walled.evaluate("ran") == []

            # And without either of them it does, so that this test can fail.
            ours = opened(chromium, "<!doctype html><body>")
            ours.evaluate(_SHOW, raw)
            ours.wait_for_timeout(300)
            assert len(ours.evaluate("ran")) > 50, json.dumps(ours.evaluate("ran"))
        finally:
            chromium.close()
