"""The amount in dispute: what the ledger clears always adds up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from load_tools import load_tool

dispute_amount = load_tool("ar_dispute", "dispute_amount")
split = dispute_amount.split_amount

KINDS = ("credited", "paid", "written_off", "other")
cents = st.integers(0, 10**9)
moves = st.integers(-(10**9), 10**9)
small = st.integers(0, 40)
small_moves = st.integers(-20, 40)


def ledgers(amounts, cleared):
    """Return (disputed, undisputed, cleared by kind) of items never cleared beyond what
    they owe, as in the ledger."""
    every = st.tuples(amounts, amounts, *[cleared] * len(KINDS))
    items = every.map(lambda row: (*row[:2], dict(zip(KINDS, row[2:], strict=True))))
    return items.filter(lambda item: residual(*item) >= 0)


def residual(original, undisputed, cleared):
    return original + undisputed - sum(cleared.values())


anything = st.one_of(ledgers(small, small_moves), ledgers(cents, moves))


@given(cents, cents, st.tuples(moves, moves, moves, moves))
def test_the_parts_always_make_the_whole(original, undisputed, cleared):
    parts = split(original, undisputed, *cleared)
    assert sum(parts) == original
    assert min(parts) >= 0


@given(anything)
def test_no_more_is_disputed_than_is_owed(item):
    original, undisputed, cleared = item
    parts = split(original, undisputed, **cleared)
    assert parts.still_disputed <= min(original, residual(*item))


@given(anything)
def test_no_kind_clears_more_than_the_ledger_says(item):
    original, undisputed, cleared = item
    parts = split(original, undisputed, **cleared)
    assert all(getattr(parts, kind) <= max(0, cleared[kind]) for kind in KINDS)


@given(anything)
def test_a_settled_item_has_nothing_in_dispute(item):
    original, undisputed, cleared = item
    rest = residual(*item)
    parts = split(original, undisputed, **cleared | {"paid": cleared["paid"] + rest})
    assert parts.still_disputed == 0


@given(anything, st.sampled_from(KINDS), small)
def test_more_cleared_never_leaves_more_in_dispute(item, kind, more):
    original, undisputed, cleared = item
    before = split(original, undisputed, **cleared)
    after = split(original, undisputed, **cleared | {kind: cleared[kind] + more})
    assert after.still_disputed <= before.still_disputed


@given(anything, small)
def test_money_touches_the_dispute_only_when_the_rest_is_paid(item, more):
    original, undisputed, cleared = item
    parts = split(original, undisputed, **cleared)
    if parts.paid:
        assert parts.still_disputed == residual(*item)
        wider = split(original, undisputed + more, **cleared)
        assert wider.still_disputed >= parts.still_disputed


@given(anything, st.sampled_from(KINDS), small)
def test_what_is_matched_and_unmatched_leaves_no_trace(item, kind, amount):
    original, undisputed, cleared = item
    there = {**cleared, kind: cleared[kind] + amount}
    back = {**there, kind: there[kind] - amount}
    assert split(original, undisputed, **back) == split(original, undisputed, **cleared)


@pytest.mark.parametrize(
    ("cleared", "expected"),
    [
        # 40 in dispute of an item of 100
        ({}, (40, 0, 0, 0, 0)),
        ({"paid": 60}, (40, 0, 0, 0, 0)),
        ({"paid": 75}, (25, 0, 15, 0, 0)),
        ({"paid": 100}, (0, 0, 40, 0, 0)),
        ({"credited": 40, "paid": 60}, (0, 40, 0, 0, 0)),
        ({"credited": 30, "paid": 60}, (10, 30, 0, 0, 0)),
        # the credit note is larger than the dispute, and then the money
        ({"credited": 70, "paid": 30}, (0, 40, 0, 0, 0)),
        ({"credited": 30, "written_off": 5, "other": 20}, (0, 30, 0, 5, 5)),
        ({"written_off": 1, "paid": 70}, (29, 0, 10, 1, 0)),
        # an earlier payment of 10 was unmatched
        ({"paid": -10}, (40, 0, 0, 0, 0)),
        ({"paid": -10, "credited": 35}, (5, 35, 0, 0, 0)),
        ({"credited": -10, "paid": 75}, (35, 0, 5, 0, 0)),
    ],
)
def test_what_clears_first(cleared, expected):
    assert split(40, 60, **cleared) == expected


@pytest.mark.parametrize("amounts", [(-1, 0), (0, -1)])
def test_negative_amounts_are_refused(amounts):
    with pytest.raises(ValueError, match="negative"):
        split(*amounts)
