"""Ratings and tickets of shops small enough to follow every customer by hand."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import retention as rt
from retention.intervals import wilson
from tests.measure.shops import HEADER, read

FEEDBACK, TICKETS = "customer_id,rated_at,score,text", "ticket_id,customer_id,opened_at,first_reply_at,topic"
FIRST, LAST = "98,2025-01-01,paid,amy,web,phone,1,10,,", "99,2025-12-31,paid,zoe,web,phone,1,10,,"


@pytest.fixture
def small(tmp_path):
    """A shop from (customer, day, price); ratings, tickets and whole files as text. The data are those of 2025."""

    def make(bought=(), ratings="", tickets="", orders="", feedback_header=FEEDBACK):
        rows = [f"{n},{day},paid,{who},web,phone,1,{price},," for n, (who, day, price) in enumerate(bought, start=1)]
        files = {"orders.csv": f"{HEADER}\n" + "\n".join([*rows, *orders.split(), FIRST, LAST]) + "\n"}
        if ratings:
            files["feedback.csv"] = f"{feedback_header}\n{ratings.strip()}\n"
        if tickets:
            files["tickets.csv"] = f"{TICKETS}\n{tickets.strip()}\n"
        for name, text in files.items():
            (tmp_path / name).write_text(text, encoding="utf-8")
        return rt.read_orders([tmp_path / name for name in files])

    return make


def bands(result):
    return result.table.set_index("band")


def test_without_ratings_or_tickets_the_error_names_the_remedy():
    with pytest.raises(rt.EmptyError, match=r"No ratings and no support tickets.* on the Data screen"):
        rt.feedback_table(read(LAST))


def test_only_purchases_on_the_90_days_after_the_rating_count(small):
    """Day 0 is the rating's own day; the 1st and the 90th day are in, the 91st is out."""
    rated = date(2025, 3, 1)
    steps = {"before": (-5, -4), "same": (-5, 0), "first": (-5, 1), "last": (-5, 90), "late": (-5, 91)}
    bought = [(who, (rated + timedelta(days=day)).isoformat(), 20) for who, days in steps.items() for day in days]
    ratings = "\n".join(f"{who},2025-03-01,1," for who in steps) + "\nbefore,2025-12-30,5,"
    low = bands(rt.feedback_table(small(bought, ratings))).loc["low"]
    assert low[["ratings", "customers", "n", "bought_again"]].tolist() == [5, 5, 5, 2]
    assert low["share"] == 0.4
    assert [low["low"], low["high"]] == pytest.approx([float(end) for end in wilson(2, 5)])
    assert low["spend"] == pytest.approx(40 / 5)
    # Two of five spent 20: mean 8, variance 120, standard error √(120 ÷ 5).
    half = 1.959963984540054 * (120 / 5) ** 0.5
    assert [low["spend_low"], low["spend_high"]] == pytest.approx([8 - half, 8 + half])


def test_the_90_days_have_to_lie_in_the_data(small):
    """The data end with December 31: of a rating on October 2 the 90th day is in them, of one on October 3 it is not."""
    bought = [("ann", "2025-09-01", 10), ("bob", "2025-09-01", 10), ("bob", "2025-10-20", 10)]
    low = bands(rt.feedback_table(small(bought, "ann,2025-10-02,1,\nbob,2025-10-03,1,"))).loc["low"]
    assert low[["customers", "n", "bought_again"]].tolist() == [2, 1, 0]


def test_a_customer_counts_by_the_first_rating(small):
    bought = [("ann", "2025-01-01", 10), ("ann", "2025-02-10", 30)]
    result = bands(rt.feedback_table(small(bought, "ann,2025-01-05,1,\nann,2025-02-15,5,\nann,2025-03-15,5,")))
    assert result.loc["low", ["ratings", "customers", "bought_again"]].tolist() == [1, 1, 1]
    assert result.loc["high", ["ratings", "customers", "n"]].tolist() == [2, 0, 0]
    assert pd.isna(result.loc["high", "share"])


def test_who_had_not_bought_before_the_rating_cannot_buy_again(small):
    result = bands(rt.feedback_table(small([("ann", "2025-03-10", 10)], "ann,2025-03-01,1,\nghost,2025-03-01,1,")))
    assert result.loc["low", ["ratings", "customers", "n"]].tolist() == [2, 0, 0]


