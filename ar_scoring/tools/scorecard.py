"""A score in points: bands, missing data, classes, and the reasons in it.

Pure functions: a card is a list of criteria, a customer a value for each. Money, shares
and days are plain numbers; a share is 0.12 for 12 %.
"""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

Missing = Literal["zero", "neutral", "renormalise"]
Value = float | str | bool | None
MINIMUM_COVERAGE = 0.60
"""Share of the card's points below which no class is given."""
STRONGEST = 3


class Band(NamedTuple):
    """Numbers from ``lower`` to ``upper``, each included or not, and their points.

    ``None`` is no limit. A band of codes has ``codes`` and no limits.
    """

    points: float
    lower: float | None = None
    upper: float | None = None
    has_lower: bool = False
    has_upper: bool = True
    codes: tuple[str, ...] = ()

    def holds(self, value: Value) -> bool:
        """Say whether a value lies in this band.

        >>> Band(22, 0, 5).holds(5), Band(22, 0, 5).holds(0)
        (True, False)
        >>> Band(15, codes=("A",)).holds("A")
        True
        """
        if self.codes or isinstance(value, str):
            return str(value) in self.codes
        above = self.lower is None or (
            value >= self.lower if self.has_lower else value > self.lower
        )
        below = self.upper is None or (
            value <= self.upper if self.has_upper else value < self.upper
        )
        return above and below


class Fault(NamedTuple):
    """What is wrong between two bands: ``gap``, ``overlap`` or ``empty``, and where."""

    kind: str
    lower: float | None
    upper: float | None


def up_to(*rows: tuple[float, float], above: float) -> list[Band]:
    """Return bands of "at most": pairs (upper limit, points), and the points above all.

    >>> [band.points for band in up_to((0, 25), (5, 22), above=0)]
    [25, 22, 0]
    """
    bands, lower = [], None
    for upper, points in rows:
        bands.append(Band(points, lower, upper))
        lower = upper
    return [*bands, Band(above, lower, None)]


def from_(*rows: tuple[float, float], below: float) -> list[Band]:
    """Return bands of "at least": pairs (lower limit, points) from the highest down,
    and the points below all.

    >>> [band.points for band in from_((10, 10), (5, 8), below=2)]
    [10, 8, 2]
    """
    bands, upper = [], None
    for lower, points in rows:
        bands.append(Band(points, lower, upper, has_lower=True, has_upper=False))
        upper = lower
    return [*bands, Band(below, None, upper, has_upper=False)]


# ----------------------------------------------------------------------------------
# Bands that make sense
# ----------------------------------------------------------------------------------


def find_faults(bands: Sequence[Band], whole: bool = False) -> list[Fault]:
    """Return the gaps and overlaps of bands of numbers, in order.

    :param whole: values are whole numbers: 0-3 and 4-7 then have no gap
    :source: a published table gives points under 2 and from 4 on: 2 and 3 are nowhere

    >>> table = [Band(0, None, 2, has_upper=False), Band(1, 4, 7, has_lower=True)]
    >>> find_faults(table, whole=True)
    [Fault(kind='gap', lower=2, upper=4), Fault(kind='gap', lower=7, upper=None)]
    """
    numbers = sorted((band for band in bands if not band.codes), key=_get_start)
    faults = [
        Fault("empty", band.lower, band.upper) for band in numbers if _is_empty(band)
    ]
    if numbers and numbers[0].lower is not None:
        faults.append(Fault("gap", None, numbers[0].lower))
    for before, after in zip(numbers, numbers[1:], strict=False):
        faults += _compare(before, after, whole)
    if numbers and numbers[-1].upper is not None:
        faults.append(Fault("gap", numbers[-1].upper, None))
    return faults


def find_repeated_codes(bands: Sequence[Band]) -> list[str]:
    """Return the codes that stand in more than one band.

    >>> find_repeated_codes([Band(15, codes=("A", "B")), Band(5, codes=("B",))])
    ['B']
    """
    codes = [code for band in bands for code in band.codes]
    return sorted({code for code in codes if codes.count(code) > 1})


def _get_start(band: Band) -> tuple:
    if band.lower is None:
        return (0, 0, 0)
    return (1, band.lower, not band.has_lower)


def _is_empty(band: Band) -> bool:
    if band.lower is None or band.upper is None or band.lower < band.upper:
        return False
    return not (band.lower == band.upper and band.has_lower and band.has_upper)


def _compare(before: Band, after: Band, whole: bool) -> list[Fault]:
    if before.upper is None or after.lower is None:
        return [Fault("overlap", after.lower, before.upper)]
    last = before.upper if before.has_upper or not whole else before.upper - 1
    first = after.lower if after.has_lower or not whole else after.lower + 1
    if whole:
        if first == last + 1:
            return []
        kind = "gap" if first > last + 1 else "overlap"
        return [Fault(kind, before.upper, after.lower)]
    if before.upper == after.lower:
        sides = before.has_upper + after.has_lower
        kinds = {0: ["gap"], 1: [], 2: ["overlap"]}[sides]
        return [Fault(kind, before.upper, after.lower) for kind in kinds]
    kind = "gap" if before.upper < after.lower else "overlap"
    return [Fault(kind, before.upper, after.lower)]


# ----------------------------------------------------------------------------------
# The score
# ----------------------------------------------------------------------------------


class Criterion(NamedTuple):
    """A question of the card: its bands, and what it weighs."""

    code: str
    bands: Sequence[Band]
    weight: float = 1.0
    neutral: float | None = None
    """Points when nothing is known and the card says so; else half of the most."""

    @property
    def most(self) -> float:
        """The points that a customer can have here, weight included."""
        return max((band.points for band in self.bands), default=0) * self.weight


