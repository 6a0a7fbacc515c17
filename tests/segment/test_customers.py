"""Finding customers by whatever is known of them, in any spelling."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import retention as rt
from retention.segment.customers import FOUND, _plain

# Two people of one name, one of them a guest with another address; somebody without a name; somebody with only a number; an
# order of nobody.
PEOPLE = """order_id,ordered_at,email,name,phone,city,is_guest,quantity,unit_price
#1001,2025-01-01,ilona@example.com,Őry Ilona,+36200780304,Győr,no,1,50
#1002,2025-01-02,ilona.guest@example.com,ŐRY ILONA,,Pécs,yes,1,90
#1003,2025-01-03,lukasz@example.com,Łukasz Żółty,+48606700417,Łódź,no,1,20
#1004,2025-01-04,irem@example.com,İrem Işık,+905321234567,İzmir,no,1,30
#1005,2025-01-05,semen@example.com,Семён Королёв,,Москва,no,1,10
#1006,2025-01-06,nameless@example.com,,,,no,1,40
#1007,2025-01-07,,,+36309998877,,yes,1,5
1008,2025-01-08,,,,,yes,1,70
#1009,2025-01-09,anna-maria@example.com,Anna-Maria O’Neill,,Cork,no,1,15
#1010,2025-01-10,gross@example.com,Sofia Groß,,Köln,no,1,1
"""


@pytest.fixture(scope="module")
def orders():
    return rt.read_orders(PEOPLE.encode())


def refs(orders, text):
    return rt.find_customers(orders, text)["customer_ref"].tolist()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ory ilona", ["ilona.guest@example.com", "ilona@example.com"]),  # the one who brought more first
        ("ILONA ŐRY", ["ilona.guest@example.com", "ilona@example.com"]),
        ("ilona@example.com", ["ilona@example.com"]),
        ("  Ilona@Example.COM ", ["ilona@example.com"]),
        ("lukasz zolty", ["lukasz@example.com"]),
        ("ŁUKASZ", ["lukasz@example.com"]),
        ("irem isik", ["irem@example.com"]),
        ("İREM", ["irem@example.com"]),
        ("семен", ["semen@example.com"]),
        ("КОРОЛЁВ", ["semen@example.com"]),
        ("nameless", ["nameless@example.com"]),
        ("+36 30 999-8877", ["+36309998877"]),
        ("06 30 999 8877", ["+36309998877"]),
        ("8877", ["+36309998877"]),
        ("#1003", ["lukasz@example.com"]),
        ("1003", ["lukasz@example.com"]),
        ("maria", ["anna-maria@example.com"]),
        ("o’neill", ["anna-maria@example.com"]),
        ("семён королев", ["semen@example.com"]),
        ("se", ["semen@example.com"]),  # two letters at the beginning only: no "nameless"
        ("1008", []),  # an order of nobody
        ("gross", ["gross@example.com"]),
        ("GROẞ", ["gross@example.com"]),
        ("²", []),
        ("zzz", []),
        ("100", []),
        ("(.*", []),
        ("' OR 1=1 --", []),
        ("\\", []),
        ("%", []),
    ],
)
def test_whatever_is_known_finds_the_customer(orders, text, found):
    assert refs(orders, text) == found


def test_names_written_with_combining_marks_are_found():
    decomposed = PEOPLE.replace("Őry", "O\N{COMBINING DOUBLE ACUTE ACCENT}ry")
    assert len(refs(rt.read_orders(decomposed.encode()), "őry")) == 2


def test_exact_matches_come_before_beginnings_and_these_before_the_rest():
    people = {"kim": 1, "kimberly": 20, "joe kim": 30, "hakim": 90, "zoe": 99}
    rows = "".join(f"{n},2025-01-01,c{n}@example.com,{name},1,{net}\n" for n, (name, net) in enumerate(people.items()))
    orders = rt.read_orders(f"order_id,ordered_at,email,name,quantity,unit_price\n{rows}".encode())
    assert rt.find_customers(orders, "kim")["name"].tolist() == ["kim", "joe kim", "kimberly", "hakim"]


def test_a_row_says_who_it_is_and_what_they_brought(orders):
    row = rt.find_customers(orders, "#1001").iloc[0]
    assert row[["name", "email", "phone", "city", "purchases", "net"]].tolist() == [
        "Őry Ilona",
        "ilona@example.com",
        "+36200780304",
        "Győr",
        1,
        50.0,
    ]
    assert row["last_order"] == pd.Timestamp("2025-01-01")


def test_the_number_that_tables_give_a_customer_finds_them(orders):
    every = rt.find_customers(orders)
    row = every[every["customer_ref"] == "semen@example.com"].iloc[0]
    assert refs(orders, str(row["customer_id"])) == ["semen@example.com"]


def test_without_a_text_those_who_brought_most_and_no_more_than_fit(orders, shop):
    assert refs(orders, " ")[:3] == ["ilona.guest@example.com", "ilona@example.com", "nameless@example.com"]
    best = shop.frame(shop.customers).nlargest(FOUND, "net")
    found = rt.find_customers(shop)
    assert len(found) == FOUND
    assert found["net"].tolist() == (best["net"] / 100).tolist()


def test_a_filter_leaves_out_who_has_no_order_in_it(orders):
    assert refs(orders.filter(start="2025-01-02"), "ilona") == ["ilona.guest@example.com"]


@settings(max_examples=12, deadline=None)
@given(st.text(max_size=12))
def test_no_text_is_too_strange(orders, text):
    assert len(rt.find_customers(orders, text)) <= FOUND


def test_everybody_of_the_sample_is_found_by_the_plain_letters_of_the_name(shop):
    people = shop.frame(shop.customers.order_by("customer_id"))
    for name, who in people.dropna(subset="name").iloc[::1000][["name", "customer_ref"]].itertuples(index=False):
        plain = "".join(map(_plain, name))
        found = rt.find_customers(shop, plain)
        assert name in found["name"].tolist()
        assert rt.find_customers(shop, who).iloc[0]["customer_ref"] == who
