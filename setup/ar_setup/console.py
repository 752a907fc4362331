"""What the user sees: one line per step with its seconds, one sentence on failure."""

# pylint: disable=print-used; the console is this program's user interface
from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Problem(Exception):
    """Something is missing or failed; its text is the one sentence shown."""


def say(text: str) -> None:
    """Print one line at once, also into a pipe."""
    print(text, flush=True)


def complain(text: str) -> None:
    """Print one line to the error stream."""
    print(text, file=sys.stderr, flush=True)


@contextmanager
def step(label: str) -> Iterator[None]:
    """Announce a step, run it, and close the line with the seconds it took."""
    start = time.monotonic()
    if sys.stdout.isatty():
        print(f"· {label} …", end="\r", flush=True)
    try:
        yield
    except BaseException:
        say(f"✗ {label} ({time.monotonic() - start:.1f} s)")
        raise
    say(f"✓ {label} ({time.monotonic() - start:.1f} s)")
