"""When we may contact somebody, business days, and dates written by people."""

import re
import unicodedata
from calendar import monthrange
from collections import Counter
from collections.abc import Collection, Iterable
from contextlib import suppress
from datetime import date, datetime, time, timedelta, timezone
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_Day = TypeVar("_Day", date, datetime)
Window = tuple[int, float, float]
"""(weekday with Monday 0, hour from, hour to), hours as 8.5 for 8:30, 24 for midnight;
the end is not included."""

WEEKEND = frozenset({5, 6})
AMBIGUOUS = "ambiguous"
DATE_ORDERS = ("ymd", "dmy", "mdy")
_HORIZON_DAYS = 14
_DATE = re.compile(
    r"(\d{1,4})([-/. ])(\d{1,2})\2(\d{1,4})(?:[T ]\d{1,2}:.*)?", re.ASCII
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_MONTHS = (
    ("jan",),
    ("feb", "fev"),
    ("mar",),
    ("apr", "avr"),
    ("may", "mai"),
    ("jun", "juin"),
    ("jul", "juil"),
    ("aug", "aou"),
    ("sep",),
    ("oct",),
    ("nov",),
    ("dec",),
)
_YEAR = r"(?P<year>\d{4}|\d{2})\b"
_DAY_MONTH = re.compile(
    rf"\s*(?P<day>\d{{1,2}})(?:er|st|nd|rd|th)?[-/. ]+(?P<month>[a-z]+)[-/. ]+{_YEAR}"
)
_MONTH_DAY = re.compile(rf"\s*(?P<month>[a-z]+)[-/. ]+(?P<day>\d{{1,2}})[-/, ]+{_YEAR}")


# ------------------------------------------------------------------------------------
# Contact hours
# ------------------------------------------------------------------------------------


def month_later(day: _Day) -> _Day:
    """Return the same day of the next month; the last day of a month stays the last.

    >>> month_later(date(2026, 1, 31)), month_later(date(2026, 2, 28))
    (datetime.date(2026, 2, 28), datetime.date(2026, 3, 31))
    >>> month_later(date(2026, 12, 15))
    datetime.date(2027, 1, 15)
    """
    year, month = (day.year, day.month + 1) if day.month < 12 else (day.year + 1, 1)
    last = monthrange(year, month)[1]
    ends = day.day == monthrange(day.year, day.month)[1]
    return day.replace(year=year, month=month, day=last if ends else min(day.day, last))


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"unknown time zone {name!r}") from error


def _check_window(window: Window) -> Window:
    weekday, hour_from, hour_to = window
    if weekday not in range(7) or not 0 <= hour_from < hour_to <= 24:
        raise ValueError(
            f"not a contact window: {window}; expected a weekday from 0 to 6 and "
            "0 <= hour from < hour to <= 24"
        )
    return window


def _to_utc(day: date, hour: float, zone: ZoneInfo) -> datetime:
    """Return the UTC moment of a local wall-clock hour (24 is the next midnight)."""
    wall = datetime.combine(day, time()) + timedelta(minutes=round(hour * 60))
    return wall.replace(tzinfo=zone).astimezone(timezone.utc)


def next_contact(moment: datetime, tz: str, windows: Iterable[Window]) -> datetime:
    """Return the first moment, from the given one on, at which we may contact.

    Hours are those of the contact's clock, so they follow summer time.

    :param moment: a UTC datetime, naive (as Odoo stores it) or aware
    :param tz: the contact's time zone, such as ``Europe/Paris``
    :param windows: allowed hours; none at all means no restriction
    :return: UTC, naive when ``moment`` is
    :raise ValueError: unknown time zone, or a window that is not one

    >>> friday_evening = datetime(2026, 11, 20, 18, 0)
    >>> office = [(day, 9, 17.5) for day in range(5)]
    >>> next_contact(friday_evening, "America/Toronto", office)
    datetime.datetime(2026, 11, 20, 18, 0)
    >>> next_contact(friday_evening, "Europe/Paris", office)
    datetime.datetime(2026, 11, 23, 8, 0)
    """
    zone = _zone(tz)
    allowed = [_check_window(window) for window in windows]
    if not allowed:
        return moment
    start = moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
    found = _first_opening(start.astimezone(timezone.utc), zone, allowed)
    return found if moment.tzinfo else found.replace(tzinfo=None)


