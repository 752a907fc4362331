"""The oracle cases about promises to pay and collection work."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from load_tools import load_tool
from oracle_items import day, first, number, plain

promise = load_tool("ar_best_practices", "promise")
collection = load_tool("ar_best_practices", "collection")


def promises_kept(case: Mapping) -> dict[str, Any]:
    """Return how many of the promises of a case were kept, and how much of them."""
    data = case["input"]
    tolerance = first(data, "tolerance_days", "tolerance")
    rates = promise.promise_kept_rate(
        [_promise(row) for row in data["promises"]],
        2 if tolerance is None else tolerance,
        number(first(data, "min_share", "minimum_share")) or 1,
    )
    return plain(
        {
            "kept": rates.kept,
            "partially_kept": rates.partly,
            "partly": rates.partly,
            "broken": rates.broken,
            "kept_rate_number_pct": _percent(rates.by_number),
            "kept_rate_value_pct": _percent(rates.by_value),
            "kept_rate_number": rates.by_number,
            "kept_rate_value": rates.by_value,
        }
    )


def _promise(row: Mapping) -> tuple[Any, date, list]:
    receipts = first(row, "paid", "receipts", "payments") or []
    pairs = [_receipt(receipt) for receipt in receipts]
    return number(row["amount"]), day(first(row, "promised", "date", "due")), pairs


def _receipt(receipt: Any) -> tuple[date, Any]:
    pair = receipt.values() if isinstance(receipt, Mapping) else receipt
    moment, amount = sorted(pair, key=lambda part: day(part) is None)
    return day(moment), number(amount)


def work_and_cost(case: Mapping) -> dict[str, Any]:
    """Return the cash of a collector and what a unit of cash costs."""
    data = case["input"]
    cash = _find(data, "cash|collected")
    full_time, cost = _find(data, "fte|full"), _find(data, "cost")
    each = full_time and collection.cash_per_collector(cash, full_time)
    unit = None if cost is None else collection.cost_per_cash(cost, cash)
    named = {"cash_per_fte": each, "cash_per_collector": each}
    named |= {"cost_per_euro": unit, "cost_per_cash": unit}
    return plain(named)


def contacts(case: Mapping) -> dict[str, Any]:
    """Return the shares of right-party contacts and of promises."""
    data = case["input"]
    attempts = _find(data, "attempt|outbound|calls")
    right, promises = _find(data, "right|rpc"), _find(data, "promise")
    reached = collection.right_party_share(right, attempts)
    promised = promises and collection.promise_share(promises, right)
    return plain(
        {
            "rpc_rate": reached,
            "rpc_rate_pct": _percent(reached),
            "rpc_pct": _percent(reached),
            "promise_rate": promised,
            "promise_rate_pct": _percent(promised),
        }
    )


def _percent(share: Any) -> Any:
    return None if share is None else 100 * share


def _find(data: Mapping, pattern: str) -> Any:
    """Return the number of the first key that fits a pattern."""
    found = (value for key, value in data.items() if re.search(pattern, key.lower()))
    return number(next(found, None))
