"""Disputes as rows to count, to add and to average."""

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.ar_best_practices.models.measure_field import Measure

AMOUNTS = ("amount", "still_disputed", "credited", "paid", "written_off", "other")
DAYS = (16, 1)


class ArDisputeReport(models.Model):
    """A view: one row per disputed item, amounts in company currency at the rate of the
    invoice.

    What is true of a whole case (its days, whether it was in time) stands on its first
    row only: an average then counts each case once.
    """

    _name = "ar.dispute.report"
    _description = "Analysis of disputes"
    _auto = False
    _order = "opened_date desc, id desc"
    _rec_name = "dispute_id"

    dispute_id = fields.Many2one("ar.dispute", string="Case", readonly=True)
    move_id = fields.Many2one("account.move", string="Invoice", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    opened_date = fields.Date(string="Registered on", readonly=True)
    closed_date = fields.Date(string="Closed on", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    account_id = fields.Many2one("ar.account", string="Customer account", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    collector_id = fields.Many2one("res.users", readonly=True)
    reason_id = fields.Many2one("ar.dispute.reason", readonly=True)
    family = fields.Selection(selection="_get_family_selection", readonly=True)
    team_id = fields.Many2one("ar.dispute.team", readonly=True)
    processor_id = fields.Many2one("res.users", string="Treated by", readonly=True)
    coordinator_id = fields.Many2one("res.users", string="Followed by", readonly=True)
    cause_owner_id = fields.Many2one(
        "res.users", string="Owner of the cause", readonly=True
    )
    root_cause_id = fields.Many2one(
        "ar.dispute.root.cause", string="Root cause", readonly=True
    )
    resolution_id = fields.Many2one("ar.dispute.resolution", readonly=True)
    decision = fields.Selection(selection="_get_decision_selection", readonly=True)
    state = fields.Selection(selection="_get_state_selection", readonly=True)
    amount = fields.Monetary(string="Was disputed", readonly=True)
    still_disputed = fields.Monetary(string="Still disputed", readonly=True)
    credited = fields.Monetary(readonly=True)
    paid = fields.Monetary(readonly=True)
    written_off = fields.Monetary(string="Written off", readonly=True)
    other = fields.Monetary(string="Otherwise cleared", readonly=True)
    days_gross = Measure(
        string="Days",
        readonly=True,
        digits=DAYS,
        aggregator="avg",
        help="Calendar days from the registration to the closing.",
    )
    days_net = Measure(
        string="Days without waiting",
        readonly=True,
        digits=DAYS,
        aggregator="avg",
        help="The same without the days on which we waited for the customer.",
    )
    days_qualify = Measure(
        string="Days to the first answer",
        readonly=True,
        digits=DAYS,
        aggregator="avg",
        help="Calendar days from the registration to the qualification.",
    )
    in_time = Measure(
        string="In time",
        readonly=True,
        aggregator="avg",
        help="Share of the closed cases that were closed before their deadline passed.",
    )
    unfounded = Measure(
        readonly=True,
        aggregator="avg",
        help="Share of the closed cases that were found unfounded.",
    )

    @api.model
    def _get_words(self, name: str) -> list[tuple[str, str]]:
        return self.env["ar.dispute"]._fields[name]._description_selection(self.env)

    @api.model
    def _get_family_selection(self) -> list[tuple[str, str]]:
        return self._get_words("family")

    @api.model
    def _get_decision_selection(self) -> list[tuple[str, str]]:
        return self._get_words("decision")

    @api.model
    def _get_state_selection(self) -> list[tuple[str, str]]:
        return self._get_words("state")

    @property
    def _table_query(self) -> SQL:
        self.env["ar.account"]._flush_ledger()
        self.env["ar.dispute"].flush_model()
        return SQL("%s %s", self._select(), self._from())

    @api.model
    def _select(self) -> SQL:
        amounts = [
            SQL("%s * line.rate AS %s", SQL.identifier("line", x), SQL.identifier(x))
            for x in AMOUNTS
        ]
        return SQL(
            """
            SELECT COALESCE(line.id * 2, dispute.id * 2 + 1) AS id,
                   dispute.id AS dispute_id, line.move_id, line.product_id,
                   dispute.opened_date, dispute.closed_date, dispute.company_id,
                   company.currency_id, dispute.account_id, dispute.partner_id,
                   account.collector_id, dispute.reason_id, dispute.family,
                   dispute.team_id, dispute.processor_id, dispute.coordinator_id,
                   dispute.cause_owner_id, dispute.root_cause_id,
                   dispute.resolution_id, dispute.decision, dispute.state,
                   %s, times.days_gross, times.days_net, times.days_qualify,
                   times.in_time, times.unfounded
            """,
            SQL(", ").join(amounts),
        )

    @api.model
    def _from(self) -> SQL:
        """Plan expected: hash joins; the steps of waiting are read once."""
        return SQL(
            """
              FROM ar_dispute dispute
              JOIN res_company company ON company.id = dispute.company_id
              JOIN ar_account account ON account.id = dispute.account_id
         LEFT JOIN (SELECT *, ROW_NUMBER() OVER (PARTITION BY dispute_id ORDER BY id)
                              AS rank
                      FROM ar_dispute_line) line ON line.dispute_id = dispute.id
         LEFT JOIN (%s) times ON times.dispute_id = dispute.id
                             AND COALESCE(line.rank, 1) = 1
            """,
            self._times_sql(),
        )

    @api.model
    def _times_sql(self) -> SQL:
        """Return, by case, the days it took and how it ended: NULL until then.

        Calendar days; those of waiting follow `tools/dispute_clock`: the day on which
        we began to wait is none, the day of the answer is one.
        """
        return SQL(
            """
            SELECT dispute.id AS dispute_id,
                   dispute.qualified_date - dispute.opened_date AS days_qualify,
                   ended.days AS days_gross,
                   CASE WHEN ended.days IS NOT NULL
                        THEN GREATEST(0, ended.days - COALESCE(waiting.days, 0))
                   END AS days_net,
                   CASE WHEN dispute.state = 'closed'
                        THEN (dispute.closed_date
                              <= COALESCE(dispute.deadline, 'infinity'))::int::float8
                   END AS in_time,
                   CASE WHEN dispute.state = 'closed'
                        THEN (dispute.decision IS NOT DISTINCT FROM 'unfounded'
                             )::int::float8 END AS unfounded
              FROM ar_dispute dispute
        CROSS JOIN LATERAL (
                    SELECT CASE WHEN dispute.state = 'closed'
                                THEN dispute.closed_date - dispute.opened_date END
                               AS days
                   ) ended
         LEFT JOIN (%s) waiting ON waiting.dispute_id = dispute.id
            """,
            self._waiting_sql(),
        )

    @api.model
    def _waiting_sql(self) -> SQL:
        """Return the days of waiting of each case: the ends less the beginnings."""
        return SQL(
            """
            SELECT dispute_id,
                   SUM(CASE WHEN from_state = 'waiting' THEN 1 ELSE -1 END
                       * (day - DATE '2000-01-01')) AS days
              FROM ar_dispute_step
             WHERE (from_state = 'waiting') <> (to_state = 'waiting')
          GROUP BY dispute_id
            """
        )

    def action_open(self):
        """Open the case."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "ar.dispute",
            "res_id": self.dispute_id.id,
            "view_mode": "form",
        }
