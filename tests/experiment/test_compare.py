"""compare_variants: from orders beside plain pandas, from rows, from totals; what it refuses, and its verdicts."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.proportion import proportions_ztest

import retention as rt
from retention.experiment.sums import Metric


@pytest.fixture(scope="module")
def found(shop, experiment):
    return rt.compare_variants(shop.with_margin(0.4), experiment, by="orders_before")


def arms_of(outcomes, column):
    return [outcomes.loc[outcomes["variant"] == arm, column] for arm in ("control", "mail")]


def row(result, metric, arm):
    table = result.table
    return table[(table["metric"] == metric) & (table["arm"] == arm)].iloc[0]


def test_orders_are_counted_as_plain_pandas_counts_them(found, outcomes):
    table = found.table.set_index(["metric", "arm"])
    for name in ("repeat", "orders", "revenue"):
        for arm, values in zip(("control", "mail"), arms_of(outcomes, name), strict=True):
            assert table.loc[(name, arm), "n"] == len(values)
            assert table.loc[(name, arm), "events"] == (values != 0).sum()
            assert table.loc[(name, arm), "value"] == pytest.approx(values.mean(), rel=1e-12)
    sums = outcomes.groupby("variant")[["revenue", "orders", "refunds", "paid", "discounts", "gross"]].sum()
    for name, above, below in (
        ("aov", "revenue", "orders"),
        ("returns", "refunds", "paid"),
        ("discounts", "discounts", "gross"),
    ):
        for arm in ("control", "mail"):
            expected = sums.loc[arm, above] / sums.loc[arm, below]
            assert table.loc[(name, arm), "value"] == pytest.approx(expected, rel=1e-12)


def test_tests_agree_with_scipy_and_statsmodels(found, outcomes):
    control, mail = arms_of(outcomes, "repeat")
    _z, p = proportions_ztest([mail.sum(), control.sum()], [len(mail), len(control)])
    assert row(found, "repeat", "mail")["p"] == pytest.approx(p, rel=1e-9)
    both = outcomes[["revenue", "revenue_before"]]
    theta = both.cov().iloc[0, 1] / both["revenue_before"].var()
    adjusted = outcomes["revenue"] - theta * (outcomes["revenue_before"] - outcomes["revenue_before"].mean())
    control, mail = (adjusted[outcomes["variant"] == arm] for arm in ("control", "mail"))
    test = stats.ttest_ind(mail, control, equal_var=False)
    revenue = row(found, "revenue", "mail")
    assert revenue["p"] == pytest.approx(test.pvalue, rel=1e-9)
    assert revenue["effect"] == pytest.approx(mail.mean() - control.mean(), rel=1e-9)
    interval = test.confidence_interval()
    assert (revenue["low"], revenue["high"]) == pytest.approx((interval.low, interval.high), rel=1e-9)
    assert revenue["method"].endswith("with CUPED")


def test_profit_is_revenue_at_the_margin_less_what_the_offer_costs(shop, experiment, outcomes):
    result = rt.compare_variants(shop.with_margin(0.4), experiment, cost_per_customer=0.5, cost_per_order=2)
    means = outcomes.groupby("variant")[["revenue", "orders"]].mean()
    assert row(result, "profit", "control")["value"] == pytest.approx(0.4 * means.loc["control", "revenue"], rel=1e-9)
    expected = 0.4 * means.loc["mail", "revenue"] - 2 * means.loc["mail", "orders"] - 0.5
    assert row(result, "profit", "mail")["value"] == pytest.approx(expected, rel=1e-9)
    profit, worth = row(result, "profit", "mail"), result.worth.iloc[0]
    assert worth["metric"] == "profit"
    assert worth["low"] == pytest.approx(profit["low"] * len(outcomes) * 365.25 / 12 / 90, rel=1e-9)


def test_p_is_adjusted_in_two_families_and_guardrails_are_not(found):
    others = found.table[(found.table["role"] == "secondary") & found.table["p"].notna()]
    least = others.loc[others["p"].idxmin()]
    assert least["p_adjusted"] == pytest.approx(min(1, least["p"] * len(others)))
    primary = row(found, "repeat", "mail")
    assert primary["p_adjusted"] == primary["p"]
    guards = found.table[found.table["role"] == "guardrail"]
    pd.testing.assert_series_equal(guards["p"], guards["p_adjusted"], check_names=False)


def test_groups_are_those_of_before_and_add_up(found, shop, outcomes):
    before = outcomes["orders_before"]
    groups = found.groups.set_index("group")
    assert groups["n"].sum() + groups["n_control"].sum() == len(outcomes)
    assert set(groups.index) <= {"none", "one", "several"}
    some = groups.loc["several"]
    assert some["n"] + some["n_control"] >= (before > 1).sum()


def test_the_course_ends_where_the_table_stands(found):
    last, repeat = found.days.iloc[-1], row(found, "repeat", "mail")
    assert last["day"] == 90
    for column in ("effect", "value"):
        assert last[column] == pytest.approx(repeat[column], rel=1e-12)
    assert last["low"] == pytest.approx(repeat["valid_low"], rel=1e-9)
    assert found.days["value"].is_monotonic_increasing
    assert list(found.weekdays["weekday"]) == list(range(7))
    assert len(found.weeks) == 13


def test_days_and_weekdays_by_plain_pandas(shop, experiment, outcomes):
    result = rt.compare_variants(shop, experiment, metric="revenue")
    assert result.days.iloc[-1]["value"] == pytest.approx(arms_of(outcomes, "revenue")[1].mean(), rel=1e-12)
    halves = rt.compare_variants(shop, experiment, metric="revenue", days=30)
    assert result.days.iloc[29]["effect"] == pytest.approx(halves.days.iloc[-1]["effect"], rel=1e-9)
    error = np.sqrt(sum(values.var() / len(values) for values in arms_of(outcomes, "revenue")))
    last = result.days.iloc[-1]
    assert (last["high"] - last["low"]) / 2 == pytest.approx(3.0352 * error, rel=1e-4)
    assert result.weekdays["value"].sum() == pytest.approx(last["value"], rel=1e-9)


def test_a_window_that_is_not_over_is_a_peek(shop, experiment):
    result = rt.compare_variants(shop, replace(experiment, assigned_on=date(2025, 12, 1)))
    assert (result.verdict, result.window) == ("peeking", 31)
    short = rt.compare_variants(shop, experiment, planned_n=100_000)
    assert short.verdict == "peeking"
    with pytest.raises(rt.EmptyError, match="The test begins on"):
        rt.compare_variants(shop, replace(experiment, assigned_on=date(2026, 1, 1)))


def test_a_broken_split_gets_no_verdict(shop, experiment):
    lost = experiment.units.drop(experiment.units.index[experiment.units["variant"] == "mail"][:250])
    result = rt.compare_variants(shop, replace(experiment, units=lost))
    assert result.verdict == "withheld"
    counts = lost["variant"].value_counts()
    assert result.sample_ratio_p == pytest.approx(stats.chisquare(counts).pvalue, rel=1e-9)
    planned = {arm: n / len(lost) for arm, n in counts.items()}
    assert rt.compare_variants(shop, replace(experiment, units=lost), shares=planned).verdict != "withheld"


def test_strangers_bought_nothing_and_count(shop, experiment):
    more = pd.DataFrame({"customer_ref": ["a@x.example", "b@x.example"], "variant": ["mail", "control"]})
    wider = replace(experiment, units=pd.concat([experiment.units, more]))
    result = rt.compare_variants(shop, wider)
    assert result.arms["units"].sum() == len(experiment.units) + 2
    assert any("never ordered" in note for note in result.notes)
    with pytest.raises(rt.EmptyError, match="Nobody of those assigned"):
        rt.compare_variants(shop, replace(experiment, units=more))


def test_people_in_two_arms_are_left_out(shop, experiment):
    twice = pd.concat([experiment.units, experiment.units.head(3).assign(variant="mail")])
    result = rt.compare_variants(shop, replace(experiment, units=twice))
    crossed = (experiment.units.head(3)["variant"] == "control").sum()
    assert result.arms["units"].sum() == len(experiment.units) - crossed
    assert any("two arms" in note for note in result.notes)


def simulated(n=4000, seed=1, effect=0.0, arms=("A", "B")):
    rng = np.random.default_rng(seed)
    variant = np.array(arms)[np.arange(n) % len(arms)]
    bought = rng.random(n) < np.where(variant == arms[-1], 0.15 + effect, 0.15)
    revenue = np.where(bought, rng.gamma(3, 20, n), 0)
    return pd.DataFrame({"unit": np.arange(n), "variant": variant, "bought": bought, "revenue": revenue})


def test_rows_from_a_frame_a_csv_and_a_parquet_file_say_the_same(tmp_path):
    rows = simulated()
    rows.to_parquet(tmp_path / "rows.parquet")
    rows.assign(bought=rows["bought"].astype(int)).to_csv(tmp_path / "rows.csv", index=False)
    tables = [rt.compare_variants(rows=each).table for each in (rows, tmp_path / "rows.parquet", tmp_path / "rows.csv")]
    for table in tables[1:]:
        pd.testing.assert_frame_equal(tables[0], table, rtol=1e-9)
    shuffled = rt.compare_variants(rows=rows.sample(frac=1, random_state=1)).table
    pd.testing.assert_frame_equal(tables[0], shuffled, rtol=1e-9)
    assert list(tables[0]["kind"]) == ["share", "share", "mean", "mean"]
    test = stats.ttest_ind(*(rows.loc[rows["variant"] == arm, "revenue"] for arm in "BA"), equal_var=False)
    assert tables[0].iloc[3]["p"] == pytest.approx(test.pvalue, rel=1e-9)


@pytest.mark.parametrize(("effect", "verdict"), [(0.05, "better"), (-0.05, "worse"), (0.0, "no difference")])
def test_the_verdict_says_what_happened(effect, verdict):
    result = rt.compare_variants(rows=simulated(effect=effect))
    assert (result.verdict, result.arm, result.control) == (verdict, "B", "A")


def test_lower_may_be_better():
    lower = Metric("bought", "share", "bought", role="primary", lower_is_better=True)
    assert rt.compare_variants(rows=simulated(effect=0.05), metrics=[lower]).verdict == "worse"


def test_three_arms_speak_of_the_best_and_pay_for_looking_twice():
    rows = simulated(6000, effect=0.06, arms=("control", "B", "C"))
    result = rt.compare_variants(rows=rows, metric="bought")
    primary = result.table[result.table["role"] == "primary"].set_index("arm")
    assert (result.verdict, result.arm) == ("better", "C")
    assert primary.loc["C", "p_adjusted"] == pytest.approx(2 * primary.loc["C", "p"])


def test_groups_warn_where_the_sign_turns():
    """In either land B is worse, together it looks better: more of its units are from the land that buys."""
    cells = {("A", "x"): (100, 10), ("B", "x"): (400, 36), ("A", "y"): (400, 4), ("B", "y"): (100, 0)}
    rows = [(arm, land, int(n < k)) for (arm, land), (size, k) in cells.items() for n in range(size)]
    result = rt.compare_variants(rows=pd.DataFrame(rows, columns=["variant", "land", "bought"]), by="land")
    assert row(result, "bought", "B")["effect"] > 0
    assert result.groups.set_index("group").loc["x", "flips"]
    assert result.groups.set_index("group").loc["y", "reason"] == "Fewer than 10 events in an arm."


def test_rows_with_a_day_have_a_course():
    rows = simulated(3000).assign(day=pd.Timestamp("2025-03-03") + pd.to_timedelta(np.arange(3000) // 150, "D"))
    result = rt.compare_variants(rows=rows)
    assert list(result.days["day"]) == list(range(1, 21))
    assert result.days.iloc[-1]["effect"] == pytest.approx(row(result, "bought", "B")["effect"])
    assert result.days.iloc[-1]["low"] == pytest.approx(row(result, "bought", "B")["valid_low"])
    assert list(result.weeks["n"]) == [1050, 1050, 900]
    assert result.weekdays.set_index("weekday").loc[6, "n"] == 300  # two Sundays


def test_totals():
    totals = {"A": {"visitors": 1000, "conversions": 30}, "B": {"visitors": 1000, "conversions": 50}}
    result = rt.compare_variants(totals=totals)
    _z, p = proportions_ztest([50, 30], [1000, 1000])
    assert result.table.iloc[1]["p"] == pytest.approx(p, rel=1e-9)
    assert result.worth is None
    paid = {"A": totals["A"] | {"revenue": 900.0}, "B": totals["B"] | {"revenue": 1600.0}}
    assert len(rt.compare_variants(totals=paid).table) == 2
    assert "Revenue is not compared" in rt.compare_variants(totals=paid).notes[0]


def test_revenue_of_totals_is_as_of_the_rows_behind_them():
    rows = simulated(4000)
    bought = rows[rows["bought"]].groupby("variant")["revenue"]
    spread = rows.groupby("variant")["revenue"].var(ddof=1)
    totals = {
        arm: {"visitors": 2000, "conversions": float(bought.count()[arm]), "revenue": float(bought.sum()[arm])}
        for arm in ("A", "B")
    }
    for arm in ("A", "B"):
        result = rt.compare_variants(totals=totals, order_sd=float(bought.std(ddof=0)[arm]))
        low, high = row(result, "revenue", arm)[["value_low", "value_high"]]
        half = stats.t.ppf(0.975, 1999) * np.sqrt(spread[arm] / 2000)
        assert (high - low) / 2 == pytest.approx(half, rel=1e-9)


def test_totals_take_the_spread_of_orders_from_the_shop(shop):
    totals = {
        "A": {"visitors": 1000, "conversions": 30, "revenue": 900},
        "B": {"visitors": 1000, "conversions": 50, "revenue": 1600},
    }
    result = rt.compare_variants(shop, totals=totals)
    assert "taken from the orders here" in result.notes[0]
    assert row(result, "revenue", "B")["value"] == 1.6


def refused(match, **given):
    with pytest.raises(rt.RetentionError, match=match):
        rt.compare_variants(**given)


def test_what_cannot_be_compared_is_refused_with_a_sentence():
    rows = simulated(400)
    for alone in (rows, rows.assign(day=range(len(rows)))):
        refused("only one arm", rows=alone[alone["variant"] == "A"])
    refused("Nobody is in the arm 'C'", rows=rows, shares={"A": 0.3, "B": 0.3, "C": 0.4})
    refused("without a value in revenue: 1", rows=rows.assign(revenue=rows["revenue"].where(rows["unit"] > 0)))
    refused("several rows a unit: 400 rows of 200 units", rows=rows.assign(unit=rows["unit"] // 2))
    refused("no column variant", rows=rows.drop(columns="variant"))
    refused("no column of numbers called nothing", rows=rows, metrics=["nothing"])
    refused("hold no numbers", rows=rows[["unit", "variant"]])
    refused("no arm 'Z'", rows=rows, control="Z")
    refused("no column land", rows=rows, by="land")
    refused("no file", rows="/nowhere/rows.csv")
    refused("There are no outcome rows", rows=rows.head(0))
    refused("Rows without a variant: 1", rows=rows.assign(variant=rows["variant"].where(rows["unit"] > 0)))
    refused("different arms", rows=rows.assign(variant=rows["unit"].astype(str)))
    refused("not clear what to compare", rows=rows, totals={})
    refused("not clear what to compare")
    refused("Totals cannot be split", totals={"A": {}}, by="land")


@pytest.mark.parametrize(
    ("wrong", "match"),
    [
        ({"visitors": 10, "conversions": 11}, "11 conversions of 10 visitors"),
        ({"visitors": -1, "conversions": 0}, "-1 visitors"),
        ({"visitors": 10, "conversions": 1.5}, "1.5 conversions"),
        ({"visitors": 10}, "conversions are missing"),
        ({"visitors": 10, "conversions": 1, "clicks": 3}, "clicks is not one of the totals"),
    ],
)
def test_totals_that_cannot_be_are_refused(wrong, match):
    refused(match, totals={"A": {"visitors": 100, "conversions": 20}, "B": wrong})


def test_a_broken_file_is_refused_without_its_cells(tmp_path):
    (tmp_path / "rows.parquet").write_bytes(b"secret@example.com")
    with pytest.raises(rt.FileError, match=r"rows\.parquet cannot be read") as error:
        rt.compare_variants(rows=tmp_path / "rows.parquet")
    assert "secret" not in str(error.value)


@pytest.mark.parametrize(
    ("totals", "reason"),
    [
        ({"A": (100, 9), "B": (100, 30)}, "Fewer than 10 events in an arm."),
        ({"A": (1, 1), "B": (100, 30)}, "Fewer than 2 units in an arm."),
    ],
)
def test_too_few_get_a_reason_and_no_number(totals, reason):
    totals = {arm: dict(zip(("visitors", "conversions"), counts, strict=True)) for arm, counts in totals.items()}
    shares = {"A": totals["A"]["visitors"], "B": totals["B"]["visitors"]}
    result = rt.compare_variants(totals=totals, shares=shares)
    treated = result.table.iloc[1]
    assert (result.verdict, treated["reason"]) == ("too few", reason)
    numbers = ["effect", "low", "high", "relative", "p", "p_adjusted", "probability_better", "valid_low", "detectable"]
    assert treated[numbers].isna().all()


def test_a_ratio_over_nothing_and_a_loss_as_baseline():
    rows = simulated(400).assign(orders=0, profit=lambda frame: frame["revenue"] - 100)
    metrics = [Metric("bought", "share", "bought", role="primary"), Metric("aov", "ratio", "revenue", per="orders")]
    result = rt.compare_variants(rows=rows, metrics=[*metrics, Metric("profit", "mean", "profit")])
    assert row(result, "aov", "B")["reason"] == "What is divided by is not above 0 in an arm."
    profit = row(result, "profit", "B")
    assert np.isfinite(profit["effect"]) and np.isnan(profit["relative"]) and profit["relative_reason"]


@pytest.fixture(scope="module")
def told(tmp_path_factory, sample_data, units):
    """A few of the sample's customers with outcomes that came with their assignments."""
    known = units[units["customer_ref"].str.contains("@")].head(100).rename(columns={"customer_ref": "email"})
    lines = pd.read_csv(sample_data / "orders.csv", dtype=str)
    folder = tmp_path_factory.mktemp("told")
    lines[lines["email"].isin(known["email"])].to_csv(folder / "orders.csv", index=False)

    def read(change=lambda rows: rows, **more):
        rows = known.assign(experiment="Banner", clicked=np.where(np.arange(100) % 3, "no", "yes"))
        rows = rows.assign(minutes=1.5 + np.arange(100) % 7, **more)
        change(rows).to_csv(folder / "banner.csv", index=False)
        return rt.read_orders([folder / "orders.csv", folder / "banner.csv"])

    return read


