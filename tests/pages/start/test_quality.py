"""The quality account as a person reads it, and its switches, which hold on every screen."""

import pytest

import retention as rt
from retention.show.notebook import Load
from retention.show.ui import Data
from tests.measure.test_quality import HEADER, SHOP

PAGE = "pages/start/quality.py"
OVERVIEW = "pages/start/overview.py"


@pytest.fixture
def page(at_sample):
    return at_sample.open(PAGE)


@pytest.fixture
def small(visitor):
    return brought(visitor, f"{HEADER}\n{SHOP.strip()}\n").open(PAGE)


def brought(visitor, text, **options):
    """A visitor with orders of their own."""
    orders = rt.read_orders(text.encode(), name="small.csv", **options)
    visitor.test.session_state["data"] = Data(orders, Load(files=("small.csv",)))
    return visitor


def said(page, name):
    """The sentence after the name of a check."""
    (text,) = [text for text in page.texts if text.startswith(f"**{name}.** ")]
    return text.removeprefix(f"**{name}.** ")


def test_the_answer_comes_first(page):
    assert page.headline == (
        "Your numbers stand on all 26,941 rows; the largest doubt: 3.2% of revenue names no customer."
    )


def test_the_answer_names_rows_set_aside(small):
    assert small.headline == (
        "Your numbers stand on 90.0% of the 10 rows; the largest doubt: 14.8% of revenue names no customer."
    )


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (
            "Test orders",
            "1 of 7 orders are test orders. Counting them would mean: net revenue +18.5%, orders +25.0%, average order value "
            "-5.2%, repeat purchase rate -16.7 pp. Keep them out, unless real orders carry that state.",
        ),
        (
            "Orders that name nobody",
            "1 of 4 purchases name nobody: no e-mail address, phone or customer number. They carry 14.8% of net revenue and "
            "are in no customer figure. Leaving them out would mean: net revenue -14.8%, orders -25.0%, average order value "
            "+13.6%. Export guest orders with their e-mail address, or leave them out to see known customers only.",
        ),
        (
            "Identical lines",
            "1 of 6 order lines equal another line of the same order. Counting them once would mean: net revenue -3.7%, "
            "average order value -3.7%. Look some of them up in your shop: one product in two lines, or a row exported twice?",
        ),
        (
            "Refunds and returns",
            "Money was paid back on 1 of 4 orders: 10.0% of net revenue before refunds. Without them it would have been: net "
            "revenue +11.1%, average order value +11.1%. Nothing to decide: net revenue is always what is left after them.",
        ),
        (
            "Rows set aside",
            "1 of 10 rows could not be used; they hold 3.3% of the value of all rows. The Data screen lists each of them with "
            "its reason.",
        ),
    ],
)
def test_every_check_is_a_sentence_with_its_effect_and_what_to_do(small, name, words):
    assert said(small, name) == words


def test_what_is_not_known_and_what_the_file_lacks(small):
    assert "Phone number: missing on 2 of 4 purchases (50.0%). Customers without one cannot be called." in small.texts
    assert (
        "Category: missing on 1 of 6 order lines (16.7%). A filter by category leaves these lines out." in small.texts
    )
    assert any(text.startswith("Not in the files at all: Consent to marketing, Currency") for text in small.texts)


def test_the_clock_and_what_was_not_found_stand_below(page):
    assert (
        "Days are those of the clock in the file; 2.0% of purchases fall between midnight and 5 o’clock."
    ) in page.texts
    assert (
        "Nothing found: Wholesale orders, Identical lines, Days without orders, Thin months, Rows in another currency, Rows "
        "set aside. Known everywhere: Product, Category, Country, Channel, Currency, Discount code."
    ) in page.texts


def test_in_polish(page):
    page.choose("lang", "pl")
    assert page.title == "Jakość danych"
    assert page.headline == (
        "Twoje liczby opierają się na wszystkich wierszach (26\N{NO-BREAK SPACE}941); największa wątpliwość: 3,2% przychodu "
        "nie ma przypisanego klienta."
    )
    assert said(page, "Zamówienia testowe") == (
        "Testowych jest 24 z 10\N{NO-BREAK SPACE}776 zamówień. Ich uwzględnienie dałoby: przychód netto +0,6%, zamówienia +0,2%, "
        "średnia wartość zamówienia +0,3%. Pomijaj je, chyba że ten stan mają prawdziwe zamówienia."
    )


def test_a_switch_here_is_the_one_in_the_sidebar_and_holds_on_every_screen(page, shop):
    page.choose("here_test", True)
    assert page.test.sidebar.toggle(key="count_test").value is True
    assert said(page, "Test orders").startswith(
        "24 of 10,776 orders are test orders. They count at present; not counting them would mean: net revenue -0.6%"
    )
    counted = shop.filter(count="test")
    for other in (OVERVIEW, "pages/measure/kpis.py", "pages/measure/cohorts.py"):
        page.open(other)
        assert "Sample data, not your shop · Jan 1, 2024 to Dec 31, 2025 · test orders counted" in page.texts
        assert "orders = orders.filter(count=('test',))" in [cell.source for cell in page.notebook.cells]
    page.open(OVERVIEW).choose("overview_window", "all")
    start, end = rt.last_months(counted, None)
    orders = rt.kpi_summary(counted, start, end).set_index("kpi").loc["orders", "value"]
    assert f"in {orders:,.0f} orders." in page.headline
    page.open(PAGE).choose("count_test", False)
    assert page.test.main.toggle(key="here_test").value is False


def test_switches_are_cleared_with_the_filters(page):
    before = page.headline
    page.choose("leave_out_unidentified", True).choose("country", ["PL"])
    assert any(text.endswith("orders that name nobody left out · filtered") for text in page.texts)
    page.press("Clear the filters")
    assert page.headline == before
    assert not any(toggle.value for toggle in page.test.toggle)


def test_only_switches_that_decide_about_something_are_shown(visitor):
    visitor.open("pages/start/data.py").press("Open CDNOW, a real shop")
    visitor.open(PAGE)
    assert not visitor.test.toggle
    assert visitor.headline == ("Your numbers stand on all 6,919 rows; nothing found would move them by 1 % or more.")


def test_shops_can_be_chosen_where_there_are_several(visitor):
    rows = "order_id,ordered_at,email,shop,quantity,unit_price\n"
    rows += "1,2025-01-01,ann@example.com,Warsaw,1,10\n2,2025-01-02,bob@example.com,Berlin,1,20\n"
    brought(visitor, rows, mapping={"shop": "shop"}).open(OVERVIEW)
    assert visitor.test.sidebar.multiselect(key="shop").options == ["Berlin", "Warsaw"]
    visitor.choose("shop", ["Berlin"])
    assert "orders = orders.filter(shops=('Berlin',))" in [cell.source for cell in visitor.notebook.cells]


def test_notebook_gives_the_screen_again(page, execute):
    page.choose("count_pending", True)
    printed = execute(
        page.notebook,
        "from retention.show.quality import headline\nfrom retention.show.files import csv_bytes\n"
        "print(headline(quality))\nprint(csv_bytes(quality.table).decode('utf-8-sig'), end='')",
    )
    sentence, _newline, table = printed.partition("\n")
    assert sentence == page.headline
    assert table == page.downloads["quality.csv"].decode("utf-8-sig")
