"""The small shapes that hooks of the receivables suite exchange.

A :class:`Scope` says *which accounts, as of when*; it is built in one place only,
``ar.account._scope``. Sources, facts and terms are what addons contribute.
"""

from datetime import date
from typing import NamedTuple

from odoo.tools import SQL


class Scope(NamedTuple):
    """Which accounts a statement speaks about, and as of which day.

    ``accounts`` is a SELECT of account_id, company_id, partner_id.
    """

    as_of: date
    is_past: bool
    company_ids: tuple[int, ...]
    receivable_ids: tuple[int, ...]
    accounts: SQL


class Fact(NamedTuple):
    """One fact about an account that rules may ask for.

    ``kind`` is one of number, share, days, money, flag, code, date.
    ``historical`` is False when the value is only known for today: it is then
    unknown (NULL) as of a past date.
    """

    column: str
    kind: str
    label: str
    historical: bool


class Source(NamedTuple):
    """A query with at most one row per ``account_id``, and the facts it carries.

    NULL means unknown, never zero.
    """

    query: SQL
    facts: dict[str, Fact]


class PriorityTerm(NamedTuple):
    """One term of the priority: ``value`` is SQL over facts, between 0 and 1."""

    code: str
    label: str
    value: SQL
