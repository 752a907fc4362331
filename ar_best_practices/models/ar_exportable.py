"""Records that a user takes away as a spreadsheet."""

import base64
from collections.abc import Callable

from odoo import fields, models

from .workbook import make_workbook


class ArExportable(models.AbstractModel):
    """For a model with its own columns: Odoo's export would write a customer's
    ``=…`` as a formula."""

    _name = "ar.exportable"
    _description = "Records exported as a spreadsheet"

    def _get_export_columns(self) -> list[tuple[str, Callable]]:
        """Return (header, function of a record) of each column, in order."""
        raise NotImplementedError

    def action_export(self):
        """Download these records as a spreadsheet."""
        self.check_access("read")
        title = self.env["ir.model"]._get(self._name).name
        columns = self._get_export_columns()
        content = make_workbook(
            title,
            [header for header, _read in columns],
            ([read(record) for _header, read in columns] for record in self),
            self._get_export_notes(),
        )
        export = self.env["ar.export"].create(
            {"name": f"{title}.xlsx", "content": base64.b64encode(content)}
        )
        return export._download()

    def _get_export_notes(self) -> list[str]:
        """Say what the spreadsheet holds: as of when, how many, by whom."""
        now = self._local_time(fields.Datetime.now())
        return [
            self.env._("As of %s", now.strftime("%Y-%m-%d %H:%M")),
            self.env._("Rows: %s", len(self)),
            self.env._("By %s", self.env.user.name),
            self.env._("Times are those of %s.", self.env.tz),
        ]

    def _local_time(self, moment):
        """Return a moment in the user's time zone as a spreadsheet takes it."""
        if not moment:
            return None
        return fields.Datetime.context_timestamp(self, moment).replace(tzinfo=None)

    def _label(self, field: str) -> str | None:
        """Return the words of a choice in the user's language."""
        words = dict(self._fields[field]._description_selection(self.env))
        return words.get(self[field])
