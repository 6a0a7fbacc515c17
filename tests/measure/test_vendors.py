"""Every rule on customers whose purchases can be counted by hand, at the edges of every time."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest

import retention as rt
from retention.intervals import wilson
from retention.measure.vendors import RULES
from tests.measure.shops import bought, one_order_a_day, read

END = date(2025, 7, 1)  # the day after the last order of the shops below
KEYS = [rule.key for rule in RULES]


def rates(orders):
    return rt.vendor_rates(orders).table.set_index(pd.Index(KEYS, name="key"))


def ago(days):
    return (END - timedelta(days=days)).isoformat()


def counted(orders, key):
    row = rates(orders).loc[key]
    return row["counted"], row["customers"]


def test_ours_by_hand():
    """June: ann twice, bob once, cyd once. May: ann and dee. To date 2 of 4 came back."""
    orders = bought(
        ("ann", "2025-05-01"), ("dee", "2025-05-31"), ("bob", "2025-04-30"), ("ann", "2025-06-01"),
        ("ann", "2025-06-02"), ("bob", "2025-06-30"), ("cyd", "2025-06-15"),
    )  # fmt: skip
    assert counted(orders, "repeat") == (1, 3)
    assert counted(orders, "repeat_to_date") == (2, 4)
    assert counted(orders.filter(start="2025-05-01"), "repeat_to_date") == (1, 3)  # bob's first lies before
    assert counted(orders, "retention") == (1, 2)


def test_the_month_before_has_to_lie_in_the_data_whole():
    late = rates(bought(("ann", "2025-05-02"), ("ann", "2025-06-30")))
    assert late.loc["retention", "missing"] == "Not observed: the data hold fewer than two complete months."
    whole = bought(("ann", "2025-05-01"), ("dee", "2025-05-31"), ("ann", "2025-06-01"), ("cyd", "2025-06-30"))
    assert counted(whole, "retention") == (1, 2)


def test_shopify_counts_whoever_placed_an_order_that_was_not_the_first():
    """Ann's first lies before June, bob's two orders both in it, cyd is new, dee did not buy in June."""
    orders = bought(
        ("ann", "2025-05-31"), ("dee", "2025-05-10"), ("dee", "2025-05-11"), ("ann", "2025-06-01"),
        ("bob", "2025-06-02"), ("bob", "2025-06-03"), ("cyd", "2025-06-30"),
    )  # fmt: skip
    assert counted(orders, "shopify_month") == (2, 3)
    assert rates(orders).loc["shopify_year", "missing"] == "Not observed: the data hold fewer than 12 complete months."


def test_shopify_year_begins_with_its_first_day():
    orders = bought(
        ("old", "2024-06-30"), ("ann", "2024-07-01"), ("ann", "2024-07-02"), ("old", "2024-07-01"),
        ("cyd", "2025-06-30"),
    )  # fmt: skip
    assert counted(orders, "shopify_year") == (2, 3)
    assert counted(bought(("ann", "2024-07-01"), ("cyd", "2025-06-30")), "shopify_year") == (0, 2)
    assert rates(bought(("ann", "2024-07-02"), ("cyd", "2025-06-30"))).loc["shopify_year", "missing"]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (730, 180, (1, 1)),  # 730 days ago is in, and so is 180 days ago
        (730, 181, (0, 1)),
        (366, 1, (1, 1)),
        (365, 1, (0, 0)),  # 365 days ago is not a purchase 365 to 730 days ago any more
        (731, 1, (0, 0)),
        (400, 366, (0, 1)),  # coming back within the old time does not count
    ],
)
def test_klaviyo_at_the_edges(first, second, expected):
    orders = bought(("zoe", ago(800)), ("ann", ago(first)), ("ann", ago(second)), ("zoe", ago(1)))
    row = rates(orders).loc["klaviyo"]
    if expected[1]:
        assert (row["counted"], row["customers"]) == expected
    else:
        assert row["missing"] == "Nobody bought in the time that this rule starts from."
        assert pd.isna(row["rate"]) and pd.isna(row["customers"])


def test_klaviyo_needs_730_days():
    assert rates(bought(("ann", ago(729)), ("ann", ago(1)))).loc["klaviyo", "missing"] == (
        "Not observed: the data reach back less than 730 days."
    )
    assert counted(bought(("ann", ago(730)), ("ann", ago(1))), "klaviyo") == (1, 1)


def test_peel_and_lifetimely_by_hand():
    """January's and March's cohorts have their month 3 behind them at the end of June; April's has not (July)."""
    orders = bought(
        ("ann", "2025-01-31"), ("ann", "2025-04-01"),  # in month 3
        ("bob", "2025-01-01"), ("bob", "2025-03-31"),  # month 2 only
        ("cyd", "2025-01-15"), ("cyd", "2025-06-30"),  # month 5: later
        ("dee", "2025-03-31"), ("dee", "2025-06-01"),  # in month 3
        ("eve", "2025-04-01"), ("eve", "2025-06-15"),  # month 3 is not over
    )  # fmt: skip
    assert counted(orders, "peel") == (3, 4)
    assert counted(orders, "lifetimely") == (2, 4)
    running = orders.filter(end="2025-06-29")
    assert counted(running, "lifetimely") == (1, 3)  # dee's month 3 is not over
    assert rates(orders.filter(end="2025-03-31")).loc["peel", "missing"] == (
        "Not observed: no customer’s third month after the first purchase is over."
    )


