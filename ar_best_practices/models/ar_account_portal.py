"""What customers see of their account on the portal, and what they may do there.

Portal users have no right on any model of the suite: these methods are their doors.
Each starts from `_get_portal_accounts`, and only what is listed in `PortalItem` and
in the dictionaries below leaves.
"""

import textwrap
from datetime import date
from typing import NamedTuple

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL, plaintext2html, str2bool

from ..tools import portal

# what a customer may write at once
MESSAGE_LENGTH = 5000
# minutes after which a payment that was begun is taken for abandoned
BEGUN_MINUTES = 60


class PortalPayment(NamedTuple):
    """Items that are paid together, with what they owe now."""

    company: models.BaseModel
    currency: models.BaseModel
    lines: models.BaseModel
    items: list[portal.PortalItem]
    amount: float


class PortalPromise(NamedTuple):
    """An open promise as its customer sees it."""

    date: date
    amount: float
    numbers: str
    line_ids: frozenset[int]


class ArAccountPortal(models.AbstractModel):
    _name = "ar.account.portal"
    _description = "Customer accounts on the portal"

    # ------------------------------------------------------------------
    # Reading
    # ------------------------------------------------------------------

    @api.model
    def _get_portal_accounts(self):
        """Return the accounts of the user's own customer, none for an archived one.

        One for each company that the user (or the website) works with. sudo: portal
        users have no right on accounts; the customer and the companies are the user's.
        """
        partner = self.env.user.partner_id
        customer = partner.commercial_partner_id
        if not (partner.active and customer.active):
            return self.browse()
        companies = self.env.companies  # checked against the user's, before sudo
        domain = [
            ("partner_id", "=", customer.id),
            ("company_id", "in", companies.root_id.ids),
        ]
        # No caller chooses another day than today.
        return self.sudo().with_context(ar_as_of=False).search(domain, order="id")

    @api.model
    def _get_portal_item_count(self) -> int:
        """Return how many items the user's customer has open."""
        return sum(item.residual > 0 for item in self._get_portal_items())

    @api.model
    def _get_portal_page_values(self) -> dict:
        """Return what the page of the account shows: by selling company, then by
        currency.

        sudo: names of companies, which a portal user may not all read.
        """
        promises = self._get_portal_promises()
        days = {line: promise.date for promise in promises for line in promise.line_ids}
        items = [
            item._replace(promised_date=days.get(item.line_id))
            for item in self._get_portal_items()
        ]
        companies = self.env["res.company"].sudo()
        ids = dict.fromkeys(item.company_id for item in items)
        return {
            "sellers": [
                {
                    "name": company.name,
                    "groups": self._get_portal_groups(items, promises, company),
                }
                for company in companies.browse(ids).sorted("sequence")
            ],
            "recipients": self._get_portal_recipients(),
            "may_pay": self._may_pay_on_portal(),
            "today": self._today(self._get_portal_accounts().company_id[:1]),
        }

    def _get_portal_groups(self, items, promises, company) -> list[dict]:
        """Return one entry per currency in which a company sold."""
        groups = {}
        for item in items:
            if item.company_id == company.id:
                groups.setdefault(item.currency_id, []).append(item)
        return [
            {
                "key": f"{company.id}-{currency_id}",
                "currency": self.env["res.currency"].browse(currency_id),
                "promises": self._find_promises(group, promises),
                **self._get_portal_sections(group),
            }
            for currency_id, group in groups.items()
        ]

    @api.model
    def _find_promises(self, items, promises) -> list[PortalPromise]:
        lines = {item.line_id for item in items}
        return [promise for promise in promises if promise.line_ids & lines]

    @api.model
    def _get_portal_sections(self, items) -> dict:
        """Return the items of one company and currency: to pay, apart, and credits."""
        debts = [item for item in items if item.residual > 0]
        undisputed = [item for item in debts if not item.disputed]
        return {
            "items": undisputed,
            "proposed": [
                item.line_id
                for item in undisputed
                if item.is_late and item.is_payable and not item.promised_date
            ],
            "disputed": [item for item in debts if item.disputed],
            "credits": [item for item in items if item.residual < 0],
            "totals": portal.sum_up(items),
        }

    @api.model
    def _get_portal_recipients(self) -> list[tuple[int, str]]:
        """Return the accounts to which the user may write: id, name of the company."""
        accounts = self._get_portal_accounts()
        return [(account.id, account.company_id.name) for account in accounts]

    @api.model
    def _may_pay_on_portal(self) -> bool:
        """Say whether invoices may be paid online; sudo: a system parameter."""
        parameters = self.env["ir.config_parameter"].sudo()
        return str2bool(parameters.get_param("account_payment.enable_portal_payment"))

    # ------------------------------------------------------------------
    # Items
    # ------------------------------------------------------------------

    @api.model
    def _get_portal_items(self) -> list[portal.PortalItem]:
        """Return the open items and credits of the user's customer, the one due first
        coming first: one statement, whatever their number."""
        accounts = self._get_portal_accounts()
        if not accounts:
            return []
        self.env["payment.transaction"].flush_model()
        self.env["account.move"].flush_model(["payment_state", "move_type"])
        accounts._flush_ledger()
        scope = accounts._scope(accounts)
        rows = self.env.execute_query(
            accounts._portal_item_sql(scope, self.env.companies.ids)
        )
        return [portal.PortalItem(*row) for row in rows]

    def _portal_item_sql(self, scope, company_ids) -> SQL:
        """Return the columns of `PortalItem`, of the lines of some companies."""
        return SQL(
            """
            SELECT item.line_id, line.move_id, item.account_id, line.company_id,
                   line.currency_id, line.account_id, line.move_name, move.move_type,
                   line.payment_id IS NOT NULL,
                   move.move_type = 'out_invoice'
                   AND move.payment_state IN ('not_paid', 'in_payment', 'partial'),
                   COALESCE(line.invoice_date, line.date), item.due_date, item.late,
                   item.residual, %(dispute)s, %(plan)s, (%(payment_state)s)
              FROM (SELECT account_id, line_id, due_date, late,
                           residual_currency AS residual
                      FROM (%(items)s) ledger) item
              JOIN account_move_line line ON line.id = item.line_id
              JOIN account_move move ON move.id = line.move_id
         LEFT JOIN (%(exclusions)s) excluded ON excluded.line_id = item.line_id
             WHERE line.company_id IN %(companies)s AND item.residual <> 0
          ORDER BY item.due_date, line.move_name, line.id
            """,
            dispute=self._capped_sql("dispute"),
            plan=self._capped_sql("plan"),
            payment_state=self._portal_payment_state_sql(),
            items=self._item_sql(scope),
            exclusions=self._portal_exclusion_sql(scope),
            companies=tuple(company_ids),
        )

    def _portal_exclusion_sql(self, scope) -> SQL:
        """Amounts left out of collection, one row per line, in document currency."""
        return SQL(
            """
            SELECT line_id,
                   SUM(amount_currency) FILTER (WHERE kind = 'dispute') AS dispute,
                   SUM(amount_currency) FILTER (WHERE kind = 'plan') AS plan
              FROM (%s) hook
          GROUP BY line_id
            """,
            SQL(" UNION ALL ").join(self._excluded_amount_sql(scope)),
        )

    @api.model
    def _portal_payment_state_sql(self) -> SQL:
        """Say whether an electronic payment of a move (table ``line``) is not finished.

        Like Odoo, one that nobody confirms by itself (a bank transfer, one that was
        just begun) is announced only: the invoice may still be paid otherwise.
        """
        return SQL(
            """
            SELECT CASE BOOL_OR(tx.state <> 'draft' AND (
                            tx.state = 'done'
                            OR provider.code NOT IN ('none', 'custom')))
                   WHEN TRUE THEN %(under_way)s WHEN FALSE THEN %(announced)s END
              FROM account_invoice_transaction_rel link
              JOIN payment_transaction tx ON tx.id = link.transaction_id
              JOIN payment_provider provider ON provider.id = tx.provider_id
             WHERE link.invoice_id = line.move_id
               AND (tx.state IN ('pending', 'authorized')
                    OR tx.state = 'done' AND tx.is_post_processed IS NOT TRUE
                    OR tx.state = 'draft'
                   AND tx.create_date > now() AT TIME ZONE 'UTC'
                                        - make_interval(mins => %(minutes)s))
            """,
            under_way=portal.UNDER_WAY,
            announced=portal.ANNOUNCED,
            minutes=BEGUN_MINUTES,
        )

    # ------------------------------------------------------------------
    # Promises
    # ------------------------------------------------------------------

    @api.model
    def _get_portal_promises(self) -> list[PortalPromise]:
        """Return the open promises of the user's customer, the next one first.

        sudo: portal users have no right on promises. The promised day is shown, never
        how long we wait after it.
        """
        accounts = self._get_portal_accounts()
        promises = self.env["ar.payment.promise"].sudo()
        domain = [("account_id", "in", accounts.ids), ("state", "=", "open")]
        return [
            self._prepare_portal_promise(promise)
            for promise in promises.search(domain, order="date, id")
        ]

    def _prepare_portal_promise(self, promise) -> PortalPromise:
        """Return what is shown of a promise: items of the user's companies only."""
        companies = self.env.companies
        lines = promise.line_ids.filtered(
            lambda line: line.line_id.company_id in companies
        )
        return PortalPromise(
            date=promise.date,
            amount=promise.amount,
            numbers=", ".join(dict.fromkeys(lines.mapped("number"))),
            line_ids=frozenset(lines.line_id.ids),
        )

    @api.model
    def _register_portal_promise(self, line_ids, amount, date):
        """Note that the customer will pay some of its items by bank transfer.

        sudo: portal users have no right on promises; the items were checked.
        """
        items = self._choose_portal_items(line_ids)
        self._check_portal_group(items)
        return (
            self.env["ar.payment.promise"]
            .sudo()
            ._make(
                self.sudo().browse(items[0].account_id),
                amount=amount,
                date=date,
                lines=self._browse_portal_lines(items),
                means="transfer",
                origin="portal",
                contact=self.env.user.partner_id,
            )
        )

    # ------------------------------------------------------------------
    # Choice and payment
    # ------------------------------------------------------------------

    @api.model
    def _choose_portal_items(self, line_ids) -> list[portal.PortalItem]:
        """Return the open items of the user's customer with these ids.

        The same words for an item that is paid and for one that was never theirs.
        """
        wanted = set(line_ids)
        items = [item for item in self._get_portal_items() if item.residual > 0]
        chosen = [item for item in items if item.line_id in wanted]
        if not wanted:
            raise UserError(self.env._("Choose at least one invoice."))
        if len(chosen) < len(wanted):
            raise UserError(
                self.env._(
                    "Some of these invoices are no longer open. Please choose again."
                )
            )
        return chosen

    @api.model
    def _check_portal_group(self, items):
        groups = {(item.company_id, item.currency_id) for item in items}
        if len(groups) > 1:
            raise UserError(
                self.env._("Choose invoices of one company and one currency.")
            )

    @api.model
    def _browse_portal_lines(self, items):
        """Return the journal items; sudo: they were checked to be the customer's."""
        lines = self.env["account.move.line"].sudo()
        return lines.browse(item.line_id for item in items)

    @api.model
    def _get_portal_payment(self, line_ids) -> PortalPayment:
        """Return what a payment of these items comes to, by the ledger of now.

        sudo: a customer may not read all of the company and items it pays.
        """
        items = self._choose_portal_items(line_ids)
        self._check_portal_group(items)
        self._check_portal_payable(items)
        lines = self._browse_portal_lines(items)
        currency = lines.currency_id
        return PortalPayment(
            company=lines.company_id,
            currency=currency,
            lines=lines,
            items=items,
            amount=currency.round(sum(item.residual for item in items)),
        )

    @api.model
    def _check_portal_payable(self, items):
        """Refuse what Odoo would not match: a payment is for one receivable account."""
        same = len({item.receivable_id for item in items}) == 1
        payable = all(item.is_payable for item in items)
        if not (same and payable and self._may_pay_on_portal()):
            raise UserError(
                self.env._("These invoices cannot be paid together online.")
            )

    # ------------------------------------------------------------------
    # Messages
    # ------------------------------------------------------------------

    @api.model
    def _post_portal_message(self, account_id, text):
        """Post what a customer writes on its account, as an answer by mail would be.

        sudo, by `_get_portal_accounts`: portal users have no right on accounts.
        """
        text = (text or "").strip()[:MESSAGE_LENGTH]
        if not text:
            raise UserError(self.env._("Please write your message."))
        account = self._get_portal_accounts().filtered(lambda a: a.id == account_id)
        if not account:
            raise UserError(self.env._("This account is not yours."))
        subject = textwrap.shorten(text, 60, placeholder="…")
        account.message_post(
            body=plaintext2html(text),
            subject=subject,
            author_id=self.env.user.partner_id.id,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        account._note_answer({"subject": subject})
