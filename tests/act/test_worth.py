"""What an opportunity is worth, worked out by hand."""

import math

import numpy as np
import pandas as pd
import pytest

import retention as rt
from retention.act.kinds import Kind
from retention.act.moments import look_at
from retention.act.worth import UPLIFT, chance_to_buy, order_value, priced, uplifts
from retention.intervals import wilson
from tests.act.test_kinds import END, ago
from tests.measure.shops import bought, read

ROW = {
    "key": "second_order", "people": 200, "reachable": 100, "enough": True, "margin": 0.25,
    "chance": 0.1, "chance_low": 0.08, "chance_high": 0.14,
    "order_value": 50.0, "order_value_low": 40.0, "order_value_high": 60.0,
}  # fmt: skip


def test_value_is_people_times_chance_times_order_times_uplift_with_the_ends_combined():
    row = priced(pd.DataFrame([ROW]), None).iloc[0]
    assert row[["uplift_low", "uplift", "uplift_high"]].tolist() == pytest.approx([0.1, 0.2, 0.3])
    assert row["value"] == pytest.approx(100 * 0.1 * 50 * 0.2)  # 100
    assert row["value_low"] == pytest.approx(100 - math.sqrt(20**2 + 20**2 + 50**2))
    assert row["value_high"] == pytest.approx(100 + math.sqrt(40**2 + 20**2 + 50**2))
    assert row["at_stake"] == pytest.approx(200 * 0.1 * 50)  # 1,000, whoever may be written to
    assert row["at_stake_low"] == pytest.approx(1000 - math.sqrt(200**2 + 200**2))
    assert row[["profit", "profit_low", "profit_high"]].tolist() == pytest.approx(
        [end / 4 for end in row[["value", "value_low", "value_high"]]]
    )


def test_what_is_too_little_to_tell_has_no_value():
    rows = pd.DataFrame([ROW | {"enough": False}, ROW | {"reachable": 0}, ROW | {"order_value": np.nan}])
    assert priced(rows, None)[["value", "value_low", "value_high", "at_stake", "profit"]].isna().all(axis=None)


def test_the_uplift_is_one_number_or_a_number_a_kind():
    assert uplifts(None) == UPLIFT
    assert set(uplifts(0.05).values()) == {0.05}
    assert uplifts({"habits": 1}) == UPLIFT | {"habits": 1.0}
    assert priced(pd.DataFrame([ROW]), 0).iloc[0]["value"] == 0
    for wrong in (-0.1, 1.5, True, "much", float("nan"), {"habits": 2}, {"nobody": 0.1}):
        with pytest.raises(rt.OptionError, match="is not possible"):
            uplifts(wrong)


def kind_of(*members):
    return Kind("second_order", tuple(np.array(each, dtype=bool) for each in members))


def test_the_chance_is_that_of_those_who_would_have_been_chosen_before():
    rows = [(f"c{n}", ago(200)) for n in range(100)]
    back = [(f"c{n}", ago(20)) for n in range(10)] + [(f"c{n}", ago(45)) for n in range(20)]
    shop = look_at(bought(*rows, *back, ("", END.isoformat())), 30)
    everybody, nobody = [True] * 100, [False] * 100
    chance = chance_to_buy(shop, kind_of(everybody, everybody, everybody, nobody))
    assert (chance["chance"], chance["chance_n"]) == (30 / 200, 200)  # 10 of 100, then 20 of 100
    low, high = wilson(30, 200)
    assert chance["chance_low"] == min(low, 0.1)  # the weaker month
    assert chance["chance_high"] == max(high, 0.2)  # the better one
    nothing = chance_to_buy(shop, kind_of(everybody, nobody, nobody, nobody))
    assert np.isnan(nothing["chance"])


def test_the_value_of_an_order_is_that_of_those_who_came_if_they_are_enough():
    rows = [f"{n},{ago(200)},paid,c{n},web,phone,1,100,," for n in range(40)]
    back = [f"b{n},{ago(20)},paid,c{n},web,phone,1,{30 + n % 2},," for n in range(40)]
    shop = look_at(read("\n".join([*rows, *back, f"end,{END},paid,,web,phone,1,10,,"])).with_margin(0.4), 30)
    everybody = [True] * 40
    found = order_value(shop, kind_of(everybody, everybody, everybody, everybody))
    assert found["order_value"] == 30.5
    assert found["order_value_low"] < 30.5 < found["order_value_high"]
    assert found["margin"] == pytest.approx(0.4)
    few = order_value(shop, kind_of(everybody, [n < 29 for n in range(40)], *[[False] * 40] * 2))
    assert few["order_value"] == (100 + 30.5) / 2  # all orders of the people chosen now
    assert np.isnan(order_value(shop, kind_of(*[[False] * 40] * 4))["order_value"])
