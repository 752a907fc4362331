from odoo import http
from odoo.http import request


class ArDunningController(http.Controller):
    @http.route("/ar/dunning/letters/<int:run_id>", type="http", auth="user")
    def letters(self, run_id):
        """Serve every letter of a run as one PDF; record rules decide who may."""
        run = request.env["ar.dunning.run"].browse(run_id).exists()
        run.check_access("read")
        content = run._render_letters()
        headers = [
            ("Content-Type", "application/pdf"),
            ("Content-Length", str(len(content))),
            ("Content-Disposition", f'inline; filename="letters-{run.date}.pdf"'),
        ]
        return request.make_response(content, headers)
