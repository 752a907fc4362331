from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.ar_best_practices.tests.common import TODAY

from ..tools.dispute_states import STATES, TRANSITIONS
from .common import DisputeCommon


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestDisputeFlow(DisputeCommon):
    """From the customer's word to the cause, and every refusal on the way."""

    def _refused(self, words, action, *args):
        with self.assertRaisesRegex(UserError, words):
            action(*args)

    def _last_words(self, dispute):
        return dispute.step_ids.sorted("id")[-1].reason

    # ------------------------------------------------------------------
    # The whole way
    # ------------------------------------------------------------------

    def test_an_ended_case_asks_nobody_any_more_for_what_the_machine_asked(self):
        dispute = self._dispute()
        own = dispute.activity_schedule(
            "mail.mail_activity_data_todo", summary="Tell them", user_id=self.owner.id
        )
        own.automated = False
        dispute.action_cancel("It was another invoice")
        self.assertEqual(dispute.activity_ids, own)

    def test_a_new_case_knows_who_by_when_and_what_to_ask_for(self):
        dispute = self._dispute()
        self.assertRegex(dispute.name, r"^D/2026/\d{4}$")
        self.assertRecordValues(
            dispute,
            [
                {
                    "state": "new",
                    "team_id": self.team.id,
                    "processor_id": self.handler.id,
                    "amount": 400,
                    "still_disputed": 400,
                    "item_words": self.invoice.name,
                }
            ],
        )
        self.assertEqual(str(dispute.deadline), "2026-07-07")  # 5 working days
        self.assertEqual(
            dispute.evidence_ids.mapped("name"), list(self.short._get_evidence())
        )
        self.assertEqual(dispute.activity_ids.user_id, self.handler)

    def test_a_founded_case_goes_all_the_way_to_its_cause(self):
        dispute = self._execute(self._dispute())
        dispute.action_close()
        self.assertRecordValues(
            dispute,
            [
                {
                    "state": "closed",
                    "accepted_amount": 400,
                    "decided_uid": self.manager.id,
                    "approved_uid": self.owner.id,
                }
            ],
        )
        states = dispute.step_ids.sorted("id").mapped("to_state")
        self.assertEqual(
            states,
            [
                "new",
                "qualified",
                "investigating",
                "decided",
                "approved",
                "executed",
                "closed",
            ],
        )
        self.assertEqual(str(dispute.closed_date), TODAY)

    def test_every_step_from_every_other_state_is_refused_in_words(self):
        dispute = self._dispute()
        dispute.write({"root_cause_id": self.cause.id})
        for name, step in TRANSITIONS.items():
            for state in set(STATES) - set(step.sources):
                dispute.sudo().state = state
                with self.subTest(step=name, state=state):
                    self._refused("is in state", dispute._step, name)

    # ------------------------------------------------------------------
    # What each step needs
    # ------------------------------------------------------------------

    def test_a_case_is_qualified_with_a_reason_and_somebody(self):
        dispute = self._dispute(reason_id=False)
        self.assertEqual(str(dispute.deadline), "2026-07-01")  # a day to qualify
        self._refused("the reason", dispute.action_qualify)
        dispute.reason_id = self.short
        self.assertEqual(dispute.processor_id, self.handler)
        self.assertEqual(str(dispute.deadline), "2026-07-07")
        dispute.processor_id = False
        self._refused("who treats it", dispute.action_qualify)
        dispute.processor_id = self.handler
        dispute.action_qualify()

    def test_an_outcome_is_never_what_the_customer_said(self):
        first, second = self._dispute(), self._dispute()
        self._refused("found at the end", first.write, {"reason_id": self.unfounded.id})
        self._refused("family", second.write, {"outcome_id": self.short.id})

    def test_waiting_and_ending_want_words(self):
        dispute = self._investigate(self._dispute())
        self._refused("has to send", dispute.action_wait)
        self._refused("why the case is cancelled", dispute.action_cancel, "  ")
        dispute.action_cancel("entered twice")
        self._refused("opened again", dispute.action_reopen)
        self.assertEqual(self._last_words(dispute), "entered twice")

    def test_a_decision_says_whether_why_and_on_how_much(self):
        dispute = self._investigate(self._dispute()).with_user(self.manager)
        self._refused("whether the customer is right", dispute.action_decide)
        dispute.decision = "partly"
        self._refused("why it is decided so", dispute.action_decide)
        dispute.decision_note = "One box was there"
        for amount in (0, 400):
            dispute.accepted_amount = amount
            self._refused("less than", dispute.action_decide)
        dispute.accepted_amount = 150
        dispute.action_decide()
        self.assertEqual((dispute.state, dispute.accepted_amount), ("decided", 150))

    def test_unfounded_wants_an_outcome_and_evidence_that_was_received(self):
        dispute = self._investigate(self._dispute()).with_user(self.manager)
        dispute.write({"decision": "unfounded", "decision_note": "Signed for"})
        self._refused("why it is unfounded", dispute.action_decide)
        dispute.outcome_id = self.unfounded
        self._refused("evidence that was received", dispute.action_decide)
        dispute.evidence_ids[0].received_date = TODAY
        dispute.action_decide()
        self.assertEqual(dispute.accepted_amount, 0)

    def test_a_resolution_with_a_document_wants_the_document(self):
        dispute = self._decide(self._dispute())
        dispute.with_user(self.manager).action_approve()
        self._refused("the resolution", dispute.action_execute)
        dispute.resolution_id = self.credit
        self._refused("the document", dispute.action_execute)
        dispute.document_move_id = self._invoice(self.customer, -400, TODAY)
        dispute.action_execute()

    def test_no_case_is_closed_without_its_cause(self):
        dispute = self._execute(self._dispute())
        dispute.root_cause_id = False
        self._refused("the root cause", dispute.action_close)

    def test_what_was_decided_stays_until_the_case_is_opened_again(self):
        dispute = self._execute(self._dispute(), "unfounded", self.rejected)
        self._refused("is decided", dispute.write, {"decision": "founded"})
        dispute.action_close()
        self._refused("is decided", dispute.write, {"root_cause_id": False})
        dispute.action_reopen("a photo came")
        dispute.decision = "founded"
        self.assertEqual(dispute.state, "investigating")

    def test_a_decision_that_is_not_approved_goes_back_with_words(self):
        dispute = self._decide(self._dispute())
        self._refused(
            "sends a decision back",
            dispute.with_user(self.handler).action_send_back,
            "no",
        )
        owner = dispute.with_user(self.owner)
        self._refused("looked into again", owner.action_send_back)
        owner.action_send_back("which driver?")
        dispute.decision = "partly"
        self.assertEqual(self._last_words(dispute), "which driver?")

    # ------------------------------------------------------------------
    # Authority
    # ------------------------------------------------------------------

    def test_only_the_manager_and_the_process_owner_decide(self):
        dispute = self._investigate(self._dispute())
        dispute.write({"decision": "founded", "decision_note": "Right"})
        for user in (self.handler, self.collector):
            self._refused("only Dispute Manager", dispute.with_user(user).action_decide)
        dispute.with_user(self.owner).action_decide()

    def test_above_the_limit_only_the_process_owner_approves(self):
        large = self._decide(self._dispute(501))
        self._refused(
            "only Dispute Owner", large.with_user(self.manager).action_approve
        )
        self._refused("approves", large.with_user(self.handler).action_approve)
        large.with_user(self.owner).action_approve()
        small = self._decide(self._dispute(499))
        small.with_user(self.manager).action_approve()

    def test_what_is_refused_the_manager_approves_whatever_the_amount(self):
        dispute = self._decide(self._dispute(900), "unfounded")
        dispute.with_user(self.manager).action_approve()
        self.assertEqual(dispute.approved_uid, self.manager)

    def test_without_manager_and_owner_the_refusal_says_what_to_set(self):
        self.company.ar_dispute_owner_id = False
        dispute = self._dispute(reason_id=self.price.id)
        dispute.processor_id = self.handler
        self._investigate(dispute)
        self._refused("set one under Settings", dispute.action_decide)

    def test_reassigning_wants_authority_and_is_logged(self):
        dispute = self._dispute()
        dispute.with_user(self.collector).processor_id = self.manager  # still new
        dispute.action_qualify()
        self._refused(
            "gives a dispute to somebody else",
            dispute.with_user(self.handler_of(dispute)).write,
            {"processor_id": self.handler.id},
        )
        dispute.with_user(self.owner).processor_id = self.handler
        self.assertIn("Dispute Handler", self._last_words(dispute))

    def handler_of(self, dispute):
        """Return somebody who works on a case without authority on it."""
        dispute.cause_owner_id = self.handler
        return self.handler

    def test_priority_and_deadline_are_the_process_owners(self):
        dispute = self._dispute()
        values = [{"forced_priority": "3"}, {"forced_deadline": "2026-07-02"}]
        for value in values:
            self._refused(
                "changes priority", dispute.with_user(self.manager).write, value
            )
            dispute.with_user(self.owner).write(value)
        self.assertEqual((dispute.priority, str(dispute.deadline)), ("3", "2026-07-02"))
        self.assertEqual(dispute.priority_reason, "set by the process owner")
        self.assertEqual(len(dispute.step_ids), 3)
        self._refused(
            "after the day",
            dispute.with_user(self.owner).write,
            {"forced_deadline": TODAY},
        )

    def test_nobody_writes_state_amounts_or_steps_by_hand(self):
        dispute = self._dispute()
        for values in ({"state": "closed"}, {"amount": 1}, {"escalation": 0}):
            with self.assertRaises(AccessError):
                dispute.with_user(self.collector).write(values)
        with self.assertRaises(UserError):
            dispute.step_ids.sudo().write({"reason": "never happened"})
        with self.assertRaises(UserError):
            dispute.line_ids.movement_ids.sudo().write({"amount": 1})
        with self.assertRaises(UserError):
            dispute.unlink()

    # ------------------------------------------------------------------
    # People and priority
    # ------------------------------------------------------------------

    def test_the_member_with_the_fewest_open_cases_gets_the_next(self):
        second = self._create_handler("second_handler")
        self.team.member_ids += second
        cases = [self._dispute(100) for _number in range(3)]
        self.assertEqual(
            [case.processor_id for case in cases], [self.handler, second, self.handler]
        )

    def test_priority_comes_from_money_and_age_and_says_so(self):
        small, large = self._dispute(100), self._dispute(500)
        self.assertEqual((small.priority, large.priority), ("0", "2"))
        self.assertRegex(large.priority_reason, "500.* still disputed · days open: 0")
        with freeze_time("2026-08-03"):
            self.env["ar.dispute"].search([])._rate()
        self.assertEqual((small.priority, large.priority), ("1", "3"))
