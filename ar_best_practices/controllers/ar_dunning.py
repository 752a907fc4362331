from odoo import http
from odoo.http import content_disposition, request


class ArDunningController(http.Controller):
    @http.route("/ar/dunning/letters/<int:run_id>", type="http", auth="user")
    def letters(self, run_id):
        """Serve every letter of a run as one PDF; record rules decide who may."""
        run = self._get_record("ar.dunning.run", run_id)
        return self._show_pdf(run._render_letters(), f"letters-{run.date}.pdf")

    @http.route("/ar/dunning/letter/<int:notice_id>", type="http", auth="user")
    def letter(self, notice_id):
        """Serve one notice as a letter."""
        notice = self._get_record("ar.dunning.notice", notice_id)
        name = f"letter-{notice._get_letter_reference()}.pdf"
        return self._show_pdf(notice._render_letter(), name)

    def _get_record(self, model, record_id):
        """Return a record that the user may read, else answer that there is none."""
        record = request.env[model].browse(record_id).exists()
        if not record:
            raise request.not_found()
        record.check_access("read")
        return record

    def _show_pdf(self, content, filename):
        headers = [
            ("Content-Type", "application/pdf"),
            ("Content-Length", str(len(content))),
            (
                "Content-Disposition",
                content_disposition(filename, disposition_type="inline"),
            ),
        ]
        return request.make_response(content, headers)
