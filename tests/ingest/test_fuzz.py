"""Files that are made to hurt: a sentence or a right result, within 30 seconds and 2 GB, and no row is lost."""

import gzip
import io
import json
import random
import signal
import subprocess
import sys
import zipfile
import zlib
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import retention as rt
from retention.ingest import sheets, source
from tests.ingest.test_source import HEADER, workbook

SECONDS = 30
MEGABYTES = 2_048
HEAD = "order_id,ordered_at,email,product,quantity,unit_price\n"
ROW = "1,2025-01-31,a@example.com,Case,2,9.90\n"
SHOP = HEAD + "".join(f"{n},2025-01-{n:02},c{n % 7}@example.com,Łódka {n},1,{n}.50\n" for n in range(1, 29))
BOOK = [HEADER, *([n, 45688 + n, f"c{n}@example.com", 1, n + 0.5] for n in range(1, 29))]


def zeros(size):
    """A gzip file that unpacks to `size` zeros."""
    packer, piece = zlib.compressobj(9, zlib.DEFLATED, 31), bytes(1 << 20)
    return b"".join(packer.compress(piece) for _ in range(size >> 20)) + packer.flush()


def book_with(sheet):
    """A workbook with this text as the rows of its only sheet."""
    old = zipfile.ZipFile(io.BytesIO(workbook([["here"]])))
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for member in old.namelist():
            text = old.read(member).decode()
            cut = text.partition("<sheetData>")[0] + f"<sheetData>{sheet}</sheetData></worksheet>"
            archive.writestr(member, cut if "<sheetData>" in text else text)
    return content.getvalue()


def table_of(cells):
    """An ODS file whose only table holds these cells."""
    names = ("office", "table", "text")
    spaces = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in names)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "content.xml",
            f'<?xml version="1.0"?><office:document-content {spaces}><office:body><office:spreadsheet>'
            f'<table:table table:name="a">{cells}</table:table></office:spreadsheet></office:body></office:document-content>',
        )
    return content.getvalue()


FILLED = 'table:number-columns-repeated="16384" office:value-type="float" office:value="1"'
CORPUS = {
    "a gzip bomb": (lambda: zeros(400 << 20), "times its size; that is too much for a packed file"),
    "a gzip file in a gzip file": (lambda: gzip.compress(gzip.compress(SHOP.encode())), "is a file packed twice"),
    "a gzip file of a spreadsheet": (lambda: gzip.compress(workbook(BOOK)), 28),
    "a spreadsheet with 13 million empty cells": (
        lambda: book_with("<row>" + "<c/>" * 13_000_000 + "</row>"), "cells or more; at most 12,000,000 cells",
    ),
    "a spreadsheet with one cell far away": (
        lambda: book_with('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'),
        "17,179,869,184 cells or more; at most 12,000,000 cells",
    ),
    "an open document with one cell repeated": (
        lambda: table_of(f'<table:table-row table:number-rows-repeated="1048576"><table:table-cell {FILLED}/></table:table-row>'),
        "17,179,869,184 cells or more; at most 12,000,000 cells",
    ),
    "a cell of fifty megabytes": (lambda: (HEAD + ROW.replace("Case", "x" * 50_000_000) + ROW).encode(), 2),
    "a quoted cell of many lines": (lambda: (HEAD + ROW.replace("Case", '"' + "x\n" * 20_000 + '"') + ROW).encode(), None),
    "a quoted cell of fifty megabytes": (lambda: (HEAD + ROW.replace("Case", '"' + "x" * 50_000_000 + '"') + ROW).encode(), 2),
    "a cell of two hundred kilobytes": (lambda: (HEAD + ROW.replace("Case", "x" * 200_000) + ROW).encode(), 2),
    "a hundred thousand columns": (lambda: (",".join(f"c{n}" for n in range(100_000)) + "\n").encode() * 20, "at most 2,000"),
    "a hundred thousand quotation marks": (lambda: (HEAD + ROW.replace("Case", '"' * 100_000) + ROW).encode(), 2),
    "a hundred thousand and one quotation marks": (lambda: (HEAD + ROW.replace("Case", '"' * 100_001) + ROW).encode(), 2),
    "a hundred thousand lines of a quotation mark": (lambda: (HEAD + ROW + '"\n' * 100_000).encode(), None),
    "ten thousand lines with an open quotation mark": (lambda: (HEAD + ROW + '1,"a\n' * 10_000).encode(), 10_001),
    "long lines that never close a quotation mark": (
        lambda: (HEAD + ROW + '1,"\n' + ('x""' * 300_000 + "\n") * 12).encode(), None,
    ),
    "a page of tables in tables": (lambda: b"<html>" + b"<table><tr><td>" * 100_000, "is a web page, not a table"),
    "a page with wide cells": (lambda: b"<table>" + b"<tr>" + b'<td colspan="9999999">x' * 100_000, "is a web page"),
    "a truncated gzip file": (lambda: gzip.compress(SHOP.encode())[:-20], "is a damaged gzip file"),
    "a truncated spreadsheet": (lambda: workbook(BOOK)[:-100], "is a damaged archive"),
    "half a byte pair of utf-16": (lambda: SHOP.encode("utf-16")[:-1], "cannot be read as utf-16"),
    "utf-8 cut in a letter": (lambda: SHOP.encode()[: SHOP.encode().rindex("Ł".encode()) + 1], 28),
    "nothing but NULs": (lambda: bytes(1 << 20), "holds no text|is empty|has no header"),
    "nothing but NULs and line feeds": (lambda: b"\0\n" * 100_000, "holds no text"),
    "random bytes": (lambda: random.Random(1).randbytes(1 << 18), ""),
    "random bytes with a zip's beginning": (lambda: b"PK\x03\x04" + random.Random(2).randbytes(1 << 16), "damaged archive"),
    "random bytes with a workbook's beginning": (
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + random.Random(3).randbytes(1 << 16), "cannot be opened as a spreadsheet",
    ),
}  # fmt: skip


