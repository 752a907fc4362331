"""What a bank statement file says, whatever its format.

Readers (``bank_csv`` here, ``camt`` and ``ofx`` in the package ``bank_file``) return
:class:`BankStatement`; what is wrong is a :class:`BankFileError`, whose words and
translations are elsewhere. Standard library only.
"""

import codecs
import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

CAMT, OFX, CSV = "camt", "ofx", "csv"
MAX_BYTES = 20 * 1024 * 1024
MAX_ENTRIES = 3000  # in one transaction of less than a minute
MAX_AMOUNT = Decimal(10) ** 12
MAX_DECIMALS = 4
MAX_REFERENCE = 100  # characters
OLDEST = timedelta(days=20 * 365)
LATEST = timedelta(days=10)  # what a bank books ahead of a holiday

# Why a file is refused, as a whole.
EMPTY = "empty"
TOO_BIG = "too_big"
TOO_MANY = "too_many"
TOO_LONG = "too_long"
TOO_WIDE = "too_wide"
TOO_DEEP = "too_deep"
ARCHIVE = "archive"
NOT_TEXT = "not_text"
NOT_UTF8 = "not_utf8"
UNKNOWN = "unknown"
NOT_A_STATEMENT = "not_a_statement"
UNSAFE = "unsafe"
BROKEN = "broken"
CUT = "cut"
NO_PARSER = "no_parser"
NO_STATEMENT = "no_statement"
NO_DATE = "no_date"
BAD_DATE = "bad_date"
ODD_DATE = "odd_date"
FUTURE = "future"
NO_AMOUNT = "no_amount"
BAD_AMOUNT = "bad_amount"
ODD_AMOUNT = "odd_amount"
TWO_AMOUNTS = "two_amounts"
TWO_CURRENCIES = "two_currencies"

# What banks write where they have nothing to say.
NOTHING = frozenset({"", "NOTPROVIDED", "NOT PROVIDED", "NONREF", "NONE", "0"})
_RF = re.compile(r"\bRF\d{2}(?: ?[A-Z0-9]){1,21}\b")
_BELGIAN = re.compile(r"(?<!\d)\+{0,3}(\d{3})/(\d{4})/(\d{5})\+{0,3}(?!\d)")
_WORD = re.compile(r"\w{4,}")


class BankFileError(Exception):
    """Why a file cannot be imported: a code, and what the words for it need."""

    def __init__(self, code: str, place: int = 0, value: object = ""):
        super().__init__(code)
        self.code, self.place, self.value = code, place, str(value)[:80]


class BankEntry(NamedTuple):
    """One movement of an account; ``amount`` is negative when money leaves it.

    ``text`` is all that is said of the payment, ``reference`` a structured one (RF,
    Belgian, or what the bank marks as such), ``name`` and ``account`` are those of the
    other party, ``bank_ref`` is the bank's own reference of the movement. The original
    amount, signed, is what was paid in another currency. ``is_return``: a payment that
    comes back.
    """

    day: date
    amount: Decimal
    text: str = ""
    value_day: date | None = None
    reference: str = ""
    end_to_end: str = ""
    name: str = ""
    account: str = ""
    bank_ref: str = ""
    original_amount: Decimal | None = None
    original_currency: str = ""
    is_return: bool = False


class BankStatement(NamedTuple):
    """The movements of one account, with its balances when the file has them.

    ``pending`` movements are not booked yet, ``empty`` ones say nothing (no amount, no
    date): neither are among ``entries``. ``account`` and ``currency`` are empty when
    the file does not name them. ``kind`` is the format of the file.
    """

    account: str
    currency: str
    entries: list[BankEntry]
    number: str = ""
    opening: Decimal | None = None
    closing: Decimal | None = None
    pending: int = 0
    empty: int = 0
    kind: str = ""


