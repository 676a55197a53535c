"""The uptime of a component as a strip of bars, one for each day, and as words and a table for those who do not see it.

The height of a bar says what its colour says: trouble stands out above the days without any.
"""

from datetime import date
from decimal import Decimal
from html import escape
from itertools import pairwise

from lull.domain.uptime import Bucket, DayUptime
from lull.publishing.renderers.times import day_text
from lull.publishing.snapshot import UptimeSnapshot

# Worst first: a day is shown as the worst of what it saw, however short.
_WORST_FIRST = (Bucket.MAJOR, Bucket.PARTIAL, Bucket.DEGRADED, Bucket.MAINTENANCE, Bucket.OPERATIONAL)
_NAMES = {
    Bucket.MAJOR: "major",
    Bucket.PARTIAL: "partial",
    Bucket.DEGRADED: "degraded",
    Bucket.MAINTENANCE: "maintenance",
    Bucket.OPERATIONAL: "operational",
    Bucket.NOT_MONITORED: "unmonitored",
}
_HEIGHTS = {
    Bucket.MAJOR: 34,
    Bucket.PARTIAL: 29,
    Bucket.DEGRADED: 24,
    Bucket.MAINTENANCE: 19,
    Bucket.OPERATIONAL: 14,
    Bucket.NOT_MONITORED: 5,
}
_WORDS = {
    Bucket.MAJOR: "major outage",
    Bucket.PARTIAL: "partial outage",
    Bucket.DEGRADED: "degraded performance",
    Bucket.MAINTENANCE: "maintenance",
}
_STEP, _WIDTH, _HEIGHT = 5, 4, 34


def worst(day: DayUptime) -> Bucket:
    """What a day is shown as: not monitored if there is nothing to say."""
    return next((bucket for bucket in _WORST_FIRST if day.seconds[bucket]), Bucket.NOT_MONITORED)


def percent(value: Decimal | None) -> str:
    """As short as it can be, and in one piece: 99.9 %."""
    if value is None:
        return "no data"
    text = f"{value:f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text}\N{NO-BREAK SPACE}%"


def measured_since(uptime: UptimeSnapshot) -> date | None:
    """The first day of which anything was measured, where that is not the first that is shown; None where it is."""
    first = next((each.day for each in uptime.days if any(each.seconds[bucket] for bucket in _WORST_FIRST)), None)
    return None if first == uptime.days[0].day else first


def strip(uptime: UptimeSnapshot) -> str:
    shown = _shown(uptime)
    paths = "".join(
        f'<path class="{_NAMES[bucket]}" d="{_path([at for at, each in enumerate(shown) if each is bucket], bucket)}"/>'
        for bucket in _NAMES
        if bucket in shown
    )
    width = _STEP * len(shown) - (_STEP - _WIDTH)
    return (
        f'<svg class="bars" viewBox="0 0 {width} {_HEIGHT}" preserveAspectRatio="none" role="img" '
        f'aria-label="{escape(_summary(uptime, shown))}">{paths}</svg>'
    )


def _shown(uptime: UptimeSnapshot) -> list[Bucket]:
    """Today is at least as bad as now: a page is written when an outage begins, and not again while it goes on."""
    *before, today = map(worst, uptime.days)
    return [*before, next((each for each in _WORST_FIRST if each in (today, uptime.now)), today)]


def _path(places: list[int], bucket: Bucket) -> str:
    """Each bar from where the one before it began: equal steps are equal text, which compresses to nearly nothing."""
    height = _HEIGHTS[bucket]
    bar = f"v-{height}h{_WIDTH}v{height}z"
    moves = [f"M{_STEP * places[0]} {_HEIGHT}"]
    moves += [f"m{_STEP * (place - before)} 0" for before, place in pairwise(places)]
    return "".join(move + bar for move in moves)


def _summary(uptime: UptimeSnapshot, shown: list[Bucket]) -> str:
    days = f"{len(shown)} days" if len(shown) > 1 else "day"
    if uptime.percentage is None:
        return f"Uptime measured by checks over the last {days}: no data."
    since = measured_since(uptime)
    span = f"since {day_text(since)}" if since else f"over the last {days}"
    counts = [(shown.count(bucket), word) for bucket, word in _WORDS.items() if bucket in shown]
    told = ", ".join(f"{word} on {count} {'day' if count == 1 else 'days'}" for count, word in counts)
    measured = percent(uptime.percentage)
    return f"Uptime measured by checks {span}: {measured}. {told.capitalize() or 'No outage'}."


def table(uptime: UptimeSnapshot) -> str:
    """The days on which something was the matter, newest first; nothing if there is none."""
    eventful = [day for day in reversed(uptime.days) if worst(day) in _WORDS]
    if not eventful:
        return ""
    rows = "".join(f'<tr><th scope="row">{day_text(day.day)}</th><td>{_told(day)}</td></tr>' for day in eventful)
    label = "1 day" if len(eventful) == 1 else f"{len(eventful)} days"
    return f"<details><summary>{label} with events</summary><table>{rows}</table></details>"


def _told(day: DayUptime) -> str:
    parts = [f"{word} for {duration(day.seconds[bucket])}" for bucket, word in _WORDS.items() if day.seconds[bucket]]
    return ", ".join(parts).capitalize()


def duration(seconds: int) -> str:
    """In days, hours and minutes, each in one piece: 1 h 30 min."""
    if seconds < 60:
        return f"{seconds}\N{NO-BREAK SPACE}s"
    minutes = seconds // 60
    days, hours, minutes = minutes // 1440, minutes % 1440 // 60, minutes % 60
    parts = [(days, "d"), (hours, "h"), (minutes, "min")]
    return " ".join(f"{count}\N{NO-BREAK SPACE}{unit}" for count, unit in parts if count)
