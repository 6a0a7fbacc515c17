"""What the account tells beside the rows: other files, what cannot be known, totals that do not add up."""

import pytest

PAGE = "pages/start/data.py"


@pytest.fixture
def page(visitor):
    return visitor.open(PAGE)


def told(page):
    return [line.removeprefix("- ") for text in page.texts for line in text.split("\n")]


def test_other_files_are_told_with_how_much_of_them_belongs_to_the_orders(page, sample_data):
    names = ("orders.csv", "customers.csv", "products.csv", "feedback.csv", "tickets.csv")
    page.drop(*(sample_data / name for name in names))
    tables = page.test.session_state["data"].orders.report.tables.set_index("kind")
    assert set(tables.index) == {"customers", "products", "feedback", "tickets"}
    said = told(page)
    for kind, words in (
        ("customers", "customers in customers.csv have ordered."),
        ("products", "products in products.csv were sold."),
        ("feedback", "ratings in feedback.csv belong to a customer or an order."),
        ("tickets", "support tickets in tickets.csv belong to a customer or an order."),
    ):
        row = tables.loc[kind]
        assert 0 < row["matched"] <= row["used"]
        assert f"{row['matched']:,.0f} of {row['used']:,} {words}" in said


def test_what_an_export_cannot_tell_is_said_with_the_one_that_would(page, root):
    page.drop(root / "tests/ingest/platforms/stripe/unified_payments.csv")
    said = told(page)
    assert "**What these files cannot tell**" in said
    (sentence,) = [line for line in said if "payments, not baskets" in line]
    assert "The shop system's own order export has them." in sentence


def test_totals_that_do_not_add_up_are_counted(page):
    rows = "".join(
        f"{n},2025-05-{n:02d},a@example.com,Mug,1,10.00,2.00,{12 if n > 3 else 15}.00\n" for n in range(1, 20)
    )
    page.drop(("shop.csv", f"Order number,Date,E-mail,Product,Quantity,Price,Shipping,Order total\n{rows}".encode()))
    assert "3 of 19 order totals differ from goods + shipping + tax." in told(page)
