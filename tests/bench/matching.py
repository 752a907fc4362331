"""Measures the matching of payments of which we know what they pay.

``matching.py DATABASE PHASE FILE SIZE`` writes the phase's figures to the file as JSON.
The truth is made from a seed: a process that needs it makes it again.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

sys.path.append(str(Path(__file__).resolve().parents[1]))

import floors
import ledgers
import payments
from matching_truth import Truth
from session import (
    Action,
    Env,
    best,
    in_turn,
    measured,
    opened,
    peak_megabytes,
    today,
    tried,
)

from odoo import Command

Figures = dict[str, Any]
Record = Any


class Size(NamedTuple):
    """How much is open, and how much was paid."""

    items: int
    payments: int


SIZES = {
    "S": Size(10_000, 2_000),
    "M": Size(31_600, 6_300),
    "L": Size(100_000, 20_000),
}
MATCHED = 100
WRITTEN = ("account_move", "account_move_line", "account_bank_statement_line")


def main(database: str, phase: str, file: str, size: str) -> None:
    """Run a phase and write its figures."""
    with opened(database) as env:
        figures = PHASES[phase](env, SIZES[size])
    Path(file).write_text(json.dumps(figures))


def books(env: Env, size: Size) -> Figures:
    """Write customers, what they owe and what they paid."""
    sample = measured(env, lambda: payments.write(env, Truth(*size)))
    env.cr.commit()
    for table in WRITTEN:
        ledgers.vacuum(env.cr.dbname, table)
    return {"seconds": sample.seconds}


# ----------------------------------------------------------------------------------
# Proposals
# ----------------------------------------------------------------------------------


def match(env: Env, size: Size) -> Figures:
    """Proposals of all that waits, twice, against the floor and the truth; then some of
    them matched."""
    proposals, cursor = env["ar.matching.proposal"], env.cr
    first = measured(env, proposals._propose)
    megabytes = peak_megabytes()
    cursor.commit()
    rounds = [tried(env, lambda: _processor(proposals._propose)) for _round in range(2)]
    again = best(rounds)
    floors.prepare_matching(cursor)
    day = today(env)
    floor = best([tried(env, lambda: floors.match(cursor, day)) for _round in range(3)])
    return {
        "propose_s": first.seconds,
        "propose_statements": first.statements,
        "propose_megabytes": round(megabytes),
        "again_s": again.seconds,
        "again_statements": again.statements,
        "processor_s": min(sample.value for sample in rounds),
        "floor_s": floor.seconds,
        "floor_lines": floor.value,
        **size._asdict(),
        **_judge(env, Truth(*size)),
        **_match_some(env),
    }


def _processor(action: Action) -> float:
    """Return the seconds that this process worked, whatever others did meanwhile."""
    start = time.process_time()
    action()
    return time.process_time() - start


FOUND = """
    SELECT rule.code, proposal.state, array_remove(array_agg(line.line_id), NULL)
      FROM ar_matching_proposal proposal
 LEFT JOIN ar_matching_proposal_line line ON line.proposal_id = proposal.id
 LEFT JOIN ar_matching_rule rule ON rule.id = proposal.rule_id
  GROUP BY proposal.id, rule.code
  ORDER BY proposal.statement_line_id
"""
ITEMS = """
    SELECT id FROM account_move_line WHERE display_type = 'payment_term' ORDER BY id
"""


def _judge(env: Env, truth: Truth) -> Figures:
    """Compare every proposal with the truth: bank lines and items were written in its
    order."""
    cursor = env.cr
    cursor.execute(ITEMS)
    numbers = {line: n for n, (line,) in enumerate(cursor.fetchall(), start=1)}
    cursor.execute(FOUND)
    seen, right, found, certain = Counter(), Counter(), Counter(), Counter()
    paid_items: set[int] = set()
    wrong = likely = likely_right = 0
    for paid, row in zip(truth.payments, cursor.fetchall(), strict=True):
        rule, state, lines = row
        items = frozenset(numbers[line] for line in lines)
        is_right = items == paid.items
        seen[paid.kind] += 1
        found[rule] += is_right
        if state == "certain":
            wrong += not is_right or not paid_items.isdisjoint(items)
            paid_items |= items
            right[paid.kind] += is_right
            certain[rule] += is_right
        elif state == "likely":
            likely += 1
            likely_right += is_right
    return {
        "wrong": wrong,
        "recall": certain.total() / seen.total(),
        "found": found.total() / seen.total(),
        "likely_right": likely_right / likely,
        **{f"kind {kind}": right[kind] / count for kind, count in seen.items()},
        **{f"rule {code}": certain[code] / n for code, n in found.items() if n},
        **{f"matched by {code}": count for code, count in certain.items()},
    }


# ----------------------------------------------------------------------------------
# Entries
# ----------------------------------------------------------------------------------


def _match_some(env: Env) -> Figures:
    """Match some certain proposals, and the same bank lines by hand, in turn."""
    is_plain = [("line_ids", "not any", [("discount", "!=", 0)])]
    sample = env["ar.matching.proposal"].search(
        [("state", "=", "certain"), *is_plain], limit=MATCHED, order="id"
    )
    alone: list[float] = []
    samples = in_turn(
        env,
        {
            "hand": lambda: alone.append(_match_by_hand(sample)),
            "match": lambda: sum(proposal._try_match() for proposal in sample),
        },
        times=2,
    )
    hand, ours = samples["hand"], samples["match"]
    return {
        "left": len(sample) - ours.value,
        "match_ms": 1000 * ours.seconds / len(sample),
        "match_statements": ours.statements / len(sample),
        "hand_ms": 1000 * hand.seconds / len(sample),
        "hand_statements": hand.statements / len(sample),
        "reconcile_ms": 1000 * min(alone) / len(sample),
    }


def _match_by_hand(sample: Record) -> float:
    """Match as whoever knows Odoo would; return the seconds of reconciling alone."""
    pairs = [pair for proposal in sample for pair in _prepare_by_hand(proposal)]
    sample.env.flush_all()
    start = time.perf_counter()
    for new, item in pairs:
        (new | item).reconcile()
    sample.env.flush_all()
    return time.perf_counter() - start


def _prepare_by_hand(proposal: Record) -> list[tuple[Record, Record]]:
    """Put the items in the place of the suspense line; return what to reconcile."""
    bank_line = proposal.statement_line_id.sudo().with_context(force_delete=True)
    _liquidity, suspense, _others = bank_line._seek_for_lines()
    values = [
        {
            "name": line.number,
            "account_id": line.line_id.account_id.id,
            "partner_id": line.line_id.partner_id.id,
            "balance": -line.amount,
        }
        for line in proposal.line_ids
    ]
    before = bank_line.move_id.line_ids
    commands = [Command.delete(suspense.id), *map(Command.create, values)]
    bank_line.with_context(skip_readonly_check=True).write({"line_ids": commands})
    made = (bank_line.move_id.line_ids - before).sorted("id")
    return list(zip(made, proposal.line_ids.line_id.sudo(), strict=True))


PHASES = {"books": books, "match": match}

if __name__ == "__main__":
    main(*sys.argv[1:])
