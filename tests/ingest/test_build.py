"""What an order, a customer, a purchase and a refund are, on shops one can work out by hand."""

from pathlib import Path

import pandas as pd
import pytest

import retention as rt

SHOPIFY = (
    "Name,Email,Financial Status,Currency,Subtotal,Shipping,Taxes,Total,Discount Code,Discount Amount,Created at,"
    "Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Billing Country,Phone,Cancelled at,Refunded Amount\n"
)
WOO = (
    "Order Number,Order Status,Order Date,Email (Billing),First Name (Billing),Last Name (Billing),Cart Discount Amount,"
    "Order Subtotal Amount,Order Refund Amount,SKU,Item Name,Quantity (- Refund),Item Cost\n"
)
RETAIL = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
PLAIN = "order_id,ordered_at,status,customer_id,email,phone,country,product,quantity,unit_price,discount\n"


def read(text, **options):
    return rt.read_orders(text.encode(), **options)


def orders_of(shop, *columns):
    table = shop.frame(shop.orders).sort_values("order_ref")
    return table[["order_ref", *columns]].values.tolist()


def assert_lines_add_up(shop):
    lines = shop.frame(shop.lines).groupby("order_id")[["gross", "discount", "refund", "net"]].sum()
    table = shop.frame(shop.orders).set_index("order_id").sort_index()
    assert lines["gross"].tolist() == table["gross"].tolist()
    assert lines["discount"].tolist() == table["discounts"].tolist()
    assert lines["refund"].tolist() == table["refunds"].tolist()
    assert lines["net"].tolist() == table["net"].tolist()
    assert (table["net"] == table["gross"] - table["discounts"] - table["refunds"]).all()


def test_shopify_with_continuation_rows():
    shop = read(
        SHOPIFY
        + "#1,A@Example.com ,paid,EUR,45.00,5,0,50.00,TEN,5.00,2025-12-06 10:37:30 -0500,1,Case,10.00,C,PL,,,0.00\n"
        + "#1,A@Example.com ,,,,,,,,,2025-12-06 10:37:30 -0500,2,Cable,20.00,K,,,,\n"
        + "#2,,partially_refunded,EUR,30.00,0,0,30.00,,0.00,2025-12-07 11:00:00 -0500,1,Case,30.00,C,PL,'+48 601 234 567,,12.50\n"
        + "#3,a@example.com,paid,EUR,10.00,0,0,10.00,,0.00,2025-12-08 11:00:00 -0500,1,Case,10.00,C,PL,,2025-12-09 09:00:00 -0500,10.00\n"
    )
    assert shop.report.files[0].layout == "Shopify orders"
    assert orders_of(shop, "status", "gross", "discounts", "refunds", "shipping", "net", "is_purchase") == [
        ["#1", "paid", 5000, 500, 0, 500, 4500, True],
        ["#2", "paid", 3000, 0, 1250, 0, 1750, True],
        ["#3", "cancelled", 1000, 0, 1000, 0, 0, False],
    ]
    assert set(shop.frame(shop.customers)["customer_ref"]) == {"a@example.com", "+48601234567"}
    assert_lines_add_up(shop)
    assert [choice.option for choice in shop.report.choices] == ["timezone"]


def test_the_shop_s_time_zone_moves_an_order_to_its_day():
    row = "#1,a@example.com,paid,EUR,10,0,0,10,,0,2025-12-31 23:30:00 -0500,1,Case,10.00,C,PL,,,0\n"
    assert read(SHOPIFY + row).as_of.isoformat() == "2026-01-01"
    assert read(SHOPIFY + row, timezone="Europe/Warsaw").as_of.isoformat() == "2026-01-02"
    with pytest.raises(rt.OptionError, match=r"timezone='Warsaw' is not known\. Write it as 'Europe/Warsaw'\."):
        read(SHOPIFY + row, timezone="Warsaw")


