"""Claims and cases on the portal, over HTTP, as customers and strangers meet them."""

import io

from odoo import Command, http
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.ar_best_practices.tests.test_portal_http import (
    PAGE,
    PortalHttpCommon,
)

from .common import DisputeCommon

CASES = f"{PAGE}/disputes"
SCRIPT = "<script>alert(1)</script>"
INTERNAL = "quite internal words"
SLIP = ("slip.pdf", b"%PDF-1.7 slip")


class DisputePortalCommon(DisputeCommon, PortalHttpCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.item = cls._receivable(cls.late)
        cls.foreign_item = cls._receivable(cls.foreign)

    def setUp(self):
        super().setUp()
        self._log_in(self.person)

    def _send(self, path, files=(), token=None, **data):
        """Post a form with files; return the answer."""
        data["csrf_token"] = http.Request.csrf_token(self) if token is None else token
        return self.url_open(
            f"{CASES}/{path}",
            data=data,
            files=[("files", (name, io.BytesIO(content))) for name, content in files],
            allow_redirects=False,
        )

    def _claim(self, items=None, **values):
        """Send a claim, about an invoice of 100 by default; return the answer."""
        items = self.item.ids if items is None else items
        values = {"reason": self.short.id, "text": "A box is missing"} | values
        return self._send("new", items=items, **values)

    def _cases(self):
        return self.env["ar.dispute"].search(
            [("account_id", "=", self.account.id)], order="id desc"
        )

    def _case(self, **values):
        """Return a case that somebody of the house treats."""
        case = self._dispute(**values)
        case.processor_id = self.handler
        return case

    def _wait(self, case, *asked):
        """Ask the customer for some things, and wait for it; return the case."""
        self._investigate(case)
        case.evidence_ids.is_from_customer = False
        rows = [{"name": name, "is_from_customer": True} for name in asked]
        case.evidence_ids = list(map(Command.create, rows))
        case.action_wait("The slip is missing")
        return case

    def _page(self, case):
        return self._get(f"{CASES}/{case.id}").text

    def _files(self, case):
        return self.env["ir.attachment"].search(
            [("res_model", "=", "ar.dispute"), ("res_id", "=", case.id)]
        )


@tagged("post_install", "-at_install")
class TestDisputeClaim(DisputePortalCommon):
    """A customer says what is wrong, and a case is opened."""

    def test_each_open_item_can_be_disputed_from_the_account(self):
        page = self._get().text
        self.assertIn(f"{CASES}/new/{self.item.id}", page)
        self.assertIn(f'formaction="{CASES}/choose"', page)
        answer = self._send("choose", items=self._line_ids(self.late, self.later))
        ids = ",".join(str(i) for i in self._line_ids(self.late, self.later))
        self.assertTrue(answer.headers["Location"].endswith(f"{CASES}/new/{ids}"))
        form = self._get(f"{CASES}/new/{ids}").text
        self.assertIn(self.late.name, form)
        self.assertIn(self.later.name, form)
        self.assertIn(self.short.name, form)
        self.assertNotIn(self.unfounded.name, form)
        self.assertNotIn("LOG02", form)

    def test_a_claim_about_whole_invoices_becomes_a_case_with_its_files(self):
        items = self._line_ids(self.late, self.later)
        answer = self._claim(items, files=[SLIP])
        case = self._cases()
        self.assertTrue(
            answer.headers["Location"].endswith(f"{CASES}/{case.id}?sent=claim")
        )
        self.assertRecordValues(
            case,
            [
                {
                    "amount": 350,
                    "channel": "portal",
                    "claim": "A box is missing",
                    "reason_id": self.short.id,
                    "heard_from_id": self.person.partner_id.id,
                    "processor_id": self.handler.id,
                    "state": "new",
                }
            ],
        )
        self.assertEqual(self._files(case).mapped("name"), ["slip.pdf"])
        self.assertEqual(case.activity_ids.user_id, self.handler)
        self.assertNotIn(self.person.partner_id, case.message_partner_ids)

    def test_lines_are_disputed_by_quantity_or_by_amount(self):
        invoice = self._owe(self.customer, 100, -3)
        invoice.button_draft()
        first = invoice.invoice_line_ids
        first.write({"quantity": 10, "price_unit": 10})
        second = first.copy({"move_id": invoice.id, "name": "Freight"})
        invoice.action_post()
        self._claim(
            self._line_ids(invoice),
            **{f"quantity_{first.id}": "3", f"line_amount_{second.id}": "25.5"},
        )
        self.assertRecordValues(
            self._cases().line_ids,
            [
                {"product_line_id": first.id, "quantity": 3, "amount": 30},
                {"product_line_id": second.id, "quantity": 10, "amount": 25.5},
            ],
        )

    def test_a_part_of_an_item_is_disputed_by_an_amount(self):
        self._claim(**{f"amount_{self.item.id}": "40"})
        self.assertEqual(self._cases().amount, 40)
        self.assertIn("Disputed part", self._get().text)

    def test_an_amount_of_one_instalment_leaves_the_other_ones_alone(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "in two",
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": 50, "nb_days": days}
                    )
                    for days in (10, 40)
                ],
            }
        )
        invoice = self._owe(self.customer, 600, -5, invoice_payment_term_id=term.id)
        first, second = self._receivable(invoice)
        self._claim([first.id, second.id], **{f"amount_{first.id}": "40"})
        self.assertRecordValues(
            self._cases().line_ids, [{"line_id": first.id, "amount": 40}]
        )

    def test_lines_and_an_amount_of_one_invoice_are_not_both_taken(self):
        line = self.late.invoice_line_ids
        answer = self._claim(
            **{f"amount_{self.item.id}": "40", f"quantity_{line.id}": "1"}
        )
        self.assertEqual(answer.status_code, 422)
        self.assertIn("not both", answer.text)
        self.assertFalse(self._cases())

    def test_no_more_is_disputed_than_is_open_and_not_in_a_case(self):
        line = self.late.invoice_line_ids
        for values in (
            {f"amount_{self.item.id}": "100.01"},
            {f"amount_{self.item.id}": "-1"},
            {f"amount_{self.item.id}": "nan"},
            {f"amount_{self.item.id}": "much"},
            {f"quantity_{line.id}": "2"},
            {f"quantity_{line.id}": "-1"},
            {f"line_amount_{line.id}": "101"},
        ):
            with self.subTest(values=values):
                answer = self._claim(**values)
                self.assertEqual(answer.status_code, 422)
                self.assertIn("alert-danger", answer.text)
                self.assertIn("A box is missing", answer.text)
        self.assertFalse(self._cases())
        self._claim(**{f"amount_{self.item.id}": "60"})
        self.assertEqual(
            self._claim(**{f"amount_{self.item.id}": "41"}).status_code, 422
        )
        self._claim()
        self.assertEqual(self._cases().mapped("amount"), [40, 60])
        answer = self._claim()
        self.assertTrue(answer.headers["Location"].endswith(CASES))
        self.assertEqual(len(self._cases()), 2)

    def test_a_reason_and_words_are_needed_and_outcomes_are_no_reasons(self):
        for values in (
            {"reason": ""},
            {"reason": self.unfounded.id},
            {"reason": "999999"},
            {"text": "  "},
        ):
            with self.subTest(values=values):
                self.assertEqual(self._claim(**values).status_code, 422)
        self.assertFalse(self._cases())

    def test_items_of_another_customer_are_as_if_absent(self):
        for ids in (self.foreign_item.ids, [999999999], ["x"]):
            with self.subTest(ids=ids):
                path = ",".join(map(str, ids))
                answer = self._get(f"{CASES}/new/{path}")
                self.assertEqual(answer.status_code, 404)
                self.assertNotIn(self.foreign.name, answer.text)
                for items in (ids, [*self.item.ids, *ids]):
                    answer = self._claim(items)
                    self.assertEqual(answer.status_code, 404)
                    self.assertNotIn(self.foreign.name, answer.text)
        answer = self._send("choose", items=self.foreign_item.ids)
        self.assertEqual(answer.status_code, 422)
        self.assertNotIn(self.foreign.name, answer.text)
        self.assertFalse(self.env["ar.dispute"].search_count([]))

    def test_lines_of_another_customers_invoice_are_refused(self):
        line = self.foreign.invoice_line_ids
        answer = self._claim(**{f"quantity_{line.id}": "1"})
        self.assertEqual(answer.status_code, 422)
        self.assertNotIn(self.foreign.name, answer.text)
        self.assertFalse(self._cases())

    def test_a_claim_of_30_mb_is_refused(self):
        answer = self._claim(files=[("slip.txt", b"a" * 30 * 1024 * 1024)])
        self.assertEqual(answer.status_code, 413)
        self.assertFalse(self._cases())

    def test_a_program_is_refused_with_its_claim_also_when_renamed(self):
        for name in ("setup.exe", "slip.pdf", "slip.txt", "picture.png"):
            with self.subTest(name=name):
                answer = self._claim(files=[SLIP, (name, b"MZ\x90\x00")])
                self.assertEqual(answer.status_code, 422)
                self.assertIn("cannot be taken", answer.text)
        self.assertFalse(self._cases())
        self.assertFalse(self.env["ir.attachment"].search([("name", "=", "slip.pdf")]))

    def test_a_claim_without_its_token_is_refused(self):
        for path in ("new", "choose"):
            with mute_logger("odoo.http"):
                answer = self._send(path, token="", items=self.item.ids)
            self.assertEqual(answer.status_code, 400)
        self.assertFalse(self._cases())


