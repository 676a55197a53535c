"""Times as people read them and machines do too. Always UTC: the page is the same for everybody."""

from datetime import UTC, date, datetime

# Not strftime's names, which follow the locale of the process.
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def day_text(day: date) -> str:
    """
    >>> day_text(date(2026, 3, 1))
    '1 March 2026'
    """
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def short_day_text(day: date) -> str:
    """
    >>> short_day_text(date(2026, 9, 1))
    '1 Sep 2026'
    """
    return f"{day.day} {_MONTHS[day.month - 1][:3]} {day.year}"


def month_text(month: str) -> str:
    """
    >>> month_text("2026-03")
    'March 2026'
    """
    year, _, number = month.partition("-")
    return f"{_MONTHS[int(number) - 1]} {year}"


def time_element(at: datetime) -> str:
    utc = at.astimezone(UTC)
    return f'<time datetime="{utc:%Y-%m-%dT%H:%M:%SZ}">{day_text(utc.date())}, {utc:%H:%M} UTC</time>'
