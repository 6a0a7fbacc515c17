"""What order files do to dates, numbers, letters and lines, one section a nuisance; every answer can be checked by eye."""

import pytest

import retention as rt
from tests.ingest.test_source import HEADER, workbook

PLAIN = "order_id,ordered_at,email,product,quantity,unit_price\n1,2025-01-31,a@example.com,Case,2,9.90\n"


def read(content, **options):
    return rt.read_orders(content if isinstance(content, bytes) else content.encode(), name="orders.csv", **options)


def table(content, **options):
    """Order number, moment and net of every order."""
    orders = read(content, **options)
    found = orders.frame(orders.orders)
    moments = found["ordered_at"].dt.strftime("%Y-%m-%d %H:%M:%S")
    return list(zip(found["order_ref"], moments, found["net"].map(float), strict=True))


def moments(*cells, header="order;date;email;price", **options):
    rows = "".join(f"{number};{cell};a@example.com;5\n" for number, cell in enumerate(cells, start=1))
    found = {order: moment for order, moment, _ in table(f"{header}\n{rows}", **options)}
    return [found[str(number)].removesuffix(" 00:00:00") for number in range(1, len(cells) + 1)]


def hundredths(*cells, **options):
    rows = "".join(f"{number}\t2025-01-31\ta@example.com\t1\t{cell}\n" for number, cell in enumerate(cells, start=1))
    found = {order: net for order, _, net in table(f"order\tdate\temail\tqty\tprice\n{rows}", **options)}
    return [found[str(number)] for number in range(1, len(cells) + 1)]


def aside(content, **options):
    return read(content, **options).set_aside()[["line", "reason"]].values.tolist()


# 1. Day or month first


def test_1_one_day_above_12_settles_the_whole_column():
    assert moments("03/04/2025", "25/04/2025") == ["2025-04-03", "2025-04-25"]
    assert moments("03/04/2025", "04/25/2025") == ["2025-03-04", "2025-04-25"]


def test_1_a_day_above_12_far_down_settles_it_too():
    days = [f"0{1 + n % 9}/0{1 + n % 4}/2025" for n in range(400)]
    assert moments(*days, "31/01/2025")[1] == "2025-02-02"
    assert moments(*days, "31/01/2025")[8] == "2025-01-09"
    assert moments(*days, "01/31/2025")[8] == "2025-09-01"


def test_1_dots_mean_the_day_first():
    assert moments("03.04.2025", "05.06.2025 14:30") == ["2025-04-03", "2025-06-05 14:30:00"]


def test_1_the_order_under_which_rows_run_through_time():
    rising = [f"{day:02}/{month:02}/2025" for month in range(1, 13) for day in (2, 5, 8, 11)]
    assert moments(*rising)[:5] == ["2025-01-02", "2025-01-05", "2025-01-08", "2025-01-11", "2025-02-02"]


def test_1_else_it_is_asked_and_the_answer_counts():
    with pytest.raises(rt.QuestionError, match=r"such as 03/04/2025, can be read with the day or the month first"):
        moments("03/04/2025", "01/02/2025")
    assert moments("03/04/2025", date_order="dmy") == ["2025-04-03"]
    assert moments("03/04/2025", date_order="mdy") == ["2025-03-04"]


def test_1_a_contradiction_is_the_work_of_a_spreadsheet():
    with pytest.raises(rt.ColumnError, match=r"A spreadsheet converted part of them\. Export the file again"):
        moments("31/04/2025", "01/31/2025")


# 2. Date forms

