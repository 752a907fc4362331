"""``test``: the rings of tests, each on a database of its own.

1. pure: functions, without Odoo or PostgreSQL;
2. each addon's own tests with only the addons below it, and a second time by Odoo's
   own runner on a database made from nothing, whose log must hold no error;
3. ``tests/``: what crosses addons, on a copy of the demo company. A test that wants a
   database to itself copies the one that ``AR_TEST_TEMPLATE`` names.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from . import recipes
from .browser import bring_browser
from .console import Problem, say
from .core_ring import run_core
from .databases import Recipe, ensure, sweep, throw_away
from .kit import Kit, bring_kit
from .odoo_runner import run_by_odoo
from .paths import PYTHON, REPO, RUN, present_addons
from .process import shown
from .pytest_arguments import split
from .python_env import bring_venv

SUITE = REPO / "tests"
PURE = SUITE / "pure"
NO_TEST_CHOSEN = 5
HYPOTHESIS = {"HYPOTHESIS_STORAGE_DIRECTORY": str(RUN / "hypothesis")}
ODOO_OPTIONS = ("--odoo-http", "--odoo-extra=max-cron-threads=0", f"--ignore={PURE}")


@dataclass(frozen=True)
class Ring:
    """A folder of tests and the database it needs, if any."""

    name: str
    folder: Path
    recipe: Recipe | None = None

    def holds(self, path: Path) -> bool:
        """Tell whether a path belongs to this ring and to no other."""
        own = path.is_relative_to(self.folder)
        return own and (self.folder == PURE or not path.is_relative_to(PURE))

    def has_tests(self) -> bool:
        """Tell whether its folder holds a test file."""
        return any(self.holds(file) for file in self.folder.rglob("test_*.py"))

    def targets(self, paths: dict[str, Path]) -> list[str]:
        """Return what of the user's paths to run here; without paths, the folder."""
        around = any(self.folder.is_relative_to(path) for path in paths.values())
        if around or not paths:
            return [str(self.folder)]
        return [node for node, path in paths.items() if self.holds(path)]


def run_tests(pure: bool, core: bool, args: list[str]) -> int:
    """Run the rings asked for; return 0 when nothing failed."""
    if core:
        return run_core(bring_kit())
    options, paths = split(args)
    rings = [ring for ring in _rings(pure) if ring.targets(paths)]
    bring_venv()
    results = {
        ring.name: _run_pure([*options, *ring.targets(paths)])
        for ring in rings
        if not ring.recipe
    }
    if any(ring.recipe for ring in rings) or not (pure or args):
        results |= _run_with_odoo(rings, options, paths)
    return _verdict(results)


def _rings(pure: bool) -> list[Ring]:
    """Return the rings of this checkout that have tests."""
    rings = [Ring("pure", PURE)]
    if not pure:
        rings += [
            Ring(addon, REPO / addon / "tests", recipes.alone(addon))
            for addon in present_addons()
        ]
        rings.append(Ring("tests", SUITE, recipes.suite()))
    return [ring for ring in rings if ring.has_tests()]


def _run_with_odoo(
    rings: list[Ring], options: list[str], paths: dict[str, Path]
) -> dict[str, int]:
    """Run the rings that need Odoo, and its own runner when nothing is chosen."""
    kit = bring_kit()
    bring_browser()
    sweep(kit)
    results = {}
    for ring in rings:
        if ring.recipe:
            args = [*options, *ring.targets(paths)]
            results[ring.name] = _guarded(_run_ring, kit, ring, args)
    if not (options or paths):
        results["Odoo's own runner"] = _guarded(run_by_odoo, kit)
    return results


def _guarded(run: Callable[..., int], *args: object) -> int:
    """Run a ring; when its database cannot be made, say so and let others run."""
    try:
        return run(*args)
    except Problem as problem:
        say(f"✗ {problem}")
        return 1


def _run_pure(args: list[str]) -> int:
    say("— pure")
    command = [PYTHON, "-m", "pytest", "-p", "no:odoo", *args]
    return shown(command, cwd=REPO, env=HYPOTHESIS)


def _run_ring(kit: Kit, ring: Ring, args: list[str]) -> int:
    """Run a ring on a throw-away copy of its database."""
    template = ensure(kit, ring.recipe)
    say(f"— {ring.name}")
    with throw_away(kit, template, ring.name.removeprefix("ar_")) as database:
        place = f"--odoo-database={database}"
        return kit.python(
            ["-m", "pytest", place, *ODOO_OPTIONS, *args],
            {"AR_TEST_TEMPLATE": template, **HYPOTHESIS},
        )


def _verdict(results: dict[str, int]) -> int:
    """Say which rings passed; return the exit code of all."""
    if not results:
        say("no ring of tests holds that path")
    words = {0: "passed", NO_TEST_CHOSEN: "no test chosen"}
    for name, code in results.items():
        say(f"{name}: {words.get(code, 'FAILED')}")
    codes = set(results.values()) or {NO_TEST_CHOSEN}
    if codes == {NO_TEST_CHOSEN}:
        return NO_TEST_CHOSEN
    return int(bool(codes - words.keys()))
