"""Files of lists read again by somebody else."""

from __future__ import annotations

import csv
import io
import zipfile

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from retention.act import writing
from retention.act.writing import csv_of, harmless, parts_of, sheet_of, zip_of
from retention.files import neutral

NASTY = [
    "=1+1",
    "+48600700800",
    "+1+1",
    "-2",
    "@SUM(A1)",
    "\tx",
    "\rx",
    'Jan "J" Nowak',
    "a,b",
    "two\nlines",
    "00-950",
    "İpek",
    "Őry",
    "Анна",
    None,
]
TABLE = pd.DataFrame({"name": NASTY, "zip": ["007"] * len(NASTY)}, dtype="str")
EXPECTED = [[neutral(name) or "", "007"] for name in NASTY]


def rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8"), newline="")))


def test_what_would_run_is_harmless_as_everywhere_else():
    assert harmless(TABLE["name"]).to_pylist() == [neutral(name) for name in NASTY]
    assert neutral("+1+1") == "'+1+1" and neutral("+48600700800") == "+48600700800"


def test_a_csv_file_says_what_was_put_in():
    assert rows(csv_of(TABLE, mark=False)) == [["name", "zip"], *EXPECTED]
    assert csv_of(TABLE, mark=True) == b"\xef\xbb\xbf" + csv_of(TABLE, mark=False)
    assert csv_of(TABLE.head(0), mark=False) == b"name,zip\n"


def test_a_sheet_keeps_zeros_and_plus_signs():
    content = sheet_of(TABLE)
    assert content == sheet_of(TABLE)
    found = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert [[str(cell).replace("\r\n", "\n") for cell in row] for row in found][:3] == [
        ["name", "zip"],
        ["'=1+1", "007"],
        ["+48600700800", "007"],
    ]
    assert found[-4:-1] == [["İpek", "007"], ["Őry", "007"], ["Анна", "007"]]


def test_a_file_that_is_too_large_becomes_several(monkeypatch):
    table = pd.DataFrame({"Email": [f"ő{n:03}@shop.test" for n in range(100)]}, dtype="str")
    assert parts_of(table, 0) == parts_of(table, 50) == 1
    monkeypatch.setattr(writing, "MEGABYTE", 700)
    parts = parts_of(table, 1)
    assert (
        parts == 3
    )  # 100 × (14 letters, one of them of two bytes, and 4 for quotes and comma) = 1,900, and a head of 9
    with zipfile.ZipFile(io.BytesIO(zip_of(table, parts, "klaviyo", mark=False))) as archive:
        contents = [archive.read(name) for name in archive.namelist()]
        assert archive.namelist() == [f"klaviyo-{n}.csv" for n in range(1, 4)]
    assert max(map(len, contents)) <= 700
    assert [row[0] for content in contents for row in rows(content)[1:]] == table["Email"].tolist()


def test_more_rows_than_a_sheet_has(monkeypatch):
    monkeypatch.setattr(writing, "ROWS_OF_A_SHEET", 3)
    with pytest.raises(writing.OptionError, match="room for 3 people"):
        sheet_of(TABLE)
