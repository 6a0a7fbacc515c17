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
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO

import pandas as pd

from retention.errors import FileError, OptionError
from retention.ingest.encoding import (
    CHUNK,
    DAMAGED,
    TWICE,
    decode_once_more,
    encoded_twice,
    guess_encoding,
    marked_encoding,
    utf16_without_mark,
)
from retention.ingest.sheets import write_frame, write_rows, write_spreadsheet
from retention.ingest.webpage import longest_table

Progress = Callable[[float], None]
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
    b"\x1f\x8b": "a file packed twice",
}
PAGES = re.compile(
    r"^\s*(<\?xml[^>]*>\s*)?(<\?mso[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype|html|head|body|meta|style|div|table|workbook|ss:workbook)\b",
    re.I | re.S,
)
MOST_UNPACKED = 4 << 30  # bytes
MOST_RATIO, RATIO_FROM = 200, 64 << 20  # a table packs 5 to 50 times; from 64 MB on, more than 200 times is no table
MOST_SPREADSHEET = 200 << 20
MOST_PAGE = 200 << 20
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


def to_text(
    source: Source,
    folder: Path,
    number: int,
    encoding: str | None = None,
    name: str = "",
    progress: Callable[[float], None] = lambda share: None,
) -> Text:
    """Write or find the text of one source; `number` keeps several apart in the folder.

    `progress` is told the share of the work that is done; an exception from it, as any other, leaves no file behind.
    """
    target = folder / f"text_{number}.csv"
    name = name or ("data frame" if isinstance(source, pd.DataFrame) else _name_of(source))
    try:
        text = _to_text(source, target, encoding, name, progress)
        _clear(target, keep=text.path)
        progress(1.0)
    except BaseException:
        _clear(target)
        raise
    return text


def _clear(target: Path, keep: Path | None = None) -> None:
    for suffix in (".csv", ".raw", ".part", ".body"):
        if target.with_suffix(suffix) != keep:
            target.with_suffix(suffix).unlink(missing_ok=True)


def _to_text(source: Source, target: Path, encoding: str | None, name: str, progress: Progress) -> Text:
    if isinstance(source, pd.DataFrame):
        write_frame(source, target)
        return _checked(target, None, name, target, progress, "frame")
    with _opened(source, name) as stream:
        path = Path(source) if isinstance(source, str | Path) else None
        return _recognised(stream, name, target, encoding, path, progress)


def _recognised(
    stream: io.BufferedReader,
    name: str,
    target: Path,
    encoding: str | None,
    path: Path | None,
    progress: Progress,
    packed: int = 0,
) -> Text:
    try:
        head = stream.peek(4096)[:4096]
        if head[:2] == b"\x1f\x8b" and not packed:
            with gzip.open(stream) as unpacked:
                size = _size(stream) or MOST_UNPACKED
                return _recognised(io.BufferedReader(unpacked), name, target, encoding, None, progress, size)
        if not head:
            raise FileError("{file} is empty.", "Export the orders again and drop the new file.", file=name)
        if head.startswith(SPREADSHEETS):
            content = stream.read(MOST_SPREADSHEET + 1)
            if len(content) > MOST_SPREADSHEET:
                raise _too_much(name, f"more than {MOST_SPREADSHEET >> 20} MB", "a spreadsheet")
            write_spreadsheet(content, name, target)
            return _checked(target, None, name, target, progress, "spreadsheet")
        _refuse_strangers(head, name)
        if path is None:
            path = target.with_suffix(".raw")
            _copy(stream, path, name, packed, progress)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise FileError(
            "{file} is a damaged gzip file: {detail}.", "Pack or export it again.", file=name, detail=error
        ) from None
    return _checked(path, encoding, name, target, progress)


def _size(stream: io.BufferedReader) -> int:
    """The bytes of a stream; 0 where it cannot tell."""
    if not stream.seekable():
        return 0
    here = stream.tell()
    size = stream.seek(0, io.SEEK_END)
    stream.seek(here)
    return size


def _copy(stream: io.BufferedReader, path: Path, name: str, packed: int, progress: Progress) -> None:
    """Copy a stream to disk; what unpacks to too much is given up on the way."""
    size = 8 * packed or _size(stream)
    most = min(MOST_UNPACKED, max(RATIO_FROM, MOST_RATIO * packed)) if packed else 0
    done = 0
    with open(path, "wb") as copy:
        while chunk := stream.read(CHUNK):
            done += len(chunk)
            if packed and done > most:
                raise _too_much(
                    name, f"more than {most >> 20:,} MB, {done // packed:,} times its size", "a packed file"
                )
            copy.write(chunk)
            progress(0.3 * min(done / (size or done + CHUNK), 1))


