"""Databases of the benchmark: a fresh Odoo, ledgers made of it, copies to work in.

The fresh Odoo and the ledgers are kept for the next time; a comment on each says what
it was made from. libpq's variables say where PostgreSQL is.
"""

from __future__ import annotations

import configparser
import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import generator
import psycopg2

ADDONS = "sale_management,sale_stock,account_payment,phone_validation,calendar"
BASE = "bench_base"
# Items grow old: a ledger of last week still has about the same overdue amounts.
FRESH = timedelta(days=7)
COPY_AS_FILES = 150000  # first server version that can


class Size(NamedTuple):
    """How much a ledger holds."""

    customers: int
    invoices: int


SIZES = {
    "S": Size(2000, 40000),
    "M": Size(8000, 200000),
    "L": Size(20000, 1000000),
}


@contextmanager
def _cursor(database: str = "postgres") -> Iterator[Any]:
    """Yield a cursor that commits each statement."""
    with closing(psycopg2.connect(dbname=database)) as connection:
        connection.autocommit = True
        yield connection.cursor()


def run_odoo(database: str, addons: str, log: Path, folder: str = "") -> None:
    """Install addons into a database, created when missing.

    :param folder: one more folder of addons
    :raises RuntimeError: naming the log
    """
    command = [sys.executable, "-m", "odoo", "-d", database, "-i", addons]
    command += ["--stop-after-init", "--no-http", "--log-level=warn"]
    if folder:
        command.append(f"--addons-path={','.join([*_addon_folders(), folder])}")
    with log.open("wb") as out:
        done = subprocess.run(command, stdout=out, stderr=out, check=False)
    if done.returncode:
        raise RuntimeError(f"{addons} cannot be installed, see {log}")


def _addon_folders() -> list[str]:
    """Return the folders that the configuration names."""
    config = configparser.ConfigParser()
    config.read(os.environ["ODOO_RC"])
    return config["options"]["addons_path"].split(",")


def ensure_ledger(name: str, folder: Path, say: Callable[[str], None]) -> str:
    """Return the database of a ledger of this size, made when missing or old."""
    ledger, origin = f"bench_{name.lower()}", _origin(name)
    made_from, _, day = (_comment(ledger) or "").partition(" ")
    if made_from == origin and date.fromisoformat(day) > date.today() - FRESH:
        return ledger
    _ensure_base(folder, say)
    size = SIZES[name]
    say(f"ledger {name}: {size.invoices} invoices of {size.customers} customers")
    copy(BASE, ledger)
    with _cursor(ledger) as cursor:
        generator.generate(cursor, *size, date.today())
    _execute(f"COMMENT ON DATABASE {ledger} IS '{origin} {date.today()}'")
    return ledger


def copy_fresh(target: str, folder: Path, say: Callable[[str], None]) -> None:
    """Copy the fresh Odoo, made when missing."""
    _ensure_base(folder, say)
    copy(BASE, target)


def _ensure_base(folder: Path, say: Callable[[str], None]) -> None:
    if _comment(BASE) == ADDONS:
        return
    say(f"a fresh Odoo with {ADDONS}")
    drop(BASE)
    run_odoo(BASE, ADDONS, folder / "base.log")
    _execute(f"COMMENT ON DATABASE {BASE} IS '{ADDONS}'")


def _origin(name: str) -> str:
    """Return a mark of all that makes a ledger what it is."""
    code = Path(generator.__file__).read_bytes()
    return hashlib.sha256(code + repr((ADDONS, SIZES[name])).encode()).hexdigest()[:16]


def copy(source: str, target: str) -> None:
    """Copy a database; its files stay behind: nothing here reads one."""
    drop(target)
    with _cursor() as cursor:
        as_files = cursor.connection.server_version >= COPY_AS_FILES
        how = " STRATEGY file_copy" if as_files else ""
        cursor.execute(f"CREATE DATABASE {target} TEMPLATE {source}{how}")


def drop(database: str) -> None:
    """Remove a database when it is there."""
    _execute(f"DROP DATABASE IF EXISTS {database}")


def vacuum(database: str, table: str) -> None:
    """Do what autovacuum does within a minute after many rows have changed."""
    with _cursor(database) as cursor:
        cursor.execute(f"VACUUM ANALYZE {table}")


def _comment(database: str) -> str | None:
    """Return what a database says of its making."""
    with _cursor() as cursor:
        cursor.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database"
            " WHERE datname = %s",
            (database,),
        )
        row = cursor.fetchone()
    return row[0] if row else None


def _execute(statement: str) -> None:
    with _cursor() as cursor:
        cursor.execute(statement)
