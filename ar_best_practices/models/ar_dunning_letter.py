"""Letters of a run as one PDF, made by few calls of the PDF engine.

An engine without Qt patches prints no header or footer and refuses several documents at
once. All that is on paper is therefore in the page itself, and up to ``BATCH`` letters
with page breaks make one document; the files are then put together.
"""

import base64

from odoo import models
from odoo.exceptions import UserError
from odoo.tools.image import image_process
from odoo.tools.mimetypes import guess_mimetype
from odoo.tools.misc import split_every
from odoo.tools.pdf import merge_pdf

from odoo.addons.base.models.ir_actions_report import _wkhtml

BATCH = 100
PRINTABLE = ("approved", "sent")
REPORT = "ar_best_practices.ar_dunning_run_report_letters"
DOCUMENT = "ar_best_practices.dunning_letters"
LOGO_SIZE = (900, 300)
# An unpatched engine prints a CSS pixel as 1/125 inch whatever its options.
UNPATCHED_ZOOM = 1.302


class ArDunningLetter(models.AbstractModel):
    _name = "ar.dunning.letter"
    _description = "Letters of a dunning run"

    def action_print_letters(self):
        """Print every letter of the run in one file; nothing is marked as sent."""
        self.ensure_one()
        self._get_letters()._check_letter_texts()
        return {
            "type": "ir.actions.act_url",
            "url": f"/ar/dunning/letters/{self.id}",
            "target": "new",
        }

    def _get_letters(self):
        """Return the notices of these runs that go by post, in the order of the run."""
        letters = self.notice_ids.filtered(
            lambda n: n.channel == "letter" and n.state in PRINTABLE
        )
        if not letters:
            raise UserError(self.env._("This run has no letter to print."))
        return letters

    def _render_letters(self, notices=None) -> bytes:
        """Return the letters of the run, or of the given notices, as one PDF.

        Each letter begins on a page of its own, in its customer's language. Printing
        marks nothing: it may be done again.
        """
        letters = self._get_letters() if notices is None else notices
        letters.check_access("read")
        letters._check_letter_texts()
        report = self._get_letter_report()
        files = [
            self._render_letter_batch(report, letters.browse(ids))
            for ids in split_every(BATCH, letters.ids)
        ]
        return files[0] if len(files) == 1 else merge_pdf(files)

    def _get_letter_report(self):
        report = self.env.ref(REPORT).sudo()  # its paper format is system data
        if report.get_wkhtmltopdf_state() == "install":
            raise UserError(
                self.env._("Letters need the program wkhtmltopdf on this server.")
            )
        return report

    def _render_letter_batch(self, report, notices) -> bytes:
        """Return one PDF of at most ``BATCH`` letters, by one call of the engine."""
        html = self.env["ir.qweb"]._render(
            DOCUMENT,
            {
                "letters": notices._prepare_letters(),
                "companies": notices.company_id,
                "logo_uri": self._get_logo_uri,
                "zoom": 1 if _wkhtml().is_patched_qt else UNPATCHED_ZOOM,
                "base_url": self.get_base_url(),
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
