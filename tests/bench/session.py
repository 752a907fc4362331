"""Opens a database with Odoo and measures what is done in it."""

from __future__ import annotations

import gc
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any, NamedTuple

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.service import server
from odoo.tools import config

Env = Any
Action = Callable[[], Any]

MOST_ROUNDS = 9
SHORT = 5  # seconds


class Sample(NamedTuple):
    """What one action cost, and what it returned."""

    seconds: float
    statements: int
    value: Any


@contextmanager
def opened(database: str, folder: str = "") -> Iterator[Env]:
    """Yield an environment of the administrator; what is not committed is lost.

    :param folder: one more folder of addons
    """
    command = ["-d", database, "--no-http", "--log-level=error"]
    config.parse_config(command, setup_logging=True)
    if folder:
        paths = [*config["addons_path"], folder]
        command.append(f"--addons-path={','.join(paths)}")
        config.parse_config(command)
    server.load_server_wide_modules()
    with Registry(database).cursor() as cursor:
        system = api.Environment(cursor, SUPERUSER_ID, {})
        admin = system.ref("base.user_admin")
        context = {"lang": "en_US", "tz": "UTC", "mail_notify_force_send": False}
        yield system(user=admin.id, context=context)
        cursor.rollback()


def today(env: Env) -> date:
    """Return today where the company is."""
    return env["ar.account"]._today(env.company)


def measured(env: Env, action: Action) -> Sample:
    """Run an action with an empty cache, pending writes included."""
    env.flush_all()
    env.invalidate_all()
    gc.collect()
    statements, start = env.cr.sql_log_count, time.perf_counter()
    value = action()
    env.flush_all()
    seconds = time.perf_counter() - start
    return Sample(seconds, env.cr.sql_log_count - statements, value)


def committed(env: Env, action: Action) -> Sample:
    """Measure an action and what Odoo leaves for the commit, such as tracking."""
    return measured(env, lambda: (action(), env.cr.commit())[0])


def tried(env: Env, action: Action) -> Sample:
    """Measure an action, then take back what it did."""
    env.flush_all()
    env.cr.execute("SAVEPOINT bench")
    sample = measured(env, action)
    env.clear()
    env.cr.execute("ROLLBACK TO SAVEPOINT bench")
    env.invalidate_all(flush=False)
    return sample


def in_turn(env: Env, actions: dict[str, Action], times: int = 3) -> dict[str, Sample]:
    """Try the actions one after the other, several rounds; return their best.

    What is compared is measured in the same minute: another program that takes the
    processor then slows all of them down. Short actions get more rounds.
    """
    rounds: list[dict[str, Sample]] = []
    start = time.monotonic()
    while len(rounds) < times or (
        len(rounds) < MOST_ROUNDS and time.monotonic() - start < SHORT
    ):
        rounds.append({name: tried(env, action) for name, action in actions.items()})
    return {name: best([each[name] for each in rounds]) for name in actions}


def best(samples: list[Sample]) -> Sample:
    """Return the least time, as others only ever add to it; the last statements."""
    return samples[-1]._replace(seconds=min(sample.seconds for sample in samples))


def peak_megabytes() -> float:
    """Return the most memory that this process held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
