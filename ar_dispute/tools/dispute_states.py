"""The states of a dispute and the one table of what leads from which to which."""

from typing import NamedTuple

STATES = (
    "new",
    "qualified",
    "investigating",
    "waiting",
    "decided",
    "approved",
    "executed",
    "closed",
    "cancelled",
)
ENDED = ("closed", "cancelled")
OPEN = tuple(state for state in STATES if state not in ENDED)
UNDECIDED = ("new", "qualified", "investigating", "waiting")


class Transition(NamedTuple):
    """From which states a step may be made, and to which it leads."""

    sources: tuple[str, ...]
    target: str


TRANSITIONS = {
    "qualify": Transition(("new",), "qualified"),
    "investigate": Transition(("qualified",), "investigating"),
    "wait": Transition(("investigating",), "waiting"),
    "resume": Transition(("waiting",), "investigating"),
    "decide": Transition(("investigating",), "decided"),
    "approve": Transition(("decided",), "approved"),
    "send_back": Transition(("decided", "approved"), "investigating"),
    "execute": Transition(("approved",), "executed"),
    "close": Transition(("executed",), "closed"),
    # nothing is left to decide: the ledger has cleared all that was disputed
    "settle": Transition(OPEN, "closed"),
    "cancel": Transition((*UNDECIDED, "decided", "approved"), "cancelled"),
    "reopen": Transition(ENDED, "investigating"),
}


def is_open(state: str) -> bool:
    """Tell whether a dispute in this state takes its amount out of collection.

    >>> is_open("executed"), is_open("closed")
    (True, False)
    """
    return state in OPEN


def is_allowed(transition: str, state: str) -> bool:
    """Tell whether a step may be made from a state.

    >>> is_allowed("decide", "investigating"), is_allowed("decide", "waiting")
    (True, False)
    """
    return state in TRANSITIONS[transition].sources
