import duckdb
import pytest

import retention as rt
from retention.ingest.values import cents_sql, decimal_mark, number_sql, read_dates, timestamp_sql


def number(text, mark="."):
    return duckdb.execute(f"SELECT {number_sql('x', mark)}::DOUBLE FROM (SELECT ? AS x)", [text]).fetchone()[0]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234.50", 1234.5), ("1,04,999", 104_999), ("(50)", -50), ("50-", -50), ("−50", -50), ("-0.5", -0.5),
        ("$8.00", 8), ("1 234.5", 1234.5), ("1\u00a0234", 1234), ("1\u202f234", 1234), ("1'234.5", 1234.5),
        ("€ 9.90", 9.9), ("9.90 zł", 9.9), ("1000 руб", 1000), ("₺5", 5), ("2990 Ft", 2990), (".5", 0.5), ("17850.0", 17850),
        ("", None), ("x", None), ("1.2.3", None), ("12 pieces", None), ("1e5", None), ("--5", None), ("1,50", None),
        ("inf", None), ("nan", None), ("99999999999999999999", None),
    ],
)  # fmt: skip
def test_numbers_with_a_decimal_point(text, value):
    assert number(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.234,50", 1234.5), ("1 299,00 zł", 1299), ("5,9", 5.9), ("1.234", 1234), ("12", 12), ("(5,5)", -5.5),
        ("1.23", None), ("1,2,3", None), ("1.2345,6", None),
    ],
)  # fmt: skip
def test_numbers_with_a_decimal_comma(text, value):
    assert number(text, ",") == value


def test_money_is_whole_hundredths():
    query = f"SELECT {cents_sql('x', '.')} FROM (SELECT unnest(['0.29', '1.005', '19.999', '-8.5']) AS x)"
    assert [row[0] for row in duckdb.execute(query).fetchall()] == [29, 101, 2000, -850]


@pytest.mark.parametrize(
    ("cells", "mark"),
    [
        (["1.234"], "?"), (["1.234", "5.50"], "."), (["1.234", "5,50"], ","), (["1.234.567"], ","), (["1,234,567"], "."),
        (["1.234,5"], ","), (["12", ""], ""), (["(1,50)"], ","),
    ],
)  # fmt: skip
def test_decimal_mark(cells, mark):
    assert decimal_mark(cells) == mark


def moment(text, cells=None, bounds=None, habit="", timezone=None):
    reading = read_dates(cells or [text], bounds, habit, "", "date", "a.csv")
    found = duckdb.execute(f"SELECT {timestamp_sql('x', reading, timezone)} FROM (SELECT ? AS x)", [text]).fetchone()[0]
    return found and str(found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-12-06 10:37:30 -0500", "2025-12-06 10:37:30"), ("2025-12-06T10:37:30Z", "2025-12-06 10:37:30"),
        ("2025-12-06 10:37", "2025-12-06 10:37:00"), ("2025. 3. 6.", "2025-03-06 00:00:00"),
        ("20250306", "2025-03-06 00:00:00"), ("May 12, 2018 4:02:00 PM", "2018-05-12 16:02:00"),
        ("Jul-25-26", "2026-07-25 00:00:00"), ("12 May 2018", "2018-05-12 00:00:00"), ("45779.65", "2025-05-02 15:36:00"),
        ("31.01.2025 9:05", "2025-01-31 09:05:00"),
    ],
)  # fmt: skip
def test_dates(text, expected):
    assert moment(text, bounds=(31, 1)) == expected


def test_the_whole_column_settles_day_or_month():
    assert moment("03/04/2025", bounds=(31, 12)) == "2025-04-03 00:00:00"
    assert moment("03/04/2025", bounds=(12, 31)) == "2025-03-04 00:00:00"
    assert moment("03/04/2025", bounds=(12, 12), habit="mdy") == "2025-03-04 00:00:00"
    assert moment("03.04.2025", bounds=(12, 12)) == "2025-04-03 00:00:00"


def test_a_moment_is_moved_to_the_shop_s_time_zone():
    assert moment("2025-01-31 23:30:00 -0500", timezone="Europe/Warsaw") == "2025-02-01 05:30:00"
    assert moment("2025-07-31T23:30:00Z", timezone="Europe/Warsaw") == "2025-08-01 01:30:00"
    assert moment("2025-07-31 23:30:00", timezone="Europe/Warsaw") == "2025-07-31 23:30:00"


def test_contradicting_dates_are_refused():
    with pytest.raises(
        rt.ColumnError, match=r"Column date of a\.csv has dates with the day first and dates with the month"
    ):
        moment("03/04/2025", bounds=(31, 31))
