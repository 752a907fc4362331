"""What was changed against a cause is judged by the disputes that follow."""

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.ar_best_practices.tests.common import TODAY

from .common import DisputeCommon


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestCorrectiveAction(DisputeCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.action = cls.env["ar.corrective.action"].create(
            {
                "name": "Weigh each pallet",
                "root_cause_id": cls.cause.id,
                "company_id": cls.company.id,
                "owner_id": cls.handler.id,
                "due_date": "2026-07-15",
            }
        )

    def _close(self, **values):
        dispute = self._execute(self._dispute(10, **values))
        dispute.action_close()
        return dispute

    def test_nothing_came_back(self):
        self._close()  # on the day itself: not a recurrence
        self.action.action_done()
        self.assertEqual(str(self.action.verify_date), "2026-09-28")
        with freeze_time("2026-09-27"):
            self._run_cron("ir_cron_judge", "ar_dispute")
        self.assertEqual(self.action.state, "done")
        with freeze_time("2026-09-28"):
            self._run_cron("ir_cron_judge", "ar_dispute")
        self.assertEqual(self.action.state, "effective")
        self.assertEqual(self.action.result, "no dispute of this kind in 90 days")

    def test_it_came_back(self):
        self.action.action_done()
        with freeze_time("2026-08-01"):
            again = self._close()
        self.assertEqual(self.action.recurrence_count, 1)
        self.assertEqual(
            self.action.action_show_recurrences()["domain"], [("id", "in", again.ids)]
        )
        with freeze_time("2026-09-28"):
            self._run_cron("ir_cron_judge", "ar_dispute")
        self.assertEqual(self.action.state, "ineffective")
        self.assertEqual(
            self.action.result, f"came back 1 times in 90 days: {again.name}"
        )
        self.assertEqual(self.action.activity_ids.user_id, self.handler)
        self.action.action_plan_again()
        self.assertEqual(self.action.state, "planned")

    def test_another_reason_is_another_kind(self):
        self.action.reason_id = self.price
        self.action.action_done()
        with freeze_time("2026-08-01"):
            self._close()
        self.assertEqual(self.action.recurrence_count, 0)

    def test_its_state_is_nobodys_to_write(self):
        with self.assertRaises(AccessError):
            self.action.with_user(self.handler).state = "effective"
        self.action.with_user(self.handler).action_done()
        with self.assertRaisesRegex(UserError, "cannot be done"):
            self.action.action_done()