@pytest.fixture(scope="module")
def dated(told):
    return told(assigned_at="2025-06-01")


def test_outcomes_that_came_with_the_assignments_decide(dated):
    result = rt.compare_variants(dated, "Banner")
    assert (result.primary, result.days, result.name) == ("clicked", None, "Banner")
    assert list(result.table["metric"].unique()[:3]) == ["clicked", "minutes", "repeat"]
    assert row(result, "clicked", "mail")["kind"] == "share"
    assert rt.compare_variants(dated, metric="repeat").days is not None
    refused("no experiment 'Other'", orders=dated, experiment="Other")


def test_without_a_day_only_what_came_with_them_is_compared(told):
    orders = told()
    result = rt.compare_variants(orders)
    assert set(result.table["metric"]) == {"clicked", "minutes"}
    assert any("have no date" in note for note in result.notes)
    assert "repeat" in set(rt.compare_variants(orders, assigned_on="2025-06-01").table["metric"])


def test_gaps_and_several_rows_in_what_came_with_them(told):
    gappy = told(lambda rows: rows.assign(minutes=rows["minutes"].where(rows.index != rows.index[5])))
    result = rt.compare_variants(gappy)
    assert "minutes" not in set(result.table["metric"])
    assert any("gaps" in note for note in result.notes)
    refused("several rows of outcomes: 1", orders=told(lambda rows: pd.concat([rows, rows.head(1)])))
    without = told(lambda rows: rows[["email", "variant", "experiment"]])
    refused("no date from which", orders=without)


def test_a_shop_without_experiments_says_how_to_get_one(shop):
    orders = rt.load_sample("cdnow")
    refused("No file says who was in which arm", orders=orders)
