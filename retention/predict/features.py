"""What was known of every customer on a day: the features of the churn score, counted in the engine."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from retention.intervals import ENOUGH
from retention.orders import Orders
from retention.periods import day_number

LATELY = 90  # days that count as lately
MANY = 10  # from this purchase on, all are peers
GROUPS = {
    "silence": ("recency_days", "silence_own", "silence_peers"),
    "rhythm": ("own_gap", "peers_gap"),
    "orders": ("purchase_days", "tenure_days", "lately"),
    "money": ("paid", "aov"),
    "discounts": ("discount_share",),
    "returns": ("return_share",),
    "range": ("categories", "products"),
    "channel": ("channel",),
}
# One row: the cut-off, the first day of the last purchase, and which of the customers are drawn.
MOMENT = ibis.table({"cut_off": "int32", "since": "int32", "keep": "int64", "shift": "int64"}, name="chosen_moment")
_PRIME, _FACTOR, _SHIFT = 2**31 - 1, 1_103_515_245, 12_820_163


def features_at(
    orders: Orders, cut_off: date, silent_up_to: int | None = None, share: float = 1.0, seed: int = 0
) -> pd.DataFrame:
    """What was known on a day of every customer who had bought before it; what happened on that day or later changes nothing.

    recency_days = days from the last purchase to the cut-off; purchase_days = days with a purchase; tenure_days = days from
    the first purchase to the cut-off; own_gap = median of the days between the own purchase days (missing below two);
    peers_gap = days by which half of the gaps after the same number of purchase days were over, of all customers and of the
    gaps that had ended (of all gaps together where fewer than 30 had); silence_own and silence_peers = recency ÷ either;
    paid = gross revenue − discounts; aov = paid ÷ purchases; discount_share = discounts ÷ gross revenue; return_share = money
    of return documents dated before the cut-off ÷ paid (a refund that the file dates to its order is left out, as nobody
    knows when it became known); categories, products = different ones bought; channel of the last purchase; lately =
    purchase days in the last 90 days.

    silent_up_to: only customers whose last purchase is at most so many days ago. share, seed: of about this share of all
    customers, drawn by their number. One row a customer, by customer_id; money in currency units.
    """
    day = day_number(cut_off)
    since = -(2**30) if silent_up_to is None else day - silent_up_to
    moment = {MOMENT.get_name(): _moment(day, since, int(share * _PRIME), seed * _SHIFT % _PRIME)}
    known, gaps = _known(orders.orders, orders.lines)
    return _derived(orders.frame(known, moment), orders.frame(gaps, moment), day)


def buyers_between(orders: Orders, start: date, end: date) -> np.ndarray:
    """The customers with a purchase from start to the day before end, by customer_id."""
    moment = {MOMENT.get_name(): _moment(day_number(end), day_number(start), 0, 0)}
    return orders.frame(_buyers(orders.orders), moment)["customer_id"].to_numpy()


def _moment(cut_off: int, since: int, keep: int, shift: int) -> ir.Table:
    row = ibis.literal(cut_off, "int32").name("cut_off").as_table()
    return row.mutate(
        since=ibis.literal(since, "int32"), keep=ibis.literal(keep, "int64"), shift=ibis.literal(shift, "int64")
    )


@lru_cache
def _buyers(orders: ir.Table) -> ir.Table:
    """Who bought from `since` to the day before `cut_off`."""
    bought = orders.filter(
        orders.is_purchase,
        orders.customer_id.notnull(),
        orders.day >= MOMENT.since.as_scalar(),
        orders.day < MOMENT.cut_off.as_scalar(),
    )
    return bought.select("customer_id").distinct()


@lru_cache
def _known(orders: ir.Table, lines: ir.Table) -> tuple[ir.Table, ir.Table]:
    """One row a customer; and how many gaps after each number of purchase days were how long."""
    cut_off, since, keep, shift = (MOMENT[name].as_scalar() for name in MOMENT.columns)
    past = orders.filter(orders.customer_id.notnull(), orders.day < cut_off)
    past = past.filter((past.customer_id.cast("int64") * _FACTOR + shift) % _PRIME < keep)
    bought = past.filter(past.is_purchase)
    days = _purchase_days(bought)
    waits = days.filter(days.gap.notnull()).select(
        "customer_id", "day", "gap", number=ibis.least(days.place, MANY).cast("int32")
    )
    sums = days.group_by("customer_id").aggregate(
        first_day=days.day.min(),
        last_day=days.day.max(),
        purchase_days=days.count(),
        lately=days.count(where=days.day >= cut_off - LATELY),
        purchases=days.purchases.sum().cast("int64"),
        gross=days.gross.sum().cast("int64"),
        discounts=days.discounts.sum().cast("int64"),
        last_order=days.last_order.max(),
    )
    sums = sums.filter(sums.last_day >= since)
    own = own_gap(waits.semi_join(sums, "customer_id"))
    returned = past.filter(past.is_return)
    returned = returned.group_by(returner="customer_id").aggregate(returned=returned.refunds.sum().cast("int64"))
    bought = bought.semi_join(sums, "customer_id")
    chosen = lines.filter(lines.quantity > 0).inner_join(bought.select("order_id", "customer_id"), "order_id")
    kinds = chosen.group_by(buyer="customer_id").aggregate(
        categories=chosen.category.nunique(), products=ibis.coalesce(chosen.product_id, chosen.product).nunique()
    )
    last = bought.select(place="order_id", channel="channel")
    joined = sums.left_join(own, sums.customer_id == own.owner)
    joined = joined.left_join(returned, joined.customer_id == returned.returner)
    joined = joined.left_join(kinds, joined.customer_id == kinds.buyer)
    joined = joined.left_join(last, joined.last_order == last.place)
    known = joined.drop("owner", "returner", "buyer", "place", "last_order").order_by("customer_id")
    return known, waits.group_by("number", "gap").aggregate(n=waits.count())


def _purchase_days(bought: ir.Table) -> ir.Table:
    """One row a customer and day with a purchase; gap: the days since the one before; place: how many lie before."""
    days = bought.group_by("customer_id", "day").aggregate(
        purchases=bought.count(),
        gross=bought.gross.sum(),
        discounts=bought.discounts.sum(),
        last_order=bought.order_id.max(),
    )
    in_time = ibis.window(group_by="customer_id", order_by="day")
    return days.mutate(gap=days.day - days.day.lag(1).over(in_time), place=ibis.row_number().over(in_time))


def own_gap(waits: ir.Table, least: int = 1) -> ir.Table:
    """The median gap of each customer who has so many: the mean of the one or two in the middle. Columns: owner, own_gap."""
    by_length = ibis.window(group_by="customer_id", order_by=["gap", "day"])
    ranked = waits.select(
        "customer_id",
        "gap",
        place=ibis.row_number().over(by_length),
        n=waits.gap.count().over(ibis.window(group_by="customer_id")),
    )
    middle = ranked.filter((ranked.place == (ranked.n - 1) // 2) | (ranked.place == ranked.n // 2))
    middle = middle.filter(middle.n >= least)
    return middle.group_by(owner="customer_id").aggregate(own_gap=middle.gap.mean())


def _derived(found: pd.DataFrame, gaps: pd.DataFrame, cut_off: int) -> pd.DataFrame:
    recency = (cut_off - found["last_day"]).astype(float)
    paid = (found["gross"] - found["discounts"]) / 100
    peers = _peers_gap(gaps).reindex(found["purchase_days"].clip(upper=MANY)).to_numpy()
    own = found["own_gap"].astype(float)
    return pd.DataFrame(
        {
            "customer_id": found["customer_id"],
            "recency_days": recency,
            "purchase_days": found["purchase_days"].astype(float),
            "tenure_days": (cut_off - found["first_day"]).astype(float),
            "own_gap": own,
            "peers_gap": peers,
            "silence_own": recency / own,
            "silence_peers": recency / peers,
            "paid": paid,
            "aov": paid / found["purchases"],
            "discount_share": found["discounts"] / found["gross"].where(found["gross"] > 0),
            "return_share": found["returned"].fillna(0) / 100 / paid.where(paid > 0),
            "categories": found["categories"].fillna(0).astype(float),
            "products": found["products"].fillna(0).astype(float),
            "channel": found["channel"],
            "lately": found["lately"].astype(float),
        }
    )


def _peers_gap(gaps: pd.DataFrame) -> pd.Series:
    """By the number of purchase days, the days by which half of the gaps that followed were over."""
    pooled = _median(gaps)
    each = dict(list(gaps.groupby("number")))
    return pd.Series(
        {
            number: _median(each[number]) if number in each and each[number]["n"].sum() >= ENOUGH else pooled
            for number in range(1, MANY + 1)
        }
    )


def _median(gaps: pd.DataFrame) -> float:
    if gaps.empty:
        return np.nan
    lengths = gaps.groupby("gap")["n"].sum()
    return float(lengths.index[np.searchsorted(lengths.cumsum(), lengths.sum() / 2)])