def test_woocommerce_counts_a_refund_once():
    """2 × 100 less 10 %; one piece goes back for 90. A second order is refunded whole, a third not at all."""
    shop = read(
        WOO
        + "1,completed,2025-01-05 10:00,a@example.com,Ann,Lee,20,200,90,C,Case,1,100\n"
        + "2,refunded,2025-01-06 10:00,a@example.com,Ann,Lee,0,60,60,C,Case,0,10\n"
        + "2,refunded,2025-01-06 10:00,a@example.com,Ann,Lee,0,60,60,K,Cable,0,50\n"
        + "3,processing,2025-01-07 10:00,b@example.com,Bo,Ray,0,10,,C,Case,1,10\n"
    )
    assert orders_of(shop, "units", "gross", "discounts", "refunds", "net", "is_purchase") == [
        ["1", 2, 20000, 2000, 9000, 9000, True],
        ["2", 2, 6000, 0, 6000, 0, True],
        ["3", 1, 1000, 0, 0, 1000, True],
    ]
    assert_lines_add_up(shop)
    assert shop.report.rows["amount"].sum() == 110, "the account holds what the file says: 1 × 100 and 1 × 10"
    assert shop.frame(shop.customers)["name"].tolist() == ["Ann Lee", "Bo Ray"]


def test_online_retail_rows():
    shop = read(
        RETAIL
        + "536365,85123A,HOLDER,6,12/1/2010 8:26,2.55,17850.0,United Kingdom\n"
        + "536365,71053,LANTERN,2,12/1/2010 8:26,3.39,17850.0,United Kingdom\n"
        + "C536379,85123A,HOLDER,-1,12/13/2010 9:41,2.55,17850.0,United Kingdom\n"
        + "536414,22139,,56,12/2/2010 11:52,0,,United Kingdom\n"
        + "A563185,B,Adjust bad debt,1,8/12/2011 14:50,-11062.06,,United Kingdom\n"
    )
    assert (shop.currency, shop.report.files[0].layout) == ("GBP", "UCI Online Retail")
    assert orders_of(shop, "status", "gross", "refunds", "net", "is_purchase", "is_return") == [
        ["536365", "paid", 2208, 0, 2208, True, False],
        ["536414", "paid", 0, 0, 0, False, False],
        ["C536379", "returned", 0, 255, -255, False, True],
    ]
    assert shop.frame(shop.customers)["customer_ref"].tolist() == ["17850"]
    assert shop.set_aside()[["line", "column", "value", "amount"]].values.tolist() == [
        [6, "UnitPrice", "-11062.06", -11062.06]
    ]


def test_cdnow():
    shop = rt.load_sample("cdnow")
    assert shop.report.rows_in_files == 6919
    assert len(shop.frame(shop.customers)) == 2357
    assert shop.report.facts["customers"] == 2349, "eight only ever had orders of value 0"
    assert shop.frame(shop.orders)["net"].sum() == 24_409_194


def test_who_a_customer_is():
    """E-mail before phone before the shop's number; a guest number is nobody."""
    people = [
        ("1", "7", " Ann@Example.com", "+36 20 123 4567", "ann@example.com"),
        ("2", "7", "", "0036201234567", "+36201234567"),
        ("3", "7", "", "06 20 123 4567", "+36201234567"),
        ("4", "007", "", "", "007"),
        ("5", "17850.0", "", "", "17850"),
        ("6", "0", "", "", None),
        ("7", "Guest", "", "", None),
        ("8", "", "", "", None),
        ("9", "1.2E+11", "", "", None),
        ("a", "", "no address", "", None),
    ]
    rows = "".join(f"{n},2025-01-05,paid,{number},{email},{phone},HU,x,1,5,\n" for n, number, email, phone, _ in people)
    shop = read(PLAIN + rows)
    customers = shop.frame(shop.customers).set_index("customer_id")["customer_ref"]
    found = shop.frame(shop.orders).sort_values("order_ref")["customer_id"].map(customers)
    assert [None if pd.isna(who) else who for who in found] == [who for *_, who in people]
    assert shop.report.facts["purchases_by_nobody"] == 5


