"""The revenue bridge against a shop worked out by hand, against plain pandas, and the laws of its two splits."""

from datetime import date
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import retention as rt
from retention.measure.bridge import FACTORS, STEPS, _factors, _shapley, _whole
from tests.measure.shops import CORNER_SHOP, bought, one_order_a_day, read
from tests.measure.test_laws import few, shops
from tests.measure.test_laws import read as read_frame

# February: ann twice, lea, one of nobody, money back to rea. March: ann once, rea back again, nia new and twice, one of
# nobody, money back to lea and to rob, who bought in neither month.
SHOP = """
1,2025-01-01,paid,ann,web,phone,1,50,,
2,2025-01-05,paid,rea,web,phone,1,40,,
3,2025-01-09,paid,rob,web,phone,1,30,,
4,2025-02-03,paid,ann,web,phone,1,100,,
5,2025-02-10,paid,ann,web,case,1,20,,
6,2025-02-11,paid,lea,web,phone,1,60,,
7,2025-02-12,paid,,web,case,1,15,,
8,2025-02-20,returned,rea,web,phone,-1,5,,
9,2025-03-02,paid,ann,web,phone,1,95,5,
10,2025-03-03,paid,rea,web,phone,1,70,,
11,2025-03-04,paid,nia,web,case,1,45,,
12,2025-03-05,paid,,web,case,1,25,,
13,2025-03-06,returned,lea,web,phone,-1,8,,
14,2025-03-07,returned,rob,web,phone,-1,10,,
15,2025-03-31,paid,nia,web,phone,1,45,,
"""
MISSING = float("nan")


@pytest.fixture(scope="module")
def corner():
    return read(SHOP)


def cents(values):
    """Amounts as whole hundredths; what is none of them fails."""
    whole = np.round(np.asarray(values, dtype=float) * 100)
    np.testing.assert_allclose(np.asarray(values, dtype=float) * 100, whole, atol=1e-6)
    return whole.astype(int).tolist()


def test_whose_change_it_was(corner):
    result = rt.revenue_bridge(corner)
    assert (result.start, result.end) == (date(2025, 3, 1), date(2025, 4, 1))
    assert result.against == (date(2025, 2, 1), date(2025, 3, 1))
    assert (result.net_against, result.net, result.change) == (190, 257, 67)
    by_hand = {
        "lapsed": (1, 1, 0, 60, -8, -68),
        "retained": (1, 2, 1, 120, 90, -30),
        "reactivated": (1, 0, 1, -5, 70, 75),
        "new": (1, 0, 2, 0, 90, 90),
        "refunds_only": (1, 0, 0, 0, -10, -10),
        "unknown": (MISSING, 1, 1, 15, 25, 10),
    }
    table = result.table.set_index("step")
    columns = ["customers", "orders_against", "orders", "net_against", "net", "change"]
    np.testing.assert_array_equal(table[columns].astype(float), list(by_hand.values()))
    assert tuple(table.index) == STEPS == tuple(by_hand)
    np.testing.assert_array_equal(table["change_per_customer"], [-68, -30, 75, 90, -10, MISSING])
    assert table[["low", "profit", "profit_against", "profit_change"]].isna().all().all()
    assert not table["enough"].any()


def test_which_part_of_the_sum_moved(corner):
    factors = rt.revenue_bridge(corner).factors.set_index("step")
    # 2 customers × 3/2 orders × 60 became 3 × 4/3 × 62.5: effects 86.7361, −25.5556 and 8.8194, together 70.
    assert factors["value_against"].tolist() == [2, 1.5, 60, -5, 15]
    assert factors["value"].tolist() == [3, pytest.approx(4 / 3), 62.5, -18, 25]
    assert factors["change"].tolist() == [86.74, -25.56, 8.82, -13, 10]
    assert list(factors.index) == [*FACTORS, "refunds_without_purchase", "unknown"]


