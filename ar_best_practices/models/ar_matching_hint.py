"""What corrections teach: whose money comes from an account, or with these words."""

from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..tools.reference import wording


class ArMatchingHint(models.Model):
    """Learned when a person says who paid; counts only once a person accepted it.

    An account becomes a bank account of the customer, as in Odoo; a wording is kept
    here: payments with these words and other numbers are his.

    Growth: a row per customer and year. Purged: with its customer.
    """

    _name = "ar.matching.hint"
    _description = "Learned payer"
    _inherit = ["ar.guarded"]
    _order = "state, seen desc, id desc"
    _rec_name = "value"

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    kind = fields.Selection(
        [("bank_account", "Bank account"), ("wording", "Words of the reference")],
        required=True,
        readonly=True,
    )
    value = fields.Char(string="What comes back", required=True, readonly=True)
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    seen = fields.Integer(
        string="Times seen", readonly=True, default=1, help="Payments that said so."
    )
    last_date = fields.Date(string="Last seen", readonly=True)
    state = fields.Selection(
        [
            ("proposed", "To accept"),
            ("active", "Used"),
            ("refused", "Not used"),
        ],
        required=True,
        readonly=True,
        default="proposed",
        index=True,
    )
    reason = fields.Char(string="Why", readonly=True)
    decided_uid = fields.Many2one(
        "res.users", string="Decided by", readonly=True, ondelete="set null"
    )

    _value_uniq = models.UniqueIndex(
        "(company_id, kind, value)", "This was learned already."
    )

    # ------------------------------------------------------------------
    # Learning
    # ------------------------------------------------------------------

    @api.model
    def _learn(self, proposal, partner):
        """Note that a person said who paid; a second customer makes it worthless."""
        partner = partner.commercial_partner_id
        known = {
            "bank_account": proposal.account_number,
            "wording": wording(proposal.text or ""),
        }
        # the account tells more than words do
        kind = "bank_account" if known["bank_account"] else "wording"
        if not known[kind]:
            return self
        # sudo: whoever matches teaches; the table is nobody's to write by hand
        hints = self.sudo()
        hint = hints.search(
            [
                ("company_id", "=", proposal.company_id.id),
                ("kind", "=", kind),
                ("value", "=", known[kind]),
            ]
        )
        if not hint:
            return hints.create(
                {
                    "company_id": proposal.company_id.id,
                    "kind": kind,
                    "value": known[kind],
                    "partner_id": partner.id,
                    "last_date": proposal.date,
                    "reason": self.env._("a person said who paid"),
                }
            )
        hint._see_again(proposal, partner)
        return hint

    def _see_again(self, proposal, partner):
        if partner == self.partner_id:
            self.write({"seen": self.seen + 1, "last_date": proposal.date})
        elif self.state != "refused":
            words = self.env._("%s paid in this way too", partner.display_name)
            self.write({"state": "refused", "reason": words})

    # ------------------------------------------------------------------
    # Deciding
    # ------------------------------------------------------------------

    def action_accept(self):
        """Use it for the payments to come, and for those that wait."""
        self._check_may_decide()
        for hint in self:
            if hint.kind == "bank_account":
                hint._add_bank_account()
            hint._decide("active", self.env._("accepted"))
        self.env["ar.matching.proposal"]._propose()
        return True

    def action_refuse(self):
        """Do not use it."""
        self._check_may_decide()
        for hint in self:
            hint._decide("refused", self.env._("refused"))
        self.env["ar.matching.proposal"]._propose()
        return True

    def _check_may_decide(self):
        """Whoever matches decides, of the companies in which he works: a payer that is
        known counts for a company and its branches."""
        self.env["ar.matching.proposal"]._check_may_match()
        if strange := self.company_id - self.env.user.company_ids:
            raise AccessError(
                self.env._(
                    "You do not work in %s, whose payments this decides about.",
                    ", ".join(strange.mapped("display_name")),
                )
            )

    def _decide(self, state: str, words: str):
        self._checked_sudo("read").write(
            {"state": state, "reason": words, "decided_uid": self.env.uid}
        )

    def _add_bank_account(self):
        """Note the account with the customer, as Odoo does; money never goes out to it
        unless a person allows that."""
        # sudo: billing users may not write bank accounts; this one only receives
        banks = self.env["res.partner.bank"].sudo().with_context(active_test=False)
        mine = [
            ("sanitized_acc_number", "=", self.value),
            ("partner_id", "=", self.partner_id.id),
        ]
        found = banks.search(mine)
        archived = found.filtered(lambda bank: not bank.active)
        archived.write({"active": True, "allow_out_payment": False})
        if not found:
            banks.create({"acc_number": self.value, "partner_id": self.partner_id.id})
