"""Files on their way in, in a real browser: a column corrected, a file added, a reading cancelled."""

import gzip
import re

import pytest
from playwright.sync_api import expect

HEAD = "Order,Date,E-mail,Status,Item,Quantity,Price,Currency\n"
MAY = (
    "may.csv",
    f"{HEAD}1,2025-05-20,a@example.com,paid,Mug,1,10.00,EUR\n2,2025-05-31,b@example.com,paid,Mug,2,10.00,EUR\n".encode(),
)
JUNE = (
    "june.csv",
    f"{HEAD}2,2025-05-31,b@example.com,cancelled,Mug,2,10.00,EUR\n3,2025-06-02,a@example.com,paid,Pot,1,20.00,EUR\n".encode(),
)
ROWS = "".join(f"{n},{n % 27 + 1:02d}.03.2025,c{n % 5}@example.com,Mug,1,9.90\n" for n in range(1, 41))
TILL = ("till.csv", f"Bon,Stamped,Who,Item,Quantity,Amount per piece\n{ROWS}".encode())
LARGE, ROWS_AT_ONCE = 3_000_000, 100_000


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A file that takes some seconds to read, packed: a month of orders again and again."""
    path = tmp_path_factory.mktemp("large") / "large.csv.gz"
    month = "".join(
        f"{n},2025-{n % 12 + 1:02d}-{n % 28 + 1:02d},c{n % 90000}@example.com,paid,Mug {n % 50},1,9.90,EUR\n"
        for n in range(ROWS_AT_ONCE)
    )
    path.write_bytes(gzip.compress(HEAD.encode(), 1) + gzip.compress(month.encode(), 1) * (LARGE // ROWS_AT_ONCE))
    return path


def pick(visitor, column, meaning):
    """Say in the select box of a column what it holds."""
    visitor.page.get_by_test_id("stSelectbox").filter(has_text=column).get_by_role("combobox").click()
    visitor.page.keyboard.type(meaning)
    visitor.page.get_by_role("option", name=meaning, exact=True).click()
    return visitor.settled()


def test_a_column_is_corrected_and_the_next_file_is_read_the_same_way(visitor):
    visitor.open("data").drop(TILL)
    expect(visitor.page.get_by_role("heading", name="This is how we understand your columns")).to_be_visible()
    expect(visitor.page.get_by_role("button", name="Read the file this way")).to_be_disabled()
    pick(visitor, "Bon", "the order number")
    pick(visitor, "Amount per piece", "the price of one piece").press("Read the file this way")
    expect(visitor.headline).to_have_text("40 rows: 40 used, 0 set aside, 0 merged.")
    visitor.drop(("april.csv", TILL[1].replace(b".03.2025", b".04.2025")))
    expect(visitor.page.get_by_text(re.compile("april.csv: read with the columns you chose on "))).to_be_visible()
    visitor.press("Forget").drop(TILL)
    expect(visitor.page.get_by_role("heading", name="This is how we understand your columns")).to_be_visible()
    expect(visitor.page.get_by_text("The orders from before are still loaded.")).to_be_visible()


def test_a_file_is_added_after_its_changes_are_seen(visitor):
    visitor.open("data").drop(MAY)
    expect(visitor.headline).to_have_text("2 rows: 2 used, 0 set aside, 0 merged.")
    visitor.settled().drop(JUNE, place=1)
    expect(visitor.page.get_by_role("heading", name="What june.csv would change")).to_be_visible(timeout=20_000)
    expect(visitor.page.get_by_text("1 orders are new.")).to_be_visible()
    expect(visitor.headline).to_have_text("2 rows: 2 used, 0 set aside, 0 merged.")
    visitor.press("Take it over")
    expect(visitor.headline).to_have_text("4 rows: 3 used, 0 set aside, 1 merged.")
    visitor.go("Overview")
    expect(visitor.page.get_by_text("may.csv, june.csv · May 20, 2025 to Jun 2, 2025")).to_be_visible()


def test_a_file_is_added_in_polish(visit):
    visitor = visit(locale="pl-PL").open("data").drop(MAY)
    expect(visitor.headline).to_contain_text("2")
    visitor.drop(JUNE, place=1)
    expect(visitor.page.get_by_role("heading", name="Co się zmieni po dodaniu: june.csv")).to_be_visible()
    expect(visitor.page.get_by_text("Nowe zamówienia: 1.")).to_be_visible()
    visitor.press("Zostaw bez zmian")
    expect(visitor.page.get_by_text("Nic się nie zmieniło.")).to_be_visible()
    visitor.drop(JUNE, place=1).press("Przyjmij zmiany")
    expect(visitor.headline).to_contain_text("4")
    assert "Traceback" not in visitor.text


def cancelled(visitor, path):
    """Drop a file and press Cancel while it is being read."""
    visitor.settled().page.get_by_test_id("stFileUploader").first.locator("input").set_input_files(path)
    visitor.page.get_by_test_id("stButton").get_by_role("button", name="Cancel", exact=True).click(timeout=60_000)


def test_a_reading_that_is_cancelled_stops_and_the_data_from_before_stay(visitor, large):
    visitor.open("data").drop(MAY)
    expect(visitor.headline).to_have_text("2 rows: 2 used, 0 set aside, 0 merged.")
    cancelled(visitor, large)
    stopped = visitor.page.get_by_text("Reading was cancelled. The orders from before are still loaded.")
    expect(stopped).to_be_visible(timeout=3_000)
    visitor.settled()
    expect(visitor.headline).to_have_text("2 rows: 2 used, 0 set aside, 0 merged.")
    expect(visitor.page.get_by_test_id("stProgress")).to_have_count(0)
    visitor.go("Overview")
    expect(visitor.page.get_by_text("may.csv · May 20, 2025 to May 31, 2025")).to_be_visible()


def test_a_first_reading_can_be_cancelled_too(visitor, large):
    cancelled(visitor.open("data"), large)
    expect(visitor.page.get_by_text("Reading was cancelled. No orders are loaded.")).to_be_visible(timeout=3_000)
