import re

import pytest

import retention as rt
from retention.ingest.mapping import OWN, check_mapping, layouts, plain, recognise

HEADERS = {
    "Polish": "Numer zamówienia;Data zamówienia;Adres e-mail;Nazwa produktu;Ilość;Cena jednostkowa;Rabat;Kraj",
    "Hungarian": "Rendelésszám;Rendelés dátuma;E-mail cím;Termék neve;Mennyiség;Egységár;Kedvezmény;Ország",
    "Turkish": "SİPARİŞ NO;Sipariş Tarihi;E-Posta;Ürün Adı;Adet;Birim Fiyatı;İndirim;Ülke",
    "Russian": "Номер заказа;Дата заказа;Электронная почта;Наименование товара;Количество;Цена;Скидка;Страна",
}
FIELDS = ("order_id", "ordered_at", "email", "product", "quantity", "unit_price", "discount", "country")


@pytest.mark.parametrize("language", HEADERS)
def test_column_names_of_four_languages(language):
    header = HEADERS[language]
    found = recognise(tuple(header.split(";")), ())
    assert found.layout.name == OWN
    assert found.mapping == dict(zip(FIELDS, header.split(";"), strict=True))
    orders = rt.read_orders(f"{header}\n7;31.01.2025 10:15;a@example.com;Łyżka;2;1 249,50;10,00;PL\n".encode())
    (row,) = orders.frame(orders.orders).itertuples()
    assert (row.gross, row.discounts, row.net, row.country) == (249_900, 1_000, 248_900, "PL")
    assert str(row.ordered_at) == "2025-01-31 10:15:00"


def test_every_layout_maps_what_no_analysis_can_do_without():
    for layout in (layout for layout in layouts() if not layout.alone):
        inside = [f"items.{name}" for name in re.findall(r"\?P<(\w+)>", layout.items.pattern)] if layout.items else []
        columns = tuple(dict.fromkeys([*layout.signature, *(names[0] for names in layout.columns.values()), *inside]))
        found = recognise(columns, ())
        assert found.layout == layout
        check_mapping(found.mapping, columns, layout, "a.csv")


def test_an_email_column_is_known_by_its_values():
    rows = tuple((str(n), "2025-01-31", f"person{n}@example.com", "5") for n in range(5))
    found = recognise(("order", "date", "who", "price"), rows)
    assert (found.mapping["email"], found.because["email"], found.because["order_id"]) == ("who", "values", "name")


def test_of_two_shopify_phone_columns_the_filled_one_is_taken():
    columns = ("Name", "Financial Status", "Created at", "Lineitem quantity", "Lineitem name", "Lineitem price")
    found = recognise((*columns, "Phone", "Billing Phone"), (("#1", "paid", "", "1", "x", "5", "", "+36201234567"),))
    assert found.mapping["phone"] == "Billing Phone"


def test_names_without_case_accents_and_punctuation():
    assert plain("  Numer_Zamówienia: ") == "numer zamowienia"
    assert plain("№ заказа") == "n заказа"


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({"colour": "a"}, "'colour' is not something a column can hold. Possible: order_id, "),
        (
            {"email": "mail"},
            "shop.csv has no column 'mail'. Found: order, when, price. Pick one of these under Columns.",
        ),
        (
            {"order_id": "order", "unit_price": "price"},
            "No column for the date of the order in shop.csv. Found: order, when, price. "
            "Pick one under Columns. In code, pass mapping={'ordered_at': '…'}.",
        ),
        ({"order_id": "order", "ordered_at": "when"}, "No column for the price of one piece in shop.csv."),
        ({"ordered_at": "when", "unit_price": "price"}, "No column for the order number in shop.csv."),
    ],
)
def test_a_mapping_that_cannot_work_says_what_is_missing(mapping, message):
    with pytest.raises(rt.ColumnError) as error:
        check_mapping(mapping, ("order", "when", "price"), recognise(("order",), ()).layout, "shop.csv")
    assert str(error.value).startswith(message)


def test_a_mapping_of_the_caller_wins():
    content = b"order,date,email,price,amount\n1,2025-01-31,a@example.com,5,7\n"
    assert net(rt.read_orders(content)) == 500
    assert net(rt.read_orders(content, mapping={"unit_price": "amount"})) == 700
    assert net(rt.read_orders(content, mapping={"unit_price": ""})) == 700
    nobody = rt.read_orders(content, mapping={"email": ""})
    assert nobody.report.facts["customers"] == 0


def net(orders):
    return int(orders.frame(orders.orders)["net"].sum())


def test_confidence_says_how_much_speaks_for_a_column():
    rows = tuple((str(n), "2025-01-31", "soon", f"p{n}@example.com", "9,90", "x") for n in range(5))
    columns = ("Order", "Order date", "Cancelled at", "Kontakt e-mail cím", "Price", "Product")
    found = recognise(columns, rows)
    assert found.confidence == {
        "ordered_at": 1.0, "unit_price": 1.0, "order_id": 0.8, "product": 0.8, "email": 0.8, "cancelled_at": 0.2,
    }  # fmt: skip
    assert found.because["email"] == "part of the name"


def test_the_only_column_of_dates_is_the_date():
    rows = tuple((str(n), f"0{n}.01.2025", "5") for n in range(1, 6))
    found = recognise(("order", "mikor", "price"), rows)
    assert (found.mapping["ordered_at"], found.because["ordered_at"], found.confidence["ordered_at"]) == (
        "mikor",
        "values",
        0.5,
    )


def test_values_outweigh_a_name_when_another_column_bears_the_name_too():
    rows = tuple(("paid", "2025-01-31", str(n), "5") for n in range(5))
    found = recognise(("Date", "Order date", "order", "price"), rows)
    assert found.mapping["ordered_at"] == "Order date"
