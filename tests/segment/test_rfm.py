"""RFM scores and segments against answers worked out by hand, plain pandas, and laws."""

from math import inf

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import retention as rt
from retention.segment.schemes import SCHEMES, codes
from tests.measure.shops import bought, same
from tests.measure.shops import read as read_rows
from tests.measure.test_laws import few

# The data end on 2025-06-30, so days of silence: ann 1, bob 30, cyd 61, dee 150, eve 172.
FIVE = """
1,2025-01-01,paid,ann,web,phone,1,10,,
2,2025-01-10,paid,eve,web,case,1,200,,
3,2025-01-20,paid,eve,web,case,-1,150,,
4,2025-02-01,paid,dee,web,phone,1,30,,
5,2025-03-01,paid,cyd,web,phone,1,20,,
6,2025-05-01,paid,cyd,web,phone,1,20,,
7,2025-06-01,paid,bob,web,case,1,50,,
8,2025-06-10,paid,ann,web,phone,1,10,,
9,2025-06-20,cancelled,dee,web,phone,1,500,,
10,2025-06-30,paid,ann,web,phone,1,100,,
11,2025-06-30,paid,,web,phone,1,999,,
"""
YEARS = """
sam,2022-12-10
sam,2023-12-12
sam,2023-12-20
sam,2024-12-08
tim,2022-12-10
tim,2023-12-12
tim,2024-06-01
tim,2024-12-08
una,2022-12-10
una,2023-12-12
vic,2024-12-08
wes,2022-12-10
wes,2024-12-08
"""


@pytest.fixture(scope="module")
def orders():
    return read_rows(FIVE)


@pytest.fixture(scope="module")
def result(orders):
    return rt.rfm_segments(orders)


def by_name(orders, table):
    """The table by what the customers are called."""
    names = orders.frame(orders.customers.select("customer_id", "customer_ref"))
    return table.merge(names).set_index("customer_ref")


def every_winter():
    """Five who bought in winter, and nine who bought in the last month."""
    lines = [line.split(",") for line in YEARS.split()] + [[f"new{n}", f"2025-06-{21 + n}"] for n in range(9)]
    return bought(*map(tuple, lines))


def test_scores_and_segments_by_hand(orders, result):
    table = by_name(orders, result.table)
    expected = {
        "ann": (1, 3, 120, "555", "Champions"),
        "bob": (30, 1, 50, "413", "Potential Loyalists"),
        "cyd": (61, 2, 40, "342", "Need Attention"),
        "dee": (150, 1, 30, "211", "Hibernating"),
        "eve": (172, 1, 50, "113", "Hibernating"),
    }
    columns = ["recency_days", "frequency", "monetary", "code", "segment"]
    assert {name: tuple(row) for name, row in table[columns].iterrows()} == expected
    assert ["".join(map(str, row)) for row in table[["r", "f", "m"]].to_numpy()] == table["code"].tolist()
    assert result.scheme.recency == (1, 30, 61, 150)
    assert result.scheme.frequency == (2, 2, 2, 3)
    assert result.scheme.monetary == (40, 50, 120, 120)


def test_the_summary_by_hand(result):
    summary = result.summary.set_index("segment")
    assert list(summary.index) == SCHEMES["quintile"].names
    filled = summary.loc[["Champions", "Potential Loyalists", "Need Attention", "Hibernating"]]
    by_hand = {
        "customers": [1, 1, 1, 2],
        "share": [0.2, 0.2, 0.2, 0.4],
        "net": [120, 50, 40, 80],
        "share_of_net": [120 / 290, 50 / 290, 40 / 290, 80 / 290],
        "aov": [40, 50, 20, 40],
        "median_days_silent": [1, 30, 61, 161],
        "repeat_rate": [1, 0, 1, 0],
    }
    for name, expected in by_hand.items():
        np.testing.assert_allclose(filled[name], expected, rtol=1e-12, err_msg=name)
    low, high = filled.loc["Hibernating", ["aov_low", "aov_high"]]
    half = 1.959964 * np.sqrt(2 * (10**2 + 10**2)) / 2  # residuals −10 and 10 over two customers
    assert (low, high) == pytest.approx((40 - half, 40 + half), rel=1e-6)
    assert filled.loc["Hibernating", "repeat_rate_high"] == pytest.approx(0.6576, abs=1e-4)  # Wilson, none of 2
    assert summary.loc["Lost", ["customers", "net"]].tolist() == [0, 0]
    assert summary.loc["Lost", ["aov", "median_days_silent", "repeat_rate", "repeat_rate_low"]].isna().all()
    assert summary["profit"].isna().all()
    assert not summary["enough"].any()


