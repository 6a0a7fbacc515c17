"""What to do this week, and the list of one opportunity, for half a million customers. What the app keeps between two questions is
forgotten before each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from benchmarks.inputs import million


def _function(name: str, *arguments: str) -> Callable[[Path], Callable[[], object]]:
    def make(folder: Path) -> Callable[[], object]:
        import retention as rt
        from retention.act.measured import forget

        orders = million(folder, "half_million_customers")

        def work() -> object:
            forget()
            return getattr(rt, name)(orders, *arguments)

        return work

    return make


def _another_assumption(folder: Path) -> Callable[[], object]:
    """What a moved assumption costs."""
    import retention as rt

    orders = million(folder, "half_million_customers")
    rt.rank_opportunities(orders)
    shares = iter(range(1, 100))
    return lambda: rt.rank_opportunities(orders, uplift=next(shares) / 100)


CASES = {
    "rank_opportunities": (_function("rank_opportunities"), 4),
    "rank_opportunities, another assumption": (_another_assumption, 4),
    "opportunity_customers": (_function("opportunity_customers", "second_order"), 3),
}
COMPARED = ()
SECONDS = (("rank_opportunities", 5), ("rank_opportunities, another assumption", 0.3), ("opportunity_customers", 10))
MEGABYTES = (("rank_opportunities", 1_500), ("opportunity_customers", 1_500))
ROUNDS = 1
