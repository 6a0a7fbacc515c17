"""How columns are understood: shown when it is not certain, corrected in seconds, remembered, taken away."""

import json

import pytest

import retention as rt

PAGE = "pages/start/data.py"
OVERVIEW = "pages/start/overview.py"
ROWS = "".join(f"{n},{n % 27 + 1:02d}.03.2025,c{n % 5}@example.com,Mug,1,9.90\n" for n in range(1, 41))
TILL = ("till.csv", f"Bon,Stamped,Who,Item,Quantity,Amount per piece\n{ROWS}".encode())
NEXT = ("april.csv", TILL[1].replace(b".03.2025", b".04.2025"))


@pytest.fixture
def page(visitor):
    return visitor.open(PAGE)


def columns(page):
    """Column → what it is taken for, as the select boxes stand, and how sure."""
    found = {}
    for box in page.test.main.selectbox:
        if box.label.startswith("**"):
            name, _mark, sure = box.label.removeprefix("**").partition("**")
            found[name] = (box.value, sure.removeprefix(" · "))
    return found


def corrected(page):
    page.drop(TILL)
    return page.take_for("Bon", "order_id").take_for("Amount per piece", "unit_price")


def test_an_unknown_file_is_shown_before_it_is_read_the_least_certain_first(page):
    page.drop(TILL)
    assert page.test.main.subheader[0].value == "This is how we understand your columns"
    assert "data" not in page.test.session_state
    assert columns(page) == {
        "Stamped": ("ordered_at", "? perhaps"),
        "Who": ("email", "? perhaps"),
        "Item": ("product", "≈ likely"),
        "Quantity": ("quantity", "✓ sure"),
        "Bon": ("", ""),
        "Amount per piece": ("", ""),
    }
    assert "02.03.2025 · 03.03.2025 · 04.03.2025" in page.texts
    assert page.test.warning[0].value.startswith("No column for the price of one piece in till.csv.")
    assert next(button for button in page.test.main.button if button.label == "Read the file this way").disabled


def test_the_first_rows_are_shown_live_in_reading_order(page):
    corrected(page)
    preview = page.test.dataframe[0].value
    assert list(preview.columns) == [
        "the order number",
        "the date of the order",
        "the customer's e-mail address",
        "the product's name",
        "how many pieces",
        "the price of one piece",
    ]
    assert list(preview.iloc[0]) == ["1", "Mar 2, 2025", "c1@example.com", "Mug", "1", "9.90"]
    assert not page.test.warning


def test_the_first_rows_show_how_dates_and_numbers_are_understood(page):
    page.drop(("till.csv", TILL[1].replace(b",9.90\n", b",1.250\n")))
    page.take_for("Bon", "order_id").take_for("Amount per piece", "unit_price")
    assert list(page.test.dataframe[0].value.iloc[0])[-1] == "1.250"  # only an answer settles it
    page.select("Numbers", ",")
    assert list(page.test.dataframe[0].value.iloc[0])[-1] == "1,250.00"
    page.select("Dates", "mdy")
    assert page.test.dataframe[0].value.iloc[1].tolist()[1] == "Mar 3, 2025"


def test_the_first_rows_say_what_cannot_be_read(page):
    page.drop(TILL)
    page.take_for("Bon", "order_id").take_for("Item", "unit_price")
    warnings = [warning.value for warning in page.test.warning]
    assert any("column Item: not a number; found 'Mug'" in text for text in warnings), warnings


def test_the_file_is_read_as_corrected(page):
    corrected(page).press("Read the file this way")
    assert page.headline == "40 rows: 40 used, 0 set aside, 0 merged."
    assert "They make 40 purchases by 5 customers." in page.texts


def test_a_file_mistaken_for_another_table_can_be_said_to_hold_orders(page):
    rows = "".join(f"{n},2025-03-{n % 27 + 1:02d},Mug,1,9.90,4.10\n" for n in range(1, 41))
    page.drop(("till.csv", f"Slip,Day,Name,Stock,Price,Cost\n{rows}".encode()))
    assert page.errors == ["till.csv holds no orders but something else: products. Drop the orders together with it."]
    page.take_for("Slip", "order_id").take_for("Stock", "quantity").press("Read the file this way")
    assert page.headline == "40 rows: 40 used, 0 set aside, 0 merged."


def test_two_columns_cannot_hold_the_same(page):
    corrected(page).take_for("Item", "quantity")
    assert page.test.warning[0].value == "Only one column can be how many pieces; chosen are Item · Quantity."
    assert next(button for button in page.test.main.button if button.label == "Read the file this way").disabled


def test_a_known_layout_is_read_at_once_and_can_be_corrected_afterwards(page, sample_data):
    page.drop(sample_data / "orders_shopify.csv")
    assert page.headline.endswith("0 merged.")
    assert columns(page)["Lineitem quantity"] == ("quantity", "✓ sure")
    assert "Correct the columns, dates or numbers" in [part.label for part in page.test.expander]


