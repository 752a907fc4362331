"""What waits to be matched, and what it probably pays: decided and kept.

Payments and items are read by a number of statements that does not depend on the data
(``ar_matching_books.py``); the rules themselves are pure (``tools/matching.py``).
"""

import json
from math import floor
from typing import NamedTuple

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.matching import (
    BY_PAYER,
    RULES,
    Match,
    Receipt,
    by_exchange,
    decide,
    find_named,
    spread,
)
from ..tools.open_items import Ledger
from ..tools.reference import find_keys
from ..tools.remittance import read_remittance
from .ar_matching_books import WAITING, Past, to_amount, to_units

# Columns that every decision writes, and their types.
COLUMNS = {
    "id": "int",
    "company_id": "int",
    "kind": "varchar",
    "statement_line_id": "int",
    "credit_line_id": "int",
    "move_id": "int",
    "date": "date",
    "text": "varchar",
    "account_number": "varchar",
    "partner_id": "int",
    "payer_source": "varchar",
    "currency_id": "int",
    "amount": "numeric",
    "left_amount": "numeric",
    "difference": "numeric",
    "rule_id": "int",
    "confidence": "int",
    "doubt": "varchar",
    "reason": "varchar",
    "state": "varchar",
}
LINE_COLUMNS = ("proposal_id", "line_id", "amount", "discount", "written_off")
# A registered payment is found by its number or its amount, as an item is.
PAYMENT_RULES = ("number", "amount")
# Rules that read no number, or another than the one that is written.
UNNAMED = (*BY_PAYER, "typo")
# Rules that add up what is open: a payment may make such a sum by chance.
SUMS = ("balance", "sum")
CERTAIN_SOURCES = ("bank_account", "document")


class Books(NamedTuple):
    """All that a decision reads: ledgers and tolerances by (company, currency),
    commitments by customer, currencies by company, active rules in their order, and
    what persons said before, by entry; ``used`` are credits that certain payments
    deduct."""

    open: dict[tuple[int, int], Ledger]
    payments: dict[tuple[int, int], Ledger]
    commitments: dict[int, tuple]
    tolerances: dict[tuple[int, int], int]
    currencies: dict[int, models.BaseModel]
    rules: dict[str, models.BaseModel]
    pasts: dict[int, Past]
    used: set[int]


