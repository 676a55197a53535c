"""The style sheet of a page: light, dark and forced colours, and the owner's two."""

from lull.publishing.renderers.colors import normalized, readable_on

# Text on `card` and on `page`, and white on each status colour of a banner, have at least AA contrast.
LIGHT = {
    "page": "#f6f8fa",
    "on-page": "#1f2328",
    "card": "#ffffff",
    "text": "#1f2328",
    "quiet": "#59636e",
    "line": "#d1d9e0",
    "operational": "#1a7f37",
    "degraded": "#8a6100",
    "partial": "#bc4c00",
    "major": "#cf222e",
    "maintenance": "#0969da",
    "unmonitored": "#59636e",
}
DARK = {
    "page": "#0d1117",
    "on-page": "#f0f6fc",
    "card": "#161b22",
    "text": "#f0f6fc",
    "quiet": "#9198a1",
    "line": "#3d444d",
    "operational": "#3fb950",
    "degraded": "#d29922",
    "partial": "#f0883e",
    "major": "#ff7b72",
    "maintenance": "#58a6ff",
    "unmonitored": "#9198a1",
}
STATUS_NAMES = ("operational", "degraded", "partial", "major", "maintenance", "unmonitored")

_RULES = """*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--on-page);\
font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;overflow-wrap:anywhere}
.column{max-width:48rem;margin:0 auto;padding:0 1rem}
header .column{display:flex;flex-wrap:wrap;align-items:center;gap:.5rem 1rem;padding-block:1.5rem}
header .logo{height:2.5rem;max-width:10rem;object-fit:contain}
h1{margin:0;font-size:1.5rem;line-height:1.25}
.banner{display:flex;align-items:center;gap:.75rem;margin:1.5rem 0 2rem;padding:1rem 1.25rem;border-radius:.5rem;\
border:1px solid transparent;color:#fff;font-size:1.25rem;font-weight:600}
.banner small{display:block;color:inherit;font-size:.875rem}
.banner svg{width:1.5rem;height:1.5rem}
svg{flex:none;width:1rem;height:1rem;fill:currentColor}
h2{margin:2rem 0 .5rem;font-size:1rem}
.unseen{position:absolute;width:1px;height:1px;margin:0;overflow:hidden;clip-path:inset(50%)}
ul{margin:0 0 2rem;padding:0;list-style:none;border:1px solid var(--line);border-radius:.5rem;\
background:var(--card);color:var(--text)}
li{display:flex;flex-wrap:wrap;justify-content:space-between;gap:.25rem 1.5rem;padding:.875rem 1.25rem}
li+li{border-top:1px solid var(--line)}
.about{flex:1 1 12rem;min-width:0}
.name{font-weight:600}
.about p{margin:0;color:var(--quiet);font-size:.875rem}
.line{display:flex;flex-wrap:wrap;justify-content:space-between;gap:.25rem 1.5rem}
.status{display:flex;align-items:center;gap:.5rem;font-size:.875rem;font-weight:600;align-self:center}
article{margin:0 0 1rem;padding:.875rem 1.25rem;border:1px solid var(--line);border-radius:.5rem;\
background:var(--card);color:var(--text)}
h3,h4,article p{margin:.25rem 0}
h3{font-size:1.125rem}
h4{margin-top:1rem;font-size:.875rem}
small{color:var(--quiet);font-weight:400}
.text ul,.text ol{margin:.5rem 0;padding-left:1.5rem;border:0;background:none}
.text ul{list-style:disc}
.text li{display:list-item;padding:0;border:0}
.text pre{white-space:pre-wrap}
.owner{max-width:48rem;margin:0 auto;padding:0 1rem 1rem;font-size:.875rem}
.owner ul,.owner small{color:inherit}
.owner img{max-width:100%;height:auto}
.owner h2,.owner p{margin:.5rem 0}
.owner h2{font-size:1.125rem}
.owner h3{font-size:1rem}
.owner th{font-weight:600}
footer .owner{padding-top:1rem}
header h1 a{text-decoration:none}
header h1 a:hover{text-decoration:underline}
#news{padding:.75rem 1.25rem;border:1px solid var(--line);border-radius:.5rem;background:var(--card);color:var(--text)}
.uptime{flex:1 0 100%;min-width:0}
.bars{display:block;width:100%;height:2.125rem}
.span{display:flex;justify-content:space-between;gap:.5rem;margin:.25rem 0 0;color:var(--quiet);font-size:.75rem;\
text-align:center}
.span :nth-child(odd){flex:none}
.note{margin:-1.25rem 0 2rem;font-size:.75rem}
details{margin-top:.25rem;font-size:.875rem}
th,td{padding:.125rem 1rem .125rem 0;text-align:left;font-weight:400;vertical-align:top}
th{white-space:nowrap}
.past p,.past [role]{margin:0;border:0;color:var(--quiet);font-size:.875rem}
.past [role] li{gap:0 1.5rem;padding:.25rem 0;border:0}
.turn{display:flex;justify-content:space-between;margin:1rem 0 2rem}
footer .column{display:flex;flex-wrap:wrap;gap:.5rem 1.5rem;padding-block:1rem 2rem;font-size:.875rem}
footer p{margin:0 auto 0 0}
footer form{flex:0 0 100%;margin-bottom:.5rem;padding-bottom:1rem;border-bottom:1px solid var(--line)}
.links{display:flex;flex-wrap:wrap;gap:.25rem 1rem}
label[for]{display:block;margin-bottom:.25rem;font-size:.875rem;font-weight:600}
.field{display:flex;gap:.5rem;max-width:28rem;margin-bottom:.5rem}
input,button{font:inherit;padding:.375rem .75rem;border:1px solid var(--quiet);border-radius:.375rem}
input{background:var(--card);color:var(--text)}
input[id]{width:100%;max-width:28rem;min-width:0}
button{flex:none;border-color:transparent;background:var(--on-page);color:var(--page);font-weight:600;cursor:pointer}
a{color:inherit}
a:focus-visible,input:focus-visible,button:focus-visible{outline:2px solid;outline-offset:2px}
@media(forced-colors:active){.banner{border-color:CanvasText}.bars path{fill:CanvasText}\
.bars path.unmonitored{fill:GrayText}}"""


