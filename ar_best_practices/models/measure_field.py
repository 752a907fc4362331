"""A number that may be unknown: no data is n/a, never 0."""

from odoo import fields


class Measure(fields.Float):
    """A Float whose NULL stays apart from zero.

    Reads as False when unknown, so that screens show nothing (or "n/a") and a
    comparison in Python has to say what it does without data.
    """

    def convert_to_column(self, value, record, values=None, validate=True):
        if value is None or value is False:
            return None
        return super().convert_to_column(value, record, values, validate)

    def convert_to_cache(self, value, record, validate=True):
        if value is None or value is False:
            return None
        return super().convert_to_cache(value, record, validate)

    def convert_to_record(self, value, record):
        return False if value is None else value
