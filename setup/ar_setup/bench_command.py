"""``bench``: the report of ratios of ``tests/bench``."""

from __future__ import annotations

from .console import Problem
from .kit import bring_kit
from .paths import REPO, RUN, made

PROGRAM = REPO / "tests" / "bench"


def run_bench(sizes: str) -> int:
    """Run the benchmarks on ledgers of the sizes asked for."""
    if not (PROGRAM / "__main__.py").exists():
        raise Problem("this checkout has no benchmarks (tests/bench is missing)")
    kit = bring_kit()
    peers = str(made(RUN / "peers"))
    return kit.python([PROGRAM], {"AR_BENCH_SIZES": sizes, "AR_BENCH_PEERS": peers})
