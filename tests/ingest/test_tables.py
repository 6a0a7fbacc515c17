"""The other files: what they are recognised as, how their cells are read, whom they match, and what becomes of every row."""

import json
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pytest

from retention.engine import Dataset, workshop
from retention.errors import ColumnError, OptionError, QuestionError
from retention.ingest.dialect import find_dialect
from retention.ingest.kinds import recognise_table
from retention.ingest.matching import write_tables
from retention.ingest.source import to_text
from retention.ingest.tables import type_table
from retention.orders import Orders
from retention.schema import CUSTOMERS, LINES, PRODUCTS, SIDE_TABLES

SAMPLES = Path(__file__).parents[2] / "sample_data"
ORDERS = """
    CREATE TABLE refs AS SELECT CAST(order_id AS INTEGER) AS order_id, order_ref,
        coalesce(email_key, phone_key, id_key) AS customer_ref, email_key, phone_key, id_key FROM (VALUES
        (1, '#1001', 'ann@example.com', '+36201234567', 'C1'),
        (2, '#1002', NULL, '+48606700417', NULL),
        (3, '#1003', NULL, NULL, '17850'),
        (4, '#1004', 'zoe@marketplace.example.com', NULL, NULL),
        (5, '#1005', NULL, NULL, NULL)) AS placed(order_id, order_ref, email_key, phone_key, id_key);
    CREATE TABLE ids AS SELECT customer_ref, CAST(row_number() OVER (ORDER BY min(order_id)) AS INTEGER) AS customer_id
        FROM refs WHERE customer_ref IS NOT NULL GROUP BY customer_ref"""
ANN, MAREK, THIRD, ZOE = 1, 2, 3, 4
LINE_ROWS = [
    (1, 1, "P1", "Case", None),
    (2, 2, "P2", None, None),
    (3, 3, None, "Lens", None),
    (4, 4, "P4", "Bag", "bags"),
]


def empty(table, **columns):
    """Rows of a table of which only some columns are known."""
    known = pd.DataFrame(columns)
    return known.reindex(columns=list(table.columns))


@pytest.fixture
def shop(tmp_path):
    """A connection with the orders of four customers, and the folder of their tables."""
    with workshop(tmp_path) as connection:
        connection.execute(ORDERS)
        customers = empty(
            CUSTOMERS,
            customer_id=[ANN, MAREK, THIRD, ZOE],
            email=["ann@example.com", None, None, "zoe@marketplace.example.com"],
            name=["Ann", None, None, None],
            consent=[True, None, None, None],
            contactable=[True, False, False, False],
        )
        names = ("line_id", "order_id", "product_id", "product", "category")
        lines = empty(LINES, **dict(zip(names, map(list, zip(*LINE_ROWS, strict=True)), strict=True)))
        for table, frame in ((CUSTOMERS, customers), (LINES, lines)):
            types = {"float64": "DOUBLE", "string": "VARCHAR"}
            columns = ", ".join(
                f"CAST({name} AS {types.get(str(kind), str(kind))}) AS {name}" for name, kind in table.schema().items()
            )
            connection.register("known", frame)
            connection.execute(f"COPY (SELECT {columns} FROM known) TO '{tmp_path / table.get_name()}.parquet'")
        connection.execute(f"COPY (SELECT * FROM refs) TO '{tmp_path}/orders.parquet'")
        yield connection, tmp_path


def read(shop, content, number=0, kind=None, **options):
    connection, folder = shop
    text = to_text(content.encode() if isinstance(content, str) else content, folder, number, name=f"{number}.csv")
    dialect = find_dialect(text)
    found, mapping, _ = recognise_table(dialect.columns, dialect.rows)
    assert kind in (None, found)
    return type_table(connection, text, dialect, found, mapping, options, number)


def written(shop, *contents, **options):
    """The account of the files and the table that the first of them fills."""
    connection, folder = shop
    sides = [read(shop, content, number, **options) for number, content in enumerate(contents)]
    account = write_tables(connection, sides, folder)
    return account, Dataset(folder).frame(SIDE_TABLES[sides[0].kind])


