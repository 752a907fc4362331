"""How well a score tells those who pay late from those who do not."""

from collections.abc import Sequence
from typing import NamedTuple


class Discrimination(NamedTuple):
    """Of a score judged by what came after it.

    ``auc`` is the chance that of one who failed and one who did not the score calls
    the right one riskier; ``gini = 2 auc - 1``; ``ks`` the widest gap between the two
    shares up to a risk. All None when everybody failed, or nobody.
    """

    auc: float | None
    gini: float | None
    ks: float | None
    count: int
    failures: int


def discriminate(risks: Sequence[float], failed: Sequence[bool]) -> Discrimination:
    """Return how well risks tell who failed.

    :param risks: the higher the riskier, one per case; equal ones count half
    :param failed: what came, in the same order
    :source: rank-sum statistic of Mann and Whitney; Kolmogorov and Smirnov

    >>> discriminate([1, 2, 3, 4], [False, False, True, True]).auc
    1.0
    >>> discriminate([1, 1, 1, 1], [False, False, True, True]).auc
    0.5
    >>> discriminate([1, 2], [True, True]).auc is None
    True
    """
    pairs = sorted(zip(risks, failed, strict=True), key=lambda pair: pair[0])
    bad = sum(failed)
    good = len(pairs) - bad
    if not bad or not good:
        return Discrimination(None, None, None, len(pairs), bad)
    right, gap, good_before, bad_before = 0.0, 0.0, 0, 0
    for group in _group_ties(pairs):
        bad_here = sum(group)
        good_here = len(group) - bad_here
        right += bad_here * (good_before + good_here / 2)
        good_before += good_here
        bad_before += bad_here
        gap = max(gap, abs(good_before / good - bad_before / bad))
    auc = right / (bad * good)
    return Discrimination(auc, 2 * auc - 1, gap, len(pairs), bad)


def _group_ties(pairs: list[tuple[float, bool]]) -> list[list[bool]]:
    """Return what came of the cases of each risk, from the lowest risk up."""
    groups: list[list[bool]] = []
    before = None
    for risk, came in pairs:
        if not groups or risk != before:
            groups.append([])
        groups[-1].append(came)
        before = risk
    return groups


def mean_absolute_error(
    expected: Sequence[float], actual: Sequence[float]
) -> float | None:
    """Return how far expected values were off, on average; None without any.

    >>> mean_absolute_error([10, 20], [12, 19])
    1.5
    """
    gaps = [abs(x - y) for x, y in zip(expected, actual, strict=True)]
    return sum(gaps) / len(gaps) if gaps else None
