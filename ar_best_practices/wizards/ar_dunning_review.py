"""Leave out or change the level during the review, always with a reason."""

from odoo import fields, models
from odoo.exceptions import UserError


class ArDunningReview(models.TransientModel):
    _name = "ar.dunning.review"
    _description = "Change a dunning proposal"

    override = fields.Selection(
        [("exclude", "Leave out of this run"), ("level", "Give another level")],
        required=True,
        default="exclude",
    )
    notice_ids = fields.Many2many("ar.dunning.notice")
    line_ids = fields.Many2many("ar.dunning.notice.line")
    strategy_id = fields.Many2one("ar.dunning.strategy", compute="_compute_strategy_id")
    level_id = fields.Many2one(
        "ar.dunning.level", domain="[('strategy_id', '=', strategy_id)]"
    )
    reason = fields.Char(required=True, help="Shown on the item and kept.")
    until = fields.Date(
        string="Also later, until",
        help="Empty: for this run only. With a day: in no run until then.",
    )

    def _compute_strategy_id(self):
        for wizard in self:
            notices = wizard.notice_ids or wizard.line_ids.notice_id
            wizard.strategy_id = notices.strategy_id[:1]

    def action_apply(self):
        """Write what the person decided."""
        self.ensure_one()
        if self.override == "exclude":
            self._exclude_later()
            self.notice_ids._exclude(self.reason)
            self.line_ids._exclude(self.reason)
        else:
            self._change_levels()
        return {"type": "ir.actions.act_window_close"}

    def _exclude_later(self):
        """Keep the items out of the runs to come as well, until the day given."""
        lines = self.line_ids | self.notice_ids.asked_line_ids
        if self.until:
            items = self.env["ar.item"]._get_or_create(
                lines.filtered(lambda line: line.amount > 0).line_id
            )
            items._exclude(self.reason, self.until)

    def _change_levels(self):
        if not self.level_id:
            raise UserError(self.env._("Choose the level to give."))
        for notice in self.notice_ids | self.line_ids.notice_id:
            level = notice.strategy_id.level_ids.filtered(
                lambda level: level.kind == self.level_id.kind
            )
            if not level:
                raise UserError(
                    self.env._(
                        "The strategy “%(strategy)s” of %(customer)s has not got it.",
                        strategy=notice.strategy_id.name,
                        customer=notice.partner_id.display_name,
                    )
                )
            notice._change_level(level, self.reason)
