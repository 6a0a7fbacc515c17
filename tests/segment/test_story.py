"""One customer's story against answers worked out by hand, and against the tables of everybody."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

import retention as rt
from retention.segment.standing import quarter_ends
from tests.measure.shops import CORNER_SHOP, HEADER, bought, read, to_the_same_end
from tests.measure.test_laws import few, shops
from tests.measure.test_laws import read as read_rows


def id_of(orders, ref):
    customers = orders.frame(orders.customers)
    return int(customers.loc[customers["customer_ref"] == ref, "customer_id"].iloc[0])


def story_of(orders, ref):
    return rt.customer_story(orders, id_of(orders, ref))


@pytest.fixture(scope="module")
def bob():
    """Two orders on January 10, one sent back in February, one on May 10, the last day."""
    return story_of(read(CORNER_SHOP), "bob")


def test_key_figures_by_hand(bob):
    """bob: 50 + 30 + 70 − 30 on three orders; ann 118 − 10 + 60 on two; dee 40 − 5 + 20 on two."""
    table = bob.table.set_index("figure")
    assert table.loc["orders", ["value", "median"]].tolist() == [3, 2]
    assert table.loc["net", ["value", "median"]].tolist() == [120, 120]
    assert table.loc["aov", "value"] == 40
    assert table.loc["aov", "median"] == 40  # of 168 ÷ 2, 120 ÷ 3 and 55 ÷ 2
    assert table.loc["return_rate", "value"] == pytest.approx(30 / 150)
    assert table.loc["return_rate", "median"] == pytest.approx(5 / 60)  # of 10 ÷ 178, 30 ÷ 150 and 5 ÷ 60
    assert table.loc["discount_share", ["value", "median"]].tolist() == [0, 0]
    assert table["n"].tolist() == [3] * 5
    np.testing.assert_allclose(table["share_below"], [2 / 3, 1 / 3, 1 / 3, 2 / 3, 0])


def test_timeline_by_hand(bob):
    told = bob.timeline
    assert told["kind"].tolist() == ["purchase", "purchase", "return", "purchase"]
    assert told["order_ref"].tolist() == ["2", "3", "7", "11"]
    assert told["net"].tolist() == [50, 30, -30, 70]
    assert told["channel"].tolist() == ["web", "store", "store", "web"]
    assert bob.lines["net"].tolist() == [50, 30, -30, 70]
    assert bob.lines["category"].tolist() == ["phone", "case", "case", "phone"]


def test_rhythm_by_hand(bob):
    """Three orders on two days are one gap: January 10 to May 10, 120 days; the observation ends on May 11."""
    rhythm = bob.rhythm
    assert (rhythm.last_number, rhythm.gaps, rhythm.days_silent) == (3, 1, 1)
    assert (rhythm.median_gap, rhythm.shortest_gap, rhythm.longest_gap) == (120, 120, 120)
    assert rhythm.next_due == date(2025, 9, 7)
    assert rhythm.peers_after == 3  # nobody else got as far, and no earlier number was reached by 30
    assert (rhythm.peers, rhythm.returned) == (1, 0)


def test_history_by_hand(bob):
    """By March 31 ann and bob had bought, on January 1 and 10; by May 10 dee too."""
    march, may = bob.history.to_dict("records")
    assert march["day"] == pd.Timestamp("2025-03-31")
    assert (march["recency_days"], march["frequency"], march["monetary"], march["customers"]) == (81, 2, 50, 2)
    assert (
        march["code"] == "531"
    )  # nobody bought later; ann has one purchase to his two, 1 + ⌊5 · 1 ÷ 2⌋; her 108 beat his 50
    assert (may["recency_days"], may["frequency"], may["monetary"], may["customers"]) == (1, 3, 120, 3)
    assert may["code"] == "542"
    assert may["segment"] == "Potential Loyalists"


def test_the_share_of_others_who_had_come_back_by_hand():
    """Forty bought on January 1; ten of them came back on the 3rd, ten on the 5th, ten on the 20th, and the data end there."""
    first = [(f"c{n:02}", "2025-01-01") for n in range(40)]
    later = [(f"c{n:02}", day) for n, day in enumerate(["2025-01-03"] * 10 + ["2025-01-05"] * 10 + ["2025-01-20"] * 10)]
    orders = bought(*first, *later)
    rhythm = story_of(orders, "c35").rhythm
    assert (rhythm.peers_after, rhythm.peers, rhythm.days_silent) == (1, 40, 20)
    assert rhythm.returned == pytest.approx(0.75)
    assert rhythm.low < 0.75 < rhythm.high
    until = story_of(orders.filter(end="2025-01-04"), "c35").rhythm
    assert (until.days_silent, until.returned) == (4, 0.25)
    assert story_of(orders, "c05").rhythm.peers_after == 2  # thirty have a second order
    late = story_of(bought(*first, *later[:20], ("zoe", "2025-01-16"), ("end", "2025-01-19")), "zoe").rhythm
    assert (late.days_silent, late.peers) == (4, 42)
    assert late.returned == pytest.approx(10 / 41)  # by the third day; the ten on the fourth are not yet a comparison
    fewer = bought(*first, *later[:29])
    assert story_of(fewer, "c05").rhythm.peers_after == 1  # twenty-nine are too few


def test_segments_are_those_of_the_whole_shop_on_each_day(shop):
    every = shop.frame(shop.customers.order_by("customer_id"))["customer_id"]
    stories = {int(who): rt.customer_story(shop, int(who)) for who in every.iloc[7::800]}
    seen = 0
    for day in quarter_ends(shop):
        day = date(1970, 1, 1) + pd.Timedelta(days=day)
        table = rt.rfm_segments(shop.filter(end=day)).table.set_index("customer_id")
        for who, story in stories.items():
            rows = story.history[story.history["day"] == pd.Timestamp(day)]
            assert len(rows) == (who in table.index)
            for row in rows.itertuples():
                seen += 1
                expected = table.loc[who]
                for name in ("recency_days", "frequency", "monetary", "r", "f", "m", "code", "segment"):
                    assert getattr(row, name) == expected[name], (who, day, name)
    assert seen > 12


def test_who_buys_once_a_year_is_seasonal_here_as_well():
    others = [(f"c{n}", f"2025-{1 + n % 11:02}-{1 + n % 28:02}") for n in range(40)]
    years = [("ann", f"{year}-12-0{n}") for year in (2022, 2023, 2024) for n in (1, 5)]
    orders = bought(*years, *others, ("zoe", "2025-11-20"))
    story = story_of(orders, "ann")
    table = rt.rfm_segments(orders).table.set_index("customer_id")
    assert story.history["segment"].iloc[-1] == table.loc[story.who["customer_id"], "segment"] == "Seasonal"


@settings(few, max_examples=5)
@given(shops())
def test_the_timeline_adds_up_to_the_customers_net(rows):
    orders = read_rows(to_the_same_end(rows))
    people = orders.frame(orders.customers)
    for row in people.head(2).itertuples():
        story = rt.customer_story(orders, row.customer_id)
        assert story.timeline["net"].sum() == pytest.approx(row.net / 100)
        assert story.table.set_index("figure").loc["net", "value"] == pytest.approx(row.net / 100)
        assert story.table.set_index("figure").loc["orders", "value"] == row.purchases
        counted = story.timeline["order_id"].isin(story.timeline.loc[story.timeline["net"].notna(), "order_id"])
        of_counted = story.lines["order_id"].isin(story.timeline.loc[counted, "order_id"])
        assert story.lines.loc[of_counted, "net"].sum() == pytest.approx(row.net / 100)
        assert story.timeline["at"].is_monotonic_increasing


def test_row_order_is_irrelevant():
    lines = CORNER_SHOP.strip().splitlines()
    one, other = (story_of(read("\n".join(rows)), "ann") for rows in (lines, lines[::-1]))
    pd.testing.assert_frame_equal(one.table, other.table)
    pd.testing.assert_frame_equal(one.history, other.history)
    pd.testing.assert_frame_equal(one.timeline.drop(columns="what"), other.timeline.drop(columns="what"))
    assert repr(one.rhythm) == repr(other.rhythm)


def test_guests_of_one_name_keep_their_own_orders():
    text = (
        "order_id,ordered_at,email,name,is_guest,quantity,unit_price\n"
        "1,2025-01-01,a@example.com,Ann Lee,yes,1,10\n2,2025-01-02,b@example.com,ANN LEE,yes,1,99\n"
    )
    orders = rt.read_orders(text.encode())
    story = story_of(orders, "a@example.com")
    assert story.timeline["net"].tolist() == [10]
    assert any(note.startswith("Other customers have the same name") for note in story.notes)
    assert story.who[["name", "is_guest"]].tolist() == ["Ann Lee", True]


def test_a_customer_without_a_name_has_a_story_and_no_namesakes():
    story = story_of(bought(("ann", "2025-01-01"), ("bob", "2025-01-02")), "ann")
    assert pd.isna(story.who["name"])
    assert pd.isna(story.who["email"])
    assert story.notes == ()


def test_one_purchase_has_no_rhythm_and_no_due_day():
    rhythm = story_of(bought(("ann", "2025-01-01"), ("bob", "2025-01-31")), "ann").rhythm
    assert (rhythm.gaps, rhythm.next_due, rhythm.days_silent) == (0, None, 31)
    assert np.isnan(rhythm.median_gap)
    assert (rhythm.peers_after, rhythm.peers, rhythm.returned) == (1, 2, 0)


def test_the_only_customer_of_a_shop():
    story = story_of(bought(("ann", "2025-01-01")), "ann")
    assert story.table.loc[0].tolist() == ["orders", 1, 1, 0, 1]
    assert story.history["code"].tolist() == ["511"]


def test_who_only_sent_back_or_cancelled_has_no_segment():
    orders = read(
        "1,2025-01-01,paid,ann,web,phone,1,100,,\n2,2025-01-05,paid,bob,web,phone,-1,30,,\n"
        "3,2025-01-06,cancelled,bob,web,phone,1,80,,\n"
    )
    story = story_of(orders, "bob")
    assert story.rhythm is None
    assert story.history.empty
    assert story.timeline["kind"].tolist() == ["return", "not counted"]
    assert story.timeline["net"].tolist()[0] == -30
    assert np.isnan(story.timeline["net"].iloc[1])
    table = story.table.set_index("figure")
    assert table.loc["net", "value"] == -30
    assert np.isnan(table.loc["aov", "value"])
    assert np.isnan(table.loc["return_rate", "value"])
    assert story.notes == ("This customer has no purchase here, so there is no segment and nothing to compare.",)


def test_refunds_beyond_the_purchases_are_told_as_they_are():
    orders = read("1,2025-01-01,paid,ann,web,phone,1,100,,\n2,2025-01-05,paid,ann,web,phone,-1,130,,\n")
    table = story_of(orders, "ann").table.set_index("figure")
    assert table.loc["net", "value"] == -30
    assert table.loc["return_rate", "value"] == pytest.approx(1.3)


def test_ratings_and_tickets_stand_between_the_orders(tmp_path):
    files = {
        "orders.csv": f"{HEADER}\n1,2025-01-01,paid,ann,web,phone,1,100,,\n2,2025-02-01,paid,ann,web,phone,1,50,,\n",
        "feedback.csv": "customer_id,rated_at,score,text\nann,2025-01-10,2,Too late\nann,2025-03-10,5,Later\n",
        "tickets.csv": "ticket_id,customer_id,opened_at,first_reply_at,topic\nT1,ann,2025-01-05,2025-01-06,delivery\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    story = story_of(rt.read_orders([tmp_path / name for name in files]), "ann")
    assert story.timeline["kind"].tolist() == ["purchase", "ticket", "rating", "purchase"]
    assert story.timeline["what"].tolist()[1:3] == ["delivery", "Too late"]
    assert story.timeline["score"].tolist()[2] == 2
    assert "Ratings and tickets from outside the time of the orders are left out." in story.notes


def test_filters_choose_the_orders(bob):
    orders = read(CORNER_SHOP).filter(channels="store")
    story = story_of(orders, "bob")
    assert story.timeline["order_ref"].tolist() == ["3", "7"]
    assert story.table.set_index("figure").loc["net", "value"] == 0


def test_nobody_of_this_number_is_an_error_with_its_remedy(shop):
    with pytest.raises(rt.EmptyError, match="There is no customer number 999999 among these orders"):
        rt.customer_story(shop, 999_999)
