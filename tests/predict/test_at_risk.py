"""What hangs on customers who are slipping away, beside what score_churn and predict_clv say of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import retention as rt
from retention.predict.at_risk import HIGH, RISE, _expected, _figures, _why
from retention.predict.churn import RULE
from retention.show import sentences
from tests.measure.shops import CORNER_SHOP, bought, read


@pytest.fixture(scope="module")
def expected(shop):
    return rt.predict_clv(shop, months=12, margin=1.0, discount_rate=0.0)


def test_who_is_slipping_away_is_silent_for_too_long_and_riskier_than_before(risk):
    scores = risk.churn.table
    rise, late = scores["risk"] - scores["risk_before"], scores["reason"] != "in rhythm"
    twice = scores["purchase_days"] > 1
    slipping = late & ((rise >= RISE) | (twice & (rise > 0) & (scores["risk"] >= HIGH)))
    assert set(risk.customers["customer_id"]) == set(scores.loc[slipping, "customer_id"])
    people = risk.customers
    rose = people[people["why"] == "rose"]
    assert (rose["risk"] - rose["risk_before"] >= RISE).all()
    assert (people.loc[people["why"] == "high", "risk"] >= HIGH).all()
    assert 0 < len(rose) < len(people)


def test_the_value_is_what_is_expected_of_them(risk, expected, shop):
    values = expected.table.set_index("customer_id")["clv"]
    assert risk.overall["value_at_risk"] == pytest.approx(values[risk.customers["customer_id"]].sum())
    assert risk.overall["expected_net"] == pytest.approx(values[risk.churn.table["customer_id"]].sum())
    segments = rt.rfm_segments(shop).table.set_index("customer_id")["segment"]
    by_hand = values[risk.customers["customer_id"]].groupby(segments.astype(object)).sum()
    table = risk.table.set_index("segment")
    np.testing.assert_allclose(table["value_at_risk"], by_hand.reindex(table.index, fill_value=0))
    assert risk.customers["expected_net"].is_monotonic_decreasing


def test_parts_add_up(risk):
    for name in ("customers", "slipping", "expected_net", "value_at_risk"):
        assert risk.table[name].sum() == pytest.approx(risk.overall[name])
    assert risk.overall["customers"] == len(risk.churn.table)
    assert (risk.table["low"] <= risk.table["value_at_risk"]).all()
    assert (risk.table["value_at_risk"] <= risk.table["high"]).all()
    assert (risk.table["enough"] == (risk.table["slipping"] >= 30)).all()
    # Luck evens out in a sum: its range is narrower than the ranges of its parts together.
    assert risk.overall["high"] - risk.overall["low"] < (risk.table["high"] - risk.table["low"]).sum()


def test_the_range_by_hand():
    """Two are slipping away, of whom 30 and 40 are expected, give or take 6 and 8; the model may be out by a tenth."""
    each = pd.DataFrame(
        {"why": ["rose", "high", ""], "expected_net": [30.0, 40, 130], "low": [24.0, 32, 0], "high": [36.0, 48, 999]}
    )
    found = _figures(each, 0.1)
    half = np.sqrt(7**2 + 6**2 + 8**2)
    assert (found["value_at_risk"], found["expected_net"], found["share"]) == (70, 200, 0.35)
    assert (found["low"], found["high"]) == pytest.approx((70 - half, 70 + half))
    assert (found["customers"], found["slipping"], found["enough"]) == (3, 2, False)


def test_the_list_says_whom_one_may_write_to(risk, shop):
    known = shop.frame(shop.customers).set_index("customer_id")
    assert risk.customers["consent"].tolist() == known.loc[risk.customers["customer_id"], "consent"].tolist()
    assert {"name", "email", "phone", "contactable", "last_order"} <= set(risk.customers)


def test_a_margin_changes_nothing(risk, shop):
    with_margin, _error = _expected(shop.with_margin(0.3))
    people = risk.customers.set_index("customer_id")["expected_net"]
    pd.testing.assert_series_equal(with_margin.loc[people.index, "expected_net"], people)


def test_reasons_in_words(risk):
    words = sentences.reasons(risk.customers)
    own = risk.customers["reason"] == "own rhythm"
    assert all("usually orders every" in text for text, is_own in zip(words, own, strict=True) if is_own)
    row = pd.DataFrame(
        {
            "reason": ["own rhythm", "peers' rhythm", "peers' rhythm"],
            "recency_days": [90, 41, 50],
            "usual_gap": [30.0, np.nan, 12],
            "peers_gap": [20.0, 30, 25],
            "purchase_days": [4, 1, 2],
            "driver": ["silence", "returns", ""],
        }
    )
    assert sentences.reasons(row) == [
        "Silent for 90 days, usually orders every 30.",
        "Bought once, 41 days ago; half of those who came back did so within 30. What raised the risk most in the last month: returns.",
        "Silent for 50 days; half of those who had ordered as often came back within 25.",
    ]


@pytest.mark.parametrize(
    "orders",
    [
        bought(("ann", "2025-01-01")),
        bought(("ann", "2025-01-01"), ("bob", "2025-01-01"), ("cyd", "2025-01-01")),
        bought(*((f"c{n}", f"2024-{1 + n % 12:02}-05") for n in range(60))),
        bought(*((f"c{n}", "2025-01-01") for n in range(40)), ("", "2025-09-01")),
        read(
            "1,2025-01-01,paid,ann,web,phone,1,10,,\n2,2025-01-05,paid,ann,web,phone,-3,10,,\n3,2025-02-20,paid,bob,web,phone,1,5,,"
        ),
        read(CORNER_SHOP),
    ],
    ids=["one customer", "one day", "everybody once", "nobody lately", "more returned than bought", "corner shop"],
)
def test_small_shops_have_an_answer(orders):
    risk = rt.value_at_risk(orders)
    assert risk.churn.model == RULE
    assert risk.overall["slipping"] == len(risk.customers) == (_why(risk.churn) != "").sum()
    assert risk.table["slipping"].sum() == len(risk.customers)
    assert np.isnan(risk.overall["value_at_risk"]) or risk.customers.empty
    assert sentences.who_is_slipping(risk)
    assert sentences.why_no_score(risk.churn)
    assert "nan" not in " ".join([*sentences.what_is_at_stake(risk), *sentences.reasons(risk.customers)])
    rt.charts.value_at_risk_bars(risk)
    rt.charts.score_reliability(risk)


def test_the_rule_of_thumb_takes_who_is_at_risk_by_it():
    """Thirty-five who came back after 10 days, then silent for 15; five who were never away for so long."""
    days = ("2025-01-01", "2025-01-11")
    orders = bought(
        *((f"c{n}", day) for n in range(35) for day in days),
        *((f"d{n}", day) for n in range(5) for day in (*days, "2025-01-21")),
        ("zed", "2025-01-25"),
    )
    risk = rt.value_at_risk(orders)
    assert risk.overall["slipping"] == 35
    assert set(risk.customers["why"]) == {"rule"}
    assert set(risk.customers["reason"]) == {"peers' rhythm"}
    assert sentences.who_is_slipping(risk).startswith("By a rule of thumb, 35 customers may be slipping away: ")


def test_nobody_named_is_refused():
    with pytest.raises(rt.EmptyError, match="names a customer"):
        rt.value_at_risk(bought(("", "2025-01-01")))
