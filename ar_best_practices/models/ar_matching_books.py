"""What waits to be matched and what is open: read by a few statements."""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from odoo import fields, models
from odoo.tools import SQL

from ..tools.matching import spread
from ..tools.open_items import Item, Ledger, paid_keys
from ..tools.reference import wording

PAID_DAYS = 400  # a payment that comes twice comes sooner
REPEATED_DAYS = 60  # so does one without any number
WAITING = ("certain", "likely", "unknown")


class Past(NamedTuple):
    """What persons said of a payment: sets of items refused, and a matching undone."""

    refused: frozenset[str] = frozenset()
    is_undone: bool = False


class ArMatchingBooks(models.AbstractModel):
    _name = "ar.matching.books"
    _description = "What waits to be matched, and what is open"

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
                   COALESCE(bank_line.advice, credit.advice) AS advice,
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
         LEFT JOIN (%(owners)s) owner
                ON owner.number = receipt.account_number
               AND NOT EXISTS (%(refused)s)
         LEFT JOIN res_partner payer ON payer.id = COALESCE(
                       person.commercial_partner_id, owner.partner_id)
         LEFT JOIN ar_matching_proposal bank_line
                ON bank_line.statement_line_id = receipt.statement_line_id
               AND bank_line.state IN %(waiting)s
         LEFT JOIN ar_matching_proposal credit
                ON credit.credit_line_id = receipt.credit_line_id
               AND credit.state IN %(waiting)s
             WHERE receipt.amount > 0
          ORDER BY receipt.date, receipt.statement_line_id, receipt.credit_line_id
            """,
            statements=self._statement_receipt_sql(),
            credits=self._credit_receipt_sql(accounts._scope()),
            owners=self._account_owner_sql(),
            refused=self._refused_account_sql(),
            waiting=WAITING,
        )

    def _statement_receipt_sql(self) -> SQL:
        """Return bank lines whose amount is still on the suspense account."""
        return SQL(
            """
            SELECT 'statement' AS kind, bank.id AS statement_line_id,
                   NULL::int AS credit_line_id, move.id AS move_id,
                   company.root_id AS company_id, line.currency_id,
                   -line.amount_currency AS amount, move.date,
                   CONCAT_WS(' ', bank.payment_ref, bank.partner_name, move.ref,
                             %(said)s) AS text,
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
            said=self._structured_sql(),
            number=self._squeezed_sql(SQL("bank.account_number")),
            companies=self.env["ar.account"]._company_map_sql(),
        )

    def _structured_sql(self) -> SQL:
        """Return the references that the bank gives apart from its text."""
        return SQL(", ").join(
            SQL(
                """CASE WHEN STRPOS(bank.payment_ref, %(said)s) > 0 THEN NULL
                        ELSE NULLIF(%(said)s, 'NOTPROVIDED') END""",
                said=SQL("(bank.transaction_details->>%s)", key),
            )
            for key in ("reference", "end_to_end_id")
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
                   line.partner_id, NULL
              FROM account_move_line line
              JOIN account_move move ON move.id = line.move_id
              JOIN %(companies)s company (id, root_id) ON company.id = line.company_id
         LEFT JOIN account_move reversed ON reversed.id = move.reversed_entry_id
         LEFT JOIN account_payment payment ON payment.move_id = move.id
             WHERE line.account_id IN %(receivable)s
               AND line.parent_state = 'posted'
               AND line.reconciled IS NOT TRUE
               AND line.amount_residual < 0
            """,
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

    def _refused_account_sql(self) -> SQL:
        """Return whether a person said that an account tells nothing of its owner."""
        return SQL(
            """
            SELECT FROM ar_matching_hint
             WHERE company_id = receipt.company_id AND kind = 'bank_account'
               AND value = receipt.account_number AND state = 'refused'
               AND partner_id = owner.partner_id
            """
        )

    # ------------------------------------------------------------------
    # What is open
    # ------------------------------------------------------------------

    def _get_ledgers(self, companies: set[int]) -> dict[tuple, Ledger]:
        """Return items and credits of some companies by (company, currency)."""
        items = defaultdict(list)
        if companies:
            scope = self.env["ar.account"]._scope()
            for row in self.env.execute_query_dict(self._item_sql(scope, companies)):
                items[row["company_id"], row["currency_id"]].append(_read_item(row))
        return defaultdict(
            lambda: Ledger([]), {key: Ledger(found) for key, found in items.items()}
        )

    def _item_sql(self, scope, companies: set[int]) -> SQL:
        return SQL(
            """
            SELECT line.id, company.root_id AS company_id, line.currency_id,
                   partner.commercial_partner_id AS payer, payer.parent_id AS family,
                   line.amount_residual_currency AS amount, currency.decimal_places,
                   line.amount_residual AS booked, own.decimal_places AS own_places,
                   COALESCE(line.date_maturity, line.date) AS due,
                   move.name AS number, move.payment_reference AS reference,
                   move.invoice_origin AS orders, move.ref AS their_orders,
                   CASE WHEN line.amount_residual_currency = line.amount_currency
                        THEN line.amount_currency - line.discount_amount_currency END
                       AS discount,
                   line.discount_date
              FROM account_move_line line
              JOIN account_move move ON move.id = line.move_id
              JOIN res_currency currency ON currency.id = line.currency_id
              JOIN res_currency own ON own.id = line.company_currency_id
              JOIN res_partner partner ON partner.id = line.partner_id
              JOIN res_partner payer ON payer.id = partner.commercial_partner_id
              JOIN %(companies)s company (id, root_id) ON company.id = line.company_id
             WHERE line.account_id IN %(receivable)s
               AND line.parent_state = 'posted'
               AND line.reconciled IS NOT TRUE
               AND SIGN(line.amount_residual) = SIGN(line.amount_residual_currency)
               AND company.root_id IN %(roots)s
            """,
            companies=self.env["ar.account"]._company_map_sql(),
            receivable=scope.receivable_ids,
            roots=tuple(companies),
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
                       NULL AS their_orders,
                       NULL::numeric AS discount, NULL::date AS discount_date,
                       0 AS booked, 0 AS own_places
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

    # ------------------------------------------------------------------
    # What customers said, what persons said
    # ------------------------------------------------------------------

    def _get_commitments(self) -> dict[int, tuple]:
        """Return promises and instalments by customer: each ((item, amount), …)."""
        found = defaultdict(list)
        for payer, parts in self._get_promises() + self._get_instalments():
            found[payer].append(parts)
        return {payer: tuple(parts) for payer, parts in found.items()}

    def _get_promises(self) -> list[tuple]:
        """Return (customer, ((item, amount), …)) of each running promise."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT account.partner_id, currency.decimal_places,
                       ARRAY_AGG(line.line_id ORDER BY line.id),
                       ARRAY_AGG(line.amount ORDER BY line.id)
                  FROM ar_payment_promise_line line
                  JOIN ar_payment_promise promise ON promise.id = line.promise_id
                  JOIN ar_account account ON account.id = promise.account_id
                  JOIN res_currency currency ON currency.id = promise.currency_id
                 WHERE line.is_open AND promise.state = 'open'
                   AND line.line_id IS NOT NULL
              GROUP BY promise.id, account.partner_id, currency.decimal_places
                """
            )
        )
        return [
            (payer, tuple(zip(lines, _all_units(amounts, places), strict=True)))
            for payer, places, lines, amounts in rows
        ]

    def _get_instalments(self) -> list[tuple]:
        """Return (customer, ((item, amount), …)) of each instalment that is not paid
        yet: it pays the items of its plan, the oldest first."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT account.partner_id, currency.decimal_places, instalment.amount,
                       ARRAY_AGG(item.id ORDER BY item.date_maturity, item.id),
                       ARRAY_AGG(item.amount_residual_currency
                                 ORDER BY item.date_maturity, item.id)
                  FROM ar_payment_plan plan
                  JOIN ar_account account ON account.id = plan.account_id
                  JOIN res_currency currency ON currency.id = plan.currency_id
                  JOIN ar_payment_plan_instalment instalment
                    ON instalment.plan_id = plan.id
                   AND instalment.state IN ('coming', 'missed')
                  JOIN ar_payment_plan_line line ON line.plan_id = plan.id
                  JOIN account_move_line item
                    ON item.id = line.line_id AND item.amount_residual_currency > 0
                 WHERE plan.state = 'running'
              GROUP BY instalment.id, instalment.amount, account.partner_id,
                       currency.decimal_places
                """
            )
        )
        return [
            (
                payer,
                spread(
                    zip(lines, _all_units(left, places), strict=True),
                    to_units(amount, places),
                ),
            )
            for payer, places, amount, lines, left in rows
        ]

    def _get_paid_keys(self, payers: set[int]) -> dict[int, set[str]]:
        """Return all that stands for documents paid by some customers lately."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT partner.commercial_partner_id, move.name, move.payment_reference
                  FROM account_move_line line
                  JOIN account_move move ON move.id = line.move_id
                  JOIN res_partner partner ON partner.id = line.partner_id
                 WHERE partner.commercial_partner_id IN %(payers)s
                   AND line.account_id IN %(receivable)s
                   AND line.parent_state = 'posted'
                   AND line.reconciled AND line.balance > 0
                   AND line.date > %(since)s
                """,
                payers=tuple(payers) or (0,),
                receivable=self.env["ar.account"]._scope().receivable_ids,
                since=fields.Date.subtract(fields.Date.today(), days=PAID_DAYS),
            )
        )
        found = defaultdict(set)
        for payer, number, reference in rows:
            found[payer] |= paid_keys(number or "", reference or "")
        return found

    def _get_received(self, receipts: list[dict]) -> set[tuple]:
        """Return (customer, currency, amount) of what the customers of some payments
        paid lately, these payments aside."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT MIN(partner.commercial_partner_id), MIN(line.currency_id),
                       -SUM(line.amount_currency)
                  FROM account_move_line line
                  JOIN res_partner partner ON partner.id = line.partner_id
                 WHERE partner.commercial_partner_id IN %(payers)s
                   AND line.account_id IN %(receivable)s
                   AND line.parent_state = 'posted' AND line.balance < 0
                   AND line.date > %(since)s AND line.move_id NOT IN %(moves)s
              GROUP BY line.move_id
                """,
                payers=tuple({row["payer"] or 0 for row in receipts}) or (0,),
                moves=tuple({row["move_id"] for row in receipts}) or (0,),
                receivable=self.env["ar.account"]._scope().receivable_ids,
                since=fields.Date.subtract(fields.Date.today(), days=REPEATED_DAYS),
            )
        )
        return set(rows)

    def _get_pasts(self, receipts: list[dict]) -> dict[int, Past]:
        """Return what persons refused or undid before, by entry of the payment."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT move_id, string_agg(refused, ' '), bool_or(state = 'undone')
                  FROM ar_matching_proposal
                 WHERE move_id IN %s AND (refused IS NOT NULL OR state = 'undone')
              GROUP BY move_id
                """,
                tuple({row["move_id"] for row in receipts}) or (0,),
            )
        )
        return {
            move: Past(frozenset((refused or "").split()), undone)
            for move, refused, undone in rows
        }

    def _name_learned_payers(self, receipts: list[dict]):
        """Complete payments of unknown payers by the wordings that persons accepted."""
        hints = {
            (company, value): (payer, family)
            for company, value, payer, family in self.env.execute_query(
                SQL(
                    """
                    SELECT hint.company_id, hint.value, partner.id, partner.parent_id
                      FROM ar_matching_hint hint
                      JOIN res_partner partner ON partner.id = hint.partner_id
                     WHERE hint.state = 'active' AND hint.kind = 'wording'
                       AND partner.active
                    """
                )
            )
        }
        for row in receipts if hints else ():
            key = row["company_id"], wording(row["text"] or "")
            if not row["payer"] and key in hints:
                row["payer"], row["family"] = hints[key]
                row["payer_source"] = "learned"


def to_units(amount, places: int) -> int:
    """Return an amount in the smallest unit of its currency."""
    return round(float(amount or 0) * 10**places)


def to_amount(units: int, places: int) -> float:
    """Return an amount in its currency."""
    return round(units / 10**places, places)


def _all_units(amounts: Iterable, places: int) -> list[int]:
    return [to_units(amount, places) for amount in amounts]


def _split_orders(orders: str | None) -> tuple[str, ...]:
    return tuple(filter(None, map(str.strip, (orders or "").split(","))))


def _read_item(row: dict) -> Item:
    places = row["decimal_places"]
    return Item(
        row["id"],
        row["payer"],
        to_units(row["amount"], places),
        row["due"],
        row["number"] or "",
        reference=row["reference"] or "",
        orders=_split_orders(row["orders"]),
        their_orders=_split_orders(row["their_orders"]),
        discount=to_units(row["discount"], places) if row["discount_date"] else 0,
        discount_until=row["discount_date"],
        family=row["family"] or 0,
        booked=to_units(row["booked"], row["own_places"]),
    )