def style_sheet(*, primary_color: str | None, background_color: str | None) -> str:
    """The whole sheet. A background of the owner's decides between light and dark, in place of the visitor."""
    background = normalized(background_color)
    sheet = [_palettes() if background is None else _palette_on(background), _RULES, _statuses()]
    brand = normalized(primary_color)
    if brand:
        sheet.append(_brand(brand, background))
    return "\n".join(sheet)


def _brand(color: str, background: str | None) -> str:
    """The owner's colour fills the header of a light page; on a dark one, where it would glare, it is a line above."""
    line = f"header{{border-top:.25rem solid {color}}}"
    slab = f"header{{background:{color};color:{readable_on(color)}}}"
    if background is None:
        return f"{line}\n@media(prefers-color-scheme:light){{{slab}}}"
    return f"{line}{slab}" if _is_light(background) else line


def _is_light(background: str) -> bool:
    return readable_on(background) == "#000000"


def _palettes() -> str:
    return (
        f":root{{color-scheme:light dark;{_variables(LIGHT)}}}\n"
        f"@media(prefers-color-scheme:dark){{:root{{{_variables(DARK)}}}}}"
    )


def _palette_on(background: str) -> str:
    text = readable_on(background)
    scheme, palette = ("light", LIGHT) if _is_light(background) else ("dark", DARK)
    return f":root{{color-scheme:{scheme};{_variables({**palette, 'page': background, 'on-page': text})}}}"


def _variables(palette: dict[str, str]) -> str:
    return ";".join(f"--{name}:{color}" for name, color in palette.items())


def _statuses() -> str:
    words = (f".status.{name}{{color:var(--{name})}}" for name in STATUS_NAMES)
    banners = (f".banner.{name}{{background:{LIGHT[name]}}}" for name in STATUS_NAMES)
    # A day without data is no news: it must not weigh more than those with some.
    fills = (f".bars .{name}{{fill:var(--{'line' if name == 'unmonitored' else name})}}" for name in STATUS_NAMES)
    return "\n".join((*words, *banners, *fills))
