"""The page of results says what compare_variants says, keeps it, and brings back what was kept."""

import json
from datetime import date

import pandas as pd
import pytest

import retention as rt
from retention.experiment.manifest import Experiment
from retention.experiment.units import GROUPS
from retention.show import sentences
from retention.show.tables.experiment import history_rows, metric_rows

PAGE = "pages/experiment/results.py"
JSON = "application/json"


@pytest.fixture
def page(at_sample):
    return at_sample.open(PAGE)


def type_totals(page, *arms):
    page.choose("outcome_source", "totals")
    if len(arms) == 3:
        page.choose("totals_third", True)
    for arm, totals in zip("ABC", arms, strict=False):
        for name, value in zip(("visitors", "conversions", "revenue"), totals, strict=False):
            page.test.get_by_key(f"totals_{arm}_{name}").set_value(value)
    return page.choose("totals_days", 30)


def kept_file(page):
    (content,) = [content for name, content in page.downloads.items() if name.endswith(".json")]
    return content


@pytest.mark.parametrize(
    ("name", "starts"),
    [
        ("Reorder reminder", "Reorder reminder raised the repeat rate by 5."),
        (
            "Free shipping banner",
            "Free shipping banner made no difference to the repeat rate that could be seen: it lies between -",
        ),
        ("Loyalty card", "Loyalty card: the split is broken. 1,004 and 692 where 848 and 848 were planned; "),
    ],
)
def test_the_samples_experiments_are_read_as_the_function_reads_them(page, shop, name, starts):
    page.choose("outcome_experiment", name)
    outcome = rt.compare_variants(shop, name)
    assert page.headline == sentences.did_it_work(outcome)
    assert page.headline.startswith(starts)
    said = " ".join(page.texts)
    for line in (
        *sentences.what_it_means(outcome),
        sentences.how_likely_better(outcome),
        *sentences.nothing_suffered(outcome),
    ):
        assert line in said
    pd.testing.assert_frame_equal(page.test.dataframe[0].value, metric_rows(outcome))
    is_broken = name == "Loyalty card"
    assert len(page.charts) == (1 if is_broken else 4)
    assert ("Day by day" in [heading.value for heading in page.test.subheader]) != is_broken
    assert f'"name": "{name}"' in kept_file(page).decode()


def test_the_latest_experiment_is_open_and_groups_reach_numbers_and_notebook(page, shop):
    assert page.headline.startswith("Reorder reminder raised")
    page.choose("outcome_by", GROUPS[1]).choose("outcome_days", "30").choose("outcome_metric", "orders")
    outcome = rt.compare_variants(shop, "Reorder reminder", by=GROUPS[1], days=30, metric="orders")
    assert page.headline == sentences.did_it_work(outcome)
    assert set(sentences.who_it_worked_for(outcome)) <= set("\n\n".join(page.texts).split("\n\n"))
    assert len(page.charts) == 5
    code = "\n".join(cell.source for cell in page.notebook.cells)
    assert (
        "outcome = rt.compare_variants(orders, experiment='Reorder reminder', metric='orders', days=30, by='country')"
        in code
    )


def test_typed_totals_become_a_verdict_with_its_worth(page, shop):
    page.choose("outcome_source", "totals")
    assert page.test.info[0].value.startswith("Type the visitors and the conversions of every arm.")
    assert not page.charts
    type_totals(page, (5000, 400, 20_000), (5000, 500, 27_000))
    totals = {
        "A": {"visitors": 5000, "conversions": 400, "revenue": 20_000},
        "B": {"visitors": 5000, "conversions": 500, "revenue": 27_000},
    }
    outcome = rt.compare_variants(shop, totals=totals, control="A", days=30)
    assert page.headline == sentences.did_it_work(outcome)
    assert page.headline == "B raised the conversion rate by 2.0 points, between 0.9 and 3.1 (from 8.0% to 10.0%)."
    assert sentences.what_it_means(outcome)[0] in page.texts[-1] + " ".join(page.texts)
    assert "€14,204" in sentences.what_it_means(outcome)[0]


