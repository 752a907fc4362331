"""The statement of a customer account: what is open on a day, and as a letter."""

from odoo import models
from odoo.tools import SQL, format_amount, format_date

from ..tools import kpi, statement
from ..tools.statement import (
    FIRST_PAGE_ROWS,
    Item,
    by_currency,
    paged,
    total,
    total_to_pay,
)
from .scope import Scope

# Columns of `Item`, and the kinds of amounts left out that they show
PARTS = {"disputed": "dispute", "planned": "plan", "promised": "promise"}


class ArAccountStatement(models.AbstractModel):
    """All figures come from one statement for all accounts, as of ``ar_as_of``."""

    _name = "ar.account.statement"
    _inherit = "ar.paper"
    _description = "Statement of a customer account"

    _paper_report = "ar_best_practices.ar_account_report_statement"

    # ------------------------------------------------------------------
    # Print
    # ------------------------------------------------------------------

    def action_print_statement(self):
        """Ask for the day of the statement, then print one for each customer."""
        self.check_access("write")  # as for all that shows amounts
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Statement of account"),
            "res_model": "ar.statement.print",
            "view_mode": "form",
            "target": "new",
            "context": {"default_account_ids": [(6, 0, self.ids)]},
        }

    def _print_documents(self) -> bytes:
        """Return the statements of these customers as one PDF.

        sudo: amounts are for whoever works on the account; the page also reads what
        belongs to the system, such as the links of invoices.
        """
        self.check_access("write")
        return self.sudo()._print_letters()

    # ------------------------------------------------------------------
    # Figures
    # ------------------------------------------------------------------

    def _get_statement_items(self) -> dict[int, list[Item]]:
        """Return the open items and credits by account, the oldest first."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                "SELECT account_id, %s FROM (%s) item ORDER BY due_date, line_id",
                SQL(", ").join(map(SQL.identifier, Item._fields)),
                self._statement_item_sql(self._scope(self)),
            )
        )
        items = {account_id: [] for account_id in self.ids}
        for account_id, *values in rows:
            items[account_id].append(Item(*values))
        return items

    def _statement_item_sql(self, scope: Scope) -> SQL:
        """Return the open items and credits of a scope with all that a statement says.

        Columns: account_id, line_id and those of `Item`.
        """
        return SQL(
            """
            SELECT item.account_id, item.line_id, line.move_id, move.move_type,
                   COALESCE(line.move_name, line.name) AS number,
                   COALESCE(line.invoice_date, line.date) AS invoice_date,
                   item.due_date, item.late, line.currency_id,
                   line.amount_currency AS original, item.residual,
                   item.residual_currency AS left,
                   %(disputed)s AS disputed, %(planned)s AS planned,
                   COALESCE(plan.date, excluded.plan_until) AS plan_date,
                   %(promised)s AS promised,
                   COALESCE(promise.date, excluded.promise_until) AS promise_date
              FROM (%(items)s) item
              JOIN account_move_line line ON line.id = item.line_id
              JOIN account_move move ON move.id = line.move_id
              JOIN res_currency currency ON currency.id = line.currency_id
         LEFT JOIN (%(exclusions)s) excluded ON excluded.line_id = item.line_id
         LEFT JOIN ar_payment_promise promise ON promise.id = excluded.promise_id
         LEFT JOIN LATERAL (
                    SELECT MIN(part.date) AS date
                      FROM ar_payment_plan_instalment part
                     WHERE part.plan_id = excluded.plan_id
                       AND part.date >= %(as_of)s
                   ) plan ON TRUE
            """,
            items=self._item_sql(scope),
            exclusions=self._exclusion_sql(scope),
            as_of=scope.as_of,
            **{
                name: self._in_document_currency_sql(self._capped_sql(kind))
                for name, kind in PARTS.items()
            },
        )

    def _in_document_currency_sql(self, amount: SQL) -> SQL:
        """Bring a part of the residual to the currency of the document."""
        return SQL(
            "ROUND(item.residual_currency * (%s) / NULLIF(item.residual, 0),"
            " currency.decimal_places)",
            amount,
        )

    def _statement_total_sql(self, scope: Scope) -> SQL:
        """Return what campaigns freeze, one row per account that has an open item:
        account_id, amount and overdue_amount (company currency), totals (JSON, one for
        each currency: its id, then the fields of `Total`)."""
        return SQL(
            """
            SELECT account_id, SUM(amount) AS amount,
                   SUM(overdue_amount) AS overdue_amount,
                   jsonb_agg(jsonb_build_array(currency_id, invoices, credits,
                                               disputed, overdue)
                             ORDER BY first_due, currency_id) AS totals
              FROM (
                    SELECT account_id, currency_id, MIN(due_date) AS first_due,
                           SUM(residual) AS amount,
                           COALESCE(SUM(residual) FILTER (
                               WHERE residual > 0 AND late > 0), 0) AS overdue_amount,
                           COALESCE(SUM("left" - disputed) FILTER (
                               WHERE residual > 0), 0) AS invoices,
                           COALESCE(-SUM("left") FILTER (
                               WHERE residual < 0), 0) AS credits,
                           COALESCE(SUM(disputed), 0) AS disputed,
                           COALESCE(SUM("left" - disputed) FILTER (
                               WHERE residual > 0 AND late > 0), 0) AS overdue
                      FROM (%s) item
                  GROUP BY account_id, currency_id
                   ) part
          GROUP BY account_id
            """,
            self._statement_item_sql(scope),
        )

    # ------------------------------------------------------------------
    # Letter
    # ------------------------------------------------------------------

    def _prepare_letters(self) -> list[dict]:
        # EXTENDS ar.paper
        people = self._get_statement_people()
        items = self._get_statement_items()
        everything = [item for mine in items.values() for item in mine]
        moves = self.env["account.move"].browse(item.move_id for item in everything)
        moves._ensure_ar_portal_tokens()
        # read here for the batch, not for each customer
        currencies = {item.currency_id for item in everything}
        self.env["res.currency"].browse(currencies).mapped("symbol")
        return [
            account.with_context(lang=lang)._prepare_statement(
                items[account.id], person, moves
            )
            for account, (person, lang) in zip(self, people, strict=True)
        ]

    def _get_statement_people(self) -> list[tuple]:
        """Return (contact, language) of each account: the one who gets reminders."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT account.id, contact.id, COALESCE(contact.lang, partner.lang)
                  FROM ar_account account
                  JOIN res_partner partner ON partner.id = account.partner_id
            CROSS JOIN LATERAL (%s) contact
                 WHERE account.id IN %s
                """,
                self.env["ar.dunning.proposal"]._contact_sql(),
                tuple(self.ids) or (0,),
            )
        )
        found = {account_id: (person, lang) for account_id, person, lang in rows}
        people = self.env["res.partner"].browse(row[1] for row in rows)
        return [
            (
                people.browse(person).with_prefetch(people.ids),
                lang or account._get_company_lang(),
            )
            for account in self
            for person, lang in [found.get(account.id, (account.partner_id.id, ""))]
        ]

    def _prepare_statement(self, items: list[Item], person, moves) -> dict:
        """Return the values of the page of one customer, in the language of the
        context.

        :param moves: the entries of the whole batch, read together
        """
        rows = self._get_statement_rows(items)
        short = len(rows) <= FIRST_PAGE_ROWS
        asked = self._get_asked_moves(items, moves)
        return {
            "page": "ar_best_practices.account_statement_page",
            "company": self.company_id,
            "customer": self.partner_id,
            "lang": self.env.lang,
            "address": self._get_postal_lines(self.partner_id, person),
            "place_and_date": self._get_place_and_date(self.as_of),
            "day": format_date(self.env, self.as_of, date_format="long"),
            "reference": self._get_statement_reference(),
            "collector": self._get_owner(),
            "rows": rows if short else [],
            "annex": [] if short else paged(rows),
            "totals": self._get_statement_totals(items),
            "all_to_pay": self._get_all_to_pay(items),
            "aging": self._get_statement_aging(items),
            "payment_url": asked._get_ar_payment_url(),
            "banks": asked.partner_bank_id or self.company_id.bank_ids[:1],
        }

    def _get_asked_moves(self, items: list[Item], moves):
        """Return the entries that the customer is to pay."""
        ids = [item.move_id for item in items if item.left > 0 and item.asked > 0]
        return moves.browse(dict.fromkeys(ids)).with_prefetch(moves.ids)

    def _get_statement_reference(self) -> str:
        """Return what the customer quotes in an answer; the same on every print."""
        return f"{self.as_of:%Y%m%d}-{self.id:05d}"

    def _get_statement_aging(self, items: list[Item]) -> list[tuple[str, str]]:
        """Return (label, amount) of the aged balance, in the company's currency."""
        currency = self.company_id.currency_id
        buckets = kpi.aging_buckets([(item.residual, item.late) for item in items])
        labels = [
            self.env._("Not due"),
            self.env._("1-30 days late"),
            self.env._("31-60 days"),
            self.env._("61-90 days"),
            self.env._("Over 90 days"),
            self.env._("Credits"),
            self.env._("Balance"),
        ]
        amounts = [*buckets.values(), sum(buckets.values())]
        return [
            (label, format_amount(self.env, amount, currency))
            for label, amount in zip(labels, amounts, strict=True)
        ]

    def _get_statement_totals(self, items: list[Item]) -> list[dict]:
        """Return what is to pay in each currency, in words."""
        return self._get_total_words(
            {key: total(mine) for key, mine in by_currency(items).items()}
        )

    def _get_all_to_pay(self, items: list[Item]) -> str:
        """Return what several currencies make together; nothing for a single one that
        is the company's own."""
        currency = self.company_id.currency_id
        if {item.currency_id for item in items} <= {currency.id}:
            return ""
        amount = total_to_pay(items)
        return format_amount(self.env, amount, currency) if amount > 0 else ""

    def _get_total_words(self, totals: dict[int, statement.Total]) -> list[dict]:
        """Return the totals of each currency as a mail or a page shows them; an amount
        that is zero is left out."""
        return [
            {
                "in_credit": found.to_pay < 0,
                "to_pay": money(abs(found.to_pay)),
                "overdue": found.overdue and money(found.overdue),
                "credits": found.credits and money(found.credits),
                "disputed": found.disputed and money(found.disputed),
            }
            for currency_id, found in totals.items()
            for money in [self._get_money_format(currency_id)]
        ]

    def _get_money_format(self, currency_id: int):
        currency = self.env["res.currency"].browse(currency_id)
        return lambda amount: format_amount(self.env, amount, currency)

    # ------------------------------------------------------------------
    # Rows of the list
    # ------------------------------------------------------------------

    def _get_statement_rows(self, items: list[Item]) -> list[dict]:
        """Return the rows of the list: for each currency invoices, credits, what is to
        pay, and apart what is disputed."""
        rows = []
        groups = by_currency(items)
        for currency_id, mine in groups.items():
            if len(groups) > 1:
                name = self.env["res.currency"].browse(currency_id).name
                rows.append({"kind": "head", "words": self.env._("In %s", name)})
            rows += self._get_currency_rows(currency_id, mine)
        return rows

    def _get_currency_rows(self, currency_id: int, items: list[Item]) -> list[dict]:
        money, found = self._get_money_format(currency_id), total(items)
        asked = [item for item in items if item.left > 0 and item.asked > 0]
        credits = [item for item in items if item.left < 0]
        disputed = [item for item in items if item.disputed > 0]
        rows = self._get_asked_rows(asked, money)
        if credits:
            words = self.env._("Credits and payments to deduct")
            rows.append({"kind": "head", "words": words})
            rows += [self._get_item_row(item, item.left, money) for item in credits]
        words = self.env._("To pay") if found.to_pay >= 0 else self._in_favour()
        amount = money(abs(found.to_pay))
        rows.append({"kind": "total", "words": words, "amount": amount})
        if disputed:
            words = self.env._("Disputed: not asked for while we look into it")
            rows.append({"kind": "head", "words": words})
            rows += [self._get_item_row(x, x.disputed, money) for x in disputed]
        return rows

    def _get_asked_rows(self, items: list[Item], money) -> list[dict]:
        """Return one row for each item to pay, with a line below it for a promise."""
        rows = []
        for item in items:
            notes = self._get_commitment_words(item, money)
            row = self._get_item_row(item, item.asked, money)
            rows.append(row | {"noted": bool(notes)})
            rows += [{"kind": "note", "words": words} for words in notes]
        return rows

    def _in_favour(self) -> str:
        return self.env._("In your favour")

    def _get_item_row(self, item: Item, amount: float, money) -> dict:
        """Return one line of the list; ``amount`` is the part that its section has."""
        return {
            "kind": "item",
            "number": item.number,
            "date": format_date(self.env, item.invoice_date),
            "due": format_date(self.env, item.due_date) if item.left > 0 else "",
            "late": item.late if item.left > 0 and item.late > 0 else "",
            "original": money(item.original),
            "amount": money(amount),
            "credit": self._get_credit_words(item),
            "noted": False,
        }

    def _get_credit_words(self, item: Item) -> str:
        """Say what kind of credit it is: the number does not."""
        if item.left > 0:
            return ""
        refund = item.move_type == "out_refund"
        return self.env._("credit note") if refund else self.env._("payment")

    def _get_commitment_words(self, item: Item, money) -> list[str]:
        """Say which part of an item is promised or planned, and for when."""
        words = []
        if item.promised:
            words.append(
                self.env._(
                    "%(amount)s promised for %(date)s",
                    amount=money(item.promised),
                    date=format_date(self.env, item.promise_date) or "–",
                )
            )
        if item.planned:
            words.append(
                self.env._(
                    "%(amount)s in a payment plan, next payment on %(date)s",
                    amount=money(item.planned),
                    date=format_date(self.env, item.plan_date) or "–",
                )
            )
        return words
