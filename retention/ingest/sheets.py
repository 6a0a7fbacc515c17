"""Spreadsheets and data frames → a CSV text in which row n of the sheet is line n.

A spreadsheet is a small archive that can unfold into something enormous, so its sheets are measured before they are read.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable
from datetime import date, datetime, time
from pathlib import Path
from typing import IO
from xml.parsers import expat

import duckdb
import pandas as pd

from retention.errors import FileError

EXACT_TO = 1e15  # a spreadsheet keeps 15 digits; a longer number has lost some
MOST_CELLS = 12_000_000  # rows × columns of one sheet; filled with texts they take about 1.2 GB
MOST_BYTES = {"sheets": 1 << 30, "other parts": 128 << 20}  # unpacked
CELL = re.compile(rb"""<c[ />](?:[^>]*?r=["']([A-Z]{1,3})(\d{1,7}))?""")
PIECE = 1 << 20
LONGEST_TAG = 200


def write_frame(frame: pd.DataFrame, target: Path) -> None:
    """Write a frame; a named index is a column."""
    named = any(name is not None for name in frame.index.names)
    flat = frame.reset_index() if named else frame.reset_index(drop=True)
    flat.columns = [" ".join(map(str, name)) if isinstance(name, tuple) else str(name) for name in flat.columns]
    if not len(flat.columns):
        raise FileError("The data frame has no columns.", "Pass a frame with one row an order line.")
    columns = {}
    for number in range(len(flat.columns)):
        column = flat.iloc[:, number]
        kind = column.dtype
        if not (pd.api.types.is_numeric_dtype(kind) or pd.api.types.is_datetime64_dtype(kind)):
            texts = column.astype(object).map(_cell, na_action="ignore")
            column = texts.where(texts.notna(), None).astype("str")
        columns[f"c{number}"] = column
    with duckdb.connect() as connection, open(target, "w", encoding="utf-8", newline="") as out:
        csv.writer(out, lineterminator="\n").writerow(flat.columns)
        out.flush()
        connection.register("flat", pd.DataFrame(columns))
        body = target.with_suffix(".body")
        path = str(body).replace("'", "''")
        cells = [
            # Four decimals, as much as money is kept in, and never an exponent or a lone 1.125 that asks for its meaning.
            f"coalesce(CAST(TRY_CAST({name} AS DECIMAL(38, 4)) AS VARCHAR), CAST({name} AS VARCHAR)) AS {name}"
            if pd.api.types.is_float_dtype(column.dtype)
            else name
            for name, column in columns.items()
        ]
        connection.execute(f"COPY (SELECT {', '.join(cells)} FROM flat) TO '{path}' (HEADER false, DELIMITER ',')")
        out.write(body.read_text(encoding="utf-8"))
        body.unlink()


def write_spreadsheet(content: bytes, name: str, target: Path) -> None:
    """Write the longest sheet of an XLSX, XLS or ODS file, row by row; one sheet is in memory at a time."""
    from python_calamine import CalamineWorkbook, SheetTypeEnum

    try:
        if content[:2] == b"PK":
            _measure(content, name)
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        longest, chosen, sheet = -1, -1, None
        for number, about in enumerate(book.sheets_metadata):
            if about.typ == SheetTypeEnum.WorkSheet:
                sheet = None
                sheet = book.get_sheet_by_index(number)
                longest, chosen = max((longest, chosen), (sheet.total_height, number), key=lambda pair: pair[0])
        if sheet is not None and chosen != number:
            sheet = None
            sheet = book.get_sheet_by_index(chosen)
        rows = sheet.iter_rows() if sheet is not None else ()
        write_rows(([_cell(value) for value in row] for row in rows), target)
    except FileError:
        raise
    except BaseException as error:  # a reader in another language: damaged files make it stumble in many ways
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise FileError(
            "{file} cannot be opened as a spreadsheet: {detail}.",
            "If it has a password, remove it; or save it as CSV (UTF-8).",
            file=name,
            detail=str(error)[:200],
        ) from None


def write_rows(rows: Iterable[list[str]], target: Path) -> None:
    """Write rows of texts; an empty row is an empty line."""
    with open(target, "w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        for row in rows:
            if any(row):
                writer.writerow(row)
            else:
                out.write("\n")


def _measure(content: bytes, name: str) -> None:
    """Refuse an archive that is no spreadsheet, or one too large to be read, before anything of it is kept."""
    archive = _archive(content, name)
    inside = {member.filename: member.file_size for member in archive.infolist()}
    if not any(member.startswith(("xl/", "content.xml")) for member in inside):
        raise FileError(
            "{file} is a zip archive with {members}.",
            "Unpack it and drop the order file that is inside.",
            file=name,
            members=", ".join(list(inside)[:5]) or "nothing in it",
        )
    if "xl/workbook.bin" in inside:
        raise FileError("{file} is a binary spreadsheet (XLSB).", "Save it as CSV (UTF-8) or as XLSX.", file=name)
    sheets = {member for member in inside if member.startswith("xl/worksheets/sheet") or member == "content.xml"}
    for kind, members in (("sheets", sheets), ("other parts", inside.keys() - sheets)):
        size = sum(inside[member] for member in members)
        if size > MOST_BYTES[kind]:
            raise _too_large(name, f"{size >> 20:,} MB", f"{MOST_BYTES[kind] >> 20:,} MB")
    for sheet in sorted(sheets):
        with archive.open(sheet) as stream:
            cells = _filled_cells(stream) if sheet == "content.xml" else _cells(stream)
        if cells > MOST_CELLS:
            raise _too_large(name, f"{cells:,} cells or more", f"{MOST_CELLS:,} cells")


def _too_large(name: str, size: str, most: str) -> FileError:
    return FileError(
        "{file} unpacks to {size}; at most {most} can be read from a spreadsheet.",
        "Save it as CSV (UTF-8), which may be larger, or export a shorter period.",
        file=name,
        size=size,
        most=most,
    )


def _archive(content: bytes, name: str) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(content))
    except Exception as error:
        raise FileError("{file} is a damaged archive: {detail}.", "Export it again.", file=name, detail=error) from None


def _cells(stream: IO[bytes]) -> int:
    """The rows × columns up to the last cell of an XLSX sheet, or its number of cells if that is more."""
    count, columns, last, tail = 0, {b"A"}, 1, b""
    while piece := stream.read(PIECE):
        found = CELL.findall(tail + piece)
        tail = piece[-LONGEST_TAG:].rpartition(b"<")[2]
        tail = b"<" + tail if b"<" in piece[-LONGEST_TAG:] and b">" not in tail else b""
        count += len(found)
        columns |= {column for column, _ in found}
        last = max(last, max((int(row) for _, row in found if row), default=1))
        area = last * max(map(_column_number, columns))
        if max(count, area) > MOST_CELLS:
            break
    return max(count, last * max(map(_column_number, columns)))


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
    return number


def _filled_cells(stream: IO[bytes]) -> int:
    """The rows × columns up to the last filled cell of the largest table of an ODS file; cells and rows repeat in it."""
    row = column = repeated = width = height = most = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal row, column, repeated, width, height
        if tag == "table:table":
            row = width = height = 0
        elif tag == "table:table-row":
            repeated, column = int(attributes.get("table:number-rows-repeated", 1)), 0
            row += repeated
        elif tag == "table:table-cell":
            column += int(attributes.get("table:number-columns-repeated", 1))
            if "office:value-type" in attributes:
                width, height = max(width, column), row

    def end(tag: str) -> None:
        nonlocal most
        if tag == "table:table":
            most = max(most, width * height)

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    while piece := stream.read(PIECE):
        parser.Parse(piece)
        if width * height > MOST_CELLS:
            break
    return max(most, width * height)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < EXACT_TO else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    return " ".join(str(value).splitlines())
