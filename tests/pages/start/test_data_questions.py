"""Everything a file cannot tell is asked at once, with examples and what would be assumed."""

import pytest

PAGE = "pages/start/data.py"
HEAD = "Order,Date,E-mail,Product,Quantity,Price\n"


def file(name, rows, price="9.90"):
    """An order a day of the first months, written so that day and month cannot be told apart."""
    lines = "".join(f"{n},{n % 12 + 1:02d}/{n % 11 + 1:02d}/2025,c{n % 5}@example.com,Mug,1,{price}\n" for n in rows)
    return name, f"{HEAD}{lines}".encode()


@pytest.fixture
def page(visitor):
    return visitor.open(PAGE)


def test_all_questions_stand_in_one_form_with_what_would_be_taken(page):
    page.drop(file("spring.csv", range(1, 41), price='"1.234"'))
    (asked,) = page.test.warning
    assert asked.value == "spring.csv: please answer this first, then it is read."
    decimal, dates = page.test.radio
    assert "The numbers in column Price of spring.csv, such as 1.234, can be" in decimal.label
    assert decimal.options == ["A point marks the decimals: 1,234.50", "A comma marks the decimals: 1.234,50"]
    assert dates.label.startswith("The dates in column Date of spring.csv")
    assert dates.options == ["Day before month: 31.12.2025", "Month before day: 12/31/2025"]
    assert (decimal.value, dates.value) == (",", "dmy")
    assert [text for text in page.texts if text.startswith("We would take")] == [
        "We would take: A comma marks the decimals: 1.234,50",
        "We would take: Day before month: 31.12.2025",
    ]
    assert [button.label for button in page.test.main.button].count("Read the file this way") == 1


def test_the_currency_is_asked_in_the_same_form_and_stops_nobody(page):
    page.drop(file("spring.csv", range(1, 41)))
    (currency,) = page.test.main.text_input
    assert currency.label == ("spring.csv names no currency. Type it, such as PLN; without it amounts have no sign.")
    page.test.radio[0].set_value("mdy")
    currency.set_value("pln")
    page.press("Read the file this way")
    assert page.headline == "40 rows: 40 used, 0 set aside, 0 merged."
    assert page.test.session_state["data"].load.options == {"date_order": "mdy", "currency": "PLN"}


def test_letters_that_are_no_currency_are_refused(page):
    page.drop(file("spring.csv", range(1, 41)))
    page.test.main.text_input[0].set_value("QQQ")
    page.press("Read the file this way")
    assert page.errors == ["This is no currency. Write its three letters, such as EUR, PLN, HUF, TRY or RUB."]
    assert "data" not in page.test.session_state


def test_the_currency_alone_is_asked_above_the_account_of_what_was_read(page):
    page.drop(("shop.csv", f"{HEAD}1,2025-05-20,a@example.com,Mug,1,9.90\n".encode()))
    assert page.headline == "1 rows: 1 used, 0 set aside, 0 merged."
    (currency, *_form) = page.test.main.text_input
    assert currency.label.startswith("The currency is not in the file.")
    currency.set_value("HUF")
    page.press("Use this currency")
    assert page.test.session_state["data"].orders.currency == "HUF"
    assert page.test.session_state["data"].load.options == {"currency": "HUF"}
    assert not [box for box in page.test.main.text_input if box.label.startswith("The currency is not")]


def test_each_question_names_its_file_and_is_answered_for_it(page):
    page.drop(file("spring.csv", range(1, 41)), file("autumn.csv", range(101, 141)))
    assert page.test.warning[0].value == "spring.csv, autumn.csv: please answer this first, then it is read."
    spring, autumn = page.test.radio
    assert "spring.csv" in spring.label
    assert "autumn.csv" in autumn.label
    spring.set_value("mdy")
    autumn.set_value("dmy")
    page.press("Read the file this way")
    assert page.test.session_state["data"].load.options["date_order"] == {"spring.csv": "mdy", "autumn.csv": "dmy"}
    assert page.headline == "80 rows: 80 used, 0 set aside, 0 merged."


def test_files_that_look_like_two_shops_are_asked_about(page):
    def shop(name, month):
        rows = "".join(f"{n},2025-{month}-{n:02d},c{n}@example.com,Mug,1,9.90\n" for n in range(1, 20))
        return name, f"{HEAD}{rows}".encode()

    page.drop(shop("graz.csv", "03"), shop("linz.csv", "09"))
    (question,) = page.test.radio
    assert question.label.startswith("19 order numbers stand in more than one file, 19 of them with another date")
    assert question.options == ["Each file is a shop of its own", "All files are of one shop"]
    page.press("Read the file this way")
    assert page.headline == "38 rows: 38 used, 0 set aside, 0 merged."
    assert page.test.session_state["data"].load.options["shops"] == "files"


def test_a_second_currency_is_converted_where_somebody_says_what_it_is_worth(page):
    rows = "1,2025-05-20,a@example.com,Mug,1,10.00,EUR\n2,2025-05-21,b@example.com,Mug,1,10.00,EUR\n3,2025-05-22,c@example.com,Mug,1,40.00,PLN\n"
    page.drop(("two.csv", f"{HEAD.strip()},Currency\n{rows}".encode()))
    _euro, zloty = page.test.main.number_input
    assert zloty.label == "1 PLN in the currency you pick"
    zloty.set_value(0.25)
    page.press("Read the file this way")
    orders = page.test.session_state["data"].orders
    assert (orders.currency, int(orders.frame(orders.orders)["net"].sum())) == ("EUR", 3000)
    assert page.test.session_state["data"].load.options == {"currency": "EUR", "rates": {"PLN": 0.25}}
