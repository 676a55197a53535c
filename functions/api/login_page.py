"""The few pages that the gate itself shows: a form for the password, a button for the link of a mail, and notices.

They say nothing of the page behind them, and work without script, styles or a mouse.
"""

import base64
import hashlib
from html import escape

from fastapi import Response

_STYLE = """*{box-sizing:border-box}
:root{color-scheme:light dark}
body{margin:0 auto;max-width:26rem;padding:15vh 1rem 1rem;font:1rem/1.5 system-ui,sans-serif;\
background:#f6f8fa;color:#1f2328}
h1{font-size:1.5rem;line-height:1.25}
label{display:block;font-weight:600;margin-bottom:.25rem}
input,button{font:inherit;width:100%;padding:.5rem .75rem;border-radius:.375rem}
input{border:1px solid #59636e;background:#fff;color:#1f2328}
button{margin-top:1rem;border:1px solid transparent;background:#1f2328;color:#fff;font-weight:600;cursor:pointer}
:focus-visible{outline:3px solid #0969da;outline-offset:2px}
.wrong{padding:.75rem 1rem;border-left:4px solid #cf222e;background:#fff;color:#1f2328}
@media(prefers-color-scheme:dark){body{background:#0d1117;color:#f0f6fc}\
input,.wrong{background:#161b22;color:#f0f6fc}input{border-color:#9198a1}.wrong{border-color:#ff7b72}button{background:#f0f6fc;color:#0d1117}\
:focus-visible{outline-color:#58a6ff}}"""
_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_DIGEST}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

_WHERE_PAGES_ARE = (
    "The address of a status page ends with <code>/status/</code> and the name of the page. Please check the spelling;"
    " the page may also have been removed."
)


def login_page(slug: str, *, status: int, wrong: str | None = None, headers: dict[str, str] | None = None) -> Response:
    """The form, with what was wrong with the last try."""
    alert = f'<p class="wrong" id="wrong" role="alert">{escape(wrong)}</p>\n' if wrong else ""
    described = ' aria-invalid="true" aria-describedby="wrong"' if wrong else ""
    body = f"""<h1>This status page needs a password</h1>
{alert}<form method="post" action="/api/public/status/{slug}/auth">
<label for="password">Password</label>
<input type="password" id="password" name="password" required autocomplete="current-password" autofocus{described}>
<button type="submit">Show the page</button>
</form>"""
    return _page("Password required" if not wrong else "Wrong password", body, status, headers)


def action_page(title: str, text: str, *, button: str, path: str) -> Response:
    """A button that posts to the page's own path: nothing happens before somebody presses it."""
    body = f"""<h1>{escape(title)}</h1>
<p>{escape(text)}</p>
<form method="post" action="{escape(path)}"><button type="submit">{escape(button)}</button></form>"""
    return _page(escape(title), body, 200, None)


def nothing_here(*, at_host: bool = False) -> Response:
    """The same whatever was asked for. At a custom domain the way on is its page."""
    way_on = '<a href="/">To the status page</a>' if at_host else _WHERE_PAGES_ARE
    body = f"<h1>Not found</h1>\n<p>There is no page at this address.</p>\n<p>{way_on}</p>"
    return _page("Not found", body, 404, None)


def notice_page(title: str, text: str, *, status: int, headers: dict[str, str] | None = None) -> Response:
    return _page(title, f"<h1>{escape(title)}</h1>\n<p>{escape(text)}</p>", status, headers)


def _page(title: str, body: str, status: int, headers: dict[str, str] | None) -> Response:
    # With a referrer policy of none, browsers would send the form with `Origin: null`.
    text = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="referrer" content="same-origin">
<meta name="robots" content="noindex">
<title>{title}</title>
<style>{_STYLE}</style>
</head>
<body>
<main>
{body}
</main>
</body>
</html>
"""
    return Response(
        text, status, {**(headers or {}), "content-security-policy": _POLICY}, media_type="text/html; charset=utf-8"
    )
