"""My day: the disputes in which the next step is mine."""

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.ar_best_practices.report.ar_worklist import KINDS

CARD = 2  # kind of card, for its ids


class ArWorklist(models.Model):
    _inherit = "ar.worklist"

    dispute_id = fields.Many2one("ar.dispute", compute="_compute_dispute_id")

    def _compute_dispute_id(self):
        for card in self:
            number, kind = divmod(card.id, KINDS)
            card.dispute_id = kind == CARD and number

    @api.model
    def _get_why_selection(self):
        # EXTENDS ar_best_practices
        waiting = ("7_dispute", self.env._("Disputes waiting for me"))
        return [*super()._get_why_selection(), waiting]

    def _get_card_queries(self, scope) -> list[SQL]:
        # EXTENDS ar_best_practices
        return [*super()._get_card_queries(scope), self._dispute_sql(scope)]

    def _dispute_sql(self, scope) -> SQL:
        """Return the disputes in which a person has the next step: whoever treats it,
        its manager to decide and approve, its coordinator to close what is settled."""
        return SQL(
            """
            SELECT dispute.id * %(kinds)s + %(card)s, NULL::int, NULL::int,
                   dispute.partner_id, dispute.company_id, company.currency_id,
                   CASE WHEN dispute.is_settled
                        THEN COALESCE(dispute.coordinator_id, dispute.processor_id)
                        WHEN dispute.state = 'decided'
                        THEN COALESCE(team.manager_id, company.ar_dispute_owner_id)
                        ELSE COALESCE(dispute.processor_id, team.manager_id,
                                      dispute.coordinator_id) END,
                   '7_dispute',
                   concat_ws(' ', dispute.name, reason.code,
                             COALESCE(reason.name->>%(lang)s, reason.name->>'en_US')),
                   NULL::int, NULL, dispute.company_still_disputed,
                   GREATEST(%(today)s - dispute.deadline, 0)
              FROM ar_dispute dispute
              JOIN res_company company ON company.id = dispute.company_id
         LEFT JOIN ar_dispute_team team ON team.id = dispute.team_id
         LEFT JOIN ar_dispute_reason reason ON reason.id = dispute.reason_id
             WHERE dispute.state NOT IN ('waiting', 'closed', 'cancelled')
                OR dispute.is_settled
            """,
            kinds=KINDS,
            card=CARD,
            lang=self.env.lang or "en_US",
            today=SQL("%s::date", scope.as_of),
        )

    def action_open(self):
        # EXTENDS ar_best_practices
        if self.dispute_id:
            return self.dispute_id._get_records_action()
        return super().action_open()
