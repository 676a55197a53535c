"""Texts of owners, written in Markdown, as HTML that can do nothing but be read."""

from html import unescape

import nh3
from markdown_it import MarkdownIt

_MARKDOWN = MarkdownIt("commonmark", {"html": False})
# No headings, which would disturb the outline of the page, and no images, which would tell others of its visitors.
_TAGS = {"a", "blockquote", "br", "code", "em", "hr", "li", "ol", "p", "pre", "strong", "ul"}
_ATTRIBUTES = {"a": {"href"}, "ol": {"start"}}
_SCHEMES = {"http", "https", "mailto"}


def html(markdown: str) -> str:
    """CommonMark without HTML; of what it may hold, only what is listed above is left.

    >>> html("**Down**, [details](https://example.com)")
    '<p><strong>Down</strong>, <a href="https://example.com" rel="nofollow noopener noreferrer">details</a></p>\\n'
    """
    return nh3.clean(
        _MARKDOWN.render(markdown),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        link_rel="nofollow noopener noreferrer",
    )


def plain(markdown: str) -> str:
    """The words alone, with white space as single spaces.

    >>> plain("**Down**: `a < b`, [details](https://example.com)")
    'Down: a < b, details'
    """
    return " ".join(unescape(nh3.clean(html(markdown), tags=set())).split())
