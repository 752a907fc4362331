"""What the barometer will count: one passing and one failing record for each row.

The domains are those of ``readme/DEVELOP.md``, word for word. ``among`` says which
records count, ``passing`` and ``failing`` tell them apart.
"""

from typing import NamedTuple

from dateutil.relativedelta import relativedelta
from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged
from odoo.tools import file_open
from odoo.tools.safe_eval import safe_eval

from odoo.addons.mail.tests.common import MailCommon

from .common import TODAY, ReceivablesCommon


class Row(NamedTuple):
    model: str
    date: str
    among: str
    passing: str
    failing: str


SENT = (
    '[("sent_date", ">=", date_from), ("sent_date", "<=", as_of),'
    ' ("state", "=", "sent"), ("message_id", "!=", False)]'
)
RECEIPTS = (
    '[("date", ">=", date_from), ("date", "<=", as_of),'
    ' ("kind", "in", ("statement", "payment")), ("state", "!=", "undone")]'
)
ROWS = {
    "9": Row(
        "ar.dunning.notice.line",
        "run_id.date",
        '[("run_id.date", ">=", date_from), ("run_id.date", "<=", as_of),'
        ' ("run_id.approved_date", "!=", False),'
        ' "|", ("steps", "=", True), ("override", "=", "exclude")]',
        '[("override", "=", False), ("run_id.mode", "=", "increment"),'
        ' ("notice_id.state", "=", "sent")]',
        '["|", "|", ("override", "!=", False), ("run_id.mode", "!=", "increment"),'
        ' ("notice_id.state", "!=", "sent")]',
    ),
    "10": Row(
        "ar.item",
        "due_date",
        '[("due_date", ">=", date_from), ("due_date", "<", as_of),'
        ' ("listed_date", "!=", False)]',
        '[("listed_delay", "<=", 1)]',
        '[("listed_delay", ">", 1)]',
    ),
    "11": Row(
        "ar.account",
        "last_notice_date",
        '[("overdue_item_count", ">", 0), ("priority", ">=", top)]',
        '["|", ("last_notice_date", ">=", as_of - days(14)),'
        ' ("last_contact_date", ">=", as_of - days(14))]',
        '["|", ("last_notice_date", "=", False),'
        ' ("last_notice_date", "<", as_of - days(14)),'
        ' "|", ("last_contact_date", "=", False),'
        ' ("last_contact_date", "<", as_of - days(14))]',
    ),
    "12": Row(
        "ar.collection.action",
        "next_date",
        '[("next_date", ">=", date_from), ("next_date", "<", as_of)]',
        '[("next_on_time", "=", True)]',
        '[("next_on_time", "=", False)]',
    ),
    "4 means": Row(
        "ar.matching.proposal",
        "date",
        RECEIPTS,
        '[("kind", "=", "statement")]',
        '[("kind", "=", "payment"), ("move_id.statement_line_id", "=", False)]',
    ),
    "4 matched, T1": Row(
        "ar.matching.proposal",
        "date",
        RECEIPTS,
        '[("state", "=", "matched"), ("is_corrected", "=", False),'
        ' ("left_amount", "=", 0)]',
        '["|", "|", ("state", "!=", "matched"), ("is_corrected", "=", True),'
        ' ("left_amount", "!=", 0)]',
    ),
    "T1 hours": Row(
        "ar.matching.proposal",
        "matched_date",
        '[("matched_date", ">=", date_from), ("matched_date", "<=", as_of),'
        ' ("kind", "in", ("statement", "payment")), ("state", "=", "matched")]',
        '[("hours", "<=", 24)]',
        '[("hours", ">", 24)]',
    ),
    "T1 undone": Row(
        "ar.matching.proposal",
        "matched_date",
        '[("matched_date", ">=", date_from), ("matched_date", "<=", as_of),'
        ' ("state", "in", ("matched", "undone"))]',
        '[("state", "=", "matched")]',
        '[("state", "=", "undone")]',
    ),
    "T4": Row(
        "ar.account.decision",
        "date",
        '[("date", ">=", date_from), ("date", "<=", as_of), ("code", "=", "release")]',
        '[("reason", "!=", False)]',
        '[("reason", "=", False)]',
    ),
    "T5": Row(
        "ar.collection.action",
        "date",
        '[("date", ">=", date_from), ("date", "<=", as_of)]',
        '[("log_delay", "<=", 1)]',
        '[("log_delay", ">", 1)]',
    ),
    "T6": Row(
        "ar.account",
        "behavior_date",
        '[("overdue_item_count", ">", 0), ("action_ids", "!=", False)]',
        '["|", ("activity_ids", "!=", False), ("promise_ids.state", "=", "open")]',
        '[("activity_ids", "=", False), ("promise_ids", "not any",'
        ' [("state", "=", "open")])]',
    ),
    "T7": Row(
        "ar.collection.action",
        "date",
        '[("date", ">=", date_from), ("date", "<=", as_of),'
        ' ("outcome", "in", ("nothing", "other"))]',
        '[("reason_id", "!=", False)]',
        '[("reason_id", "=", False)]',
    ),
    "O1": Row(
        "ar.account",
        "behavior_date",
        '[("overdue_item_count", ">", 0)]',
        '[("collector_id", "!=", False)]',
        '[("collector_id", "=", False)]',
    ),
    "14 language": Row(
        "ar.dunning.notice",
        "sent_date",
        SENT,
        '[("lang_matches", "=", True)]',
        '[("lang_matches", "=", False)]',
    ),
    "14 hours": Row(
        "ar.dunning.notice",
        "sent_date",
        SENT,
        '[("channel", "in", ("mail", "sms")), ("in_hours", "=", True)]',
        '[("channel", "in", ("mail", "sms")), ("in_hours", "=", False)]',
    ),
    "14 style": Row(
        "ar.dunning.notice",
        "sent_date",
        SENT,
        '[("style", "!=", False)]',
        '[("style", "=", False)]',
    ),
    "T2": Row(
        "ar.receivable.report",
        "next_step_date",
        '[("amount", ">", 0), ("days_late", ">", 0), ("disputed", "!=", True),'
        ' ("excluded", "!=", True), ("line_id.no_followup", "!=", True),'
        ' ("payer_profile_id", "not any", [("stops_dunning", "=", True)])]',
        '["|", ("next_step_date", "=", False),'
        ' ("next_step_date", ">=", as_of - days(7))]',
        '[("next_step_date", "<", as_of - days(7))]',
    ),
    "T3": Row(
        "ar.account",
        "payer_profile_since",
        '[("overdue_item_count", ">", 0)]',
        '[("payer_profile_locked", "=", True),'
        ' ("payer_profile_since", ">=", as_of - months(6)),'
        ' ("strategy_rule_id.condition_ids.fact", "=", "payer_profile")]',
        '["|", "|", ("payer_profile_locked", "!=", True),'
        ' ("payer_profile_since", "<", as_of - months(6)),'
        ' ("strategy_rule_id", "not any",'
        ' [("condition_ids.fact", "=", "payer_profile")])]',
    ),
    "R1": Row(
        "ar.dunning.run",
        "date",
        '[("date", ">=", date_from), ("date", "<=", as_of),'
        ' ("account_ids", "=", False)]',
        '[("approved_date", "!=", False)]',
        '[("approved_date", "=", False)]',
    ),
    "R2": Row(
        "ar.receivable.report",
        "last_message_date",
        '[("amount", ">", 0), ("days_late", ">", 30)]',
        '["|", "|", "|", ("last_message_date", ">=", as_of - days(14)),'
        ' ("disputed", "=", True), ("excluded", "=", True),'
        ' ("expected_date", ">=", as_of)]',
        '[("disputed", "!=", True), ("excluded", "!=", True),'
        ' "|", ("expected_date", "=", False), ("expected_date", "<", as_of),'
        ' "|", ("last_message_date", "=", False),'
        ' ("last_message_date", "<", as_of - days(14))]',
    ),
    "R3": Row(
        "ar.account",
        "behavior_date",
        '[("overdue_item_count", ">", 0)]',
        '[("behavior_date", ">=", as_of - days(1))]',
        '["|", ("behavior_date", "=", False), ("behavior_date", "<", as_of - days(1))]',
    ),
    "R4": Row(
        "ar.dunning.level",
        "reviewed_date",
        '[("strategy_id.active", "=", True)]',
        '[("reviewed_date", ">=", as_of - months(12))]',
        '["|", ("reviewed_date", "=", False),'
        ' ("reviewed_date", "<", as_of - months(12))]',
    ),
    "R5": Row(
        "ar.account",
        "behavior_date",
        '[("overdue_item_count", ">", 0), ("strategy_forced", "!=", True)]',
        '[("strategy_rule_id.condition_ids", "!=", False)]',
        '[("strategy_rule_id", "not any", [("condition_ids", "!=", False)])]',
    ),
    "R6": Row(
        "ar.dunning.notice.line",
        "run_id.date",
        '[("run_id.date", ">=", date_from), ("run_id.date", "<=", as_of),'
        ' ("run_id.approved_date", "!=", False),'
        ' "|", ("override", "!=", False),'
        ' "&", ("steps", "=", True), ("run_id.mode", "=", "imposed")]',
        '["|", ("override_reason", "!=", False),'
        ' "&", ("override", "=", False), ("run_id.imposed_reason", "!=", False)]',
        '[("override_reason", "=", False),'
        ' "|", ("override", "!=", False), ("run_id.imposed_reason", "=", False)]',
    ),
    "R7": Row(
        "ar.dunning.notice",
        "sent_date",
        '[("sent_date", ">=", date_from), ("sent_date", "<=", as_of),'
        ' ("state", "=", "sent"),'
        ' ("channel", "in", ("mail", "sms", "letter", "registered"))]',
        '["|", "|", "&", ("channel", "=", "mail"), ("message_id", "!=", False),'
        ' "&", ("channel", "=", "sms"), ("sms_uuid", "!=", False),'
        ' "&", ("channel", "in", ("letter", "registered")),'
        ' ("posting_ref", "!=", False)]',
        '["|", "|", "&", ("channel", "=", "mail"), ("message_id", "=", False),'
        ' "&", ("channel", "=", "sms"), ("sms_uuid", "=", False),'
        ' "&", ("channel", "in", ("letter", "registered")),'
        ' ("posting_ref", "=", False)]',
    ),
}
AS_OF = fields.Date.to_date(TODAY)
NAMES = {
    "as_of": AS_OF,
    "date_from": fields.Date.subtract(AS_OF, days=90),
    "top": 1,
    "days": lambda count: relativedelta(days=count),
    "months": lambda count: relativedelta(months=count),
}


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestPracticeRows(ReceivablesCommon, MailCommon):
    """Each row of the barometer is counted by two domains over coded, dated fields."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.standard = cls.env.ref("ar_best_practices.dunning_strategy_standard")
        cls.standard.minimum_amount = 0
        cls.company.email = "credit@company.example.com"
        cls.company.alias_domain_id = cls.mail_alias_domain

    def _late(self, days, partner=None, **values):
        """Return an invoice that is so many days late today."""
        due = fields.Date.subtract(AS_OF, days=days)
        issued = fields.Date.subtract(due, days=30)
        return self._invoice(partner or self.customer, 100, issued, due, **values)

    def _late_twins(self, days):
        """Return one late invoice of each of the two customers."""
        return self._late(days), self._late(days, self.other_customer)

    def _lines(self, run, move):
        self.env.flush_all()
        return run.line_ids.filtered(lambda line: line.move_id == move)

    def _sent(self, run):
        with self.mock_mail_gateway():
            self._send(run)
        return run.notice_ids.sorted(lambda n: n.partner_id != self.customer)

    def _find(self, code, part):
        """Return the records that one of the two domains of a row counts."""
        row = ROWS[code]
        domain = safe_eval(row.among, NAMES) + safe_eval(getattr(row, part), NAMES)
        self.env.flush_all()
        return self.env[row.model].search(domain)

    def _check_row(self, code, passing, failing):
        """Check that the domains of a row tell a passing record from a failing one."""
        made = passing + failing
        self.assertEqual(self._find(code, "passing") & made, passing)
        self.assertEqual(self._find(code, "failing") & made, failing)

    def test_the_guide_for_developers_says_the_same(self):
        with file_open("ar_best_practices/readme/DEVELOP.md") as file:
            guide = " ".join(file.read().split())
        said = [
            words
            for row in ROWS.values()
            for words in (*row[2:], f"`{row.model}` | `{row.date}`")
        ]
        self.assertFalse([words for words in said if words not in guide])

    def test_row_9_the_step_prescribed_is_the_step_done(self):
        kept, changed = self._late_twins(9)
        run = self._run()
        firm = self.standard.level_ids.filtered(lambda level: level.kind == "firm")
        self._lines(run, changed).notice_id._change_level(firm, "asked by sales")
        self._sent(run)
        self._check_row("9", self._lines(run, kept), self._lines(run, changed))

    def _receipts(self):
        """Return the proposals of a bank line and of a payment typed by hand."""
        self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.company_data["default_journal_bank"].id,
                "date": "2026-06-28",
                "payment_ref": self._late(9).name,
                "amount": 100,
            }
        )
        typed = self._pay_on_account(self.other_customer, 70, "2026-06-29")
        typed.memo = self._late(9, self.other_customer).name
        self.env["ar.matching.proposal"]._propose()
        found = self.env["ar.matching.proposal"].search(
            [("date", ">=", "2026-06-28")], order="date"
        )
        return found[0], found[1]

    def test_row_4_receipts_come_by_the_bank_and_match_by_themselves(self):
        bank, typed = self._receipts()
        self._check_row("4 means", bank, typed)
        bank.action_match()
        self._check_row("4 matched, T1", bank, typed)

    def test_row_t1_soon_and_for_good(self):
        bank, typed = self._receipts()
        typed.action_match()
        bank.action_match()
        self._check_row("T1 hours", typed, bank)
        bank.action_undo()
        self._check_row("T1 undone", typed, bank)

    def test_row_10_a_late_item_is_on_the_worklist_within_a_day(self):
        soon, late = self._late(2), self._late(6)
        self._run_cron("ir_cron_refresh_all")
        items = self.env["ar.item"]
        self._check_row(
            "10",
            items.search([("move_id", "=", soon.id)]),
            items.search([("move_id", "=", late.id)]),
        )

    def test_row_10_an_item_stays_on_the_worklist_since_its_first_day(self):
        move = self._late(1)
        self._run_cron("ir_cron_refresh_all")
        with freeze_time("2026-07-10"):
            self._run_cron("ir_cron_refresh_all")
        item = self.env["ar.item"].search([("move_id", "=", move.id)])
        self.assertRecordValues(item, [{"listed_date": AS_OF, "listed_delay": 0}])

    def test_row_11_the_first_accounts_are_touched(self):
        self._late_twins(9)
        accounts = self._account() + self._account(self.other_customer)
        accounts.action_refresh()
        notice = self._run().notice_ids.filtered(
            lambda notice: notice.account_id == accounts[0]
        )
        self.env["ar.dunning.notice"]._mark_sent(notice)
        self.assertEqual(notice.priority, accounts[0].priority)
        self._check_row("11", accounts[0], accounts[1])

    def _act(self, account, **values):
        return self.env["ar.collection.action"].create(
            {"account_id": account.id, "outcome": "other", "date": "2026-06-20"}
            | values
        )

    def test_row_11_a_call_touches_too(self):
        self._late_twins(9)
        accounts = self._account() + self._account(self.other_customer)
        accounts.action_refresh()
        self._act(accounts[0])
        self._check_row("11", accounts[0], accounts[1])

    def test_row_12_the_step_planned_is_done_in_time(self):
        done, forgotten = self._account(), self._account(self.other_customer)
        planned = [self._act(a, next_date="2026-06-25") for a in (done, forgotten)]
        with freeze_time("2026-06-24"):
            self._act(done)
        self._check_row("12", *planned)

    def test_row_t4_a_hold_is_released_with_a_reason(self):
        self._late_twins(9)
        said, unsaid = self._account(), self._account(self.other_customer)
        with freeze_time("2026-06-10 09:00:00"):
            (said + unsaid)._set_hold("hold", "late again")
        said._set_hold("none", "a guarantee came in")
        unsaid._set_hold("none", False)
        released = (said + unsaid).decision_ids.filtered(lambda x: x.code == "release")
        passing = released.filtered(lambda x: x.account_id == said)
        self.assertEqual(passing.held_days, 20)
        self._check_row("T4", passing, released - passing)

    def test_row_t5_actions_are_noted_at_once(self):
        late = self._act(self._account())
        with freeze_time("2026-06-29 10:00:00"):
            soon = self._act(self._account(), date="2026-06-29 09:45:00")
            # the clock of the database is not frozen
            self.env.flush_all()
            self.cr.execute(
                "UPDATE ar_collection_action SET log_delay = 0.25 WHERE id = %s",
                (soon.id,),
            )
        soon.invalidate_recordset(["log_delay"])
        self._check_row("T5", soon, late)

    def test_row_t6_who_was_called_has_a_next_step(self):
        self._late_twins(9)
        planned, idle = self._account(), self._account(self.other_customer)
        self._act(planned)
        self._act(idle)
        self.env["ar.payment.promise"]._make(planned, 10, TODAY)
        self._check_row("T6", planned, idle)

    def test_row_t7_the_reason_is_coded(self):
        reason = self.env.ref("ar_best_practices.nonpayment_reason_np04")
        coded = self._act(self._account(), outcome="nothing", reason_id=reason.id)
        self._check_row("T7", coded, self._act(self._account()))

    def test_row_o1_somebody_follows_the_customer(self):
        self._late_twins(9)
        followed, nobody = self._account(), self._account(self.other_customer)
        nobody.collector_id = False
        followed.collector_id = self.env.user
        self._check_row("O1", followed, nobody)

    def test_row_14_the_text_is_in_the_language_of_the_contact(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.other_customer.lang = "de_DE"
        self._late_twins(9)
        passing, failing = self._sent(self._run())
        self._check_row("14 language", passing, failing)

    def test_row_14_the_message_leaves_inside_the_hours_of_the_contact(self):
        self.other_customer.write(
            {
                "tz": "Europe/Paris",
                "ar_hours": [(0, 0, {"weekday": "0", "hour_from": 9, "hour_to": 17})],
            }
        )
        self._late_twins(9)
        run = self._run()
        run.sudo().notice_ids.automatic = False  # a person sends at any hour
        passing, failing = self._sent(run)
        self._check_row("14 hours", passing, failing)

    def test_row_14_the_style_of_the_contact_is_known(self):
        self.customer.ar_style = "formal"
        self._late_twins(9)
        passing, failing = self._sent(self._run())
        self._check_row("14 style", passing, failing)

    def test_row_t2_the_step_due_was_received(self):
        moves = self._late_twins(16)
        notice = self._run().notice_ids.filtered(
            lambda notice: notice.partner_id == self.customer
        )
        self.env["ar.dunning.notice"]._mark_sent(notice)
        self._check_row("T2", *map(self._open_item, moves))

    def test_row_t2_nothing_is_due_after_the_last_level(self):
        item = self._open_item(self._late(90))
        states = self.env["ar.item"].sudo()
        states.create({"line_id": item.id, "level_rank": 6})
        self.assertFalse(self._open_item(item.move_id).next_step_date)
        self.assertIn(item, self._find("T2", "passing"))

    def test_row_t3_the_profile_is_confirmed_and_chooses_the_strategy(self):
        self._late_twins(9)
        known, unknown = self._account(), self._account(self.other_customer)
        profile = self.env.ref("ar_best_practices.payer_profile_pp12")
        known._set_payer_profile(profile, "pays by return", "2026-12-31")
        (known + unknown).action_refresh()
        facts = known.strategy_rule_id.condition_ids.mapped("fact")
        self.assertIn("payer_profile", facts)
        self._check_row("T3", known, unknown)
        self._check_row("R5", known, unknown)

    def test_row_r1_a_run_is_reviewed(self):
        self._late(9)
        dropped = self._run()
        dropped.action_cancel()
        reviewed = self._run()
        reviewed.action_approve()
        self._check_row("R1", reviewed, dropped)

    def test_row_r2_an_old_item_is_never_forgotten(self):
        spoken, silent = map(self._open_item, self._late_twins(40))
        states = self.env["ar.item"].sudo()
        states.create({"line_id": spoken.id, "last_message_date": "2026-06-20"})
        self._check_row("R2", spoken, silent)

    def test_row_r2_a_pause_that_is_over_is_no_pause(self):
        paused, over = map(self._open_item, self._late_twins(40))
        pause = {"excluded": True, "excluded_reason": "their fire"}
        self.env["ar.item"].create(
            [
                {"line_id": paused.id, "excluded_until": "2026-07-31"} | pause,
                {"line_id": over.id, "excluded_until": "2026-06-20"} | pause,
            ]
        )
        self._check_row("R2", paused, over)

    def test_row_r3_what_is_seen_is_of_today(self):
        self._late_twins(9)
        fresh, stale = self._account(), self._account(self.other_customer)
        (fresh + stale).action_refresh()
        stale.sudo().behavior_date = "2026-06-20"
        self._check_row("R3", fresh, stale)

    def test_row_r4_the_texts_of_a_level_were_read_again(self):
        read, unread = self.standard.level_ids[:2]
        read.action_mark_reviewed()
        self._check_row("R4", read, unread)

    def test_row_r6_a_person_says_why_the_sequence_is_left(self):
        said, unsaid = self._late_twins(9)
        run = self._run()
        passing, failing = self._lines(run, said), self._lines(run, unsaid)
        passing._exclude("their flood")
        failing._override("level", False, failing.level_id)
        self._sent(run)
        self._check_row("R6", passing, failing)
        self._run("2026-07-20")
        self.assertTrue(passing.exists(), "what a person decided outlives the next run")

    def test_row_r6_an_imposed_level_has_its_reason(self):
        self._late(9)
        lines = self.env["ar.dunning.notice.line"]
        for reason in ("before the yearly closing", False):
            run = self._run(
                mode="imposed",
                imposed_kind="firm",
                imposed_reason=reason,
                account_ids=self._account().ids,
            )
            self._sent(run)
            lines += run.line_ids.filtered("steps")
        self._check_row("R6", *lines)

    def test_row_r7_what_was_sent_can_be_proved(self):
        self.other_customer.email = False
        self._late_twins(9)
        mail, letter = self._sent(self._run())
        self.assertEqual(letter.channel, "letter")
        self._check_row("R7", mail, letter)
        letter.posting_ref = "RA 123 456 789 FR"
        self.assertIn(letter, self._find("R7", "passing"))
        self.assertIn("RA 123", letter._get_proof())
        letter.sudo().write({"channel": "registered", "posting_ref": False})
        mail.sudo().write({"channel": "sms", "sms_uuid": "4f1d"})
        self._check_row("R7", mail, letter)

    def _open_item(self, move):
        self.env["ar.receivable.report"].invalidate_model()
        line = self._receivable(move)
        return self.env["ar.receivable.report"].browse(line.id)
