from freezegun import freeze_time
from lxml import etree

from odoo import Command
from odoo.tests import Form, tagged

from .common import TODAY, ReceivablesCommon

ROLES = ("viewer", "collector", "credit_manager", "admin")


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestScreens(ReceivablesCommon):
    """What the screens say is what the suite does, for every role."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.late = cls._invoice(cls.customer, 1000, "2026-04-15", "2026-05-15")
        cls.due_later = cls._invoice(cls.customer, 300, "2026-06-20", "2026-07-20")
        cls._pay_on_account(cls.customer, 150, "2026-06-10")
        cls.other = cls._invoice(cls.other_customer, 80, "2026-06-01", "2026-06-25")
        cls.account = cls._account()
        cls.users = {role: cls._create_user(f"screen_{role}", role) for role in ROLES}

    def _run_sent(self):
        """Return a run whose notices are marked sent."""
        run = self._run()
        run.action_approve()
        run.notice_ids._mark_sent(run.notice_ids)
        self.env.invalidate_all()
        return run

    def _count_statements(self, method):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        method()
        return self.env.cr.sql_log_count - before

    # ------------------------------------------------------------------
    # Next reminder
    # ------------------------------------------------------------------

    def test_the_next_reminder_is_what_a_run_decides(self):
        accounts = self.account + self._account(self.other_customer)
        forecast = {
            row.line_id: row.code
            for row in self.env["ar.dunning.forecast"]._forecast(accounts)
        }
        run = self._run()
        decided = {line.line_id.id: line.reason_code for line in run.line_ids}
        self.assertEqual(forecast, decided)
        self.assertIn("step", forecast.values())

    def test_what_a_person_left_out_of_the_run_is_not_announced(self):
        run = self._run()
        notice = run.notice_ids.filtered(lambda n: n.account_id == self.account)
        self.assertIn(notice.name, self.account.next_step)
        notice._exclude("the buyer called")
        self.account.invalidate_recordset(["next_step"])
        self.assertIn("the buyer called", self.account.next_step)

    def test_a_customer_who_is_in_credit_has_nothing_to_pay(self):
        customer = self._create_customer("Paid ahead")
        self._pay_on_account(customer, 50, "2026-06-10")
        self.assertEqual(self._account(customer).next_step, "nothing to ask for")

    def test_the_forecast_costs_the_same_for_one_or_many(self):
        few = self._account()
        customers = [self._create_customer(f"Customer {i}") for i in range(8)]
        for customer in customers:
            self._invoice(customer, 50, "2026-05-01", "2026-05-31")
        many = few + self.env["ar.account"]._ensure(
            [(self.company.id, customer.id) for customer in customers]
        )
        forecast = self.env["ar.dunning.forecast"]
        forecast._forecast(many)
        one = self._count_statements(lambda: forecast._forecast(few))
        nine = self._count_statements(lambda: forecast._forecast(many))
        self.assertLessEqual(nine, one)

    def test_the_account_says_to_whom_reminders_go_and_why(self):
        self.assertIn("atelier.lemoine@example.com", self.account.reminder_to)
        contact = self.env["res.partner"].create(
            {
                "name": "Accounts payable",
                "parent_id": self.customer.id,
                "type": "invoice",
                "email": "payable@example.com",
            }
        )
        self.account.invalidate_recordset(["reminder_to"])
        self.assertIn("payable@example.com", self.account.reminder_to)
        self.account.contact_id = contact
        contact.email = False
        self.customer.email = False
        self.account.invalidate_recordset(["reminder_to"])
        self.assertIn("by letter", self.account.reminder_to)

    # ------------------------------------------------------------------
    # Reports
    # ------------------------------------------------------------------

    def test_open_items_add_up_to_the_account_on_any_day(self):
        for day in (TODAY, "2026-06-05"):
            report = self.env["ar.receivable.report"].with_context(ar_as_of=day)
            account = self.account.with_context(ar_as_of=day)
            items = report.search([("account_id", "=", account.id)])
            rows = [(item.bucket, item.amount) for item in items]
            with self.subTest(day=day):
                self.assertEqual(
                    sum(amount for _bucket, amount in rows if amount > 0),
                    account.open_amount,
                )
                self.assertEqual(
                    sum(amount for bucket, amount in rows if bucket == "31_60"),
                    account.bucket_31_60,
                )
                self.assertEqual(
                    -sum(amount for bucket, amount in rows if bucket == "credit"),
                    account.unallocated_amount,
                )
            self.env.invalidate_all()

    def test_the_work_of_a_collector_adds_up(self):
        collector = self.users["collector"]
        self.account.write({"collector_id": collector.id, "collector_forced": True})
        self.account.activity_schedule(
            "mail.mail_activity_data_call",
            date_deadline="2026-06-01",
            user_id=collector.id,
        )
        row = self.env["ar.collector.report"].search(
            [("collector_id", "=", collector.id)]
        )
        self.assertRecordValues(
            row,
            [
                {
                    "account_count": 1,
                    "late_account_count": 1,
                    "open_amount": 1300,
                    "overdue_amount": 1000,
                    "amount_to_collect": 850,
                    "activity_count": 1,
                    "late_activity_count": 1,
                }
            ],
        )

    def test_the_timeline_tells_decisions_and_reminders(self):
        self.account._set_hold("watch", "a new buyer")
        self._run_sent()
        kinds = self.account.timeline_ids.mapped("kind")
        self.assertEqual(sorted(set(kinds)), ["decision", "notice"])
        decision = self.account.timeline_ids.filtered(lambda x: x.kind == "decision")
        self.assertIn("a new buyer", " ".join(decision.mapped("summary")))

    # ------------------------------------------------------------------
    # Review
    # ------------------------------------------------------------------

    def test_one_item_left_out_leaves_the_rest_of_its_notice(self):
        second = self._invoice(self.customer, 500, "2026-04-20", "2026-05-20")
        run = self._run()
        notice = run.notice_ids.filtered(lambda n: n.account_id == self.account)
        line = notice.line_ids.filtered(lambda x: x.move_id == second)
        total = run.notice_total
        wizard = self.env["ar.dunning.review"].create(
            {"line_ids": [Command.set(line.ids)], "reason": "goods returned"}
        )
        wizard.action_apply()
        self.assertFalse(line.included)
        self.assertIn("goods returned", line.reason)
        self.assertEqual(notice.state, "proposed")
        self.assertEqual(notice.amount, 850)
        self.assertEqual(run.notice_total, total - 500)
        run.action_propose()
        self.assertEqual(self._reasons(run)[second.name], "excluded")
        run.out_line_ids.filtered("override").action_include_again()
        run.action_propose()
        self.assertEqual(self._reasons(run)[second.name], "step")

    def test_only_interrupted_notices_can_be_said_sent(self):
        run = self._run()
        run.action_approve()
        first, second = run.notice_ids[0], run.notice_ids[1]
        first.sudo().state = "unknown"
        run.notice_ids.action_was_sent()
        self.assertEqual(first.state, "sent")
        self.assertEqual(second.state, "approved")

    def test_a_draft_run_warns_that_it_replaces_a_proposal(self):
        proposed = self._run()
        draft = proposed.copy()
        self.assertIn("replaces it", draft.warning)
        self.assertNotIn("replaces it", proposed.warning or "")

    def test_a_collector_chosen_on_the_screen_stays(self):
        self.env["ar.rule"].create(
            {
                "name": "Everybody",
                "usage": "collector",
                "collector_id": self.users["admin"].id,
            }
        )
        self.env["ar.account"]._refresh()
        self.assertEqual(self.account.collector_id, self.users["admin"])
        collector = self.users["collector"]
        with Form(self.account.with_user(collector)) as form:
            form.collector_id = collector
        self.env["ar.account"]._refresh()
        self.assertEqual(self.account.collector_id, collector)
        self.assertTrue(self.account.collector_forced)

    # ------------------------------------------------------------------
    # Invoice
    # ------------------------------------------------------------------

    def test_an_invoice_says_level_and_next_reminder(self):
        self._run_sent()
        late = self.late.with_context(lang="en_US")
        self.assertTrue(late.ar_level_id)
        self.assertEqual(str(late.ar_last_message_date), TODAY)
        self.assertIn("quiet days", late.ar_next_step)
        due_later = self.due_later.with_context(lang="en_US")
        self.assertIn("due on", due_later.ar_next_step)
        alerts = self.late.with_user(self.users["collector"])._get_alerts()
        self.assertIn(self.late.ar_level_id.name, alerts["ar_level"]["message"])

    def test_an_invoice_shows_dispute_exclusion_and_hold(self):
        item = self.env["ar.item"]._get_or_create(self._receivable(self.late))
        item.write({"disputed": True, "disputed_date": TODAY})
        item.write({"excluded": True, "excluded_reason": "credit note on its way"})
        self.account._set_hold("hold", "bankruptcy announced")
        alerts = self.late.with_user(self.users["admin"])._get_alerts()
        self.assertIn("disputes", alerts["ar_disputed"]["message"])
        self.assertIn("on its way", alerts["ar_excluded"]["message"])
        self.assertEqual(alerts["ar_hold"]["level"], "danger")
        self.assertIn("bankruptcy announced", alerts["ar_hold"]["message"])

    # ------------------------------------------------------------------
    # Every screen of every role
    # ------------------------------------------------------------------

    def test_every_menu_opens_for_every_role_that_sees_it(self):
        self._run_sent()
        for role, user in self.users.items():
            for action in self._get_actions(user):
                model = self.env[action.res_model].with_user(user)
                for view_type in ("list", "kanban", "form"):
                    if view_type not in action.view_mode:
                        continue
                    with self.subTest(role=role, model=model._name, view=view_type):
                        self._read_screen(model, view_type)

    def _get_actions(self, user):
        """Return the actions of the menus that this user sees, submenus included."""
        menus = self.env["ir.ui.menu"].with_user(user).load_menus(False)
        waiting = [self.env.ref("ar_best_practices.ar_menu_root").id]
        shown = []
        while waiting:
            menu = menus[waiting.pop()]
            waiting += menu["children"]
            shown.append(menu["id"])
        # sudo: only administrators read actions as records
        items = self.env["ir.ui.menu"].sudo().browse(shown)
        actions = [menu.action for menu in items if menu.action]
        self.assertTrue(actions)
        return [
            action
            for action in actions
            if action._name == "ir.actions.act_window"
            and not self.env[action.res_model]._transient
        ]

    def _read_screen(self, model, view_type):
        """Read what one view asks for, as the web client does."""
        arch = etree.fromstring(
            model.get_views([(False, view_type)])["views"][view_type]["arch"]
        )
        nested = ("list", "kanban", "form")
        names = {
            node.get("name")
            for node in arch.iter("field")
            if not any(a.tag in nested and a is not arch for a in node.iterancestors())
        }
        specification = {
            name: {"fields": {"display_name": {}}}
            if model._fields[name].relational
            else {}
            for name in names
        }
        model.web_search_read([], specification, limit=20)

    def test_messages_with_amounts_are_not_a_viewers(self):
        message = self.account.message_post(body="You owe 1000")
        messages = self.env["mail.message"].with_user(self.users["viewer"])
        self.assertNotIn(message.id, messages.search([]).ids)
        collector = self.env["mail.message"].with_user(self.users["collector"])
        self.assertIn(message.id, collector.search([]).ids)