def kind_of(header, *rows, cut=","):
    found = recognise_table(tuple(header.split(cut)), tuple(tuple(row.split(cut)) for row in rows))
    return found and found[0]


@pytest.mark.parametrize(
    ("kind", "header", "row"),
    [
        ("customers", "Customer ID;E-mail;Name;Date of birth;Accepts marketing", "1;a@example.com;Ann;1980-05-01;yes"),
        ("customers", "Vevőazonosító;E-mail cím;Név;Születési dátum;Hírlevél", "1;a@example.com;Anna;1980. 05. 01.;igen"),
        ("customers", "ID klienta;Adres e-mail;Imię;Nazwisko;Płeć", "1;a@example.com;Anna;Nowak;kobieta"),
        ("customers", "Müşteri no;E-posta;Ad soyad;Şehir;Cinsiyet", "1;a@example.com;Ayşe Kaya;İzmir;kadın"),
        ("customers", "ID клиента;Почта;ФИО;Город;Дата рождения", "1;a@example.com;Анна;Москва;01.05.1980"),
        ("events", "event_time;event_type;product_id;price;user_id", "2025-01-01 10:00:00;view;P1;9.90;7"),
        ("events", "Időpont;Esemény;Vevőazonosító;Cikkszám", "2025-01-01 10:00;kosárba tette;7;P1"),
        ("events", "Czas;Zdarzenie;ID klienta;Kod produktu", "2025-01-01 10:00;wyświetlenie;7;P1"),
        ("events", "Zaman;Olay;Müşteri no;Ürün kodu", "2025-01-01 10:00;sepete ekleme;7;P1"),
        ("events", "Время;Событие;ID клиента;Артикул", "2025-01-01 10:00;просмотр;7;P1"),
        ("feedback", "order_id;rating;comment;date", "1;5;good;2025-01-01"),
        ("feedback", "Rendelésszám;Értékelés;Vélemény;Dátum", "1;5;jó;2025-01-01"),
        ("feedback", "Numer zamówienia;Ocena;Komentarz;Data", "1;5;dobre;2025-01-01"),
        ("feedback", "Sipariş no;Puan;Yorum;Tarih", "1;5;iyi;2025-01-01"),
        ("feedback", "Номер заказа;Оценка;Отзыв;Дата", "1;5;хорошо;2025-01-01"),
        ("tickets", "ticket;opened;first reply;solved;email", "7;2025-01-01;2025-01-02;2025-01-03;a@example.com"),
        ("tickets", "Hibajegy;Megnyitva;Első válasz;Megoldva", "7;2025-01-01;2025-01-02;2025-01-03"),
        ("tickets", "Numer zgłoszenia;Data zgłoszenia;Pierwsza odpowiedź;Zamknięto", "7;2025-01-01;2025-01-02;2025-01-03"),
        ("tickets", "Talep no;Açılış tarihi;İlk yanıt;Çözüm tarihi", "7;2025-01-01;2025-01-02;2025-01-03"),
        ("tickets", "Номер обращения;Дата обращения;Первый ответ;Закрыт", "7;2025-01-01;2025-01-02;2025-01-03"),
        ("spend", "Month;Channel;Spend", "2025-01;Google;1200"),
        ("spend", "Hónap;Csatorna;Költés", "2025-01;Google;1200"),
        ("spend", "Miesiąc;Kanał;Wydatki", "2025-01;Google;1200"),
        ("spend", "Ay;Kanal;Harcama", "2025-01;Google;1200"),
        ("spend", "Месяц;Канал;Расходы", "2025-01;Google;1200"),
        ("products", "SKU;Product;Category;Cost;Price;Stock", "P1;Case;Cases;4.10;9.90;12"),
        ("products", "Cikkszám;Terméknév;Kategória;Beszerzési ár;Készlet", "P1;Tok;Tokok;4,10;12"),
        ("products", "Kod produktu;Nazwa;Kategoria;Cena zakupu;Stan magazynowy", "P1;Etui;Etui;4,10;12"),
        ("products", "Ürün kodu;Ürün adı;Kategori;Alış fiyatı;Stok", "P1;Kılıf;Kılıflar;4,10;12"),
        ("products", "Артикул;Наименование;Категория;Себестоимость;Остаток", "P1;Чехол;Чехлы;4,10;12"),
        ("assignments", "customer_id;variant;revenue", "7;B;12.50"),
        ("assignments", "Vevőazonosító;Variáns;Bevétel", "7;B;12,50"),
        ("assignments", "ID klienta;Wariant;Przychód", "7;B;12,50"),
        ("assignments", "Müşteri no;Varyant;Gelir", "7;B;12,50"),
        ("assignments", "ID клиента;Вариант;Выручка", "7;B;12,50"),
    ],
)  # fmt: skip
def test_a_file_is_recognised_by_its_columns_in_five_languages(kind, header, row):
    assert kind_of(header, row, cut=";") == kind


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("order_id,ordered_at,email,product,quantity,unit_price", "1,2025-01-31,a@example.com,Case,2,9.90"),
        ("customer_id,date,amount,country", "7,2025-01-31,9.90,PL"),
        ("Order number,Date created,Contact email,Item,Variant,Qty,Price,Total", "1,2025-01-31,a@example.com,Tee,A,1,5,5"),
        ("Date,Time,Category,Item,Qty,Gross Sales,Transaction ID,Event Type,Customer ID", "2025-01-31,10:00,Tea,Chai,1,$8.00,T1,Payment,7"),
        ("Order ID,Date,Price,Quantity,Review score", "1,2025-01-31,5,1,4"),
        ("order_id,payment_type,payment_value", "1,card,5"),
        ("a,b,c", "1,2,3"),
    ],
)  # fmt: skip
def test_orders_and_strangers_are_left_alone(header, row):
    assert kind_of(header, row) is None


