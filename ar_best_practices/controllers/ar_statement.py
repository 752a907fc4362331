from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from .ar_dunning import ArDunningController

# The link is the key: it goes to no search engine, cache or other site
PRIVATE = {
    "Cache-Control": "no-store, private",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}


class ArStatementController(ArDunningController):
    @http.route(
        "/receivables/statement/<int:statement_id>/<string:seal>",
        type="http",
        auth="public",
        sitemap=False,
    )
    def public_statement(self, statement_id, seal):
        """Serve a statement to whoever holds its signed link, as of its day.

        sudo: the seal is the right, to this one document and nothing else.
        """
        statement = request.env["ar.statement"].sudo().browse(statement_id).exists()
        if not statement or not statement._opens_with(seal):
            return self._show_page("ar_best_practices.statement_link_invalid", 404)
        try:
            content = statement._print()
        except UserError:  # no PDF engine: said in the log of whoever runs the server
            return self._show_page("ar_best_practices.statement_unavailable", 503)
        answer = self._show_pdf(content, statement._get_file_name())
        answer.headers.extend(PRIVATE)
        return answer

    @http.route("/ar/statement/<int:statement_id>", type="http", auth="user")
    def statement(self, statement_id):
        """Serve a statement of a campaign to a user."""
        statement = self._get_record("ar.statement", statement_id)
        return self._show_pdf(statement._print(), statement._get_file_name())

    @http.route("/ar/statements/<int:wizard_id>", type="http", auth="user")
    def statements(self, wizard_id):
        """Serve the statements that a user has just asked for."""
        wizard = self._get_record("ar.statement.print", wizard_id)
        return self._show_pdf(wizard._print(), f"statements-{wizard.date}.pdf")

    def _show_page(self, template, status):
        page = request.render(template)
        page.status_code = status
        page.headers.extend(PRIVATE)
        return page
