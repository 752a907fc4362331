"""Lists that customers send with their payment, in the forms that they use."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from load_tools import load_tool

remittance = load_tool("ar_best_practices", "remittance")


@pytest.mark.parametrize(
    ("line", "number", "amount"),
    [
        ("FAC 2026 00412 8 000,00", "2026 00412", 800_000),
        ("412 8 000,00", "412", 800_000),
        ("F/26/00412\t02/10/2026\t1000,00\t20,00\t980,00", "F/26/00412", 98_000),
        ("F/26/00412 1000 €", "F/26/00412", 100_000),
        ('"F/26/00412";"1000.00"', "F/26/00412", 100_000),
        ("2026-10-02 F/26/00412 $ 1,000.5", "F/26/00412", 100_050),
        ("AV/26/00007 (20,50)", "AV/26/00007", -2_050),
        ("AV/26/00007 20,50-", "AV/26/00007", -2_050),
    ],
)
def test_a_line_is_a_number_and_an_amount(line, number, amount):
    assert remittance.read_remittance(line) == ([(number, amount)], [])


def test_headings_and_totals_are_no_items_and_what_cannot_be_read_is_told():
    text = "Facture;Montant\nF/26/00412;100,00\nvoir F/26/00413\n\nTotal;100,00"
    listed, unread = remittance.read_remittance(text)
    assert listed == [("F/26/00412", 10_000)]
    assert unread == ["voir F/26/00413"]


def test_a_currency_without_cents():
    assert remittance.read_remittance("F/26/00412 1 000", 0)[0][0].amount == 1_000


@given(st.text(max_size=300))
def test_whatever_is_pasted_is_read_or_told(text):
    listed, unread = remittance.read_remittance(text)
    assert len(listed) + len(unread) <= len(text.splitlines())


@given(st.integers(1, 99_999_999), st.sampled_from(" .,\u202f"))
def test_an_amount_is_read_as_it_is_written(cents, separator):
    whole, rest = divmod(cents, 100)
    point = "," if separator != "," else "."
    words = f"{whole:,}".replace(",", separator) + f"{point}{rest:02d}"
    (listed,), _unread = remittance.read_remittance(f"F/26/00412;{words}")
    assert listed.amount == cents
