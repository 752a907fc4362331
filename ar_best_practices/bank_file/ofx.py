"""OFX, the format of Quicken and Money, by Odoo's own ``ofxparse``.

``ofxparse`` reads a well-formed file; real ones lack closing tags and name the wrong
encoding. They are put in order first, in one pass, whatever their size.
"""

import html
import io
import re
from datetime import datetime, time
from decimal import Decimal, InvalidOperation

from ..tools import bank_file, ledger_file
from ..tools.bank_file import BankEntry, BankFileError, BankStatement, clean

HEADER = b"OFXHEADER:100\nENCODING:USASCII\nCHARSET:1252\n\n"
MAX_TAGS = 20 * bank_file.MAX_ENTRIES
MAX_DEPTH = 30
CENT = Decimal("0.01")
_TAG = re.compile(r"<(/?)([A-Za-z0-9_.]+)>([^<]*)")
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_END = re.compile(r"</OFX>", re.IGNORECASE)


def read(content: bytes) -> list[BankStatement]:
    """Return the statements of a file, one for each account.

    :raise BankFileError: not OFX, cut short, or a movement that says nothing
    """
    try:
        from ofxparse import OfxParser
        from ofxparse.ofxparse import AccountType
    except ImportError as error:
        raise BankFileError(bank_file.NO_PARSER) from error

    class Parser(OfxParser):
        """Keeps the bank's own day, other accounts and other currencies."""

        @classmethod
        def parseOfxDateTime(cls, ofxDateTime):
            if ofxDateTime.startswith("00000000"):
                return None
            day = bank_file.parse_day(ofxDateTime, 0)
            return datetime.combine(day, time())

        @classmethod
        def parseTransaction(cls, txn_ofx):
            transaction = super().parseTransaction(txn_ofx)
            transaction.tag = txn_ofx
            return transaction

    try:
        parsed = Parser.parse(io.BytesIO(HEADER + put_in_order(content)))
    except BankFileError:
        raise
    except Exception as error:  # whatever a parser does on a file that is wrong
        raise BankFileError(bank_file.CUT) from error
    kinds = (AccountType.Bank, AccountType.CreditCard)
    return [
        _read_account(account)
        for account in parsed.accounts
        if account.statement and account.type in kinds
    ]


def put_in_order(content: bytes) -> bytes:
    """Return the document with every tag closed, in ASCII.

    :raise BankFileError: it declares entities, is cut short, or is no document

    >>> put_in_order("<OFX><MEMO>Réglé<NAME>R&amp;B</OFX>".encode("cp1252"))
    b'<OFX><MEMO>R&#233;gl&#233;</MEMO><NAME>R&amp;B</NAME></OFX>'
    """
    text = ledger_file.decode(content)
    text = _CDATA.sub(lambda found: html.escape(found[1], quote=False), text)
    if "<!" in text:
        raise BankFileError(bank_file.UNSAFE)
    if text.count("<") > MAX_TAGS:
        raise BankFileError(bank_file.TOO_MANY, value=bank_file.MAX_ENTRIES)
    if not _END.search(text):
        raise BankFileError(bank_file.CUT)
    return "".join(_close_tags(text)).encode("ascii", "xmlcharrefreplace")


def _close_tags(text: str):
    """Yield the tags of a document: a tag with a text is closed behind it, and one
    without that is never closed says nothing."""
    closed = {found[2] for found in _TAG.finditer(text) if found[1]}
    leaf, depth = "", 0
    for found in _TAG.finditer(text):
        slash, name, value = found[1], found[2], found[3].strip()
        if slash and name == leaf:
            leaf = ""
        elif slash:
            depth -= 1
            yield f"</{name}>"
        elif value:
            leaf = name
            yield f"<{name}>{value}</{name}>"
        elif name in closed:
            depth += 1
            yield f"<{name}>"
        if depth > MAX_DEPTH:
            raise BankFileError(bank_file.TOO_DEEP)


def _read_account(account) -> BankStatement:
    """Return a statement; OFX has one balance, on a day of its own."""
    statement = account.statement
    currency = clean(statement.currency).upper()
    moved = [
        transaction for transaction in statement.transactions if transaction.amount
    ]
    entries = [
        _read_entry(transaction, currency, place)
        for place, transaction in enumerate(moved, start=1)
    ]
    closing = _read_balance(statement, entries)
    total = sum(entry.amount for entry in entries)
    return BankStatement(
        clean(account.account_id),
        currency,
        entries,
        opening=None if closing is None else closing - total,
        closing=closing,
        empty=len(statement.transactions) - len(moved),
    )


def _read_balance(statement, entries: list[BankEntry]) -> Decimal | None:
    """Return the balance when it is the one after the last movement."""
    day = getattr(statement, "balance_date", None)
    balance = getattr(statement, "balance", None)
    if balance is None or not day or not entries:
        return None
    if not balance.is_finite():
        raise BankFileError(bank_file.BAD_AMOUNT, 0, balance)
    return balance if day.date() >= max(entry.day for entry in entries) else None


def _read_entry(transaction, currency: str, place: int) -> BankEntry:
    amount = Decimal(transaction.amount)
    if not amount.is_finite():
        raise BankFileError(bank_file.BAD_AMOUNT, place, amount)
    if transaction.date is None:
        raise BankFileError(bank_file.NO_DATE, place)
    name = clean(transaction.payee)
    text = " ".join(dict.fromkeys(filter(None, (name, clean(transaction.memo)))))
    amount, original, other = _convert(transaction.tag, amount, currency, place)
    return BankEntry(
        transaction.date.date(),
        amount,
        text or clean(transaction.checknum),
        reference=bank_file.find_reference(text),
        name=name,
        account=_get_counterparty(transaction.tag),
        bank_ref=clean(transaction.id),
        original_amount=original,
        original_currency=other,
    )


def _get_counterparty(tag) -> str:
    account = tag.find(["bankacctto", "bankacctfrom"])
    number = account and account.find("acctid")
    return clean(number.get_text()) if number else ""


def _convert(tag, amount: Decimal, currency: str, place: int) -> tuple:
    """Return the amount in the account's currency, what was paid in another, which.

    ``ORIGCURRENCY``: the amount is converted already. ``CURRENCY``: it is not.
    """
    found = tag.find(["currency", "origcurrency"])
    symbol, rate = (found and found.find(name) for name in ("cursym", "currate"))
    if not symbol or clean(symbol.get_text()).upper() in ("", currency):
        return amount, None, ""
    other = clean(symbol.get_text()).upper()
    try:
        ratio = Decimal(rate.get_text().strip().replace(",", "."))
        if found.name == "currency":
            return (amount * ratio).quantize(CENT), amount, other
        return amount, (amount / ratio).quantize(CENT), other
    except (ArithmeticError, AttributeError, InvalidOperation) as error:
        raise BankFileError(bank_file.BAD_AMOUNT, place, other) from error
