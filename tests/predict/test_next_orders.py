"""Next orders against formulas worked out by hand, plain pandas, and a shop whose customers do what the model says."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

import retention as rt
from retention.predict.chances import days_until, returned_by
from tests.measure.shops import bought, read, same

FIRST = date(2022, 1, 1)
CUT = 500  # the day on which the future begins
FUTURE = 365


@pytest.fixture(scope="module")
def sample(shop):
    return rt.predict_next_orders(shop)


@pytest.fixture(scope="module")
def cdnow():
    return rt.predict_next_orders(rt.load_sample("cdnow"))


@pytest.fixture(scope="module")
def invented():
    """1,500 customers who buy at rates of Gamma(0.8, 40) and leave after a purchase with a chance of Beta(1, 4)."""
    rng = np.random.default_rng(7)
    rows = []
    for customer in range(1500):
        rate, leaves = rng.gamma(0.8, 1 / 40), rng.beta(1, 4)
        when = rng.uniform(0, CUT - 1)
        while when < CUT + FUTURE:
            rows.append((int(when), f"c{customer}"))
            if rng.random() < leaves:
                break
            when += rng.exponential(1 / rate)
    rows.sort()
    whole = bought(*((who, (FIRST + timedelta(days=day)).isoformat()) for day, who in rows))
    known = whole.filter(end=FIRST + timedelta(days=CUT - 1))
    later = pd.DataFrame(rows, columns=["day", "who"])
    later = later[later["day"] >= CUT].groupby("who")["day"].min() - CUT
    result = rt.predict_next_orders(known)
    people = known.frame(known.customers.select("customer_id", "customer_ref")).set_index("customer_id")["customer_ref"]
    came = result.table["customer_id"].map(people).map(later)
    return result, came, rows


def test_by_hand():
    """Of rates Gamma(2, 10) half a lifetime's orders... 1 − (10/20)² = 3/4 have come by day 10; 1 − (10/15)² = 5/9 by day 5."""
    assert returned_by(np.array([10, 5]), 2.0, 10.0).tolist() == pytest.approx([3 / 4, 5 / 9])
    assert float(days_until((5 / 9) / (3 / 4), 10, 2.0, 10.0)) == pytest.approx(5)


def test_chances_and_dates_of_one_customer(cdnow):
    r, alpha, a, b = cdnow.model.parameters["value"]
    row = cdnow.table.iloc[0]  # bought on 4 days, first 546 days ago, last 201
    assert row["orders"] == 4
    age, silent = 546, (pd.Timestamp("1998-07-01") - row["last_order"]).days
    x = row["orders"] - 1
    alive = 1 / (1 + a / (b + x) * ((alpha + age) / (alpha + age - silent)) ** (r + x))
    assert row["p_alive"] == pytest.approx(alive)
    for name, days in (("week", 7), ("month", 30), ("year", 365)):
        assert row[f"chance_{name}"] == pytest.approx(alive * (1 - ((alpha + age) / (alpha + age + days)) ** (r + x)))
    within = 1 - ((alpha + age) / (alpha + age + 365)) ** (r + x)
    for name, share in (("low", 0.1), ("due", 0.5), ("high", 0.9)):
        days = (alpha + age) * ((1 - share * within) ** (-1 / (r + x)) - 1)
        assert row[name] == pd.Timestamp("1998-07-01") + pd.Timedelta(days=int(days))


def test_of_orders_that_come_within_a_year_80_of_100_come_within_the_dates(invented):
    result, came, _rows = invented
    back = came.notna()
    today = pd.Timestamp(result.as_of)
    dates = today + pd.to_timedelta(came[back], unit="D")
    inside = (dates >= result.table.loc[back, "low"]) & (dates <= result.table.loc[back, "high"])
    assert back.sum() > 500
    assert inside.mean() == pytest.approx(0.8, abs=0.05)


@pytest.mark.parametrize(("measure", "days"), [("chance_week", 7), ("chance_month", 30), ("chance_year", 365)])
def test_chances_come_true_where_customers_do_as_the_model_says(invented, measure, days):
    result, came, _rows = invented
    chance = result.table[measure]
    for group in np.array_split(chance.sort_values().index, 3):
        expected, spread = chance[group].sum(), np.sqrt((chance[group] * (1 - chance[group])).sum())
        assert abs((came[group] < days).sum() - expected) < 3 * spread + 0.08 * expected


