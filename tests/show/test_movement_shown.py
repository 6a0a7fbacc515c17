"""Movement and demographics as charts, sentences and tables: what a person reads."""

import pandas as pd
import pytest

import retention as rt
from retention.show import charts, sentences
from retention.show.charts.movement import GAP, HEIGHT
from retention.show.tables.demographics import demographic_rows
from retention.show.tables.movement import flow_rows, kept_rows, left_rows
from tests.measure.shops import bought


@pytest.fixture(scope="module")
def moved(shop):
    return rt.segment_movement(shop, "2025-10-01", "2026-01-01")


def layers(chart):
    spec = chart.to_dict()
    return [pd.DataFrame(spec["datasets"][layer["data"]["name"]]) for layer in spec["layer"]]


def test_bars_are_as_high_as_segments_are_large_and_ribbons_end_on_them(moved):
    ribbons, bars = layers(charts.segment_flow(moved))[:2]
    left = bars[bars["side"] == "left"]
    counts = left["customers"].str.replace(",", "").astype(int)
    heights = left["bottom"] - left["top"]
    assert counts.sum() == moved.table["customers"].sum()
    assert (heights / counts).round(9).nunique() == 1
    assert bars["bottom"].max() <= HEIGHT + 1e-6
    for side in ("left", "right"):
        tops, bottoms = (bars.loc[bars["side"] == side, name].tolist() for name in ("top", "bottom"))
        assert all(top - bottom == pytest.approx(GAP) for top, bottom in zip(tops[1:], bottoms, strict=False))
    ends = ribbons.groupby("flow").agg(
        {"first": "first", "later": "first", "top": ["first", "last"], "bottom": ["first", "last"]}
    )
    for side, name, end in (("left", "first", "first"), ("right", "later", "last")):
        places = bars[bars["side"] == side].set_index("name").loc[ends[(name, "first")]]
        assert (ends[("top", end)].to_numpy() >= places["top"].to_numpy() - 1e-6).all()
        assert (ends[("bottom", end)].to_numpy() <= places["bottom"].to_numpy() + 1e-6).all()
    widths = (ribbons["bottom"] - ribbons["top"]).groupby(ribbons["flow"])
    assert (widths.max() - widths.min()).max() < 1e-9


def test_hairs_are_not_drawn_and_the_words_own_up(moved):
    chart = charts.segment_flow(moved)
    ribbons = layers(chart)[0]
    total = moved.table["customers"].sum()
    drawn = moved.table[moved.table["customers"] >= total / 100]
    assert ribbons["flow"].nunique() == len(drawn) < len(moved.table)
    hidden = total - drawn["customers"].sum()
    assert chart.description.endswith(f"Ribbons too thin to be drawn hold {hidden:,} customers.")
    assert chart.description.startswith("From segment to segment, Sep 30, 2025 – Dec 31, 2025. Potential Loyalists to ")
    assert len(ribbons) < 1500
    chart.to_dict(validate=True)


def test_up_and_down_have_colours_and_staying_has_none(moved):
    ribbons = layers(charts.segment_flow(moved))[0]
    kinds = ribbons.drop_duplicates("flow").set_index(["first", "later"])["kind"]
    assert kinds[("Champions", "Loyal Customers")] == "down"
    assert kinds[("Potential Loyalists", "Champions")] == "up"
    assert kinds[("Champions", "Champions")] == kinds[("Had not bought yet", "Champions")] == "other"


def test_three_customers_are_drawn_too():
    orders = bought(("ann", "2025-01-01"), ("bob", "2025-01-05"), ("cyd", "2025-02-20"))
    moved = rt.segment_movement(orders, "2025-02-01", "2025-02-21")
    charts.segment_flow(moved).to_dict(validate=True)
    assert (
        sentences.who_moved(moved) == "Customers who had bought before Feb 1, 2025 to Feb 20, 2025: 2, too few to tell."
    )
    assert kept_rows(moved)["Customers who bought again"].str.contains("too few|–").all()
    assert "–" not in flow_rows(moved)["Then"].tolist()


def test_nobody_who_moved_is_a_sentence():
    people = [(f"c{n}", "2025-01-01") for n in range(40)]
    moved = rt.segment_movement(bought(*people, ("", "2025-01-20")), "2025-01-10", "2025-01-21")
    assert sentences.who_moved(moved).endswith("of 40 customers, nobody moved up and nobody slipped.")
    assert "Nobody moved." in charts.segment_flow(moved).description
    assert left_rows(moved).empty


def test_the_table_of_flows_leaves_out_who_stayed_and_adds_up(moved):
    rows = flow_rows(moved)
    numbers = rows["Customers"].str.replace(",", "").astype(int)
    stayed = moved.table.loc[moved.table["direction"] == "stayed", "customers"].sum()
    assert numbers.sum() + stayed == moved.table["customers"].sum()
    assert numbers.is_monotonic_decreasing
    new = rows[rows["Up or down"] == "new"]
    assert set(new["Then"]) == {"Had not bought yet"}


def test_who_left_is_written_with_why_and_whether_to_write(moved):
    rows = left_rows(moved)
    assert rows["Customer"].tolist() == moved.left["customer_ref"].head(100).tolist()
    assert set(rows["Why"]) <= {"changed", "only the cut-offs moved", "both"}
    assert set(rows["Agreed to marketing"]) <= {"yes", "no", "–"}


def test_groups_are_named_in_words_and_the_untested_have_a_dash(shop):
    rows = demographic_rows(rt.demographic_table(shop)).set_index("Group")
    assert list(rows.index)[::6] == ["Under 25", "Not known"]
    assert rows.loc["Not known", ["Beside all others", "p-value, adjusted", "Beyond chance"]].tolist() == ["–"] * 3
    assert set(rows["Beyond chance"].iloc[:-1]) == {"no"}


def test_several_groups_that_stand_out_are_named(shop):
    result = rt.demographic_table(shop, by="country")
    table = result.table.assign(differs=[True, True, *[False] * (len(result.table) - 2)])
    changed = type(result)(table, "country", "EUR")
    assert sentences.which_groups_stand_out(changed).endswith("Beyond chance as well: PL.")
