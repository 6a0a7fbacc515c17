"""Behaviour clusters: features by hand, kinds of buyers found again, names, and shops that break naive code."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score

import retention as rt
from retention.segment import clusters as module
from retention.segment import partition
from retention.segment.clusters import WORDS, _names, standardised
from tests.measure.shops import CORNER_SHOP, bought, read

MISSING = float("nan")
KINDS = {
    "often": (9, 20, 0, 300),
    "big": (2, 400, 0, 60),
    "bargain": (4, 50, 1, 180),
}  # orders, price, discount, last day


def lines(times=1, each=40):
    """Forty customers of each of three kinds, a row an order."""
    rng, rows = np.random.default_rng(3), []
    for kind, (orders, price, discount, last) in KINDS.items():
        for n in range(each):
            for back in range(orders - (n % 4 == 0)):
                day = date(2025, 1, 1) + timedelta(days=int(last + rng.integers(-20, 20) - 6 * back))
                cents = int(price * rng.uniform(80, 120)) * times
                off = f"{cents / 1000:.2f}" if discount else ""
                rows.append(f"{len(rows)},{day},paid,{kind}{n},web,phone,1,{cents / 100:.2f},{off},")
    return rows


@pytest.fixture(scope="module")
def three_kinds():
    return read("\n".join(lines()))


@pytest.fixture(scope="module")
def result(three_kinds):
    return rt.cluster_segments(three_kinds)


def kinds_of(orders, result):
    """The kind each customer was made as, and the cluster they were found in."""
    names = orders.frame(orders.customers.select("customer_id", "customer_ref")).set_index("customer_id")
    return names.loc[result.table["customer_id"], "customer_ref"].str.rstrip("0123456789"), result.table["cluster"]


def test_three_kinds_of_buyers_are_found_again(three_kinds, result):
    made, found = kinds_of(three_kinds, result)
    assert result.best_k == len(result.summary) == 3
    assert adjusted_rand_score(made, found) > 0.95
    assert result.is_stable == "stable"
    assert result.silhouette > result.chance + 0.1
    named = dict(zip(made, found, strict=True))
    assert named == {
        "often": "Frequent buyers: bought more recently, smaller orders",
        "big": "Repeat buyers: larger orders, silent for longer",
        "bargain": "Repeat buyers: more discounts, smaller orders",
    }


def test_the_list_of_everybody_holds_their_group_and_how_to_write_to_them(three_kinds, result):
    people = rt.cluster_customers(three_kinds, result)
    known = three_kinds.frame(three_kinds.customers).set_index("customer_ref")
    groups = result.table.set_index("customer_id")["cluster"]
    assert people["cluster"].tolist() == groups[known.loc[people["customer_ref"], "customer_id"]].tolist()
    assert people["customer_ref"].is_unique
    assert len(people) == len(result.table)
    in_order = people.sort_values(["net", "customer_ref"], ascending=[False, True])
    assert people["customer_ref"].tolist() == in_order["customer_ref"].tolist()
    for limit in (1, 7, 10_000):
        pd.testing.assert_frame_equal(rt.cluster_customers(three_kinds, result, limit), people.head(limit))
    alike = bought(*((f"c{n:04}", "2025-01-01") for n in range(1100)))
    some = rt.cluster_customers(alike, rt.cluster_segments(alike, k=2), limit=3)
    assert some["customer_ref"].tolist() == ["c0000", "c0001", "c0002"]


def test_the_summary_agrees_with_plain_pandas(three_kinds, result):
    table, summary = result.table, result.summary.set_index("cluster")
    money = three_kinds.frame(three_kinds.customers.select("customer_id", "net")).set_index("customer_id")["net"] / 100
    groups = table.assign(net=money.loc[table["customer_id"]].to_numpy()).groupby("cluster", observed=True)
    assert summary["customers"].to_dict() == groups.size().to_dict()
    np.testing.assert_allclose(summary["net"], groups["net"].sum().loc[summary.index])
    np.testing.assert_allclose(summary["mean_discounted_share"], groups["discounted_share"].mean().loc[summary.index])
    np.testing.assert_allclose(summary["median_aov"], groups["aov"].median().loc[summary.index])
    np.testing.assert_allclose(
        summary["repeat_rate"], groups["frequency"].agg(lambda n: (n > 1).mean()).loc[summary.index]
    )
    assert summary[["share", "share_of_net"]].sum().tolist() == pytest.approx([1, 1])
    assert summary["customers"].is_monotonic_decreasing
    assert summary.loc["Repeat buyers: more discounts, smaller orders", "difference_discounted_share"] == pytest.approx(
        2**0.5
    )
    all_z = (summary["difference_frequency"] * summary["share"]).sum()
    assert all_z == pytest.approx(0, abs=1e-9)


def test_features_by_hand():
    result = rt.cluster_segments(read(CORNER_SHOP), features=tuple(WORDS))
    assert list(result.table) == ["customer_id", "net", *WORDS, "cluster"]
    by_hand = {  # ann, bob, dee
        "recency_days": [38, 1, 11],
        "frequency": [2, 3, 2],
        "monetary": [118 + 60 - 10, 50 + 30 + 70 - 30, 35 + 20],
        "aov": [84, 40, 27.5],
        "units_per_order": [2, 1, 1.5],
        "days_between_orders": [92, 60, 25],
        "discounted_share": [0.5, 0, 0],
        "categories": [2, 2, 1],
        "return_share": [10 / 178, 30 / 150, 5 / 60],
    }
    for name, values in by_hand.items():
        np.testing.assert_allclose(result.table[name].astype(float), values, err_msg=name)
    assert result.table["cluster"].tolist() == ["All customers"] * 3
    assert result.scores.empty


def test_a_code_is_a_discount_and_a_return_alone_makes_no_customer():
    rows = "order_id,ordered_at,email,quantity,unit_price,discount_code\n"
    rows += "1,2025-01-01,ann@example.com,1,10,SPRING\n2,2025-01-02,ann@example.com,1,10, \n3,2025-01-03,bob@example.com,-1,10,\n"
    table = rt.cluster_segments(rt.read_orders(rows.encode())).table
    assert table[["frequency", "discounted_share"]].to_numpy().tolist() == [[2, 0.5]]


def test_skewed_features_are_taken_on_a_log_scale_and_nobody_is_too_far():
    values = pd.Series([1.0] * 50 + [2.0] * 30 + [1000.0, MISSING])
    logs = np.log1p(values)  # the median is 1
    expected = ((logs - logs.mean()) / logs.std(ddof=0)).clip(-3, 3)
    np.testing.assert_allclose(standardised(values), expected.fillna(0))
    even = pd.Series([1.0, 2.0, 3.0])
    np.testing.assert_allclose(standardised(even), np.array([-1, 0, 1]) * 1.5**0.5)
    assert standardised(pd.Series([4.0, 4.0, MISSING])) is None
    assert standardised(pd.Series([None, None])) is None


def test_the_same_shop_in_another_order_and_in_another_currency_has_the_same_groups(result):
    shuffled = lines()
    np.random.default_rng(0).shuffle(shuffled)
    again = rt.cluster_segments(read("\n".join(shuffled)))
    pd.testing.assert_frame_equal(again.table, result.table)
    pd.testing.assert_frame_equal(again.summary, result.summary)
    assert again.stability == result.stability
    dear = rt.cluster_segments(read("\n".join(lines(times=400))))
    assert dear.table["cluster"].tolist() == result.table["cluster"].tolist()


def test_the_seed_decides(three_kinds, result):
    assert rt.cluster_segments(three_kinds).chance == result.chance
    other = rt.cluster_segments(three_kinds, seed=1)
    assert other.chance != result.chance
    assert other.table["cluster"].tolist() == result.table["cluster"].tolist()


def test_as_many_groups_as_asked_for(three_kinds):
    result = rt.cluster_segments(three_kinds, k=5)
    assert len(result.summary) == 5
    assert result.summary["cluster"].is_unique
    assert result.summary["customers"].sum() == 120
    assert result.best_k == 3


def test_a_shop_without_kinds_has_one():
    result = rt.cluster_segments(rt.load_sample("cdnow"))
    assert result.best_k == 1
    assert result.summary["cluster"].tolist() == ["All customers"]
    assert result.scores["silhouette"].max() > 0.4
    assert result.constant == ("discounted_share",)
    cut = rt.cluster_segments(rt.load_sample("cdnow"), k=2)
    assert cut.best_k == 1
    assert len(cut.summary) == 2


def test_many_customers_are_grouped_from_a_sample(three_kinds, monkeypatch):
    for place in (module, partition):
        monkeypatch.setattr(place, "SAMPLE", 60)
    result = rt.cluster_segments(three_kinds)
    assert adjusted_rand_score(*kinds_of(three_kinds, result)) > 0.95
    assert result.notes == (
        "The groups were found from 10,000 customers drawn at random; everybody else joined the nearest group.",
    )


def test_names_say_what_differs_and_are_never_alike():
    used, labels = ("frequency", "aov"), np.array([0, 0, 1, 1, 2, 2])
    points = np.array([[2, 0.1], [2, 0.1], [2, -0.2], [2, -0.2], [0, 0.9], [0, 0.9]])
    many = np.array([9, 9, 9, 9, 1, 1])
    assert _names(points, labels, used, many) == [
        "Repeat buyers: larger orders",
        "Repeat buyers: smaller orders",
        "One-time buyers: larger orders",
    ]
    alike = _names(np.abs(points), labels, used, many)
    assert alike[:2] == ["Repeat buyers: larger orders (1)", "Repeat buyers: larger orders (2)"]
    assert _names(points[:, :1], np.array([0, 0, 0, 0, 1, 1]), used[:1], many) == ["Repeat buyers", "One-time buyers"]


def test_stability_in_words(result):
    words = [replace(result, stability=value).is_stable for value in (0.8, 0.79, 0.6, 0.59, MISSING)]
    assert words == ["stable", "somewhat", "somewhat", "not", ""]


def test_nobody_named_is_an_error():
    with pytest.raises(rt.EmptyError, match="No order names a customer"):
        rt.cluster_segments(bought(("", "2025-01-01")))


def test_everybody_alike_is_one_group():
    result = rt.cluster_segments(bought(*((f"c{n}", "2025-01-01") for n in range(40))))
    assert result.constant == ("recency_days", "frequency", "aov", "discounted_share")
    assert result.features == ()
    assert result.summary[["cluster", "customers"]].to_numpy().tolist() == [["All customers", 40]]
    assert result.scores.empty
    with_k = rt.cluster_segments(bought(*((f"c{n}", "2025-01-01") for n in range(40))), k=3)
    assert len(with_k.summary) == 1


def test_everybody_bought_once_for_the_same_price_on_different_days():
    result = rt.cluster_segments(bought(*((f"c{n}", f"2025-01-{1 + n % 20:02}") for n in range(40))))
    assert result.features == ("recency_days",)
    assert result.best_k == 1
    assert len(result.summary) == 1


@pytest.mark.parametrize("customers", [1, 3, 29])
def test_a_few_customers_are_no_groups(customers):
    result = rt.cluster_segments(bought(*((f"c{n}", f"2025-01-{1 + n:02}") for n in range(customers))), k=2)
    assert result.summary["customers"].tolist() == [customers]
    assert np.isnan(result.silhouette)


def test_refunds_larger_than_purchases():
    rows = [f"{n},2025-01-{1 + n % 20:02},paid,c{n},web,phone,1,{10 + n},," for n in range(40)]
    rows += [f"{40 + n},2025-01-25,paid,c{n},web,phone,-1,{20 + 3 * n},," for n in range(40)]
    result = rt.cluster_segments(read("\n".join(rows)), features=("recency_days", "aov", "return_share"))
    assert (result.table["aov"] < 0).all()
    assert result.summary["share_of_net"].isna().all()
    assert np.isfinite(result.summary["difference_aov"]).all()


def test_what_is_unknown_counts_as_average():
    once = [(f"c{n}", f"2025-01-{1 + n % 15:02}") for n in range(50)]
    twice = [(f"c{n}", f"2025-01-{20 + n % 7:02}") for n in range(20)]
    result = rt.cluster_segments(bought(*once, *twice), features=("recency_days", "days_between_orders"), k=2)
    assert result.table["days_between_orders"].isna().sum() == 30
    assert any("counts as average" in note for note in result.notes)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"k": 9}, "Give a number from 2 to 8"),
        ({"k": "many"}, "Give a number from 2 to 8"),
        ({"features": ("height",)}, "Use one of: recency_days"),
        ({"features": ()}, "features is no list"),
        ({"features": "aov"}, "features is no list"),
    ],
)
def test_options_that_cannot_be_met(three_kinds, options, words):
    with pytest.raises(rt.OptionError, match=words):
        rt.cluster_segments(three_kinds, **options)
