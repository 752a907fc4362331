"""Who sees and does what: each role with a user of its own."""

from freezegun import freeze_time
from lxml import etree

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from odoo.addons.ar_best_practices.tests.common import TODAY

from .common import DisputeCommon


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestDisputeAccess(DisputeCommon):
    def _seen_by(self, user):
        return self.env["ar.dispute"].with_user(user).search([])

    def test_whoever_is_named_works_the_case_and_nobody_else(self):
        dispute = self._dispute()
        stranger = self._create_handler("stranger")
        self.assertNotIn(dispute, self._seen_by(stranger))
        with self.assertRaises(AccessError):
            dispute.with_user(stranger).claim = "not mine"
        for field in ("processor_id", "coordinator_id", "cause_owner_id"):
            dispute.sudo().write(
                dict.fromkeys(["processor_id", "coordinator_id", "cause_owner_id"])
            )
            dispute.sudo()[field] = stranger
            with self.subTest(field):
                self.assertIn(dispute, self._seen_by(stranger))
                dispute.with_user(stranger).claim = "Three boxes are missing"
                self.assertTrue(dispute.with_user(stranger).line_ids.read())
                self.assertTrue(dispute.with_user(stranger).step_ids.read())
                dispute.with_user(stranger).evidence_ids[0].received_date = TODAY

    def test_a_handler_makes_the_steps_of_its_case(self):
        dispute = self._dispute().with_user(self.handler)
        dispute.action_qualify()
        dispute.action_investigate()
        dispute.action_wait("a photo of the boxes")
        dispute.action_resume("the photo came")
        self.assertEqual(dispute.state, "investigating")

    def test_whoever_sees_the_case_opens_the_files_that_others_attached(self):
        dispute = self._dispute()
        file = self.env["ir.attachment"].with_user(self.handler)
        file = file.create({"name": "slip.txt", "raw": b"signed"})
        evidence = dispute.evidence_ids[0].with_user(self.handler)
        evidence.attachment_ids = file
        self.assertEqual(str(evidence.received_date), TODAY)
        self.assertEqual(file.with_user(self.collector).raw, b"signed")
        with self.assertRaises(AccessError):
            file.with_user(self._create_handler("curious")).read(["raw"])

    def test_a_handler_opens_the_form_and_sees_no_figure_of_the_account(self):
        dispute = self._dispute().with_user(self.handler)
        with Form(dispute) as form:
            form.claim = "Seen on the form"
        for name in ("overdue_amount", "open_amount", "disputed_amount"):
            with self.subTest(name), self.assertRaises(AccessError):
                dispute.account_id.read([name])
        with self.assertRaises(AccessError):
            dispute.line_ids.move_id.read(["amount_residual"])

    def _read_screen(self, user, model, kind):
        """Return the records of a screen, read as the browser reads them."""
        records = self.env[model].with_user(user)
        arch = etree.fromstring(records.get_view(view_type=kind)["arch"])
        names = {node.get("name") for node in arch.iter("field")}
        named = {"fields": {"display_name": {}}}
        specification = {
            name: named if records._fields[name].type == "many2one" else {}
            for name in names
        }
        return records.web_search_read([], specification)["records"]

    def test_no_screen_of_a_dispute_user_meets_what_they_may_not_read(self):
        dispute = self._dispute(processor_id=self.handler.id)
        self.env.flush_all()
        for user in (self.handler, self.manager, self.owner):
            for model, kind in (
                ("ar.dispute", "list"),
                ("ar.dispute", "kanban"),
                ("ar.dispute", "activity"),
                ("ar.dispute.report", "list"),
            ):
                self.env.invalidate_all()
                with self.subTest(user=user.login, model=model, kind=kind):
                    self.assertEqual(len(self._read_screen(user, model, kind)), 1)
            with Form(dispute.with_user(user)) as form:
                form.claim = f"Seen by {user.name}"

    def test_a_handler_works_a_case_from_the_list_until_its_manager_decides(self):
        dispute = self._dispute(processor_id=self.handler.id).with_user(self.handler)
        with Form(dispute) as form:
            form.heard_from_id = self.customer
        dispute.action_qualify()
        dispute.action_investigate()
        with Form(dispute) as form:
            with form.evidence_ids.edit(0) as line:
                line.received_date = TODAY
            form.decision = "founded"
            form.decision_note = "The slip says two boxes"
            form.cause_owner_id = self.handler
        with self.assertRaisesRegex(UserError, "Dispute Manager"):
            dispute.action_decide()
        dispute.with_user(self.manager).action_decide()
        dispute.with_user(self.manager).action_approve()
        self.assertEqual(dispute.state, "approved")

    def test_only_the_process_owner_may_force_a_deadline_on_the_form(self):
        dispute = self._dispute()
        self.assertFalse(dispute.with_user(self.manager).is_owner)
        self.assertTrue(dispute.with_user(self.manager).is_authority)
        self.assertTrue(dispute.with_user(self.owner).is_owner)

    def test_a_handler_registers_nothing_and_a_collector_does(self):
        with self.assertRaises(AccessError):
            self._dispute(account=self.account.with_user(self.handler))
        dispute = self.env["ar.dispute"].with_user(self.collector)
        dispute = dispute._open(
            self.account.with_user(self.collector),
            self.env["ar.dispute.line"]
            .with_user(self.collector)
            ._whole(self._receivable(self.invoice)),
            reason_id=self.short.id,
        )
        self.assertEqual(dispute.amount, 1000)
        with self.assertRaises(AccessError):
            dispute.create({"account_id": self.account.id})
        with self.assertRaises(AccessError):
            dispute.unlink()

    def test_managers_and_the_process_owner_see_the_cases_of_theirs(self):
        dispute = self._dispute()
        other = self._dispute(reason_id=self.price.id)
        self.assertEqual(self._seen_by(self.manager), dispute)
        self.assertEqual(self._seen_by(self.owner), dispute + other)
        self.assertEqual(self._seen_by(self.collector), dispute + other)

    def test_nobody_sees_the_cases_of_another_company(self):
        dispute = self._dispute()
        second = self.setup_other_company(name="Second company")["company"]
        stranger = self._create_user("other_collector", "collector", company=second)
        self.assertNotIn(dispute, self._seen_by(stranger))
        with self.assertRaises(AccessError):
            dispute.with_user(stranger).read(["name"])

    def test_a_viewer_sees_no_dispute(self):
        self._dispute()
        viewer = self._create_user("dispute_viewer", "viewer")
        with self.assertRaises(AccessError):
            self._seen_by(viewer)

    def test_whoever_matches_moves_the_amounts_without_any_role_in_disputes(self):
        dispute = self._dispute()
        accountant = new_test_user(
            self.env,
            "plain_accountant",
            groups="account.group_account_user",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        refund = self._invoice(self.customer, -400, TODAY)
        items = self._receivable(self.invoice) + self._receivable(refund)
        items.with_user(accountant).reconcile()
        self.assertEqual(dispute.credited, 400)

    def test_each_company_has_its_own_numbers(self):
        second = self.setup_other_company(name="Second company")["company"]
        first = self._dispute().name
        self.assertEqual(second._get_next_dispute_number("2026-06-30"), "D/2026/0001")
        self.assertGreater(self._dispute(1).name, first)