@tagged("post_install", "-at_install")
class TestDisputeCasePage(DisputePortalCommon):
    """A customer follows its cases, and nobody else's."""

    def test_a_customer_follows_its_cases_and_not_those_of_another(self):
        case = self._case()
        foreign = self._dispute(
            777, self.foreign, account=self._account(self.other_customer)
        )
        page = self._get(CASES).text
        self.assertIn(case.name, page)
        self.assertIn("Received", page)
        self.assertNotIn(foreign.name, page)
        self.assertNotIn("777.00", page)
        page = self._page(case)
        self.assertIn(self.invoice.name, page)
        self.assertIn("400.00", page)

    def test_no_other_id_opens_anything(self):
        case = self._case()
        foreign = self._dispute(
            777, self.foreign, account=self._account(self.other_customer)
        )
        evidence = foreign.evidence_ids[:1]
        evidence.is_from_customer = True
        absent = case.id + 100000
        pages = [self._get(f"{CASES}/{i}") for i in (foreign.id, absent)]
        pages += [
            self._send(f"{i}/message", text="hello") for i in (foreign.id, absent)
        ]
        pages += [
            self._send(f"{i}/evidence/{evidence.id}", [SLIP])
            for i in (foreign.id, absent)
        ]
        for page in pages:
            self.assertEqual(page.status_code, 404)
            self.assertNotIn(foreign.name, page.text)
        answer = self._send(f"{case.id}/evidence/{evidence.id}", [SLIP])
        self.assertEqual(answer.status_code, 422)
        self.assertFalse(evidence.attachment_ids)
        self.assertFalse(self._files(foreign))

    def test_a_visitor_is_asked_to_log_in(self):
        case = self._case()
        self.authenticate(None, None)
        answers = [
            self._get(CASES),
            self._get(f"{CASES}/{case.id}"),
            self._get(f"{CASES}/new/{self.item.id}"),
            self._claim(),
            self._send(f"{case.id}/message", text="hello"),
        ]
        for answer in answers:
            self.assertEqual(answer.status_code, 303)
            self.assertIn("/web/login", answer.headers["Location"])
        self.assertEqual(self._cases(), case)

    def test_an_archived_customer_gets_nothing(self):
        case = self._case()
        self.customer.sudo().active = False
        answers = [
            self._get(f"{CASES}/{case.id}"),
            self._get(f"{CASES}/new/{self.item.id}"),
            self._claim(),
            self._send("choose", items=self.item.ids),
            self._send(f"{case.id}/message", text="hello"),
        ]
        self.assertEqual([answer.status_code for answer in answers], [404] * 5)
        self.assertTrue(self._get(CASES).headers["Location"].endswith("/my"))
        self.assertEqual(self._cases(), case)

    def test_a_person_of_another_company_gets_nothing(self):
        case = self._case()
        second = self.setup_other_company(name="Second company")["company"]
        self._log_in(self._create_person("elsewhere", self.customer, second))
        self.assertEqual(self._get(f"{CASES}/{case.id}").status_code, 404)
        self.assertEqual(self._claim().status_code, 404)

    def test_nothing_internal_is_on_the_page(self):
        case = self._wait(self._case(), "Your copy of the slip")
        case.evidence_ids = [Command.create({"name": "Our own check"})]
        case.message_post(body=INTERNAL, subtype_xmlid="mail.mt_note")
        case.cause_owner_id = self.manager
        case.root_cause_id = self.cause
        answer = case.with_user(self.handler).message_post(
            body="We look into it",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        self.assertEqual(answer.author_id, self.handler.partner_id)
        page = self._page(case)
        self.assertIn("We look into it", page)
        self.assertIn("Your copy of the slip", page)
        self.assertIn("Waiting for you", page)
        for words in (
            INTERNAL,
            "Our own check",
            "The slip is missing",
            "LOG02",
            self.cause.name,
            self.handler.name,
            self.manager.name,
            self.collector.name,
            self.team.name,
            case.priority_reason,
            "1,000.00",
        ):
            self.assertNotIn(words, page)

    def test_a_decision_is_told_once_it_is_approved_with_the_credit_note(self):
        case = self._decide(self._case(), decision_note="Our slip says nine boxes")
        page = self._page(case)
        self.assertIn("Being examined", page)
        self.assertNotIn("nine boxes", page)
        case.with_user(self.owner).action_approve()
        page = self._page(case)
        self.assertIn("You are right", page)
        self.assertIn("nine boxes", page)
        self.assertIn("Decided", page)
        case.action_credit()
        note = case.credit_note_ids
        self.assertNotIn(f"/my/invoices/{note.id}", self._page(case))
        note.action_post()
        page = self._page(case)
        self.assertIn("Credit note issued", page)
        self.assertIn(f'href="/my/invoices/{note.id}"', page)
        self.assertEqual(self._get(f"/my/invoices/{note.id}").status_code, 200)

    def test_a_case_that_was_opened_again_tells_no_old_decision(self):
        case = self._execute(self._case(), decision_note="Our slip says nine boxes")
        case.action_close()
        page = self._page(case)
        self.assertIn("Closed", page)
        self.assertIn("nine boxes", page)
        case.action_reopen("They sent another slip")
        self.assertNotIn("nine boxes", self._page(case))

    def test_the_home_page_counts_the_cases(self):
        self._case()
        self.assertIn("dispute_count", self._get("/my/home").text)
        counters = self.make_jsonrpc_request(
            "/my/counters", {"counters": ["dispute_count"]}
        )
        self.assertEqual(counters, {"dispute_count": 1})

    def test_the_list_takes_as_many_statements_for_many_cases_as_for_few(self):
        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["ar.dispute"].with_user(self.person)._get_portal_cases(50)
            return self.env.cr.sql_log_count - before

        self._dispute(1)
        count()
        few = count()
        for _case in range(8):
            self._dispute(1)
        self.assertEqual(count(), few)


@tagged("post_install", "-at_install")
class TestDisputePortalAnswers(DisputePortalCommon):
    """Messages and files of a customer reach whoever treats its case."""

    def test_a_message_reaches_who_treats_the_case(self):
        case = self._case()
        answer = self._send(f"{case.id}/message", [SLIP], text="It was nine boxes")
        self.assertTrue(answer.headers["Location"].endswith("?sent=message"))
        page = self._page(case)
        self.assertIn("It was nine boxes", page)
        self.assertIn("slip.pdf", page)
        message = case.message_ids.filtered(lambda m: m.message_type == "comment")
        self.assertEqual(message.author_id, self.person.partner_id)
        self.assertEqual(case.activity_ids.user_id, self.handler)
        self.assertEqual(case.state, "new")

    def test_a_message_without_words_is_refused(self):
        case = self._case()
        answer = self._send(f"{case.id}/message", [SLIP], text="  ")
        self.assertEqual(answer.status_code, 422)
        self.assertIn("Please write your message.", answer.text)
        self.assertFalse(self._files(case))

    def test_the_waiting_ends_when_the_customer_answers(self):
        case = self._wait(self._case(), "Your copy of the slip")
        self._send(f"{case.id}/message", text="I have none")
        self.assertEqual(case.state, "investigating")
        self.assertEqual(
            case.step_ids[0].reason, "The customer answered on the portal."
        )

    def test_the_waiting_ends_when_all_that_was_asked_has_come(self):
        case = self._wait(self._case(), "Your copy of the slip", "A picture")
        first, second = case._get_asked_evidence()
        self._send(f"{case.id}/evidence/{first.id}", [SLIP])
        self.assertEqual(case.state, "waiting")
        self.assertTrue(first.received_date)
        self.assertEqual(first.attachment_ids.name, "slip.pdf")
        answer = self._send(f"{case.id}/evidence/{second.id}", [SLIP])
        self.assertTrue(answer.headers["Location"].endswith("?sent=evidence"))
        self.assertEqual(case.state, "investigating")
        self.assertEqual(
            case.step_ids[0].reason,
            "The customer sent all that was asked for: Your copy of the slip,"
            " A picture",
        )

    def test_a_file_is_needed_and_only_for_what_is_asked_of_the_customer(self):
        case = self._wait(self._case(), "Your copy of the slip")
        asked = case._get_asked_evidence()
        own = case.evidence_ids - asked
        for evidence, files in ((asked, []), (own[:1], [SLIP])):
            answer = self._send(f"{case.id}/evidence/{evidence.id}", files)
            self.assertEqual(answer.status_code, 422)
        self.assertEqual(case.state, "waiting")
        self.assertFalse(self._files(case))

    def test_an_upload_of_30_mb_is_refused(self):
        case = self._wait(self._case(), "Your copy of the slip")
        large = [("slip.txt", b"a" * 30 * 1024 * 1024)]
        asked = case._get_asked_evidence()
        for path in (f"{case.id}/evidence/{asked.id}", f"{case.id}/message"):
            self.assertEqual(self._send(path, large, text="x").status_code, 413)
        self.assertEqual(case.state, "waiting")

    def test_a_program_is_refused_also_when_renamed(self):
        case = self._wait(self._case(), "Your copy of the slip")
        asked = case._get_asked_evidence()
        for path in (f"{case.id}/evidence/{asked.id}", f"{case.id}/message"):
            for name in ("setup.exe", "slip.pdf", "slip.txt"):
                with self.subTest(path=path, name=name):
                    answer = self._send(path, [(name, b"MZ\x90\x00")], text="kept")
                    self.assertEqual(answer.status_code, 422)
                    self.assertIn("cannot be taken", answer.text)
        self.assertEqual(case.state, "waiting")
        self.assertFalse(self._files(case))

    def test_script_in_every_text_is_neutralised(self):
        self._claim(text=SCRIPT, files=[(f"{SCRIPT[:8]}.txt", b"words")])
        case = self._cases()
        self._wait(case, SCRIPT)
        self._send(f"{case.id}/message", text=SCRIPT)
        for page in (
            self._page(case),
            self._get(CASES).text,
            self._send(f"{case.id}/message", [("a.exe", b"MZ")], text=SCRIPT).text,
            self._claim(self._line_ids(self.later), text=SCRIPT, reason="0").text,
            self._claim(
                self._line_ids(self.later), **{f"amount_{self.item.id}": SCRIPT}
            ).text,
        ):
            self.assertNotIn(SCRIPT, page)
        comments = case.message_ids.filtered(lambda m: m.message_type == "comment")
        self.assertEqual(len(comments), 2)
        for body in (
            *comments.mapped("body"),
            *filter(None, case.activity_ids.mapped("note")),
        ):
            self.assertNotIn("<script", body)
            self.assertIn("&lt;script&gt;", body)

    def test_files_are_kept_and_never_shown_as_pages_and_those_of_notes_stay(self):
        case = self._case()
        page = ("slip.txt", SCRIPT.encode())
        self._send(f"{case.id}/message", [page], text="See the slip")
        answer = self._get(f"{CASES}/{case.id}/files/{self._files(case).id}")
        self.assertEqual(answer.text, SCRIPT)
        self.assertTrue(answer.headers["Content-Type"].startswith("text/plain"))
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        note = case.message_post(
            body=INTERNAL,
            subtype_xmlid="mail.mt_note",
            attachments=[("own.txt", b"own")],
        )
        path = f"{CASES}/{case.id}/files/{note.attachment_ids.id}"
        self.assertEqual(self._get(path).status_code, 404)
        self._log_in(self.stranger)
        path = f"{CASES}/{case.id}/files/{self._files(case)[:1].id}"
        self.assertEqual(self._get(path).status_code, 404)

    def test_forms_without_their_token_are_refused(self):
        case = self._wait(self._case(), "Your copy of the slip")
        asked = case._get_asked_evidence()
        for path in (f"{case.id}/message", f"{case.id}/evidence/{asked.id}"):
            with mute_logger("odoo.http"):
                answer = self._send(path, [SLIP], token="", text="hello")
            self.assertEqual(answer.status_code, 400)
        self.assertEqual(case.state, "waiting")
        self.assertFalse(self._files(case))