def sniff(content: bytes) -> str:
    """Return the format of a file, found in its content.

    :return: ``camt``, ``ofx`` or ``csv``
    :raise BankFileError: nothing that a bank writes as a statement

    >>> sniff(b"<?xml version='1.0'?><Document/>"), sniff(b"OFXHEADER:100")
    ('camt', 'ofx')
    >>> sniff(b'<?xml version="1.0"?><?OFX OFXHEADER="200"?>'), sniff(b"Date;Montant")
    ('ofx', 'csv')
    """
    if len(content) > MAX_BYTES:
        raise BankFileError(TOO_BIG, value=MAX_BYTES // 1024**2)
    if content.startswith((b"PK\x03\x04", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf")):
        raise BankFileError(ARCHIVE)
    start = content[:4096].lstrip(codecs.BOM_UTF8 + b" \t\r\n").upper()
    if not start:
        raise BankFileError(EMPTY)
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        words = content[:4096].decode("utf-16", errors="ignore").lstrip().upper()
        if words.startswith(("<", "OFXHEADER")):
            raise BankFileError(NOT_UTF8)
        return CSV  # spreadsheets write it, banks do not
    if b"\0" in content or start.startswith((b"%PDF", b"\xd0\xcf\x11\xe0")):
        raise BankFileError(NOT_TEXT)
    if start.startswith(b"OFXHEADER") or b"<OFX>" in start or b"<?OFX" in start:
        return OFX
    if start.startswith(b"<"):
        return CAMT
    if start.startswith((b":20:", b"{1:", b"!TYPE:")):
        raise BankFileError(UNKNOWN)
    return CSV


def clean(text: str | None) -> str:
    """Return a text on one line; empty for what says nothing.

    >>> clean(" VIR  SEPA\\n ROY "), clean("NOTPROVIDED"), clean(None)
    ('VIR SEPA ROY', '', '')
    """
    line = " ".join((text or "").replace("\0", "").split())
    return "" if line.upper() in NOTHING else line


def find_reference(text: str) -> str:
    """Return the structured reference in a text, empty when there is none.

    ISO 11649 (RF) and the Belgian one, with right check digits.

    >>> find_reference("Facture RF18 5390 0754 7034, merci")
    'RF18539007547034'
    >>> find_reference("+++090/9337/55493+++"), find_reference("RF19539007547034")
    ('+++090/9337/55493+++', '')
    """
    for found in _RF.finditer(text.upper()):
        words = found[0].split(" ")
        for end in range(len(words), 0, -1):  # the words after it may look like it
            reference = "".join(words[:end])
            if 5 <= len(reference) <= 25 and _is_iso_reference(reference):
                return reference
    for found in _BELGIAN.finditer(text):
        number, check = divmod(int("".join(found.groups())), 100)
        if check == (number % 97 or 97):
            return f"+++{found[1]}/{found[2]}/{found[3]}+++"
    return ""


def _is_iso_reference(reference: str) -> bool:
    turned = reference[4:] + reference[:4]
    return int("".join(str(int(char, 36)) for char in turned)) % 97 == 1


def parse_decimal(text: str | None, place: int) -> Decimal:
    """Return an amount written the XML way.

    >>> parse_decimal(" 1234.50 ", 1)
    Decimal('1234.50')

    :param place: the position of the movement, told when it is wrong
    :raise BankFileError: not an amount
    """
    stripped = (text or "").strip()
    if not re.fullmatch(r"[-+]?\d{1,18}(\.\d{0,10})?|[-+]?\.\d{1,10}", stripped, re.A):
        raise BankFileError(BAD_AMOUNT if stripped else NO_AMOUNT, place, stripped)
    return Decimal(stripped)


def parse_day(text: str | None, place: int) -> date:
    """Return the day of a date or of a date with a time, as the bank wrote it.

    >>> parse_day("2026-03-02T23:30:00-05:00", 1), parse_day("20260302[-5:EST]", 1)
    (datetime.date(2026, 3, 2), datetime.date(2026, 3, 2))

    :raise BankFileError: not a date
    """
    stripped = (text or "").strip()
    found = re.match(r"(\d{4})(-?)(\d{2})\2(\d{2})", stripped, re.ASCII)
    try:
        return date(int(found[1]), int(found[3]), int(found[4]))
    except (TypeError, ValueError) as error:
        code = BAD_DATE if stripped else NO_DATE
        raise BankFileError(code, place, stripped) from error


def check(statements: Iterable[BankStatement], today: date) -> None:
    """Refuse a file that no bank would write.

    >>> day = date(2026, 3, 2)
    >>> check([BankStatement("", "EUR", [BankEntry(day, Decimal("9.90"))])], day)

    :raise BankFileError: too many movements, an absurd date or amount
    """
    count = 0
    for statement in statements:
        for balance in (statement.opening, statement.closing):
            if balance is not None:
                _check_amount(balance, 0)
        count += len(statement.entries)
        if count > MAX_ENTRIES:
            raise BankFileError(TOO_MANY, value=MAX_ENTRIES)
        for place, entry in enumerate(statement.entries, start=1):
            _check_amount(entry.amount, place)
            if entry.original_amount is not None:
                _check_amount(entry.original_amount, place)
            if not today - OLDEST <= entry.day:
                raise BankFileError(ODD_DATE, place, entry.day)
            if entry.day > today + LATEST:
                raise BankFileError(FUTURE, place, entry.day)


def _check_amount(amount: Decimal, place: int) -> None:
    decimals = -amount.normalize().as_tuple().exponent
    if abs(amount) >= MAX_AMOUNT or decimals > MAX_DECIMALS:
        raise BankFileError(ODD_AMOUNT, place, amount)


def import_refs(statements: Iterable[BankStatement]) -> list[list[str]]:
    """Return what tells each movement of a file from all others of its account.

    The bank's own reference when there is one, with day and amount: some banks begin
    to count again every day. Else a hash of all that is said of the movement. Two that
    are the same are told apart by their order in the file, so that both are kept, and
    are the same again when the file comes a second time.

    :return: for each statement, the references of its entries

    >>> day = date(2026, 3, 2)
    >>> named = BankEntry(day, Decimal("12.5"), bank_ref="A1")
    >>> twice = BankEntry(day, Decimal("9.90"), "Bread")
    >>> [[first, second, third]] = import_refs(
    ...     [BankStatement("X", "EUR", [named, twice, twice])]
    ... )
    >>> first, second == third
    ('A1 2026-03-02 12.5', False)
    """
    seen: Counter[tuple[str, str]] = Counter()
    found = []
    for statement in statements:
        refs = []
        for entry in statement.entries:
            ref = _import_ref(statement.account, entry)
            seen[statement.account, ref] += 1
            times = seen[statement.account, ref]
            refs.append(ref if times == 1 else f"{ref} #{times}")
        found.append(refs)
    return found


def _import_ref(account: str, entry: BankEntry) -> str:
    day, amount = entry.day.isoformat(), f"{entry.amount.normalize():f}"
    if 0 < len(entry.bank_ref) <= MAX_REFERENCE:
        return f"{entry.bank_ref} {day} {amount}"
    parts = (account, day, amount, entry.text, entry.name, entry.account)
    text = "\x1f".join(part.casefold() for part in parts)
    return f"{hashlib.sha256(text.encode()).hexdigest()[:40]} {day}"


def sanitize_account(number: str) -> str:
    """Return an account number as letters and figures only.

    >>> sanitize_account("fr76 3000-6000")
    'FR7630006000'
    """
    return re.sub(r"[^0-9A-Z]", "", number.upper())


def is_same_account(one: str, other: str) -> bool:
    """Say whether two account numbers are of one account: one may be a part of the
    other, as a national number is of its IBAN.

    >>> is_same_account("FR76 3000 6000 0112 3456 7890 189", "00012345678 90189")
    False
    >>> is_same_account("FR7630006000011234567890189", "12345678901")
    True
    """
    short, long = sorted(map(sanitize_account, (one, other)), key=len)
    return short == long or (len(short) >= 5 and short in long)


def is_similar(one: str, other: str) -> bool:
    """Say whether two texts may speak of one payment: a word of four characters or more
    in common, or nothing to compare.

    >>> is_similar("VIR ROY F/26/00412", "Paiement 00412"), is_similar("LOYER", "Roy")
    (True, True)
    >>> is_similar("LOYER MARS", "VIR MENUISERIE ROY")
    False
    """
    words = [set(_WORD.findall(text.casefold())) for text in (one, other)]
    return not all(words) or bool(words[0] & words[1])
