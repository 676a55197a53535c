"""Cron expressions: five fields, and nothing that is read differently elsewhere without notice.

    expression  minute SP hour SP day-of-month SP month SP day-of-week      SP is exactly one space
    field       item {"," item}
    item        "*" ["/" step]  |  value  |  value "-" value ["/" step]
    value       one or two digits; also jan…dec and sun…sat, in any case
    step        from 1 to the number of values the field has

minute 0–59, hour 0–23, day-of-month 1–31, month 1–12, day-of-week 0–7 (0 and 7 are Sunday). No range runs backwards.
`L`, `W`, `#`, `?`, `@daily`, seconds, years and `5/15` are refused.

A field that allows all its values restricts nothing, however it is written. If day-of-month and day-of-week are both
restricted, a day matches if either of them does.
"""

import re
from dataclasses import dataclass

from lull.domain.errors import Invalid, invalid

MAX_LENGTH = 256
"""Characters; a list of all minutes takes 169."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Field:
    name: str
    values: range
    names: tuple[str, ...] = ()
    highest: int
    """May be written; Sunday is also 7."""


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_MINUTE = _Field(name="minute", values=range(60), highest=59)
_HOUR = _Field(name="hour", values=range(24), highest=23)
_DAY = _Field(name="day-of-month", values=range(1, 32), highest=31)
_MONTH = _Field(name="month", values=range(1, 13), highest=12, names=_MONTHS)
_WEEKDAY = _Field(name="day-of-week", values=range(7), highest=7, names=_WEEKDAYS)
_FIELDS = (_MINUTE, _HOUR, _DAY, _MONTH, _WEEKDAY)

_LONGEST_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_VALUE = r"[0-9]{1,2}|[A-Za-z]{3}"
_ITEM = re.compile(rf"(?:(\*)|({_VALUE})(?:-({_VALUE}))?)(?:/([0-9]{{1,2}}))?")
_SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Cron:
    """The values each field allows, ascending; Sunday is 0."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    weekdays: tuple[int, ...]

    @property
    def is_interval(self) -> bool:
        """Whether it runs in every hour of its days: then it follows the hours that pass, not the clock on the wall."""
        return self.hours == tuple(_HOUR.values)

    @property
    def canonical(self) -> str:
        """The shortest text in which every program reads the same: `*` or a list of numbers."""
        fields = (self.minutes, self.hours, self.days, self.months, self.weekdays)
        return " ".join(
            "*" if values == tuple(field.values) else ",".join(map(str, values))
            for field, values in zip(_FIELDS, fields, strict=True)
        )


def parsed_cron(text: str) -> Cron:
    """Raises Invalid naming `recurringCron`, and the field of the expression, if it is none or never runs."""
    if len(text) > MAX_LENGTH:
        raise _refused(f"is longer than {MAX_LENGTH} characters")
    parts = text.split(" ")
    if len(parts) != len(_FIELDS) or not all(parts):
        expected = " ".join(field.name for field in _FIELDS)
        raise _refused(f"must be five fields with exactly one space between them: {expected}")
    minutes, hours, days, months, weekdays = map(_values, _FIELDS, parts)
    cron = Cron(minutes=minutes, hours=hours, days=days, months=months, weekdays=weekdays)
    if len(weekdays) == len(_WEEKDAY.values) and days[0] > max(_LONGEST_MONTH[month - 1] for month in months):
        raise _refused(f"day-of-month: never runs, none of its months has a day {days[0]}")
    return cron


def _values(field: _Field, text: str) -> tuple[int, ...]:
    allowed = {value for item in text.split(",") for value in _item(field, item)}
    return tuple(sorted(allowed))


def _item(field: _Field, text: str) -> set[int]:
    parts = _ITEM.fullmatch(text)
    if not parts:
        raise _refused(f"{field.name}: {_quoted(text)} is not *, a value, a range or a step")
    star, first, last, step = parts.groups()
    if star:
        values = field.values
    else:
        low = _value(field, first)
        high = _value(field, last) if last else low
        if high < low:
            raise _refused(f"{field.name}: {_quoted(text)} runs backwards")
        values = range(low, high + 1)
    if step:
        if not (star or last):
            raise _refused(f"{field.name}: {_quoted(text)} has a step, which needs * or a range before it")
        if not 1 <= int(step) <= len(field.values):
            raise _refused(f"{field.name}: the step of {_quoted(text)} is not from 1 to {len(field.values)}")
        values = values[:: int(step)]
    return {0 if field is _WEEKDAY and value == _WEEKDAY.highest else value for value in values}


def _value(field: _Field, text: str) -> int:
    if text.lower() in field.names:
        return field.values[field.names.index(text.lower())]
    if not text.isdigit() or not field.values[0] <= int(text) <= field.highest:
        or_name = f", nor one of {field.names[0]}…{field.names[-1]}" if field.names else ""
        raise _refused(f"{field.name}: {_quoted(text)} is not from {field.values[0]} to {field.highest}{or_name}")
    return int(text)


def _quoted(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")


def _refused(message: str) -> Invalid:
    return invalid("recurringCron", message)
