"""The level of an item: one step at a time, never above what its age asks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from load_tools import load_tool

dunning = load_tool("ar_best_practices", "dunning")
LEVELS = [(1, 1), (2, 8), (3, 22), (4, 30), (5, 45)]
FIRM = 3

late = st.integers(-60, 200)
ranks = st.none() | st.integers(1, 9)
strategies = st.lists(
    st.tuples(st.integers(1, 9), st.integers(-20, 90)),
    max_size=7,
    unique_by=lambda level: level[0],
)


@given(strategies, late, ranks, ranks)
def test_a_level_is_never_above_what_the_age_asks(levels, days_late, previous, firm):
    asked = dunning.level_of_age(levels, days_late)
    decided = dunning.decide_level(levels, days_late, previous, firm)
    assert decided is None or decided <= asked
    assert decided in (None, *(rank for rank, _delay in levels))


@given(strategies, late, st.integers(1, 9))
def test_a_reminder_climbs_one_level_at_most(levels, days_late, previous):
    decided = dunning.decide_level(levels, days_late, previous)
    between = [rank for rank, _ in levels if previous < rank < (decided or 0)]
    delays = dict(levels)
    assert not [rank for rank in between if delays[rank] <= days_late]


@given(strategies, late, st.integers(1, 9))
def test_the_first_reminder_is_at_most_firm(levels, days_late, firm):
    decided = dunning.decide_level(levels, days_late, None, firm)
    assert decided is None or decided <= firm


@given(strategies, late, ranks, st.data())
def test_the_order_of_the_levels_does_not_matter(levels, days_late, previous, data):
    shuffled = data.draw(st.permutations(levels))
    decided = dunning.decide_level(levels, days_late, previous)
    assert dunning.decide_level(shuffled, days_late, previous) == decided


@given(strategies, late, late, ranks, ranks)
def test_getting_older_never_lowers_the_level(levels, first, second, previous, firm):
    younger, older = sorted((first, second))
    low = dunning.decide_level(levels, younger, previous, firm)
    high = dunning.decide_level(levels, older, previous, firm)
    assert low is None or low <= high


def test_an_old_item_never_reminded_starts_firm_then_climbs():
    sent, previous = [], None
    for _run in range(4):
        previous = dunning.decide_level(LEVELS, 400, previous, FIRM)
        sent.append(previous)
    assert sent == [3, 4, 5, 5]


@pytest.mark.parametrize(
    ("days_late", "previous", "level"),
    [
        (0, None, None),
        (1, None, 1),
        (10, None, 2),
        (10, 1, 2),
        (10, 2, 2),
        (10, 4, 2),
        (60, 1, 2),
        (0, 3, None),
    ],
)
def test_levels_of_an_increment_run(days_late, previous, level):
    assert dunning.decide_level(LEVELS, days_late, previous, FIRM) == level


def test_ranks_need_not_follow_each_other():
    assert dunning.decide_level([(10, 1), (20, 8), (30, 22)], 60, previous=10) == 20
    assert dunning.decide_level([(10, 1), (20, 8)], 60, previous=15) == 20


def test_a_level_before_the_due_date_can_be_reached():
    assert dunning.decide_level([(1, -7), (2, 1)], -7) == 1
    assert dunning.decide_level([(1, -7), (2, 1)], -8) is None


@given(late, ranks, st.sampled_from([rank for rank, _delay in LEVELS]))
def test_an_imposed_level_is_everybodys(days_late, previous, imposed):
    decided = dunning.decide_level(LEVELS, days_late, previous, FIRM, imposed)
    assert decided == imposed


def test_after_an_imposed_run_the_next_one_goes_on_from_the_items_own_level():
    counter = dunning.rank_after_sending(4, 1, imposed=True)
    assert dunning.decide_level(LEVELS, 400, counter, FIRM) == 2
    moved = dunning.rank_after_sending(4, 1, imposed=True, imposed_moves=True)
    assert dunning.decide_level(LEVELS, 400, moved, FIRM) == 5


def test_a_level_that_is_not_of_the_strategy_cannot_be_imposed():
    with pytest.raises(ValueError, match="no level of rank 7"):
        dunning.decide_level(LEVELS, 10, imposed=7)


def test_two_levels_cannot_have_the_same_rank():
    with pytest.raises(ValueError, match="same rank"):
        dunning.decide_level([(1, 1), (1, 8)], 10)


def test_a_strategy_without_levels_sends_nothing():
    assert dunning.decide_level([], 100) is None
