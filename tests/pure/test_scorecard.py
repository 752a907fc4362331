"""A score in points: worked examples, bands without holes, reasons that add up."""

import math

import default_scorecard as card
from hypothesis import given
from hypothesis import strategies as st
from load_tools import load_tool

scorecard = load_tool("ar_scoring", "scorecard")
limits = load_tool("ar_scoring", "credit_limit")
WATCHED = {
    "dbt12": 22,
    "dbt_trend": 6,
    "share_overdue_30": 0.12,
    "broken_promises": 2,
    "returned": 0,
    "unfounded_dispute_share": 0.3,
    "limit_use": 0.95,
    "years": 3,
    "external": "C",
    "cover": 0,
}
GOOD = {
    "dbt12": 3,
    "dbt_trend": 0,
    "share_overdue_30": 0.02,
    "broken_promises": 0,
    "returned": 0,
    "unfounded_dispute_share": 0,
    "limit_use": 0.6,
    "years": 7,
    "external": "B",
    "cover": 0.5,
}
NUMBERS = st.floats(-1000, 1000, allow_nan=False)


def points_of(values, **options):
    score = scorecard.score_card(card.CRITERIA, values, **options)
    return score, scorecard.find_class(score, card.CLASSES)


def test_the_worked_examples():
    score, code = points_of(GOOD)
    assert [line.points for line in score.lines] == [22, 4, 8, 5, 5, 5, 8, 8, 11, 6]
    assert (score.points, score.coverage, code) == (82, 1, "A")
    score, code = points_of(WATCHED)
    assert [line.points for line in score.lines] == [10, 2, 5, 1, 5, 0, 5, 5, 6, 0]
    assert (score.points, code) == (39, "D")


def test_what_is_unknown_is_left_out_or_counted_as_the_card_says():
    values = GOOD | {"external": None}
    score, code = points_of(values)
    assert (round(score.points, 2), score.coverage, code) == (83.53, 0.85, "A")
    assert points_of(values, missing="zero")[0].points == 71
    assert points_of(values, missing="neutral")[0].points == 78.5


def test_too_little_known_gives_no_class():
    score, code = points_of({"dbt12": 0, "dbt_trend": 0})
    assert (score.points, score.coverage, code) == (29 / 30 * 100, 0.3, None)
    assert points_of({})[0].points is None


def test_the_shipped_bands_have_no_holes():
    for criterion in card.CRITERIA:
        assert scorecard.find_faults(criterion.bands) == []
        assert scorecard.find_repeated_codes(criterion.bands) == []
    assert sum(criterion.most for criterion in card.CRITERIA) == 100


def test_gaps_overlaps_and_empty_bands_are_found():
    band = scorecard.Band
    fault = scorecard.Fault
    assert scorecard.find_faults([band(1, None, 5), band(0, 6, None)]) == [
        fault("gap", 5, 6)
    ]
    assert scorecard.find_faults([band(1, None, 6), band(0, 5, None)]) == [
        fault("overlap", 5, 6)._replace(lower=6, upper=5)
    ]
    both = [band(1, None, 5), band(0, 5, None, has_lower=True)]
    assert scorecard.find_faults(both) == [fault("overlap", 5, 5)]
    assert fault("empty", 5, 5) in scorecard.find_faults([band(1, 5, 5)])


@given(st.lists(NUMBERS, min_size=1, max_size=6, unique=True), NUMBERS)
def test_bands_of_at_most_hold_each_number_once(limits_, value):
    rows = [(limit, number) for number, limit in enumerate(sorted(limits_))]
    bands = scorecard.up_to(*rows, above=-1)
    assert scorecard.find_faults(bands) == []
    assert sum(band.holds(value) for band in bands) == 1


@given(st.lists(NUMBERS, min_size=1, max_size=6, unique=True), NUMBERS)
def test_bands_of_at_least_hold_each_number_once(limits_, value):
    rows = [(limit, number) for number, limit in enumerate(sorted(limits_)[::-1])]
    bands = scorecard.from_(*rows, below=-1)
    assert scorecard.find_faults(bands) == []
    assert sum(band.holds(value) for band in bands) == 1


def customers():
    numbers = {
        criterion.code: st.none() | NUMBERS
        for criterion in card.CRITERIA
        if criterion.code != "external"
    }
    return st.fixed_dictionaries(
        numbers | {"external": st.sampled_from([None, "A", "B", "C", "D", "E", "?"])}
    )


@given(customers())
def test_points_add_up_and_each_band_is_the_true_one(values):
    score = scorecard.score_card(card.CRITERIA, values, missing="zero")
    known = [line for line in score.lines if line.points is not None]
    assert math.isclose(score.points, sum(line.points for line in known))
    for line, criterion in zip(score.lines, card.CRITERIA, strict=True):
        if line.points is None:
            assert values[line.code] in (None, "?")
        else:
            assert criterion.bands[line.band].holds(values[line.code])


@given(customers())
def test_reasons_for_and_against_are_apart_and_the_strongest(values):
    score = scorecard.score_card(card.CRITERIA, values)
    good, bad = scorecard.find_reasons(score)
    assert not set(good) & set(bad)
    assert all(line.points > line.most / 2 for line in good)
    assert all(line.points < line.most / 2 for line in bad)
    weakest = min((line.points - line.most / 2 for line in good), default=0)
    others = [x for x in score.lines if x.points is not None and x not in good]
    if len(good) == scorecard.STRONGEST:
        assert all(line.points - line.most / 2 <= weakest for line in others)


def test_limits_of_the_worked_examples():
    need = limits.credit_need(
        20_000, 0.20, 45, is_end_of_month=True, days_beyond_terms=10
    )
    coefficients = card.LIMIT_COEFFICIENTS
    assert limits.recommended_limit(need, coefficients["A"], capacity=90_000) == (
        67_000,
        "need",
        0,
        67_000,
    )
    assert limits.recommended_limit(need, coefficients["D"]).amount == 22_000
    assert limits.recommended_limit(need, coefficients["E"]).amount == 0


@given(
    st.floats(0, 1e7),
    st.floats(0, 2),
    st.none() | st.floats(0, 1e7),
    st.none() | st.floats(0, 1e7),
    st.floats(0, 1e6),
    st.floats(0, 1e7),
)
def test_a_limit_is_never_above_its_caps(need, coefficient, capacity, own, firm, cover):
    limit = limits.recommended_limit(
        need,
        coefficient,
        capacity=capacity,
        concentration=own,
        guarantees=firm,
        cover=cover,
    )
    caps = [cap for cap in (need * coefficient, capacity, own) if cap is not None]
    assert limit.amount <= min(caps) + firm + 1e-6
    assert math.isclose(limit.insured_part + limit.own_risk_part, limit.amount)
