from freezegun import freeze_time
from lxml import etree

from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from .common import TODAY
from .test_matching import MatchingCommon

AGES = {
    "0_2": "2026-06-28",
    "3_7": "2026-06-27",
    "8_30": "2026-06-01",
    "over_30": "2026-05-30",
}


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestMatchingFigures(MatchingCommon):
    """What stands above the screen of matching."""

    def setUp(self):
        super().setUp()
        self.proposals = self.env["ar.matching.proposal"]

    def _figures(self):
        """Return the figures, the amounts of each age by its code."""
        self.proposals.action_propose()
        figures = self.proposals.get_figures()
        figures["ages"] = {age["code"]: age for age in figures["ages"]}
        return figures

    def _amount(self, amount):
        return self.company.currency_id.format(amount)

    def _match(self, amount, text, day=TODAY):
        """Return a proposal of a bank line that a person accepted."""
        proposal = self._propose(self._bank_line(amount, text, date=day))
        proposal.action_match()
        return proposal

    def test_what_waits_is_counted_by_how_sure_it_is(self):
        self._bank_line(800.17, self.first.name)
        self._bank_line(93.29, self.foreign.name)
        self._bank_line(100, f"ACOMPTE {self.second.name}")
        self._bank_line(12.34, "VIREMENT")
        figures = self._figures()
        names = ("waiting", "certain", "likely", "unknown")
        self.assertEqual([figures[name] for name in names], [4, 2, 1, 1])

    def test_each_count_is_what_its_filter_opens(self):
        self._bank_line(800.17, self.first.name)
        self._bank_line(12.34, "VIREMENT", date="2026-06-20")
        figures = self._figures()
        search = self.env.ref("ar_best_practices.ar_matching_proposal_view_search")
        view = self.proposals.get_view(search.id, "search")["arch"]
        for name in ("waiting", "certain", "likely", "unknown"):
            found = self.proposals.search(self._filter(view, name))
            self.assertEqual(len(found), figures[name], name)
        waiting = self._filter(view, "waiting")
        for code, age in figures["ages"].items():
            found = self.proposals.search(waiting & self._filter(view, f"age_{code}"))
            self.assertEqual(len(found), age["count"], code)

    def _filter(self, view, name):
        """Return the domain of a filter of the search view."""
        (node,) = etree.fromstring(view).xpath(f"//filter[@name='{name}']")
        return Domain(safe_eval(node.get("domain")))

    def test_amounts_that_wait_stand_by_age(self):
        for number, day in enumerate(AGES.values(), start=1):
            self._bank_line(10 * number + 0.01, "VIREMENT", date=day)
        ages = self._figures()["ages"]
        self.assertEqual(list(ages), list(AGES))
        for number, age in enumerate(ages.values(), start=1):
            self.assertEqual(age["amount"], self._amount(10 * number + 0.01))
            self.assertEqual((age["count"], age["empty"]), (1, False))

    def test_another_currency_counts_at_the_rate_of_today(self):
        currency = self.setup_other_currency("GBP", rates=[("2026-01-01", 2.0)])
        self._bank_line(
            40, "VIREMENT", foreign_currency_id=currency.id, amount_currency=100
        )
        ages = self._figures()["ages"]
        self.assertEqual(ages["0_2"]["amount"], self._amount(50))

    def test_without_payments_of_the_month_nothing_is_known(self):
        figures = self._figures()
        self.assertEqual(figures["matched_count"], 0)
        self.assertIsNone(figures["untouched"])
        self.assertIsNone(figures["hours"])
        self.assertTrue(all(age["empty"] for age in figures["ages"].values()))

    def test_untouched_is_what_was_matched_wholly_as_proposed(self):
        self._match(800.17, self.first.name)
        self._match(93.29, self.foreign.name)
        self.assertEqual(self._figures()["untouched"], 1)
        self._match(300, self.second.name)  # 41.59 stays on account
        self.assertAlmostEqual(self._figures()["untouched"], 2 / 3)

    def test_who_corrects_touches(self):
        proposal = self._match(800.17, self.first.name)
        self._match(258.41, self.second.name)
        self.assertEqual(proposal.untouched, 1)
        proposal.sudo().is_corrected = True
        self.assertEqual(proposal.untouched, 0)
        self.assertEqual(self._figures()["untouched"], 0.5)

    def test_a_credit_note_is_no_payment(self):
        self._match(800.17, self.first.name)
        credit = self._invoice(self.customer, -258.41, TODAY)
        self._propose(self._receivable(credit)).action_match()
        self.assertEqual(self._figures()["matched_count"], 1)

    def test_hours_are_the_median_since_the_day_of_the_payment(self):
        with freeze_time(f"{TODAY} 10:00:00"):
            self._match(800.17, self.first.name)
            self._match(258.41, self.second.name)
            self._match(93.29, self.foreign.name, day="2026-06-20")
            figures = self._figures()
        self.assertEqual((figures["hours"], figures["matched_count"]), (10, 3))

    def test_last_month_is_over(self):
        self._match(800.17, self.first.name)
        with freeze_time("2026-07-02"):
            self.assertEqual(self._figures()["matched_count"], 0)

    def test_the_rate_is_grouped_by_month_and_rule(self):
        self._match(800.17, self.first.name)
        self._match(300, self.second.name)
        ((_month, rate, count),) = self.proposals._read_group(
            [("state", "=", "matched")],
            ["matched_date:month"],
            ["untouched:avg", "__count"],
        )
        self.assertEqual((rate, count), (0.5, 2))
        aggregator = self.proposals.fields_get(["untouched"])["untouched"]["aggregator"]
        self.assertEqual(aggregator, "avg")

    def test_it_says_who_may_match(self):
        self.assertTrue(self.proposals.get_figures()["may_match"])
        collector = self._create_user("figures_collector", "collector")
        self.assertFalse(self.proposals.with_user(collector).get_figures()["may_match"])

    def test_a_viewer_and_another_company_read_nothing(self):
        self._bank_line(800.17, self.first.name)
        self._figures()
        viewer = self._create_user("figures_viewer", "viewer")
        with self.assertRaises(AccessError):
            self.proposals.with_user(viewer).get_figures()
        other = self.setup_other_company(name="Elsewhere")["company"]
        stranger = self._create_user("figures_stranger", "collector", company=other)
        figures = self.proposals.with_user(stranger).get_figures()
        self.assertEqual(figures["waiting"], 0)

    def test_one_payment_or_many_cost_the_same(self):
        def statements():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.proposals.get_figures()
            return self.cr.sql_log_count - before

        self._bank_line(800.17, self.first.name)
        self._propose()
        statements()
        one = statements()
        for number in range(12):
            self._bank_line(41.03 + number, "VIREMENT", date=f"2026-06-{10 + number}")
        self._match(258.41, self.second.name)
        self._propose()
        self.assertEqual(statements(), one)

    def test_an_item_says_what_stays_open_of_it(self):
        proposal = self._propose(self._bank_line(300, f"ACOMPTE {self.first.name}"))
        self.assertEqual(proposal.line_ids.open_amount, 500.17)
        proposal.action_match()
        self.assertEqual(proposal.line_ids.open_amount, 500.17)
