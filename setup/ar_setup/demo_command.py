"""``demo``: the demo company or the user's own ledger, its dunning run, served."""

from __future__ import annotations

import argparse
import time
import urllib.request
from datetime import date
from pathlib import Path
from subprocess import Popen

from . import recipes
from .browser import bring_browser
from .console import Problem, say, step
from .databases import ensure
from .kit import Kit, bring_kit
from .odoo_command import PORT, free_port
from .paths import LOGS, PYTHON
from .process import reason, started

LOGIN = "admin"
PATIENCE = 60  # seconds for the server to answer
SERVER_LOG = LOGS / "demo-server.log"


def run_demo(options: argparse.Namespace) -> int:
    """Build what is missing, propose the run, print its sums, serve."""
    file = _ledger_file(options)
    kit = bring_kit()
    bring_browser()
    database = ensure(
        kit, recipes.ledger(file, options.date_order) if file else recipes.demo()
    )
    with step(f"dunning run of {options.as_of or 'today'}"):
        day = [options.as_of] if options.as_of else []
        result = kit.inside("run", database, *day, why="the run cannot be proposed")
    say(result.strip())
    return 0 if options.once else _serve(kit, database, options.host, options.port)


def _ledger_file(options: argparse.Namespace) -> Path | None:
    """Return the user's file, checked before anything is brought."""
    if options.as_of:
        _check_day(options.as_of)
    if not options.ledger:
        return None
    file = Path(options.ledger).expanduser().resolve()
    if not file.is_file():
        raise Problem(f"there is no file {file}")
    return file


def _check_day(text: str) -> None:
    try:
        date.fromisoformat(text)
    except ValueError:
        raise Problem(f"--as-of wants a day as 2026-01-31, not {text!r}") from None


def _serve(kit: Kit, database: str, host: str, port: int | None) -> int:
    """Serve a database until the user ends it."""
    chosen = free_port(port or PORT, host)
    if port and chosen != port:
        raise Problem(f"port {port} is taken: choose another by --port")
    place = [f"--http-interface={host}", f"--http-port={chosen}"]
    only = ["-d", database, f"--db-filter=^{database}$", "--no-database-list"]
    with SERVER_LOG.open("wb") as log:
        streams = {"stdout": log, "stderr": log, "env": kit.environment()}
        with started([PYTHON, "-m", "odoo", *only, *place], **streams) as process:
            address = f"http://{_reachable(host)}:{chosen}"
            with step("web server"):
                _wait_for(f"{address}/web/health", process)
            say(f"{address}/odoo  login {LOGIN}  password {LOGIN}  (Ctrl-C ends it)")
            return _until_ended(process)


def _reachable(host: str) -> str:
    return "localhost" if host in ("0.0.0.0", "::", "") else host


def _wait_for(address: str, process: Popen[bytes]) -> None:
    """Wait until the server answers."""
    limit = time.monotonic() + PATIENCE
    while time.monotonic() < limit and process.poll() is None:
        if _answers(address):
            return
        time.sleep(0.2)
    raise Problem(f"the server does not answer: {reason(SERVER_LOG)} ({SERVER_LOG})")


def _answers(address: str) -> bool:
    try:
        urllib.request.urlopen(address, timeout=PATIENCE).close()
    except OSError:
        return False
    return True


def _until_ended(process: Popen[bytes]) -> int:
    """Wait; an interrupt from the keyboard is the usual end."""
    try:
        return process.wait()
    except KeyboardInterrupt:
        say("ended")
        return 0
