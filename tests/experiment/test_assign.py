"""Who gets which arm, who is left out before the draw, and how alike the arms are."""

from __future__ import annotations

from datetime import date
from math import sqrt

import numpy as np
import pandas as pd
import pytest

import retention as rt
from tests.measure.shops import bought, read

COLUMNS = "order_id,ordered_at,customer_id,email,name,country,channel,consent,quantity,unit_price"
COUNTRIES = ("HU", "HU", "PL", "DE")


def shop_rows() -> list[str]:
    """60 customers: the sixth of each ten has no address, the seventh refused, of the eighth no file says; every third came twice."""
    rows = []
    for n in range(60):
        email = "" if n % 10 == 6 else f"c{n:02}@shop.test"
        consent = {7: "no", 8: ""}.get(n % 10, "yes")
        told = f"id{n},{email},Name {n},{COUNTRIES[n % 4]},{'web' if n % 2 else 'store'},{consent}"
        days = [f"2025-{1 + n % 6:02}-{1 + n % 28:02}", *(["2025-07-20"] if n % 3 == 0 else [])]
        rows += [f"{n}-{day},{day},{told},1,{10 + n}" for day in days]
    return rows


def shop_of(rows: list[str]) -> rt.Orders:
    return rt.read_orders("\n".join([COLUMNS, *rows]).encode())


@pytest.fixture(scope="module")
def small() -> rt.Orders:
    return shop_of(shop_rows())


@pytest.fixture(scope="module")
def halves(small):
    return rt.assign_variants(small, name=" Free shipping ", seed=5)


def test_half_is_held_back_by_default(halves):
    assert halves.arms.to_numpy().tolist() == [["control", 24, 0.5, 0.5], ["offer", 24, 0.5, 0.5]]
    assert halves.table["variant"].value_counts().to_dict() == {"control": 24, "offer": 24}
    assert halves.table["customer_ref"].is_monotonic_increasing and halves.table["customer_ref"].is_unique


def test_who_cannot_be_written_to_is_in_no_arm(halves):
    """Six have no address and six refused; those of whom no file says stay."""
    assert halves.unreachable == 12
    assert set(halves.table["email"]) == {f"c{n:02}@shop.test" for n in range(60) if n % 10 not in (6, 7)}
    assert halves.table["consent"].isna().sum() == 6


def test_everybody_on_demand(small):
    result = rt.assign_variants(small, name="x", seed=5, only_reachable=False)
    assert (len(result.table), result.unreachable) == (60, 0)
    assert result.notes[0].startswith("Some of these customers may have no e-mail address")


def test_the_experiment_holds_the_whole_plan(small):
    rule = {"all": [{"field": "country", "test": "any of", "value": ["HU", "PL"]}]}
    result = rt.assign_variants(
        small, {"held": 0.4, "a": 0.3, "b": 0.3}, name=" Free shipping ", seed=5, customers=rule, metric="orders", days=30, control="held",
        planned_n=40, cost_per_customer=0.5, cost_per_order=2, stratify_by="country",
    )  # fmt: skip
    test = result.experiment
    assert (test.name, test.assigned_on, test.days, test.metric) == ("Free shipping", small.as_of, 30, "orders")
    assert (test.control, test.shares, test.seed) == ("held", {"held": 0.4, "a": 0.3, "b": 0.3}, 5)
    assert (test.planned_n, test.cost_per_customer, test.cost_per_order) == (40, 0.5, 2.0)
    assert (test.population, test.stratify_by) == (rule, ("country",))
    pd.testing.assert_frame_equal(test.units, result.table[["customer_ref", "variant"]])
    read_again = rt.read_experiment(rt.experiment_file(test))
    assert read_again.population == test.population and repr(read_again) == repr(test)
    pd.testing.assert_frame_equal(read_again.units, test.units)
    assert set(result.table["strata"]) == {"HU", "PL"}
    assert rt.assign_variants(small, name="x", seed=1, assigned_on="2025-08-01").experiment.assigned_on == date(
        2025, 8, 1
    )


def test_the_same_seed_gives_the_same_arms_however_the_file_is_sorted(small, halves):
    again = rt.assign_variants(shop_of(shop_rows()[::-1]), name="Free shipping", seed=5)
    assert rt.experiment_file(again.experiment) == rt.experiment_file(halves.experiment)
    other = rt.assign_variants(small, name="Free shipping", seed=6)
    assert other.table["customer_ref"].tolist() == halves.table["customer_ref"].tolist()
    assert other.table["variant"].tolist() != halves.table["variant"].tolist()


