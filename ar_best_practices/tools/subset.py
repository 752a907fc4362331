"""Which items add up to a payment: at most one answer, in bounded time."""

from collections import Counter
from collections.abc import Sequence
from enum import Enum

STEPS = 20_000  # of the search; beyond, nothing is proposed


class Verdict(Enum):
    """What a search ended with."""

    NONE = "none"
    ONE = "one"
    SEVERAL = "several"
    GAVE_UP = "gave_up"


def find_subset(
    amounts: Sequence[int], target: int, steps: int = STEPS
) -> tuple[Verdict, list[int]]:
    """Return the only set of amounts that adds up to a target, by position.

    Two sets that fit are none: nobody can say which one was paid. Equal amounts are
    told apart only when all of them are in the set.

    :param amounts: positive, in the smallest unit of the currency
    :param target: positive, the same unit
    :param steps: states visited at most, so that the time is bounded whatever the data
    :raise ValueError: an amount or the target is not positive
    :source: domain reference §6.2, row T1

    >>> find_subset([800, 258, 500], 1058)
    (<Verdict.ONE: 'one'>, [0, 1])
    >>> find_subset([300, 200, 100], 300)[0]
    <Verdict.SEVERAL: 'several'>
    >>> find_subset([100] * 200, 250)[0]
    <Verdict.NONE: 'none'>
    """
    if target <= 0 or min(amounts, default=1) <= 0:
        raise ValueError("amounts and target are more than zero")
    counts = Counter(amount for amount in amounts if amount <= target)
    search = _Search(sorted(counts.items(), reverse=True), steps)
    search.run(0, target, {})
    if search.is_over:
        return Verdict.GAVE_UP, []
    if len(search.found) != 1:
        return (Verdict.SEVERAL if search.found else Verdict.NONE), []
    ((chosen, is_free),) = search.found
    if is_free:
        return Verdict.SEVERAL, []
    return Verdict.ONE, [n for n, amount in enumerate(amounts) if amount in chosen]


class _Search:
    """Depth first over distinct amounts, the largest first; stops at the second set.

    ``found`` holds (amounts with how many of each, whether other members of equal
    amounts would do as well).
    """

    def __init__(self, groups: list[tuple[int, int]], steps: int):
        self.groups, self.steps = groups, steps
        self.rests = [0]
        for amount, count in reversed(groups):
            self.rests.append(self.rests[-1] + amount * count)
        self.rests.reverse()
        self.found: list[tuple[dict[int, int], bool]] = []
        self.dead: set[tuple[int, int]] = set()
        self.is_over = False

    def run(self, place: int, left: int, chosen: dict[int, int]) -> None:
        """Try every number of the amount at a place, then the places after it."""
        if left == 0:
            free = any(count < dict(self.groups)[a] for a, count in chosen.items())
            self.found.append((dict(chosen), free))
            return
        if self._cannot(place, left):
            return
        before = len(self.found)
        amount, count = self.groups[place]
        for number in range(min(count, left // amount), -1, -1):
            if number:
                chosen[amount] = number
            self.run(place + 1, left - number * amount, chosen)
            chosen.pop(amount, None)
            if self.is_over or len(self.found) > 1:
                return
        if len(self.found) == before:
            self.dead.add((place, left))

    def _cannot(self, place: int, left: int) -> bool:
        """Say whether nothing after a place can fill what is left."""
        if left > self.rests[place] or (place, left) in self.dead:
            return True
        self.steps -= 1
        self.is_over = self.is_over or self.steps < 0
        return self.is_over
