"""Which customer to work on first, and why.

Three definitions, all explainable:

* :func:`priority`, the default formula (domain reference §5.1);
* :func:`weighted_priority`, its general shape: terms whose weights and caps are data;
* :func:`relative_score` with :func:`sub_score` and :func:`raw_score`: each customer
  compared with the highest of the portfolio (Kuhlekt's "suggested score").
"""

from collections.abc import Collection, Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from .kpi import DEFAULT_BOUNDS, Amount, Days, bucket_labels, bucket_of

AMOUNT_WEIGHT, RISK_WEIGHT, AGE_WEIGHT = 0.40, 0.30, 0.30
RISK_BY_CLASS = {"A": 0.10, "B": 0.30, "C": 0.60, "D": 0.85, "E": 1.0}
GRAVITY_BY_BUCKET = {
    "not_due": 0.0,
    "1-7": 0.2,
    "8-30": 0.5,
    "31-60": 0.8,
    "61-90": 1.0,
    "90+": 0.9,
}
_GRAVITY_BOUNDS = (7, 30, 60, 90)
EVENTS = {
    "broken_promise": 0.15,
    "limit_exceeded": 0.10,
    "no_contact_21d": 0.10,
    "limitation_under_90d": 0.20,
    "order_on_hold": 0.10,
    "open_promise_not_yet_due": -0.30,
}
EXCLUSIONS = frozenset(
    {"insolvency", "fully_disputed", "plan_respected", "below_small_balance"}
)
DEFAULT_PROBABILITY = {"A": 0.005, "B": 0.015, "C": 0.04, "D": 0.10, "E": 0.30}
AGE_FACTORS = (1.0, 1.3, 1.7, 2.5, 4.0)
"""One for each bucket: not due, 1-30, 31-60, 61-90, over 90 days."""
SUB_SCORE_MAX = 9
RELATIVE_MAX = 99


class Term(NamedTuple):
    """One weighted reason: its share is ``value / cap`` held between 0 and 1.

    ``value`` is ``None`` when there is no data.
    """

    code: str
    weight: float
    value: Amount | None
    cap: Amount = 1


class Contribution(NamedTuple):
    """What one reason gave: its share (0 to 1) and its points (of 100)."""

    code: str
    share: float
    points: float


class Priority(NamedTuple):
    """A priority from 0 to 100, or ``None`` (excluded, or no data), and its reasons."""

    value: float | None
    terms: tuple[Contribution, ...] = ()


def _clamp(number: float) -> float:
    return max(0.0, min(1.0, number))


def _share(term: Term) -> float:
    """Return ``value / cap`` between 0 and 1; with no cap, any value fills the term."""
    if term.cap < 0:
        raise ValueError(f"the cap of {term.code} must not be negative")
    if not term.cap:
        return float(term.value > 0)
    return _clamp(float(term.value) / float(term.cap))


def _contributions(terms: Iterable[Term]) -> list[Contribution]:
    """Return the points of each term that has data, the lost weight shared out."""
    rows = list(terms)
    if any(term.weight < 0 for term in rows):
        raise ValueError("the weight of a term must not be negative")
    known = [term for term in rows if term.value is not None]
    known_weight = sum(term.weight for term in known)
    if not known_weight:
        return []
    scale = 100 * sum(term.weight for term in rows) / known_weight
    shares = ((term, _share(term)) for term in known)
    return [
        Contribution(t.code, share, scale * t.weight * share) for t, share in shares
    ]


def weighted_priority(
    terms: Iterable[Term | tuple], adjustments: Iterable[tuple[str, float]] = ()
) -> Priority:
    """Return ``100.clamp(sum of weight.share + sum of adjustments)`` and its reasons.

    A term without data is left out and its weight shared among the others in
    proportion to theirs. Adjustments are never shared out: an event that did not
    happen adds nothing.

    :param terms: (code, weight, value, cap); weights of all terms usually sum to 1
    :param adjustments: pairs (code, part of 1 added or taken away)
    :return: 0 to 100, or ``None`` when no term has data
    :raise ValueError: a weight or a cap is negative

    >>> terms = [("amount", 0.4, 500, 1000), ("risk", 0.3, None), ("age", 0.3, 0.5)]
    >>> result = weighted_priority(terms, [("broken_promise", 0.15)])
    >>> round(result.value, 6)
    65.0
    >>> [term.code for term in result.terms]
    ['amount', 'age', 'broken_promise']
    """
    reasons = _contributions(Term(*term) for term in terms)
    if not reasons:
        return Priority(None)
    reasons += [Contribution(code, 1.0, 100 * part) for code, part in adjustments]
    total = sum(reason.points for reason in reasons)
    return Priority(100 * _clamp(total / 100), tuple(reasons))


def _lookup(table: Mapping[str, float], key: str, what: str) -> float:
    if key not in table:
        raise ValueError(f"unknown {what} {key!r}: use one of {', '.join(table)}")
    return table[key]


def age_gravity(oldest_days: Days) -> float:
    """Return the gravity of the oldest undisputed item, 0 to 1.

    Past 90 days it falls a little: what is left is for the lawyers.

    :param oldest_days: days overdue of the oldest undisputed item

    >>> [age_gravity(days) for days in (0, 1, 8, 31, 61, 91)]
    [0.0, 0.2, 0.5, 0.8, 1.0, 0.9]
    """
    return GRAVITY_BY_BUCKET[bucket_of(oldest_days, _GRAVITY_BOUNDS)]


