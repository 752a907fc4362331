"""The same definitions come out of cases written in other shapes."""

import pytest
from oracle_adapters import ADAPTERS
from test_oracles import agrees

THREE = [
    {"amount": 4000, "invoice_date": "2026-01-01", "terms": 30, "paid": "2026-01-31"},
    {"amount": 6000, "invoice_date": "2026-01-05", "terms": 30, "paid": "2026-02-10"},
    {"amount": 2000, "invoice_date": "2026-01-10", "terms": 15, "paid": "2026-02-02"},
]
CREDITED = {"amount": 900, "days_late": 90, "kind": "credit_note"}
DUE = {"amount": 100, "due": "2026-03-01"}
PARTIAL = [["2026-03-05", 60], ["2026-03-11", 40]]

SHAPES = [
    # days beyond terms
    ("DBT", "", {"invoices": THREE}, {"dbt_weighted": 13 / 3, "dbt_simple": 14 / 3}),
    ("DBT", "", {"items": [{"amount": 1, "days_late": 4}, CREDITED]}, {"dbt": 4}),
    ("DBT", "", {"amounts": [1, 3], "days_late": [-4, 4]}, {"dbt_weighted": 2}),
    ("DBT", "", {"weights": [1, 3], "days": [-4, 4], "floored": 1}, {"dbt": 3}),
    ("DBT", "simple", {"amounts": [1, 3], "days_late": [-4, 4]}, {"dbt": 0}),
    ("DBT", "floored", {"days_late": [-4, 4]}, {"dbt_simple": 2, "dbt_each": [0, 4]}),
    ("DBT", "", {"invoices": [[5, "2026-01-31", "2026-02-06"]]}, {"dbt_weighted": 6}),
    ("DBT", "", {"sum_amount_x_days": 41000, "sum_amounts": 10300}, {"dbt": 3.98058}),
    ("DBT", "", {"invoices": [{**DUE, "payments": PARTIAL}]}, {"dbt_weighted": 10}),
    ("DBT", "", {"invoices": [{**DUE, "paid": PARTIAL}]}, {"dbt_weighted": 10}),
    (
        "DBT",
        "incl_open",
        {"as_of": "2026-03-31", "items": [DUE, {**DUE, "paid": "2026-03-01"}]},
        {"dbt_open": 15, "dbt_weighted": 0},
    ),
    (
        "DBT",
        "paid after the as-of date is open",
        {"as_of": "2026-03-11", "items": [{**DUE, "paid": "2026-04-01"}]},
        {"dbt_open": 10},
    ),
    ("DBT", "", {"settled": [[100, 0]], "open": [[100, 50]]}, {"dbt_open": 25}),
    ("DBT", "", {"days_late": [1, 2], "minimum": 5}, {}),
    # days to pay
    ("DTP", "", {"days_to_pay": [5, 10]}, {"unweighted": 7.5}),
    ("DTP", "", {"payments": [[10, 5], [100, 10]]}, {"weighted": 9.54545}),
    ("DTP", "", {"invoices": [["2026-01-01", "2026-01-31"]]}, {"adtp": 30}),
    ("DTP", "", {"invoices": THREE}, {"weighted_terms": 27.5, "unweighted": 89 / 3}),
    (
        "DTP",
        "terms_plus_late",
        {"items": [{"amount": 1000, "terms": 30, "late": 2}, [3000, 60, -6]]},
        {"wat": 52.5, "weighted_days_late": -4, "weighted_days_paid": 48.5},
    ),
    ("DTP", "", {"wat": 25, "weighted_days_late": 5}, {"weighted_days_paid": 30}),
    ("DTP", "", {"total_days": 90, "invoices": 3}, {"adtp": 30}),
    # ageing
    (
        "AGE",
        "by_invoice_date",
        {"as_of": "2026-03-31", "items": [{"amount": 5, "invoice_date": "2026-02-01"}]},
        {"31-60": 5, "0-30": 0, "bucket": "31-60"},
    ),
    (
        "AGE",
        "",
        {"days_overdue": [0, 20], "amounts": [1, 2], "bounds": [15, 30]},
        {"not_due": 1, "1-15": 0, "16-30": 2, "30+": 0},
    ),
    (
        "AGE",
        "",
        {"items": [[7, 200]], "buckets": ["not_due", "1-90", "91-180", "180+"]},
        {"180+": 7},
    ),
    (
        "AGE",
        "",
        {"as_of": "2026-03-11", "items": [{**DUE, "payments": PARTIAL}]},
        {"residual_as_of": 0, "1-30": 0},
    ),
    (
        "AGE",
        "",
        {"as_of": "2026-03-10", "items": [{**DUE, "payments": PARTIAL}, [50, 5]]},
        {"residual_as_of": [40, 50], "1-30": 90, "weighted_days_overdue": 610 / 90},
    ),
    (
        "AGE",
        "issued after the as-of date",
        {"as_of": "2026-01-01", "items": [{**DUE, "invoice_date": "2026-02-01"}]},
        {"open_amount": 0, "not_due": 0},
    ),
    ("AGE", "", {"items": [[-30, 50], [10, 50]]}, {"31-60": 10, "unallocated": -30}),
    # payment index
    (
        "PDX",
        "",
        {"experiences": [[750, 0], [250, 30]]},
        {"score": 72.5, "paydex": 72.5},
    ),
    (
        "PDX",
        "",
        {"experiences": [{"share": 0.75, "dbt": 0}, [0.25, 30]]},
        {"index": 72.5},
    ),
    ("PDX", "", {"experiences": [{"amount": 1, "practice": "slow 60"}]}, {"index": 40}),
    ("PDX", "", {"items": [[100, "prompt"], [100, "90 dbt"]]}, {"index": 55}),
    (
        "PDX",
        "",
        {"experiences": [{"amount": 1, "score": 60}, {"amount": 3, "score": 80}]},
        {"index": 75, "risk": "medium"},
    ),
    ("PDX", "", {"invoices": THREE[:1]}, {"index": 80, "risk": "low"}),
    ("PDX", "", {"days": 30}, {"score": 50, "risk": "medium"}),
    ("PDX", "", {"score": 49}, {"risk": "high"}),
    (
        "PDX",
        "",
        {"practice": ["20 days early", "more than 120"]},
        {"score": [90, "0-19"]},
    ),
    ("PDX", "fpi", {"days": [-3, 12, 30, 91]}, {"under_30": 0.5, "over_90": 0.25}),
    # priority
    (
        "PRI",
        "default_priority_formula",
        {
            "overdue": 15000,
            "p90_overdue": 20000,
            "risk_class": "C",
            "oldest_days": 75,
            "events": ["broken_promise"],
        },
        {"priority": 93, "a": 0.75, "r": 0.6, "g": 1, "b": 0.15},
    ),
    (
        "PRI",
        "",
        {
            "overdue": 30000,
            "disputed": 10000,
            "p90": 20000,
            "class": "B",
            "oldest_undisputed_days": 20,
            "events": {
                "credit_limit_exceeded": True,
                "No contact 21 d": True,
                "limitation_date_lt_90d": False,
            },
        },
        {"priority": 84},
    ),
    (
        "PRI",
        "",
        {
            "overdue": 1,
            "p90_overdue": 1,
            "risk_class": "E",
            "oldest_days": 9,
            "excluded": "insolvency",
        },
        {"priority": None},
    ),
    ("PRI", "", {"terms": [["a", 0.4, 1], ["r", 0.6, None]]}, {"priority": 100}),
    ("PRI", "sub_score", {"balance": 80, "highest_balance": 90}, {"sub_score": 8}),
    (
        "PRI",
        "kuhlekt",
        {"sub_scores": [8, 9, 0], "multipliers": [2, 1, 5], "highest_raw_score": 50},
        {"raw": 25, "score": 49.5},
    ),
    (
        "PRI",
        "kuhlekt",
        {
            "account": {"collector_risk_rating": 5, "current": 80},
            "portfolio_max": {"current": 90},
            "multipliers": {"collector_risk_rating": 2, "current": 3},
        },
        {"sub_scores": {"collector_risk_rating": 5, "current": 8}, "raw": 34},
    ),
    (
        "PRI",
        "kuhlekt",
        {"accounts": [{"overdue": 10}, {"overdue": 5}], "multipliers": {"overdue": 2}},
        {"raw": [18, 9], "score": [99, 49.5]},
    ),
    (
        "PRI",
        "kuhlekt",
        {
            "criteria": [
                {"name": "dso", "value": 30, "max": 90, "multiplier": 2},
                {"name": "risk", "sub_score": 9, "multiplier": 1},
            ]
        },
        {"raw": 15, "score": 55},
    ),
    # disputes
    (
        "DISP",
        "",
        {"disputed_invoices": 4, "issued_invoices": 80},
        {"rate_number_pct": 5, "rate_number": 0.05},
    ),
    ("DISP", "", {"unfounded": 3, "closed": 12}, {"unfounded_rate_pct": 25}),
    ("DISP", "", {"closed": 20, "closed_within_sla": 18}, {"sla_pct": 90}),
    (
        "DISP",
        "",
        {"days": [4, 8, 30], "amounts": [100, 300, 600], "sla_days": 10},
        {"mean": 14, "median": 8, "amount_weighted": 20.8, "p90": 25.6, "sla": 2 / 3},
    ),
    (
        "DISP",
        "",
        {"cases": [[100, "2026-11-02", "2026-11-06"], [300, 8]]},
        {"mean_days": 6, "weighted_mean": 7},
    ),
    (
        "DISP",
        "clock stops while waiting, net",
        {
            "disputes": [
                {
                    "opened": "2026-11-02",
                    "closed": "2026-11-12",
                    "pauses": [["2026-11-05", "2026-11-09"]],
                }
            ]
        },
        {"gross_mean": 10, "net_mean": 6, "mean": 6, "cycle_time": 6},
    ),
    (
        "DISP",
        "business days",
        {"cases": [{"opened": "2026-11-20", "closed": "2026-11-24", "sla": 2}]},
        {"mean": 2, "sla_pct": 100},
    ),
    (
        "DDO",
        "",
        {"open_deductions": 300, "average_daily_deductions": 20},
        {"ddo": 15},
    ),
    (
        "DDO",
        "",
        {"open_deductions": 50, "total_deductions": 365, "days_in_period": 73},
        {"ddo": 10},
    ),
    ("DDO", "", {"open_count": 30, "new_count": 120, "days": 90}, {"ddo": 22.5}),
    (
        "DDO",
        "",
        {"outstanding": 100, "annual_deductions": 3650},
        {"ddo": 10},
    ),
]


@pytest.mark.parametrize(
    ("family", "topic", "given", "expected"),
    SHAPES,
    ids=[f"{shape[0]}-{position}" for position, shape in enumerate(SHAPES)],
)
def test_shape_is_read(family, topic, given, expected):
    result = ADAPTERS[family]({"id": f"{family}-00", "topic": topic, "input": given})
    assert agrees(result, expected, 1e-4), result


def test_too_few_items_have_no_average():
    given = {"days_late": [1, 2], "minimum": 5}
    assert "dbt" not in ADAPTERS["DBT"]({"id": "DBT-00", "topic": "", "input": given})
