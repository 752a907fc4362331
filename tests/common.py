"""Throw-away databases and Odoo processes on them, for what no transaction can test."""

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg2

from odoo.sql_db import connection_info_for
from odoo.tools import config

HERE = Path(__file__).resolve().parent
TEMPLATE = "AR_TEST_TEMPLATE"
NOTHING = "template0"
PATIENCE = 120  # seconds; a busy machine is not a bug
PAUSE = 0.05


def wait_for(
    condition: Callable[[], Any], what: str, patience: float = PATIENCE
) -> Any:
    """Return the first true answer of a condition; fail when there is none in time."""
    limit, clock = time.monotonic() + patience, threading.Event()
    while time.monotonic() < limit:
        if found := condition():
            return found
        clock.wait(PAUSE)
    raise AssertionError(f"{what}: not within {patience} seconds")


class Database:
    """A database and its files, made for one test and gone after it."""

    def __init__(self, name: str):
        self.name = name

    @classmethod
    def copied(cls, source: str, label: str) -> "Database":
        """Return a copy of a database under a name of its own.

        ``setup`` sweeps up names like this one when their process is gone.
        """
        database = cls(f"ar_run_{os.getpid()}_{label}")
        database.drop()
        _disconnect(source)
        _on_server(f'CREATE DATABASE "{database.name}" TEMPLATE "{source}"')
        files = config.filestore(source)
        if os.path.isdir(files):
            target = config.filestore(database.name)
            shutil.copytree(files, target, copy_function=_share)
        return database

    def drop(self) -> None:
        """Remove the database and its files."""
        _disconnect(self.name)
        _on_server(f'DROP DATABASE IF EXISTS "{self.name}"')
        shutil.rmtree(config.filestore(self.name), ignore_errors=True)

    def rows(self, statement: str, *params: Any) -> list[tuple]:
        """Run one statement in a transaction of its own and return its rows."""
        with self.connection() as link, link, link.cursor() as cursor:
            cursor.execute(statement, params or None)
            return cursor.fetchall() if cursor.description else []

    def value(self, statement: str, *params: Any) -> Any:
        """Return the single value that a statement gives."""
        ((value,),) = self.rows(statement, *params)
        return value

    def connection(self) -> "Connection":
        """Return a connection that is closed at the end of its ``with``."""
        return Connection(self.name)

    def actor(self, name: str, **arguments: Any) -> "Actor":
        """Start a process that plays a part of ``actors.py`` in this database."""
        return Actor(self.name, name, arguments)

    def play(self, name: str, **arguments: Any) -> Any:
        """Let a process play a part to its end and return what it says."""
        return self.actor(name, **arguments).result()

    def odoo(self, *arguments: str) -> None:
        """Run Odoo's command line on this database; it must end well."""
        command = [sys.executable, "-m", "odoo", "-d", self.name, "--no-http"]
        done = subprocess.run(
            [*command, "--stop-after-init", *arguments],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-4000:]
        errors = [line for line in done.stderr.splitlines() if " ERROR " in line]
        assert not errors, "\n".join(errors)

    def waiting(self) -> int:
        """Return how many processes wait here for a lock that another one holds."""
        return self.value(
            "SELECT COUNT(*) FROM pg_locks JOIN pg_stat_activity USING (pid)"
            " WHERE NOT granted AND datname = current_database()"
        )


class Connection:
    """A psycopg2 connection whose ``with`` closes it."""

    def __init__(self, name: str):
        _name, options = connection_info_for(name)
        self.link = psycopg2.connect(**options)

    def __enter__(self):
        return self.link

    def __exit__(self, *error):
        self.link.close()


class Gate:
    """An advisory lock of a database: actors that come to it wait until it opens."""

    def __init__(self, database: Database, key: int):
        self.database, self.key = database, key
        self.holder = database.connection()
        self.holder.link.autocommit = True
        self._run("SELECT pg_advisory_lock(%s)")

    def open(self) -> None:
        """Let everybody pass, those who come later too."""
        if not self.holder.link.closed:
            self._run("SELECT pg_advisory_unlock_all()")
            self.holder.link.close()

    def wait_for_actors(self, count: int = 1) -> None:
        """Wait until so many actors stand before the gate."""
        wait_for(lambda: self._count() >= count, f"{count} actors before the gate")

    def _count(self) -> int:
        return self.database.value(
            "SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory'"
            " AND objid = %s AND NOT granted",
            self.key,
        )

    def _run(self, statement: str) -> None:
        with self.holder.link.cursor() as cursor:
            cursor.execute(statement, [self.key] if "%s" in statement else None)


class Actor:
    """An Odoo process that plays one part; its log is kept for a failure's message."""

    def __init__(self, database: str, name: str, arguments: dict):
        self.name = name
        words = [database, name, json.dumps(arguments)]
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "actors.py"), *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def result(self, patience: float = PATIENCE) -> Any:
        """Wait for the end and return what the actor says; it must end well."""
        said, log = self.process.communicate(timeout=patience)
        assert self.process.returncode == 0, f"{self.name}:\n{log[-6000:]}"
        return json.loads(said.splitlines()[-1])

    def kill(self) -> None:
        """End the process at once, as a power cut would."""
        self.process.kill()
        self.process.communicate()


def _on_server(statement: str) -> None:
    with Connection("postgres") as link:
        link.autocommit = True
        with link.cursor() as cursor:
            cursor.execute(statement)


def _disconnect(name: str) -> None:
    _on_server(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        f" WHERE datname = '{name}' AND usename = current_user"
    )


def _share(source: str, target: str) -> None:
    """Odoo never rewrites a file of its store: a link is as good as a copy."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
