"""The Print menus of dunning runs and of customer accounts."""

from odoo import models

from .ar_paper import DOCUMENT


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    def _render_qweb_pdf(self, report_ref, res_ids=None, data=None):
        # EXTENDS base: letters are printed in batches and without a page header
        report = self._get_report(report_ref)
        # by its file: the name is what a browser asks for, and each report's own
        if report.report_file != DOCUMENT:
            return super()._render_qweb_pdf(report_ref, res_ids=res_ids, data=data)
        records = self.env[report.model].browse(res_ids)
        records.check_access("read")
        return records._print_documents(), "pdf"
