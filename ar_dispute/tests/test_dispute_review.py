"""Once a week the process owner looks at what does not move."""

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.ar_best_practices.tests.common import TODAY

from .common import DisputeCommon


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestDisputeReview(DisputeCommon):
    def _review(self, user=None):
        reviews = self.env["ar.dispute.review"].with_user(user or self.owner)
        return reviews.create({"company_id": self.company.id})

    def _small_cases(self, count=5):
        """Larger cases than the one of a test, so that it is not among the largest."""
        for number in range(count):
            move = self._invoice(
                self.customer, 2000 + number, "2026-05-01", "2026-05-31"
            )
            self._dispute(1000 + number, moves=move)

    def test_it_brings_the_largest_with_the_figures_of_the_day(self):
        dispute = self._dispute()
        review = self._review()
        self.assertRecordValues(
            review,
            [
                {
                    "open_count": 1,
                    "still_disputed": 400,
                    "late_count": 0,
                    "new_count": 1,
                    "ended_count": 0,
                    "other_count": 0,
                }
            ],
        )
        self.assertRecordValues(
            review.line_ids,
            [{"dispute_id": dispute.id, "reason": "one of the 5 largest"}],
        )

    def test_a_case_that_goes_its_way_is_not_brought(self):
        small = self._dispute()
        self._small_cases()
        self.assertNotIn(small, self._review().line_ids.dispute_id)

    def test_late_and_quiet_cases_are_brought_with_why(self):
        small = self._investigate(self._dispute())
        self._small_cases()
        with freeze_time("2026-08-03"):
            line = self._review().line_ids.filtered(lambda x: x.dispute_id == small)
        days = 34
        self.assertEqual(
            line.reason, f"its deadline has passed · nothing happened for {days} days"
        )

    def test_a_customer_waited_for_too_long_is_brought(self):
        small = self._investigate(self._dispute())
        small.action_wait("The signed slip")
        self._small_cases()
        with freeze_time("2026-07-14"):
            line = self._review().line_ids.filtered(lambda x: x.dispute_id == small)
        self.assertEqual(line.reason, "waiting for the customer for 14 days")

    def test_what_is_decided_is_logged_on_the_case_and_asked(self):
        dispute = self._dispute()
        review = self._review()
        review.line_ids.decision = "Credit it this week"
        review.action_done()
        self.assertEqual(str(review.done_date), TODAY)
        self.assertEqual(review.done_uid, self.owner)
        words = "Weekly review: Credit it this week"
        self.assertIn(words, dispute.step_ids.mapped("reason"))
        activity = dispute.activity_ids.filtered(lambda x: x.summary == words)
        self.assertEqual(activity.user_id, self.handler)
        self.env.flush_all()
        line = self._review().line_ids
        self.assertIn("decided at a review before: Credit it this week", line.reason)

    def test_the_button_goes_on_with_the_one_that_is_not_done(self):
        reviews = self.env["ar.dispute.review"].with_user(self.owner)
        first = reviews.action_prepare()["res_id"]
        self.assertEqual(reviews.action_prepare()["res_id"], first)
        reviews.browse(first).action_done()
        self.env.flush_all()
        self.assertNotEqual(reviews.action_prepare()["res_id"], first)

    def test_only_the_process_owner_ends_it(self):
        self._dispute()
        manager = self._create_user("review_manager", "credit_manager")
        review = self._review(manager)
        with self.assertRaisesRegex(UserError, "Only Dispute Owner ends"):
            review.action_done()
        review.with_user(self.owner).action_done()

    def test_others_are_told_whose_it_is(self):
        reviews = self.env["ar.dispute.review"].with_user(self.handler)
        with self.assertRaisesRegex(UserError, "for Dispute Owner and credit managers"):
            reviews.action_prepare()

    def test_others_see_no_review(self):
        review = self._review()
        for user in (self.handler, self.collector):
            with self.assertRaises(AccessError):
                review.with_user(user).read(["note"])

    def test_what_was_reviewed_is_not_changed_any_more(self):
        self._dispute()
        review = self._review()
        review.action_done()
        for change in (
            lambda: review.write({"note": "Otherwise"}),
            lambda: review.line_ids.write({"decision": "Otherwise"}),
            review.unlink,
            review.action_done,
        ):
            with self.assertRaises(UserError):
                change()

    def test_figures_and_reasons_are_nobodys_to_write(self):
        self._dispute()
        review = self._review()
        with self.assertRaises(AccessError):
            review.late_count = 0
        with self.assertRaises(AccessError):
            review.line_ids.reason = "none"

    def test_a_person_may_bring_another_case(self):
        small = self._dispute()
        self._small_cases()
        review = self._review()
        review.write({"line_ids": [(0, 0, {"dispute_id": small.id})]})
        self.assertIn(small, review.line_ids.dispute_id)

    def test_one_is_prepared_each_week_while_none_waits(self):
        reviews = self.env["ar.dispute.review"]
        own = [("company_id", "=", self.company.id)]
        self._run_cron("ir_cron_review", "ar_dispute")
        self.assertFalse(reviews.search(own))  # nothing is open
        self._dispute()
        self._run_cron("ir_cron_review", "ar_dispute")
        self._run_cron("ir_cron_review", "ar_dispute")
        review = reviews.search(own)
        self.assertEqual(len(review), 1)
        self.assertIn(self.owner.partner_id, review.message_ids.partner_ids)
