"""What one letter says: recipient, date, reference, words, items, bank."""

from markupsafe import Markup

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date, is_html_empty
from odoo.tools.misc import split_every

from ..tools.letter import rows_beside_text

# Where the text of a letter shows its items
ITEMS_PLACE = Markup('<div class="ar_items"></div>')
# As many rows stay in the text whatever its length
SHORT_LIST = 3
ANNEX_ROWS = 34
NOT_PRINTABLE = ("proposed", "excluded", "cancelled")
TEXT_FIELDS = ("letter_template_id", "mail_template_id")


class ArDunningLetterPage(models.AbstractModel):
    _name = "ar.dunning.letter.page"
    _inherit = "ar.paper"
    _description = "Letter of a dunning notice"

    _paper_report = "ar_best_practices.ar_dunning_run_report_letters"

    def action_print_letter(self):
        """Print this notice as a letter, whatever its channel; nothing is marked."""
        self.ensure_one()
        self._check_printable()
        self._check_letter_texts()
        return {
            "type": "ir.actions.act_url",
            "url": f"/ar/dunning/letter/{self.id}",
            "target": "new",
        }

    def _render_letter(self) -> bytes:
        """Return the PDF of these notices, each as a letter."""
        self._check_printable()
        return self.run_id._render_letters(self)

    # ------------------------------------------------------------------
    # Checks
    # ------------------------------------------------------------------

    def _check_printable(self):
        if self.filtered(lambda notice: notice.state in NOT_PRINTABLE):
            raise UserError(
                self.env._(
                    "Only an approved notice can be printed: use the preview before."
                )
            )

    def _check_letter_texts(self):
        """Refuse levels that have neither a letter nor a mail text."""
        self._refuse_without_text(
            self.filtered(lambda n: not any(n.level_id[field] for field in TEXT_FIELDS))
        )

    def _refuse_without_text(self, notices):
        if notices:
            levels = {notice.level_id.name or notice.name for notice in notices}
            raise UserError(
                self.env._(
                    "No letter text and no mail text for: %(levels)s. Choose a text"
                    " under Configuration ▸ Strategies, then print again.",
                    levels=", ".join(sorted(filter(None, levels))),
                )
            )

    # ------------------------------------------------------------------
    # Page
    # ------------------------------------------------------------------

    def _prepare_letters(self) -> list[dict]:
        """Return the values of the page of each notice, for the report.

        Addons above add their own by ``super()`` and show them in the page's template.
        """
        self._ensure_portal_tokens()
        texts = self._get_letter_texts()
        return [
            notice.with_context(lang=notice._get_letter_lang())._prepare_letter(
                *texts[notice.id]
            )
            for notice in self
        ]

    def _prepare_letter(self, subject: str, body: Markup) -> dict:
        annex = self._get_annex() if self._needs_annex(body) else []
        items = self._get_items_summary() if annex else self._render_items()
        return {
            "page": "ar_best_practices.dunning_letter_page",
            "notice": self,
            "company": self.company_id,
            "customer": self.partner_id,
            "lang": self.env.lang,
            "subject": subject,
            "body": body.replace(ITEMS_PLACE, items),
            "annex": annex,
            "annex_title": self._get_annex_title(),
            "address": self._get_letter_address(),
            "place_and_date": self._get_place_and_date(self.run_id.date),
            "reference": self._get_letter_reference(),
            "collector": self._collector(),
            "banks": self._get_letter_banks(),
        }

    def _get_letter_lang(self) -> str:
        return self.lang or self.run_id._get_lang()

    def _get_letter_texts(self) -> dict[int, tuple[str, Markup]]:
        """Return (subject, body) of each notice: the level's letter, else its mail."""
        texts, missing = {}, self
        for field in TEXT_FIELDS:
            texts |= missing._get_texts_of(field)
            missing = self.browse(id_ for id_ in self.ids if id_ not in texts)
        self._refuse_without_text(missing)
        return texts

    def _get_texts_of(self, field: str) -> dict[int, tuple[str, Markup]]:
        """Return (subject, body) of the notices whose level has this text."""
        letters = self.with_context(ar_letter=True)
        subjects = letters._render_template_field(field, "subject")
        bodies = letters._render_template_field(field, "body_html")
        return {
            notice_id: (subjects[notice_id], body)
            for notice_id, body in bodies.items()
            if not is_html_empty(body)
        }

    def _get_letter_address(self) -> list[str]:
        customer = self.partner_id or self.account_id.partner_id
        return self._get_postal_lines(customer, self.contact_id or customer)

    def _get_letter_date(self) -> str:
        """Return the day of the run in words: what is asked and the deadline are
        counted from it, and a second print says the same."""
        return format_date(self.env, self.run_id.date, date_format="long")

    def _get_letter_reference(self) -> str:
        """Return what the customer quotes in an answer; the same on every print."""
        return f"{self.run_id.date.year}-{self.id:05d}"

    def _get_letter_banks(self):
        """Return where to pay: the accounts named on the invoices asked for, else the
        first account of the company."""
        moves = self.asked_line_ids.filtered(lambda line: line.amount > 0).move_id
        return moves.partner_bank_id or self.company_id.bank_ids[:1]

    # ------------------------------------------------------------------
    # Annex
    # ------------------------------------------------------------------

    def _needs_annex(self, body: Markup) -> bool:
        """A list that would push the end of the letter to a second page leaves the
        text for an annex, where each page has its heading."""
        rows = len(self.asked_line_ids) + len(self._get_totals())
        room = max(SHORT_LIST + 1, rows_beside_text(body))
        return ITEMS_PLACE in body and rows > room

    def _get_items_summary(self) -> Markup:
        """Return what the text says in place of the list: how many, and the totals."""
        return self._render_items("ar_best_practices.notice_items_summary")

    def _get_annex_title(self) -> str:
        return self.env._(
            "Annex to our letter %(reference)s of %(date)s",
            reference=self._get_letter_reference(),
            date=self._get_letter_date(),
        )

    def _get_annex(self) -> list[Markup]:
        """Return one table a page; the totals end the last one."""
        pages = list(split_every(ANNEX_ROWS, self.asked_line_ids.ids))
        return [
            self._render_items(
                lines=self.asked_line_ids.browse(ids),
                totals=self._get_totals() if ids is pages[-1] else [],
            )
            for ids in pages
        ]
