import inspect
import re

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import Form, HttpCase, new_test_user, tagged

from .common import TODAY, ReceivablesCommon

AMOUNT = 1234.56
IN_WORDS = re.compile(r"1\D?234")
ADDON = "odoo.addons.ar_best_practices."


class RealUsers(ReceivablesCommon):
    """One customer who owes an amount that is easy to find, and a user of each role."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._invoice(cls.customer, AMOUNT, "2026-05-01", "2026-05-31")
        cls.account = cls._account()
        cls.account.action_refresh()
        cls.viewer = cls._create_user("viewer", "viewer")
        cls.collector = cls._create_user("collector", "collector")
        cls.manager = cls._create_user("manager", "credit_manager")
        cls.portal = new_test_user(
            cls.env, "portal", groups="base.group_portal", password="portal-portal"
        )
        cls.nobody = new_test_user(cls.env, "nobody", groups="base.group_user")
        cls.second = cls.setup_other_company(name="Second company")["company"]
        cls.stranger = cls._create_user(
            "stranger", "credit_manager", company=cls.second, password="stranger-1"
        )
        cls.env.flush_all()
        cls.env.invalidate_all()

    def _call(self, user, records, method, *args, **kwargs):
        """Call a method as a remote caller does."""
        env = self.env(user=user, context={})
        model = env[records._name]
        return call_kw(model, method, [*(records.ids and [records.ids]), *args], kwargs)

    def _assert_denied(self, user, records, method, *args, **kwargs):
        with self.assertRaises(UserError):  # AccessError is one
            self._call(user, records, method, *args, **kwargs)
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestAmounts(RealUsers):
    """A viewer of the status gets no amount out of the suite, whatever the call."""

    LEAKS = (
        "overdue_amount",
        "open_amount",
        "amount_to_collect",
        "overdue_item_count",
        "oldest_due_date",
        "payment_index",
        "settled_count",
        "turnover",
        "compared_overdue",
        "priority",
        "priority_reason",
        "behavior_summary",
        "payer_profile_reason",
        "strategy_reason",
        "collector_reason",
        "open_line_ids",
        "open_item_ids",
        "timeline_ids",
        "decision_ids",
        "notice_ids",
    )

    def test_a_viewer_reads_whole_accounts_without_any_amount(self):
        accounts = self.env["ar.account"]
        (row,) = self._call(self.viewer, self.account, "read")
        self.assertFalse(set(row).intersection(self.LEAKS))
        self.assertNotRegex(str(row), IN_WORDS)
        rows = self._call(self.viewer, accounts, "search_read", [])
        self.assertIn(self.account.id, [found["id"] for found in rows])
        self.assertNotRegex(str(rows), IN_WORDS)

    def test_a_viewer_opens_the_screens_of_an_account(self):
        accounts = self.env["ar.account"]
        views = [(False, kind) for kind in ("list", "kanban", "form", "search")]
        views = self._call(self.viewer, accounts, "get_views", views)
        names = set(views["models"]["ar.account"]["fields"])
        self.assertFalse(names.intersection(self.LEAKS))
        form = Form(self.account.with_user(self.viewer))
        self.assertEqual(form.status, "late")
        self._call(self.viewer, accounts, "web_search_read", [], {"partner_id": {}})

    def test_a_viewer_reads_none_of_the_figures(self):
        accounts = self.env["ar.account"]
        for name in self.LEAKS:
            with self.subTest(field=name):
                self._assert_denied(self.viewer, self.account, "read", [name])
                self._assert_denied(self.viewer, self.account, "web_read", {name: {}})
                self._assert_denied(self.viewer, self.account, "export_data", [name])
                self._assert_denied(self.viewer, accounts, "search_read", [], [name])

    def test_a_viewer_finds_nothing_by_figures(self):
        accounts = self.env["ar.account"]
        for name in ("overdue_amount", "priority", "payment_index", "max_days_late"):
            domain = [(name, ">", 0)]
            having = [(f"{name}:max", ">", 0)]
            for method, args in (
                ("search", [domain]),
                ("search_count", [domain]),
                ("name_search", ["", domain]),
                ("search", [[], 0, None, name]),
                ("web_search_read", [domain, {"id": {}}]),
                ("formatted_read_group", [[], [], [f"{name}:sum"]]),
                ("formatted_read_group", [[], ["partner_id"], ["__count"], having]),
                ("formatted_read_group", [domain, ["partner_id"], ["__count"]]),
                ("formatted_read_group", [[], [name], ["__count"]]),
                ("read_progress_bar", [domain, "hold_state", _bar(name)]),
                ("read_progress_bar", [[], "hold_state", _bar(name)]),
            ):
                with self.subTest(field=name, method=method, args=args):
                    self._assert_denied(self.viewer, accounts, method, *args)

    def test_a_viewer_reaches_no_figure_through_other_records(self):
        partners = self.env["res.partner"]
        moves = self.env["account.move"]
        for records, domain in (
            (partners, [("ar_account_ids.overdue_amount", ">", 0)]),
            (partners, [("ar_account_id.overdue_amount", ">", 0)]),
            (partners, [("ar_account_ids", "any", [("priority", ">", 0)])]),
            (partners, [("ar_account_ids.notice_ids.amount", ">", 0)]),
            (partners, [("ar_account_ids.open_item_ids.amount", ">", 0)]),
            (moves, [("ar_next_step", "!=", False)]),
            (self.env["res.users"], [("partner_id.ar_account_ids.priority", ">", 0)]),
        ):
            with self.subTest(domain=domain):
                self._assert_denied(self.viewer, records, "search", domain)
                self._assert_denied(self.viewer, records, "search_count", domain)

    def test_a_viewer_and_outsiders_open_no_list_of_amounts(self):
        for model in (
            "ar.account.decision",
            "ar.account.timeline",
            "ar.collector.report",
            "ar.dunning.notice",
            "ar.dunning.notice.line",
            "ar.dunning.run",
            "ar.item",
            "ar.receivable.report",
            "ar.statement",
            "ar.statement.campaign",
        ):
            for user in (self.viewer, self.nobody, self.portal):
                with self.subTest(model=model, user=user.login):
                    self._assert_denied(user, self.env[model], "search_read", [])

    def test_messages_and_activities_stay_with_whoever_works_on_the_account(self):
        words = f"please pay {AMOUNT}"
        message = self.account.message_post(body=words)
        activity = self.account.activity_schedule(
            "mail.mail_activity_data_call", note=words, user_id=self.collector.id
        )
        for user in (self.viewer, self.nobody, self.portal):
            with self.subTest(user=user.login):
                self._assert_denied(user, message, "read", ["body"])
                self._assert_denied(user, activity, "read", ["note"])
                env = self.env(user=user)
                if user != self.portal:  # has no right to any activity
                    mine = env["mail.activity"].search([("id", "=", activity.id)])
                    self.assertFalse(mine)
                mine = env["mail.message"].search([("id", "=", message.id)])
                self.assertFalse(mine)
        seen = message.with_user(self.collector).body
        self.assertIn(str(AMOUNT), seen)

    def test_a_viewer_neither_follows_nor_writes_on_an_account(self):
        mine = self.viewer.partner_id.ids
        self._assert_denied(self.viewer, self.account, "message_subscribe", mine)
        self._assert_denied(self.viewer, self.account, "message_post", body="hello")
        self.assertNotIn(self.viewer.partner_id, self.account.message_partner_ids)

    def test_users_outside_the_suite_read_partners_and_invoices_as_before(self):
        accountant = new_test_user(
            self.env, "accountant", groups="account.group_account_invoice"
        )
        for user, record in ((self.nobody, self.customer), (accountant, self.invoice)):
            form = Form(record.with_user(user))
            ours = [n for n in form._view["fields"] if n.startswith("ar_account")]
            self.assertFalse(ours)
        own = self._call(self.portal, self.portal.partner_id, "read", ["name", "email"])
        self.assertTrue(own)


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestWrites(RealUsers):
    """What the suite decides and proves is nobody's to write by hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.proposal = cls._run()
        cls.notice, cls.line = cls.proposal.notice_ids, cls.proposal.line_ids

    def test_a_collector_forges_no_decision(self):
        hold = self.env.ref("ar_best_practices.payer_profile_pp01")
        for vals in (
            {"hold_state": "hold"},
            {"payer_profile_id": hold.id},
            {"strategy_forced": True},
            {"last_notice_date": TODAY},
            {"partner_id": self.other_customer.id},
            {"settled_count": 99},
        ):
            with self.subTest(vals=vals):
                self._assert_denied(self.collector, self.account, "write", vals)
                self._assert_denied(self.manager, self.account, "write", vals)
        contact = {"contact_id": self.customer.id, "collector_id": self.collector.id}
        self._call(self.collector, self.account, "write", contact)
        self.assertEqual(self.account.collector_id, self.collector)

    def test_a_collector_forges_no_proof(self):
        for records, vals in (
            (self.notice, {"state": "sent"}),
            (self.notice, {"email": "elsewhere@example.com"}),
            (self.notice, {"amount": 1}),
            (self.line, {"amount": 1}),
            (self.line, {"included": False}),
            (self.proposal, {"state": "approved"}),
            (self.proposal, {"approved_uid": self.manager.id}),
            (self.proposal, {"notice_ids": [(1, self.notice.id, {"state": "sent"})]}),
            (self.proposal, {"line_ids": [(1, self.line.id, {"amount": 1})]}),
        ):
            with self.subTest(model=records._name, vals=vals):
                self._assert_denied(self.collector, records, "write", vals)
                self._assert_denied(self.manager, records, "write", vals)

    def test_a_collector_creates_no_proof(self):
        run = {"company_id": self.company.id, "date": TODAY}
        notice = self.notice.copy_data()[0]
        for model, vals in (
            ("ar.dunning.run", run | {"state": "approved"}),
            ("ar.dunning.run", run | {"automatic": True}),
            ("ar.dunning.notice", notice),
            ("ar.dunning.notice.line", {"run_id": self.proposal.id}),
            ("ar.account", {"partner_id": self.other_customer.id}),
            ("ar.account.decision", {"account_id": self.account.id, "subject": "x"}),
        ):
            with self.subTest(model=model, vals=vals):
                self._assert_denied(self.collector, self.env[model], "create", [vals])

    def test_a_default_in_the_context_decides_nothing(self):
        env = self.env(user=self.collector)
        runs = env["ar.dunning.run"].with_context(default_state="approved")
        self.assertEqual(runs.create({"date": TODAY}).state, "draft")

    def test_an_item_says_what_its_journal_item_says(self):
        line = self._receivable(self.invoice)
        level = self.env["ar.dunning.level"].search([], limit=1)
        items = self.env["ar.item"]
        for vals in ({"level_rank": 6}, {"company_id": self.second.id}):
            vals = {"line_id": line.id} | vals
            self._assert_denied(self.collector, items, "create", [vals])
        (item_id,) = self._call(self.collector, items, "create", [{"line_id": line.id}])
        item = items.browse(item_id)
        self.assertEqual(item.move_id, self.invoice)
        for vals in ({"level_id": level.id}, {"line_id": False}, {"message_count": 9}):
            self._assert_denied(self.collector, item, "write", vals)
        reason = {"excluded": True, "excluded_reason": "their fire"}
        self._call(self.collector, item, "write", reason)
        self.assertEqual(item.excluded_uid, self.collector)
        self._call(self.collector, item, "write", {"excluded": False})
        self.assertFalse(item.excluded_uid)

    def test_nobody_leaves_an_item_of_another_company_out_of_reminders(self):
        line = self._receivable(self.invoice)
        vals = {"line_id": line.id, "excluded": True, "excluded_reason": "mine"}
        self._assert_denied(self.stranger, self.env["ar.item"], "create", [vals])

    def test_nobody_approves_the_answer_to_another_question(self):
        self._call(self.collector, self.proposal, "write", {"date": "2026-07-01"})
        self.assertEqual(self.proposal.state, "draft")
        self._assert_denied(self.collector, self.proposal, "action_approve")
        self._call(self.collector, self.proposal, "action_propose")
        self._call(self.collector, self.proposal, "action_approve")
        self._assert_denied(self.collector, self.proposal, "write", {"date": TODAY})

    def test_what_is_no_longer_under_review_is_not_changed(self):
        self.proposal.action_approve()
        self.notice.sudo().state = "excluded"
        self._assert_denied(self.collector, self.notice, "action_include_again")
        self.line.sudo().override = "exclude"
        self._assert_denied(self.collector, self.line, "action_include_again")
        with self.assertRaises(UserError):
            self.notice.with_user(self.collector)._exclude("too late")

    def test_public_methods_are_actions_and_each_asks_for_a_right(self):
        unknown = {
            (model, name)
            for model in self.env.registry
            if model.startswith("ar.")
            for name in _public_methods(self.env[model])
            if not name.startswith("action_")
        }
        self.assertFalse(unknown - KNOWN_PUBLIC)

    def test_no_action_works_for_whoever_has_no_right(self):
        review = self.env["ar.dunning.review"].create(
            {"notice_ids": self.notice.ids, "reason": "no"}
        )
        decide = self.env["ar.account.decide"].create(
            {"account_ids": self.account.ids, "reason": "no"}
        )
        records = (self.account, self.proposal, self.notice, self.line, review, decide)
        for record in records:
            names = [n for n in _public_methods(record) if n.startswith("action_")]
            users = self.viewer + self.portal + self.nobody
            if not record._transient:
                users += self.stranger
            for user in users:
                for name in set(names) - HARMLESS:
                    with self.subTest(model=record._name, user=user.login, name=name):
                        self._assert_denied(user, record, name)

    def test_the_account_of_a_partner_is_not_made_by_outsiders(self):
        for user in (self.portal, self.nobody):
            with self.subTest(user=user.login):
                self._assert_denied(user, self.other_customer, "action_open_ar_account")
        found = self.env["ar.account"].search(
            [("partner_id", "=", self.other_customer.id)]
        )
        self.assertFalse(found)

    def test_the_mail_gateway_is_not_called_from_outside(self):
        message = {"email_from": "x@example.com", "subject": "hello"}
        accounts = self.env["ar.account"]
        self._assert_denied(self.manager, accounts, "message_new", message)
        self._assert_denied(self.manager, self.account, "message_update", message)


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestOtherCompany(RealUsers):
    """A manager of another company neither reads nor moves anything of this one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.proposal = cls._run()
        cls.notice = cls.proposal.notice_ids

    def test_a_stranger_reads_no_record_of_ours(self):
        item = self.env["ar.item"].create(
            {"line_id": self._receivable(self.invoice).id, "disputed": True}
        )
        self.account._set_hold("watch", "ours")
        for records in (
            self.account,
            self.account.decision_ids,
            self.account.open_item_ids,
            self.account.timeline_ids,
            self.proposal,
            self.notice,
            self.proposal.line_ids,
            item,
        ):
            env = self.env(user=self.stranger)
            with self.subTest(model=records._name):
                self.assertTrue(records)
                self.assertFalse(env[records._name].search([("id", "in", records.ids)]))
                self._assert_denied(self.stranger, records, "read")
        report = self.env(user=self.stranger)["ar.collector.report"].search([])
        self.assertNotIn(self.company, report.company_id)

    def test_a_stranger_previews_nothing_of_ours(self):
        previews = self.env["ar.dunning.preview"]
        vals = {"notice_id": self.notice.id}
        (made,) = self._call(self.stranger, previews, "create", [vals])
        spec = {"subject": {}, "body": {}, "to": {}}
        self._assert_denied(self.stranger, previews.browse(made), "web_read", spec)
        self._assert_denied(
            self.stranger, previews, "onchange", [], vals, ["notice_id"], spec
        )

    def test_a_stranger_reviews_and_decides_nothing_of_ours(self):
        for model, vals in (
            ("ar.dunning.review", {"notice_ids": self.notice.ids, "reason": "mine"}),
            (
                "ar.dunning.review",
                {"line_ids": self.proposal.line_ids.ids, "reason": "m"},
            ),
            ("ar.account.decide", {"account_ids": self.account.ids, "reason": "mine"}),
        ):
            with self.subTest(model=model):
                env = self.env(user=self.stranger)
                with self.assertRaises(AccessError):
                    env[model].create(vals).action_apply()
                self.env.invalidate_all()
        self.assertEqual(self.notice.state, "proposed")
        self.assertEqual(self.account.hold_state, "none")

    def test_a_stranger_makes_no_run_for_us(self):
        vals = {"company_id": self.company.id, "date": TODAY}
        runs = self.env["ar.dunning.run"]
        self._assert_denied(self.stranger, runs, "create", [vals])

    def test_a_decision_names_its_author_whoever_writes_it(self):
        self.account.with_user(self.manager)._set_hold("hold", "two bounced cheques")
        decision = self.account.decision_ids.filtered(lambda d: "cheques" in d.reason)
        self.assertEqual(decision.user_id, self.manager)
        self._assert_denied(self.manager, decision, "write", {"reason": "other"})
        self._assert_denied(self.manager, decision, "unlink")


@tagged("post_install", "-at_install")
class TestRoutes(RealUsers, HttpCase):
    """Letters are served to collectors of the company only."""

    def test_letters_of_another_company_are_not_served(self):
        run = self._run()
        run.notice_ids.sudo().write({"channel": "letter"})
        run.action_approve()
        paths = (
            f"/ar/dunning/letters/{run.id}",
            f"/ar/dunning/letter/{run.notice_ids.id}",
        )
        self.env.flush_all()
        for login, password in (
            ("stranger", "stranger-1"),
            ("portal", "portal-portal"),
        ):
            self.authenticate(login, password)
            for path in paths:
                with self.subTest(login=login, path=path):
                    answer = self.url_open(path, allow_redirects=False)
                    self.assertIn(answer.status_code, (303, 403, 404))
                    self.assertNotEqual(answer.content[:4], b"%PDF")
        self.authenticate(None, None)
        answer = self.url_open(paths[0], allow_redirects=False)
        self.assertIn("/web/login", answer.headers.get("Location", ""))


# Screens that read what their caller may read anyway
HARMLESS = {
    "action_open_account",
    "action_open_invoices",
    "action_open_items",
    "action_open_move",
    "action_open_notices",
    "action_open_out_lines",
    "action_open_partner",
    "action_new_notice",
    "action_exclude",
    "action_change_level",
    "action_preview",
}
# Methods of Odoo that we extend
KNOWN_PUBLIC = {
    ("ar.account", "message_subscribe"),
    ("ar.account.mail", "message_subscribe"),
    ("ar.collector.report", "get_day_figures"),
    ("ar.matching.figures", "get_figures"),
    ("ar.matching.proposal", "get_figures"),
    ("ar.worklist", "web_read_group"),
    ("ar.worklist", "web_search_read"),
}


def _bar(name):
    return {"field": name, "colors": {"1": "success"}}


def _public_methods(records):
    """Return the names of the methods of ours that a remote caller may call."""
    found = set()
    for cls in type(records).mro():
        if not cls.__module__.startswith(ADDON):
            continue
        for name, value in vars(cls).items():
            if not name.startswith("_") and inspect.isfunction(value):
                found.add(name)
    private = {n for n in found if _is_private(records, n)}
    orm = {"create", "write", "unlink", "copy"}
    return found - private - orm


def _is_private(records, name):
    methods = (getattr(cls, name, None) for cls in type(records).mro())
    return any(getattr(method, "_api_private", False) for method in methods)
