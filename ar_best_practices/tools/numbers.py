"""Amounts written the French, English or Swiss way.

``1 234,56``, ``1,234.56``, ``1'234.56``, ``(12.50)``, ``12.50-``, ``€ 12.50``: a file
uses one decimal separator, so it is decided on a whole column, never cell by cell.
"""

import re
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from decimal import Decimal

AMBIGUOUS = "ambiguous"
DECIMAL_SEPARATORS = (".", ",")
_SPACES = re.compile(r"[\s\u00a0\u2007\u2009\u202f]+")
_APOSTROPHES = str.maketrans("’ʼ′`", "''''")
_MINUSES = str.maketrans("−–—‐‑", "-----")
_CURRENCY = r"(?:[A-Z]{0,3}[$€£¥₣₤₦₩₪₫₱₹₺₽]|[A-Za-z]{3}|[Ff]rs?\.?|[Kk]r\.?)"
_BEFORE = re.compile(rf"^{_CURRENCY} ?(?=[-+(\d.,])")
_AFTER = re.compile(rf"(?<=[-)\d.,]) ?{_CURRENCY}$")
_NO_CENTS = re.compile(r"(?<=\d)[.,](?:-+)$")
_CREDIT = re.compile(r" ?(?P<side>CR|DR)\.?$", re.IGNORECASE)
_BODY = re.compile(r"[\d.,' ]*\d[\d.,' ]*", re.ASCII)


def _unsigned(text: str) -> tuple[bool, str]:
    """Return whether an amount is negative, and its digits and separators alone."""
    body = _SPACES.sub(" ", text.translate(_APOSTROPHES).translate(_MINUSES)).strip()
    signs = 0
    for _again in range(2):  # a currency may stand outside or inside the sign
        body = _NO_CENTS.sub("", _AFTER.sub("", _BEFORE.sub("", body))).strip()
        signs, body = _take_sign(signs, body)
    if signs > 1 or not _BODY.fullmatch(body):
        raise ValueError(f"not an amount: {text!r}")
    return bool(signs), body


def _take_sign(signs: int, body: str) -> tuple[int, str]:
    """Take one sign off: ``-12``, ``12-``, ``(12)``, ``12 CR`` are negative."""
    if side := _CREDIT.search(body):
        return signs + (side["side"].upper() == "CR"), body[: side.start()]
    if body.startswith("(") and body.endswith(")"):
        return signs + 1, body[1:-1].strip()
    if body.startswith("+"):
        return signs, body[1:].strip()
    if body.startswith("-"):
        return signs + 1, body[1:].strip()
    if body.endswith("-"):
        return signs + 1, body[:-1].strip()
    return signs, body


def _plain(body: str, decimal: str) -> str | None:
    """Return ``1234.56`` for a body read with a decimal separator, else ``None``.

    Groups are of three digits, all parted by the same mark.
    """
    other = "," if decimal == "." else "."
    grouped = rf"\d{{1,3}}(?:(?P<mark>[ '{other}])\d{{3}})(?:(?P=mark)\d{{3}})*"
    pattern = rf"(?P<whole>{grouped}|\d*)(?:{re.escape(decimal)}(?P<cents>\d*))?"
    found = re.fullmatch(pattern, body)
    if not found or found["whole"].startswith(f"0{other}"):
        return None
    whole = re.sub(r"\D", "", found["whole"]) or "0"
    return f"{whole}.{found['cents']}" if found["cents"] else whole


def _possible_separators(body: str) -> set[str]:
    """Return the decimal separators with which the digits read as a number."""
    return {mark for mark in DECIMAL_SEPARATORS if _plain(body, mark) is not None}


def _decide(bodies: Iterable[str], possible: set[str]) -> str:
    """Return the separator left; either will do when no cell has a dot or a comma."""
    if len(possible) == 1:
        return min(possible)
    separated = any("." in body or "," in body for body in bodies)
    return AMBIGUOUS if separated else "."


