"""``test --core``: Odoo's own tests with and without our addons.

The list of failures must not grow: a test of Odoo that fails with our addons and
passes without them is a defect of ours.
"""

from __future__ import annotations

import re
from contextlib import suppress

from .console import Problem, say, step
from .databases import install, throw_away
from .kit import Kit
from .odoo_command import free_port
from .paths import LOGS, present_addons

FAILURE = re.compile(r"(?:FAIL|ERROR): ((?:setUpClass \()?\w[\w.]*\.\w+)")
COUNT = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests")
# what our addons stand on, installed on both sides
GROUND = {
    "ar_best_practices": "account_payment phone_validation spreadsheet_dashboard",
    "ar_scoring": "sale",
    "ar_order_desk": "sale_management sale_stock rating",
}
# the parts of Odoo that our addons touch
TOUCHED = {
    "ar_best_practices": (
        "/account:TestAccountMove /account:TestAccountMoveOutInvoiceOnchanges "
        "/account:TestAccountMovePaymentsWidget /account:TestAccountPartner "
        "/account:TestAccountPayment /account:TestAccountPaymentRegister "
        "/account:TestAccountMoveReconcile /account:TestPortalInvoice "
        "/account:TestAccountPaymentTerms /account:TestAccountMoveSend "
        "/account_payment"
    ),
    "ar_scoring": "/sale",
    "ar_order_desk": "/sale_stock",
}


def run_core(kit: Kit) -> int:
    """Compare the failures of both sides; return 1 when ours has more."""
    addons = present_addons()
    ground = tuple(" ".join(GROUND.get(name, "") for name in addons).split())
    tags = ",".join(" ".join(TOUCHED.get(name, "") for name in addons).split())
    with throw_away(kit, "", "without") as without:
        with step(f"Odoo alone: {', '.join(ground)}"):
            install(kit, without, ground, "--load-language=en_US")
        with throw_away(kit, without, "with") as with_ours:
            with step(f"with {', '.join(addons)}"):
                install(kit, with_ours, tuple(addons))
            before = _failures(kit, without, tags)
            after = _failures(kit, with_ours, tags)
    return _compare(before, after)


def _failures(kit: Kit, database: str, tags: str) -> set[str]:
    """Run Odoo's tests on a database; return the names of those that fail."""
    name = f"core-{database.split('_')[-1]}"
    port = f"--http-port={free_port()}"
    args = ["-d", database, f"--test-tags={tags}", "--stop-after-init", port]
    # tests that fail end the run badly: the log says which
    with step(f"Odoo's own tests on {database}"), suppress(Problem):
        kit.odoo(args, name, "tests fail")
    log = (LOGS / f"{name}.log").read_text(errors="replace")
    say(f"  {_count(log)}")
    return set(FAILURE.findall(log))


def _count(log: str) -> str:
    found = [match[0] for match in COUNT.finditer(log)]
    if not found:
        raise Problem("Odoo's tests did not run to their end")
    return found[-1]


def _compare(before: set[str], after: set[str]) -> int:
    """Say which failures are new with our addons."""
    for name in sorted(after - before):
        say(f"✗ fails with our addons only: {name}")
    say(f"failures: {len(before)} without our addons, {len(after)} with them")
    return int(bool(after - before))
