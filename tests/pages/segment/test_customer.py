"""The page of one customer: what it says is what customer_story says, and a search leaves no trace."""

import json

import pytest

import retention as rt
from retention.show import sentences

PAGE = "pages/segment/customer.py"
HEAD = "order_id,ordered_at,status,email,name,quantity,unit_price\n"


@pytest.fixture
def page(at_sample):
    return at_sample.open(PAGE)


def search(page, text):
    page.test.main.text_input[0].set_value(text)
    return page._settle()


def test_it_begins_with_the_customer_who_brought_most(page, shop):
    best = rt.find_customers(shop).iloc[0]
    story = rt.customer_story(shop, int(best["customer_id"]))
    assert page.headline == sentences.where_they_stand(story)
    assert page.headline.startswith(f"{best['name']} is in the segment Champions: silent for 15 days")
    assert set(sentences.what_is_next(story)) <= set("\n- ".join(page.texts).split("\n- "))
    assert page.cards["Orders"] == ("34", "median 1")
    assert len(page.charts) == 2
    figures, events, history = (frame.value for frame in page.test.main.dataframe)
    assert figures["This customer"].tolist()[:2] == ["34", "€4,591.22"]
    assert len(events) == len(story.timeline)
    assert history["Segment"].tolist() == story.history["segment"].tolist()[::-1]


def test_a_name_without_accents_finds_somebody_and_another_can_be_picked(page, shop):
    found = rt.find_customers(shop, "orsike ory")
    search(page, "orsike ory")
    box = page.test.main.selectbox[0]
    assert box.label == f"Customers found: {len(found)}"
    assert box.options[0].startswith("Őry Őrsike · ")
    second = int(found["customer_id"].iloc[1])
    page.choose("customer_found", second)
    assert page.headline == sentences.where_they_stand(rt.customer_story(shop, second))
    search(page, "#101506")
    assert page.headline.startswith("Őry Őrsike is in the segment Hibernating: the last order was 524 days ago.")


def test_nobody_found_is_a_sentence(page):
    search(page, "xyzzy")
    assert [info.value for info in page.test.info] == [
        "Nobody among these orders matches this. Try a part of the name, or clear a filter."
    ]
    assert not page.errors
    assert not page.charts
    search(page, "")
    assert page.headline


def test_what_was_searched_stays_out_of_the_address_and_the_notebook(page, shop):
    who = rt.find_customers(shop, "orsike ory").iloc[0]
    search(page, "orsike ory")
    controls = [page.test.main.text_input[0], page.test.main.selectbox[0]]
    assert [control.proto.query_param_key for control in controls] == ["", ""]
    assert page.test.sidebar.selectbox[0].proto.query_param_key == "lang"  # so it would be seen
    written = json.dumps(page.notebook, ensure_ascii=False)
    assert f"rt.customer_story(orders, customer_id={int(who['customer_id'])})" in written
    for secret in ("orsike", "Őrsike", who["customer_ref"]):
        assert secret not in written
    for name, content in page.downloads.items():
        assert b"rsike" not in content, name


def test_another_shop_does_not_inherit_the_search(page):
    search(page, "orsike")
    page.open("pages/start/data.py").press("Open CDNOW, a real shop").open(PAGE)
    assert page.test.main.text_input[0].value == ""
    assert page.headline.startswith("Customer ")


def test_three_customers_who_bought_once(visitor):
    rows = "".join(f"{n},2025-01-0{n},paid,c{n}@example.com,*Ann* {n},1,10\n" for n in (1, 2, 3))
    visitor.open("pages/start/data.py").drop(("orders.csv", (HEAD + rows).encode())).open(PAGE)
    assert visitor.headline.startswith("*Ann* 1 is in the segment ")
    assert visitor.headline.endswith("Customers who got as far: 3, too few to tell how many come back.")
    assert "Too few orders for a rhythm of the customer’s own." in " ".join(visitor.texts)


def test_who_has_no_purchase(visitor):
    rows = "1,2025-01-01,cancelled,ann@example.com,Ann,1,10\n2,2025-01-02,paid,bob@example.com,Bob,1,10\n"
    visitor.open("pages/start/data.py").drop(("orders.csv", (HEAD + rows).encode())).open(PAGE)
    search(visitor, "ann")
    assert visitor.headline == "Ann has bought nothing here so far: no order counts as a purchase."


def test_orders_of_nobody(visitor):
    rows = "".join(f"{n},2025-01-0{n},paid,,,1,10\n" for n in (1, 2, 3))
    visitor.open("pages/start/data.py").drop(("orders.csv", (HEAD + rows).encode())).open(PAGE)
    assert [info.value for info in visitor.test.info] == ["No customer can be told apart in these orders."]
    assert not visitor.errors


def test_notebook_gives_the_screen_again(page, execute):
    printed = execute(
        page.notebook,
        "from retention.show.sentences import where_they_stand as words\n"
        "from retention.show.files import csv_bytes\n"
        "print(words(story))\nprint(csv_bytes(story.timeline).decode('utf-8-sig'), end='')",
    )
    sentence, _newline, table = printed.partition("\n")
    assert sentence == page.headline
    assert table == page.downloads["customer_events.csv"].decode("utf-8-sig")


def test_a_customer_of_a_list_can_be_opened(at_sample, shop):
    at_sample.open("pages/measure/feedback.py")
    unhappy = rt.feedback_table(shop).people.iloc[3]["customer_ref"]
    at_sample.choose("customer_of_list", unhappy)
    assert at_sample.title == "One customer"
    who = rt.find_customers(shop, unhappy).iloc[0]
    assert who["customer_ref"] == unhappy
    assert at_sample.headline == sentences.where_they_stand(rt.customer_story(shop, int(who["customer_id"])))
    assert at_sample.open("pages/measure/feedback.py").title == "Feedback"
