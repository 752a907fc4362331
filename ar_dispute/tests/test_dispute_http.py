"""The page of a question, over HTTP, as a colleague and as strangers meet it."""

import io

from odoo import fields, http
from odoo.tests import HttpCase, tagged

from .common import DisputeCommon

SCRIPT = "<script>alert(1)</script>"


@tagged("post_install", "-at_install")
class TestDisputeQuestionPage(DisputeCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dispute = cls._dispute()
        cls.dispute.processor_id = cls.handler
        cls.question = cls._ask()

    @classmethod
    def _ask(cls, **values):
        return cls.env["ar.dispute.question"]._ask(
            cls.dispute,
            **{
                "name": "Driver",
                "email": "driver@example.com",
                "question": f"How many boxes? {SCRIPT}",
                "end_date": fields.Date.add(fields.Date.today(), days=7),
            }
            | values,
        )

    def _path(self, question=None):
        question = question or self.question
        return f"/receivables/question/{question.id}/{question._sign()}"

    def _get(self, path=None):
        return self.url_open(path or self._path())

    def _post(self, text="Nine", files=(), token=None):
        self.authenticate(None, None)
        token = http.Request.csrf_token(self) if token is None else token
        return self.url_open(
            self._path(),
            data={"text": text, "csrf_token": token},
            files=[("files", (name, io.BytesIO(data))) for name, data in files],
        )

    def _files(self):
        return self.env["ir.attachment"].search(
            [("res_model", "=", "ar.dispute"), ("res_id", "=", self.dispute.id)]
        )

    def test_the_page_shows_the_question_and_nothing_else_of_the_case(self):
        self.dispute.message_post(body="quite internal words")
        page = self._get()
        self.assertEqual(page.status_code, 200)
        self.assertIn(self.dispute.name, page.text)
        self.assertIn("How many boxes?", page.text)
        self.assertNotIn("quite internal words", page.text)
        self.assertNotIn(self.dispute.claim, page.text)
        self.assertIn("<title>Question about a dispute</title>", page.text)
        self.assertNotIn("Statement of account", page.text)

    def test_an_answer_is_a_note_and_an_activity_and_may_be_followed_by_another(self):
        slip = ("slip.pdf", b"%PDF-1.7 slip")
        self.assertEqual(self._post("Nine boxes", [slip]).status_code, 200)
        self.assertEqual(self._post("Or ten").status_code, 200)
        page = self._get().text
        self.assertIn("Nine boxes", page)
        self.assertIn("slip.pdf", page)
        notes = self.question.answer_ids
        self.assertEqual(len(notes), 2)
        self.assertTrue(all(note.subtype_id.internal for note in notes))
        self.assertEqual(self._files().mapped("name"), ["slip.pdf"])
        self.assertEqual(self.dispute.activity_ids.user_id, self.handler)

    def test_script_in_every_text_is_neutralised(self):
        page = self._post(SCRIPT)
        self.assertNotIn(SCRIPT, page.text)
        self.assertNotIn("<script>", self.question.answer_ids.body)
        mail = self.env["mail.mail"].search([("email_to", "like", "driver@")])
        self.assertTrue(mail)
        self.assertFalse(any(SCRIPT in body for body in mail.mapped("body_html")))

    def test_an_expired_link_opens_nothing(self):
        question = self._ask(end_date=fields.Date.subtract(fields.Date.today(), days=1))
        self.assertEqual(self._get(self._path(question)).status_code, 404)

    def test_an_altered_link_opens_nothing(self):
        self.assertEqual(self._get(self._path()[:-1] + "x").status_code, 404)
        self.assertEqual(self._get(self._path()[:-1] + "é").status_code, 404)

    def test_the_seal_of_a_question_opens_no_other_one(self):
        other = self._ask(question="Quite another one")
        for number in (other.id, other.id + 1000):
            path = f"/receivables/question/{number}/{self.question._sign()}"
            self.assertEqual(self._get(path).status_code, 404)

    def test_a_revoked_link_opens_nothing(self):
        self.question.with_user(self.handler).action_revoke()
        self.assertEqual(self._get().status_code, 404)

    def test_the_link_of_an_ended_case_opens_nothing(self):
        self.dispute.action_cancel("Asked by the customer")
        self.assertEqual(self._get().status_code, 404)

    def test_an_answer_without_csrf_token_is_refused(self):
        self.assertEqual(self._post(token="wrong").status_code, 400)
        self.assertFalse(self.question.answer_ids)

    def test_a_file_of_30_mb_is_refused(self):
        page = self._post(files=[("slip.txt", b"a" * 30 * 1024 * 1024)])
        self.assertEqual(page.status_code, 413)
        self.assertFalse(self.question.answer_ids)

    def test_a_file_of_more_than_10_mb_is_refused_with_words_and_the_text_kept(self):
        page = self._post("Nine", [("slip.txt", b"a" * (10 * 1024 * 1024 + 1))])
        self.assertEqual(page.status_code, 422)
        self.assertIn("larger than 10 MB", page.text)
        self.assertIn("Nine", page.text)
        self.assertFalse(self._files())

    def test_programs_and_pages_are_refused_whatever_their_name(self):
        for name, data in (
            ("setup.exe", b"MZ\x90\x00"),
            ("slip.pdf", b"MZ\x90\x00"),
            ("slip.txt", b"MZ\x90\x00"),
            ("page.html", b"<html></html>"),
            ("image.svg", b"<svg/>"),
            ("image.png", b"<svg/>"),
            ("all.zip", b"PK\x03\x04"),
            ("sheet.xlsx", b"PK\x03\x04"),
        ):
            with self.subTest(name=name):
                page = self._post(files=[(name, data)])
                self.assertEqual(page.status_code, 422)
                self.assertIn("cannot be taken", page.text)
        self.assertFalse(self._files())

    def test_a_page_named_as_text_is_never_served_as_a_page(self):
        self._post(files=[("slip.txt", SCRIPT.encode())])
        self.assertEqual(self._files().mimetype, "text/plain")

    def test_eleven_files_are_refused(self):
        page = self._post(files=[(f"{i}.txt", b"a") for i in range(11)])
        self.assertEqual(page.status_code, 422)
        self.assertFalse(self._files())
