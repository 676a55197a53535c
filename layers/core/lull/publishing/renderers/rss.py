"""The feed of a page as RSS 2.0."""

from datetime import UTC, datetime
from email.utils import format_datetime

from lull.publishing.renderers.feed import LANGUAGE, Feed, feed
from lull.publishing.renderers.feed_items import Item
from lull.publishing.renderers.markup import one_line, text
from lull.publishing.snapshot import StatusSnapshot

_MINUTES_TO_LIVE = 5


def render(snapshot: StatusSnapshot, updated_at: datetime, *, base_url: str, component_id: int | None = None) -> bytes:
    """Of the page, or of one component. `base_url` is where the public files are, without a slash at its end."""
    return write(feed(snapshot, updated_at, base_url=base_url, component_id=component_id))


def write(told: Feed) -> bytes:
    items = "".join(map(_item, told.items))
    return f"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom">
<channel>
<title>{text(one_line(told.title) or told.otherwise)}</title>
<link>{text(told.link)}</link>
<atom:link rel="self" type="application/rss+xml" href="{text(told.below)}/feed.rss"/>
<description>{text(one_line(told.description) or told.otherwise)}</description>
<language>{LANGUAGE}</language>
<lastBuildDate>{_date(told.updated_at)}</lastBuildDate>
<ttl>{_MINUTES_TO_LIVE}</ttl>
{items}</channel>
</rss>
""".encode()


def _item(item: Item) -> str:
    return f"""<item>
<title>{text(one_line(item.title) or item.id)}</title>
<link>{text(item.link)}</link>
<guid isPermaLink="false">{text(item.id)}</guid>
<pubDate>{_date(item.at)}</pubDate>
<description>{text(item.html)}</description>
</item>
"""


def _date(at: datetime) -> str:
    return format_datetime(at.astimezone(UTC))