def test_the_figures_are_those_of_the_key_figures(corner):
    result, summary = rt.revenue_bridge(corner), rt.kpi_summary(corner).set_index("kpi")
    factors = result.factors.set_index("step")
    for name in ("customers", "purchase_frequency"):
        assert (factors.loc[name, "value"], factors.loc[name, "value_against"]) == tuple(
            summary.loc[name, ["value", "previous"]]
        )
    assert summary.loc["aov", "value"] == 257 / 5  # of all orders, as the note says; the bridge has 250 / 4
    assert (
        "Average order value is that of orders that name a customer; the key figures count all orders." in result.notes
    )


def test_every_note_of_the_corner_shop(corner):
    assert [note.split(":")[0].split(" stand ")[0] for note in rt.revenue_bridge(corner).notes] == [
        "The windows have as many months but not as many days",
        "One of the windows has fewer than 30 customers",
        "Average order value is that of orders that name a customer; the key figures count all orders.",
        "Refunds to people who bought nothing in the window",
    ]


def test_a_leap_year_is_as_long_as_any_other_and_february_is_not():
    orders = one_order_a_day(date(2023, 1, 1), date(2024, 12, 31))
    says = "The windows have as many months but not as many days: some of the change is only time."
    year = rt.revenue_bridge(orders, "2024-01-01", "2025-01-01", "year_before")
    assert year.change == 10 and says not in year.notes
    assert says in rt.revenue_bridge(orders, "2024-02-01", "2024-03-01").notes


def test_without_refunds_and_guests_there_is_nothing_to_note():
    orders = one_order_a_day(date(2025, 6, 30), date(2025, 8, 31))
    result = rt.revenue_bridge(orders)
    assert result.notes == ()
    assert result.change == 0
    assert result.table.set_index("step")["change"].to_dict() == dict.fromkeys(STEPS, 0) | {"lapsed": -310, "new": 310}


@pytest.mark.parametrize("window", [("2025-02-01", "2025-03-01"), ("2025-01-05", "2025-02-11")])
def test_turned_around_every_factor_changes_its_sign(corner, window):
    march = ("2025-03-01", "2025-04-01")
    there, back = rt.revenue_bridge(corner, *march, window), rt.revenue_bridge(corner, *window, march)
    assert cents(back.factors["change"]) == [-amount for amount in cents(there.factors["change"])]
    assert (back.net, back.net_against) == (there.net_against, there.net)
    assert back.notes[1] == (
        "The window compared with is the later one: lapsed are those who bought in it and not before."
    )


@pytest.mark.parametrize(
    ("start", "end", "against", "expected"),
    [
        (None, None, None, ("2025-11-01", "2025-12-01")),
        (None, None, "previous", ("2025-11-01", "2025-12-01")),
        (None, None, "year_before", ("2024-12-01", "2025-01-01")),
        ("2025-10-01", "2026-01-01", "previous", ("2025-07-01", "2025-10-01")),
        ("2025-02-01", "2025-03-01", "year_before", ("2024-02-01", "2024-03-01")),
        ("2025-03-04", "2025-03-07", "previous", ("2025-03-01", "2025-03-04")),
        ("2025-03-04", "2025-03-07", "year_before", ("2024-03-04", "2024-03-07")),
        ("2025-03-04", "2025-03-07", ("2024-12-24", date(2024, 12, 27)), ("2024-12-24", "2024-12-27")),
    ],
)
def test_what_a_window_is_compared_with(shop, start, end, against, expected):
    result = rt.revenue_bridge(shop, start, end, against)
    assert tuple(day.isoformat() for day in result.against) == expected
    summary = rt.kpi_summary(shop, start, end).set_index("kpi").loc["net"]
    assert result.net == summary["value"]
    if isinstance(against, str):
        assert result.net_against == summary[against]
    assert cents(result.table["change"]) and sum(cents(result.table["change"])) == round(result.change * 100)


