"""Run oracle cases through the product's pure functions.

``ADAPTERS[family](case)`` takes a whole case (``id``, ``topic``, ``input``) and returns
every figure it can derive, under each name a case may expect. Formulas live in the
addons' ``tools/``; an adapter only reads the case and names the results.
"""

import re
import sys
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

# Siblings, also when this file is loaded by its path.
if str(Path(__file__).resolve().parent) not in sys.path:
    sys.path.append(str(Path(__file__).resolve().parent))
load_tool = import_module("load_tools").load_tool
prioritisation = import_module("oracle_priority").prioritisation
collecting = import_module("oracle_collection")
disputing = import_module("oracle_disputes")
scoring = import_module("oracle_scores")
shapes = import_module("oracle_items")
Item = shapes.Item

dates = load_tool("ar_best_practices", "dates")
kpi = load_tool("ar_best_practices", "kpi")
payment_index = load_tool("ar_best_practices", "payment_index")

Case = Mapping[str, Any]


def _weighted(items: Iterable, days: Callable[[Item], Any]) -> list[tuple]:
    """Return (amount, days) of the items that have days; without amounts, all alike."""
    known = [item for item in items if days(item) is not None]
    return [(_weight(item), days(item)) for item in known]


def _weight(item: Any) -> Decimal:
    return next((x for x in (item.amount, item.residual) if x is not None), Decimal(1))


def _settled(data: Mapping, items: list) -> list:
    """Return the items settled by cash, in the window of the case if it has one."""
    as_of = shapes.as_of_date(data)
    months = shapes.first(data, "months", "window_months")
    settled = [item for item in items if item.cash and item.is_settled(as_of)]
    if not (as_of and months):
        return settled
    start = dates.months_before(as_of, months)
    return [item for item in settled if start < (item.settled_on() or as_of)]


def _value(data: Mapping, average: Any) -> float | None:
    return average.at_least(
        shapes.first(data, "minimum", "min_items", "minimum_items") or 1
    )


# ------------------------------------------------------------------------------------
# DBT, DTP
# ------------------------------------------------------------------------------------


def days_beyond_terms(case: Case) -> dict[str, Any]:
    """Days beyond terms: weighted and simple, signed and floored, with open items."""
    data = case["input"]
    if totals := _totals(data):
        return shapes.under(totals.value, "dbt", "dbt_weighted", "days_beyond_terms")
    items = shapes.read_items(data)
    settled = _settled(data, items)
    pairs = _weighted(settled, Item.days_late)
    days = [late for _amount, late in pairs]
    still_open = [item for item in items if item not in settled]
    open_pairs = _weighted(
        still_open, lambda item: item.days_overdue(shapes.as_of_date(data))
    )
    averages = {
        "dbt_signed": kpi.days_beyond_terms(pairs),
        "dbt_floored": kpi.days_beyond_terms_floored(pairs),
        "dbt_simple_signed": kpi.mean_days_beyond_terms(days),
        "dbt_simple_floored": kpi.mean_days_beyond_terms(days, floored=True),
        "dbt_open": kpi.days_beyond_terms_open(pairs, open_pairs),
        "late_share": kpi.late_share(pairs),
        "late_share_number": kpi.late_share_by_number(days),
    }
    values = {name: _value(data, average) for name, average in averages.items()}
    return shapes.plain(values | _dbt_names(case, values, days))


def _dbt_names(case: Case, values: dict, days: list) -> dict[str, Any]:
    """Return the variant the case asks for, under the names it may use."""
    floored = _is_floored(case)
    variant = "floored" if floored else "signed"
    weighted, simple = values[f"dbt_{variant}"], values[f"dbt_simple_{variant}"]
    is_simple = shapes.says(case, "simple", "unweighted")
    each = [max(0, late) if floored else late for late in days]
    number_on_time, on_time = values["late_share_number"], values["late_share"]
    return (
        shapes.under(weighted, "dbt_weighted", "weighted_dbt", "weighted")
        | shapes.under(values["dbt_signed"], "dbt_weighted_signed", "days_beyond_terms")
        | shapes.under(
            values["dbt_floored"], "dbt_weighted_floored", "days_beyond_terms_floored"
        )
        | shapes.under(values["dbt_open"], "days_beyond_terms_open", "dbt_incl_open")
        | shapes.under(simple, "dbt_simple", "dbt_unweighted", "simple", "unweighted")
        | shapes.under(simple if is_simple else weighted, "dbt")
        | shapes.under(each, "dbt_each", "days_late")
        | shapes.under(kpi.regularity(days), "regularity", "std_dev", "stability")
        | shapes.under(
            _complement(number_on_time), "punctuality_number", "on_time_number"
        )
        | shapes.under(_complement(on_time), "punctuality_value", "on_time_value")
    )


def _complement(share: float | None) -> float | None:
    return None if share is None else 1 - share


def _is_floored(case: Case) -> bool:
    flag = shapes.first(case["input"], "floor_at_zero", "floored", "floor")
    return shapes.says(case, "floor") if flag is None else bool(flag)