def test_orders_expected_come(invented):
    result, _came, rows = invented
    known = {who for day, who in rows if day < CUT}
    seen = {(day, who) for day, who in rows if CUT <= day < CUT + 56 and who in known}
    coming = result.weeks[result.weeks["part"] == "next"]
    assert len(coming) == 8
    assert abs(len(seen) - coming["expected"].sum()) < 4 * np.sqrt(len(seen))


def test_own_rhythm_is_the_median_gap(sample, shop):
    placed = shop.frame(shop.orders.filter(shop.orders.is_purchase, shop.orders.customer_id.notnull()))
    days = placed[["customer_id", "day"]].drop_duplicates().sort_values(["customer_id", "day"])
    gaps = days.groupby("customer_id")["day"].diff().groupby(days["customer_id"])
    median = gaps.median().where(gaps.count() >= 3)
    table = sample.table.set_index("customer_id")
    np.testing.assert_array_equal(table["own_gap"], median.reindex(table.index))
    assert table["own_gap"].notna().sum() > 300
    waited = (table["own_due"] - table["last_order"]).dt.days
    assert ((waited - table["own_gap"]).dropna().between(0, 0.5)).all()


def test_due_are_the_likeliest_and_those_of_own_rhythm(sample, shop):
    table = sample.table
    expected = int(np.ceil(table["chance_week"].sum()))
    likely = table["due_this_week"].isin(["chance", "both"])
    assert likely.sum() == expected
    assert table.loc[likely, "chance_week"].min() >= table.loc[~likely, "chance_week"].max()
    today = pd.Timestamp(shop.as_of)
    in_week = table["own_due"].between(today, today + pd.Timedelta(days=6))
    assert (table["due_this_week"].isin(["rhythm", "both"]) == in_week).all()
    due = sample.due
    assert set(due["customer_id"]) == set(table.loc[table["due_this_week"] != "no", "customer_id"])
    assert due["chance_week"].is_monotonic_decreasing
    assert due["customer_ref"].notna().all()


