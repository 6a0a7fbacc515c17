"""Anything a person can hand over → one clean UTF-8 text file.

Bytes are looked at, never the file's extension. A file that is already clean UTF-8 is used where it lies; any other is
rewritten once into the dataset's folder.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import hashlib
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import BinaryIO

import duckdb
import pandas as pd

from retention.errors import FileError

Source = str | Path | bytes | BinaryIO | pd.DataFrame
CHUNK = 4 << 20
CDNOW = ("master_id", "sample_id", "date", "count", "value")
MAGIC = {
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"%PDF": "a PDF document",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"Rar!": "a RAR archive",
    b"PAR1": "a Parquet file",
    b"SQLite": "a database",
    b"{\\rt": "a rich-text document",
}
HOME_LETTERS = {
    "cp1250": "ąćęłńóśźżĄĆĘŁŃÓŚŹŻáéíóöőúüűÁÉÍÓÖŐÚÜŰčďěňřšťůžýČĎĚŇŘŠŤŮŽÝäßÄ",
    "cp1254": "çğıöşüÇĞİÖŞÜâîû",
    "cp1252": "àâäæçéèêëîïñôœöùûüÿßÀÂÄÇÉÈÊËÎÏÑÔŒÖÙÛÜåøÅØíóáúÍÓÁÚ£€’‘“”–°®",
    "cp1251": "абвгдеёжзийклмнопрстуфхцчшщъыьэюяАБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ№",
    "iso8859_2": "ąćęłńóśźżĄĆĘŁŃÓŚŹŻáéíóöőúüűÁÉÍÓÖŐÚÜŰ",
}


@dataclass(frozen=True)
class Text:
    """A clean UTF-8 file, and what it was before."""

    name: str
    path: Path
    encoding: str
    newlines: int
    sha256: str
    columns: tuple[str, ...] = ()  # where the file itself names none


def to_text(source: Source, folder: Path, number: int, encoding: str | None = None, name: str = "") -> Text:
    """Write or find the text of one source; `number` keeps several apart in the folder."""
    target = folder / f"text_{number}.csv"
    if isinstance(source, pd.DataFrame):
        _write_frame(source, target)
        return _checked(target, "frame", name or "data frame", target, None)
    name = name or _name_of(source)
    with _open(source, name) as stream:
        head = stream.peek(4096)[:4096]
        if not head:
            raise FileError("{file} is empty.", "Export the orders again and drop the new file.", file=name)
        if head[:2] == b"\x1f\x8b":
            with gzip.open(stream) as unpacked:
                return _text(io.BufferedReader(unpacked), name, target, encoding, None)
        if head[:4] == b"PK\x03\x04" or head[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
            return _spreadsheet(stream.read(), name, target)
        for magic, what in MAGIC.items():
            if head.startswith(magic):
                raise FileError(
                    "{file} is {what}, not a table.",
                    "Drop the CSV or XLSX file that your shop exports.",
                    file=name,
                    what=what,
                )
        if head.lstrip()[:6].lower() in (b"<html>", b"<table", b"<!doct"):
            raise FileError(
                "{file} is a web page, not a table.",
                "Open it in a spreadsheet program and save it as CSV (UTF-8).",
                file=name,
            )
        return _text(stream, name, target, encoding, Path(source) if isinstance(source, str | Path) else None)


def _name_of(source: Source) -> str:
    if isinstance(source, str | Path):
        return Path(source).name
    return Path(getattr(source, "name", "") or "file").name


def _open(source: Source, name: str) -> io.BufferedReader:
    if isinstance(source, bytes):
        return io.BufferedReader(io.BytesIO(source))
    if isinstance(source, str | Path):
        if Path(source).is_dir():
            raise FileError("{file} is a folder.", "Name the files in it.", file=name)
        try:
            return open(source, "rb")
        except FileNotFoundError:
            raise FileError(
                "There is no file {file}.", "Check the path: {path}.", file=name, path=str(source)
            ) from None
    source.seek(0)
    return io.BufferedReader(source)


def _text(stream: io.BufferedReader, name: str, target: Path, encoding: str | None, path: Path | None) -> Text:
    """Copy a stream to disk unless it is there already, then make sure it is clean."""
    if path is None:
        path = target.with_suffix(".raw")
        try:
            with open(path, "wb") as copy:
                for chunk in iter(lambda: stream.read(CHUNK), b""):
                    copy.write(chunk)
        except (EOFError, gzip.BadGzipFile, OSError) as error:
            raise FileError(
                "{file} is a damaged gzip file: {detail}.", "Pack or export it again.", file=name, detail=error
            ) from None
    return _checked(path, encoding, name, target, encoding)


def _checked(path: Path, label: str | None, name: str, target: Path, encoding: str | None) -> Text:
    digest = hashlib.sha256()
    newlines = returns = pairs = nuls = 0
    last, utf8 = b"", codecs.getincrementaldecoder("utf-8")()
    is_utf8 = encoding in (None, "utf-8", "utf8")
    with open(path, "rb") as stream:
        bom = stream.read(4)
        stream.seek(0)
        for chunk in iter(lambda: stream.read(CHUNK), b""):
            digest.update(chunk)
            newlines += chunk.count(b"\n")
            returns += chunk.count(b"\r")
            nuls += chunk.count(b"\0")
            pairs += chunk.count(b"\r\n") + (last == b"\r" and chunk[:1] == b"\n")
            last = chunk[-1:]
            if is_utf8:
                try:
                    utf8.decode(chunk)
                except UnicodeDecodeError:
                    is_utf8 = False
    if not path.stat().st_size:
        raise FileError("{file} is empty.", "Export the orders again and drop the new file.", file=name)
    found = encoding or _byte_order_mark(bom) or _utf16_without_mark(path, nuls) or ("utf-8" if is_utf8 else None)
    found = found or best_encoding(_head(path))
    clean = found == "utf-8" and not nuls and returns == pairs and bom[:3] != codecs.BOM_UTF8 and pairs in (0, newlines)
    if clean and (columns := _spaced_columns(path)):
        return Text(name, _respaced(path, target), found, newlines, digest.hexdigest(), columns)
    if clean:
        return Text(name, path, label or found, newlines, digest.hexdigest())
    return Text(name, target, found, _rewrite(path, target, found, name), digest.hexdigest())


def _rewrite(path: Path, target: Path, encoding: str, name: str) -> int:
    newlines = 0
    part = target.with_suffix(".part")
    try:
        with (
            open(path, encoding="utf-8-sig" if encoding == "utf-8" else encoding, newline=None) as old,
            open(part, "w", encoding="utf-8", newline="\n") as new,
        ):
            for chunk in iter(lambda: old.read(CHUNK), ""):
                chunk = chunk.replace("\0", "").removeprefix("\ufeff")
                newlines += chunk.count("\n")
                new.write(chunk)
    except (UnicodeError, LookupError) as error:
        raise FileError(
            "{file} cannot be read as {encoding}: {detail}.",
            "Save it again as CSV UTF-8, or name its encoding, for instance encoding='cp1250'.",
            file=name,
            encoding=encoding,
            detail=error,
        ) from None
    part.replace(target)
    return newlines


def _byte_order_mark(head: bytes) -> str | None:
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return None


def _utf16_without_mark(path: Path, nuls: int) -> str | None:
    """Every second byte of Western text in UTF-16 is zero; which one tells the byte order."""
    if nuls < path.stat().st_size // 4:
        return None
    head = _head(path)
    return "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"


def _head(path: Path, size: int = 1 << 18) -> bytes:
    with open(path, "rb") as stream:
        return stream.read(size)


def _spaced_columns(path: Path) -> tuple[str, ...]:
    """The CDNOW files have no header: customer, (sample customer,) date, count, value, apart by spaces."""
    rows = [line.split() for line in _head(path, 4096).decode("utf-8", "replace").splitlines()[:-1]]
    width = len(rows[0]) if rows else 0
    if width not in (4, 5) or any(len(row) != width or not re.match(r"^[\d. ]+$", " ".join(row)) for row in rows):
        return ()
    columns = CDNOW if width == 5 else (CDNOW[0], *CDNOW[2:])
    dates = [row[columns.index("date")] for row in rows]
    return columns if all(re.match(r"^(19|20)\d{6}$", day) for day in dates) else ()


def _respaced(path: Path, target: Path) -> Path:
    with open(path, encoding="utf-8") as old, open(target, "w", encoding="utf-8", newline="\n") as new:
        new.writelines(",".join(line.split()) + "\n" for line in old)
    return target


def best_encoding(head: bytes) -> str:
    """The old code page in which most of the letters beyond ASCII belong to a language we expect.

    >>> best_encoding("Imię;Nazwisko;Cena\\nŁukasz;Wójcik;12,50 zł".encode("cp1250"))
    'cp1250'
    """

    def score(encoding: str) -> float:
        beyond = [
            letter for letter in head.decode(encoding, errors="replace") if ord(letter) > 127 and letter != "\xa0"
        ]
        return sum(letter in HOME_LETTERS[encoding] for letter in beyond) / max(len(beyond), 1)

    return max(HOME_LETTERS, key=score)


def _write_frame(frame: pd.DataFrame, target: Path) -> None:
    flat = frame.reset_index(drop=True)
    flat.columns = [str(column) for column in flat.columns]
    with duckdb.connect() as connection:
        connection.register("flat", flat)
        connection.execute(f"COPY flat TO '{str(target).replace(chr(39), chr(39) * 2)}' (HEADER, DELIMITER ',')")


def _spreadsheet(content: bytes, name: str, target: Path) -> Text:
    from python_calamine import CalamineError, CalamineWorkbook

    if content[:2] == b"PK":
        try:
            inside = zipfile.ZipFile(io.BytesIO(content)).namelist()
        except zipfile.BadZipFile as error:
            raise FileError(
                "{file} is a damaged archive: {detail}.", "Export it again.", file=name, detail=error
            ) from None
        if not any(member.startswith(("xl/", "content.xml")) for member in inside):
            raise FileError(
                "{file} is a zip archive with {members}.",
                "Unpack it and drop the order file that is inside.",
                file=name,
                members=", ".join(inside[:5]) or "nothing in it",
            )
    try:
        sheets = CalamineWorkbook.from_filelike(io.BytesIO(content))
        rows: Iterator[list] = max(
            (sheets.get_sheet_by_index(i).to_python(skip_empty_area=True) for i in range(len(sheets.sheet_names))),
            key=len,
        )
    except (CalamineError, ValueError) as error:
        raise FileError(
            "{file} cannot be opened as a spreadsheet: {detail}.", "Save it as CSV (UTF-8).", file=name, detail=error
        ) from None
    with open(target, "w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerows([_cell(value) for value in row] for row in rows)
    return _checked(target, "spreadsheet", name, target, None)


def _cell(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)
