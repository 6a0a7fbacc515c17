"""Whole files: the sample shop in four layouts, line numbers of rows set aside, the sources a caller can pass."""

from pathlib import Path

import pandas as pd
import pytest

import retention as rt
from retention.ingest import read as reader

SAMPLES = Path(__file__).parents[2] / "sample_data"
HEADER = "order_id,ordered_at,email,product,quantity,unit_price\n"


@pytest.fixture(scope="module")
def plain_orders():
    """Purchases by order number as the plain file has them, the money of later returns set against their order."""
    shop = rt.read_orders(SAMPLES / "orders.csv")
    table = shop.frame(shop.orders).merge(shop.frame(shop.customers)[["customer_id", "customer_ref"]], how="left")
    back = table[table["is_return"]].assign(order_ref=lambda t: t["order_ref"].str.removesuffix("-R1"))
    bought = table[table["is_purchase"]].set_index("order_ref")
    returned = back.groupby("order_ref")["refunds"].sum().reindex(bought.index).fillna(0).astype(int)
    return bought.assign(refunds=returned, net=bought["net"] - returned)


@pytest.mark.parametrize("name", ["orders_shopify.csv", "orders_woocommerce.csv"])
def test_a_platform_file_tells_the_same_story_as_the_plain_file(plain_orders, name):
    shop = rt.read_orders(SAMPLES / name)
    table = shop.frame(shop.orders).merge(shop.frame(shop.customers)[["customer_id", "customer_ref"]], how="left")
    found = (
        table[table["is_purchase"]].assign(order_ref=table["order_ref"].str.removeprefix("#")).set_index("order_ref")
    )
    expected = plain_orders.loc[found.index]
    assert len(found) == (plain_orders["ordered_at"] >= "2025-07-01").sum()
    for column in ("units", "gross", "discounts", "refunds", "net", "shipping", "tax"):
        assert found[column].tolist() == expected[column].tolist(), column
    who = expected["customer_ref"].where(expected["customer_ref"].str.contains("@|\\+", na=False))
    assert found["customer_ref"].fillna("").tolist() == who.fillna("").tolist()


def test_the_polish_file_tells_the_same_story_as_the_plain_file(plain_orders):
    shop = rt.read_orders(SAMPLES / "orders_polish.csv")
    file = shop.report.files[0]
    assert (file.encoding, file.delimiter, file.rows) == ("cp1250", ";", shop.report.count("used"))
    found = shop.frame(shop.orders.filter(shop.orders.is_purchase)).set_index("order_ref")
    expected = plain_orders.loc[found.index]
    assert found["gross"].tolist() == expected["gross"].tolist()
    assert found["discounts"].tolist() == expected["discounts"].tolist()
    returned = shop.frame(shop.orders.filter(shop.orders.is_return))
    assert returned["refunds"].sum() == expected["refunds"].sum()
    assert "Łódź" in set(shop.frame(shop.customers)["city"])


def aside(content, **options):
    shop = rt.read_orders(content.encode() if isinstance(content, str) else content, **options)
    assert shop.report.rows_in_files == sum(shop.report.count(o) for o in ("used", "set aside", "merged"))
    assert len(shop.set_aside()) == shop.report.count("set aside")
    return shop.set_aside()[["line", "column", "value", "reason", "text"]].values.tolist()


GOOD = "9,2025-01-05,a@example.com,x,1,5\n"
BAD = "8,2025-01-05,a@example.com,x,one,5\n"
BAD_ROW = ["quantity", "one", "not a number", BAD[:-1]]


def test_line_numbers_with_blank_lines_rejected_rows_and_line_breaks_in_cells():
    content = HEADER + GOOD + BAD + "\n" + "too,short\n" + '7,2025-01-05,a@example.com,"two\nlines",1,5\n' + GOOD + BAD
    assert aside(content) == [
        [3, *BAD_ROW],
        [5, "", "", "fewer cells than the header", "too,short"],
        [9, *BAD_ROW],
    ]


@pytest.mark.parametrize("end", ["", "\n", "\n\n"])
def test_line_numbers_do_not_depend_on_how_the_file_ends(end):
    assert aside(HEADER + GOOD + "\n" + BAD[:-1] + end) == [[4, *BAD_ROW]]
    assert aside(HEADER + GOOD + BAD[:-1] + end) == [[3, *BAD_ROW]]


def test_line_numbers_between_many_rejected_rows():
    content = HEADER + "x\n" + BAD + "x\nx\n" + GOOD + BAD + "x,,,,,,,\n" + BAD
    assert [row[0] for row in aside(content)] == [2, 3, 4, 5, 7, 8, 9]


def test_an_open_quotation_mark_costs_one_line():
    content = (
        HEADER
        + GOOD
        + '7,2025-01-05,a@example.com,"TV 24,1,5\n'
        + GOOD * 3
        + BAD
        + '6,2025-01-05,a@example.com,"a"b,1,5\n'
        + GOOD
    )
    assert aside(content) == [
        [3, "", "", "a quotation mark is not closed", '7,2025-01-05,a@example.com,"TV 24,1,5'],
        [7, *BAD_ROW],
        [8, "", "", "a quotation mark stands inside a cell", '6,2025-01-05,a@example.com,"a"b,1,5'],
    ]


