"""Loyalty programmes replayed through all orders of a shop with three million of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from benchmarks.inputs import million

LAST = "2025-01-31"  # of the ten million lines; until then there are three million purchases


def _replay(programme: str, whole: bool = True) -> Callable[[Path], Callable[[], object]]:
    def make(folder: Path) -> Callable[[], object]:
        import retention as rt

        orders = million(folder, "ten_million").filter(end=LAST)
        chosen = rt.LoyaltyProgramme.from_json(programme)
        since = orders.since if whole else None
        return lambda: rt.simulate_loyalty(orders, chosen, since=since)

    return make


CASES = {
    "points that expire": (
        _replay('{"kind": "points", "points_per_unit": 1, "point_value": 0.01, "minimum": 200, "expiry_days": 180}'),
        3,
    ),
    "gift, last 12 months": (_replay('{"kind": "gift", "every": 5, "gift_cost": 10}', whole=False), 3),
    "tiers": (_replay('{"kind": "tiers", "tiers": [[200, 0.05], [500, 0.1]]}'), 3),
}
COMPARED = ()
SECONDS = (("points that expire", 10), ("gift, last 12 months", 10), ("tiers", 10))
MEGABYTES = (("points that expire", 2_500),)
ROUNDS = 1
