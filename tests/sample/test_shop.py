import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from retention.sample.shop import _Clock, make_shop

FRAMES = ("lines", "customers", "products", "feedback", "truth")
LAYOUT = [
    "order_id",
    "ordered_at",
    "status",
    "customer_id",
    "email",
    "phone",
    "name",
    "country",
    "city",
    "channel",
    "is_guest",
    "consent",
    "currency",
    "product_id",
    "product",
    "category",
    "quantity",
    "unit_price",
    "discount",
    "discount_code",
    "shipping",
    "tax",
]


@pytest.fixture(scope="module")
def shop():
    return make_shop()


@pytest.fixture(scope="module")
def paid(shop):
    return shop.lines[shop.lines["status"] == "paid"]


def with_ids(shop, lines):
    """Lines of identified customers with the id the truth uses, also for guests."""
    by_email = shop.truth.dropna(subset="email").set_index("email")["customer_id"]
    ids = lines["customer_id"].fillna(lines["email"].map(by_email))
    return lines.assign(customer_id=ids).dropna(subset="customer_id")


def test_equal_seeds_give_equal_frames():
    one, two = make_shop(customers=300, seed=5), make_shop(customers=300, seed=5)
    for name in FRAMES:
        assert_frame_equal(getattr(one, name), getattr(two, name))


def test_another_seed_gives_another_shop():
    one, two = make_shop(customers=300, seed=5), make_shop(customers=300, seed=6)
    assert not one.truth["purchases_per_week"].equals(two.truth["purchases_per_week"])
    assert not one.lines["ordered_at"].equals(two.lines["ordered_at"])


def test_lines_follow_the_plain_layout(shop):
    lines = shop.lines
    assert list(lines.columns) == LAYOUT
    assert_frame_equal(
        lines,
        lines.sort_values(["ordered_at", "order_id"], kind="stable", ignore_index=True),
        check_exact=True,
    )
    assert set(lines["status"]) == {"paid", "cancelled", "pending", "test", "returned"}
    assert lines["ordered_at"].min() >= pd.Timestamp("2024-01-01")
    assert lines["ordered_at"].max().date() == pd.Timestamp("2025-12-31").date()
    assert not lines.duplicated(["order_id", "product_id"]).any()


def test_order_fields_are_equal_on_every_row_of_an_order(shop):
    of_order = [
        c for c in LAYOUT if c not in {"product_id", "product", "category", "quantity", "unit_price", "discount"}
    ]
    assert (shop.lines.groupby("order_id")[of_order].nunique(dropna=False) == 1).all(axis=None)


def test_money_has_two_decimals_and_no_line_is_negative_unless_returned(shop):
    money = shop.lines[["unit_price", "discount", "shipping", "tax"]]
    assert np.allclose(money * 100, (money * 100).round(), atol=1e-6)
    sold = shop.lines[shop.lines["status"] != "returned"]
    assert (sold["quantity"] > 0).all()
    assert (sold["quantity"] * sold["unit_price"] - sold["discount"] > 0).all()
    assert ((sold["discount"] > 0) <= sold["discount_code"].notna()).all()


def test_a_return_gives_back_exactly_what_was_paid_for_the_line(shop, paid):
    back = shop.lines[shop.lines["status"] == "returned"]
    assert (back["quantity"] < 0).all()
    assert (back[["discount", "shipping", "tax"]] == 0).all(axis=None)
    both = back.assign(order_id=back["order_id"].str.removesuffix("-R1")).merge(
        paid, on=["order_id", "product_id"], suffixes=("_back", "")
    )
    assert len(both) == len(back)
    assert (both["ordered_at_back"] > both["ordered_at"]).all()
    refunded = -both["quantity_back"] * both["unit_price_back"]
    assert np.allclose(refunded, both["quantity"] * both["unit_price"] - both["discount"], atol=1e-9)


def test_tax_is_the_country_rate_on_goods_and_shipping(paid):
    hungarian = paid[paid["country"] == "HU"]
    goods = (
        (hungarian["quantity"] * hungarian["unit_price"] - hungarian["discount"]).groupby(hungarian["order_id"]).sum()
    )
    order = hungarian.groupby("order_id")[["shipping", "tax"]].first()
    assert (order["tax"] - 0.27 * (goods + order["shipping"])).abs().max() <= 0.0051


def test_every_customer_of_the_truth_has_the_purchases_it_says(shop, paid):
    counted = with_ids(shop, paid).groupby("customer_id")["order_id"].nunique()
    expected = shop.truth.set_index("customer_id")["purchases"]
    assert len(expected) == 4000
    assert counted.reindex(expected.index).equals(expected)


def test_nobody_buys_after_dropping_out(shop, paid):
    last = with_ids(shop, paid).groupby("customer_id")["ordered_at"].max().dt.normalize()
    gone = shop.truth.dropna(subset="dropped_out_on").set_index("customer_id")["dropped_out_on"]
    assert 0.5 < len(gone) / 4000 < 0.9
    assert (last.reindex(gone.index) == gone).all()


def test_rates_and_dropouts_follow_the_stated_distributions():
    truth = make_shop(customers=40_000, months=12).truth
    assert truth["purchases_per_week"].mean() == pytest.approx(0.8 / 7, rel=0.03)
    assert truth["purchases_per_week"].var() == pytest.approx(0.8 / 7**2, rel=0.06)
    assert truth["dropout_probability"].mean() == pytest.approx(0.8 / 2, rel=0.02)


