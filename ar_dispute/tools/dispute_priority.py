"""How urgent a dispute is, from its money and its age."""

OLD_DAYS = 30


def dispute_priority(amount: float, large: float, days: int) -> int:
    """Return 0 (low) to 3 (urgent): up to two for the money, one for the age.

    :param amount: still disputed, in the company's currency
    :param large: what the company calls a large amount; a quarter of it counts half
    :param days: calendar days since the dispute was opened
    :source: domain reference §4

    >>> dispute_priority(900, 1000, 2), dispute_priority(1000, 1000, 2)
    (1, 2)
    >>> dispute_priority(1000, 1000, 31), dispute_priority(100, 1000, 31)
    (3, 1)
    """
    money = 2 if amount >= large else int(amount >= large / 4)
    return money + int(days > OLD_DAYS)
