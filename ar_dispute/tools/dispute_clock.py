"""How long a dispute takes: business days, without those spent waiting.

The day on which something begins never counts, the day on which it ends does. A pause
is the day on which we began to wait for the customer and the day on which the answer
came, ``None`` while we wait: its days are those after the first, up to and with the
second.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

Pause = tuple[date, date | None]
IsWorked = Callable[[date], bool]
"""Whether somebody works on a day: weekends and holidays are the caller's."""

_HORIZON_DAYS = 3660


class CycleTime(NamedTuple):
    """Days from the opening to the closing, with and without those of waiting."""

    gross: int
    net: int


def every_day(_day: date) -> bool:
    """Count calendar days.

    >>> every_day(date(2026, 11, 22))
    True
    """
    return True


def _is_paused(day: date, pauses: Sequence[Pause]) -> bool:
    return any(begin < day and (end is None or day <= end) for begin, end in pauses)


def _days_after(start: date, number: int) -> Iterator[date]:
    return (start + timedelta(days=days) for days in range(1, number + 1))


def days_between(
    start: date,
    end: date,
    is_worked: IsWorked = every_day,
    pauses: Iterable[Pause] = (),
) -> int:
    """Return the worked days after a day, up to and with another, outside of pauses.

    :param pauses: in any order; they may overlap
    :raise ValueError: the end is before the start

    Friday to Wednesday, with and without waiting since Monday:

    >>> friday, wednesday = date(2026, 11, 20), date(2026, 11, 25)
    >>> weekday = lambda day: day.weekday() < 5
    >>> days_between(friday, wednesday), days_between(friday, wednesday, weekday)
    (5, 3)
    >>> days_between(friday, wednesday, weekday, [(date(2026, 11, 23), None)])
    1
    """
    if end < start:
        raise ValueError(f"{end} is before {start}")
    waits = list(pauses)
    days = _days_after(start, (end - start).days)
    return sum(is_worked(day) and not _is_paused(day, waits) for day in days)


def deadline(
    start: date, days: int, is_worked: IsWorked, pauses: Iterable[Pause] = ()
) -> date | None:
    """Return the day on which a number of worked days outside of pauses is over.

    :return: ``None`` while we wait: the deadline moves with each day of waiting
    :raise ValueError: no days, or hardly a day is worked

    >>> weekday = lambda day: day.weekday() < 5
    >>> monday, tuesday = date(2026, 11, 16), date(2026, 11, 17)
    >>> deadline(monday, 5, weekday)
    datetime.date(2026, 11, 23)
    >>> deadline(monday, 5, weekday, [(tuesday, date(2026, 11, 19))])
    datetime.date(2026, 11, 25)
    >>> deadline(monday, 5, weekday, [(tuesday, None)]) is None
    True
    """
    _check_days(days)
    waits = list(pauses)
    open_since = min((begin for begin, end in waits if end is None), default=date.max)
    for day in _days_after(start, _HORIZON_DAYS):
        if day > open_since:
            return None
        days -= is_worked(day) and not _is_paused(day, waits)
        if not days:
            return day
    raise ValueError(f"too few days are worked in the {_HORIZON_DAYS} after {start}")


def share_used(
    start: date,
    end: date,
    days: int,
    is_worked: IsWorked,
    pauses: Iterable[Pause] = (),
) -> float:
    """Return the part of the allowed days that is used: 1 on the last one, then more.

    Escalation asks for 0.5, 1 and 1.5.

    :param days: worked days allowed
    :raise ValueError: no days are allowed, or the end is before the start
    :source: domain reference §4.1

    >>> weekday = lambda day: day.weekday() < 5
    >>> share_used(date(2026, 11, 16), date(2026, 11, 18), 4, weekday)
    0.5
    >>> share_used(date(2026, 11, 16), date(2026, 11, 24), 4, weekday)
    1.5
    """
    _check_days(days)
    return days_between(start, end, is_worked, pauses) / days


def _check_days(days: int) -> None:
    if days <= 0:
        raise ValueError("a deadline needs at least one day")


def cycle_time(
    opened: date,
    closed: date,
    pauses: Iterable[Pause] = (),
    is_worked: IsWorked = every_day,
) -> CycleTime:
    """Return the days a dispute took, gross, and net of those of waiting.

    :param is_worked: calendar days by default
    :raise ValueError: closed before it was opened
    :source: domain reference §1.6

    >>> waited = (date(2026, 11, 5), date(2026, 11, 9))
    >>> cycle_time(date(2026, 11, 2), date(2026, 11, 12), [waited])
    CycleTime(gross=10, net=6)
    """
    gross = days_between(opened, closed, is_worked)
    return CycleTime(gross, days_between(opened, closed, is_worked, pauses))