def test_repeat_purchases_are_the_rates_times_the_weeks_customers_were_active():
    shop = make_shop(customers=40_000, seed=2)
    clock = _Clock.between("2024-01-01", 24)

    def shop_weeks(days):
        hours = (days - clock.start).dt.days * 24 + 12
        return np.interp(hours, clock.hours, clock.weeks)

    left = shop.truth["dropped_out_on"].fillna(pd.Timestamp("2026-01-01"))
    active = shop_weeks(left) - shop_weeks(shop.customers["joined_on"])
    expected = (shop.truth["purchases_per_week"] * active).sum()
    assert (shop.truth["purchases"] - 1).sum() == pytest.approx(expected, rel=0.015)


def test_the_shop_looks_like_a_small_electronics_shop(shop, paid):
    net = paid["quantity"] * paid["unit_price"] - paid["discount"]
    orders = net.groupby(paid["order_id"]).sum()
    years = net.groupby(paid["ordered_at"].dt.year).sum()
    assert 0.35 <= (shop.truth["purchases"] > 1).mean() <= 0.45
    assert 2.1 <= shop.truth["purchases"].mean() <= 3
    assert 90 <= orders.mean() <= 160
    assert 1.3 <= years[2025] / years[2024] <= 1.8
    assert 0.15 <= paid.groupby("order_id")["discount"].sum().gt(0).mean() <= 0.25
    assert 0.2 <= shop.customers["is_guest"].mean() <= 0.3
    assert shop.products["category"].nunique() == 8
    assert (shop.products["unit_cost"] < shop.products["unit_price"]).all()


def test_december_is_the_peak_of_each_year(paid):
    orders = paid.drop_duplicates("order_id")["ordered_at"]
    months = orders.groupby([orders.dt.year, orders.dt.month]).size().unstack()
    assert (months.idxmax(axis=1) == 12).all()
    assert (months[12] > 1.8 * months[[9, 10]].mean(axis=1)).all()


def test_a_phone_brings_a_case_into_the_basket(paid):
    products = paid.groupby("order_id")["product"].agg(" | ".join)
    phone = products.str.contains("Nova 8 phone|Nova 8 Pro phone")
    case = products.str.contains("Nova 8 clear case|Nova 8 leather case")
    assert (phone & case).mean() / (phone.mean() * case.mean()) > 2


def test_the_faulty_line_comes_back_and_its_buyers_do_not(shop, paid):
    faulty = paid["product"].str.startswith("Zephyr")
    back = shop.lines[shop.lines["status"] == "returned"]
    faulty_back = back["product"].str.startswith("Zephyr").sum()
    assert 0.04 < len(back) / len(paid) < 0.06
    assert 0.18 < faulty_back / faulty.sum() < 0.32
    assert (len(back) - faulty_back) / (~faulty).sum() < 0.05

    first = with_ids(shop, paid).drop_duplicates("customer_id").set_index("customer_id")
    repeated = (shop.truth.set_index("customer_id")["purchases"] > 1).reindex(first.index)
    started_faulty = first["product"].str.startswith("Zephyr")
    assert repeated[started_faulty].mean() < repeated[~started_faulty].mean() - 0.08


def test_discount_only_customers_never_pay_full_price(shop, paid):
    wanted = with_ids(shop, paid).merge(shop.truth[["customer_id", "discount_only"]], on="customer_id")
    assert wanted.loc[wanted["discount_only"], "discount_code"].notna().all()
    assert wanted.loc[~wanted["discount_only"], "discount_code"].notna().mean() < 0.25


def test_identities(shop):
    people, lines = shop.customers, shop.lines
    assert people["email"].dropna().is_unique
    assert people["phone"].dropna().is_unique
    assert people["email"].dropna().str.fullmatch(r"[a-z0-9.-]+@(marketplace\.)?example\.(com|org|net)").all()
    nobody = lines[["customer_id", "email", "phone"]].isna().all(axis=1)
    assert set(lines.loc[nobody, "channel"]) == {"store"}
    assert 0.01 < nobody.mean() < 0.05
    guests = people[people["is_guest"]]
    assert not lines["customer_id"].isin(guests["customer_id"]).any()
    assert guests[["birth_date", "loyalty_tier"]].isna().all(axis=None)
    assert people["name"].str.contains("Ő").any()
    assert people["name"].str.contains("Ł").any()
    assert people["name"].str.contains("İ").any()
    assert people["name"].str.contains("Иван").any()


def test_ratings_follow_their_order_and_punish_the_faulty_line(shop, paid):
    orders = paid.drop_duplicates("order_id").set_index("order_id")
    rated = shop.feedback.join(orders[["ordered_at", "product"]], on="order_id", validate="one_to_one")
    assert (rated["rated_at"] > rated["ordered_at"]).all()
    assert rated["score"].between(1, 5).all()
    faulty = rated["product"].str.startswith("Zephyr")
    assert rated.loc[faulty, "score"].mean() < rated.loc[~faulty, "score"].mean() - 0.8


@pytest.mark.parametrize("arguments", [{"customers": 0}, {"months": 0}])
def test_an_empty_shop_is_refused(arguments):
    with pytest.raises(ValueError, match="is 0, but a shop needs at least 1"):
        make_shop(**arguments)


@pytest.mark.parametrize(("customers", "months"), [(1, 1), (3, 24), (50, 2)])
def test_tiny_shops_work(customers, months):
    shop = make_shop(customers=customers, months=months, seed=3)
    assert len(shop.truth) == customers
    assert (shop.truth["purchases"] >= 1).all()
