"""How often the 95 % intervals of the parameters hold the truth, and whether P(alive) means what it says, over generated customers:
python -m benchmarks.recovery [runs]

Customers of a known MBG/NBD or BG/NBD go straight into the fit; shops of `make_shop`, which follow MBG/NBD but for seasons and a
faulty product, are counted from their orders.
"""

from __future__ import annotations

import sys
from unittest import mock

import numpy as np
import pandas as pd

from benchmarks import simulated
from retention.predict.models import ActivityModel, fit_activity
from retention.sample import shop as sample

TRUTH = {"r": 0.8, "alpha": 49.0, "a": 0.8, "b": 1.2}
CUSTOMERS, DAYS = 4_000, 730
SHOP_TRUTH = {
    "r": sample.RATE_SHAPE,
    "alpha": 7 * sample.RATE_WEEKS,
    "a": sample.DROPOUT_A,
    "b": sample.DROPOUT_B,
}


def customers(model: str, seed: int, size: int = CUSTOMERS) -> pd.DataFrame:
    """Customers who bought first on any of 730 days: frequency, recency, T, is_alive; time does not stop at whole days."""
    rng = np.random.default_rng(seed)
    T = rng.uniform(1, DAYS, size)
    rate, leaves = rng.gamma(TRUTH["r"], 1 / TRUTH["alpha"], size), rng.beta(TRUTH["a"], TRUTH["b"], size)
    frequency, recency, clock = np.zeros(size), np.zeros(size), np.zeros(size)
    alive = rng.random(size) >= leaves if model == "MBG/NBD" else np.ones(size, bool)
    buying = alive.copy()
    while buying.any():
        clock[buying] += rng.exponential(1 / rate[buying])
        buying &= clock <= T
        frequency[buying] += 1
        recency[buying] = clock[buying]
        alive[buying] = rng.random(buying.sum()) >= leaves[buying]
        buying &= alive
    return pd.DataFrame({"frequency": frequency, "recency": recency, "T": T, "is_alive": alive})


def shop_customers(seed: int, as_sold: bool, size: int = CUSTOMERS) -> pd.DataFrame:
    """The same of a generated shop's paid orders; a customer is alive who had not dropped out when the window ends.

    as_sold: days of the calendar, orders of one day as one, a faulty product among the others. Without, what departs from
    the model is taken away: the time is that in which rates stay the same, every order counts, no product does harm.
    """
    with mock.patch.object(sample, "FAULTY_HARM", sample.FAULTY_HARM if as_sold else 0):
        shop = sample.make_shop(size, seed=seed)
    known = shop.truth.dropna(subset="email").set_index("email")["customer_id"]
    paid = shop.lines[shop.lines["status"] == "paid"].drop_duplicates("order_id")
    who, since = paid["customer_id"].fillna(paid["email"].map(known)), paid["ordered_at"].min().normalize()
    clock = sample._Clock.between(str(since.date()), 24)
    hours = (paid["ordered_at"] - since).dt.total_seconds() / 3600
    time = hours // 24 if as_sold else pd.Series(7 * np.interp(hours, clock.hours, clock.weeks), paid.index)
    orders = pd.DataFrame({"who": who, "time": time}).dropna()
    bought = (orders.drop_duplicates() if as_sold else orders).groupby("who")["time"].agg(["min", "max", "size"])
    end = hours.max() // 24 + 1 if as_sold else 7 * clock.weeks[-1]
    left = shop.truth.set_index("customer_id")["dropped_out_on"].reindex(bought.index)
    return pd.DataFrame(
        {
            "frequency": bought["size"] - 1,
            "recency": bought["max"] - bought["min"],
            "T": end - bought["min"],
            "is_alive": left.isna(),
        }
    )


def fit(table: pd.DataFrame, model: str) -> ActivityModel:
    """The model fitted to generated customers."""
    return fit_activity(table["frequency"], table["recency"], table["T"], model=model)


def covered(fitted: ActivityModel, truth: dict[str, float]) -> pd.Series:
    """By parameter, whether its interval holds the truth."""
    parameters = fitted.parameters.set_index("parameter")
    return pd.Series(
        {name: parameters["low"][name] <= true <= parameters["high"][name] for name, true in truth.items()}
    )


def calibration_error(chance: np.ndarray, happened: np.ndarray, bins: int = 10) -> float:
    """Expected calibration error: the mean distance of chance and share over ten equal bins of chance, weighted by customers."""
    place = np.minimum((chance * bins).astype(int), bins - 1)
    n = np.bincount(place, minlength=bins)
    apart = np.abs(np.bincount(place, chance, bins) - np.bincount(place, happened, bins))
    return float(apart.sum() / n.sum())


def holds_what_came(seed: int, months: int = 6) -> bool:
    """Whether the interval of the value of all customers holds what they brought, in a shop that follows the models."""
    import retention as rt

    found = simulated.purchases(seed, customers=1_500, days=500, after=183)
    base = rt.predict_clv(simulated.shop(found, until=500), months=months, discount_rate=0).summary.iloc[0]
    known = found.loc[found["day"] < 500, "customer"].unique()
    ahead = found[found["day"].between(500, 499 + round(months * 365.25 / 12)) & found["customer"].isin(known)]
    return bool(base["low"] <= ahead["price"].sum() <= base["high"])


def main(runs: int) -> None:
    """Print coverage, the mean estimate beside the truth, and the calibration of P(alive)."""
    sources = {
        "MBG/NBD": (lambda seed: customers("MBG/NBD", seed), TRUTH),
        "BG/NBD": (lambda seed: customers("BG/NBD", seed), TRUTH),
        "make_shop": (lambda seed: shop_customers(seed, as_sold=False), SHOP_TRUTH),
        "make_shop as sold": (lambda seed: shop_customers(seed, as_sold=True), SHOP_TRUTH),
    }
    print(
        f"{runs} runs of {CUSTOMERS:,} customers, {DAYS} days: share of 95 % intervals that hold the truth, median estimate"
    )
    for name, (make, truth) in sources.items():
        held, values, chances, happened = [], [], [], []
        for seed in range(runs):
            table = make(seed)
            fitted = fit(table, "BG/NBD" if name == "BG/NBD" else "MBG/NBD")
            held.append(covered(fitted, truth))
            values.append(fitted.parameters.set_index("parameter")["value"])
            chances.append(fitted.p_alive(table["frequency"], table["recency"], table["T"]))
            happened.append(table["is_alive"].to_numpy())
        shares, middle = pd.DataFrame(held).mean(), pd.DataFrame(values).median()
        for parameter, true in truth.items():
            print(f"{shares[parameter]:>8.1%}  {name}, {parameter}: {middle[parameter]:.3f} for {true:g}")
        error = calibration_error(np.concatenate(chances), np.concatenate(happened))
        print(f"{shares.mean():>8.1%}  {name}, all four; P(alive): expected calibration error {error:.4f}")
    held = np.mean([holds_what_came(seed) for seed in range(runs)])
    print(f"{held:>8.1%}  the value of all customers in six months lies in its 95 % interval")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
