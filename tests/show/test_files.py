"""Tables that are taken away: safe in a spreadsheet, readable in every language, exact."""

import io

import pandas as pd
import pytest

from retention.show.files import csv_bytes, neutral


def back(table):
    return pd.read_csv(io.BytesIO(csv_bytes(table)), encoding="utf-8-sig")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_text_that_a_spreadsheet_would_run_is_kept_from_running(start):
    assert neutral(f"{start}HYPERLINK(1)") == f"'{start}HYPERLINK(1)"
    assert csv_bytes(pd.DataFrame({"name": [f"{start}1"]})).decode("utf-8-sig").count("'") == 1


@pytest.mark.parametrize("value", ["A1", " =1", "", "Anna = Bob", -5, -2.5, None, "+48600700800", "+1202555019"])
def test_everything_else_stays_as_it_is(value):
    assert neutral(value) == value


@pytest.mark.parametrize(
    "value", ["+1+1", "+48600700800+A1", "+48 600 700 800", "+0", "+48600700800\n=1", "-48600700800"]
)
def test_only_a_plain_phone_number_may_begin_with_a_plus(value):
    assert neutral(value) == f"'{value}"


def test_column_names_are_text_from_a_file_too():
    assert csv_bytes(pd.DataFrame({"=cmd": [1]})).decode("utf-8-sig") == "'=cmd\n1\n"


def test_every_column_of_text_is_covered_whatever_its_type():
    table = pd.DataFrame({"plain": pd.Series(["=1"], dtype=object), "chosen": pd.Categorical(["=1"])})
    table["written"] = pd.Series(["=1"], dtype="string")
    assert csv_bytes(table).decode("utf-8-sig").splitlines()[1] == "'=1,'=1,'=1"


def test_numbers_dates_and_letters_come_back():
    table = pd.DataFrame(
        {"day": pd.to_datetime(["2025-12-31"]), "name": ["Őry Éva Żółć Ёлка"], "net": [-0.1], "orders": [3]}
    )
    read = back(table)
    assert read.to_dict("records") == [{"day": "2025-12-31", "name": "Őry Éva Żółć Ёлка", "net": -0.1, "orders": 3}]
    assert csv_bytes(table).startswith(b"\xef\xbb\xbf")


def test_the_table_itself_is_not_changed():
    table = pd.DataFrame({"name": ["=1"]})
    csv_bytes(table)
    assert table["name"].tolist() == ["=1"]


def test_missing_is_empty_and_lines_stay_together():
    table = pd.DataFrame({"name": ["two\nlines", None], "net": [1.0, float("nan")]})
    assert back(table)["name"].tolist()[0] == "two\nlines"
    assert csv_bytes(table).decode("utf-8-sig").endswith("\n,\n")
