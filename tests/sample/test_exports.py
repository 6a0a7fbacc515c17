import importlib.util
import io
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from retention.sample.exports import (
    POLISH_COUNTRIES,
    SHOPIFY_HEADER,
    WOOCOMMERCE_HEADER,
    to_plain,
    to_polish,
    to_shopify,
    to_woocommerce,
)
from retention.sample.shop import make_shop

SAMPLE_DATA = Path(__file__).parents[2] / "sample_data"


@pytest.fixture(scope="module")
def lines():
    return make_shop(customers=800, months=12, seed=4).lines


@pytest.fixture(scope="module")
def orders(lines):
    """One row an order in whole cents, counted from the plain layout."""
    cents = lines[["unit_price", "discount", "shipping", "tax"]].mul(100).round().astype(int)
    cents = cents.assign(
        order_id=lines["order_id"].str.removesuffix("-R1"),
        status=lines["status"],
        goods=cents["unit_price"] * lines["quantity"] - cents["discount"],
    )
    sold = cents[~cents["status"].isin(["returned", "test"])].groupby("order_id")
    table = sold.agg(
        subtotal=("goods", "sum"),
        discount=("discount", "sum"),
        shipping=("shipping", "first"),
        tax=("tax", "first"),
        status=("status", "first"),
    )
    refunded = -cents[cents["status"] == "returned"].groupby("order_id")["goods"].sum()
    return table.assign(refunded=refunded.reindex(table.index).fillna(0).astype(int))


def read(text, **options):
    return pd.read_csv(io.StringIO(text), dtype="str", keep_default_na=False, **options)


def in_cents(texts):
    assert texts.str.fullmatch(r"\d+\.\d\d").all()
    return texts.str.replace(".", "").astype(int)


def assert_totals(found, orders):
    assert found.index.is_unique
    assert_frame_equal(found.sort_index(), orders[list(found.columns)], check_names=False, check_dtype=False)


def test_plain_reads_back_as_the_same_lines(lines):
    text = to_plain(lines)
    back = pd.read_csv(
        io.StringIO(text),
        parse_dates=["ordered_at"],
        dtype={c: "str" for c in lines if lines[c].dtype == "str"},
    )
    assert_frame_equal(back, lines)
    assert text.splitlines()[1].split(",")[1] == f"{lines['ordered_at'].iloc[0]:%Y-%m-%d %H:%M:%S}"


def test_shopify_totals_equal_the_plain_layout_to_the_cent(lines, orders):
    table = read(to_shopify(lines))
    assert list(table.columns) == SHOPIFY_HEADER
    assert len(SHOPIFY_HEADER) == 79
    first = table[table["Financial Status"] != ""]
    money = first[["Subtotal", "Shipping", "Taxes", "Discount Amount", "Refunded Amount", "Total"]].apply(in_cents)
    assert (money["Total"] == money["Subtotal"] + money["Shipping"] + money["Taxes"]).all()
    money = money.drop(columns="Total").set_index(first["Name"].str.removeprefix("#"))
    money.columns = ["subtotal", "shipping", "tax", "discount", "refunded"]
    assert_totals(money, orders)

    items = in_cents(table["Lineitem price"]) * table["Lineitem quantity"].astype(int)
    items = (items - in_cents(table["Lineitem discount"])).groupby(table["Name"].str.removeprefix("#")).sum()
    assert_totals(items.to_frame("subtotal"), orders)


def test_shopify_continuation_rows_hold_items_only(lines):
    table = read(to_shopify(lines))
    later = table[table["Name"].duplicated()]
    filled = {column for column in later if (later[column] != "").any()}
    assert len(later) > 100
    assert {c for c in filled if not c.startswith("Lineitem")} == {"Name", "Email", "Created at"}


def test_shopify_statuses(lines, orders):
    table = read(to_shopify(lines)).drop_duplicates("Name")
    status = table.set_index(table["Name"].str.removeprefix("#"))["Financial Status"]
    assert set(status) == {"paid", "pending", "voided", "refunded", "partially_refunded"}
    whole = (orders["refunded"] > 0) & (orders["refunded"] == orders["subtotal"])
    assert set(status.index[status == "refunded"]) == set(orders.index[whole])
    assert set(status.index[status == "voided"]) == set(orders.index[orders["status"] == "cancelled"])
    assert ((table["Cancelled at"] != "") == (table["Financial Status"] == "voided")).all()
    assert "test@example.com" not in set(table["Email"])
    assert table.loc[table["Billing Name"] != "", "Billing Zip"].str.startswith("'").all()


