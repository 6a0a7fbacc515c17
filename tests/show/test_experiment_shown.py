"""The outcome of an experiment as sentences, charts and tables: what a person reads."""

import json
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pandas as pd
import pytest

import retention as rt
from retention.experiment.sums import Metric
from retention.show import charts, sentences
from retention.show.experiment import Unit
from retention.show.i18n import use_language
from retention.show.tables.experiment import (
    arm_rows,
    day_rows,
    group_rows,
    metric_rows,
    week_rows,
    weekday_rows,
)
from tests.experiment import reminder
from tests.experiment.reminder import totals


@lru_cache
def of_totals(*arms, **options):
    return rt.compare_variants(totals=totals(*arms), **options)


@pytest.fixture(scope="module")
def worked():
    return rt.compare_variants(reminder.shop(), "Reminder", by="country")


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    """Rows with a guardrail that got worse, one that did not, and one that nothing can be said of."""
    rng = np.random.default_rng(5)
    arm = np.repeat(["control", "b"], 2000)
    rows = pd.DataFrame({"variant": arm, "score": rng.normal(1000, 50, 4000) + 20 * (arm == "b")})
    rows["returned"] = (rng.random(4000) < np.where(arm == "b", 0.2, 0.1)).astype(int)
    rows["complained"] = (np.arange(4000) % 2000 < 100).astype(int)
    rows["sued"] = (np.arange(4000) % 2000 < 3).astype(int)
    low = [
        Metric(name, "share", name, role="guardrail", lower_is_better=True)
        for name in ("returned", "complained", "sued")
    ]
    path = tmp_path_factory.mktemp("rows") / "rows.csv"
    rows.to_csv(path, index=False)
    return rt.compare_variants(rows=path, metrics=[Metric("score", "mean", "score", role="primary"), *low])


@pytest.mark.parametrize(
    ("arms", "options", "headline"),
    [
        (
            (("A", 5000, 400), ("B", 5000, 475)),
            {},
            "B raised the conversion rate by 1.5 points, between 0.4 and 2.6 (from 8.0% to 9.5%).",
        ),
        (
            (("A", 5000, 400), ("B", 5000, 325)),
            {},
            "B lowered the conversion rate by 1.5 points, between 0.5 and 2.5 (from 8.0% to 6.5%).",
        ),
        (
            (("A", 5000, 400), ("B", 5000, 405)),
            {},
            "B made no difference to the conversion rate that could be seen: it lies between -1.0 and +1.2 points (from 8.0% to 8.1%).",
        ),
        (
            (("A", 1012, 100), ("B", 860, 90)),
            {},
            "B: the split is broken. 1,012 and 860 where 936 and 936 were planned; chance does that once in 2,300 tests. No verdict.",
        ),
        ((("A", 1000, 4), ("B", 1000, 90)), {}, "B: too few to tell. Fewer than 10 events in an arm."),
        (
            (("A", 5000, 400), ("B", 5000, 475), ("C", 5000, 405)),
            {},
            "B raised the conversion rate by 1.5 points, between 0.4 and 2.6 (from 8.0% to 9.5%).",
        ),
    ],
)
def test_every_verdict_is_one_plain_sentence(arms, options, headline):
    assert sentences.did_it_work(of_totals(*arms, **options)) == headline


def test_a_test_that_runs_gives_the_interval_that_holds_and_calls_p_peeking():
    running = of_totals(("A", 1012, 100), ("B", 1000, 120), planned_n=5000)
    row = running.table.set_index("arm").loc["B"]
    assert sentences.did_it_work(running) == (
        "B is not over yet. So far it changed the conversion rate by +2.1 points; however often you look, it lies between "
        f"{row['valid_low'] * 100:.1f} and +{row['valid_high'] * 100:.1f} points."
    )
    said = " ".join(sentences.what_it_means(running))
    assert "2,012 of the 5,000 who were planned are in." in said
    assert "Zero is still in it" in said
    assert f"The usual p-value would be {row['p']:.4f}, and that is peeking" in said
    clear = of_totals(("A", 1012, 100), ("B", 1000, 320), planned_n=5000)
    assert "Zero is not in it" in " ".join(sentences.what_it_means(clear))


def test_an_effect_is_told_in_money_and_what_it_may_cost():
    money = of_totals(("A", 5000, 400, 20_000), ("B", 5000, 500, 27_000), order_sd=20.0, days=30)
    worth = money.worth.iloc[0]
    assert worth["effect"] == pytest.approx(1.4 * 10_000 * 365.25 / 12 / 30)
    assert sentences.what_it_means(money)[0] == (
        f"That is about {worth['effect']:,.0f} of revenue a month, between {worth['low']:,.0f} and {worth['high']:,.0f}, if everybody in the "
        "test gets it. Worth keeping if it costs less than that."
    )
    unsure = of_totals(("A", 5000, 400, 20_000), ("B", 5000, 500, 20_300), order_sd=20.0, days=30)
    assert unsure.worth.iloc[0]["low"] < 0
    assert sentences.what_it_means(unsure)[0].startswith("What it is worth is not certain: about +")
    harm = of_totals(("A", 5000, 500, 27_000), ("B", 5000, 400, 20_000), order_sd=20.0, days=30)
    assert sentences.what_it_means(harm)[0].startswith("In money, if everybody in the test got it: -14,204 a month")
    assert sentences.what_it_means(harm)[0].endswith("Leave it.")


