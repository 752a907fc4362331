"""The oracle cases about priorities: the default formula, weighted terms, or a score
relative to the portfolio (seven criteria scored 0-9, times a multiplier, out of 99)."""

import re
from collections.abc import Mapping
from typing import Any

from load_tools import load_tool
from oracle_items import first, number, plain, says, under

priority = load_tool("ar_best_practices", "priority")


def prioritisation(case: Mapping) -> dict[str, Any]:
    """Return the priority of a case by the definition that its input fits."""
    data = case["input"]
    if "terms" in data:
        return plain(_priority_names(_weighted_terms(data)))
    if says(case, "default") or _find(data, "p90|percentile") is not None:
        return plain(_default_priority(data))
    if accounts := first(data, "accounts", "portfolio", "customers"):
        return plain(_portfolio(accounts, data))
    return plain(_relative_priority(data))


def _find(data: Mapping, pattern: str, unless: str = "$^") -> Any:
    """Return the value of the first key that fits a pattern and not another."""
    for key, value in data.items():
        if re.search(pattern, key.lower()) and not re.search(unless, key.lower()):
            return value
    return None


# ------------------------------------------------------------------------------------
# Default formula and weighted terms
# ------------------------------------------------------------------------------------

EVENT_WORDS = {
    "limitation": "limitation_under_90d",
    "prescription": "limitation_under_90d",
    "broken": "broken_promise",
    "contact": "no_contact_21d",
    "open_promise": "open_promise_not_yet_due",
    "not_yet_due": "open_promise_not_yet_due",
    "order": "order_on_hold",
    "hold": "order_on_hold",
    "limit": "limit_exceeded",
}
EXCLUSION_WORDS = {
    "insolv": "insolvency",
    "disput": "fully_disputed",
    "plan": "plan_respected",
    "small": "below_small_balance",
    "threshold": "below_small_balance",
}


def _default_priority(data: Mapping) -> dict[str, Any]:
    overdue = _undisputed(data)
    risk_class = first(data, "risk_class", "class", "risk")
    oldest = _find(data, "oldest|days|age")
    result = priority.priority(
        overdue,
        number(_find(data, "p90|percentile")),
        risk_class,
        oldest,
        [_code(EVENT_WORDS, word) for word in _flags(data.get("events"))],
        [_code(EXCLUSION_WORDS, word) for word in _flags(_find(data, "exclu"))],
    )
    named = _priority_names(result)
    if None not in (overdue, risk_class, oldest):
        named["value_at_risk"] = priority.value_at_risk(overdue, risk_class, oldest)
    return named


def _undisputed(data: Mapping) -> Any:
    net = first(data, "undisputed_overdue", "overdue_undisputed")
    if net is not None:
        return number(net)
    overdue = number(first(data, "overdue", "overdue_amount", "amount"))
    disputed = number(first(data, "disputed", "disputed_amount", "disputed_overdue"))
    return overdue if overdue is None else overdue - (disputed or 0)


def _flags(given: Any) -> list[str]:
    """Return the words of a list, of an object of booleans, or the one word given."""
    if isinstance(given, Mapping):
        return [word for word, happened in given.items() if happened]
    return [given] if isinstance(given, str) else list(given or ())


def _code(words: Mapping[str, str], given: str) -> str:
    """Return the product's code for the wording of a case."""
    text = re.sub(r"[\s-]+", "_", given.lower())
    if text in words.values():
        return text
    return next((code for word, code in words.items() if word in text), given)


def _weighted_terms(data: Mapping) -> Any:
    rows = data["terms"]
    if isinstance(rows, Mapping):
        weights = data["weights"]
        rows = [(code, weights[code], value) for code, value in rows.items()]
    terms = [
        priority.Term(**row) if isinstance(row, Mapping) else priority.Term(*row)
        for row in rows
    ]
    given = first(data, "adjustments", "events") or {}
    pairs = given.items() if isinstance(given, Mapping) else given
    return priority.weighted_priority(terms, pairs)