def _first_opening(start: datetime, zone: ZoneInfo, windows: list[Window]) -> datetime:
    """Return ``start`` or the next opening; a window lost to summer time is skipped."""
    today = start.astimezone(zone).date()
    openings = []
    for offset in range(_HORIZON_DAYS + 1):
        day = today + timedelta(days=offset)
        for _weekday, hour_from, hour_to in (
            w for w in windows if w[0] == day.weekday()
        ):
            opens, closes = (_to_utc(day, hour, zone) for hour in (hour_from, hour_to))
            if max(opens, start) < closes:
                openings.append(max(opens, start))
    return min(openings)


def may_contact(moment: datetime, tz: str, windows: Iterable[Window]) -> bool:
    """Return whether a moment lies within the contact's hours.

    Parameters and errors as for :func:`next_contact`.

    >>> may_contact(datetime(2026, 11, 20, 7, 59), "Europe/Paris", [(4, 9, 12)])
    False
    """
    return next_contact(moment, tz, windows) == moment


# ------------------------------------------------------------------------------------
# Calendars
# ------------------------------------------------------------------------------------


def add_business_days(
    day: date,
    days: int,
    holidays: Collection[date] = (),
    weekend: Collection[int] = WEEKEND,
) -> date:
    """Return the date a number of business days after a day (before it if negative).

    The day itself never counts; with zero days it is returned as it is.

    :param weekend: weekdays that are not worked, Monday being 0
    :raise ValueError: no weekday is worked

    >>> add_business_days(date(2026, 11, 20), 2)
    datetime.date(2026, 11, 24)
    >>> add_business_days(date(2026, 11, 20), 2, holidays=[date(2026, 11, 23)])
    datetime.date(2026, 11, 25)
    """
    if set(range(7)) <= set(weekend):
        raise ValueError("at least one weekday must be worked")
    step = timedelta(days=1 if days > 0 else -1)
    left = abs(days)
    while left:
        day += step
        left -= day.weekday() not in weekend and day not in holidays
    return day


def months_before(day: date, months: int) -> date:
    """Return the same day some months earlier, or that month's last day if shorter.

    The window "12 months before ``t``" is ``months_before(t, 12) < day <= t``.

    >>> months_before(date(2026, 3, 31), 1)
    datetime.date(2026, 2, 28)
    >>> months_before(date(2026, 3, 31), 12)
    datetime.date(2025, 3, 31)
    """
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    next_year, next_month = divmod(year * 12 + month + 1, 12)
    last = date(next_year, next_month + 1, 1) - timedelta(days=1)
    return date(year, month + 1, min(day.day, last.day))


# ------------------------------------------------------------------------------------
# Dates written by people
# ------------------------------------------------------------------------------------


def _split(text: str, place: str = "") -> tuple[str, str, str]:
    """Return the three numbers of a date as written; ``ValueError`` otherwise."""
    stripped = text.strip()
    if found := _COMPACT.fullmatch(stripped):
        return found.groups()
    found = _DATE.fullmatch(stripped)
    if not found:
        raise ValueError(f"{place}not a date: {text!r}")
    return found[1], found[3], found[4]


def _as_date(parts: tuple[str, str, str], order: str) -> date | None:
    """Return the date the parts make when read in an order, or ``None``."""
    named = dict(zip(order, parts, strict=True))
    if len(named["y"]) not in (2, 4) or max(len(named["m"]), len(named["d"])) > 2:
        return None
    year = int(named["y"])
    if len(named["y"]) == 2:
        year += 2000 if year < 69 else 1900
    try:
        return date(year, int(named["m"]), int(named["d"]))
    except ValueError:
        return None


