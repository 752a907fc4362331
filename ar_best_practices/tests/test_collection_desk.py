from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import TODAY, ReceivablesCommon

MORNING = "2026-06-30 08:00:00"


class DeskCommon(ReceivablesCommon):
    """A customer who is late, and somebody who calls."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.phone = "+33 2 98 00 00 00"
        cls.first = cls._invoice(cls.customer, 1000, "2026-04-15", "2026-05-15")
        cls.second = cls._invoice(cls.customer, 500, "2026-05-01", "2026-05-31")
        cls.account = cls._account()
        cls.collector = cls._create_user("desk_collector", "collector")
        cls.account.collector_id = cls.collector

    def _call(self, account=None, **values):
        """Return the call screen as a collector fills it in."""
        calls = self.env["ar.collection.call"].with_user(self.collector)
        account = account or self.account
        form = Form(calls.with_context(default_account_id=account.id))
        for name, value in values.items():
            setattr(form, name, value)
        return form.save()

    def _reason(self, code):
        return self.env.ref(f"ar_best_practices.nonpayment_reason_{code.lower()}")


@tagged("post_install", "-at_install")
@freeze_time(MORNING)
class TestCallScreen(DeskCommon):
    def test_it_opens_with_who_what_and_what_to_say(self):
        call = self._call()
        self.assertEqual(call.contact_id, self.customer)
        self.assertEqual(call.line_ids.move_id, self.first + self.second)
        self.assertEqual(call.promise_amount, 1500)
        self.assertIn("What keeps it from being paid", call.script)

    def test_a_promise_is_one_form(self):
        self._call(outcome="promise", promise_date="2026-07-03").action_save()
        promise = self.account.promise_ids
        self.assertRecordValues(
            promise,
            [{"amount": 1500, "origin": "call", "user_id": self.collector.id}],
        )
        action = self.account.action_ids
        self.assertEqual(
            (action.promise_id, action.right_party, action.amount),
            (promise, True, 1500),
        )
        mail = self.env["mail.mail"].search([("model", "=", promise._name)])
        self.assertEqual(mail.email_to, self.customer.email)
        self.assertIn(self.first.name, mail.body_html)

    def test_nothing_obtained_wants_a_reason_and_pauses_as_it_says(self):
        with self.assertRaisesRegex(UserError, "say why"):
            self._call_without_reason().action_save()
        self._call(outcome="nothing", reason_id=self._reason("NP01")).action_save()
        items = self.env["ar.item"].search([("move_id", "=", self.first.id)])
        self.assertTrue(items.excluded)
        self.assertIn("NP01", items.excluded_reason)
        self.assertEqual(str(items.excluded_until), "2026-07-03")

    def _call_without_reason(self):
        values = {"account_id": self.account.id, "outcome": "nothing"}
        return self.env["ar.collection.call"].with_user(self.collector).create(values)

    def test_the_reason_proposes_the_next_step_to_its_owner(self):
        salesperson = self._create_user("desk_sales", "viewer")
        self.customer.user_id = salesperson
        reason = self._reason("NP14")
        call = self._call(outcome="nothing", reason_id=reason)
        self.assertEqual(call.next_words, reason.next_action)
        call.action_save()
        activity = self.account.activity_ids
        self.assertEqual(str(activity.date_deadline), "2026-07-02")

    def test_a_plan_of_equal_instalments_takes_the_rest_last(self):
        self._call(
            outcome="plan", promise_date="2026-07-10", promise_amount=1000.0
        ).action_save()
        plan = self.account.plan_ids
        self.assertEqual(plan.state, "running")
        self.assertEqual(plan.instalment_ids.mapped("amount"), [333.33, 333.33, 333.34])

    def test_a_dispute_leaves_reminders(self):
        self._call(
            outcome="nothing", reason_id=self._reason("NP14"), dispute=True
        ).action_save()
        self.assertEqual(self.account.disputed_amount, 1500)

    def test_a_promise_without_a_day_is_refused_and_nothing_is_kept(self):
        call = self._call_without_reason()
        call.outcome = "promise"
        with self.assertRaisesRegex(UserError, "which day"):
            call.action_save()
        self.assertFalse(self.account.action_ids)

    def test_save_and_next_goes_to_the_next_customer(self):
        self._invoice(self.other_customer, 800, "2026-04-01", "2026-05-01")
        other = self._account(self.other_customer)
        other.collector_id = self.collector
        (self.account + other).action_refresh()
        action = self._call(outcome="no_answer").action_save_and_next()
        self.assertEqual(action["context"]["default_account_id"], other.id)

    # ------------------------------------------------------------------
    # Hours, opt-outs, law
    # ------------------------------------------------------------------

    def test_outside_the_hours_there_is_a_warning_with_their_time(self):
        self.customer.tz = "America/Toronto"
        self.env["ar.contact.hours"].create(
            {
                "partner_id": self.customer.id,
                "weekday": "1",
                "hour_from": 9,
                "hour_to": 17,
            }
        )
        call = self._call()
        self.assertIn("Outside the hours", call.warning)
        self.assertIn("9:00", call.warning)
        call.outcome = "no_answer"
        call.action_save()  # a warning, not a wall

    def test_who_does_not_want_calls_is_not_called(self):
        self.customer.ar_no_phone = True
        call = self._call(outcome="no_answer")
        self.assertIn("does not want to be called", call.warning)
        with self.assertRaisesRegex(UserError, "write instead"):
            call.action_save()
        call.direction = "in"
        call.action_save()

    def test_another_person_with_a_phone_is_proposed_first(self):
        self.customer.ar_no_phone = True
        person = self.env["res.partner"].create(
            {"name": "Anne", "parent_id": self.customer.id, "phone": "+33 1 00"}
        )
        self.assertEqual(self._call().contact_id, person)

    def test_a_debt_contested_in_writing_is_not_called_in_quebec(self):
        self.account.contested_date = "2026-06-15"
        self.assertFalse(self._call().warning)
        self.customer.write(
            {
                "country_id": self.env.ref("base.ca").id,
                "state_id": self.env.ref("base.state_ca_qc").id,
            }
        )
        with self.assertRaisesRegex(UserError, "Québec"):
            self._call(outcome="no_answer").action_save()

    def test_scripts_follow_the_situation(self):
        self.assertEqual(self.account._get_call_situation(), "late")
        promise = self.env["ar.payment.promise"]._make(
            self.account, 100, "2026-06-30", self._receivable(self.first)
        )
        with freeze_time("2026-07-08"):
            self.account.action_refresh()
            self.assertEqual(promise.state, "broken")
            self.assertEqual(self.account._get_call_situation(), "broken")
        early = self._account(self.other_customer)
        self.assertEqual(early._get_call_situation(), "preventive")

    def test_a_viewer_cannot_log_a_call(self):
        viewer = self._create_user("desk_viewer", "viewer")
        with self.assertRaises(AccessError):
            self.env["ar.collection.call"].with_user(viewer).create(
                {"account_id": self.account.id}
            )


@tagged("post_install", "-at_install")
@freeze_time(MORNING)
class TestMyDay(DeskCommon):
    def _day(self, user=None):
        """Return {customer: why} of the day of a user."""
        self.env.flush_all()
        rows = self.env["ar.worklist"].with_user(user or self.collector)
        rows.invalidate_model()
        found = rows.search(rows._mine())
        return {row.partner_id: row.why for row in found if row.account_id}

    def test_a_broken_promise_is_on_top_the_day_after(self):
        self._call(outcome="promise", promise_date="2026-07-03").action_save()
        self.assertNotIn(self.customer, self._day())
        with freeze_time("2026-07-08 08:00:00"):
            self.account.action_refresh()
            rows = self.env["ar.worklist"].with_user(self.collector).search([])
            self.assertEqual(rows[0].partner_id, self.customer)
            self.assertEqual(rows[0].why, "1_broken")
            self.assertIn("promised for 07/03/2026", rows[0].words)

    def test_each_reason_for_now(self):
        self.account.action_refresh()
        self.assertEqual(self._day()[self.customer], "6_silent")
        self.account.activity_schedule(
            "mail.mail_activity_data_call",
            date_deadline=TODAY,
            user_id=self.collector.id,
        )
        self.assertEqual(self._day()[self.customer], "4_call")
        self.account.sudo().answered_date = MORNING
        self.assertEqual(self._day()[self.customer], "3_answer")

    def test_whatever_a_caller_puts_into_the_context_reads_the_day(self):
        self.account.action_refresh()
        rows = self.env["ar.worklist"].with_user(self.collector)
        asked = rows.with_context(ar_worklist_made=True)
        self.assertEqual(asked.search([]).partner_id, self.customer)
        self.assertEqual(asked.web_search_read([], {"id": {}})["length"], 1)

    def test_a_call_that_is_logged_leaves_the_day(self):
        self.account.action_refresh()
        self.assertIn(self.customer, self._day())
        self._call(outcome="no_answer").action_save()
        self.account.action_refresh()
        self.assertNotIn(self.customer, self._day())

    def test_a_missed_instalment(self):
        self._call(outcome="plan", promise_date="2026-07-01").action_save()
        with freeze_time("2026-07-10 08:00:00"):
            self.account.action_refresh()
            self.assertEqual(self._day()[self.customer], "2_missed")

    def test_a_run_to_approve_is_a_card(self):
        run = self._run()
        rows = self.env["ar.worklist"].with_user(self.collector).search([])
        card = rows.filtered("run_id")
        self.assertEqual((card.run_id, card.why), (run, "5_notices"))
        self.assertEqual(card.action_open()["res_id"], run.id)

    def test_the_substitute_has_the_day_of_the_absent(self):
        self.account.action_refresh()
        substitute = self._create_user("desk_substitute", "collector")
        self.assertNotIn(self.customer, self._day(substitute))
        self.collector.write(
            {"ar_substitute_id": substitute.id, "ar_absent_until": "2026-07-10"}
        )
        self.assertIn(self.customer, self._day(substitute))
        self.assertNotIn(self.customer, self._day())

    def test_the_most_important_comes_first(self):
        self._invoice(self.other_customer, 20, "2026-05-25", "2026-06-05")
        other = self._account(self.other_customer)
        other.collector_id = self.collector
        (self.account + other).action_refresh()
        rows = self.env["ar.worklist"].with_user(self.collector).search([])
        priorities = [row.priority for row in rows]
        self.assertEqual(priorities, sorted(priorities, reverse=True))

    def test_another_company_sees_nothing_of_it(self):
        self.account.action_refresh()
        stranger = self._create_user(
            "desk_stranger",
            "collector",
            company=self.env["res.company"].create({"name": "Elsewhere"}),
        )
        rows = self.env["ar.worklist"].with_user(stranger).search([])
        self.assertNotIn(self.customer, rows.partner_id)

    def test_a_viewer_has_no_day(self):
        viewer = self._create_user("day_viewer", "viewer")
        rows = self.env["ar.worklist"].with_user(viewer)
        for question in (
            lambda: rows.search([]),
            lambda: rows.web_read_group([], ["why"]),
            lambda: rows.web_search_read([], {"partner_id": {}}),
        ):
            with self.assertRaises(AccessError):
                question()

    def _open_as_the_web_client(self):
        """Return the columns of the kanban with their cards."""
        rows = self.env["ar.worklist"].with_user(self.collector)
        return rows.web_read_group(
            list(rows._mine()),
            ["why"],
            ["amount:sum"],
            auto_unfold=True,
            unfold_read_specification={"partner_id": {}, "words": {}, "amount": {}},
        )["groups"]

    def test_columns_hold_their_cards_and_the_sum(self):
        self.account.action_refresh()
        self._run()
        notices, silent = self._open_as_the_web_client()
        self.assertEqual((silent["why"], silent["amount:sum"]), ("6_silent", 1500))
        (card,) = silent["__records"]
        self.assertEqual(card["partner_id"], self.customer.id)
        self.assertEqual((notices["why"], notices["__count"]), ("5_notices", 1))

    def test_a_call_logged_between_two_openings_leaves_the_columns(self):
        self.account.action_refresh()
        self.assertTrue(self._open_as_the_web_client())
        self._call(outcome="no_answer").action_save()
        self.account.action_refresh()
        self.assertFalse(self._open_as_the_web_client())

    def test_opening_it_costs_the_same_for_one_or_many(self):
        self.account.action_refresh()
        self._open_as_the_web_client()
        with self.assertQueryCount(11):
            self._open_anew()
        for number in range(6):
            customer = self._create_customer(f"Many {number}")
            self._invoice(customer, 400, "2026-04-01", "2026-05-01")
            self._account(customer).collector_id = self.collector
        self.env["ar.account"].search([]).action_refresh()
        with self.assertQueryCount(11):
            (silent,) = self._open_anew()
        self.assertEqual(silent["__count"], 7)

    def _open_anew(self):
        self.env.flush_all()
        self.env.invalidate_all()
        return self._open_as_the_web_client()

    def test_opening_a_call_costs_the_same_for_one_or_many(self):
        other = self._account(self.other_customer)
        for number in range(6):
            self._invoice(self.other_customer, 100 + number, "2026-04-01", "2026-05-01")

        def statements(account):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self._call(account)
            return self.cr.sql_log_count - before

        statements(self.account)
        self.assertEqual(statements(other), statements(self.account))

    def test_talked_about_is_what_the_collector_left_in_the_list(self):
        call = self._call(outcome="message")
        call.line_ids = [Command.set(self._receivable(self.second).ids)]
        call.action_save()
        self.assertEqual(self.account.action_ids.move_ids, self.second)


@tagged("post_install", "-at_install")
@freeze_time(MORNING)
class TestHold(DeskCommon):
    def _decide(self, **values):
        wizard = self.env["ar.account.decide"].create(
            {
                "account_ids": [Command.set(self.account.ids)],
                "hold_state": "hold",
                "reason": "three invoices late",
            }
            | values
        )
        wizard.action_apply()

    def test_a_hold_for_late_payment_ends_with_the_payment(self):
        self._decide(hold_code="overdue", hold_until_paid=True)
        self.assertEqual(self.account.hold_code, "overdue")
        self._pay(self.first, TODAY)
        self.account.action_refresh()
        self.assertEqual(self.account.hold_state, "hold")
        self._pay(self.second, TODAY)
        self.account.action_refresh()
        self.assertEqual(self.account.hold_state, "none")
        reasons = self.account.decision_ids.mapped("reason")
        self.assertIn("nothing is late any more", reasons)

    def test_whoever_owes_nothing_late_is_not_released_at_once(self):
        self._pay(self.first + self.second, TODAY)
        self._decide(hold_code="overdue", hold_until_paid=True)
        self.account.action_refresh()
        self.assertEqual(self.account.hold_state, "hold")

    def test_a_hold_of_another_kind_waits_for_a_person(self):
        self._decide(hold_code="insolvency", hold_until_paid=True)
        self._pay(self.first + self.second, TODAY)
        self.account.action_refresh()
        self.assertEqual(self.account.hold_state, "hold")

    def test_a_review_comes_back_on_its_day(self):
        self._decide(hold_code="limit", hold_review_date="2026-07-10")
        activity = self.account.activity_ids
        self.assertEqual(str(activity.date_deadline), "2026-07-10")
        self.assertIn("three invoices late", activity.summary)

    def _send_level_that_holds(self):
        self.env["ar.dunning.level"].search([]).hold_state = "hold"
        run = self._run()
        run.action_approve()
        run.notice_ids._mark_sent(run.notice_ids)
        self.env.invalidate_all()
        return run.notice_ids

    def test_a_level_that_holds_says_so_and_ends_with_the_payment(self):
        notice = self._send_level_that_holds()
        self.assertEqual(self.account.hold_state, "hold")
        self.assertIn(notice.level_id.name, self.account.hold_reason)
        self.assertTrue(self.account.hold_until_paid)

    def test_a_natural_person_is_held_by_a_person_only(self):
        self.customer.is_company = False
        self._send_level_that_holds()
        self.assertEqual(self.account.hold_state, "none")
        self.assertIn("Decide on a hold", self.account.activity_ids[:1].summary)
