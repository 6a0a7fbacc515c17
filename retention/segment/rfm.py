"""Recency, frequency, monetary: every customer's scores and the segment they make."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from retention.errors import EmptyError, check_option
from retention.intervals import ENOUGH, ratio_of_sums, wilson
from retention.margin import margin_missing
from retention.orders import Orders, known_purchases, purchases_and_returns
from retention.periods import day_number
from retention.segment.schemes import CUT, SEASONAL, RfmScheme, codes, scheme_of
from retention.segment.scores import called_seasonal, seasonal_customers

MONETARY = ("net", "profit")


@dataclass(frozen=True)
class RfmSegments:
    """What `rfm_segments` returns.

    table: one row a customer; its columns stand in `rfm_segments`
    summary: one row a segment, the best first
    scheme: the scheme with the cut-points that were used
    """

    table: pd.DataFrame = field(repr=False)
    summary: pd.DataFrame
    scheme: RfmScheme
    monetary: str
    currency: str
    notes: tuple[str, ...] = ()


def rfm_segments(orders: Orders, scheme: str | RfmScheme = "quintile", monetary: str = "net") -> RfmSegments:
    """Every customer's recency, frequency and monetary score, and the segment that the three make.

    recency_days = days from the last purchase to the end of observation; frequency = number of purchases; monetary = net
    revenue of all the customer's orders, returns included, or profit with monetary="profit" (`Orders.with_margin`). Each
    becomes a score from 1 to 5, 5 the best. For frequency and money, score = 1 + ⌊5 × customers who have less ÷ customers⌋; for
    recency, score = 5 − ⌊5 × customers who bought later ÷ customers⌋. So equal values always get equal scores, the order of
    the rows changes nothing, and who bought last is never called lost. Where many are equal, some scores are empty: where 70 of
    100 bought once, frequency has no 2, 3 and 4. A scheme may name the cut-points instead.

    scheme: "quintile" (5 levels, eleven segments by recency and the mean of the two other scores), "klaviyo" (3 levels:
    recency up to 180, up to 365 and more days, thirds of the shop's customers for the others, six segments), or an
    RfmScheme of one's own. Every code belongs to exactly one segment. On top, who buys once a year, every year, is called
    "Seasonal" instead of lost: two or more seasons, 320 to 410 days from one to the next, purchases of one season at most
    45 days apart, and at most 410 days of silence; only where the recency score is not one of the two best.

    Returns an RfmSegments. table: customer_id, recency_days, frequency, monetary (currency units), r, f, m (scores), code
    ("543"), segment. summary, one row a segment, those without customers included: segment, customers, share, net,
    share_of_net, profit (missing without a margin), aov (average order value) with aov_low and aov_high, median_days_silent, repeat_rate (customers with two or
    more purchases ÷ customers) with repeat_rate_low and repeat_rate_high, enough (at least 30 customers). Raises OptionError
    for an unknown scheme or monetary and for profit without a margin, and EmptyError when no purchase names a customer.

    With filters, it takes the purchases that pass them, and of those the customers.

    Intervals: Wilson for the repeat rate, the delta method over customers for the average order value.

    When not to trust it: scores compare customers of this shop with each other, so a fifth of them is "best" even in a bad
    year. Customers of one purchase say little about themselves. In a shop younger than its usual time between two orders
    everybody looks recent. Under 100 customers a fifth is a handful.

    >>> import retention as rt
    >>> result = rt.rfm_segments(rt.load_sample("cdnow"))
    >>> len(result.table), int(result.summary["customers"].sum()), result.scheme.recency
    (2349, 2349, (151.0, 442.0, 487.0, 513.0))
    """
    check_option("monetary", monetary, MONETARY)
    if monetary == "profit" and orders.margin is None:
        raise margin_missing()
    found = orders.frame(_by_customer(purchases_and_returns(orders), known_purchases(orders)))
    if found.empty:
        raise EmptyError(
            "No order names a customer who can be told apart.", "Export the orders with an e-mail or customer number."
        )
    found = found.sort_values("customer_id", ignore_index=True)
    table = pd.DataFrame({"customer_id": found["customer_id"]})
    table["recency_days"] = day_number(orders.as_of) - found["last_day"].astype("int64")
    table["frequency"] = found["frequency"]
    table["monetary"] = found["net"] / 100 if monetary == "net" else found["profit"] / 1e6
    used = with_cuts(scheme_of(scheme), table)
    table["r"] = (used.levels - np.searchsorted(used.recency, table["recency_days"], side="left")).astype("int8")
    for score, name in (("f", "frequency"), ("m", "monetary")):
        table[score] = (1 + np.searchsorted(getattr(used, name), table[name], side="right")).astype("int8")
    table["code"], table["segment"] = _codes_and_segments(table, used, found["is_seasonal"].to_numpy())
    profit = found["profit"].to_numpy(dtype=float) / 1e6
    summary = _summary(table, found["net"].to_numpy(dtype=float) / 100, profit)
    return RfmSegments(table, summary, used, monetary, orders.currency, _notes(table, used))


def with_cuts(scheme: RfmScheme, table: pd.DataFrame) -> RfmScheme:
    """The scheme with every cut-point it left open set to equal shares of these customers."""
    cuts = {}
    for part, name in zip(CUT, ("recency_days", "frequency", "monetary"), strict=True):
        if not getattr(scheme, part):
            distinct, steps = _equal_shares(table[name].to_numpy(), scheme.levels)
            reached = np.searchsorted(steps, np.arange(1, scheme.levels))
            cuts[part] = distinct[reached - 1] if part == "recency" else np.append(distinct, np.inf)[reached]
    return replace(scheme, **cuts)


def _equal_shares(values: np.ndarray, levels: int) -> tuple[np.ndarray, np.ndarray]:
    """The distinct values, ascending, and how many steps each is from the smallest: ⌊levels × smaller values ÷ values⌋."""
    distinct, counts = np.unique(values, return_counts=True)
    return distinct, levels * (np.cumsum(counts) - counts) // len(values)


@lru_cache
def _by_customer(orders: ir.Table, purchases: ir.Table) -> ir.Table:
    """customer_id, last_day, frequency, net, profit, is_seasonal: one row a customer with a purchase."""
    known = orders.filter(orders.customer_id.notnull())
    sums = known.group_by("customer_id").aggregate(
        last_day=known.day.max(where=known.is_purchase),
        frequency=known.count(where=known.is_purchase),
        net=known.net.sum().cast("int64"),
        profit=known.profit.sum().cast("int64"),
    )
    sums = sums.filter(sums.frequency > 0)
    seasonal = seasonal_customers(purchases)
    joined = sums.left_join(seasonal, sums.customer_id == seasonal.seasonal_id)
    return joined.select(*sums.columns, is_seasonal=joined.seasonal_id.notnull())


def _codes_and_segments(
    table: pd.DataFrame, scheme: RfmScheme, is_seasonal: np.ndarray
) -> tuple[pd.Categorical, pd.Categorical]:
    numbers = [table[score].to_numpy(dtype=int) - 1 for score in ("r", "f", "m")]
    places = np.ravel_multi_index(numbers, (scheme.levels,) * 3)
    every = codes(scheme.levels)
    names = scheme.names
    of_code = np.array([names.index(scheme.segments[code]) for code in every])
    segments = of_code[places]
    silent = table["recency_days"].to_numpy()
    calls = called_seasonal(is_seasonal, silent, table["r"].to_numpy(), scheme.levels)
    if calls.any():
        names = list(dict.fromkeys([*names, SEASONAL]))
        segments = np.where(calls, names.index(SEASONAL), segments)
    return pd.Categorical.from_codes(places, every), pd.Categorical.from_codes(segments, names)


def _summary(table: pd.DataFrame, net: np.ndarray, profit: np.ndarray) -> pd.DataFrame:
    names = list(table["segment"].cat.categories)
    customers = pd.DataFrame(
        {
            "segment": table["segment"],
            "net": net,
            "profit": profit,
            "orders": table["frequency"].astype(float),
            "silent": table["recency_days"],
            "again": (table["frequency"] > 1).astype(float),
        }
    )
    customers["nn"], customers["no"] = customers["net"] ** 2, customers["net"] * customers["orders"]
    customers["oo"] = customers["orders"] ** 2
    groups = customers.groupby("segment", observed=False)
    sums = groups[["net", "orders", "again", "nn", "no", "oo"]].sum().reindex(names)
    n = groups.size().reindex(names)
    known, bought = n.where(n > 0), sums["orders"].where(sums["orders"] > 0)
    total = float(net.sum())
    result = pd.DataFrame({"customers": n, "share": n / len(table), "net": sums["net"]})
    result["share_of_net"] = sums["net"] / total if total > 0 else np.nan
    result["profit"] = groups["profit"].sum(min_count=1).reindex(names)
    result["aov"] = sums["net"] / bought
    result["aov_low"], result["aov_high"] = ratio_of_sums(n, sums["net"], bought, sums["nn"], sums["oo"], sums["no"])
    result["median_days_silent"] = groups["silent"].median().reindex(names)
    result["repeat_rate"] = sums["again"] / known
    result["repeat_rate_low"], result["repeat_rate_high"] = wilson(sums["again"], n)
    result["enough"] = n >= ENOUGH
    result.insert(0, "segment", names)
    return result.reset_index(drop=True)


def _notes(table: pd.DataFrame, scheme: RfmScheme) -> tuple[str, ...]:
    notes = []
    if len(table) < scheme.levels**2:
        notes.append("With so few customers the scores say little more than the order of the list.")
    if table["recency_days"].nunique() == 1 and len(table) > 1:
        notes.append("Everybody bought last on the same day: recency tells nobody apart.")
    if (table["frequency"] == 1).all():
        notes.append("Everybody bought once: frequency tells nobody apart.")
    if table["monetary"].nunique() == 1 and len(table) > 1:
        notes.append("Everybody spent the same: the amount tells nobody apart.")
    if (table["monetary"] <= 0).any():
        notes.append("Some customers got back as much as they paid, or more; their amount is zero or below.")
    return tuple(notes)
