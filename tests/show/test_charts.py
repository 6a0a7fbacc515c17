"""Charts: what is drawn, how it is labelled, and what is said about it in words."""

from types import SimpleNamespace

import altair as alt
import numpy as np
import pandas as pd
import pytest

from retention.show import charts, i18n, marks


@pytest.fixture(autouse=True)
def english_afterwards():
    yield
    i18n.use_language("en")


def kpis(periods=4, freq="MS", **columns):
    table = pd.DataFrame({"period": pd.date_range("2024-01-01", periods=periods, freq=freq)})
    table = table.assign(customers=100, orders=120, net=5000.0, repeat_rate=0.2, complete=True)
    table = table.assign(repeat_rate_low=0.15, repeat_rate_high=0.26, **columns)
    table.loc[table.index[-1:], "complete"] = False
    return table


def cohorts(count=4, ages=None, period="month", value="retention", size=100):
    ages = count if ages is None else ages
    starts = pd.date_range("2024-01-01", periods=count, freq={"month": "MS", "week": "W-MON"}[period])
    seen = np.add.outer(np.arange(count), np.arange(ages)) < count
    values = np.where(seen, np.r_[1.0, np.full(max(ages - 1, 0), 0.2)][:ages], np.nan)
    table = pd.DataFrame(values, index=starts, columns=range(ages))
    partial = pd.DataFrame(np.add.outer(np.arange(count), np.arange(ages)) == count - 1, starts, range(ages))
    table.insert(0, "customers", size)
    average = pd.DataFrame({"age": range(ages), "rate": 0.2, "n": 100, "low": 0.1, "high": 0.3})
    n = pd.DataFrame(np.where(seen, size, np.nan), starts, range(ages))
    return SimpleNamespace(
        table=table, n=n, partial=partial, by="period", period=period, value=value, currency="EUR", average=average
    )


def rows_of(chart, layer=None):
    """Return the rows a layer draws."""
    spec = chart.to_dict()
    name = (spec if layer is None else spec["layer"][layer]).get("data", spec.get("data"))["name"]
    return pd.DataFrame(spec["datasets"][name])


def marks_drawn(chart):
    spec = chart.to_dict()
    return sum(len(spec["datasets"][layer.get("data", spec.get("data"))["name"]]) for layer in spec["layer"])


def kinds(chart):
    return [layer["mark"]["type"] for layer in chart.to_dict()["layer"]]


ALL = [
    lambda: charts.kpi_line(kpis(), "repeat_rate", target=0.25),
    lambda: charts.net_by_period(kpis(new_net=3000.0, returning_net=1500.0), "month", "EUR"),
    lambda: charts.retention_heatmap(cohorts()),
    lambda: charts.retention_curve(cohorts()),
]


@pytest.mark.parametrize("draw", ALL)
def test_every_chart_fills_its_column_describes_itself_and_leaves_the_background_alone(draw):
    spec = draw().to_dict()
    assert spec["width"] == "container"
    assert len(spec["description"]) > 20
    assert "background" not in spec
    encodings = [layer["encoding"] for layer in spec.get("layer", [spec])]
    for channel in (c for encoding in encodings for c in encoding.values() if isinstance(c, dict)):
        if "field" in channel and "axis" in channel:
            assert channel["type"] in {"ordinal", "quantitative"}


def test_no_shorthand_strings_for_altair_to_parse(monkeypatch):
    def refuse(*_args, **_kwargs):
        raise AssertionError("a shorthand string was parsed")

    monkeypatch.setattr("altair.vegalite.v6.schema.channels.parse_shorthand", refuse)
    for draw in ALL:
        draw().to_dict()


@pytest.mark.parametrize(
    "draw",
    [
        lambda: charts.kpi_line(kpis(0), "net", "EUR"),
        lambda: charts.kpi_line(kpis(2, net=np.nan), "net", "EUR"),
        lambda: charts.net_by_period(kpis(0), "month", "EUR"),
        lambda: charts.retention_heatmap(cohorts(0)),
        lambda: charts.retention_curve(cohorts(1)),
    ],
)
def test_nothing_to_draw_is_said_in_words(draw):
    spec = draw().to_dict()
    assert spec["mark"]["type"] == "text"
    assert "nothing to show" in spec["description"]


