"""The rows of a list as CSV and as a sheet: all cells are texts, none of them can be run."""

from __future__ import annotations

import io
import zipfile

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from retention.act.normalise import texts
from retention.errors import OptionError
from retention.files import FORMULA_STARTS, PHONE

MEGABYTE = 1_000_000
ROWS_OF_A_SHEET = 1_048_575
RUN = f"^[{''.join(FORMULA_STARTS)}]".replace("-", r"\-")
MARK = b"\xef\xbb\xbf"


def harmless(column: pd.Series) -> pa.Array:
    """A column with an apostrophe before what a spreadsheet would run; as `retention.files.neutral`, all cells at once.

    >>> harmless(pd.Series(["=1+1", "Anna", "+48600700800", None])).to_pylist()
    ["'=1+1", 'Anna', '+48600700800', None]
    """
    cells = texts(column)
    runs = pc.and_not(pc.match_substring_regex(cells, RUN), pc.match_substring_regex(cells, f"^{PHONE.pattern}$"))
    return pc.if_else(runs, pc.binary_join_element_wise("'", cells, ""), cells)


def csv_of(table: pd.DataFrame, mark: bool, hashed: frozenset[str] = frozenset()) -> bytes:
    """A table as CSV in UTF-8, quoted where it has to be. hashed: columns of hexadecimal digits, which need no look.

    >>> csv_of(pd.DataFrame({"name": ['Jan "J" Nowak', None], "zip": ["00-950", "0,1"]}), mark=False).decode()
    'name,zip\\n"Jan ""J"" Nowak",00-950\\n,"0,1"\\n'
    """
    cells = [
        pc.fill_null(texts(table[column]), "") if column in hashed else _quoted(harmless(table[column]))
        for column in table
    ]
    head = ",".join(_quoted(pa.array([name]))[0].as_py() for name in table) + "\n"
    cells[-1] = pc.binary_join_element_wise(cells[-1], "", "\n")
    lines = pa.concat_arrays([pa.array([head]), pc.binary_join_element_wise(*cells, ",")])
    return (MARK if mark else b"") + lines.buffers()[2].to_pybytes()  # the lines stand in it one after the other


def sheet_of(table: pd.DataFrame) -> bytes:
    """A table as a workbook of one sheet; no zero and no + is lost."""
    import xlsxwriter

    if len(table) > ROWS_OF_A_SHEET:
        raise OptionError("A sheet has room for {room} people.", "Take the CSV file.", room=ROWS_OF_A_SHEET)
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"constant_memory": True}) as book:
        book.set_properties({"created": pd.Timestamp("2000-01-01").to_pydatetime()})  # the same list is the same file
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, list(table))
        cells = [harmless(table[column]).to_pylist() for column in table]
        for row, values in enumerate(zip(*cells, strict=True), 1):
            for place, value in enumerate(values):
                if value is not None:
                    sheet.write_string(row, place, value)
    return content.getvalue()


def zip_of(table: pd.DataFrame, parts: int, stem: str, mark: bool) -> bytes:
    """A table as several CSV files of about as many rows, packed together."""
    packed, rows = io.BytesIO(), -(-len(table) // parts)
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in range(parts):
            name = zipfile.ZipInfo(f"{stem}-{part + 1}.csv")  # without today's date: the same list is the same file
            name.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(name, csv_of(table.iloc[part * rows : (part + 1) * rows], mark))
    return packed.getvalue()


def parts_of(table: pd.DataFrame, megabytes: int) -> int:
    """How many files it takes that none is larger than so much (0: no limit), with quotes around every cell."""
    if not megabytes or table.empty:
        return 1
    most = pd.Series(4 * table.shape[1], table.index)
    for column in table:
        most += pc.fill_null(pc.binary_length(texts(table[column])), 0).to_numpy(zero_copy_only=False)
    room, parts = megabytes * MEGABYTE - sum(len(name.encode()) + 4 for name in table), 1
    while parts < len(table) and most.groupby(most.index // -(-len(table) // parts)).sum().max() > room:
        parts += 1
    return parts


def _quoted(cells: pa.Array) -> pa.Array:
    needs = pc.match_substring_regex(cells, '[",\r\n]')
    inner = pc.replace_substring(cells, '"', '""')
    return pc.fill_null(pc.if_else(needs, pc.binary_join_element_wise('"', inner, '"', ""), cells), "")
