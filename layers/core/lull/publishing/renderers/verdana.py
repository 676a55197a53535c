"""How wide texts are in Verdana 11, the type of badges."""

import unicodedata

# In hundredths of a pixel, from the space to the tilde.
_WIDTHS = dict(
    zip(
        map(chr, range(0x20, 0x7F)),
        [
            *(387, 433, 505, 900, 699, 1184, 799, 295, 500, 500, 699, 900, 400, 500, 400, 500),
            *(699, 699, 699, 699, 699, 699, 699, 699, 699, 699, 500, 500, 900, 900, 900, 600),
            *(1100, 752, 754, 768, 848, 696, 632, 853, 827, 463, 500, 762, 612, 927, 823, 866),
            *(663, 866, 765, 752, 678, 805, 752, 1088, 754, 677, 754, 500, 500, 500, 900, 699),
            *(699, 661, 685, 573, 685, 655, 387, 685, 696, 302, 379, 651, 302, 1070, 696, 668),
            *(685, 685, 469, 573, 433, 696, 651, 900, 651, 651, 578, 698, 500, 698, 900),
        ],
        strict=True,
    )
)


def tenths(text: str) -> int:
    """Tenths of a pixel, rounded to an odd pixel as shields.io does: between two, things would be blurred.

    Accents take no room; what is not in the table is taken to be as wide as an m.

    >>> tenths("status"), tenths("operational")
    (330, 630)
    """
    letters = (each for each in unicodedata.normalize("NFD", text) if not unicodedata.combining(each))
    pixels = sum(_WIDTHS.get(each, _WIDTHS["m"]) for each in letters) // 100
    return 10 * (pixels | 1)