def _priority_names(result: Any) -> dict[str, Any]:
    shares = {term.code: term.share for term in result.terms}
    points = {term.code: term.points for term in result.terms}
    events = sum(points[code] for code in points if code in priority.EVENTS)
    return {
        "priority": result.value,
        "P": result.value,
        "points": points,
        "a": shares.get("amount"),
        "r": shares.get("risk"),
        "g": shares.get("age"),
        "b": events / 100,
    }


# ------------------------------------------------------------------------------------
# Relative to the portfolio
# ------------------------------------------------------------------------------------

HIGHEST = "max|high|top"


def _relative_priority(data: Mapping) -> dict[str, Any]:
    multipliers = _multipliers(data)
    subs = _sub_scores(data)
    raw = _find(data, "raw", unless=HIGHEST)
    if raw is None and multipliers:
        raw = priority.raw_score(subs.values(), [multipliers[code] for code in subs])
    result = _sub_score_names(data, subs)
    if raw is None:
        return result
    highest = _find(data, f"raw.*({HIGHEST})|({HIGHEST}).*(raw|score)")
    if highest is None:
        highest = priority.SUB_SCORE_MAX * sum(multipliers.values())
    score = priority.relative_score(raw, highest)
    names = ("score", "priority", "suggested_score", "final_score")
    return result | under(raw, "raw", "raw_score") | under(score, *names)


def _sub_score_names(data: Mapping, subs: dict) -> dict[str, Any]:
    if len(subs) == 1:
        return under(next(iter(subs.values())), "sub_score", "subscore")
    keyed = any(isinstance(code, str) for code in subs)
    return {"sub_scores": subs if keyed else list(subs.values())} if subs else {}


def _by_code(given: Any) -> dict:
    """Return a list as an object, by position."""
    return dict(given if isinstance(given, Mapping) else enumerate(given or ()))


def _multipliers(data: Mapping) -> dict:
    if criteria := data.get("criteria"):
        rows = _by_code(criteria)
        return {code: _find(row, "multipl|weight") or 1 for code, row in rows.items()}
    return _by_code(first(data, "multipliers", "multiplier", "weights"))


def _sub_scores(data: Mapping) -> dict:
    """Return the sub-scores given, or those of figures compared with the highest."""
    if criteria := data.get("criteria"):
        return {code: _criterion(row) for code, row in _by_code(criteria).items()}
    if given := first(data, "sub_scores", "subscores"):
        return _by_code(given)
    own = _find(data, "account|figures|values|customer", unless=HIGHEST)
    highest = _find(data, HIGHEST, unless="raw")
    if isinstance(own, Mapping | list) and highest:
        return _compared(_by_code(own), _by_code(highest))
    alone = _find(data, "", unless=f"raw|multipl|{HIGHEST}")
    if isinstance(highest, int | float) and isinstance(alone, int | float):
        return {0: priority.sub_score(alone, highest)}
    return {}


def _criterion(row: Mapping) -> float:
    given = first(row, "sub_score", "subscore", "score", "rating")
    if given is not None:
        return given
    highest = _find(row, HIGHEST)
    own = _find(row, "", unless=f"name|code|criterion|multipl|weight|{HIGHEST}")
    return priority.sub_score(own, highest)


def _compared(own: Mapping, highest: Mapping) -> dict:
    """Return each figure out of 9; a risk rating is already a sub-score."""
    return {
        code: priority.sub_score(value, highest[code]) if code in highest else value
        for code, value in own.items()
    }


def _portfolio(accounts: Any, data: Mapping) -> dict[str, Any]:
    """Return raw scores and scores of every account, each against the highest one."""
    multipliers = _multipliers(data)
    figures = _by_code(accounts)
    compared = [code for code in multipliers if "rating" not in str(code)]
    highest = {code: max(row[code] for row in figures.values()) for code in compared}
    raws = {}
    for name, row in figures.items():
        subs = _compared({code: row[code] for code in multipliers}, highest)
        raws[name] = priority.raw_score(subs.values(), multipliers.values())
    top = max(raws.values())
    scores = {name: priority.relative_score(raw, top) for name, raw in raws.items()}
    if not isinstance(accounts, Mapping):
        raws, scores = list(raws.values()), list(scores.values())
    return under(raws, "raw", "raw_scores") | under(scores, "score", "scores")
