"""Lets two calls of the setup work side by side without making a thing twice."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from .paths import RUN, made


@contextmanager
def locked(name: str) -> Iterator[None]:
    """Hold ``.run/locks/<name>``; a second caller waits here."""
    path = made(RUN / "locks") / name
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
