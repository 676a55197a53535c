"""How visitors subscribe: a line on the page, and a page of its own with the choice of components. No script."""

from datetime import datetime
from html import escape
from urllib.parse import quote

from lull.publishing.renderers.identity import page_link
from lull.publishing.renderers.layout import document
from lull.publishing.renderers.times import time_element
from lull.publishing.snapshot import StatusSnapshot

_EMAIL = (
    '<label for="email">Announcements and maintenance by e-mail</label> '
    '<input type="email" id="email" name="email" maxlength="254" autocomplete="email" required>'
)


def line(snapshot: StatusSnapshot, *, takes_mail: bool) -> str:
    """For the foot of a page."""
    more = f'<a href="{page_link(snapshot, "/subscribe")}">'
    if not takes_mail:
        return f"{more}Subscribe</a>"
    return f"{_form(snapshot)}{_EMAIL} <button>Subscribe</button> {more}Choose components</a></form>"


def render(snapshot: StatusSnapshot, updated_at: datetime, *, takes_mail: bool) -> bytes:
    """The page with all that there is to choose."""
    data = f"/api/public/status/{quote(snapshot.slug)}"
    mail = (
        f"<section><h2>By e-mail</h2>{_form(snapshot)}<p>{_EMAIL}</p>{_choice(snapshot)}"
        "<p><button>Subscribe</button></p></form></section>\n"
        if takes_mail
        else ""
    )
    main = f"""{mail}<section><h2>By webhook</h2>{_form(snapshot)}<input type="hidden" name="channel" value="WEBHOOK">
<p><label for="url">Webhook URL</label> <input type="url" id="url" name="webhookUrl" pattern="https://.+"\
 placeholder="https://" aria-describedby="url-help" required></p>
<p id="url-help">An https address of your own server: it gets announcements and maintenance as signed JSON once it has\
 answered a first request with the <code>challenge</code> in it.</p>{_choice(snapshot)}
<p><button>Subscribe</button></p></form></section>
<section><h2>By feed</h2><p><a href="{data}/feed.rss">RSS</a> <a href="{data}/feed.atom">Atom</a>
<a href="{data}/maintenance.ics">Calendar</a></p></section>"""
    return document(
        snapshot,
        title=f"Subscribe · {snapshot.name}",
        main=main,
        footer=f'<p>Last change: {time_element(updated_at)}</p>\n<a href="{page_link(snapshot)}">Status</a>',
    )


def _form(snapshot: StatusSnapshot) -> str:
    return f'<form method="post" action="/api/public/status/{quote(snapshot.slug)}/subscribe">'


def _choice(snapshot: StatusSnapshot) -> str:
    if not snapshot.components:
        return ""
    boxes = "\n".join(
        f'<label><input type="checkbox" name="componentIds" value="{each.id}"> '
        f"<bdi>{escape(each.name)}</bdi></label><br>"
        for each in snapshot.components
    )
    return f"""<details><summary>Choose components</summary>
<fieldset><legend>Only these components (all of them if none is chosen)</legend>
{boxes}</fieldset></details>"""
