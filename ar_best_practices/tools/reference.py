"""Invoice and order numbers in the free text of a payment."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

JOINED = 6  # tokens that separators may have cut a number into
STRONG_DIGITS = 6  # digits that stand for a number without its letters
TAIL_DIGITS = 3  # digits of a counter that count among one payer's items only
_PIECE = re.compile(r"[A-Z]+|\d+")
_WORD = re.compile(r"[A-Z0-9]+")
_CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def squeeze(text: str) -> str:
    """Return capitals and digits only, without accents or separators.

    >>> squeeze("Fac/2026/00412 – é")
    'FAC202600412E'
    """
    plain = unicodedata.normalize("NFKD", text.upper())
    return "".join(c for c in plain if c in _CHARACTERS)


def strong_keys(number: str) -> set[str]:
    """Return what stands for a document number wherever it is written.

    The whole number, and its digits when there are six or more.

    >>> sorted(strong_keys("FAC/2026/00412"))
    ['202600412', 'FAC202600412']
    >>> strong_keys("412")
    set()
    """
    whole = squeeze(number)
    digits = "".join(c for c in whole if c.isdigit())
    keys = {digits} if len(digits) >= STRONG_DIGITS else set()
    if digits and len(whole) >= STRONG_DIGITS:
        keys.add(whole)
    return keys


def weak_key(number: str) -> str | None:
    """Return the counter at the end of a number, without leading zeros.

    It tells apart the items of one payer, never those of all customers.

    >>> weak_key("FAC/2026/00412")
    '412'
    >>> weak_key("FAC/2026/00007") is None
    True
    """
    digits = re.search(r"\d*$", squeeze(number)).group().lstrip("0")
    tail = re.search(r"\d*$", number.strip()).group().lstrip("0") or digits
    return tail if len(tail) >= TAIL_DIGITS else None


def shape(number: str) -> tuple[str, int]:
    """Return what the numbers of one series have alike: beginning and length.

    >>> shape("FAC/2026/00412")
    ('FAC2026', 12)
    """
    whole = squeeze(number)
    counter = re.search(r"\d*$", number.strip()).group()
    return whole[: len(whole) - len(counter)], len(whole)


def find_keys(text: str) -> set[str]:
    """Return every key that a text may hold: its words, their letters and digits, and
    up to six neighbours of these joined, for numbers written with separators.

    >>> "FAC202600412" in find_keys("VIR ROY FAC 2026-00412")
    True
    >>> "202600412" in find_keys("VIRFAC202600412ROY")
    True
    >>> "412" in find_keys("FACTURES 412 ET 455")
    True
    """
    return {key for run in _runs(text) for key in _join(run)}


def wording(text: str) -> str:
    """Return the words of a payment without its numbers: what stays the same when a
    customer pays again.

    >>> wording("VIR SEPA Garage du Nord 21/11 F2026-00412 REF:00017")
    'VIR SEPA GARAGE DU NORD REF'
    """
    words, _pieces = _runs(text)
    return " ".join(word for word in words if not any(c.isdigit() for c in word))


def neighbours(key: str) -> Iterator[str]:
    """Yield the keys that differ by one wrong, missing, added or swapped character.

    A digit is mistaken for a digit, a letter for a letter.

    >>> {"1234576", "123456", "12345679"} <= set(neighbours("1234567"))
    True
    """
    digits, letters = _CHARACTERS[:10], _CHARACTERS[10:]
    for place, character in enumerate(key):
        alike = digits if character.isdigit() else letters
        yield key[:place] + key[place + 1 :]
        for other in alike:
            yield key[:place] + other + key[place + 1 :]
            yield key[:place] + other + key[place:]
        if place:
            yield key[: place - 1] + character + key[place - 1] + key[place + 1 :]
    for other in digits:
        yield key + other


def _runs(text: str) -> Iterable[list[str]]:
    """Return the words of a text, and its letters and digits apart."""
    plain = unicodedata.normalize("NFKD", text.upper())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    words = _WORD.findall(plain)
    return words, [piece for word in words for piece in _PIECE.findall(word)]


def _join(run: list[str]) -> Iterator[str]:
    for start in range(len(run)):
        key = ""
        for piece in run[start : start + JOINED]:
            key += piece
            yield key
            yield key.lstrip("0")
