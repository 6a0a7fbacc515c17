"""Discounts and codes as tables."""

from __future__ import annotations

import pandas as pd

from retention.measure.discounts import DiscountTable
from retention.show.i18n import _
from retention.show.measures import measure_name
from retention.show.tables.groups import amounts, counts, estimates, names

AFTER_FIRST = {
    "second_order_rate_90": "second_order_rate_90_n",
    "repeat_rate_to_date": "customers",
    "first_order_value": "customers",
    "clv_to_date": "customers",
    "profit_per_customer": "customers",
    "discount_dependence": "discount_dependence_n",
}


def first_order_rows(table: pd.DataFrame, title: str, currency: str) -> pd.DataFrame:
    """A row a group of customers: who came back, and what they have brought."""
    shown = pd.DataFrame({title: names(table.iloc[:, 0]), measure_name("customers"): counts(table["customers"])})
    for measure, n in AFTER_FIRST.items():
        if measure in table and table[measure].notna().any():
            shown[measure_name(measure)] = estimates(table, measure, n, currency)
    shown[measure_name("days_observed")] = counts(table["days_observed"])
    return shown


def discount_rows(result: DiscountTable) -> pd.DataFrame:
    """Customers won at full price and with a discount."""
    return first_order_rows(result.table, _("First order"), result.currency)


def price_rows(result: DiscountTable) -> pd.DataFrame:
    """How many pay full price never, sometimes and always."""
    table = result.customers
    return pd.DataFrame(
        {
            _("Price"): names(table["price"]),
            _("Of"): names(table["base"]),
            measure_name("customers"): counts(table["customers"]),
            measure_name("share"): estimates(table, "share", "n", prefix=""),
        }
    )


def code_rows(result: DiscountTable) -> pd.DataFrame:
    """A row a code: its orders, what it cost, and whether those who came with it came back."""
    codes, currency = result.codes, result.currency
    return pd.DataFrame(
        {
            _("Code"): [
                code if kind == "code" else name
                for code, kind, name in zip(codes["code"], codes["kind"], names(codes["code"]), strict=True)
            ],
            measure_name("orders"): counts(codes["orders"]),
            measure_name("customers"): counts(codes["customers"]),
            measure_name("new_customers"): counts(codes["new_customers"]),
            measure_name("net"): amounts(codes, "net", currency),
            measure_name("discounts"): amounts(codes, "discounts", currency),
            measure_name("discount_share"): amounts(codes, "discount_share", currency),
            measure_name("second_order_rate_90"): estimates(codes, "second_order_rate_90", "second_order_rate_90_n"),
        }
    )