def test_no_difference_says_what_would_have_been_seen():
    nothing = of_totals(("A", 5000, 400), ("B", 5000, 405))
    detectable = nothing.table.set_index("arm").loc["B", "detectable"]
    assert sentences.what_it_means(nothing)[0] == (
        f"A difference of {detectable * 100:.1f} points would have been seen in 80 of 100 such tests."
    )
    assert "That is not “the same”" in sentences.what_it_means(nothing)[1]


def test_several_arms_are_named_and_counted():
    three = of_totals(("A", 5000, 400), ("B", 5000, 475), ("C", 5000, 405))
    assert sentences.did_it_work(replace(three, name="Spring")).startswith("Spring (B) raised")
    assert "Looking at 2 arms is counted in that (Holm’s correction)." in sentences.what_it_means(three)


def test_a_doubtful_split_is_told_beside_the_verdict():
    doubtful = of_totals(("A", 1012, 100), ("B", 880, 90))
    assert 0.001 < doubtful.sample_ratio_p < 0.01
    assert sentences.what_it_means(doubtful)[-1].startswith("Careful: the arms are further from the planned split")


def test_guardrails_are_told_one_by_one(guarded):
    got_worse, fine, unknown = sentences.nothing_suffered(guarded)
    row = guarded.table.set_index(["arm", "metric"]).loc[("b", "returned")]
    assert got_worse == (
        f"Careful! returned got worse: +{row['effect'] * 100:.1f} points (between +{row['low'] * 100:.1f} and "
        f"+{row['high'] * 100:.1f} points)."
    )
    assert fine.startswith("complained: no harm seen, 0.0 points (between -")
    assert unknown == "sued: cannot be told. Fewer than 10 events in an arm."


def test_numbers_that_are_no_shares_have_no_points(guarded):
    row = guarded.table.set_index(["arm", "metric"]).loc[("b", "score")]
    assert sentences.did_it_work(guarded).startswith(
        f"b raised score by {row['effect']:.2f}, between {row['low']:.2f} and {row['high']:.2f} (from "
    )


def test_chance_and_loss_in_words(worked):
    said = sentences.how_likely_better(of_totals(("A", 5000, 400), ("B", 5000, 405)))
    assert said == (
        "The chance that B is better than A is 57%. Counting how likely it is to be wrong, choosing it loses 0.17 points on average."
    )
    assert "is over 99.9%." in sentences.how_likely_better(worked)
    assert "loses next to nothing on average" in sentences.how_likely_better(worked)
    planned = of_totals(("A", 5000, 400), ("B", 5000, 475), planned_effect=0.2)
    power = planned.table.set_index("arm").loc["B", "power"]
    assert f"would have been seen in {power * 100:.0f} of 100 such tests" in sentences.how_likely_better(planned)


def test_groups_and_weeks_in_words(worked):
    assert sentences.who_it_worked_for(worked) == [
        "Of 2 groups, the effect is clear by itself in HU and PL, counting that so many were looked at."
    ]
    weeks = worked.weeks[worked.weeks["effect"].notna()]
    first, last = weeks["effect"].iloc[0] * 100, weeks["effect"].iloc[-1] * 100
    assert f"In week 1 the difference was +{first:.1f} points, in week 4 +{last:.1f} points; chance alone" in (
        sentences.does_it_last(worked)
    )
    three_weeks = replace(worked, days=worked.days[worked.days["day"] <= 27])
    third = worked.weeks["effect"].iloc[2] * 100
    assert f"in week 3 +{third:.1f} points" in sentences.does_it_last(three_weeks)  # the fourth is not over
    turned = worked.groups.assign(effect=[0.1, -0.1], flips=[False, True], p_adjusted=[0.001, 0.01])
    warning = sentences.who_it_worked_for(replace(worked, groups=turned))[1]
    assert warning.startswith("Careful! In PL the effect points the other way than in the whole (Simpson’s paradox).")
    by_chance = turned.assign(p_adjusted=[0.001, 0.6])
    assert sentences.who_it_worked_for(replace(worked, groups=by_chance))[1].startswith(
        "In PL the effect points the other way"
    )


