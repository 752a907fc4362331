from odoo.exceptions import UserError
from odoo.http import request, route

from odoo.addons.ar_best_practices.controllers.portal import PAGE, ReceivablesPortal
from odoo.addons.portal.controllers.portal import pager

from ..tools.dispute_portal import Claim
from ..tools.upload import REQUEST_BYTES

CASES = f"{PAGE}/disputes"
STEP = 50  # cases on a page
OPTIONS = {"type": "http", "auth": "user", "website": True}
READ = OPTIONS | {"methods": ["GET"]}
SEND = OPTIONS | {"methods": ["POST"], "max_content_length": REQUEST_BYTES}


class DisputesPortal(ReceivablesPortal):
    """The customer's cases: claims, what is asked, messages, how it ends."""

    def _prepare_home_portal_values(self, counters):
        # EXTENDS ar_best_practices
        values = super()._prepare_home_portal_values(counters)
        if "dispute_count" in counters:
            disputes = request.env["ar.dispute"]
            values["dispute_count"] = disputes._get_portal_case_count()
        return values

    @route([CASES, f"{CASES}/page/<int:page>"], **READ)
    def disputes(self, page=1, **kwargs):
        """List the cases of the user's customer; without one, go home."""
        if not request.env["ar.account"]._get_portal_accounts():
            return request.redirect("/my")
        disputes = request.env["ar.dispute"]
        pages = pager(CASES, disputes._get_portal_case_count(), page=page, step=STEP)
        cases = disputes._get_portal_cases(STEP, pages["offset"])
        return self._show_dispute_page(
            "portal_disputes", page_name="disputes", cases=cases, pager=pages
        )

    # ------------------------------------------------------------------
    # A claim
    # ------------------------------------------------------------------

    @route(f"{CASES}/choose", **SEND)
    def disputes_choose(self, **kwargs):
        """Go from the chosen items to the form of a claim."""
        chosen = self._get_chosen(request.httprequest.form)
        try:
            request.env["ar.dispute"]._choose_claim_items(chosen)
        except UserError as error:
            return self._refuse(error, chosen=chosen)
        return request.redirect(f"{CASES}/new/{','.join(map(str, chosen))}")

    @route(f"{CASES}/new/<string:item_ids>", **READ)
    def disputes_new(self, item_ids, **kwargs):
        """Show the form of a claim about some items."""
        return self._show_claim([self._read_id(text) for text in item_ids.split(",")])

    @route(f"{CASES}/new", **SEND)
    def disputes_claim(self, **kwargs):
        """Make a case of a claim with its files, or show the form again."""
        form = request.httprequest.form
        files = request.httprequest.files.getlist("files")
        try:
            with request.env.cr.savepoint():
                claim = self._read_claim(form)
                dispute = request.env["ar.dispute"]._open_claim(claim, files)
        except UserError as error:
            return self._show_claim(self._get_chosen(form), 422, str(error), form)
        return request.redirect(f"{CASES}/{dispute.id}?sent=claim")

    def _read_claim(self, form) -> Claim:
        return Claim(
            item_ids=self._get_chosen(form),
            reason_id=self._read_id(form.get("reason")),
            text=form.get("text", ""),
            amounts=self._read_amounts(form, "amount_"),
            quantities=self._read_amounts(form, "quantity_"),
            line_amounts=self._read_amounts(form, "line_amount_"),
        )

    def _read_amounts(self, form, prefix: str) -> dict[int, float]:
        """Return the amounts that were typed, by the id in the name of their input."""
        return {
            self._read_id(name.removeprefix(prefix)): self._read_amount(value)
            for name, value in form.items()
            if name.startswith(prefix) and value.strip()
        }

    def _show_claim(self, item_ids, status=200, error=None, form=None):
        """Return the form of a claim; items of others are as if there were none."""
        disputes = request.env["ar.dispute"]
        try:
            free = disputes._choose_claim_items(item_ids)
        except UserError:
            raise request.not_found() from None
        if not free:
            return request.redirect(CASES)
        return self._show_dispute_page(
            "portal_dispute_new",
            status,
            page_name="dispute_new",
            error=error,
            form=form or {},
            **disputes._get_claim_values(free),
        )

    # ------------------------------------------------------------------
    # A case
    # ------------------------------------------------------------------

    @route(f"{CASES}/<int:case_id>", **READ)
    def dispute(self, case_id, sent=None, **kwargs):
        """Show a case."""
        return self._show_case(self._find_case(case_id), sent=sent)

    @route(f"{CASES}/<int:case_id>/message", **SEND)
    def dispute_message(self, case_id, text=None, **kwargs):
        """Take a message about a case, with files."""
        case = self._find_case(case_id)
        files = request.httprequest.files.getlist("files")
        try:
            with request.env.cr.savepoint():
                case._receive_portal_message(text, files)
        except UserError as error:
            return self._show_case(case, 422, error=str(error), text=text)
        return request.redirect(f"{CASES}/{case.id}?sent=message")

    @route(f"{CASES}/<int:case_id>/evidence/<int:evidence_id>", **SEND)
    def dispute_evidence(self, case_id, evidence_id, **kwargs):
        """Take files that the customer was asked for."""
        case = self._find_case(case_id)
        files = request.httprequest.files.getlist("files")
        try:
            with request.env.cr.savepoint():
                case._receive_portal_evidence(evidence_id, files)
        except UserError as error:
            return self._show_case(case, 422, error=str(error))
        return request.redirect(f"{CASES}/{case.id}?sent=evidence")

    @route(f"{CASES}/<int:case_id>/files/<int:file_id>", **READ)
    def dispute_file(self, case_id, file_id, **kwargs):
        """Serve a file of a case, to be kept and never shown as a page.

        sudo, by `_find_case`: it is one of those on the page of the case.
        """
        file = self._find_case(case_id)._find_portal_file(file_id)
        if not file:
            raise request.not_found()
        stream = request.env["ir.binary"]._get_stream_from(file)
        return stream.get_response(as_attachment=True)

    def _find_case(self, case_id: int):
        """Return a case of the user's customer; another is as if there were none."""
        case = request.env["ar.dispute"]._find_portal_case(case_id)
        if not case:
            raise request.not_found()
        return case

    def _show_case(self, case, status=200, **values):
        page = {"page_name": "dispute", "sent": None, "error": None, "text": ""}
        page |= case._get_portal_page_values() | values
        return self._show_dispute_page("portal_dispute", status, **page)

    def _show_dispute_page(self, template: str, status=200, **values):
        values = self._prepare_portal_layout_values() | values
        page = request.render(f"ar_dispute.{template}", values)
        page.status_code = status
        return page
