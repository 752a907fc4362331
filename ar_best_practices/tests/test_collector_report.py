import base64
from io import BytesIO
from zipfile import ZipFile

from freezegun import freeze_time
from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import TODAY
from .test_collection_desk import MORNING, DeskCommon

SHEET = {"x": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


class ReportCommon(DeskCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls._create_user("desk_manager", "credit_manager")

    def _row(self, user=None, reader=None):
        """Return the line of a collector; that of nobody with an empty user."""
        self.env.flush_all()
        self.env.invalidate_all()
        reports = self.env["ar.collector.report"].with_user(reader or self.manager)
        user = self.collector if user is None else user
        return reports.search([("collector_id", "=", user.id)])

    def _act(self, day, account=None, user=None, **values):
        """Return an action noted on a day by the collector, or by another one."""
        actions = self.env["ar.collection.action"].with_user(user or self.collector)
        with freeze_time(f"{day} 09:00:00"):
            return actions.create(
                {"account_id": (account or self.account).id, "outcome": "message"}
                | values
            )


@tagged("post_install", "-at_install")
@freeze_time(MORNING)
class TestCollectorReport(ReportCommon):
    def test_cash_belongs_to_the_last_action_of_the_30_days_before(self):
        colleague = self._create_user("desk_colleague", "collector")
        self._act("2026-06-03")
        self._act("2026-06-05", user=colleague)
        self._pay(self.first, "2026-06-04", amount=300)
        self._pay(self.first, "2026-06-10")
        self.assertEqual(self._row().cash_amount, 300)
        self.assertEqual(self._row(colleague).cash_amount, 700)
        self.assertFalse(self._row(self.env["res.users"]).cash_amount)

    def test_cash_that_no_action_preceded_is_nobodys(self):
        self._act("2026-05-02")
        self._pay(self.first, "2026-06-10")
        self.assertFalse(self._row().cash_amount)
        self.assertEqual(self._row(self.env["res.users"]).cash_amount, 1000)

    def test_cash_of_who_acted_before_the_30_days_is_not_lost(self):
        colleague = self._create_user("desk_colleague", "collector")
        self._act("2026-05-20", user=colleague)
        self._pay(self.first, "2026-06-10")
        self.assertEqual(self._row(colleague).cash_amount, 1000)

    def test_whoever_only_has_something_to_do_has_a_line(self):
        colleague = self._create_user("desk_colleague", "collector")
        self.account.activity_schedule(
            "mail.mail_activity_data_call", date_deadline=TODAY, user_id=colleague.id
        )
        self.assertEqual(self._row(colleague).load_minutes, 10)

    def test_cash_before_the_due_day_or_by_credit_note_was_not_collected(self):
        self._act("2026-06-20")
        early = self._invoice(self.customer, 250, "2026-06-01", "2026-07-15")
        self._pay(early, "2026-06-22")
        credit = self._invoice(self.customer, -500, "2026-06-22")
        (self._receivable(credit) + self._receivable(self.second)).reconcile()
        self.assertFalse(self._row().cash_amount)

    def test_the_cash_of_a_branch_belongs_to_the_customer_of_the_company(self):
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.company.id}
        )
        self.env.user.company_ids += branch
        self.cr.precommit.run()
        invoice = self._invoice(
            self.customer, 80, "2026-05-01", "2026-06-01", company_id=branch.id
        )
        self._act("2026-06-20")
        self._pay(invoice.with_company(branch), "2026-06-22")
        self.assertEqual(self._row().cash_amount, 80)

    def test_the_first_fifth_is_told_from_the_rest(self):
        accounts = self.account
        for number, amount in enumerate((400, 300, 200, 100)):
            customer = self._create_customer(f"Smaller {number}")
            self._invoice(customer, amount, "2026-05-01", "2026-05-31")
            accounts += self._account(customer)
        accounts.collector_id = self.collector
        for rank, account in enumerate(accounts):
            account.sudo().write({"priority": 90 - rank})
        row = self._row()
        self.assertEqual((row.top_amount, row.rest_amount), (1500, 1000))
        self.assertEqual((row.top_coverage, row.rest_coverage), (0, 0))
        self.assertIs(row.focus_ratio, False)
        self._act("2026-06-20")
        self._act("2026-06-20", account=accounts[1])
        self._act("2026-06-01", account=accounts[2])
        row = self._row()
        self.assertEqual((row.top_coverage, row.rest_coverage), (1, 0.4))
        self.assertEqual(row.focus_ratio, 2.5)

    def test_without_late_customers_the_coverage_is_unknown(self):
        self._pay(self.first + self.second, TODAY)
        row = self._row()
        self.assertIs(row.top_coverage, False)
        self.assertIs(row.on_time_share, False)
        self.assertIs(row.right_party_share, False)

    def test_what_was_planned_and_done_on_time(self):
        self._act("2026-06-01", next_date="2026-06-05", minutes=4)
        self._act("2026-06-04", next_date="2026-06-10", minutes=6)
        self._act("2026-06-15", next_date="2026-07-10", right_party=True)
        row = self._row()
        self.assertEqual((row.planned_count, row.on_time_count), (2, 1))
        self.assertEqual(row.on_time_share, 0.5)
        self.assertEqual((row.attempt_count, row.spent_minutes), (3, 10))
        self.assertAlmostEqual(row.right_party_share, 1 / 3)
        self.assertEqual(row.promise_share, 0)

    def test_a_collector_reads_his_own_work_only(self):
        colleague = self._create_user("desk_colleague", "collector")
        self._act("2026-06-20", user=colleague)
        self.assertTrue(self._row(reader=self.collector))
        self.assertFalse(self._row(colleague, reader=self.collector))
        self.assertTrue(self._row(colleague, reader=self.manager))

    def test_above_my_day_stand_the_figures_of_my_customers(self):
        self._invoice(self.other_customer, 70, "2026-05-01", "2026-05-31")
        self._account(self.other_customer)
        self._act("2026-06-20")
        self.account.sudo().priority = 90
        reports = self.env["ar.collector.report"].with_user(self.collector)
        (figures,) = reports.get_day_figures()
        self.assertEqual(figures["late_customers"], 1)
        self.assertIn("1,500.00", figures["amount"])
        self.assertEqual(figures["top_coverage"], 1)
        self.assertIsNone(figures["rest_coverage"])
        (everybody,) = reports.with_user(self.manager).get_day_figures()
        self.assertEqual(everybody["late_customers"], 2)
        viewer = self._create_user("figures_viewer", "viewer")
        with self.assertRaises(AccessError):
            reports.with_user(viewer).get_day_figures()

    def test_it_costs_the_same_for_one_or_many(self):
        self._act("2026-06-20")
        reports = self.env["ar.collector.report"].with_user(self.manager)

        def statements():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            reports.search([]).mapped("focus_ratio")
            return self.cr.sql_log_count - before

        statements()
        one = statements()
        for number in range(5):
            customer = self._create_customer(f"Many {number}")
            self._invoice(customer, 400, "2026-04-01", "2026-05-01")
            self._account(customer).collector_id = self._create_user(
                f"many_{number}", "collector"
            )
        statements()  # new users clear the caches of rights
        self.assertEqual(statements(), one)


