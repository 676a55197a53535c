"""Which language a text says that it is in, as far as readers aloud know it."""

import re

# ISO 639-1. A name of three letters is as good by RFC 5646, and there are eight thousand of them.
_CODES = """
aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee
el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io
is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn
mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se
sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo
wa wo xh yi yo za zh zu
"""
_LANGUAGES = frozenset(_CODES.split())
_TAG = re.compile("([A-Za-z]{2})(-[A-Za-z0-9]{1,8}){0,4}", re.ASCII)


def is_language(tag: str) -> bool:
    """Whether it begins with a language of two letters, and goes on like a tag of RFC 5646.

    >>> [is_language(each) for each in ("de", "pt-BR", "zh-Hant-TW", "xx", "English", "")]
    [True, True, True, False, False, False]
    """
    found = _TAG.fullmatch(tag)
    return found is not None and found[1].lower() in _LANGUAGES
