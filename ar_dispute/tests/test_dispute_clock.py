"""By when, and who hears of it when nothing is decided."""

from freezegun import freeze_time

from odoo.tests import tagged

from odoo.addons.ar_best_practices.tests.common import TODAY

from .common import DisputeCommon


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestDisputeClock(DisputeCommon):
    """Tuesday 30 June; five working days: Tuesday 7 July."""

    def _escalate(self, day):
        with freeze_time(day):
            self._run_cron("ir_cron_escalate", "ar_dispute")

    def _told(self, dispute):
        """Return who was asked to act beyond the first activity, in order."""
        asked = dispute.activity_ids.sorted("id")[1:]
        return [(activity.user_id, activity.summary[:5]) for activity in asked]

    def test_each_level_is_told_once_to_those_it_means(self):
        dispute = self._dispute(coordinator_id=self.collector.id)
        self._escalate("2026-07-02")
        self.assertFalse(self._told(dispute))
        both = [(self.handler, "50 % "), (self.collector, "50 % ")]
        self._escalate("2026-07-03")
        self._escalate("2026-07-03")
        self.assertCountEqual(self._told(dispute), both)
        self._escalate("2026-07-07")
        self._escalate("2026-07-08")
        self.assertEqual(self._told(dispute)[2:], [(self.manager, "100 %")])
        self._escalate("2026-07-10")
        self._escalate("2026-07-31")
        self.assertEqual(self._told(dispute)[3:], [(self.owner, "150 %")])
        words = dispute.step_ids.mapped("reason")
        self.assertEqual(sum("of the days are used" in (x or "") for x in words), 3)

    def test_a_case_that_waits_for_the_customer_does_not_advance(self):
        dispute = self._investigate(self._dispute())
        dispute.action_wait("a photo")
        self.assertFalse(dispute.deadline)
        self.assertIn("stands still", dispute.deadline_words)
        self._escalate("2026-07-31")
        self.assertFalse(self._told(dispute))
        with freeze_time("2026-07-14"):
            dispute.action_resume("it came")
        self.assertEqual(str(dispute.deadline), "2026-07-21")
        self._escalate("2026-07-15")
        self.assertFalse(self._told(dispute))

    def test_nobody_is_told_of_what_is_decided(self):
        dispute = self._decide(self._dispute())
        self._escalate("2026-08-31")
        self.assertEqual(dispute.escalation, 0)

    def test_holidays_and_weekends_do_not_count(self):
        for day in ("2026-07-02", "2026-07-17"):
            self.env["resource.calendar.leaves"].create(
                {
                    "name": "Holiday",
                    "company_id": self.company.id,
                    "calendar_id": self.company.resource_calendar_id.id,
                    "date_from": f"{day} 00:00:00",
                    "date_to": f"{day} 20:00:00",
                }
            )
        self.assertEqual(str(self._dispute(10).deadline), "2026-07-08")
        warranty = self.env.ref("ar_dispute.reason_qua03")  # 15 days
        far = self._dispute(10, reason_id=warranty.id)
        self.assertEqual(str(far.deadline), "2026-07-23")

    def test_time_left_is_said_in_business_days_and_late_cases_are_found(self):
        dispute = self._dispute()
        self.assertEqual(dispute.deadline_words, "business days left: 5")
        with freeze_time("2026-07-10"):
            dispute.invalidate_recordset()
            self.assertEqual(dispute.deadline_words, "business days late: 3")
            self.assertTrue(dispute.is_late)
            found = self.env["ar.dispute"].search([("is_late", "=", True)])
            self.assertIn(dispute, found)
            dispute.action_cancel("a mistake")
            self.assertFalse(dispute.is_late)

    def test_a_case_opened_again_has_its_days_again(self):
        dispute = self._dispute()
        self._escalate("2026-07-07")
        dispute.action_cancel("a mistake")
        with freeze_time("2026-08-03"):
            dispute.action_reopen("no mistake")
        self.assertEqual(str(dispute.deadline), "2026-08-10")
        self.assertEqual(dispute.escalation, 0)

    def test_a_deadline_of_the_process_owner_is_kept_and_escalates(self):
        dispute = self._dispute(coordinator_id=self.collector.id)
        dispute.with_user(self.owner).forced_deadline = "2026-07-02"
        self._escalate("2026-07-01")
        self.assertEqual(dispute.escalation, 50)
        self._escalate("2026-07-02")
        self.assertEqual(dispute.escalation, 100)

    def test_fifty_cases_are_escalated_with_the_statements_of_five(self):
        counts = []
        for many in (5, 45):
            disputes = self.env["ar.dispute"].union(
                *(
                    self._dispute(1, self._invoice(self.customer, 9, "2026-05-01"))
                    for _number in range(many)
                )
            )
            self.env.flush_all()
            self.env.invalidate_all()
            with freeze_time("2026-07-02"):
                before = self.cr.sql_log_count
                disputes._get_reached_levels()
                disputes._rate()
                self.env.flush_all()
                counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 1)
