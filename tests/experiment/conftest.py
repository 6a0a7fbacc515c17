"""An experiment without effect among the customers of the sample shop, and the same by plain pandas."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from retention.experiment.manifest import Experiment

ASSIGNED, DAYS = date(2025, 6, 1), 90


@pytest.fixture(scope="session")
def units(shop) -> pd.DataFrame:
    """Everybody who had ordered by June 2025, in one of two arms by a coin."""
    customers = shop.frame(shop.customers.order_by("customer_id"))
    known = customers[customers["first_order"] < pd.Timestamp(ASSIGNED)]
    arm = np.where(np.random.default_rng(1).random(len(known)) < 0.5, "control", "mail")
    return pd.DataFrame({"customer_ref": known["customer_ref"], "variant": arm})


@pytest.fixture(scope="session")
def experiment(units) -> Experiment:
    return Experiment("Mail", ASSIGNED, DAYS, "repeat", "control", {"control": 0.5, "mail": 0.5}, 1, units)


@pytest.fixture(scope="session")
def outcomes(shop, units) -> pd.DataFrame:
    """One row a unit with what it bought, by plain pandas."""
    names = shop.frame(shop.customers).set_index("customer_id")["customer_ref"]
    rows = shop.frame(shop.orders)
    rows = rows[rows["customer_id"].notna() & (rows["is_purchase"] | rows["is_return"])]
    rows = rows.assign(customer_ref=rows["customer_id"].map(names))
    start = (ASSIGNED - date(1970, 1, 1)).days
    after = rows[(rows["day"] >= start) & (rows["day"] < start + DAYS)].groupby("customer_ref")
    before = rows[(rows["day"] < start) & (rows["day"] >= start - 365)].groupby("customer_ref")
    known = units.set_index("customer_ref")
    known["orders"] = after["is_purchase"].sum()
    known["orders_before"] = before["is_purchase"].sum()
    for column, source in (("revenue", "net"), ("gross", "gross"), ("discounts", "discounts"), ("refunds", "refunds")):
        known[column] = after[source].sum() / 100
    known["revenue_before"] = before["net"].sum() / 100
    numbers = known.columns.drop("variant")
    known[numbers] = known[numbers].astype(float).fillna(0.0)
    known["repeat"] = (known["orders"] > 0).astype(int)
    known["paid"] = known["gross"] - known["discounts"]
    return known
