"""The time to the next order in words, as a table and as a picture."""

import pandas as pd
import pytest

import retention as rt
from retention.show import charts, sentences
from retention.show.tables.timing import timing_rows
from tests.measure.shops import read as read_lines
from tests.measure.test_lapse import shop as shop_of


@pytest.fixture(scope="module")
def sixty():
    """60 customers come back after 1, 2, …, 60 days and 41 never; all are watched for 200 days."""
    return rt.time_to_next_order(shop_of(*((0, day) for day in range(1, 61)), *[(0,)] * 40, (200,)))


def rows_of(chart):
    spec = chart.to_dict(validate=True)
    return [pd.DataFrame(spec["datasets"][layer.get("data", spec.get("data"))["name"]]) for layer in spec["layer"]]


def test_in_words(sixty):
    assert sentences.when_they_return(sixty) == (
        "Of 100 first-time buyers, 60 order again within 90 days (between 51 and 70). Half of those who come back do so by "
        "day 30: write before day 15, win back from day 48."
    )
    assert len(sentences.days_to_act(sixty)) == 3


def test_too_few_and_nobody_in_words():
    few = rt.time_to_next_order(shop_of((0, 1), (0,), (50,)))
    assert (
        sentences.when_they_return(few) == "Purchases to go by: 3. That is too few to tell when customers order again."
    )
    assert sentences.days_to_act(few) == []
    once = rt.time_to_next_order(shop_of(*((day,) for day in range(60))))
    assert sentences.when_they_return(once) == "Nobody has ordered again after these 60 purchases."
    late = rt.time_to_next_order(shop_of(*((0, 100 + n) for n in range(20)), *[(0,)] * 20, (200,)))
    assert sentences.when_they_return(late) == "Nobody has ordered again within 90 days of these 41 purchases."
    all_of_them = rt.time_to_next_order(shop_of(*((n % 5, n % 5 + 1 + n % 3) for n in range(40)), (9,)))
    assert sentences.when_they_return(all_of_them).startswith(
        "All who were observed for long enough have ordered again within 90 days (41 purchases). Half of those who come "
    )
    young = rt.time_to_next_order(shop_of(*((0, 1) for n in range(40)), *[(0,)] * 40, (9,)))
    assert sentences.when_they_return(young).startswith("Nobody has been observed for 30 days: too early to tell how")


def test_the_table_of_too_few_says_so_and_gives_no_figures():
    shown = timing_rows(rt.time_to_next_order(shop_of((0, 1), (0,), (50,)))).iloc[0]
    assert shown["Customers"] == "3"
    assert shown["Within 30 days"] == shown["Median days"] == "too few to tell"
    assert shown["Within 60 days"] == shown["Win back from day"] == "–"


def test_the_table(sixty):
    shown = timing_rows(sixty).iloc[0]
    assert shown["Group"] == "All together"
    assert shown["Within 30 days"].startswith("30.0% (2")
    assert shown["Within 365 days"] == "–"
    assert shown["Median days"].startswith("50 (4")
    assert shown[["Message before day", "Late after day", "Win back from day"]].tolist() == ["15", "30", "48"]


def test_groups_beside_each_other():
    def lines(channel, back):
        rows = [f"{channel}{n},2025-01-01,paid,{channel}{n},{channel},phone,1,5,," for n in range(100)]
        return rows + [
            f"x{channel}{n},2025-01-{2 + n % 25:02},paid,{channel}{n},{channel},phone,1,5,," for n in range(back)
        ]

    far, near = (lines("web", 80) + lines("app", 20), lines("web", 50) + lines("app", 45))
    end = ["end,2025-06-01,paid,last,,phone,1,5,,"]
    told = [
        sentences.groups_beside(rt.time_to_next_order(read_lines("\n".join(rows + end)), by="channel"))
        for rows in (far, near)
    ]
    assert told[0] == (
        "Most come back after web, 80 of 100 within 90 days; fewest after app, 20. The customers of these groups differ in "
        "more than this; the group need not be the reason."
    )
    assert told[1].endswith("fewest after app, 45. Their intervals overlap: the difference may be chance.")


def test_the_picture(sixty):
    chart = charts.next_order_curve(sixty)
    band, line, points, *acts = rows_of(chart)
    assert line["day"].max() <= 60
    assert line.set_index("day")["share_returned"][30] == pytest.approx(0.3, abs=0.004)
    assert {"low", "high"} <= set(band)
    assert points.loc[30, ["day_text", "text"]].tolist() == ["30", line.loc[30, "text"]]
    words = {text for frame in acts for text in frame["words"]}
    assert words == {"day 15: write before", "day 30: later is late", "day 48: win back"}
    assert "Day 15: write before. Day 30: later is late. Day 48: win back." in chart.description
    assert "59.4% within 60 days" in chart.description or "60.0% within 60 days" in chart.description


def test_the_picture_of_groups(shop):
    chart = charts.next_order_curve(rt.time_to_next_order(shop, by="product"))
    spec = chart.to_dict(validate=True)
    dash, colour = (spec["layer"][0]["encoding"][channel]["scale"] for channel in ("strokeDash", "color"))
    assert len(dash["domain"]) == 5 == len({tuple(dashes) for dashes in dash["range"]})
    assert dash["domain"] == colour["domain"]
    assert "Groups that are not drawn: 8; they stand in the table." in chart.description
    assert sum(len(rows) for rows in rows_of(chart)) <= 5_000


def test_the_picture_of_three_customers_and_of_nobody_coming_back():
    for orders in (shop_of((0, 1), (0,), (50,)), shop_of(*((day,) for day in range(60))), shop_of((0,))):
        chart = charts.next_order_curve(rt.time_to_next_order(orders))
        chart.to_dict(validate=True)
        assert "win back" not in chart.description
