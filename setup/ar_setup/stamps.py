"""Remembers what was made from what, so that nothing is made twice."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from .paths import RUN, made

SKIPPED = {"__pycache__", ".git", "build", "dist", ".ruff_cache", ".pytest_cache"}


def digest(texts: Iterable[object]) -> str:
    """Return a short hash of some values."""
    return hashlib.sha256("\0".join(map(str, texts)).encode()).hexdigest()[:20]


def digest_files(paths: Iterable[Path]) -> str:
    """Return a hash of the content of files and of whole folders."""
    total = hashlib.sha256()
    for file in sorted(file for path in paths for file in _files(path)):
        total.update(str(file).encode() + b"\0" + file.read_bytes())
    return total.hexdigest()[:20]


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    found = (f for f in path.rglob("*") if f.is_file() and f.suffix != ".pyc")
    return [f for f in found if not SKIPPED.intersection(f.relative_to(path).parts)]


def read(name: str) -> str:
    """Return the stamp of that name, empty when there is none."""
    path = RUN / "stamps" / name
    return path.read_text() if path.exists() else ""


def write(name: str, value: str) -> None:
    """Set the stamp of that name."""
    (made(RUN / "stamps") / name).write_text(value)


def forget(name: str) -> None:
    """Remove the stamp of that name."""
    (RUN / "stamps" / name).unlink(missing_ok=True)