def test_units():
    aov = Unit("aov", "ratio", "EUR")
    assert (aov.size(-1.2), aov.change(1.2), aov.ends(-0.3, 2)) == (
        "€1.20",
        "+€1.20",
        {"low": "-€0.30", "high": "+€2.00"},
    )
    assert Unit("repeat", "share", "").change(-0.00001) == "0.0 points"
    assert Unit("repeat", "share", "", fine=True).ends(0.0004, 0.002) == {"low": "+0.04", "high": "+0.20 points"}
    assert Unit("discounts", "ratio", "EUR").value(0.125) == "12.5%"
    assert Unit("pages", "mean", "").value(12345.6) == "12,346"


def points(chart):
    """The rows that a chart of dots draws."""
    spec = chart.to_dict()
    return [pd.DataFrame(rows) for rows in spec["datasets"].values() if "share" in rows[0]]


def test_the_forest_draws_every_metric_relative_to_control_and_guardrails_apart(worked, guarded):
    drawn = max(points(charts.effect_forest(guarded)), key=len)
    assert drawn["line"].str.partition(":")[0].tolist() == [
        "score", "Guardrails", "returned", "complained", "sued",
    ]  # fmt: skip
    table = guarded.table[guarded.table["arm"] == "b"].set_index("metric")
    by = drawn.set_index("name")
    for name in ("score", "returned", "complained"):
        assert by.loc[name, ["share", "low", "high"]].tolist() == pytest.approx(
            table.loc[name, ["relative", "relative_low", "relative_high"]].tolist()
        )
    assert by["kind"].reindex(["score", "returned", "complained", "sued"]).tolist() == ["main", "main", "few", "few"]
    assert by.loc["sued", "line"] == "sued: cannot be told"
    chart = charts.effect_forest(worked)
    assert "Repeat rate: +12.0 pp (+5.0 pp – +18.9 pp)" in chart.description
    chart.to_dict(validate=True)


def test_the_days_have_a_band_and_the_words_say_when_it_left_zero(worked):
    chart = charts.effect_by_day(worked)
    days = worked.days[worked.days["low"].notna()]
    rows = next(pd.DataFrame(rows) for rows in chart.to_dict()["datasets"].values() if "when" in rows[0])
    assert rows["effect"].tolist() == pytest.approx(days["effect"].tolist())
    clear = days.loc[(days["low"] > 0) | (days["high"] < 0), "day"]
    end = f"first leaves zero on day {clear.iloc[0]}." if len(clear) else "never leaves zero."
    assert chart.description.endswith(end)
    assert "After 60 days +12.0 pp" in chart.description
    chart.to_dict(validate=True)


def test_parts_are_drawn_one_by_one_and_where_nothing_can_be_told_the_picture_says_so(worked):
    weeks = max(points(charts.effect_by_week(worked)), key=len)
    assert weeks["line"].iloc[-1] == "Week 9 (not complete): cannot be told"
    assert charts.effect_by_group(worked).description.startswith("Difference by group: Repeat rate: HU: +12.0 pp (")
    assert charts.effect_by_weekday(worked).description.endswith("nothing to show for this choice.")
    use_language("pl")
    try:
        names = weekday_rows(worked).iloc[:, 0].tolist()
    finally:
        use_language("en")
    assert names[0] == "poniedziałek"


def test_the_split_is_drawn_beside_the_plan():
    broken = of_totals(("A", 1012, 100), ("B", 800, 90))
    assert charts.arm_split(broken).description == (
        "How the customers were split: A: 55.8% of customers (1,012), planned 50.0%; B: 44.2% of customers (800), planned 50.0%."
    )


def test_tables_hold_every_row(worked, guarded):
    metrics = metric_rows(worked)
    assert len(metrics) == len(worked.table)
    row = metrics[(metrics["Metric"] == "Repeat rate") & (metrics["Arm"] == "mail")].iloc[0]
    assert row["Difference"] == "+12.0 pp (+5.0 pp – +18.9 pp)"
    assert row["Role"] == "decides"
    assert row["p-value"] == f"{worked.table.loc[worked.table['metric'] == 'repeat', 'p'].iloc[1]:.4f}"
    control = metrics[(metrics["Metric"] == "Repeat rate") & (metrics["Arm"] == "control")].iloc[0]
    assert (control["Difference"], control["Method"], control["Value"][:5]) == ("–", "–", "20.0%")
    assert metric_rows(guarded)["Note"].iloc[-1].startswith("Fewer than 10 events in an arm.")
    assert arm_rows(worked)["Customers"].tolist() == ["300", "300"]
    assert len(day_rows(worked)) == 60
    assert len(week_rows(worked)) == 9
    assert group_rows(worked).iloc[0, :4].tolist() == ["HU", "mail", "150", "150"]


def test_every_picture_of_every_outcome_can_be_drawn(worked, guarded):
    for outcome in (worked, guarded, of_totals(("A", 10, 4), ("B", 10, 9))):
        for name in (
            "effect_forest",
            "effect_by_day",
            "effect_by_week",
            "effect_by_weekday",
            "effect_by_group",
            "arm_split",
        ):
            spec = getattr(charts, name)(outcome).to_dict()
            assert len(json.dumps(spec)) > 100
            assert len(spec["description"]) > 20
