"""Every platform's invented sample is read as it was worked out by hand."""

from pathlib import Path

import pandas as pd
import pytest

import retention as rt

HERE = Path(__file__).parent / "platforms"
SAMPLES = sorted(folder.name for folder in HERE.iterdir() if folder.is_dir())
NOTES = ("expected.csv", "set_aside.csv")


def files_of(sample):
    return [path for path in sorted((HERE / sample).iterdir()) if path.name not in NOTES]


def in_money(cents):
    return (cents / 100).map("{:.2f}".format)


def found_in(shop):
    orders = shop.frame(shop.orders)
    people = shop.frame(shop.customers)[["customer_id", "customer_ref"]]
    table = orders.merge(people, on="customer_id", how="left").sort_values(["ordered_at", "order_ref"])
    money = {name: in_money(table[name]) for name in ("gross", "discounts", "refunds", "shipping", "tax", "net")}
    return table.assign(
        ordered_at=table["ordered_at"].dt.strftime("%Y-%m-%d %H:%M:%S"),
        customer_ref=table["customer_ref"].fillna(""),
        units=table["units"].map("{:g}".format),
        is_purchase=table["is_purchase"].astype(str),
        is_return=table["is_return"].astype(str),
        **money,
    ).reset_index(drop=True)


def expected_of(sample):
    table = pd.read_csv(HERE / sample / "expected.csv", dtype=str, keep_default_na=False)
    clock = pd.to_datetime(table["ordered_at"], format="mixed")
    words = {"true": "True", "false": "False"}
    flags = {name: table[name].str.lower().map(words) for name in ("is_purchase", "is_return")}
    return table.assign(ordered_at=clock.dt.strftime("%Y-%m-%d %H:%M:%S"), **flags)


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_sample_is_read_as_worked_out_by_hand(sample):
    shop = rt.read_orders(files_of(sample))
    expected = expected_of(sample)
    found = found_in(shop)[list(expected.columns)]
    pd.testing.assert_frame_equal(found, expected.astype(found.dtypes.to_dict()))


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_row_of_the_sample_is_accounted_for(sample):
    shop = rt.read_orders(files_of(sample))
    report = shop.report
    assert report.rows_in_files == int(report.rows["rows"].sum())
    aside = shop.set_aside()
    assert len(aside) == report.count("set aside")
    notes = HERE / sample / "set_aside.csv"
    if notes.exists():
        wanted = pd.read_csv(notes, dtype=str)
        lines = aside.set_index("line")["reason"]
        for row in wanted.itertuples():
            assert row.reason_contains in lines[int(row.line)]
    else:
        assert aside.empty


def test_every_layout_that_can_be_read_has_a_sample():
    folder = Path(rt.__file__).parent / "ingest" / "platforms"
    halves = {path.stem for path in folder.glob("*.toml") if "\nalone = " in path.read_text(encoding="utf-8")}
    assert {path.stem for path in folder.glob("*.toml")} - halves == {sample.removesuffix("_xls") for sample in SAMPLES}


def test_letters_written_as_on_a_web_page_are_letters():
    shop = rt.read_orders(files_of("bigcommerce"))
    products = set(shop.frame(shop.lines)["product"])
    assert not [name for name in products if "&" in name and ";" in name]
    assert [name for name in products if "'" in name]