class Line(NamedTuple):
    """What one criterion gave; without band and points when nothing is known."""

    code: str
    value: Value
    band: int | None
    points: float | None
    most: float


class Score(NamedTuple):
    """Points out of ``most``, the share of the card that is known, and the lines."""

    points: float | None
    most: float
    coverage: float
    lines: tuple[Line, ...]


def score_card(
    criteria: Sequence[Criterion],
    values: Mapping[str, Value],
    missing: Missing = "renormalise",
) -> Score:
    """Return the score of a customer.

    :param values: by code; absent or None is unknown, and so is what no band holds
    :param missing: ``zero``: unknown gives nothing; ``neutral``: its neutral points;
        ``renormalise``: the points of what is known, as if it were the whole card
    :return: points None when nothing at all is known and the card renormalises
    :source: domain reference §2.1, §2.4

    >>> card = [Criterion("dbt", up_to((0, 25), (5, 22), above=0)),
    ...         Criterion("rating", [Band(15, codes=("A",)), Band(11, codes=("B",))])]
    >>> score_card(card, {"dbt": 3, "rating": "B"}).points
    33.0
    >>> score = score_card(card, {"dbt": 3})
    >>> round(score.points, 2), round(score.coverage, 3)
    (35.2, 0.625)
    """
    lines = tuple(_hit(criterion, values.get(criterion.code)) for criterion in criteria)
    neutral = {criterion.code: _get_neutral(criterion) for criterion in criteria}
    return summarise(lines, missing, neutral)


def summarise(
    lines: Sequence[Line],
    missing: Missing = "renormalise",
    neutral: Mapping[str, float] | None = None,
) -> Score:
    """Return the score of lines that are known already.

    :param neutral: points of unknown lines by code, when the card counts them so

    >>> lines = [Line("dbt", 3, 1, 22, 25), Line("rating", None, None, None, 15)]
    >>> summarise(lines, "zero").points, summarise(lines).coverage
    (22.0, 0.625)
    """
    most = float(sum(line.most for line in lines))
    known = [line for line in lines if line.points is not None]
    reached = float(sum(line.points for line in known))
    covered = float(sum(line.most for line in known))
    if missing == "neutral":
        unknown = [line.code for line in lines if line.points is None]
        reached += sum((neutral or {}).get(code, 0) for code in unknown)
    elif missing == "renormalise":
        reached = reached / covered * most if covered else None
    return Score(reached, most, covered / most if most else 0.0, tuple(lines))


def _hit(criterion: Criterion, value: Value) -> Line:
    unknown = Line(criterion.code, value, None, None, criterion.most)
    if value is None:
        return unknown
    for number, band in enumerate(criterion.bands):
        if band.holds(value):
            return unknown._replace(band=number, points=band.points * criterion.weight)
    return unknown


def _get_neutral(criterion: Criterion) -> float:
    if criterion.neutral is not None:
        return criterion.neutral * criterion.weight
    return criterion.most / 2


# ----------------------------------------------------------------------------------
# Class and reasons
# ----------------------------------------------------------------------------------


class Interval(NamedTuple):
    """The class of scores from ``lower`` on, up to where the next one begins."""

    code: str
    lower: float


def find_class(
    score: Score,
    intervals: Sequence[Interval],
    override: str | None = None,
    minimum: float = MINIMUM_COVERAGE,
) -> str | None:
    """Return the class of a score; an override (insolvency, fraud) beats it.

    :return: None when too little is known

    >>> classes = [Interval("A", 80), Interval("B", 60), Interval("E", 0)]
    >>> find_class(Score(79.9, 100, 1.0, ()), classes)
    'B'
    >>> find_class(Score(95, 100, 0.5, ()), classes) is None
    True
    >>> find_class(Score(95, 100, 1.0, ()), classes, override="E")
    'E'
    """
    if override:
        return override
    if score.points is None or score.coverage < minimum:
        return None
    reached = [row for row in intervals if score.points >= row.lower]
    return max(reached, key=lambda row: row.lower).code if reached else None


def find_reasons(
    score: Score, count: int = STRONGEST
) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """Return the lines that speak most for a customer, and those most against it.

    A line speaks for it by the points above the half of what it can give, against it
    by the points below; the strongest first, and those of one strength as in the card.

    >>> lines = (Line("dbt", 3, 1, 22, 25), Line("use", 1.3, 4, 0, 10))
    >>> good, bad = find_reasons(Score(22, 35, 1.0, lines))
    >>> [line.code for line in good], [line.code for line in bad]
    (['dbt'], ['use'])
    """
    gains = [
        (line.points - line.most / 2, line)
        for line in score.lines
        if line.points is not None
    ]
    good = sorted((row for row in gains if row[0] > 0), key=lambda row: -row[0])
    bad = sorted((row for row in gains if row[0] < 0), key=lambda row: row[0])
    return (
        tuple(line for _gain, line in good[:count]),
        tuple(line for _gain, line in bad[:count]),
    )


def answer_points(weight: float, answer: int, answers: int, total: float) -> float:
    """Return the points of an answer to a question of a weighted questionnaire.

    Answers go from 1, worth nothing, to the number of answers, worth all.

    :param weight: share of the whole, the weights adding up to 1
    :source: domain reference §2.2 (weights of 100 %, answers 1 to 7, total 600)

    >>> answer_points(0.2, 7, 7, 600), answer_points(0.2, 1, 7, 600)
    (120.0, 0.0)
    """
    if not 1 <= answer <= answers:
        message = f"an answer lies between 1 and {answers}"
        raise ValueError(message)
    return total * weight * (answer - 1) / (answers - 1)