def test_what_was_said_earlier_knew_nothing_of_later(sample, shop):
    cut = shop.as_of - timedelta(days=56)
    then = rt.predict_next_orders(shop.filter(end=cut - timedelta(days=1)))
    said = then.weeks[then.weeks["part"] == "next"]
    checked = sample.weeks[sample.weeks["first_day"].isin(said["first_day"])]
    np.testing.assert_allclose(checked["expected"], said["expected"])
    placed = shop.frame(shop.orders.filter(shop.orders.is_purchase, shop.orders.customer_id.notnull()))
    placed = placed[placed["customer_id"].isin(then.table["customer_id"])]
    wait = (pd.to_datetime(placed["day"], unit="D") - pd.Timestamp(cut)).dt.days
    days = placed.assign(week=wait // 7)[wait >= 0].drop_duplicates(["customer_id", "day"])
    assert checked["observed"].tolist() == days.groupby("week").size().tolist()


def test_the_range_held_80_of_100_past_weeks(sample):
    past = sample.weeks[sample.weeks["part"] == "past"]
    assert len(past) == 48
    assert past["observed"].between(past["low"], past["high"]).mean() == pytest.approx(0.8, abs=0.03)
    ratio = np.quantile(past["observed"] / past["expected"], [0.1, 0.9])
    coming = sample.weeks[sample.weeks["part"] == "next"]
    np.testing.assert_allclose(coming["low"] / coming["expected"], ratio[0])
    np.testing.assert_allclose(coming["high"] / coming["expected"], ratio[1])


def test_the_check_adds_up(cdnow):
    rows = cdnow.backtest
    assert rows["measure"].value_counts().to_dict() == {"chance_week": 5, "chance_month": 5, "interval": 1, "rhythm": 1}
    week, month = (rows[rows["measure"] == f"chance_{name}"] for name in ("week", "month"))
    assert week["n"].sum() == month["n"].sum()
    for part in (week, month):
        assert part["predicted"].is_monotonic_increasing
        fifths = part["n"] * part["predicted"]
        np.testing.assert_allclose(fifths, fifths.mean(), rtol=0.1)
    interval = rows[rows["measure"] == "interval"].iloc[0]
    assert interval["low"] < interval["predicted"] < interval["high"]
    assert not any("did not come true" in note for note in cdnow.notes)


def test_a_shop_where_nobody_does_as_the_model_says_is_told_so():
    """Forty customers buy every 30 days to the day, which a model of chance cannot know."""
    days = [(f"c{n}", (FIRST + timedelta(days=n % 30 + 30 * k)).isoformat()) for n in range(40) for k in range(24)]
    result = rt.predict_next_orders(bought(*sorted(days, key=lambda each: each[1])))
    rhythm = result.backtest.set_index("measure").loc["rhythm"]
    assert rhythm["observed"] > 0.9 > 2 * rhythm["predicted"]
    assert any("did not come true" in note for note in result.notes)
    assert any("keep their own rhythm" in note for note in result.notes)
    assert (result.table["own_gap"] == 30).all()
    by_rhythm = result.due["due_this_week"].isin(["rhythm", "both"])
    assert by_rhythm.is_monotonic_decreasing  # they come first
    in_week = result.table["own_due"] < pd.Timestamp(result.as_of) + pd.Timedelta(days=7)
    assert by_rhythm.sum() == in_week.sum() > 0


def test_one_time_buyers_are_not_alive_for_ever(cdnow):
    once = cdnow.table[cdnow.table["orders"] == 1]
    assert once["p_alive"].max() < 0.9
    other = rt.predict_next_orders(rt.load_sample("cdnow").filter(end="1997-04-30"), model="BG/NBD")
    assert (other.table.loc[other.table["orders"] == 1, "p_alive"] == 1).all()


def test_a_filter_asks_only_for_what_passes_it_and_owns_up(shop):
    recent = shop.filter(start="2025-07-01", channels="web")
    result = rt.predict_next_orders(recent)
    assert len(result.table) == len(rt.rfm_segments(recent).table)
    assert any("hides early orders" in note for note in result.notes)
    assert any("less than a year" in note for note in result.notes)


def test_row_order_changes_nothing():
    rows = [(f"c{n % 37}", (FIRST + timedelta(days=n % 53)).isoformat()) for n in range(90)]
    whole, turned = (rt.predict_next_orders(bought(*each)) for each in (rows, rows[::-1]))
    columns = ["last_order", "orders", "chance_week", "due", "own_gap", "due_this_week"]
    orders_of = [
        each.table[columns].sort_values(["last_order", "chance_week"], ignore_index=True) for each in (whole, turned)
    ]
    same(*orders_of)
    assert whole.backtest.empty
    assert any("too short to compare" in note for note in whole.notes)


@pytest.mark.parametrize(
    ("orders", "said"),
    [
        (bought(("", "2025-01-01"), ("", "2025-02-01")), "No order names a customer"),
        (bought(("ann", "2025-01-01"), ("bob", "2025-01-05"), ("cyd", "2025-02-20")), "on another day: 0"),
        (bought(("ann", "2025-01-01"), ("ann", "2025-01-01"), ("bob", "2025-01-01")), "on another day: 0"),
        (bought(("ann", "2025-01-01"), ("ann", "2025-01-11"), ("ann", "2025-01-31")), "on another day: 1"),
        (read("1,2025-01-01,paid,ann,web,phone,1,10,,\n2,2025-01-05,paid,ann,web,phone,-3,10,,"), "on another day: 0"),
    ],
    ids=["nobody is known", "once each", "all on one day", "one customer", "more returned than bought"],
)
def test_shops_in_which_nothing_can_be_said_say_so(orders, said):
    with pytest.raises(rt.EmptyError, match=said):
        rt.predict_next_orders(orders)


def test_an_unknown_model_is_refused(shop):
    with pytest.raises(rt.OptionError, match="model='oracle'"):
        rt.predict_next_orders(shop, model="oracle")
