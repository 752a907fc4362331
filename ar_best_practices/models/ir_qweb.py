"""Texts of a batch are compiled once."""

from lxml import etree

from odoo import models


class IrQweb(models.AbstractModel):
    _inherit = "ir.qweb"

    def _compile(self, template):
        # EXTENDS base: the mail engine hands over the same text for every customer, and
        # compiling it takes ten times longer than filling it in. A batch brings its own
        # ``ar_compiled_texts`` in the context, which ends with it.
        texts = self.env.context.get("ar_compiled_texts")
        if texts is None or not isinstance(template, etree._Element):
            return super()._compile(template)
        key = (
            etree.tostring(template),
            *(self.env.context.get(name) for name in self._get_template_cache_keys()),
        )
        if key not in texts:
            texts[key] = super()._compile(template)
        return texts[key]
