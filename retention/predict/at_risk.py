"""How much money stands to be lost with customers who are slipping away, by segment, and who they are."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from retention.errors import EmptyError
from retention.intervals import ENOUGH
from retention.orders import Orders
from retention.predict.churn import IN_RHYTHM, RULE, ChurnScores, everybody, score_churn
from retention.predict.clv import predict_clv
from retention.predict.season import season_notes
from retention.segment.people import KNOWN
from retention.segment.rfm import rfm_segments

RISE = 0.1  # of the risk within a month, from which it counts as rising
HIGH = 0.5  # from here on staying away is likelier than coming back
MONTHS = 12
LIST = (
    "customer_id", *KNOWN, "segment", "risk", "risk_before", "why", "recency_days", "usual_gap", "peers_gap", "purchase_days",
    "reason", "driver", "expected_net", "low", "high",
)  # fmt: skip


@dataclass(frozen=True)
class ValueAtRisk:
    """What `value_at_risk` returns.

    table: one row a segment, the best first. overall: the same figures of all segments together
    customers: those who are slipping away, those of whom most is expected first. Columns: see `value_at_risk`
    churn: the scores it rests on
    """

    table: pd.DataFrame
    overall: pd.Series
    customers: pd.DataFrame = field(repr=False)
    churn: ChurnScores = field(repr=False)
    months: int
    currency: str
    notes: tuple[str, ...] = ()


def value_at_risk(orders: Orders, horizon_days: int | None = None, seed: int = 0) -> ValueAtRisk:
    """How much of the net revenue expected in the next 12 months hangs on customers who are slipping away.

    Slipping away is who has been silent for longer than usual, by their own rhythm or that of their peers, and whose risk of
    staying away (`score_churn`) is at least 10 percentage points higher than 30 days ago; or has risen at all and is now at
    least 50 %, if they have bought on two or more days. Most customers of one purchase have a high risk from the first day, so
    for them only a rise counts. Where there is no score, a rule of thumb stands in for it: silent for longer than usual, and
    for longer than 40 of 100 gaps last, but not yet lapsed.

    Value at risk = net revenue expected of these customers in the next 12 months (`predict_clv`, without margin and without
    discounting). It is what the shop can lose with them, not what it will lose: it is not multiplied by the risk, since the
    expectation already allows for those who never come back, and would count that twice.

    Range: 95 %, from the error of the model, taken to be as large in proportion as for all customers, and the luck of these
    customers, taken to be independent of each other.

    Returns a ValueAtRisk. table: segment (`rfm_segments`), customers (at stake), slipping (of them, those slipping away),
    expected_net (of all at stake), value_at_risk with low and high, share (value_at_risk ÷ expected_net), enough (at least 30
    slipping). customers: customer_id, customer_ref, name, email, phone, country, city, contactable, consent, last_order, segment, risk,
    risk_before, why ("rose" by 10 points or more, "high", or "rule"), recency_days, usual_gap, peers_gap, purchase_days,
    reason and driver (as in `score_churn`), expected_net with low and high. Money in currency units, missing
    where too few came back to expect anything. Raises OptionError and EmptyError as `score_churn`.

    With filters, it takes the purchases that pass them, and expects only such. A filter by customers chooses who is counted;
    segments and expectations come from everybody.

    When not to trust it: it is as good as the score and as `predict_clv`; see how both did on the past. A single customer's
    expected revenue is a bet with wide odds. That somebody is slipping away does not say that a message brings them back, and
    some would have come back anyway: try it on half of them first.

    >>> import retention as rt
    >>> risk = rt.value_at_risk(rt.load_sample("cdnow"))
    >>> int(risk.overall["slipping"]) == len(risk.customers), bool(risk.overall["low"] < risk.overall["value_at_risk"])
    (True, True)
    """
    scores = score_churn(orders, horizon_days, seed)
    each, notes = scores.table.drop(columns=["group", "driver_effect"]), []
    each["why"] = _why(scores)
    segments = rfm_segments(everybody(orders))
    each["segment"] = each["customer_id"].map(segments.table.set_index("customer_id")["segment"].astype(object))
    expected, error = _expected(orders)
    if expected.empty:
        notes.append("Fewer than 30 customers came back, too few to say how much can be expected of anybody.")
    else:
        notes += season_notes(everybody(orders))
    each = each.join(expected, on="customer_id")
    names = list(segments.summary["segment"])
    rows = [_figures(each[each["segment"] == name], error) for name in names]
    table = pd.DataFrame(rows)
    table.insert(0, "segment", names)
    return ValueAtRisk(
        table=table[table["customers"] > 0].reset_index(drop=True),
        overall=pd.Series(_figures(each, error)),
        customers=_people(orders, each[each["why"] != ""]),
        churn=scores,
        months=MONTHS,
        currency=orders.currency,
        notes=(*scores.notes, *notes),
    )


def _why(scores: ChurnScores) -> np.ndarray:
    table = scores.table
    is_late = table["reason"] != IN_RHYTHM
    if scores.model == RULE:
        return np.where(is_late & (table["group"] == "at risk"), "rule", "")
    rise = table["risk"] - table["risk_before"]
    is_high = (table["purchase_days"] > 1) & (rise > 0) & (table["risk"] >= HIGH)
    return np.select([is_late & (rise >= RISE), is_late & is_high], ["rose", "high"], default="")


def _expected(orders: Orders) -> tuple[pd.DataFrame, float]:
    """By customer_id, what is expected with its range; and the error of the sum over all customers in proportion to it."""
    columns = ["expected_net", "low", "high"]
    try:
        clv = predict_clv(everybody(orders), months=MONTHS, margin=1.0, discount_rate=0.0)
    except EmptyError:
        return pd.DataFrame(columns=columns, dtype=float), np.nan
    base = clv.summary.iloc[0]
    error = (base["high"] - base["value"]) / base["value"] if base["value"] > 0 else 0.0
    return clv.table.set_index("customer_id")[["clv", "low", "high"]].set_axis(columns, axis=1), float(error)


def _figures(each: pd.DataFrame, error: float) -> dict[str, float]:
    lost = each[each["why"] != ""]
    value, expected = (part["expected_net"].sum(min_count=1) if len(part) else 0.0 for part in (lost, each))
    half = np.sqrt((error * value) ** 2 + (((lost["high"] - lost["low"]) / 2) ** 2).sum())
    return {
        "customers": len(each),
        "slipping": len(lost),
        "expected_net": expected,
        "value_at_risk": value,
        "low": max(value - half, 0.0) if len(lost) else value,
        "high": value + half if len(lost) else value,
        "share": value / expected if expected > 0 else np.nan,
        "enough": len(lost) >= ENOUGH,
    }


def _people(orders: Orders, lost: pd.DataFrame) -> pd.DataFrame:
    known = orders.frame(orders.customers.select("customer_id", *KNOWN))
    people = lost.merge(known, on="customer_id", how="left")
    people = people.sort_values(["expected_net", "customer_id"], ascending=[False, True], ignore_index=True)
    return people[list(LIST)]
