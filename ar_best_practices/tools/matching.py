"""Which items a payment pays, and how sure that is: rules over what is open.

Amounts are whole numbers of the smallest unit of one currency. Nothing here decides by
guess: a rule answers with one set of items, with a doubt, or not at all.
"""

from collections.abc import Callable, Iterable
from datetime import date
from math import comb, gcd
from typing import NamedTuple

from .open_items import Item, Ledger, order_keys
from .reference import find_keys, neighbours, strong_keys, weak_key
from .subset import Verdict, find_subset

SUBSET_ITEMS = 200  # open items of one payer among which sums are looked for
CHANCE = 1_000  # a sum is certain when chance makes one in fewer than a thousand
EXCHANGE_BAND = 0.1  # a rate moves less between an invoice and its payment
TYPO_LENGTH = 6  # a shorter number with a wrong character is just another number


class Receipt(NamedTuple):
    """Money that came in.

    ``payer`` is 0 when nobody knows who paid; ``is_sure`` when a bank account says it,
    and not only the person who typed the payment. ``own`` is the item of the payment
    itself, when it is posted already.
    """

    amount: int
    day: date
    text: str
    payer: int = 0
    is_sure: bool = False
    family: int = 0
    listed: tuple[tuple[str, int], ...] = ()  # remittance advice: (number, amount)
    committed: tuple[tuple[tuple[int, int], ...], ...] = ()  # promises: (item, amount)
    own: int = 0
    takes_credits: bool = True  # money may come less a credit; a credit note does not


class Match(NamedTuple):
    """What a rule found: the amount for each item, and what is left on either side.

    ``discounts`` are granted, ``missing`` is what the payment lacks of the items (a
    small difference), ``rest`` what of the payment stays on account. ``doubt`` is the
    code of why a person must look, or empty.
    """

    rule: str
    parts: tuple[tuple[int, int], ...]
    discounts: tuple[tuple[int, int], ...] = ()
    missing: int = 0
    rest: int = 0
    doubt: str = ""


# ----------------------------------------------------------------------
# Rules that read a number
# ----------------------------------------------------------------------


def by_remittance(receipt: Receipt, ledger: Ledger, _tolerance: int) -> Match | None:
    """The list that came with the payment: each number, its items and its amount."""
    if not receipt.listed:
        return None
    parts, doubts = {}, []
    for number, amount in receipt.listed:
        items = _listed(number, receipt, ledger)
        total = sum(item.amount for item in items)
        if total * amount <= 0 or len({item.number for item in items}) != 1:
            doubts.append("unknown_number")
        elif parts.keys() & {item.id for item in items}:
            doubts.append("listed_twice")
        else:
            parts |= spread(_whole(items), amount) if amount > 0 else _whole(items)
            if abs(amount) > abs(total):
                doubts.append("too_much")
    rest = receipt.amount - sum(parts.values())
    if rest:
        doubts.append("sum_differs")
    if rest < 0 or not parts:
        return Match("remittance", (), doubt=doubts[0])
    doubts.append(_payer_doubt(receipt, ledger, parts))
    return Match("remittance", tuple(parts.items()), rest=rest, doubt=doubts[0])


def _listed(number: str, receipt: Receipt, ledger: Ledger) -> list[Item]:
    """Return the items of a listed number: by the whole, or by its counter among what
    the payer owes."""
    found = _ids(ledger.by_number, strong_keys(number)) - {receipt.own}
    items = [ledger.items[i] for i in found] or [
        item
        for item in ledger.owed_by(receipt.payer)
        if weak_key(item.number) == (weak_key(number) or number)
    ]
    return sorted(items, key=lambda item: (item.due, item.id))


def by_number(receipt: Receipt, ledger: Ledger, tolerance: int) -> Match | None:
    """Numbers in the text whose items add up to the payment."""
    return _by_named("number", find_named(receipt, ledger), receipt, ledger, tolerance)


def by_order(receipt: Receipt, ledger: Ledger, tolerance: int) -> Match | None:
    """Order numbers in the text whose invoices add up to the payment. What a customer
    calls his orders counts when we know who paid."""
    keys = find_keys(receipt.text)
    named = _ids(ledger.by_order, keys)
    named = {i for i in named if ledger.items[i].amount > 0}
    match = _by_named("order", named, receipt, ledger, tolerance)
    ours = {i for i in named if order_keys(ledger.items[i].orders) & keys}
    is_anybodys = match and not receipt.payer and named - ours
    return match._replace(doubt=match.doubt or "typo") if is_anybodys else match


