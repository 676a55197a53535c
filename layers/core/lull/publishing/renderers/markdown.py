"""Texts of owners, written in Markdown, as HTML that can do nothing but be read."""

from collections.abc import Sequence
from html import escape, unescape

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

# No headings, which would disturb the outline of the page: what they say is a paragraph. No images, which would tell
# others of its visitors: what stands for them is read instead.
_TAGS = {"a", "blockquote", "br", "code", "em", "hr", "li", "ol", "p", "pre", "strong", "ul"}
_ATTRIBUTES = {"a": {"href"}, "ol": {"start"}}
_SCHEMES = {"http", "https", "mailto"}


def _begins_heading(*_: object) -> str:
    return "<p><strong>"


def _ends_heading(*_: object) -> str:
    return "</strong></p>\n"


def _alternative(self: RendererHTML, tokens: Sequence[Token], at: int, options: OptionsDict, env: EnvType) -> str:
    return escape(self.renderInlineAsText(tokens[at].children, options, env))


def _commonmark() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False})
    markdown.add_render_rule("heading_open", _begins_heading)
    markdown.add_render_rule("heading_close", _ends_heading)
    markdown.add_render_rule("image", _alternative)
    is_harmless = markdown.validateLink
    # `//elsewhere.example` looks like a path of the page and is none: such links stay text, as all that are refused.
    markdown.validateLink = lambda url: is_harmless(url) and not url.lstrip().startswith("//")  # type: ignore[method-assign]
    return markdown


_MARKDOWN = _commonmark()


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
