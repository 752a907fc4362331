"""What a company called its reasons and causes, said once in ours."""

from odoo import fields, models


class ArDisputeImportWord(models.Model):
    """A later import of the company takes over what an earlier one was told."""

    _name = "ar.dispute.import.word"
    _description = "Word of an imported dispute spreadsheet"
    _order = "import_id, kind desc, text"
    _rec_name = "text"

    import_id = fields.Many2one(
        "ar.dispute.import", required=True, index=True, ondelete="cascade"
    )
    kind = fields.Selection(
        [("reason", "Reason"), ("cause", "Root cause")], required=True, readonly=True
    )
    text = fields.Char(string="In the file", required=True, readonly=True)
    key = fields.Char(required=True, readonly=True, index=True)
    reason_id = fields.Many2one(
        "ar.dispute.reason",
        string="Reason meant",
        domain="[('is_outcome', '=', False)]",
        ondelete="cascade",
    )
    root_cause_id = fields.Many2one(
        "ar.dispute.root.cause", string="Cause meant", ondelete="cascade"
    )

    _word_uniq = models.UniqueIndex(
        "(import_id, kind, key)", "This word is in the list already."
    )

    def _get_meaning(self):
        """Return our code for this word, or nothing."""
        self.ensure_one()
        return self.reason_id if self.kind == "reason" else self.root_cause_id
