"""What the statistics say of a handful of cases."""

import io
from datetime import date

import openpyxl
from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import DisputeCommon


@tagged("post_install", "-at_install")
class TestDisputeReport(DisputeCommon):
    def _row(self, dispute):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["ar.dispute.report"].search(
            [("dispute_id", "=", dispute.id)], order="id"
        )

    def _close_after_waiting(self):
        """Return a case of 20 days, 6 of which we waited for the customer."""
        with freeze_time("2026-06-01"):
            dispute = self._dispute()
            self._investigate(dispute)
        with freeze_time("2026-06-05"):
            dispute.action_wait("asked for the slip")
        with freeze_time("2026-06-11"):
            dispute.action_resume("the slip is here")
        with freeze_time("2026-06-21"):
            dispute.write({"decision": "founded", "decision_note": "so it is"})
            dispute.with_user(self.manager).action_decide()
            dispute.with_user(self.owner).action_approve()
            dispute.write(
                {
                    "resolution_id": self.credit.id,
                    "document_name": "Letter",
                    "root_cause_id": self.cause.id,
                }
            )
            dispute.action_execute()
            self._credit(400, day="2026-06-21")
            dispute.action_close()
        return dispute

    def test_days_count_once_a_case_with_and_without_waiting(self):
        dispute = self._close_after_waiting()
        row = self._row(dispute)
        self.assertRecordValues(
            row,
            [
                {
                    "amount": 400.0,
                    "credited": 400.0,
                    "still_disputed": 0.0,
                    "days_gross": 20,
                    "days_net": 14,
                    "days_qualify": 0,
                    "in_time": 0.0,
                    "unfounded": 0.0,
                    "root_cause_id": self.cause.id,
                }
            ],
        )

    def test_an_open_case_has_no_days_yet_and_a_second_item_has_none(self):
        other = self._invoice(self.customer, 500, "2026-05-01")
        dispute = self._dispute(100, moves=self.invoice + other)
        rows = self._row(dispute)
        self.assertEqual(rows.mapped("amount"), [100.0, 100.0])
        self.assertEqual(rows.mapped("days_gross"), [False, False])
        self.assertEqual(rows.mapped("days_net"), [False, False])
        groups = self.env["ar.dispute.report"]._read_group(
            [("dispute_id", "=", dispute.id)],
            ["reason_id"],
            ["dispute_id:count_distinct", "amount:sum"],
        )
        self.assertEqual(groups, [(self.short, 1, 200.0)])

    @freeze_time("2026-06-30")
    def test_the_pareto_begins_with_the_largest_and_ends_with_all(self):
        self._dispute(300)
        self._dispute(100, reason_id=self.price.id)
        rows = self.env["ar.dispute.pareto"].search(
            [
                ("company_id", "=", self.company.id),
                ("kind", "=", "reason"),
                ("span", "=", "year"),
            ]
        )
        self.assertEqual(rows.reason_id, self.short + self.price)
        self.assertEqual(rows.mapped("amount"), [300.0, 100.0])
        self.assertEqual(rows.mapped("cumulated"), [0.75, 1.0])
        cases = self.env["ar.dispute"].search(rows[1].action_open()["domain"])
        self.assertEqual(cases.mapped("still_disputed"), [100.0])

    @freeze_time("2026-06-30")
    def test_whoever_treats_cases_reads_no_statistics_of_all(self):
        self.assertFalse(
            self.env["ar.dispute.pareto"].with_user(self.handler).has_access("read")
        )
        self._dispute()
        all_cases = self.env["ar.dispute.report"].with_user(self.collector)
        self.assertTrue(all_cases.search([("account_id", "=", self.account.id)]))

    @freeze_time("2026-06-30")
    def test_a_team_manager_reads_the_analysis_of_the_cases_of_the_team(self):
        dispute = self._dispute()
        other = self._dispute(reason_id=self.price.id)
        report = self.env["ar.dispute.report"]
        manager = report.with_user(self.manager)
        self.assertEqual(manager.search([]).dispute_id, dispute)
        self.assertEqual(
            report.with_user(self.owner).search([]).dispute_id, dispute + other
        )
        (group,) = manager.formatted_read_group(
            [], ["reason_id"], ["amount:sum", "days_net:avg", "in_time:avg"]
        )
        self.assertEqual(group["amount:sum"], dispute.amount)
        self.assertIs(group["days_net:avg"], False, "no closed case: n/a")
        self.assertIs(group["in_time:avg"], False)
        views = self.env["ir.ui.menu"].with_user(self.manager)._visible_menu_ids()
        shown = [
            self.env.ref(f"ar_dispute.ar_dispute_{name}_menu").id in views
            for name in ("report", "figures", "pareto", "register")
        ]
        self.assertEqual(shown, [True, False, False, False])

    # ------------------------------------------------------------------
    # Figures
    # ------------------------------------------------------------------

    def _refunds(self):
        return self.env["account.move"].search(
            [("move_type", "=", "out_refund"), ("partner_id", "=", self.customer.id)]
        )

    def _figures(self, first=date(2026, 5, 1), last=date(2026, 6, 30)):
        self.env.invalidate_all()
        return self.env["ar.dispute"]._get_figures(self.company, first, last)

    def test_figures_without_a_sample_are_unknown(self):
        found = self._figures(date(2020, 1, 1), date(2020, 12, 31))
        self.assertEqual({figure.value for figure in found.values()}, {None})
        self.assertEqual({figure.sample for figure in found.values()}, {0})

    def test_figures_of_a_period(self):
        self._invoice(self.customer, 1000, "2026-05-02")
        self._close_after_waiting()
        found = self._figures()
        self.assertEqual(found["dispute_rate_number"], (0.5, 1, 2, 2))
        self.assertEqual(found["dispute_rate_value"], (0.2, 400, 2000, 2))
        self.assertEqual(found["credit_note_rate_number"], (0.5, 1, 2, 2))
        self.assertEqual(found["credit_note_rate_value"], (0.2, 400, 2000, 2))
        self.assertEqual(found["cost_of_non_quality"], (0.2, 400, 2000, 2))
        self.assertEqual(found["service_level"], (0.0, 0, 1, 1))
        self.assertEqual(found["unfounded_rate"], (0.0, 0, 1, 1))
        self.assertEqual(found["recurrence"], (0.0, 0, 1, 1))
        self.assertEqual(found["first_response"], (0.0, 0, 1, 1))
        for name in ("mean", "median", "p90", "weighted"):
            self.assertEqual(found[f"cycle_gross_{name}"].value, 20)
            self.assertEqual(found[f"cycle_net_{name}"].value, 14)

    def test_days_of_deductions_are_those_open_on_the_last_day(self):
        self._close_after_waiting()
        may_to_20_june = self._figures(last=date(2026, 6, 20))
        figure = may_to_20_june["deduction_days_outstanding"]
        self.assertEqual((figure.value, figure.numerator), (51, 400))
        whole = self._figures()["deduction_days_outstanding"]
        self.assertEqual((whole.value, whole.sample), (0, 1))

    def test_the_screen_shows_unknown_figures_as_such_and_opens_what_it_counts(self):
        self._close_after_waiting()
        model = self.env["ar.dispute.figures"].with_user(self.collector)
        figures = model.create({"date_from": "2026-05-01", "date_to": "2026-06-30"})
        figures.action_show()
        by_code = {figure.code: figure for figure in figures.figure_ids}
        self.assertEqual(by_code["service_level"].value_words, "0.0 %")
        self.assertEqual(by_code["cycle_net_mean"].value_words, "14.0 days")
        self.assertEqual(by_code["cycle_net_mean"].parts_words, "")
        self.assertEqual(by_code["service_level"].parts_words, "0 ÷ 1")
        self.assertEqual(
            by_code["credit_note_rate_value"].parts_words.replace("\xa0", " "),
            "$ 400.00 ÷ $ 1,000.00",
        )
        self.assertEqual(by_code["first_response"].parts_words, "0 days ÷ 1")
        for code, record in (
            ("dispute_rate_number", self.account.dispute_ids),
            ("credit_note_rate_value", self._refunds()),
            ("service_level", self.account.dispute_ids),
        ):
            action = by_code[code].action_open()
            model = figures.env[action["res_model"]]
            self.assertEqual(model.search(action["domain"]).ids, record.ids)
        figures.write({"date_from": "2020-01-01", "date_to": "2020-12-31"})
        figures.action_show()
        self.assertEqual(set(figures.figure_ids.mapped("value_words")), {"n/a"})

    def test_figures_take_as_many_statements_for_more_cases(self):
        with freeze_time("2026-06-30"):
            self._dispute(10)
            self._figures()
            self.env.flush_all()
            before = self.cr.sql_log_count
            self._figures()
            few = self.cr.sql_log_count - before
            for _case in range(5):
                self._dispute(10)
            self.env.flush_all()
            before = self.cr.sql_log_count
            self._figures()
            self.assertEqual(self.cr.sql_log_count - before, few)

    # ------------------------------------------------------------------
    # Register
    # ------------------------------------------------------------------

    def _register(self, day):
        self.env.invalidate_all()
        disputes = self.env["ar.dispute"]
        return list(disputes._get_register(self.company, date.fromisoformat(day)))

    def test_the_register_tells_each_day_as_it_was(self):
        self._close_after_waiting()
        self.assertEqual(self._register("2026-05-31"), [])
        (row,) = self._register("2026-06-05")
        self.assertEqual(
            (row.state, row.still_disputed, row.credited, row.decision, row.cause),
            ("waiting", 400, 0, None, None),
        )
        (row,) = self._register("2026-06-21")
        self.assertEqual(
            (row.state, row.still_disputed, row.credited, row.decision),
            ("closed", 0, 400, "founded"),
        )
        self.assertEqual(row.cause, self.cause.display_name)

    @freeze_time("2026-06-30")
    def test_the_spreadsheet_has_a_sheet_for_each_family_totals_and_no_formula(self):
        self._dispute(300, claim='=HYPERLINK("http://x")')
        self._dispute(100, reason_id=self.price.id)
        disputes = self.env["ar.dispute"].with_user(self.collector)
        content = disputes._make_register(self.company, date(2026, 6, 30))
        book = openpyxl.load_workbook(io.BytesIO(content))
        self.assertEqual(book.sheetnames, ["All", "Logistics", "Commercial", "Pareto"])
        sheet = book["All"]
        header = [cell.value for cell in sheet[1]]
        claim = header.index("Said by the customer")
        self.assertEqual(sheet.freeze_panes, "A2")
        self.assertEqual(sheet.auto_filter.ref, "A1:X3")
        texts = {sheet.cell(row, claim + 1).data_type for row in (2, 3)}
        self.assertEqual(texts, {"s"})
        self.assertIn("SUBTOTAL", sheet.cell(4, len(header)).value)
        values = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
        self.assertEqual(values["All"].cell(4, len(header)).value, 400)
        self.assertEqual(values["Logistics"].cell(3, len(header)).value, 300)
        shares = [values["Pareto"].cell(row, 3).value for row in (2, 3)]
        self.assertEqual(shares, [0.75, 1.0])
        self.assertEqual(len(book["Pareto"]._charts), 1)

    @freeze_time("2026-06-30")
    def test_the_register_is_downloaded_for_today_or_before(self):
        self._dispute()
        wizard = self.env["ar.dispute.register"].with_user(self.collector)
        action = wizard.create({"date": "2026-06-30"}).action_download()
        self.assertIn("/web/content/ar.export/", action["url"])
        with self.assertRaisesRegex(UserError, "today or a day that has passed"):
            wizard.create({"date": "2026-07-01"}).action_download()
        with self.assertRaises(AccessError):
            wizard.with_user(self.handler).create({"date": "2026-06-30"})

    # ------------------------------------------------------------------
    # Facts
    # ------------------------------------------------------------------

    def _facts(self, day=None):
        self.env.invalidate_all()
        accounts = self.env["ar.account"].with_context(ar_as_of=day)
        scope = accounts._scope(self.account, day and date.fromisoformat(day))
        source = accounts._fact_sql(scope)["disputes"]
        self.env["ar.account"]._flush_ledger()
        self.env.flush_all()
        (row,) = self.env.execute_query_dict(source.query)
        return {name: row[name] for name in source.facts}

    def test_rules_may_ask_what_a_customer_disputed_also_of_a_past_day(self):
        with freeze_time("2026-06-30"):
            self.assertEqual(
                self._facts(),
                {
                    "dispute_count": 0,
                    "open_disputes": 0,
                    "unfounded_share": None,
                    "dispute_rate": 0,
                },
            )
        self._close_after_waiting()
        with freeze_time("2026-06-30"):
            known = self._facts()
            self.assertEqual((known["dispute_count"], known["open_disputes"]), (1, 0))
            self.assertEqual(known["dispute_rate"], 1)
            self.assertIsNone(known["unfounded_share"], "one case says nothing")
            self.assertEqual(self._facts("2026-06-10")["open_disputes"], 1)

    @freeze_time("2026-06-30")
    def test_a_third_closed_case_gives_the_share_of_the_unfounded(self):
        for decision in ("founded", "unfounded", "unfounded"):
            dispute = self._dispute(10)
            self._execute(dispute, decision, resolution=self.rejected)
            dispute.action_close()
        self.assertAlmostEqual(float(self._facts()["unfounded_share"]), 2 / 3)
        rule_facts = dict(self.env["ar.rule.condition"]._get_fact_selection())
        self.assertEqual(rule_facts["open_disputes"], "open disputes")

    def test_the_dashboard_reads_fields_and_menus_that_exist(self):
        dashboard = self.env.ref("ar_dispute.dashboard_disputes").sudo()
        content = dashboard.spreadsheet_data
        dashboard.spreadsheet_data = content  # Odoo checks it when it is written
        with self.assertRaisesRegex(ValidationError, "no_field"):
            dashboard.spreadsheet_data = content.replace("still_disputed", "no_field")
