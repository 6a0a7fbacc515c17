"""Alerts, targets and moves in words: which comes first, and what is said of each."""

import pandas as pd
import pytest

from retention.measure.alerts import KpiAlerts
from retention.show import charts, sentences
from retention.show.tables.alerts import alert_rows
from tests.show.test_sentences import share, window

NONE = float("nan")
DECEMBER = pd.Timestamp("2025-12-01")


def alerts(*rows):
    names = ["kpi", "value", "low", "high", "outside", "direction", "p", "note"]
    table = pd.DataFrame(rows, columns=names).astype({"outside": "boolean"})
    return KpiAlerts(table.assign(period=DECEMBER, expected=table["value"], n=30, seasonal=True), "month", 0.05, "EUR")


def months(**last):
    usual = {"net": 900.0, "orders": 40, "customers": 35, "aov": 42.1, "aov_low": 40.0, "aov_high": 44.0}
    table = pd.DataFrame([{"period": DECEMBER, "complete": True} | usual | last])
    return pd.concat([table, table.assign(period=pd.Timestamp("2026-01-01"), complete=False, aov=1.0, net=1.0)])


QUIET = alerts(
    ("net", 900.0, 500.0, 1500.0, False, "", 1.0, ""),
    (
        "retention_rate",
        NONE,
        NONE,
        NONE,
        pd.NA,
        "",
        NONE,
        "too few to tell",
    ),
)
LOUD = alerts(
    ("net", 400.0, 500.0, 1500.0, True, "below", 0.02, ""),
    ("orders", 10.0, 20.0, 60.0, True, "below", 0.001, ""),
    ("aov", 80.0, 30.0, 60.0, True, "above", 0.01, ""),
    ("customers", 30.0, 20.0, 60.0, False, "", 1.0, ""),
)
MOVED = window(
    retention_rate=share(0.36, 0.26, 0.32, 0.40),
    aov=share(0.5, 0.1, 0.4, 0.6),
    repeat_rate=share(0.36, 0.30, 0.32, 0.40),
)


def test_alarms_come_first_then_targets_then_moves_and_each_figure_once():
    found = sentences.facts(MOVED, LOUD, months(), {"aov": 45.0, "net": 1000.0}, "EUR")
    assert [(fact.kpi, fact.screen) for fact in found] == [("orders", "kpis"), ("aov", "kpis"), ("net", "kpis")]
    assert found[0].sentence == "Orders in Dec 2025: 10, below the range that its history makes likely (20 – 60)."
    assert found[1].sentence == (
        "Average order value in Dec 2025: €80.00, above the range that its history makes likely (€30 – €60)."
    )
    assert found[2].sentence == "Net revenue in Dec 2025: €900.00, below your target of €1,000.00."


def test_the_largest_shortfall_is_the_first_and_one_within_its_uncertainty_is_none():
    found = sentences.facts(window(), QUIET, months(), {"net": 1000.0, "orders": 80.0, "aov": 43.0}, "EUR")
    assert [fact.kpi for fact in found] == ["orders", "net"]


def test_moves_fill_what_is_left_and_lead_to_their_screens():
    found = sentences.facts(MOVED, QUIET, months(), {}, "EUR")
    assert [(fact.kpi, fact.screen) for fact in found] == [
        ("aov", "kpis"), ("retention_rate", "cohorts"), ("repeat_rate", "cohorts"),
    ]  # fmt: skip


def test_a_quiet_shop_has_no_facts():
    assert sentences.facts(window(), QUIET, months(), {"net": 900.0}, "EUR") == []
    assert sentences.out_of_the_ordinary(QUIET) == "Dec 2025: nothing is out of the ordinary. Key figures judged: 1."
    assert sentences.nothing_to_look_at(QUIET) == "Nothing is out of the ordinary."
    assert sentences.least_likely(QUIET) == ""


def test_what_is_out_of_the_ordinary_is_named():
    assert sentences.out_of_the_ordinary(LOUD) == (
        "Dec 2025: out of the ordinary: Orders, Average order value, Net revenue. Key figures judged: 4."
    )
    assert sentences.least_likely(LOUD) == "orders"
    unknown = alerts(("net", NONE, NONE, NONE, pd.NA, "", NONE, "too short a history"))
    assert sentences.out_of_the_ordinary(unknown) == "There is too little history to say what is ordinary."
    assert sentences.nothing_to_look_at(unknown) == "No rate moved by more than its usual uncertainty."
    assert sentences.expected_range(unknown, "net") == sentences.expected_range(unknown, "refunds") == ""


@pytest.mark.parametrize(
    ("kpi", "target", "words"),
    [
        ("aov", 45.0, "Average order value in Dec 2025: €42.10, below your target of €45.00."),
        ("aov", 43.0, "Average order value in Dec 2025: €42.10, below your target of €43.00, but by less than its uncertainty."),
        ("aov", 41.0, "Average order value in Dec 2025: €42.10, above your target of €41.00, but by less than its uncertainty."),
        ("aov", 30.0, "Average order value in Dec 2025: €42.10, above your target of €30.00."),
        ("orders", 40, "Orders in Dec 2025: 40, exactly your target."),
        ("retention_rate", 0.5, "Customer retention rate in Dec 2025: 20.0%, of fewer than 30 customers: too few to tell."),
    ],
)  # fmt: skip
def test_targets_are_judged_on_the_last_complete_month(kpi, target, words):
    table = months(retention_rate=0.2, retention_rate_n=29, retention_rate_low=0.1, retention_rate_high=0.3)
    assert sentences.against_target(table, kpi, target, "EUR") == words


def test_without_a_complete_month_no_target_is_judged():
    running = months().iloc[1:]
    assert sentences.against_target(running, "net", 5.0, "EUR") == (
        "Net revenue: no month is complete yet to compare with your target of €5.00."
    )
    assert sentences.facts(window(), QUIET, running, {"net": 5.0}, "EUR") == []


def test_the_table_says_what_was_expected_and_why_something_was_not_judged():
    shown = alert_rows(LOUD)
    assert shown["Expected range"].tolist() == ["€500 – €1.5K", "20 – 60", "€30 – €60", "20 – 60"]
    assert shown["Answer"].tolist() == ["below", "below", "above", "as expected"]
    assert alert_rows(QUIET)["Answer"][1] == "too few to tell"
    assert alert_rows(QUIET)["Expected range"][1] == "–"


def test_the_range_is_drawn_at_its_period_and_inside_the_axis():
    chart = charts.kpi_line(months(), "net", "EUR", None, "month", QUIET)
    spec = chart.to_dict()
    assert [layer["mark"]["type"] for layer in spec["layer"]] == ["line", "rule", "bar", "point"]
    assert spec["layer"][0]["encoding"]["y"]["scale"]["domain"][1] >= 1500
    (row,) = spec["datasets"][spec["layer"][2]["data"]["name"]]
    assert (row["label"], row["low"], row["high"], row["range"]) == ("Dec 2025", 500.0, 1500.0, "€500.00 – €1,500.00")
    assert spec["description"].endswith("Net revenue expected in Dec 2025: €500.00 – €1,500.00.")


@pytest.mark.parametrize(("kpi", "period"), [("orders", "month"), ("net", "week")])
def test_no_range_is_drawn_for_what_was_not_judged(kpi, period):
    kinds = [
        layer["mark"]["type"] for layer in charts.kpi_line(months(), kpi, "EUR", None, period, QUIET).to_dict()["layer"]
    ]
    assert "bar" not in kinds
