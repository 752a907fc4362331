import re

from odoo import Command, http
from odoo.tests import HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger

from odoo.addons.account_payment.tests.common import AccountPaymentCommon

from .portal_common import PASSWORD, PortalCommon

PAGE = "/my/receivables"
INTERNAL = "quite internal words"


class PortalHttpCommon(PortalCommon, AccountPaymentCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.provider.company_id = cls.company

    def _log_in(self, user):
        self.authenticate(user.login, PASSWORD)

    def _get(self, path=PAGE):
        """Return the answer to a request; one in the language of the user first."""
        answer = self.url_open(path, allow_redirects=False)
        target = answer.headers.get("Location", "")
        if target.endswith(path) and "/web/login" not in target:
            answer = self.url_open(target, allow_redirects=False)
        return answer

    def _post(self, path, token=None, **data):
        data["csrf_token"] = http.Request.csrf_token(self) if token is None else token
        return self.url_open(f"{PAGE}/{path}", data=data, allow_redirects=False)

    def _messages(self):
        return self.env["mail.message"].search_count(
            [("model", "=", "ar.account"), ("message_type", "=", "comment")]
        )


@tagged("post_install", "-at_install")
class TestPortalPage(PortalHttpCommon):
    """Over HTTP, each customer gets its own account."""

    def test_a_customer_sees_its_items_and_not_those_of_another(self):
        self._log_in(self.person)
        page = self._get().text
        self.assertIn(self.late.name, page)
        self.assertIn(self.later.name, page)
        self.assertNotIn(self.foreign.name, page)
        self.assertNotIn("777.00", page)
        self._log_in(self.stranger)
        page = self._get().text
        self.assertIn(self.foreign.name, page)
        self.assertNotIn(f">{self.late.name}<", page)

    def test_the_home_page_counts_the_open_items(self):
        self._log_in(self.person)
        self.assertIn("receivable_count", self._get("/my/home").text)
        counters = self.make_jsonrpc_request(
            "/my/counters", {"counters": ["receivable_count"]}
        )
        self.assertEqual(counters, {"receivable_count": 2})

    def test_the_pdf_of_an_invoice_is_the_own_one_only(self):
        self._log_in(self.person)
        query = "?report_type=pdf&download=true"
        page = self._get().text
        self.assertIn(f"/my/invoices/{self.late.id}{query.replace('&', '&amp;')}", page)
        answer = self._get(f"/my/invoices/{self.foreign.id}{query}")
        self.assertEqual(answer.status_code, 303)

    def test_the_statement_is_the_own_one_and_nobody_else_gets_any(self):
        asked = []
        accounts = self.env.registry["ar.account"]
        self.patch(
            accounts,
            "_print_documents",
            lambda records: asked.append(records.partner_id) or b"%PDF-1.4",
        )
        self._log_in(self.person)
        answer = self._get(f"{PAGE}/statement")
        self.assertEqual(answer.headers["Content-Type"], "application/pdf")
        self.assertEqual(asked, [self.customer])
        self.logout()
        self.assertIn("/web/login", self._get(f"{PAGE}/statement").headers["Location"])
        self.assertEqual(len(asked), 1)

    def test_each_selling_company_has_its_part(self):
        second = self.setup_other_company(name="Second company")["company"]
        self.env["account.move"].with_company(second).create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": self._day(-10),
                "invoice_line_ids": [
                    Command.create({"name": "Goods", "price_unit": 61, "tax_ids": []})
                ],
            }
        ).action_post()
        both = self._create_person("both", self.customer, self.company + second)
        self._log_in(both)
        page = self._get().text
        self.assertEqual(page.count(f"<h4>{self.company.name}</h4>"), 1)
        self.assertEqual(page.count("<h4>Second company</h4>"), 1)
        self.assertIn("61.00", page)
        self.assertIn('<select class="form-select mb-2" name="account"', page)

    def test_nothing_internal_is_on_the_page(self):
        self.account._set_hold("hold", INTERNAL)
        item = self.env["ar.item"]._get_or_create(self._receivable(self.late))
        item._exclude(INTERNAL, False)
        self.account.message_post(body=INTERNAL)
        self.account.action_refresh()
        self._log_in(self.person)
        page = self._get().text
        self.assertIn(self.late.name, page)
        for words in (
            INTERNAL,
            "PP0",
            self.account.payer_profile_id.name,
            self.account.strategy_id.name,
            self.account.priority_reason,
        ):
            self.assertNotIn(words, page)

    def test_a_visitor_is_asked_to_log_in(self):
        self.authenticate(None, None)
        for path in (PAGE, f"{PAGE}/pay/{self._line_ids(self.late)[0]}"):
            answer = self._get(path)
            self.assertEqual(answer.status_code, 303)
            self.assertIn("/web/login", answer.headers["Location"])
            self.assertNotIn(self.late.name, answer.text)
        answer = self._post("message", account=self.account.id, text="hello")
        self.assertIn("/web/login", answer.headers.get("Location", ""))
        self.assertFalse(self._messages())

    def test_an_archived_customer_gets_nothing(self):
        self._log_in(self.person)
        self.customer.sudo().active = False
        answer = self._get()
        self.assertEqual(answer.status_code, 303)
        self.assertTrue(answer.headers["Location"].endswith("/my"))
        for path, data in (
            ("message", {"account": self.account.id, "text": "hello"}),
            ("choose", {"items": self._line_ids(self.late)}),
            ("promise", {"items": self._line_ids(self.late)}),
        ):
            self.assertEqual(self._post(path, **data).status_code, 404)
        self.assertFalse(self._messages())

    def test_a_person_of_another_company_gets_nothing(self):
        second = self.setup_other_company(name="Second company")["company"]
        elsewhere = self._create_person("elsewhere", self.customer, second)
        self._log_in(elsewhere)
        answer = self._get()
        self.assertEqual(answer.status_code, 303)
        self.assertNotIn(self.late.name, answer.text)
        answer = self._get(f"{PAGE}/pay/{self._line_ids(self.late)[0]}")
        self.assertTrue(answer.headers["Location"].endswith(PAGE))

    def test_forms_without_their_token_are_refused(self):
        self._log_in(self.person)
        for path in ("message", "choose", "promise"):
            with mute_logger("odoo.http"):
                answer = self._post(path, token="", account=self.account.id, text="x")
            self.assertEqual(answer.status_code, 400)
        self.assertFalse(self._messages())


