"""The card of the worked examples, as figures: 100 points, more is better.

:source: domain reference §2.4
"""

from load_tools import load_tool

scorecard = load_tool("ar_scoring", "scorecard")
Band, Criterion, Interval = scorecard.Band, scorecard.Criterion, scorecard.Interval
from_, up_to = scorecard.from_, scorecard.up_to

CLASSES = [
    Interval("A", 80),
    Interval("B", 60),
    Interval("C", 40),
    Interval("D", 20),
    Interval("E", 0),
]
LIMIT_COEFFICIENTS = {"A": 1.2, "B": 1.0, "C": 0.75, "D": 0.4, "E": 0.0}


def _codes(**points: float) -> list:
    return [Band(given, codes=(code,)) for code, given in points.items()]


def _more_than_nothing(*rows: tuple[float, float], some: float) -> list:
    """Return bands of "at least", points for some at all, and none for nothing."""
    bands = from_(*rows, below=some)
    least = bands[-1]
    return [*bands[:-1], least._replace(lower=0), Band(0, None, 0)]


CRITERIA = [
    Criterion("dbt12", up_to((0, 25), (5, 22), (15, 17), (30, 10), (60, 4), above=0)),
    Criterion("dbt_trend", up_to((-3, 5), (3, 4), (10, 2), above=0)),
    Criterion(
        "share_overdue_30", up_to((0, 10), (0.05, 8), (0.15, 5), (0.30, 2), above=0)
    ),
    Criterion("broken_promises", up_to((0, 5), (1, 3), (2, 1), above=0)),
    Criterion("returned", up_to((0, 5), (1, 2), above=0)),
    Criterion("unfounded_dispute_share", up_to((0, 5), (0.25, 3), above=0)),
    Criterion("limit_use", up_to((0.5, 10), (0.8, 8), (1.0, 5), (1.2, 2), above=0)),
    Criterion("years", _more_than_nothing((10, 10), (5, 8), (2, 5), some=2)),
    Criterion("external", _codes(A=15, B=11, C=6, D=2, E=0)),
    Criterion("cover", _more_than_nothing((1.0, 10), (0.5, 6), some=3)),
]
