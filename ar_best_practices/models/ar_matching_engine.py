"""What waits to be matched, and what it probably pays: read, decided, kept.

Payments and items are read by a number of statements that does not depend on the data;
the rules themselves are pure (``tools/matching.py``).
"""

import json
from collections import defaultdict
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

from ..tools.matching import Item, Ledger, Match, Receipt, decide

WAITING = ("certain", "likely", "unknown")
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
# A registered payment is found by its number or its amount, as an item is.
PAYMENT_RULES = ("number", "amount")
CERTAIN_SOURCES = ("bank_account", "learned", "document")


class Books(NamedTuple):
    """All that a decision reads: ledgers by (company, currency), promises by customer,
    tolerances by company, active rules in their order."""

    open: dict[tuple[int, int], Ledger]
    payments: dict[tuple[int, int], Ledger]
    promises: dict[int, tuple]
    tolerances: dict[int, float]
    rules: dict[str, models.BaseModel]


class ArMatchingEngine(models.AbstractModel):
    _name = "ar.matching.engine"
    _description = "Finding what payments pay"

    @api.model
    def _propose(self):
        """Decide again about every payment that waits; forget those that are gone."""
        if not self._lock_deciding():
            return  # somebody else decides about the same payments now
        self._flush_books()
        receipts = self.env.execute_query_dict(self._receipt_sql())
        books = Books(
            self._get_ledgers({(r["company_id"], r["currency_id"]) for r in receipts}),
            self._get_payment_ledgers(),
            self._get_promises(),
            self._get_tolerances(),
            {rule.code: rule for rule in self.env["ar.matching.rule"].search([])},
        )
        self._keep(receipts, [self._decide(row, books) for row in receipts], books)

    def _lock_deciding(self) -> bool:
        """Let one transaction decide at a time."""
        query = SQL("SELECT pg_try_advisory_xact_lock(hashtext('ar.matching'))")
        ((free,),) = self.env.execute_query(query)
        return free

    def _flush_books(self):
        self.env["ar.account"]._flush_ledger()
        self.env.flush_all()

    # ------------------------------------------------------------------
    # What waits
    # ------------------------------------------------------------------

    def _receipt_sql(self) -> SQL:
        """Return bank lines, payments and credit notes with something left of them."""
        accounts = self.env["ar.account"]
        return SQL(
            """
            SELECT receipt.*, currency.decimal_places,
                   COALESCE(bank_line.id, credit.id) AS id,
                   COALESCE(bank_line.refused, credit.refused) AS refused,
                   COALESCE(person.commercial_partner_id, owner.partner_id) AS payer,
                   payer.parent_id AS family,
                   CASE WHEN receipt.kind = 'credit_note' THEN 'document'
                        WHEN owner.partner_id = COALESCE(person.commercial_partner_id,
                                                         owner.partner_id)
                            THEN 'bank_account'
                        WHEN person.id IS NOT NULL THEN 'typed' END AS payer_source
              FROM (%(statements)s UNION ALL %(credits)s) receipt
              JOIN res_currency currency ON currency.id = receipt.currency_id
         LEFT JOIN res_partner person ON person.id = receipt.partner_id
         LEFT JOIN (%(owners)s) owner ON owner.number = receipt.account_number
         LEFT JOIN res_partner payer ON payer.id = COALESCE(
                       person.commercial_partner_id, owner.partner_id)
         LEFT JOIN ar_matching_proposal bank_line
                ON bank_line.statement_line_id = receipt.statement_line_id
         LEFT JOIN ar_matching_proposal credit
                ON credit.credit_line_id = receipt.credit_line_id
             WHERE receipt.amount > 0
          ORDER BY receipt.date, receipt.statement_line_id, receipt.credit_line_id
            """,
            statements=self._statement_receipt_sql(),
            credits=self._credit_receipt_sql(accounts._scope()),
            owners=self._account_owner_sql(),
        )

    def _statement_receipt_sql(self) -> SQL:
        """Return bank lines whose amount is still on the suspense account."""
        return SQL(
            """
            SELECT 'statement' AS kind, bank.id AS statement_line_id,
                   NULL::int AS credit_line_id, move.id AS move_id,
                   company.root_id AS company_id, line.currency_id,
                   -line.amount_currency AS amount, move.date,
                   CONCAT_WS(' ', bank.payment_ref, bank.partner_name, move.ref)
                       AS text,
                   bank.partner_id, %(number)s AS account_number
              FROM account_bank_statement_line bank
              JOIN account_move move ON move.id = bank.move_id
              JOIN account_journal journal ON journal.id = move.journal_id
              JOIN account_move_line line
                ON line.move_id = move.id
               AND line.account_id = journal.suspense_account_id
              JOIN %(companies)s company (id, root_id) ON company.id = move.company_id
             WHERE bank.is_reconciled IS NOT TRUE AND move.state = 'posted'
            """,
            number=self._squeezed_sql(SQL("bank.account_number")),
            companies=self.env["ar.account"]._company_map_sql(),
        )

    def _credit_receipt_sql(self, scope) -> SQL:
        """Return payments and credit notes not allocated, or in part only."""
        return SQL(
            """
            SELECT CASE WHEN move.move_type = 'out_refund' THEN 'credit_note'
                        ELSE 'payment' END,
                   NULL::int, line.id, move.id, company.root_id, line.currency_id,
                   -line.amount_residual_currency, line.date,
                   CONCAT_WS(' ', COALESCE(payment.memo, line.name), reversed.name),
                   line.partner_id, %(number)s
              FROM account_move_line line
              JOIN account_move move ON move.id = line.move_id
              JOIN %(companies)s company (id, root_id) ON company.id = line.company_id
         LEFT JOIN account_move reversed ON reversed.id = move.reversed_entry_id
         LEFT JOIN account_payment payment ON payment.move_id = move.id
         LEFT JOIN res_partner_bank bank ON bank.id = payment.partner_bank_id
             WHERE line.account_id IN %(receivable)s
               AND line.parent_state = 'posted'
               AND line.reconciled IS NOT TRUE
               AND line.amount_residual < 0
            """,
            number=self._squeezed_sql(SQL("bank.acc_number")),
            companies=self.env["ar.account"]._company_map_sql(),
            receivable=scope.receivable_ids,
        )

    def _squeezed_sql(self, number: SQL) -> SQL:
        """Return an account number as banks compare it: capitals and digits only."""
        return SQL(
            "NULLIF(regexp_replace(UPPER(%s), '[^A-Z0-9]', '', 'g'), '')", number
        )

    def _account_owner_sql(self) -> SQL:
        """Return the only customer of each bank account that we know."""
        return SQL(
            """
            SELECT bank.sanitized_acc_number AS number,
                   MIN(partner.commercial_partner_id) AS partner_id
              FROM res_partner_bank bank
              JOIN res_partner partner ON partner.id = bank.partner_id
             WHERE bank.active AND partner.active
          GROUP BY bank.sanitized_acc_number
            HAVING COUNT(DISTINCT partner.commercial_partner_id) = 1
            """
        )

    # ------------------------------------------------------------------
    # What is open
    # ------------------------------------------------------------------

    def _get_ledgers(self, wanted: set[tuple[int, int]]) -> dict[tuple, Ledger]:
        """Return what is open, by (company, currency) of the payments that wait."""
        items = defaultdict(list)
        if wanted:
            scope = self.env["ar.account"]._scope()
            for row in self.env.execute_query_dict(self._item_sql(scope, wanted)):
                items[row["company_id"], row["currency_id"]].append(_read_item(row))
        return defaultdict(
            lambda: Ledger([]), {key: Ledger(found) for key, found in items.items()}
        )

    def _item_sql(self, scope, wanted) -> SQL:
        currencies = tuple({currency for _company, currency in wanted})
        return SQL(
            """
            SELECT line.id, company.root_id AS company_id, line.currency_id,
                   partner.commercial_partner_id AS payer, payer.parent_id AS family,
                   line.amount_residual_currency AS amount, currency.decimal_places,
                   COALESCE(line.date_maturity, line.date) AS due,
                   move.name AS number, move.payment_reference AS reference,
                   CONCAT_WS(',', move.invoice_origin, move.ref) AS orders,
                   CASE WHEN line.amount_residual_currency = line.amount_currency
                        THEN line.amount_currency - line.discount_amount_currency END
                       AS discount,
                   line.discount_date
              FROM account_move_line line
              JOIN account_move move ON move.id = line.move_id
              JOIN res_currency currency ON currency.id = line.currency_id
              JOIN res_partner partner ON partner.id = line.partner_id
              JOIN res_partner payer ON payer.id = partner.commercial_partner_id
              JOIN %(companies)s company (id, root_id) ON company.id = line.company_id
             WHERE line.account_id IN %(receivable)s
               AND line.parent_state = 'posted'
               AND line.reconciled IS NOT TRUE
               AND line.amount_residual > 0 AND line.amount_residual_currency > 0
               AND line.currency_id IN %(currencies)s
            """,
            companies=self.env["ar.account"]._company_map_sql(),
            receivable=scope.receivable_ids,
            currencies=currencies,
        )

    def _get_payment_ledgers(self) -> dict[tuple, Ledger]:
        """Return registered payments that no bank line has confirmed yet."""
        items = defaultdict(list)
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT line.id, company.root_id AS company_id, line.currency_id,
                       partner.commercial_partner_id AS payer,
                       payer.parent_id AS family,
                       line.amount_residual_currency AS amount,
                       currency.decimal_places, line.date AS due, move.name AS number,
                       payment.payment_reference AS reference, payment.memo AS orders,
                       NULL::numeric AS discount, NULL::date AS discount_date
                  FROM account_payment payment
                  JOIN account_move move ON move.id = payment.move_id
                  JOIN account_move_line line
                    ON line.move_id = move.id
                   AND line.account_id = payment.outstanding_account_id
                  JOIN account_account account
                    ON account.id = line.account_id AND account.reconcile
                  JOIN res_currency currency ON currency.id = line.currency_id
                  JOIN res_partner partner ON partner.id = payment.partner_id
                  JOIN res_partner payer ON payer.id = partner.commercial_partner_id
                  JOIN %(companies)s company (id, root_id)
                    ON company.id = line.company_id
                 WHERE line.parent_state = 'posted'
                   AND line.reconciled IS NOT TRUE
                   AND line.amount_residual_currency > 0
                """,
                companies=self.env["ar.account"]._company_map_sql(),
            )
        )
        for row in rows:
            items[row["company_id"], row["currency_id"]].append(_read_item(row))
        return {key: Ledger(found) for key, found in items.items()}

    def _get_promises(self) -> dict[int, tuple]:
        """Return the running promises by customer: each ((item, amount), …)."""
        promised = defaultdict(lambda: defaultdict(list))
        rows = self.env.execute_query(
            SQL(
                """
                SELECT account.partner_id, promise.id, line.line_id, line.amount,
                       currency.decimal_places
                  FROM ar_payment_promise_line line
                  JOIN ar_payment_promise promise ON promise.id = line.promise_id
                  JOIN ar_account account ON account.id = promise.account_id
                  JOIN res_currency currency ON currency.id = promise.currency_id
                 WHERE line.is_open AND promise.state = 'open'
                   AND line.line_id IS NOT NULL
                """
            )
        )
        for payer, promise, line, amount, places in rows:
            promised[payer][promise].append((line, _units(amount, places)))
        return {
            payer: tuple(map(tuple, each.values())) for payer, each in promised.items()
        }

    # ------------------------------------------------------------------
    # Deciding
    # ------------------------------------------------------------------

    def _decide(self, row: dict, books: Books) -> tuple[str, Match | None]:
        """Return (code of the rule, what it found) for one payment."""
        key = row["company_id"], row["currency_id"]
        payer = row["payer"] or 0
        receipt = Receipt(
            _units(row["amount"], row["decimal_places"]),
            row["date"],
            row["text"] or "",
            payer,
            is_sure=row["payer_source"] in CERTAIN_SOURCES,
            family=row["family"] or 0,
            committed=books.promises.get(payer, ()),
        )
        is_bank = row["kind"] == "statement" and "payment" in books.rules
        if is_bank and key in books.payments:
            match = decide(receipt, books.payments[key], PAYMENT_RULES)
            if match and match.parts:
                return self._settle("payment", match, books.payments[key])
        codes = [code for code in books.rules if code != "payment"]
        tolerance = books.tolerances.get(row["company_id"], 0)
        units = _units(tolerance, row["decimal_places"])
        match = decide(receipt, books.open[key], codes, units)
        if match and row["kind"] != "statement" and (match.discounts or match.missing):
            match = match._replace(doubt=match.doubt or "posted")
        return self._settle(match.rule, match, books.open[key]) if match else ("", None)

    def _settle(self, code: str, match: Match, ledger: Ledger) -> tuple[str, Match]:
        """What is certain is no longer open for the payments that follow."""
        if match.parts and not match.doubt:
            ledger.settle(match)
        return code, match

    def _get_tolerances(self) -> dict[int, float]:
        return {
            company.id: company.ar_matching_tolerance
            for company in self._get_companies()
        }

    def _get_companies(self):
        """Return every company that has books of its own.

        sudo: the job decides for all; language and tolerance are no secret.
        """
        tree = self.env["ar.account"]._company_tree()
        return self.env["res.company"].sudo().browse({root for _id, root, _tz in tree})

    # ------------------------------------------------------------------
    # Keeping
    # ------------------------------------------------------------------

    def _keep(self, receipts: list[dict], decisions: list[tuple], books: Books):
        """Write all proposals again: those there, those new, and none that is gone."""
        writers = self._get_writers()
        rows = [
            writers[row["company_id"]]._prepare_row(row, books.rules.get(code), match)
            for row, (code, match) in zip(receipts, decisions, strict=True)
        ]
        items = [row.pop("items") for row in rows]
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

    def _get_writers(self) -> dict:
        """Return these records speaking each company's language, by company."""
        return {
            company.id: self.with_context(lang=company.partner_id.lang)
            for company in self._get_companies()
        }

    def _prepare_row(self, row: dict, rule, match: Match | None) -> dict:
        """Return one proposal as it is stored, its amounts in its currency."""
        places = row["decimal_places"]
        parts = match.parts if match else ()
        discounts = dict(match.discounts) if match else {}
        signature = ",".join(str(line) for line, _amount in sorted(parts))
        refused = bool(signature) and signature in (row["refused"] or "").split(" ")
        doubt = "refused" if refused else match.doubt if match else ""
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
            "partner_id": row["payer"],
            "payer_source": row["payer_source"],
            "currency_id": row["currency_id"],
            "amount": float(row["amount"]),
            "left_amount": _amount(match.rest if match else 0, places),
            "difference": _amount(match.missing if match else 0, places),
            "rule_id": rule.id if rule else None,
            "confidence": rule.confidence if rule and parts and not doubt else 0,
            "doubt": doubt,
            "reason": self._say_why(rule, match, doubt),
            "state": "certain"
            if certain
            else "likely"
            if parts and not refused
            else "unknown",
            "items": [
                (line, _amount(amount, places), _amount(discounts.get(line, 0), places))
                for line, amount in parts
                if not refused
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
        """Insert or update proposals in one statement, whatever their number; what was
        matched once and is open again waits again."""
        names = [name for name in COLUMNS if name != "id"]
        return SQL(
            """
            INSERT INTO ar_matching_proposal (id, %(names)s)
            SELECT COALESCE(id, nextval('ar_matching_proposal_id_seq')), %(names)s
              FROM jsonb_to_recordset(%(rows)s::jsonb) AS decided (%(types)s)
       ON CONFLICT (id) DO UPDATE
               SET (%(names)s, matched_date, matched_uid, is_automatic) =
                   ROW(%(values)s, NULL, NULL, FALSE)
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
                   discount)
            SELECT part.proposal_id, line.id, line.move_id, line.move_name,
                   COALESCE(line.date_maturity, line.date), line.currency_id,
                   part.amount, part.discount
              FROM jsonb_to_recordset(%s::jsonb) AS part (
                   proposal_id int, line_id int, amount numeric, discount numeric)
              JOIN account_move_line line ON line.id = part.line_id
            """,
            json.dumps(
                [
                    dict(
                        zip(
                            ("proposal_id", "line_id", "amount", "discount"),
                            line,
                            strict=True,
                        )
                    )
                    for line in lines
                ]
            ),
        )

    # ------------------------------------------------------------------
    # Words
    # ------------------------------------------------------------------

    def _say_why(self, rule, match: Match | None, doubt: str) -> str:
        """Say which rule found the items and what is to be looked at."""
        rules, doubts = self._get_rule_words(), self._get_doubt_words()
        if not match:
            return self.env._("nothing open fits")
        if doubt == "refused":
            return doubts[doubt]
        words = [rules[rule.code]] if match.parts else []
        if match.discounts and not doubt:
            words.append(self.env._("early payment discount taken in time"))
        if match.missing:
            words.append(self.env._("small difference within the tolerance"))
        if doubt:
            words.append(doubts.get(doubt, doubt))
        return ", ".join(words)

    def _get_rule_words(self) -> dict[str, str]:
        env = self.env
        return {
            "payment": env._("payment already registered"),
            "remittance": env._("listed in the remittance advice"),
            "number": env._("number in the reference"),
            "order": env._("order number in the reference"),
            "typo": env._("number in the reference with one wrong character"),
            "commitment": env._("promise of this amount"),
            "amount": env._("the only item of this amount"),
            "discount": env._("the only item of this amount less its discount"),
            "balance": env._("the whole balance"),
            "sum": env._("the only items that make this sum"),
            "difference": env._("the only item near this amount"),
            "family": env._("items of a sister company"),
        }

    def _get_doubt_words(self) -> dict[str, str]:
        env = self.env
        return {
            "payer": env._("who paid is only typed, no bank account says it"),
            "other_payer": env._("the items are another customer's"),
            "sister": env._("the items are those of a company of the same group"),
            "several_payers": env._("the items are those of several customers"),
            "alike": env._("another item has this amount and nearly this number"),
            "typo": env._("nobody knows who paid"),
            "part": env._("part of what is named"),
            "too_much": env._("more than what is named"),
            "not_all": env._("not all that is named"),
            "late_discount": env._("discount taken after its last day"),
            "several_items": env._("several items have this amount"),
            "several_sets": env._("several sets of items make this sum"),
            "too_many": env._("too many items to be sure of a sum"),
            "chance": env._("chance may make this sum"),
            "other_number": env._("the reference names something that is not open"),
            "no_number": env._("no number in the reference"),
            "unknown_number": env._("the list names something that is not open"),
            "sum_differs": env._("the list adds up to another amount"),
            "posted": env._("register the discount or difference on the invoice first"),
            "refused": env._("refused once"),
        }


def _units(amount, places: int) -> int:
    """Return an amount in the smallest unit of its currency."""
    return round(float(amount or 0) * 10**places)


def _amount(units: int, places: int) -> float:
    return round(units / 10**places, places)


def _read_item(row: dict) -> Item:
    places = row["decimal_places"]
    orders = (row["orders"] or "").split(",")
    return Item(
        row["id"],
        row["payer"],
        _units(row["amount"], places),
        row["due"],
        row["number"] or "",
        reference=row["reference"] or "",
        orders=tuple(order.strip() for order in orders if order.strip()),
        discount=_units(row["discount"], places) if row["discount_date"] else 0,
        discount_until=row["discount_date"],
        family=row["family"] or 0,
    )
