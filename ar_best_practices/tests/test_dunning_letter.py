import io
from unittest.mock import patch

from freezegun import freeze_time
from PyPDF2 import PdfReader

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from odoo.addons.base.models.ir_actions_report import IrActionsReport

from ..models import ar_paper
from .common import TODAY, ReceivablesCommon

REPORT = "ar_best_practices.ar_dunning_run_report_letters"


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestDunningLetter(ReceivablesCommon):
    """What is on paper, and how many pages of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param("report.print_delay", "10")
        cls.standard = cls.env.ref("ar_best_practices.dunning_strategy_standard")
        cls.standard.minimum_amount = 0
        cls.company.write({"name": "Comptoir Éclair", "city": "Brest"})
        cls.customer.write(
            {"email": False, "street": "3 rue de l'Église", "zip": "35000"}
            | {"city": "Rennes", "country_id": cls.env.ref("base.fr").id}
        )

    def _late(self, partner, amount, days=9, **values):
        due = fields.Date.subtract(fields.Date.to_date(TODAY), days=days)
        issued = fields.Date.subtract(due, days=30)
        return self._invoice(partner, amount, issued, due, **values)

    def _approved(self):
        run = self._run()
        run.action_approve()
        return run

    def _print(self, run, notices=None):
        """Return the text of each page."""
        with self.allow_pdf_render():
            return self._read(run._render_letters(notices))

    def _read(self, content):
        return [
            " ".join(page.extract_text().split())
            for page in PdfReader(io.BytesIO(content)).pages
        ]

    # ------------------------------------------------------------------
    # What it says
    # ------------------------------------------------------------------

    def test_a_letter_says_who_owes_what_to_whom(self):
        invoice = self._late(self.customer, 1234.5)
        run = self._approved()
        (page,) = self._print(run)
        for words in (
            "Comptoir Éclair",
            "Atelier Lemoine",
            "3 rue de l'Église",
            "FRANCE",
            "Brest, June 30, 2026",
            invoice.name,
            "1,234.50",
            run.notice_ids._get_letter_reference(),
        ):
            self.assertIn(words, page)

    def test_the_country_is_named_to_the_post_only_abroad(self):
        self._late(self.customer, 100)
        notice = self._run().notice_ids
        self.assertEqual(notice._get_letter_address()[-1], "FRANCE")
        self.company.country_id = self.customer.country_id
        self.assertEqual(notice._get_letter_address()[-1], "35000 Rennes")

    def test_a_letter_speaks_the_language_of_its_customer(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        text = self.env.ref("ar_best_practices.letter_template_dunning_reminder")
        french_text = text.with_context(lang="fr_FR")
        french_text.body_html = "<p>Réglez !</p><t t-out='object._items_table()'/>"
        self.customer.lang = "fr_FR"
        self.other_customer.email = False
        self._late(self.customer, 100)
        self._late(self.other_customer, 50)
        french, english = self._print(self._approved())
        self.assertIn("30 juin 2026", french)
        self.assertIn("Réglez !", french)
        self.assertIn("21/06/2026", french)
        self.assertIn("June 30, 2026", english)
        self.assertIn("06/21/2026", english)

    def test_each_currency_has_its_total(self):
        euro = self.setup_other_currency("EUR")
        self._late(self.customer, 100)
        self._late(self.customer, 250.4, currency_id=euro.id)
        self._late(self.customer, 49.6, currency_id=euro.id)
        (page,) = self._print(self._approved())
        self.assertRegex(page, r"To pay \$ ?100\.00")
        self.assertRegex(page, r"To pay 300\.00 ?€")

    def test_the_bank_account_of_the_invoices_is_quoted(self):
        bank, other = self.env["res.partner.bank"].create(
            [
                {"acc_number": number, "partner_id": self.company.partner_id.id}
                for number in ("FR7630006000011234567890189", "BE71096123456769")
            ]
        )
        invoice = self._late(self.customer, 100)
        invoice.partner_bank_id = other
        notice = self._run().notice_ids
        self.assertEqual(notice._get_letter_banks(), other)
        invoice.partner_bank_id = False
        self.assertEqual(notice._get_letter_banks(), bank)

    def test_letters_of_a_trial_are_marked(self):
        self.company.ar_is_trial = True
        self._late(self.customer, 100)
        (page,) = self._print(self._approved())
        self.assertIn("Trial: not to be posted", page)

    # ------------------------------------------------------------------
    # Pages
    # ------------------------------------------------------------------

    def test_ordinary_letters_take_one_page_each_in_one_call(self):
        for partner in (self.customer, self.other_customer):
            partner.email = False
            for amount in (10, 20, 30):
                self._late(partner, amount)
        run = self._approved()
        with patch.object(
            IrActionsReport,
            "_run_wkhtmltopdf",
            autospec=True,
            side_effect=IrActionsReport._run_wkhtmltopdf,
        ) as engine:
            pages = self._print(run)
        self.assertEqual(len(pages), 2)
        self.assertEqual(engine.call_count, 1)
        self.assertFalse(engine.call_args.kwargs.get("header"))

    def test_many_letters_are_put_together_in_order(self):
        names = ["Alpha", "Bravo", "Carré"]
        for position, name in enumerate(names):
            partner = self._create_customer(name, email=False)
            self._late(partner, 100 - position)
        with patch.object(ar_paper, "BATCH", 2):
            pages = self._print(self._approved())
        self.assertEqual(len(pages), 3)
        for name, page in zip(names, pages, strict=True):
            self.assertIn(name, page)

    def test_a_long_list_goes_to_an_annex_and_loses_nothing(self):
        due = fields.Date.subtract(fields.Date.to_date(TODAY), days=9)
        moves = [self._late(self.customer, 10) for _number in range(60)]
        run = self._approved()
        letter, *annex = self._print(run)
        self.assertIn("60 items, listed in the annex", letter)
        self.assertIn("600.00", letter)
        self.assertEqual(len(annex), 2)
        self.assertIn("1 / 2", annex[0])
        self.assertIn(fields.Date.to_string(due)[:4], annex[0])
        for page in annex:
            self.assertIn("Due date", page, "each page has its headings")
        for move in moves:
            self.assertIn(move.name, " ".join(annex))
        self.assertNotIn("To pay", annex[0])
        self.assertIn("To pay", annex[1])

    # ------------------------------------------------------------------
    # Texts
    # ------------------------------------------------------------------

    def test_a_level_without_letter_text_takes_its_mail_text(self):
        self._late(self.customer, 100)
        run = self._approved()
        level = run.notice_ids.level_id
        level.letter_template_id = False
        level.mail_template_id.body_html = "<p>Words of the mail.</p>"
        (page,) = self._print(run)
        self.assertIn("Words of the mail.", page)

    def test_a_level_without_any_text_is_named(self):
        self._late(self.customer, 100)
        run = self._approved()
        level = run.notice_ids.level_id
        level.write({"letter_template_id": False, "mail_template_id": False})
        with self.assertRaisesRegex(UserError, level.name):
            run.action_print_letters()
        with self.assertRaisesRegex(UserError, level.name):
            run._render_letters()

    def test_an_empty_text_is_no_text(self):
        self._late(self.customer, 100)
        run = self._approved()
        level = run.notice_ids.level_id
        level.mail_template_id = False
        level.letter_template_id.body_html = "<p><br/></p>"
        with self.assertRaisesRegex(UserError, level.name):
            run._render_letters()

    # ------------------------------------------------------------------
    # What is printed
    # ------------------------------------------------------------------

    def test_printing_marks_nothing_and_may_be_done_again(self):
        self._late(self.customer, 100)
        run = self._approved()
        first = self._print(run)
        self.assertEqual(run.notice_ids.state, "approved")
        run.action_send()
        self._run_cron("ir_cron_dunning_send")
        self.assertEqual(run.notice_ids.state, "sent")
        self.assertEqual(self._print(run), first)

    def test_a_run_prints_only_its_approved_letters(self):
        self._late(self.other_customer, 100)
        run = self._approved()
        self.assertEqual(run.notice_ids.channel, "mail")
        with self.assertRaisesRegex(UserError, "no letter"):
            run.action_print_letters()

    def test_a_notice_of_any_channel_is_printed_once_approved(self):
        invoice = self._late(self.other_customer, 100)
        run = self._run()
        with self.assertRaisesRegex(UserError, "approved"):
            run.notice_ids.action_print_letter()
        run.action_approve()
        action = run.notice_ids.action_print_letter()
        self.assertEqual(action["url"], f"/ar/dunning/letter/{run.notice_ids.id}")
        with self.allow_pdf_render():
            (page,) = self._read(run.notice_ids._render_letter())
        self.assertIn(invoice.name, page)

    def test_the_print_menu_gives_the_same_letters(self):
        self._late(self.customer, 100)
        run = self._approved()
        report = self.env["ir.actions.report"]
        with self.allow_pdf_render():
            # as the browser asks for it: by its name
            name = self.env.ref(REPORT).report_name
            content, kind = report._render_qweb_pdf(name, run.ids)
        self.assertEqual(kind, "pdf")
        self.assertEqual(self._read(content), self._print(run))

    def test_a_collector_prints_and_others_do_not(self):
        self._late(self.customer, 100)
        run = self._approved()
        collector = self._create_user("letter_collector", "collector")
        self.assertEqual(len(self._print(run.with_user(collector))), 1)
        viewer = self._create_user("letter_viewer", "viewer")
        with self.assertRaises(AccessError):
            run.with_user(viewer)._render_letters()

    def test_texts_of_a_batch_do_not_mix(self):
        """The text is compiled once: what one letter sets is unknown to the next."""
        text = self.env.ref("ar_best_practices.letter_template_dunning_reminder")
        text.body_html = (
            "<t t-if=\"object.partner_id.name == 'Alpha'\">"
            "<t t-set='secret' t-value=\"'for Alpha only'\"/></t>"
            "<p>Read: <t t-out=\"secret or 'nothing'\"/></p>"
        )
        for position, name in enumerate(("Alpha", "Bravo")):
            self._late(self._create_customer(name, email=False), 100 - position)
        first, second = self._print(self._approved())
        self.assertIn("Read: for Alpha only", first)
        self.assertIn("Read: nothing", second)


@tagged("post_install", "-at_install")
class TestDunningLetterRoute(ReceivablesCommon, HttpCase):
    """The addresses that show letters in the browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param("report.print_delay", "10")
        cls.env.ref("ar_best_practices.dunning_strategy_standard").minimum_amount = 0
        cls.customer.email = False
        today = fields.Date.context_today(cls.company)
        due = fields.Date.subtract(today, days=9)
        cls._invoice(cls.customer, 100, fields.Date.subtract(due, days=30), due)
        cls.letters = cls._run(today)
        cls.letters.action_approve()
        cls._create_user("letter_collector", "collector")
        cls._create_user("letter_viewer", "viewer")

    def test_letters_of_a_run_and_of_one_notice_open_as_pdf(self):
        self.authenticate("letter_collector", "letter_collector")
        for action in (
            self.letters.action_print_letters(),
            self.letters.notice_ids.action_print_letter(),
        ):
            response = self.url_open(action["url"])
            self.assertEqual(response.status_code, 200)
            self.assertEqual(response.headers["Content-Type"], "application/pdf")
            self.assertEqual(len(PdfReader(io.BytesIO(response.content)).pages), 1)

    def test_nobody_else_may_open_them(self):
        url = self.letters.action_print_letters()["url"]
        self.assertIn("/web/login", self.url_open(url).url)
        self.authenticate("letter_viewer", "letter_viewer")
        self.assertEqual(self.url_open(url).status_code, 403)
        self.assertEqual(self.url_open("/ar/dunning/letters/0").status_code, 404)
