import gzip
import io
import zipfile

import pandas as pd
import pytest

import retention as rt
from retention.ingest import source
from retention.ingest.encoding import DAMAGED, best_encoding
from retention.ingest.source import to_text

SHOP = "order_id,ordered_at,email,product,quantity,unit_price\n1,2025-01-31,ą@example.com,Tusz Łódź,2,9.90\n"


def text_of(content, folder, **options):
    text = to_text(content, folder, 0, **options)
    return text, text.path.read_bytes().decode("utf-8")


def test_clean_utf8_is_read_where_it_lies(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text(SHOP, encoding="utf-8", newline="")
    text = to_text(path, tmp_path, 0)
    assert (text.path, text.encoding, text.lines, text.name) == (path, "utf-8", 2, "orders.csv")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1250", "iso8859_2"])
def test_every_encoding_gives_the_same_text(tmp_path, encoding):
    assert text_of(SHOP.encode(encoding), tmp_path)[1] == SHOP


def test_turkish_and_russian_code_pages(tmp_path):
    turkish, russian = "Sipariş No;Müşteri\n1;Işık Şahin\n", "Номер заказа;Покупатель\n1;Щербаков\n"
    assert text_of(turkish.encode("cp1254"), tmp_path)[1] == turkish
    assert text_of(russian.encode("cp1251"), tmp_path)[1] == russian


def test_the_first_accent_may_come_late(tmp_path):
    late = "order_id,product\n" + "1,plain words\n" * 50_000 + "2,żółta łódź\n"
    assert text_of(late.encode("cp1250"), tmp_path)[1] == late


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_line_ends_become_one_kind(tmp_path, ends):
    text, content = text_of(SHOP.replace("\n", ends).encode(), tmp_path)
    assert content.splitlines() == SHOP.splitlines()
    assert text.lines == 2


def test_mixed_line_ends(tmp_path):
    text, content = text_of(b"a,b\r\n1,2\n3,4\r5,6", tmp_path)
    assert content == "a,b\n1,2\n3,4\n5,6"
    assert text.lines == 4


def test_a_few_damaged_letters_do_not_spoil_a_utf8_file(tmp_path):
    content = ("order_id,product\n" + "1,łódź\n" * 30).encode() + b"2,\xb3odka\n"
    text, read = text_of(content, tmp_path)
    assert text.encoding == DAMAGED
    assert read.count("łódź") == 30
    assert read.endswith("2,\ufffdodka\n")


def test_nul_bytes_are_left_out_and_counted(tmp_path):
    text, read = text_of(SHOP.replace("Tusz", "Tu\0sz").encode(), tmp_path)
    assert (read, text.nuls) == (SHOP, 1)


def test_a_named_encoding_that_does_not_fit_is_refused(tmp_path):
    for encoding in ("utf-8", "utf8"):
        with pytest.raises(rt.FileError, match=r"orders\.csv cannot be read as utf-?8"):
            to_text(SHOP.encode("cp1250"), tmp_path, 0, encoding=encoding, name="orders.csv")
    with pytest.raises(rt.FileError, match="cannot be read as klingon: unknown encoding"):
        to_text(b"a,b\n1,2\n", tmp_path, 0, encoding="klingon")


def test_gzip(tmp_path):
    assert text_of(gzip.compress(SHOP.encode("cp1250")), tmp_path)[1] == SHOP
    with pytest.raises(rt.FileError, match="damaged gzip file"):
        to_text(gzip.compress(SHOP.encode() * 500)[:60], tmp_path, 0, name="orders.csv.gz")


def test_a_file_object_stays_open_and_is_read_from_the_start(tmp_path):
    stream = io.BytesIO(SHOP.encode())
    stream.read(10)
    assert text_of(stream, tmp_path)[1] == SHOP
    assert text_of(stream, tmp_path)[1] == SHOP
    assert text_of(io.StringIO(SHOP), tmp_path)[1] == SHOP


def test_a_frame_keeps_its_named_index_and_odd_columns(tmp_path):
    frame = pd.DataFrame(
        {
            "order_id": [1, 2],
            "ordered_at": pd.to_datetime(["2025-01-31 10:00", "2025-02-01 11:30"]).tz_localize("Europe/Warsaw"),
            "product": ["two\nlines", None],
            "mixed": pd.Series([5, "five"], dtype=object),
            "kind": pd.Categorical(["a", None]),
            "price": [1.5, None],
        }
    ).set_index("order_id")
    assert text_of(frame, tmp_path)[1] == (
        "order_id,ordered_at,product,mixed,kind,price\n"
        "1,2025-01-31 10:00:00+01:00,two lines,5,a,1.5000\n"
        "2,2025-02-01 11:30:00+01:00,,five,,\n"
    )


def workbook(*tables):
    """The smallest XLSX that spreadsheet readers accept, a sheet a table; strings inline, numbers as they are."""

    def cell(value):
        if isinstance(value, str):
            return f'<c t="inlineStr"><is><t xml:space="preserve">{value}</t></is></c>'
        return "<c/>" if value is None else f"<c><v>{value!r}</v></c>"

    kind = "http://schemas.openxmlformats.org"
    types = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    office = f"{kind}/officeDocument/2006/relationships"
    numbers = range(1, len(tables) + 1)
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{types}.worksheet+xml"/>' for n in numbers
    )
    names = "".join(f'<sheet name="Orders {n}" sheetId="{n}" r:id="r{n}"/>' for n in numbers)
    links = "".join(
        f'<Relationship Id="r{n}" Type="{office}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in numbers
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{kind}/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{types}.sheet.main+xml"/>{overrides}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{kind}/package/2006/relationships"><Relationship Id="r1" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{kind}/spreadsheetml/2006/main" xmlns:r="{office}"><sheets>{names}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{kind}/package/2006/relationships">{links}</Relationships>',
    }
    for number, rows in zip(numbers, tables, strict=True):
        sheet = "".join("<row>" + "".join(map(cell, row)) + "</row>" for row in rows)
        parts[f"xl/worksheets/sheet{number}.xml"] = (
            f'<worksheet xmlns="{kind}/spreadsheetml/2006/main"><sheetData>{sheet}</sheetData></worksheet>'
        )
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, '<?xml version="1.0" encoding="UTF-8"?>' + part)
    return content.getvalue()