def test_a_third_arm_is_counted_and_names_have_to_differ(page):
    type_totals(page, (5000, 400), (5000, 405), (5000, 475))
    assert page.headline == "C raised the conversion rate by 1.5 points, between 0.4 and 2.6 (from 8.0% to 9.5%)."
    assert any("Looking at 2 arms is counted in that" in text for text in page.texts)
    page.choose("totals_C", "B")
    assert page.test.info[0].value == "Give every arm a name of its own."


def test_impossible_totals_are_a_sentence(page):
    type_totals(page, (100, 400), (5000, 405))
    assert "400 conversions of 100 visitors are not possible." in page.errors[0]


def test_a_result_is_kept_and_brought_back(page, shop):
    page.choose("outcome_note 'Reorder reminder'", "Worth a second mail in November.")
    reminder = kept_file(page)
    learned = json.loads(reminder)["learned"]
    assert (learned["read_on"], learned["verdict"]) == (shop.as_of.isoformat(), "better")
    type_totals(page, (5000, 400), (5000, 405)).choose("outcome_name", "Blue button")
    files = [("reminder.json", reminder, JSON), ("button.json", kept_file(page), JSON), ("notes.json", b"{}", JSON)]
    page.choose("outcome_history", files)
    history = rt.experiment_history([reminder, files[1][1]])
    assert history["name"].tolist() == ["Reorder reminder", "Blue button"]
    assert history["note"].tolist() == ["Worth a second mail in November.", ""]
    assert f"**{sentences.what_tests_brought(history)}**" in page.texts
    assert sentences.what_tests_brought(history).startswith(
        "Tests here: 2. Of them worked: 1 and made no difference: 1."
    )
    shown = [frame.value for frame in page.test.dataframe if "What came of it" in frame.value]
    pd.testing.assert_frame_equal(shown[0], history_rows(history))
    assert page.errors == [
        "notes.json: This is no experiment. Bring the file that was saved when the test was assigned."
    ]
    assert page.headline.startswith("B made no difference")  # it is still there


def test_a_file_from_assign_is_read_and_the_notebook_reads_it_again(page, shop, execute, tmp_path):
    known = shop.frame(shop.customers.select("customer_ref").order_by("customer_ref"))["customer_ref"].head(4000)
    units = pd.DataFrame({"customer_ref": known, "variant": ["A", "B"] * 2000}, dtype="str")
    test = Experiment("Socks", date(2025, 11, 1), 30, "orders", "A", {"A": 0.5, "B": 0.5}, 1, units)
    page.choose("outcome_source", "file")
    assert page.test.info[0].value == "Bring the file, or make one first:"
    page.choose("outcome_file", [("broken.json", b"[1]", JSON)])
    assert page.errors[0].startswith("This is no experiment.")
    text = rt.experiment_file(test)
    page.choose("outcome_file", [(test.file_name, text.encode(), JSON)])
    outcome = rt.compare_variants(shop, test)
    assert not page.errors
    assert page.headline == sentences.did_it_work(outcome)
    assert page.headline.startswith("Socks made no difference to orders per customer")
    kept = rt.read_experiment(kept_file(page))
    assert (len(kept.units), kept.learned["verdict"], kept.file_name) == (len(known), "no difference", test.file_name)
    (tmp_path / test.file_name).write_text(text, encoding="utf-8")
    assert execute(page.notebook, "print(outcome.name, outcome.verdict)") == "Socks no difference\n"


@pytest.mark.parametrize("customers", [1, 3])
def test_a_shop_without_experiments_is_told_how_to_get_one_and_can_type(visitor, customers):
    rows = "".join(f"{n},2025-0{n + 1}-01,c{n}@example.com,1,10\n" for n in range(customers))
    text = f"order_id,ordered_at,email,quantity,unit_price\n{rows}"
    visitor.open("pages/start/data.py").drop(("orders.csv", text.encode())).open(PAGE)
    assert visitor.test.info[0].value.startswith("There is no experiment in this data yet.")
    type_totals(visitor, (5000, 400), (5000, 475))
    assert visitor.headline.startswith("B raised the conversion rate by 1.5 points")
    visitor.choose("outcome_source", "data")
    assert visitor.test.info[0].value == "There is no experiment in this data yet. This is how to get one:"
    assert not visitor.charts