def test_refunds_of_earlier_orders_are_not_taken_off_later_spend(small):
    orders = "50,2025-03-05,paid,ann,web,phone,-1,10,, 51,2025-03-06,paid,ann,web,phone,2,25,10,"
    low = bands(rt.feedback_table(small([("ann", "2025-02-01", 10)], "ann,2025-03-01,2,", orders=orders))).loc["low"]
    assert (low["bought_again"], low["spend"]) == (1, 40)


@pytest.mark.parametrize(
    ("header", "scores", "expected"),
    [
        ("score", {1: "low", 2: "low", 3: "middle", 4: "high", 5: "high"}, (1, 5)),
        ("nps", {0: "low", 6: "low", 7: "middle", 8: "middle", 9: "high", 10: "high"}, (0, 10)),
        ("score", {1: "low", 6: "low", 7: "middle", 9: "high", 10: "high"}, (1, 10)),
        ("score", {0: "low", 25: "low", 26: "middle", 74: "middle", 75: "high", 100: "high"}, (0, 100)),
    ],
)
def test_bands_follow_the_scale(small, header, scores, expected):
    bought = [(f"c{score}", "2025-01-01", 10) for score in scores]
    ratings = "\n".join(f"c{score},2025-02-01,{score}," for score in scores)
    result = rt.feedback_table(small(bought, ratings, feedback_header=FEEDBACK.replace("score", header)))
    counted = pd.Series(scores).value_counts()
    assert bands(result)["customers"].to_dict() == {band: counted.get(band, 0) for band in ("low", "middle", "high")}
    assert result.nps.loc[0, ["scale_low", "scale_high"]].tolist() == list(expected)
    assert result.nps["nps"].notna().item() == (expected == (0, 10))


def test_nps_and_its_interval_by_hand(small):
    """6 promoters, 2 passives and 2 detractors of 10: NPS 40. Adjusted: 6.75, 3.5 and 2.75 of 13."""
    scores = [9, 10, 9, 10, 9, 10, 7, 8, 6, 0]
    ratings = "\n".join(f"c{n},2025-02-01,{score}," for n, score in enumerate(scores))
    row = rt.feedback_table(small(ratings=ratings, feedback_header=FEEDBACK.replace("score", "nps"))).nps.iloc[0]
    assert (row["n"], row["nps"], row["average"], row["top"]) == (10, pytest.approx(40), 7.8, 0.6)
    middle = 4 / 13
    half = 1.959963984540054 * ((9.5 / 13 - middle**2) / 13) ** 0.5
    assert row["nps_low"] == pytest.approx((middle - half) * 100)
    assert row["nps_high"] == pytest.approx((middle + half) * 100)


def test_nps_of_promoters_only_is_not_certain(small):
    ratings = "\n".join(f"c{n},2025-02-01,10," for n in range(3))
    row = rt.feedback_table(small(ratings=ratings, feedback_header=FEEDBACK.replace("score", "nps"))).nps.iloc[0]
    assert (row["nps"], row["nps_high"]) == (100, 100)
    assert row["nps_low"] < 50


def test_other_scales_have_an_average_and_no_nps(small):
    ratings = "\n".join(f"c{n},2025-02-01,{score}," for n, score in enumerate([1, 3, 4, 4]))
    result = rt.feedback_table(small(ratings=ratings))
    row = result.nps.iloc[0]
    assert (row["average"], row["top"]) == (3, 0.5)
    assert row[["nps", "nps_low", "nps_high"]].isna().all()
    assert result.scores[["score", "ratings"]].to_numpy().tolist() == [[1, 1], [2, 0], [3, 1], [4, 2], [5, 0]]


def test_ratings_from_outside_the_data_are_left_out_and_told(small):
    result = rt.feedback_table(
        small([("ann", "2025-01-01", 10)], "ann,2024-12-31,1,\nann,2025-01-02,5,\nann,2026-01-01,1,")
    )
    assert result.nps["n"].tolist() == [1]
    assert "Ratings from before or after the time of the orders are left out." in result.notes