def test_a_list_and_a_rule_of_the_same_people_give_the_same_arms(small):
    rule = {"all": [{"field": "orders", "test": "at least", "value": 2}]}
    by_rule = rt.assign_variants(small, name="x", seed=2, customers=rule)
    chosen = rt.select_customers(small, rule).table
    assert by_rule.table["customer_ref"].isin(chosen["customer_ref"]).all() and by_rule.unreachable == 4
    for key in ("customer_id", "customer_ref"):
        by_list = rt.assign_variants(small, name="x", seed=2, customers=chosen[[key]])
        pd.testing.assert_frame_equal(by_list.table, by_rule.table)
        assert by_list.experiment.population is None
    more = pd.DataFrame({"customer_ref": [*chosen["customer_ref"], chosen["customer_ref"][0], "nobody@x.test", None]})
    assert rt.assign_variants(small, name="x", seed=2, customers=more).strangers == 1


def test_strata_are_those_of_the_whole_shop(small):
    """Who is a champion does not change because others are looked at."""
    segments = rt.rfm_segments(small).table.set_index("customer_id")["segment"].astype(str)
    refs = small.frame(small.customers.select("customer_id", "customer_ref")).set_index("customer_id")["customer_ref"]
    of_ref = dict(zip(refs.loc[segments.index], segments, strict=True))
    rule = {"all": [{"field": "country", "test": "any of", "value": ["HU"]}]}
    table = rt.assign_variants(small, name="x", seed=2, customers=rule, stratify_by="segment").table
    assert table["strata"].tolist() == [of_ref[ref] for ref in table["customer_ref"]]


def test_fifths_of_value_and_the_channel_of_the_first_order(small):
    table = rt.assign_variants(small, name="x", seed=2, stratify_by=("value", "channel"), only_reachable=False).table
    fifth, channel = zip(*(words.split(" · ") for words in table["strata"]), strict=True)
    number = table["name"].str.removeprefix("Name ").astype(int)
    spent = (10 + number) * np.where(number % 3 == 0, 2, 1)
    expected = (spent.rank(method="min").astype(int) - 1) * 5 // 60 + 1
    assert [int(part) for part in fifth] == expected.tolist()
    assert list(channel) == ["web" if n % 2 else "store" for n in number]


def test_balance_by_hand(small, halves):
    rows = halves.balance.set_index(["characteristic", "group"])
    assert list(halves.balance["characteristic"]) == ["orders", "net", "recency_days", "best_segment", *["country"] * 3]
    table = halves.table.assign(number=halves.table["name"].str.removeprefix("Name ").astype(int))
    table["net"] = (10 + table["number"]) * np.where(table["number"] % 3 == 0, 2, 1)
    control, offer = (table.loc[table["variant"] == arm, "net"] for arm in ("control", "offer"))
    net = rows.loc[("net", "")]
    assert (net["mean_control"], net["mean_offer"]) == pytest.approx((control.mean(), offer.mean()))
    apart = abs(control.mean() - offer.mean()) / sqrt((control.var() + offer.var()) / 2)
    assert net["difference"] == pytest.approx(apart) and bool(net["alike"]) == (apart < 0.1)
    poland = rows.loc[("country", "PL"), "mean_control"]
    assert poland == pytest.approx((table.loc[table["variant"] == "control", "number"] % 4 == 2).mean())


def test_of_several_arms_the_largest_difference_counts(small):
    result = rt.assign_variants(small, {"control": 0.4, "a": 0.3, "b": 0.3}, name="x", seed=2, stratify_by=())
    numbers = result.table["name"].str.removeprefix("Name ").astype(int)
    orders = pd.Series(np.where(numbers % 3 == 0, 2, 1)).groupby(result.table["variant"])
    mean, var = orders.mean(), orders.var()
    apart = [
        abs(mean[a] - mean[b]) / sqrt((var[a] + var[b]) / 2)
        for a, b in (("control", "a"), ("control", "b"), ("a", "b"))
    ]
    assert result.balance.loc[0, "difference"] == pytest.approx(max(apart))
    assert result.table["strata"].unique().tolist() == [""]