def test_a_group_is_a_variant_only_beside_what_else_the_file_holds():
    assert kind_of("customer_id,group,revenue", "1,A,5", "2,B,7") == "assignments"
    assert kind_of("email,name,city,country,group", "a@example.com,Ann,York,GB,Wholesale") == "customers"
    assert kind_of("customer_id,email,country,city,variant", "1,a@example.com,GB,York,A") == "assignments"


def test_the_best_name_wins_and_a_hint_comes_last():
    columns = ("ID", "Type", "SKU", "Name", "Regular price (EUR)", "Categories")
    _, mapping, because = recognise_table(columns, (("1", "simple", "T-1", "Tee", "10.00", "Shirts"),))
    assert mapping == {
        "product_id": "SKU", "product": "Name", "category": "Categories", "price": "Regular price (EUR)",
    }  # fmt: skip
    assert set(because.values()) == {"name"}
    assert recognise_table(("handle", "cost"), (("tee", "4.00"),))[2] == {"product_id": "values", "cost": "name"}


def test_people_are_found_by_email_then_phone_then_number(shop):
    account, people = written(
        shop,
        "customer_id,email,phone,name,country\n"
        "x,ANN@example.com ,,Ann Lee,GB\n"  # by e-mail
        ",,+48 606 700 417,Marek,PL\n"  # by phone
        ",,606700417,Marek too,PL\n"  # the same phone without its prefix
        "17850.0,,,Third,\n"  # by number
        "C1,,,Ann again,\n"  # by the number of an order that also has an e-mail
        "new@example.com,,,New,\n"  # an e-mail in the wrong column
        "guest,,,Nobody,\n",
    )
    assert people["customer_id"].fillna(0).astype(int).tolist() == [ANN, MAREK, THIRD, ANN, 0]
    assert people["person_ref"].tolist() == ["ann@example.com", "+48606700417", "17850", "C1", "new@example.com"]
    assert people["name"].tolist() == ["Ann Lee", "Marek too", "Third", "Ann again", "New"]
    assert account.to_dict("records") == [
        {
            "kind": "customers",
            "file": "0.csv",
            "rows": 7,
            "used": 5,
            "set_aside": 1,
            "merged": 1,
            "matched": 4,
            "share": 0.8,
        }
    ]


def test_a_family_that_shares_a_phone_stays_several_people(shop):
    _, people = written(
        shop, "email,phone,name,marketing\nben@example.com,+36201234567,Ben,no\n,+36201234567,Ann,yes\n"
    )
    assert people["customer_id"].fillna(0).tolist() == [0, ANN]
    connection, folder = shop
    query = f"SELECT consent FROM '{folder}/customers.parquet' WHERE customer_id = {ANN}"
    assert connection.execute(query).fetchall() == [(True,)]


