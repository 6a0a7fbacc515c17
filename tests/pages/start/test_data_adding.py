"""A further file: what it changes is said before it is taken over."""

import pytest

PAGE = "pages/start/data.py"
OVERVIEW = "pages/start/overview.py"
HEAD = "Order,Date,E-mail,Status,Product,Quantity,Price,Currency\n"
MAY = (
    "may.csv",
    f"{HEAD}1,2025-05-20,a@example.com,paid,Mug,1,10.00,EUR\n2,2025-05-31,b@example.com,paid,Mug,2,10.00,EUR\n".encode(),
)
JUNE = (
    "june.csv",
    f"{HEAD}2,2025-05-31,b@example.com,cancelled,Mug,2,10.00,EUR\n3,2025-06-02,a@example.com,paid,Pot,1,20.00,EUR\n"
    "4,2025-06-30,c@example.com,paid,Mug,1,10.00,EUR\n".encode(),
)


@pytest.fixture
def page(visitor):
    return visitor.open(PAGE).drop(MAY)


def test_what_a_file_changes_is_said_before_it_is_taken_over(page):
    page.add(JUNE)
    assert page.test.main.subheader[0].value == "What june.csv would change"
    said = "\n".join(page.texts)
    assert "2 orders are new." in said
    assert "1 orders stand in an older file as well and are taken from the newer one." in said
    assert "1 orders that were there have another state or value now." in said
    table = page.test.dataframe[0].value.set_index("Figure")
    assert {name: (row["Before"], row["After"]) for name, row in table.iterrows()} == {
        "Orders": ("2", "4"),
        "Of them new": ("–", "2"),
        "Orders taken from a newer file": ("0", "1"),
        "Orders that changed": ("–", "1"),
        "Customers": ("2", "2"),
        "Net revenue": ("€30.00", "€40.00"),
        "First day": ("May 20, 2025", "May 20, 2025"),
        "Last day": ("May 31, 2025", "Jun 30, 2025"),
        "Shops": ("1", "1"),
    }
    assert page.headline == "2 rows: 2 used, 0 set aside, 0 merged."


def test_taken_over_the_orders_of_both_files_are_there(page, execute, tmp_path):
    page.add(JUNE).press("Take it over")
    assert page.headline == "5 rows: 4 used, 0 set aside, 1 merged."
    assert any("1 orders stand in an older file as well" in text for text in page.texts)
    assert page.test.session_state["data"].load.files == ("may.csv", "june.csv")
    for name, content in (MAY, JUNE):
        (tmp_path / name).write_bytes(content)
    execute(page.open(OVERVIEW).notebook)


def test_left_nothing_changes(page):
    page.add(JUNE).press("Leave it")
    assert page.headline == "2 rows: 2 used, 0 set aside, 0 merged."
    assert [info.value for info in page.test.info] == ["Nothing was changed. The orders from before are still loaded."]
    assert page.test.session_state["data"].load.files == ("may.csv",)
    page.add(JUNE)
    assert page.test.main.subheader[0].value == "What june.csv would change"


def test_a_file_of_the_same_name_is_another_file(page):
    page.add((MAY[0], JUNE[1])).press("Take it over")
    assert page.test.session_state["data"].load.files == ("may.csv", "may_2.csv")
    assert page.headline == "5 rows: 4 used, 0 set aside, 1 merged."


def test_customers_can_be_added_to_orders(page):
    page.add(("customers.csv", b"email,name,city\na@example.com,Anna,Graz\nx@example.com,Xaver,Linz\n"))
    table = page.test.dataframe[0].value.set_index("Figure")
    assert list(table.loc["Orders"]) == ["2", "2"]
    page.press("Take it over")
    assert any("1 of 2 customers in customers.csv have ordered." in text for text in page.texts)


def test_a_bad_file_is_refused_and_the_orders_stay(page):
    page.add(("photo.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20))
    assert page.errors == ["photo.csv is a PNG picture, not a table. Drop the CSV or XLSX file that your shop exports."]
    assert "The orders from before are still loaded." in page.texts
    assert page.headline == "2 rows: 2 used, 0 set aside, 0 merged."
    page.add(JUNE).press("Take it over")
    assert page.headline == "5 rows: 4 used, 0 set aside, 1 merged."


def test_the_shop_of_every_file_can_be_named(page):
    page.add(JUNE).press("Take it over")
    boxes = {box.label: box for box in page.test.main.text_input}
    boxes["Shop of may.csv"].set_value("Graz")
    boxes["Shop of june.csv"].set_value("Linz")
    page.press("Read the files this way")
    orders = page.test.session_state["data"].orders
    assert sorted(orders.frame(orders.orders.select("shop"))["shop"]) == ["Graz", "Graz", "Linz", "Linz", "Linz"]
    assert page.test.session_state["data"].load.options["shops"] == {"may.csv": "Graz", "june.csv": "Linz"}


def test_nothing_is_added_to_a_sample(visitor):
    visitor.open(PAGE).press("Open the sample shop")
    assert len(visitor.test.file_uploader) == 1
