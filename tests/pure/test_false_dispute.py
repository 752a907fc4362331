"""Points of a claim: bounded, explained, and never from what is unknown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from load_tools import load_tool

false_dispute = load_tool("ar_dispute", "false_dispute")
Facts, score_claim = false_dispute.Facts, false_dispute.score_claim

known = st.sampled_from([None, False, True])
claims = st.builds(Facts, **dict.fromkeys(Facts._fields, known))
FOR = [code for code, points in false_dispute.POINTS.items() if points > 0]
AGAINST = [code for code, points in false_dispute.POINTS.items() if points < 0]


@given(claims)
def test_points_are_those_of_their_reasons(facts):
    score = score_claim(facts)
    given_points = [false_dispute.POINTS[code] for code in score.codes]
    assert score.points == max(0, sum(given_points))
    assert 0 <= score.points <= 110
    assert all(getattr(facts, code) for code in score.codes)


@given(claims, st.sampled_from(Facts._fields))
def test_what_is_unknown_weighs_as_what_is_not(facts, code):
    unknown, absent = (facts._replace(**{code: x}) for x in (None, False))
    assert score_claim(unknown) == score_claim(absent)


@given(claims, st.sampled_from(FOR))
def test_a_sign_of_doubt_never_lowers_the_points(facts, code):
    with_it = score_claim(facts._replace(**{code: True}))
    assert with_it.points >= score_claim(facts._replace(**{code: False})).points


@given(claims, st.sampled_from(AGAINST))
def test_a_sign_of_good_faith_never_raises_the_points(facts, code):
    with_it = score_claim(facts._replace(**{code: True}))
    assert with_it.points <= score_claim(facts._replace(**{code: False})).points


def test_an_early_claim_with_evidence_is_not_doubtful():
    assert not score_claim(Facts(before_due=True, evidence=True)).is_doubtful


def test_a_late_claim_after_a_reminder_without_evidence_is_doubtful():
    facts = Facts(after_due=True, after_reminder=True, no_evidence=True)
    assert score_claim(facts).is_doubtful


@pytest.mark.parametrize(("unfounded", "closed"), [(2, 1), (-1, 3)])
def test_unfounded_disputes_are_some_of_the_closed_ones(unfounded, closed):
    with pytest.raises(ValueError, match="closed"):
        false_dispute.is_often_unfounded(unfounded, closed)


@pytest.mark.parametrize(
    ("unfounded", "closed", "often"),
    [(0, 0, None), (2, 2, None), (0, 3, False), (3, 10, False), (31, 100, True)],
)
def test_often_means_more_than_three_in_ten(unfounded, closed, often):
    assert false_dispute.is_often_unfounded(unfounded, closed) is often
