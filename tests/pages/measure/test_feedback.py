"""The feedback page says what feedback_table says, and asks kindly for a file where there is none."""

import pytest

import retention as rt
from retention.show.notebook import Load
from retention.show.ui.session import Data
from tests.measure.shops import HEADER

PAGE = "pages/measure/feedback.py"


@pytest.fixture
def page(at_sample):
    return at_sample.open(PAGE)


def visit(visitor, folder, **files):
    """A visitor who has brought these files."""
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    orders = rt.read_orders([folder / f"{name}.csv" for name in files])
    visitor.test.session_state["data"] = Data(orders, Load(files=tuple(f"{name}.csv" for name in files)))
    return visitor.open(PAGE)


def orders_of(customers):
    """Customer n buys in January; every second one again in March; the data end with 2025."""
    rows = [f"{n},2025-01-0{1 + n % 9},paid,c{n},web,phone,1,10,," for n in range(customers)]
    rows += [f"{1000 + n},2025-03-01,paid,c{n},web,phone,1,10,," for n in range(0, customers, 2)]
    return "\n".join([HEADER, *rows, "9999,2025-12-31,paid,zoe,web,phone,1,10,,"]) + "\n"


def test_the_headline_compares_unhappy_with_happy_customers(page, shop):
    bands = rt.feedback_table(shop).table.set_index("band")
    low, high = (f"{bands.loc[band, 'share'] * 100:.0f}" for band in ("low", "high"))
    assert page.headline == (
        f"Of 100 customers with a low rating, {low} bought again within 90 days; of 100 with a high one, {high}."
    )
    product = rt.feedback_table(shop).products.iloc[0]
    assert (
        f"Most complaints: {product['product']}. Of its ratings, {product['low_ratings']} of {product['ratings']} are low "
        f"({product['share']:.0%}; 7% of all ratings are)."
    ) in page.texts
    assert any("A Net Promoter Score needs a scale from 0 to 10." in text for text in page.texts)
    assert any(text.startswith("Ratings come from 1,361 of 4,000 customers (34%)") for text in page.texts)


def test_tables_and_the_list_of_unhappy_customers(page, shop):
    result = rt.feedback_table(shop)
    ratings, products, people, replies = (frame.value for frame in page.test.dataframe)
    assert ratings["Rating"].tolist() == ["Low", "Middle", "High"]
    assert ratings["Bought again"].tolist() == [f"{share:.1%}" for share in result.table["share"]]
    assert products.loc[0, "Return rate"] == f"{result.products.loc[0, 'return_rate']:.1%}"
    assert people["Customer"].tolist() == result.people["customer_ref"].tolist()
    assert set(people["Agreed to marketing"]) == {"yes", "no"}
    assert replies["Tickets"].tolist() == [f"{n:,}" for n in result.replies["tickets"]]
    assert "too few to tell" in set(replies["95 % interval"])
    csv = page.downloads["unhappy_customers.csv"].decode("utf-8-sig").splitlines()
    assert csv[0] == "customer_ref,contactable,consent,score,given_at,text,net,last_order"
    assert len(csv) == len(result.people) + 1
    assert len(page.charts) == 4


def test_words_that_a_spreadsheet_would_run_are_neutral_in_the_download(visitor, tmp_path):
    ratings = "customer_id,rated_at,score,text\nc1,2025-02-01,1,=1+1\n"
    page = visit(visitor, tmp_path, orders=orders_of(4), feedback=ratings)
    assert ",'=1+1," in page.downloads["unhappy_customers.csv"].decode("utf-8-sig")


def test_without_a_file_it_says_which_one_to_add(visitor):
    visitor.test.session_state["data"] = Data(rt.load_sample("cdnow"), Load(sample="cdnow"))
    visitor.open(PAGE)
    assert visitor.test.info[0].value == (
        "No ratings and no support tickets have been added to these orders. "
        "Add a file of ratings or reviews, or one of support tickets, on the Data screen."
    )
    assert not visitor.errors and not visitor.charts


def test_few_ratings_are_too_few_to_tell(visitor, tmp_path):
    ratings = "customer_id,rated_at,score,text\nc1,2025-02-01,1,\nc2,2025-02-01,5,\n"
    page = visit(visitor, tmp_path, orders=orders_of(4), feedback=ratings)
    assert page.headline == (
        "Customers with a low rating of whom 90 days are known: 1. That is too few to tell whether they come back."
    )
    assert page.test.dataframe[0].value["95 % interval"].tolist() == ["too few to tell", "–", "too few to tell"]


def test_nps_is_shown_on_its_own_scale(visitor, tmp_path):
    ratings = "\n".join(f"c{n},2025-02-01,{10 if n < 40 or n == 41 else 3}," for n in range(80))
    page = visit(visitor, tmp_path, orders=orders_of(80), feedback=f"customer_id,rated_at,nps,text\n{ratings}\n")
    assert page.headline == (
        "Of 100 customers with a low rating, 51 bought again within 90 days; of 100 with a high one, 49."
    )
    assert any(text.startswith("Net Promoter Score: 3 (between -") for text in page.texts)
    assert any("overlap: the difference may be chance" in text for text in page.texts)


def test_tickets_alone_are_enough(visitor, tmp_path):
    rows = "\n".join(f"t{n},c{n},2025-02-01 09:00:00,2025-02-01 {9 + n % 2 * 3}:30:00,x" for n in range(80))
    tickets = f"ticket_id,customer_id,opened_at,first_reply_at,topic\n{rows}\n"
    page = visit(visitor, tmp_path, orders=orders_of(80), tickets=tickets)
    assert page.headline == "Of 80 support tickets, 100% were answered within 24 hours."
    (replies,) = (frame.value for frame in page.test.dataframe)
    assert (
        replies["Bought again"].tolist()
        == ["100.0%", "0.0%", "–", "–", "–", "–"][:1] + replies["Bought again"].tolist()[1:]
    )
    assert len(page.charts) == 1


def test_notebook_gives_the_screen_again(page, execute):
    page.choose("country", ["HU"])
    printed = execute(
        page.notebook,
        "from retention.show.sentences import after_feedback as words\nfrom retention.show.files import csv_bytes\n"
        "print(words(feedback))\nprint(csv_bytes(feedback.people).decode('utf-8-sig'), end='')",
    )
    sentence, _newline, table = printed.partition("\n")
    assert sentence == page.headline
    assert table == page.downloads["unhappy_customers.csv"].decode("utf-8-sig")
