"""The page Assign says what assign_variants says, and its files bring the test back."""

from __future__ import annotations

import io
import json

import pandas as pd
import pytest

import retention as rt
from retention.show import sentences

PAGE = "pages/experiment/assign.py"
DEFAULTS = {"name": "Test of January 2026", "seed": 20260101}


@pytest.fixture
def page(at_sample):
    return at_sample.open(PAGE)


def experiment_of(page):
    (content,) = [content for name, content in page.downloads.items() if name.endswith(".json")]
    return rt.read_experiment(content)


def test_headline_says_who_gets_it_and_who_is_held_back(page, shop):
    result = rt.assign_variants(shop, **DEFAULTS)
    offer, held = (int((result.table["variant"] == arm).sum()) for arm in ("offer", "control"))
    assert page.headline == f"{offer + held:,} customers: {offer:,} get the offer, {held:,} are held back."
    said = " ".join(page.texts)
    assert f"refused marketing: {result.unreachable:,} customers." in said
    assert f"Of 100 customers like these, {result.repeat_rate * 100:.1f} ordered in the last 60 days." in said
    assert f"changes that by {result.detectable * 100:.1f} or more" in said
    assert "Orders count from Jan 1, 2026 to Mar 1, 2026." in said


def test_every_choice_reaches_the_draw_and_the_file(page, shop):
    page.choose("assign_name", "Ajándék").choose("assign_who", "Champions").choose("assign_held", "20")
    page.choose("assign_offers", "2").choose("assign_metric", "revenue").choose("assign_days", 30)
    page.choose("assign_cost_customer", 0.5).choose("assign_cost_order", 4.0).choose("assign_seed", 7)
    rule = {"all": [{"field": "segment", "test": "any of", "value": ["Champions"]}]}
    expected = rt.assign_variants(
        shop, {"control": 0.2, "A": 0.4, "B": 0.4}, name="Ajándék", seed=7, customers=rule, metric="revenue", days=30,
        cost_per_customer=0.5, cost_per_order=4,
    )  # fmt: skip
    read = experiment_of(page)
    assert rt.experiment_file(read) == rt.experiment_file(expected.experiment)
    held, a, b = expected.arms["customers"]
    assert page.headline == f"{held + a + b:,} customers: {a} get A, {b} get B, {held} are held back."


def test_a_file_for_every_arm_holds_those_of_the_experiment_file(page):
    read, files = experiment_of(page), page.downloads
    stem = read.file_name.removesuffix(".json")
    assert f"{stem}.json" in files
    for arm in ("control", "offer"):
        rows = pd.read_csv(io.BytesIO(files[f"{stem}-{arm}.csv"]))
        assert set(rows["variant"]) == {arm}
        assert rows["customer_ref"].tolist() == read.units.loc[read.units["variant"] == arm, "customer_ref"].tolist()
        assert rows["email"].notna().all() and rows["contactable"].all() and not (rows["consent"] == False).any()  # noqa: E712


def test_the_same_seed_draws_the_same_people_and_another_one_others(page):
    first = page.downloads
    page.choose("assign_seed", 1).choose("assign_seed", DEFAULTS["seed"])
    again = page.downloads
    assert {name: content for name, content in again.items() if "test-of" in name} == {
        name: content for name, content in first.items() if "test-of" in name
    }
    page.choose("assign_seed", 1)
    assert not {name for name in page.downloads if "test-of" in name} & set(first)


def test_rules_from_the_segment_builder_say_who_takes_part(page, shop):
    spent = {"all": [{"field": "net", "test": "at least", "value": 300}]}
    silent = {"all": [{"field": "days_since_order", "test": "more than", "value": 90}]}
    page.test.session_state["rules_kept"] = {"Big *spenders*": json.dumps(spent)}
    page.test.session_state["segment"] = json.dumps(silent)
    page.open("pages/measure/kpis.py").open(PAGE).choose("assign_who", "filter")
    assert experiment_of(page).population == silent
    assert page.headline == sentences.who_gets_it(
        rt.assign_variants(shop, {"control": 0.5, "offer": 0.5}, customers=silent, **DEFAULTS)
    )
    page.choose("assign_who", "kept Big *spenders*")
    assert experiment_of(page).population == spent


def test_a_segment_that_filters_every_screen_is_the_population_here(at_sample, shop):
    rule = {"all": [{"field": "net", "test": "at least", "value": 300}]}
    at_sample.test.session_state["segment"] = json.dumps(rule)
    page = at_sample.open(PAGE)
    assert experiment_of(page).population == rule
    page.test.session_state["segment"] = None
    page.open(PAGE)
    assert experiment_of(page).population is None


def test_what_cannot_be_drawn_is_a_sentence(page):
    page.choose("assign_name", " ")
    assert page.errors == ["The test has no name. Give it one by which you will know it again."]
    assert not page.charts
    page.test.session_state["segment"] = '{"all": [{"field": "net", "test": "at least", "value": 1e9}]}'
    page.choose("assign_name", "x").choose("assign_who", "filter")
    assert page.test.info[0].value == "Nobody is left to be assigned. Choose other customers, or clear a filter."


def test_who_cannot_be_written_to_may_take_part_all_the_same(page, shop):
    page.choose("assign_everybody", True)
    everybody = rt.assign_variants(shop, {"control": 0.5, "offer": 0.5}, only_reachable=False, **DEFAULTS)
    assert page.headline.startswith(f"{len(everybody.table):,} customers: ")
    assert not [text for text in page.texts if text.startswith("Left out of all groups")]
    assert everybody.notes[0] in page.texts


def test_the_table_of_the_balance_can_be_taken_away(page, shop):
    rows = pd.read_csv(io.BytesIO(page.downloads["balance.csv"]), keep_default_na=False)
    expected = rt.assign_variants(shop, {"control": 0.5, "offer": 0.5}, **DEFAULTS).balance
    assert rows["difference"].tolist() == pytest.approx(expected["difference"].tolist())
    description = json.loads(page.charts[0].spec)["description"]
    assert f"control {expected.loc[0, 'mean_control']:.2f} · offer {expected.loc[0, 'mean_offer']:.2f}" in description


def test_the_notebook_draws_the_same_people(page, shop, monkeypatch):
    page.choose("assign_name", 'It\'s a "test"')
    code = "\n".join(cell.source for cell in page.notebook.cells if cell.cell_type == "code")
    monkeypatch.setattr(rt, "load_sample", lambda _name: shop)
    exec(code, made := {})
    assert made["assignment"].experiment.file_name in page.downloads


def test_its_outcome_is_read_on_the_next_page(page):
    expected = experiment_of(page).file_name
    page.press("Read its outcome")
    assert page.test.session_state["experiment"].file_name == expected
    assert page.title == "Results of a test"
