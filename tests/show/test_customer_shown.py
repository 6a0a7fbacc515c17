"""One customer as charts, sentences and tables: what a person reads."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

import retention as rt
from retention.show import charts, i18n, sentences
from retention.show.tables.customer import event_rows, figure_rows, history_rows
from tests.measure.shops import CORNER_SHOP, bought, read
from tests.segment.test_story import story_of


@pytest.fixture(scope="module")
def story(shop):
    return rt.customer_story(shop, int(rt.find_customers(shop)["customer_id"].iloc[0]))


def with_rhythm(story, **changes):
    return replace(story, rhythm=replace(story.rhythm, **changes))


def datasets(chart):
    return [pd.DataFrame(rows) for rows in chart.to_dict()["datasets"].values()]


def test_silent_for_longer_than_usual(story):
    told = with_rhythm(
        story, days_silent=143, median_gap=38.0, peers_after=5, peers=212, returned=0.8, low=0.74, high=0.86
    )
    told = replace(told, who=pd.concat([told.who.drop("name"), pd.Series({"name": "Anna"})]))
    assert sentences.where_they_stand(told) == (
        "Anna is in the segment Champions: silent for 143 days, while the usual time between orders was 38 days. "
        "Of 100 customers, 80 had come back within this time after order number 5 (between 74 and 86; 212 customers)."
    )


@pytest.mark.parametrize(
    ("changes", "end"),
    [
        ({"days_silent": 6}, "last order 6 days ago, within the usual 6 days between orders."),
        ({"gaps": 2}, "is in the segment Champions: the last order was 15 days ago. Of 100"),
        ({"peers": 29}, "Customers who got as far: 29, too few to tell how many come back."),
        (
            {"returned": 0.0, "low": float("nan"), "high": float("nan"), "peers": 50},
            "Of the 50 customers with order number 16, nobody had come back so soon after it.",
        ),
        (
            {"returned": 1.0, "low": float("nan"), "high": float("nan"), "peers": 50},
            "Of the 50 customers with order number 16, all who were observed had come back by then.",
        ),
    ],
)
def test_what_is_said_follows_the_rhythm(story, changes, end):
    assert end in sentences.where_they_stand(with_rhythm(story, **changes))


def test_what_is_next_names_the_day_by_the_own_rhythm_and_the_shops(story):
    late = sentences.what_is_next(story)
    assert late[0].startswith("By the customer’s own rhythm the next order was due around Dec 23, 2025.")
    assert late[0].endswith("The times between two orders so far: 1 to 75 days.")
    assert late[1] == "In this shop a customer counts as lapsed after 86 days of silence, which is on Mar 13, 2026."
    assert late[2].startswith("Has not agreed to marketing")
    due = sentences.what_is_next(with_rhythm(story, next_due=date(2026, 1, 9)))
    assert "is due around Jan 9, 2026." in due[0]
    lost = sentences.what_is_next(with_rhythm(story, days_silent=87, gaps=1))
    assert lost[0] == "Too few orders for a rhythm of the customer’s own."
    assert lost[1].endswith("after 86 days of silence: now is for winning back.")


def test_what_is_known_of_the_person_and_nothing_twice(story):
    known = sentences.who_it_is(story)
    assert known[:4] == ["zaneta.zolcinska857@example.net", "+48602257369", "Warszawa, PL", "with an account"]
    assert len(set(known)) == len(known)
    nameless = story_of(bought(("ann", "2025-01-01"), ("bob", "2025-01-02")), "ann")
    assert sentences.who_it_is(nameless) == ["ann", "first order Jan 1, 2025", "last order Jan 1, 2025"]
    assert sentences.where_they_stand(nameless).startswith("Customer ann is in the segment ")
    assert sentences.beside_others(nameless) == ""


def test_beside_others_is_in_money_and_people(story):
    assert sentences.beside_others(story) == (
        "Net revenue: €4,591.22, more than 99 of 100 customers; the middle one of all customers brought €99.90."
    )


def test_the_timeline_draws_every_event_with_its_words(story):
    chart = charts.customer_timeline(story)
    rows = [rows for rows in datasets(chart) if "amount" in rows]
    assert sum(len(part) for part in rows) == len(story.timeline)
    orders = next(part for part in rows if set(part["kind"]) == {"purchase"})
    assert orders["money"].sum() == pytest.approx(story.table.set_index("figure").loc["net", "value"])
    assert chart.description == (
        "What happened with this customer. Jul 13, 2024 to Dec 17, 2025. Order: 34, Not counted: 1, Rating: 6, Support "
        "ticket: 7. Days since the last order: 15."
    )
    chart.to_dict(validate=True)


def test_a_timeline_of_one_order_and_one_of_returns_only_can_be_drawn():
    once = charts.customer_timeline(story_of(bought(("ann", "2025-01-01")), "ann"))
    assert "Order: 1." in once.description
    once.to_dict(validate=True)
    returned = read("1,2025-01-01,paid,ann,web,phone,1,100,,\n2,2025-01-05,paid,bob,web,phone,-1,30,,\n")
    chart = charts.customer_timeline(story_of(returned, "bob"))
    assert chart.description.endswith("Return: 1.")
    chart.to_dict(validate=True)
    assert "nothing to show" in charts.segment_history(story_of(returned, "bob")).description


def test_a_timeline_of_thousands_draws_the_latest(monkeypatch, story):
    monkeypatch.setattr("retention.show.charts.customer.EVENTS", 10)
    chart = charts.customer_timeline(story)
    assert chart.description.endswith(f"Only the latest 10 of {len(story.timeline)} are drawn.")


def test_the_history_draws_only_segments_that_were(story):
    chart = charts.segment_history(story)
    (rows,) = datasets(chart)
    assert rows["segment"].tolist() == story.history["segment"].tolist()
    assert chart.to_dict()["layer"][0]["encoding"]["y"]["scale"]["domain"] == ["Champions"]
    assert "Dec 31, 2025: Champions." in chart.description
    chart.to_dict(validate=True)


def test_tables_of_a_customer_by_hand():
    story = story_of(read(CORNER_SHOP), "bob")
    events = event_rows(story)
    assert events["Order number"].tolist() == ["11", "7", "3", "2"]
    assert events["What"].tolist() == ["Order", "Return", "Order", "Order"]
    assert events["Net revenue"].tolist() == ["70.00", "-30.00", "30.00", "50.00"]
    figures = figure_rows(story)
    assert figures["This customer"].tolist() == ["3", "120.00", "40.00", "20.0%", "0.0%"]
    assert history_rows(story)["Scores (recency, frequency, money)"].tolist() == ["542", "531"]


def test_a_rating_stands_with_its_scale(story):
    rated = event_rows(story)
    assert "5 of 5: Fast delivery, great product" in rated["Details"].tolist()
    assert "3 of 5" in rated["Details"].tolist()


def test_every_language_can_tell_the_story(story):
    try:
        for code in i18n.languages():
            i18n.use_language(code)
            assert story.who["name"] in sentences.where_they_stand(story)
            assert charts.customer_timeline(story).description
            assert len(event_rows(story)) == len(story.timeline)
    finally:
        i18n.use_language("en")
