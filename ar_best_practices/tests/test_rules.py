from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import TODAY, ReceivablesCommon


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestRules(ReceivablesCommon):
    """Profiles, strategies and collectors are proposed by rules, with their reasons."""

    def _refreshed(self, partner=None):
        account = self._account(partner)
        account.action_refresh()
        return account

    def _profile(self, code):
        return self.env.ref(f"ar_best_practices.payer_profile_{code.lower()}")

    # ------------------------------------------------------------------
    # Payer profiles
    # ------------------------------------------------------------------

    def test_a_customer_without_history_is_new(self):
        self._invoice(self.customer, 100, TODAY)
        account = self._refreshed()
        self.assertEqual(account.payer_profile_id.code, "PP00")
        self.assertIn("(< 6)", account.payer_profile_reason)

    def test_a_punctual_customer_is_a_good_payer(self):
        self._settled_history(self.customer, [0] * 8)
        self.assertEqual(self._refreshed().payer_profile_id.code, "PP12")

    def test_a_customer_late_now_and_then_is_forgetful(self):
        self._settled_history(self.customer, [0] * 8 + [12, 14])
        self.assertEqual(self._refreshed().payer_profile_id.code, "PP11")

    def test_a_customer_very_late_is_a_professional_late_payer(self):
        self._settled_history(self.customer, [45] * 8)
        self.assertEqual(self._refreshed().payer_profile_id.code, "PP05")

    def test_a_customer_getting_much_worse_is_in_difficulty(self):
        self._settled_history(self.customer, [0] * 8, end="2026-02-01")
        self._settled_history(self.customer, [60] * 5, end="2026-06-20")
        self.assertEqual(self._refreshed().payer_profile_id.code, "PP02")

    def test_a_public_body_is_one_whatever_its_behaviour(self):
        self._settled_history(self.customer, [45] * 8)
        account = self._account()
        account.public_body = True
        self.assertEqual(self._refreshed().payer_profile_id.code, "PP09")
        self.assertEqual(account.strategy_id.code, "public")

    def test_a_new_profile_must_hold_for_a_month(self):
        self._settled_history(self.customer, [0] * 8, end="2026-03-01")
        account = self._refreshed()
        self.assertEqual(account.payer_profile_id.code, "PP12")
        self._settled_history(self.customer, [40] * 9, end="2026-06-20")
        account = self._refreshed()
        self.assertEqual(account.payer_profile_id.code, "PP12")
        self.assertEqual(account.payer_profile_proposed_id.code, "PP02")
        with freeze_time("2026-07-31"):
            account = self._refreshed()
        self.assertNotEqual(account.payer_profile_id.code, "PP12")
        self.assertEqual(account.decision_ids[:1].before, "PP12")

    def test_a_person_s_profile_holds_until_it_expires(self):
        self._settled_history(self.customer, [0] * 8)
        account = self._refreshed()
        account._set_payer_profile(
            self._profile("PP06"), "the group decides", "2026-12-31"
        )
        self.assertEqual(self._refreshed().payer_profile_id.code, "PP06")
        with freeze_time("2027-01-02"):
            account = self._refreshed()
        self.assertNotEqual(account.payer_profile_id.code, "PP06")
        self.assertEqual(
            account.decision_ids.filtered(lambda d: d.after == "PP06").reason,
            "the group decides",
        )

    def test_a_fact_that_no_addon_provides_never_matches_and_is_shown_unknown(self):
        rule = self.env.ref("ar_best_practices.rule_profile_pp02_returns")
        self.assertTrue(rule.unknown)
        self.assertIn("unknown", rule.summary)
        self._settled_history(self.customer, [0] * 8)
        self.assertEqual(self._refreshed().payer_profile_id.code, "PP12")

    def test_a_decision_is_never_changed(self):
        account = self._account()
        account._set_hold("hold", "limit exceeded")
        with self.assertRaisesRegex(Exception, "never changed"):
            account.decision_ids[:1].reason = "something else"

    # ------------------------------------------------------------------
    # Strategies and collectors
    # ------------------------------------------------------------------

    def test_the_strategy_says_why_it_was_chosen(self):
        self._settled_history(self.customer, [0] * 8)
        account = self._refreshed()
        self.assertEqual(account.strategy_id.code, "light")
        self.assertIn("PP12", account.strategy_reason)

    def test_a_large_overdue_amount_is_followed_closely(self):
        self._invoice(self.customer, 15000, "2026-04-01", "2026-05-01")
        account = self._refreshed()
        self.assertEqual(account.strategy_id.code, "reinforced")
        self.assertIn("15000", account.strategy_reason)

    def test_a_forced_strategy_is_left_alone(self):
        account = self._account()
        firm = self.env.ref("ar_best_practices.dunning_strategy_firm")
        account._set_strategy(firm, "agreed with sales")
        self.assertEqual(self._refreshed().strategy_id, firm)
        account._set_strategy(self.env["ar.dunning.strategy"], "back to the rules")
        self.assertEqual(self._refreshed().strategy_id.code, "standard")

    def test_collectors_are_assigned_by_rules_unless_a_person_chose(self):
        anna = self._create_user("anna", "collector")
        ben = self._create_user("ben", "collector")
        self.env["ar.rule"].create(
            {
                "name": "France to Anna",
                "usage": "collector",
                "collector_id": anna.id,
                "condition_ids": [
                    (0, 0, {"fact": "country", "operator": "eq", "value": "FR"})
                ],
            }
        )
        self.customer.country_id = self.env.ref("base.fr")
        chosen = self._account(self.other_customer)
        self.other_customer.country_id = self.env.ref("base.fr")
        chosen.write({"collector_id": ben.id, "collector_forced": True})
        self.assertEqual(self._refreshed().collector_id, anna)
        self.assertEqual(self._refreshed(self.other_customer).collector_id, ben)

    def test_a_rule_outside_its_validity_says_nothing(self):
        rule = self.env["ar.rule"].search([("usage", "=", "strategy")], limit=1)
        rule.copy({"name": "Old", "sequence": 0, "date_to": "2020-01-01"})
        scope = self.env["ar.account"]._scope()
        names = self.env["ar.rule"]._get_valid_rules("strategy", scope).mapped("name")
        self.assertNotIn("Old", names)

    def test_a_value_that_is_no_number_is_refused_with_a_clear_word(self):
        with self.assertRaisesRegex(ValidationError, "not a number"):
            self.env["ar.rule"].create(
                {
                    "name": "Wrong",
                    "usage": "strategy",
                    "strategy_id": self.env["ar.dunning.strategy"]._get_default().id,
                    "condition_ids": [
                        (0, 0, {"fact": "overdue_amount", "value": "a lot"})
                    ],
                }
            )

    def test_a_rule_must_decide_something(self):
        with self.assertRaises(ValidationError):
            self.env["ar.rule"].create({"name": "Nothing", "usage": "strategy"})

    # ------------------------------------------------------------------
    # Priority and hold
    # ------------------------------------------------------------------

    def test_priority_ranks_the_large_and_old_first_and_says_why(self):
        self._invoice(self.customer, 5000, "2026-03-01", "2026-04-10")
        self._invoice(self.other_customer, 50, "2026-06-01", "2026-06-27")
        account = self._account() + self._account(self.other_customer)
        account.action_refresh()
        large, small = account
        self.assertGreater(large.priority, small.priority)
        self.assertIn("+", large.priority_reason)
        self._invoice(self._create_customer("Calm"), 900, TODAY, "2026-08-01")
        calm = self._refreshed(self.env["res.partner"].search([("name", "=", "Calm")]))
        self.assertEqual(calm.priority, 0)

    def test_each_company_has_its_reasons_in_its_own_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        rule = self.env.ref("ar_best_practices.rule_profile_pp00_new")
        rule.with_context(lang="fr_FR").name = "Histoire trop courte"
        french = self.env["res.company"].create({"name": "Au Soleil"})
        french.partner_id.lang = "fr_FR"
        there = self._account(company=french)
        here = self._account()
        (here + there).action_refresh()
        self.assertIn(rule.name, here.payer_profile_reason)
        self.assertIn("Histoire trop courte", there.payer_profile_reason)

    def test_a_hold_ends_by_itself(self):
        account = self._account()
        account._set_hold("hold", "cheque returned", fields.Date.to_date("2026-07-05"))
        self.assertEqual((account.status, account.hold_state), ("hold", "hold"))
        with freeze_time("2026-07-06"):
            account = self._refreshed()
        self.assertEqual(account.hold_state, "none")
        self.assertIn("end of the hold", account.decision_ids.mapped("reason"))