@tagged("post_install", "-at_install")
class TestPortalMessage(PortalHttpCommon):
    """What a customer writes reaches its collector as an answer by mail does."""

    def test_a_message_lands_on_the_account_and_reaches_the_collector(self):
        self._log_in(self.person)
        words = "Invoice <b>wrong</b>, we pay on Friday"
        answer = self._post("message", account=self.account.id, text=words)
        self.assertTrue(answer.headers["Location"].endswith(f"{PAGE}?sent=message"))
        message = self.account.message_ids.filtered(
            lambda m: m.message_type == "comment"
        )
        self.assertEqual(message.author_id, self.person.partner_id)
        self.assertIn("&lt;b&gt;wrong", message.body)
        self.assertTrue(self.account.answered_date)
        activity = self.account.activity_ids
        self.assertEqual(activity.user_id, self.collector)
        self.assertIn("we pay on Friday", activity.summary)
        self.assertNotIn(self.person.partner_id, self.account.message_partner_ids)

    def test_a_message_without_words_is_refused(self):
        self._log_in(self.person)
        answer = self._post("message", account=self.account.id, text="  ")
        self.assertEqual(answer.status_code, 422)
        self.assertIn("Please write your message.", answer.text)
        self.assertFalse(self._messages())

    def test_nobody_writes_on_the_account_of_another(self):
        self._log_in(self.stranger)
        answer = self._post("message", account=self.account.id, text="hello")
        self.assertEqual(answer.status_code, 422)
        self.assertNotIn(self.customer.name, answer.text)
        self.assertFalse(self._messages())
        self.assertFalse(self.account.activity_ids)


@tagged("post_install", "-at_install")
class TestPortalPromise(PortalHttpCommon):
    """A customer promises to pay what it chose, on a day."""

    def _promise(self, items, **values):
        values = {"amount": "100", "date": str(self._day(7))} | values
        return self._post("promise", items=items, **values)

    def _promises(self):
        return self.env["ar.payment.promise"].search([])

    def test_a_promise_is_registered_and_shown(self):
        self._log_in(self.person)
        answer = self._promise(self._line_ids(self.late))
        self.assertTrue(answer.headers["Location"].endswith(f"{PAGE}?sent=promise"))
        self.assertRecordValues(
            self._promises(),
            [
                {
                    "account_id": self.account.id,
                    "amount": 100,
                    "date": self._day(7),
                    "origin": "portal",
                    "means": "transfer",
                    "contact_id": self.person.partner_id.id,
                }
            ],
        )
        page = self._get().text
        self.assertIn("Your promises", page)
        self.assertIn("Promised:", page)

    def test_a_refused_promise_says_why_and_keeps_what_was_typed(self):
        self._log_in(self.person)
        ids = self._line_ids(self.later)
        for values in (
            {"amount": ""},
            {"amount": "nan"},
            {"amount": "9999"},
            {"amount": "-5"},
            {"date": ""},
            {"date": "soon"},
            {"date": str(self._day(-2))},
        ):
            with self.subTest(values=values):
                answer = self._promise(ids, **values)
                self.assertEqual(answer.status_code, 422)
                self.assertIn("alert-danger", answer.text)
                self.assertIn(f'value="{ids[0]}" checked', answer.text)
        self.assertFalse(self._promises())

    def test_nobody_promises_for_another(self):
        self._log_in(self.person)
        for ids in (
            self._line_ids(self.foreign),
            self._line_ids(self.late, self.foreign),
            ["x"],
        ):
            answer = self._promise(ids)
            self.assertEqual(answer.status_code, 422)
            self.assertNotIn(self.foreign.name, answer.text)
        self.assertFalse(self._promises())


