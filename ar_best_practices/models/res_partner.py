from datetime import timezone

import phonenumbers

from odoo import api, fields, models
from odoo.fields import Domain

from ..tools.dates import next_contact

VIEWER = "ar_best_practices.group_ar_viewer"
# Some countries do not tell mobile numbers from others.
MOBILE_TYPES = (
    phonenumbers.PhoneNumberType.MOBILE,
    phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
)


class ResPartner(models.Model):
    _inherit = "res.partner"

    # Groups: users outside the suite go on reading partners as before.
    ar_account_ids = fields.One2many("ar.account", "partner_id", groups=VIEWER)
    ar_account_id = fields.Many2one(
        "ar.account",
        string="Customer account",
        compute="_compute_ar_account_id",
        search="_search_ar_account_id",
        groups=VIEWER,
        help="The account of the commercial partner in the current company.",
    )
    ar_payer_profile_id = fields.Many2one(
        related="ar_account_id.payer_profile_id", string="Payer profile", groups=VIEWER
    )
    ar_status = fields.Selection(
        related="ar_account_id.status", string="Payment status", groups=VIEWER
    )
    ar_status_reason = fields.Char(
        related="ar_account_id.status_reason", string="Why this status", groups=VIEWER
    )
    ar_style = fields.Selection(
        [("formal", "Formal"), ("short", "Short"), ("detailed", "Detailed")],
        string="Style of messages",
        help="How this person likes to be written to.",
    )
    ar_channel = fields.Selection(
        [
            ("mail", "E-mail"),
            ("letter", "Letter"),
            ("sms", "SMS"),
            ("phone", "Phone"),
        ],
        string="Preferred channel",
        help="Empty: the channel of the dunning level.",
    )
    ar_mobile = fields.Char(
        string="Mobile number",
        compute="_compute_ar_mobile",
        store=True,
        help="The phone number when it is one that receives SMS.",
    )
    ar_no_phone = fields.Boolean(
        string="No calls", help="This person asked not to be called about payments."
    )
    ar_no_sms = fields.Boolean(
        string="No SMS", help="This person asked for no SMS about payments."
    )
    ar_hours = fields.One2many(
        "ar.contact.hours",
        "partner_id",
        string="Contact hours",
        groups=VIEWER,
        help="When this person may be contacted, in their time zone. Empty: any time.",
    )

    @api.depends_context("company")
    @api.depends("commercial_partner_id")
    def _compute_ar_account_id(self):
        accounts = self.env["ar.account"].search(
            [
                ("partner_id", "in", self.commercial_partner_id.ids),
                ("company_id", "=", self.env.company.root_id.id),
            ]
        )
        by_partner = {account.partner_id: account for account in accounts}
        for partner in self:
            partner.ar_account_id = by_partner.get(partner.commercial_partner_id)

    @api.depends("phone_sanitized")
    def _compute_ar_mobile(self):
        for person in self:
            number = person.phone_sanitized
            person.ar_mobile = number if number and _is_mobile(number) else False

    def _search_ar_account_id(self, operator, value):
        if operator not in ("in", "any"):
            return NotImplemented
        return Domain("commercial_partner_id.ar_account_ids", operator, value)

    def write(self, vals):
        # EXTENDS base: a new parent moves the ledger of a customer to another account
        before = (
            {p: p.commercial_partner_id for p in self} if "parent_id" in vals else {}
        )
        moved = self.filtered(lambda p: "email" in vals and p.email != vals["email"])
        result = super().write(vals)
        # sudo: a new address has not bounced yet, whoever typed it
        moved.sudo().filtered("message_bounce").message_bounce = 0
        for partner, commercial in before.items():
            if commercial == partner != partner.commercial_partner_id:
                partner._merge_ar_accounts(partner.commercial_partner_id)
        if "tz" in vals and self.sudo().ref_company_ids:
            self.env.registry.clear_cache()  # ar.account._company_tree
        return result

    def _merge_ar_accounts(self, target):
        """Bring these partners' accounts into the target partner's, by company."""
        # Merging partners is the right asked for; accounts follow.
        accounts = self.env["ar.account"].sudo().with_context(active_test=False)
        moved = accounts.search([("partner_id", "in", self.ids)])
        for company, group in moved.grouped("company_id").items():
            group._merge_into(accounts._ensure([(company.id, target.id)]))

    def action_open_ar_account(self):
        """Open the customer account of this partner."""
        self.ensure_one()
        account = self.ar_account_id or self.env["ar.account"].sudo()._ensure(
            [(self.env.company.id, self.id)]
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": "ar.account",
            "res_id": account.id,
            "view_mode": "form",
        }

    def _ar_next_opening(self, moment):
        """Return when this person may be contacted: ``moment`` itself, or later.

        :param moment: naive UTC datetime
        """
        self.ensure_one()
        windows = [(int(h.weekday), h.hour_from, h.hour_to) for h in self.ar_hours]
        if not windows:
            return moment
        zone = self.tz or self.env.user.tz or "UTC"
        utc = moment.replace(tzinfo=timezone.utc)
        return next_contact(utc, zone, windows).replace(tzinfo=None)


def _is_mobile(number: str) -> bool:
    """Say whether an international number may receive SMS."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.number_type(parsed) in MOBILE_TYPES
