"""A priority is explained by its terms, and terms without data are left out."""

import ledger_strategies as our
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from load_tools import load_tool

priority = load_tool("ar_best_practices", "priority")
shares = st.floats(0, 1)
classes = st.sampled_from(sorted(priority.RISK_BY_CLASS))
events = st.lists(st.sampled_from(sorted(priority.EVENTS)), max_size=4)
weights = st.integers(0, 50).map(lambda points: points / 100)
terms = st.lists(
    st.tuples(st.just("term"), weights, st.none() | shares, st.just(1.0)), max_size=6
)


@pytest.mark.parametrize(
    ("risk", "value"), [("A", 43), ("B", 49), ("C", 58), ("D", 66), ("E", 70)]
)
def test_the_risk_class_weighs_three_tenths(risk, value):
    assert priority.priority(100, 100, risk, 0).value == value


@pytest.mark.parametrize(
    ("event", "points"),
    [
        ("broken_promise", 15),
        ("limit_exceeded", 10),
        ("no_contact_21d", 10),
        ("limitation_under_90d", 20),
        ("order_on_hold", 10),
        ("open_promise_not_yet_due", -30),
    ],
)
def test_an_event_moves_it(event, points):
    calm = priority.priority(100, 100, "A", 0).value
    moved = priority.priority(100, 100, "A", 0, [event]).value
    assert moved == pytest.approx(calm + points)


@given(our.amounts, our.amounts, classes, our.days, events)
def test_a_priority_lies_between_0_and_100(overdue, p90, risk, oldest, happened):
    result = priority.priority(overdue, p90, risk, oldest, happened)
    assert 0 <= result.value <= 100


@given(our.amounts, our.amounts, our.amounts, classes, our.days)
def test_owing_more_never_lowers_it(first, second, p90, risk, oldest):
    less, more = sorted((first, second))
    low = priority.priority(less, p90, risk, oldest).value
    assert low <= priority.priority(more, p90, risk, oldest).value


@given(our.amounts, our.amounts, our.amounts, classes, our.days)
def test_the_currency_unit_does_not_matter(overdue, p90, factor, risk, oldest):
    scaled = priority.priority(overdue * factor, p90 * factor, risk, oldest).value
    expected = priority.priority(overdue, p90, risk, oldest).value
    assert scaled == pytest.approx(expected)


@given(our.amounts, our.amounts, classes, our.days, events)
def test_its_reasons_add_up(overdue, p90, risk, oldest, happened):
    result = priority.priority(overdue, p90, risk, oldest, happened)
    total = sum(term.points for term in result.terms)
    assert result.value == pytest.approx(min(100, max(0, total)), abs=0.5000001)
    assert result.value == int(result.value)


@given(our.amounts, classes, our.days)
def test_an_event_counts_once(overdue, risk, oldest):
    once = priority.priority(overdue, 100, risk, oldest, ["broken_promise"])
    twice = priority.priority(overdue, 100, risk, oldest, ["broken_promise"] * 2)
    assert once == twice


@pytest.mark.parametrize("reason", sorted(priority.EXCLUSIONS))
def test_an_excluded_customer_has_none(reason):
    result = priority.priority(900, 100, "E", 200, ["broken_promise"], [reason])
    assert result.value is None
    assert [term.code for term in result.terms] == [reason]


@given(terms)
def test_a_term_without_data_weighs_as_the_others_do(given_terms):
    known = [term for term in given_terms if term[2] is not None]
    known_weight = sum(term[1] for term in known)
    assume(known_weight)
    # pylint: disable=unreachable; pylint believes that assume never returns
    mean = sum(term[1] * term[2] for term in known) / known_weight
    filled = [(*t[:2], mean if t[2] is None else t[2], t[3]) for t in given_terms]
    expected = priority.weighted_priority(filled).value
    result = priority.weighted_priority(given_terms).value
    assert result == pytest.approx(expected, abs=1e-6)


def test_without_any_data_there_is_no_priority():
    assert priority.weighted_priority([("risk", 1, None)], [("x", 0.5)]).value is None
    assert priority.weighted_priority([]).value is None
    assert priority.priority(None, None, None, None).value is None


def test_a_missing_class_leaves_its_weight_to_the_others():
    result = priority.priority(50, 100, None, 90)
    assert result.value == round(100 * (0.4 * 0.5 + 0.3 * 1) / 0.7)


def test_where_nobody_owes_any_debt_is_the_highest():
    assert priority.priority(1, 0, "A", 0).terms[0].share == 1
    assert priority.priority(0, 0, "A", 0).terms[0].share == 0


@pytest.mark.parametrize(
    "arguments",
    [
        (1, 1, "F", 1),
        (1, 1, "A", 1, ["rain"]),
        (1, 1, "A", 1, [], ["holidays"]),
    ],
)
def test_unknown_words_are_refused(arguments):
    with pytest.raises(ValueError, match="unknown"):
        priority.priority(*arguments)


@pytest.mark.parametrize("term", [("a", -1, 0.5), ("a", 1, 0.5, -1)])
def test_weights_and_caps_are_positive(term):
    with pytest.raises(ValueError, match="negative"):
        priority.weighted_priority([term])


@given(our.amounts, classes, our.days)
def test_value_at_risk_grows_with_age(overdue, risk, oldest):
    now = priority.value_at_risk(overdue, risk, oldest)
    assert 0 < now <= priority.value_at_risk(overdue, risk, oldest + 30)


@given(st.lists(st.tuples(our.amounts, our.amounts), min_size=1, max_size=10))
def test_the_highest_of_the_portfolio_scores_highest(customers):
    tops = [max(figures) for figures in zip(*customers, strict=True)]
    raws = [
        priority.raw_score(map(priority.sub_score, customer, tops), (2, 1))
        for customer in customers
    ]
    scores = [priority.relative_score(raw, max(raws)) for raw in raws]
    assert max(scores) == pytest.approx(99)
    assert all(0 <= score <= 99 for score in scores)


def test_where_the_whole_portfolio_is_at_zero_nobody_scores():
    assert priority.sub_score(0, 0) == 0
    assert priority.relative_score(0, 0) == 0


def test_every_criterion_needs_its_multiplier():
    with pytest.raises(ValueError):
        priority.raw_score([1, 2], [1])
