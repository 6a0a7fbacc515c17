"""Files dropped on the Data page: read, asked about or refused in words, and the data from before stay."""

import pytest

import retention as rt

PAGE = "pages/start/data.py"
OVERVIEW = "pages/start/overview.py"
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20
ROWS = "".join(f"{n},{n % 12 + 1:02d}/{n % 11 + 1:02d}/2025,c{n % 5}@example.com,Mug,1,9.90\n" for n in range(1, 41))
AMBIGUOUS = ("spring.csv", f"Order,Date,E-mail,Product,Quantity,Price\n{ROWS}".encode())


@pytest.fixture
def page(visitor):
    return visitor.open(PAGE)


@pytest.fixture
def shopify(page, sample_data):
    return page.drop(sample_data / "orders_shopify.csv")


def counted(orders):
    report = orders.report
    return (
        f"{report.rows_in_files:,} rows: {report.count('used'):,} used, "
        f"{report.count('set aside'):,} set aside, {report.count('merged'):,} merged."
    )


@pytest.mark.parametrize(
    ("name", "layout"),
    [
        ("orders_shopify.csv", "Shopify orders, letters as utf-8"),
        ("orders_woocommerce.csv", "WooCommerce Advanced Order Export, letters as utf-8"),
        ("orders_polish.csv", "own columns, letters as cp1250"),
    ],
)
def test_a_file_is_recognised_and_every_row_accounted_for(page, sample_data, name, layout):
    page.drop(sample_data / name)
    orders = rt.read_orders(sample_data / name)
    assert not page.errors
    assert page.headline == counted(orders)
    facts = orders.report.facts
    assert any(
        text.startswith(f"They make {facts['purchases']:,} purchases by {facts['customers']:,} customers.")
        for text in page.texts
    )
    assert any(text.startswith(f"**{name}**: {layout}") for text in page.texts)
    account = page.test.dataframe[0].value
    assert [int(rows.replace(",", "")) for rows in account["Rows"]] == list(orders.report.rows["rows"])
    assert sum(orders.report.rows["rows"]) == orders.report.rows_in_files


def test_the_overview_of_a_file_has_the_file_s_figures(shopify, sample_data):
    shopify.open(OVERVIEW)
    orders = rt.read_orders(sample_data / "orders_shopify.csv")
    start, end = rt.last_months(orders)
    rows = rt.kpi_summary(orders, start, end).set_index("kpi")
    assert shopify.headline.startswith(
        f"December 2025: {rows.loc['customers', 'value']:,.0f} customers brought €{rows.loc['net', 'value']:,.0f} in "
    )
    assert any(text.startswith("orders_shopify.csv · ") for text in shopify.texts)


def test_two_files_at_once_are_one_shop(page):
    head = "Order,Date,E-mail,Product,Quantity,Price\n"
    page.drop(
        ("may.csv", f"{head}1,2025-05-20,a@example.com,Mug,1,9.90\n2,2025-05-31,b@example.com,Mug,2,9.90\n".encode()),
        ("june.csv", f"{head}3,2025-06-02,a@example.com,Pot,1,19.90\n4,2025-06-30,c@example.com,Mug,1,9.90\n".encode()),
    )
    assert page.headline == "4 rows: 4 used, 0 set aside, 0 merged."
    assert "They make 4 purchases by 3 customers." in page.texts


def test_rows_set_aside_can_be_taken_away(page):
    page.drop(
        (
            "shop.csv",
            b"Order,Date,E-mail,Product,Quantity,Price\n"
            b"1,2025-05-20,a@example.com,Mug,1,9.90\n2,2025-05-31,b@example.com,Mug,many,9.90\n",
        )
    )
    assert page.headline == "2 rows: 1 used, 1 set aside, 0 merged."
    aside = page.downloads["set_aside.csv"].decode("utf-8-sig")
    assert "shop.csv,3," in aside
    assert "many" in aside


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("photo.csv", PICTURE, "photo.csv is a PNG picture, not a table."),
        ("empty.csv", b"", "empty.csv"),
        ("header.csv", b"Order,Date,E-mail,Product,Quantity,Price\n", "header.csv"),
        ("<b>bold.csv", PICTURE, "<b>bold.csv is a PNG picture"),
    ],
)
def test_a_bad_file_is_refused_by_name_and_the_data_from_before_stay(shopify, name, content, words):
    before = shopify.headline
    shopify.drop((name, content))
    (error,) = shopify.errors
    assert words in error
    assert "Traceback" not in error
    assert "Read the file this way" not in [button.label for button in shopify.test.main.button]
    assert "The orders from before are still loaded." in shopify.texts
    assert shopify.headline == before
    shopify.open(OVERVIEW)
    assert any(text.startswith("orders_shopify.csv · ") for text in shopify.texts)