def test_a_customers_file_fills_in_what_the_orders_do_not_say(shop):
    connection, folder = shop
    types = f"DESCRIBE SELECT * FROM '{folder}/customers.parquet'"
    before = connection.execute(types).fetchall()
    written(
        shop,
        "email;phone;name;gender;birth date;city;marketing;guest;tier\n"
        "ann@example.com;;Somebody;nő;1980. 05. 01.;Pécs;nem;nem;gold\n"
        ";+48606700417;Marek;mężczyzna;;Kraków;tak;tak;\n"
        "zoe@marketplace.example.com;;Zoe;;;;;;\n",
    )
    columns = "name, gender, birth_year, city, consent, is_guest, contactable"
    found = connection.execute(f"SELECT {columns} FROM '{folder}/customers.parquet' ORDER BY customer_id").fetchall()
    assert found == [
        ("Ann", "female", 1980, "Pécs", False, False, True),
        ("Marek", "male", None, "Kraków", True, True, False),
        (None, None, None, None, None, None, False),
        ("Zoe", None, None, None, None, None, False),
    ]
    assert connection.execute(types).fetchall() == before


def test_an_address_from_the_customers_file_makes_a_customer_contactable(shop):
    written(shop, "email,phone,customer_id,name\nm@example.com,+48606700417,,Marek\nx@members.ebay.com,,17850,Third\n")
    connection, folder = shop
    query = (
        f"SELECT email, contactable FROM '{folder}/customers.parquet' WHERE customer_id IN (2, 3) ORDER BY customer_id"
    )
    assert connection.execute(query).fetchall() == [("m@example.com", True), ("x@members.ebay.com", False)]


def test_a_person_of_two_files_is_taken_from_the_later_one(shop):
    first = "email,name,city\nann@example.com,Ann,York\nbob@example.com,Bob,Leeds\n"
    account, people = written(shop, first, "email,name,city\nann@example.com,Ann Lee,Bath\n")
    assert people[["name", "city"]].to_numpy().tolist() == [["Bob", "Leeds"], ["Ann Lee", "Bath"]]
    assert account[["rows", "used", "merged", "matched"]].to_numpy().tolist() == [[2, 1, 1, 0], [1, 1, 0, 1]]


def test_the_columns_nobody_asked_for_are_kept(shop):
    _, people = written(shop, "email,name,loyalty tier,it's\nann@example.com,Ann,gold,\n")
    assert json.loads(people["attributes"][0]) == {"loyalty tier": "gold"}


def test_events_have_a_kind_a_moment_and_a_product(shop):
    account, events = written(
        shop,
        "time;event;e-mail;sku;session\n"
        "05.02.2025 10:15;megtekintés;ann@example.com;P1;s1\n"
        "06.02.2025 11:00;do koszyka;new@example.com;P2;s2\n"
        "07.02.2025 12:00;избранное;;P3;s3\n"
        "08.02.2025 12:00;search;;;s3\n",
    )
    assert events["kind"].tolist() == ["view", "cart", "wishlist", "other"]
    assert events["happened_at"][0] == datetime(2025, 2, 5, 10, 15)
    assert events["day"].tolist() == [20124, 20125, 20126, 20127]
    assert events["customer_id"].fillna(0).tolist() == [ANN, 0, 0, 0]
    assert account.loc[0, ["used", "matched", "share"]].tolist() == [4, 1, 0.25]


def test_feedback_finds_its_order_and_the_customer_of_that_order(shop):
    account, feedback = written(
        shop,
        "order number,stars,comment,date\n1001,5,good,2025-03-01\n#1003,1,,2025-03-02\n1005,4,nobody's order,\n9,2,,2025-03-03\n",
    )
    assert feedback["order_id"].fillna(0).tolist() == [1, 3, 5, 0]
    assert feedback["customer_id"].fillna(0).tolist() == [ANN, THIRD, 0, 0]
    assert feedback[["scale_low", "scale_high"]].drop_duplicates().to_numpy().tolist() == [[1, 5]]
    assert account.loc[0, ["used", "matched", "share"]].tolist() == [4, 3, 0.75]


