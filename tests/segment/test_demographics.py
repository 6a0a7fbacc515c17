"""Age, gender and place against answers worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from scipy.stats import binomtest, fisher_exact

import retention as rt
from retention.segment.demographics import RATE, _against_the_others
from tests.measure.shops import CORNER_SHOP, same
from tests.measure.shops import read as read_rows
from tests.measure.test_laws import few, shops

ORDERS = """order_id,ordered_at,email,product,quantity,unit_price,city,country
1,2025-01-01,ann@example.com,phone,1,100,Graz,AT
2,2025-02-01,ann@example.com,phone,1,50,Graz,AT
3,2025-01-10,bob@example.com,phone,1,80,GRAZ ,AT
4,2025-01-20,cyd@example.com,phone,1,30,Linz,AT
5,2025-05-20,cyd@example.com,phone,1,40,Linz,AT
6,2025-01-25,dee@example.com,phone,1,70,,DE
7,2025-06-20,eve@example.com,phone,1,10,Linz,AT
"""
PEOPLE = """email,name,gender,birth_date
ann@example.com,Ann,f,2000-12-31
bob@example.com,Bob,m,2001-01-01
cyd@example.com,Cyd,f,1990-05-05
dee@example.com,Dee,,1900-01-01
"""


@pytest.fixture(scope="module")
def orders(tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    (folder / "orders.csv").write_text(ORDERS)
    (folder / "customers.csv").write_text(PEOPLE)
    return rt.read_orders([folder / "orders.csv", folder / "customers.csv"])


def check(table, by_hand):
    for name, expected in by_hand.items():
        np.testing.assert_allclose(table[name].astype(float), expected, rtol=1e-12, err_msg=name)


def many(groups):
    """A shop from {country: (customers, of them with a second order after ten days)}, all long before the end."""
    lines, number = ["order_id,ordered_at,email,product,quantity,unit_price,country"], 0
    for country, (customers, again) in groups.items():
        for who in range(customers):
            for day in ("2025-01-01", "2025-01-11")[: 1 + (who < again)]:
                number += 1
                lines.append(f"{number},{day},{country}{who}@example.com,phone,1,10,{country}")
    lines.append(f"{number + 1},2025-12-31,last@example.com,phone,1,10,{next(iter(groups))}")
    return rt.read_orders("\n".join(lines).encode())


def test_ages_by_hand(orders):
    """In 2025 ann turns 25 on the last day, bob is 24, cyd 35; born in 1900 is what people type who do not want to say."""
    table = rt.demographic_table(orders).table
    assert table["group"].tolist() == ["under 25", "25–34", "35–44", "unknown"]
    by_hand = {
        "customers": [1, 1, 1, 2],
        "share": [0.2, 0.2, 0.2, 0.4],
        "orders": [1, 2, 2, 2],
        "net": [80, 150, 70, 80],
        "aov": [80, 75, 35, 40],
        "purchase_frequency": [1, 2, 2, 1],
        "repeat_rate": [0, 1, 1, 0],
        "second_order_rate_90_n": [1, 1, 1, 1],  # eve came the day before the end
        "second_order_rate_90": [0, 1, 0, 0],  # ann after 31 days, cyd after 120
    }
    check(table, by_hand)
    assert table["p_value"].isna().all()
    assert table["differs"].isna().all()


def test_places_are_told_apart_by_spelling_and_not_by_capitals(orders):
    table = rt.demographic_table(orders, by="city").table
    assert table["group"].tolist() == ["Graz", "Linz", "unknown"]
    check(table, {"customers": [2, 2, 1], "orders": [3, 3, 1], "net": [230, 80, 70]})


def test_intervals_are_those_of_the_house(orders):
    unknown = rt.demographic_table(orders, by="gender").table.set_index("group").loc["unknown"]
    low, high = binomtest(2, 5).proportion_ci(method="wilson")
    assert unknown[["share_low", "share_high"]].tolist() == pytest.approx([low, high])
    half = 1.959964 * np.sqrt(2 * (30**2 + 30**2)) / 2  # dee 70 and eve 10, one order each, about 40
    assert unknown[["aov_low", "aov_high"]].tolist() == pytest.approx([40 - half, 40 + half], rel=1e-6)


def test_each_group_is_compared_with_all_others_and_corrected_by_holm():
    groups = {"AT": (40, 30), "DE": (100, 30), "HU": (60, 18), "PL": (29, 0)}
    table = rt.demographic_table(many(groups), by="country").table.set_index("group")
    assert list(table.index) == ["DE", "HU", "AT", "PL"]
    raw = {}
    for name in ("DE", "HU", "AT"):
        n, again = groups[name]
        others_n, others = 229 - n, 78 - again
        raw[name] = fisher_exact([[again, n - again], [others, others_n - others]]).pvalue
        assert table.loc[name, "difference"] == pytest.approx(again / n - others / others_n)
        assert table.loc[name, "difference_low"] < table.loc[name, "difference"] < table.loc[name, "difference_high"]
    assert table["p_value"].drop("PL").to_dict() == pytest.approx(raw)
    first, second, third = sorted(raw, key=raw.get)
    holm = {first: 3 * raw[first]}
    holm[second] = min(1, max(holm[first], 2 * raw[second]))
    holm[third] = min(1, max(holm[second], raw[third]))
    assert table["p_adjusted"].drop("PL").to_dict() == pytest.approx(holm)
    assert table["differs"].drop("PL").to_dict() == {"DE": False, "HU": False, "AT": True}
    assert table.loc["PL", ["p_value", "p_adjusted", "differs"]].isna().all()  # 29: too few to tell


def test_two_groups_are_one_comparison():
    table = rt.demographic_table(many({"AT": (50, 25), "DE": (50, 14)}), by="country").table
    assert table["p_adjusted"].tolist() == table["p_value"].tolist()
    assert table["p_value"].iloc[0] == pytest.approx(fisher_exact([[25, 25], [14, 36]]).pvalue)
    assert table["differs"].tolist() == [True, True]


def test_chance_alone_seldom_makes_a_group_stand_out():
    """Twelve groups that do not differ: unadjusted, in about 40 of 100 such shops some group would stand out."""
    rng = np.random.default_rng(5)
    shops_that_differ = unadjusted = 0
    for _shop in range(30):
        table = pd.DataFrame({RATE: rng.binomial(300, 0.3, 12) / 300, f"{RATE}_n": 300})
        result = _against_the_others(table)
        shops_that_differ += result["differs"].any()
        unadjusted += (result["p_value"] < 0.05).any()
    assert shops_that_differ <= 4  # 1.5 expected at most; 5 or more are seen in 2 of 100 runs
    assert unadjusted > 6


def test_beyond_the_twelve_largest_they_are_others():
    groups = {f"C{n:02}": (20 - n, 2) for n in range(15)}
    table = rt.demographic_table(many(groups), by="country").table
    assert table["group"].tolist() == [*(f"C{n:02}" for n in range(12)), "others"]
    assert table["customers"].tolist() == [21, *(20 - n for n in range(1, 12)), 8 + 7 + 6]
    assert pd.isna(table["p_value"].iloc[-1])


@pytest.mark.parametrize(
    ("by", "said"),
    [
        ("age", r"how old they are.*customers file.*birth_date"),
        ("gender", r"which gender.*customers file.*gender"),
        ("country", r"which country.*address"),
        ("city", r"which city.*address"),
    ],
)
def test_a_file_that_does_not_say_names_what_would(by, said):
    with pytest.raises(rt.EmptyError, match=said):
        rt.demographic_table(read_rows(CORNER_SHOP), by=by)


def test_nobody_known_and_an_unknown_question_are_refused(orders):
    with pytest.raises(rt.EmptyError, match="No customer can be told apart"):
        rt.demographic_table(read_rows("1,2025-01-01,paid,,web,phone,1,10,,"))
    with pytest.raises(rt.OptionError, match=r"by='star sign'.*age, gender, country, city"):
        rt.demographic_table(orders, by="star sign")


def test_a_customer_who_gets_back_more_than_was_paid_counts_with_a_minus():
    lines = ORDERS.strip() + "\n8,2025-06-20,dee@example.com,phone,-1,170,,DE\n"
    table = rt.demographic_table(rt.read_orders(lines.encode()), by="country").table.set_index("group")
    assert table.loc["DE", ["customers", "orders", "net"]].tolist() == [1, 1, -100]


def test_notes_own_up(orders, shop):
    assert rt.demographic_table(orders).notes == ("Too few customers with 90 days behind them to compare the groups.",)
    few_known = many({"AT": (31, 3), "": (300, 3)})
    assert any("Of more than half" in note for note in rt.demographic_table(few_known, by="country").notes)
    notes = rt.demographic_table(shop).notes
    assert any("adjusted by Holm" in note for note in notes)
    assert any("not mean that it is the reason" in note for note in notes)


def test_the_sample_agrees_with_plain_pandas(shop):
    table = rt.demographic_table(shop, by="gender").table.set_index("group")
    people = shop.frame(shop.customers).set_index("customer_id")["gender"].fillna("unknown")
    rows = shop.frame(shop.orders.filter(shop.orders.is_purchase, shop.orders.customer_id.notnull()))
    days = rows.sort_values("order_id").groupby("customer_id")["day"].agg(list)
    gender = people.reindex(days.index)
    end = (pd.Timestamp(shop.as_of) - pd.Timestamp("1970-01-01")).days
    old = days.map(lambda days: days[0] <= end - 90)
    soon = days.map(lambda days: len(days) > 1 and days[1] - days[0] <= 90)
    same_rates = soon[old].groupby(gender[old]).mean()
    np.testing.assert_allclose(table["second_order_rate_90"].reindex(same_rates.index), same_rates)
    np.testing.assert_allclose(table["repeat_rate"], (days.map(len) > 1).groupby(gender).mean().reindex(table.index))
    np.testing.assert_allclose(table["customers"], gender.value_counts().reindex(table.index))


@settings(few, max_examples=3)
@given(shops())
def test_groups_add_up_to_the_shop_and_row_order_is_irrelevant(rows):
    rows = rows.assign(email=rows["customer_id"].replace("", None) + "@example.com", city=rows["customer_id"].str[:1])
    rows = rows.assign(unit_price=rows["cents"] / 100).drop(columns=["customer_id", "cents"]).fillna("").astype(str)
    one, other = rt.read_orders(rows), rt.read_orders(rows.iloc[::-1])
    table = rt.demographic_table(one, by="city").table
    same(table, rt.demographic_table(other, by="city").table)
    frame = one.frame(one.orders.filter(one.orders.customer_id.notnull()))
    bought = frame[frame["is_purchase"]]
    assert table["customers"].sum() == bought["customer_id"].nunique()
    assert table["orders"].sum() == len(bought)
    buyers = frame[frame["customer_id"].isin(bought["customer_id"]) & (frame["is_purchase"] | frame["is_return"])]
    assert table["net"].sum() == pytest.approx(buyers["net"].sum() / 100)
    np.testing.assert_allclose(table["share"].sum(), 1)
