"""One generated shop, written as every platform writes it, is the same shop: customers, orders and net to the cent."""

import importlib.util
from pathlib import Path

import pandas as pd
import pytest

import retention as rt
from retention.sample.exports import to_plain

HERE = Path(__file__).parent / "exports"
STEMS = sorted(path.stem for path in HERE.glob("*.py") if path.stem != "__init__")


@pytest.fixture(scope="module")
def lines():
    return rt.make_shop(customers=250, months=9, seed=12).lines


@pytest.fixture(scope="module")
def truth(lines):
    return rt.read_orders(to_plain(lines).encode())


def exporter(stem):
    spec = importlib.util.spec_from_file_location(f"exports_{stem}", HERE / f"{stem}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read(files, folder):
    paths = []
    for name, content in files.items():
        path = folder / name
        path.write_bytes(content)
        paths.append(path)
    return rt.read_orders(paths, currency="EUR", decimal=None)


def bought(shop):
    """Every order with the number it has in the generated shop, whatever stands around it; CDNOW has no numbers."""
    orders = shop.frame(shop.orders)
    return orders.assign(number=orders["order_ref"].str.extract(r"(10\d{4})(?!\d)", expand=False))


def money_by_order(orders):
    """Each purchase with the documents that gave money back on it."""
    counted = orders[orders["is_purchase"] | orders["is_return"]]
    sums = counted.groupby("number")[["gross", "discounts", "refunds", "net"]].sum()
    return sums.loc[sorted(orders.loc[orders["is_purchase"], "number"].dropna().unique())]


def baskets_by_customer(orders):
    """The purchases of every customer, as sets of order numbers."""
    known = orders[orders["is_purchase"]].dropna(subset="customer_id")
    return sorted(known.groupby("customer_id")["number"].agg(lambda numbers: sorted(numbers.fillna(""))))


def in_state(orders, state):
    return set(orders.loc[orders["status"] == state, "number"])


@pytest.mark.parametrize("stem", STEMS)
def test_the_same_shop_in_every_layout(stem, lines, truth, tmp_path):
    module = exporter(stem)
    carries = module.CARRIES
    shop = read(module.export(lines), tmp_path)
    orders, known = bought(shop), bought(truth)
    if stem == "cdnow":
        known = known.assign(number=None)
    assert orders["is_purchase"].sum() == known["is_purchase"].sum()
    sums, truly = money_by_order(orders), money_by_order(known)
    assert sums.index.tolist() == truly.index.tolist()
    for column in {"net", "discounts", "refunds"} & carries:
        pd.testing.assert_series_equal(sums[column], truly[column], check_names=False)
    if "customers" in carries:
        assert baskets_by_customer(orders) == baskets_by_customer(known)
    else:
        assert orders["customer_id"].isna().all()
    for state in {"cancelled", "pending", "test"} & carries:
        assert in_state(orders, state) == in_state(known, state)
    if "products" in carries:
        assert orders.loc[orders["is_purchase"], "units"].sum() == known.loc[known["is_purchase"], "units"].sum()