def test_two_open_quotation_marks_do_not_make_one_row():
    content = HEADER + '1,2025-01-05,"a@example.com,x,1,5\n2,2025-01-05,a@example.com",x,1,5\n' + GOOD
    assert [row[0] for row in aside(content)] == [2]


def test_the_dates_are_settled_also_below_an_open_quotation_mark():
    rows = '1,03/04/2025,"Bob,x,1,5\n2,04/04/2025,b@example.com,x,1,5\n3,31/04/2024,c@example.com,x,1,5\n4,30/04/2025,c@example.com,x,1,5\n'
    shop = rt.read_orders((HEADER + rows).encode())
    assert shop.frame(shop.orders)["ordered_at"].astype(str).tolist() == ["2025-04-04", "2025-04-30"]
    assert shop.set_aside()["line"].tolist() == [2, 4]


def test_preamble_and_footer():
    content = "Report of January;;;;\n\nNumer zamówienia;Data zamówienia;E-mail;Ilość;Cena\n1;05.01.2025;a@example.com;2;4,50\n2;06.01.2025;b@example.com;1;3,00\nRazem;;;3;12,00\n2,record(s) downloaded\n"
    assert aside(content) == [
        [6, "", "Razem", "a total, not an order", "Razem;;;3;12,00"],
        [7, "", "", "fewer cells than the header", "2,record(s) downloaded"],
    ]


def test_rows_of_empty_cells():
    assert aside(HEADER + GOOD + ",,,,,\n") == [[3, "", "", "number, date and price are empty", ",,,,,"]]


def test_impossible_amounts():
    row = "8,2025-01-05,a@example.com,x,9999999999999,9999999999999\n"
    assert aside(HEADER + GOOD + row)[0][:4] == [3, "unit_price", "9999999999999", "not a plausible amount"]


def test_one_slip_among_the_dates_does_not_refuse_the_file():
    rows = "".join(f"{n},{n % 28 + 1:02}/05/2025,a@example.com,x,1,5\n" for n in range(300))
    assert [row[0] for row in aside(HEADER + rows + "301,05/28/2025,a@example.com,x,1,5\n")] == [302]


def test_every_kind_of_source_gives_the_same_orders(tmp_path):
    content = (HEADER + GOOD + "10,2025-02-05,b@example.com,y,2,7.50\n").encode()
    path = tmp_path / "orders.csv"
    path.write_bytes(content)
    frame = pd.read_csv(path)
    with open(path, "rb") as stream:
        shops = [rt.read_orders(one) for one in (path, str(path), content, stream, frame, [path])]
        assert not stream.closed
    assert [shop.frame(shop.orders)["net"].tolist() for shop in shops] == [[500, 1500]] * 6
    assert shops[0].fingerprint == shops[1].fingerprint == shops[2].fingerprint
    assert path.read_bytes() == content


def test_what_is_no_source():
    with pytest.raises(rt.OptionError, match=r"None is no source of orders\. Pass a path"):
        rt.read_orders(None)
    with pytest.raises(rt.EmptyError, match="No file was given"):
        rt.read_orders([])
    with pytest.raises(rt.FileError, match=r"There is no file nowhere\.csv\. Check the path: /tmp/nowhere\.csv"):
        rt.read_orders("/tmp/nowhere.csv")
    with pytest.raises(rt.FileError, match="is a folder"):
        rt.read_orders(SAMPLES)


def test_nothing_of_a_failed_file_stays_on_disk(tmp_path, monkeypatch):
    monkeypatch.setattr(
        reader, "mkdtemp", lambda prefix: str(tmp_path / "kept") if (tmp_path / "kept").mkdir() is None else ""
    )
    with pytest.raises(rt.EmptyError):
        rt.read_orders((HEADER + BAD).encode("utf-16"))
    assert list(tmp_path.iterdir()) == []


def test_a_kept_folder_holds_the_tables_and_nothing_else(tmp_path):
    rt.read_orders((HEADER + GOOD).encode("utf-16"), folder=tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "customers.parquet", "lines.parquet", "orders.parquet", "set_aside.parquet",
    ]  # fmt: skip


def test_inspect_tells_what_a_file_looks_like():
    found = rt.inspect_orders(SAMPLES / "orders_polish.csv")
    assert (found.layout, found.encoding, found.delimiter, found.header_line) == ("own columns", "cp1250", ";", 1)
    assert found.because["email"] == "name"
    assert found.preview["Miasto"].tolist()[:2] == ["Budapest", "Győr"]
    assert rt.inspect_orders(SAMPLES / "orders_shopify.csv").layout == "Shopify orders"


def test_names_alone_make_no_customers_and_the_report_says_so():
    shop = rt.read_orders(b"order_id,ordered_at,name,product,quantity,unit_price\n1,2025-01-05,Ann Lee,Mug,1,9.90\n")
    (choice,) = [choice for choice in shop.report.choices if choice.about == "Customers"]
    assert choice.chosen == "not told apart" and "e-mail" in choice.why


def test_the_plain_layout_keeps_what_it_says_of_a_person():
    head = "order_id,ordered_at,email,gender,age,product,quantity,unit_price\n"
    orders = rt.read_orders(f"{head}1,2025-01-01,a@example.com,female,30,Mug,1,10\n".encode())
    person = orders.frame(orders.customers).iloc[0]
    assert (person["gender"], person["birth_year"]) == ("female", 1995)