HEADER = ["order_id", "ordered_at", "email", "quantity", "unit_price"]


def test_a_spreadsheet_named_csv():
    rows = [HEADER, [7, 45688.5, "a@example.com", 2, 9.9], [8, 45689.25, "b@example.com", 1, 5]]
    orders = rt.read_orders(workbook(rows), name="orders.csv")
    assert orders.report.files[0].encoding == "spreadsheet"
    table = orders.frame(orders.orders)
    assert table["ordered_at"].astype(str).tolist() == ["2025-01-31 12:00:00", "2025-02-01 06:00:00"]
    assert table["net"].tolist() == [1980, 500]


def test_line_numbers_of_a_spreadsheet_are_its_rows():
    blank = [None] * 5
    rows = [
        ["Orders of January", *blank[1:]],
        blank,
        HEADER,
        [1, 45688, "two\nlines", 1, 5],
        blank,
        [2, 45688, "", 1, "x"],
    ]
    orders = rt.read_orders(workbook(rows))
    found = orders.set_aside()
    assert found[["line", "column", "value"]].values.tolist() == [[6, "unit_price", "x"]]


def test_a_number_a_spreadsheet_has_rounded_is_no_order_number():
    rows = [HEADER, [1.12739e16, 45688, "a@example.com", 1, 5], [12, 45688, "a@example.com", 1, 5]]
    found = rt.read_orders(workbook(rows)).set_aside()
    assert found["reason"].tolist() == ["a spreadsheet shortened this number and it cannot be recovered"]


def test_best_encoding_tells_polish_from_turkish():
    assert best_encoding("Zażółć gęślą jaźń".encode("cp1250")) == "cp1250"
    assert best_encoding("Işık Şahin Öztürk Çağrı".encode("cp1254")) == "cp1254"


@pytest.mark.parametrize(
    "content", [SHOP.encode(), SHOP.encode("cp1250"), gzip.compress(SHOP.encode("utf-16"), mtime=0)]
)
def test_progress_rises_to_one(tmp_path, monkeypatch, content):
    monkeypatch.setattr(source, "CHUNK", 16)
    shares = []
    to_text(content, tmp_path, 0, progress=shares.append)
    assert shares == sorted(shares)
    assert (len(shares) > len(SHOP) / 16, shares[-1]) == (True, 1.0)


def test_progress_of_a_path_that_is_used_where_it_lies(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_bytes(SHOP.encode())
    shares = []
    to_text(path, tmp_path, 0, progress=shares.append)
    assert shares == [0.6, 1.0]


@pytest.mark.parametrize(
    "content", [SHOP.encode(), SHOP.encode("cp1250"), gzip.compress(SHOP.encode("cp1250"), mtime=0)]
)
@pytest.mark.parametrize("stop_at", [0.0, 0.5, 1.0])
def test_an_exception_from_progress_leaves_no_file_behind(tmp_path, content, stop_at):
    def stop(share):
        if share >= stop_at:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        to_text(content, tmp_path, 0, progress=stop)
    assert list(tmp_path.iterdir()) == []


def test_only_the_text_that_is_read_stays(tmp_path):
    to_text(SHOP.encode("cp1250"), tmp_path, 0)
    assert [path.name for path in tmp_path.iterdir()] == ["text_0.csv"]
    with pytest.raises(rt.FileError):
        to_text(b"a,b\n\x98\n", tmp_path, 1, encoding="utf-8")
    assert [path.name for path in tmp_path.iterdir()] == ["text_0.csv"]


def test_the_longest_sheet_of_a_workbook_is_read_wherever_it_stands():
    short, long = [HEADER], [HEADER, [7, 45688, "a@example.com", 2, 9.9]]
    for tables in ([short, long], [long, short]):
        shop = rt.read_orders(workbook(*tables))
        assert shop.frame(shop.orders)["net"].tolist() == [1980]


def test_a_binary_workbook_is_refused(tmp_path):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("xl/workbook.bin", "")
    with pytest.raises(rt.FileError, match=r"a\.xlsb is a binary spreadsheet \(XLSB\)\. Save it as CSV"):
        to_text(content.getvalue(), tmp_path, 0, name="a.xlsb")