def test_a_suggested_layout_wants_to_be_confirmed(page, root):
    page.drop(root / "tests/ingest/platforms/wildberries/0.csv")
    assert "data" not in page.test.session_state
    assert any("recognised as Wildberries weekly report" in text for text in page.texts)
    assert columns(page)["Srid"] == ("order_id", "? perhaps")
    page.press("Read the file this way")
    assert " used, " in page.headline


def test_of_several_files_only_the_uncertain_ones_are_shown(page, sample_data):
    page.drop(
        sample_data / "orders_woocommerce.csv",
        TILL,
        sample_data / "customers.csv",
        ("may.csv", NEXT[1].replace(b"Bon", b"Slip")),
    )
    assert [tab.label for tab in page.test.tabs] == ["till.csv", "may.csv"]
    assert "Shop of orders\\_woocommerce.csv" in [box.label for box in page.test.main.text_input]


def test_the_correction_is_remembered_for_the_next_file_with_the_header(page, monkeypatch, tmp_path):
    monkeypatch.setenv("RETENTION_HOME", str(tmp_path))
    corrected(page).press("Read the file this way")
    (kept,) = (tmp_path / "columns").iterdir()
    text = kept.read_text("utf-8")
    assert "example.com" not in text
    assert json.loads(text)["fields"]["unit_price"] == "Amount per piece"
    kept.write_text(json.dumps(json.loads(text) | {"saved_on": "2025-12-31"}))
    page.drop(NEXT)
    assert page.headline == "40 rows: 40 used, 0 set aside, 0 merged."
    assert "april.csv: read with the columns you chose on Dec 31, 2025." in page.texts
    page.press("Forget")
    assert [info.value for info in page.test.info] == ["Forgotten. The next file with this header is recognised anew."]
    assert not list((tmp_path / "columns").iterdir())
    page.drop(TILL)
    assert page.test.main.subheader[0].value == "This is how we understand your columns"


def test_saved_choices_are_a_mapping_file_and_come_back_as_one(page):
    corrected(page)
    saved = page.downloads["till.columns.json"]
    orders = rt.read_orders(TILL[1], name="till.csv", mapping=json.loads(saved))
    assert orders.report.count("used") == 40
    page.drop(("till.columns.json", saved))
    assert [info.value for info in page.test.info] == [
        "The column choices of till.columns.json are used for the next file with the same header. Now drop that file."
    ]
    page.drop(NEXT)
    assert page.headline == "40 rows: 40 used, 0 set aside, 0 merged."


def test_choices_and_their_file_can_be_dropped_together(page):
    saved = corrected(page).downloads["till.columns.json"]
    page.drop(NEXT, ("till.columns.json", saved))
    assert page.headline == "40 rows: 40 used, 0 set aside, 0 merged."


def test_answers_in_a_json_that_nobody_could_give_are_left_out(page):
    saved = json.loads(corrected(page).downloads["till.columns.json"])
    odd = saved | {"timezone": "Moon/Base", "date_order": ["dmy"], "decimal": "x", "saved_on": "soon"}
    page.drop(NEXT, ("odd.json", json.dumps(odd).encode()))
    assert page.headline == "40 rows: 40 used, 0 set aside, 0 merged."
    assert "date_order" not in page.test.session_state["data"].load.options


def test_another_json_is_refused_by_name(page):
    page.drop(("settings.json", b"{}"))
    assert page.errors == ["settings.json is not a saved column choice. Save it again on the Data screen."]


def test_the_notebook_reads_the_file_with_the_chosen_columns(page, execute, tmp_path):
    (tmp_path / TILL[0]).write_bytes(TILL[1])
    corrected(page).press("Read the file this way").open(OVERVIEW)
    assert "'unit_price': 'Amount per piece'" in "\n".join(cell.source for cell in page.notebook.cells)
    execute(page.notebook)


def test_a_file_can_be_left_before_it_is_read(page, sample_data):
    page.drop(sample_data / "orders_polish.csv")
    before = page.headline
    page.drop(TILL).press("Leave it")
    assert page.headline == before
    assert [info.value for info in page.test.info] == ["Nothing was changed. The orders from before are still loaded."]


def test_an_answer_is_remembered_too(page):
    rows = "".join(f"{n},{n % 12 + 1:02d}/{n % 11 + 1:02d}/2025,c{n}@example.com,1,9.90,EUR\n" for n in range(30))
    twofold = f"Order no,Date,E-mail,Quantity,Price,Currency\n{rows}".encode()
    page.drop(("spring.csv", twofold)).press("Read the file this way")
    page.drop(("summer.csv", twofold))
    assert not page.test.warning
    assert any(text.startswith("summer.csv: read with your answers of ") for text in page.texts)


def test_a_machine_that_cannot_keep_anything_reads_all_the_same(page, monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("RETENTION_HOME", str(tmp_path / "file"))
    corrected(page).press("Read the file this way")
    assert page.headline == "40 rows: 40 used, 0 set aside, 0 merged."
