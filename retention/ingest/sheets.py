"""Spreadsheets and data frames → a CSV text in which row n of the sheet is line n."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date, datetime, time
from pathlib import Path

import duckdb
import pandas as pd

from retention.errors import FileError

EXACT_TO = 1e15  # a spreadsheet keeps 15 digits; a longer number has lost some


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
        connection.execute(f"COPY flat TO '{path}' (HEADER false, DELIMITER ',')")
        out.write(body.read_text(encoding="utf-8"))
        body.unlink()


def write_spreadsheet(content: bytes, name: str, target: Path) -> None:
    """Write the longest sheet of an XLSX, XLS or ODS file."""
    from python_calamine import CalamineError, CalamineWorkbook

    if content[:2] == b"PK":
        _refuse_other_archives(content, name)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = [book.get_sheet_by_index(i).to_python(skip_empty_area=False) for i in range(len(book.sheet_names))]
    except (CalamineError, ValueError) as error:
        raise FileError(
            "{file} cannot be opened as a spreadsheet: {detail}.",
            "If it has a password, remove it; or save it as CSV (UTF-8).",
            file=name,
            detail=error,
        ) from None
    rows = max(sheets, key=len, default=[])
    with open(target, "w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        for row in rows:
            cells = [_cell(value) for value in row]
            if any(cells):
                writer.writerow(cells)
            else:
                out.write("\n")


def _refuse_other_archives(content: bytes, name: str) -> None:
    try:
        inside = zipfile.ZipFile(io.BytesIO(content)).namelist()
    except zipfile.BadZipFile as error:
        raise FileError("{file} is a damaged archive: {detail}.", "Export it again.", file=name, detail=error) from None
    if not any(member.startswith(("xl/", "content.xml")) for member in inside):
        raise FileError(
            "{file} is a zip archive with {members}.",
            "Unpack it and drop the order file that is inside.",
            file=name,
            members=", ".join(inside[:5]) or "nothing in it",
        )


def _cell(value: object) -> str:
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < EXACT_TO else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    return " ".join(str(value).splitlines())
