from freezegun import freeze_time

from odoo import models
from odoo.orm.model_classes import add_to_registry
from odoo.tests import tagged
from odoo.tools import SQL

from ..models.scope import Fact, PriorityTerm, Source
from .common import TODAY, ReceivablesCommon


class FakeLeaf(models.Model):
    """What an addon above does: nothing below changes for it."""

    _inherit = "ar.account"
    _module = "ar_fake_leaf"

    def _fact_sql(self, scope):
        query = SQL(
            "SELECT id AS account_id, 7 AS moons, 'E' AS risk_category FROM ar_account"
        )
        facts = {
            "moons": Fact("moons", "number", "moons", False),
            "risk_category": Fact("risk_category", "code", "risk category", True),
        }
        return super()._fact_sql(scope) | {"sky": Source(query, facts)}

    def _excluded_amount_sql(self, scope):
        promises = SQL(
            """
            SELECT line.id AS line_id, 'promise' AS kind, 80.0 AS amount_currency,
                   NULL::date AS until, 'x' AS res_model, 1 AS res_id, 'r' AS reason
              FROM account_move_line line WHERE line.balance = 100
            """
        )
        disputes = SQL(
            """
            SELECT line.id, 'dispute', 50.0, NULL::date, 'x', 1, 'r'
              FROM account_move_line line WHERE line.balance = 100
            """
        )
        return [*super()._excluded_amount_sql(scope), promises, disputes]

    def _priority_terms_sql(self, scope):
        term = PriorityTerm("risk", "risk", SQL("moons / 10.0"))
        return [*super()._priority_terms_sql(scope), term]

    def _timeline_sources(self):
        source = SQL(
            """
            SELECT id, DATE '2026-01-01', 'moon', 'in', 'x', 1, NULL::numeric,
                   NULL::int, NULL::int, 'full moon' FROM ar_account
            """
        )
        return [*super()._timeline_sources(), source]


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestHooks(ReceivablesCommon):
    """An addon above adds facts, exclusions, terms and events by super() alone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        registry = cls.env.registry
        model_class = registry["ar.account"]
        bases = model_class._base_classes__
        add_to_registry(registry, FakeLeaf)
        registry._setup_models__(cls.env.cr, ["ar.account"])

        def restore():
            model_class._base_classes__ = bases
            registry._setup_models__(cls.env.cr, ["ar.account"])

        cls.addClassCleanup(restore)
        cls.env = cls.env(context=dict(cls.env.context))

    def test_a_fact_of_a_leaf_decides_a_rule_of_the_base(self):
        self._invoice(self.customer, 100, TODAY)
        account = self._account()
        account.action_refresh()
        self.assertEqual(account.payer_profile_id.code, "PP02")

    def test_exclusions_of_leaves_are_capped_in_their_order(self):
        self._invoice(self.customer, 100, "2026-05-01", "2026-05-31")
        self.assertRecordValues(
            self._account(),
            [
                {
                    "overdue_amount": 100,
                    "disputed_amount": 50,
                    "promised_amount": 50,
                    "amount_to_collect": 0,
                }
            ],
        )

    def test_a_term_of_a_leaf_enters_the_priority_and_its_words(self):
        self._invoice(self.customer, 1000, "2026-05-01", "2026-05-31")
        account = self._account()
        account.action_refresh()
        self.assertIn("risk 0.21", account.priority_reason)

    def test_an_event_of_a_leaf_is_on_the_timeline(self):
        self._account()
        queries = self.env["ar.account"]._timeline_sources()
        rows = self.env.execute_query(SQL(" UNION ALL ").join(queries))
        self.assertIn("full moon", [row[-1] for row in rows])

    def test_a_fact_that_is_not_historical_is_unknown_in_the_past(self):
        accounts = self.env["ar.account"]
        account = self._account()
        scope = accounts._scope(account, as_of="2026-01-31")
        query = accounts._fact_table_sql(scope, {"moons", "risk_category"})
        (row,) = self.env.execute_query_dict(query)
        self.assertIsNone(row["moons"])
        self.assertEqual(row["risk_category"], "E")

    def test_the_same_fact_twice_is_refused(self):
        accounts = self.env["ar.account"]
        scope = accounts._scope()
        sources = accounts._fact_sql(scope)

        def twice(_self, scope):
            return sources | {"again": sources["sky"]}

        self.patch(self.env.registry["ar.account"], "_fact_sql", twice)
        with self.assertRaisesRegex(ValueError, "moons"):
            accounts._get_facts(scope)