@tagged("post_install", "-at_install")
@freeze_time(MORNING)
class TestLoad(ReportCommon):
    def _load(self, user=None):
        """Return {step: minutes} of what waits for a user."""
        self.env.flush_all()
        load = self.env["ar.collector.load"].with_user(user or self.collector)
        load.invalidate_model()
        rows = load.search([("user_id", "=", self.collector.id)])
        return {row.step: row.minutes for row in rows}

    def test_what_waits_is_counted_in_minutes_by_step(self):
        level = self.env.ref("ar_best_practices.dunning_level_standard_call")
        level.minutes = 12
        run = self._run(
            mode="imposed",
            imposed_kind="call",
            imposed_reason="by phone",
            account_ids=self.account.ids,
        )
        self.assertEqual(self._load(), {"call": 12})
        self._send(run)
        self.assertEqual(self._load(), {"call": 12})
        self.account.activity_schedule(
            "mail.mail_activity_data_todo",
            date_deadline="2026-06-29",
            summary="Ask for the new bank account",
            user_id=self.collector.id,
        )
        self.assertEqual(self._load(), {"call": 12, "other_task": 5})
        row = self._row()
        self.assertEqual((row.load_minutes, row.late_activity_count), (17, 1))

    def test_a_level_has_the_minutes_of_its_channel_until_somebody_measures(self):
        level = self.env.ref("ar_best_practices.dunning_level_standard_call")
        self.assertEqual(level.minutes, 10)
        level.channel = "task"
        self.assertEqual(level.minutes, 20)

    def test_a_collector_reads_his_own_load_only(self):
        self.account.activity_schedule(
            "mail.mail_activity_data_call",
            date_deadline=TODAY,
            user_id=self.collector.id,
        )
        self.assertEqual(self._load(), {"other_call": 10})
        self.assertEqual(self._load(self.manager), {"other_call": 10})
        self.assertEqual(self._load(self._create_user("colleague", "collector")), {})


