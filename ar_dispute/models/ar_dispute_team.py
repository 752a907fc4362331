"""Who treats which reasons in a company."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.dispute_states import OPEN


class ArDisputeTeam(models.Model):
    _name = "ar.dispute.team"
    _description = "Dispute team"
    _order = "company_id, name, id"

    name = fields.Char(required=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company.root_id,
        domain="[('parent_id', '=', False)]",
    )
    manager_id = fields.Many2one(
        "res.users",
        required=True,
        domain="[('share', '=', False), ('company_ids', 'child_of', company_id)]",
        help="Gets what the team leaves undone by its day.",
    )
    member_ids = fields.Many2many(
        "res.users",
        string="Members",
        domain="[('share', '=', False), ('company_ids', 'child_of', company_id)]",
        help="Who may be given a dispute of this team.",
    )
    reason_ids = fields.Many2many(
        "ar.dispute.reason",
        string="Reasons",
        domain="[('is_outcome', '=', False)]",
        help="Disputes with these reasons come to this team.",
    )
    active = fields.Boolean(default=True)

    @api.constrains("company_id", "reason_ids", "active")
    def _check_one_team_each(self):
        """A reason leads to one team of a company, or nobody knows whose it is."""
        shared = self._read_group(
            [
                ("company_id", "in", self.company_id.ids),
                ("reason_ids", "in", self.reason_ids.ids),
            ],
            ["company_id", "reason_ids"],
            ["id:recordset"],
            having=[("__count", ">", 1)],
        )
        for company, reason, teams in shared:
            if teams & self and reason in self.reason_ids:
                raise ValidationError(
                    self.env._(
                        "%(reason)s goes to one team of %(company)s, not to several:"
                        " %(teams)s.",
                        reason=reason.display_name,
                        company=company.name,
                        teams=", ".join(teams.mapped("name")),
                    )
                )

    def _get_least_loaded(self):
        """Return the member with the fewest open cases, or nobody."""
        self.ensure_one()
        # sudo: cases of colleagues are counted, not shown
        counts = dict(
            self.env["ar.dispute"]
            .sudo()
            ._read_group(
                [("processor_id", "in", self.member_ids.ids), ("state", "in", OPEN)],
                ["processor_id"],
                ["__count"],
            )
        )
        members = self.member_ids.filtered("active").sorted("id")
        return members.sorted(lambda user: counts.get(user, 0))[:1]
