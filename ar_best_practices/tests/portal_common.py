"""A customer with a person on the portal, and another customer with another one."""

from odoo import Command, fields
from odoo.tests import new_test_user

from .common import ReceivablesCommon

PASSWORD = "a-long-password"


class PortalCommon(ReceivablesCommon):
    """Dates are counted from today: sessions of the portal want the real clock."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.collector = cls._create_user("collector", "collector")
        cls.person = cls._create_person("jeanne", cls.customer)
        cls.stranger = cls._create_person("paul", cls.other_customer)
        cls.late = cls._owe(cls.customer, 100, -40)
        cls.later = cls._owe(cls.customer, 250, 12)
        cls.foreign = cls._owe(cls.other_customer, 777, -20)
        cls.account = cls._account()
        cls.account.write({"collector_id": cls.collector.id, "collector_forced": True})

    @classmethod
    def _create_person(cls, login, customer, companies=None):
        """Return a portal user who is a contact of a customer."""
        companies = companies or cls.company
        contact = cls.env["res.partner"].create(
            {"name": login, "parent_id": customer.id, "email": f"{login}@example.com"}
        )
        return new_test_user(
            cls.env,
            login=login,
            password=PASSWORD,
            groups="base.group_portal",
            partner_id=contact.id,
            company_id=companies[0].id,
            company_ids=[Command.set(companies.ids)],
        )

    @classmethod
    def _day(cls, days):
        """Return the day so many days from today."""
        return fields.Date.add(fields.Date.today(), days=days)

    @classmethod
    def _owe(cls, partner, amount, days, **values):
        """Return an invoice that is due in so many days."""
        return cls._invoice(
            partner, amount, cls._day(min(days, 0) - 30), cls._day(days), **values
        )

    @classmethod
    def _line_ids(cls, *moves):
        """Return the ids of the items of some invoices."""
        return [line.id for move in moves for line in cls._receivable(move)]

    def _portal(self, user=None):
        """Return the accounts as somebody on the portal has them."""
        return self.env["ar.account"].with_user(user or self.person)
