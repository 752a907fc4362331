"""How well a score tells who pays late: compared with counting all pairs."""

import math

from hypothesis import given
from hypothesis import strategies as st
from load_tools import load_tool

tool = load_tool("ar_scoring", "discrimination")
CASES = st.lists(st.tuples(st.integers(0, 9), st.booleans()), max_size=40)


@given(CASES)
def test_the_area_is_the_share_of_pairs_that_are_told_apart(cases):
    risks, failed = [row[0] for row in cases], [row[1] for row in cases]
    found = tool.discriminate(risks, failed)
    bad = [risk for risk, came in cases if came]
    good = [risk for risk, came in cases if not came]
    if not bad or not good:
        assert found.auc is found.gini is found.ks is None
        return
    told = sum((x > y) + (x == y) / 2 for x in bad for y in good)
    assert math.isclose(found.auc, told / (len(bad) * len(good)))
    assert math.isclose(found.gini, 2 * found.auc - 1)
    assert 0 <= found.ks <= 1


@given(CASES)
def test_a_score_turned_around_tells_the_contrary(cases):
    risks, failed = [row[0] for row in cases], [row[1] for row in cases]
    found = tool.discriminate(risks, failed)
    turned = tool.discriminate([-risk for risk in risks], failed)
    if found.auc is not None:
        assert math.isclose(found.auc + turned.auc, 1)
        assert math.isclose(found.ks, turned.ks)