@tagged("post_install", "-at_install")
class TestPortalPayment(PortalHttpCommon):
    """Several invoices are paid by Odoo's own electronic payment, and matched."""

    def _choose(self, *moves):
        answer = self._post("choose", items=self._line_ids(*moves))
        self.assertEqual(answer.status_code, 303)
        return answer.headers["Location"]

    def _pay_online(self, ids, amount, **params):
        """Ask for a transaction as Odoo's payment form does; return the answer."""
        path = f"{PAGE}/transaction/{','.join(map(str, ids))}"
        return self.make_jsonrpc_request(
            path,
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.payment_method_id,
                "token_id": None,
                "amount": amount,
                "flow": "redirect",
                "tokenization_requested": False,
                "landing_route": "https://elsewhere.example.com",
                "is_validation": False,
                "access_token": "",
                "payment_reference": "",
            }
            | params,
        )

    def _transactions(self):
        return self.env["payment.transaction"].sudo().search([])

    def _assert_refused(self, *args, **kwargs):
        before = self._transactions()
        refused = "(User|Validation)Error|BadRequest|SessionExpired"
        with (
            mute_logger("odoo.http"),
            self.assertRaisesRegex(JsonRpcException, refused),
        ):
            self._pay_online(*args, **kwargs)
        self.assertEqual(self._transactions(), before)

    def test_two_invoices_are_paid_at_once_and_matched(self):
        self._log_in(self.person)
        path = self._choose(self.late, self.later)
        form = self._get(path).text
        self.assertIn('data-amount="350.0"', form)
        ids = re.search(r"transaction/([\d,]+)", form)[1].split(",")
        values = self._pay_online(ids, 350)
        transaction = self._get_tx(values["reference"])
        self.assertEqual(transaction.amount, 350)
        self.assertEqual(transaction.landing_route, PAGE)
        self.assertEqual(transaction.invoice_ids, self.late + self.later)
        transaction._set_done()
        self.env.flush_all()
        status = self.make_jsonrpc_request("/payment/status/poll", {})
        self.assertEqual(status["state"], "done")
        self.env.invalidate_all()
        self.assertFalse(any((self.late + self.later).mapped("amount_residual")))
        self.assertEqual(transaction.payment_id.amount, 350)
        self.assertIn("Nothing is open", self._get().text)

    def test_instalments_are_paid_as_they_were_chosen(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "in three",
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": share, "nb_days": days}
                    )
                    for share, days in ((50, 10), (30, 40), (20, 70))
                ],
            }
        )
        invoice = self._owe(self.customer, 600, -5, invoice_payment_term_id=term.id)
        first, second, third = self._receivable(invoice)
        self._log_in(self.person)
        ids = [second.id, *self._line_ids(self.later)]
        values = self._pay_online(ids, 180 + 250)
        self._get_tx(values["reference"])._set_done()
        self.env.flush_all()
        self.make_jsonrpc_request("/payment/status/poll", {})
        self.env.invalidate_all()
        self.assertTrue(second.reconciled)
        self.assertFalse(self.later.amount_residual)
        self.assertEqual(first.amount_residual, 300)
        self.assertEqual(third.amount_residual, 120)

    def test_the_ledger_says_the_amount_and_not_the_form(self):
        self._log_in(self.person)
        ids = self._line_ids(self.late)
        for amount in (1, -100, 0, None, "nan"):
            with self.subTest(amount=amount):
                self._assert_refused(ids, amount)
        self._assert_refused(ids, 100, currency_id=self.currency_usd.id)
        self._assert_refused(ids, 100, partner_id=self.other_customer.id)
        values = self._pay_online(ids, 100, is_validation=True)
        self.assertEqual(self._get_tx(values["reference"]).amount, 100)

    def test_forged_ids_are_refused(self):
        self._log_in(self.person)
        self._assert_refused(self._line_ids(self.foreign), 777)
        self._assert_refused(self._line_ids(self.late, self.foreign), 877)
        self._assert_refused([999999999], 100)
        self._assert_refused(["x"], 100)
        answer = self._post("choose", items=self._line_ids(self.foreign))
        self.assertEqual(answer.status_code, 422)
        self.assertNotIn(self.foreign.name, answer.text)
        answer = self._get(f"{PAGE}/pay/{self._line_ids(self.foreign)[0]}")
        self.assertEqual(answer.status_code, 303)

    def test_a_provider_that_is_not_proposed_is_refused(self):
        self._log_in(self.person)
        hidden = self.provider.copy({"is_published": False})
        self._assert_refused(self._line_ids(self.late), 100, provider_id=hidden.id)

    def test_a_visitor_pays_nothing(self):
        self.authenticate(None, None)
        self._assert_refused(self._line_ids(self.late), 100)

    def test_an_invoice_whose_payment_is_not_finished_is_marked(self):
        self._log_in(self.person)
        values = self._pay_online(self._line_ids(self.late), 100)
        transaction = self._get_tx(values["reference"])
        self.assertIn("Payment announced", self._get().text)
        transaction._set_done()
        self.env.flush_all()
        page = self._get().text
        self.assertIn("Payment under way", page)
        self.assertNotIn(f'id="item-{self._line_ids(self.late)[0]}"', page)
        self._assert_refused(self._line_ids(self.late), 100)
