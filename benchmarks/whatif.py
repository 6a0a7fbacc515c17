"""How often the range of "as now" holds what came, over generated shops: python -m benchmarks.whatif [shops]

Every shop is cut a year before its end, `simulate_change` is asked without a change, and the net revenue, orders and customers that
came stand beside it. Shops
of `make_shop` have seasons, growth, campaigns and a faulty product; those of `simulated` follow the model of the forecast, with
first purchases spread evenly. 80 of 100 months and totals should lie in their range.
"""

from __future__ import annotations

import sys
from datetime import date, timedelta
from functools import partial

import numpy as np
import pandas as pd

import retention as rt
from benchmarks import simulated
from retention.predict.forecast import ENDS

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
    """Of every month and of all: whether the ranges made a year before the end hold what came, and how far off the middle was."""
    end = date(orders.as_of.year, orders.as_of.month, 1)
    cut = end.replace(year=end.year - 1) - timedelta(days=1)
    made = rt.simulate_change(orders.filter(end=cut.isoformat()), months=MONTHS)
    months, whole = (
        table[(table["state"] == "changed") & (table["part"] == "total")] for table in (made.table, made.totals)
    )
    came = rt.kpi_table(orders, period="month").set_index("period").reindex(months["month"])
    year = orders.filter(start=(cut + timedelta(days=1)).isoformat(), end=(end - timedelta(days=1)).isoformat())
    people = year.frame(year.orders.filter(year.orders.is_purchase))["customer_id"].nunique()
    rows = []
    for of, ends in (*ENDS.items(), ("customers", ("customers_low", "customers_high"))):
        real = people if of == "customers" else came[of].sum()
        for what, table, seen in (("months", months, came[of]), ("totals", whole, [real])):
            low, high, middle = (table[name].to_numpy() for name in (*ends, of))
            seen = np.asarray(seen, dtype=float)
            made_of = {"of": of, "what": what, "low": low, "middle": middle, "high": high}
            rows.append(pd.DataFrame(made_of | {"holds": (low <= seen) & (seen <= high), "off": seen / middle - 1}))
    return pd.concat(rows)


def main(shops: int) -> None:
    """Print the share held and the mean error of each kind of shop."""
    print(f"{shops} shops of {CUSTOMERS} customers in {YEARS} years; the 80 % range made a year before the end holds")
    for kind in KINDS:
        found = pd.concat(map(held, map(partial(generated, kind), range(1, shops + 1))))
        for (of, what), rows in found.groupby(["of", "what"], sort=False):
            print(
                f"{rows['holds'].mean():>8.1%}  {of} of {len(rows)} {what}, off by {rows['off'].abs().mean():.1%}; {kind}"
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 30)