def test_an_order_number_that_two_orders_have_tells_nothing(shop):
    shop[0].execute("INSERT INTO refs SELECT 6, '1003', 'zoe@marketplace.example.com', NULL, NULL, NULL")
    account, feedback = written(shop, "order number,stars\n1001,5\n1003,1\n")
    assert feedback["customer_id"].fillna(0).tolist() == [ANN, 0]
    assert account.loc[0, "matched"] == 1


@pytest.mark.parametrize(
    ("name", "scores", "scale"),
    [
        ("rating", (1, 4, 5), [1, 5]), ("rating", (2, 9), [1, 10]), ("rating", (0, 9), [0, 10]), ("nps", (3, 4), [0, 10]),
        ("rating", (0, 1), [0, 1]), ("rating", (20, 95), [20, 95]),
    ],
)  # fmt: skip
def test_the_scale_of_the_scores_is_recognised(shop, name, scores, scale):
    _, feedback = written(
        shop, f"customer id,{name}\n" + "".join(f"{n},{score}\n" for n, score in enumerate(scores, 1))
    )
    assert feedback.loc[0, ["scale_low", "scale_high"]].tolist() == scale


def test_a_ticket_that_is_open_has_no_end(shop):
    account, tickets = written(
        shop,
        "ticket id,opened at,first reply at,solved at,requester,subject\n"
        "T1,2025-03-01 09:00,2025-03-01 10:30,2025-03-02 09:00,ann@example.com,Delivery\n"
        "T2,2025-03-03 09:00,,,new@example.com,Refund\n",
    )
    assert (tickets["replied_at"] - tickets["opened_at"])[0] == pd.Timedelta(minutes=90)
    assert tickets["solved_at"].isna().tolist() == [False, True]
    assert tickets["topic"].tolist() == ["Delivery", "Refund"]
    assert account.loc[0, ["matched", "share"]].tolist() == [1, 0.5]


@pytest.mark.parametrize(
    "months",
    [
        ("2025-01", "2025-02"), ("01/2025", "02/2025"), ("2025. 01.", "2025. 02."), ("2025-01-15", "2025-02-28"),
        ("15.01.2025", "28.02.2025"), ("Jan 2025", "Feb 2025"),
    ],
)  # fmt: skip
def test_spend_is_by_month_however_the_month_is_written(shop, months):
    account, spend = written(
        shop, f"month;channel;spend\n{months[0]};Google;1 200,50\n{months[0]};Google;0,50\n{months[1]};Meta;99,00 €\n"
    )
    assert spend[["month", "channel", "amount"]].to_numpy().tolist() == [
        [24300, "Google", 120_100],
        [24301, "Meta", 9_900],
    ]
    assert account.loc[0, ["rows", "used"]].tolist() == [3, 3]
    assert account[["matched", "share"]].isna().all(axis=None)


def test_spend_that_a_later_file_brings_again_replaces_the_earlier(shop):
    account, spend = written(
        shop,
        "month,channel,spend\n2025-01,Google,100\n2025-01,Meta,50\n",
        "month,channel,spend\n2025-01,Google,60\n2025-01,Google,70\n",
    )
    assert spend[["channel", "amount"]].to_numpy().tolist() == [["Google", 13_000], ["Meta", 5_000]]
    assert account["merged"].tolist() == [1, 0]


def test_products_have_a_cost_and_fill_the_lines(shop):
    account, products = written(
        shop,
        "sku;name;category;cost;price;stock;weight\nP1;Cover;Cases;4,10;9,90;12;80 g\nP2;Film;Films;0,5;;;\nL9;Lens;Optics;;;;\n",
    )
    assert products["cost"].fillna(-1).tolist() == [410, 50, -1]
    assert products.loc[0, ["price", "stock"]].tolist() == [990, 12]
    assert json.loads(products["attributes"][0]) == {"weight": "80 g"}
    connection, folder = shop
    lines = connection.execute(f"SELECT product, category FROM '{folder}/lines.parquet' ORDER BY line_id").fetchall()
    assert lines == [("Case", "Cases"), ("Film", "Films"), ("Lens", "Optics"), ("Bag", "bags")]
    assert account.loc[0, ["matched", "share"]].tolist() == [3, 1.0]


