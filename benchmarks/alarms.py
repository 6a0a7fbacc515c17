"""How often `kpi_alerts` raises an alarm: `python -m benchmarks.alarms [looks]`.

First in shops in which nothing happens, then where the customers of the last month fall by a fifth, a third and a half. Most
shops are tables of key figures drawn at random; some are made by `make_shop` and counted by `kpi_table`, each looked at at
the end of every month from the second year on, so that those looks are not independent.
"""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd

import retention as rt
from retention.intervals import wilson
from retention.measure.alerts import WATCHED, judged

SEASON = np.log([0.86, 0.80, 0.90, 0.92, 0.93, 0.88, 0.85, 0.90, 0.98, 1.03, 1.30, 2.05])
KINDS = ("steady", "wandering", "lingering", "young", "rough", "small")
MONTHS = (18, 24, 36, 48)
DROPS = (0.2, 0.3, 0.5)
LOOKS = 300


def drawn(rng: np.random.Generator, kind: str, months: int, drop: float = 0.0) -> pd.DataFrame:
    """A table of key figures of a shop with trend and season in which nothing happens but a drop in the last month.

    steady: independent noise of 6 % a month. wandering: a level that walks 4 % a month besides. lingering: noise of which 60 %
    is still there a month later. young: growth that slows down. rough: noise with heavy tails. small: about 60 customers a month.
    """
    at = np.arange(months) + rng.integers(12)
    level = 0.01 * np.arange(months) + SEASON[at % 12] + np.log(60 if kind == "small" else 1000)
    noise = 0.06 * (rng.standard_t(4, months) / np.sqrt(2) if kind == "rough" else rng.standard_normal(months))
    if kind == "wandering":
        level = level + np.cumsum(0.04 * rng.standard_normal(months))
    elif kind == "lingering":
        noise = np.array([sum(0.6**back * noise[i - back] for back in range(i + 1)) for i in range(months)])
    elif kind == "young":
        level = level + 0.5 * np.log1p(np.arange(months))
    mean = np.exp(level + noise)
    mean[-1] *= 1 - drop
    customers = np.maximum(rng.poisson(mean), 1)
    returning = rng.binomial(customers, _share(-0.2, rng, months))
    orders = customers + rng.poisson(0.25 * customers)
    aov = np.exp(np.log(100) + 0.03 * rng.standard_normal(months) + 0.6 * rng.standard_normal(months) / np.sqrt(orders))
    before = np.r_[np.nan, customers[:-1]]
    retained = rng.binomial(np.nan_to_num(before).astype(int), _share(-1.2, rng, months))
    first = 12 * 2018 + int(at[0]) % 12
    starts = [pd.Timestamp(year=month // 12, month=month % 12 + 1, day=1) for month in range(first, first + months)]
    return pd.DataFrame(
        {
            "period": pd.DatetimeIndex(starts),
            "complete": True,
            "net": aov * orders,
            "orders": orders,
            "customers": customers,
            "new_customers": customers - returning,
            "aov": aov,
            "returning_customer_rate": returning / customers,
            "retention_rate": retained / before,
            "retention_rate_n": before,
        }
    )


def raised(tables: list[pd.DataFrame], kpis: tuple[str, ...] = WATCHED) -> tuple[int, int]:
    """How many tables hold an alarm, and how many could be judged."""
    found = [judged(table, "month", kpis)[0]["outside"].dropna() for table in tables]
    return sum(bool(outside.any()) for outside in found if len(outside)), sum(len(outside) > 0 for outside in found)


def counted(shops: int, customers: int = 1000, months: int = 36) -> list[pd.DataFrame]:
    """What was to be seen at the end of every month of generated shops, from the second year on."""
    from retention.sample.exports import to_plain

    tables = []
    for seed in range(shops):
        start = f"2021-{seed % 12 + 1:02}-01"
        shop = rt.make_shop(customers=customers, months=months, seed=1000 + seed, start=start)
        table = rt.kpi_table(rt.read_orders(to_plain(shop.lines).encode()))
        table = table[table["complete"]]
        tables += [table.iloc[:end] for end in range(24, len(table) + 1)]
    return tables


def _share(odds: float, rng: np.random.Generator, months: int) -> np.ndarray:
    return 1 / (1 + np.exp(-(odds + 0.08 * rng.standard_normal(months))))


def _say(what: str, hits: int, looks: int) -> None:
    low, high = (float(end) for end in wilson(hits, looks))
    print(f"{hits / max(looks, 1):7.1%}  {low:6.1%} – {high:6.1%}  {looks:6}  {what}", flush=True)


def main(looks: int) -> None:
    """Print the share of looks with an alarm, with its 95 % Wilson interval."""
    print("  alarm  95 % interval    looks")
    total: dict[bool, tuple[int, int]] = {True: (0, 0), False: (0, 0)}
    for months in MONTHS:
        for kind in KINDS:
            rng = np.random.default_rng([months, KINDS.index(kind)])
            hits, known = raised([drawn(rng, kind, months) for _ in range(looks)])
            _say(f"nothing happened: {kind}, {months} months", hits, known)
            total[months >= 24] = tuple(np.add(total[months >= 24], (hits, known)))
    _say("nothing happened: all with two years and more", *total[True])
    _say("nothing happened: all with less than two years", *total[False])
    _say("nothing happened: make_shop, 24 to 36 months", *raised(counted(max(looks // 10, 2))))
    for months in (24, 36, 48):
        for drop in DROPS:
            rng = np.random.default_rng([months, int(100 * drop)])
            tables = [
                drawn(rng, kind, months, drop) for _ in range(looks // 3) for kind in ("steady", "wandering", "rough")
            ]
            _say(f"customers fell by {drop:.0%}: {months} months", *raised(tables))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else LOOKS)