def test_windows_of_different_length_are_not_scaled_and_say_so(shop):
    result = rt.revenue_bridge(shop, "2025-12-01", "2026-01-01", ("2025-11-01", "2025-11-08"))
    assert result.notes[0] == (
        "The windows are not equally long and nothing is scaled: part of the change is only time."
    )
    assert result.net_against == rt.kpi_summary(shop, "2025-11-01", "2025-11-08").set_index("kpi").loc["net", "value"]
    assert "There is time between the two windows" in result.notes[1]


@pytest.mark.parametrize(
    ("start", "against", "problem"),
    [
        ("2025-01-01", "previous", "2024-12-01 to 2024-12-31, is not all in the data, which run from 2025-01-01"),
        ("2025-03-01", "year_before", "2024-03-01 to 2024-03-31, is not all in the data"),
        ("2025-02-01", ("2025-03-20", "2025-04-02"), "2025-03-20 to 2025-04-01, .* 2025-01-01 to 2025-03-31"),
    ],
)
def test_what_the_data_do_not_cover_is_refused_with_a_remedy(corner, start, against, problem):
    end = (pd.Timestamp(start) + pd.DateOffset(months=1)).date()
    with pytest.raises(rt.EmptyError, match=f"{problem}.*Choose a shorter window, compare with another time"):
        rt.revenue_bridge(corner, start, end, against)


def test_a_first_day_of_the_filter_is_where_the_data_begin(corner):
    with pytest.raises(rt.EmptyError, match="which run from 2025-02-02"):
        rt.revenue_bridge(corner.filter(start="2025-02-02"))


@pytest.mark.parametrize(
    ("against", "problem"),
    [
        ("last_week", "Use one of: previous, year_before"),
        (("2025-02-15", "2025-03-02"), "overlaps the window"),
        (("2025-03-10", "2025-03-12"), "overlaps the window"),
        (("2025-02-15", "2025-02-15"), "has no day"),
        (("2025-02-15",), "has no day"),
        (("soon", "2025-02-15"), "against='soon' is not a date"),
    ],
)
def test_options_that_cannot_be_read(corner, against, problem):
    with pytest.raises(rt.OptionError, match=problem):
        rt.revenue_bridge(corner, against=against)


def test_who_bought_before_is_not_new_in_a_filter(corner):
    # Cases alone: ann lapsed, nia new; what nia and ann paid for phones is of other orders.
    table = rt.revenue_bridge(corner.filter(categories=["case"])).table.set_index("step")
    assert table["change"].to_dict() == dict.fromkeys(STEPS, 0) | {"lapsed": -20, "new": 45, "unknown": 10}
    # From the last days of February on, ann and rea come back: the filter makes nobody new.
    window = ("2025-03-01", "2025-03-08", ("2025-02-15", "2025-02-22"))
    late = rt.revenue_bridge(corner.filter(start="2025-02-15"), *window).table.set_index("step")
    assert (late.loc["reactivated", "customers"], late.loc["new", "customers"]) == (2, 1)


def test_a_year_before_counts_who_bought_in_between_as_reactivated():
    shop = bought(("ann", "2024-01-01"), ("bob", "2024-06-01"), ("bob", "2025-01-31"))
    result = rt.revenue_bridge(shop, "2025-01-01", "2025-02-01", "year_before")
    assert result.table.set_index("step")["customers"].iloc[:4].tolist() == [1, 0, 1, 0]
    assert result.notes[0].startswith("There is time between the two windows")
    assert result.notes[1].startswith("The earlier window begins with the data")


def test_a_window_without_customers_is_all_a_matter_of_customers():
    shop = read("""
1,2025-01-01,paid,ann,web,phone,1,30,,
2,2025-02-10,returned,ann,web,phone,-1,10,,
3,2025-03-31,paid,bob,web,phone,2,20,,""")
    january = rt.revenue_bridge(shop, "2025-02-01", "2025-03-01")
    assert january.factors["change"].tolist() == [-30, 0, 0, -10, 0]
    assert january.factors["value"].tolist()[:1] == [0] and january.factors["value"].iloc[1:3].isna().all()
    assert rt.revenue_bridge(shop).factors["change"].tolist() == [40, 0, 0, 10, 0]


