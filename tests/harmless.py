"""Whether HTML can do nothing but be read: judged by html5lib, a parser that has nothing to do with the product's."""

from collections.abc import Iterator
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import html5lib

_XHTML = "{http://www.w3.org/1999/xhtml}"
# Written down once more, and not read from what is tested.
_NAMES = (
    "a abbr b bdi blockquote br caption code dd del div dl dt em h2 h3 h4 h5 h6 hr i img ins li mark ol p pre s small"
    " span strong sub sup table tbody td tfoot th thead tr u ul"
)
ELEMENTS = set(_NAMES.split())
ATTRIBUTES = {
    "a": {"href", "rel", "target", "title"},
    "img": {"alt", "height", "referrerpolicy", "src", "width"},
    "ol": {"start"},
    "th": {"scope"},
    "code": {"class"},
}
EVERYWHERE = {"dir", "lang"}
_REL = {"nofollow", "noopener", "noreferrer"}


def parsed(html: str) -> Element:
    """As a browser would have it between the tags of an element of the body."""
    root: Element = html5lib.parseFragment(html, treebuilder="etree")
    return root


def text_of(html: str) -> str:
    return "".join(parsed(html).itertext())


def links_of(html: str) -> list[str]:
    return [each.get("href", "") for each in _elements(parsed(html)) if each.tag == f"{_XHTML}a"]


def elements_of(html: str) -> list[str]:
    return [each.tag.removeprefix(_XHTML) for each in _elements(parsed(html))]


def _elements(root: Element) -> Iterator[Element]:
    """All below the root, comments too, whose tag is no text."""
    return (each for each in root.iter() if each is not root)


def harms(html: str) -> list[str]:
    """What is in there that a page must not have, in words; nothing, in the best case."""
    return [harm for element in _elements(parsed(html)) for harm in _harms(element)]


def _harms(element: Element) -> Iterator[str]:
    if not isinstance(element.tag, str) or not element.tag.startswith(_XHTML):
        yield f"{element.tag} is no element of HTML"
        return
    name = element.tag.removeprefix(_XHTML)
    if name not in ELEMENTS:
        yield f"<{name}>"
    for attribute, value in element.attrib.items():
        if attribute not in ATTRIBUTES.get(name, set()) | EVERYWHERE:
            yield f"<{name} {attribute}>"
        if attribute in EVERYWHERE and not value.replace("-", "").isalnum():
            yield f"<{name} {attribute}={value!r}>"
        if attribute in ("href", "src"):
            yield from _harms_of_url(name, value)
    if name == "a" and set(element.get("rel", "").split()) != _REL:
        yield "<a> that tells where its reader comes from"
    if name == "img" and element.get("referrerpolicy") != "no-referrer":
        yield "<img> that tells where its reader comes from"


def _harms_of_url(name: str, url: str) -> Iterator[str]:
    # What browsers do to a URL before they look at its scheme.
    seen = "".join(each for each in url if each not in "\t\n\r").strip("".join(map(chr, range(33))))
    scheme = urlsplit(seen).scheme.lower() if seen.isascii() or ":" in seen else ""
    allowed = {"a": {"http", "https", "mailto", "tel", ""}, "img": {"https"}}
    if scheme not in allowed.get(name, set()):
        yield f"<{name}> with {url!r}"
