"""What the runtime's own pages have around them."""

from html import escape

STYLE = """:root { color-scheme: light dark }
:root { --page: #f6f8fa; --card: #fff; --text: #1f2328; --quiet: #59636e; --line: #d1d9e0 }
@media (prefers-color-scheme: dark) {
  :root { --page: #0d1117; --card: #161b22; --text: #f0f6fc; --quiet: #9198a1; --line: #3d444d }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--page); color: var(--text); font: 1rem/1.5 system-ui, sans-serif }
body { overflow-wrap: anywhere }
nav, main { max-width: 48rem; margin: 0 auto; padding: 1rem }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem }
h1 { margin: .5rem 0; font-size: 1.5rem }
h2 { margin: 2rem 0 .5rem; font-size: 1rem }
a { color: inherit }
small, .quiet { color: var(--quiet); font-size: .875rem }
ul, article { margin: 0 0 1rem; padding: 0; border: 1px solid var(--line); border-radius: .5rem }
ul, article { background: var(--card); list-style: none }
li { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between }
li { gap: 0 1.5rem; padding: .75rem 1.25rem }
li + li { border-top: 1px solid var(--line) }
article { padding: .75rem 1.25rem }
article h2, article p { margin: 0 }
pre { margin: .75rem 0 0; white-space: pre-wrap; font-size: .875rem }"""

BAR = """<nav aria-label="This machine"><a href="/"><b>Lull</b></a>
<a href="/docs">API</a> <a href="/_local/outbox">Outbox</a></nav>"""


def document(title: str, main: str) -> str:
    """A whole page. `title` is text, `main` is HTML."""
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>
<meta name="viewport" content="width=device-width,initial-scale=1">
<style>{STYLE}</style></head>
<body>{BAR}
<main>{main}</main></body></html>
"""
