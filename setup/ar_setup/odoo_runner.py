"""The addons' tests by Odoo's own runner, from nothing, with an eye on the log.

Each addon is installed with its manifest's dependencies only, whatever Odoo would add
of itself, and what Odoo logs as an error fails the run.
"""

from __future__ import annotations

import re

from .console import Problem, say, step
from .databases import throw_away
from .kit import Kit
from .odoo_command import free_port
from .paths import LOGS, REPO, present_addons

ERROR = re.compile(r"^[\d-]+ [\d:,]+ \d+ (ERROR|CRITICAL) ")
KNOWN = "selfie_segmentation"  # a file that Debian's Odoo lacks
COUNT = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests")
UNRELATED = ("sale", "stock")  # the base must do without
SLOW = "-ar_slow"  # a test may ask to be run by pytest only
SHOWN = 20


def run_by_odoo(kit: Kit) -> int:
    """Test each addon after installing it on top of those below it."""
    with throw_away(kit, "", "runner") as database:
        codes = [_run(kit, database, addon) for addon in present_addons()]
    return max(codes)


def _run(kit: Kit, database: str, addon: str) -> int:
    try:
        with step(f"Odoo's own runner: {addon}"):
            complaints = _complaints(kit, database, addon)
            if complaints:
                raise Problem(f"{addon}: {len(complaints)} errors in Odoo's log")
    except Problem as problem:
        say(f"  {problem}")
        for line in complaints[:SHOWN]:
            say(f"    {line}")
        return 1
    return 0


def _complaints(kit: Kit, database: str, addon: str) -> list[str]:
    """Install and test an addon; return what is wrong."""
    name = f"runner-{addon}"
    command = ["-d", database, "-i", addon, "--skip-auto-install", "--stop-after-init"]
    command += [f"--test-tags=/{addon},{SLOW}", f"--http-port={free_port()}"]
    ending: list[str] = []
    try:
        kit.odoo(command, name, f"Odoo's runner ends badly for {addon}")
    except Problem as problem:
        ending.append(str(problem))
    log = (LOGS / f"{name}.log").read_text(errors="replace")
    found = [line for line in log.splitlines() if ERROR.match(line)]
    errors = [line for line in found if KNOWN not in line]
    say(f"  {addon}: {' + '.join(count[2] for count in COUNT.findall(log))} tests")
    return [*errors, *ending, *_omissions(kit, database, addon, log)]


def _omissions(kit: Kit, database: str, addon: str, log: str) -> list[str]:
    """Return what should have happened and did not, or the other way round."""
    wrong = []
    counts = COUNT.findall(log)
    has_tests = any((REPO / addon / "tests").glob("test_*.py"))
    if has_tests and not any(int(count[2]) for count in counts):
        wrong.append(f"no test of {addon} ran")
    if addon == present_addons()[0]:
        state = "SELECT name FROM ir_module_module WHERE state = 'installed'"
        there = set(UNRELATED) & set(kit.sql(state, database).splitlines())
        wrong += [f"{name} is installed with {addon}" for name in sorted(there)]
    return wrong
