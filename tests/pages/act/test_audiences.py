"""The page Audiences says what build_audience says, and its files are the list and the test."""

from __future__ import annotations

import csv
import io
import json

import pytest

import retention as rt
from retention.experiment.manifest import experiment_file

PAGE = "pages/act/audiences.py"
DEFAULTS = {"format": "klaviyo", "name": "List of January 2026", "seed": 20260101}


@pytest.fixture
def page(at_sample):
    return at_sample.open(PAGE)


def experiment_of(page):
    (content,) = [
        content for name, content in page.downloads.items() if name.endswith(".json") and name != "what_was_sent.json"
    ]
    return rt.read_experiment(content)


def test_headline_says_who_goes_out_who_is_held_back_and_who_did_not_agree(page, shop):
    audience = rt.build_audience(shop, **DEFAULTS)
    counts = audience.counts
    assert page.headline == (
        f"{counts['in_file']:,} people go into the Klaviyo file; {counts['held_back']:,} are held back so that you can see what it "
        f"earned; {counts['refused']:,} were left out because they did not agree to marketing."
    )
    said = f"Left out because they have no e-mail address of their own: {counts['no_address']:,} people."
    assert said in page.texts
    description = json.loads(page.charts[0].spec)["description"]
    assert f"In the file: {counts['in_file']:,} ({counts['held_back']:,} are held back)" in description
    downloads = page.downloads
    assert downloads["list-of-january-2026-klaviyo.csv"] == rt.audience_file(audience)
    assert experiment_file(experiment_of(page)) == experiment_file(audience.experiment)
    rows = list(csv.DictReader(io.StringIO(downloads["list-of-january-2026-klaviyo.csv"].decode(), newline="")))
    assert len(rows) == counts["in_file"]
    assert {row["Email"] for row in rows}.isdisjoint(audience.kept["email"])
    assert page.test.dataframe[0].value["Email"].tolist() == [row["Email"] for row in rows[:10]]


def test_every_choice_reaches_the_file(page, shop):
    page.choose("audience_who", "Champions").choose("audience_format", "meta").choose("audience_held", "50")
    page.choose("audience_name", "Köszönjük").choose("audience_cost", 0.5).choose("audience_seed", 7)
    rule = {"all": [{"field": "segment", "test": "any of", "value": ["Champions"]}]}
    expected = rt.build_audience(shop, rule, "meta", 0.5, name="Köszönjük", seed=7, cost_per_customer=0.5)
    assert page.downloads["koszonjuk-meta.csv"] == rt.audience_file(expected)
    assert experiment_file(experiment_of(page)) == experiment_file(expected.experiment)
    assert page.headline.startswith(f"{expected.counts['in_file']:,} people go into the Meta file; ")
    page.choose("audience_seed", 8)
    assert page.downloads["koszonjuk-meta.csv"] != rt.audience_file(expected)
    page.choose("audience_held", "0")
    assert not [name for name in page.downloads if name.endswith(".json")]
    assert "held back" not in page.headline


def test_another_screen_says_who(page):
    page.test.session_state["who"] = "segment:At Risk"
    page.open("pages/measure/kpis.py").open(PAGE)
    assert page.test.get_by_key("audience_who").value == "At Risk"
    assert experiment_of(page).population == {"all": [{"field": "segment", "test": "any of", "value": ["At Risk"]}]}
    page.choose("audience_who", "everyone")
    assert experiment_of(page).population is None


def test_an_opportunity_becomes_a_list(page, shop):
    page.test.session_state["who"] = "opportunity:second_order"
    page.open("pages/measure/kpis.py").open(PAGE)
    expected = rt.build_audience(shop, "opportunity:second_order", **DEFAULTS)
    assert page.headline.startswith(f"{expected.counts['in_file']:,} people go into the Klaviyo file")
    assert page.downloads["list-of-january-2026-klaviyo.csv"] == rt.audience_file(expected)


def test_what_was_sent_is_noted_saved_and_brought_back(page, shop):
    page.press("Note that I send this list")
    saved = page.downloads["what_was_sent.json"]
    audience = rt.build_audience(shop, **DEFAULTS)
    assert rt.action_log([saved]).equals(rt.action_log([audience]))
    people = f"{len(audience.table):,}"
    assert any(text.startswith(f"Lists sent: 1, to {people} people in all") for text in page.texts)
    page.test.session_state["actions"] = None
    page.open("pages/measure/kpis.py").open(PAGE)
    assert "what_was_sent.json" not in page.downloads
    learned = {
        "verdict": "better",
        "metric": "repeat",
        "arm": "sent",
        "worth": 1000.0,
        "worth_low": 10.0,
        "worth_high": 1990.0,
    }
    test = json.loads(experiment_file(audience.experiment)) | {"learned": learned}
    files = [("sent.json", saved, "application/json"), ("result.json", json.dumps(test).encode(), "application/json")]
    page.test.get_by_key("actions_files").set_value([*files, ("no.json", b"{}", "application/json")])
    page.test.run()
    log = rt.action_log([page.downloads["what_was_sent.json"]])
    assert log.loc[0, "verdict"] == "better"
    share = len(audience.table) / (len(audience.table) + len(audience.kept))
    assert log.loc[0, "earned"] == pytest.approx(1000 * 60 / (365.25 / 12) * share)
    assert any(f"{DEFAULTS['name']} earned €" in text for text in page.texts)
    assert page.errors == ["no.json: This is no action log. Bring the file that was saved under “What was sent”."]


def test_the_notebook_makes_the_same_list(page, shop, monkeypatch):
    page.choose("audience_who", "Champions").choose("audience_name", 'It\'s a "list"')
    code = "\n".join(cell.source for cell in page.notebook.cells if cell.cell_type == "code")
    monkeypatch.setattr(rt, "load_sample", lambda _name: shop)
    exec(code, made := {})
    assert made["audience"].experiment.file_name in page.downloads


COLUMNS = "order_id,ordered_at,email,name,country,consent,quantity,unit_price\n"


@pytest.mark.parametrize(
    ("rows", "headline", "said"),
    [
        (
            ["a@x.test,A B,HU,yes", "b@x.test,B C,HU,yes", "c@x.test,C D,HU,no"],
            "2 people go into the Klaviyo file; 1 were left out because they did not agree to marketing.",
            "There are too few people to hold some of them back, so nobody will be able to say what this earns.",
        ),
        (
            ["a@x.test,A B,HU,", "b@x.test,B C,HU,", "c@x.test,C D,HU,"],
            "3 people go into the Klaviyo file.",
            "None of your files says who agreed to marketing. Write only to people who did: the law of their country asks for it.",
        ),
        (
            ["a@x.test,A B,HU,no", "b@x.test,B C,HU,no", "c@x.test,C D,HU,"],
            None,
            "Of 3 people nobody can be written to: 0 have no address of their own, 2 refused marketing, and of 1 no file says that they "
            "agreed. Choose other customers, or ask these for their consent first.",
        ),
    ],
)
def test_small_shops_get_a_sentence(visitor, rows, headline, said):
    content = COLUMNS + "\n".join(f"{n},2025-01-0{n},{row},1,10" for n, row in enumerate(rows, 1))
    page = visitor.open("pages/start/data.py").drop(("orders.csv", content.encode())).open(PAGE)
    assert said in [info.value.replace("\\", "") for info in page.test.info]
    if headline:
        assert page.headline == headline
    else:
        page.choose("audience_not_asked", True)
        assert page.headline.startswith("1 people go into the Klaviyo file")
