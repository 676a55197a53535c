"""HTML of a page's owner for its header and footer: what may stay is listed here, and nothing else does.

Texts, links, pictures, lists and tables. No styles, classes, ids or names: they would reach the rest of the page. No
landmarks: the page has its own. What is kept is cleaned again wherever it is shown, so that a list which becomes
shorter is so for what was kept before (OWASP, Cross Site Scripting Prevention Cheat Sheet: "HTML Sanitization").
"""

import re

import nh3

from lull.domain.errors import invalid
from lull.domain.invisible import INVISIBLE
from lull.domain.languages import is_language

MOST_CHARACTERS = 10_000
"""Of each of the two (seed 003): of what is sent, and of what is kept of it, so that it can be sent again."""

_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_TEXT = {"a", "abbr", "b", "bdi", "br", "code", "del", "em", "i", "ins", "mark", "s", "small", "span", "strong", "sub"}
_TEXT |= {"sup", "u"}
_BLOCKS = {"blockquote", "dd", "div", "dl", "dt", "hr", "li", "ol", "p", "pre", "ul"}
_TABLES = {"caption", "table", "tbody", "td", "tfoot", "th", "thead", "tr"}
_TAGS = {"img"} | _HEADINGS | _TEXT | _BLOCKS | _TABLES
# Nothing to read, or in a language of its own: they go with all that is in them.
_WITH_CONTENT = {"iframe", "math", "noembed", "noframes", "noscript", "object", "script", "select", "style", "svg"}
_WITH_CONTENT |= {"template", "textarea", "title", "xmp"}
# By default every element may have a title too.
_ATTRIBUTES = {"*": {"dir", "lang"}, "a": {"href"}, "img": {"alt", "height", "src", "width"}, "ol": {"start"}}
# A link may open a window of its own, which learns nothing of the page.
_ONE_OF = {"a": {"target": {"_blank"}}, "th": {"scope": {"col", "row"}}}
_ALWAYS = {"img": {"referrerpolicy": "no-referrer"}}
_REL = "nofollow noopener noreferrer"
_SCHEMES = {"http", "https", "mailto", "tel"}
_DIRECTIONS = {"auto", "ltr", "rtl"}
# A URL without a scheme may lead to a path of the page's own host and nowhere else: two slashes lead to another host,
# browsers take a backslash for a slash and leave out white space, and a path that does not begin with a slash is
# another one at each address of the page.
_OWN_PATH = re.compile(r"/(?![/\\])[!-\[\]-~\u00a1-\U0010ffff]*")
# Whatever browsers leave out of it. That it is one of those above is for the sanitizer to see.
_SCHEME = re.compile(r"[\x00-\x20]*[A-Za-z](?:[A-Za-z0-9+.-]|[\t\n\r])*:")
_NUMBERS = {"height", "start", "width"}

# A tag as the sanitizer writes it: nothing in an attribute looks like one.
_TAG = re.compile(r'<(/?)([a-z0-9]+)((?: [a-z]+="[^"]*")*)>')
_EMPTY = re.compile(r'<(h[1-6]|a)(?: [a-z]+="[^"]*")*>\s*</\1>')
# Readers of HTML leave out the first of them, each time.
_FIRST_LINES = re.compile("(?<=<pre>)\n+")
_WHITE_SPACE = "\n\r\t"


def kept(field: str, html: str | None) -> str | None:
    """What is kept of what an owner sends; None if nothing is left of it. Raises Invalid naming the field."""
    if html is None:
        return None
    # The rules of HTML can make megabytes of a few tags: what is too much already is not looked at again.
    found = _harmless(html)
    if len(found) <= MOST_CHARACTERS:
        found = cleaned(found)
    if len(found) > MOST_CHARACTERS:
        raise invalid(field, f"must have at most {MOST_CHARACTERS:,} characters once it is cleaned")
    return found or None


def cleaned(html: str) -> str:
    """What may be shown of it. Cleaning that again changes nothing.

    Headings go on from the page's own, without leaving a level out. What shows or leads to nothing goes, and a picture
    without a description is decoration.

    >>> cleaned('<h1 onclick="x()">Acme</h1><a href="https://acme.test">Home</a><script>x()</script>')
    '<h2>Acme</h2><a href="https://acme.test" rel="nofollow noopener noreferrer">Home</a>'
    """
    text = _FIRST_LINES.sub("", _visible(_harmless(html)))
    text = _TAG.sub(_Whole(), text)
    while (shorter := _EMPTY.sub("", text)) != text:
        text = shorter
    return _harmless(_TAG.sub(_Outline(), text)).strip()


def _harmless(html: str) -> str:
    return nh3.clean(
        html,
        tags=_TAGS,
        clean_content_tags=_WITH_CONTENT,
        attributes=_ATTRIBUTES,
        attribute_filter=_attribute,
        tag_attribute_values=_ONE_OF,
        set_tag_attribute_values=_ALWAYS,
        link_rel=_REL,
        url_schemes=_SCHEMES,
        url_relative="pass_through",
    )


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name in _NUMBERS and not re.fullmatch("[0-9]{1,4}", value, re.ASCII):
        return None
    if name == "dir" and value.lower() not in _DIRECTIONS:
        return None
    if name == "lang" and not is_language(value):
        return None
    if name == "href" and not (_SCHEME.match(value) or _OWN_PATH.fullmatch(value)):
        return None
    if tag == "img" and name == "src" and not value.lower().startswith("https://"):
        return None
    return value


def _visible(html: str) -> str:
    """Characters may have been written as entities; the sanitizer writes them as they are."""
    return INVISIBLE.sub(lambda found: found[0] if found[0] in _WHITE_SPACE else "", html)


class _Whole:
    """For each tag in turn, the tag, but for pictures of nothing and links to nothing."""

    def __init__(self) -> None:
        self._links: list[bool] = []

    def __call__(self, tag: re.Match[str]) -> str:
        closing, name, attributes = tag.groups()
        if name == "img":
            described = attributes if ' alt="' in attributes else f' alt=""{attributes}'
            return f"<img{described}>" if ' src="' in attributes else ""
        if name != "a":
            return tag[0]
        if not closing:
            self._links.append(' href="' in attributes)
            return tag[0] if self._links[-1] else ""
        return tag[0] if self._links.pop() else ""


class _Outline:
    """For each tag in turn, the tag, but for headings: each is at most one level below the one before."""

    def __init__(self) -> None:
        self._last = 1
        self._open: list[int] = []

    def __call__(self, tag: re.Match[str]) -> str:
        closing, name, _ = tag.groups()
        if name not in _HEADINGS:
            return tag[0]
        if closing:
            return f"</h{self._open.pop()}>"
        self._last = min(max(int(name[1]), 2), self._last + 1)
        self._open.append(self._last)
        return f"<h{self._last}>"