def test_a_shop_that_knows_nobody():
    result = rt.revenue_bridge(bought(("", "2025-01-01"), ("", "2025-02-01"), ("", "2025-02-28")))
    assert result.factors["change"].tolist() == [0, 0, 0, 0, 10]
    assert result.table["change"].tolist() == [0, 0, 0, 0, 0, 10]
    assert any(note.startswith("No customer can be told apart") for note in result.notes)


def test_a_shop_where_everybody_bought_once():
    shop = bought(("ann", "2025-01-01"), ("bob", "2025-02-01"), ("cyd", "2025-02-28"))
    assert rt.revenue_bridge(shop).factors["change"].tolist() == [10, 0, 0, 0, 0]


def test_profit_is_split_like_net(corner):
    half = rt.revenue_bridge(corner.with_margin(0.5)).table
    np.testing.assert_allclose(half[["profit", "profit_change"]], half[["net", "change"]] / 2)
    kinds = rt.revenue_bridge(corner.with_margin({"phone": 0.1, "case": 0.6})).table.set_index("step")
    assert kinds.loc["new", "profit"] == pytest.approx(45 * 0.6 + 45 * 0.1)
    assert kinds.loc["retained", "profit_change"] == pytest.approx(9 - 10 - 12)
    assert kinds.loc["lapsed", "profit_change"] == pytest.approx(-0.8 - 6)


def test_the_interval_of_a_change_is_that_of_a_mean():
    shop = bought(*((f"c{n}", day) for n in range(40) for day in ["2025-01-01", *["2025-02-28"] * (n % 3)]))
    row = rt.revenue_bridge(shop).table.set_index("step").loc["retained"]
    changes = pd.Series([10 * (n % 3) - 10 for n in range(40) if n % 3])
    half = 1.959964 * changes.std() / np.sqrt(len(changes))
    assert (row["customers"], row["enough"]) == (26, False)
    assert (row["low"], row["high"]) == pytest.approx((changes.mean() - half, changes.mean() + half), rel=1e-6)


@settings(few, max_examples=4)
@given(shops(), st.integers(2, 9), st.randoms(use_true_random=False))
def test_both_splits_are_exact_whatever_the_shop(rows, times, random):
    orders, scaled = read_frame(rows), read_frame(rows, times)
    shuffled = read_frame(rows.iloc[random.sample(range(len(rows)), len(rows))])
    begin, middle, end = orders.since, orders.since + (orders.as_of - orders.since) / 2, orders.as_of
    if middle == begin:
        return
    for window, other in (((middle, end), (begin, middle)), ((begin, middle), (middle, end))):
        result = rt.revenue_bridge(orders, *window, other)
        net = [rt.kpi_summary(orders, *days).set_index("kpi").loc["net", "value"] for days in (window, other)]
        change = round((net[0] - net[1]) * 100)
        assert (round(result.net * 100), round(result.net_against * 100)) == tuple(round(x * 100) for x in net)
        assert sum(cents(result.table["change"])) == sum(cents(result.factors["change"])) == change
        pd.testing.assert_frame_equal(rt.revenue_bridge(shuffled, *window, other).table, result.table)
        more = rt.revenue_bridge(scaled, *window, other)
        assert cents(more.table["change"]) == [times * amount for amount in cents(result.table["change"])]
        np.testing.assert_allclose(more.factors["change"], times * result.factors["change"], atol=0.01 * times + 1e-9)
        assert cents(rt.revenue_bridge(orders, *other, window).factors["change"]) == [
            -amount for amount in cents(result.factors["change"])
        ]


SIDE = st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(-999, 999)).map(
    lambda drawn: (drawn[0], drawn[0] + drawn[1], drawn[2]) if drawn[0] else (0, 0, 0)
)


