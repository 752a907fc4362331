"""The oracle cases about scores in points and credit limits.

Published cards are given here as bands, scales and tables; the product reads them as it
reads its own.
"""

import re
from collections.abc import Mapping
from typing import Any

import default_scorecard
from load_tools import load_tool
from oracle_items import first, says, under

scorecard = load_tool("ar_scoring", "scorecard")
limits = load_tool("ar_scoring", "credit_limit")
Band, Criterion, Interval = scorecard.Band, scorecard.Criterion, scorecard.Interval

DEFAULT_CODES = {
    "dbt12": ("dbt12", "dbt", "weighted_dbt"),
    "dbt_trend": ("dbt_trend", "trend"),
    "share_overdue_30": ("share_overdue_30", "overdue_30", "share_over_30"),
    "broken_promises": ("broken_promises",),
    "returned": ("returned", "returned_payments", "returns"),
    "unfounded_dispute_share": ("unfounded_dispute_share", "unfounded"),
    "limit_use": ("limit_use", "peak_use", "use"),
    "years": ("years", "years_of_relationship", "relationship_years"),
    "external": ("external", "external_rating", "rating"),
    "cover": ("cover", "covered_share", "coverage"),
}
# A supplier's card of three questions, and the limits of its totals
PROMPT_CARD = [
    Criterion("years", scorecard.from_((5, 5), below=2)),
    Criterion("paid", scorecard.up_to((0, 5), (30, 4), (60, 2), above=0)),
    Criterion("guaranteed", [Band(5, codes=("True",)), Band(0, codes=("False",))]),
]
PROMPT_LIMITS = {12: (10_000, 15_000), 8: (5_000, 10_000), 4: (1_000, 4_000), 0: (0, 0)}
# A textbook's scale of ten categories
TEXTBOOK = [
    (0, "very high risk", None),
    (1, "high risk", "prepay"),
    (11, "borderline", "2/10 net 15"),
    (21, "average", "2/10 net 15"),
    (41, "above average", "2/10 net 15"),
    (60, "good", "2/10 net 30"),
    (81, "excellent", "2/10 net 30"),
]
RISK_GROUPS = [Interval("Low", 0), Interval("Medium", 36), Interval("High", 61)]
GROUP_LIMITS = {("med", "a"): 10_000}


def scores(case: Mapping) -> dict[str, Any]:
    """Return points, class and what follows from them."""
    data = case["input"]
    if says(case, "points_scorecard"):
        return _prompt_card(data)
    if says(case, "auto_limit"):
        return _group_limit(data)
    if says(case, "formula"):
        return _rated_limit(data)
    if "scores" in data and says(case, "textbook", "ars"):
        return _textbook(data["scores"])
    if "points_known" in data:
        return _known_points(data["points_known"], data["max_known"])
    if isinstance(data.get("points"), Mapping):
        total = sum(data["points"].values())
        return under(total, "maximum", "total", "points", "score")
    if says(case, "d365", "risk_group", "risk_class", "scoring_group"):
        return _risk_groups(data)
    if any(key in data for key in ("answers", "weights", "weight")):
        return _questionnaire(data)
    return _default_card(data)


def _prompt_card(data: Mapping) -> dict[str, Any]:
    words = str(first(data, "payment_history", "payments", "history") or "")
    values = {
        "years": first(data, "years_in_business", "years"),
        "paid": _days_of(words),
        "guaranteed": str(bool(first(data, "personal_guarantee", "guarantee"))),
    }
    points = scorecard.score_card(PROMPT_CARD, values, missing="zero").points
    reached = max(least for least in PROMPT_LIMITS if least <= points)
    return under(points, "points", "score", "total") | {
        "limit_range": list(PROMPT_LIMITS[reached])
    }


def _days_of(words: str) -> float:
    """Return the days late of a wording like "slow 31-60" or "over 60"."""
    found = re.search(r"(\d+)\s*(?:-|to)\s*(\d+)", words)
    if found:
        return float(found.group(2))
    over = re.search(r"(?:over|more than|>|\+)\s*(\d+)|(\d+)\s*\+", words)
    if over:
        return float(over.group(1) or over.group(2)) + 1
    return 0.0


def _group_limit(data: Mapping) -> dict[str, Any]:
    group = str(first(data, "risk_group", "group", "class") or "")[:3].lower()
    condition = first(data, "condition", "conditions") or {}
    given = next(iter(condition.values()), "") if condition else ""
    return under(GROUP_LIMITS.get((group, str(given).lower())), "limit")


def _rated_limit(data: Mapping) -> dict[str, Any]:
    """Return the limit of a formula with a condition: fixed, else by the rating."""
    rating = first(data, "own_rating", "rating", "score")
    fixed = (
        str(first(data, "risk_class", "class")) == "A"
        and rating > 70
        and str(first(data, "sector", "industry")) == "Z4"
    )
    return under(100_000 if fixed else 1000 * rating, "limit", "credit_limit")


def _textbook(given: list) -> dict[str, Any]:
    rows = [max(row for row in TEXTBOOK if row[0] <= score)[1:] for score in given]
    return {"class": [row[0] for row in rows], "terms": [row[1] for row in rows]}


def _known_points(points: list, most: list) -> dict[str, Any]:
    criteria = [
        Criterion(str(number), [Band(whole, codes=("most",)), Band(0, codes=("none",))])
        for number, whole in enumerate(most)
    ]
    lines = tuple(
        scorecard.Line(criterion.code, None, None, given, criterion.most)
        for criterion, given in zip(criteria, points, strict=True)
    )
    score = scorecard.summarise(lines, "renormalise")
    return {
        "total_renormalised": score.points,
        "coverage_pct": score.coverage * 100,
        "class": scorecard.find_class(score, default_scorecard.CLASSES),
    } | under(score.points, "total", "score")


