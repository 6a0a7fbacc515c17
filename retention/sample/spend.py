"""What the invented shop spent to win its customers, by month and channel."""

from __future__ import annotations

import numpy as np
import pandas as pd

from retention.sample.shop import Shop

COST = {"web": 13.5, "app": 10.5, "marketplace": 16.0, "store": 9.0}  # EUR a new customer, over all months
SPREAD = 0.12  # a month's spend beside what was planned for it
PLANNED = 0.6  # share of a month's spend that follows the customers of that month; the rest is even


def make_spend(shop: Shop, seed: int = 1) -> pd.DataFrame:
    """Marketing spend of a generated shop: month (2024-01), channel, amount, currency; one row a month and channel.

    A part of the budget is the same every month, a part follows the season, so a new customer costs less in a busy
    month. Costs and customers are drawn apart from each other: spending more brings nobody. Equal seeds give equal frames.

    >>> from retention.sample.shop import make_shop
    >>> make_spend(make_shop(customers=200, months=12))["amount"].gt(0).all()
    np.True_
    """
    lines = shop.lines[shop.lines["status"] == "paid"]
    who = lines["email"].fillna(lines["phone"])
    firsts = lines.assign(who=who).dropna(subset="who").drop_duplicates("who")
    new = firsts.groupby([firsts["ordered_at"].dt.strftime("%Y-%m"), "channel"]).size()
    months = sorted(lines["ordered_at"].dt.strftime("%Y-%m").unique())
    new = new.unstack(fill_value=0).reindex(index=months, columns=list(COST), fill_value=0)
    planned = PLANNED * new + (1 - PLANNED) * new.mean()
    chance = np.random.default_rng(seed).normal(1, SPREAD, planned.shape).clip(0.6, 1.4)
    amounts = (planned * pd.Series(COST) * chance).round(2)
    amounts.index.name, amounts.columns.name = "month", "channel"
    rows = amounts.stack().rename("amount").reset_index()
    return rows[rows["amount"] > 0].assign(currency="EUR").reset_index(drop=True)