def test_replies_by_hand(small):
    """Exactly one hour is within it; a reply before the opening has no band; who never got one stands alone."""
    waits = {"hour": "01:00:00", "four_hours": "01:00:01", "day": "23:59:59"}
    bought = [(who, "2025-02-01", 10) for who in (*waits, "three_days", "longer", "silent", "back")]
    bought += [("hour", "2025-03-20", 30), ("silent", "2025-03-01", 30)]
    rows = [f"t{n},{who},2025-03-01 00:00:00,2025-03-01 {at},x" for n, (who, at) in enumerate(waits.items())]
    rows += ["t7,three_days,2025-03-01 00:00:00,2025-03-04 00:00:00,x"]
    rows += ["t8,longer,2025-03-01 00:00:00,2025-03-04 00:00:01,x", "t9,silent,2025-03-01 00:00:00,,x"]
    rows += ["t10,back,2025-03-01 09:00:00,2025-03-01 08:00:00,x", "t11,hour,2025-04-01 00:00:00,2025-04-09 00:00:00,x"]
    result = rt.feedback_table(small(bought, tickets="\n".join(rows)))
    found = result.replies.set_index("band")
    assert found.index.tolist() == ["hour", "four_hours", "day", "three_days", "longer", "none"]
    assert found["tickets"].tolist() == [1, 1, 1, 1, 2, 1]
    assert found["customers"].tolist() == [1, 1, 1, 1, 1, 1]
    assert found["bought_again"].tolist() == [1, 0, 0, 0, 0, 0]
    assert found.loc["hour", "spend"] == 30
    assert (
        "Tickets that were answered before they were opened have no reply time and are left out there." in result.notes
    )
    assert result.table["ratings"].tolist() == [0, 0, 0]


def test_tickets_with_days_only_tell_no_hours(small):
    result = rt.feedback_table(small([("ann", "2025-02-01", 10)], tickets="t1,ann,2025-03-01,2025-03-01,x"))
    assert result.replies.empty
    assert result.notes == ("The tickets hold no time of the first reply, so reply times cannot be told.",)


PRODUCT_ORDERS = "order_id,ordered_at,status,customer_id,product_id,product,quantity,unit_price,discount,refunded"


def test_products_by_hand(tmp_path):
    """Mugs: 3 of 6 low. Cups: 1 of 1 low, too few. An order of both counts for both. A rating may name its product."""
    rows = [f"{n},2025-01-0{n},paid,c{n},M1,Mug,1,10,," for n in range(1, 6)]
    rows += ["6,2025-01-06,paid,c6,M1,Mug,2,10,,", "6,2025-01-06,paid,c6,K1,Cup,1,5,,"]
    rows += ["7,2025-01-07,paid,c1,M1,Mug,-1,10,,", "8,2025-12-31,paid,c9,P1,Pan,1,30,5,"]
    ratings = [f"{n},2025-02-01,{score},{text}," for n, score, text in ((1, 1, "bad"), (2, 2, ""), (3, 5, ""))]
    ratings += ["4,2025-02-01,4,,", "5,2025-02-01,3,,", "6,2025-02-01,1,awful,"]
    ratings += [f",2025-02-0{n},{5 if n > 1 else 1},,P1" for n in range(1, 7)]
    (tmp_path / "orders.csv").write_text("\n".join([PRODUCT_ORDERS, *rows]) + "\n")
    (tmp_path / "feedback.csv").write_text("\n".join(["order_id,rated_at,score,text,product_id", *ratings]) + "\n")
    result = rt.feedback_table(rt.read_orders([tmp_path / "orders.csv", tmp_path / "feedback.csv"]))
    table = result.products
    assert table["product"].tolist() == ["Mug", "Pan"]
    mug, pan = table.iloc[0], table.iloc[1]
    assert mug[["ratings", "low_ratings", "texts"]].tolist() == [6, 3, 2]
    assert mug["average"] == pytest.approx(16 / 6)
    assert mug["low"] == pytest.approx(float(wilson(3, 6)[0]))
    assert mug["return_rate"] == pytest.approx(10 / 70)
    assert pan[["ratings", "low_ratings", "return_rate"]].tolist() == [6, 1, 0]
    assert "A rating of an order counts for every product in it: which one was meant is not known." in result.notes


def test_many_ratings_weigh_more_than_a_few_bad_ones(tmp_path):
    """5 of 5 low has a lower end of 57 %, 45 of 50 one of 79 %."""
    rows = [f"{n},2025-01-01,paid,c{n},{'A' if n < 5 else 'B'},{'A' if n < 5 else 'B'},1,10,," for n in range(55)]
    ratings = [f"{n},2025-02-01,{1 if n < 50 else 5},," for n in range(55)]
    (tmp_path / "orders.csv").write_text("\n".join([PRODUCT_ORDERS, *rows, "99,2025-12-31,paid,z,Z,Z,1,1,,"]) + "\n")
    (tmp_path / "feedback.csv").write_text("\n".join(["order_id,rated_at,score,text,product_id", *ratings]) + "\n")
    table = rt.feedback_table(rt.read_orders([tmp_path / "orders.csv", tmp_path / "feedback.csv"])).products
    assert table["product"].tolist() == ["B", "A"]
    assert table["low"].round(2).tolist() == [0.79, 0.57]