def test_what_a_purchase_is():
    states = ["paid", "Completed", "anulowane", "pending", "iptal edildi", "failed", "test", "odd word", ""]
    rows = "".join(f"{n},2025-01-05,{state},,a@example.com,,,x,1,5,\n" for n, state in enumerate(states))
    rows += "8b,2025-01-05,paid,,a@example.com,,,x,0,5,\n8c,2025-01-05,paid,,a@example.com,,,x,1,0,\n"
    shop = read(PLAIN + rows)
    assert [row[1:] for row in orders_of(shop, "is_purchase", "order_number")][:9] == [
        [True, 1], [True, 2], [False, pytest.approx(float("nan"), nan_ok=True)],
        *[[False, pytest.approx(float("nan"), nan_ok=True)]] * 4, [True, 3], [True, 4],
    ]  # fmt: skip
    assert dict(zip(shop.report.orders["reason"], shop.report.orders["orders"], strict=True)) == {
        "purchase": 4, "cancelled": 2, "no product with a positive quantity and price": 2, "not paid": 1,
        "payment failed": 1, "test order": 1,
    }  # fmt: skip
    assert ("State “odd word”", "paid") in [(choice.about, choice.chosen) for choice in shop.report.choices]
    assert read(PLAIN + rows, statuses={"ODD word": "cancelled"}).report.facts["purchases"] == 3


def test_a_refund_never_exceeds_the_products():
    row = "#1,a@example.com,refunded,EUR,45,5,0,50,,5.00,2025-12-06 10:00:00 -0500,5,Case,10.00,C,PL,,,50.00\n"
    shop = read(SHOPIFY + row)
    assert orders_of(shop, "gross", "discounts", "refunds", "net") == [["#1", 5000, 500, 4500, 0]]


def test_an_order_discount_is_shared_to_the_cent():
    """10.00 off three lines of 33.33, 33.33 and 33.34: 3.333, then 6.666 in all, then 10, each rounded."""
    rows = "".join(
        f"#1,a@example.com,{'paid,EUR,90,0,0,90,,10.00' if n == 0 else ',,,,,,,'},2025-12-06 10:00:00 -0500,1,x,{price},{n},,,,\n"
        for n, price in enumerate(("33.33", "33.33", "33.34"))
    )
    shop = read(SHOPIFY + rows)
    assert shop.frame(shop.lines)["discount"].tolist() == [333, 334, 333]
    assert_lines_add_up(shop)


def test_returns_inside_an_order_and_without_a_sale():
    shop = read(
        PLAIN
        + "1,2025-01-05,paid,,a@example.com,,,x,3,10,\n1,2025-01-05,paid,,a@example.com,,,x,-1,10,\n"
        + "2,2025-01-09,returned,,a@example.com,,,x,-1,10,\n"
    )
    assert orders_of(shop, "units", "gross", "refunds", "net", "is_purchase", "is_return") == [
        ["1", 3, 3000, 1000, 2000, True, False],
        ["2", 0, 0, 1000, -1000, False, True],
    ]
    assert_lines_add_up(shop)


def test_a_negative_total_without_a_quantity_is_money_back():
    shop = read("order,date,email,amount\n1,2025-01-05,a@example.com,20\n2,2025-01-06,a@example.com,-5\n")
    assert orders_of(shop, "net", "is_purchase", "is_return") == [["1", 2000, True, False], ["2", -500, False, True]]