def _possible_orders(parts: tuple[str, str, str]) -> set[str]:
    """Return the orders in which the parts make a date; a short year comes last."""
    orders = {order for order in DATE_ORDERS if _as_date(parts, order)}
    return orders if len(parts[0]) == 4 else orders - {"ymd"}


def guess_date_order(texts: Iterable[str]) -> str:
    """Return the order of day, month and year in a column of dates.

    One date such as 31/01/2026 decides for the whole column. Blank cells say nothing;
    a time after the date is ignored.

    :return: ``dmy``, ``mdy``, ``ymd`` or ``ambiguous`` (ask a person)
    :raise ValueError: a cell is not a date, or no single order reads the whole column

    >>> guess_date_order(["01/02/2026", "11/25/2026"])
    'mdy'
    >>> guess_date_order(["01/02/2026", "03/04/2026"])
    'ambiguous'
    >>> guess_date_order(["2026-02-01 00:00:00", ""])
    'ymd'
    """
    possible = set(DATE_ORDERS)
    for row, text in enumerate(texts, start=1):
        if not text.strip():
            continue
        possible &= _possible_orders(_split(text, f"row {row}: "))
        if not possible:
            raise ValueError(
                f"row {row}: {text!r} is not a date, or is not written in the order of "
                "those above it"
            )
    return possible.pop() if len(possible) == 1 else AMBIGUOUS


def parse_date(text: str, order: str) -> date:
    """Return the date written in a known order; two-digit years are 1969 to 2068.

    :param order: ``dmy``, ``mdy`` or ``ymd``
    :raise ValueError: unknown order, or not a date in that order

    >>> parse_date("31.01.26", "dmy")
    datetime.date(2026, 1, 31)
    """
    if order not in DATE_ORDERS:
        raise ValueError(f"unknown date order {order!r}: use {', '.join(DATE_ORDERS)}")
    if not (found := _as_date(_split(text), order)):
        raise ValueError(f"not a date written {order}: {text!r}")
    return found


def likely_date_order(texts: Iterable[str]) -> str:
    """Return the order that reads most cells of a column, wrong cells left aside.

    Like :func:`guess_date_order`, for a column whose wrong cells are reported one by
    one: a few of them neither decide nor stop anything.

    :return: ``dmy``, ``mdy``, ``ymd`` or ``ambiguous`` (ask a person; or no date)

    >>> likely_date_order(["31/01/2026", "01/02/2026", "soon", ""])
    'dmy'
    >>> likely_date_order(["01/02/2026", "soon"]), likely_date_order(["soon"])
    ('ambiguous', 'ambiguous')
    """
    votes: Counter[str] = Counter()
    for text, times in Counter(texts).items():
        with suppress(ValueError):
            votes.update(dict.fromkeys(_possible_orders(_split(text)), times))
    best = [order for order in votes if votes[order] == max(votes.values())]
    return best[0] if len(best) == 1 else AMBIGUOUS


def parse_month_name(text: str) -> date | None:
    """Return a date whose month is written in English or French letters.

    :return: ``None`` when the text is not such a date

    >>> parse_month_name("01-OCT-12"), parse_month_name("Oct 1, 2012 00:00")
    (datetime.date(2012, 10, 1), datetime.date(2012, 10, 1))
    >>> parse_month_name("3 févr. 2012"), parse_month_name("3/2/2012")
    (datetime.date(2012, 2, 3), None)
    """
    words = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore")
    found = _DAY_MONTH.match(words.decode()) or _MONTH_DAY.match(words.decode())
    if not found or not (month := _month_number(found["month"])):
        return None
    return _as_date((found["day"], str(month), found["year"]), "dmy")


def _month_number(word: str) -> int | None:
    """Return 1 to 12 for an English or French month, whole or cut short."""
    for number, beginnings in enumerate(_MONTHS, start=1):
        if word.startswith(beginnings):
            return number
    return None
