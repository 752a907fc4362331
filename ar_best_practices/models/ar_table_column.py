"""One column of an imported table: its name, some values, what we take it for."""

from odoo import api, fields, models
from odoo.tools import unique

from ..tools.column_guess import Vocabulary

SAMPLES_SHOWN = 3
SAMPLE_LENGTH = 80


class ArTableColumn(models.AbstractModel):
    """Whoever inherits adds `import_id` and says which roles there are."""

    _name = "ar.table.column"
    _description = "Column of an imported table"
    _order = "import_id, position"
    _rec_name = "header"

    position = fields.Integer(required=True, readonly=True)
    header = fields.Char(string="Column of the file", readonly=True)
    samples = fields.Char(string="First values", readonly=True)
    role = fields.Selection(
        lambda self: self._selection_role(),
        string="Read as",
        help="Leave empty what is not needed.",
    )

    @api.model
    def _selection_role(self) -> list[tuple[str, str]]:
        """Return what a column may be, in words."""
        raise NotImplementedError

    @api.model
    def _guess_vals_list(
        self, vocabulary: Vocabulary, headers: list[str], rows: list[list[str]]
    ) -> list[dict]:
        """Return the values of the columns of a file, their roles guessed.

        :param headers: the names of the columns
        :param rows: the first rows below them, as text
        """
        samples = [
            [row[position] for row in rows if position < len(row)]
            for position in range(len(headers))
        ]
        roles = vocabulary.guess(headers, samples)
        return [
            {
                "position": position,
                "header": headers[position],
                "samples": self._get_shown_samples(samples[position]),
                "role": roles[position],
            }
            for position in range(len(headers))
            if headers[position] or any(samples[position])
        ]

    @api.model
    def _get_shown_samples(self, values: list[str]) -> str:
        different = list(unique(value[:SAMPLE_LENGTH] for value in values if value))
        return " · ".join(different[:SAMPLES_SHOWN])
