"""Colours: owners choose them, visitors have to read what is on them."""

import re


def normalized(color: str | None) -> str | None:
    """`#rrggbb` for a hex colour, None for anything else, so that nothing else reaches a style sheet.

    >>> normalized("#4AF")
    '#44aaff'
    """
    if color is None or not re.fullmatch(r"#(?:[0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})", color):
        return None
    digits = color[1:].lower()
    return "#" + (digits if len(digits) == 6 else "".join(digit * 2 for digit in digits))


def contrast(one: str, other: str) -> float:
    """WCAG contrast ratio of two `#rrggbb`, 1 to 21."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def readable_on(background: str) -> str:
    """Black or white, whichever reads better on a `#rrggbb`: 4.58 or more on every colour there is."""
    black, white = "#000000", "#ffffff"
    return black if contrast(black, background) >= contrast(white, background) else white


def _luminance(color: str) -> float:
    channels = (int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
