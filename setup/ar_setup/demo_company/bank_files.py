"""Two files as the bank of the demo company would give them, to try the import with.

They are kept as downloads of the database, for invoices and their numbers are those of
the day of the build.
"""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from typing import Any, NamedTuple
from xml.etree import ElementTree

from .bank import open_items

NAMED = 7  # the first open items are paid by the lines that are there already
CAMT = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
OPENING = 48_210.35


class Movement(NamedTuple):
    """A line of a statement: ``reference`` is structured, ``end_to_end`` is theirs."""

    amount: float
    text: str
    name: str = ""
    reference: str = ""
    end_to_end: str = "NOTPROVIDED"


def offer(env, company, today: date) -> None:
    """Make the files, once, from open items that nobody has paid yet."""
    journal = env["account.journal"].search(
        [("type", "=", "bank"), ("company_id", "=", company.id)], limit=1
    )
    items = open_items(env, company)[NAMED : NAMED + 8]
    if len(items) < 8 or env.ref("ar_demo.bank_file_camt", raise_if_not_found=False):
        return
    number = journal.bank_account_id.acc_number
    yesterday = today - timedelta(days=1)
    camt = write_camt(number, yesterday, _camt_movements(items[:5]))
    table = write_csv(number, yesterday, _csv_movements(items[5:]))
    _keep(env, "bank_file_camt", "releve_bancaire.xml", camt)
    _keep(env, "bank_file_csv", "releve_bancaire.csv", table)


def _keep(env, name: str, filename: str, content: bytes) -> None:
    """Keep a file at ``/web/content/ar_demo.<name>``."""
    values = {"name": filename, "raw": content, "public": True}
    file = env["ir.attachment"].create(values)
    xmlid = {"xml_id": f"ar_demo.{name}", "record": file, "noupdate": True}
    env["ir.model.data"]._update_xmlids([xmlid])


def _payer(item) -> str:
    return item.partner_id.commercial_partner_id.name


def _camt_movements(items) -> list[Movement]:
    """Return payments that name their invoice in every way, one that does not, and
    money that leaves."""
    plain, referred, tagged, part, more = items
    number = [item.move_id.name for item in items]
    return [
        Movement(plain.amount_residual, f"Facture {number[0]}", _payer(plain)),
        Movement(
            referred.amount_residual,
            "",
            _payer(referred),
            reference=referred.move_id.payment_reference,
        ),
        Movement(
            tagged.amount_residual, "VIREMENT", _payer(tagged), end_to_end=number[2]
        ),
        Movement(round(part.amount_residual / 2, 2), f"Acompte {number[3]}"),
        Movement(more.amount_residual + 12.5, f"Paiement {number[4]}", _payer(more)),
        Movement(268.4, "REMISE CHEQUES 000902"),
        Movement(-18.5, "FRAIS DE TENUE DE COMPTE"),
    ]


def _csv_movements(items) -> list[Movement]:
    movements = [
        Movement(item.amount_residual, f"VIR {_payer(item)} {item.move_id.name}")
        for item in items
    ]
    return [*movements, Movement(-64.9, "PRLV TELEPHONE")]


def write_camt(number: str, day: date, movements: list[Movement]) -> bytes:
    """Return a CAMT.053 statement of one day."""
    root = ElementTree.Element("Document", xmlns=CAMT)
    statement = _add(root, "BkToCstmrStmt/Stmt")
    _add(statement, "Id", f"{day:%Y-%j}")
    _add(statement, "Acct/Id/IBAN", number)
    closing = round(OPENING + sum(movement.amount for movement in movements), 2)
    for code, amount in (("OPBD", OPENING), ("CLBD", closing)):
        balance = _add(statement, "Bal")
        _add(balance, "Tp/CdOrPrtry/Cd", code)
        _add_amount(balance, amount)
        _add(balance, "Dt/Dt", day.isoformat())
    for rank, movement in enumerate(movements, start=1):
        _add_entry(statement, day, f"{day:%y%m%d}-{rank:04}", movement)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _add_entry(statement, day: date, bank_ref: str, movement: Movement) -> None:
    entry = _add(statement, "Ntry")
    _add_amount(entry, movement.amount)
    _add(entry, "Sts/Cd", "BOOK")
    _add(entry, "BookgDt/Dt", day.isoformat())
    _add(entry, "AcctSvcrRef", bank_ref)
    details = _add(entry, "NtryDtls/TxDtls")
    _add(details, "Refs/EndToEndId", movement.end_to_end)
    if movement.name:
        _add(details, "RltdPties/Dbtr/Pty/Nm", movement.name)
    remittance = _add(details, "RmtInf")
    if movement.text:
        _add(remittance, "Ustrd", movement.text)
    if movement.reference:
        _add(remittance, "Strd/CdtrRefInf/Ref", movement.reference)


def _add(node, path: str, text: str | None = None) -> Any:
    """Add nodes one in the other; return the last, which holds the text."""
    for name in path.split("/"):
        node = ElementTree.SubElement(node, name)
    node.text = text
    return node


def _add_amount(node, amount: float) -> None:
    _add(node, "Amt", f"{abs(amount):.2f}").set("Ccy", "EUR")
    _add(node, "CdtDbtInd", "CRDT" if amount > 0 else "DBIT")


def write_csv(number: str, day: date, movements: list[Movement]) -> bytes:
    """Return a table as French banks write it."""
    text = io.StringIO()
    rows = csv.writer(text, delimiter=";", lineterminator="\r\n")
    rows.writerow(["Compte", "Date", "Libellé", "Débit", "Crédit", "Devise"])
    for movement in movements:
        amount = f"{movement.amount:.2f}".replace(".", ",")
        sides = (amount, "") if movement.amount < 0 else ("", amount)
        rows.writerow([number, f"{day:%d/%m/%Y}", movement.text, *sides, "EUR"])
    return text.getvalue().encode("cp1252")
