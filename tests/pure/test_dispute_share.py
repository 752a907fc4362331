"""Several cases about one item: they share what the ledger clears, to the cent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from load_tools import load_tool

tool = load_tool("ar_dispute", "dispute_amount")
states = load_tool("ar_dispute", "dispute_states")
Item, Share, share = tool.Item, tool.Share, tool.share_cleared

KINDS = st.sampled_from(tool.KINDS)
cents = st.integers(0, 60)
shares = st.builds(Share, cents, cents, cents, cents, cents)


@st.composite
def items(draw):
    """Return an item whose closed cases lie within what nobody contests."""
    closed = draw(st.lists(shares, max_size=3))
    within = sum(case.still_disputed for case in closed)
    cases = draw(st.lists(shares, max_size=3))
    return Item(within + draw(cents), tuple(cases), tuple(closed))


def residual(item):
    return item.free + sum(case.still_disputed for case in item.cases)


def totals(item):
    return [sum(case) for case in (*item.cases, *item.closed)]


def smallest(item):
    return min((item.free, *(min(case) for case in (*item.cases, *item.closed))))


def changed(item, kind, amount):
    """Return the item after something was cleared, or, below zero, taken back."""
    if amount < 0:
        return tool.share_returned(item, kind, -amount)
    return share(item, kind, min(amount, residual(item)))


@given(items(), KINDS, st.integers(-200, 200))
def test_each_case_stays_whole_and_no_part_is_negative(item, kind, amount):
    after = changed(item, kind, amount)
    assert totals(after) == totals(item)
    assert smallest(after) >= 0


@given(items(), KINDS, st.integers(-200, 200))
def test_the_residual_is_the_ledgers(item, kind, amount):
    after = changed(item, kind, amount)
    assert residual(after) == residual(item) - min(amount, residual(item))


@given(items(), KINDS, st.integers(-200, 200))
def test_closed_cases_stay_within_what_nobody_contests(item, kind, amount):
    after = changed(item, kind, amount)
    assert sum(case.still_disputed for case in after.closed) <= after.free


@given(items(), KINDS, st.integers(0, 200))
def test_an_entry_that_is_matched_and_unmatched_leaves_no_trace(item, kind, amount):
    amount = min(amount, residual(item))
    after = share(item, kind, amount)
    before = (*item.cases, *item.closed)
    rows = zip(before, (*after.cases, *after.closed), strict=True)
    own = [old.still_disputed - new.still_disputed for old, new in rows]
    assert tool.share_returned(after, kind, amount, own) == item


def test_money_clears_first_what_nobody_ever_contested():
    item = Item(70, (Share(30),), (Share(40),))
    paid = share(item, "paid", 50)
    assert [case.still_disputed for case in paid.closed] == [20]
    assert [case.still_disputed for case in paid.cases] == [30]
    all_paid = share(paid, "paid", 50)
    assert (all_paid.free, all_paid.cases[0].paid) == (0, 30)


def test_a_credit_note_clears_the_oldest_open_case_then_closed_ones():
    item = Item(70, (Share(30), Share(10)), (Share(40),))
    credited = share(item, "credited", 65)
    assert [case.credited for case in credited.cases] == [30, 10]
    assert (credited.closed[0].credited, credited.free) == (25, 45)


@pytest.mark.parametrize("state", states.STATES)
def test_every_state_is_left_by_some_step_and_reached_by_one(state):
    steps = states.TRANSITIONS.values()
    assert any(state in step.sources for step in steps)
    assert state == "new" or any(step.target == state for step in steps)


def test_what_has_ended_is_only_reopened():
    ended = [name for name in states.TRANSITIONS if states.is_allowed(name, "closed")]
    assert ended == ["reopen"]
