"""Pages of many customers as one PDF, made by few calls of the PDF engine.

An engine without Qt patches prints no header or footer and refuses several documents at
once. All that is on paper is therefore in the page itself, and up to ``BATCH`` letters
with page breaks make one document; the files are then put together.
"""

import base64
from datetime import date

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date
from odoo.tools.image import image_process
from odoo.tools.mimetypes import guess_mimetype
from odoo.tools.misc import split_every
from odoo.tools.pdf import merge_pdf

from odoo.addons.base.models.ir_actions_report import _wkhtml

BATCH = 100
DOCUMENT = "ar_best_practices.dunning_letters"
LOGO_SIZE = (900, 300)
# An unpatched engine prints a CSS pixel as 1/125 inch whatever its options.
UNPATCHED_ZOOM = 1.302


class ArPaper(models.AbstractModel):
    """For a model with a `company_id`, whose records are printed as letters."""

    _name = "ar.paper"
    _description = "Letters printed by few calls of the PDF engine"

    _paper_report = ""

    def _prepare_letters(self) -> list[dict]:
        """Return the values of the page of each record: its template as ``page``, its
        language as ``lang``, and what the template asks for."""
        raise NotImplementedError

    def _print_letters(self) -> bytes:
        """Return one PDF of these records, each on a page of its own."""
        report = self._get_paper_report()
        batches = map(self.browse, split_every(BATCH, self.ids))
        files = [batch._print_batch(report) for batch in batches]
        return files[0] if len(files) == 1 else merge_pdf(files)

    def _get_paper_report(self):
        report = self.env.ref(self._paper_report).sudo()  # its paper is system data
        if report.get_wkhtmltopdf_state() == "install":
            raise UserError(
                self.env._("Letters need the program wkhtmltopdf on this server.")
            )
        return report

    def _print_batch(self, report) -> bytes:
        """Return one PDF of at most ``BATCH`` letters, by one call of the engine."""
        html = self.env["ir.qweb"]._render(
            DOCUMENT,
            {
                "letters": self._prepare_letters(),
                "companies": self.company_id,
                "logo_uri": self._get_logo_uri,
                "zoom": 1 if _wkhtml().is_patched_qt else UNPATCHED_ZOOM,
                "base_url": self[:1].get_base_url(),
            },
        )
        return report._run_wkhtmltopdf([html], report_ref=report)

    def _get_logo_uri(self, company) -> str:
        """Return the company's logo as a data URI, small enough for a letterhead;
        empty when the company has none of its own."""
        if not company.logo or company.uses_default_logo:
            return ""
        logo = image_process(
            base64.b64decode(company.logo), size=LOGO_SIZE, output_format="PNG"
        )
        return f"data:{guess_mimetype(logo)};base64,{base64.b64encode(logo).decode()}"

    # ------------------------------------------------------------------
    # Words of a letterhead
    # ------------------------------------------------------------------

    def _get_postal_lines(self, customer, person) -> list[str]:
        """Return the recipient's lines as the post of the sender's country reads them:
        names, street, town, and a foreign country in capitals."""
        place = person if person.city or person.street else customer
        place = place.with_context(lang=self._get_company_lang())
        form, words = place._prepare_display_address(without_company=True)
        abroad = place.country_id != self.company_id.country_id
        words["country_name"] = (place.country_id.name or "").upper() if abroad else ""
        lines = [customer.name, person.name if person != customer else ""]
        lines += (form % words).splitlines()
        return [line.strip() for line in lines if line and line.strip()]

    def _get_company_lang(self) -> str:
        return self.company_id.partner_id.lang or self.env.lang or "en_US"

    def _get_place_and_date(self, day: date) -> str:
        words = format_date(self.env, day, date_format="long")
        place = self.company_id.city
        if not place:
            return words
        return self.env._("%(place)s, %(date)s", place=place, date=words)
