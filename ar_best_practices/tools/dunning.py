"""Which level one open item is reminded at: the pure twin of the dunning run's SQL."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Level(NamedTuple):
    """A level of a strategy: ``delay`` days after the due date; before it if negative.

    ``rank`` orders the levels; ranks need not follow each other.
    """

    rank: int
    delay: int


def _ordered(levels: Iterable[Level | tuple[int, int]]) -> list[Level]:
    rows = sorted(Level(*level) for level in levels)
    if len({level.rank for level in rows}) < len(rows):
        raise ValueError("two levels of a strategy have the same rank")
    return rows


def level_of_age(
    levels: Iterable[Level | tuple[int, int]], days_late: int
) -> int | None:
    """Return the rank the age of an item asks: the highest whose delay has passed.

    :param levels: (rank, delay) of a strategy
    :param days_late: as-of date minus due date, less the grace days
    :return: a rank, or ``None`` when it is too early for any level
    :raise ValueError: two levels have the same rank

    >>> [level_of_age([(1, 1), (2, 8), (3, 22)], days) for days in (0, 1, 30)]
    [None, 1, 3]
    """
    reached = [level.rank for level in _ordered(levels) if level.delay <= days_late]
    return reached[-1] if reached else None


def increment_level(
    levels: Iterable[Level | tuple[int, int]],
    days_late: int,
    previous: int | None = None,
    firm: int | None = None,
) -> int | None:
    """Return the level of an item in a run that goes on from the last reminder.

    The level after the previous one, never above what the age asks: an item whose age
    asks no more is reminded at the level of its age, and one at the last level stays
    there. An item never reminded starts at the level of its age, at most "firm": a
    formal notice is never the first word.

    :param levels: (rank, delay) of the strategy
    :param days_late: as-of date minus due date, less the grace days
    :param previous: rank of the last reminder sent, ``None`` when never reminded
    :param firm: rank of the "firm" level, the highest for a first reminder; ``None``
        when the strategy has no level above it
    :return: a rank, or ``None`` when nothing is to be sent
    :raise ValueError: two levels have the same rank

    >>> levels = [(1, 1), (2, 8), (3, 22), (4, 30)]
    >>> increment_level(levels, 60, previous=1)
    2
    >>> increment_level(levels, 5, previous=1)
    1
    >>> increment_level(levels, 60, firm=3)
    3
    """
    rows = _ordered(levels)
    asked = level_of_age(rows, days_late)
    if asked is None:
        return None
    ranks = [level.rank for level in rows if level.rank <= asked]
    if previous is None:
        return _last(rank for rank in ranks if firm is None or rank <= firm)
    return next((rank for rank in ranks if rank > previous), asked)


def _last(ranks: Iterable[int]) -> int | None:
    return max(ranks, default=None)


def decide_level(
    levels: Sequence[Level | tuple[int, int]],
    days_late: int,
    previous: int | None = None,
    firm: int | None = None,
    imposed: int | None = None,
) -> int | None:
    """Return the level of one selected item in a run.

    :param imposed: rank of an imposed run, the same for every selected item whatever
        its age; ``None`` for an increment run
    :return: a rank, or ``None`` when nothing is to be sent
    :raise ValueError: two levels have the same rank, or the imposed rank is not one of
        the strategy

    Other parameters as for :func:`increment_level`.

    >>> decide_level([(1, 1), (2, 8), (3, 22)], 60, previous=1)
    2
    >>> decide_level([(1, 1), (2, 8), (3, 22)], 2, previous=1, imposed=3)
    3
    """
    if imposed is None:
        return increment_level(levels, days_late, previous, firm)
    if imposed not in {level.rank for level in _ordered(levels)}:
        raise ValueError(f"the strategy has no level of rank {imposed}")
    return imposed


def rank_after_sending(
    sent: int,
    previous: int | None = None,
    *,
    imposed: bool = False,
    imposed_moves: bool = False,
) -> int | None:
    """Return the item's own counter once its notice is sent.

    An imposed run leaves the counter alone, so that the next increment run goes on from
    it, unless the setting says that it moves it.

    :param sent: rank the item was reminded at
    :param previous: counter before, ``None`` when never reminded
    :param imposed: the run was an imposed one
    :param imposed_moves: the setting

    >>> rank_after_sending(2, 1), rank_after_sending(4, 1, imposed=True)
    (2, 1)
    """
    return previous if imposed and not imposed_moves else sent
