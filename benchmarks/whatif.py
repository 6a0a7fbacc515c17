"""How often the range of "as now" holds what came, over generated shops: python -m benchmarks.whatif [shops]

Every shop is cut a year before its end, `simulate_change` is asked without a change, and the year that came stands beside it. Shops
of `make_shop` have seasons, growth, campaigns and a faulty product; those of `simulated` follow the model of the forecast, with
first purchases spread evenly. 80 of 100 months and totals should lie in their range.
"""

from __future__ import annotations

import sys
from datetime import date, timedelta
from functools import partial

import pandas as pd

import retention as rt
from benchmarks import simulated

MONTHS, CUSTOMERS, YEARS = 12, 1500, 3
KINDS = ("make_shop", "the model")


def generated(kind: str, seed: int) -> rt.Orders:
    """A shop of three years."""
    if kind == "the model":
        return simulated.shop(simulated.purchases(seed, customers=CUSTOMERS, days=365 * YEARS), until=365 * YEARS)
    shop = rt.make_shop(CUSTOMERS, months=12 * YEARS, seed=seed, start="2023-01-01")
    lines = shop.lines[shop.lines["status"] == "paid"]
    return rt.read_orders(lines.to_csv(index=False).encode(), currency="EUR")


def held(orders: rt.Orders) -> pd.DataFrame:
    """Of every month and of all: whether the range made a year before the end holds what came, and how far off the middle was."""
    end = date(orders.as_of.year, orders.as_of.month, 1)
    cut = end.replace(year=end.year - 1) - timedelta(days=1)
    made = rt.simulate_change(orders.filter(end=cut.isoformat()), months=MONTHS)
    came = rt.kpi_table(orders, period="month").set_index("period")["net"]
    table = made.table[(made.table["state"] == "changed") & (made.table["part"] == "total")].set_index("month")
    whole = made.totals[(made.totals["state"] == "changed") & (made.totals["part"] == "total")].set_index("part")
    real = came.reindex(table.index)
    found = pd.concat([table.assign(real=real, what="months"), whole.assign(real=real.sum(), what="totals")])
    return found.assign(holds=found["real"].between(found["low"], found["high"]), off=found["real"] / found["net"] - 1)


def main(shops: int) -> None:
    """Print the share held and the mean error of each kind of shop."""
    print(f"{shops} shops of {CUSTOMERS} customers in {YEARS} years; the 80 % range made a year before the end holds")
    for kind in KINDS:
        found = pd.concat(map(held, map(partial(generated, kind), range(1, shops + 1))))
        for what, rows in found.groupby("what"):
            print(f"{rows['holds'].mean():>8.1%}  of {len(rows)} {what}, off by {rows['off'].abs().mean():.1%}; {kind}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 30)
