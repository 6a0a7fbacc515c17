"""Shops whose customers follow the models to the letter: buying and leaving, and what an order brings."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

import retention as rt


def purchases(seed: int, customers: int = 600, days: int = 500, after: int = 0) -> pd.DataFrame:
    """customer, day, price of every purchase: MBG/NBD with r 0.8, alpha 30, a 0.8, b 2, one a day at most, Gamma–Gamma with
    p 5, q 4, v 60. First purchases fall into the first `days`; `after` that nobody new comes."""
    rng = np.random.default_rng(seed)
    clock, rate = rng.uniform(0, days - 1, customers), rng.gamma(0.8, 1 / 30, customers)
    leaves, scale = rng.beta(0.8, 2, customers), 1 / rng.gamma(4, 1 / 60, customers)
    who, rows = np.arange(customers), []
    while len(who):
        rows.append(pd.DataFrame({"customer": who, "day": clock.astype(int), "price": rng.gamma(5, scale[who])}))
        stays = rng.random(len(who)) >= leaves[who]
        clock = clock + 0.5 + rng.exponential(1 / rate[who])
        here = stays & (clock < days + after)
        who, clock = who[here], clock[here]
    found = pd.concat(rows).drop_duplicates(["customer", "day"])
    return found.assign(price=found["price"].round(2).clip(lower=0.01))


def shop(found: pd.DataFrame, until: int) -> rt.Orders:
    """The purchases before a day, as a file of orders that ends on it."""
    found = found[found["day"] < until].sort_values(["day", "customer"], kind="stable")
    start = date(2023, 1, 1)
    dates = {day: (start + timedelta(days=int(day))).isoformat() for day in range(until)}
    lines = [
        f"{n},{dates[day]},c{customer},1,{price}"
        for n, (customer, day, price) in enumerate(found[["customer", "day", "price"]].itertuples(index=False), 1)
    ]
    end = f"end,{dates[until - 1]},somebody else,1,1"
    return rt.read_orders("\n".join(["order_id,ordered_at,customer_id,quantity,unit_price", *lines, end]).encode())
