"""Anything a person can hand over → one clean UTF-8 text file.

Bytes are looked at, never the file's extension. A file that is already clean UTF-8 is used where it lies; any other is
rewritten once into the dataset's folder.
"""

from __future__ import annotations

import codecs
import gzip
import hashlib
import io
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO

import pandas as pd

from retention.errors import FileError, OptionError
from retention.ingest.encoding import CHUNK, DAMAGED, guess_encoding, marked_encoding, utf16_without_mark
from retention.ingest.sheets import write_frame, write_spreadsheet

Source = str | Path | bytes | BinaryIO | TextIO | pd.DataFrame
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
SPREADSHEETS = (b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")


@dataclass(frozen=True)
class Text:
    """A clean UTF-8 file, and what it was before; `nuls` NUL bytes were left out of it."""

    name: str
    path: Path
    encoding: str
    lines: int
    sha256: str
    quotes: int
    nuls: int = 0
    columns: tuple[str, ...] = ()  # where the file itself names none


def to_text(source: Source, folder: Path, number: int, encoding: str | None = None, name: str = "") -> Text:
    """Write or find the text of one source; `number` keeps several apart in the folder."""
    target = folder / f"text_{number}.csv"
    if isinstance(source, pd.DataFrame):
        write_frame(source, target)
        return _checked(target, None, name or "data frame", target, "frame")
    name = name or _name_of(source)
    with _opened(source, name) as stream:
        return _recognised(stream, name, target, encoding, Path(source) if isinstance(source, str | Path) else None)


def _recognised(
    stream: io.BufferedReader, name: str, target: Path, encoding: str | None, path: Path | None, packed: bool = False
) -> Text:
    try:
        head = stream.peek(4096)[:4096]
        if head[:2] == b"\x1f\x8b" and not packed:
            with gzip.open(stream) as unpacked:
                return _recognised(io.BufferedReader(unpacked), name, target, encoding, None, packed=True)
        if not head:
            raise FileError("{file} is empty.", "Export the orders again and drop the new file.", file=name)
        if head.startswith(SPREADSHEETS):
            write_spreadsheet(stream.read(), name, target)
            return _checked(target, None, name, target, "spreadsheet")
        _refuse_strangers(head, name)
        if path is None:
            path = target.with_suffix(".raw")
            with open(path, "wb") as copy:
                for chunk in iter(lambda: stream.read(CHUNK), b""):
                    copy.write(chunk)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise FileError(
            "{file} is a damaged gzip file: {detail}.", "Pack or export it again.", file=name, detail=error
        ) from None
    return _checked(path, encoding, name, target)


def _refuse_strangers(head: bytes, name: str) -> None:
    for magic, what in MAGIC.items():
        if head.startswith(magic):
            raise FileError(
                "{file} is {what}, not a table.",
                "Drop the CSV or XLSX file that your shop exports.",
                file=name,
                what=what,
            )
    if head.lstrip()[:6].lower() in (b"<html>", b"<html ", b"<table", b"<!doct"):
        raise FileError(
            "{file} is a web page, not a table.",
            "Open it in a spreadsheet program and save it as CSV (UTF-8).",
            file=name,
        )


def _name_of(source: Source) -> str:
    if isinstance(source, str | Path):
        return Path(source).name
    return Path(str(getattr(source, "name", "") or "file")).name


@contextmanager
def _opened(source: Source, name: str) -> Iterator[io.BufferedReader]:
    """A reader of the bytes from the beginning; a file object stays open, it belongs to the caller."""
    if isinstance(source, str | Path):
        with _open_path(source, name) as stream:
            yield stream
        return
    if isinstance(source, bytes | bytearray | memoryview):
        yield io.BufferedReader(io.BytesIO(source))
        return
    if not hasattr(source, "read"):
        raise OptionError(
            "{value!r} is no source of orders.", "Pass a path, bytes, an open file or a data frame.", value=source
        )
    if source.seekable():
        source.seek(0)
    if isinstance(source, io.TextIOBase):
        yield io.BufferedReader(io.BytesIO(source.read().encode("utf-8")))
        return
    reader = io.BufferedReader(source)
    try:
        yield reader
    finally:
        reader.detach()


def _open_path(path: str | Path, name: str) -> io.BufferedReader:
    try:
        return open(path, "rb")
    except FileNotFoundError:
        raise FileError("There is no file {file}.", "Check the path: {path}.", file=name, path=path) from None
    except IsADirectoryError:
        raise FileError("{file} is a folder.", "Name the files in it.", file=name) from None
    except (OSError, ValueError) as error:
        raise FileError(
            "{file} cannot be opened: {detail}.", "Check the path: {path}.", file=name, detail=error, path=path
        ) from None


def _checked(path: Path, encoding: str | None, name: str, target: Path, label: str = "") -> Text:
    """Find the encoding and the line ends of a file on disk; rewrite it unless it is clean already."""
    digest = hashlib.sha256()
    newlines = returns = pairs = nuls = quotes = 0
    last, utf8 = b"", codecs.getincrementaldecoder("utf-8")()
    is_utf8 = True
    with open(path, "rb") as stream:
        bom = stream.read(4)
        stream.seek(0)
        for chunk in iter(lambda: stream.read(CHUNK), b""):
            digest.update(chunk)
            newlines += chunk.count(b"\n")
            returns += chunk.count(b"\r")
            nuls += chunk.count(b"\0")
            quotes += chunk.count(b'"')
            pairs += chunk.count(b"\r\n") + (last == b"\r" and chunk[:1] == b"\n")
            last = chunk[-1:]
            is_utf8 = is_utf8 and _decodes(utf8, chunk)
    if not path.stat().st_size:
        raise FileError("{file} is empty.", "Export the orders again and drop the new file.", file=name)
    is_utf8 = is_utf8 and _decodes(utf8, b"", final=True)
    found = encoding or marked_encoding(bom) or utf16_without_mark(path, nuls) or ("utf-8" if is_utf8 else None)
    found = found or guess_encoding(path)
    nuls = 0 if found.startswith("utf-16") else nuls
    in_order = returns == pairs and pairs in (0, newlines) and not nuls and bom[:3] != codecs.BOM_UTF8
    if in_order and found == "utf-8" and is_utf8:
        lines = newlines + (last != b"\n")
        columns = _spaced_columns(path)
        place = _respaced(path, target) if columns else path
        return Text(name, place, label or found, lines, digest.hexdigest(), quotes, columns=columns)
    return Text(name, target, label or found, _rewrite(path, target, found, name), digest.hexdigest(), quotes, nuls)


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _rewrite(path: Path, target: Path, encoding: str, name: str) -> int:
    """Write the text as UTF-8 with plain line ends and without NULs; return its lines."""
    newlines, last = 0, ""
    part = target.with_suffix(".part")
    read_as = {"utf-8": "utf-8-sig", DAMAGED: "utf-8-sig"}.get(encoding, encoding)
    errors = "replace" if encoding == DAMAGED else "strict"
    try:
        with (
            open(path, encoding=read_as, errors=errors, newline=None) as old,
            open(part, "w", encoding="utf-8", newline="\n") as new,
        ):
            for chunk in iter(lambda: old.read(CHUNK), ""):
                chunk = chunk.replace("\0", "").removeprefix("\ufeff")
                newlines += chunk.count("\n")
                last = chunk[-1:] or last
                new.write(chunk)
    except (UnicodeError, LookupError) as error:
        raise FileError(
            "{file} cannot be read as {encoding}: {detail}.",
            "Save it again as CSV UTF-8, or name its encoding, for instance encoding='cp1250'.",
            file=name,
            encoding=encoding,
            detail=str(error)[:200],
        ) from None
    part.replace(target)
    return newlines + (last != "\n")


def _spaced_columns(path: Path) -> tuple[str, ...]:
    """The CDNOW files have no header: customer, (sample customer,) date, count, value, apart by spaces."""
    with open(path, "rb") as stream:
        rows = [line.split() for line in stream.read(4096).decode("utf-8", "replace").split("\n")[:-1]]
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
