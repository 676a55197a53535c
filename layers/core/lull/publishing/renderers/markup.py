"""Text of owners in XML, whatever is in it."""

import re
from html import escape

# All that the production `Char` of XML 1.0 leaves out.
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def text(value: str) -> str:
    """For elements and attributes: escaped, without the characters that XML 1.0 has no way to write.

    >>> text("a < b\\x00 ]]>")
    'a &lt; b ]]&gt;'
    """
    return escape(_ILLEGAL.sub("", value))


def one_line(value: str) -> str:
    """What there is to read, with single spaces for whatever is between; not escaped."""
    return " ".join(_ILLEGAL.sub("", value).split())
