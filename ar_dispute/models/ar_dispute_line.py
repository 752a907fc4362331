"""Items in dispute: what of them is contested, and what became of it."""

from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import dispute_amount

CLEARED = dispute_amount.KINDS


class Part(NamedTuple):
    """What somebody contests of one item."""

    line: models.BaseModel  # the journal item
    amount: float  # in its currency
    product_line: models.BaseModel | None = None  # the line of the invoice
    quantity: float = 0


class Clearing(NamedTuple):
    """What a matching cleared of one item; below zero: it was undone."""

    line_id: int
    kind: str
    amount: float
    move_id: int
    number: str

    def share(
        self, state: dispute_amount.Item, unit: float, own: list[int]
    ) -> dispute_amount.Item:
        """Return an item and its cases after this.

        :param own: what the entry had cleared of each case, should it be taken back
        """
        amount = round(self.amount / unit)
        if amount >= 0:
            return dispute_amount.share_cleared(state, self.kind, amount)
        known = None if self.kind == "paid" else own
        return dispute_amount.share_returned(state, self.kind, -amount, known)


def _all_cases(state: dispute_amount.Item) -> tuple[dispute_amount.Share, ...]:
    return (*state.cases, *state.closed)


class ArDisputeLine(models.Model):
    """`amount = still_disputed + credited + paid + written_off + other`, always: the
    sums of the line's movements, which the matchings of the ledger make by themselves.

    Growth: two or three rows per case. Deleted with their case.
    """

    _name = "ar.dispute.line"
    _description = "Item in dispute"
    _inherit = ["ar.guarded", "ar.frozen.item"]

    dispute_id = fields.Many2one(
        "ar.dispute", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="dispute_id.company_id", store=True, index=True
    )
    # proof: outlives the entry
    move_id = fields.Many2one(ondelete="set null")
    product_line_id = fields.Many2one(
        "account.move.line",
        string="Line of the invoice",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    product_id = fields.Many2one(
        related="product_line_id.product_id", store=True, index="btree_not_null"
    )
    product = fields.Char(string="What", readonly=True)
    quantity = fields.Float(readonly=True, digits="Product Unit")
    original = fields.Monetary(
        string="Item", readonly=True, help="Amount of the whole item."
    )
    rate = fields.Float(
        readonly=True,
        digits=0,
        aggregator=None,
        help="Company currency for one unit of the item's, as it is booked.",
    )
    movement_ids = fields.One2many("ar.dispute.movement", "line_id", readonly=True)
    amount = fields.Monetary(
        string="Was disputed", compute="_compute_amounts", store=True
    )
    still_disputed = fields.Monetary(
        string="Still disputed", compute="_compute_amounts", store=True
    )
    credited = fields.Monetary(compute="_compute_amounts", store=True)
    paid = fields.Monetary(compute="_compute_amounts", store=True)
    written_off = fields.Monetary(
        string="Written off", compute="_compute_amounts", store=True
    )
    other = fields.Monetary(
        string="Otherwise cleared", compute="_compute_amounts", store=True
    )
    is_open = fields.Boolean(
        string="In an open case", compute="_compute_is_open", store=True
    )
    set_no_followup = fields.Boolean(
        string="Marked “no follow-up”",
        readonly=True,
        help="All that is open of the invoice is disputed: accounting was told so, and"
        " will be told when it is not any more.",
    )

    _identity = models.Constraint(
        "CHECK (amount = still_disputed + credited + paid + written_off + other"
        " AND still_disputed >= 0)",
        "What was disputed is still disputed, credited, paid, written off or otherwise"
        " cleared.",
    )
    _open_item = models.Index("(line_id) WHERE is_open")
    _marked = models.Index("(move_id) WHERE set_no_followup")

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------

    @api.depends("movement_ids.amount", "movement_ids.kind")
    def _compute_amounts(self):
        moved = {line.id: dict.fromkeys(CLEARED, 0.0) for line in self}
        for line, kind, amount in self.env["ar.dispute.movement"]._read_group(
            [("line_id", "in", self.ids)], ["line_id", "kind"], ["amount:sum"]
        ):
            moved[line.id][kind] = amount
        for line in self:
            sums = moved[line.id]
            money = line.currency_id.round
            cleared = {kind: money(sums[kind]) for kind in CLEARED}
            amount = money(sums.get("opened", 0) + sums.get("moved", 0))
            left = money(amount - sum(cleared.values()))
            line.update({"amount": amount, "still_disputed": left, **cleared})

    @api.depends("dispute_id.state")
    def _compute_is_open(self):
        for line in self:
            line.is_open = line.dispute_id._is_open()

    # ------------------------------------------------------------------
    # Opened and moved
    # ------------------------------------------------------------------

    @api.model
    def _whole(self, items) -> list[Part]:
        """Return what is owed of items and not contested yet, as parts of a case."""
        free = self._get_free(items)
        return [
            Part(item, free[item.id])
            for item in items
            if item.currency_id.compare_amounts(free[item.id], 0) > 0
        ]

    @api.model
    def _prepare_line(self, part: Part, kind: str = "opened") -> dict:
        """Return the values of a line that freeze a part of an item."""
        item, product = part.line, part.product_line
        return {
            "line_id": item.id,
            "move_id": item.move_id.id,
            "product_line_id": product.id if product else False,
            "product": product.name if product else False,
            "quantity": part.quantity,
            "number": item.move_name,
            "due_date": item.date_maturity,
            "currency_id": item.currency_id.id,
            "original": item.amount_currency,
            "rate": item.balance / item.amount_currency if item.amount_currency else 1,
            "movement_ids": [
                fields.Command.create(self._prepare_movement(item, kind, part.amount))
            ],
        }

    @api.model
    def _prepare_movement(self, item, kind: str, amount: float) -> dict:
        """Return the values of a movement of today, in the company of the item."""
        today = self.env["ar.account"]._today(item.company_id)
        return {"date": today, "kind": kind, "amount": amount}

    @api.model
    def _get_free(self, items) -> dict[int, float]:
        """Return what of each item is owed and not contested by an open case."""
        # sudo: what colleagues registered counts as well
        contested = dict(
            self.sudo()._read_group(
                [("line_id", "in", items.ids), ("is_open", "=", True)],
                ["line_id"],
                ["still_disputed:sum"],
            )
        )
        return {
            item.id: item.currency_id.round(
                item.amount_residual_currency - contested.get(item, 0)
            )
            for item in items
        }

    def _check_free(self):
        """Refuse to contest more of an item than is owed and not contested yet."""
        items = self.line_id
        free = self._get_free(items)
        for item, lines in self.grouped("line_id").items():
            wanted = sum(lines.mapped("still_disputed"))
            left = free.get(item.id, 0)
            currency = lines.currency_id
            if wanted and currency.compare_amounts(wanted, left) > 0:
                raise UserError(
                    self.env._(
                        "%(wanted)s of %(number)s cannot be disputed again: only"
                        " %(left)s is open and not disputed by another case.",
                        wanted=currency.format(wanted),
                        number=lines[0].number,
                        left=currency.format(max(0, left)),
                    )
                )

    def _move_to(self, target, amount: float):
        """Move what is still disputed of a line, or a part of it, to another case."""
        self.ensure_one()
        fresh = self.copy_data()[0] | {
            "dispute_id": target.id,
            "movement_ids": [
                fields.Command.create(self._prepare_movement(self, "moved", amount))
            ],
        }
        self.env["ar.dispute.movement"].create(
            self._prepare_movement(self, "moved", -amount) | {"line_id": self.id}
        )
        return self.create(fresh)

    # ------------------------------------------------------------------
    # Moved by the ledger
    # ------------------------------------------------------------------

    def _follow_ledger(self, clearings: list[Clearing]):
        """Move the amounts of these lines, all those of their items, by what matchings
        cleared of them."""
        own = self._get_cleared_by(clearings)
        movements = []
        for item, lines in self.sorted("id").grouped("line_id").items():
            parts = [part for part in clearings if part.line_id == item.id]
            movements += lines._share(item, parts, own)
        self.env["ar.dispute.movement"].create(movements)
        self.filtered("is_open").dispute_id._after_amounts()
        self._sync_no_followup()

    def _get_cleared_by(self, clearings: list[Clearing]) -> dict[tuple, float]:
        """Return what entries that are taken back had cleared of these lines.

        Money is not asked where it went: what is left of it clears first what nobody
        contests.
        """
        undone = [
            part.move_id
            for part in clearings
            if part.amount < 0 and part.kind != "paid"
        ]
        groups = self.env["ar.dispute.movement"]._read_group(
            [("line_id", "in", self.ids), ("move_id", "in", undone)],
            ["line_id", "move_id", "kind"],
            ["amount:sum"],
        )
        return {(line.id, move.id, kind): sum_ for line, move, kind, sum_ in groups}

    def _share(self, item, clearings: list[Clearing], own: dict) -> list[dict]:
        """Return the movements of the lines of one item, the oldest line first."""
        unit = item.currency_id.rounding
        running = self.filtered("is_open")
        lines = running + (self - running)
        state = self._get_item_state(item, clearings, running)
        movements = []
        for clearing in clearings:
            most = [
                round(own.get((line.id, clearing.move_id, clearing.kind), 0) / unit)
                for line in lines
            ]
            after = clearing.share(state, unit, most)
            rows = zip(lines, _all_cases(state), _all_cases(after), strict=True)
            for line, old, new in rows:
                if cleared := old.still_disputed - new.still_disputed:
                    movements.append(line._prepare_clearing(clearing, cleared * unit))
            state = after
        return movements

    def _get_item_state(self, item, clearings, running) -> dispute_amount.Item:
        """Return an item and the amounts of its cases before it was cleared."""
        unit = item.currency_id.rounding
        cleared = sum(clearing.amount for clearing in clearings)
        owed = round((item.amount_residual_currency + cleared) / unit)
        cases = tuple(line._get_share() for line in running)
        closed = tuple(line._get_share() for line in self - running)
        contested = sum(case.still_disputed for case in cases)
        return dispute_amount.Item(max(0, owed - contested), cases, closed)

    def _get_share(self) -> dispute_amount.Share:
        """Return the amounts of a line in the smallest unit of its currency."""
        unit = self.currency_id.rounding
        names = dispute_amount.Share._fields
        return dispute_amount.Share(*(round(self[name] / unit) for name in names))

    def _prepare_clearing(self, clearing: Clearing, amount: float) -> dict:
        amount = self.currency_id.round(amount)
        return self._prepare_movement(self, clearing.kind, amount) | {
            "line_id": self.id,
            "move_id": clearing.move_id,
            "number": clearing.number,
        }

    # ------------------------------------------------------------------
    # No follow-up
    # ------------------------------------------------------------------

    def _sync_no_followup(self):
        """Mark the invoices of which all that is open is disputed, and take the mark
        away from those of which it is not any more: our own mark only.

        Odoo keeps one mark for all instalments of an invoice: it is set when all of
        them are disputed.
        """
        lines = self.sudo().search([("move_id", "in", self.move_id.ids)])
        by_item = lines.grouped("line_id")
        marked, freed = lines.browse(), lines.browse()
        for items in lines._get_followed_items():
            own = lines.browse().union(*(by_item.get(i, lines.browse()) for i in items))
            covered = own._covers(items)
            if covered and not any(items.mapped("no_followup")):
                marked |= own.filtered("is_open")
            elif not covered:
                freed |= own.filtered("set_no_followup")
        marked._mark_no_followup(True)
        freed._mark_no_followup(False)

    def _get_followed_items(self) -> list:
        """Return the items that share one mark: those of an invoice, else each one."""
        items = self.move_id.line_ids.filtered(
            lambda item: item.account_id.account_type == "asset_receivable"
        )
        return list(
            items.grouped(lambda x: x.move_id if x.move_id.is_invoice() else x).values()
        )

    def _covers(self, items) -> bool:
        """Tell whether the open ones among these lines dispute all that is open."""
        owed = items.filtered(lambda item: item.parent_state == "posted")
        left = sum(owed.mapped("amount_residual_currency"))
        disputed = sum(self.filtered("is_open").mapped("still_disputed"))
        currency = items.currency_id[:1]
        return currency.compare_amounts(left, 0) > 0 and (
            currency.compare_amounts(disputed, left) >= 0
        )

    def _mark_no_followup(self, value: bool):
        # sudo: who contests, pays or credits need not be able to edit the invoice
        lines = self.sudo()
        lines.line_id.no_followup = value
        lines.set_no_followup = value
