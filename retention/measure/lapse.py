"""From when on silence is a sign: the lapse threshold of a shop."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import ibis.expr.types as ir
import numpy as np

from retention.intervals import ENOUGH
from retention.measure.waits import every_wait
from retention.orders import Orders

FLOOR = 30
LAPSED, AT_RISK = 0.8, 0.4


@dataclass(frozen=True)
class LapseThreshold:
    """What `lapse_threshold` returns.

    days: days of silence after which a customer counts as lapsed
    at_risk_from: days of silence from which a customer is at risk; missing (None) where nobody ever came back
    gaps: how many observed gaps the two rest on
    """

    days: int
    at_risk_from: int | None
    gaps: int
    notes: tuple[str, ...] = ()


def lapse_threshold(orders: Orders) -> LapseThreshold:
    """After how many days of silence a customer of this shop counts as lapsed.

    The threshold is the day by which 80 of 100 gaps between two purchases were over, at least 30 days. At risk is who has
    been silent for longer than 40 of 100 gaps lasted. A gap is the number of days from one purchase of a customer to their
    next on a later day; of all gaps of all customers, the percentile is the smallest whole number of days that at least so
    many of them do not exceed. Two orders on one day are no gap. Where no customer ever came back the threshold is 30 days.

    With filters, gaps lie between two purchases that pass them.

    Returns a LapseThreshold: days, at_risk_from (days, never above days), gaps (their number), notes.

    When not to trust it: only gaps that ended are counted, so in a young shop, or after a filter that leaves a short time,
    long gaps have not had time to end and the threshold is too short. Customers with many orders have many gaps and weigh
    more. Under 30 gaps it is little more than a guess.

    >>> import retention as rt
    >>> threshold = rt.lapse_threshold(rt.load_sample("cdnow"))
    >>> threshold.days, threshold.at_risk_from, threshold.gaps
    (117, 23, 4339)
    """
    found = orders.frame(_gaps(every_wait(orders))).sort_values("gap")
    gaps, count = found["gap"].to_numpy(), found["n"].to_numpy()
    n = int(count.sum())
    notes = []
    if not n:
        notes.append("Nobody has bought on two days: the lapse threshold of 30 days is a rule, not a measurement.")
        return LapseThreshold(FLOOR, None, 0, tuple(notes))
    reached = np.cumsum(count)
    lapsed, at_risk = (int(gaps[np.searchsorted(reached, share * n - 1e-9)]) for share in (LAPSED, AT_RISK))
    if n < ENOUGH:
        notes.append("The lapse threshold rests on fewer than 30 gaps between purchases: too few to tell.")
    if lapsed < FLOOR:
        notes.append(
            "Most gaps between purchases are shorter than 30 days; the lapse threshold is never set below that."
        )
    days = max(lapsed, FLOOR)
    return LapseThreshold(days, at_risk, n, tuple(notes))


@lru_cache
def _gaps(waits: ir.Table) -> ir.Table:
    waits = waits.filter(waits.next_day > waits.day).mutate(gap=waits.next_day - waits.day)
    return waits.group_by("gap").aggregate(n=waits.count())
