"""Who moved from one segment to another between two days, and who moved only because the cut-offs did."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import pandas as pd

from retention.errors import EmptyError, OptionError
from retention.intervals import ENOUGH, wilson
from retention.measure.windows import last_months
from retention.orders import Orders
from retention.periods import as_date
from retention.segment.rfm import RfmSegments, rfm_segments
from retention.segment.schemes import SEASONAL, RfmScheme, scheme_of

NEW = "new"
WHY = ("changed", "cut_offs", "both")
DAY = timedelta(days=1)


@dataclass(frozen=True)
class SegmentMovement:
    """What `segment_movement` returns.

    table: one row a segment of then and a segment of now between which somebody is
    kept: one row a segment: how many of its customers of then bought again, and where they are
    left: the customers who left the best segment, those who brought most first
    then, now: the two days; best: the name of the best segment
    scheme: the scheme with the cut-points of then
    """

    table: pd.DataFrame
    kept: pd.DataFrame = field(repr=False)
    left: pd.DataFrame = field(repr=False)
    then: date
    now: date
    best: str
    scheme: RfmScheme = field(repr=False)
    currency: str = field(repr=False)
    notes: tuple[str, ...] = ()


def segment_movement(
    orders: Orders,
    then: str | date | None = None,
    now: str | date | None = None,
    scheme: str | RfmScheme = "quintile",
) -> SegmentMovement:
    """Who moved from one segment to another between two days, and who moved only because the cut-offs did.

    Every customer's segment as it was on an earlier day, from nothing but the orders before that day, beside the
    segment on a later one. Where scores are shares of the shop's own customers, the cut-offs move with the shop:
    somebody can change segment without having changed. So the later figures are scored a second time with the earlier
    cut-points. Who comes to the same segment that way changed; who would still be in the earlier segment moved only
    because the cut-offs did; who would be in a third one moved for both reasons. Of those who stayed, the cut-offs held
    those who would have left.

    Up and down follow one order of the segments: the mean of recency score × (frequency score + monetary score) over
    the codes of a segment, so that what somebody brought counts by how lately they were seen. A move to or from
    seasonal is neither up nor down. Customers who bought again = those of a segment with a purchase between the two
    days ÷ customers who were in it on the first.

    Returns a SegmentMovement. then and now are the days after the last one that is seen; left out, they are the begin
    and the end of the last complete calendar month; with only one of them, then is one month before now and now is the
    end of observation. A now beyond the data is cut to them. scheme is as in `rfm_segments`. table, the best first:
    from ("new" for who had not bought by then), to, direction (up, down, stayed, aside for to and from seasonal, new),
    customers, share of those in `from` with low and high, n (customers in `from`), bought (of the customers, those who
    bought in between), changed, cut_offs and both (why, as above; of those who moved they add up to customers; in a row
    of those who stayed, cut_offs are those held). kept: segment, customers (then), bought, retention (bought ÷
    customers) with retention_low and retention_high, up, stayed, down, aside, customers_now, enough (at least 30
    customers then). left: customer_id, customer_ref, segment (now), bought (whether in between), why, recency_days,
    frequency, monetary (currency units, by now), contactable, consent. Shares run from 0 to 1, intervals are 95 %
    (Wilson). Raises OptionError for days that cannot be read or do not follow each other, and EmptyError when nobody
    known had bought by then.

    With filters, it takes the purchases that pass them: new is who had not bought among these.

    When not to trust it: over a few weeks most people move because time passes and they do not buy, which is how scores
    are made, not news. A refund that the file dates to its order was not known on the earlier day. Under 30 customers a
    segment's rate says little.

    >>> import retention as rt
    >>> moved = rt.segment_movement(rt.load_sample("cdnow"), then="1998-01-01", now="1998-07-01")
    >>> int(moved.table["customers"].sum()), moved.best, len(moved.left)
    (2349, 'Champions', 133)
    """
    then, now = _days(orders, then, now)
    before = _before(orders, then, scheme)
    seen = orders.filter(end=now - DAY)
    after, fixed = rfm_segments(seen, scheme), rfm_segments(seen, before.scheme)
    order = ranking(before.scheme)
    each = _each(before.table, after.table, fixed.table)
    each["direction"] = _directions(each, order)
    return SegmentMovement(
        table=_flows(each, order),
        kept=_kept(each, order),
        left=_left(seen, each, order[0]),
        then=then,
        now=now,
        best=order[0],
        scheme=before.scheme,
        currency=orders.currency,
        notes=_notes(each, scheme_of(scheme)),
    )


def ranking(scheme: RfmScheme) -> list[str]:
    """The names of its segments, the best first, by the mean of recency score × (frequency score + monetary score); seasonal last.

    >>> from retention.segment.schemes import SCHEMES
    >>> ranking(SCHEMES["quintile"])[:4]
    ['Champions', 'Loyal Customers', 'Potential Loyalists', 'Need Attention']
    """
    names = pd.Series(scheme.segments)
    r, f, m = (names.index.str[at].astype(int) for at in range(3))
    worth = pd.Series(r * (f + m), names.index).groupby(names).mean()
    best_first = sorted(scheme.names, key=lambda name: -worth[name])
    return [*best_first, *({SEASONAL} - set(best_first))]


def _days(orders: Orders, then: str | date | None, now: str | date | None) -> tuple[date, date]:
    if then is None and now is None:
        return last_months(orders)
    finish = orders.as_of if now is None else min(as_date("now", now), orders.as_of)
    begin = (pd.Timestamp(finish) - pd.DateOffset(months=1)).date() if then is None else as_date("then", then)
    if begin >= finish:
        raise OptionError(
            "then={then} does not lie before now={now}.",
            "The data end before {last}: choose two days up to it, the earlier one first.",
            then=begin,
            now=finish,
            last=orders.as_of,
        )
    return begin, finish


def _before(orders: Orders, then: date, scheme: str | RfmScheme) -> RfmSegments:
    """The segments as they were then."""
    try:
        if then > orders.since:
            return rfm_segments(orders.filter(end=then - DAY), scheme)
    except EmptyError:
        pass
    raise EmptyError(
        "Nobody who can be told apart had bought before {then}, so nobody can have moved since.",
        "Choose a shorter time, or bring orders that go further back.",
        then=then,
    )


def _each(before: pd.DataFrame, after: pd.DataFrame, fixed: pd.DataFrame) -> pd.DataFrame:
    """One row a customer of now: from, to, bought, why."""
    old = before.set_index("customer_id")
    each = after.drop(columns=["r", "f", "m", "code", "segment"])
    each["from"] = each["customer_id"].map(old["segment"].astype(object)).fillna(NEW)
    each["to"] = after["segment"].astype(object)
    each["bought"] = each["frequency"] > each["customer_id"].map(old["frequency"]).fillna(0)
    begin, end, same = each["from"], each["to"], fixed["segment"].astype(object)
    moved = begin != end
    each["why"] = np.select(
        [begin == NEW, moved & (same == end), moved & (same == begin), moved, same != end],
        ["", "changed", "cut_offs", "both", "cut_offs"],
        default="",
    )
    return each


def _directions(each: pd.DataFrame, order: list[str]) -> np.ndarray:
    begin, end = (each[name].map({name: place for place, name in enumerate(order)}) for name in ("from", "to"))
    is_aside = (each["from"] == SEASONAL) | (each["to"] == SEASONAL)
    return np.select(
        [each["from"] == NEW, each["from"] == each["to"], is_aside, end < begin],
        ["new", "stayed", "aside", "up"],
        default="down",
    )


def _flows(each: pd.DataFrame, order: list[str]) -> pd.DataFrame:
    reasons = {why: each["why"] == why for why in WHY}
    groups = each.assign(**reasons).groupby(["from", "to"])
    flows = groups.agg(direction=("direction", "first"), customers=("customer_id", "size"), bought=("bought", "sum"))
    flows = flows.join(groups[list(WHY)].sum()).reset_index()
    place = {name: at for at, name in enumerate([*order, NEW])}
    flows = flows.sort_values(["from", "to"], key=lambda names: names.map(place), ignore_index=True)
    n = flows.groupby("from")["customers"].transform("sum")
    flows.insert(4, "share", flows["customers"] / n)
    low, high = wilson(flows["customers"], n)
    flows.insert(5, "low", low)
    flows.insert(6, "high", high)
    flows.insert(7, "n", n)
    return flows


def _kept(each: pd.DataFrame, order: list[str]) -> pd.DataFrame:
    seen = {*each["from"], *each["to"]}
    names = [name for name in order if name != SEASONAL or name in seen]
    groups = each.groupby("from")
    n = groups.size().reindex(names, fill_value=0)
    bought = groups["bought"].sum().reindex(names, fill_value=0)
    kept = pd.DataFrame({"customers": n, "bought": bought, "retention": bought / n.where(n > 0)})
    kept["retention_low"], kept["retention_high"] = wilson(bought, n)
    for direction in ("up", "stayed", "down", "aside"):
        kept[direction] = (each["direction"] == direction).groupby(each["from"]).sum().reindex(names, fill_value=0)
    kept["customers_now"] = each.groupby("to").size().reindex(names, fill_value=0)
    kept["enough"] = n >= ENOUGH
    return kept.rename_axis("segment").reset_index()


def _left(seen: Orders, each: pd.DataFrame, best: str) -> pd.DataFrame:
    gone = each[(each["from"] == best) & (each["to"] != best)]
    known = seen.frame(seen.customers.select("customer_id", "customer_ref", "contactable", "consent"))
    gone = gone.merge(known, on="customer_id", how="left").rename(columns={"to": "segment"})
    columns = ["customer_id", "customer_ref", "segment", "bought", "why", "recency_days", "frequency", "monetary"]
    gone = gone[[*columns, "contactable", "consent"]]
    return gone.sort_values(["monetary", "customer_id"], ascending=[False, True], ignore_index=True)


def _notes(each: pd.DataFrame, scheme: RfmScheme) -> tuple[str, ...]:
    notes = []
    if not (scheme.recency and scheme.frequency and scheme.monetary):
        notes.append(
            "Scores compare the customers of the shop with each other: when some move up, others move down without having done "
            "anything. The cut-offs moved for them."
        )
    if (each["from"] != NEW).sum() < ENOUGH:
        notes.append("Fewer than 30 customers had bought by the first of the two days: too few to tell.")
    if not each["bought"].any():
        notes.append("Nobody bought between the two days.")
    return tuple(notes)
