from datetime import timedelta

from freezegun import freeze_time
from psycopg2.errors import UniqueViolation

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import TODAY, ReceivablesCommon

FRIDAY = "2026-07-03"


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestPaymentPromise(ReceivablesCommon):
    """What a customer promised, and what became of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first = cls._invoice(cls.customer, 1000, "2026-04-15", "2026-05-15")
        cls.second = cls._invoice(cls.customer, 500, "2026-05-01", "2026-05-31")
        cls.account = cls._account()
        cls.promises = cls.env["ar.payment.promise"]

    def _promise(self, amount=1000, day=FRIDAY, moves=None, **values):
        lines = self._receivable(moves if moves is not None else self.first)
        return self.promises._make(self.account, amount, day, lines, **values)

    def _judge(self, promise, day):
        """Return the state of a promise as the refresh of a day finds it."""
        with freeze_time(day):
            self.account.action_refresh()
        return promise.state

    # ------------------------------------------------------------------
    # Made
    # ------------------------------------------------------------------

    def test_a_promise_takes_its_items_out_of_collection(self):
        self.assertEqual(self.account.amount_to_collect, 1500)
        self._promise()
        self.assertRecordValues(
            self.account, [{"promised_amount": 1000, "amount_to_collect": 500}]
        )
        self.assertEqual(self._reasons(self._run())[self.first.name], "promised")

    def test_a_promise_of_a_part_leaves_the_rest(self):
        self._promise(400)
        self.assertEqual(self.account.promised_amount, 400)
        self._pay(self.first, TODAY, 300)
        self.account.invalidate_recordset()
        self.assertRecordValues(
            self.account,
            [{"promised_amount": 100, "amount_to_collect": 1100}],
        )

    def test_without_items_it_pays_the_oldest_first(self):
        promise = self.promises._make(self.account, 1200, FRIDAY)
        self.assertEqual(
            promise.line_ids.mapped(lambda line: (line.number, line.amount)),
            [(self.first.name, 1000), (self.second.name, 200)],
        )

    def test_what_cannot_be_promised_is_refused_in_words(self):
        refusals = {
            "more than zero": {"amount": 0},
            "more than what": {"amount": 1000.01},
            "today or later": {"day": "2026-06-29"},
        }
        for words, values in refusals.items():
            with self.subTest(words), self.assertRaisesRegex(UserError, words):
                self._promise(**values)

    def test_an_item_of_somebody_else_is_refused(self):
        other = self._invoice(self.other_customer, 10, "2026-05-01")
        with self.assertRaisesRegex(UserError, "Not open items"):
            self._promise(10, moves=other)

    def test_an_item_has_one_open_promise(self):
        self._promise()
        with self.assertRaisesRegex(UserError, "Already promised"):
            self._promise(100)

    def test_not_even_two_requests_at_once_promise_an_item_twice(self):
        promise = self._promise()
        line = promise.line_ids
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(UniqueViolation),
            self.cr.savepoint(),
        ):
            line.sudo().copy({"promise_id": promise.id})

    def test_a_collector_promises_and_nobody_writes_the_state(self):
        collector = self._create_user("promise_collector", "collector")
        account = self.account.with_user(collector)
        promise = self.promises.with_user(collector)._make(account, 10, FRIDAY)
        with self.assertRaises(AccessError):
            promise.state = "kept"
        with self.assertRaises(AccessError):
            promise.create(
                {"account_id": account.id, "amount": 5, "date": FRIDAY, "state": "kept"}
            )

    def test_a_viewer_sees_no_promise(self):
        viewer = self._create_user("promise_viewer", "viewer")
        with self.assertRaises(AccessError):
            self._promise().with_user(viewer).read(["amount"])

    # ------------------------------------------------------------------
    # Kept, partly, broken
    # ------------------------------------------------------------------

    def test_money_keeps_it_at_once(self):
        promise = self._promise()
        self._pay(self.first, "2026-07-01")
        self.assertEqual(self._judge(promise, "2026-07-01"), "kept")
        self.assertEqual(promise.judged_date, fields.Date.to_date("2026-07-01"))

    def test_it_stays_open_until_its_last_day_in_time(self):
        promise = self._promise()  # Friday, and two working days: Tuesday
        self.assertEqual(promise.deadline, fields.Date.to_date("2026-07-07"))
        self.assertEqual(self._judge(promise, "2026-07-07"), "open")
        self.assertEqual(self._judge(promise, "2026-07-08"), "broken")
        self.assertIn("broken promise 0.15", self.account.priority_reason)

    def test_money_after_the_weekend_is_in_time(self):
        promise = self._promise()
        self._pay(self.first, "2026-07-07")
        self.assertEqual(self._judge(promise, "2026-07-09"), "kept")

    def test_money_a_day_later_is_not(self):
        promise = self._promise()
        self._pay(self.first, "2026-07-08")
        self.assertEqual(self._judge(promise, "2026-07-09"), "broken")
        self.assertNotIn("broken promise", self.account.priority_reason or "")

    def test_a_public_holiday_is_no_working_day(self):
        calendar = self.company.resource_calendar_id
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "calendar_id": calendar.id,
                "company_id": self.company.id,
                "date_from": "2026-07-06 00:00:00",
                "date_to": "2026-07-06 20:00:00",
            }
        )
        self.assertEqual(self._promise().deadline, fields.Date.to_date("2026-07-08"))

    def test_without_tolerance_the_day_itself_is_the_last(self):
        self.company.ar_promise_tolerance = 0
        promise = self._promise()
        self.assertEqual(promise.deadline, promise.date)

    def test_a_part_in_time_keeps_it_partly(self):
        promise = self._promise()
        self._pay(self.first, "2026-07-03", 400)
        self.assertEqual(self._judge(promise, "2026-07-04"), "open")
        self.assertEqual(self._judge(promise, "2026-07-08"), "partly")
        self.assertEqual(promise.received, 400)

    def test_a_payment_undone_breaks_what_it_kept(self):
        promise = self._promise()
        self._pay(self.first, "2026-07-03")
        self.assertEqual(self._judge(promise, "2026-07-03"), "kept")
        self._receivable(self.first).remove_move_reconcile()
        self.assertEqual(self._judge(promise, "2026-07-06"), "open")
        self.assertEqual(self.account.promised_amount, 1000)
        self.assertEqual(self._judge(promise, "2026-07-08"), "broken")

    def test_a_payment_matched_late_but_dated_in_time_keeps_it(self):
        promise = self._promise()
        payment = self._pay_on_account(self.customer, 1000, "2026-07-02")
        self.assertEqual(self._judge(promise, "2026-07-08"), "broken")
        lines = payment.move_id.line_ids + self._receivable(self.first)
        lines.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        ).reconcile()
        self.assertEqual(self._judge(promise, "2026-07-10"), "kept")

    def test_what_was_paid_before_counts_for_nothing(self):
        self._pay(self.first, TODAY, 600)
        promise = self._promise(400)
        self.assertEqual(self._judge(promise, "2026-07-08"), "broken")

    # ------------------------------------------------------------------
    # Credit notes
    # ------------------------------------------------------------------

    def _credit(self, move, amount, day="2026-07-01"):
        note = self._invoice(self.customer, -amount, day)
        (self._receivable(note) + self._receivable(move)).reconcile()

    def test_a_credit_note_does_not_keep_a_promise(self):
        promise = self._promise()
        self._credit(self.first, 1000)
        self.assertEqual(self._judge(promise, "2026-07-08"), "withdrawn")
        self.assertIn("credited", promise.reason)

    def test_a_credit_note_makes_it_smaller(self):
        promise = self._promise()
        self._credit(self.first, 300)
        self._pay(self.first, "2026-07-03", 700)
        self.assertEqual(self._judge(promise, "2026-07-03"), "kept")
        self.assertEqual(promise.expected, 700)

    def test_a_credit_note_takes_what_was_not_promised_first(self):
        promise = self._promise(600)
        self._credit(self.first, 400)
        self.assertEqual(self._judge(promise, "2026-07-08"), "broken")
        self.assertEqual(promise.expected, 600)

    # ------------------------------------------------------------------
    # Withdrawn, again, currencies
    # ------------------------------------------------------------------

    def test_a_withdrawn_promise_is_collected_again_and_stays_withdrawn(self):
        promise = self._promise()
        promise.action_withdraw("they want to wait")
        self.assertEqual(self.account.amount_to_collect, 1500)
        self._pay(self.first, "2026-07-02")
        self.assertEqual(self._judge(promise, "2026-07-03"), "withdrawn")
        self.assertEqual(promise.reason, "they want to wait")

    def test_levels_count_what_was_not_kept(self):
        first = self._promise()
        first.action_withdraw()
        second = self._promise()
        self._judge(second, "2026-07-08")
        with freeze_time("2026-07-08"):
            third = self._promise(day="2026-07-10")
        self.assertEqual((first + second + third).mapped("level"), [1, 2, 3])

    def test_an_old_promise_that_comes_back_leaves_the_new_one_alone(self):
        old = self._promise(400)
        self._pay(self.first, "2026-06-30", 400)
        self.assertEqual(self._judge(old, TODAY), "kept")
        new = self._promise(600)
        self._receivable(self.first).remove_move_reconcile()
        self._judge(old, TODAY)
        self.assertEqual((old + new).mapped("state"), ["open", "open"])
        self.assertEqual(new.line_ids.is_open, True)
        self.assertEqual(old.line_ids.is_open, False)

    def test_two_currencies_are_two_promises(self):
        dollars = self.setup_other_currency("CAD", rates=[("2026-01-01", 2.0)])
        foreign = self._invoice(
            self.customer,
            200,
            "2026-05-01",
            "2026-05-31",
            currency_id=dollars.id,
        )
        with self.assertRaisesRegex(UserError, "one currency"):
            self._promise(moves=self.first + foreign)
        promise = self._promise(200, moves=foreign)
        self.assertEqual(promise.currency_id, dollars)
        self.assertEqual(self.account.promised_amount, 100)
        self._pay(foreign, "2026-07-03")
        self.assertEqual(self._judge(promise, "2026-07-03"), "kept")
        self.assertEqual(promise.received, 200)

    def test_instalments_replaced_by_a_new_payment_term_stay_promised(self):
        promise = self._promise()
        self.first.button_draft()
        self.first.invoice_date_due = "2026-05-20"
        self.first.action_post()
        self._judge(promise, TODAY)
        self.assertEqual(promise.line_ids.line_id, self._receivable(self.first))
        self.assertEqual(self.account.promised_amount, 1000)

    def test_a_past_day_shows_the_promises_of_then(self):
        promise = self._promise()
        with freeze_time("2026-07-08"):
            self.account.action_refresh()
            self.assertEqual(promise.state, "broken")
            then = self.account.with_context(ar_as_of="2026-07-01")
            self.assertEqual(then.promised_amount, 1000)
            self.assertEqual(self.account.promised_amount, 0)

    def test_accounts_merged_bring_their_promises(self):
        promise = self._promise()
        other = self._account(self.other_customer)
        self.account._merge_into(other)
        self.assertEqual(promise.account_id, other)

    def test_judging_costs_the_same_for_one_or_many(self):
        def statements():
            self.env.flush_all()
            before = self.cr.sql_log_count
            self.promises._judge(self.env["ar.account"]._scope())
            return self.cr.sql_log_count - before

        self._promise()
        statements()
        one = statements()
        for number in range(6):
            customer = self._create_customer(f"Many {number}")
            self._invoice(customer, 100, "2026-05-01")
            self.promises._make(self._account(customer), 50, FRIDAY)
        self.assertEqual(statements(), one)


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestPaymentPlan(ReceivablesCommon):
    """Instalments agreed, and what a missed one does."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._invoice(cls.customer, 900, "2026-04-15", "2026-05-15")
        cls.other = cls._invoice(cls.customer, 300, "2026-04-15", "2026-05-20")
        cls.account = cls._account()
        days = [("2026-07-10", 400), ("2026-08-10", 400), ("2026-09-10", 400)]
        cls.plan = cls.env["ar.payment.plan"]._make(cls.account, days)

    def _judge(self, day):
        with freeze_time(day):
            self.account.action_refresh()
        return self.plan.state, self.plan.instalment_ids.mapped("state")

    def test_a_proposed_plan_changes_nothing_until_it_is_accepted(self):
        self.assertEqual(self.account.amount_to_collect, 1200)
        self.plan.action_accept()
        self.assertEqual(self.account.amount_to_collect, 0)
        self.assertEqual(self._reasons(self._run())[self.invoice.name], "plan")

    def test_a_plan_that_is_respected_is_not_worked(self):
        self.plan.action_accept()
        self.account.action_refresh()
        self.assertFalse(self.account.priority)
        self.assertIn("plan", self.account.priority_reason)

    def test_money_fills_the_instalments_in_order(self):
        self.plan.action_accept()
        self._pay(self.other, "2026-07-09")
        self._pay(self.invoice, "2026-07-09", 100)
        self.assertEqual(
            self._judge("2026-07-20"), ("running", ["paid", "coming", "coming"])
        )
        self.assertEqual(self.plan.next_date, fields.Date.to_date("2026-08-10"))

    def test_a_missed_instalment_makes_the_whole_due(self):
        self.plan.action_accept()
        state, parts = self._judge("2026-07-20")
        self.assertEqual((state, parts[0]), ("broken", "missed"))
        with freeze_time("2026-07-20"):
            self.account.invalidate_recordset()
            self.assertEqual(self.account.amount_to_collect, 1200)

    def test_a_person_may_decide_after_a_missed_instalment(self):
        self.plan.on_missed = "person"
        self.plan.action_accept()
        self.assertEqual(self._judge("2026-07-20")[0], "running")

    def test_all_paid_ends_it(self):
        self.plan.action_accept()
        self._pay(self.invoice + self.other, "2026-07-02")
        self.assertEqual(self._judge("2026-07-02"), ("kept", ["paid"] * 3))

    def test_an_item_is_in_one_running_plan(self):
        self.plan.action_accept()
        again = self.env["ar.payment.plan"]._make(self.account, [("2026-07-10", 50)])
        with self.assertRaisesRegex(UserError, "Already in a running plan"):
            again.action_accept()

    def test_a_plan_needs_instalments_from_today_on(self):
        plans = self.env["ar.payment.plan"]
        yesterday = fields.Date.to_date(TODAY) - timedelta(days=1)
        for words, rows in {
            "at least one": [],
            "today or later": [(yesterday, 5)],
            "needs an amount": [(FRIDAY, 0)],
        }.items():
            with self.subTest(words), self.assertRaisesRegex(UserError, words):
                plans._make(self.account, rows)


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestCollectionAction(ReceivablesCommon):
    """What we did or heard, coded."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._invoice(cls.customer, 1000, "2026-04-15", "2026-05-15")
        cls.account = cls._account()
        cls.collector = cls._create_user("action_collector", "collector")

    def _act(self, outcome="nothing", **values):
        actions = self.env["ar.collection.action"].with_user(self.collector)
        return actions.create(
            {"account_id": self.account.id, "outcome": outcome} | values
        )

    def test_nothing_obtained_wants_a_reason(self):
        with self.assertRaisesRegex(UserError, "say why"):
            self._act()
        reason = self.env.ref("ar_best_practices.nonpayment_reason_np04")
        self.assertEqual(self._act(reason_id=reason.id).author_id, self.collector)

    def test_twenty_reasons_come_with_what_to_do(self):
        reasons = self.env["ar.nonpayment.reason"].search([])
        self.assertEqual(
            reasons.mapped("code"), [f"NP{number:02}" for number in range(1, 21)]
        )
        self.assertTrue(all(reasons.mapped("next_action")))

    def test_what_was_done_is_neither_changed_nor_deleted(self):
        action = self._act("no_answer")
        with self.assertRaisesRegex(UserError, "never changed"):
            action.outcome = "promise"
        with self.assertRaises(AccessError):
            action.unlink()

    def test_an_action_is_on_the_timeline_and_ends_the_silence(self):
        self.account.action_refresh()
        self.assertIn("no contact", self.account.priority_reason)
        self._act("message", note="back on Monday")
        self.account.action_refresh()
        self.assertNotIn("no contact", self.account.priority_reason)
        event = self.account.timeline_ids.filtered(lambda x: x.kind == "action")
        self.assertIn("back on Monday", event.summary)

    def test_the_last_contact_is_when_it_happened(self):
        self._act("message", date="2026-06-12 09:00:00")
        self._act("no_answer", date="2026-06-02 09:00:00")
        self.assertEqual(str(self.account.last_contact_date), "2026-06-12 09:00:00")

    def test_insolvency_is_not_worked(self):
        reason = self.env.ref("ar_best_practices.nonpayment_reason_np12")
        self._act(reason_id=reason.id)
        self.account.action_refresh()
        self.assertIn("insolvency", self.account.priority_reason)
        (shown,) = self.account.web_read({"priority": {}})
        self.assertIs(shown["priority"], False)
        self.assertEqual(self.account.export_data(["priority"])["datas"], [[""]])

    def test_the_words_of_a_priority_add_up_to_it(self):
        for number, amount in enumerate((40, 333, 777, 2000)):
            customer = self._create_customer(f"Late {number}")
            due = fields.Date.subtract(fields.Date.to_date(TODAY), days=3 + 29 * number)
            self._invoice(customer, amount, due, due)
            self.env["ar.payment.promise"]._make(
                self._account(customer), amount / 2, TODAY
            )
        accounts = self.env["ar.account"].search([("priority", "=", 0)])
        accounts.action_refresh()
        for account in accounts.filtered("priority"):
            terms = account.priority_reason.split(" + ")
            points = [round(100 * float(term.rsplit(" ", 1)[1])) for term in terms]
            self.assertEqual(sum(points), account.priority, account.priority_reason)

    def test_another_company_sees_none_of_it(self):
        action = self._act("no_answer")
        stranger = self._create_user(
            "action_stranger",
            "collector",
            company=self.env["res.company"].create({"name": "Elsewhere"}),
        )
        found = self.env["ar.collection.action"].with_user(stranger).search([])
        self.assertNotIn(action, found)
        with self.assertRaises(AccessError):
            action.with_user(stranger).read(["note"])

    def test_contacts_of_two_users_are_told_apart(self):
        other = self._create_user("action_other", "collector")
        self._act("no_answer")
        self._act("no_answer").with_user(other)
        groups = self.env["ar.collection.action"]._read_group(
            [("account_id", "=", self.account.id)], ["author_id"], ["__count"]
        )
        self.assertEqual(groups, [(self.collector, 2)])

    def test_a_future_action_is_refused(self):
        with self.assertRaisesRegex(UserError, "once it happened"):
            self._act("no_answer", date="2026-07-15 10:00:00")

    def test_moves_talked_about_stay_linked(self):
        action = self._act("message", move_ids=[Command.set(self.invoice.ids)])
        self.assertEqual(action.move_ids, self.invoice)