def _totals(data: Mapping) -> Any:
    """Return the average of a case that gives two totals: amounts x days, amounts."""
    numbers = {key: x for key, x in data.items() if isinstance(x, int | float)}
    if len(numbers) != 2 or len(data) != 2:
        return None
    words = re.compile("day|arrear|product|weighted|numerator", re.IGNORECASE)
    tops = [key for key in numbers if words.search(key)]
    sums = [key for key in numbers if key not in tops]
    if len(tops) != 1 or not re.search("sum|total|numerator|product|_x_", tops[0]):
        return None
    return kpi.Average(float(numbers[tops[0]]), float(numbers[sums[0]]), 1)


def days_to_pay(case: Case) -> dict[str, Any]:
    """Days to pay, terms and days late: unweighted and weighted."""
    data = case["input"]
    if totals := _totals(data):
        names = ("unweighted", "adtp", "average_days_to_pay", "avg_days_to_pay")
        return shapes.under(totals.value, *names, "weighted", "days_to_pay")
    settled = _settled(data, shapes.read_items(data, "to_pay"))
    paid = _weighted(settled, Item.days_to_pay)
    late = _weighted(settled, Item.days_late)
    terms = _weighted(settled, Item.days_of_terms)
    days = [to_pay for _amount, to_pay in paid]
    simple = _value(data, kpi.mean_days_to_pay(days))
    weighted = _value(data, kpi.days_to_pay(paid))
    result = _days_to_pay_names(simple, weighted) | shapes.under(
        days or None, "days_each"
    )
    granted = _value(data, kpi.average_terms(terms))
    beyond = _value(data, kpi.days_beyond_terms(late))
    result |= shapes.under(granted, *_weighted_names("terms"), "wat")
    result |= shapes.under(beyond, *_weighted_names("days_late"), "dbt_weighted")
    main = simple if shapes.says(case, "unweighted_only", "simple") else weighted
    return shapes.plain(result | shapes.under(main, "days_to_pay"))


def _days_to_pay_names(simple: float | None, weighted: float | None) -> dict[str, Any]:
    return (
        shapes.under(simple, "unweighted", "adtp", "adtp_unweighted", "simple")
        | shapes.under(
            simple, "average_days_to_pay", "avg_days_to_pay", "mean_days_to_pay"
        )
        | shapes.under(simple, "average", "mean", "avg_days", "average_days")
        | shapes.under(
            weighted, "weighted", "adtp_weighted", "weighted_adtp", "wap", "wadp"
        )
        | shapes.under(weighted, *_weighted_names("days_paid"))
        | shapes.under(weighted, *_weighted_names("days_to_pay"))
    )


def _weighted_names(what: str) -> list[str]:
    return [f"weighted_{what}", f"weighted_average_{what}", f"weighted_avg_{what}"]


# ------------------------------------------------------------------------------------
# AGE
# ------------------------------------------------------------------------------------


def ageing(case: Case) -> dict[str, Any]:
    """Buckets by due date or invoice date, residual as of a day, weighted lateness."""
    data = case["input"]
    as_of = shapes.as_of_date(data)
    items = [
        item for item in shapes.read_items(data) if item.open_amount(as_of) is not None
    ]
    bounds = _bounds(data)
    result = _residual_results(items, as_of)
    if _by_invoice_date(case, items):
        rows = [(i.open_amount(as_of), i.days_of_age(as_of)) for i in items]
        rows = [(amount, age) for amount, age in rows if age is not None and age >= 0]
        labels = [kpi.bucket_of_age(age, bounds) for _amount, age in rows]
        buckets = kpi.aging_buckets_by_age(rows, bounds)
    else:
        rows = [(i.open_amount(as_of), i.days_overdue(as_of)) for i in items]
        rows = [(amount, days) for amount, days in rows if days is not None]
        labels = [kpi.bucket_of(days, bounds) for _amount, days in rows]
        buckets = kpi.aging_buckets(rows, bounds)
        result |= _overdue_results(rows)
    result |= shapes.under(labels[0] if len(labels) == 1 else labels or None, "bucket")
    result |= shapes.under([days for _amount, days in rows] or None, "days_each")
    return shapes.plain(result | {"buckets": buckets} | _label_names(buckets))


def _residual_results(items: list, as_of: Any) -> dict[str, Any]:
    residuals = [item.open_amount(as_of) for item in items]
    one = residuals[0] if len(residuals) == 1 else residuals
    return shapes.under(one, "residual_as_of", "residual") | shapes.under(
        sum(residuals), "open_amount", "total", "open_total", "total_open"
    )


def _overdue_results(rows: list[tuple]) -> dict[str, Any]:
    average = kpi.weighted_days_overdue(rows)
    one = rows[0][1] if len(rows) == 1 else None
    return (
        shapes.under(
            kpi.overdue_amount(rows), "overdue_amount", "overdue", "overdue_total"
        )
        | shapes.under(
            average.value, "weighted_days_overdue", "weighted_average_days_overdue"
        )
        | shapes.under(
            max((days for _amount, days in rows), default=None), "max_days_late"
        )
        | shapes.under(one, "days_overdue")
    )