def test_shopify_dates_carry_budapest_offsets(lines):
    table = read(to_shopify(lines)).drop_duplicates("Name")
    plain = lines[~lines["status"].isin(["test", "returned"])].drop_duplicates("order_id")["ordered_at"]
    created = pd.to_datetime(table["Created at"], utc=True).dt.tz_convert("Europe/Budapest").dt.tz_localize(None)
    spring_gap = (plain.dt.month == 3) & (plain.dt.day >= 25) & (plain.dt.hour == 2)
    assert (created.to_numpy() == plain.to_numpy())[~spring_gap.to_numpy()].all()
    offsets = table["Created at"].str[-5:]
    month = table["Created at"].str[5:7]
    assert set(offsets[month == "01"]) == {"+0100"}
    assert set(offsets[month == "07"]) == {"+0200"}


def test_woocommerce_totals_equal_the_plain_layout_to_the_cent(lines, orders):
    text = to_woocommerce(lines)
    assert text.count("\r\n") == text.count("\n")
    table = read(text)
    assert list(table.columns) == WOOCOMMERCE_HEADER
    repeated = [c for c in table if c.startswith("Order ") or c in {"Cart Discount Amount", "Discount Amount"}]
    assert (table.groupby("Order Number")[repeated].nunique() == 1).all(axis=None)

    first = table.drop_duplicates("Order Number").set_index("Order Number")
    money = first.filter(regex="Order .*Amount|Discount Amount$").apply(in_cents)
    assert (money["Discount Amount"] == money["Cart Discount Amount"]).all()
    found = pd.DataFrame(
        {
            "subtotal": money["Order Subtotal Amount"] - money["Cart Discount Amount"],
            "discount": money["Cart Discount Amount"],
            "shipping": money["Order Shipping Amount"],
            "tax": money["Order Total Tax Amount"],
            "refunded": money["Order Refund Amount"],
        }
    )
    assert_totals(found, orders)
    total = found["subtotal"] + found["shipping"] + found["tax"]
    assert (money["Order Total Amount"] == total).all()


def test_woocommerce_quantity_is_what_is_left_after_returns(lines):
    table = read(to_woocommerce(lines))
    left = table["Quantity (- Refund)"].astype(int)
    placed = lines["order_id"].str.removesuffix("-R1")
    expected = lines[lines["status"] != "test"].groupby([placed, "product_id"])["quantity"].sum()
    found = left.groupby([table["Order Number"], table["SKU"]]).sum()
    assert found.sort_index().tolist() == expected.sort_index().tolist()
    assert (left == 0).any()


def test_woocommerce_statuses_and_dates(lines, orders):
    table = read(to_woocommerce(lines))
    assert set(table["Order Status"]) == {
        "completed",
        "processing",
        "cancelled",
        "pending",
        "refunded",
        "failed",
    }
    assert table["Order Date"].str.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d").all()
    dead = table["Order Status"].isin(["cancelled", "failed"])
    assert set(table.loc[dead, "Order Number"]) == set(orders.index[orders["status"] == "cancelled"])
    person = table[table["Email (Billing)"].str.startswith("odon.ory")].iloc[0]
    assert (person["First Name (Billing)"], person["Last Name (Billing)"]) == ("Ödön", "Őry")


def test_polish_decodes_and_adds_up(lines):
    content = to_polish(lines)
    assert content.count(b"\r\n") == content.count(b"\n")
    table = read(content.decode("cp1250"), sep=";")
    plain = lines[lines["country"].isin(POLISH_COUNTRIES)].reset_index(drop=True)
    assert set(table["Status"]) == {"opłacone", "anulowane", "oczekujące", "zwrot", "testowe"}
    assert table["Imię i nazwisko"].tolist() == plain["name"].fillna("").tolist()
    assert table["Data zamówienia"].tolist() == plain["ordered_at"].dt.strftime("%d.%m.%Y %H:%M").tolist()
    for polish, column in {"Cena": "unit_price", "Rabat": "discount", "Koszt wysyłki": "shipping"}.items():
        assert table[polish].str.fullmatch("\\d{1,3}(\xa0\\d{3})*,\\d\\d").all()
        found = table[polish].str.replace("\xa0", "").str.replace(",", "").astype(int)
        assert found.tolist() == plain[column].mul(100).round().astype(int).tolist()
    assert table["Cena"].str.contains("\xa0").any()


def test_the_generator_rebuilds_the_files_in_the_repository(tmp_path):
    spec = importlib.util.spec_from_file_location("generate_sample", SAMPLE_DATA / "generate.py")
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    paths = generate.write_all(tmp_path)
    assert {p.name for p in paths} == {p.name for p in SAMPLE_DATA.glob("*.csv")}
    for path in paths:
        assert path.read_bytes() == (SAMPLE_DATA / path.name).read_bytes(), path.name
    assert sum(path.stat().st_size for path in paths) < 10_000_000
