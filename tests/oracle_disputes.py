"""The oracle cases about disputes and deductions.

A case gives disputed and issued invoices, closed cases with the days they took (as
dates, as days, as rows or as columns), or open and incurred deductions.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from load_tools import load_tool
from oracle_items import day, first, number, plain, says, under

dispute_kpi = load_tool("ar_dispute", "dispute_kpi")
clock = load_tool("ar_dispute", "dispute_clock")

OPENED = ("opened", "open", "opened_on", "open_date", "date_opened", "created", "start")
CLOSED = ("closed", "closed_on", "close_date", "date_closed", "resolved", "end")
AMOUNT = ("amount", "value", "disputed", "disputed_amount", "weight")
DAYS = (
    "days",
    "cycle_days",
    "cycle_time",
    "duration",
    "gross_days",
    "gross",
    "elapsed",
)
NET = ("net_days", "net")
WAITED = ("paused_days", "waiting_days", "waited", "paused", "waiting", "pause_days")
PAUSES = ("pauses", "waits", "paused", "waiting", "waiting_intervals")
ALLOWED = ("sla_days", "sla", "allowed_days", "allowed", "target_days", "deadline_days")
COLUMNS = {
    "amount": ("amounts", "values", "weights"),
    "days": ("days", "cycle_days", "cycle_times", "durations", "gross_days"),
    "net_days": ("net_days",),
    "paused_days": ("paused_days", "waiting_days"),
    "sla_days": ("sla_days", "slas", "sla", "allowed_days"),
}
PERIODS = {"day": 1, "month": 30, "quarter": 90, "year": 365}


def disputes(case: Mapping) -> dict[str, Any]:
    """Return the rates of a case and the times of its disputes."""
    data = case["input"]
    result = _rates(data)
    rows = [row for row in _rows(data) if _gross(row, case) is not None]
    return plain(result | (_times(rows, case) if rows else {}))


# ------------------------------------------------------------------------------------
# Rates
# ------------------------------------------------------------------------------------


def _rates(data: Mapping) -> dict[str, Any]:
    numbers = {key: x for key, x in data.items() if isinstance(x, int | float)}
    money = {key: x for key, x in numbers.items() if _is_money(key)}
    counts = {key: x for key, x in numbers.items() if key not in money}
    by_number = _share(dispute_kpi.dispute_rate_by_number, counts, "disput", "issued")
    by_value = _share(dispute_kpi.dispute_rate_by_value, money, "disput", "issued")
    unfounded = _share(dispute_kpi.unfounded_rate, counts, "unfounded", "closed")
    in_time = _share(
        dispute_kpi.service_level, counts, "within|in_time|on_time|met", "closed"
    )
    return (
        _shares(by_number, "rate_number", "dispute_rate_number")
        | _shares(by_value, "rate_value", "dispute_rate_value")
        | _shares(unfounded, "unfounded", "unfounded_rate")
        | _shares(in_time, *SERVICE)
    )


def credit_notes(case: Mapping) -> dict[str, Any]:
    """Return the credit-note rates of a case, and the average of either document."""
    data = {key.lower(): x for key, x in case["input"].items()}
    money = {key: x for key, x in data.items() if _is_money(key)}
    counts = {key: x for key, x in data.items() if key not in money}
    by_number = _share(
        dispute_kpi.credit_note_rate_by_number, counts, "credit", "invoice"
    )
    by_value = _share(dispute_kpi.credit_note_rate_by_value, money, "credit", "invoice")
    return plain(
        _shares(by_number, "rate_number", "credit_note_rate_number")
        | _shares(by_value, "rate_value", "credit_note_rate_value")
        | under(_average(money, counts, "invoice"), "avg_invoice")
        | under(_average(money, counts, "credit"), "avg_credit_note")
    )


def _average(money: Mapping, counts: Mapping, which: str) -> float | None:
    """Return the value of one document among those that the case names."""
    value, number = _find(money, which), _find(counts, which)
    return value / number if value is not None and number else None


SERVICE = ("sla", "sla_respected", "sla_met", "sla_rate", "service_level", "within_sla")


def _is_money(key: str) -> bool:
    return bool(re.search("value|amount|sales|eur|total", key.lower()))


def _share(formula: Any, data: Mapping, part: str, whole: str) -> float | None:
    """Return the share of the first part and whole that the case names."""
    found = [key for key in data if re.search(part, key.lower())]
    around = [
        key for key in data if re.search(whole, key.lower()) and key not in found
    ] or [key for key in data if "invoice" in key.lower() and key not in found]
    if not (found and around):
        return None
    return formula(data[found[0]], data[around[0]]).value


def _shares(share: float | None, *names: str) -> dict[str, Any]:
    """Return a share under its names, and as a percentage under theirs."""
    percents = [f"{name}_pct" for name in names]
    if share is None:
        return {}
    return under(share, *names) | under(100 * share, *percents)


# ------------------------------------------------------------------------------------
# Times
# ------------------------------------------------------------------------------------


def _rows(data: Mapping) -> Iterator[Mapping]:
    """Return the disputes of a case, each with what the whole case says of all."""
    common = {key: x for key, x in data.items() if not isinstance(x, list)}
    tables = [x for x in data.values() if isinstance(x, list) and x]
    table = next((x for x in tables if all(map(_is_row, x))), None)
    if table:
        for row in table:
            yield common | (row if isinstance(row, Mapping) else _short_row(row))
        return
    columns = {
        name: values
        for name, keys in COLUMNS.items()
        if isinstance(values := first(data, *keys), list)
    }
    length = max(map(len, columns.values()), default=0)
    whole = {name: values for name, values in columns.items() if len(values) == length}
    for values in zip(*whole.values(), strict=True):
        yield common | dict(zip(whole, values, strict=True))


def _is_row(row: Any) -> bool:
    return isinstance(row, Mapping | list)


def _short_row(row: list) -> Mapping:
    """Name ``[amount, days]``, ``[amount, opened, closed]``, with the allowed days."""
    moments = [value for value in row if day(value)]
    numbers = [value for value in row if isinstance(value, int | float)]
    names = ["amount", "sla_days"] if moments else ["amount", "days", "sla_days"]
    if len(numbers) == 1 and not moments:
        names = ["days"]
    return dict(zip(("opened", "closed"), moments, strict=False)) | dict(
        zip(names, numbers, strict=False)
    )


def _pauses(row: Mapping) -> list[tuple[date, date | None]]:
    """Return the pauses that a row gives as dates."""
    given = next((row[name] for name in PAUSES if isinstance(row.get(name), list)), [])
    pairs = given if all(map(_is_row, given)) else [given]
    parts = [list(x.values()) if isinstance(x, Mapping) else x for x in pairs]
    return [(day(part[0]), day(part[1])) for part in parts]


def _gross(row: Mapping, case: Mapping) -> Any:
    days = number(first(row, *DAYS))
    opened, closed = day(first(row, *OPENED)), day(first(row, *CLOSED))
    if days is None and opened and closed:
        return clock.cycle_time(opened, closed, is_worked=_calendar(case)).gross
    return days


def _net(row: Mapping, case: Mapping) -> Any:
    """Return the days without those of waiting: given, subtracted, or from dates."""
    net, gross = number(first(row, *NET)), _gross(row, case)
    if net is not None:
        return net
    waited = next((row[x] for x in WAITED if isinstance(row.get(x), int | float)), 0)
    opened, closed = day(first(row, *OPENED)), day(first(row, *CLOSED))
    if opened and closed and _pauses(row):
        return clock.cycle_time(opened, closed, _pauses(row), _calendar(case)).net
    return gross - number(waited)


def _calendar(case: Mapping) -> Any:
    """Return which days a case counts: calendar days unless it says otherwise."""
    words = " ".join([case.get("topic", ""), *map(str, case["input"])])
    worked = re.search("business|working|workday", words.lower())
    return (lambda moment: moment.weekday() < 5) if worked else clock.every_day


def _times(rows: list[Mapping], case: Mapping) -> dict[str, Any]:
    amounts = [number(first(row, *AMOUNT)) for row in rows]
    weights = [1 if amount is None else amount for amount in amounts]
    net_days = [_net(row, case) for row in rows]
    gross_days = [_gross(row, case) for row in rows]
    net = dispute_kpi.cycle_times(zip(weights, net_days, strict=True))
    gross = dispute_kpi.cycle_times(zip(weights, gross_days, strict=True))
    main = net if says(case, "net") else gross
    return (
        _named_times(main, "")
        | _named_times(gross, "gross_")
        | _named_times(net, "net_")
        | _in_time(rows, net_days)
        | {"count": net.count, "cases": net.count, "days_each": gross_days}
        | {"gross_each": gross_days, "net_each": net_days}
    )


def _named_times(times: Any, start: str) -> dict[str, Any]:
    """Return the averages of days under the names they may have."""
    averages = {
        "mean": (times.mean, "mean", "average", "simple"),
        "median": (times.median, "median", "p50"),
        "weighted": (times.weighted, "weighted", "amount_weighted", "weighted_mean"),
        "p90": (times.p90, "p90"),
    }
    named: dict[str, Any] = {}
    for value, *names in averages.values():
        for name in names:
            spelled = [f"{start}{name}", f"{start}{name}_days", f"{name}_{start}days"]
            spelled += [f"{start}cycle_time_{name}", f"{name}_{start}cycle_time"]
            spelled += [f"{name}_{start}".rstrip("_"), f"cycle_time_{start}{name}"]
            named |= under(value, *spelled)
    return named | under(times.mean, f"{start}cycle_time", f"{start}cycle_days")


def _in_time(rows: list[Mapping], net_days: list) -> dict[str, Any]:
    """Return the service level of the disputes that have allowed days."""
    allowed = [number(first(row, *ALLOWED)) for row in rows]
    pairs = [
        (days, limit)
        for days, limit in zip(net_days, allowed, strict=True)
        if limit is not None
    ]
    met = sum(days <= limit for days, limit in pairs)
    return _shares(dispute_kpi.service_level(met, len(pairs)).value, *SERVICE)


# ------------------------------------------------------------------------------------
# DDO
# ------------------------------------------------------------------------------------


def deductions(case: Mapping) -> dict[str, Any]:
    """Return the days of deductions that are open, by value and by number."""
    data = case["input"]
    numbers = {key.lower(): x for key, x in data.items() if isinstance(x, int | float)}
    counted = {key: x for key, x in numbers.items() if re.search("count|number", key)}
    valued = {
        key: x for key, x in numbers.items() if "days" not in key and key not in counted
    }
    by_value = _deduction_days(valued, numbers, data)
    by_number = _deduction_days(counted, numbers, data)
    main = by_number if by_value is None else by_value
    return plain(
        under(main, "ddo", "ddo_days", "days", "deduction_days_outstanding")
        | under(by_value, "ddo_value", "value")
        | under(by_number, "ddo_count", "ddo_number", "count", "number")
    )


def _deduction_days(part: Mapping, numbers: Mapping, data: Mapping) -> float | None:
    """Return the days from open deductions and those incurred, in all or a day."""
    still_open = _find(part, "open|outstanding|unresolved")
    daily = _find(part, "daily|per_day|a_day")
    if still_open is None:
        return None
    if daily is not None:
        return dispute_kpi.deduction_days_outstanding(still_open, daily, 1)
    incurred = _find(
        {key: x for key, x in part.items() if not re.search("open|outstanding", key)},
        "incurred|total|period|annual|yearly|deductions|created|new|taken",
    )
    days = _find(numbers, "^days|_days|days$") or PERIODS.get(data.get("period"), 365)
    if incurred is None:
        return None
    return dispute_kpi.deduction_days_outstanding(still_open, incurred, days)


def _find(data: Mapping, pattern: str) -> Any:
    """Return the number of the first key that fits a pattern."""
    return next((x for key, x in data.items() if re.search(pattern, key)), None)