def test_intervals_and_times_are_stated(shop):
    table = rates(shop)
    for _key, row in table.iterrows():
        low, high = wilson(row["counted"], row["customers"])
        assert (row["low"], row["high"]) == (pytest.approx(float(low)), pytest.approx(float(high)))
    days = {key: (row["start"].date().isoformat(), row["end"].date().isoformat()) for key, row in table.iterrows()}
    assert days["shopify_month"] == ("2025-12-01", "2026-01-01")
    assert days["retention"] == ("2025-11-01", "2026-01-01")
    assert days["klaviyo"] == ("2024-01-02", "2026-01-01")


@pytest.mark.parametrize("filters", [{}, {"channels": "web"}, {"start": "2024-06-10", "end": "2025-10-20"}])
def test_what_is_known_under_another_name_is_the_same_number(shop, filters):
    orders = shop.filter(**filters)
    table, kpis = rates(orders), rt.kpi_summary(orders).set_index("kpi")
    for key, kpi in (("repeat", "repeat_rate"), ("retention", "retention_rate")):
        assert table.loc[key, ["rate", "customers"]].tolist() == pytest.approx(kpis.loc[kpi, ["value", "n"]].tolist())
    to_date = rt.kpi_summary(orders, orders.since, orders.as_of).set_index("kpi").loc["repeat_rate_to_date"]
    assert table.loc["repeat_to_date", ["rate", "customers"]].tolist() == pytest.approx(
        to_date[["value", "n"]].tolist()
    )
    month_3 = rt.retention_table(orders).average.set_index("age").loc[3]
    assert table.loc["lifetimely", ["rate", "customers"]].tolist() == pytest.approx(month_3[["rate", "n"]].tolist())
    assert table.loc["peel", "rate"] >= table.loc["lifetimely", "rate"]
    assert table.loc["shopify_month", "rate"] >= kpis.loc["returning_customer_rate", "value"]


def test_everybody_bought_once():
    table = rates(one_order_a_day(date(2023, 1, 1), date(2025, 6, 30)))
    assert (table["rate"] == 0).all()
    assert (table["low"] == 0).all()


def test_nobody_known():
    with pytest.raises(rt.EmptyError, match="No customer can be told apart"):
        rt.vendor_rates(read("1,2025-01-01,paid,,web,phone,1,10,,"))


def test_less_than_a_month_of_data():
    result = rt.vendor_rates(bought(("ann", "2025-06-03"), ("ann", "2025-06-20")))
    table = result.table.set_index(pd.Index(KEYS))
    assert table.loc["repeat_to_date", "rate"] == 1
    assert table.drop(index="repeat_to_date")["rate"].isna().all()
    assert (table["missing"] != "").sum() == 7
    assert result.notes == ("What the data are too short for is left out, never shown as 0.",)