def test_the_smallest_effect_that_can_be_seen(halves):
    """as_of is 2025-07-21; of the 48, those whose first order is over 60 days ago and who bought in the last 60."""
    numbers = [n for n in range(60) if n % 10 not in (6, 7)]
    first = {n: date(2025, 1 + n % 6, 1 + n % 28) for n in numbers}
    old = [n for n in numbers if (date(2025, 7, 21) - first[n]).days > 60]
    rate = sum(n % 3 == 0 for n in old) / len(old)
    assert halves.repeat_rate == pytest.approx(rate)
    assert halves.detectable == pytest.approx(2.8015852 * sqrt(rate * (1 - rate) * 2 / 24), rel=1e-6)


def test_a_draw_balanced_over_segment_and_value_is_more_alike_than_one_that_is_not(shop):
    def apart(stratify_by):
        return np.mean(
            [
                rt.assign_variants(shop, name="x", seed=seed, stratify_by=stratify_by).balance["difference"][:4].mean()
                for seed in range(5)
            ]
        )

    assert apart(("segment", "value")) < 0.5 * apart(())


def test_filters_choose_the_customers(small):
    result = rt.assign_variants(small.filter(countries="HU"), name="x", seed=2)
    assert result.table["email"].str[1:3].astype(int).mod(4).isin([0, 1]).all() and len(result.table) == 24


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"shares": {"control": 0.5, "offer": 0.6}}, "add up to 1.1"),
        ({"shares": {"control": 0.0, "offer": 1.0}}, "The share of control is 0.0"),
        ({"shares": {"control": 1.0}}, "at least two arms"),
        ({"control": "nobody"}, "There is no arm nobody"),
        ({"name": " "}, "The test has no name"),
        ({"metric": "clicks"}, "metric='clicks' is not possible"),
        ({"metric": "profit"}, "gross margin"),
        ({"stratify_by": "age"}, "stratify_by='age' is not possible"),
        ({"seed": -1}, "seed=-1 is not possible"),
        ({"days": 0}, "days=0 is not possible"),
        ({"days": 6.5}, "days=6.5 is not possible"),
        ({"cost_per_order": -2}, "cost_per_order=-2 is not possible"),
        ({"cost_per_customer": float("nan")}, "cost_per_customer=nan is not possible"),
        ({"assigned_on": "May"}, "is not a date"),
        ({"customers": pd.DataFrame({"mail": []})}, "neither customer_ref nor customer_id. Found: mail"),
        ({"customers": {"all": []}}, "A rule without conditions"),
        (
            {"shares": {"control": 0.03, "offer": 0.97}},
            "There are 48 customers to assign: control would get fewer than 2",
        ),
    ],
)
def test_what_cannot_be_is_refused(small, options, said):
    with pytest.raises(rt.OptionError, match=said):
        rt.assign_variants(small, **({"name": "x", "seed": 1} | options))


def test_nobody_left_is_said(small):
    with pytest.raises(rt.EmptyError, match="Nobody is left"):
        rt.assign_variants(
            small, name="x", seed=1, customers={"all": [{"field": "orders", "test": "at least", "value": 9}]}
        )
    with pytest.raises(rt.EmptyError, match="None of the 6 customers has an e-mail"):
        rt.assign_variants(
            small, name="x", seed=1, customers={"all": [{"field": "contactable", "test": "is", "value": False}]}
        )
    with pytest.raises(rt.EmptyError, match="names a customer"):
        rt.assign_variants(bought(("", "2025-01-01"), ("", "2025-01-02")), name="x", seed=1)


@pytest.mark.parametrize(
    "rows",
    [
        [f"{n},2025-01-01,paid,c{n},web,phone,1,10,," for n in range(12)],  # once each, all on one day, all the same
        [f"{n},2025-01-0{1 + n % 9},paid,c{n},web,phone,1,10,,{10 if n else 0}" for n in range(12)],  # money back
        [f"{n},2025-01-0{1 + n},paid,c{n},web,phone,1,10,," for n in range(4)],
    ],
)
def test_shops_that_are_odd(rows):
    result = rt.assign_variants(read("\n".join(rows)), name="x", seed=1, only_reachable=False)
    assert result.arms["customers"].tolist() == [len(rows) / 2] * 2
    assert result.balance["difference"].notna().all()
    assert np.isnan(result.repeat_rate) and np.isnan(result.detectable)


def test_three_customers_are_too_few():
    three = bought(("ann", "2025-01-01"), ("bob", "2025-01-02"), ("cyd", "2025-01-03"))
    with pytest.raises(rt.OptionError, match="There are 3 customers to assign"):
        rt.assign_variants(three, name="x", seed=1, only_reachable=False)