@tagged("post_install", "-at_install")
@freeze_time(MORNING)
class TestActionExport(ReportCommon):
    def _export(self, actions):
        """Return the rows of the sheet as {header: text}, and its XML."""
        url = actions.action_export()["url"]
        export = self.env["ar.export"].browse(int(url.split("/")[4]))
        with ZipFile(BytesIO(base64.b64decode(export.content))) as book:
            sheet = etree.fromstring(book.read("xl/worksheets/sheet1.xml"))
            texts = etree.fromstring(book.read("xl/sharedStrings.xml"))
        shared = ["".join(t.itertext()) for t in texts.iterfind("x:si", SHEET)]

        def read(cell):
            value = cell.findtext("x:v", namespaces=SHEET)
            return shared[int(value)] if cell.get("t") == "s" else value

        table = [
            {
                cell.get("r").rstrip("0123456789"): read(cell)
                for cell in row.iterfind("x:c", SHEET)
            }
            for row in sheet.iterfind(".//x:row", SHEET)
        ]
        headers = table[0]
        rows = [{headers[k]: v for k, v in row.items()} for row in table[1:]]
        return rows, sheet

    def test_what_a_customer_wrote_is_never_a_formula(self):
        note = '=HYPERLINK("http://example.com","pay")'
        self._act("2026-06-20", note=note)
        (row,), sheet = self._export(self.account.action_ids)
        self.assertEqual(row["Note"], note)
        self.assertFalse(sheet.findall(".//x:f", SHEET))
        self.assertFalse(sheet.findall(".//x:hyperlink", SHEET))

    def test_it_has_codes_and_words_and_leaves_unknown_cells_empty(self):
        reason = self.env.ref("ar_best_practices.nonpayment_reason_np01")
        self._act("2026-06-20", outcome="nothing", reason_id=reason.id, amount=1500)
        (row,), _sheet = self._export(self.account.action_ids)
        self.assertEqual(row["Customer"], "Atelier Lemoine")
        self.assertEqual(row["Reason code"], "NP01")
        self.assertEqual(row["Outcome"], "Reached, nothing obtained")
        self.assertEqual(row["Amount"], "1500")
        self.assertNotIn("Minutes", row)
        self.assertNotIn("Next step on", row)

    def test_nobody_spoken_to_no_reason_and_no_amount_are_empty_cells(self):
        self._act("2026-06-20")
        (row,), _sheet = self._export(self.account.action_ids)
        unknown = {"Spoken to", "Reason code", "Reason", "Amount"}
        self.assertFalse(unknown.intersection(row))

    def test_times_are_those_of_whoever_exports(self):
        self.collector.tz = "America/Toronto"
        action = self._act("2026-06-20").with_user(self.collector)
        (row,), _sheet = self._export(action)
        midnight = fields.Date.to_date("1899-12-30")
        day = (fields.Date.to_date("2026-06-20") - midnight).days
        self.assertAlmostEqual(float(row["When"]), day + 5 / 24, places=4)

    def test_another_user_cannot_read_the_file(self):
        action = self._act("2026-06-20").with_user(self.collector)
        url = action.action_export()["url"]
        export = self.env["ar.export"].browse(int(url.split("/")[4]))
        self.assertTrue(export.with_user(self.collector).content)
        export.invalidate_recordset()
        with self.assertRaises(AccessError):
            export.with_user(self.manager).read(["content"])

    def test_the_number_of_statements_does_not_grow(self):
        def statements(actions):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            actions.action_export()
            return self.cr.sql_log_count - before

        for day in range(10, 30):
            self._act(f"2026-06-{day}")
        actions = self.env["ar.collection.action"].browse(self.account.action_ids.ids)
        statements(actions[:1])
        self.assertEqual(statements(actions), statements(actions[:1]))
