"""Ratios of the suite to the floor of the machine and to its peers.

Called by ``python3 setup bench [--size S,M,L]``, which passes ``AR_BENCH_SIZES``,
``AR_BENCH_PEERS`` (a folder), ``ODOO_RC`` and libpq's variables. Prints a table, and
writes all figures to ``.run/bench/report.json``. Ratios are what counts: seconds are
those of this machine, in this minute.
"""

# pylint: disable=print-used; the console is this program's user interface
from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import ledgers
import peers
import report

HERE = Path(__file__).resolve().parent
REPO = HERE.parents[1]
FOLDER = REPO / ".run" / "bench"
PEERS = Path(os.environ.get("AR_BENCH_PEERS") or REPO / ".run" / "peers")
ADDON = "ar_best_practices"
PHASES = ["first_run", "run", "reads", "behaviour", "desk", "month", "messages"]
PHASES += ["statements"]

START = time.monotonic()


def main() -> int:
    """Measure the sizes asked for and print the report."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    names = [
        n.strip().upper() for n in os.environ.get("AR_BENCH_SIZES", "S").split(",")
    ]
    if unknown := [name for name in names if name not in ledgers.SIZES]:
        say(f"unknown size: {', '.join(unknown)}; there are {', '.join(ledgers.SIZES)}")
        return 2
    figures = {name: _measure(name) for name in names}
    report.add_growth(figures)
    file = FOLDER / "report.json"
    found = {"figures": figures, "rows": report.rows(figures)}
    file.write_text(json.dumps(found, indent=1))
    print(report.table(figures))
    misses, all_in = report.misses(figures), file.relative_to(REPO)
    say(f"{misses} figures miss their target; all figures: {all_in}")
    return 0


def say(words: str) -> None:
    """Tell what goes on and since when."""
    print(f"{time.monotonic() - START:6.0f}s  {words}", flush=True)


def _measure(name: str) -> report.Figures:
    """Return all figures of a size, ours and the peers'."""
    ledger = ledgers.ensure_ledger(name, FOLDER, say)
    ours, peer = f"{ledger}_ours", f"{ledger}_peer"
    try:
        figures = {"install": _install(ledger, ours, name)}
        for phase in PHASES:
            figures[phase] = _phase(name, phase, ["measure.py", ours, phase])
        for phase, addon in peers.ADDONS.items():
            figures[f"peer_{phase}"] = _peer(name, phase, addon, ledger, peer)
    finally:
        ledgers.drop(ours)
        ledgers.drop(peer)
    return figures | _matching(name) | _disputes(name)


def _matching(name: str) -> report.Figures:
    """Return the figures of matching, in books of their own."""
    database = f"bench_{name.lower()}_matching"
    command = ["matching.py", database]
    try:
        ledgers.copy_fresh(database, FOLDER, say)
        found = {"books": _phase(name, "books", [*command, "books"], name)}
        ledgers.run_odoo(database, ADDON, FOLDER / f"{name}-matching-install.log")
        found["match"] = _phase(name, "match", [*command, "match"], name)
    finally:
        ledgers.drop(database)
    return found


def _disputes(name: str) -> report.Figures:
    """Return the figures of disputes, the same number of cases whatever the size."""
    database = f"bench_{name.lower()}_disputes"
    try:
        ledgers.copy_fresh(database, FOLDER, say)
        ledgers.run_odoo(database, "ar_dispute", FOLDER / f"{name}-dispute-install.log")
        return {"disputes": _phase(name, "disputes", ["disputes.py", database])}
    finally:
        ledgers.drop(database)


def _install(ledger: str, database: str, name: str) -> dict[str, float]:
    say(f"{name}: installation")
    ledgers.copy(ledger, database)
    start = time.monotonic()
    ledgers.run_odoo(database, ADDON, FOLDER / f"{name}-install.log")
    return {"seconds": time.monotonic() - start}


def _peer(
    name: str, phase: str, addon: str, ledger: str, database: str
) -> dict[str, float]:
    """Return the figures of a peer, none when it cannot be had."""
    say(f"{name}: {addon}")
    try:
        folder = peers.bring(PEERS)
    except subprocess.CalledProcessError:
        say("the peers cannot be downloaded: left out")
        return {}
    ledgers.copy(ledger, database)
    log = FOLDER / f"{name}-{addon}.log"
    ledgers.run_odoo(database, addon, log, str(folder))
    return _phase(name, f"peer_{phase}", ["peers.py", database, phase], str(folder))


def _phase(name: str, phase: str, command: list[str], *more: str) -> dict[str, float]:
    """Run a phase in a process of its own; return its figures, none when it fails."""
    say(f"{name}: {phase.replace('_', ' ')}")
    file, log = FOLDER / f"{name}-{phase}.json", FOLDER / f"{name}-{phase}.log"
    file.unlink(missing_ok=True)
    program, *args = command
    with log.open("wb") as out:
        subprocess.run(
            [sys.executable, HERE / program, *args, file, *more],
            stdout=out,
            stderr=out,
            check=False,
        )
    if not file.exists():
        say(f"failed, see {log.relative_to(REPO)}")
        return {}
    return json.loads(file.read_text())


if __name__ == "__main__":
    sys.exit(main())