def by_typo(receipt: Receipt, ledger: Ledger, _tolerance: int) -> Match | None:
    """A number with one wrong character, when a single item of this amount has it.

    Numbers follow each other, so that a wrong one is often another customer's: it does
    not count when a bank account says who paid.
    """
    named = {ledger.items[i].payer for i in find_named(receipt, ledger)}
    if named and (not receipt.is_sure or receipt.payer in named):
        return None
    found = set()
    for key in find_keys(receipt.text):
        if len(key) >= TYPO_LENGTH and any(c.isdigit() for c in key):
            found |= _ids(ledger.by_number, neighbours(key))
    fitting = [i for i in found if ledger.items[i].amount == receipt.amount]
    if len(fitting) != 1:
        return None
    known = ledger.items[fitting[0]].payer == receipt.payer
    if named and not known:
        return None
    doubt = "" if known else _payer_doubt(receipt, ledger, fitting) or "typo"
    doubt = doubt or _paid_doubt(receipt, ledger)
    return Match("typo", ((fitting[0], receipt.amount),), doubt=doubt)


def by_exchange(receipt: Receipt, ledger: Ledger) -> Match | None:
    """Numbers of items in another currency that were booked near this amount.

    :param receipt: money in the company's currency
    :param ledger: of another currency; the parts of the match are in that one
    """
    named = [ledger.items[i] for i in find_named(receipt, ledger)]
    booked = sum(item.booked for item in named)
    if not named or abs(booked - receipt.amount) > booked * EXCHANGE_BAND:
        return None
    doubt = _payer_doubt(receipt, ledger, [item.id for item in named])
    return Match("exchange", _whole(named), doubt=doubt)


def find_named(receipt: Receipt, ledger: Ledger) -> set[int]:
    """Return the items whose number is in the text; a bare counter counts among the
    items of the payer only. A credit counts beside an invoice only."""
    keys = find_keys(receipt.text)
    found = _ids(ledger.by_number, keys) - {receipt.own}
    credits = {i for i in found if ledger.items[i].amount < 0}
    for credit in credits:  # its digits may be those of an invoice, which is not meant
        keys -= strong_keys(ledger.items[credit].number)
    named = _ids(ledger.by_number, keys) - {receipt.own} if credits else found
    debts = named - credits
    if debts:
        return debts | credits if receipt.takes_credits else debts
    counters = ((receipt.payer, key) for key in keys)
    return {item for key in counters for item in ledger.by_counter.get(key, ())}


def _ids(index: dict[str, tuple[int, ...]], keys: Iterable[str]) -> set[int]:
    return {item for key in keys for item in index.get(key, ())}


def _by_named(
    rule: str, named: set[int], receipt: Receipt, ledger: Ledger, tolerance: int
) -> Match | None:
    """Return how a payment fits the items that its text names."""
    if not named:
        return None
    items = sorted(
        (ledger.items[i] for i in named), key=lambda item: (item.due, item.id)
    )
    doubt = _payer_doubt(receipt, ledger, named)
    if not doubt and not receipt.is_sure and _has_twin(items, ledger):
        doubt = "alike"
    total = sum(item.amount for item in items)
    if total == receipt.amount:
        return Match(rule, _whole(items), doubt=doubt)
    debts = [item for item in items if item.amount > 0]
    if debts != items:
        parts = spread(_whole(debts), receipt.amount)
        rest = receipt.amount - sum(amount for _id, amount in parts)
        return Match(rule, parts, rest=rest, doubt=doubt or "credit_differs")
    if match := _with_discount(rule, items, receipt, doubt):
        return match
    if match := _some_of(rule, items, receipt, doubt):
        return match
    missing = total - receipt.amount
    if _is_small(missing, receipt, tolerance):
        return Match(rule, _whole(items), missing=missing, doubt=doubt)
    if receipt.amount > total:
        rest = receipt.amount - total
        return Match(rule, _whole(items), rest=rest, doubt=doubt or "too_much")
    return Match(rule, spread(_whole(items), receipt.amount), doubt=doubt or "part")


def _is_small(missing: int, receipt: Receipt, tolerance: int) -> bool:
    """Say whether a difference may be written off: what a payment that is posted
    already has too much stays on account."""
    is_left = missing < 0 and receipt.own
    return 0 < abs(missing) <= tolerance and not is_left


def _has_twin(items: list[Item], ledger: Ledger) -> bool:
    """Say whether another item has the same amount and nearly the same number: with one
    wrong character it would be the one."""
    for item in items:
        for key in strong_keys(item.number):
            for other in _ids(ledger.by_number, neighbours(key)) - {item.id}:
                twin = ledger.items[other]
                if twin.amount == item.amount and twin.number != item.number:
                    return True
    return False


