"""Invoice numbers in the text of a payment."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from load_tools import load_tool

reference = load_tool("ar_best_practices", "reference")

NUMBER = "FAC/2026/00412"


@pytest.mark.parametrize(
    "text",
    [
        "FAC/2026/00412",
        "fac-2026-00412",
        "VIR FAC 2026 00412 MERCI",
        "VIRFAC202600412SARL",
        "REF:2026/00412",
        "règlement FAC2026/00412 du 12/11",
    ],
)
def test_a_number_is_found_however_it_is_written(text):
    assert reference.strong_keys(NUMBER) & reference.find_keys(text)


@pytest.mark.parametrize(
    "text", ["", "VIREMENT", "FAC/2026/00413", "2026", "00412", "412 EUR", "é"]
)
def test_another_text_does_not_name_it(text):
    assert not reference.strong_keys(NUMBER) & reference.find_keys(text)


@pytest.mark.parametrize("number", ["412", "F-12", "", "AVOIR"])
def test_a_short_number_stands_for_nothing_by_itself(number):
    assert not reference.strong_keys(number)


@given(st.integers(0, 11), st.integers(0, 9))
def test_a_wrong_digit_is_a_neighbour_both_ways(place, digit):
    key = "FAC202600412"
    if not key[place].isdigit() or key[place] == str(digit):
        return
    wrong = key[:place] + str(digit) + key[place + 1 :]
    assert wrong in set(reference.neighbours(key))
    assert key in set(reference.neighbours(wrong))


@given(st.text(max_size=80))
def test_no_text_breaks_it(text):
    for key in reference.find_keys(text):
        assert reference.squeeze(key) == key
