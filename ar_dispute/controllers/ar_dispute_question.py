from odoo.exceptions import UserError
from odoo.http import Controller, request, route

from odoo.addons.ar_best_practices.controllers.ar_statement import PRIVATE

from ..tools.upload import REQUEST_BYTES


class ArDisputeQuestionController(Controller):
    @route(
        "/receivables/question/<int:question_id>/<string:seal>",
        type="http",
        auth="public",
        methods=["GET", "POST"],
        sitemap=False,
        max_content_length=REQUEST_BYTES,
    )
    def question(self, question_id, seal, text=None, **kwargs):
        """Show a question to whoever holds its signed link, and take the answer.

        sudo: the seal is the right, to this one question and nothing else.
        """
        question = request.env["ar.dispute.question"].sudo().browse(question_id)
        if not question.exists() or not question._opens_with(seal):
            return self._show("ar_dispute.question_link_invalid", 404)
        if request.httprequest.method == "GET":
            return self._show_question(question)
        try:
            with request.env.cr.savepoint():
                question._answer(text, request.httprequest.files.getlist("files"))
        except UserError as error:
            return self._show_question(question, 422, error=str(error), text=text)
        return self._show_question(question, sent=True)

    def _show_question(self, question, status=200, **values):
        page = {"error": None, "text": "", "sent": False, **question._get_page_values()}
        return self._show("ar_dispute.question_page", status, page | values)

    def _show(self, template, status, values=None):
        page = request.render(template, values)
        page.status_code = status
        page.headers.extend(PRIVATE)
        return page