@contextmanager
def time_limit(seconds=SECONDS):
    def stop(number, frame):
        raise TimeoutError(f"longer than {seconds} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def outcome(content):
    """The rows in the file where it is read, each accounted for; else the sentence."""
    try:
        shop = rt.read_orders(content, name="shop.csv", date_order="dmy", decimal=".")
    except rt.RetentionError as error:
        return str(error)
    report = shop.report
    assert report.rows_in_files == sum(report.count(what) for what in ("used", "set aside", "merged"))
    assert len(shop.set_aside()) == report.count("set aside")
    assert len(shop.frame(shop.lines)) == report.count("used")
    return report.rows_in_files


def measure(path):
    """Read every file of a folder; print what came out and the peak of the memory after each."""
    import resource
    from pathlib import Path

    for file in sorted(Path(path).iterdir()):
        with time_limit():
            found = outcome(file.read_bytes())
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
        print(json.dumps([file.name, found, peak]), flush=True)  # noqa: T201


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """What came out of the corpus, read in a process of its own whose memory is measured."""
    folder = tmp_path_factory.mktemp("corpus")
    for number, (make, _) in enumerate(CORPUS.values()):
        (folder / f"{number:02}").write_bytes(make())
    call = f"from tests.ingest.test_fuzz import measure; measure({str(folder)!r})"
    run = subprocess.run([sys.executable, "-c", call], capture_output=True, text=True, timeout=20 * SECONDS)
    lines = [json.loads(line) for line in run.stdout.splitlines() if line.startswith('["')]
    assert len(lines) == len(CORPUS), run.stderr[-2000:]
    return {name: (result, peak) for name, (_, result, peak) in zip(CORPUS, lines, strict=True)}


@pytest.mark.xdist_group("corpus")
@pytest.mark.parametrize("case", CORPUS)
def test_a_file_that_is_made_to_hurt(found, case):
    expected, (result, peak) = CORPUS[case][1], found[case]
    assert peak < MEGABYTES
    if isinstance(expected, str):
        assert isinstance(result, str)
        assert any(part in result for part in expected.split("|"))
    elif expected is not None:
        assert result == expected


def test_a_spreadsheet_is_measured_before_it_is_unpacked(monkeypatch):
    monkeypatch.setitem(sheets.MOST_BYTES, "sheets", 1 << 20)
    content = book_with("<row><c><v>1</v></c></row>" * 50_000)
    assert outcome(content) == (
        "shop.csv unpacks to 1 MB; at most 1 MB can be read from a spreadsheet. Save it as CSV (UTF-8), which may be "
        "larger, or export a shorter period."
    )


def test_unpacking_stops_at_the_size(monkeypatch):
    monkeypatch.setattr(source, "MOST_UNPACKED", 1 << 20)
    content = gzip.compress((HEAD + ROW * 200_000).encode())
    assert "shop.csv holds more than 1 MB" in outcome(content)


SEEDS = {
    "comma": SHOP.encode(),
    "crlf": SHOP.replace("\n", "\r\n").encode("cp1250"),
    "quoted": SHOP.replace("Łódka", '"Łódka, ""red""\nlarge"').replace(" ", "").encode(),
    "utf-16": SHOP.replace(",", "\t").encode("utf-16"),
    "gzip": gzip.compress(SHOP.encode()),
    "xlsx": workbook(BOOK),
    "page": (
        "<table>" + "".join(f"<tr><td>{row.replace(',', '<td>')}" for row in SHOP.splitlines()) + "</table>"
    ).encode(),
}


@st.composite
def damaged(draw):
    """A right file with one to three wounds."""
    content = bytearray(SEEDS[draw(st.sampled_from(sorted(SEEDS)))])
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, max(len(content) - 1, 0)))
        match draw(st.sampled_from(["truncate", "flip", "quote", "double", "ends", "nul", "swap"])):
            case "truncate":
                del content[at:]
            case "flip":
                content[at : at + 1] = bytes([draw(st.integers(0, 255))])
            case "quote":
                content[at:at] = b'"' * draw(st.integers(1, 3))
            case "double":
                lines = content.splitlines(keepends=True)
                content += b"".join(lines[at % len(lines) :][:3]) if lines else b""
            case "ends":
                content = content.replace(b"\n", draw(st.sampled_from([b"\r", b"\r\n", b"\n\n", b"\n\r"])))
            case "nul":
                content[at:at] = bytes(draw(st.integers(1, 4)))
            case "swap":
                content[at : at + 40] = content[at : at + 40][::-1]
    return bytes(content)


@settings(max_examples=80, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(damaged())
def test_a_right_file_with_wounds(content):
    with time_limit():
        found = outcome(content)
    assert found if isinstance(found, int) else len(found) > 20