def test_kpi_line_draws_band_line_dashes_and_points():
    chart = charts.kpi_line(kpis(), "repeat_rate")
    assert kinds(chart) == ["area", "line", "rule", "point"]
    assert rows_of(chart, 1)["solid"].isna().tolist() == [False, False, False, True]
    dashed = rows_of(chart, 2)
    assert dashed[["label", "to"]].to_numpy().tolist() == [["Mar 2024", "Apr 2024"]]
    points = rows_of(chart, 3)
    assert points["state"].tolist() == ["complete"] * 3 + ["incomplete"]
    assert points.loc[0, ["label", "text", "range", "n", "note"]].tolist() == [
        "Jan 2024", "20.0%", "15.0% – 26.0%", "100", "",
    ]  # fmt: skip
    assert points.loc[3, "note"].startswith("Incomplete")


def test_kpi_line_without_interval_has_no_band_and_counts_are_never_too_few():
    chart = charts.kpi_line(kpis(customers=3), "customers")
    assert kinds(chart) == ["line", "rule", "point"]
    assert "few" not in set(rows_of(chart, 2)["state"])


def test_shares_of_few_customers_are_marked_and_their_own_denominator_counts():
    few = charts.kpi_line(kpis(customers=[29, 30, 400, 400]), "repeat_rate")
    assert rows_of(few, 3)["state"].tolist() == ["few", "complete", "complete", "incomplete"]
    own = charts.kpi_line(kpis(repeat_rate_n=[30, 29, 400, 400]), "repeat_rate")
    assert rows_of(own, 3)["state"].tolist() == ["complete", "few", "complete", "incomplete"]


def test_the_axis_covers_band_and_target_from_zero_in_the_readers_language():
    i18n.use_language("tr")
    axis = charts.kpi_line(kpis(), "repeat_rate", target=0.55).to_dict()["layer"][1]["encoding"]["y"]
    assert axis["scale"]["domain"] == [0, 0.6]
    assert axis["axis"]["labelExpr"].startswith('["%0", "%20", "%40", "%60"]')


def test_description_of_a_kpi_line():
    table = kpis(net=[100.0, 300.0, 200.0, 10.0])
    expected = "Net revenue (Jan 2024 – Apr 2024). Last complete period: €200.00 (Mar 2024). "
    assert charts.kpi_line(table, "net", "EUR").description == expected + "Lowest €100.00, highest €300.00."


def test_row_order_does_not_matter():
    table = kpis(net=[100.0, 300.0, 200.0, 10.0])
    assert charts.kpi_line(table.iloc[::-1], "net").to_dict() == charts.kpi_line(table, "net").to_dict()


def test_long_daily_series_stay_within_the_limit_and_say_so():
    chart = charts.kpi_line(kpis(4000, freq="D"), "repeat_rate")
    assert marks_drawn(chart) <= marks.MAX_MARKS
    assert "Only the latest 1,250 of 4,000 are drawn." in chart.description
    assert rows_of(chart, 1)["label"].iloc[-1] == i18n.date(pd.Timestamp("2024-01-01") + pd.Timedelta(days=3999))


@pytest.mark.parametrize(("freq", "first"), [("D", "Jan 1, 2024"), ("W-MON", "W01 2024"), ("MS", "Jan 2024"),
                                             ("QS", "Q1 2024"), ("YS", "2024")])  # fmt: skip
def test_the_length_of_a_period_is_read_from_the_table(freq, first):
    assert rows_of(charts.kpi_line(kpis(4, freq=freq), "orders"), 0)["label"].iloc[0] == first


def test_net_bars_are_stacked_and_add_up_to_net():
    chart = charts.net_by_period(kpis(new_net=3000.0, returning_net=1500.0), "month", "EUR")
    spec = chart.to_dict()
    assert spec["mark"]["type"] == "bar"
    assert spec["encoding"]["color"]["scale"]["domain"] == [
        "Returning customers", "New customers", "No known customer",
    ]  # fmt: skip
    assert rows_of(chart).groupby("label")["value"].sum().tolist() == [5000.0] * 4
    assert spec["encoding"]["y"]["scale"]["domain"] == [0, 6000]
    assert spec["encoding"]["opacity"]["legend"]["values"] == ["incomplete"]


def test_net_bars_without_split_are_plain_and_may_go_below_zero():
    chart = charts.net_by_period(kpis(net=[100.0, -40.0, 60.0, 20.0]), "month", "EUR")
    encoding = chart.to_dict()["encoding"]
    assert encoding["color"]["legend"] is None
    assert encoding["y"]["scale"]["domain"] == [-50, 100]
    assert rows_of(chart)["text"].tolist()[1] == "-€40.00"


