"""Files that are wrong in every way we know: a sentence a person can act on or a right result, never a traceback."""

import gzip
import io
import os
import random
import zipfile

import pandas as pd
import pytest

import retention as rt

HEADER = "order_id,ordered_at,email,product,quantity,unit_price\n"
ROW = "1,2025-01-31,a@example.com,Case,2,9.90\n"


def net(content, **options):
    shop = rt.read_orders(content if isinstance(content, bytes) else content.encode(), **options)
    return int(shop.frame(shop.orders)["net"].sum())


def refusal(content, kind, **options):
    with pytest.raises(kind) as error:
        rt.read_orders(content if isinstance(content, bytes) else content.encode(), name="shop.csv", **options)
    return str(error.value)


REFUSALS = {
    "empty": (b"", rt.FileError, "shop.csv is empty. Export the orders again and drop the new file."),
    "blank": (b"\n \n", rt.FileError, "shop.csv holds no text. Export the orders again and drop the new file."),
    "header only": (
        HEADER, rt.EmptyError, "shop.csv has a header and no orders under it. Choose a longer period in the export.",
    ),
    "one column": (
        "order_id\n1\n2\n", rt.FileError,
        "shop.csv has no header row with at least two columns; its first line is: 'order_id'. The first line has to name "
        "the columns, as in order_id,ordered_at,email,product,quantity,unit_price.",
    ),
    "no date column": (
        "order,email,price\n1,a@example.com,5\n", rt.ColumnError,
        "No column for the date of the order in shop.csv. Found: order, email, price. Pick one under Columns. In code, pass "
        "mapping={'ordered_at': '…'}.",
    ),
    "an empty date column": (
        "order,date,price\n1,,5\n", rt.ColumnError,
        "Column date of shop.csv is empty where a date was expected. Pick the date under Columns.",
    ),
    "no date at all": (
        "order,date,price\n1,soon,5\n", rt.EmptyError,
        "No row of shop.csv could be used. Line 2, column date: not a date; found 'soon', expected the date of the order. "
        "Check what this column holds, or pick another one under Columns.",
    ),
    "ambiguous dates": (
        "order,date,price\n1,03/04/2025,5\n2,01/02/2025,5\n", rt.QuestionError,
        "The dates in column date of shop.csv, such as 03/04/2025, can be read with the day or the month first. "
        "Say which under Dates, or pass date_order='dmy' or 'mdy'.",
    ),
    "contradicting dates": (
        "order,date,price\n1,31/04/2025,5\n2,01/31/2025,5\n", rt.ColumnError,
        "Column date of shop.csv has dates with the day first and dates with the month first. A spreadsheet converted part "
        "of them. Export the file again and do not open it before dropping it here.",
    ),
    "a lone 1.234": (
        "order,date,price\n1,2025-01-31,1.234\n", rt.QuestionError,
        "The numbers in column price of shop.csv, such as 1.234, can be thousands or have three decimals. "
        "Say which under Numbers, or pass decimal='.' or ','.",
    ),
    "a picture": (
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)), rt.FileError,
        "shop.csv is a PNG picture, not a table. Drop the CSV or XLSX file that your shop exports.",
    ),
    "a web page": (
        "<html><table><tr><td>1</td></tr></table></html>", rt.FileError,
        "shop.csv is a web page, not a table. Open it in a spreadsheet program and save it as CSV (UTF-8).",
    ),
    "too many columns": (
        ",".join(f"column {n}" for n in range(100_000)) + "\n", rt.FileError,
        "The first line of shop.csv is 262,144 or more characters long with 21,020 columns; at most 2,000 can be read. "
        "Export fewer columns, or check that this is a file of orders.",
    ),
    "only ragged rows": (
        HEADER + "1,2\n3,4\n", rt.EmptyError,
        "No row of shop.csv could be used. Line 2: fewer cells than the header. Save the file again as CSV (UTF-8) "
        "straight from the shop system.",
    ),
    "shortened order numbers": (
        HEADER + "1.12739E+16,2025-01-31,a@example.com,Case,2,9.90\n", rt.EmptyError,
        "No row of shop.csv could be used. Line 2, column order_id: a spreadsheet shortened this number and it cannot be "
        "recovered; found '1.12739E+16', expected the order number. Check what this column holds, or pick another one under "
        "Columns.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSALS)
def test_what_a_person_reads(case):
    content, kind, message = REFUSALS[case]
    assert refusal(content, kind) == message


def test_a_zip_says_what_is_inside():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("orders.csv", HEADER + ROW)
    message = "shop.csv is a zip archive with orders.csv. Unpack it and drop the order file that is inside."
    assert refusal(content.getvalue(), rt.FileError) == message
    assert refusal(content.getvalue()[:40], rt.FileError).startswith("shop.csv is a damaged archive: ")


@pytest.mark.parametrize("seed", range(5))
def test_noise_is_refused_in_words(seed):
    with pytest.raises(rt.RetentionError):
        rt.read_orders(random.Random(seed).randbytes(5_000))


@pytest.mark.parametrize(
    "content",
    [
        (HEADER + ROW).encode("utf-16"),
        (HEADER + ROW).encode("utf-16-le"),
        (HEADER + ROW).encode("utf-16-be"),
        (HEADER + ROW).replace(",", "\t").encode("utf-16"),
        (HEADER + ROW.replace("Case", "Łódka")).encode("cp1250"),
        (HEADER + ROW).replace("Case", "Ca\0se").encode(),
        (HEADER + ROW).replace("\n", "\r").encode(),
        (HEADER.replace("\n", "\r\n") + ROW + ROW.replace("1,2025", "2,2025").replace("9.90", "0")).encode(),
        ("sep=;\n" + (HEADER + ROW).replace(",", ";")).encode(),
        gzip.compress((HEADER + ROW).encode(), mtime=0),
        (HEADER + ROW.replace("Case", '"Case\nin ""red"", two\r\nlines"')).encode(),
        (HEADER + ROW.replace("2025-01-31", "45688.75")).encode(),
        (HEADER.replace("product", "email") + ROW).encode(),
        (HEADER + ROW.replace("9.90", "$9.90")).encode(),
    ],
)
def test_odd_files_with_a_right_result(content):
    assert net(content) == 1980


def test_an_answer_settles_the_question():
    dates = "order,date,price\n1,03/04/2025,5\n"
    assert rt.read_orders(dates.encode(), date_order="dmy").observed_from.isoformat() == "2025-04-03"
    assert rt.read_orders(dates.encode(), date_order="mdy").observed_from.isoformat() == "2025-03-04"
    price = "order,date,price\n1,2025-01-31,1.234\n"
    assert (net(price, decimal="."), net(price, decimal=",")) == (123, 123_400)


def test_no_customer_column_means_revenue_only():
    shop = rt.read_orders(b"order,date,price\n1,2025-01-31,5\n2,2025-02-28,7\n")
    assert (shop.report.facts["customers"], shop.report.facts["purchases"]) == (0, 2)
    table = rt.kpi_table(shop)
    assert (table["net"].sum(), table["customers"].sum()) == (12, 0)
    with pytest.raises(rt.EmptyError) as error:
        rt.retention_table(shop)
    assert len(str(error.value)) > 20


def test_some_shortened_numbers_are_set_aside():
    shop = rt.read_orders((HEADER + ROW + ROW.replace("1,", "1.12739E+16,", 1)).encode())
    assert shop.set_aside()[["line", "column", "value"]].values.tolist() == [[3, "order_id", "1.12739E+16"]]


def test_negatives_in_brackets_and_with_a_trailing_minus():
    content = "order,date,email,qty,price\n1,2025-01-31,a@example.com,(2),5\n2,2025-01-31,a@example.com,3-,5\n"
    assert net(content) == -2500


def test_a_cell_of_fifty_megabytes():
    content = HEADER + ROW.replace("Case", "x" * 50_000_000) + ROW
    shop = rt.read_orders(content.encode())
    found = shop.set_aside()
    assert found[["line", "reason"]].values.tolist() == [[2, "a line longer than any order line"]]
    assert len(found["text"].iloc[0]) == 10_000
    assert shop.report.count("used") == 1


def test_a_frame_without_columns_or_rows():
    with pytest.raises(rt.FileError, match="The data frame has no columns"):
        rt.read_orders(pd.DataFrame())
    with pytest.raises(rt.EmptyError, match="data frame has a header and no orders under it"):
        rt.read_orders(pd.DataFrame(columns=["order_id", "ordered_at", "quantity", "unit_price"]))


def test_a_large_file(tmp_path):
    """20 MB by default; RETENTION_LARGE_MB=300 for the size that a shop of ten years exports."""
    megabytes = int(os.environ.get("RETENTION_LARGE_MB", "20"))
    path = tmp_path / "large.csv"
    block = "".join(
        f"{n},2025-01-31,customer{n % 500}@example.com,A product with a long name,2,9.90\n" for n in range(10_000)
    )
    blocks = megabytes * 1_000_000 // len(block)
    with open(path, "w") as out:
        out.write(HEADER)
        for _ in range(blocks):
            out.write(block)
    shop = rt.read_orders(path)
    assert shop.report.count("used") == blocks * 10_000
    assert shop.frame(shop.orders)["net"].sum() == blocks * 10_000 * 1980
