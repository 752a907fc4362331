from odoo import api, fields, models
from odoo.tools import SQL


class ArReceivableReport(models.Model):
    _inherit = "ar.receivable.report"

    disputed_part = fields.Monetary(
        string="Disputed part",
        readonly=True,
        currency_field="document_currency_id",
        aggregator=None,
        help="What of the item is contested by open cases, in its currency.",
    )

    @api.model
    def _select(self) -> SQL:
        # EXTENDS ar_best_practices
        return SQL("%s, disputes.amount AS disputed_part", super()._select())

    @api.model
    def _disputed_sql(self) -> SQL:
        # EXTENDS ar_best_practices
        return SQL("(%s OR disputes.amount > 0)", super()._disputed_sql())

    @api.model
    def _from(self, items: SQL) -> SQL:
        # EXTENDS ar_best_practices
        accounts = self.env["ar.account"]
        return SQL(
            """
            %s
         LEFT JOIN (SELECT line_id, SUM(amount_currency) AS amount
                      FROM (%s) dispute GROUP BY line_id
                   ) disputes ON disputes.line_id = line.id
            """,
            super()._from(items),
            accounts._case_amount_sql(accounts._scope()),
        )
