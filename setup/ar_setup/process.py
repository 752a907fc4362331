"""Runs other programs: quietly into a log, or in front of the user."""

from __future__ import annotations

import os
import pwd
import re
import signal
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .console import Problem, say
from .paths import LOGS, RUN, made

Args = Sequence[object]
Variables = Mapping[str, str] | None
ERROR_LINE = re.compile(r"[\w.]*(Error|Exception)\b: |ERROR: |E: |fatal: ")
PIDS = RUN / "pids"


def environment(extra: Variables = None) -> dict[str, str]:
    """Return this process's environment with additions."""
    return {**os.environ, **(extra or {})}


def words(args: Args) -> list[str]:
    """Return a command line as text."""
    return [str(arg) for arg in args]


def quiet(
    args: Args,
    log: str,
    why: str,
    cwd: Path | None = None,
    env: Variables = None,
    user: str | None = None,
) -> Path:
    """Run a program with its output in ``.run/log/<log>.log``; return that file.

    :param user: run as this user (only root can)
    :raises Problem: ``why``, with the log's last error and place
    """
    path = made(LOGS) / f"{log}.log"
    with path.open("wb") as out:
        streams = {"stdout": out, "stderr": out, "stdin": subprocess.DEVNULL}
        with started(args, cwd=cwd, env=env, user=user, **streams) as process:
            code = process.wait()
    _check(code, path, why)
    return path


def captured(args: Args, log: str, why: str, env: Variables = None) -> str:
    """Run a program, its errors in a log; return what it prints.

    Lines that begin with two spaces are its progress: they are shown at once.

    :raises Problem: ``why``, with the log's last error and place
    """
    path = made(LOGS) / f"{log}.log"
    with path.open("wb") as errors:
        streams = {"stdout": subprocess.PIPE, "stderr": errors, "text": True}
        with started(args, env=env, stdin=subprocess.DEVNULL, **streams) as process:
            result = "".join(_not_progress(process.stdout))
            _check(process.wait(), path, why)
    return result


def _not_progress(lines: Iterable[str]) -> Iterator[str]:
    """Show the lines of progress, yield the others."""
    for line in lines:
        if line.startswith("  "):
            say(line.rstrip())
        else:
            yield line


def _check(code: int, log: Path, why: str) -> None:
    if code:
        raise Problem(f"{why}: {reason(log)} (whole log: {log})")


def reason(path: Path) -> str:
    """Return the line of a log that tells best why a program failed: its last error."""
    lines = [line.strip() for line in path.read_text(errors="replace").split("\n")]
    told = [line for line in lines if line]
    errors = [line for line in told if ERROR_LINE.match(line)]
    return (errors or told or ["no output"])[-1]


def answer(args: Args, env: Variables = None) -> str | None:
    """Return what a program prints, or None when it fails or is missing."""
    try:
        done = subprocess.run(
            words(args),
            check=False,
            capture_output=True,
            text=True,
            env=environment(env),
        )
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None


def shown(args: Args, cwd: Path | None = None, env: Variables = None) -> int:
    """Run a program in front of the user; return its exit code.

    An interrupt from the keyboard is the program's business, not ours.
    """
    with started(args, cwd=cwd, env=env) as process:
        before = signal.signal(signal.SIGINT, lambda *_: None)
        try:
            return process.wait()
        finally:
            signal.signal(signal.SIGINT, before)


@contextmanager
def started(
    args: Args,
    env: Variables = None,
    user: str | None = None,
    **options: Any,
) -> Iterator[subprocess.Popen[Any]]:
    """Start a program; when we are told to end, it ends with us."""
    if user:
        options |= {"user": user, "group": pwd.getpwnam(user).pw_gid}
        options |= {"extra_groups": []}
    with _told_to_end():
        process = subprocess.Popen(words(args), env=environment(env), **options)
        mark = made(PIDS) / str(process.pid)
        mark.write_text("\0".join(words(args)))
        try:
            yield process
        finally:
            _end(process)
            mark.unlink(missing_ok=True)


@contextmanager
def _told_to_end() -> Iterator[None]:
    """Turn the signals that end a program into an exit that cleans up."""
    kinds = (signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(kind, _exit) for kind in kinds]
    try:
        yield
    finally:
        for kind, handler in zip(kinds, before, strict=True):
            signal.signal(kind, handler)


def _exit(kind: int, _frame: object) -> None:
    raise SystemExit(128 + kind)


def _end(process: subprocess.Popen[Any]) -> None:
    """End a program that still runs, politely at first."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
