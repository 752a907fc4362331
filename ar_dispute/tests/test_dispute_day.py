"""My day holds the disputes of which the next step is mine."""

from freezegun import freeze_time

from odoo.tests import tagged

from odoo.addons.ar_best_practices.tests.common import TODAY

from .common import DisputeCommon


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestDisputeDay(DisputeCommon):
    def _get_cards(self):
        self.env.flush_all()
        self.env["ar.worklist"].invalidate_model()
        return self.env["ar.worklist"].search([("why", "=", "7_dispute")])

    def test_the_card_goes_from_hand_to_hand(self):
        dispute = self._dispute()
        card = self._get_cards()
        self.assertRecordValues(
            card,
            [
                {
                    "dispute_id": dispute.id,
                    "partner_id": self.customer.id,
                    "user_id": self.handler.id,
                    "amount": 400,
                    "days_late": 0,
                    "account_id": False,
                }
            ],
        )
        self.assertIn(f"{dispute.name} LOG02", card.words)
        self.assertEqual(card.action_open()["res_id"], dispute.id)
        self._decide(dispute)
        self.assertEqual(self._get_cards().user_id, self.manager)
        self._credit(400)
        self.assertEqual(self._get_cards().user_id, dispute.coordinator_id)
        dispute.root_cause_id = self.cause
        dispute.action_close()
        self.assertFalse(self._get_cards())

    def test_while_the_customer_is_waited_for_nobody_has_the_next_step(self):
        dispute = self._investigate(self._dispute())
        dispute.action_wait("A picture")
        self.assertFalse(self._get_cards())

    def test_a_customer_in_dispute_keeps_a_card_of_his_own(self):
        self._dispute()
        self.account.activity_schedule("mail.mail_activity_data_todo", summary="Call")
        self.env.flush_all()
        cards = self.env["ar.worklist"].search([])
        self.assertEqual(len(cards), len(set(cards.ids)))
        self.assertIn(self.account, cards.account_id)
