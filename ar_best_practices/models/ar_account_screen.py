"""What the screens of a customer account show beside the figures."""

from typing import NamedTuple

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .ar_account_ledger import COLLECTOR


class Contact(NamedTuple):
    """Who gets the reminders of an account; nobody by default."""

    id: int = 0
    name: str = ""
    email: str = ""
    source: str = ""


class ArAccountScreen(models.AbstractModel):
    _name = "ar.account.screen"
    _description = "Screens of a customer account"

    # Defined by the account itself; the fields below read through them
    partner_id = fields.Many2one("res.partner")
    payer_profile_id = fields.Many2one("ar.payer.profile", string="Payer profile")

    open_item_ids = fields.One2many(
        "ar.receivable.report",
        "account_id",
        string="List of open items",
        groups=COLLECTOR,
    )
    timeline_ids = fields.One2many(
        "ar.account.timeline", "account_id", groups=COLLECTOR
    )
    contact_ids = fields.One2many(related="partner_id.child_ids", string="Contacts")
    customer_phone = fields.Char(related="partner_id.phone", string="Phone")
    profile_description = fields.Text(
        related="payer_profile_id.description", string="About this profile"
    )
    profile_hint = fields.Text(
        related="payer_profile_id.strategy_hint", string="How to treat it"
    )
    payer_profile_change = fields.Boolean(
        string="Another profile is proposed",
        compute="_compute_payer_profile_change",
        search="_search_payer_profile_change",
    )
    reminder_to = fields.Char(
        string="Reminders go to",
        compute="_compute_reminder_to",
        groups=COLLECTOR,
        help="The contact chosen for payments, else the invoicing contact, else the"
        " customer's own address, else any other contact. An address that bounced"
        " is left out.",
    )
    next_step = fields.Char(
        string="Next reminder",
        compute="_compute_next_step",
        groups=COLLECTOR,
        help="What the next dunning run will do with this customer.",
    )

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------

    @api.depends("payer_profile_id", "payer_profile_proposed_id")
    def _compute_payer_profile_change(self):
        for account in self:
            proposed = account.payer_profile_proposed_id
            account.payer_profile_change = bool(
                proposed and proposed != account.payer_profile_id
            )

    def _search_payer_profile_change(self, operator, value):
        if operator != "in":
            return NotImplemented
        change = Domain.custom(
            to_sql=lambda _model, alias, _query: SQL(
                "%s <> COALESCE(%s, 0)",
                SQL.identifier(alias, "payer_profile_proposed_id"),
                SQL.identifier(alias, "payer_profile_id"),
            )
        )
        return Domain("payer_profile_proposed_id", "!=", False) & change

    @api.depends("contact_id", "partner_id")
    def _compute_reminder_to(self):
        rows = self._get_contact_rows()
        for account in self:
            account.reminder_to = account._get_contact_words(rows[account.id])

    def _get_reminder_contact(self):
        """Return the contact who gets the reminders of an account."""
        self.ensure_one()
        found = self._get_contact_rows()[self.id]
        return self.env["res.partner"].browse(found.id)

    def _get_contact_rows(self) -> dict[int, Contact]:
        """Return who gets the reminders of each of these accounts."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT account.id, contact.id, person.complete_name, contact.email,
                       contact.source
                  FROM ar_account account
            CROSS JOIN LATERAL (%s) contact
                  JOIN res_partner person ON person.id = contact.id
                 WHERE account.id IN %s
                """,
                self.env["ar.dunning.proposal"]._contact_sql(),
                tuple(self.ids) or (0,),
            )
        )
        found = {row[0]: Contact(*row[1:]) for row in rows}
        return {account.id: found.get(account.id, Contact()) for account in self}

    def _get_contact_words(self, contact: Contact) -> str:
        _id, name, email, source = contact
        if not name:
            return ""
        field = self.env["ar.dunning.notice"]._fields["contact_source"]
        source = dict(field._description_selection(self.env))[source]
        if not email:
            return self.env._(
                "%(name)s, by letter: no mail address (%(origin)s)",
                name=name,
                origin=source,
            )
        return f"{name}, {email} ({source})"

    def _compute_next_step(self):
        rows = self.env["ar.dunning.forecast"]._forecast(self)
        by_account = {account.id: [] for account in self}
        for row in rows:
            by_account[row.account_id].append(row)
        for account in self:
            account.next_step = account._get_next_step(by_account[account.id])

    def _get_next_step(self, rows) -> str:
        """Say in one line what the next run does, from the forecast of the items."""
        steps = [row for row in rows if row.code == "step"]
        if steps:
            return self.env._(
                "“%(level)s” in the next run, items: %(count)s",
                level=max(steps, key=lambda row: row.rank).level,
                count=sum(row.included and row.code != "credit" for row in rows),
            )
        out = [row for row in rows if not row.included]
        late = [row for row in out if row.code != "not_due"]
        if not out:
            return self.env._("nothing to ask for")
        return self.env._("none in the next run: %s", (late or out)[0].words)

    def _mail_get_operation_for_mail_message_operation(self, message_operation):
        # EXTENDS mail: messages and call scripts hold amounts, which viewers of a
        # status may not read; whoever works on the account may
        if message_operation == "read":
            return dict.fromkeys(self, "write")
        return super()._mail_get_operation_for_mail_message_operation(message_operation)

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    @api.onchange("collector_id")
    def _onchange_collector_id(self):
        """A collector chosen by hand is not taken away by the rules."""
        if self.collector_id != self._origin.collector_id:
            self.collector_forced = bool(self.collector_id)

    def action_new_notice(self):
        """Open a new run for these customers only, at a level to choose."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New reminder"),
            "res_model": "ar.dunning.run",
            "view_mode": "form",
            "context": {
                "default_company_id": self.company_id[:1].id,
                "default_mode": "imposed",
                "default_imposed_kind": "reminder",
                "default_account_ids": [(6, 0, self.ids)],
            },
        }

    def _get_form_action(self) -> dict:
        """Return the action that opens this account, for buttons of other screens."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "ar.account",
            "res_id": self.id,
            "views": [(False, "form")],
        }

    def action_open_partner(self):
        """Open the customer's own card."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "res.partner",
            "res_id": self.partner_id.id,
            "view_mode": "form",
        }
