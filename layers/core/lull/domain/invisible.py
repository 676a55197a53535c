"""Characters that show nothing, or show text as something else."""

import re

INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufeff\uffa0]"
)
"""Controls, bidirectional overrides and the like. U+200C and U+200D are left: scripts and emoji need them."""
