"""Points that a claim may be unfounded, each with its reason.

Points decide nothing: from the threshold on a person verifies fast, asks one closed
question and the evidence. The same points protect the customer: a claim with few of
them gets its credit fast.
"""

from typing import NamedTuple

THRESHOLD = 50
"""Points from which a claim is verified in two days."""
UNFOUNDED_SHARE = 0.30
UNFOUNDED_MINIMUM = 3
"""Closed disputes below which nothing is said of a customer."""


class Facts(NamedTuple):
    """What is known of a claim; ``None`` is unknown and gives no points."""

    after_due: bool | None = None
    """Opened after the due date."""
    after_reminder: bool | None = None
    """Opened within 2 days of a reminder of level 2 or more, or of a call."""
    no_evidence: bool | None = None
    """No evidence 5 days after it was opened."""
    reason_changed: bool | None = None
    often_unfounded: bool | None = None
    """See :func:`is_often_unfounded`."""
    whole_for_a_line: bool | None = None
    """The whole invoice is kept back while the claim concerns a line."""
    after_claim_deadline: bool | None = None
    """Later than the contract allows."""
    evidence: bool | None = None
    """Evidence is attached."""
    before_due: bool | None = None
    """Opened before the due date."""
    others_too: bool | None = None
    """Same reason or product disputed by other customers in 60 days."""


POINTS = Facts(
    after_due=25,
    after_reminder=20,
    no_evidence=15,
    reason_changed=15,
    often_unfounded=15,
    whole_for_a_line=10,
    after_claim_deadline=10,
    evidence=-30,
    before_due=-20,
    others_too=-15,
)._asdict()
"""Points of each fact, by its name, which is also the code of the reason."""


class Score(NamedTuple):
    """Points, never below zero, and the codes of the facts that gave or took some."""

    points: int
    codes: tuple[str, ...]

    @property
    def is_doubtful(self) -> bool:
        """Whether the claim is to be verified fast.

        >>> Score(50, ()).is_doubtful, Score(49, ()).is_doubtful
        (True, False)
        """
        return self.points >= THRESHOLD


def score_claim(facts: Facts) -> Score:
    """Return the points of a claim with the codes of the facts that hold.

    :source: domain reference §4.1

    >>> score_claim(Facts(after_due=True, after_reminder=True, no_evidence=True))
    Score(points=60, codes=('after_due', 'after_reminder', 'no_evidence'))
    >>> score_claim(Facts(before_due=True, evidence=True, reason_changed=True))
    Score(points=0, codes=('reason_changed', 'evidence', 'before_due'))
    """
    codes = tuple(code for code, holds in facts._asdict().items() if holds)
    return Score(max(0, sum(POINTS[code] for code in codes)), codes)


def is_often_unfounded(unfounded: int, closed: int) -> bool | None:
    """Return whether a customer's disputes are often unfounded, ``None`` if unknown.

    :param unfounded: disputes of the customer closed as unfounded
    :param closed: disputes of the customer that were closed
    :raise ValueError: more unfounded than closed, or a negative number
    :source: domain reference §4.1

    >>> is_often_unfounded(1, 3), is_often_unfounded(3, 10), is_often_unfounded(2, 2)
    (True, False, None)
    """
    if not 0 <= unfounded <= closed:
        raise ValueError("unfounded disputes are some of the closed ones")
    if closed < UNFOUNDED_MINIMUM:
        return None
    return unfounded / closed > UNFOUNDED_SHARE
