"""Next orders and products that run out as charts, sentences and tables: what a person reads."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

import retention as rt
from retention.predict.hindsight import COLUMNS
from retention.predict.next_orders import NextOrders
from retention.predict.replenishment import Replenishment
from retention.show import charts, sentences
from retention.show.tables.next_orders import check_rows, due_rows, list_label, replenishment_rows, week_rows


@pytest.fixture(scope="module")
def again(shop):
    return rt.replenishment_table(shop)


def week(first_day, part, expected, low, high, observed=float("nan")):
    values = (pd.Timestamp(first_day), part, expected, low, high, observed)
    return dict(zip(("first_day", "part", "expected", "low", "high", "observed"), values, strict=True))


def coming(weeks, backtest=(), due=None):
    due = pd.DataFrame(columns=["customer_id"]) if due is None else due
    checks = pd.DataFrame(backtest, columns=COLUMNS)
    return NextOrders(due, due, pd.DataFrame(weeks), checks, None, date(2025, 3, 1))


NEXT = week("2025-03-01", "next", 40.4, 30, 55)
BEFORE = [week(f"2025-02-{day:02d}", "past", 40, 30, 55, came) for day, came in ((8, 80), (15, 90), (22, 70))]


def layers(chart):
    spec = chart.to_dict()
    return [pd.DataFrame(spec["datasets"][layer["data"]["name"]]) for layer in spec["layer"] if "data" in layer]


def test_without_a_past_there_is_a_week_and_nothing_to_check():
    result = coming([NEXT])
    assert sentences.next_week(result) == (
        "Mar 1, 2025 to Mar 7, 2025: expect about 40 orders from customers you know, between 30 and 55. 0 customers are due."
    )
    assert sentences.came_true(result) == []
    chart = charts.expected_weeks(result)
    chart.to_dict(validate=True)
    assert chart.description == "Orders of known customers, by week. Mar 1, 2025: 40 (30 – 55)."
    assert check_rows(result).empty
    assert week_rows(result)["Orders that came"].tolist() == ["–"]


@pytest.mark.parametrize(
    ("factor", "said"), [(1, "as before a holiday"), (0.6, None), (0.1, "more may come now if that was a season")]
)
def test_weeks_far_off_are_said(factor, said):
    before = [row | {"observed": row["observed"] * factor} for row in BEFORE]
    lines = sentences.came_true(coming([*before, NEXT]))
    assert lines[0].startswith("Checked on the last 3 weeks, with only what was known before: 120 orders were expected")
    assert lines[1:] == [] if said is None else said in lines[1]


def test_weeks_that_came_are_dots_and_the_words_count_them():
    chart = charts.expected_weeks(coming([*BEFORE, NEXT]))
    chart.to_dict(validate=True)
    dots = next(
        rows for rows in layers(chart) if len(rows) == 3 and "observed_text" in rows and rows["observed"].max() == 90
    )
    assert dots["observed_text"].tolist() == ["80", "90", "70"]
    assert chart.description.endswith("Of the 3 weeks before, 0 came within the range.")


def test_a_check_of_fewer_than_thirty_is_too_few_to_tell():
    rows = [("chance_week", 12, 0.2, 0.25, 0.1, 0.5, False), ("interval", 40, 0.8, 0.75, 0.6, 0.86, True)]
    result = coming([*BEFORE, NEXT], rows)
    told = sentences.came_true(result)
    assert not any("likeliest" in line for line in told)
    assert told[1] == (
        "Of 100 next orders within eight weeks, 75 came between the dates that the model gives for these (between 60 and 86), "
        "80 should."
    )
    assert check_rows(result)["95 % interval"].tolist() == ["too few to tell", "60.0% – 86.0%"]


def test_the_middle_half_of_every_product_is_a_whisker(again):
    chart = charts.replenishment_days(again)
    chart.to_dict(validate=True)
    rows = layers(chart)[0]
    enough = again.table[again.table["enough"]].reset_index(drop=True)
    assert rows["share"].tolist() == enough["median_days"].tolist()
    assert rows["line"][0] == "USB-C cable 2 m: 120 days (39 – 250)"
    assert set(rows["kind"]) == {"main"}


def test_products_of_few_are_grey_and_say_so(again):
    few = replace(again, table=again.table[~again.table["enough"]].reset_index(drop=True))
    chart = charts.replenishment_days(few)
    assert set(layers(chart)[0]["kind"]) == {"few"}
    assert chart.description.endswith("Grey: fewer than 30 customers bought it again, too few to tell.")
    assert sentences.bought_again_most(few).startswith("Nothing was bought again by 30 customers or more")
    assert set(replenishment_rows(few)["Half of them between"]) == {"too few to tell"}


def test_nothing_bought_again_is_a_sentence_and_an_empty_picture(again):
    nothing = Replenishment(again.table.head(0), again.due.head(0), 0, "product")
    assert charts.replenishment_days(nothing).description.endswith("nothing to show for this choice.")
    assert sentences.due_for_products(nothing) == ""
    assert replenishment_rows(nothing).empty


def test_a_product_that_runs_out_is_not_played_down(again):
    likely = replace(again, due=again.due.head(2).assign(chance=[0.6, 0.4]))
    words = sentences.due_for_products(likely)
    assert "Of all of them, 50.0% buy it within 30 days; of the likeliest, 60.0%." in words
    assert "now and then" not in words


def test_the_list_names_why_and_when(shop):
    due = pd.DataFrame(
        {
            "customer_ref": ["ann@example.com"],
            "name": [None],
            "chance_week": [0.31],
            "chance_month": [0.7],
            "due_this_week": ["rhythm"],
            "due": [pd.Timestamp("2025-03-09")],
            "low": [pd.Timestamp("2025-03-02")],
            "high": [pd.Timestamp("2025-04-02")],
            "last_order": [pd.Timestamp("2025-02-20")],
            "own_gap": [12.0],
            "own_due": [pd.Timestamp("2025-03-04")],
            "contactable": [True],
            "consent": [None],
        }
    )
    (row,) = due_rows(coming([NEXT], due=due)).to_dict("records")
    assert row["Why due"] == "own rhythm"
    assert row["80 of 100 come"] == "Mar 2, 2025 – Apr 2, 2025"
    assert (row["Chance within 7 days"], row["Agreed to marketing"]) == ("31%", "–")
    assert list_label(due) == "customers who are due, 1 of 1; the file holds all"