class ArMatchingEngine(models.AbstractModel):
    _name = "ar.matching.engine"
    _inherit = ["ar.matching.books", "ar.matching.words"]
    _description = "Finding what payments pay"

    @api.model
    def _propose(self):
        """Decide again about every payment that waits; forget those that are gone."""
        if not self._lock_deciding():
            return  # somebody else decides about the same payments now
        self._flush_books()
        receipts = self.env.execute_query_dict(self._receipt_sql())
        self._name_learned_payers(receipts)
        self.env.cr.execute(self._note_undone_sql(receipts))
        rules = {rule.code: rule for rule in self.env["ar.matching.rule"].search([])}
        decisions = self._decide_all(receipts, rules)
        self._doubt_paid(receipts, decisions)
        self._doubt_repeated(receipts, decisions)
        self._keep(receipts, decisions, rules)

    def _lock_deciding(self) -> bool:
        """Let one transaction decide at a time."""
        query = SQL("SELECT pg_try_advisory_xact_lock(hashtext('ar.matching'))")
        ((free,),) = self.env.execute_query(query)
        return free

    def _flush_books(self):
        self.env["ar.account"]._flush_ledger()
        self.env.flush_all()

    def _note_undone_sql(self, receipts: list[dict]) -> SQL:
        """Mark what was matched and is not any more, wherever that was undone."""
        return SQL(
            """
            UPDATE ar_matching_proposal proposal
               SET state = 'undone'
             WHERE state = 'matched' AND move_id IN %(moves)s
               AND (statement_line_id IN %(lines)s  -- all of it waits again
                OR EXISTS (
                   SELECT FROM ar_matching_proposal_line
                    WHERE proposal_id = proposal.id)
               AND NOT EXISTS (
                   SELECT FROM ar_matching_proposal_partial_rel
                    WHERE proposal_id = proposal.id))
            """,
            moves=tuple({row["move_id"] for row in receipts}) or (0,),
            lines=tuple({row["statement_line_id"] or 0 for row in receipts}) or (0,),
        )

    # ------------------------------------------------------------------
    # Deciding
    # ------------------------------------------------------------------

    def _decide_all(self, receipts: list[dict], rules: dict) -> list[tuple]:
        """Return (code of the rule, what it found) for each payment; all that is open
        is read once, and forgotten with the last decision."""
        books = Books(
            self._get_ledgers({row["company_id"] for row in receipts}),
            self._get_payment_ledgers(),
            self._get_commitments(),
            self._get_tolerances(),
            {company.id: company.currency_id for company in self._get_companies()},
            rules,
            self._get_pasts(receipts),
            set(),
        )
        return [self._decide(row, books) for row in receipts]

    def _decide(self, row: dict, books: Books) -> tuple[str, Match | None]:
        """Return (code of the rule, what it found) for one payment; what is certain is
        no longer open for the payments that follow."""
        receipt = self._read_receipt(row, books)
        if receipt.own in books.used:
            return "", Match("", (), doubt="used")
        code, match, ledger = self._find(row, receipt, books)
        if match:
            match = self._recall(match, row, books.pasts.get(row["move_id"], Past()))
            if match.parts and not match.doubt:
                ledger.settle(match.parts, match.discounts, bool(match.missing))
                ledger.forget(receipt.own)
                books.used.update(item for item, amount in match.parts if amount < 0)
        return code, match

    def _read_receipt(self, row: dict, books: Books) -> Receipt:
        places = row["decimal_places"]
        listed, _unread = read_remittance(row["advice"] or "", places)
        return Receipt(
            to_units(row["amount"], places),
            row["date"],
            row["text"] or "",
            row["payer"] or 0,
            is_sure=row["payer_source"] in CERTAIN_SOURCES,
            family=row["family"] or 0,
            listed=tuple(listed),
            committed=books.commitments.get(row["payer"], ()),
            own=row["credit_line_id"] or 0,
            takes_credits=row["kind"] != "credit_note",
        )

    def _get_receipt(self) -> Receipt:
        """Return a payment that waits, as rules read it."""
        self.ensure_one()
        places = self.currency_id.decimal_places
        return Receipt(
            to_units(self.amount, places),
            self.date,
            self.text or "",
            self.partner_id.id or 0,
            is_sure=self.payer_source in CERTAIN_SOURCES,
            family=self.partner_id.parent_id.id or 0,
            own=self.credit_line_id.id or 0,
        )

    def _find(self, row: dict, receipt: Receipt, books: Books):
        """Return (code of the rule, match, ledger of what it found)."""
        key = row["company_id"], row["currency_id"]
        is_bank = row["kind"] == "statement" and "payment" in books.rules
        if is_bank and key in books.payments:
            match = decide(receipt, books.payments[key], PAYMENT_RULES)
            is_named = match and match.rule == "number"
            if (
                match
                and match.parts
                and (is_named or not find_named(receipt, books.open[key]))
            ):
                return "payment", match, books.payments[key]
        codes = [code for code in books.rules if code in RULES]
        tolerance = books.tolerances.get(key, 0)
        match = decide(receipt, books.open[key], codes, tolerance)
        is_found = match and match.parts or row["kind"] != "statement"
        exchanged = None if is_found else self._find_exchanged(row, receipt, books)
        found = match.rule if match else "", match, books.open[key]
        return exchanged or found

    def _find_exchanged(self, row: dict, receipt: Receipt, books: Books):
        """Look among the items in other currencies, for money in the company's own."""
        company, currency = row["company_id"], row["currency_id"]
        if books.currencies[company].id != currency or "exchange" not in books.rules:
            return None
        for owner, other in sorted(books.open):
            ledger = books.open[owner, other]
            is_foreign = owner == company and other != currency
            if is_foreign and (match := by_exchange(receipt, ledger)):
                item_currency = self.env["res.currency"].browse(other)
                row["item_places"] = item_currency.decimal_places
                return "exchange", match, ledger
        return None

    def _recall(self, match: Match, row: dict, past: Past) -> Match:
        """Apply what persons said before: refused items are not proposed again, and a
        payment that was matched and undone is theirs to decide."""
        items = sign_items(line for line, _amount in match.parts)
        if match.parts and items in past.refused:
            return Match(match.rule, (), doubt="refused")
        if match.doubt == "payer" and row["payer_source"] == "learned":
            return match._replace(doubt="learned")
        if match.parts and past.is_undone:
            return match._replace(doubt=match.doubt or "undone")
        return match

    def _doubt_paid(self, receipts: list[dict], decisions: list[tuple]):
        """Leave to a person what reads no open number, but that of a document which is
        paid: it may be the same payment once more."""
        asked = {
            place: find_keys(receipts[place]["text"] or "")
            for place, (_code, match) in enumerate(decisions)
            if match and match.rule in UNNAMED and match.parts and not match.doubt
        }
        asked = {place: keys for place, keys in asked.items() if _has_number(keys)}
        paid = self._get_paid_keys({receipts[place]["payer"] for place in asked})
        for place, keys in asked.items():
            code, match = decisions[place]
            if keys & paid[receipts[place]["payer"]]:
                decisions[place] = code, match._replace(doubt="paid")

    def _doubt_repeated(self, receipts: list[dict], decisions: list[tuple]):
        """Leave to a person a sum that the same customer paid lately: it may be the
        same payment once more."""
        sums = {
            place
            for place, (code, match) in enumerate(decisions)
            if code in SUMS and match.parts and not match.doubt
        }
        received = self._get_received([receipts[place] for place in sums])
        for place, row in enumerate(receipts):
            paid = row["payer"], row["currency_id"], row["amount"]
            if place in sums and paid in received:
                code, match = decisions[place]
                decisions[place] = code, match._replace(doubt="repeated")
            received.add(paid)

    def _get_tolerances(self) -> dict[tuple[int, int], int]:
        """Return the tolerance of each company in the units of every currency, at the
        rate of the day; never more than the company said."""
        today = fields.Date.context_today(self)
        currencies = self.env["res.currency"].search([("active", "=", True)])
        found = {}
        for company in self._get_companies():
            rates = currencies._get_rates(company, today)
            tolerance = company.ar_matching_tolerance / rates[company.currency_id.id]
            for currency in currencies:
                units = tolerance * rates[currency.id] * 10**currency.decimal_places
                found[company.id, currency.id] = floor(round(units, 6))
        return found

    def _get_companies(self):
        """Return every company that has books of its own.

        sudo: the job decides for all; language and tolerance are no secret.
        """
        tree = self.env["ar.account"]._company_tree()
        return self.env["res.company"].sudo().browse({root for _id, root, _tz in tree})

    # ------------------------------------------------------------------
    # Keeping
    # ------------------------------------------------------------------

    def _keep(self, receipts: list[dict], decisions: list[tuple], rules: dict):
        """Write all proposals again: those there, those new, and none that is gone."""
        writers = self._get_writers()
        rows = [
            writers[row["company_id"]]._prepare_row(row, rules.get(code), match)
            for row, (code, match) in zip(receipts, decisions, strict=True)
        ]
        items = [row.pop("items") for row in rows]
        asked = self._get_asked()
        self.env.cr.execute(self._forget_sql([row["id"] for row in rows if row["id"]]))
        ids = {
            (statement, credit): proposal
            for proposal, statement, credit in self.env.execute_query(
                self._keep_sql(rows)
            )
        }
        lines = [
            (ids[row["statement_line_id"], row["credit_line_id"]], *item)
            for row, parts in zip(rows, items, strict=True)
            for item in parts
        ]
        self.env.cr.execute(self._keep_lines_sql(lines))
        self.env.invalidate_all()
        self._forget_asked(asked)

    def _get_asked(self) -> dict[int, tuple]:
        """Return what persons asked the job to match, with what it was to pay.

        sudo: of all companies, as all payments are decided about.
        """
        asked = Domain("asked_uid", "!=", False) & Domain("state", "in", WAITING)
        found = self.env["ar.matching.proposal"].sudo().search(asked)
        return {proposal.id: proposal._get_choice() for proposal in found}

    def _forget_asked(self, asked: dict[int, tuple]):
        """Do not match in the name of a person what he did not see."""
        # sudo: as above
        waiting = self.env["ar.matching.proposal"].sudo().browse(asked).exists()
        waiting.filtered(
            lambda proposal: proposal._get_choice() != asked[proposal.id]
        ).asked_uid = False

    def _get_writers(self) -> dict:
        """Return these records speaking each company's language, by company."""
        return {
            company.id: self.with_context(lang=company.partner_id.lang)
            for company in self._get_companies()
        }

    def _prepare_row(self, row: dict, rule, match: Match | None) -> dict:
        """Return one proposal as it is stored, its amounts in its currency."""
        places = row["decimal_places"]
        item_places = row.get("item_places", places)
        parts = match.parts if match else ()
        discounts = dict(match.discounts) if match else {}
        # what a payment lacks, it lacks of the last items
        lacking = dict(spread(reversed(parts), match.missing)) if parts else {}
        doubt = match.doubt if match else ""
        certain = bool(parts and not doubt and rule and rule.is_certain)
        return {
            "id": row["id"],
            "company_id": row["company_id"],
            "kind": row["kind"],
            "statement_line_id": row["statement_line_id"],
            "credit_line_id": row["credit_line_id"],
            "move_id": row["move_id"],
            "date": row["date"].isoformat(),
            "text": row["text"],
            "account_number": row["account_number"],
            "partner_id": row["payer"],
            "payer_source": row["payer_source"],
            "currency_id": row["currency_id"],
            "amount": float(row["amount"]),
            "left_amount": to_amount(match.rest if match else 0, places),
            "difference": to_amount(match.missing if match else 0, places),
            "rule_id": rule.id if rule else None,
            "confidence": rule.confidence if rule and parts and not doubt else 0,
            "doubt": doubt,
            "reason": self._say_why(rule, match, doubt),
            "state": "certain" if certain else "likely" if parts else "unknown",
            "items": [
                (
                    line,
                    to_amount(amount, item_places),
                    to_amount(discounts.get(line, 0), item_places),
                    to_amount(lacking.get(line, 0), item_places),
                )
                for line, amount in parts
            ],
        }

    def _forget_sql(self, kept: list[int]) -> SQL:
        """Delete what waited and is gone (matched by hand, cancelled, deleted), and the
        items of what is decided again."""
        return SQL(
            """
            WITH emptied AS (
                DELETE FROM ar_matching_proposal_line WHERE proposal_id IN %(kept)s
            )
            DELETE FROM ar_matching_proposal
             WHERE state IN %(waiting)s AND id NOT IN %(kept)s
            """,
            kept=tuple(kept) or (0,),
            waiting=WAITING,
        )

    def _keep_sql(self, rows: list[dict]) -> SQL:
        """Insert or update proposals in one statement, whatever their number."""
        names = [name for name in COLUMNS if name != "id"]
        return SQL(
            """
            INSERT INTO ar_matching_proposal (id, %(names)s)
            SELECT COALESCE(id, nextval('ar_matching_proposal_id_seq')), %(names)s
              FROM jsonb_to_recordset(%(rows)s::jsonb) AS decided (%(types)s)
       ON CONFLICT (id) DO UPDATE
               SET (%(names)s) = ROW(%(values)s)
         RETURNING id, statement_line_id, credit_line_id
            """,
            names=SQL(", ").join(map(SQL.identifier, names)),
            values=SQL(", ").join(SQL.identifier("excluded", name) for name in names),
            types=SQL(", ").join(
                SQL("%s %s", SQL.identifier(name), SQL(kind))
                for name, kind in COLUMNS.items()
            ),
            rows=json.dumps(rows),
        )

    def _keep_lines_sql(self, lines: list[tuple]) -> SQL:
        """Insert the items of proposals; number and due date are frozen."""
        return SQL(
            """
            INSERT INTO ar_matching_proposal_line (
                   proposal_id, line_id, move_id, number, due_date, currency_id, amount,
                   discount, written_off)
            SELECT part.proposal_id, line.id, line.move_id, line.move_name,
                   COALESCE(line.date_maturity, line.date), line.currency_id,
                   part.amount, part.discount, part.written_off
              FROM jsonb_to_recordset(%s::jsonb) AS part (
                   proposal_id int, line_id int, amount numeric, discount numeric,
                   written_off numeric)
              JOIN account_move_line line ON line.id = part.line_id
            """,
            json.dumps([dict(zip(LINE_COLUMNS, line, strict=True)) for line in lines]),
        )


def _has_number(keys: set[str]) -> bool:
    return any(c.isdigit() for key in keys for c in key)


def sign_items(lines) -> str:
    """Return how a set of items is remembered."""
    return ",".join(map(str, sorted(lines)))
