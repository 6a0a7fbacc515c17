"""The churn score against plain pandas, and what it says of itself where it cannot know."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

import retention as rt
from retention.periods import day_number
from retention.predict.churn import RULE, _Past
from retention.predict.features import GROUPS
from retention.predict.learning import Sample, sigmoid, simplest_of_the_best
from retention.predict.scorecard import auc, auc_difference, brier, reliability_of
from tests.measure.shops import CORNER_SHOP, bought, read

H = 86


@pytest.fixture(scope="module")
def scores(risk):
    return risk.churn


def purchases(orders):
    return orders.frame(orders.orders.filter(orders.orders.is_purchase, orders.orders.customer_id.notnull()))


def test_the_test_customers_and_silence_agree_with_plain_pandas(scores, shop):
    assert scores.horizon_days == rt.lapse_threshold(shop).days == H
    rows, end = purchases(shop), day_number(shop.as_of)
    past = rows[rows["day"] < end - H].groupby("customer_id")["day"].max()
    silent = (end - H - past)[lambda days: days <= 2 * H]
    left = ~silent.index.isin(rows.loc[rows["day"] >= end - H, "customer_id"])
    leavers, stayers = silent[left].to_numpy()[:, None], silent[~left].to_numpy()[None, :]
    pairs = (leavers > stayers).mean() + (leavers == stayers).mean() / 2
    row = scores.quality.set_index("model").loc["recency"]
    assert (row["n"], row["leavers"]) == (len(silent), left.sum())
    assert row["auc"] == pytest.approx(pairs)
    assert 0.6 < row["auc"] < 0.8  # 1.0 is what recency at the end of the data would give


def test_the_score_says_how_good_it_is(scores):
    quality = scores.quality.set_index("model")
    assert list(quality.index) == ["logistic", "recency", "boosting", "p_alive", "base rate"]
    assert quality["chosen"].tolist() == [True, False, False, False, False]
    best = quality.loc["logistic"]
    assert best["auc_low"] < best["auc"] < best["auc_high"]
    assert best["auc"] > quality.loc["recency", "auc"] + 0.04
    assert best["brier"] < quality.loc["recency", "brier"] < quality.loc["base rate", "brier"]
    assert quality.loc["base rate", "auc"] == 0.5
    assert scores.notes == ("The risk looks ahead as far as the lapse threshold.",)
    assert scores.drivers["feature"].iloc[0] == "silence"


def test_risks_hold_what_they_promise(scores):
    bins = scores.reliability
    enough = bins[bins["enough"]]
    assert bins["n"].sum() == scores.quality["n"].iloc[0]
    assert enough["observed"].is_monotonic_increasing
    assert (enough["predicted"] - enough["observed"]).abs().max() < 0.2
    assert (enough["predicted"].between(enough["bin_from"], enough["bin_to"])).all()


def test_at_stake_is_who_has_not_been_silent_for_too_long(scores, shop):
    rows = purchases(shop)
    silent = day_number(shop.as_of) - rows.groupby("customer_id")["day"].max()
    table = scores.table.set_index("customer_id")
    assert table["recency_days"].sort_index().to_dict() == silent[silent <= 2 * H].to_dict()
    assert scores.table["risk"].is_monotonic_decreasing
    assert scores.table["risk"].between(0, 1).all()
    a_month_ago = rows[rows["day"] < day_number(shop.as_of) - 30].groupby("customer_id")["day"].max()
    then = a_month_ago.index[day_number(shop.as_of) - 30 - a_month_ago <= 2 * H]
    assert set(table.index[table["risk_before"].notna()]) == set(then) & set(table.index)
    assert table["group"].eq("lapsed").sum() == (table["recency_days"] > H).sum()


def test_reasons_follow_the_own_rhythm_where_there_is_one(scores):
    table = scores.table
    own = table[table["reason"] == "own rhythm"]
    peers = table[table["reason"] == "peers' rhythm"]
    assert (own["recency_days"] > own["usual_gap"]).all() and (own["purchase_days"] >= 3).all()
    assert (peers["recency_days"] > peers["peers_gap"]).all() and (peers["purchase_days"] < 3).all()
    assert set(table["driver"]) <= {*GROUPS, ""}
    moved = table[table["risk_before"].notna()]
    assert ((moved["driver"] == "") == (moved["driver_effect"] < 0.01)).all()


def test_silence_raises_the_risk_of_those_who_did_nothing_else(scores):
    silent = scores.table[(scores.table["recency_days"] > 31) & scores.table["risk_before"].notna()]
    assert (silent["risk"] > silent["risk_before"]).mean() > 0.9


def test_what_the_score_learned_from_ends_before_the_test(shop):
    """With the horizon of the test cut off, the cut-offs before it hold the very same customers."""
    earlier = shop.filter(end=shop.as_of - timedelta(H + 1))
    whole, cut = (_Past(orders, H, 2 * H, 0) for orders in (shop, earlier))
    for back in (2, 3):
        one, other = whole.sample(back), cut.sample(back - 1)
        pd.testing.assert_frame_equal(one.known, other.known)
        np.testing.assert_array_equal(one.left, other.left)
    assert not np.array_equal(whole.sample(1).left, whole.sample(2).left)


def test_a_choice_of_customers_is_scored_by_what_everybody_teaches(shop, risk, scores):
    frequent = rt.rule_of({"all": [{"field": "orders", "test": "at least", "value": 5}]})
    chosen = shop.filter(customers=frequent)
    at_risk = rt.value_at_risk(chosen)
    some = at_risk.churn
    pd.testing.assert_frame_equal(some.quality, scores.quality)
    ids = chosen.frame(chosen.customers)["customer_id"]
    expected = scores.table[scores.table["customer_id"].isin(ids)].reset_index(drop=True)
    assert 0 < len(expected) < len(scores.table)
    pd.testing.assert_frame_equal(some.table, expected)
    people = risk.customers[risk.customers["customer_id"].isin(ids)].reset_index(drop=True)
    pd.testing.assert_frame_equal(at_risk.customers, people)
    assert some.notes[-1] == "The score was learned from all customers, not only from those who were chosen here."


@pytest.mark.parametrize(
    "orders",
    [
        bought(("ann", "2025-01-01")),
        bought(("ann", "2025-01-01"), ("bob", "2025-01-01"), ("cyd", "2025-01-01")),
        bought(*((f"c{n}", f"2024-{1 + n % 12:02}-05") for n in range(60))),
        bought(*(("ann", f"2024-{month:02}-05") for month in range(1, 13))),
        read(CORNER_SHOP),
    ],
    ids=["one customer", "one day", "everybody once", "one who comes back", "corner shop"],
)
def test_with_too_little_to_learn_from_there_is_a_rule_of_thumb(orders):
    scores = rt.score_churn(orders)
    assert scores.model == RULE
    assert scores.table["risk"].isna().all() and len(scores.table)
    assert set(scores.table["group"]) <= {"active", "at risk", "lapsed"}
    assert scores.quality.empty and scores.reliability.empty and scores.drivers.empty
    lacking = scores.lacking
    assert lacking["days"] < lacking["days_needed"] or min(lacking["leavers"], lacking["stayers"]) < lacking["needed"]


def test_what_is_lacking_is_counted():
    weekly = bought(*(("ann", (date(2024, 1, 1) + timedelta(7 * n)).isoformat()) for n in range(30)))
    assert rt.score_churn(weekly).lacking == {"days": 204, "days_needed": 120, "needed": 30, "leavers": 0, "stayers": 1}
    assert rt.score_churn(weekly, horizon_days=60).lacking == {"days": 204, "days_needed": 240, "needed": 30}


def test_nobody_named_and_no_horizon_are_refused():
    with pytest.raises(rt.EmptyError, match="names a customer"):
        rt.score_churn(bought(("", "2025-01-01")))
    ann = bought(("ann", "2025-01-01"))
    for days in (0, -3, True, 1.5, "90"):
        with pytest.raises(rt.OptionError, match="no number of days"):
            rt.score_churn(ann, horizon_days=days)


@pytest.fixture(scope="module")
def dice():
    """Four hundred customers who all throw the same dice: a purchase every 40 days on average, whatever went before."""
    rng = np.random.default_rng(3)
    rows = []
    for n in range(400):
        day = rng.integers(0, 60)
        while day < 330:
            rows.append((f"c{n}", (date(2024, 1, 1) + timedelta(int(day))).isoformat()))
            day += 1 + rng.geometric(1 / 40)
    return rows


@pytest.fixture(scope="module")
def of_dice(dice):
    return rt.score_churn(bought(*dice), horizon_days=60)


def test_where_nothing_can_be_known_the_score_says_so(of_dice):
    assert of_dice.model == "recency"
    row = of_dice.quality.iloc[0]
    assert row["auc_low"] < 0.5 < row["auc_high"]
    assert of_dice.notes[-2:] == (
        "No model that looks at more than the days of silence was better, so the score is silence alone.",
        "The risks came no closer to what happened than the same risk for everybody would have.",
    )


def test_row_order_is_irrelevant(dice, of_dice):
    other = rt.score_churn(bought(*dice[::-1]), horizon_days=60)
    pd.testing.assert_frame_equal(of_dice.table, other.table)
    pd.testing.assert_frame_equal(of_dice.quality, other.quality)


def test_auc_and_its_interval_pair_by_pair():
    rng = np.random.default_rng(0)
    left = rng.random(60) < 0.4
    one, other = np.round(left + rng.normal(0, 1, 60), 1), np.round(left + rng.normal(0, 2, 60), 1)
    placements = []
    for risk in (one, other):
        wins = np.sign(risk[left][:, None] - risk[~left][None, :]) / 2 + 0.5
        placements.append((wins.mean(axis=1), wins.mean(axis=0)))
    (mine, my), (its, it) = placements

    def half(leavers, stayers):
        return 1.96 * np.sqrt(leavers.var(ddof=1) / left.sum() + stayers.var(ddof=1) / (~left).sum())

    assert auc(one, left) == pytest.approx(
        (mine.mean(), mine.mean() - half(mine, my), mine.mean() + half(mine, my)), abs=1e-4
    )
    gap, spread = mine.mean() - its.mean(), half(mine - its, my - it)
    assert auc_difference(one, other, left) == pytest.approx((gap, gap - spread, gap + spread), abs=1e-4)


def test_reliability_by_hand():
    bins = reliability_of(np.array([0.05, 0.72, 0.78, 0.74, 1.0]), np.array([0, 1, 1, 0, 1]))
    assert bins[["bin_from", "n", "observed"]].to_numpy().tolist() == [
        [0, 1, 0],
        [0.7, 3, pytest.approx(2 / 3)],
        [0.9, 1, 1],
    ]
    assert bins["predicted"].tolist() == pytest.approx([0.05, 0.7466667, 1])
    assert bins["low"].iloc[1] == pytest.approx(0.2077, abs=1e-4)
    assert brier(np.array([0.5, 1.0]), np.array([1, 0])) == 0.625


class Says:
    def __init__(self, risk):
        self.risk = lambda _known: np.asarray(risk, float)


def test_the_simplest_wins_unless_a_better_one_is_better_by_more_than_its_error():
    left = np.array([1, 1, 0, 0] * 25)
    dull, sharp = np.full(100, 0.5), np.where(left == 1, 0.7, 0.3)
    lucky = np.select([np.arange(100) == 0, np.arange(100) == 2], [1.0, 0.7], 0.5)  # once right, once a little wrong
    later = Sample(pd.DataFrame(), left)
    assert simplest_of_the_best({"recency": Says(dull), "logistic": Says(sharp)}, later) == "logistic"
    assert simplest_of_the_best({"recency": Says(dull), "logistic": Says(lucky)}, later) == "recency"
    assert simplest_of_the_best({"recency": Says(sharp), "logistic": Says(dull)}, later) == "recency"


def test_calibration_never_turns_a_score_round():
    left = np.array([0, 0, 1, 1, 1, 1])
    slope, intercept = sigmoid(np.array([1.0, 2, -1, -2, -1, 0]), left)
    assert slope == 0
    assert 1 / (1 + np.exp(-intercept)) == pytest.approx(4 / 6)
