"""Lifetime value as sentences, charts and tables: what a person reads."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

import retention as rt
from retention.predict.backtest import Backtest
from retention.predict.laws import DropOutAfterPurchase, DropOutAnyTime, NoDropOut
from retention.show import charts, sentences
from retention.show.messages import messages
from retention.show.tables.clv import (
    ROOM,
    error_rows,
    frequency_rows,
    group_rows,
    parameter_rows,
    value_label,
    value_list,
    value_rows,
)


@pytest.fixture(scope="module")
def clv(shop):
    return rt.predict_clv(shop)


def trial(expected=100.0, actual=90.0, same_rate=150.0, misses=(1.0, 1.5, 1.2), weekly=None):
    """A backtest of 70 days with made-up outcomes."""
    errors = pd.DataFrame(
        {
            "method": ["MBG/NBD", "same rate", "average"],
            "expected": [expected, same_rate, 120.0],
            "actual": [actual] * 3,
            "total_error": [value / actual - 1 if actual else np.nan for value in (expected, same_rate, 120.0)],
            "mean_error": 0.5,
            "root_mean_square_error": misses,
        }
    )
    by_frequency = pd.DataFrame(
        {
            "frequency": [0, 1, 7],
            "customers": [200, 60, 12],
            "expected": [0.1, 0.5, 2.0],
            "actual": [0.2, 0.25, 3.0],
            "low": [0.1, 0.2, 1.0],
            "high": [0.3, 0.3, 5.0],
            "enough": [True, True, False],
        }
    )
    weekly = weeks([10] * 10, [9] * 10) if weekly is None else weekly
    wins = misses[0] <= min(misses[1:])
    return Backtest(date(2025, 5, 3), 70, 272, "MBG/NBD", errors, weekly, by_frequency, wins)


def weeks(expected, actual):
    days = pd.Timestamp("2025-05-09") + pd.to_timedelta(7 * np.arange(len(expected)), unit="D")
    return pd.DataFrame({"day": days, "expected": np.array(expected, float), "actual": actual})


def worth(clv, value, half, **changes):
    """The same with another value of all customers and its interval."""
    summary = clv.summary.copy()
    summary.loc[0, ["value", "low", "high"]] = [value, value - half, value + half]
    return replace(clv, summary=summary, **changes)


def layers(chart):
    spec = chart.to_dict(validate=True)
    return [pd.DataFrame(spec["datasets"][layer["data"]["name"]]) for layer in spec["layer"]]


def test_the_headline_says_what_all_bring_and_what_a_new_one_does(clv):
    new = clv.new_customer.copy()
    new[["first_order", "value"]] = [36.6, 51.2]
    made_up = worth(clv, 110_432.0, 11_012.0, new_customer=new)
    assert sentences.worth_ahead(made_up) == (
        "The 4,000 customers you have should bring €110,000 of net revenue in the next twelve months, between €99,400 and "
        "€121,000; a new customer €88 in the first year: €37 at once and €51 later."
    )
    profit = replace(made_up, margin=0.35, months=3)
    assert "€110,000 of gross profit in the next three months, between" in sentences.worth_ahead(profit)
    assert "€88 in the first three months: " in sentences.worth_ahead(profit)


def test_what_a_new_customer_brings_adds_up_as_it_is_written(clv):
    new = clv.new_customer.copy()
    new[["first_order", "value"]] = [10.4, 20.4]
    said = sentences.worth_ahead(replace(clv, new_customer=new))
    assert said.endswith("a new customer €30 in the first year: €10 at once and €20 later.")


def test_without_a_value_ahead_no_number_is_made_up(clv):
    assert "there is no value ahead" in sentences.worth_ahead(worth(clv, -20.0, 5.0))
    assert "there is no value ahead" in sentences.worth_ahead(worth(clv, np.nan, np.nan))
    new = clv.new_customer.copy()
    new["first_order"] = np.nan
    assert sentences.worth_ahead(replace(clv, new_customer=new)).endswith("and €405,000.")


def test_revenue_is_never_called_profit(clv):
    said = f"{sentences.worth_ahead(clv)} {sentences.what_it_counts(clv)}"
    assert "This is revenue, not profit. Give your gross margin under “Margin and lapse”" in said
    assert "of net revenue" in said
    assert said.endswith("What comes later counts less, by 10% a year.")
    profit = replace(clv, margin=0.355, discount_rate=0.0)
    assert sentences.what_it_counts(profit) == (
        "Gross profit is 35.5% of the net revenue here; advertising, shipping and wages are not taken off."
    )
    assert "Value ahead, revenue" in group_rows(clv, "segment")
    assert "Value ahead, profit" in value_rows(profit)


@pytest.mark.parametrize(
    ("misses", "rule", "instead"),
    [
        ((1.0, 0.8, 0.9), "Everybody goes on as before", "to go on ordering as often as since the first order."),
        ((1.0, 1.2, 0.9), "Everybody is like the average", "to order as often as the average customer did so far."),
    ],
)
def test_a_lost_backtest_says_so_and_what_to_do_instead(clv, misses, rule, instead):
    said = sentences.do_not_plan_with_it(replace(clv, backtest=trial(misses=misses)))
    assert said.startswith("Do not plan with these numbers.")
    assert f"the plain rule “{rule}” came closer" in said
    assert f"by {min(misses):.2f} orders, the model by 1.00." in said
    assert said.endswith(instead)


def test_a_won_backtest_or_none_is_no_reason_to_warn(clv):
    assert sentences.do_not_plan_with_it(clv) == ""
    assert sentences.do_not_plan_with_it(replace(clv, backtest=None)) == ""


@pytest.mark.parametrize(("actual", "change"), [(112.0, "12% more"), (88.0, "12% fewer"), (0.0, "100% fewer")])
def test_the_backtest_in_a_sentence(clv, actual, change):
    said = sentences.would_it_have_been_right(replace(clv, backtest=trial(actual=actual)))
    assert said == (
        "Asked on May 3, 2025, the model would have expected 100 orders of the 272 customers of that day until Jul 11, 2025; "
        f"{actual:.0f} came, {change}. “Everybody goes on as before” would have expected 150."
    )


def test_a_miss_is_held_against_the_range_of_the_headline(clv):
    narrow = worth(clv, 1000.0, 50.0, backtest=trial(actual=112.0))
    assert sentences.how_far_off(narrow) == (
        "Tried on your own past, 12% more orders came than the model had expected. That is further off than the range above, which knows "
        "chance, but no season, no campaign and no growth."
    )
    wide = worth(clv, 1000.0, 130.0, backtest=trial(actual=88.0))
    assert sentences.how_far_off(wide) == (
        "Tried on your own past, 12% fewer orders came than the model had expected. The range above is wide enough to hold that."
    )
    assert sentences.how_far_off(worth(clv, -9.0, 5.0, backtest=trial())).endswith(
        "orders came than the model had expected."
    )
    assert "nobody knows how far off" in sentences.how_far_off(replace(clv, backtest=None))


def test_a_season_in_the_time_tried_is_named(clv):
    busy = trial(weekly=weeks([10] * 12, [9] * 6 + [20, 30, 30, 20] + [9] * 2))
    assert sentences.season_in_the_test(replace(clv, backtest=busy)).startswith(
        "From Jun 14, 2025 to Jul 11, 2025 came 100 orders where 40 were expected. That looks like a season"
    )
    level = trial(weekly=weeks([10] * 12, [12, 14, 11, 13, 12, 15, 14, 12, 11, 13, 12, 14]))
    assert sentences.season_in_the_test(replace(clv, backtest=level)) == ""
    small = trial(weekly=weeks([1] * 12, [1] * 6 + [2, 2, 2, 2] + [0] * 2))
    assert sentences.season_in_the_test(replace(clv, backtest=small)) == ""
    assert sentences.season_in_the_test(replace(clv, backtest=None)) == ""
    assert "Nov 22, 2025 to Dec 19, 2025" in sentences.season_in_the_test(clv)


@pytest.mark.parametrize(
    "note", ["No drop-out", "The parameters of the model had", "Pareto/NBD is slow", "Too few repeat", "Spend does not"]
)
def test_notes_of_the_models_reach_the_translators(note):
    assert any(text.startswith(note) for text in messages())


def test_cautions_say_who_is_taken_to_stay_and_what_part_of_a_year_is_ahead(clv):
    assert [line.partition(",")[0] for line in sentences.cautions(clv)] == ["The orders end in a busy season"]
    assert sentences.cautions(replace(clv, notes=())) == []
    found = replace(clv, notes=("No drop-out detectable: the orders look so.", "The filter hides early orders."))
    assert [line.partition(",")[0] for line in sentences.cautions(found)] == [
        "These orders show no customers who leave for good",
        "The filter hides early orders.",
    ]
    chosen = replace(clv, model=replace(clv.model, name="NBD"), notes=())
    assert sentences.cautions(chosen)[0].startswith("You chose that nobody leaves")
    assert "the model knows no seasons" in sentences.cautions(replace(clv, months=6))[0]


@pytest.mark.parametrize(
    ("law", "words"),
    [
        (
            DropOutAfterPurchase(1, 73.05, 1, 3),
            "order 5.0 times a year on average. After an order, the first included, 25 of",
        ),
        (DropOutAfterPurchase(1, 73.05, 1, 3, False), "After an order, the first apart, 25 of 100 leave for good."),
        (DropOutAnyTime(1, 73.05, 1, 365.25), "Within a year 50 of 100 leave for good."),
        (NoDropOut(1, 73.05), "Customers order 5.0 times a year on average, and none is taken to leave."),
    ],
)
def test_the_model_in_words(clv, law, words):
    assert words in sentences.how_it_sees_customers(replace(clv, model=replace(clv.model, law=law)))[0]


def test_what_an_order_brings_and_how_well_it_fits(clv):
    lines = sentences.how_it_sees_customers(clv)
    assert f"the average of all, €{clv.spend.mean:,.2f}" in lines[1]
    assert "the correlation is 0.00" in lines[2]
    assert lines[3] == (
        f"MBG/NBD, fitted to 4,000 customers: log-likelihood {clv.model.log_likelihood:,.1f}, AIC {clv.model.aic:,.1f}, "
        f"BIC {clv.model.bic:,.1f}."
    )
    nothing = replace(clv.spend, parameters=clv.spend.parameters.iloc[:0], correlation=np.nan)
    assert len(sentences.how_it_sees_customers(replace(clv, spend=nothing))) == 3


def test_bars_draw_customers_beside_the_value_with_its_interval(clv):
    chart = charts.value_bars(clv)
    rows = layers(chart)[0].set_index("name")
    table = clv.summary[clv.summary["part"] == "segment"].set_index("group")
    total = clv.summary["value"].iloc[0]
    assert list(rows.index) == list(table.index)
    for name in ("value", "low", "high"):
        np.testing.assert_allclose(rows[name].astype(float), (table[name] / total).where(table["enough"]), err_msg=name)
    np.testing.assert_allclose(rows["share"], table["customers"] / 4000)
    assert rows.loc["Champions", "line"] == "Champions: 14.6% of customers, 61.6% of the value"
    assert rows.loc["Seasonal", "line"] == "Seasonal: too few customers to tell"
    whiskers = layers(chart)[2]
    assert "Seasonal" not in set(whiskers["name"])
    assert len(whiskers) == len(rows) - 1
    assert chart.description.startswith(
        "Share of customers and of the value ahead: Champions: 14.6% of customers, 61.6%"
    )
    assert list(layers(charts.value_bars(clv, "first channel"))[0]["name"]) == ["web", "app", "marketplace", "store"]
    assert "nothing to show" in charts.value_bars(worth(clv, -1.0, 1.0)).description


def test_the_weeks_that_came_stand_beside_the_weeks_expected(clv):
    chart = charts.backtest_weeks(clv)
    bars, line = layers(chart)[:2]
    assert bars["actual"].tolist() == clv.backtest.weekly["actual"].tolist()
    np.testing.assert_allclose(line["expected"], clv.backtest.weekly["expected"])
    weekly = clv.backtest.weekly
    busiest = weekly.loc[weekly["actual"].idxmax()]
    assert f"Expected in all: {weekly['expected'].sum():,.0f}, came: {weekly['actual'].sum():,}." in chart.description
    assert f"{busiest['actual']}, expected were {busiest['expected']:.0f}." in chart.description
    same_rate = clv.backtest.errors.set_index("method").loc["same rate", "expected"] / clv.backtest.days * 7
    assert chart.description.endswith(f"Everybody goes on as before: {same_rate:.0f} a week.")
    assert "nothing to show" in charts.backtest_weeks(replace(clv, backtest=None)).description


def test_expected_and_real_by_frequency_leaves_out_the_scanty(clv):
    chart = charts.backtest_by_frequency(replace(clv, backtest=trial()))
    assert layers(chart)[2]["label"].tolist() == ["0", "1"]
    assert chart.description == (
        "Orders a customer, expected and real: came back 0 before: expected 0.10, came 0.20 (0.10 – 0.30; 200); "
        "came back 1 before: expected 0.50, came 0.25 (0.20 – 0.30; 60)."
    )
    assert "nothing to show" in charts.backtest_by_frequency(replace(clv, backtest=None)).description
    rows = frequency_rows(replace(clv, backtest=trial()))
    assert rows["Came back before"].tolist() == ["0", "1", "7+"]
    assert rows["95 % interval"].tolist() == ["0.10 – 0.30", "0.20 – 0.30", "too few to tell"]


def test_errors_of_the_model_stand_beside_those_of_plain_rules(clv):
    rows = error_rows(replace(clv, backtest=trial(actual=80.0))).set_index("Method")
    assert list(rows.index) == ["MBG/NBD", "Everybody goes on as before", "Everybody is like the average"]
    assert rows["Expected beside what came"].tolist() == ["+25.0%", "+87.5%", "+50.0%"]
    assert rows.loc["MBG/NBD", "Root mean square miss"] == "1.000"


def test_every_parameter_has_its_interval(clv):
    rows = parameter_rows(clv).set_index("Parameter")
    assert list(rows.index) == [
        "MBG/NBD r", "MBG/NBD alpha", "MBG/NBD a", "MBG/NBD b", "Gamma–Gamma p", "Gamma–Gamma q", "Gamma–Gamma v",
    ]  # fmt: skip
    first = clv.model.parameters.iloc[0]
    assert rows.loc["MBG/NBD r"].tolist() == [
        "how often customers order", f"{first['value']:.3f}", f"{first['low']:.3f} – {first['high']:.3f}",
    ]  # fmt: skip


def test_groups_have_all_together_first_and_too_few_without_a_number(clv):
    rows = group_rows(clv, "segment").set_index("Group")
    base = clv.summary.iloc[0]
    assert rows.index[0] == "All together"
    assert rows.iloc[0]["Value ahead, revenue"] == f"€{base['value']:,.0f} (€{base['low']:,.0f} – €{base['high']:,.0f})"
    assert rows.loc["Seasonal", "Of one customer"] == "too few to tell"
    assert "web" not in rows.index


def test_the_list_holds_everybody_and_the_screen_the_first(clv, shop):
    everybody, shown = value_list(clv), value_rows(clv)
    assert len(everybody) == 4000
    assert everybody["clv"].is_monotonic_decreasing
    assert everybody.columns[0] == "customer_ref"
    assert len(shown) == ROOM
    assert shown["Customer"].tolist() == everybody["customer_ref"].head(ROOM).tolist()
    known = shop.frame(shop.customers.select("customer_id", "customer_ref", "consent")).set_index("customer_id")
    assert (
        everybody["customer_ref"].to_numpy() == known.loc[everybody["customer_id"], "customer_ref"].to_numpy()
    ).all()
    top = everybody.iloc[0]
    assert shown.iloc[0]["Range for 95 of 100 such customers"] == f"€{top['low']:,.0f} – €{top['high']:,.0f}"
    assert shown.iloc[0]["Chance to still be a customer"] == f"{top['p_alive']:.0%}"
    assert value_label(clv) == "the customers worth most ahead, 100 of 4,000; the file holds all"


def test_equal_values_stand_in_one_order(clv):
    equal = replace(clv, table=clv.table.assign(clv=1.0).sample(frac=1, random_state=1))
    first = [*sorted(clv.table["customer_id"])][:ROOM]
    refs = clv.table.set_index("customer_id").loc[first, "customer_ref"]
    assert value_list(equal)["customer_id"].head(ROOM).tolist() == first
    assert value_rows(equal)["Customer"].tolist() == refs.tolist()
