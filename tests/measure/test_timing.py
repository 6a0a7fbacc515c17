"""Days to the next order: by hand, beside scikit-survival, and the traps."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from sksurv.nonparametric import kaplan_meier_estimator

import retention as rt
from retention.periods import day_number
from tests.measure.shops import read as read_lines
from tests.measure.test_lapse import shop
from tests.measure.test_laws import few, read, shops

# The last purchase is on day 30. From the first purchase: c0 waits 10, c1 20 days; the others have waited 30, 25, 10 and 0
# days when the data end. At risk on day 10 are c0 to c4, on day 20 c1 to c3.
SIX = ((0, 10), (0, 20), (0,), (5,), (20,), (30,))


def waits(orders, after):
    """Days and whether they ended in a purchase, in pandas."""
    bought = orders.frame(orders.orders.filter(lambda t: t.is_purchase & t.customer_id.notnull()))
    bought = bought.sort_values("order_id")
    next_day = bought.groupby("customer_id")["day"].shift(-1)
    waited = (next_day.fillna(day_number(orders.as_of) - 1) - bought["day"]).astype(int)
    kept = bought["order_number"].eq(after) if after != "any" else np.full(len(bought), True)
    return waited[kept].to_numpy(), next_day.notna()[kept].to_numpy()


def agrees(orders, after):
    result = rt.time_to_next_order(orders, after=after)
    days, returned = waits(orders, after)
    at, share, (low, high) = kaplan_meier_estimator(returned, days, conf_type="log-log")
    curve = result.curve.set_index("day").loc[at.astype(int)]
    np.testing.assert_allclose(1 - curve["share_returned"], share, atol=1e-9)
    row = result.table.iloc[0]
    assert (row["n"], row["events"]) == (len(days), returned.sum())
    if after != "any":
        inside = (share > 1e-9) & (share < 1 - 1e-9)
        np.testing.assert_allclose(1 - curve["high"][inside], low[inside], atol=1e-9)
        np.testing.assert_allclose(1 - curve["low"][inside], high[inside], atol=1e-9)
        for half, end in ((low[inside], "median_low"), (high[inside], "median_high")):
            expected = at[inside][half <= 0.5]
            assert (expected[0] if len(expected) else np.nan) == pytest.approx(row[end], nan_ok=True)


def test_by_hand():
    result = rt.time_to_next_order(shop(*SIX))
    row = result.table.iloc[0]
    assert (row["group"], row["n"], row["events"], row["enough"]) == ("all", 6, 2, False)
    curve = result.curve.set_index("day")
    assert curve["at_risk"].loc[[0, 1, 10, 11, 20, 21, 26, 30]].tolist() == [6, 5, 5, 3, 3, 2, 1, 1]
    assert curve["share_returned"].loc[[9, 10, 19, 20, 30]].tolist() == pytest.approx([0, 1 / 5, 1 / 5, 7 / 15, 7 / 15])
    assert row["quartile_25"] == 20
    assert np.isnan(row["median"])
    assert row["within_30"] == pytest.approx(7 / 15)
    assert np.isnan(row["within_60"])
    assert "Fewer than half come back within the observed time, so there is no median." in result.notes


def test_who_has_not_come_back_is_not_left_out():
    """The trap: among those who came back half did so within 10 days; of all, half within 30."""
    orders = shop((0, 10), (0, 30), (0,), (0, 10, 100))
    came_back = [10, 10, 30]
    assert np.median(came_back) == 10
    assert rt.time_to_next_order(orders).table["median"].item() == 10
    more = shop((0, 10), (0, 30), (0,), (0,), (0, 10, 100))
    assert rt.time_to_next_order(more).table["median"].item() == 30


def test_nobody_is_at_risk_on_a_day_that_was_not_observed():
    """Who bought on the last day was watched for that day only: the end of observation itself lies beyond the data."""
    result = rt.time_to_next_order(shop((0, 1), (1,)))
    assert result.curve["at_risk"].tolist() == [2, 1]
    assert result.curve["share_returned"].tolist() == [0, 1]


def test_a_second_order_on_the_same_day_is_a_return_after_no_days():
    result = rt.time_to_next_order(shop((0, 0, 40), (0, 60)))
    assert result.curve.loc[0, ["share_returned", "events"]].tolist() == [0.5, 1]
    assert result.table["median"].item() == 0
    assert result.notes[-1].startswith("A second order on the same day counts as a return after 0 days")
    assert rt.time_to_next_order(shop((0, 40))).notes[-1].startswith("Fewer than 30")


def test_which_purchase_is_waited_from():
    orders = shop((0, 10, 40), (0, 20, 25), (0,))
    second = rt.time_to_next_order(orders, after=2).table.iloc[0]
    assert (second["n"], second["events"], second["median"]) == (2, 2, 5)
    every = rt.time_to_next_order(orders, after="any").table.iloc[0]
    assert (every["n"], every["events"], every["quartile_25"], every["median"]) == (7, 4, 10, 20)


@pytest.fixture(scope="module")
def cdnow():
    return rt.load_sample("cdnow")


@pytest.mark.parametrize("after", [1, 2, 3, "any"])
@pytest.mark.parametrize("name", ["shop", "cdnow"])
def test_agrees_with_scikit_survival(name, after, request):
    agrees(request.getfixturevalue(name), after)


@settings(few, max_examples=6)
@given(shops())
def test_agrees_with_scikit_survival_on_any_shop(rows):
    orders = read(rows)
    agrees(orders, 1)
    agrees(orders, "any")


@settings(few, max_examples=4)
@given(shops())
def test_groups_add_up_and_row_order_is_irrelevant(rows):
    orders, turned = read(rows), read(rows.iloc[::-1])
    whole = rt.time_to_next_order(orders, "any")
    for by in ("category", "discount"):
        result = rt.time_to_next_order(orders, "any", by)
        pd.testing.assert_frame_equal(result.table, rt.time_to_next_order(turned, "any", by).table)
        assert result.table[["n", "events"]].sum().tolist() == whole.table[["n", "events"]].iloc[0].tolist()
        pd.testing.assert_series_equal(result.overall, whole.overall)
        curve = result.curve
        assert curve["share_returned"].between(-1e-12, 1 + 1e-12).all()
        seen = curve["low"].notna()
        assert (curve["low"] <= curve["share_returned"] + 1e-12)[seen].all()
        assert (curve["share_returned"] <= curve["high"] + 1e-12)[seen].all()
        assert curve.groupby("group")["share_returned"].apply(lambda share: share.is_monotonic_increasing).all()


def test_the_days_to_act():
    """60 customers come back after 1, 2, …, 60 days and 40 never; all are watched for 200 days."""
    orders = shop(*((0, day) for day in range(1, 61)), *[(0,)] * 39, (0, 0), (200,))
    result = rt.time_to_next_order(orders)
    assert (result.message_day, result.late_after, result.win_back_day) == (15, 30, 48)
    assert result.table["horizon"].item() == 200


def test_win_back_never_begins_before_day_thirty():
    result = rt.time_to_next_order(shop(*((0, 1 + day % 10) for day in range(60)), *[(0,)] * 40, (90,)))
    assert (result.message_day, result.late_after, result.win_back_day) == (3, 5, 30)


def test_too_few_to_say_when_to_act():
    result = rt.time_to_next_order(shop(*((0, day) for day in range(1, 30)), *[(0,)] * 40, (90,)))
    assert (result.message_day, result.late_after, result.win_back_day) == (None, None, None)
    assert "Fewer than 30 came back on a later day: too few to tell on which days to act." in result.notes


def test_a_tail_of_few_does_not_move_the_days_to_act():
    """The one customer watched for longest comes back at last: the curve falls to nothing, the days to act stay."""
    recent = [(350,)] * 40
    usual = [(200, 200 + day) for day in range(1, 61)] + [(200,)] * 40 + recent
    assert (
        rt.time_to_next_order(shop(*usual, (0, 399))).win_back_day
        == rt.time_to_next_order(shop(*usual, (399,))).win_back_day
    )


def test_everybody_bought_once():
    result = rt.time_to_next_order(shop(*((day,) for day in range(50))))
    row = result.table.iloc[0]
    assert (row["n"], row["events"], row["within_30"]) == (50, 0, 0)
    assert np.isnan(row["median"]) and np.isnan(row["within_30_high"])
    assert result.message_day is None


def test_the_most_valuable_line_decides():
    rows = """
