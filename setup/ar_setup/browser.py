"""Chromium and wkhtmltopdf: found, installed when we may, else said to be missing."""

from __future__ import annotations

import shutil

from .console import Problem, say, step
from .paths import is_root
from .process import answer, quiet

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WHAT_NEEDS = {"chromium": "browser tests", "wkhtmltopdf": "PDF tests and letters"}


def bring_browser() -> list[str]:
    """Install Chromium and wkhtmltopdf when we may; return what is still missing."""
    missing = missing_programs()
    if missing and _may_install():
        try:
            _install(missing)
        except Problem as problem:
            say(f"  {problem}")
        missing = missing_programs()
    for name in missing:
        say(f"  {name} is missing: {WHAT_NEEDS[name]} are skipped (install {name})")
    return missing


def missing_programs() -> list[str]:
    """Return which of the two programs are not on PATH."""
    found = {
        "chromium": any(map(shutil.which, CHROMIUM)),
        "wkhtmltopdf": bool(shutil.which("wkhtmltopdf")),
    }
    return [name for name, there in found.items() if not there]


def _become_root() -> list[str]:
    return [] if is_root() else ["sudo", "-n"]


def _may_install() -> bool:
    if not shutil.which("apt-get"):
        return False
    return is_root() or answer(["sudo", "-n", "true"]) is not None


def _install(packages: list[str]) -> None:
    apt = [*_become_root(), "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"]
    with step(f"{' and '.join(packages)} by apt-get"):
        quiet([*apt, "update"], "apt-system", "apt-get update failed")
        options = ["-y", "--no-install-recommends"]
        quiet(
            [*apt, "install", *options, *packages],
            "apt-system",
            f"apt-get cannot install {', '.join(packages)}",
        )
