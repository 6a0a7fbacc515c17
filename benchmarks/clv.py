"""Lifetime value of a million customers beside lifetimes' own path: its summary of transactions and its fit to every customer.

Both start from the same Parquet file and fit MBG/NBD; a check before the first run holds their parameters together to 1e-3.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from benchmarks.inputs import million

INPUT = "million_customers"


def _fitted(folder: Path) -> Callable[[], object]:
    from retention.predict.activity import activity
    from retention.predict.models import fit_activity

    orders = million(folder, INPUT)

    def work() -> object:
        table = activity(orders)
        return fit_activity(table["frequency"], table["recency"], table["T"])

    return work


def _predicted(folder: Path) -> Callable[[], object]:
    from retention.predict.activity import activity
    from retention.predict.expectation import Histories
    from retention.predict.models import fit_activity
    from retention.predict.spend import fit_spend

    orders = million(folder, INPUT)

    def work() -> object:
        table = activity(orders)
        model = fit_activity(table["frequency"], table["recency"], table["T"])
        spend = fit_spend(table["frequency"], table["monetary"])
        histories = Histories(table)
        expected = histories.expectation(model.law, 12, 0.1)
        return expected.discounted * spend.expected_spend(histories.frequency, table["monetary"])

    return work


def _whole(folder: Path) -> Callable[[], object]:
    import retention as rt

    orders = million(folder, INPUT)
    return lambda: rt.predict_clv(orders)


def _lifetimes(folder: Path) -> Callable[[], object]:
    from retention.predict.models import lifetimes

    library, path = lifetimes(), folder / INPUT / "orders.parquet"
    end = pd.Timestamp(million(folder, INPUT).as_of)

    def work() -> object:
        orders = pd.read_parquet(path, columns=["customer_id", "day", "is_purchase"])
        orders = orders[orders["is_purchase"] & orders["customer_id"].notna()]
        orders["day"] = pd.Timestamp("1970-01-01") + pd.to_timedelta(orders["day"], unit="D")
        table = library.utils.summary_data_from_transaction_data(
            orders, "customer_id", "day", observation_period_end=end
        )
        return library.ModifiedBetaGeoFitter().fit(table["frequency"], table["recency"], table["T"])

    return work


def agreement(folder: Path) -> float:
    """The largest relative difference between the parameters of both."""
    ours = _fitted(folder)().parameters.set_index("parameter")["value"]
    theirs = _lifetimes(folder)().params_
    return float((ours / theirs - 1).abs().max())


CASES = {
    "summary and fit": (_fitted, 3),
    "summary, fit and predictions": (_predicted, 2),
    "predict_clv, with backtest, segments and intervals": (_whole, 1),
    "lifetimes: summary and fit": (_lifetimes, 1),
}
COMPARED = (("summary and fit", "lifetimes: summary and fit", 0.05),)
SECONDS = (("summary, fit and predictions", 10),)
MEGABYTES = ()
ROUNDS = 1


if __name__ == "__main__":
    from benchmarks.one import inputs_folder

    print(f"{agreement(inputs_folder()):.1e}  largest relative difference of a parameter to lifetimes' own")
