"""Read the items of an oracle case, whatever shape the case was written in.

A case may list its items as objects (``{"amount", "due", "paid"}``), as short rows
(``[amount, days]``), as parallel columns (``{"amounts": [], "days_late": []}``), or be
a single item itself. Dates may be given, or the days between them.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from load_tools import load_tool

kpi = load_tool("ar_best_practices", "kpi")

NAMES: dict[str, tuple[str, ...]] = {
    "amount": (
        *("amount", "original_amount", "original", "invoice_amount", "invoice_value"),
        *("value", "total", "weight", "share", "pct", "percent", "high_credit", "part"),
    ),
    "residual": ("residual", "open_amount", "open", "balance", "outstanding"),
    "late": (
        *("days_late", "late", "days_beyond_terms", "dbt", "beyond_terms", "lateness"),
        *("days_overdue", "overdue_days", "days_past_due", "days_in_arrears"),
        *("arrears", "delay", "days_vs_terms", "late_days", "delay_days"),
    ),
    "to_pay": ("days_to_pay", "days_paid", "days_taken", "paid_days", "wap"),
    "terms": (
        *("terms", "terms_days", "term", "term_days", "days_allowed", "credit_days"),
        *("payment_terms", "payment_terms_days", "wat", "net_days"),
    ),
    "age": ("age", "age_days", "days_since_invoice"),
    "invoice_date": ("invoice_date", "issued", "issue_date", "invoiced", "date"),
    "due": ("due", "due_date", "date_maturity", "maturity"),
    "paid": (
        *("paid", "paid_date", "paid_on", "payment_date", "settled", "settled_on"),
        *("settlement_date", "settled_date", "date_paid"),
    ),
    "payments": ("payments", "matches", "partials", "receipts", "matched"),
    "kind": ("kind", "settlement", "settled_by", "settlement_kind", "type"),
    "practice": ("practice", "manner", "experience"),
    "score": ("score", "paydex", "index"),
}
NOT_CASH = ("credit", "write", "set_off", "setoff", "set-off", "offset")
AS_OF = ("as_of", "report_date", "today", "as_of_date", "on")
_QUALIFIERS = re.compile(r"^(weighted_|average_|avg_|mean_)+")
_ALIASES = {alias: name for name, aliases in NAMES.items() for alias in aliases}


@dataclass(frozen=True)
class Item:
    """One receivable item of a case; what the case does not say is ``None``."""

    amount: Decimal | None = None
    residual: Decimal | None = None
    late: Any = None
    to_pay: Any = None
    terms: Any = None
    age: Any = None
    invoice_date: date | None = None
    due: date | None = None
    paid: date | None = None
    payments: tuple[tuple[date, Decimal], ...] = ()
    cash: bool = True
    is_open: bool = False
    score: Any = None
    practice: str | None = None

    def due_date(self) -> date | None:
        """Return the due date, from the invoice date and the terms when not given."""
        if self.due or not self.invoice_date or self.terms is None:
            return self.due
        return self.invoice_date + timedelta(days=self.terms)

    def settled_on(self) -> date | None:
        """Return the settlement date, from the payments when not given."""
        if self.paid or self.amount is None:
            return self.paid
        return kpi.settlement_date(self.amount, self.payments)

    def days_of_terms(self) -> Any:
        """Return ``E - D``."""
        if self.terms is None and self.due and self.invoice_date:
            return (self.due - self.invoice_date).days
        return self.terms

    def days_to_pay(self) -> Any:
        """Return ``S - D``, also as terms + days late."""
        if self.to_pay is not None:
            return self.to_pay
        settled, terms = self.settled_on(), self.days_of_terms()
        if settled and self.invoice_date:
            return (settled - self.invoice_date).days
        return None if None in (terms, self.late) else terms + self.late

    def days_late(self) -> Any:
        """Return ``S - E``, also as days to pay - terms."""
        if self.late is not None:
            return self.late
        settled, due = self.settled_on(), self.due_date()
        if settled and due:
            return kpi.days_late(due, settled)
        paid, terms = self.days_to_pay(), self.days_of_terms()
        return None if None in (paid, terms) else paid - terms

    def days_overdue(self, as_of: date | None) -> Any:
        """Return ``t - E``."""
        due = self.due_date()
        return (as_of - due).days if as_of and due else self.late

    def days_of_age(self, as_of: date | None) -> Any:
        """Return ``t - D``."""
        known = as_of and self.invoice_date
        return (as_of - self.invoice_date).days if known else self.age

    def open_amount(self, as_of: date | None) -> Any:
        """Return ``R(t)``; a residual that is given is the one of the day."""
        if self.residual is not None and not self.payments:
            return self.residual
        if as_of and (self.invoice_date or as_of) > as_of:
            return Decimal(0)
        amount = self.residual if self.amount is None else self.amount
        if not self.payments and self.paid:
            return Decimal(0) if not as_of or self.paid <= as_of else amount
        return kpi.residual_as_of(amount, self.payments, as_of or date.max)

    def is_settled(self, as_of: date | None) -> bool:
        """Return whether the item was settled on the day, as far as the case says."""
        if self.is_open:
            return False
        settled = self.settled_on()
        if settled:
            return not as_of or settled <= as_of
        return self.days_late() is not None or self.days_to_pay() is not None


# ------------------------------------------------------------------------------------
# Words and numbers
# ------------------------------------------------------------------------------------


def canonical(key: str) -> str | None:
    """Return our name for a key: exact, without qualifiers, plural, or as a prefix.

    >>> [canonical(key) for key in ("amounts", "weighted_days_late", "note")]
    ['amount', 'late', None]
    >>> canonical("days_vs_terms_negative_is_early")
    'late'
    """
    plain = _QUALIFIERS.sub("", key.lower())
    for candidate in (plain, plain.removesuffix("s")):
        if candidate in _ALIASES:
            return _ALIASES[candidate]
    prefixes = [alias for alias in _ALIASES if plain.startswith(f"{alias}_")]
    return _ALIASES[max(prefixes, key=len)] if prefixes else None


def number(value: Any) -> Any:
    """Return a number of the case as exact ``Decimal``; anything else as it is."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return Decimal(str(value))