def test_unhappy_people_are_those_whose_last_rating_is_low(small):
    bought = [
        ("ann", "2025-01-01", 50),
        ("bob", "2025-01-02", 80),
        ("cyd", "2025-01-03", 90),
        ("ann", "2025-04-01", 50),
    ]
    ratings = "ann,2025-02-01,5,\nann,2025-03-01,1,=late\nbob,2025-02-01,2,\ncyd,2025-02-01,1,\ncyd,2025-02-02,4,"
    result = rt.feedback_table(small(bought, ratings, orders="70,2025-02-03,paid,bob,web,phone,-1,15,,"))
    people = result.people
    assert people["customer_ref"].tolist() == ["ann", "bob"]
    assert people["net"].tolist() == [100, 65]
    assert people["last_order"].dt.date.tolist() == [date(2025, 4, 1), date(2025, 1, 2)]
    assert people["text"].tolist()[0] == "=late"
    assert (result.raters, result.customers) == (3, 5)


def test_filters_choose_ratings_and_what_counts_as_bought_again(small):
    orders = "40,2025-02-20,paid,ann,store,phone,1,10,, 41,2025-03-20,paid,bob,web,phone,1,10,,"
    bought = [("ann", "2025-01-01", 10), ("bob", "2025-01-01", 10)]
    whole = small(bought, "ann,2025-02-01,1,\nbob,2025-03-01,1,\nghost,2025-03-01,1,", orders=orders)
    assert bands(rt.feedback_table(whole)).loc["low", ["ratings", "n", "bought_again"]].tolist() == [3, 2, 2]
    web = bands(rt.feedback_table(whole.filter(channels="web"))).loc["low"]
    assert web[["ratings", "n", "bought_again"]].tolist() == [2, 2, 1]
    later = bands(rt.feedback_table(whole.filter(start="2025-02-10"))).loc["low"]
    assert later[["ratings", "n", "bought_again"]].tolist() == [2, 1, 1]  # bob had bought, if before the filter
    earlier = bands(rt.feedback_table(whole.filter(end="2025-03-15"))).loc["low"]
    assert earlier[["ratings", "n"]].tolist() == [3, 0]
    with pytest.raises(rt.EmptyError, match="No rating with a score and no ticket belongs to these orders"):
        rt.feedback_table(whole.filter(end="2025-01-10"))


few = settings(
    max_examples=5,
    deadline=None,
    phases=[Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
WHO = st.sampled_from(["ann", "bob", "cyd", "dee"])
DAY = st.integers(0, 200).map(lambda days: (date(2025, 1, 1) + timedelta(days=days)).isoformat())


@few
@given(
    st.lists(st.tuples(WHO, DAY, st.integers(1, 90)), min_size=1, max_size=12),
    st.lists(st.tuples(WHO, DAY, st.integers(1, 5), st.sampled_from(["", "bad", "good"])), min_size=1, max_size=12),
    st.randoms(use_true_random=False),
)
def test_row_order_is_irrelevant_and_parts_add_up(small, bought, ratings, random):
    rows = [",".join(map(str, row)) for row in ratings]
    one = rt.feedback_table(small(bought, "\n".join(rows)))
    random.shuffle(rows)
    other = rt.feedback_table(small(bought, "\n".join(rows)))
    for name in ("table", "nps", "scores", "products", "people"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))
    assert one.table["ratings"].sum() == one.scores["ratings"].sum() == one.nps["n"].sum()
    assert (one.table["bought_again"] <= one.table["n"]).all() and (one.table["n"] <= one.table["customers"]).all()
    seen = one.table.dropna(subset="share")
    assert (seen["low"] <= seen["share"]).all() and (seen["share"] <= seen["high"]).all()


def test_the_sample_tells_what_was_put_into_it(shop):
    """Faulty earbuds get bad ratings; reply times have nothing to do with coming back."""
    result = rt.feedback_table(shop)
    low, high = (bands(result).loc[band] for band in ("low", "high"))
    assert low["high"] < high["low"]
    assert result.products["product"].head(2).str.startswith("Zephyr").all()
    replies = result.replies
    overall = replies["bought_again"].sum() / replies["n"].sum()
    assert ((replies["low"] < overall) & (overall < replies["high"])).all()
    assert replies["tickets"].sum() == shop.report.tables.set_index("kind").loc["tickets", "used"]