def _some_of(rule: str, items, receipt: Receipt, doubt: str) -> Match | None:
    """Return the instalments that are paid of one document, the oldest first, or the
    only ones of several documents that add up."""
    if len({item.number for item in items}) == 1:
        paid = spread(_whole(items), receipt.amount)
        if all(amount == _amount_of(items, i) for i, amount in paid):
            rest = receipt.amount - sum(amount for _id, amount in paid)
            return None if rest else Match(rule, paid, doubt=doubt)
        return None
    verdict, places = find_subset([item.amount for item in items], receipt.amount)
    if verdict is Verdict.ONE:
        chosen = [items[place] for place in places]
        return Match(rule, _whole(chosen), doubt=doubt or "not_all")
    return None


def _amount_of(items: Iterable[Item], item_id: int) -> int:
    return next(item.amount for item in items if item.id == item_id)


def _with_discount(rule: str, items, receipt: Receipt, doubt: str) -> Match | None:
    """Return the items less their early payment discounts, when that is what came."""
    granted = tuple((item.id, item.discount) for item in items if item.discount)
    total = sum(item.amount - item.discount for item in items)
    if not granted or total != receipt.amount:
        return None
    parts = tuple((item.id, item.amount - item.discount) for item in items)
    late = any(
        item.discount and item.discount_until and receipt.day > item.discount_until
        for item in items
    )
    return Match(
        rule, parts, discounts=granted, doubt=doubt or ("late_discount" if late else "")
    )


# ----------------------------------------------------------------------
# Rules that know who paid
# ----------------------------------------------------------------------


def by_commitment(receipt: Receipt, ledger: Ledger, _tolerance: int) -> Match | None:
    """A promise or an instalment of a plan of just this amount."""
    fitting = {
        tuple(sorted(parts))
        for parts in receipt.committed
        if sum(amount for _id, amount in parts) == receipt.amount
        and all(i in ledger.items and a <= ledger.items[i].amount for i, a in parts)
    }
    if len(fitting) != 1:
        return None
    return Match("commitment", fitting.pop())


def by_amount(receipt: Receipt, ledger: Ledger, _tolerance: int) -> Match | None:
    """The only item of the payer with this amount, and no other items that make it."""
    return _by_amount("amount", ledger.owed_by(receipt.payer), receipt)


def by_discount(receipt: Receipt, ledger: Ledger, _tolerance: int) -> Match | None:
    """The only item of the payer that makes this amount less its discount."""
    found = [
        match
        for item in ledger.owed_by(receipt.payer)
        if (match := _with_discount("discount", [item], receipt, ""))
    ]
    if len(found) > 1:
        return Match("discount", (), doubt="several_sets")
    return found[0] if found else None


def by_balance(receipt: Receipt, ledger: Ledger, _tolerance: int) -> Match | None:
    """All that the payer owes, less his credits or not."""
    items = ledger.owed_by(receipt.payer)
    credits = ledger.credits_of(receipt.payer) if receipt.takes_credits else []
    credits = [credit for credit in credits if credit.id != receipt.own]
    for paid in (items, items + credits):
        is_balance = sum(item.amount for item in paid) == receipt.amount
        if len(paid) > 1 and items and is_balance:
            return Match("balance", _whole(paid))
    return None


def by_sum(receipt: Receipt, ledger: Ledger, _tolerance: int) -> Match | None:
    """The only items of the payer that add up to this amount."""
    return _by_sum("sum", ledger.owed_by(receipt.payer), receipt)


def by_difference(receipt: Receipt, ledger: Ledger, tolerance: int) -> Match | None:
    """The only item of the payer within the tolerance of this amount."""
    near = [
        item
        for item in ledger.owed_by(receipt.payer)
        if _is_small(item.amount - receipt.amount, receipt, tolerance)
    ]
    if len(near) != 1:
        return None
    missing = near[0].amount - receipt.amount
    return Match("difference", _whole(near), missing=missing, doubt="no_number")


def by_family(receipt: Receipt, ledger: Ledger, _tolerance: int) -> Match | None:
    """An item, or the sum of some, of another company of the payer's group."""
    items = ledger.owed_by_family(receipt.payer, receipt.family)
    match = _by_amount("family", items, receipt) or _by_sum("family", items, receipt)
    return match and match._replace(doubt=match.doubt or "sister")


def _by_amount(rule: str, items: list[Item], receipt: Receipt) -> Match | None:
    equal = [item for item in items if item.amount == receipt.amount]
    if not equal:
        return None
    if len(equal) > 1:
        return Match(rule, (), doubt="several_items")
    others = [item.amount for item in items if item.amount < receipt.amount]
    verdict, _places = find_subset(others[:SUBSET_ITEMS], receipt.amount)
    doubt = "" if verdict is Verdict.NONE else "several_sets"
    return Match(rule, _whole(equal), doubt=doubt)


