"""Numbers that may be unknown: no data is n/a or nothing, never 0."""

from odoo import fields


class Unknown:
    """A number whose NULL stays apart from zero.

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

    def convert_to_export(self, value, record):
        return "" if value is False else super().convert_to_export(value, record)


class Measure(Unknown, fields.Float):
    """A Float that may be unknown."""


class Rating(Unknown, fields.Integer):
    """An Integer that may be unknown."""
