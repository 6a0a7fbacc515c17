"""Sentences say what the tables say, and no more than the tables know."""

from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest

from retention.show import sentences

MISSING = float("nan")


def window(start=date(2025, 12, 1), end=date(2026, 1, 1), **rows):
    """A kpi_summary with the rows given as dicts over quiet defaults."""
    quiet = {
        "kind": "count", "value": 100.0, "n": 100, "low": MISSING, "high": MISSING, "enough": True, "previous": 100.0,
        "change": 0.0, "year_before": MISSING, "change_year": MISSING,
    }  # fmt: skip
    known = {"net": {"kind": "money", "value": 1234.4}, "customers": {}, "orders": {}} | rows
    frame = pd.DataFrame([{"kpi": kpi} | quiet | known[kpi] for kpi in known])
    frame.attrs.update(start=start, end=end)
    return frame


def share(value, previous, low, high, enough=True):
    return {
        "kind": "share", "value": value, "previous": previous, "low": low, "high": high, "enough": enough,
        "change": value - previous,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "year", "end"),
    [
        (MISSING, MISSING, "in 100 orders."),
        (0.25, MISSING, "in 100 orders, 25% more than the month before."),
        (-0.1, 0.5, "in 100 orders, 10% less than the month before and 50% more than a year before."),
        (0.004, 0.0, "in 100 orders, as much as the month before and as much as a year before."),
    ],
)
def test_overview_compares_only_with_what_is_known(change, year, end):
    table = window(net={"kind": "money", "value": 1234.4, "change": change, "change_year": year})
    assert sentences.overview(table, "EUR") == f"December 2025: 100 customers brought €1,234 {end}"


def test_a_window_that_is_no_month_is_named_by_its_days():
    assert sentences.span(date(2025, 10, 1), date(2026, 1, 1)) == "Oct 1, 2025 to Dec 31, 2025"
    assert sentences.span(date(2025, 12, 2), date(2026, 1, 1)) == "Dec 2, 2025 to Dec 31, 2025"


def test_only_what_left_its_interval_is_worth_a_look():
    table = window(
        retention_rate=share(0.36, 0.26, 0.32, 0.40),
        repeat_rate=share(0.25, 0.24, 0.22, 0.28),
        returning_customer_rate=share(0.10, 0.50, 0.02, 0.30, enough=False),
    )
    assert sentences.moves(table, "EUR") == [
        ("retention_rate", "Customer retention rate rose from 26.0% to 36.0% (95 % interval 32.0% – 40.0%).")
    ]


def test_a_fall_is_a_fall_and_the_largest_move_comes_first():
    table = window(
        retention_rate=share(0.36, 0.30, 0.32, 0.40),
        repeat_rate=share(0.10, 0.20, 0.08, 0.12),
    )
    assert [sentence.split(" from ")[0] for _kpi, sentence in sentences.moves(table, "EUR")] == [
        "Repeat purchase rate fell",
        "Customer retention rate rose",
    ]


def test_a_figure_stands_beside_the_period_before_and_the_year_before():
    table = pd.DataFrame(
        {
            "period": pd.date_range("2024-12-01", periods=14, freq="MS"),
            "net": [float(n) for n in range(14)],
            "complete": [True] * 13 + [False],
        }
    )
    assert sentences.kpi(table, "net", "month", "EUR") == (
        "Net revenue in Dec 2025: €12.00 (€11.00 in the period before, €0.00 a year before)."
    )


def test_without_a_complete_period_no_figure_is_claimed():
    table = pd.DataFrame({"period": pd.to_datetime(["2025-12-01"]), "net": [5.0], "complete": [False]})
    assert sentences.kpi(table, "net", "month", "EUR") == "Net revenue: no period is complete yet."


def cohort_result(rate, n, value="retention"):
    average = pd.DataFrame({"age": [0, 1], "rate": [1.0, rate], "n": [n, n], "low": [1, 0.16], "high": [1, 0.184]})
    return SimpleNamespace(average=average, value=value, by="period", period="month", currency="EUR")


def test_cohorts_are_told_as_of_a_hundred():
    assert sentences.who_comes_back(cohort_result(0.17, 3689)) == (
        "Of 100 new customers, 17 buy again in the next month (between 16 and 18; 3,689 customers)."
    )


def test_too_few_customers_are_no_rate():
    assert sentences.who_comes_back(cohort_result(0.5, 29)) == "Only 29 customers are old enough: too few to tell."


def test_young_cohorts_are_no_rate():
    young = cohort_result(0.5, 100)
    young.average = young.average.head(1)
    assert sentences.who_comes_back(young) == "No cohort is old enough yet to say whether customers come back."


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"kind": "share", "change": 0.035}, "+3.5 pp"),
        ({"kind": "money", "change": -0.1}, "-10.0%"),
        ({"kind": "count", "change": MISSING}, None),
    ],
)
def test_a_card_s_change(row, words):
    assert sentences.change(pd.Series(row)) == words


def test_a_file_without_customers_is_not_a_shop_without_customers():
    sentence = sentences.overview(window(customers={"value": 0.0}, net={"kind": "money", "value": 1234.4}), "EUR")
    assert sentence == "December 2025: €1,234 in 100 orders; the file names no customers."
