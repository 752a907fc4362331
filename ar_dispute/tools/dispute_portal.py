"""What a customer sees of its cases on the portal, and what it says in a claim."""

from datetime import date
from typing import NamedTuple

RECEIVED, EXAMINED, WAITING = "received", "examined", "waiting"
DECIDED, CREDITED, CLOSED = "decided", "credited", "closed"
STAGES = {
    "new": RECEIVED,
    "qualified": EXAMINED,
    "investigating": EXAMINED,
    "waiting": WAITING,
    # a decision that nobody approved yet may still be sent back
    "decided": EXAMINED,
    "approved": DECIDED,
    "executed": DECIDED,
    "closed": CLOSED,
    "cancelled": CLOSED,
}


class PortalCase(NamedTuple):
    """One case in a list: what is not listed here never leaves."""

    id: int
    number: str
    company: str
    stage: str
    stage_words: str
    opened_date: date
    invoices: str
    reason: str
    amount: str


class Claim(NamedTuple):
    """What a customer wrote into the form of a claim; amounts by id, when typed."""

    item_ids: list[int]
    reason_id: int
    text: str
    amounts: dict[int, float]  # of items
    quantities: dict[int, float]  # of lines of invoices
    line_amounts: dict[int, float]  # of lines of invoices, taxes included


def get_stage(state: str, is_credited: bool) -> str:
    """Return where a case stands in the customer's words.

    >>> get_stage("decided", False), get_stage("executed", True)
    ('examined', 'credited')
    """
    stage = STAGES[state]
    return CREDITED if stage == DECIDED and is_credited else stage
