import pytest

import retention as rt
from retention.ingest.dialect import find_dialect
from retention.ingest.source import to_text


@pytest.fixture
def dialect(tmp_path):
    def find(content, delimiter=None):
        return find_dialect(to_text(content.encode(), tmp_path, 0, name="orders.csv"), delimiter)

    return find


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_delimiters(dialect, mark):
    found = dialect(f"order{mark}date{mark}price\n1{mark}2025-01-31{mark}5\n")
    assert (found.delimiter, found.skip, found.columns) == (mark, 1, ("order", "date", "price"))


def test_semicolons_win_over_decimal_commas(dialect):
    assert dialect("order;date;price\n1;2025-01-31;5,90\n2;2025-02-01;6,50\n").delimiter == ";"


def test_commas_inside_quotation_marks_do_not_count(dialect):
    assert dialect('order;name\n1;"a, b, c"\n2;"d, e, f"\n').delimiter == ";"


def test_sep_line(dialect):
    found = dialect("sep=;\norder;date\n1;2025-01-31\n")
    assert (found.delimiter, found.skip) == (";", 2)


def test_preamble(dialect):
    found = dialect("Orders of my shop\nfrom,to\n\norder,date,price\n1,2025-01-31,5\n2,2025-01-31,5\n3,2025-01-31,5\n")
    assert (found.columns, found.skip) == (("order", "date", "price"), 4)


def test_a_header_over_two_lines(dialect):
    found = dialect('order,"date\nof order",price\n1,2025-01-31,5\n')
    assert (found.columns, found.skip) == (("order", "date of order", "price"), 2)


def test_headers_are_made_different(dialect):
    found = dialect("Total,Total,,Total (2),date\n1,2,3,4,2025-01-31\n")
    assert found.columns == ("Total", "Total (2)", "column 3", "Total (2) (2)", "date")


def test_rows_that_end_in_a_delimiter_the_header_lacks(dialect):
    found = dialect("order,date,price\n1,2025-01-31,5,\n2,2025-01-31,5,\n")
    assert found.columns == ("order", "date", "price", "column 4")


def test_an_open_quotation_mark_does_not_hide_the_rows_below(dialect):
    found = dialect('order,date,name,price\n1,2025-01-31,"Bob,5\n2,2025-02-01,Eve,5\n')
    assert found.rows == (("2", "2025-02-01", "Eve", "5"),)


def test_odd_line_separators_stay_inside_their_cell(dialect):
    found = dialect("order,date,name\n1,2025-01-31,a\u2028b\x0bc\x85d\n")
    assert found.rows == (("1", "2025-01-31", "a\u2028b\x0bc\x85d"),)


@pytest.mark.parametrize("delimiter", ["", ";;", '"', "\n"])
def test_impossible_delimiters(dialect, delimiter):
    with pytest.raises(rt.OptionError, match=r"Use one character, such as ';'\."):
        dialect("a,b\n1,2\n", delimiter)


def test_no_header(dialect):
    with pytest.raises(rt.FileError, match=r"orders.csv has no header row .* first line is: '1,2025-01-31,5'"):
        dialect("1,2025-01-31,5\n2,2025-01-31,5\n")
