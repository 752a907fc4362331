"""One column of an imported dispute spreadsheet."""

from odoo import api, fields, models

from ..tools import dispute_columns


class ArDisputeImportColumn(models.Model):
    _name = "ar.dispute.import.column"
    _description = "Column of an imported dispute spreadsheet"
    _inherit = ["ar.table.column"]

    import_id = fields.Many2one(
        "ar.dispute.import", required=True, index=True, ondelete="cascade"
    )

    @api.model
    def _selection_role(self):
        return [
            (dispute_columns.NUMBER, self.env._("Invoice numbers")),
            (dispute_columns.CUSTOMER, self.env._("Customer, to check")),
            (dispute_columns.AMOUNT, self.env._("Disputed amount")),
            (dispute_columns.HEARD, self.env._("Day on which we heard of it")),
            (dispute_columns.REASON, self.env._("Reason")),
            (dispute_columns.CLAIM, self.env._("Said by the customer")),
            (dispute_columns.STATE, self.env._("State")),
            (dispute_columns.CLOSED, self.env._("Closing date")),
            (dispute_columns.DECISION, self.env._("Decision")),
            (dispute_columns.CAUSE, self.env._("Root cause")),
            (dispute_columns.PROCESSOR, self.env._("Treated by")),
            (dispute_columns.CHANNEL, self.env._("Channel")),
        ]
