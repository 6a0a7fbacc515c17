"""The revenue bridge as it is drawn, tabulated and said."""

import dataclasses

import pandas as pd
import pytest

import retention as rt
from retention.show import charts, i18n, sentences
from retention.show.tables.bridge import bridge_rows, factor_rows
from tests.measure.shops import bought, one_order_a_day, read
from tests.measure.test_bridge import SHOP


@pytest.fixture(scope="module")
def corner():
    return dataclasses.replace(rt.revenue_bridge(read(SHOP)), currency="EUR")


@pytest.fixture(autouse=True)
def english_afterwards():
    yield
    i18n.use_language("en")


def bars(chart):
    spec = chart.to_dict()
    (layer,) = [layer for layer in spec["layer"] if layer["mark"]["type"] == "bar"]
    return pd.DataFrame(spec["datasets"][layer["data"]["name"]])


def test_a_bar_starts_where_the_one_before_ended(corner):
    rows = bars(charts.revenue_waterfall(corner))
    assert rows["line"].tolist() == [
        "February 2025: €190.00",
        "Lapsed customers: -€68.00 (customers: 1)",
        "Retained customers: -€30.00 (customers: 1)",
        "Reactivated customers: +€75.00 (customers: 1)",
        "New customers: +€90.00 (customers: 1)",
        "Customers with refunds only: -€10.00 (customers: 1)",
        "Orders that name nobody: +€10.00",
        "March 2025: €257.00",
    ]
    assert rows["end"].tolist() == [190, 122, 92, 167, 257, 247, 257, 257]
    assert rows["low"].tolist() == [0, 122, 92, 92, 167, 247, 247, 0]
    assert rows["high"].tolist() == [190, 190, 122, 167, 257, 257, 257, 257]
    assert rows["kind"].tolist() == ["total", "fall", "fall", "rise", "rise", "fall", "rise", "total"]


def test_the_factors_say_what_they_were_and_are(corner):
    chart = charts.revenue_waterfall(corner, split="factors")
    rows = bars(chart)
    assert rows["line"].tolist()[1:-1] == [
        "Customers: +€86.74 (2 → 3)",
        "Orders per customer: -€25.56 (1.50 → 1.33)",
        "Average order value: +€8.82 (€60.00 → €62.50)",
        "Refunds without a purchase: -€13.00",
        "Orders that name nobody: +€10.00",
    ]
    assert rows["end"].iloc[-2] == rows["end"].iloc[-1] == 257
    spec = chart.to_dict()
    assert spec["width"] == "container"
    assert spec["description"].startswith(
        "Which part of the sum moved: February 2025: €190.00; Customers: +€86.74 (2 → 3);"
    )


def test_a_joint_leads_from_each_bar_to_the_next(corner):
    spec = charts.revenue_waterfall(corner).to_dict()
    (layer,) = [layer for layer in spec["layer"] if layer["mark"]["type"] == "rule"]
    joints = pd.DataFrame(spec["datasets"][layer["data"]["name"]])
    assert joints["end"].tolist() == [190, 122, 92, 167, 257, 247, 257]
    assert (joints["next"] - joints["order"] == 1).all()


def test_a_step_below_zero_is_drawn():
    shop = read("""
1,2025-01-01,paid,ann,web,phone,1,10,,
2,2025-02-10,returned,ann,web,phone,-1,10,,
3,2025-02-28,returned,ann,web,phone,-1,25,,""")
    rows = bars(charts.revenue_waterfall(rt.revenue_bridge(shop)))
    assert rows["low"].tolist() == [0, -35, -35]
    assert rows["end"].tolist() == [10, -35, -35]


def test_words_that_are_no_split_and_windows_without_money(corner):
    with pytest.raises(rt.OptionError, match="customers, factors"):
        charts.revenue_waterfall(corner, split="products")
    empty = rt.revenue_bridge(bought(("ann", "2025-01-01"), ("ann", "2025-06-30")), "2025-04-01", "2025-05-01")
    assert "nothing to show" in charts.revenue_waterfall(empty).description
    assert sentences.why_revenue_moved(empty) == "April 2025 brought as much as March 2025: 0.00."