def test_heatmap_rows_name_their_size_and_unobserved_cells_are_not_drawn():
    chart = charts.retention_heatmap(cohorts(4))
    cells = rows_of(chart, 0)
    assert len(cells) == 4 + 3 + 2 + 1
    assert next(iter(dict.fromkeys(cells["cohort"]))) == "Jan 2024 · 100"
    assert cells.loc[cells["state"] == "incomplete", ["name", "age"]].to_numpy().tolist() == [
        ["Jan 2024", 3], ["Feb 2024", 2], ["Mar 2024", 1], ["Apr 2024", 0],
    ]  # fmt: skip
    assert cells.loc[cells["age"] == 3, "short"].tolist() == ["20%*"]


def test_heatmap_colours_are_scaled_by_later_ages_of_cohorts_large_enough():
    result = cohorts(4)
    result.table.iloc[1, [0, 2]] = [12, 0.9]
    result.n.iloc[1] = 12
    chart = charts.retention_heatmap(result)
    colour = chart.to_dict()["layer"][0]["encoding"]["color"]
    assert colour["scale"]["domain"] == [0, 0.2]
    assert "datum.age < 1" in colour["condition"]["test"]
    cells = rows_of(chart, 0)
    assert cells.loc[cells["few"], "size"].unique().tolist() == ["12"]
    assert "between 20.0% and 20.0% at age 1" in chart.description


def test_numbers_leave_the_cells_when_there_are_too_many_ages_for_them():
    assert kinds(charts.retention_heatmap(cohorts(25))) == ["rect", "text"]
    assert kinds(charts.retention_heatmap(cohorts(26))) == ["rect"]
    digits = charts.retention_heatmap(cohorts(13)).to_dict()["layer"][1]["mark"]
    assert digits["opacity"]["expr"].startswith("bandwidth('x') <")


def test_heatmap_of_many_weekly_cohorts_keeps_the_latest_and_says_so():
    chart = charts.retention_heatmap(cohorts(150, period="week"))
    cells = rows_of(chart, 0)
    assert len(cells) == 99 * 100 / 2 <= marks.MAX_MARKS
    assert cells["name"].iloc[-1] == i18n.period_label(cohorts(150, period="week").table.index[-1], "week")
    assert "Only the latest 99 of 150 are drawn." in chart.description


def test_heatmap_of_money_and_of_a_shop_with_three_customers():
    assert rows_of(charts.retention_heatmap(cohorts(2, value="net")), 0)["text"].tolist()[1] == "€0.20"
    small_shop = charts.retention_heatmap(cohorts(2, size=3))
    tiny = rows_of(small_shop, 0)
    assert tiny["few"].all()
    assert small_shop.description.endswith("Cohorts in grey have fewer than 30 customers.")
    assert small_shop.to_dict()["layer"][0]["encoding"]["color"]["legend"] is None
    assert tiny["note"].str.startswith("Fewer than 30").any()


def test_curve_leaves_out_age_zero_and_the_band_of_small_numbers():
    result = cohorts(4)
    result.average["n"] = [400, 300, 30, 29]
    chart = charts.retention_curve(result)
    rows = rows_of(chart, 0)
    assert rows["age"].tolist() == [1, 2, 3]
    assert rows["state"].tolist() == ["complete", "complete", "few"]
    assert rows["high"].isna().tolist() == [False, False, True]
    assert chart.description.endswith("Months since first purchase: 20.0% at 1, 20.0% at 3.")


def luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


def test_colours_stand_out_on_light_and_on_dark():
    assert contrast(marks.ACCENT, "#ffffff") >= 4.5 <= contrast(marks.ACCENT_ON_DARK, "#11161c")
    assert contrast(marks.SECOND, "#ffffff") >= 3 <= contrast(marks.SECOND_ON_DARK, "#11161c")
    full = [round(0.75 * int(marks.ACCENT[i : i + 2], 16) + 0.25 * 255) for i in (1, 3, 5)]
    assert contrast(marks.INK, "#{:02x}{:02x}{:02x}".format(*full)) >= 4.5
    assert charts.cohorts._CELL.startswith(
        "rgba({}, {}, {}".format(*(int(marks.ACCENT[i : i + 2], 16) for i in (1, 3, 5)))
    )


def test_the_lighter_colour_goes_on_the_darker_background():
    assert marks.adapt("#111111", "#eeeeee").expr == "luminance(background) < 0.25 ? '#eeeeee' : '#111111'"


def test_charts_validate_against_the_schema():
    for draw in ALL:
        assert isinstance(draw(), alt.Chart | alt.LayerChart)
        draw().to_dict(validate=True)
