"""What became of the amount in dispute, as the ledger clears the item.

Amounts are whole numbers of the smallest unit of the document's currency.
"""

from typing import NamedTuple


class Split(NamedTuple):
    """Where the original amount in dispute is now; the parts always make it whole."""

    still_disputed: int
    credited: int
    paid: int
    written_off: int
    other: int


def split_amount(
    original: int,
    undisputed: int,
    credited: int = 0,
    paid: int = 0,
    written_off: int = 0,
    other: int = 0,
) -> Split:
    """Return how much of an amount is still disputed, and what cleared the rest.

    Credit notes clear the disputed part first, then write-offs, then what clears
    otherwise (exchange, set-off); what they leave over clears the undisputed part.
    Money clears the undisputed part first: the customer pays what he owes and keeps
    back what he contests.

    ``original = still_disputed + credited + paid + written_off + other``, none of them
    negative, and ``still_disputed`` is never more than the item's residual, which is
    ``original + undisputed`` less all that was cleared.

    :param original: amount of the item in dispute, when the dispute was opened
    :param undisputed: what else the item owed then
    :param credited, paid, written_off, other: what was cleared of the item since, by
        kind; negative when more was unmatched than matched, which the customer then
        owes again without contesting it
    :raise ValueError: a negative amount in dispute or outside of it
    :source: architecture, amount identity of ``ar.dispute``

    Of 100, 30 are disputed. A payment of 70 leaves them, a credit note takes them:

    >>> split_amount(30, 70, paid=70)
    Split(still_disputed=30, credited=0, paid=0, written_off=0, other=0)
    >>> split_amount(30, 70, paid=80, credited=15)
    Split(still_disputed=5, credited=15, paid=10, written_off=0, other=0)

    A payment of 20 from before the dispute came back: it is owed, and not disputed.

    >>> split_amount(30, 70, paid=-20, credited=40)
    Split(still_disputed=0, credited=30, paid=0, written_off=0, other=0)
    """
    if min(original, undisputed) < 0:
        raise ValueError("amounts in dispute and outside of it are not negative")
    left, cleared = original, {}
    contested = {"credited": credited, "written_off": written_off, "other": other}
    for kind, amount in contested.items():
        cleared[kind] = min(left, max(0, amount))
        left -= cleared[kind]
    reopened = sum(max(0, -amount) for amount in (paid, *contested.values()))
    surplus = sum(max(0, amount) for amount in contested.values()) - (original - left)
    owed = max(0, undisputed + reopened - surplus)
    cleared["paid"] = min(left, max(0, paid - owed))
    return Split(still_disputed=left - cleared["paid"], **cleared)
