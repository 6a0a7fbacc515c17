"""Cohorts by what customers began with: answers worked out by hand, and laws that hold for every shop."""

import numpy as np
import pytest
from hypothesis import given, settings

import retention as rt
from retention.measure.cohorts import BY, SHARES
from tests.measure import test_laws as laws
from tests.measure.shops import CORNER_SHOP, bought, read

MISSING = float("nan")
fewer = settings(laws.few, max_examples=4)  # an example takes seconds: every table is another query
HEADER = "order_id,ordered_at,status,email,channel,country,product,category,quantity,unit_price,discount,discount_code,is_guest"


def shop_of(*rows):
    return rt.read_orders("\n".join([HEADER, *rows]).encode())


def sizes(result):
    return result.table["customers"].to_dict()


def test_a_cell_of_a_group_counts_only_who_is_old_enough():
    january = [(f"a{n}", "2025-01-05") for n in range(3)] + [("a0", "2025-02-02")]
    february = [("b0", "2025-02-01"), ("b0", "2025-03-03")]
    result = rt.retention_table(bought(*january, *february, ("c0", "2025-03-31")), by="channel")
    assert result.table.index.tolist() == ["web"]
    # The first month begins late: at age 0 it is left out. At age 1 March's customer is too young, at age 2 February's too.
    np.testing.assert_array_equal(result.n, [[2, 4, 3]])
    np.testing.assert_array_equal(result.counts, [[2, 2, 0]])
    np.testing.assert_array_equal(result.table, [[5, 1, 2 / 4, 0 / 3]])
    assert result.average["rate"].tolist() == [1, 2 / 4, 0]


def test_categories_of_the_corner_shop():
    corner = read(CORNER_SHOP)
    result = rt.retention_table(corner, by="category")
    assert sizes(result) == {"phone": 2, "case": 1}  # ann's phone cost more than her cases
    np.testing.assert_array_equal(result.table[range(4)], [[1, 0, 0, 1 / 2], [1] + [MISSING] * 3])
    np.testing.assert_array_equal(result.n, [[2, 2, 2, 2], [1, 0, 0, 0]])
    assert not result.partial.any(axis=None)
    net = rt.retention_table(corner, by="category", value="net")
    np.testing.assert_array_equal(net.table[range(4)], [[188, -30, 0, 60], [55] + [MISSING] * 3])
    np.testing.assert_allclose(net.average["rate"], [243 / 2, -30, 0, 60])  # a mean cohort, whatever the rows are


def test_the_line_that_cost_most_names_the_product_and_a_tie_the_alphabet():
    shop = shop_of(
        "1,2025-01-01,paid,ann@x.com,web,PL,Zebra,Toys,1,30,,,",
        "1,2025-01-01,paid,ann@x.com,web,PL,Apple,Food,3,10,,,",
        "2,2025-01-02,paid,bob@x.com,web,PL,Lamp,Home,1,50,25,,",
        "2,2025-01-02,paid,bob@x.com,web,PL,Chair,Home,1,26,,,",
        "3,2025-01-03,paid,cyd@x.com,web,PL,Postcard,,1,5,,,",
        "3,2025-01-03,paid,cyd@x.com,web,PL,Lamp,Home,-1,50,,,",
        "4,2025-01-31,paid,ann@x.com,web,PL,Lamp,Home,9,50,,,",
    )
    assert sizes(rt.retention_table(shop, by="product")) == {"Apple": 1, "Chair": 1, "Postcard": 1}
    assert sizes(rt.retention_table(shop, by="category")) == {"Food": 1, "Home": 1, "(unknown)": 1}


def test_fifteen_groups_have_a_row_and_the_rest_is_put_together():
    rows = [f"{n},2025-01-{n % 28 + 1:02},paid,c{n}@x.com,web,PL,Product {n % 17:02},Toys,1,10,,," for n in range(40)]
    rows.append("40,2025-01-31,paid,c40@x.com,web,PL,,Toys,1,10,,,")
    result = sizes(rt.retention_table(shop_of(*rows), by="product"))
    # Products 0 to 5 have three customers, 6 to 16 two each: of equal ones the first by name are kept.
    assert list(result) == [f"Product {n:02}" for n in range(15)] + ["(others)", "(unknown)"]
    assert list(result.values()) == [3] * 6 + [2] * 9 + [4, 1]


def test_discount_guest_and_country():
    shop = shop_of(
        "1,2025-01-01,paid,ann@x.com,web,PL,Lamp,Home,1,50,5,,true",
        "2,2025-01-02,paid,bob@x.com,app,,Lamp,Home,1,50,,FREESHIP,false",
        "3,2025-01-03,paid,cyd@x.com,app,HU,Lamp,Home,1,50,,,",
        "4,2025-01-31,paid,cyd@x.com,web,HU,Lamp,Home,1,50,5,SALE,",
    )
    assert sizes(rt.retention_table(shop, by="discount")) == {"discounted": 2, "full_price": 1}
    assert sizes(rt.retention_table(shop, by="guest")) == {"account": 1, "guest": 1, "(unknown)": 1}
    assert sizes(rt.retention_table(shop, by="country")) == {"HU": 1, "PL": 1, "(unknown)": 1}
    assert sizes(rt.retention_table(shop, by="channel")) == {"app": 2, "web": 1}


