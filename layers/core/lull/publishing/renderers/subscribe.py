"""How visitors subscribe: a form on the page, and a page of its own with all that there is to choose. No script."""

from datetime import datetime
from html import escape
from urllib.parse import quote

from lull.publishing.renderers.identity import page_link
from lull.publishing.renderers.layout import document, way_back
from lull.publishing.renderers.times import time_element
from lull.publishing.snapshot import StatusSnapshot

_LABEL = '<label for="email">Announcements and maintenance by e-mail</label>'
_EMAIL = '<input type="email" id="email" name="email" maxlength="254" autocomplete="email" required>'
_BUTTON = "<button>Subscribe</button>"


def form(snapshot: StatusSnapshot) -> str:
    """For the foot of a page, where mail can be sent."""
    more = link(snapshot, "Choose components, or a webhook")
    return f'{_form(snapshot)}{_LABEL}\n<div class="field">{_EMAIL}{_BUTTON}</div>{more}</form>\n'


def link(snapshot: StatusSnapshot, text: str) -> str:
    return f'\n<a href="{page_link(snapshot, "/subscribe")}">{escape(text)}</a>'


def render(snapshot: StatusSnapshot, updated_at: datetime, *, takes_mail: bool) -> bytes:
    """The page with all that there is to choose."""
    data = f"/api/public/status/{quote(snapshot.slug)}"
    mail = (
        f"<section><h2>By e-mail</h2>{_form(snapshot)}{_LABEL}\n{_EMAIL}{_choice(snapshot)}"
        f"<p>{_BUTTON}</p></form></section>\n"
        if takes_mail
        else ""
    )
    main = f"""{way_back(snapshot)}{mail}\
<section><h2>By webhook</h2>{_form(snapshot)}<input type="hidden" name="channel" value="WEBHOOK">
<label for="url">Webhook URL</label>
<input type="url" id="url" name="webhookUrl" pattern="https://.+"\
 placeholder="https://" aria-describedby="url-help" required>
<p id="url-help">An https address of your own server: it gets announcements and maintenance as signed JSON once it has\
 answered a first request with the <code>challenge</code> in it.</p>{_choice(snapshot)}
<p>{_BUTTON}</p></form></section>
<section><h2>By feed</h2><p class="links"><a href="{data}/feed.rss">RSS</a>
<a href="{data}/feed.atom">Atom</a>
<a href="{data}/maintenance.ics">Calendar</a></p></section>"""
    return document(
        snapshot,
        title=f"Subscribe · {snapshot.name}",
        main=main,
        footer=f"<p>Last change: {time_element(updated_at)}</p>",
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