def test_the_tables_end_with_the_sum(corner):
    rows = bridge_rows(corner)
    assert list(rows) == [
        "Whose change it was", "Customers", "February 2025", "March 2025", "Change", "Change per customer", "95 % interval",
    ]  # fmt: skip
    assert rows.iloc[0].tolist() == ["Lapsed customers", "1", "€60.00", "-€8.00", "-€68.00"] + ["too few to tell"] * 2
    assert rows.iloc[5].tolist() == ["Orders that name nobody", "–", "€15.00", "€25.00", "+€10.00", "–", "–"]
    assert rows.iloc[6].tolist() == ["Net revenue", "", "€190.00", "€257.00", "+€67.00", "", ""]
    factors = factor_rows(corner)
    assert factors.iloc[1].tolist() == ["Orders per customer", "1.50", "1.33", "-€25.56"]
    assert factors.iloc[3].tolist() == ["Refunds without a purchase", "-€5.00", "-€18.00", "-€13.00"]
    assert factors.iloc[5].tolist() == ["Net revenue", "€190.00", "€257.00", "+€67.00"]


def test_with_a_margin_the_table_tells_the_change_in_profit():
    result = rt.revenue_bridge(read(SHOP).with_margin(0.5))
    profit = bridge_rows(result)["Change in profit"]
    assert profit.tolist() == ["-34.00", "-15.00", "+37.50", "+45.00", "-5.00", "+5.00", "+33.50"]


def test_the_answer_begins_with_the_largest_part(corner):
    assert sentences.why_revenue_moved(corner) == (
        "March 2025 brought €67.00 more than February 2025: more customers added €86.74, fewer orders per customer took "
        "away €25.56, more refunds to people who bought nothing took away €13.00, orders that name nobody added €10.00, "
        "a higher order value added €8.82."
    )
    assert sentences.whose_change(corner) == (
        "Customers who lapsed: 1 (-€68.00). New or back again: 2 (+€165.00). In both windows: 1 (-€30.00)."
    )


def test_a_part_that_hardly_moved_is_left_to_the_table(corner):
    factors = corner.factors.assign(change=[-2900.4, 140.0, -600.0, 0.0, 160.4], value=5000.0)
    fallen = dataclasses.replace(corner, factors=factors, change=-3200.0, net=10_000.0, net_against=13_200.0)
    assert sentences.why_revenue_moved(fallen) == (
        "March 2025 brought €3,200 less than February 2025: fewer customers took away €2,900, a lower order value took away "
        "€600, orders that name nobody added €160."
    )


def test_as_much_as_before_still_tells_what_balanced():
    days = one_order_a_day(pd.Timestamp("2025-07-01").date(), pd.Timestamp("2025-08-31").date())
    assert sentences.why_revenue_moved(rt.revenue_bridge(days)) == "August 2025 brought as much as July 2025: 310.00."
    shop = read("""
1,2025-01-01,paid,ann,web,phone,2,10,,
2,2025-02-10,paid,ann,web,phone,1,10,,
3,2025-02-28,paid,ann,web,phone,1,10,,""")
    assert sentences.why_revenue_moved(rt.revenue_bridge(shop)) == (
        "February 2025 brought as much as January 2025, 20.00: more orders per customer added 15.00, a lower order value took "
        "away 15.00."
    )


def test_a_shop_that_knows_nobody_says_so():
    result = rt.revenue_bridge(bought(("", "2025-01-01"), ("", "2025-02-01"), ("", "2025-02-28")))
    assert sentences.why_revenue_moved(result).endswith("more than January 2025: orders that name nobody added 10.00.")
    assert sentences.whose_change(result).startswith("Nobody can say whose change it was")
