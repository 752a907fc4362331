from datetime import datetime
from unittest.mock import patch

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.base.models.ir_mail_server import IrMail_Server
from odoo.addons.mail.tests.common import MailCommon

from .common import TODAY, ReceivablesCommon

RENDERERS = (
    "odoo.addons.mail.models.mail_render_mixin",
    "odoo.addons.base.models.ir_qweb",
)


class CampaignCase(ReceivablesCommon):
    """Two customers: one is late, the other is not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.email = "credit@company.example.com"
        cls.invoice = cls._invoice(cls.customer, 100, "2026-05-01", "2026-05-31")
        cls.later = cls._invoice(cls.other_customer, 40, "2026-06-20", "2026-07-20")
        cls.account = cls._account()
        cls.other_account = cls._account(cls.other_customer)

    @classmethod
    def _campaign(cls, **values):
        accounts = cls.account + cls.other_account
        return cls.env["ar.statement.campaign"].create(
            {
                "company_id": cls.company.id,
                "audience": "list",
                "account_ids": [Command.set(accounts.ids)],
            }
            | values
        )

    def _previewed(self, **values):
        campaign = self._campaign(**values)
        campaign.action_preview()
        return campaign


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestStatementCampaign(CampaignCase, MailCommon):
    """Who gets a statement, at most once, and who does not and why."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.alias_domain_id = cls.mail_alias_domain

    def _sent(self, **values):
        """Return the statements of a campaign sent now through its job."""
        campaign = self._campaign(**values)
        with self.mock_mail_gateway():
            campaign.action_send_now()
            self._run_cron("ir_cron_statement_send")
        return campaign.statement_ids

    def _mail_to(self, partner):
        (mail,) = (m for m in self._mails if partner.email in m["email_to"])
        return mail

    # ------------------------------------------------------------------
    # Audience
    # ------------------------------------------------------------------

    def test_the_audience_is_everybody_or_the_late_or_the_chosen(self):
        nothing = self._account(self._create_customer("Owes nothing"))
        everybody = self._previewed(audience="all").statement_ids.account_id
        self.assertEqual(
            everybody & (self.account + self.other_account + nothing),
            self.account + self.other_account,
        )
        late = self._previewed(audience="late").statement_ids.account_id
        self.assertIn(self.account, late)
        self.assertNotIn(self.other_account, late)
        chosen = self._previewed(account_ids=[Command.set(nothing.ids)]).statement_ids
        self.assertRecordValues(
            chosen,
            [{"account_id": nothing.id, "state": "skipped", "amount": 0}],
        )
        self.assertIn("nothing open", chosen.reason)

    def test_each_customer_gets_one_however_often_it_is_previewed(self):
        campaign = self._previewed()
        campaign.action_preview()
        self.assertEqual(len(campaign.statement_ids), 2)
        self.assertEqual(campaign.state, "draft")

    def test_who_cannot_or_will_not_get_mails_is_left_out_with_the_reason(self):
        refused, paper, lost = (
            self._create_customer(name) for name in ("Refused", "Paper", "Lost")
        )
        lost.email = False
        paper.ar_channel = "letter"
        self.env["mail.blacklist"]._add(refused.email)
        for customer in (refused, paper, lost):
            self._invoice(customer, 10, "2026-05-01", "2026-05-31")
        accounts = self._account(refused) + self._account(paper) + self._account(lost)
        campaign = self._previewed(account_ids=[Command.set(accounts.ids)])
        reasons = {s.partner_id: s.reason for s in campaign.statement_ids}
        self.assertIn("refuse", reasons[refused])
        self.assertIn("prefers letters", reasons[paper])
        self.assertIn("no mail address", reasons[lost])
        self.assertEqual(set(campaign.statement_ids.mapped("state")), {"skipped"})
        self.assertEqual((campaign.statement_count, campaign.skipped_count), (0, 3))

    def test_a_past_day_freezes_what_was_owed_then(self):
        self._pay(self.invoice, "2026-06-15", 60)
        campaign = self._previewed(as_of="2026-06-10")
        statement = campaign.statement_ids
        self.assertRecordValues(
            statement,
            [
                {"partner_id": self.customer.id, "amount": 100, "state": "to_send"},
                {"partner_id": self.other_customer.id, "amount": 0, "state": "skipped"},
            ],
        )

    # ------------------------------------------------------------------
    # Sending
    # ------------------------------------------------------------------

    def test_a_mail_says_the_totals_and_has_a_link_and_no_file(self):
        statements = self._sent()
        self.assertEqual(set(statements.mapped("state")), {"sent"})
        self.assertEqual(statements.campaign_id.state, "done")
        self.assertEqual(len(self._mails), 2)
        mail = self._mail_to(self.customer)
        self.assertRegex(mail["body"], r"To pay.*\$\W*100\.00")
        self.assertIn("/receivables/statement/", mail["body"])
        self.assertFalse(mail["attachments"])
        self.assertIn(self.company.catchall_email, mail["reply_to"])
        timeline = self.account.timeline_ids.filtered(lambda x: x.kind == "statement")
        self.assertEqual(timeline.amount, 100)

    def test_it_is_sent_once(self):
        statements = self._sent()
        with self.mock_mail_gateway():
            self._run_cron("ir_cron_statement_send")
            self.env["mail.mail"].process_email_queue()
        self.assertFalse(self._mails)
        with self.assertRaises(UserError):
            statements.campaign_id.action_send_now()

    def test_the_pdf_goes_along_when_it_is_wanted(self):
        statements = self.env.registry["ar.statement"]
        self.patch(statements, "_print", lambda _statement: b"%PDF-1.4 fake")
        self._sent(attach_pdf=True, account_ids=[Command.set(self.account.ids)])
        ((name, content, kind),) = self._mails[0]["attachments"]
        self.assertEqual((name, kind), (f"statement-{TODAY}.pdf", "application/pdf"))
        self.assertEqual(content, b"%PDF-1.4 fake")

    def test_it_leaves_at_its_hour_and_not_before(self):
        campaign = self._campaign(scheduled_date="2026-07-01 06:00:00")
        campaign.action_schedule()
        with self.mock_mail_gateway():
            self._run_cron("ir_cron_statement_send")
            self.assertFalse(self._mails)
        with freeze_time(datetime(2026, 7, 1, 6, 1)), self.mock_mail_gateway():
            self._run_cron("ir_cron_statement_send")
            self.assertEqual(len(self._mails), 2)
        self.assertEqual(str(campaign.statement_date), "2026-07-01")

    def test_every_month_another_campaign_waits(self):
        campaign = self._campaign(
            monthly=True, scheduled_date="2026-06-30 06:00:00", as_of="2026-05-31"
        )
        campaign.action_schedule()
        with self.mock_mail_gateway(), freeze_time(datetime(2026, 6, 30, 7)):
            self._run_cron("ir_cron_statement_send")
        coming = self.env["ar.statement.campaign"].search(
            [("company_id", "=", self.company.id), ("state", "=", "scheduled")]
        )
        self.assertRecordValues(
            coming,
            [
                {
                    "scheduled_date": datetime(2026, 7, 31, 6),
                    "as_of": datetime(2026, 6, 30).date(),
                    "approved_uid": self.env.uid,
                    "monthly": True,
                }
            ],
        )

    def test_a_crash_leaves_an_unknown_one_for_a_person(self):
        campaign = self._campaign()
        campaign.action_send_now()
        first, second = campaign.statement_ids
        first.sudo().write({"state": "sending", "claim": "1/gone"})
        with self.mock_mail_gateway():
            self._run_cron("ir_cron_statement_send")
            self.assertEqual(len(self._mails), 1)
        self.assertEqual((first.state, second.state), ("unknown", "sent"))
        self.assertIn("may or may not", first.reason)
        self.assertEqual(campaign.attention_count, 1)
        self.assertIn("Say for each one", campaign.warning)
        with self.mock_mail_gateway():
            first.action_send_again()
            self._run_cron("ir_cron_statement_send")
            self.assertEqual(len(self._mails), 1)
        self.assertEqual((first.state, campaign.state), ("sent", "done"))

    def test_a_person_says_that_an_unknown_one_was_sent(self):
        campaign = self._previewed()
        statement = campaign.statement_ids[0]
        statement.sudo().state = "unknown"
        campaign.statement_ids.action_was_sent()
        self.assertEqual(campaign.statement_ids.mapped("state"), ["sent", "to_send"])

    def test_a_dead_mail_server_fails_clearly(self):
        error = ConnectionRefusedError("connection refused")
        with patch.object(IrMail_Server, "_connect__", side_effect=error):
            statements = self._sent()
        self.assertEqual(set(statements.mapped("state")), {"failed"})
        self.assertIn("refused", statements[0].reason)

    def test_a_text_with_an_error_fails_alone(self):
        text = self.env.ref("ar_best_practices.mail_template_statement")
        text.body_html = "<p t-if='object.partner_id.ref == \"ODD\"' t-out='1 / 0'/>"
        self.customer.ref = "ODD"
        with mute_logger(*RENDERERS):
            statements = self._sent()
        states = {s.partner_id: s.state for s in statements}
        self.assertEqual(states, {self.customer: "failed", self.other_customer: "sent"})
        failed = statements.filtered(lambda s: s.state == "failed")
        self.assertIn("division by zero", failed.reason)

    def test_what_is_cancelled_does_not_leave(self):
        campaign = self._campaign()
        campaign.action_send_now()
        campaign.action_cancel()
        with self.mock_mail_gateway():
            self._run_cron("ir_cron_statement_send")
        self.assertFalse(self._mails)
        self.assertEqual(set(campaign.statement_ids.mapped("state")), {"skipped"})
        self.assertEqual(campaign.state, "cancelled")

    def test_in_a_trial_company_every_mail_goes_to_who_approved(self):
        self.company.ar_is_trial = True
        self._sent(account_ids=[Command.set(self.account.ids)])
        (mail,) = self._mails
        self.assertIn(self.env.user.email_normalized, mail["email_to"][0])
        self.assertIn(self.customer.email, mail["subject"])

    def test_mails_speak_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.customer.lang = "fr_FR"
        self._sent(account_ids=[Command.set(self.account.ids)])
        self.assertIn("30/06/2026", self._mails[0]["subject"])

    def test_mails_of_one_or_many_take_the_same_reading(self):
        accounts = self.account
        for number in range(8):
            customer = self._create_customer(f"Customer {number}")
            self._invoice(customer, 100 + number, "2026-05-01", "2026-05-31")
            accounts += self._account(customer)
        campaign = self._previewed(account_ids=[Command.set(accounts.ids)])
        statements = self.env["ar.statement"].browse(campaign.statement_ids.ids)
        statements._render_texts()
        one = self._count_statements(lambda: statements[0]._render_texts())
        nine = self._count_statements(lambda: statements._render_texts())
        self.assertLessEqual(nine, one)
        few = self._count_statements(campaign.action_preview)
        campaign.account_ids = self.account
        self.assertEqual(self._count_statements(campaign.action_preview), few)

    def _count_statements(self, method):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        method()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    # ------------------------------------------------------------------
    # Merge, retention
    # ------------------------------------------------------------------

    def test_a_merged_customer_keeps_one_statement_of_a_campaign(self):
        campaign = self._previewed()
        self.other_account._merge_into(self.account)
        self.assertEqual(campaign.statement_ids.account_id, self.account)
        self.assertEqual(len(campaign.statement_ids), 1)

    def test_erasing_a_person_empties_statements_and_closes_their_links(self):
        statement = self._sent(account_ids=[Command.set(self.account.ids)])
        seal = statement._get_url().rpartition("/")[2]
        self._pay(self.invoice, TODAY)
        wizard = self.env["ar.personal.data"].create({"partner_id": self.customer.id})
        self.assertEqual(len(wizard._get_content()["statements"]), 1)
        self.assertTrue(statement._opens_with(seal))
        wizard.action_erase()
        self.assertRecordValues(
            statement, [{"state": "sent", "email": False, "contact_id": False}]
        )
        self.assertFalse(statement._opens_with(seal))
        self.assertFalse(statement.sudo().mail_id)

    def test_a_campaign_goes_when_its_years_are_over(self):
        statements = self._sent()
        campaign, mails = statements.campaign_id, statements.sudo().mail_id
        with self.assertRaises(UserError):
            campaign.unlink()
        with freeze_time("2036-07-02"):
            self.env["ar.statement.campaign"].sudo()._gc_expired()
        self.assertFalse(campaign.exists() or statements.exists() or mails.exists())


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestStatementAccess(CampaignCase):
    """Who prints, who approves, and who sees nothing of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.viewer = cls._create_user("viewer", "viewer")
        cls.collector = cls._create_user("collector", "collector")
        cls.manager = cls._create_user("manager", "credit_manager")
        cls.portal = new_test_user(cls.env, "portal", groups="base.group_portal")
        cls.second = cls.setup_other_company(name="Second company")["company"]
        cls.stranger = cls._create_user(
            "stranger", "credit_manager", company=cls.second
        )
        cls.campaign = cls._campaign()
        cls.campaign.action_preview()
        cls.env.invalidate_all()

    def test_a_collector_prepares_and_a_manager_approves(self):
        campaign = self.campaign.with_user(self.collector)
        campaign.audience = "late"
        campaign.action_preview()
        for action in ("action_send_now", "action_schedule"):
            with self.assertRaises(UserError):
                getattr(campaign, action)()
        self.campaign.with_user(self.manager).action_send_now()
        self.assertEqual(self.campaign.approved_uid, self.manager)

    def test_nobody_changes_what_was_approved(self):
        self.campaign.scheduled_date = "2026-07-01 06:00:00"
        self.campaign.with_user(self.manager).action_schedule()
        for user in (self.collector, self.manager):
            with self.assertRaises(UserError):
                self.campaign.with_user(user).audience = "all"
        self.campaign.with_user(self.collector).action_draft()
        self.campaign.with_user(self.collector).audience = "all"
        self.assertFalse(self.campaign.approved_uid)

    def test_nobody_writes_states_addresses_or_tokens_by_hand(self):
        statement = self.campaign.statement_ids[0]
        for user in (self.collector, self.manager):
            for record, vals in (
                (self.campaign, {"state": "done"}),
                (self.campaign, {"approved_uid": user.id}),
                (statement, {"state": "sent"}),
                (statement, {"email": "me@example.com"}),
                (statement, {"amount": 0}),
            ):
                with self.subTest(vals=vals), self.assertRaises(AccessError):
                    record.with_user(user).write(vals)
            with self.assertRaises(AccessError):
                statement.with_user(user).read(["token"])

    def test_viewers_and_strangers_see_nothing(self):
        for user in (self.viewer, self.portal, self.stranger):
            for record in (self.campaign, self.campaign.statement_ids):
                with self.subTest(user=user.login), self.assertRaises(AccessError):
                    record.with_user(user).read()
        values = {"account_ids": [Command.set(self.account.ids)]}
        with self.assertRaises(AccessError):
            self.env["ar.statement.print"].with_user(self.stranger).create(
                values
            )._print()

    def test_no_action_works_for_whoever_has_no_right(self):
        for record in (self.campaign, self.campaign.statement_ids[:1]):
            names = [name for name in dir(record) if name.startswith("action_")]
            harmless = {"action_open_statements", "action_print", "action_open_account"}
            harmless |= {"action_archive", "action_unarchive"}
            for user in (self.viewer, self.portal, self.stranger):
                for name in set(names) - harmless:
                    with self.subTest(user=user.login, name=name):
                        with self.assertRaises(UserError):
                            getattr(record.with_user(user), name)()
                        self.env.invalidate_all()

    def test_customers_and_texts_of_elsewhere_are_refused(self):
        other = self._account(company=self.second)
        with self.assertRaises(ValidationError):
            self.campaign.account_ids = other
        with self.assertRaises(ValidationError):
            self.campaign.template_id = self.env["mail.template"].create(
                {"name": "Other", "model_id": self.env.ref("base.model_res_users").id}
            )


@tagged("post_install", "-at_install")
class TestStatementLink(CampaignCase, HttpCase):
    """The signed link of a mail opens one statement, for a while, and nothing else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param("report.print_delay", "10")
        cls.campaign = cls._campaign()
        cls.campaign.action_preview()
        cls.statement, cls.other = cls.campaign.statement_ids

    def _open(self, url):
        self.env.flush_all()
        with self.allow_pdf_render():
            path = url.removeprefix(self.statement.get_base_url())
            return self.url_open(path, timeout=60, allow_redirects=False)

    def _assert_closed(self, url):
        answer = self._open(url)
        self.assertEqual(answer.status_code, 404)
        self.assertIn("answer that mail", answer.text)
        for secret in (self.customer.name, self.company.name, "100"):
            self.assertNotIn(secret, answer.text)

    def test_a_good_link_gives_the_pdf_and_is_cached_nowhere(self):
        answer = self._open(self.statement._get_url())
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.headers["Content-Type"], "application/pdf")
        self.assertTrue(answer.content.startswith(b"%PDF"))
        self.assertIn("no-store", answer.headers["Cache-Control"])
        self.assertEqual(answer.headers["Referrer-Policy"], "no-referrer")

    def test_an_old_link_says_what_to_do(self):
        with freeze_time("2026-01-01"):
            url = self.statement._get_url()
        with freeze_time("2026-03-02"):
            self.assertTrue(self.statement._opens_with(url.rpartition("/")[2]))
        self._assert_closed(url)

    def test_a_forged_link_opens_nothing(self):
        url = self.statement._get_url()
        mine, other = f"/{self.statement.id}/", f"/{self.other.id}/"
        head, _slash, seal = url.rpartition("/")
        end, _bar, seal = seal.partition("_")
        for forged in (
            url.replace(mine, other),
            url.replace(mine, "/999999999/"),
            f"{head}/2099-01-01_{seal}",
            f"{head}/{end}_{'0' * 64}",
            f"{head}/{end}",
            f"{head}/é",
            url[:-1],
        ):
            with self.subTest(url=forged):
                self._assert_closed(forged)

    def test_a_token_that_was_taken_away_closes_the_link(self):
        url = self.statement._get_url()
        self.statement.sudo().token = False
        self._assert_closed(url)

    def test_printed_statements_are_served_to_their_company_only(self):
        stranger = self.setup_other_company(name="Second company")["company"]
        self._create_user(
            "stranger", "credit_manager", company=stranger, password="stranger-1"
        )
        self._create_user("viewer", "viewer", password="viewer-viewer-1")
        self._create_user("collector", "collector", password="collector-1")
        path = f"/ar/statement/{self.statement.id}"
        for login, password, status in (
            ("stranger", "stranger-1", 403),
            ("viewer", "viewer-viewer-1", 403),
            ("collector", "collector-1", 200),
        ):
            self.authenticate(login, password)
            with self.subTest(login=login):
                self.assertEqual(self._open(path).status_code, status)
