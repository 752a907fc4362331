"""Letters of a run as one PDF."""

from odoo import models
from odoo.exceptions import UserError

from .ar_dunning_channel import PAPER

PRINTABLE = ("approved", "sent")


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
            lambda n: n.channel in PAPER and n.state in PRINTABLE
        )
        if not letters:
            raise UserError(self.env._("This run has no letter to print."))
        return letters

    def _print_documents(self) -> bytes:
        """Return what the Print menu gives."""
        return self._render_letters()

    def _render_letters(self, notices=None) -> bytes:
        """Return the letters of the run, or of the given notices, as one PDF.

        Each letter begins on a page of its own, in its customer's language. Printing
        marks nothing: it may be done again.
        """
        letters = self._get_letters() if notices is None else notices
        letters.check_access("read")
        letters._check_letter_texts()
        return letters._print_letters()