def _by_sum(rule: str, items: list[Item], receipt: Receipt) -> Match | None:
    if len(items) < 2:
        return None
    if len(items) > SUBSET_ITEMS:
        return Match(rule, (), doubt="too_many")
    verdict, places = find_subset([item.amount for item in items], receipt.amount)
    if verdict is Verdict.ONE:
        chosen = [items[place] for place in places]
        doubt = "chance" if _may_be_chance(items, len(chosen)) else ""
        return Match(rule, _whole(chosen), doubt=doubt)
    doubts = {Verdict.SEVERAL: "several_sets", Verdict.GAVE_UP: "too_many"}
    return Match(rule, (), doubt=doubts[verdict]) if verdict in doubts else None


def _may_be_chance(items: list[Item], size: int) -> bool:
    """Say whether so many sets of this size are possible that one may add up to an
    amount by chance: 25 items make more sums of eight than there are amounts."""
    sets = sum(comb(len(items), number) for number in range(1, size + 1))
    step = gcd(*(item.amount for item in items))
    return sets * CHANCE > sum(item.amount for item in items) // step


# ----------------------------------------------------------------------
# Deciding
# ----------------------------------------------------------------------

Rule = Callable[[Receipt, Ledger, int], Match | None]
# Rules without a number: they trust who paid.
BY_PAYER = ("commitment", "amount", "discount", "balance", "sum", "difference")
RULES: dict[str, Rule] = {
    "remittance": by_remittance,
    "typo": by_typo,
    "number": by_number,
    "order": by_order,
    "commitment": by_commitment,
    "amount": by_amount,
    "discount": by_discount,
    "balance": by_balance,
    "sum": by_sum,
    "difference": by_difference,
    "family": by_family,
}


def decide(
    receipt: Receipt,
    ledger: Ledger,
    rules: Iterable[str] = tuple(RULES),
    tolerance: int = 0,
) -> Match | None:
    """Return what the first rule without a doubt found; else the first one that found
    items, to be looked at; else the first doubt; else nothing.

    A rule that read a number keeps later ones, which only know the payer, from deciding
    otherwise; these decide only when a bank account says who paid.

    :param rules: codes, in the order in which they are asked
    :param tolerance: small difference that the company accepts
    :raise ValueError: a payment of nothing or less
    :source: domain reference §6.2, row T1

    >>> ledger = Ledger([Item(1, 10, 80_000, date(2026, 11, 1), "F/2026/00412")])
    >>> decide(Receipt(80_000, date(2026, 11, 20), "VIR F2026-00412"), ledger).parts
    ((1, 80000),)
    """
    if receipt.amount <= 0:
        raise ValueError("a payment is more than zero")
    doubtful: list[Match] = []
    for code in rules:
        match = RULES[code](receipt, ledger, tolerance)
        if match and match.parts and code in BY_PAYER:
            match = match._replace(doubt=match.doubt or _trust(receipt, ledger))
        if match and match.parts and not match.doubt and not doubtful:
            return match
        if match:
            doubtful.append(match)
            if match.parts:
                break  # what a later rule finds cannot win any more
    with_items = [match for match in doubtful if match.parts]
    return (with_items or doubtful or [None])[0]


def _trust(receipt: Receipt, ledger: Ledger) -> str:
    """Say why a match that read no number may be wrong."""
    if not receipt.is_sure:
        return "payer"
    if ledger.names_another(receipt.text):
        return "other_number"
    return _paid_doubt(receipt, ledger)


def _paid_doubt(receipt: Receipt, ledger: Ledger) -> str:
    """Say whether the text names what this customer paid already: the payment may be
    the same once more."""
    return "paid" if find_keys(receipt.text) & ledger.paid[receipt.payer] else ""


def _payer_doubt(receipt: Receipt, ledger: Ledger, ids: Iterable[int]) -> str:
    """Say whether the items belong to whoever paid, as far as that is known."""
    payers = {ledger.items[i].payer for i in ids}
    if len(payers) > 1:
        return "several_payers"
    if receipt.payer and payers != {receipt.payer}:
        families = {ledger.items[i].family for i in ids}
        sister = receipt.family and families == {receipt.family}
        return "sister" if sister else "other_payer"
    return ""


def _whole(items: Iterable[Item]) -> tuple[tuple[int, int], ...]:
    return tuple((item.id, item.amount) for item in items)


def spread(owed: Iterable[tuple[int, int]], amount: int) -> tuple[tuple[int, int], ...]:
    """Spread an amount over (item, what is left of it), those given first first.

    >>> spread([(1, 300), (2, 500)], 400)
    ((1, 300), (2, 100))
    """
    parts = []
    for item_id, left in owed:
        part = min(amount, left)
        if part > 0:
            parts.append((item_id, part))
            amount -= part
    return tuple(parts)
