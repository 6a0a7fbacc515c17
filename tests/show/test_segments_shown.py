"""Segments as a chart, sentences and tables: what a person reads."""

import pandas as pd
import pytest

import retention as rt
from retention.segment.schemes import codes
from retention.show import charts, sentences
from retention.show.tables.segments import cut_numbers, cut_rows, people_rows, playbook_rows, segment_rows
from tests.measure.shops import bought, read


def rows_of(chart, layer):
    spec = chart.to_dict()
    return pd.DataFrame(spec["datasets"][spec["layer"][layer]["data"]["name"]])


@pytest.fixture(scope="module")
def once():
    """Forty who bought on forty days, all once and for 10."""
    return bought(*((f"c{n}", f"2025-{1 + n // 28:02}-{1 + n % 28:02}") for n in range(40)))


def test_bars_draw_customers_and_money_of_every_segment(shop):
    result = rt.rfm_segments(shop)
    chart = charts.segment_bars(result)
    spec = chart.to_dict()
    assert [layer["mark"]["type"] for layer in spec["layer"]] == ["bar", "bar", "text", "text"]
    rows = rows_of(chart, 0)
    first = result.summary.iloc[0]
    assert rows["line"].iloc[0] == "Champions: 14.6% of customers, 37.7% of net revenue"
    assert rows["net"].iloc[0] == f"€{first['net']:,.0f} ({first['share_of_net']:.1%})"
    assert chart.description.startswith("Share of customers and of net revenue: Champions: 14.6% of customers, 37.7%")
    assert spec["layer"][0]["encoding"]["x"]["field"] == "share"
    assert spec["layer"][1]["encoding"]["x"]["field"] == "share_of_net"
    assert spec["width"] == "container"
    chart.to_dict(validate=True)


def test_segments_without_customers_are_not_drawn_and_a_loss_is(once):
    assert set(rows_of(charts.segment_bars(rt.rfm_segments(once)), 0)["name"]) == {
        "New Customers", "Promising", "About to Sleep", "Hibernating", "Lost",
    }  # fmt: skip
    rows = "1,2025-01-01,paid,ann,web,phone,1,100,,\n2,2025-01-02,paid,bob,web,phone,1,10,,\n3,2025-01-02,paid,bob,web,phone,-1,40,,"
    chart = charts.segment_bars(rt.rfm_segments(read(rows)))
    assert rows_of(chart, 0)["share_of_net"].min() < 0
    assert chart.to_dict()["layer"][0]["encoding"]["x"]["scale"]["domain"][0] < 0


def test_a_small_shop_and_a_shop_of_refunds_claim_nothing():
    three = rt.rfm_segments(bought(("ann", "2025-01-01"), ("bob", "2025-01-02"), ("cyd", "2025-01-03")))
    assert sentences.who_brings_the_money(three) == "Customers to sort into groups: 3, too few to tell."
    assert sentences.money_slipping_away(three) == ""
    refunds = rt.rfm_segments(read("\n".join(f"{n},2025-01-01,paid,c{n},web,phone,1,10,,20" for n in range(30))))
    assert sentences.who_brings_the_money(refunds) == (
        "Customers got back as much as they paid, or more: there is no net revenue to share out."
    )
    assert sentences.money_slipping_away(refunds) == ""
    assert charts.segment_bars(refunds).description.endswith("100.0% of customers, – of net revenue.")


def test_worth_is_written_with_what_it_rests_on(shop):
    def said(orders):
        playbook = rt.segment_playbook(orders)
        return [sentences.worth(row, playbook) for _number, row in playbook.table.iterrows()]

    assert said(shop)[0] == "Worth about €649 of revenue (€615 – €683): 303 people × 2.0% × €107.11 an order."
    assert said(shop.with_margin(0.3))[0] == (
        "Worth about €195 of profit (€185 – €205): 303 people × 2.0% × €107.11 an order × 30.0% margin."
    )
    assert said(shop)[-2:] == ["", "Fewer than 30 customers: too few to tell what a message is worth."]


def test_rows_of_a_segment_without_customers_are_dashes(once):
    rows = segment_rows(rt.rfm_segments(once)).set_index("Group")
    assert rows.loc["Champions"].tolist() == ["0", "0.0%", "0.00", "0.0%", "–", "–", "–"]
    assert rows.loc["Lost", "Repeat purchase rate to date"] == "0.0% (too few to tell)"


def test_cut_points_are_written_as_ranges(once):
    result = rt.rfm_segments(once)
    rows = cut_rows(result)
    assert rows["Score"].tolist() == ["5", "4", "3", "2", "1"]
    assert rows["Days since the last order"].tolist() == ["up to 8", "up to 19", "up to 27", "up to 35", "more than 35"]
    assert rows["Orders"].tolist() == ["nobody"] * 4 + ["–"]
    numbers = cut_numbers(result)
    assert numbers["recency_days_to"].tolist()[:4] == [8, 19, 27, 35]
    assert numbers["recency_days_to"].isna().tolist() == [False] * 4 + [True]
    own = rt.RfmScheme("own", 2, (9,), (2,), (15,), {code: code for code in codes(2)})
    rows = cut_rows(rt.rfm_segments(once, own))
    assert rows["Orders"].tolist() == ["from 2", "below 2"]
    assert rows.iloc[:, 3].tolist() == ["from 15.00", "below 15.00"]


def test_a_list_says_who_may_be_written_to(shop):
    people = rt.segment_customers(shop, "Champions")
    rows = people_rows(people, "EUR")
    assert len(rows) == 100
    assert rows["E-mail address"].map({"yes": True, "no": False}).tolist() == people["contactable"][:100].tolist()
    assert rows["Amount"].iloc[0] == f"€{people['monetary'].iloc[0]:,.2f}"


def test_the_playbook_as_a_table(shop):
    rows = playbook_rows(rt.segment_playbook(shop))
    assert rows["Worth, revenue"].iloc[0] == "€649 (€615 – €683)"
    assert rows["Worth, revenue"].tolist()[-2:] == ["–", "too few to tell"]
    assert "Worth, profit" in playbook_rows(rt.segment_playbook(shop.with_margin(0.3)))
