"""The Print menu of dunning runs."""

from odoo import models

from .ar_dunning_letter import DOCUMENT


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    def _render_qweb_pdf(self, report_ref, res_ids=None, data=None):
        # EXTENDS base: letters are printed in batches and without a page header
        report = self._get_report(report_ref)
        if report.report_name != DOCUMENT:
            return super()._render_qweb_pdf(report_ref, res_ids=res_ids, data=data)
        runs = self.env[report.model].browse(res_ids)
        runs.check_access("read")
        return runs._render_letters(), "pdf"
