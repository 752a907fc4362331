"""CAMT.053, the statement of ISO 20022: any version from 001.02 on, by local names."""

from collections.abc import Iterator
from decimal import Decimal

from lxml import etree

from ..tools import bank_file
from ..tools.bank_file import BankEntry, BankFileError, BankStatement, clean

MAX_NODES = 100 * bank_file.MAX_ENTRIES
STATEMENTS = "BkToCstmrStmt"
OTHER_REPORTS = ("BkToCstmrAcctRpt", "BkToCstmrDbtCdtNtfctn")  # camt.052 and 054
OPENING, CLOSING = ("OPBD", "PRCD"), ("CLBD",)
BOOKED = "BOOK"
BOOKING_DAYS, VALUE_DAYS = ("BookgDt/Dt", "BookgDt/DtTm"), ("ValDt/Dt", "ValDt/DtTm")
SEVERAL = " · "


def read(content: bytes) -> list[BankStatement]:
    """Return the statements of a file, one for each account and period.

    :raise BankFileError: not XML, not a statement, or a movement that says nothing
    """
    root = _parse(content)
    found = next(_iterate(root, STATEMENTS), None)
    if found is None:
        known = any(
            next(_iterate(root, name), None) is not None for name in OTHER_REPORTS
        )
        code = bank_file.NOT_A_STATEMENT if known else bank_file.UNKNOWN
        raise BankFileError(code, value=_name(root))
    return [_Reader(node).get_statement() for node in _children(found, "Stmt")]


def _parse(content: bytes):
    """Return the root of a document that declares nothing and asks for nothing."""
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise BankFileError(bank_file.UNSAFE)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise BankFileError(bank_file.BROKEN, value=error.lineno or 1) from error
    if root.getroottree().docinfo.internalDTD is not None:  # in another encoding
        raise BankFileError(bank_file.UNSAFE)
    if sum(1 for _node in root.iter()) > MAX_NODES:
        raise BankFileError(bank_file.TOO_MANY, value=bank_file.MAX_ENTRIES)
    return root


def _name(node) -> str:
    return etree.QName(node).localname if isinstance(node.tag, str) else ""


def _iterate(root, name: str) -> Iterator:
    return (node for node in root.iter() if _name(node) == name)


def _children(node, *path: str) -> list:
    """Return the nodes that a path of local names leads to."""
    nodes = [node]
    for name in path:
        nodes = [child for node in nodes for child in node if _name(child) == name]
    return nodes


def _texts(node, path: str) -> list[str]:
    """Return the texts at a path such as ``RmtInf/Ustrd``, without empty ones."""
    found = (clean(child.text) for child in _children(node, *path.split("/")))
    return [text for text in found if text]


def _text(node, *paths: str) -> str:
    """Return the first text at the first of some paths that has one."""
    return next((text for path in paths for text in _texts(node, path)), "")


def _is_debit(node) -> bool:
    return _text(node, "CdtDbtInd") == "DBIT"


