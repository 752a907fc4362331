"""The databases of this project: what is installed and built in which."""

from __future__ import annotations

from pathlib import Path

from .console import Problem, say, step
from .databases import Recipe
from .kit import Kit
from .paths import ADDONS, REPO, present_addons
from .stamps import digest, digest_files

COMPANY = REPO / "setup" / "ar_setup" / "demo_company"
BASE = ADDONS[0]


def base() -> Recipe:
    """The base addon alone, with its own dependencies."""
    if BASE not in present_addons():
        raise Problem(f"{BASE} is missing in {REPO}: this checkout is not complete")
    return Recipe("ar_test_base", (BASE,))


def alone(addon: str) -> Recipe:
    """One addon with only those below it."""
    below = base()
    if addon == BASE:
        return below
    return Recipe(f"ar_test_{addon.removeprefix('ar_')}", (BASE, addon), below)


def ready() -> Recipe:
    """All addons of this checkout, no data."""
    return Recipe("ar_ready", tuple(present_addons()), base())


def suite() -> Recipe:
    """All addons and the demo company; nobody works in it, tests copy it."""
    everything = ready()
    return Recipe(
        "ar_test_suite",
        everything.addons,
        everything,
        lambda kit: _build_company(kit, "ar_test_suite"),
        (COMPANY,) if COMPANY.is_dir() else (),
    )


def demo() -> Recipe:
    """The demo company to play with."""
    below = suite()
    return Recipe("ar_demo", below.addons, below)


def ledger(file: Path, date_order: str = "") -> Recipe:
    """A trial company made of a ledger file."""
    everything = ready()
    name = f"ar_ledger_{digest([digest_files([file]), date_order])[:8]}"
    return Recipe(
        name,
        everything.addons,
        everything,
        lambda kit: _import_ledger(kit, name, file, date_order),
        (file,),
    )


def _build_company(kit: Kit, database: str) -> None:
    if not COMPANY.is_dir():
        say("  the demo company is not part of this checkout: left out")
        return
    with step("the demo company: customers, invoices, payments"):
        kit.inside("company", database, why="the demo company cannot be built")


def _import_ledger(kit: Kit, database: str, file: Path, date_order: str) -> None:
    why = f"{file.name} cannot be imported"
    with step(f"import of {file.name}"):
        kit.inside("ledger", database, file, date_order, why=why)