@settings(max_examples=300, deadline=None)
@given(SIDE, SIDE)
def test_effects_leave_no_rest_and_mirror_each_other(then, now):
    old, new = _factors(*then, like=now), _factors(*now, like=then)
    effects = _shapley(old, new)
    assert sum(effects) == now[2] - then[2]
    assert sum(_whole(effects)) == now[2] - then[2]
    assert _whole(_shapley(new, old)) == [-effect for effect in _whole(effects)]
    for effect, before, after in zip(effects, old, new, strict=True):
        assert effect == 0 or before != after


def test_close_to_the_log_mean_divisia_index_where_that_one_exists():
    """Ang (2005), Energy Policy 33, 867–871: effect of x = L(V1, V0) · ln(x1 ÷ x0), L the logarithmic mean."""
    old, new = (2000, 2800, 280_000_00), (2100, 3100, 300_000_00)
    mean = (new[2] - old[2]) / np.log(new[2] / old[2])
    pairs = list(zip(_factors(*old, like=new), _factors(*new, like=old), strict=True))
    lmdi = [mean * np.log(float(b / a)) for a, b in pairs]
    assert [float(effect) for effect in _shapley(*zip(*pairs, strict=True))] == pytest.approx(lmdi, rel=2e-3)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ("1/2 1/2 0", [1, 0, 0]),  # of equal remainders the first
        ("-1/2 -1/2 0", [-1, 0, 0]),
        ("1/3 1/3 1/3", [1, 0, 0]),
        ("1/3 1/6 1/2", [0, 0, 1]),
        ("1/2 -1/2 0", [1, -1, 0]),
        ("-1/2 1/2 0", [-1, 1, 0]),
        ("0 0 0", [0, 0, 0]),
    ],
)
def test_cents_go_to_the_largest_remainders(parts, expected):
    assert _whole([Fraction(part) for part in parts.split()]) == expected


@pytest.mark.parametrize(
    ("start", "end", "against"),
    [
        ("1997-04-01", "1997-07-01", ("1997-01-01", "1997-04-01")),
        ("1998-01-01", "1998-07-01", ("1997-01-01", "1997-07-01")),
    ],
)
def test_cdnow_against_plain_pandas(cdnow, cdnow_rows, start, end, against):
    rows = cdnow_rows.assign(hundredths=(cdnow_rows["value"] * 100).round().astype(int))

    def inside(first, last):
        return rows[(rows["date"] >= first) & (rows["date"] < last)].groupby("id")["hundredths"].agg(["sum", "size"])

    now, then = inside(start, end), inside(*against)
    known_before = set(rows.loc[rows["date"] < start, "id"])
    groups = {
        "lapsed": set(then.index) - set(now.index),
        "retained": set(then.index) & set(now.index),
        "reactivated": (set(now.index) - set(then.index)) & known_before,
        "new": set(now.index) - known_before,
    }
    result = rt.revenue_bridge(cdnow, start, end, against)
    table = result.table.set_index("step")
    for step, ids in groups.items():
        change = now["sum"].reindex(list(ids)).sum() - then["sum"].reindex(list(ids)).sum()
        assert (table.loc[step, "customers"], *cents([table.loc[step, "change"]])) == (len(ids), change), step
    sides = [(len(side), int(side["size"].sum()), int(side["sum"].sum())) for side in (then, now)]
    effects = _shapley(_factors(*sides[0], like=sides[1]), _factors(*sides[1], like=sides[0]))
    np.testing.assert_allclose(result.factors["change"][:3], [float(effect) / 100 for effect in effects], atol=0.01)


def test_the_corner_shop_of_the_key_figures_month_by_month():
    orders = read(CORNER_SHOP)
    table = rt.kpi_table(orders)
    for month in (2, 3, 4):
        result = rt.revenue_bridge(orders, f"2025-{month:02}-01", f"2025-{month + 1:02}-01")
        change = table["net"].iloc[month - 1] - table["net"].iloc[month - 2]
        assert result.table["change"].sum() == result.factors["change"].sum() == result.change == change
