"""Planning a test with a million customers, and a thousand tests on them in which nothing happens."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from benchmarks.inputs import million


def _function(name: str, **options: object) -> Callable[[Path], Callable[[], object]]:
    def make(folder: Path) -> Callable[[], object]:
        import retention as rt

        orders = million(folder, "million_customers")
        return lambda: getattr(rt, name)(orders, **options)

    return make


CASES = {
    "plan_experiment": (_function("plan_experiment", effect=0.1), 3),
    "run_aa_test, repeat": (_function("run_aa_test"), 3),
    "run_aa_test, revenue": (_function("run_aa_test", metric="revenue"), 3),
}
COMPARED = ()
SECONDS = (("plan_experiment", 8), ("run_aa_test, repeat", 5), ("run_aa_test, revenue", 15))
MEGABYTES = (("plan_experiment", 900), ("run_aa_test, repeat", 1_000), ("run_aa_test, revenue", 1_000))
ROUNDS = 1