def day(value: Any) -> date | None:
    """Return a date of the case, ``None`` when the value is not one."""
    if isinstance(value, str) and re.match(r"\d{4}-\d{2}-\d{2}", value):
        return date.fromisoformat(value[:10])
    return value if isinstance(value, date) else None


def as_of_date(data: Mapping) -> date | None:
    """Return the as-of date of a case."""
    return next((day(data[name]) for name in AS_OF if name in data), None)


def plain(value: Any) -> Any:
    """Return a result as JSON would: no ``Decimal``, whole amounts as integers."""
    if isinstance(value, dict):
        return {key: plain(member) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [plain(member) for member in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat() if isinstance(value, date) else value


def under(value: Any, *names: str) -> dict[str, Any]:
    """Return the same value under several names; nothing when it is unknown."""
    return {} if value is None else dict.fromkeys(names, value)


def first(data: Mapping, *names: str) -> Any:
    """Return the value of the first of the names that the case has."""
    return next((data[name] for name in names if name in data), None)


def says(case: Mapping, *words: str) -> bool:
    """Return whether the topic of the case has one of the words."""
    return any(word in case.get("topic", "").lower() for word in words)


# ------------------------------------------------------------------------------------
# Shapes
# ------------------------------------------------------------------------------------


def read_items(data: Mapping, bare_days: str = "late") -> list[Item]:
    """Return the items of a case.

    :param bare_days: what a number of days without a name means in this family
    """
    return [_item(row, is_open) for row, is_open in _rows(data, bare_days)]


def _rows(data: Mapping, bare_days: str) -> Iterator[tuple[dict, bool]]:
    tables = {key: value for key, value in data.items() if _is_table(value)}
    single = next((data[key] for key in ("invoice", "item") if key in data), None)
    if isinstance(single, Mapping):
        yield _named({**data, **single}, bare_days), False
    elif tables:
        for key, table in tables.items():
            is_open = "open" in key.lower() or "unpaid" in key.lower()
            yield from ((_row(row, bare_days), is_open) for row in table)
    else:
        yield from ((row, False) for row in _columns(_named(data, bare_days)))


def _is_table(value: Any) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(row, Mapping | list | tuple) for row in value)
    )


def _row(row: Mapping | Iterable, bare_days: str) -> dict:
    if isinstance(row, Mapping):
        return _named(row, bare_days)
    return _short_row(list(row), bare_days)


def _named(row: Mapping, bare_days: str) -> dict:
    """Return the row under our names; the first wording found wins."""
    named: dict = {}
    for key, value in row.items():
        name = bare_days if key.lower() in ("days", "day") else canonical(key)
        if name:
            named.setdefault(name, value)
    return named


def _short_row(row: list, bare_days: str) -> dict:
    """Name ``[amount, days]``, ``[amount, terms, late]``, ``[amount, due, paid]`` …"""
    dates = [value for value in row if day(value)]
    numbers = [value for value in row if isinstance(value, int | float)]
    words = [value for value in row if isinstance(value, str) and not day(value)]
    first, last = ("invoice_date", "paid") if bare_days == "to_pay" else ("due", "paid")
    date_names = {1: ["due"], 2: [first, last], 3: ["invoice_date", "due", "paid"]}
    named = dict(zip(date_names.get(len(dates), ()), dates, strict=False))
    day_names = [bare_days] if len(numbers) < 3 else ["terms", "late"]
    names = day_names if len(row) == 1 else ["amount", *day_names]
    named.update(zip(names, numbers, strict=False))
    if words:
        named["practice"] = words[-1]
    return named


def _columns(named: dict) -> Iterator[dict]:
    """Return one row for each position of the columns, or the single row itself."""
    columns = {key: value for key, value in named.items() if isinstance(value, list)}
    if not columns:
        yield named
        return
    rest = {key: value for key, value in named.items() if key not in columns}
    length = max(map(len, columns.values()))
    columns = {key: value for key, value in columns.items() if len(value) == length}
    for values in zip(*columns.values(), strict=True):
        yield {**rest, **dict(zip(columns, values, strict=True))}


def _payments(named: dict) -> tuple[tuple[date, Decimal], ...]:
    rows = named.get("payments") or []
    if isinstance(named.get("paid"), list):
        rows = [*rows, *named["paid"]]
    return tuple(_payment(row) for row in rows)


def _payment(row: Mapping | list) -> tuple[date, Decimal]:
    values = list(row.values()) if isinstance(row, Mapping) else row
    when = next(day(value) for value in values if day(value))
    amount = next(number(value) for value in values if isinstance(value, int | float))
    return when, amount


def _item(named: dict, is_open: bool) -> Item:
    kind = str(named.get("kind", "")).lower()
    kept = ("late", "to_pay", "terms", "age", "score", "practice")
    return Item(
        **{name: number(named.get(name)) for name in ("amount", "residual")},
        **{name: named.get(name) for name in kept},
        **{name: day(named.get(name)) for name in ("invoice_date", "due", "paid")},
        payments=_payments(named),
        cash=not any(word in kind for word in NOT_CASH),
        is_open=is_open,
    )
