"""Laws that hold for every shop."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import retention as rt
from retention.measure.facts import COUNTS, MONEY, RATES, RATIOS
from retention.periods import period_number, period_start
from tests.measure.shops import same

BEGIN = date(2023, 12, 1)
few = settings(  # an example takes a quarter of a second: a failure is shown as found, shrinking it takes minutes
    max_examples=8,
    deadline=None,
    phases=[Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
ORDER = st.fixed_dictionaries(
    {
        "ordered_at": st.integers(0, 150).map(lambda days: (BEGIN + timedelta(days=days)).isoformat()),
        "status": st.sampled_from(["paid", "paid", "paid", "cancelled"]),
        "customer_id": st.sampled_from(["ann", "bob", "cyd", "dee", ""]),
        "channel": st.sampled_from(["web", "store"]),
        "category": st.sampled_from(["phone", "case"]),
        "quantity": st.sampled_from([1, 1, 2, 3, -1]),
        "cents": st.integers(1, 100_000),
        "discount": st.sampled_from([0, 0, 1]),
    }
)
FIRST = {"ordered_at": "2023-12-01", "status": "paid", "customer_id": "ann", "channel": "web", "category": "phone"}
FIRST |= {"quantity": 1, "cents": 1000, "discount": 0}


@st.composite
def shops(draw):
    """A frame of orders over five months and a leap day; the first is a purchase."""
    rows = [FIRST, *draw(st.lists(ORDER, min_size=1, max_size=25))]
    return pd.DataFrame(rows).assign(order_id=[f"n{number}" for number in range(len(rows))])


def read(rows, times=1):
    cents = rows["cents"] * times
    texts = rows.assign(
        unit_price=[f"{value // 100}.{value % 100:02}" for value in cents],
        discount=[f"{(value * times) // 100}.{(value * times) % 100:02}" for value in rows["discount"]],
    )
    return rt.read_orders(texts.drop(columns="cents").astype(str))


@few
@given(shops(), st.randoms(use_true_random=False))
def test_row_order_is_irrelevant(rows, random):
    one, other = read(rows), read(rows.iloc[random.sample(range(len(rows)), len(rows))])
    same(rt.kpi_table(one), rt.kpi_table(other))
    same(rt.kpi_summary(one), rt.kpi_summary(other))
    for value in ("retention", "net"):
        left, right = rt.retention_table(one, value=value), rt.retention_table(other, value=value)
        pd.testing.assert_frame_equal(left.table, right.table)
        pd.testing.assert_frame_equal(left.average, right.average)


@few
@given(shops(), st.integers(2, 9))
def test_money_scales_and_nothing_else_does(rows, times):
    one, more = rt.kpi_table(read(rows)), rt.kpi_table(read(rows, times))
    money = [*MONEY, "aov", "revenue_per_customer", "new_net", "returning_net"]
    money += [name for name in one if name.startswith(("aov_", "revenue_per_customer_"))]
    scaled = one.assign(**{name: one[name] * times for name in money})
    same(more, scaled)


@few
@given(shops())
def test_parts_add_up(rows):
    orders = read(rows)
    table, cohorts = rt.kpi_table(orders), rt.retention_table(orders)
    assert (table["new_customers"] + table["returning_customers"] == table["customers"]).all()
    purchases = orders.frame(orders.orders.filter(lambda t: t.is_purchase & t.customer_id.notnull()))
    assert cohorts.table["customers"].sum() == purchases["customer_id"].nunique() == table["new_customers"].sum()
    np.testing.assert_allclose(table["gross"] - table["discounts"] - table["refunds"], table["net"], atol=1e-9)
    assert cohorts.table[0].eq(1).all()
    assert rt.retention_table(orders, value="orders").table.drop(columns="customers").sum().sum() == len(purchases)
    for period in ("quarter", "year"):
        months = table.assign(at=[period_number(day.date(), period) for day in table["period"]])
        sums = months.groupby("at")[["new_customers", "orders", "units", *MONEY]].sum().reset_index(drop=True)
        longer = rt.kpi_table(orders, period)
        same(longer[list(sums)], sums)


@few
@given(shops())
def test_filters_compose(rows):
    orders = read(rows)
    total = rt.kpi_table(orders)[["orders", "units", *MONEY]].sum()
    for name, values in (("channels", ("web", "store")), ("categories", ("phone", "case"))):
        parts = []
        for value in values:
            try:
                part = rt.kpi_table(orders.filter(**{name: [value]}))
                parts.append(part[["orders", "units", *MONEY]].sum())
            except rt.EmptyError:
                continue
        pd.testing.assert_series_equal(sum(parts), total, check_exact=False, rtol=1e-12, atol=1e-9)
    web = orders.filter(channels=["web"])
    both = (
        web.filter(start="2024-01-01")
        if (rows["channel"].eq("web") & (rows["ordered_at"] >= "2024-01-01")).any()
        else web
    )
    ids = both.frame(both.orders)["order_id"]
    assert set(ids) <= set(web.frame(web.orders)["order_id"])
    assert set(both.frame(both.lines)["order_id"]) == set(ids)


@few
@given(shops(), st.integers(0, 4))
def test_a_calendar_month_is_the_same_in_the_table_and_in_the_summary(rows, number):
    orders = read(rows)
    table = rt.kpi_table(orders)
    row = table.iloc[number % len(table)]
    if not row["complete"]:
        return
    start = row["period"].date()
    end = period_start(period_number(start, "month") + 1, "month")
    summary = rt.kpi_summary(orders, start, end).set_index("kpi")
    before = table[table["period"] < row["period"]].tail(1)
    for name in (*COUNTS, "units", *MONEY, *RATIOS, *RATES):
        assert summary.loc[name, "value"] == pytest.approx(row[name], nan_ok=True), name
        if name in (*RATIOS, *RATES):
            assert summary.loc[name, "low"] == pytest.approx(row[f"{name}_low"], nan_ok=True), name
        if len(before):
            assert summary.loc[name, "previous"] == pytest.approx(before[name].iloc[0], nan_ok=True), name


@few
@given(shops())
def test_every_rate_lies_within_its_interval(rows):
    orders = read(rows)
    for table in (rt.kpi_table(orders, "week"), rt.kpi_table(orders, "quarter")):
        for name in (*RATES, *RATIOS):
            seen = table[table[f"{name}_low"].notna()]
            assert (seen[f"{name}_low"] <= seen[name] + 1e-12).all(), name
            assert (seen[name] <= seen[f"{name}_high"] + 1e-12).all(), name
        shares = table[["repeat_rate", "returning_customer_rate", "retention_rate"]].stack().dropna()
        assert shares.between(0, 1).all()
    average = rt.retention_table(orders).average
    assert ((average["low"] <= average["rate"]) & (average["rate"] <= average["high"])).all()
