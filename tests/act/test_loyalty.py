"""Loyalty programmes replayed: ten customers by hand for every kind, a plain walk through the sample, and laws."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

import retention as rt
from tests.measure.shops import bought, same, to_the_same_end
from tests.measure.shops import read as read_rows
from tests.measure.test_laws import few, read, shops

MISSING = float("nan")
# jon's first purchase lies before the window; dee and hal send something back later, eve got 60 back on her order.
TEN = read_rows("""
1,2024-12-01,paid,jon,web,phone,1,500,,
2,2025-01-01,paid,gus,web,phone,1,50,,
3,2025-01-05,paid,bob,web,phone,1,40,,
4,2025-01-10,paid,ann,web,phone,1,100,,
5,2025-01-20,paid,bob,web,phone,1,30,,
6,2025-02-10,paid,ann,web,phone,1,50,,
7,2025-03-01,paid,dee,web,phone,1,99.99,,
8,2025-03-02,paid,gus,web,phone,1,50,,
9,2025-03-10,paid,dee,web,phone,-1,49.99,,
10,2025-03-20,paid,dee,web,phone,1,10,,
11,2025-05-01,paid,cyd,web,phone,1,200,,
12,2025-06-01,paid,cyd,web,phone,1,15,,
13,2025-06-01,paid,hal,web,phone,1,30,,
14,2025-06-01,paid,ivy,web,phone,1,60,,
15,2025-06-01,paid,ivy,web,phone,1,60,,
16,2025-06-05,paid,hal,web,phone,-1,300,,
17,2025-06-10,paid,eve,web,phone,1,100,,60
18,2025-06-15,paid,bob,web,phone,1,20,,
19,2025-06-20,paid,fay,web,phone,1,80,,
20,2025-06-25,paid,jon,web,phone,1,10,,
21,2025-06-30,paid,,web,phone,1,10,,
""")
COLUMNS = ["earned", "taken_back", "redeemed", "expired", "open", "rewards"]
CASHBACK = rt.LoyaltyProgramme("cashback", rate=0.1, minimum=5, expiry_days=60)
POINTS = rt.LoyaltyProgramme("points", points_per_unit=1.5, point_value=0.02, minimum=100)
GIFT = rt.LoyaltyProgramme("gift", every=2, gift_cost=7)
TIERS = rt.LoyaltyProgramme("tiers", tiers=((50, 0.1), (150, 0.2)))
EVERY_KIND = (CASHBACK, POINTS, GIFT, TIERS, rt.LoyaltyProgramme("referral", reward=10))


def replay(programme, **options):
    return rt.simulate_loyalty(TEN, programme, since="2025-01-01", **options)


def by_name(result):
    return result.customers.set_index("customer_ref")


@pytest.fixture(scope="module")
def cashback():
    return replay(CASHBACK, margin=0.4)


def check(result, expected, waiting):
    """expected: name → the figures of COLUMNS"""
    customers = by_name(result)
    assert customers.index.tolist() == sorted(expected)
    for name, figures in expected.items():
        assert customers.loc[name, COLUMNS].tolist() == pytest.approx(figures, abs=1e-9), name
    assert set(customers.index[customers["waiting"]]) == set(waiting.split())


def test_cashback_by_hand(cashback):
    expected = {
        "ann": (15, 0, 10, 5, 0, 1),
        "bob": (9, 0, 0, 7, 2, 0),  # 4.00 are too little on 20 January, and 7.00 are gone on 22 March
        "cyd": (21.5, 0, 15, 0, 6.5, 1),  # 20.00 are more than the second order cost
        "dee": (10.99, 4.99, 5, 1, 0, 1),  # 9.99 and 4.99: rounded down
        "eve": (4, 0, 0, 0, 4, 0),
        "fay": (8, 0, 0, 0, 8, 0),
        "gus": (10, 0, 5, 5, 0, 1),  # the sixtieth day is in time
        "hal": (3, 3, 0, 0, 0, 0),  # 30.00 cannot be taken back where 3.00 are open
        "ivy": (12, 0, 6, 0, 6, 1),  # two orders on one day
        "jon": (1, 0, 0, 0, 1, 0),  # what he bought before counts for nothing
    }
    check(cashback, expected, "cyd fay ivy")
    customers = by_name(cashback)
    assert customers.loc["ann", "first_reward_on"] == pd.Timestamp("2025-02-10")
    assert customers["orders_to_reward"].dropna().to_dict() == dict.fromkeys(["ann", "cyd", "dee", "gus", "ivy"], 2)
    assert customers["net"].to_dict()["hal"] == -270


def test_months_by_hand(cashback):
    table = cashback.table.set_index(cashback.table["month"].dt.month)
    assert table.index.tolist() == [1, 2, 3, 4, 5, 6]
    assert table["complete"].all()
    for name, figures in {
        "customers": [3, 1, 2, 0, 1, 7],
        "orders": [4, 1, 3, 0, 1, 8],
        "earned": [22, 5, 15.99, 0, 20, 31.5],
        "taken_back": [0, 0, 4.99, 0, 0, 3],
        "redeemed": [0, 10, 10, 0, 0, 21],
        "cost": [0, 10, 10, 0, 0, 21],
        "expired": [0, 0, 7, 5, 6, 0],  # on 22 March, 12 April, 2 and 20 May
        "open": [22, 17, 11, 6, 20, 27.5],
        "rewards": [0, 1, 2, 0, 0, 2],
    }.items():
        assert table[name].tolist() == pytest.approx(figures, abs=1e-9), name


def test_totals_by_hand(cashback):
    totals = cashback.totals
    assert totals[["customers", "orders", "net", "aov", "cost"]].tolist() == [10, 17, 595, 35, 41]
    assert totals["cost_share"] == pytest.approx(41 / 595)
    assert totals["cost_a_year"] == pytest.approx(41 * 365 / 181)
    assert totals[["reached", "reached_share", "reached_n", "orders_to_reward"]].tolist() == [5, 0.5, 10, 2]
    assert totals[["reached_low", "reached_high"]].tolist() == pytest.approx([0.2366, 0.7634], abs=1e-4)  # Wilson
    assert totals[["waiting", "waiting_share"]].tolist() == [3, 0.3]
    assert totals["extra_orders"] == pytest.approx(41 / (35 * 0.4))
    assert totals["extra_share"] == pytest.approx(41 / (35 * 0.4) / 17)
    assert totals["left_out"] == 1
    assert np.isnan(totals[["breakage", "open_after_breakage"]]).all()
    assert (cashback.since, cashback.until) == (date(2025, 1, 1), date(2025, 7, 1))
    assert any("cannot be told" in note for note in cashback.notes)
    assert any("Less than a year" in note for note in cashback.notes)


def test_who_gets_so_far_and_who_has_had_a_reward_by_then(cashback):
    reach = cashback.reach
    assert reach["order_number"].tolist() == [1, 2, 3]
    assert reach["customers"].tolist() == [10, 6, 1]
    assert reach["reached"].tolist() == [0, 5, 5]
    assert reach["share"].tolist() == [0, 0.5, 0.5]
    assert reach[["low", "high"]].iloc[1].tolist() == pytest.approx([0.2366, 0.7634], abs=1e-4)


def test_points_by_hand():
    expected = {
        "ann": (4.5, 0, 3, 0, 1.5, 1),
        "bob": (2.7, 0, 2.1, 0, 0.6, 1),  # 105 points at the third order
        "cyd": (6.44, 0, 6, 0, 0.44, 1),  # 22.5 points are 22
        "dee": (3.28, 1.48, 0, 0, 1.8, 0),  # 149 − 74 + 15
        "eve": (1.2, 0, 0, 0, 1.2, 0),
        "fay": (2.4, 0, 0, 0, 2.4, 0),
        "gus": (3, 0, 0, 0, 3, 0),
        "hal": (0.9, 0.9, 0, 0, 0, 0),
        "ivy": (3.6, 0, 0, 0, 3.6, 0),
        "jon": (0.3, 0, 0, 0, 0.3, 0),
    }
    check(replay(POINTS), expected, "fay gus ivy")


def test_gifts_by_hand():
    one, two = (3.5, 0, 0, 0, 3.5, 0), (7, 0, 7, 0, 0, 1)
    expected = {
        **dict.fromkeys(["eve", "fay", "hal", "jon"], one),
        **dict.fromkeys(["ann", "cyd", "dee", "gus", "ivy"], two),
        "bob": (10.5, 0, 7, 0, 3.5, 1),
    }
    check(replay(GIFT), expected, "bob eve fay hal jon")


def test_stamps_expire():
    result = replay(rt.LoyaltyProgramme("gift", every=2, gift_cost=7, expiry_days=20))
    names = by_name(result)
    assert names.loc["ann", COLUMNS].tolist() == [7, 0, 0, 7, 0, 0]  # a month between the two orders
    assert names.loc["dee", COLUMNS].tolist() == [7, 0, 7, 0, 0, 1]


def test_tiers_by_hand():
    given_back = {"ann": 5, "bob": 2, "cyd": 3, "dee": 1, "gus": 5, "ivy": 6}  # dee: 99.99 − 49.99 are just 50
    expected = {name: (given_back.get(name, 0),) * 1 for name in by_name(replay(TIERS)).index}
    expected = {name: (got, 0, got, 0, 0, int(got > 0)) for name, (got,) in expected.items()}
    check(replay(TIERS), expected, "ann bob cyd dee fay gus ivy")


def test_a_tier_looks_back_365_days():
    first, second, third = "2024-01-01", "2024-12-31", "2026-01-01"  # 365 days, then 366
    orders = bought(("ann", first), ("ann", second), ("bob", second), ("bob", third))
    tiers = rt.LoyaltyProgramme("tiers", tiers=((10, 0.5),))
    result = by_name(rt.simulate_loyalty(orders, tiers, since=orders.since))
    assert result["redeemed"].to_dict() == {"ann": 5, "bob": 0}
    assert result["waiting"].to_dict() == {"ann": False, "bob": True}


def test_referral_by_assumption_costs_by_the_new_customers_of_a_month():
    result = replay(rt.LoyaltyProgramme("referral", reward=10, referred_share=0.25))
    assert result.table["cost"].tolist() == [7.5, 0, 2.5, 0, 2.5, 10]
    assert result.totals[["new_customers", "referred", "cost"]].tolist() == [9, 2.25, 22.5]
    assert np.isnan(result.totals[["reached", "waiting"]]).all()
    assert result.customers[["earned", "redeemed", "rewards"]].isna().all(axis=None)
    assert any("your assumption" in note for note in result.notes)


def test_referral_by_the_customers_file(shop):
    result = rt.simulate_loyalty(
        shop, rt.LoyaltyProgramme("referral", reward=10), since="2025-01-01", until="2026-01-01"
    )
    people = shop.frame(shop.people)
    friends = set(people.loc[people["referral"] == "friend", "customer_id"].dropna())
    bought_first = shop.frame(shop.orders.filter(shop.orders.is_purchase)).groupby("customer_id")["ordered_at"].min()
    new = bought_first[bought_first >= "2025-01-01"]
    sent = new[new.index.isin(friends)]
    assert result.totals[["new_customers", "reached_n", "referred", "cost"]].tolist() == [
        len(new),
        len(new),
        len(sent),
        10 * len(sent),
    ]
    assert set(result.customers.loc[result.customers["rewards"] > 0, "customer_id"]) == set(sent.index)


def test_breakage_is_what_of_a_year_ago_was_never_redeemed():
    shop = read_rows("""
