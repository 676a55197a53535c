"""What every HTML page of a status page has around it: one request, readable without a script, styles or colours."""

import base64
import hashlib
from html import escape
from urllib.parse import quote

from lull.domain.owner_html import cleaned
from lull.publishing.renderers.identity import page_link
from lull.publishing.renderers.looks import LOOKS, Look
from lull.publishing.renderers.script import script
from lull.publishing.renderers.style import LIGHT, style_sheet
from lull.publishing.snapshot import StatusSnapshot


def document(snapshot: StatusSnapshot, *, title: str, main: str, footer: str, links: str = "") -> bytes:
    """A whole page. `title` is text; the others are HTML."""
    style = style_sheet(primary_color=snapshot.primary_color, background_color=snapshot.background_color)
    code = script(snapshot.slug)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_content_security_policy(style, code)}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="referrer" content="same-origin">
<title>{escape(title)}</title>
<link rel="icon" href="{escape(snapshot.favicon_url or _favicon(LOOKS[snapshot.status]))}">
{links}<style>{style}</style>
</head>
<body>
<header><div class="column">{_logo(snapshot.logo_url)}<h1>\
<a href="{page_link(snapshot)}"><bdi>{escape(snapshot.name)}</bdi></a></h1></div>\
{_owners(snapshot.header_html)}</header>
<main class="column">
{main}
</main>
<footer>{_owners(snapshot.footer_html)}<div class="column">
{footer}
</div></footer>
<script>{code}</script>
</body>
</html>
""".encode()


def way_back(snapshot: StatusSnapshot) -> str:
    """From another page to the page itself, in words: a heading that is a link does not look like one."""
    arrow = '<span aria-hidden="true">\N{LEFTWARDS ARROW} </span>'
    return f'<p><a href="{page_link(snapshot)}">{arrow}Current status</a></p>\n'


def _content_security_policy(style: str, code: str) -> str:
    """Nothing but this style sheet, this script and images: whatever else got into the page would not run."""
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(code)}'; connect-src 'self'; "
        "img-src https: data:; base-uri 'none'; form-action 'self'"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _favicon(look: Look) -> str:
    """The status itself, inline: a missing icon would be a second request."""
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">'
        f'<path fill="{LIGHT[look.color]}" fill-rule="evenodd" d="{look.shape}"/></svg>'
    )
    return f"data:image/svg+xml,{quote(svg)}"


def _owners(html: str | None) -> str:
    """What the owner has written around the page, cleaned once more."""
    shown = cleaned(html) if html else ""
    return f'<div class="owner text">{shown}</div>' if shown else ""


def _logo(url: str | None) -> str:
    return f'<img class="logo" src="{escape(url)}" alt="" referrerpolicy="no-referrer">' if url else ""
