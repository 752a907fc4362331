"""``stop``: ends what this setup started."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

from .console import say, step
from .postgres import running_server, stop_server
from .process import PIDS

PATIENCE = 20


def run_stop(only_list: bool) -> int:
    """End servers and PostgreSQL, or only say what runs."""
    running = _running()
    if only_list:
        for name in [*running.values(), *(["PostgreSQL"] if running_server() else [])]:
            say(name)
        return 0
    for pid, name in running.items():
        with step(f"end of {name[:60]}"):
            _end(pid)
    with step("PostgreSQL's end"):
        stop_server()
    return 0


def _running() -> dict[int, str]:
    """Return the processes we started and that still are what they were."""
    found = {}
    for mark in PIDS.glob("*") if PIDS.is_dir() else ():
        pid, command = int(mark.name), mark.read_text().split("\0")
        if _program_of(pid) == command[0]:
            found[pid] = " ".join(command)
        else:
            mark.unlink(missing_ok=True)
    return found


def _program_of(pid: int) -> str:
    """Return the program of a process, empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")[0]
    except OSError:
        return ""


def _end(pid: int) -> None:
    """Ask a process to end, then make it."""
    limit = time.monotonic() + PATIENCE
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
        while time.monotonic() < limit:
            os.kill(pid, 0)
            time.sleep(0.1)
        os.kill(pid, signal.SIGKILL)