1,2025-01-01,paid,ann,web,phone,1,100,60,
1,2025-01-01,paid,ann,web,case,5,10,,
2,2025-01-01,paid,bob,web,phone,1,50,,
2,2025-01-01,paid,bob,web,case,1,50,,
3,2025-01-01,paid,cyd,web,phone,1,51,,
3,2025-01-01,paid,cyd,web,case,1,50,,
4,2025-01-01,paid,dee,web,,1,50,,
5,2025-01-11,paid,ann,web,phone,1,50,,
"""
    table = rt.time_to_next_order(read_lines(rows), by="category").table
    assert table[["group", "n", "events"]].values.tolist() == [["case", 2, 1], ["phone", 1, 0], ["unknown", 1, 0]]


def test_the_order_that_is_waited_from_is_the_discounted_one():
    rows = "\n".join(
        ["1,2025-01-01,paid,ann,web,phone,1,50,5,", "2,2025-01-05,paid,ann,web,phone,1,50,,"]
        + [f"1{n},2025-01-01,paid,b{n},app,phone,1,50,," for n in range(3)]
    )
    orders = read_lines(rows)
    table = rt.time_to_next_order(orders, by="discount").table
    assert table[["group", "n", "events"]].values.tolist() == [["full price", 3, 0], ["discounted", 1, 1]]
    table = rt.time_to_next_order(orders, by="channel").table
    assert table[["group", "n", "events"]].values.tolist() == [["app", 3, 0], ["web", 1, 1]]


def test_the_twelve_largest_groups_and_the_others():
    rows = [f"a{n},2025-01-01,paid,a{n},channel {n % 14:02},phone,1,50,," for n in range(28)]
    rows += ["b1,2025-01-01,paid,b1,channel 13,phone,1,50,,", "b2,2025-01-01,paid,b2,,phone,1,50,,"]
    table = rt.time_to_next_order(read_lines("\n".join(rows)), by="channel").table
    assert table["group"].tolist() == ["channel 13", *(f"channel {n:02}" for n in range(11)), "others", "unknown"]
    assert table["n"].tolist() == [3, *[2] * 11, 4, 1]


def test_filters_keep_the_numbers_of_orders_and_end_the_observation():
    orders = shop((0, 10, 40), (0, 20), (0,), (35,))
    until = rt.time_to_next_order(orders.filter(end="2024-01-16"))
    assert until.table[["n", "events"]].iloc[0].tolist() == [3, 1]
    assert until.curve["day"].max() == 15
    since = rt.time_to_next_order(orders.filter(start="2024-01-05"), after=2)
    assert since.table[["n", "events"]].iloc[0].tolist() == [2, 1]
    assert rt.time_to_next_order(orders.filter(start="2024-01-05")).table["n"].item() == 1


def test_no_such_purchase():
    with pytest.raises(rt.EmptyError, match=r"No customer who can be told apart has made purchase number 4\. Choose"):
        rt.time_to_next_order(shop((0, 1, 2)), after=4)
    with pytest.raises(rt.EmptyError, match="purchase number 1"):
        rt.time_to_next_order(read_lines("1,2025-01-01,paid,,web,phone,1,5,,"), after="any")


@pytest.mark.parametrize("options", [{"after": 0}, {"after": "first"}, {"after": True}, {"by": "colour"}])
def test_options(options):
    with pytest.raises(rt.OptionError, match="is not possible"):
        rt.time_to_next_order(shop((0, 1)), **options)


def test_what_all_orders_leave_out_is_said(cdnow):
    result = rt.time_to_next_order(cdnow, by="country")
    assert result.table["group"].tolist() == ["unknown"]
    assert result.notes[0] == "These orders do not say what they are to be grouped by."


def test_gaps_of_one_customer_make_the_interval_wider():
    """Forty customers, each with ten equal gaps: forty pieces of information, not four hundred."""
    orders = shop(*([n * (20 + k) for n in range(11)] for k in range(40)))
    result = rt.time_to_next_order(orders, after="any")
    curve = result.curve.set_index("day").loc[35]
    n = curve["at_risk"] + result.curve.loc[:34, "events"].sum()
    naive = 1.96 * np.sqrt(curve["share_returned"] * (1 - curve["share_returned"]) / n)
    assert curve["high"] - curve["low"] > 2 * 2 * naive
    assert result.notes[-1].startswith("All gaps are taken together")