def _bounds(data: Mapping) -> tuple[int, ...]:
    """Return the upper bounds of the buckets, also from labels such as ``16-30``."""
    given = shapes.first(
        data, "bounds", "breakpoints", "bucket_bounds", "limits", "buckets"
    )
    if not given:
        return kpi.DEFAULT_BOUNDS
    tops = [re.search(r"\d+$", str(bound)) for bound in given]
    return tuple(int(top[0]) for top in tops if top and int(top[0]))


def _by_invoice_date(case: Case, items: list) -> bool:
    mode = shapes.first(case["input"], "mode", "basis", "by", "ageing_by", "aging_by")
    if mode is not None:
        return "invoice" in str(mode).lower()
    has_due = any(item.due_date() or item.late is not None for item in items)
    has_age = any(item.invoice_date or item.age is not None for item in items)
    return shapes.says(case, "invoice_date", "by_invoice") or (has_age and not has_due)


def _label_names(buckets: dict) -> dict[str, Any]:
    """Return the buckets also under other usual spellings of their labels."""
    names: dict[str, Any] = {}
    for label, amount in buckets.items():
        last = label.removesuffix("+")
        open_ended = [f">{last}", f"over_{last}", f"bucket_over_{last}"]
        spelled = open_ended if label.endswith("+") else [label.replace("-", "_")]
        names |= dict.fromkeys([label, *spelled], amount)
    names |= shapes.under(buckets.get(kpi.NOT_DUE), "current", "not_due_amount")
    return names | shapes.under(
        buckets[kpi.UNALLOCATED], "credits", "unallocated_amount"
    )


# ------------------------------------------------------------------------------------
# PDX
# ------------------------------------------------------------------------------------

_PRACTICES = {"antic": -30, "discount": -20, "prompt": 0, "on time": 0, "on_time": 0}
_OVER = re.compile(r"(?:over|more than|>)\s*(\d+)")


def paydex(case: Case) -> dict[str, Any]:
    """Score of each payment, index weighted by amount, risk band, split of delays."""
    data = case["input"]
    if "scores" in data and len(data) == 1:
        return shapes.under(
            [payment_index.risk_band(x) for x in data["scores"]], "risk"
        )
    if isinstance(data.get("score"), int | float) and len(data) == 1:
        return shapes.under(payment_index.risk_band(data["score"]), "risk", "band")
    items = shapes.read_items(data)
    scores = [_item_score(item) for item in items]
    weighed = any(item.amount is not None for item in items)
    result = shapes.under(scores if len(scores) > 1 else scores[0], "score")
    if all(isinstance(score, float) for score in scores):
        result |= _index_results(items, scores, weighed)
    return shapes.plain(result | {"scores": scores})


def _item_score(item: Any) -> Any:
    """Return the score of one experience; a range of days has a range of scores."""
    if item.score is not None:
        return float(item.score)
    if item.practice and (over := _OVER.search(item.practice.lower())):
        return f"0-{int(payment_index.payment_score(int(over[1]) + 1))}"
    return payment_index.payment_score(float(_experience_days(item)))


def _experience_days(item: Any) -> Any:
    if not item.practice:
        return item.days_late()
    words = item.practice.lower()
    for start, days in _PRACTICES.items():
        if start in words:
            return days
    days = int(re.search(r"-?\d+", words)[0])
    return -days if re.search("early|sooner|before", words) else days


def _index_results(items: list, scores: list, weighed: bool) -> dict[str, Any]:
    """Return the index of the experiences; a score that is given is used as it is."""
    if any(item.score is not None for item in items):
        pairs = zip(map(_weight, items), scores, strict=True)
        index = kpi.weighted_average(pairs).value
        unweighted = kpi.simple_average(scores).value
        split = {}
    else:
        pairs = [(_weight(item), _experience_days(item)) for item in items]
        days = [late for _amount, late in pairs]
        index = payment_index.payment_index(pairs).value
        unweighted = payment_index.payment_index_by_number(days).value
        split = payment_index.delay_split(days)
        split |= shapes.under(kpi.days_beyond_terms(pairs).value, "weighted_days_late")
    names = ("index", "paydex", "payment_index", "weighted", "weighted_score")
    result = shapes.under(index, *names, "weighted_index", "index_weighted", "value")
    result |= shapes.under(
        unweighted, "unweighted", "index_unweighted", "unweighted_index"
    )
    result |= shapes.under(unweighted, "simple", "unweighted_score")
    result |= shapes.under(payment_index.risk_band(index), "risk", "band", "risk_band")
    return result | split | (shapes.under(index, "score") if weighed else {})


ADAPTERS: dict[str, Callable[[dict], dict]] = {
    "DBT": days_beyond_terms,
    "DTP": days_to_pay,
    "AGE": ageing,
    "PDX": paydex,
    "PRI": prioritisation,
    "PTP": collecting.promises_kept,
    "COL": collecting.work_and_cost,
    "RPC": collecting.contacts,
    "DISP": disputing.disputes,
    "CN": disputing.credit_notes,
    "DDO": disputing.deductions,
    "SCO": scoring.scores,
    "LIM": scoring.credit_limits,
}
