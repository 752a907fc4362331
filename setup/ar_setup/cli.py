"""The command line: ``python3 setup demo|test|odoo|shell|bench|stop``."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from .bench_command import run_bench
from .console import Problem, complain
from .demo_command import run_demo
from .kit import bring_kit
from .odoo_command import run_odoo, run_shell
from .stop_command import run_stop
from .test_rings import run_tests

# handed on as they are: argparse would read the options meant for Odoo and pytest
PASSED_ON: dict[str, Callable[[list[str]], int]] = {
    "odoo": lambda args: run_odoo(bring_kit(), args),
    "test": lambda args: run_tests(*_test_options(args)),
}


def main(argv: list[str]) -> int:
    """Run a command; a problem ends in one sentence."""
    try:
        if argv[:1] and argv[0] in PASSED_ON and argv[1:2] not in (["-h"], ["--help"]):
            return PASSED_ON[argv[0]](argv[1:])
        options = _parser().parse_args(argv)
        return options.run(options)
    except Problem as problem:
        complain(f"{problem}.")
        return 1
    except PermissionError as error:
        complain(f"{error.filename} belongs to another user: run this as that user.")
        return 1
    except KeyboardInterrupt:
        return 130


def _test_options(args: list[str]) -> tuple[bool, bool, list[str]]:
    """Return whether pure, whether core, and what is for pytest."""
    rest = [arg for arg in args if arg not in ("--pure", "--core", "--")]
    return "--pure" in args, "--core" in args, rest


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python3 setup",
        description="Runs and tests the receivables suite; all it makes is in .run/.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_demo(commands)
    _add_test(commands)
    _add_odoo(commands)
    _add_shell(commands)
    _add_bench(commands)
    _add_stop(commands)
    return parser


def _add_demo(commands) -> None:
    demo = commands.add_parser("demo", help="the demo company, its dunning run, served")
    demo.add_argument("--once", action="store_true", help="do not serve")
    demo.add_argument("--host", default="127.0.0.1", help="address to serve on")
    demo.add_argument("--port", type=int, help="port (8069, or a free one)")
    demo.add_argument("--ledger", metavar="FILE", help="your own CSV or xlsx instead")
    demo.add_argument(
        "--date-order",
        choices=("dmy", "mdy", "ymd"),
        default="",
        help="how the file writes its dates, when it leaves that open",
    )
    demo.add_argument("--as-of", metavar="DATE", help="day of the run: 2026-01-31")
    demo.set_defaults(run=run_demo)


def _add_test(commands) -> None:
    test = commands.add_parser("test", help="all tests, or those pytest is told")
    test.add_argument("--pure", action="store_true", help="only those without Odoo")
    test.add_argument("--core", action="store_true", help="Odoo's own tests, compared")
    test.add_argument("args", nargs="*", metavar="pytest arguments")


def _add_odoo(commands) -> None:
    odoo = commands.add_parser("odoo", help="Odoo's own command line")
    odoo.add_argument("args", nargs="*", metavar="-- ARGS")


def _add_shell(commands) -> None:
    shell = commands.add_parser("shell", help="Python with env on a database")
    shell.add_argument("-d", "--database", default="ar_demo", metavar="DB")
    shell.set_defaults(run=lambda options: run_shell(bring_kit(), options.database))


def _add_bench(commands) -> None:
    bench = commands.add_parser("bench", help="speed, as ratios to a floor in SQL")
    bench.add_argument("--size", default="S", metavar="S,M,L", help="ledger sizes")
    bench.set_defaults(run=lambda options: run_bench(options.size))


def _add_stop(commands) -> None:
    stop = commands.add_parser("stop", help="end the servers and PostgreSQL")
    stop.add_argument("--list", action="store_true", help="only say what runs")
    stop.set_defaults(run=lambda options: run_stop(options.list))