1,2024-01-10,paid,ann,web,phone,1,100,,
2,2024-02-10,paid,ann,web,phone,1,50,,
3,2024-06-01,paid,bob,web,phone,1,200,,
4,2024-12-01,paid,cyd,web,phone,1,100,,
5,2024-12-01,paid,eve,web,phone,1,100,,
6,2025-02-01,paid,dee,web,phone,1,100,,
7,2025-03-01,paid,eve,web,phone,1,4,,
8,2025-05-01,paid,eve,web,phone,1,100,,
9,2025-06-01,paid,bob,web,phone,1,30,,
10,2025-12-31,paid,,web,phone,1,30,,
""")
    result = rt.simulate_loyalty(shop, rt.LoyaltyProgramme("cashback", rate=0.1))
    # By the end of 2024: ann 15, bob 20, cyd 10, eve 10. Redeemed of it: ann 10, bob 20, eve 4 and 6.
    assert result.totals["breakage"] == pytest.approx(15 / 55)
    assert result.totals["breakage_n"] == 4
    # In 2025 everybody began at zero: bob 3, dee 10, eve .40, of which she redeems, and 10.
    assert result.totals["open"] == pytest.approx(23)
    assert result.totals["open_after_breakage"] == pytest.approx(23 * 40 / 55)
    assert result.totals["cost_a_year"] == result.totals["cost"] == pytest.approx(0.4)
    assert result.totals["breakage_low"] < 15 / 55 < result.totals["breakage_high"]
    whole = rt.simulate_loyalty(shop, result.programme, since=shop.since).totals
    assert whole["breakage"] == result.totals["breakage"]  # it always looks at the whole history


def plain(orders, programme, begin, end):
    """The same as anyone would write it, one order after another: customer → earned, taken back, redeemed, expired, open."""
    table = orders.frame(orders.orders.filter(orders.orders.is_purchase | orders.orders.is_return))
    table = table[(table["day"] >= begin) & (table["day"] < end) & table["customer_id"].notna()].sort_values("order_id")
    is_points, is_gift = programme.kind == "points", programme.kind == "gift"
    rate = 0 if is_gift else round((programme.points_per_unit / 100 if is_points else programme.rate) * 10_000)
    least = (programme.minimum or 0) * (1 if is_points else 100)
    books, last = {}, {}
    for who, day, net, buys in table[["customer_id", "day", "net", "is_purchase"]].itertuples(index=False):
        book = books.setdefault(who, dict.fromkeys(COLUMNS[:5], 0))
        if who in last and day - last[who] > programme.expiry_days:
            book["expired"] += book["open"]
            book["open"] = 0
        worth = abs(net) * rate // 10_000
        if is_gift and buys and net > 0:
            book["earned"] += 1
            book["open"] += 1
            if book["open"] == programme.every:
                book["redeemed"] += book["open"]
                book["open"] = 0
        elif buys and not is_gift:
            if book["open"] >= max(least, 1):
                most = max(net, 0) / 100 / programme.point_value + 1e-9 if is_points else max(net, 0)
                used = min(book["open"], int(most))
                book["redeemed"] += used
                book["open"] -= used
            book["earned"] += worth if net > 0 else 0
            book["open"] += worth if net > 0 else 0
        elif not is_gift:
            taken = min(book["open"], worth)
            book["taken_back"] += taken
            book["open"] -= taken
        if buys:
            last[who] = day
    for who, day in last.items():
        if end - 1 - day > programme.expiry_days:
            books[who]["expired"] += books[who]["open"]
            books[who]["open"] = 0
    return pd.DataFrame.from_dict({who: books[who] for who in last}, orient="index").sort_index()


@pytest.mark.parametrize(
    "programme",
    [
        rt.LoyaltyProgramme("cashback", rate=0.02, minimum=3, expiry_days=90),
        rt.LoyaltyProgramme("points", points_per_unit=3, point_value=0.05, minimum=400, expiry_days=200),
        rt.LoyaltyProgramme("gift", every=3, gift_cost=9, expiry_days=120),
    ],
    ids=lambda programme: programme.kind,
)
def test_the_sample_agrees_with_a_plain_walk(shop, programme):
    result = rt.simulate_loyalty(shop, programme, since="2024-03-15", until="2025-11-20")
    begin, end = (int(pd.Timestamp(day).timestamp() // 86400) for day in (result.since, result.until))
    expected = plain(shop, programme, begin, end)
    customers = result.customers.set_index("customer_id")
    unit = {"cashback": 0.01, "points": 0.05, "gift": 3}[programme.kind]
    assert customers.index.tolist() == expected.index.tolist()
    np.testing.assert_allclose(customers[COLUMNS[:5]], expected * unit, atol=1e-9)
    assert expected["expired"].sum() > 0


def test_by_default_it_is_the_last_twelve_complete_months(shop):
    result = rt.simulate_loyalty(shop, GIFT)
    assert (result.since, result.until) == rt.last_months(shop, 12)
    assert len(result.table) == 12
    assert result.totals["cost_a_year"] == result.totals["cost"]
    assert result.notes == ("Without a gross margin it is not known how many more orders would pay for the programme.",)
    assert np.isnan(result.totals["extra_orders"])


def test_the_margin_of_the_shop_pays(shop):
    programme = rt.LoyaltyProgramme("cashback", rate=0.02)
    by_hand = rt.simulate_loyalty(shop, programme, margin=0.3).totals
    pd.testing.assert_series_equal(rt.simulate_loyalty(shop.with_margin(0.3), programme).totals, by_hand)
    categories = dict.fromkeys(shop.frame(shop.lines.select("category").distinct())["category"].fillna(""), 0.3)
    spread = rt.simulate_loyalty(shop.with_margin({"": 0.3, **categories}), programme).totals
    assert spread["margin"] == pytest.approx(0.3)


def test_guests_can_be_left_out(shop):
    programme = rt.LoyaltyProgramme("cashback", rate=0.02)
    members, everybody = (rt.simulate_loyalty(shop, programme, guests=guests) for guests in (False, True))
    guests = shop.frame(shop.customers.filter(shop.customers.is_guest))["customer_id"]
    assert set(members.customers["customer_id"]) == set(everybody.customers["customer_id"]) - set(guests)
    orders = [result.totals["orders"] + result.totals["left_out"] for result in (members, everybody)]
    assert orders[0] == orders[1]
    assert members.totals["left_out"] > everybody.totals["left_out"]


def test_a_programme_is_written_as_a_notebook_runs_it_and_as_a_file_keeps_it():
    for programme in (*EVERY_KIND, CASHBACK):
        assert eval(repr(programme), {"rt": rt}) == programme
        assert rt.LoyaltyProgramme.from_json(programme.as_json()) == programme


@pytest.mark.parametrize(
    ("kind", "numbers", "said"),
    [
        ("stamps", {}, "kind"),
        ("cashback", {}, "needs rate"),
        ("cashback", {"rate": 2}, "rate=2 is not possible"),
        ("cashback", {"rate": 0.02, "every": 5}, "has no every"),
        ("gift", {"every": 0, "gift_cost": 3}, "every=0"),
        ("gift", {"every": 2.5, "gift_cost": 3}, "every=2.5"),
        ("gift", {"every": 5, "gift_cost": MISSING}, "gift_cost=nan"),
        ("tiers", {"tiers": ((500, 0.1), (200, 0.05))}, "ascending order"),
        ("tiers", {"tiers": (200, 0.05)}, "ascending order"),
    ],
)
def test_a_programme_that_makes_no_sense_is_refused(kind, numbers, said):
    with pytest.raises(rt.OptionError, match=said):
        rt.LoyaltyProgramme(kind, **numbers)


def test_what_cannot_be_read_is_refused():
    for text in ("{", "[1]", '{"kind": "gift", "n": 5}'):
        with pytest.raises(rt.OptionError, match="no loyalty programme"):
            rt.LoyaltyProgramme.from_json(text)
    with pytest.raises(rt.OptionError, match="is no programme"):
        rt.simulate_loyalty(TEN, "cashback")
    with pytest.raises(rt.OptionError, match="No day of data lies between"):
        rt.simulate_loyalty(TEN, GIFT, since="2025-03-01", until="2025-02-01")
    with pytest.raises(rt.OptionError, match="margin=35"):
        rt.simulate_loyalty(TEN, GIFT, margin=35)


@pytest.mark.parametrize("programme", EVERY_KIND, ids=lambda programme: programme.kind)
@pytest.mark.parametrize(
    "orders",
    [
        bought(("ann", "2025-01-01"), ("bob", "2025-01-05"), ("cyd", "2025-02-20")),
        bought(("ann", "2025-01-01")),
        bought(("ann", "2025-01-01"), ("ann", "2025-01-01"), ("bob", "2025-01-01")),
        read_rows("1,2025-01-01,paid,ann,web,phone,1,10,,40\n2,2025-01-05,paid,ann,web,phone,-9,10,,"),
    ],
    ids=["once each", "one order", "one day", "more returned than bought"],
)
def test_tiny_shops_have_an_answer_and_say_that_it_is_tiny(orders, programme):
    result = rt.simulate_loyalty(orders, programme)
    assert result.totals["customers"] == len(result.customers) > 0
    assert "Fewer than 30 customers bought in this time: too few to tell." in result.notes
    assert result.totals[["cost", "open"]].ge(0).all()


def test_where_nobody_is_known_there_is_nobody_to_reward():
    with pytest.raises(rt.EmptyError, match="Nobody who can be told apart bought from 2025-01-01 to 2025-02-01"):
        rt.simulate_loyalty(bought(("", "2025-01-01"), ("", "2025-02-01")), GIFT, since="2025-01-01")


@settings(few, max_examples=2)
@given(shops())
def test_what_is_earned_goes_somewhere_and_more_never_gives_less(rows):
    orders, shuffled = read(to_the_same_end(rows)), read(to_the_same_end(rows).iloc[::-1])
    options = {"since": orders.since}
    for programme in EVERY_KIND:
        result = rt.simulate_loyalty(orders, programme, **options)
        for table in (result.customers, result.table):
            sums = table[COLUMNS].sum()
            left = sums["earned"] - sums["taken_back"] - sums["redeemed"] - sums["expired"]
            assert left == pytest.approx(result.totals["open"], abs=1e-6)
            assert (table[COLUMNS] >= -1e-9).all(axis=None)
        if programme in (GIFT, TIERS):
            continue
        again = rt.simulate_loyalty(shuffled, programme, **options)
        same(again.table, result.table)
        same(again.customers, result.customers)
        assert again.totals.equals(result.totals)

    def earned(kind, **numbers):
        return rt.simulate_loyalty(orders, rt.LoyaltyProgramme(kind, **numbers), **options)

    less, more = (earned("cashback", rate=rate, minimum=2, expiry_days=40).customers for rate in (0.03, 0.05))
    assert (more["earned"] >= less["earned"]).all()
    rare, often = (earned("gift", every=n, gift_cost=1, expiry_days=90).customers for n in (3, 2))
    assert (often["rewards"] >= rare["rewards"]).all()
    for nothing in (
        earned("cashback", rate=0),
        earned("points", points_per_unit=0, point_value=1),
        earned("points", points_per_unit=1, point_value=0),
        earned("gift", every=1, gift_cost=0),
        earned("tiers", tiers=((0, 0),)),
    ):
        assert nothing.totals[["cost", "open"]].tolist() == [0, 0]
