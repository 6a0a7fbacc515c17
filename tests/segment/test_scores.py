"""Scores and segments that the engine cuts, those of `rfm_segments` and those of a customer's story are the same."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

import retention as rt
from retention.periods import day_number, day_of
from retention.segment.scores import cut_points, is_seasonal, seasonal_customers, standings, with_segments
from retention.segment.standing import quarter_ends, segments_at
from tests.measure.shops import bought, read


@pytest.fixture(scope="module")
def tied():
    """120 customers of few different numbers, amounts and days, of whom 20 buy every winter or nearly so."""
    random = np.random.default_rng(5)
    rows = []
    for n in range(100):
        days = random.choice(12, random.integers(1, 5)) * 60
        rows += [(f"c{n}", date(2023, 1, 5) + timedelta(int(day)), random.choice([5, 10, 10, 40])) for day in days]
    for n in range(20):
        winters = [date(year, 12, 1) + timedelta(int(random.integers(0, 60))) for year in (2021, 2022, 2023)]
        rows += [(f"w{n}", day, 10) for day in winters[: random.integers(2, 4)]]
    rows += [("back", date(2024, 2, 1), 40)]
    text = [f"{n},{day},paid,{who},web,phone,1,{price},,\n" for n, (who, day, price) in enumerate(rows)]
    return read("".join([*text, "r,2024-02-03,paid,back,web,phone,-1,90,,\n"]))


def test_all_three_ways_agree_on_every_customer_and_day(tied):
    known = tied.frame(tied.orders.filter(tied.orders.customer_id.notnull()))
    names = set()
    for day in quarter_ends(tied):
        then = tied.filter(end=day_of(day))
        table = rt.rfm_segments(then).table.set_index("customer_id")
        cut = then.frame(with_segments(standings(then.orders), then.orders, day)).set_index("customer_id")["segment"]
        pd.testing.assert_series_equal(cut.sort_index(), table["segment"].astype(cut.dtype), check_index_type=False)
        names |= set(cut)
        assert then.frame(cut_points(standings(tied.orders, day)))["customers"].tolist() == [len(table)]
    last = pd.Timestamp(day_of(day))
    for who, own in known.groupby("customer_id"):
        now = segments_at(tied, own).set_index("day").loc[last]
        said = ["recency_days", "frequency", "monetary", "r", "f", "m", "code", "segment"]
        assert now[said].tolist() == table.loc[who, said].tolist()
    assert {"Seasonal", "Champions", "Lost"} <= names


def test_both_ways_tell_the_same_customers_as_seasonal(tied):
    bought = tied.frame(tied.orders.filter(tied.orders.is_purchase))
    found = set(tied.frame(seasonal_customers(tied.orders.filter(tied.orders.is_purchase)))["seasonal_id"])
    each = bought.groupby("customer_id")["day"].agg(lambda days: is_seasonal(days.to_numpy()))
    assert found == set(each.index[each])
    assert 3 < len(found) < 40


@pytest.mark.parametrize("customers", [1, 2, 5, 6, 9, 10, 11])
def test_cuts_by_hand(customers):
    """Customer n bought on day n and nobody else did: of ten, two do not exceed the first cut, four the second."""
    orders = bought(*((f"c{n}", f"2025-01-{n + 1:02}") for n in range(customers)))
    (cuts,) = orders.frame(cut_points(standings(orders.orders))).to_dict("records")
    last = day_number(date(2025, 1, customers))
    lowest = [-(-customers * fifths // 5) for fifths in (1, 2, 3, 4)]
    assert cuts["customers"] == customers
    assert list(cuts["r_cuts"]) == [-last + place - 1 for place in lowest]
    assert list(cuts["f_cuts"]) == [1] * 4
    assert list(cuts["m_cuts"]) == [1000] * 4
