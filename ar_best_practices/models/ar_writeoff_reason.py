"""Why a part of an item, or of a payment, is written off: coded, with its account."""

from odoo import api, fields, models


class ArWriteoffReason(models.Model):
    _name = "ar.writeoff.reason"
    _description = "Reason of a write-off"
    _order = "sequence, id"
    _rec_names_search = ["code", "name"]

    code = fields.Char(required=True)
    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    account_id = fields.Many2one(
        "account.account",
        company_dependent=True,
        ondelete="restrict",
        help="Where it is booked in this company. Empty: the account of small"
        " differences of the settings.",
    )
    active = fields.Boolean(default=True)

    _code_uniq = models.UniqueIndex("(code)", "This code is taken.")

    @api.depends("code", "name")
    def _compute_display_name(self):
        for reason in self:
            reason.display_name = f"{reason.code} {reason.name}"

    def _get_writeoff_account(self, company):
        """Return where a company books these write-offs; an empty reason is that of
        small differences."""
        return self.with_company(company).account_id or company.ar_matching_account_id