class _Reader:
    """Reads one statement: its account, balances and movements."""

    def __init__(self, statement):
        self.statement = statement
        self.account = _text(
            statement, "Acct/Id/IBAN", "Acct/Id/Othr/Id", "Acct/Id/PrtryAcct/Id"
        )
        self.pending = 0
        self.empty = 0

    def get_statement(self) -> BankStatement:
        nodes = _children(self.statement, "Ntry")
        if len(nodes) > bank_file.MAX_ENTRIES:
            raise BankFileError(bank_file.TOO_MANY, value=bank_file.MAX_ENTRIES)
        amounts = [*nodes, *_children(self.statement, "Bal")]
        currencies = {
            amount.get("Ccy") for node in amounts for amount in _children(node, "Amt")
        }
        named = {_text(self.statement, "Acct/Ccy"), *currencies} - {"", None}
        if len(named) > 1:
            raise BankFileError(
                bank_file.TWO_CURRENCIES, value=", ".join(sorted(named))
            )
        self.currency = named.pop() if named else ""
        entries = [
            entry
            for place, node in enumerate(nodes, start=1)
            for entry in self._read_entries(node, place)
        ]
        return BankStatement(
            self.account,
            self.currency,
            entries,
            number=_text(self.statement, "Id"),
            opening=self._read_balance(OPENING),
            closing=self._read_balance(CLOSING),
            pending=self.pending,
            empty=self.empty,
        )

    def _read_balance(self, codes: tuple[str, ...]) -> Decimal | None:
        """Return the balance of the first of some codes; the last one of a code, for a
        long statement gives one by page."""
        found = {}
        for node in _children(self.statement, "Bal"):
            amount = bank_file.parse_decimal(_text(node, "Amt"), 0)
            code = _text(node, "Tp/CdOrPrtry/Cd")
            if code in CLOSING or code not in found:
                found[code] = -amount if _is_debit(node) else amount
        return next((found[code] for code in codes if code in found), None)

    def _read_entries(self, node, place: int) -> list[BankEntry]:
        """Return the movements of an entry: those of a batch when they add up to it."""
        if (_text(node, "Sts/Cd", "Sts") or BOOKED) != BOOKED:
            self.pending += 1
            return []
        amount = bank_file.parse_decimal(_text(node, "Amt"), place)
        amount = -amount if _is_debit(node) else amount
        if not amount:
            self.empty += 1
            return []
        details = _children(node, "NtryDtls", "TxDtls")
        parts = [self._get_part(detail, node) for detail in details]
        if len(details) > 1 and None not in parts and sum(parts) == amount:
            pairs = zip(details, parts, strict=True)
            return [self._prepare(node, [d], part, place) for d, part in pairs if part]
        return [self._prepare(node, details, amount, place)]

    def _get_part(self, detail, node) -> Decimal | None:
        """Return the amount of one transaction of a batch, ``None`` if not known."""
        for path in ("Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/InstdAmt/Amt"):
            for found in _children(detail, *path.split("/")):
                if found.get("Ccy") == self.currency:
                    side = detail if _text(detail, "CdtDbtInd") else node
                    amount = bank_file.parse_decimal(found.text, 0)
                    return -amount if _is_debit(side) else amount
        return None

    def _prepare(self, node, details: list, amount: Decimal, place: int) -> BankEntry:
        """Return a movement of one transaction, or of a batch that cannot be split."""
        alone = details[0] if len(details) == 1 else node
        returned = _text(node, "RvslInd") in ("true", "1")
        returned = returned or any(_children(detail, "RtrInf") for detail in details)
        name, account = self._get_party(alone, (amount < 0) ^ returned)
        text = self._get_text(node, details)
        original, currency = self._get_original(alone, amount)
        value_day = _text(node, *VALUE_DAYS)
        return BankEntry(
            bank_file.parse_day(_text(node, *BOOKING_DAYS, *VALUE_DAYS), place),
            amount,
            text,
            value_day=bank_file.parse_day(value_day, place) if value_day else None,
            reference=_text(alone, "RmtInf/Strd/CdtrRefInf/Ref")
            or bank_file.find_reference(text),
            end_to_end=_text(alone, "Refs/EndToEndId"),
            name=name,
            account=account,
            bank_ref=_text(alone, "Refs/AcctSvcrRef")
            or _text(node, "AcctSvcrRef", "NtryRef"),
            original_amount=original,
            original_currency=currency,
            is_return=returned,
        )

    def _get_party(self, node, we_paid: bool) -> tuple[str, str]:
        """Return name and account of the other party: who is paid when we pay.

        Of a payment that comes back, the parties are those of the first way.
        """
        sides = ["Cdtr", "Dbtr"] if we_paid else ["Dbtr", "Cdtr"]
        accounts = {
            side: _text(
                node,
                f"RltdPties/{side}Acct/Id/IBAN",
                f"RltdPties/{side}Acct/Id/Othr/Id",
            )
            for side in sides
        }
        if accounts[sides[0]] and accounts[sides[0]] == self.account:
            sides.reverse()
        side = sides[0]
        paths = (
            f"{side}/Nm",
            f"{side}/Pty/Nm",
            f"Ultmt{side}/Nm",
            f"Ultmt{side}/Pty/Nm",
        )
        name = _text(node, *(f"RltdPties/{path}" for path in paths))
        return name, accounts[side]

    def _get_text(self, node, details: list) -> str:
        """Return all that is said of the payments, else what the bank calls them."""
        said = [_get_remittance(detail) for detail in details]
        text = SEVERAL.join(dict.fromkeys(filter(None, said)))
        return text or _text(node, "AddtlNtryInf")

    def _get_original(self, node, amount: Decimal) -> tuple[Decimal | None, str]:
        """Return what was paid in another currency, signed as the amount."""
        for path in ("AmtDtls/InstdAmt/Amt", "AmtDtls/TxAmt/Amt"):
            for found in _children(node, *path.split("/")):
                if found.get("Ccy") not in (None, self.currency):
                    original = bank_file.parse_decimal(found.text, 0)
                    signed = original if amount > 0 else -original
                    return signed, found.get("Ccy")
        return None, ""


def _get_remittance(detail) -> str:
    """Return what the payer wrote, with the references that are not in it."""
    words = " ".join(
        _texts(detail, "RmtInf/Ustrd") + _texts(detail, "RmtInf/Strd/AddtlRmtInf")
    )
    documents = _texts(detail, "RmtInf/Strd/RfrdDocInf/Nb")
    references = _texts(detail, "RmtInf/Strd/CdtrRefInf/Ref")
    new = [text for text in references + documents if text not in words]
    return " ".join([words, *new]).strip() or _text(detail, "AddtlTxInf")
