from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.http import request, route

from odoo.addons.account_payment.controllers.portal import PortalAccount

from .portal import PAGE, ReceivablesPortal


class ReceivablesPayment(ReceivablesPortal, PortalAccount):
    """Several invoices in one electronic payment, by Odoo's own payment form."""

    @route(f"{PAGE}/choose", type="http", auth="user", website=True, methods=["POST"])
    def receivables_choose(self, **kwargs):
        """Check the chosen items and go to their payment form."""
        chosen = self._get_chosen(request.httprequest.form)
        try:
            request.env["ar.account"]._get_portal_payment(chosen)
        except UserError as error:
            return self._refuse(error, chosen=chosen)
        return request.redirect(f"{PAGE}/pay/{self._join_ids(chosen)}")

    @route(
        f"{PAGE}/pay/<string:ids>",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
    )
    def receivables_pay(self, ids, **kwargs):
        """Show the payment form of some items; without them, go back."""
        chosen = self._split_ids(ids)
        try:
            payment = request.env["ar.account"]._get_portal_payment(chosen)
        except UserError:
            return request.redirect(PAGE)
        values = self._get_payment_page_values(payment, chosen)
        return request.render("ar_best_practices.portal_receivables_pay", values)

    @route(f"{PAGE}/transaction/<string:ids>", type="jsonrpc", auth="user")
    def receivables_transaction(
        self, ids, amount=None, payment_reference=None, access_token=None, **kwargs
    ):
        """Create a draft transaction and return its processing values.

        :param ids: ids of the items, checked against the open items of the customer
        :param amount: what the customer was shown; the ledger says what is paid, and
            when both differ the payment is refused
        """
        self._validate_transaction_kwargs(kwargs)
        accounts = request.env["ar.account"]
        payment = accounts._get_portal_payment(self._split_ids(ids))
        self._check_amount(payment, amount)
        self._check_provider(payment, kwargs.get("provider_id"))
        transaction = self._create_transaction(
            **kwargs | self._prepare_transaction(payment)
        )
        return transaction._get_processing_values()

    def _get_payment_page_values(self, payment, chosen) -> dict:
        """Return the values of Odoo's payment form for some items."""
        form = self._get_common_page_view_values(
            invoices_data={
                "partner": request.env.user.partner_id,
                "company": payment.company,
                "total_amount": payment.amount,
                "currency": payment.currency,
                "amount_residual": payment.amount,
                "landing_route": PAGE,
                "transaction_route": f"{PAGE}/transaction/{self._join_ids(chosen)}",
            }
        )
        return form | {
            "page_name": "receivables_pay",
            "amount": payment.amount,
            "items": payment.items,
        }

    def _check_amount(self, payment, amount):
        shown = self._read_amount(amount)
        if payment.currency.compare_amounts(shown, payment.amount):
            raise ValidationError(
                request.env._(
                    "These invoices changed in the meantime: please go back and look"
                    " at your account again."
                )
            )

    def _check_provider(self, payment, provider_id):
        """Only a provider that the form proposes; sudo: to read providers."""
        providers = request.env["payment.provider"].sudo()
        compatible = providers._get_compatible_providers(
            payment.company.id,
            request.env.user.partner_id.id,
            payment.amount,
            currency_id=payment.currency.id,
        )
        if provider_id not in compatible.ids:
            raise ValidationError(
                request.env._("This means of payment is not available.")
            )

    def _prepare_transaction(self, payment) -> dict:
        """Return what the ledger decides of a transaction, whatever the form says."""
        invoices = payment.lines.move_id
        several = len(invoices) > 1
        batch = several and payment.company.get_next_batch_payment_communication()
        return {
            "amount": payment.amount,
            "currency_id": payment.currency.id,
            "partner_id": request.env.user.partner_id.id,
            "reference_prefix": batch or invoices.name,
            "landing_route": PAGE,
            "is_validation": False,
            "custom_create_values": {
                "invoice_ids": [Command.set(invoices.ids)],
                "ar_line_ids": [Command.set(payment.lines.ids)],
            },
        }

    def _join_ids(self, ids) -> str:
        return ",".join(str(line_id) for line_id in ids)

    def _split_ids(self, ids) -> list[int]:
        return [self._read_id(value) for value in ids.split(",")]
