"""A team, its people and one invoice of which a part is disputed."""

from odoo import Command
from odoo.tests import new_test_user

from odoo.addons.ar_best_practices.tests.common import ReceivablesCommon

from ..models.ar_dispute_line import Part


class DisputeCommon(ReceivablesCommon):
    """A collector registers, a handler treats, the manager decides, the process owner
    has the last word."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.short = cls.env.ref("ar_dispute.reason_log02")
        cls.price = cls.env.ref("ar_dispute.reason_com01")
        cls.unfounded = cls.env.ref("ar_dispute.reason_fls01")
        cls.cause = cls.env["ar.dispute.root.cause"].search([], limit=1)
        cls.credit = cls.env.ref("ar_dispute.resolution_cnp")
        cls.rejected = cls.env.ref("ar_dispute.resolution_rej")
        cls.collector = cls._create_user("dispute_collector", "collector")
        cls.handler = cls._create_handler("dispute_handler")
        cls.manager = cls._create_handler("dispute_manager")
        cls.owner = cls._create_handler("dispute_owner")
        cls.team = cls.env["ar.dispute.team"].create(
            {
                "name": "Deliveries",
                "company_id": cls.company.id,
                "manager_id": cls.manager.id,
                "member_ids": [Command.set(cls.handler.ids)],
                "reason_ids": [Command.set(cls.short.ids)],
            }
        )
        cls.company.write(
            {"ar_dispute_owner_id": cls.owner.id, "ar_dispute_manager_limit": 500}
        )
        cls.invoice = cls._invoice(cls.customer, 1000, "2026-05-01", "2026-05-31")
        cls.account = cls._account()

    @classmethod
    def _create_handler(cls, login):
        """Return a user who may only treat disputes."""
        return new_test_user(
            cls.env,
            login=login,
            name=login.replace("_", " ").title(),
            lang="en_US",
            groups="ar_dispute.group_ar_dispute_user",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    @classmethod
    def _dispute(cls, amount=400, moves=None, **values):
        """Return a case about a part of invoices, a short delivery by default."""
        account = values.pop("account", cls.account)
        parts = [
            Part(line, amount)
            for line in cls._receivable(cls.invoice if moves is None else moves)
        ]
        values = {"reason_id": cls.short.id, "claim": "Two boxes are missing"} | values
        return cls.env["ar.dispute"]._open(account, parts, **values)

    def _investigate(self, dispute):
        """Bring a new case to where it is worked on; return it."""
        dispute.action_qualify()
        dispute.action_investigate()
        return dispute

    def _decide(self, dispute, decision="founded", **values):
        """Decide a case as its manager does; return it."""
        self._investigate(dispute)
        if decision == "unfounded":
            dispute.evidence_ids[:1].received_date = "2026-06-30"
            values = {"outcome_id": self.unfounded.id} | values
        dispute.write(
            {"decision": decision, "decision_note": "The slip says so"} | values
        )
        dispute.with_user(self.manager).action_decide()
        return dispute

    def _execute(self, dispute, decision="founded", resolution=None, **values):
        """Bring a case to what was decided being done; return it."""
        self._decide(dispute, decision, **values)
        dispute.with_user(self.owner).action_approve()
        dispute.write(
            {
                "resolution_id": (resolution or self.credit).id,
                "document_name": "Letter of today",
                "root_cause_id": self.cause.id,
            }
        )
        dispute.action_execute()
        return dispute

    def _credit(self, amount, invoice=None, day="2026-06-30", **values):
        """Return a credit note that is matched with an invoice."""
        invoice = invoice or self.invoice
        refund = self._invoice(
            invoice.partner_id, -amount, day, currency_id=invoice.currency_id.id
        )
        (self._receivable(invoice) + self._receivable(refund)).reconcile()
        return refund

    def _write_off(self, amount, invoice=None, day="2026-06-30", account=None):
        """Return a write-off entry that is matched with an invoice."""
        item = self._receivable(invoice or self.invoice)
        loss = account or self.company_data["default_account_expense"]
        rate = item.balance / item.amount_currency
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": day,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": account_id,
                            "partner_id": item.partner_id.id,
                            "currency_id": item.currency_id.id,
                            "amount_currency": sign * amount,
                            "balance": sign * round(amount * rate, 2),
                        }
                    )
                    for account_id, sign in ((loss.id, 1), (item.account_id.id, -1))
                ],
            }
        )
        entry.action_post()
        counterpart = entry.line_ids.filtered(
            lambda line: line.account_id == item.account_id
        )
        (item + counterpart).reconcile()
        return entry

    def _foreign(self):
        """Return a currency of which two make one of the company's."""
        currency = self.env.ref("base.CHF")
        currency.active = True
        self.env["res.currency.rate"].create(
            {
                "name": "2026-01-01",
                "rate": 2.0,
                "currency_id": currency.id,
                "company_id": self.company.id,
            }
        )
        return currency

    def _amounts(self, dispute):
        """Return still disputed, credited, paid, written off, otherwise cleared."""
        self.env.flush_all()
        return (
            dispute.still_disputed,
            dispute.credited,
            dispute.paid,
            dispute.written_off,
            dispute.other,
        )