def priority(
    overdue: Amount | None,
    p90_overdue: Amount | None,
    risk_class: str | None,
    oldest_days: Days | None,
    events: Collection[str] = (),
    exclusions: Collection[str] = (),
) -> Priority:
    """Return the default priority of a customer, in whole points, and its reasons.

    ``100.clamp(0.40 a + 0.30 r + 0.30 g + b, 0, 1)``, half a point counting as one. An
    argument that is ``None`` is a term without data.

    :param overdue: undisputed overdue amount
    :param p90_overdue: 90th percentile of the portfolio's overdue balances
    :param risk_class: ``A`` (good) to ``E``
    :param oldest_days: days overdue of the oldest undisputed item
    :param events: codes of ``EVENTS``; each counts once
    :param exclusions: codes of ``EXCLUSIONS``; any of them means no priority at all
    :return: 0 to 100, ``None`` when excluded or without any data
    :raise ValueError: unknown class, event or exclusion
    :source: domain reference §5.1

    >>> priority(500, 20000, "A", 4, ["open_promise_not_yet_due"]).value
    0
    >>> priority(15000, 20000, "C", 75, ["broken_promise"]).value
    93
    """
    if unknown := set(exclusions) - EXCLUSIONS:
        raise ValueError(f"unknown exclusion: {', '.join(sorted(unknown))}")
    risk = risk_class and _lookup(RISK_BY_CLASS, risk_class, "risk class")
    cap = 0 if p90_overdue is None else p90_overdue
    terms = [
        Term("amount", AMOUNT_WEIGHT, None if p90_overdue is None else overdue, cap),
        Term("risk", RISK_WEIGHT, risk or None),
        Term(
            "age", AGE_WEIGHT, None if oldest_days is None else age_gravity(oldest_days)
        ),
    ]
    happened = dict.fromkeys(events)
    bonus = [(event, _lookup(EVENTS, event, "event")) for event in happened]
    if exclusions:
        return Priority(None, tuple(Contribution(code, 0, 0) for code in exclusions))
    result = weighted_priority(terms, bonus)
    return result._replace(value=None if result.value is None else whole(result.value))


def whole(points: float) -> int:
    """Round to whole points, half a point counting as one.

    >>> whole(62.5), whole(62.4999999999999)
    (63, 63)
    """
    # what binary fractions lose beyond nine decimals is no part of the formula
    exact = Decimal(repr(round(points, 9)))
    return int(exact.to_integral_value(ROUND_HALF_UP))


def value_at_risk(overdue: Amount, risk_class: str, oldest_days: Days) -> float:
    """Return the money a customer puts at risk: the tie-break of two priorities.

    ``overdue x probability of default of the class x factor of the oldest bucket``.

    :param overdue: overdue amount
    :param risk_class: ``A`` to ``E``
    :param oldest_days: days overdue of the oldest item
    :return: amount, in the currency of ``overdue``
    :raise ValueError: unknown class
    :source: domain reference §5.1

    >>> value_at_risk(10000, "C", 45)
    680.0
    """
    probability = _lookup(DEFAULT_PROBABILITY, risk_class, "risk class")
    bucket = bucket_labels().index(bucket_of(oldest_days, DEFAULT_BOUNDS))
    return float(overdue) * probability * AGE_FACTORS[bucket]


# ------------------------------------------------------------------------------------
# Relative to the portfolio
# ------------------------------------------------------------------------------------


def _proportion(value: Amount, highest: Amount) -> float:
    if highest <= 0 or value <= 0:
        return 0.0
    return _clamp(float(value) / float(highest))


def sub_score(value: Amount, highest: Amount) -> float:
    """Return the score of one criterion, 0 to 9, relative to the portfolio's highest.

    :param value: the customer's figure (current balance, overdue, DSO, …)
    :param highest: the same figure of the customer where it is highest
    :return: 0 to 9, not rounded
    :source: kuhlekt.com, "How suggested score works"

    >>> sub_score(80, 90)
    8.0
    """
    return SUB_SCORE_MAX * _proportion(value, highest)


def raw_score(sub_scores: Iterable[float], multipliers: Iterable[float]) -> float:
    """Return the sum of the sub-scores times the multiplier of their criterion.

    :raise ValueError: not one multiplier for each sub-score
    :source: kuhlekt.com, "How suggested score works"

    >>> raw_score([8, 9, 0], [2, 1, 5])
    25
    """
    pairs = zip(sub_scores, multipliers, strict=True)
    return sum(score * multiplier for score, multiplier in pairs)


def relative_score(raw: float, highest_raw: float) -> float:
    """Return the score of a customer, 0 to 99, relative to the portfolio's highest.

    :param raw: the customer's raw score
    :param highest_raw: the highest raw score of the portfolio
    :return: 0 to 99, not rounded
    :source: kuhlekt.com, "How suggested score works"

    >>> relative_score(25, 50)
    49.5
    """
    return RELATIVE_MAX * _proportion(raw, highest_raw)
