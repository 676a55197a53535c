"""How far the clocks of others are believed."""

from datetime import timedelta

CLOCKS_DIFFER_BY = timedelta(minutes=5)
"""A moment that is told may be so much too early or too late; what is further off is no difference of clocks."""