def test_who_has_exactly_a_cut_point_is_on_the_better_side(orders):
    scheme = rt.RfmScheme(
        "own", 2, recency=(30,), frequency=(2,), monetary=(50,), segments={code: code for code in codes(2)}
    )
    table = by_name(orders, rt.rfm_segments(orders, scheme).table)
    assert table["segment"].to_dict() == {"ann": "222", "bob": "212", "cyd": "121", "dee": "111", "eve": "112"}


def test_the_cut_points_that_were_used_give_the_same_scores_again(orders, result):
    again = rt.rfm_segments(orders, result.scheme.as_json())
    same(again.table, result.table)
    assert again.scheme == result.scheme


def test_klaviyo_s_days_of_silence_are_fixed(orders):
    result = rt.rfm_segments(every_winter(), "klaviyo")
    assert result.scheme.recency == (180, 365)
    assert set(result.table["r"]) == {1, 2, 3}
    assert (result.table["r"] == 4 - np.digitize(result.table["recency_days"], [181, 366]) - 1).all()


def test_profit_ranks_differently_from_revenue(orders):
    margins = orders.with_margin({"phone": 0.1, "case": 0.5})
    table = by_name(orders, rt.rfm_segments(margins, monetary="profit").table)
    assert table["monetary"].to_dict() == pytest.approx({"ann": 12, "bob": 25, "cyd": 4, "dee": 3, "eve": 25})
    assert table["m"].to_dict() == {"ann": 3, "bob": 4, "cyd": 2, "dee": 1, "eve": 4}
    summary = rt.rfm_segments(margins).summary.set_index("segment")
    assert summary.loc["Hibernating", "profit"] == pytest.approx(28)
    with pytest.raises(rt.OptionError, match="Profit needs the gross margin"):
        rt.rfm_segments(orders, monetary="profit")
    with pytest.raises(rt.OptionError, match="net, profit"):
        rt.rfm_segments(orders, monetary="gross")


def test_who_buys_every_winter_is_not_called_lost():
    orders = every_winter()
    for scheme in ("quintile", "klaviyo"):
        table = by_name(orders, rt.rfm_segments(orders, scheme).table)
        silent = table.loc["sam", "recency_days"]
        assert silent == 204
        seasonal = set(table.index[table["segment"] == "Seasonal"])
        assert seasonal == ({"sam"} if scheme == "quintile" else set())  # 204 days are not long for Klaviyo
    result = rt.rfm_segments(orders)
    assert result.summary["segment"].iloc[-1] == "Seasonal"
    assert result.summary["customers"].sum() == 14
    plain = rt.rfm_segments(orders.filter(start="2023-06-01"))
    assert "Seasonal" in set(plain.summary["segment"])
    late = by_name(orders, rt.rfm_segments(orders).table)
    assert late.loc["una", "segment"] != "Seasonal"  # silent for longer than a year and a half


def test_a_segment_of_ones_own_may_be_called_seasonal():
    scheme = rt.RfmScheme("own", 2, segments=dict.fromkeys(codes(2), "Seasonal"))
    assert rt.rfm_segments(every_winter(), scheme).summary["customers"].tolist() == [14]


def test_one_customer_is_no_lost_customer():
    result = rt.rfm_segments(bought(("ann", "2025-01-01")))
    assert result.table[["code", "segment"]].iloc[0].tolist() == ["511", "New Customers"]
    assert result.notes[0] == "With so few customers the scores say little more than the order of the list."


