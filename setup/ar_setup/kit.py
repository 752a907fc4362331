"""All ingredients together: a Python, an Odoo, a PostgreSQL and their configuration."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .console import Problem
from .locks import locked
from .odoo_source import addon_folders, bring_odoo
from .paths import PYTHON, REPO, RUN, made, present_addons
from .postgres import Server, bring_server, client_programs
from .process import captured, quiet, shown
from .python_env import bring_venv, make_importable

CONF = RUN / "odoo.conf"
DATA = RUN / "data"
SETUP = REPO / "setup"


@dataclass(frozen=True)
class Kit:
    """What every command works with."""

    odoo_root: Path
    server: Server

    def environment(self) -> dict[str, str]:
        """Return the variables by which Odoo and PostgreSQL's programs find all."""
        path = os.environ.get("PATH", os.defpath)
        programs = client_programs()
        return {
            "ODOO_RC": str(CONF),
            "PATH": f"{path}{os.pathsep}{programs}" if programs else path,
            **self.server.environment(),
        }

    def odoo(self, args: Sequence[object], log: str, why: str) -> Path:
        """Run Odoo's command line into a log; return the log."""
        return quiet([PYTHON, "-m", "odoo", *args], log, why, env=self.environment())

    def odoo_shown(self, args: Sequence[object]) -> int:
        """Run Odoo's command line in front of the user."""
        return shown([PYTHON, "-m", "odoo", *args], env=self.environment())

    def python(self, args: Sequence[object], extra: dict[str, str]) -> int:
        """Run the environment's Python in front of the user, in the repository."""
        return shown([PYTHON, *args], cwd=REPO, env={**self.environment(), **extra})

    def inside(self, command: str, database: str, *args: object, why: str) -> str:
        """Run a command of ``ar_setup.inside`` on a database; return what it prints."""
        return captured(
            [PYTHON, "-m", "ar_setup.inside", command, database, *args],
            f"{database}-{command}",
            why,
            env={**self.environment(), "PYTHONPATH": str(SETUP)},
        )

    def sql(self, statement: str, database: str = "postgres") -> str:
        """Run one SQL statement; return its rows, one a line."""
        program = SETUP / "ar_setup" / "inside" / "sql.py"
        return captured(
            [PYTHON, program, database, statement],
            "sql",
            "PostgreSQL refuses a statement",
            env=self.environment(),
        ).strip()


def bring_kit() -> Kit:
    """Return all ingredients, bringing what is missing."""
    with locked("kit"):
        bring_venv()
        root = bring_odoo()
        make_importable(root)
    kit = Kit(root, bring_server())
    _write_configuration(kit)
    return kit


def _write_configuration(kit: Kit) -> None:
    """Write Odoo's configuration; our folder joins as soon as it holds an addon."""
    ours = [REPO] if present_addons() else []
    folders = ",".join(map(str, [*addon_folders(kit.odoo_root), *ours]))
    if "," in f"{REPO}{kit.odoo_root}":
        raise Problem("Odoo reads no path with a comma in it: move this folder")
    options = {
        "addons_path": folders,
        "data_dir": made(DATA),
        "db_host": kit.server.host or False,
        "db_port": kit.server.port or False,
        "db_user": kit.server.user or False,
        "http_interface": "127.0.0.1",
        "max_cron_threads": 1,
    }
    lines = [f"{name} = {value}\n" for name, value in options.items()]
    _replace(CONF, "[options]\n" + "".join(lines))


def _replace(path: Path, text: str) -> None:
    """Write a file at once, and only when it differs: others may be reading it."""
    if path.exists() and path.read_text() == text:
        return
    part = path.with_suffix(f".{os.getpid()}")
    part.write_text(text)
    part.replace(path)