def guess_decimal_separator(texts: Iterable[str]) -> str:
    """Return the decimal separator of a column of amounts.

    One cell such as ``12,50`` decides for the whole column; ``1,234`` alone could be
    read both ways. Blank cells say nothing.

    :return: ``.`` or ``,``; ``ambiguous`` when cells could be read both ways with
        different values and none decides (ask a person)
    :raise ValueError: a cell is not an amount, or no separator reads the whole column

    >>> guess_decimal_separator(["1,234", "12,50"])
    ','
    >>> guess_decimal_separator(["1,234", "5,678"])
    'ambiguous'
    >>> guess_decimal_separator(["12", "1 500"])
    '.'
    """
    bodies = []
    possible = set(DECIMAL_SEPARATORS)
    for row, text in enumerate(texts, start=1):
        if not text.strip():
            continue
        bodies.append(_unsigned(text)[1])
        possible &= _possible_separators(bodies[-1])
        if not possible:
            raise ValueError(
                f"row {row}: {text!r} is not an amount, or is not written like those "
                "above it"
            )
    return _decide(bodies, possible)


def likely_decimal_separator(texts: Iterable[str]) -> str:
    """Return the separator that reads most cells of a column, wrong cells left aside.

    Like :func:`guess_decimal_separator`, for a column whose wrong cells are reported
    one by one: a few of them neither decide nor stop anything.

    :return: ``.`` or ``,``; ``ambiguous`` when cells could be read both ways with
        different values and none decides (ask a person)

    >>> likely_decimal_separator(["1,234", "12,50", "see note", ""])
    ','
    >>> likely_decimal_separator(["1,234", "20"]), likely_decimal_separator(["20"])
    ('ambiguous', '.')
    """
    votes: Counter[str] = Counter()
    bodies = []
    for text, times in Counter(texts).items():
        with suppress(ValueError):
            bodies.append(_unsigned(text)[1])
            votes.update(dict.fromkeys(_possible_separators(bodies[-1]), times))
    best = {mark for mark in votes if votes[mark] == max(votes.values())}
    return _decide(bodies, best)


def parse_amount(text: str, decimal: str | None = None) -> Decimal:
    """Return the amount a text stands for.

    :param text: thousands may be parted by a space, an apostrophe, a comma or a dot;
        a negative amount has a minus before or after, or parentheses; a currency
        symbol or code may stand on either side; ``CR`` after it is a credit, negative
    :param decimal: ``.`` or ``,``; guessed from this text alone when not given
    :raise ValueError: not an amount, or one that could be read both ways

    >>> [str(parse_amount(text)) for text in ("1 234,56", "1,234.56", "1'234.56")]
    ['1234.56', '1234.56', '1234.56']
    >>> [str(parse_amount(text)) for text in ("(12.50)", "12.50-", "-12,50 €")]
    ['-12.50', '-12.50', '-12.50']
    >>> parse_amount("CHF 5.-")
    Decimal('5')
    >>> parse_amount("1,234", ",")
    Decimal('1.234')
    """
    if decimal not in (None, *DECIMAL_SEPARATORS):
        raise ValueError(f"the decimal separator is '.' or ',', not {decimal!r}")
    negative, body = _unsigned(text)
    possible = _possible_separators(body) & set(decimal or DECIMAL_SEPARATORS)
    if not possible:
        way = f" with {decimal!r} as decimal separator" if decimal else ""
        raise ValueError(f"not an amount{way}: {text!r}")
    separator = _decide([body], possible)
    if separator == AMBIGUOUS:
        raise ValueError(
            f"{text!r} can be read with '.' or ',' as decimal separator: state which"
        )
    amount = Decimal(_plain(body, separator))
    return -amount if negative else amount


def parse_amounts(texts: Iterable[str], decimal: str | None = None) -> list[Decimal]:
    """Return the amounts of a column, its decimal separator decided on all of them.

    :param decimal: ``.`` or ``,``; decided on the column when not given
    :raise ValueError: a cell is blank or not an amount (the message names the row), or
        the separator cannot be decided

    >>> [str(amount) for amount in parse_amounts(["1.234", "12,50"])]
    ['1234', '12.50']
    """
    column = list(texts)
    separator = decimal or guess_decimal_separator(column)
    if separator == AMBIGUOUS:
        raise ValueError("'.' or ',' may be the decimal separator: state which")
    return [_parse_row(row, text, separator) for row, text in enumerate(column, 1)]


def _parse_row(row: int, text: str, separator: str) -> Decimal:
    try:
        return parse_amount(text, separator)
    except ValueError as error:
        raise ValueError(f"row {row}: {error}") from error