FORMS = {
    "2025. 3. 6.": "2025-03-06", "2025.03.06.": "2025-03-06", "2025. 03. 06. 14:30": "2025-03-06 14:30:00",
    "2025/03/06": "2025-03-06", "20250306": "2025-03-06", "Jul-25-26": "2026-07-25", "25-Jul-26": "2026-07-25",
    "May 12, 2018 16:02:00 PM": "2018-05-12 16:02:00", "May 12, 2018 4:02:00 PM": "2018-05-12 16:02:00",
    "May 12, 2018 12:02:00 AM": "2018-05-12 00:02:00", "May 12, 2018 00:02:00 AM": "2018-05-12 00:02:00",
    "Mar 6, 2025, 4:02\u202fPM": "2025-03-06 16:02:00", "Thursday, March 6, 2025": "2025-03-06",
    "2025. május 12.": "2025-05-12", "2025. máj. 12. 14:30:05": "2025-05-12 14:30:05", "2025. MÁRCIUS 6.": "2025-03-06",
    "2025. szeptember 3., szerda": "2025-09-03", "2025. jún. 1.": "2025-06-01", "2025. július 1.": "2025-07-01",
    "12 maja 2025": "2025-05-12", "12 maj 2025 r., 14:30": "2025-05-12 14:30:00", "1 paź 2025": "2025-10-01",
    "1 października 2025": "2025-10-01", "2 lipiec 2025": "2025-07-02", "3 wrz. 2025": "2025-09-03",
    "12 Mayıs 2025": "2025-05-12", "5 NİSAN 2025": "2025-04-05", "1 Ağustos 2025 09:05": "2025-08-01 09:05:00",
    "3 Şub 2025": "2025-02-03", "12 Eki. 2025 Pazar": "2025-10-12", "12 мая 2025 г.": "2025-05-12",
    "12 мая 2025 г., 14:30": "2025-05-12 14:30:00", "12 сент. 2025": "2025-09-12", "март 6, 2025": "2025-03-06",
    "1 ДЕКАБРЯ 2025": "2025-12-01", "45779.65": "2025-05-02 15:36:00", "45779,65": "2025-05-02 15:36:00",
    "45779": "2025-05-02", "2025-12-06 10:37:30 -0500": "2025-12-06 10:37:30", "2025-12-06T10:37:30Z": "2025-12-06 10:37:30",
    "2025-12-06T10:37:30.250+03:00": "2025-12-06 10:37:30",
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_2_date_form(form):
    assert moments(form) == [FORMS[form]]


MONTHS = {
    "Hungarian": "január február március április május június július augusztus szeptember október november december",
    "Hungarian, short": "jan. feb. márc. ápr. máj. jún. júl. aug. szept. okt. nov. dec.",
    "Polish": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
    "Polish, nominative": "styczeń luty marzec kwiecień maj czerwiec lipiec sierpień wrzesień październik listopad grudzień",
    "Polish, short": "sty lut mar kwi maj cze lip sie wrz paź lis gru",
    "Turkish": "Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık",
    "Turkish, short": "Oca Şub Mar Nis May Haz Tem Ağu Eyl Eki Kas Ara",
    "Russian": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "Russian, nominative": "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь",
    "Russian, short": "янв. февр. мар. апр. мая июн. июл. авг. сент. окт. нояб. дек.",
    "English": "January February March April May June July August September October November December",
}


@pytest.mark.parametrize("language", MONTHS)
def test_2_the_twelve_months(language):
    expected = [f"2025-{month:02}-17" for month in range(1, 13)]
    assert moments(*(f"17 {month} 2025" for month in MONTHS[language].split())) == expected
    assert moments(*(f"2025. {month.upper()} 17." for month in MONTHS[language].split())) == expected


def test_2_an_offset_is_moved_to_the_shop_s_time_zone():
    offsets = ("2025-01-31 23:30:00 -0500", "2025-07-31T23:30:00Z", "2025-01-31T10:00:00+03:00")
    assert moments(*offsets, timezone="Europe/Warsaw") == [
        "2025-02-01 05:30:00", "2025-08-01 01:30:00", "2025-01-31 08:00:00",
    ]  # fmt: skip


def test_2_what_is_no_date_is_set_aside():
    content = "order;date;price\n1;12 maja 2025;5\n2;40 maja 2025;5\n3;wkrótce;5\n"
    assert aside(content) == [[3, "not a date"], [4, "not a date"]]


# 3. Numbers

AMOUNTS = {
    "1,234.50": 123_450, "1,04,999.00": 10_499_900, "1 234.50": 123_450, "1\u00a0234.50": 123_450,
    "1\u202f234.50": 123_450, "1'234.50": 123_450, "1’234.50": 123_450, "$8.00": 800, "US$8.00": 800, "€ 9.90": 990,
    "9.90 €": 990, "₺5.00": 500, "5.00 TL": 500, "9.90 zł": 990, "9.90\u00a0PLN": 990, "1234.00 руб": 123_400,
    "1234.00 руб.": 123_400, "1234.00 ₽": 123_400, "2990.00 Ft": 299_000, "HUF 2990.00": 299_000, ".50": 50, "+5.00": 500,
    "1.234,50": 123_450, "1 299,00 zł": 129_900, "12 990,00 Ft": 1_299_000, "₺1.234,50": 123_450, "1234,5 руб.": 123_450,
    "2990,-": 299_000, "2990,– Ft": 299_000, "1.234.567,00": 123_456_700,
}  # fmt: skip


@pytest.mark.parametrize("amount", AMOUNTS)
def test_3_amount(amount):
    bare = amount.replace("руб.", "")
    half = "0,50" if bare.rfind(",") > bare.rfind(".") else "0.50"
    assert hundredths(amount, half) == [AMOUNTS[amount], 50]


@pytest.mark.parametrize("pieces", ["(2)", "2-", "-2", "−2"])
def test_3_minus_signs(pieces):
    content = f"order;date;email;qty;price\n1;2025-01-31;a@example.com;{pieces};50\n"
    assert table(content) == [("1", "2025-01-31 00:00:00", -10_000)]


def test_3_a_lone_1_234_is_asked_unless_other_numbers_answer():
    with pytest.raises(rt.QuestionError, match=r"such as 1\.234, can be thousands or have three decimals"):
        hundredths("1.234", "5")
    assert hundredths("1.234", "5", decimal=",") == [123_400, 500]
    assert hundredths("1.234", "5,50") == [123_400, 550]
    assert hundredths("1.234", "5.50") == [123, 550]


# 4. Encodings


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1250", "iso8859_2", "utf-16"])
def test_4_names_keep_their_letters(encoding):
    content = PLAIN.replace("Case", "Żółta łódź").replace("order_id", "Numer zamówienia")
    shop = read(content.encode(encoding))
    assert shop.frame(shop.lines)["product"].tolist() == ["Żółta łódź"]


def test_4_utf8_encoded_twice_is_repaired_and_reported():
    shop = read(PLAIN.replace("Case", "Å‚Ã³dka").encode())
    assert shop.frame(shop.lines)["product"].tolist() == ["łódka"]
    assert shop.report.files[0].encoding == "utf-8, encoded twice"


# 5. What a file is, whatever it is called

ONE = [("1", "2025-01-31 00:00:00", 1980)]
PAGE = "".join(f"<tr><td>{line.replace(',', '<td>')}</tr>" for line in PLAIN.splitlines())


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_5_unicode_text_of_a_spreadsheet_program(encoding):
    assert table(PLAIN.replace(",", "\t").replace("\n", "\r\n").encode(encoding)) == ONE


@pytest.mark.parametrize("first", ["sep=;\n", '"sep=;"\r\n', "SEP=;\n", "\ufeffsep=;\n"])
def test_5_a_line_that_names_the_delimiter(first):
    assert table(first + PLAIN.replace(",", ";")) == ONE


def test_5_a_spreadsheet_named_csv():
    assert table(workbook([HEADER, [1, 45688, "a@example.com", 2, 9.9]])) == ONE


@pytest.mark.parametrize(
    "page",
    [
        f"<table>{PAGE}</table>",
        f"\n<!DOCTYPE html><html><head><style>td {{x: y}}</style></head><body><table><tr><td>menu</td></tr></table>"
        f"<TABLE border=1>{PAGE}</TABLE></body></html>",
        '<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><meta charset="utf-8"></head>'
        f"<table><thead>{PAGE.replace('</tr>', '</tr></thead>', 1)}</table>",
        '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook><Worksheet ss:Name="a"><Table>'
        + PAGE.replace("tr>", "Row>").replace("<td>", '</Data></Cell><Cell><Data ss:Type="String">')
        + "</Table></Worksheet></Workbook>",
    ],
)
def test_5_a_web_page_named_xls(page):
    assert table(page) == ONE
    assert read(page).report.files[0].encoding == "web page"


def test_5_a_web_page_keeps_letters_and_line_numbers():
    page = f"<html><table>{PAGE}<tr><td>2<td>x<td><td><td>1<td>&nbsp;5,0&#48;&nbsp;z&#322;</tr></table>".replace(
        "Case", "Łódź"
    )
    shop = read(page.encode("cp1250"))
    assert shop.frame(shop.lines)["product"].tolist() == ["Łódź"]
    assert shop.set_aside()[["line", "text"]].values.tolist() == [[3, '2,x,,,1,"5,00 zł"']]


# 6. The delimiter


def test_6_semicolons_and_decimal_commas():
    content = "order;date;email;product;qty;price\n1;2025-01-31;a@example.com;Red, large;2;9,90\n2;2025-01-31;b@example.com;Blue, small;1;5,00\n"
    assert table(content) == [("1", "2025-01-31 00:00:00", 1980), ("2", "2025-01-31 00:00:00", 500)]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_6_every_delimiter_with_the_others_inside_cells(mark):
    cell = '"a, b; c\td | e"'
    assert table(PLAIN.replace(",", mark).replace("Case", cell)) == ONE


# 7. What stands around the table


def test_7_a_preamble_is_skipped():
    assert table("Orders of my shop\nfrom,2025-01-01\n\n" + PLAIN) == ONE


@pytest.mark.parametrize("total", ["Összesen", "Razem", "Toplam", "Итого", "Total"])
def test_7_a_row_of_totals_is_set_aside(total):
    shop = read(PLAIN + f"{total},,,,2,19.80\n")
    found = shop.set_aside()[["line", "reason", "text"]].values.tolist()
    assert found == [[3, "a total, not an order", f"{total},,,,2,19.80"]]
    assert (shop.report.rows_in_files, shop.report.count("used"), shop.report.count("set aside")) == (2, 1, 1)
    assert table(PLAIN + f"{total},,,,2,19.80\n") == ONE


def test_7_bare_commas_before_padding_behind_and_a_footer():
    header, row = PLAIN.splitlines()
    content = (
        f",,,,,\n{header}\n,,,,,\n{row}\n\n1,record(s) downloaded,from 2025-01-01,to,2025-01-31\nSeller ID : shop\n"
    )
    assert table(content) == ONE
    assert [line for line, _ in aside(content)] == [3, 6, 7]


# 8. Continuation rows


def test_8_a_row_without_a_date_belongs_to_its_own_order_only():
    content = (
        PLAIN.splitlines()[0]
        + """
1,2025-01-31,a@example.com,Case,2,9.90
1,,,Cable,1,5.00
2,,,Mouse,1,7.00
3,2025-02-01,b@example.com,Lamp,1,20.00
3,,,Bulb,4,2.50
"""
    )
    assert table(content) == [("1", "2025-01-31 00:00:00", 2480.0), ("3", "2025-02-01 00:00:00", 3000.0)]
    assert aside(content) == [[4, "not a date"]]


def test_8_a_line_price_is_never_an_order_total():
    header = "Order ID,Date,Email,Item,Qty,Unit price,Order total"
    content = f"{header}\n1,2025-01-31,a@example.com,Case,2,9.90,24.80\n1,,,Cable,1,5.00,24.80\n"
    assert table(content) == [("1", "2025-01-31 00:00:00", 2480.0)]


# 9. Repeated order totals

TOTALS = "order,date,email,item,qty,price,shipping,tax,order total\n"


def test_9_a_total_is_taken_once_and_checked_against_the_lines():
    rows = "1,2025-01-31,a@example.com,Case,2,9.90,4.00,5.00,28.80\n1,2025-01-31,a@example.com,Cap,1,0.00,4.00,5.00,28.80\n"
    good = read(TOTALS + rows)
    assert (good.report.facts["totals_checked"], good.report.facts["totals_differ"]) == (1, 0)
    bad = read(TOTALS + rows + "2,2025-02-01,b@example.com,Case,1,9.90,4.00,2.00,99.00\n")
    assert (bad.report.facts["totals_checked"], bad.report.facts["totals_differ"]) == (2, 1)
    (first, _) = bad.frame(bad.orders).itertuples()
    assert (first.gross, first.shipping, first.tax) == (1980, 400, 500)


def test_9_a_total_repeated_on_every_row_is_no_price_of_a_line():
    rows = "".join(f"{order},2025-01-31,a@example.com,x,{order}0.00\n" * 2 for order in range(1, 5))
    with pytest.raises(rt.ColumnError, match="No column for the price of one piece"):
        read("order,date,email,item,total\n" + rows)


# 10. Overlapping exports

JANUARY = (
    PLAIN.splitlines()[0]
    + ",status\n1,2025-01-05,a@example.com,Case,2,9.90,paid\n2,2025-01-30,b@example.com,Cap,1,5.00,pending\n"
)
FEBRUARY = (
    PLAIN.splitlines()[0]
    + ",status\n2,2025-01-30,b@example.com,Cap,3,5.00,paid\n3,2025-02-03,a@example.com,Lamp,1,20.00,paid\n"
)


@pytest.mark.parametrize("files", [[JANUARY, FEBRUARY], [FEBRUARY, JANUARY]])
def test_10_the_newest_export_of_an_order_wins_whatever_the_order_of_the_files(files):
    shop = rt.read_orders([file.encode() for file in files])
    assert shop.frame(shop.orders)[["order_ref", "status", "net"]].values.tolist() == [
        ["1", "paid", 1980], ["2", "paid", 1500], ["3", "paid", 2000],
    ]  # fmt: skip
    assert (shop.report.count("merged"), shop.report.facts["renewed"]) == (1, 1)


def test_10_a_later_file_with_only_the_goods_given_back_adds_to_the_order():
    back = (
        JANUARY.splitlines()[0]
        + "\n1,2025-02-03,a@example.com,Case,-1,9.90,paid\n3,2025-02-04,a@example.com,Lamp,1,20.00,paid\n"
    )
    shop = rt.read_orders([JANUARY.encode(), back.encode()])
    assert shop.frame(shop.orders)[["order_ref", "refunds", "net"]].values.tolist()[0] == ["1", 990, 990]
    again = rt.read_orders([JANUARY.encode(), back.encode(), back.encode()])
    assert again.frame(again.orders)[["order_ref", "refunds", "net"]].values.tolist()[0] == ["1", 990, 990]


def test_10_identical_lines_of_one_file_stay_and_are_reported():
    twice = PLAIN + PLAIN.splitlines()[1] + "\n"
    assert read(twice).report.facts["duplicates"] == 1
    assert table(twice) == [("1", "2025-01-31 00:00:00", 3960.0)]
    assert table(twice, drop_duplicates=True) == ONE


def test_10_equal_numbers_on_other_days_are_asked_about():
    other = PLAIN.replace("2025-01-31", "2025-06-30").replace("a@", "c@")
    with pytest.raises(
        rt.QuestionError, match="1 order numbers stand in more than one file, 1 of them with another date"
    ):
        rt.read_orders([PLAIN.encode(), other.encode()])
    two = rt.read_orders([PLAIN.encode(), other.encode()], shops="files")
    assert two.frame(two.orders)[["order_ref", "shop"]].values.tolist() == [
        ["1 (file)", "file"],
        ["1 (file (2))", "file (2)"],
    ]
    assert [len(shop.frame(shop.orders)) for shop in (two, two.filter(shops="file"))] == [2, 1]
    named = rt.read_orders([PLAIN.encode(), other.encode()], shops={"file": "Pest", "file (2)": "Buda"})
    assert named.frame(named.orders)["shop"].tolist() == ["Pest", "Buda"]
    one = rt.read_orders([PLAIN.encode(), other.encode()], shops="one")
    assert one.report.count("merged") == 1


# 11. Refunds


def test_11_a_column_negative_rows_and_a_state_mean_the_same():
    header = "order,date,email,item,qty,price,refunded,status\n"
    column = "1,2025-01-31,a@example.com,Case,2,10.00,10.00,paid\n"
    negative = "1,2025-01-31,a@example.com,Case,2,10.00,,paid\n1,2025-01-31,a@example.com,Case,-1,10.00,,paid\n"
    found = [read(header + rows) for rows in (column, negative)]
    assert [shop.frame(shop.orders)[["gross", "refunds", "net"]].values.tolist() for shop in found] == [
        [[2000, 1000, 1000]]
    ] * 2
    state = read(header + "1,2025-01-31,a@example.com,Case,2,10.00,,refunded\n")
    assert state.frame(state.orders)[["gross", "refunds", "net"]].values.tolist() == [[2000, 2000, 0]]


# 12. Identity


def test_12_an_address_lent_by_a_marketplace_is_a_customer_nobody_can_write_to():
    shop = read(
        PLAIN + "2,2025-02-01,q1w2e3@marketplace.amazon.de,Cap,1,5.00\n3,2025-02-02,x9@members.ebay.com,Cap,1,5.00\n"
    )
    people = shop.frame(shop.customers)
    assert people[["email", "contactable"]].values.tolist() == [
        ["a@example.com", True], ["q1w2e3@marketplace.amazon.de", False], ["x9@members.ebay.com", False],
    ]  # fmt: skip


# 13. Currency mix


def test_13_two_currencies_are_never_added():
    content = (
        PLAIN.replace("unit_price\n", "unit_price,currency\n").replace("9.90\n", "9.90,EUR\n")
        + "2,2025-02-01,b@example.com,Cap,1,5.00,PLN\n"
    )
    with pytest.raises(rt.QuestionError, match="The orders are in 2 currencies"):
        read(content)
    assert table(content, currency="EUR") == ONE


def test_all_questions_are_asked_at_once():
    content = (
        "order,date,email,price,currency\n1,03/04/2025,a@example.com,1.234,EUR\n2,01/02/2025,b@example.com,2.345,PLN\n"
    )
    with pytest.raises(rt.QuestionError) as asked:
        read(content)
    assert [(question.option, question.choices, question.assumed) for question in asked.value.questions] == [
        ("decimal", (".", ","), ","), ("date_order", ("dmy", "mdy"), "dmy"), ("currency", ("EUR", "PLN"), "EUR"),
    ]  # fmt: skip
    assert table(content, decimal=",", date_order="dmy", currency="EUR") == [("1", "2025-04-03 00:00:00", 123400.0)]


def test_two_files_are_answered_each_for_itself():
    files = [
        "order,date,email,price\n1,03/04/2025,a@example.com,5\n",
        "order,date,email,price\n2,03/05/2025,a@example.com,5\n",
    ]
    with pytest.raises(rt.QuestionError) as asked:
        rt.read_orders([file.encode() for file in files])
    assert [(question.option, question.file) for question in asked.value.questions][:2] == [
        ("date_order", "file"), ("date_order", "file (2)"),
    ]  # fmt: skip
    shop = rt.read_orders([file.encode() for file in files], date_order={"file": "dmy", "file (2)": "mdy"})
    assert shop.frame(shop.orders)["ordered_at"].dt.strftime("%m-%d").tolist() == ["03-05", "04-03"]


# 14. Numbers a spreadsheet has mangled


def test_14_shortened_order_numbers_cannot_be_recovered():
    content = PLAIN + PLAIN.splitlines()[1].replace("1,", "1.12739E+16,", 1)
    assert aside(content) == [[3, "a spreadsheet shortened this number and it cannot be recovered"]]


@pytest.mark.parametrize(
    ("written", "order"), [("17850.0", "17850"), ("000123", "000123"), ("12345678901234567890", "12345678901234567890")]
)
def test_14_order_numbers_stay_text(written, order):
    assert table(PLAIN.replace("\n1,", f"\n{written},")) == [(order, "2025-01-31 00:00:00", 1980)]


# 15. Structure


def test_15_duplicate_headers():
    assert table(PLAIN.replace("product", "email")) == ONE


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_15_line_ends_and_line_breaks_in_cells(ends):
    assert table(PLAIN.replace("Case", '"Case\nin ""red"",\n\nlarge"').replace("\n", ends)) == ONE


def test_15_nul_bytes_are_left_out_and_told():
    shop = read(PLAIN.replace("Case", "Ca\0se"))
    assert shop.frame(shop.lines)["product"].tolist() == ["Case"]
    assert ("NUL bytes", "left out 1") in [(choice.about, choice.chosen) for choice in shop.report.choices]


def test_15_ragged_rows_are_set_aside_with_their_lines():
    content = PLAIN + '2,3\n3,2025-01-31,b@example.com,"Case,1,5\n4,2025-01-31,c@example.com,Case,1,5,6\n'
    assert aside(content) == [
        [3, "fewer cells than the header"],
        [4, "a quotation mark is not closed"],
        [5, "more cells than the header"],
    ]
