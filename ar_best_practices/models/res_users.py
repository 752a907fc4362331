from odoo import fields, models

ABSENCE_FIELDS = ["ar_substitute_id", "ar_absent_from", "ar_absent_until"]


class ResUsers(models.Model):
    _inherit = "res.users"

    ar_substitute_id = fields.Many2one(
        "res.users",
        string="Substitute collector",
        help="Follows the customers of this collector during an absence.",
    )
    ar_absent_from = fields.Date(string="Absent from")
    ar_absent_until = fields.Date(string="Absent until")

    @property
    def SELF_READABLE_FIELDS(self):
        # EXTENDS base: collectors announce their own absence
        return super().SELF_READABLE_FIELDS + ABSENCE_FIELDS

    @property
    def SELF_WRITEABLE_FIELDS(self):
        # EXTENDS base
        return super().SELF_WRITEABLE_FIELDS + ABSENCE_FIELDS

    def _get_ar_substitute(self):
        """Return who acts for this collector today: themselves unless absent.

        Chains are followed (a substitute may be absent too); a circle ends where it
        began.
        """
        today = fields.Date.context_today(self)
        user, seen = self, self.browse()
        while user and user not in seen and user._is_ar_absent(today):
            seen += user
            user = user.ar_substitute_id or user
        return user

    def _is_ar_absent(self, today) -> bool:
        start, end = self.ar_absent_from, self.ar_absent_until
        return bool(end and today <= end and (not start or start <= today))
