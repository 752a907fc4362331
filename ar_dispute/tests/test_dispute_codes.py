from collections import Counter

from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.ar_best_practices.tests.common import ReceivablesCommon

FAMILIES = {
    "administrative": 8,
    "commercial": 7,
    "production": 5,
    "logistics": 7,
    "quality": 4,
    "unfounded": 4,
}
OUTCOMES = ["FLS01", "FLS02", "FLS03", "FLS04"]


@tagged("post_install", "-at_install")
class TestDisputeCodes(ReceivablesCommon):
    """What is shipped, who may change it, and which team a reason leads to."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reasons = cls.env["ar.dispute.reason"]
        cls.short = cls.env.ref("ar_dispute.reason_log02")
        cls.damage = cls.env.ref("ar_dispute.reason_log03")
        cls.team = cls._create_team("Deliveries", cls.short)

    @classmethod
    def _create_team(cls, name, reasons, **values):
        return cls.env["ar.dispute.team"].create(
            {
                "name": name,
                "company_id": cls.company.id,
                "manager_id": cls.env.user.id,
                "reason_ids": [Command.set(reasons.ids)],
            }
            | values
        )

    # ------------------------------------------------------------------
    # Codes
    # ------------------------------------------------------------------

    def _shipped(self, model):
        """Return what the addon brought, whatever people added since."""
        data = self.env["ir.model.data"].search(
            [("module", "=", "ar_dispute"), ("model", "=", model)]
        )
        return self.env[model].browse(data.mapped("res_id"))

    def test_all_codes_are_there_on_the_first_day(self):
        shipped = self._shipped("ar.dispute.reason")
        self.assertEqual(Counter(shipped.mapped("family")), FAMILIES)
        self.assertEqual(len(self._shipped("ar.dispute.root.cause")), 12)
        resolutions = self._shipped("ar.dispute.resolution").mapped("code")
        codes = ["CNF", "CNP", "RPL", "RBL", "DOC", "PLN", "GST", "REJ", "WDR", "LEG"]
        self.assertEqual(sorted(resolutions), sorted(codes))

    def test_each_reason_says_by_when_on_what_evidence_and_how_it_may_end(self):
        for reason in self._shipped("ar.dispute.reason"):
            with self.subTest(reason.code):
                self.assertGreater(reason.days, 0)
                self.assertTrue(reason._get_evidence())
                self.assertTrue(reason.resolution_ids)
        self.assertEqual(
            self.short._get_evidence(),
            {
                "Proof of delivery with reserves": True,
                "Weight": False,
                "Picking list": False,
            },
        )

    def test_unfounded_is_never_chosen_when_a_dispute_is_registered(self):
        shipped = self._shipped("ar.dispute.reason")
        chosen = shipped.filtered_domain(self.reasons._get_intake_domain())
        self.assertEqual((shipped - chosen).sorted("code").mapped("code"), OUTCOMES)

    def test_a_new_unfounded_reason_is_an_outcome_too(self):
        reason = self.reasons.create(
            {
                "code": "FLS05",
                "name": "Signed twice",
                "family": "unfounded",
                "department": "credit",
            }
        )
        self.assertTrue(reason.is_outcome)
        reason.family = "commercial"
        self.assertFalse(reason.is_outcome)

    def test_a_reason_is_found_by_its_code_or_its_words(self):
        self.assertEqual(self.short.display_name, "LOG02 Short delivery")
        for words in ("LOG02", "short deliv"):
            found = self.reasons.name_search(words)
            self.assertIn(self.short.id, [reason_id for reason_id, _name in found])

    @mute_logger("odoo.sql_db")
    def test_a_code_is_given_once_and_a_decision_has_at_least_a_day(self):
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            self.short.copy()
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            self.short.days = 0
            self.short.flush_recordset()

    # ------------------------------------------------------------------
    # Teams
    # ------------------------------------------------------------------

    def test_a_reason_leads_to_one_team_of_a_company(self):
        self.assertEqual(self.short._get_team(self.company), self.team)
        self.assertFalse(self.damage._get_team(self.company))
        with self.assertRaisesRegex(ValidationError, "LOG02.*Deliveries"):
            self._create_team("Quality", self.short + self.damage)

    def test_an_archived_team_gives_its_reasons_free_and_comes_back_only_alone(self):
        self.team.active = False
        other = self._create_team("Quality", self.short)
        self.assertEqual(self.short._get_team(self.company), other)
        with self.assertRaises(ValidationError):
            self.team.active = True

    def test_a_branch_has_the_teams_of_its_company(self):
        branch = self.env["res.company"].create(
            {"name": "North branch", "parent_id": self.company.id}
        )
        self.assertEqual(self.short._get_team(branch), self.team)

    def test_each_company_has_its_own_teams(self):
        second = self.setup_other_company(name="Second company")["company"]
        other = self._create_team("Quality", self.short, company_id=second.id)
        self.assertEqual(self.short._get_team(second), other)
        self.assertEqual(self.short._get_team(self.company), self.team)
        stranger = self._create_user("stranger", "credit_manager", company=second)
        teams = self.env["ar.dispute.team"].with_user(stranger).search([])
        self.assertNotIn(self.team, teams)

    # ------------------------------------------------------------------
    # Roles
    # ------------------------------------------------------------------

    def test_a_handler_reads_the_lists_and_no_figure_of_an_account(self):
        self._invoice(self.customer, 1234, "2026-05-01", "2026-05-31")
        handler = new_test_user(
            self.env,
            "handler",
            groups="ar_dispute.group_ar_dispute_user",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        self.assertEqual(self.short.with_user(handler).days, 5)
        self.assertEqual(self.team.with_user(handler).name, "Deliveries")
        with self.assertRaises(AccessError):
            self.short.with_user(handler).days = 9
        with self.assertRaises(AccessError):
            self._account().with_user(handler).read(["overdue_amount"])

    def test_a_collector_is_a_handler_and_a_viewer_is_not(self):
        collector = self._create_user("collector", "collector")
        viewer = self._create_user("viewer", "viewer")
        self.assertTrue(collector.has_group("ar_dispute.group_ar_dispute_user"))
        with self.assertRaises(AccessError):
            self.short.with_user(viewer).read(["name"])

    def test_a_credit_manager_keeps_the_lists_and_the_teams(self):
        manager = self._create_user("manager", "credit_manager")
        self.short.with_user(manager).days = 4
        self.team.with_user(manager).reason_ids += self.damage
        self.assertEqual(self.damage._get_team(self.company), self.team)
        with self.assertRaises(AccessError):
            self.short.with_user(manager).unlink()
