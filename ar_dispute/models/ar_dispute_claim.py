"""Claims that customers make on the portal: each becomes a case."""

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools.dispute_portal import Claim
from .ar_dispute_line import Part


class ArDisputeClaim(models.AbstractModel):
    _name = "ar.dispute.claim"
    _description = "Claims of customers on the portal"

    @api.model
    def _choose_claim_items(self, item_ids: list[int]) -> dict:
        """Return what is open and not disputed yet of the items that the user's
        customer chose, by journal item.

        sudo: portal users read no journal items; these are their customer's.

        :raise UserError: items of others, of two companies or currencies
        """
        accounts = self.env["ar.account"]
        chosen = accounts._choose_portal_items(item_ids)
        accounts._check_portal_group(chosen)
        items = accounts._browse_portal_lines(chosen)
        free = self.env["ar.dispute.line"].sudo()._get_free(items)
        return {
            item: free[item.id]
            for item in items
            if item.currency_id.compare_amounts(free[item.id], 0) > 0
        }

    @api.model
    def _get_claim_values(self, free: dict) -> dict:
        """Return all that the form of a claim shows of the chosen items."""
        items = list(free)
        products = self._get_claim_products(items).grouped("move_id")
        moves = {}
        for item in items:
            moves.setdefault(item.move_id, []).append(item)
        return {
            "invoices": [
                {
                    "number": move.name,
                    "items": [
                        {
                            "id": item.id,
                            "due_date": item.date_maturity,
                            "free": free[item],
                        }
                        for item in own
                    ],
                    "lines": [
                        {
                            "id": line.id,
                            "name": line.name,
                            "quantity": line.quantity,
                            "total": line.price_total,
                        }
                        for line in products.get(move, ())
                    ],
                }
                for move, own in moves.items()
            ],
            "currency": items[0].currency_id,
            "families": self._get_claim_reasons(),
        }

    @api.model
    def _get_claim_products(self, items):
        """Return the lines of the invoices of some items; sudo: as they are."""
        moves = {item.move_id.id for item in items if item.move_id.is_invoice()}
        return (
            self.env["account.move.line"]
            .sudo()
            .search(
                [
                    ("move_id", "in", list(moves)),
                    ("display_type", "=", "product"),
                    ("price_total", ">", 0),
                ],
                order="move_id, sequence, id",
            )
        )

    @api.model
    def _get_claim_reasons(self) -> list[dict]:
        """Return what a customer may say is wrong, by family; sudo: the reasons are
        words for everybody."""
        reasons = self.env["ar.dispute.reason"].sudo()
        found = reasons.search(reasons._get_intake_domain(), order="code")
        by_family = found.grouped("family")
        return [
            {
                "name": name,
                "reasons": [(r.id, r.name) for r in by_family.get(family, ())],
            }
            for family, name in self._get_claim_families().items()
            if family in by_family
        ]

    @api.model
    def _get_claim_families(self) -> dict[str, str]:
        """Return the families of reasons in the customer's words."""
        return {
            "logistics": self.env._("The delivery"),
            "quality": self.env._("The goods"),
            "production": self.env._("The work or the service"),
            "commercial": self.env._("The price or what was agreed"),
            "administrative": self.env._("The invoice itself"),
        }

    # ------------------------------------------------------------------
    # Opened
    # ------------------------------------------------------------------

    @api.model
    def _open_claim(self, claim: Claim, files):
        """Make a case of a claim and return it.

        sudo: portal users have no right on cases; the items are their customer's.

        :raise UserError: what is missing, too much, or not theirs
        """
        free = self._choose_claim_items(claim.item_ids)
        if not free:
            raise UserError(
                self.env._("All that is open of these invoices is in a case already.")
            )
        reason = self._read_claim_reason(claim.reason_id)
        text = self._read_portal_text(
            claim.text, self.env._("Please tell us what happened.")
        )
        dispute = self.sudo()._open(
            self._get_claim_account(next(iter(free))),
            self._get_claim_parts(claim, free),
            reason_id=reason.id,
            claim=text,
            channel="portal",
            heard_from_id=self.env.user.partner_id.id,
        )
        dispute._post_as_customer(text, dispute._attach_uploads(files))
        house = dispute._with_house_language()
        house._tell_who_treats(house.env._("Claim from the portal"), text)
        return dispute

    @api.model
    def _get_claim_account(self, item):
        accounts = self.env["ar.account"]._get_portal_accounts()
        return accounts.filtered(lambda a: a.company_id == item.company_id.root_id)

    @api.model
    def _read_claim_reason(self, reason_id: int):
        """Return the reason that was chosen; sudo: as in the list."""
        reasons = self.env["ar.dispute.reason"].sudo()
        domain = reasons._get_intake_domain() & Domain("id", "=", reason_id)
        reason = reasons.search(domain)
        if not reason:
            raise UserError(self.env._("Please choose what is wrong."))
        return reason

    @api.model
    def _get_claim_parts(self, claim: Claim, free: dict) -> list[Part]:
        """Return what is contested: of an invoice the lines that were filled in, or the
        amounts that were typed, else all that is free."""
        wanted = claim.quantities.keys() | claim.line_amounts.keys()
        products = self._get_claim_products(free)
        products = products.filtered(lambda line: line.id in wanted)
        if len(products) < len(wanted):
            raise UserError(
                self.env._("Some of these lines are not of the chosen invoices.")
            )
        left, parts = dict(free), []
        for product in products:
            parts += self._make_claim_line(claim, product)._take_parts(left)
        return parts + self._get_claim_amounts(claim, free, products.move_id)

    @api.model
    def _get_claim_amounts(self, claim: Claim, free: dict, by_lines) -> list[Part]:
        """Return what is contested of the invoices whose lines were not filled in: the
        amounts that were typed, of an invoice without any all that is free."""
        typed = {item for item in free if item.id in claim.amounts}
        by_amounts = {item.move_id for item in typed}
        if both := [move.name for move in by_lines if move in by_amounts]:
            raise UserError(
                self.env._(
                    "%s: fill in either the lines that are wrong or an amount of the"
                    " invoice, not both.",
                    ", ".join(both),
                )
            )
        done = {*by_lines, *by_amounts}
        amounts = [Part(item, claim.amounts[item.id]) for item in free if item in typed]
        whole = [
            Part(item, amount)
            for item, amount in free.items()
            if item.move_id not in done
        ]
        return amounts + whole

    @api.model
    def _make_claim_line(self, claim: Claim, product):
        """Return a line of an invoice as the form of the register would have it."""
        quantity = claim.quantities.get(product.id, product.quantity)
        values = {"product_line_id": product.id, "quantity": quantity}
        if product.id in claim.line_amounts:
            values["amount"] = claim.line_amounts[product.id]
        # sudo: the register's own form, for a line that was checked
        line = self.env["ar.dispute.open.line"].sudo().new(values)
        compare = line.currency_id.compare_amounts
        too_much = compare(line.amount, product.price_total) > 0
        if not 0 < quantity <= product.quantity or line.amount <= 0 or too_much:
            raise UserError(
                self.env._(
                    "“%(line)s”: enter more than nothing, and at most %(quantity)s for"
                    " %(amount)s.",
                    line=product.name,
                    quantity=f"{product.quantity:g}",
                    amount=line.currency_id.format(product.price_total),
                )
            )
        return line
