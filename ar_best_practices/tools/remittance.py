"""Lists of what a payment pays, as customers write them: number and amount by line."""

import re
from typing import NamedTuple

_AMOUNT = re.compile(
    r"[(]?\s*(?P<minus>[-–−(]?)\s*(?:EUR|USD|CAD|€|\$)?\s*"
    r"(?P<whole>\d{1,3}(?:[ .,'\u00a0\u202f]\d{3})+|\d+)"
    r"(?:[.,](?P<cents>\d{1,2}))?\s*(?:EUR|USD|CAD|€|\$)?\s*(?P<after>[-–−)]?)",
    re.IGNORECASE,
)
_DATE = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|\d{4}-\d{2}-\d{2}")
_COLUMNS = re.compile(r"[;\t|]")
_TOTAL = re.compile(r"\W*(?:sous-?|grand\s+)?(?:total|montant total|sum|solde)\b", re.I)


class Listed(NamedTuple):
    """A line of the list: the number, and its amount in the smallest unit."""

    number: str
    amount: int


def read_remittance(text: str, places: int = 2) -> tuple[list[Listed], list[str]]:
    r"""Return what a remittance advice lists, and the lines that cannot be read.

    A line is a document number and, last, its amount; semicolons, tabs or spaces stand
    between, dates are passed over. Headings (no digit) and the total are no items. A
    credit note has a minus, or stands in brackets.

    :param text: what the customer wrote, or a file of his, as text
    :param places: decimals of the currency
    :source: domain reference §6.2, row T1

    >>> read_remittance("Facture;Montant\nAV/2026/007;-20,50")
    ([Listed(number='AV/2026/007', amount=-2050)], [])
    >>> read_remittance("F/2026/00412 du 02/10/2026  1,058.58 EUR\nTotal 1 058,58")
    ([Listed(number='F/2026/00412', amount=105858)], [])
    >>> read_remittance("Facture 412 800,17\nF/2026/00413 as agreed")
    ([Listed(number='412', amount=80017)], ['F/2026/00413 as agreed'])
    """
    listed, unread = [], []
    for line in filter(None, map(str.strip, text.splitlines())):
        if _TOTAL.match(line) or not any(c.isdigit() for c in line):
            continue
        found = _read_line(line, places)
        if found:
            listed.append(found)
        else:
            unread.append(line)
    return listed, unread


def _read_line(line: str, places: int) -> Listed | None:
    cells = [cell.strip(" \"'") for cell in _COLUMNS.split(line)]
    words = [
        word
        for cell in (cells if len(cells) > 1 else line.split())
        if (word := cell.strip(":,")) and not _DATE.fullmatch(word)
    ]
    first = next((n for n, word in enumerate(words) if _has_digit(word)), len(words))
    if len(cells) > 1:
        return _read_cells(words[first:], places)
    for start in range(first + 1, len(words)):
        amount = _read_amount(" ".join(words[start:]), places)
        if amount is not None:
            number = [word for word in words[first:start] if _has_digit(word)]
            return Listed(" ".join(number), amount)
    return None


def _read_cells(cells: list[str], places: int) -> Listed | None:
    """Read a line of columns: the first with a digit is the number, the last amount
    counts, which is what is left after discounts."""
    amounts = [_read_amount(cell, places) for cell in cells[1:]]
    amounts = [amount for amount in amounts if amount is not None]
    return Listed(cells[0], amounts[-1]) if amounts else None


def _read_amount(word: str, places: int) -> int | None:
    found = _AMOUNT.fullmatch(word)
    if not found:
        return None
    whole = int(re.sub(r"\D", "", found["whole"]))
    cents = (found["cents"] or "").ljust(places, "0")[:places]
    amount = whole * 10**places + int(cents or 0)
    return -amount if found["minus"] or found["after"] or word[0] == "(" else amount


def _has_digit(word: str) -> bool:
    return any(c.isdigit() for c in word)
