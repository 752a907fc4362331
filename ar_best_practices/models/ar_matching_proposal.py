"""A payment that waits, what it probably pays and why; later, who matched it."""

from odoo import api, fields, models


class ArMatchingProposal(models.Model):
    """One row per bank line, payment or credit that is not matched, proposed again
    until somebody or the job matches it.

    Growth: one row per receipt, three lines; kept as the proof of who matched what.
    Purged with the runs (``ar_retention_years``).
    """

    _name = "ar.matching.proposal"
    _description = "Matching proposal"
    _inherit = ["ar.guarded", "ar.matching.entry", "ar.matching.figures"]
    _order = "date, id"
    _log_access = False

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    kind = fields.Selection(
        [
            ("statement", "Bank line"),
            ("payment", "Payment"),
            ("credit_note", "Credit note"),
        ],
        required=True,
        readonly=True,
    )
    statement_line_id = fields.Many2one(
        "account.bank.statement.line",
        string="Bank line",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
    )
    credit_line_id = fields.Many2one(
        "account.move.line",
        string="Credit",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    move_id = fields.Many2one(
        "account.move", string="Entry", readonly=True, index=True, ondelete="cascade"
    )
    date = fields.Date(required=True, readonly=True)
    text = fields.Char(string="Reference", readonly=True)
    account_number = fields.Char(string="Bank account", readonly=True)
    partner_id = fields.Many2one(
        "res.partner", string="Paid by", readonly=True, ondelete="set null"
    )
    payer_source = fields.Selection(
        [
            ("bank_account", "By the bank account"),
            ("learned", "As learned"),
            ("typed", "As typed"),
            ("document", "Of the document"),
            ("person", "By a person"),
        ],
        string="Known",
        readonly=True,
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount = fields.Monetary(readonly=True)
    left_amount = fields.Monetary(
        string="Left", readonly=True, help="Part of the payment that stays on account."
    )
    difference = fields.Monetary(
        readonly=True, help="What the payment lacks of the items, to be written off."
    )
    writeoff_reason_id = fields.Many2one(
        "ar.writeoff.reason",
        string="Written off for",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    writeoff_move_id = fields.Many2one(
        "account.move",
        string="Entry of the write-off",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="Discounts and write-offs of a payment that was posted already stand in an"
        " entry of their own.",
    )
    rule_id = fields.Many2one("ar.matching.rule", readonly=True, ondelete="set null")
    confidence = fields.Integer(string="Confidence (%)", readonly=True)
    doubt = fields.Char(string="Kind of doubt", readonly=True)
    reason = fields.Char(string="Why", readonly=True)
    state = fields.Selection(
        [
            ("certain", "Certain"),
            ("likely", "Likely"),
            ("unknown", "Unknown"),
            ("matched", "Matched"),
            ("undone", "Undone"),
        ],
        required=True,
        readonly=True,
        index=True,
    )
    line_ids = fields.One2many(
        "ar.matching.proposal.line", "proposal_id", string="Items", readonly=True
    )
    partial_ids = fields.Many2many(
        "account.partial.reconcile",
        "ar_matching_proposal_partial_rel",
        "proposal_id",
        "partial_id",
        string="Matchings",
        readonly=True,
        help="What Odoo reconciled for it, and nothing else, is undone with it.",
    )
    items = fields.Char(string="Pays", compute="_compute_items")
    advice = fields.Text(
        string="Remittance advice",
        readonly=True,
        help="What the customer listed: a document number and an amount a line.",
    )
    refused = fields.Char(
        string="Refused items",
        readonly=True,
        help="What a person refused for this payment is not proposed again.",
    )
    matched_date = fields.Datetime(string="Matched on", readonly=True)
    matched_uid = fields.Many2one(
        "res.users", string="Matched by", readonly=True, ondelete="set null"
    )
    is_automatic = fields.Boolean(string="By itself", readonly=True)
    is_corrected = fields.Boolean(string="Corrected", readonly=True)
    asked_uid = fields.Many2one(
        "res.users",
        string="Asked by",
        readonly=True,
        ondelete="set null",
        help="Asked the job to match it.",
    )
    hours = fields.Float(
        string="Hours to match",
        readonly=True,
        aggregator="avg",
        help="From the day of the payment to its matching.",
    )

    # One proposal waits for each payment; those matched or undone stay as history.
    _statement_uniq = models.UniqueIndex(
        "(statement_line_id) WHERE statement_line_id IS NOT NULL"
        " AND state IN ('certain', 'likely', 'unknown')",
        "This bank line has a proposal already.",
    )
    _credit_uniq = models.UniqueIndex(
        "(credit_line_id) WHERE credit_line_id IS NOT NULL"
        " AND state IN ('certain', 'likely', 'unknown')",
        "This payment has a proposal already.",
    )

    @api.model
    def _gc_older_than(self, company, limit):
        """Forget the matchings of a company done before a day."""
        self.search(
            [
                ("company_id", "=", company.id),
                ("state", "in", ("matched", "undone")),
                ("matched_date", "<", limit),
            ]
        ).unlink()

    @api.depends("line_ids")
    def _compute_items(self):
        for proposal in self:
            proposal.items = " + ".join(
                f"{line.number} {line.currency_id.format(line.amount)}"
                for line in proposal.line_ids
            )

    @api.depends("text", "amount")
    def _compute_display_name(self):
        for proposal in self:
            amount = proposal.currency_id.format(proposal.amount)
            proposal.display_name = f"{amount} {proposal.text or ''}".strip()
