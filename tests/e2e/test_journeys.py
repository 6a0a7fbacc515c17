"""Whole journeys of a shop owner, in a real browser."""

import csv
import io
import json
import re
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from playwright.sync_api import expect

import retention as rt
from retention.show import sentences

PICTURE = ("photo.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20)
ROWS = "".join(f"{n},{n % 12 + 1:02d}/{n % 11 + 1:02d}/2025,c{n % 5}@example.com,Mug,1,9.90\n" for n in range(1, 41))
AMBIGUOUS = ("spring.csv", f"Order,Date,E-mail,Product,Quantity,Price\n{ROWS}".encode())


@pytest.fixture(scope="module")
def polish(sample_data):
    return rt.read_orders(sample_data / "orders_polish.csv")


def brought(orders):
    """The beginning of the overview's sentence for the last complete month."""
    start, end = rt.last_months(orders)
    rows = rt.kpi_summary(orders, start, end).set_index("kpi")["value"]
    return (
        f"December 2025: {rows['customers']:,.0f} customers brought €{rows['net']:,.0f} in {rows['orders']:,.0f} orders"
    )


def test_from_nothing_to_cohorts_with_the_sample(visitor, shop):
    visitor.open()
    expect(visitor.page.get_by_test_id("stAlert")).to_contain_text("There are no orders here yet.")
    visitor.press("Open the sample shop")
    expect(visitor.headline).to_contain_text(brought(shop))
    visitor.go("Key figures")
    expect(visitor.headline).to_contain_text(f"Net revenue in Dec 2025: €{rt.kpi_table(shop)['net'].iloc[-1]:,.2f}")
    visitor.go("Cohorts")
    rate = rt.retention_table(shop).average.set_index("age").loc[1, "rate"]
    expect(visitor.headline).to_contain_text(f"Of 100 new customers, {rate * 100:.0f} buy again in the next month")
    visitor.page.get_by_role("radiogroup", name="Period").get_by_text("Quarter").click()
    expect(visitor.headline).to_contain_text("in the next quarter")
    assert "Traceback" not in visitor.text


def test_a_polish_file_from_upload_to_notebook(visitor, sample_data, polish, tmp_path):
    path = sample_data / "orders_polish.csv"
    visitor.open("data").drop(path)
    report = polish.report
    expect(visitor.headline).to_have_text(
        f"{report.rows_in_files:,} rows: {report.count('used'):,} used, {report.count('set aside')} set aside, "
        f"{report.count('merged')} merged."
    )
    visitor.page.get_by_test_id("stMain").get_by_role("link", name="To the overview").click()
    expect(visitor.headline).to_contain_text(brought(polish))

    visitor.tick("Channel", "web").tick("Country", "PL")
    chosen = polish.filter(channels="web", countries="PL")
    expect(visitor.headline).to_contain_text(brought(chosen))
    assert {"channel=web", "country=PL"} <= set(visitor.page.url.partition("?")[2].split("&"))
    visitor.go("Cohorts").go("Overview")
    expect(visitor.headline).to_contain_text(brought(chosen))

    visitor.page.get_by_test_id("stExpander").filter(has_text="Table: every key figure").locator("summary").click()
    visitor.settled()
    table = visitor.take("Download the table (CSV)").path().read_text("utf-8-sig")
    start, end = rt.last_months(chosen)
    expected = rt.kpi_summary(chosen, start, end)
    rows = list(csv.DictReader(io.StringIO(table)))
    assert [row["kpi"] for row in rows] == list(expected["kpi"])
    pd.testing.assert_series_equal(
        pd.Series([float(row["value"] or "nan") for row in rows], name="value"), expected["value"], rtol=1e-9
    )

    download = visitor.take("Open as notebook")
    assert download.suggested_filename == "overview.ipynb"
    code = "\n".join("".join(cell["source"]) for cell in json.loads(download.path().read_text())["cells"])
    assert "files = 'orders_polish.csv'" in code
    assert "orders = orders.filter(channels=('web',), countries=('PL',))" in code


def test_a_test_is_assigned_taken_away_and_read_with_later_orders(visitor, shop, tmp_path):
    visitor.sample().go("Assign a test")
    expect(visitor.headline).to_contain_text("are held back.")
    files = {
        label: visitor.take(label).path().read_text("utf-8-sig") for label in ("Who gets the offer", "Held back, not")
    }
    taken = visitor.take("Experiment file (JSON)")
    experiment = rt.read_experiment(taken.path().read_text("utf-8"))
    assert repr(experiment) == f"rt.read_experiment({taken.suggested_filename!r})"
    for text, arm in zip(files.values(), ("offer", "control"), strict=True):
        people = pd.read_csv(io.StringIO(text), dtype=str)["customer_ref"].str.lstrip("'")
        assert sorted(people) == sorted(experiment.units.loc[experiment.units["variant"] == arm, "customer_ref"])

    visitor.press("Read its outcome")
    expect(visitor.page.get_by_test_id("stAlert")).to_contain_text("The test begins on")
    earlier = replace(experiment, assigned_on=date(2025, 10, 1))  # as if three more months of orders had come
    path = tmp_path / earlier.file_name
    path.write_text(rt.experiment_file(earlier), "utf-8")
    visitor.page.get_by_test_id("stFileUploader").first.locator("input").set_input_files(path)
    expect(visitor.headline).to_have_text(sentences.did_it_work(rt.compare_variants(shop, earlier)))


def test_a_filtered_address_works_in_a_new_session(visitor, visit, shop):
    visitor.sample().tick("Country", "HU")
    address = visitor.page.url.removeprefix(f"{visitor.url}/")
    assert address == "?country=HU"
    friend = visit().open(address)
    expect(friend.page.get_by_test_id("stAlert")).to_contain_text("There are no orders here yet.")
    friend.press("Open the sample shop")
    expect(friend.headline).to_contain_text(brought(shop.filter(countries="HU")))


def test_a_reload_is_a_new_session_and_says_so(visitor):
    visitor.sample()
    visitor.page.reload()
    visitor.settled()
    expect(visitor.page.get_by_test_id("stAlert")).to_contain_text("There are no orders here yet.")


def test_an_address_opened_cold_has_navigation_and_a_start(visitor, shop):
    visitor.open("cohorts?cohorts_period=Quarter")
    expect(visitor.page.get_by_test_id("stSidebarNavLink")).to_have_count(29)
    visitor.press("Open the sample shop")
    expect(visitor.headline).to_contain_text("in the next quarter")


def test_a_bad_file_is_named_and_the_data_from_before_stay(visitor, sample_data, polish):
    visitor.open("data").drop(sample_data / "orders_polish.csv")
    before = visitor.headline.inner_text()
    for name, content in (PICTURE, ("empty.csv", b""), ("nul.csv", b"\0" * 5000), ("half.xlsx", b"PK\3\4 broken")):
        visitor.drop((name, content))
        expect(visitor.page.get_by_test_id("stAlert")).to_contain_text(name)
        expect(visitor.page.get_by_text("The orders from before are still loaded.")).to_be_visible()
        expect(visitor.headline).to_have_text(before)
        assert not re.search(r"Traceback|Error:|\.py\b", visitor.text)
    visitor.go("Overview")
    expect(visitor.headline).to_contain_text(brought(polish))


def test_ambiguous_dates_are_asked_about(visitor):
    visitor.open("data").drop(AMBIGUOUS)
    expect(visitor.page.get_by_test_id("stAlert")).to_contain_text("spring.csv")
    visitor.page.get_by_role("radiogroup").get_by_text("Month before day: 12/31/2025").click()
    visitor.settled().press("Read the file this way")
    expect(visitor.headline).to_have_text("40 rows: 40 used, 0 set aside, 0 merged.")
    visitor.go("Overview")
    expect(visitor.page.get_by_text("spring.csv · Jan 2, 2025 to Dec 3, 2025")).to_be_visible()


def test_numbers_are_written_as_people_read_them(visitor):
    visitor.sample().settled()
    card = visitor.page.get_by_test_id("stMetricValue").first
    expect(card).to_have_text("€109.9K")
    for language, net in (("Polski", "109,9 tys. €"), ("Magyar", "109,9 E EUR")):
        chooser = visitor.page.get_by_test_id("stSidebar").get_by_label("Language")
        chooser.scroll_into_view_if_needed()
        chooser.click()
        visitor.page.get_by_role("option", name=language).click()
        expect(card).to_have_text(net)  # which reads a no-break space as a space
        assert card.text_content() == net.replace(" ", "\N{NO-BREAK SPACE}")
        visitor.settled()
    address = visitor.page.url.removeprefix(f"{visitor.url}/")
    visitor.open(address)
    expect(visitor.page.get_by_test_id("stSidebar").get_by_label("Language")).to_have_value("Magyar")


def test_the_browser_s_language_is_spoken_first(visit):
    visitor = visit(locale="pl-PL").open()
    expect(visitor.page.get_by_test_id("stSidebar").get_by_label("Language")).to_have_value("Polski")