def test_an_assignment_keeps_its_metrics(shop):
    account, assigned = written(
        shop,
        "customer id;group;test;date;revenue;converted;plan\nC1;A;Banner;31/01/2025;12,50;yes;x\nV7;B;Banner;01/02/2025;;no;y\n",
    )
    assert assigned[["person_ref", "variant", "experiment"]].to_numpy().tolist() == [
        ["C1", "A", "Banner"],
        ["V7", "B", "Banner"],
    ]
    assert [json.loads(metrics) for metrics in assigned["metrics"]] == [
        {"revenue": 12.5, "converted": 1},
        {"converted": 0},
    ]
    assert assigned["assigned_at"].tolist() == [datetime(2025, 1, 31), datetime(2025, 2, 1)]
    assert account.loc[0, ["matched", "share"]].tolist() == [1, 0.5]


def test_a_row_that_cannot_be_used_is_named_with_its_line_and_reason(shop):
    side = read(
        shop,
        "order id,score,text,date\n"
        '1001,5,"two\nlines",2025-01-01\n'
        "1002,four,,2025-01-02\n"
        "1003,3,,soon\n"
        "1004,3\n"
        ",,,\n"
        "1005,,,2025-01-05\n"
        "1005,2,,\n",
    )
    assert side.broken == (
        (4, "score: not a number"),
        (5, "given_at: not a date"),
        (6, "fewer cells than the header"),
        (7, "row: every known column is empty"),
        (8, "score: empty"),
    )
    assert (side.rows, list(side.starts)) == (7, [2, 4, 5, 7, 8, 9])
    account = write_tables(shop[0], [side], shop[1])
    assert account.loc[0, ["rows", "used", "set_aside", "merged", "matched"]].tolist() == [7, 2, 5, 0, 2]


def test_a_birth_date_that_cannot_be_read_does_not_cost_the_person(shop):
    side = read(shop, "email,name,birth date\nann@example.com,Ann,0000-00-00\nb@example.com,Bob,1980-05-01\n")
    assert side.broken == ()
    assert [(choice.about, choice.chosen, choice.why) for choice in side.choices] == [
        ("birth date", "1 left out", "not a date")
    ]
    write_tables(shop[0], [side], shop[1])
    people = Dataset(shop[1]).frame(SIDE_TABLES["customers"])
    assert people["birth_date"].tolist()[1] == date(1980, 5, 1)
    assert pd.isna(people["birth_date"][0])


def test_dates_that_can_be_read_in_two_ways_are_asked_for(shop):
    content = "ticket,opened,solved\n1,03/04/2025,05/06/2025\n2,04/04/2025,06/06/2025\n"
    with pytest.raises(
        QuestionError, match=r"The dates in column opened of 0\.csv, such as 03/04/2025, can be read with"
    ):
        read(shop, content)
    for order, opened in {"dmy": datetime(2025, 4, 3), "mdy": datetime(2025, 3, 4)}.items():
        read(shop, content, date_order=order)
        assert shop[0].execute("SELECT min(opened_at) FROM side_0").fetchone() == (opened,)


def test_another_date_of_the_file_settles_which_comes_first(shop):
    read(shop, "ticket,opened,solved\n1,03/04/2025,25/04/2025\n")
    assert shop[0].execute("SELECT opened_at FROM side_0").fetchone() == (datetime(2025, 4, 3),)


def test_numbers_that_can_be_read_in_two_ways_are_asked_for(shop):
    content = "sku,name,cost\nP1,Case,1.234\n"
    with pytest.raises(
        QuestionError, match=r"The numbers in column cost of 0\.csv, such as 1\.234, can be thousands or"
    ):
        read(shop, content)
    for mark, cost in {".": 123, ",": 123_400}.items():
        read(shop, content, decimal=mark)
        assert shop[0].execute("SELECT cost FROM side_0").fetchone() == (cost,)


