from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import format_date, mute_logger

from ..tools.dunning import Level, decide_level
from .common import TODAY, ReceivablesCommon


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestDunningRun(ReceivablesCommon):
    """Every open item is in or out of a run, with a reason a person understands."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.standard = cls.env.ref("ar_best_practices.dunning_strategy_standard")
        cls.standard.minimum_amount = 0

    def _late(self, days, amount=100, partner=None):
        """Return an invoice that is so many days late today."""
        due = fields.Date.subtract(fields.Date.to_date(TODAY), days=days)
        return self._invoice(
            partner or self.customer, amount, fields.Date.subtract(due, days=30), due
        )

    def _level(self, run, invoice):
        self.env.flush_all()
        line = run.line_ids.filtered(lambda line: line.move_id == invoice)
        return line.level_id.kind

    # ------------------------------------------------------------------
    # Levels
    # ------------------------------------------------------------------

    def test_an_item_never_reminded_starts_at_the_level_of_its_age(self):
        invoice = self._late(9)
        self.assertEqual(self._level(self._run(), invoice), "reminder")

    def test_an_item_800_days_late_starts_at_firm_and_no_higher(self):
        invoice = self._late(800)
        run = self._run()
        self.assertEqual(self._level(run, invoice), "firm")
        self.assertEqual(run.line_ids.days_late, 800)
        self.assertIn("800", run.line_ids.reason)

    def test_next_time_an_item_goes_one_level_up_and_never_above_its_age(self):
        old, young = self._late(40), self._late(3, partner=self.other_customer)
        run = self._run()
        self.env["ar.dunning.notice"]._mark_sent(run.notice_ids)
        run.action_cancel()
        later = self._run("2026-07-10")
        self.assertEqual(self._level(later, old), "formal")
        self.assertEqual(self._level(later, young), "reminder")

    def test_an_item_waits_for_its_next_level_and_says_until_when(self):
        invoice = self._late(3)
        first = self._run()
        self.env["ar.dunning.notice"]._mark_sent(first.notice_ids)
        first.action_cancel()
        self.standard.quiet_days = 0
        second = self._run("2026-07-02")
        self.assertEqual(self._reasons(second), {invoice.name: "waiting"})
        next_day = fields.Date.add(invoice.invoice_date_due, days=8)
        words = format_date(self.env, next_day, lang_code=second._get_lang())
        self.assertIn(words, second.line_ids.reason)

    def test_an_imposed_level_leaves_the_items_where_they_were(self):
        invoice = self._late(9)
        imposed = self._run(mode="imposed", imposed_kind="firm")
        self.assertEqual(self._level(imposed, invoice), "firm")
        self.env["ar.dunning.notice"]._mark_sent(imposed.notice_ids)
        imposed.action_cancel()
        following = self._run("2026-07-10")
        self.assertEqual(self._level(following, invoice), "call")

    def test_an_imposed_level_moves_the_items_when_the_company_says_so(self):
        self.company.ar_imposed_moves_level = True
        invoice = self._late(9)
        imposed = self._run(mode="imposed", imposed_kind="reminder")
        self.env["ar.dunning.notice"]._mark_sent(imposed.notice_ids)
        imposed.action_cancel()
        following = self._run("2026-07-10")
        self.assertEqual(self._level(following, invoice), "call")

    def test_an_imposed_run_concerns_the_selected_customers_only(self):
        mine, other = self._late(9), self._late(9, partner=self.other_customer)
        run = self._run(
            mode="imposed",
            imposed_kind="firm",
            account_ids=self._account().ids,
        )
        self.assertEqual(
            self._reasons(run), {mine.name: "step", other.name: "not_selected"}
        )

    def test_a_person_may_write_again_to_a_picked_customer_in_quiet_days(self):
        invoice = self._late(9)
        run = self._run()
        self.env["ar.dunning.notice"]._mark_sent(run.notice_ids)
        run.action_cancel()
        again = self._run(
            "2026-07-01",
            mode="imposed",
            imposed_kind="firm",
            account_ids=self._account().ids,
        )
        self.assertEqual(self._reasons(again), {invoice.name: "step"})

    def test_levels_of_the_run_equal_the_pure_function(self):
        levels = [
            Level(level.rank, level.delay_days) for level in self.standard.level_ids
        ]
        invoices = {days: self._late(days) for days in range(-10, 60, 3)}
        run = self._run()
        self.env.flush_all()
        ranks = {line.move_id: line.rank for line in run.line_ids if line.steps}
        for days, invoice in invoices.items():
            expected = decide_level(levels, days, previous=None, firm=4)
            if expected == 0:
                continue  # a customer in arrears gets no message before a due date
            with self.subTest(days=days):
                self.assertEqual(ranks.get(invoice), expected)

    def test_a_message_before_the_due_date_goes_to_customers_without_arrears(self):
        soon = self._late(-5)
        self.assertEqual(self._level(self._run(), soon), "pre_due")
        self._late(9)
        self.assertEqual(self._reasons(self._run())[soon.name], "not_due")

    # ------------------------------------------------------------------
    # Out, and why
    # ------------------------------------------------------------------

    def test_not_due_no_follow_up_excluded_and_disputed_items_stay_out(self):
        due_today, marked = self._late(0), self._late(20)
        excluded, disputed = self._late(21), self._late(22)
        self._receivable(marked).no_followup = True
        self.env["ar.item"].create(
            [
                {
                    "line_id": self._receivable(excluded).id,
                    "excluded": True,
                    "excluded_reason": "goods on the way back",
                },
                {"line_id": self._receivable(disputed).id, "disputed": True},
            ]
        )
        run = self._run()
        self.assertEqual(
            self._reasons(run),
            {
                due_today.name: "not_due",
                marked.name: "no_followup",
                excluded.name: "excluded",
                disputed.name: "disputed",
            },
        )
        reasons = dict(run.line_ids.mapped(lambda line: (line.number, line.reason)))
        self.assertIn("goods on the way back", reasons[excluded.name])
        self.assertFalse(run.notice_ids)

    def test_an_exclusion_ends_by_itself(self):
        invoice = self._late(20)
        self.env["ar.item"].create(
            {
                "line_id": self._receivable(invoice).id,
                "excluded": True,
                "excluded_reason": "until the credit note",
                "excluded_until": "2026-07-05",
            }
        )
        self.assertEqual(self._reasons(self._run()), {invoice.name: "excluded"})
        self.assertEqual(self._reasons(self._run("2026-07-06")), {invoice.name: "step"})

    def test_a_reviewer_may_leave_an_item_out_of_the_runs_to_come(self):
        invoice = self._late(20)
        run = self._run()
        self.env["ar.dunning.review"].create(
            {
                "override": "exclude",
                "line_ids": run.notice_ids.line_ids.ids,
                "reason": "credit note on its way",
                "until": "2026-07-05",
            }
        ).action_apply()
        self.assertFalse(run.notice_count)
        run.action_cancel()
        later = self._run("2026-07-04")
        self.assertEqual(self._reasons(later), {invoice.name: "excluded"})
        self.assertEqual(self._reasons(self._run("2026-07-06")), {invoice.name: "step"})

    def test_excluding_an_item_needs_a_reason(self):
        invoice = self._late(20)
        with self.assertRaises(ValidationError):
            self.env["ar.item"].create(
                {"line_id": self._receivable(invoice).id, "excluded": True}
            )

    def test_an_insolvent_customer_is_not_reminded(self):
        invoice = self._late(20)
        account = self._account()
        profile = self.env.ref("ar_best_practices.payer_profile_pp01")
        account._set_payer_profile(profile, "judgment of 3 June", "2026-12-31")
        self.assertEqual(self._reasons(self._run()), {invoice.name: "insolvency"})

    def test_a_customer_in_credit_is_not_reminded(self):
        invoice = self._late(20)
        self._pay_on_account(self.customer, 150, "2026-06-20")
        run = self._run()
        self.assertEqual(self._reasons(run), {invoice.name: "credit_covers"})

    def test_a_smaller_credit_is_listed_and_deducted(self):
        self._late(20, 100)
        self._pay_on_account(self.customer, 30, "2026-06-20")
        run = self._run()
        self.assertEqual(run.notice_ids.amount, 70)
        self.assertEqual(run.notice_total, 70)
        self.assertEqual(run.overdue_total, 100)
        self.assertEqual(run.notice_ids.item_count, 1)

    def test_a_credit_covers_items_of_its_own_currency_only(self):
        pounds = self.setup_other_currency("GBP", rates=[("2026-01-01", 0.5)])
        invoice = self._late(20)
        self._invoice(self.customer, -500, "2026-06-01", currency_id=pounds.id)
        self.assertEqual(self._reasons(self._run()), {invoice.name: "step"})

    def test_totals_are_kept_by_currency(self):
        pounds = self.setup_other_currency("GBP", rates=[("2026-01-01", 0.5)])
        self._late(20, 100)
        self._invoice(
            self.customer, 40, "2026-05-01", "2026-06-01", currency_id=pounds.id
        )
        notice = self._run().notice_ids
        self.assertEqual(
            dict(notice._get_totals()), {self.company.currency_id: 100, pounds: 40}
        )
        self.assertEqual(notice.amount, 180)

    def test_below_the_minimum_nobody_is_bothered(self):
        self.standard.minimum_amount = 50
        small, large = self._late(20, 49), self._late(20, 51, self.other_customer)
        self.assertEqual(
            self._reasons(self._run()),
            {small.name: "below_minimum", large.name: "step"},
        )

    def test_quiet_days_keep_silence_after_a_message(self):
        self._late(3)
        run = self._run()
        self.env["ar.dunning.notice"]._mark_sent(run.notice_ids)
        run.action_cancel()
        older = self._late(20, 500)
        self.assertEqual(
            self._reasons(self._run("2026-07-03"))[older.name], "quiet_days"
        )
        self.assertEqual(self._reasons(self._run("2026-07-09"))[older.name], "step")

    # ------------------------------------------------------------------
    # One customer, one message
    # ------------------------------------------------------------------

    def test_one_notice_per_customer_at_its_highest_level(self):
        self._late(3)
        self._late(23)
        notice = self._run().notice_ids
        self.assertEqual(len(notice), 1)
        self.assertEqual(notice.level_id.kind, "firm")
        self.assertEqual(notice.item_count, 2)
        self.assertEqual(
            set(notice.line_ids.level_id.mapped("kind")), {"courtesy", "firm"}
        )

    def test_an_item_reminded_lately_is_listed_with_one_that_steps(self):
        young = self._late(3)
        run = self._run()
        self.env["ar.dunning.notice"]._mark_sent(run.notice_ids)
        run.action_cancel()
        self.standard.quiet_days = 0
        old = self._late(20)
        second = self._run("2026-07-02")
        self.assertEqual(
            self._reasons(second), {young.name: "listed", old.name: "step"}
        )
        self.env["ar.dunning.notice"]._mark_sent(second.notice_ids)
        item = self.env["ar.item"].search([("move_id", "=", young.id)])
        self.assertEqual(item.level_id.kind, "courtesy")
        self.assertEqual(item.message_count, 2)

    def test_the_contact_for_payments_is_the_best_address_that_works(self):
        self._late(20)
        self.assertEqual(self._run().notice_ids.contact_id, self.customer)
        invoicing = self.env["res.partner"].create(
            {
                "name": "Invoicing",
                "parent_id": self.customer.id,
                "type": "invoice",
                "email": "ap@example.com",
            }
        )
        self.assertEqual(self._run().notice_ids.email, "ap@example.com")
        invoicing._message_receive_bounce("ap@example.com", invoicing)
        self.assertEqual(self._run().notice_ids.contact_id, self.customer)
        self._account().contact_id = invoicing
        invoicing.message_bounce = 0
        self.assertEqual(self._run().notice_ids.contact_source, "chosen")

    def test_a_customer_without_address_gets_a_letter(self):
        self._late(20)
        self.customer.email = False
        notice = self._run().notice_ids
        self.assertEqual(notice.channel, "letter")
        self.assertTrue(notice.mail_warning)

    def test_an_archived_customer_still_owes(self):
        invoice = self._late(20)
        self.customer.active = False
        self.assertEqual(self._reasons(self._run()), {invoice.name: "step"})

    def test_a_child_contact_is_reminded_on_the_account_of_its_company(self):
        contact = self.env["res.partner"].create(
            {"name": "Buyer", "parent_id": self.customer.id}
        )
        self._late(20, partner=contact)
        self._late(21)
        self.assertEqual(self._run().notice_ids.partner_id, self.customer)

    # ------------------------------------------------------------------
    # Life of a run
    # ------------------------------------------------------------------

    def test_totals_count_all_overdue_items_in_or_out(self):
        self._late(20, 100)
        marked = self._late(20, 50)
        self._receivable(marked).no_followup = True
        self._late(-3, 999)
        run = self._run()
        self.assertRecordValues(
            run,
            [
                {
                    "item_count": 2,
                    "overdue_total": 150,
                    "notice_count": 1,
                    "notice_item_count": 1,
                    "notice_total": 100,
                }
            ],
        )

    def test_a_new_proposal_replaces_the_old_one_and_keeps_what_people_changed(self):
        invoice = self._late(20)
        first = self._run()
        first.notice_ids._exclude("the buyer called")
        second = self._run()
        self.assertEqual(first.state, "cancelled")
        self.assertEqual(self._reasons(second), {invoice.name: "excluded"})
        self.assertIn("the buyer called", second.line_ids.reason)
        second.action_propose()
        self.assertEqual(self._reasons(second), {invoice.name: "excluded"})

    def test_a_changed_level_is_kept_and_never_automatic(self):
        self._late(3)
        run = self._run()
        self.assertTrue(run.notice_ids.automatic)
        firm = self.standard.level_ids.filtered(lambda level: level.kind == "firm")
        run.notice_ids._change_level(firm, "promised three times")
        run.action_propose()
        self.assertEqual(run.notice_ids.level_id, firm)
        self.assertFalse(run.notice_ids.automatic)
        self.assertIn("promised three times", run.line_ids.reason)

    def test_a_second_run_waits_for_an_approved_one(self):
        self._late(20)
        self._run().action_approve()
        with self.assertRaisesRegex(UserError, "not finished"):
            self._run()

    def test_a_run_of_a_past_day_shows_that_day_and_is_never_sent(self):
        invoice = self._late(20)
        self._pay(invoice, "2026-06-25")
        past = self._run("2026-06-24")
        self.assertEqual(past.item_count, 1)
        past.action_approve()
        with self.assertRaisesRegex(UserError, "past day"):
            past.action_send()

    def test_items_left_out_are_listed_for_the_newest_run_only(self):
        self._late(-20)
        first = self._run()
        self.assertEqual(len(first.line_ids), 1)
        second = self._run()
        first.invalidate_recordset()
        self.assertFalse(first.line_ids)
        self.assertEqual(len(second.line_ids), 1)
        self.assertTrue(first.out_summary)

    def test_a_run_costs_the_same_statements_whatever_its_size(self):
        def count():
            self.env.flush_all()
            before = self.cr.sql_log_count
            self._run()
            self.env.flush_all()
            return self.cr.sql_log_count - before

        self._late(20)
        self._run()
        few = count()
        for number in range(15):
            partner = self._create_customer(f"Customer {number}")
            self._late(20, partner=partner)
        self.assertLessEqual(count(), few)
        self.assertLessEqual(few, 60)

    @mute_logger("odoo.sql_db")
    def test_formal_notices_and_hand_overs_are_never_automatic(self):
        formal = self.standard.level_ids.filtered(lambda level: level.kind == "formal")
        with self.assertRaisesRegex(Exception, "never_automatic"), self.cr.savepoint():
            formal.automatic = True
            formal.flush_recordset()

    def test_levels_of_a_strategy_come_one_after_the_other(self):
        with self.assertRaises(ValidationError):
            self.standard.level_ids.filtered(
                lambda level: level.kind == "call"
            ).delay_days = 1

    def test_a_replaced_payment_term_keeps_the_level_of_the_invoice(self):
        invoice = self._late(9)
        run = self._run()
        self.env["ar.dunning.notice"]._mark_sent(run.notice_ids)
        run.action_cancel()
        due = invoice.invoice_date_due
        invoice.button_draft()
        invoice.invoice_date_due = fields.Date.subtract(due, days=1)
        invoice.action_post()
        later = self._run("2026-07-10")
        self.assertEqual(self._level(later, invoice), "call")
        line = run.notice_ids.line_ids
        self.assertEqual(line.move_id, invoice)
        self.assertEqual(line.due_date, due)
