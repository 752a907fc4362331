"""Dispatches the commands that run inside Odoo."""

from __future__ import annotations

import sys

from odoo.exceptions import UserError

from .assets import prepare_assets
from .dunning import propose, summary
from .ledger import import_ledger, trial_company
from .session import Env, opened


def prepare(env: Env) -> None:
    """Make the web assets."""
    prepare_assets(env)


def company(env: Env) -> None:
    """Build the demo company."""
    from ar_setup.demo_company import build

    build(env)


def ledger(env: Env, path: str, date_order: str = "") -> None:
    """Import a ledger file into a trial company."""
    import_ledger(env, path, date_order)


def run(env: Env, day: str = "") -> None:
    """Propose the dunning run of a day, print its sums."""
    scene = trial_company(env) or env.ref("base.main_company")
    sys.stdout.write(f"{summary(propose(env, scene, day or None))}\n")


COMMANDS = {"prepare": prepare, "company": company, "ledger": ledger, "run": run}


def main(command: str, database: str, *args: str) -> None:
    """Run a command; what a user of Odoo would read ends it in one line."""
    try:
        with opened(database) as env:
            COMMANDS[command](env, *args)
    except UserError as error:
        raise SystemExit(" ".join(str(error).split())) from error


if __name__ == "__main__":
    main(*sys.argv[1:])