def _risk_groups(data: Mapping) -> dict[str, Any]:
    given = first(data, "scores", "customers", "score", "points")
    values = given.values() if isinstance(given, Mapping) else given
    listed = list(values) if isinstance(values, list | type({}.values())) else [given]
    found = [
        scorecard.find_class(scorecard.Score(score, 100, 1.0, ()), RISK_GROUPS)
        for score in listed
    ]
    if isinstance(given, Mapping):
        named = dict(zip(given, found, strict=True))
        return under(named, "classes", "class", "groups", "risk_group") | named
    single = found if isinstance(given, list) else found[0]
    return under(single, "class", "classes", "group", "risk_group", "risk_class")


def _questionnaire(data: Mapping) -> dict[str, Any]:
    weights = first(data, "weights", "weight")
    answers = first(data, "answers", "answer")
    total = first(data, "total", "total_points", "maximum", "max_points") or 600
    scale = first(data, "scale", "levels", "max_answer") or 7
    rows = zip(_as_list(weights), _as_list(answers), strict=True)
    whole = sum(_as_list(weights))
    points = [
        scorecard.answer_points(weight / whole, answer, scale, total)
        for weight, answer in rows
    ]
    return under(sum(points), "points", "score", "total") | {"each": points}


def _as_list(value: Any) -> list:
    if isinstance(value, Mapping):
        return list(value.values())
    return value if isinstance(value, list) else [value]


def _default_card(data: Mapping) -> dict[str, Any]:
    values = {code: first(data, *names) for code, names in DEFAULT_CODES.items()}
    score = scorecard.score_card(default_scorecard.CRITERIA, values)
    code = scorecard.find_class(score, default_scorecard.CLASSES)
    result = {"points": [line.points for line in score.lines], "class": code}
    result |= under(score.points, "total", "score")
    need = first(data, "need", "credit_need")
    if need is not None and code:
        result |= _limit(data | {"need": need, "class": code})
    return result


# ----------------------------------------------------------------------------------
# Limits
# ----------------------------------------------------------------------------------


def credit_limits(case: Mapping) -> dict[str, Any]:
    """Return a need, caps, or the limit that follows from them."""
    data = case["input"]
    risks = [value for key, value in data.items() if key.endswith("risk_amount")]
    if risks:
        return under(sum(risks), "limit", "total")
    if "monthly_purchases_excl_tax" in data:
        return under(_need(data), "need", "limit")
    if says(case, "afdcc", "flow", "outstanding", "encours"):
        return under(_flow(data), "limit", "encours", "value")
    if "need" in data:
        return _limit(data)
    return _caps(data)


def _need(data: Mapping) -> float:
    return limits.credit_need(
        data["monthly_purchases_excl_tax"],
        (first(data, "vat_pct", "vat") or 0) / 100,
        first(data, "terms_days", "terms"),
        is_end_of_month=bool(first(data, "end_of_month", "eom")),
        days_beyond_terms=first(data, "dbt", "expected_dbt") or 0,
    )


def _flow(data: Mapping) -> float:
    return limits.flow_limit(
        first(data, "orders_confirmed_not_invoiced", "orders", "confirmed_orders") or 0,
        first(data, "to_be_invoiced", "to_invoice", "deliveries_not_invoiced") or 0,
        first(data, "unpaid_invoices", "unpaid", "open_invoices", "invoices") or 0,
        first(data, "terms_coefficient", "terms_coef", "coef_terms") or 1,
        first(data, "behaviour_coefficient", "behaviour_coef", "coef_behaviour") or 1,
    )


def _limit(data: Mapping) -> dict[str, Any]:
    worth = first(data, "equity", "net_worth")
    sales = first(data, "own_budget_sales", "own_sales", "budgeted_sales")
    code = first(data, "class", "risk_class")
    given = first(data, "class_coef", "coefficient", "class_coefficient")
    coefficient = default_scorecard.LIMIT_COEFFICIENTS[code] if given is None else given
    found = limits.recommended_limit(
        data["need"],
        coefficient,
        capacity=None if worth is None else limits.capacity_cap(worth),
        concentration=None if sales is None else limits.concentration_cap(sales),
        guarantees=first(data, "guarantees", "firm_guarantees") or 0,
        cover=first(data, "insurance_cover", "cover", "insured") or 0,
    )
    result = {"limit": found.amount, "own_risk_part": found.own_risk_part}
    result |= {"insured_part": found.insured_part}
    if worth is not None:
        result |= under(limits.capacity_cap(worth), "uninsured_cap", "capacity_cap")
    if sales is not None:
        result["concentration_cap"] = limits.concentration_cap(sales)
    return result


def _caps(data: Mapping) -> dict[str, Any]:
    """Return a tenth of the customer's worth, and of our own sales."""
    worth = first(data, "net_worth", "customer_net_worth", "equity")
    sales = first(data, "own_sales", "our_sales", "sales", "annual_sales")
    result, caps = {}, []
    if worth is not None:
        caps.append(limits.capacity_cap(worth))
        result |= under(caps[-1], "capacity_cap", "net_worth_cap", "cap_net_worth")
    if sales is not None:
        caps.append(limits.concentration_cap(sales, 0.10))
        result |= under(caps[-1], "concentration_cap", "sales_cap", "cap_sales")
    return result | under(min(caps, default=None), "limit", "cap", "maximum")
