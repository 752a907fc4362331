"""Amounts are read as they were written; what can be read both ways is not guessed."""

from decimal import Decimal

import ledger_strategies as our
import pytest
from hypothesis import given
from hypothesis import strategies as st
from load_tools import load_tool

numbers = load_tool("ar_best_practices", "numbers")
STYLES = {  # thousands, decimal
    "french": ("\u202f", ","),
    "french typed": (" ", ","),
    "english": (",", "."),
    "swiss": ("'", "."),
    "german": (".", ","),
    "plain": ("", "."),
}


def write(amount, thousands, decimal):
    whole, cents = f"{abs(amount):,.2f}".split(".")
    return whole.replace(",", thousands) + decimal + cents


@pytest.mark.parametrize("style", STYLES)
@given(column=st.lists(our.signed_amounts, min_size=1, max_size=10), data=st.data())
def test_a_column_is_read_back_in_every_style(style, column, data):
    signs = st.sampled_from(["-{}", "{}-", "({})", "−{}", "-{} €", "$({})", "{} CR"])
    texts = [
        (data.draw(signs) if amount < 0 else "{}").format(write(amount, *STYLES[style]))
        for amount in column
    ]
    assert numbers.parse_amounts(texts) == column


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1 234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1'234.56", "1234.56"),
        ("1’234’567.5", "1234567.5"),
        ("1\u00a0234\u00a0567,00 €", "1234567.00"),
        ("1,234,567", "1234567"),
        ("(12.50)", "-12.50"),
        ("12.50-", "-12.50"),
        ("-€12.50", "-12.50"),
        ("€ -12.50", "-12.50"),
        ("CA$ 12.50", "12.50"),
        ("EUR 12,5", "12.5"),
        ("Fr. 1'000", "1000"),
        ("CHF 12.-", "12"),
        ("12.50 CR", "-12.50"),
        ("12.50 DR", "12.50"),
        ("+7", "7"),
        (",5", "0.5"),
        ("0,125", "0.125"),
    ],
)
def test_one_amount(text, amount):
    assert str(numbers.parse_amount(text)) == amount


@pytest.mark.parametrize(
    "text",
    ["", " ", "-", "()", "(5", "(-5)", "--5", "abc", "5 %", "1e5", "NaN", "inf", "1_0"]
    + ["12 34", "1,23,4", "12.50.1", "1,234.5,6", "٣", "CR", "5 apples"],
)
def test_what_is_not_an_amount_is_refused(text):
    with pytest.raises(ValueError, match="not an amount"):
        numbers.parse_amount(text)


def test_one_cell_decides_for_the_column():
    assert numbers.parse_amounts(["1.234", "0,50"]) == [Decimal(1234), Decimal("0.5")]
    assert numbers.parse_amounts(["1.234", "0.5"]) == [Decimal("1.234"), Decimal("0.5")]


def test_a_column_that_can_be_read_both_ways_asks():
    assert numbers.guess_decimal_separator(["1,234", "12"]) == numbers.AMBIGUOUS
    with pytest.raises(ValueError, match="state which"):
        numbers.parse_amounts(["1,234", "12"])
    assert numbers.parse_amounts(["1,234", "12"], ".") == [1234, 12]
    with pytest.raises(ValueError, match="state which"):
        numbers.parse_amount("1,234")


def test_two_styles_in_a_column_are_refused_with_the_row():
    with pytest.raises(ValueError, match=r"row 3: '1\.234,50'"):
        numbers.parse_amounts(["1,234.50", "", "1.234,50"])


def test_a_blank_cell_is_not_zero():
    with pytest.raises(ValueError, match="row 2"):
        numbers.parse_amounts(["1.50", ""])


def test_a_decimal_separator_is_a_dot_or_a_comma():
    with pytest.raises(ValueError, match="'.' or ','"):
        numbers.parse_amount("1", ";")
    with pytest.raises(ValueError, match="as decimal separator"):
        numbers.parse_amount("12,50", ".")
