"""What is disputed is not collected, and nothing else is left out."""

from freezegun import freeze_time

from odoo.tests import tagged

from odoo.addons.ar_best_practices.tests.common import TODAY

from ..hooks import uninstall_hook
from ..models.ar_dispute_line import Part
from .common import DisputeCommon


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestDisputeCollection(DisputeCommon):
    """Reminders, amounts to collect, and the mark in accounting."""

    def _notice_line(self, invoice=None):
        """Return what the run of today says of an invoice."""
        run = self._run()
        self.env.flush_all()
        number = (invoice or self.invoice).name
        return run.line_ids.filtered(lambda line: line.number == number)

    # ------------------------------------------------------------------
    # Reminders
    # ------------------------------------------------------------------

    def test_a_reminder_leaves_exactly_the_disputed_part_out_and_says_so(self):
        dispute = self._dispute(400)
        line = self._notice_line()
        self.assertRecordValues(line, [{"included": True, "amount": 600}])
        self.assertIn(
            f"less the part disputed: {dispute.name} LOG02 Short delivery", line.reason
        )

    def test_an_item_disputed_as_a_whole_is_left_out_by_name_of_its_cases(self):
        first, second = self._dispute(400), self._dispute(600)
        line = self._notice_line()
        self.assertRecordValues(line, [{"included": False, "reason_code": "disputed"}])
        for case in (first, second):
            self.assertIn(f"disputed: {case.name} LOG02 Short delivery", line.reason)

    def test_after_unfounded_it_is_asked_for_again(self):
        dispute = self._execute(self._dispute(1000), "unfounded", self.rejected)
        self.assertFalse(self._notice_line().included)
        dispute.action_close()
        line = self._notice_line()
        self.assertRecordValues(line, [{"included": True, "amount": 1000}])
        self.assertNotIn("disputed", line.reason)

    def test_amounts_to_collect_follow_at_once(self):
        dispute = self._dispute(400)
        self.assertRecordValues(
            self.account, [{"disputed_amount": 400, "amount_to_collect": 600}]
        )
        self._credit(100)
        self.account.invalidate_recordset()
        self.assertRecordValues(
            self.account, [{"disputed_amount": 300, "amount_to_collect": 600}]
        )
        dispute.action_cancel("a mistake")
        self.assertRecordValues(
            self.account, [{"disputed_amount": 0, "amount_to_collect": 900}]
        )

    def test_open_items_show_the_disputed_part(self):
        self._dispute(400)
        self.env.flush_all()
        item = self.env["ar.receivable.report"].search(
            [("move_id", "=", self.invoice.id)]
        )
        self.assertRecordValues(item, [{"disputed": True, "disputed_part": 400}])

    def test_the_timeline_tells_when_it_began_and_ended(self):
        dispute = self._dispute()
        dispute.action_cancel("a mistake")
        self.env.flush_all()
        events = self.account.timeline_ids.filtered(lambda x: x.kind == "dispute")
        self.assertEqual(len(events), 2)
        self.assertTrue(all(dispute.name in event.summary for event in events))

    # ------------------------------------------------------------------
    # Past days
    # ------------------------------------------------------------------

    def _disputed_on(self, day):
        account = self.account.with_context(ar_as_of=day)
        account.invalidate_recordset()
        return account.disputed_amount

    def test_a_past_day_shows_what_was_disputed_then(self):
        with freeze_time("2026-06-01"):
            dispute = self._dispute(400)
        with freeze_time("2026-06-10"):
            self._credit(100, day="2026-06-10")
        with freeze_time("2026-06-20"):
            dispute.action_cancel("withdrawn")
        with freeze_time("2026-06-25"):
            dispute.action_reopen("again")
        found = {
            day: self._disputed_on(f"2026-{day}")
            for day in ("05-31", "06-01", "06-09", "06-10", "06-20", "06-25")
        }
        expected = {
            "05-31": 0,
            "06-01": 400,
            "06-09": 400,
            "06-10": 300,
            "06-20": 0,
            "06-25": 300,
        }
        self.assertEqual(found, expected)

    # ------------------------------------------------------------------
    # No follow-up
    # ------------------------------------------------------------------

    def test_accounting_is_told_when_all_is_disputed_and_when_not_any_more(self):
        dispute = self._dispute(400)
        self.assertFalse(self.invoice.no_followup)
        other = self._dispute(600)
        self.assertTrue(self.invoice.no_followup)
        other.action_cancel("withdrawn")
        self.assertFalse(self.invoice.no_followup)
        self._pay(self.invoice, TODAY, 600)
        self.assertTrue(self.invoice.no_followup)
        refund = self._credit(400)
        self.assertFalse(self.invoice.no_followup)
        self._receivable(refund).remove_move_reconcile()
        self.assertTrue(self.invoice.no_followup)
        split = dispute._split({dispute.line_ids: 100}, "two drivers")
        self.assertTrue(self.invoice.no_followup)
        split.action_cancel("withdrawn")
        self.assertFalse(self.invoice.no_followup)

    def test_a_mark_of_a_person_stays(self):
        self.invoice.no_followup = True
        dispute = self._dispute(1000)
        dispute.action_cancel("withdrawn")
        self.assertTrue(self.invoice.no_followup)

    def test_one_disputed_instalment_leaves_the_other_one_dunnable(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "Half now, half in 30 days",
                "line_ids": [
                    (0, 0, {"value": "percent", "value_amount": 50, "nb_days": days})
                    for days in (0, 30)
                ],
            }
        )
        invoice = self._invoice(
            self.customer, 800, "2026-04-01", invoice_payment_term_id=term.id
        )
        first, second = self._receivable(invoice)
        parts = [Part(first, 400)]
        self.env["ar.dispute"]._open(self.account, parts, reason_id=self.short.id)
        self.assertFalse(invoice.no_followup)
        run = self._run()
        self.env.flush_all()
        included = {line.line_id: line.included for line in run.line_ids}
        self.assertEqual((included[first], included[second]), (False, True))

    def test_uninstalling_leaves_every_item_dunnable_again(self):
        self._dispute(1000)
        marked = self._invoice(self.customer, 50, "2026-05-01")
        marked.no_followup = True
        uninstall_hook(self.env)
        self.assertFalse(self.invoice.no_followup)
        self.assertTrue(marked.no_followup)

    # ------------------------------------------------------------------
    # Cost
    # ------------------------------------------------------------------

    def _read_register(self, count):
        """Return the statements of reading a register of so many cases."""
        for _number in range(count):
            self._dispute(1, self._invoice(self.customer, 10, "2026-05-01"))
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        disputes = self.env["ar.dispute"].search([])
        disputes.web_read(
            {
                "name": {},
                "partner_id": {"fields": {"display_name": {}}},
                "reason_id": {"fields": {"display_name": {}}},
                "still_disputed": {},
                "item_words": {},
                "deadline_words": {},
                "is_late": {},
                "priority": {},
                "activity_ids": {"fields": {}},
            }
        )
        self.env.invalidate_all()
        _amount = self.account.disputed_amount
        return self.cr.sql_log_count - before

    def test_a_register_of_fifty_cases_is_read_with_the_statements_of_five(self):
        self._read_register(1)  # what is cached once for all
        few = self._read_register(4)
        self.assertEqual(self._read_register(45), few)
