"""What the suite decides is written by its own methods, whoever calls from outside."""

from odoo import api, models
from odoo.exceptions import AccessError


class ArGuarded(models.AbstractModel):
    """``readonly=True`` binds screens only; here it binds remote calls as well.

    States, reasons and proofs are written by methods that check the caller's right and
    go on by `_checked_sudo`.
    """

    _name = "ar.guarded"
    _description = "Columns that only the suite itself writes"

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_guarded({name for name, value in vals.items() if value})
        return super(ArGuarded, self._without_guarded_defaults()).create(vals_list)

    def write(self, vals):
        self._check_guarded(vals)
        return super().write(vals)

    def _checked_sudo(self, operation="write"):
        """Return these records for a write of the suite itself.

        sudo: guarded columns are nobody's to write by hand; the caller's own right on
        the records is checked here, first.
        """
        self.check_access(operation)
        return self.sudo()

    def _check_guarded(self, names):
        if self.env.su:
            return
        if found := sorted(self._get_guarded_fields().intersection(names)):
            raise AccessError(
                self.env._(
                    "Nobody writes %(fields)s of “%(model)s” by hand: use the buttons.",
                    fields=", ".join(self._fields[name].string for name in found),
                    model=self._description,
                )
            )

    def _get_guarded_fields(self) -> set[str]:
        """Return the stored fields that are declared read-only."""
        return {
            name
            for name, field in self._fields.items()
            if field.store and field.readonly and name not in models.MAGIC_COLUMNS
        }

    def _without_guarded_defaults(self):
        """Drop defaults of guarded fields that a caller put into the context."""
        if self.env.su:
            return self
        guarded = {f"default_{name}" for name in self._get_guarded_fields()}
        context = {k: v for k, v in self.env.context.items() if k not in guarded}
        return self.with_env(self.env(context=context))