def test_a_number_that_begins_with_zero_has_decimals(shop):
    _, assigned = written(shop, "customer id,variant,rate\nC1,A,0.125\nC3,B,0.250\n")
    assert [json.loads(metrics) for metrics in assigned["metrics"]] == [{"rate": 0.125}, {"rate": 0.25}]


def test_moments_with_an_offset_are_moved_to_the_shop_s_time_zone(shop):
    _, events = written(shop, "time,event,email\n2025-01-31T23:30:00Z,view,ann@example.com\n", timezone="Europe/Warsaw")
    assert events["happened_at"][0] == datetime(2025, 2, 1, 0, 30)


def test_a_needed_column_that_is_missing_is_named(shop):
    connection, folder = shop
    text = to_text(b"month,channel\n2025-01,Google\n", folder, 0, name="spend.csv")
    with pytest.raises(ColumnError, match=r"No column for spend in spend\.csv\. Found: month, channel\."):
        type_table(connection, text, find_dialect(text), "spend", {"month": "month", "channel": "channel"}, {}, 0)


def test_tables_that_no_file_brought_are_empty(shop):
    account = write_tables(shop[0], [], shop[1])
    assert account.empty
    for table in SIDE_TABLES.values():
        frame = Dataset(shop[1]).frame(table)
        assert list(frame.columns) == list(table.columns)
        assert frame.empty


def test_orders_say_which_tables_they_have(shop):
    written(shop, "sku,name,cost\nP1,Case,4.10\n")
    orders = Orders(Dataset(shop[1]), date(2025, 1, 1), date(2025, 2, 1), "EUR", "", "", None)
    assert (orders.has("products"), orders.has("people")) == (True, False)
    assert orders.frame(orders.products)["cost"].tolist() == [410]
    assert orders.frame(orders.people).empty
    with pytest.raises(OptionError, match=r"table='customers' is not possible\. Use one of: people, events, feedback,"):
        orders.has("customers")


def test_the_sample_files_match_the_sample_orders(shop):
    connection, folder = shop
    connection.execute("DROP TABLE refs; DROP TABLE ids")
    connection.execute(f"""
        CREATE TABLE refs AS SELECT CAST(dense_rank() OVER (ORDER BY order_id) AS INTEGER) AS order_id, order_id AS order_ref,
            lower(email) AS email_key, phone AS phone_key, customer_id AS id_key, coalesce(lower(email), phone, customer_id) AS customer_ref
        FROM (SELECT order_id, max(email) AS email, max(phone) AS phone, max(customer_id) AS customer_id
            FROM read_csv('{SAMPLES}/orders.csv', all_varchar = true) GROUP BY order_id);
        CREATE TABLE ids AS SELECT customer_ref, CAST(row_number() OVER (ORDER BY customer_ref) AS INTEGER) AS customer_id
            FROM refs WHERE customer_ref IS NOT NULL GROUP BY customer_ref""")
    sides = []
    for number, name in enumerate(("customers", "feedback", "products", "tickets")):
        sides.append(read(shop, (SAMPLES / f"{name}.csv").read_bytes(), number, kind=name))
    account = write_tables(connection, sides, folder).set_index("kind")
    assert account["set_aside"].tolist() == [0, 0, 0, 0]
    assert account["used"].tolist() == [4000, 1871, 60, 881]
    assert account["share"].tolist()[:2] == [1, 1]
    assert account.loc["tickets", "share"] == 1
    costs = Dataset(folder).frame(PRODUCTS.filter(PRODUCTS.product_id == "P001"))
    assert costs[["cost", "price"]].to_numpy().tolist() == [[19_193, 24_900]]


def test_fifty_thousand_customers_are_all_there(shop):
    rows = (
        f"C{n},person{n}@example.com,+4860{n:07},Person {n},{1950 + n % 50}-0{n % 9 + 1}-1{n % 9},PL,Kraków,tak"
        for n in range(50_000)
    )
    content = "\n".join(["customer_id,email,phone,name,birth_date,country,city,consent", *rows])
    account, people = written(shop, content)
    assert (account.loc[0, "used"], len(people), int(people["consent"].sum())) == (50_000, 50_000, 50_000)