def test_a_customers_file_says_who_is_a_guest():
    orders = "\n".join(
        ["order_id,ordered_at,email,quantity,unit_price", "1,2025-01-01,ann@x.com,1,5", "2,2025-01-31,bob@x.com,1,5"]
    )
    people = "email,name,has_account\nann@x.com,Ann,no\n"
    shop = rt.read_orders([orders.encode(), people.encode()])
    assert sizes(rt.retention_table(shop, by="guest")) == {"guest": 1, "(unknown)": 1}


def test_what_the_files_do_not_say_is_one_row_and_a_note():
    shop = read("1,2025-01-01,paid,ann,,phone,1,100,,\n2,2025-01-31,paid,bob,,phone,1,100,,")
    for by in ("channel", "country", "product", "guest"):
        result = rt.retention_table(shop, by=by)
        assert sizes(result) == {"(unknown)": 2}
        assert "The files do not say this of any customer." in result.notes
    full_price = rt.retention_table(shop, by="discount")
    assert sizes(full_price) == {"full_price": 2}
    assert any("perhaps the files do not say" in note for note in full_price.notes)


@pytest.mark.parametrize("by", BY)
def test_very_small_shops(by):
    result = rt.retention_table(bought(("ann", "2025-01-05")), by=by)
    assert result.table["customers"].tolist() == [1]
    assert result.table[0].isna().all() == (
        by != "period"
    )  # nobody is old enough to be observed to the end of the month


def test_a_filtered_channel_is_the_group_of_customers_who_stay_in_it():
    days = [("ann", "2025-01-01", "web"), ("bob", "2025-01-02", "app"), ("ann", "2025-02-05", "web"),
            ("cyd", "2025-02-06", "web"), ("cyd", "2025-03-07", "web"), ("bob", "2025-03-31", "app")]  # fmt: skip
    shop = read("\n".join(f"{n},{day},paid,{who},{channel},phone,1,10,," for n, (who, day, channel) in enumerate(days)))
    for value in ("retention", "cumulative", "net_to_date"):
        of_group = rt.retention_table(shop, by="channel", value=value).table.loc["web"]
        filtered = rt.retention_table(shop.filter(channels=["web"]), value=value).average
        assert of_group[filtered["age"]].tolist() == pytest.approx(filtered["rate"].tolist())


@fewer
@given(laws.shops())
def test_groups_add_up_to_all_customers(rows):
    orders = laws.read(rows)
    for value in ("retention", "cumulative"):
        whole = rt.retention_table(orders, value=value)
        cells = (whole.n.notna() & ~whole.partial).to_numpy()
        for by in ("category", "channel"):
            groups = rt.retention_table(orders, by=by, value=value)
            assert groups.table["customers"].sum() == whole.table["customers"].sum()
            width = groups.n.shape[1]
            for one, other in ((groups.n, whole.n), (groups.counts, whole.counts)):
                np.testing.assert_allclose(one.sum(), np.where(cells, other, 0).sum(axis=0)[:width])
    for channel in ("web", "store"):
        groups = rt.retention_table(orders, by="channel").table["customers"]
        try:
            filtered = rt.retention_table(orders.filter(channels=[channel])).table["customers"].sum()
        except rt.EmptyError:
            filtered = 0
        assert groups.get(channel, 0) == filtered  # who began there; what they did later elsewhere is not in the filter


@fewer
@given(laws.shops(), laws.st.sampled_from(["month", "week", "quarter"]))
def test_shares_are_in_their_places(rows, period):
    orders = laws.read(rows)
    tables = {value: rt.retention_table(orders, period, value) for value in SHARES}
    shares = {value: result.table.drop(columns="customers").to_numpy() for value, result in tables.items()}
    seen = ~np.isnan(shares["retention"])
    assert all((~np.isnan(grid) == seen).all() for grid in shares.values())
    assert (shares["unbounded"] >= shares["retention"])[seen].all()
    assert (shares["unbounded"][:, 0] == 1).all()
    assert (np.diff(shares["unbounded"], axis=1)[seen[:, 1:]] <= 0).all()
    assert (np.diff(shares["cumulative"], axis=1)[seen[:, 1:]] >= 0).all()
    by_the_end = np.nanmax(shares["cumulative"], axis=1)
    later = shares["unbounded"][:, 1:2]  # who came back at any later age has a second purchase by the end
    assert (np.nan_to_num(later) <= by_the_end[:, None] + 1e-12).all()
    for result in tables.values():
        assert (result.average["low"] <= result.average["rate"]).all()
        assert (result.average["rate"] <= result.average["high"]).all()
    one, other = laws.read(rows), laws.read(rows.iloc[::-1])
    left, right = (rt.retention_table(shop, period, "cumulative", "category").table for shop in (one, other))
    laws.pd.testing.assert_frame_equal(left, right)