def _too_much(name: str, size: str, what: str) -> FileError:
    return FileError(
        "{file} holds {size}; that is too much for {what}.",
        "Export a shorter period, or drop the CSV file itself.",
        file=name,
        size=size,
        what=what,
    )


def _refuse_strangers(head: bytes, name: str) -> None:
    for magic, what in MAGIC.items():
        if head.startswith(magic):
            raise FileError(
                "{file} is {what}, not a table.",
                "Drop the CSV or XLSX file that your shop exports.",
                file=name,
                what=what,
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


def _checked(path: Path, encoding: str | None, name: str, target: Path, progress: Progress, label: str = "") -> Text:
    """Find the encoding and the line ends of a file on disk; rewrite it unless it is clean already."""
    digest = hashlib.sha256()
    newlines = returns = pairs = nuls = quotes = 0
    last, utf8 = b"", codecs.getincrementaldecoder("utf-8")()
    is_utf8 = is_ascii = True
    size = path.stat().st_size
    with open(path, "rb") as stream, ThreadPoolExecutor(1) as beside:
        bom = stream.read(4)
        stream.seek(0)
        while chunk := stream.read(CHUNK):
            beside.submit(digest.update, chunk)
            newlines += chunk.count(b"\n")
            returned = chunk.count(b"\r")
            returns += returned
            nuls += chunk.count(b"\0")
            quotes += chunk.count(b'"')
            pairs += (chunk.count(b"\r\n") if returned else 0) + (last == b"\r" and chunk[:1] == b"\n")
            last = chunk[-1:]
            ascii_only = chunk.isascii() and not utf8.getstate()[0]
            is_ascii = is_ascii and ascii_only
            is_utf8 = is_utf8 and (ascii_only or _decodes(utf8, chunk))
            progress(0.3 + 0.3 * stream.tell() / size)
    if not size:
        raise FileError("{file} is empty.", "Export the orders again and drop the new file.", file=name)
    is_utf8 = is_utf8 and _decodes(utf8, b"", final=True)
    found = encoding or marked_encoding(bom) or (utf16_without_mark(path) if nuls else None)
    found = found or ("utf-8" if is_utf8 else guess_encoding(path))
    if not encoding and found == "utf-8" and not is_ascii and encoded_twice(path):
        found = TWICE
    nuls = 0 if found.startswith(("utf-16", "utf-32")) else nuls
    in_order = returns == pairs and pairs in (0, newlines) and not nuls and bom[:3] != codecs.BOM_UTF8
    if in_order and found == "utf-8" and is_utf8:
        place, lines, read = path, newlines + (last != b"\n"), 0
    else:
        place, read = target, nuls
        lines = _rewrite(path, target, found, name, progress)
    if not label and _is_page(place):
        _take_table(place, target, name)
        return _checked(target, None, name, target, progress, "web page")
    columns = _spaced_columns(place)
    place = _respaced(place, target) if columns else place
    return Text(
        name, place, found if found == TWICE else label or found, lines, digest.hexdigest(), quotes, read, columns
    )


def _is_page(path: Path) -> bool:
    with open(path, encoding="utf-8") as page:
        return bool(PAGES.match(page.read(4096)))


def _take_table(page: Path, target: Path, name: str) -> None:
    """Write the longest table of a web page or XML spreadsheet."""
    rows = longest_table(page) if page.stat().st_size <= MOST_PAGE else []
    if len(rows) < 2:
        raise FileError(
            "{file} is a web page, not a table.",
            "Open it in a spreadsheet program and save it as CSV (UTF-8).",
            file=name,
        )
    part = target.with_suffix(".part")
    write_rows(([" ".join(cell.split()) for cell in row] for row in rows), part)
    part.replace(target)


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _rewrite(path: Path, target: Path, encoding: str, name: str, progress: Progress) -> int:
    """Write the text as UTF-8 with plain line ends and without NULs; return its lines."""
    newlines, last, size = 0, "", path.stat().st_size
    part = target.with_suffix(".part")
    read_as = {"utf-8": "utf-8-sig", DAMAGED: "utf-8-sig", TWICE: "utf-8-sig"}.get(encoding, encoding)
    errors = "replace" if encoding == DAMAGED else "strict"
    try:
        with (
            open(path, "rb") as raw,
            io.TextIOWrapper(raw, encoding=read_as, errors=errors, newline=None) as old,
            open(part, "w", encoding="utf-8", newline="\n") as new,
        ):
            while chunk := old.read(CHUNK):
                if encoding == TWICE:
                    chunk = decode_once_more(chunk + old.readline())
                chunk = chunk.replace("\0", "").removeprefix("\ufeff")
                newlines += chunk.count("\n")
                last = chunk[-1:] or last
                new.write(chunk)
                progress(0.6 + 0.4 * min(raw.tell() / size, 1))
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