def test_a_bad_file_first_leaves_the_friendly_start(page):
    page.drop(("photo.csv", PICTURE))
    assert page.errors
    assert not page.open(OVERVIEW).errors
    assert "There are no orders here yet." in page.test.info[0].value


def test_a_good_file_clears_the_error_of_a_bad_one(page, sample_data):
    page.drop(("photo.csv", PICTURE))
    page.drop(sample_data / "orders_polish.csv")
    assert not page.errors
    assert page.headline.endswith("0 merged.")


def test_a_wrong_guess_can_be_corrected_after_reading(page, sample_data):
    page.drop(sample_data / "orders_polish.csv")
    page.take_for("Kanał", "").take_for("Miasto", "channel").press("Read the file this way")
    assert not page.errors
    channels = page.test.sidebar.multiselect(key="channel").options
    assert "Kraków" in channels


def test_the_time_zone_of_the_shop_can_be_given(page):
    head = "order,date,email,quantity,price\n"
    page.drop(("utc.csv", f"{head}1,2025-01-31 23:30:00 +0000,a@example.com,1,9.90\n".encode()))
    assert page.test.session_state["data"].orders.as_of.isoformat() == "2025-02-01"
    page.select("Time zone", "Europe/Warsaw").press("Read the file this way")
    orders = page.test.session_state["data"].orders
    assert (orders.timezone, orders.as_of.isoformat()) == ("Europe/Warsaw", "2025-02-02")


def test_an_answer_is_kept_when_a_column_is_corrected_later(page):
    rows = "".join(f"{n},0{1 + n % 9}/0{1 + n * 7 % 9}/2025,a{n}@example.com,1,9.90\n" for n in range(30))
    page.drop(("twofold.csv", f"order,date,email,quantity,price\n{rows}".encode()))
    page.press("Read the file this way")
    page.take_for("quantity", "").press("Read the file this way")
    assert page.test.session_state["data"].load.options == {"mapping": {"quantity": ""}, "date_order": "mdy"}


def test_new_data_forget_the_filters_of_the_old(shopify, sample_data):
    shopify.choose("channel", ["app"])
    shopify.drop(sample_data / "orders_polish.csv")
    assert shopify.test.sidebar.multiselect(key="channel").value == []


def test_notebook_of_an_uploaded_file_runs_beside_it(page, execute, tmp_path):
    (tmp_path / AMBIGUOUS[0]).write_bytes(AMBIGUOUS[1])
    page.drop(AMBIGUOUS)
    page.test.radio[0].set_value("mdy")
    page.press("Read the file this way").open(OVERVIEW)
    printed = execute(
        page.notebook, "from retention.show.sentences import overview\nprint(overview(summary, orders.currency))"
    )
    assert printed.strip() == page.headline
    assert "date_order='mdy'" in "\n".join(cell.source for cell in page.notebook.cells)


def test_the_notebook_never_runs_what_a_file_is_called(page, execute, tmp_path):
    name = "'); print('owned'); ('.csv"
    (tmp_path / name).write_bytes(AMBIGUOUS[1])
    page.drop((name, AMBIGUOUS[1]))
    page.test.radio[0].set_value("dmy")
    page.press("Read the file this way").open(OVERVIEW)
    book = page.notebook
    execute(book)
    printed = [output.get("text", "") for cell in book.cells if cell.cell_type == "code" for output in cell.outputs]
    assert not any(text.startswith("owned") for text in printed)
