"""One row of an imported dispute spreadsheet, and what became of it."""

from odoo import fields, models


class ArDisputeImportRow(models.Model):
    """Growth: none by the day, one row per row of a file; those that became no case are
    deleted with their file (``ar.dispute.import._gc_files``)."""

    _name = "ar.dispute.import.row"
    _description = "Row of an imported dispute spreadsheet"
    _order = "import_id, row_number"
    _rec_name = "number"

    import_id = fields.Many2one(
        "ar.dispute.import", required=True, index=True, ondelete="cascade"
    )
    row_number = fields.Integer(string="Row", readonly=True, aggregator=None)
    state = fields.Selection(
        [
            ("pending", "To register"),
            ("done", "Registered"),
            ("skipped", "There already"),
            ("rejected", "Wrong"),
        ],
        required=True,
        readonly=True,
    )
    reason = fields.Char(
        readonly=True, help="Why the row is wrong or left aside, and what to do."
    )
    remark = fields.Char(readonly=True, help="What was assumed to read the row.")
    number = fields.Char(string="Invoices", readonly=True)
    customer = fields.Char(readonly=True)
    amount = fields.Char(readonly=True)
    dispute_id = fields.Many2one(
        "ar.dispute", readonly=True, index="btree_not_null", ondelete="set null"
    )
