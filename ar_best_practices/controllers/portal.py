import math
from contextlib import suppress

from odoo import fields
from odoo.exceptions import UserError
from odoo.http import content_disposition, request, route

from odoo.addons.portal.controllers.portal import CustomerPortal

PAGE = "/my/receivables"


class ReceivablesPortal(CustomerPortal):
    """The customer's account: what is open, promises, a message to the collector."""

    def _prepare_home_portal_values(self, counters):
        # EXTENDS portal
        values = super()._prepare_home_portal_values(counters)
        if "receivable_count" in counters:
            accounts = request.env["ar.account"]
            values["receivable_count"] = accounts._get_portal_item_count()
        return values

    @route(PAGE, type="http", auth="user", website=True, methods=["GET"])
    def receivables(self, sent=None, **kwargs):
        """Show the account of the user's customer; without one, go home."""
        if not request.env["ar.account"]._get_portal_accounts():
            return request.redirect("/my")
        return self._show_receivables(sent=sent)

    @route(f"{PAGE}/statement", type="http", auth="user", methods=["GET"])
    def receivables_statement(self, **kwargs):
        """Serve the statement of today of the user's customer."""
        accounts = request.env["ar.account"]._get_portal_accounts()
        if not accounts:
            return request.redirect("/my")
        today = fields.Date.context_today(accounts)
        name = f"statement-{today}.pdf"
        headers = [
            ("Content-Type", "application/pdf"),
            ("Content-Disposition", content_disposition(name)),
            ("Cache-Control", "no-store, private"),
        ]
        return request.make_response(accounts._print_documents(), headers)

    @route(f"{PAGE}/promise", type="http", auth="user", website=True, methods=["POST"])
    def receivables_promise(self, amount=None, date=None, **kwargs):
        """Note a promise to pay the chosen items."""
        chosen = self._get_chosen(request.httprequest.form)
        try:
            with request.env.cr.savepoint():
                request.env["ar.account"]._register_portal_promise(
                    chosen, self._read_amount(amount), self._read_date(date)
                )
        except UserError as error:
            return self._refuse(error, chosen=chosen, amount=amount, date=date)
        return request.redirect(f"{PAGE}?sent=promise")

    @route(f"{PAGE}/message", type="http", auth="user", website=True, methods=["POST"])
    def receivables_message(self, account=None, text=None, **kwargs):
        """Hand a message to whoever follows the account."""
        accounts = request.env["ar.account"]
        try:
            accounts._post_portal_message(self._read_id(account), text)
        except UserError as error:
            return self._refuse(error, text=text)
        return request.redirect(f"{PAGE}?sent=message")

    # ------------------------------------------------------------------
    # The page
    # ------------------------------------------------------------------

    def _show_receivables(self, **values):
        """Return the page; ``form`` holds what a refused form had."""
        page = {
            "page_name": "receivables",
            "form": {},
            **self._prepare_portal_layout_values(),
            **request.env["ar.account"]._get_portal_page_values(),
        }
        return request.render(
            "ar_best_practices.portal_receivables",
            page | {"page_name": "receivables"} | values,
        )

    def _refuse(self, error, **form):
        """Show the page again with the reason, and nothing of it to strangers."""
        if not request.env["ar.account"]._get_portal_accounts():
            raise request.not_found()
        response = self._show_receivables(error=str(error), form=form)
        response.status_code = 422
        return response

    # ------------------------------------------------------------------
    # What a form says
    # ------------------------------------------------------------------

    def _get_chosen(self, form) -> list[int]:
        """Return the ids of the items ticked; what is no number is nobody's."""
        return [self._read_id(value) for value in form.getlist("items")]

    def _read_id(self, value) -> int:
        with suppress(TypeError, ValueError):
            return int(value)
        return 0

    def _read_amount(self, value) -> float:
        with suppress(TypeError, ValueError):
            if math.isfinite(amount := float(value)):
                return amount
        raise UserError(request.env._("Please enter an amount."))

    def _read_date(self, value):
        with suppress(TypeError, ValueError):
            if day := fields.Date.to_date(value):
                return day
        raise UserError(request.env._("Please enter a day."))
