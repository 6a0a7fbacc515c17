"""Channels, discounts and accounts as charts, sentences and tables: what a person reads."""

import pandas as pd
import pytest

import retention as rt
from retention.measure.channels import ChannelTable
from retention.show import charts, sentences
from retention.show.tables.channels import channel_rows, combination_rows, flow_rows
from retention.show.tables.discounts import code_rows, discount_rows
from tests.measure.shops import CORNER_SHOP, bought, read


def groups(**columns):
    table = {"name": ["web", "app"], "share": [0.5, 0.25], "low": [0.4, 0.1], "high": [0.6, 0.4], "n": [100, 29]}
    return pd.DataFrame(table | columns)


def rows_of(chart, layer=0):
    spec = chart.to_dict()
    return pd.DataFrame(spec["datasets"][spec["layer"][layer].get("data", spec.get("data"))["name"]])


def channels(**changes):
    """Two channels, and who changed between them."""
    table = pd.DataFrame({"channel": ["web", "app"], "new_customers": [80, 20], "customers": [85, 30]})
    table = table.assign(new_share=[0.8, 0.2], new_share_low=[0.71, 0.13], new_share_high=[0.87, 0.29])
    sets = pd.DataFrame(
        {"name": ["one channel", "several channels"], "kind": "summary", "third_order_rate_n": [60, 40]}
    )
    sets = sets.assign(
        third_order_rate=[0.3, 0.75], third_order_rate_low=[0.2, 0.6], third_order_rate_high=[0.42, 0.86]
    )
    return ChannelTable(table, sets.assign(**changes), pd.DataFrame(), "EUR")


def test_rates_by_group_draw_a_point_and_its_interval_and_grey_the_small():
    chart = charts.rates_by_group(groups(), "Repeat rate")
    spec = chart.to_dict()
    assert [layer["mark"]["type"] for layer in spec["layer"]] == ["text", "text", "rule", "point"]
    rows = rows_of(chart)
    assert rows["line"].tolist() == ["web: 50.0% (40.0% – 60.0%; 100)", "app: 25.0% (10.0% – 40.0%; 29)"]
    assert rows["state"].tolist() == ["complete", "few"]
    assert spec["layer"][2]["encoding"]["x"]["scale"]["domain"] == [0, 0.6]
    assert spec["layer"][2]["encoding"]["x"]["axis"]["title"] == "Repeat rate (95 % interval; customers)"
    assert chart.description.endswith("Groups in grey have fewer than 30 customers.")
    assert spec["width"] == "container"
    chart.to_dict(validate=True)


def test_groups_without_a_rate_are_left_out_and_many_are_cut():
    assert rows_of(charts.rates_by_group(groups(share=[0.5, None])))["name"].tolist() == ["web"]
    assert "nothing to show" in charts.rates_by_group(groups(share=[None, None])).description
    many = pd.concat([groups()] * 20)
    assert "Groups left out: 15." in charts.rates_by_group(many).description


def test_rate_bars_take_the_customers_that_the_rate_rests_on(shop):
    result = rt.discount_table(shop)
    rows = rows_of(charts.rate_bars(result, "second_order_rate_90"))
    assert rows["name"].tolist() == ["At full price", "With a discount"]
    assert rows["n"].tolist() == [f"{n:,}" for n in result.table["second_order_rate_90_n"]]
    assert rows_of(charts.rate_bars(result, "second_order_rate_90", "codes"))["name"].iloc[0] == "WELCOME10"
    channel = rt.channel_table(shop)
    rows = rows_of(charts.rate_bars(channel, "repeat_rate_to_date"))
    assert rows["n"].tolist() == [f"{n:,}" for n in channel.table["new_customers"]]


def test_channel_flow_draws_every_pair_with_its_words(shop):
    chart = charts.channel_flow(rt.channel_table(shop))
    cells = rows_of(chart)
    assert len(cells) == 16
    assert cells.groupby("first")["share"].sum().round(9).eq(1).all()
    assert cells.loc[0, "label"].startswith("web · 1,")
    assert chart.description.startswith("Later orders by channel. web: 96.3% of later orders through web; app: ")
    chart.to_dict(validate=True)


def test_channel_flow_of_a_small_shop_is_grey_and_of_nobody_is_a_sentence():
    chart = charts.channel_flow(rt.channel_table(read(CORNER_SHOP)))
    assert rows_of(chart)["few"].all()
    assert chart.description.endswith("Groups in grey have fewer than 30 customers.")
    once = rt.channel_table(bought(("ann", "2025-01-01"), ("bob", "2025-01-02")))
    assert "nothing to show" in charts.channel_flow(once).description


def test_a_channel_flow_of_many_channels_names_those_left_out():
    lines = [f"{n},2025-01-{1 + n // 10:02},paid,c{n % 10},s{n % 10},phone,1,10,," for n in range(20)]
    chart = charts.channel_flow(rt.channel_table(read("\n".join(lines))))
    assert len(rows_of(chart)) == 64
    assert chart.description.endswith("Channels left out: 2.")


def test_a_clear_difference_between_channels_is_called_one():
    assert sentences.where_customers_come_from(channels()) == (
        "Of 100 customers, 80 made their first order through web (between 71 and 87; 100 customers)."
    )
    assert sentences.those_who_change_channel(channels()) == (
        "Of 100 customers whose second order came through another channel than the first, 75 ordered a third time (between "
        "60 and 86; 40 customers). Of those who stayed with one channel it was 30 (between 20 and 42; 60 customers). "
        "The difference is larger than chance explains."
    )


@pytest.mark.parametrize(
    ("changes", "end"),
    [
        ({"third_order_rate": [0.3, 0.35], "third_order_rate_low": [0.2, 0.22]}, "within what chance explains."),
        ({"third_order_rate_n": [60, 29]}, "Fewer than 30 customers on one side: too few to tell a difference."),
        ({"third_order_rate_n": [60, 0]}, "or everybody did: nothing to compare."),
    ],
)
def test_what_is_not_clear_is_not_claimed(changes, end):
    assert sentences.those_who_change_channel(channels(**changes)).endswith(end)


def test_shops_with_nothing_to_compare_get_a_friendly_sentence(shop):
    nameless = rt.load_sample("cdnow")
    assert sentences.where_customers_come_from(rt.channel_table(nameless)) == (
        "The files name no channel, so nothing can be said about channels."
    )
    assert sentences.won_with_a_discount(rt.discount_table(nameless)) == (
        "No order here has a discount or a code, so there is nothing to compare."
    )
    tiny = rt.channel_table(read(CORNER_SHOP))
    assert sentences.where_customers_come_from(tiny) == "Customers who made their first order here: 3, too few to tell."
    few = rt.discount_table(read(CORNER_SHOP))
    assert sentences.won_with_a_discount(few) == (
        "Customers won with a discount who came back so far: 1, too few to tell."
    )


def test_tables_of_three_customers_claim_no_interval():
    result = rt.channel_table(read(CORNER_SHOP))
    assert channel_rows(result)["Repeat purchase rate to date"].tolist() == ["100.0% (too few to tell)", "–"]
    assert combination_rows(result)["Customers"].tolist() == ["2", "1", "1", "2"]
    assert flow_rows(result)["Later orders"].tolist() == ["2 / 4", "2 / 4"]
    discounts = rt.discount_table(read(CORNER_SHOP))
    assert discount_rows(discounts)["Discount dependence"].tolist() == ["0.0% (too few to tell)"] * 2
    assert code_rows(discounts)["Code"].tolist() == ["Discount without a code"]
    assert code_rows(discounts)["Discount in % of gross revenue"].tolist() == ["1.7%"]