def test_where_everybody_bought_once_frequency_has_one_score():
    result = rt.rfm_segments(bought(*((f"c{n}", f"2025-01-{1 + n % 28:02}") for n in range(40))))
    assert result.scheme.frequency == (inf,) * 4
    assert set(result.table["f"]) == {1}
    assert set(result.table["m"]) == {1}
    assert set(result.table["r"]) == {1, 2, 3, 4, 5}
    assert "Everybody bought once: frequency tells nobody apart." in result.notes
    assert "Everybody spent the same: the amount tells nobody apart." in result.notes


def test_where_everybody_bought_on_one_day_nobody_is_called_lost():
    result = rt.rfm_segments(bought(*((f"c{n}", "2025-01-01") for n in range(40))))
    assert set(result.table["segment"]) == {"New Customers"}
    assert "Everybody bought last on the same day: recency tells nobody apart." in result.notes


def test_three_customers_get_three_ranks():
    table = rt.rfm_segments(bought(("ann", "2025-01-01"), ("bob", "2025-01-02"), ("cyd", "2025-01-03"))).table
    assert sorted(table["r"]) == [2, 4, 5]


def test_more_refunds_than_purchases_leave_no_share_of_nothing():
    rows = "1,2025-01-01,paid,ann,web,phone,1,100,,\n2,2025-01-02,paid,ann,web,phone,-2,100,,\n3,2025-01-03,paid,bob,web,phone,1,10,,"
    result = rt.rfm_segments(read_rows(rows))
    assert result.summary["net"].sum() == -90
    assert result.summary["share_of_net"].isna().all()
    assert sorted(result.table["monetary"]) == [-100, 10]
    assert any("got back as much as they paid" in note for note in result.notes)


def test_where_nobody_is_named_it_says_so():
    with pytest.raises(rt.EmptyError, match="No order names a customer"):
        rt.rfm_segments(bought(("", "2025-01-01"), ("", "2025-01-02")))


@st.composite
def shops(draw):
    """Up to thirty customers with up to four purchases each, with many ties."""
    rows = draw(
        st.lists(
            st.tuples(st.integers(0, 29), st.integers(0, 20), st.sampled_from([5, 10, 10, 40, 90])),
            min_size=1,
            max_size=60,
        )
    )
    frame = pd.DataFrame(rows, columns=["customer", "day", "price"])
    days = pd.Timestamp("2025-01-01") + pd.to_timedelta(frame["day"] * 9, "D")
    return pd.DataFrame(
        {
            "order_id": [f"n{n}" for n in range(len(frame))],
            "ordered_at": days.dt.strftime("%Y-%m-%d"),
            "customer_id": "c" + frame["customer"].astype(str),
            "quantity": 1,
            "unit_price": frame["price"],
        }
    ).astype(str)


@settings(few, max_examples=5)
@given(shops(), st.randoms(use_true_random=False))
def test_scores_are_what_plain_pandas_says_whatever_the_order_of_the_rows(rows, random):
    orders = rt.read_orders(rows)
    result = rt.rfm_segments(orders)
    table = by_name(orders, result.table).sort_index()
    people = rows.assign(day=pd.to_datetime(rows["ordered_at"]), price=rows["unit_price"].astype(float))
    people = people.groupby("customer_id").agg(day=("day", "max"), f=("day", "size"), m=("price", "sum")).sort_index()
    n = len(people)
    assert table["r"].tolist() == [5 - 5 * int((people["day"] > day).sum()) // n for day in people["day"]]
    for score in ("f", "m"):
        by_hand = [1 + 5 * int((people[score] < value).sum()) // n for value in people[score]]
        assert table[score].tolist() == by_hand
    for value, score in (("recency_days", "r"), ("frequency", "f"), ("monetary", "m")):
        assert table.groupby(value)[score].nunique().eq(1).all()
    summary = result.summary
    assert summary["customers"].sum() == n == table.index.nunique()
    assert summary["net"].sum() == pytest.approx(people["m"].sum())
    assert summary["share"].sum() == pytest.approx(1)
    assert summary["share_of_net"].sum() == pytest.approx(1)
    shuffled = rt.read_orders(rows.iloc[random.sample(range(len(rows)), len(rows))])
    other = by_name(shuffled, rt.rfm_segments(shuffled).table).sort_index()
    same(table.drop(columns="customer_id"), other.drop(columns="customer_id"))
