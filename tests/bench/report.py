"""What the figures must be, and a table that says whether they are.

Targets are ratios, each pair measured in one run on the same machine; a few are counts.
A size without a figure shows nothing: its peer was left out, or a program is missing.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

Figures = dict[str, dict[str, float]]  # phase -> name -> figure
Read = Callable[[Figures], "float | None"]


class Goal(NamedTuple):
    """One row of the report: a figure by size, and its bound."""

    code: str
    what: str
    read: Read
    most: dict[str, float] | float | None = None
    least: float | None = None
    digits: int = 2

    def bound(self, size: str) -> float | None:
        """Return the most allowed for a size."""
        return self.most.get(size) if isinstance(self.most, dict) else self.most

    def passes(self, size: str, value: float) -> bool | None:
        """Tell whether a value is good; None when nothing is asked of it."""
        most = self.bound(size)
        if most is None and self.least is None:
            return None
        return (most is None or value <= most) and value >= (self.least or -math.inf)


def _get(figures: Figures, path: str) -> float | None:
    phase, name = path.split(".")
    return figures.get(phase, {}).get(name)


def _plain(path: str, factor: float = 1) -> Read:
    def read(figures: Figures) -> float | None:
        value = _get(figures, path)
        return None if value is None else value * factor

    return read


def _ratio(above: str, below: str) -> Read:
    def read(figures: Figures) -> float | None:
        over, under = _get(figures, above), _get(figures, below)
        return over / under if over is not None and under else None

    return read


def _exponent(cost: str, amount: str) -> Read:
    """Return the power of the amount with which a cost grows, small to large."""

    def read(figures: Figures) -> float | None:
        costs = [_get(figures, cost.format(which)) for which in ("few", "many")]
        amounts = [_get(figures, amount.format(which)) for which in ("few", "many")]
        if None in costs or None in amounts or amounts[0] == amounts[1]:
            return None
        return math.log(costs[1] / costs[0]) / math.log(amounts[1] / amounts[0])

    return read


def _peer_run(figures: Figures) -> float | None:
    """Return how much longer a peer's run takes, both counted in floors: they are
    minutes apart."""
    peer = _ratio("peer_dunning.run_s", "peer_dunning.floor_s")(figures)
    ours = _ratio("run.run_s", "run.floor_s")(figures)
    return peer / ours if peer is not None and ours else None


def _per_line(figures: Figures) -> float | None:
    first = _ratio("month.first_floors", "month.first_lines")(figures)
    later = _ratio("month.later_floors", "month.later_lines")(figures)
    return later / first if first and later is not None else None


GOALS = [
    Goal(
        "D1",
        "run, times the floor (lines in and out)",
        _ratio("run.run_s", "run.floor_with_out_s"),
        most={"S": 3, "M": 3, "L": 2},
    ),
    Goal(
        "D1",
        "run, times the floor of reminded lines alone",
        _ratio("run.run_s", "run.floor_s"),
    ),
    Goal("D1", "run (s)", _plain("run.run_s")),
    Goal(
        "D1",
        "account_credit_control's run, times ours",
        _peer_run,
        least=5,
    ),
    Goal(
        "D2",
        "statements of a run, nothing cached",
        _plain("first_run.cold_statements"),
        most=60,
        digits=0,
    ),
    Goal(
        "D2",
        "growth from the size before (power of the floor's)",
        _plain("growth.run"),
        most=1.1,
    ),
    Goal(
        "D3",
        "letters printed, seconds each",
        _ratio("messages.many_letters_s", "messages.many_letters"),
        most=0.1,
        digits=3,
    ),
    Goal(
        "D3",
        "letters, growth (power of their number)",
        _exponent("messages.{}_letters_s", "messages.{}_letters"),
        most=1.1,
    ),
    Goal("D4", "run a month later, per line, times the first", _per_line, most=1.2),
    Goal(
        "D5",
        "marking as sent, share of account_credit_control's",
        _ratio("month.mark_sent_s", "peer_dunning.ready_s"),
        most=0.05,
        digits=3,
    ),
    Goal("D6", "mail record, ms each", _plain("messages.mail_ms"), most=10, digits=1),
    Goal("D6", "mail record, statements each", _plain("messages.mail_statements"), 6),
    Goal(
        "D6",
        "account_credit_control's mail record, times ours",
        _ratio("peer_dunning.mail_ms", "messages.mail_ms"),
    ),
    Goal("", "statement of account, rows (s)", _plain("statements.prepare_s")),
    Goal("", "statement by mail, ms each", _plain("statements.mail_ms"), digits=1),
    Goal(
        "", "statement by mail, statements each", _plain("statements.mail_statements")
    ),
    Goal("", "reading behind a link (ms)", _plain("statements.link_s", 1000)),
    Goal(
        "",
        "statements printed, seconds each",
        _ratio("statements.pages_s", "statements.pages"),
        digits=3,
    ),
    Goal(
        "D7", "memory of a run (MB)", _plain("first_run.megabytes"), most=400, digits=0
    ),
    Goal(
        "R1",
        "behaviour stored, times a floor of its definition",
        _ratio("behaviour.behaviour_s", "behaviour.floor_s"),
        most=3,
    ),
    Goal(
        "R1",
        "whole refresh (profiles, strategies, priority too)",
        _ratio("behaviour.refresh_s", "behaviour.floor_s"),
    ),
    Goal(
        "R1",
        "accounts whose behaviour differs from the floor's",
        _plain("behaviour.different_accounts"),
        most=0,
        digits=0,
    ),
    Goal(
        "R1",
        "statements of a refresh",
        _plain("behaviour.refresh_statements"),
        digits=0,
    ),
    Goal(
        "R1",
        "the same, more than on the size before",
        _plain("growth.refresh_statements"),
        most=0,
        digits=0,
    ),
    Goal(
        "R1",
        "refresh of one account (ms)",
        _plain("desk.refresh_of_one_s", 1000),
        most=100,
    ),
    Goal(
        "R1",
        "refresh of one account, statements",
        _plain("desk.refresh_of_one_statements"),
        digits=0,
    ),
    Goal(
        "R1",
        "priority of everybody, times a floor of its definition",
        _ratio("desk.priority_s", "desk.priority_floor_s"),
        most=3,
    ),
    Goal("R1", "priority of everybody (s)", _plain("desk.priority_s")),
    Goal("R1", "priorities written", _plain("desk.priority_rows"), digits=0),
    Goal(
        "R1",
        "accounts whose priority differs from the floor's",
        _plain("desk.priority_others"),
        most=0,
        digits=0,
    ),
    Goal(
        "R1",
        "priority, statements",
        _plain("desk.priority_statements"),
        digits=0,
    ),
    Goal(
        "R1",
        "the same, more than on the size before",
        _plain("growth.priority_statements"),
        most=0,
        digits=0,
    ),
    Goal(
        "R2",
        "overdue of everybody, times the floor on core indexes",
        _ratio("reads.overdue_of_all_s", "reads.floor_core_s"),
        most=3,
    ),
    Goal(
        "R2",
        "the same, share of sale_financial_risk's read",
        _ratio("reads.overdue_of_all_s", "peer_risk.read_s"),
        most=0.12,
        digits=3,
    ),
    Goal(
        "R3",
        "filter overdue > x (ms)",
        _plain("reads.search_s", 1000),
        100,
        digits=0,
    ),
    Goal(
        "R3",
        "the same, share of sale_financial_risk's filter",
        _ratio("reads.search_s", "peer_risk.search_s"),
        digits=3,
    ),
    Goal(
        "P1",
        "live fields of 80 accounts, statements more",
        _plain("reads.live_statements"),
        most=2,
        digits=0,
    ),
    Goal(
        "P1",
        "page of 80 sorted by overdue (ms)",
        _plain("reads.sorted_page_s", 1000),
        digits=0,
    ),
    Goal("", "my day opened (s)", _plain("desk.day_s"), most=1, digits=3),
    Goal("", "my day, rows", _plain("desk.day_rows"), digits=0),
    Goal("", "my day, columns", _plain("desk.day_groups"), digits=0),
    Goal("", "my day, statements", _plain("desk.day_statements"), digits=0),
    Goal(
        "",
        "the same, more than on the size before",
        _plain("growth.day_statements"),
        most=0,
        digits=0,
    ),
    Goal("", "call screen opened (ms)", _plain("desk.call_s", 1000), digits=0),
    Goal("", "call screen, statements", _plain("desk.call_statements"), digits=0),
    Goal(
        "",
        "the same, more than on the size before",
        _plain("growth.call_statements"),
        most=0,
        digits=0,
    ),
    Goal(
        "T1",
        "payments matched wrongly by themselves",
        _plain("match.wrong"),
        most=0,
        digits=0,
    ),
    Goal("T1", "payments that wait", _plain("match.payments"), digits=0),
    Goal("T1", "items that are open", _plain("match.items"), digits=0),
    Goal("T1", "proposals (s)", _plain("match.propose_s")),
    Goal("T1", "proposals again (s)", _plain("match.again_s")),
    Goal("T1", "the same, processor of the program (s)", _plain("match.processor_s")),
    Goal(
        "T1",
        "the same, growth from the size before (power of n log n)",
        _plain("growth.processor"),
        most=1.1,
    ),
    Goal("T1", "the same by the clock", _plain("growth.propose_again")),
    Goal(
        "T1",
        "proposals again, times a floor that joins by number",
        _ratio("match.again_s", "match.floor_s"),
        digits=0,
    ),
    Goal("T1", "proposals, statements", _plain("match.propose_statements"), digits=0),
    Goal(
        "T1",
        "the same, more than on the size before",
        _plain("growth.propose_statements"),
        most=0,
        digits=0,
    ),
    Goal(
        "T1",
        "memory of proposals (MB)",
        _plain("match.propose_megabytes"),
        most=400,
        digits=0,
    ),
    Goal("T1", "certain proposals that Odoo refuses", _plain("match.left"), 0, None, 0),
    Goal("T1", "matching, ms each", _plain("match.match_ms"), digits=0),
    Goal(
        "T1",
        "matching, statements each",
        _plain("match.match_statements"),
        digits=0,
    ),
    Goal(
        "T1",
        "matching, times the same entry by Odoo alone",
        _ratio("match.match_ms", "match.hand_ms"),
        most=1.5,
    ),
    Goal(
        "T1",
        "matching, times Odoo's reconciliation of entries made before",
        _ratio("match.match_ms", "match.reconcile_ms"),
    ),
    Goal("T1", "matched by themselves, of all", _plain("match.recall")),
    Goal("T1", "right items found, of all", _plain("match.found")),
    Goal("T1", "right, of those to be looked at", _plain("match.likely_right")),
    Goal("L1", "disputes in the register", _plain("disputes.cases"), digits=0),
    Goal("L1", "page of the register (ms)", _plain("disputes.page_s", 1000), digits=0),
    Goal(
        "L1",
        "page of the register, times the floor",
        _ratio("disputes.page_s", "disputes.floor_page_s"),
        most=3,
    ),
    Goal(
        "L1",
        "register by reason, times the floor",
        _ratio("disputes.grouped_s", "disputes.floor_grouped_s"),
        most=3,
    ),
    Goal(
        "L1",
        "Pareto, times the floor",
        _ratio("disputes.pareto_s", "disputes.floor_pareto_s"),
        most=3,
    ),
    Goal("L1", "register as .xlsx (s)", _plain("disputes.register_s")),
    Goal(
        "L1",
        "the same, times xlsxwriter alone",
        _ratio("disputes.register_s", "disputes.floor_register_s"),
        most=1.5,
    ),
    Goal("L1", "figures of a year (s)", _plain("disputes.figures_s")),
    Goal(
        "L1",
        "statements more for 50,000 cases than for 500",
        _plain("disputes.more_statements"),
        most=0,
        digits=0,
    ),
    Goal(
        "L1", "memory of it all (MB)", _plain("disputes.megabytes"), most=400, digits=0
    ),
    Goal("", "installation (s)", _plain("install.seconds"), {"S": 60}, digits=1),
]


# Counts that should be the same on any size
COUNTED = {
    "refresh_statements": "behaviour.refresh_statements",
    "priority_statements": "desk.priority_statements",
    "day_statements": "desk.day_statements",
    "call_statements": "desk.call_statements",
    "propose_statements": "match.propose_statements",
}
# Times that may grow as n log n, and n
SORTED = {
    "processor": ("match.processor_s", "match.items"),
    "propose_again": ("match.again_s", "match.items"),
}


def _recalls(report: dict[str, Figures]) -> list[Goal]:
    """Return rows of the payments matched by themselves: of each kind, and of those
    whose items a rule found."""
    names = {name for figures in report.values() for name in figures.get("match", {})}
    return [
        Goal("T1", f"matched by themselves, {name}", _plain(f"match.{name}"))
        for name in sorted(names)
        if name.startswith(("kind ", "rule "))
    ]


def add_growth(report: dict[str, Figures]) -> None:
    """Add to each size what grew since the size before."""
    sizes = list(report)
    for before, size in zip(sizes, sizes[1:], strict=False):
        small, large = report[before], report[size]
        large["growth"] = (
            _run_growth(small, large)
            | _more_statements(small, large)
            | _sorted_growth(small, large)
        )


def _run_growth(small: Figures, large: Figures) -> dict[str, float]:
    """Return how the run's time grew, as a power of the floor's own growth: two sizes
    are measured minutes apart."""
    pair = [small.get("run", {}), large.get("run", {})]
    if not all(pair):
        return {}
    names = ("run_s", "floor_with_out_s")
    run, floor = (math.log(pair[1][name] / pair[0][name]) for name in names)
    return {"run": run / floor}


def _more_statements(small: Figures, large: Figures) -> dict[str, float]:
    """Return how many statements more the larger ledger takes."""
    counts = {
        name: (_get(small, path), _get(large, path)) for name, path in COUNTED.items()
    }
    return {
        name: more - less
        for name, (less, more) in counts.items()
        if None not in (less, more)
    }


def _sorted_growth(small: Figures, large: Figures) -> dict[str, float]:
    """Return how times grew, as a power of n log n."""
    growth = {}
    for name, (cost, amount) in SORTED.items():
        costs = [_get(figures, cost) for figures in (small, large)]
        amounts = [_get(figures, amount) for figures in (small, large)]
        if None not in costs + amounts:
            few, many = (n * math.log(n) for n in amounts)
            growth[name] = math.log(costs[1] / costs[0]) / math.log(many / few)
    return growth


def rows(report: dict[str, Figures]) -> list[dict[str, Any]]:
    """Return the rows of the report: what was asked, and by size value and verdict."""
    return [
        {
            "code": goal.code,
            "what": goal.what,
            "most": goal.most,
            "least": goal.least,
            "sizes": {
                size: {"value": value, "passes": goal.passes(size, value)}
                for size, figures in report.items()
                if (value := goal.read(figures)) is not None
            },
        }
        for goal in GOALS + _recalls(report)
    ]


def table(report: dict[str, Figures]) -> str:
    """Return the report as text."""
    head = f"{'':4} {'':52} {'target':>12}"
    lines = [head + "".join(f"{size:>15}" for size in report)]
    for goal, row in zip(GOALS + _recalls(report), rows(report), strict=True):
        if row["sizes"]:
            cells = [_cell(goal, row["sizes"].get(size)) for size in report]
            lines.append(
                f"{goal.code:4} {goal.what:52} {_bound(goal):>12}" + "".join(cells)
            )
    return "\n".join(line.rstrip() for line in lines)


def _bound(goal: Goal) -> str:
    if goal.least is not None:
        return f">= {goal.least:g}"
    if isinstance(goal.most, dict):
        return "<= " + "|".join(f"{bound:g}" for bound in goal.most.values())
    return "" if goal.most is None else f"<= {goal.most:g}"


def _cell(goal: Goal, found: dict[str, Any] | None) -> str:
    if found is None:
        return f"{'':15}"
    verdict = {True: "ok", False: "MISS", None: ""}[found["passes"]]
    return f"{found['value']:>10.{goal.digits}f} {verdict:4}"


def misses(report: dict[str, Figures]) -> int:
    """Return how many figures are over their target."""
    return sum(
        found["passes"] is False
        for row in rows(report)
        for found in row["sizes"].values()
    )