def test_two_currencies_are_never_added():
    text = "order,date,email,price,currency\n1,2025-01-05,a@example.com,5,EUR\n2,2025-01-05,a@example.com,7,PLN\n3,2025-01-05,b@example.com,9,eur\n"
    with pytest.raises(rt.QuestionError) as error:
        read(text)
    assert str(error.value) == (
        "The orders are in 2 currencies: EUR (2 rows), PLN (1 rows). Money in different currencies is never added. "
        "Pick one under Currency, or pass currency='EUR'; the other orders are set aside. "
        "Or give rates as well: rates={'PLN': …}."
    )
    assert (error.value.option, error.value.choices) == ("currency", ("EUR", "PLN"))
    shop = read(text, currency="eur")
    assert (shop.currency, orders_of(shop, "net")) == ("EUR", [["1", 500], ["3", 900]])
    assert shop.set_aside()[["line", "column", "value", "reason", "text"]].values.tolist() == [
        [3, "currency", "PLN", "another currency than the chosen one", "2,2025-01-05,a@example.com,7,PLN"]
    ]
    with pytest.raises(rt.OptionError, match=r"currency='USD' is not in the file\. Found: EUR, PLN\."):
        read(text, currency="USD")


def test_overlapping_files_are_merged_and_the_newest_wins():
    first = b"order,date,email,price\n1,2025-01-05,a@example.com,5\n2,2025-01-31,a@example.com,7\n2,2025-01-31,a@example.com,1\n"
    second = b"order,date,email,price\n2,2025-01-31,a@example.com,9\n3,2025-02-01,b@example.com,4\n"
    shop = rt.read_orders([first, second])
    assert orders_of(shop, "net") == [["1", 500], ["2", 900], ["3", 400]]
    account = shop.report.rows[["outcome", "rows", "amount"]].values.tolist()
    assert account == [["used", 3, 18.0], ["merged", 2, 8.0]]
    assert [file.name for file in shop.report.files] == ["file", "file (2)"]
    assert orders_of(rt.read_orders((second, first)), "net") == [["1", 500], ["2", 900], ["3", 400]]


def test_equal_numbers_on_two_platforms_are_two_orders():
    plain = (PLAIN + "1,2025-01-05,paid,,a@example.com,,,x,1,5,\n").encode()
    retail = (RETAIL + "1,C,CASE,2,1/5/2025 8:26,3,7,UK\n").encode()
    shop = rt.read_orders([plain, retail], currency="GBP")
    assert orders_of(shop, "net") == [["1 (Online Retail)", 600], ["1 (plain layout)", 500]]


def test_identical_rows_are_kept_unless_asked():
    rows = PLAIN + "1,2025-01-05,paid,,a@example.com,,,x,1,5,\n" * 3 + "1,2025-01-05,paid,,a@example.com,,,y,1,5,\n"
    kept = read(rows)
    assert (kept.report.count("used"), kept.report.facts["duplicates"]) == (4, 2)
    assert "kept 2" in [choice.chosen for choice in kept.report.choices]
    merged = read(rows, drop_duplicates=True)
    assert (merged.report.count("used"), merged.report.count("merged")) == (2, 2)
    assert orders_of(merged, "net") == [["1", 1000]]


def test_a_file_without_order_numbers():
    """A customer's rows of one moment are one order."""
    rows = "date,email,product,price\n2025-01-05 10:00,a@example.com,x,5\n2025-01-05 10:00,a@example.com,y,6\n2025-01-05 11:00,a@example.com,x,5\n"
    shop = read(rows)
    assert shop.frame(shop.orders)["net"].tolist() == [1100, 500]


def test_an_order_refunded_by_its_state_alone_keeps_the_purchase_and_loses_the_money():
    shop = read(
        PLAIN
        + "1,2025-01-05,refunded,,a@example.com,,,x,3,10,\n2,2025-01-06,zwrot,,a@example.com,,,x,1,10,2\n"
        + "3,2025-01-07,paid,,a@example.com,,,x,1,10,\n"
    )
    assert orders_of(shop, "refunds", "net", "status", "is_purchase", "order_number") == [
        ["1", 3000, 0, "refunded", True, 1],
        ["2", 800, 0, "refunded", True, 2],
        ["3", 0, 1000, "paid", True, 3],
    ]
    assert shop.report.orders.values.tolist() == [["purchase, paid back", 2, 0.0], ["purchase", 1, 10.0]]
    assert_lines_add_up(shop)


