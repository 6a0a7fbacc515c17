"""How often the 95 % interval of the median holds the true median, over generated shops: python -m benchmarks.coverage [shops]

Gaps of a known distribution in whole days, first purchases spread evenly over the time observed, so that censoring is uniform. The
shops go straight into the Kaplan–Meier functions, and a few through `read_orders` and `time_to_next_order` as well.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date, timedelta

import numpy as np

from retention.survival import Survival, kaplan_meier, kaplan_meier_of_parts

DAYS, CUSTOMERS, PARTS = 365, 400, 50
EXPONENTIAL, WEIBULL, MIXED = "exponential", "Weibull, shape 0.7", "exponential, 30 of 100 never"
KINDS = (EXPONENTIAL, WEIBULL, MIXED)
TRUE_MEDIAN = 60


def gaps(kind: str, rng: np.random.Generator, size: int) -> np.ndarray:
    """Gaps in whole days, 1 and more, whose median is 60: P(gap ≤ 60) is a little above one half, P(gap ≤ 59) below."""
    drawn = rng.exponential(size=size)
    if kind == WEIBULL:
        return np.ceil(59.5 * (drawn / np.log(2)) ** (1 / 0.7))
    if kind == MIXED:  # half of all is 5 of 7 of those who come back
        back = np.ceil(59.5 * drawn / np.log(7 / 2))
        return np.where(rng.random(size) < 0.7, back, 10**6)
    return np.ceil(59.5 * drawn / np.log(2))


def one_gap_each(kind: str, seed: int) -> Survival:
    """A shop of 400 customers, each watched from the first purchase to the second or to the end."""
    rng = np.random.default_rng(seed)
    waited = gaps(kind, rng, CUSTOMERS)
    watched = rng.integers(0, DAYS, CUSTOMERS)
    days, returned = np.minimum(waited, watched).astype(int), waited <= watched
    return kaplan_meier(np.bincount(days[returned], minlength=DAYS), np.bincount(days[~returned], minlength=DAYS))


def all_gaps(seed: int, customers: int = CUSTOMERS) -> tuple[Survival, Survival]:
    """A shop whose customers differ (gamma, shape 2) and buy again and again: by Greenwood and by parts."""
    rng = np.random.default_rng(seed)
    events, censored = np.zeros((PARTS, DAYS), dtype=int), np.zeros((PARTS, DAYS), dtype=int)
    part, rate, left = np.arange(customers) % PARTS, rng.gamma(2, size=customers) / 2, rng.integers(0, DAYS, customers)
    while len(left):
        waited = np.ceil(rng.exponential(80, len(left)) / rate).astype(int)
        again = waited <= left
        np.add.at(events, (part[again], waited[again]), 1)
        np.add.at(censored, (part[~again], left[~again]), 1)
        part, rate, left = part[again], rate[again], (left - waited)[again]
    return kaplan_meier(events.sum(axis=0), censored.sum(axis=0)), kaplan_meier_of_parts(events, censored)


def holds(survival: Survival, true: float) -> bool:
    """Whether the interval of the median holds the true one; an end that is missing is open."""
    low, high = survival.days_by(0.5)
    return bool(low <= true) and not high < true


def coverage(shops: int, one: Callable[[int], bool]) -> float:
    """The share of shops, by seed, for which something holds."""
    return sum(one(seed) for seed in range(shops)) / shops


def read_shop(seed: int) -> tuple[float, float]:
    """The interval of the median of the same shop as `one_gap_each`, written as a file of orders and read again."""
    import retention as rt

    rng = np.random.default_rng(seed)
    waited, watched = gaps(EXPONENTIAL, rng, CUSTOMERS), rng.integers(0, DAYS, CUSTOMERS)
    first, last = DAYS - 1 - watched, DAYS - 1
    rows = [f"{n},{_day(day)},c{n},1,10" for n, day in enumerate(first)]
    rows += [f"b{n},{_day(first[n] + waited[n])},c{n},1,10" for n in np.flatnonzero(waited <= watched)]
    rows.append(f"end,{_day(last)},nobody else,1,10")
    header = "order_id,ordered_at,customer_id,quantity,unit_price"
    result = rt.time_to_next_order(rt.read_orders("\n".join([header, *rows]).encode()))
    row = result.table.iloc[0]
    return float(row["median_low"]), float(row["median_high"])


def _day(number: float) -> str:
    return (date(2024, 1, 1) + timedelta(days=int(number))).isoformat()


def main(shops: int) -> None:
    """Print the coverage of each kind of shop."""
    print(f"{shops} shops of {CUSTOMERS} customers, {DAYS} days; the 95 % interval of the median holds the truth in")
    for kind in KINDS:
        share = coverage(shops, lambda seed, kind=kind: holds(one_gap_each(kind, seed), TRUE_MEDIAN))
        print(f"{share:>8.1%}  one gap a customer, {kind}")
    true = all_gaps(seed=0, customers=1_000_000)[0].day_by(0.5)
    found = [all_gaps(seed) for seed in range(1, shops + 1)]
    for position, name in ((0, "Greenwood, not used"), (1, "by fiftieths of the customers")):
        share = sum(holds(pair[position], true) for pair in found) / shops
        print(f"{share:>8.1%}  all gaps, customers differ, {name} (true median {true:g})")
    read = sum(read_shop(seed) == one_gap_each(EXPONENTIAL, seed).days_by(0.5) for seed in range(5))
    print(f"{read:>4} of 5 shops give the same interval when they are read from a file")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
