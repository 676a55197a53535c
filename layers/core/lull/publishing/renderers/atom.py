"""The feed of a page as Atom (RFC 4287)."""

from datetime import datetime

from lull.publishing.renderers.feed import LANGUAGE, Feed, feed
from lull.publishing.renderers.feed_items import Item
from lull.publishing.renderers.markup import one_line, text
from lull.publishing.renderers.status_json import instant
from lull.publishing.snapshot import StatusSnapshot


def render(snapshot: StatusSnapshot, updated_at: datetime, *, base_url: str, component_id: int | None = None) -> bytes:
    """Of the page, or of one component. `base_url` is where the public files are, without a slash at its end."""
    return write(feed(snapshot, updated_at, base_url=base_url, component_id=component_id))


def write(told: Feed) -> bytes:
    entries = "".join(map(_entry, told.items))
    return f"""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{LANGUAGE}">
<id>{text(told.id)}</id>
<title>{text(one_line(told.title) or told.otherwise)}</title>
<subtitle>{text(one_line(told.description) or told.otherwise)}</subtitle>
<updated>{instant(told.updated_at)}</updated>
<author><name>{text(one_line(told.author) or told.otherwise)}</name></author>
<link rel="self" type="application/atom+xml" href="{text(told.below)}/feed.atom"/>
<link rel="alternate" type="text/html" href="{text(told.link)}"/>
{entries}</feed>
""".encode()


def _entry(item: Item) -> str:
    return f"""<entry>
<id>{text(item.id)}</id>
<title>{text(one_line(item.title) or item.id)}</title>
<published>{instant(item.at)}</published>
<updated>{instant(item.updated_at)}</updated>
<link rel="alternate" type="text/html" href="{text(item.link)}"/>
<content type="html">{text(item.html)}</content>
</entry>
"""