def test_a_discounted_piece_comes_back_at_what_was_paid():
    shop = read(PLAIN + "1,2025-01-05,paid,,a@example.com,,,x,2,10,4\n1,2025-01-05,paid,,a@example.com,,,x,-1,10,-2\n")
    assert orders_of(shop, "gross", "discounts", "refunds", "net") == [["1", 2000, 400, 800, 800]]
    assert_lines_add_up(shop)


def test_a_negative_line_and_a_refund_column_are_the_same_money():
    header = PLAIN.replace("discount\n", "refunded\n")
    shop = read(
        header + "1,2025-01-05,paid,,a@example.com,,,x,2,10,10\n1,2025-01-05,paid,,a@example.com,,,x,-1,10,10\n"
    )
    assert orders_of(shop, "gross", "refunds", "net") == [["1", 2000, 1000, 1000]]
    assert_lines_add_up(shop)


TWO_CURRENCIES = (
    "order,date,email,quantity,price,discount,currency\n"
    "1,2025-01-05,a@example.com,2,10.00,1.00,EUR\n2,2025-01-06,b@example.com,3,10.00,1.00,USD\n"
)


def test_rates_turn_the_other_currencies_into_the_chosen_one():
    shop = read(TWO_CURRENCIES, currency="EUR", rates={"usd": 0.5})
    assert shop.currency == "EUR"
    assert orders_of(shop, "gross", "discounts", "net", "currency") == [
        ["1", 2000, 100, 1900, "EUR"],
        ["2", 1500, 50, 1450, "EUR"],
    ]
    assert shop.frame(shop.lines)["unit_price"].tolist() == [10.0, 5.0]
    assert_lines_add_up(shop)
    in_pln = read(TWO_CURRENCIES, currency="PLN", rates={"USD": 4, "EUR": 4.25})
    assert orders_of(in_pln, "net") == [["1", 8075], ["2", 11600]]


def test_rates_without_a_currency_are_refused():
    with pytest.raises(rt.OptionError, match="Give currency= as well"):
        read(TWO_CURRENCIES, rates={"USD": 0.5})


@pytest.mark.parametrize(
    ("status", "refunds"),
    [
        (["delivered", "returned", "delivered"], [0, 2000, 0]),
        (["returned", "delivered", "returned"], [1000, 0, 3000]),
        (["returned", "returned", "returned"], [1000, 2000, 3000]),
    ],
)
def test_a_returned_line_is_paid_back_on_its_own_line(status, refunds):
    rows = [f"1,2025-01-05,{word},a@example.com,p{n},1,{n}0\n" for n, word in enumerate(status, 1)]
    shop = read("Rendelés,Dátum,Állapot,E-mail,Termék,Darab,Egységár\n" + "".join(rows))
    lines = shop.frame(shop.lines).sort_values("product")
    assert lines["refund"].tolist() == refunds
    assert_lines_add_up(shop)


def test_an_item_that_names_its_refund_carries_it_and_of_an_order_that_names_none_all_do():
    folder = Path(__file__).parent / "platforms"
    shop = rt.read_orders(next((folder / "woocommerce_webtoffee").glob("order_export*.csv")))
    lines = shop.frame(shop.lines)
    given_back = lines[lines["refund"] > 0].groupby("product")["refund"].sum().to_dict()
    assert given_back == {"Mug, enamel": 1200, "Poster: A2": 3000, "Cap": 550}
    assert_lines_add_up(shop)


def test_a_line_with_a_total_and_no_quantity_is_set_aside():
    shop = read("master_id,date,count,value\n1,1997-01-01,,11.77\n2,1997-01-31,1,9.00\n")
    assert shop.set_aside()[["line", "reason"]].values.tolist() == [[2, "not a number"]]
    assert_lines_add_up(shop)
