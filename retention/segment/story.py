"""One customer: everything that happened, the own rhythm, and where it leaves them among all."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from retention.errors import EmptyError
from retention.intervals import ENOUGH
from retention.measure.lapse import lapse_threshold
from retention.measure.timing import time_to_next_order
from retention.orders import Orders, known_purchases
from retention.periods import day_number, day_of
from retention.segment.standing import figures, segments_at

CURVE = {"returned": "share_returned", "low": "low", "high": "high"}


@dataclass(frozen=True)
class Rhythm:
    """How often a customer buys, and whether the silence since the last purchase is long.

    last_number: how many purchases the customer has made so far. gaps: times between two purchases on different days; of
    these median_gap, shortest_gap and longest_gap in days. days_silent: from the last purchase to the end of observation.
    next_due: the last purchase and a median gap. lapse_days: see `lapse_threshold`.
    peers_after: the purchase after which the others waited. peers: how many others; returned: the share of them who had come
    back after so many days, with its 95 % interval low to high.
    """

    last_number: int
    gaps: int
    median_gap: float
    shortest_gap: float
    longest_gap: float
    days_silent: int
    next_due: date | None
    lapse_days: int
    peers_after: int
    peers: int
    returned: float
    low: float
    high: float


@dataclass(frozen=True)
class CustomerStory:
    """What `customer_story` returns.

    table: one row a key figure. who: what is known of the person. timeline: one row an event. lines: one row a line of
    the orders. rhythm: missing (None) without a purchase. history: one row a date. Columns: see `customer_story`.
    """

    table: pd.DataFrame
    who: pd.Series = field(repr=False)
    timeline: pd.DataFrame = field(repr=False)
    lines: pd.DataFrame = field(repr=False)
    rhythm: Rhythm | None = field(repr=False)
    history: pd.DataFrame = field(repr=False)
    as_of: date
    currency: str
    notes: tuple[str, ...] = ()


def customer_story(orders: Orders, customer_id: int) -> CustomerStory:
    """What happened with one customer, beside the shop's other customers.

    Key figures stand beside their median over all customers with a purchase, and beside the share of these customers who have
    less. Return rate = refunds ÷ (gross revenue − discounts).

    The customer's rhythm is the median number of days between two purchases on different days; the next purchase is due so
    many days after the last. How usual the silence is shows in those who got as far: of all customers with as many purchases,
    the share who had made the next one within as many days as this customer has been silent (Kaplan–Meier, as in
    time_to_next_order). Where fewer than 30 made so many purchases, the last number that 30 did reach is taken.

    The segment at the end of each quarter is that of rfm_segments with what was known on that day. The cut-points are those of
    that day's customers, so the segment may change although the customer did nothing.

    With filters, it takes the orders that pass them, and the ratings and tickets of the time that is looked at.

    Returns a CustomerStory. table: figure (orders, net, aov, return_rate, discount_share), value, median, share_below (of the
    customers who have a value), n (how many these are). who: customer_id, customer_ref, name, email, phone, country, city, consent,
    is_guest, contactable, first_purchase, last_purchase. timeline, by time: kind (purchase, return, not counted, rating, ticket),
    at, order_id, order_ref, channel, status, what (products, words of a rating, topic of a ticket), units, gross, discounts,
    refunds, net (missing where the order does not count), score, scale_low, scale_high, replied_at, solved_at. lines: order_id,
    line_id, product_id, product, category, quantity, unit_price, gross, discount, refund, net, is_return. history, at most eight
    quarter ends and the end of observation: day, recency_days, frequency, monetary, r, f, m, code, segment, customers. Money in
    currency units. Raises EmptyError for a customer who has no order here.

    When not to trust it: one customer is one case; others tell what is usual, not what this person will do. Under three gaps the
    rhythm is hardly one. Orders under another address or number are another customer's here.

    >>> import retention as rt
    >>> story = rt.customer_story(rt.load_sample("cdnow"), 1)
    >>> story.table.loc[0, ["value", "median"]].tolist(), story.rhythm.days_silent, story.history["segment"].iloc[-1]
    ([4.0, 1.0], 201, 'Loyal Customers')
    """
    table = orders.customers
    found = orders.frame(table.filter(table.customer_id == int(customer_id)))
    if found.empty:
        raise EmptyError(
            "There is no customer number {customer_id} among these orders.",
            "Look for another one or clear a filter.",
            customer_id=customer_id,
        )
    who = found.iloc[0]
    documents, lines = _documents(orders, customer_id), _lines(orders, customer_id)
    notes: list[str] = []
    timeline = _timeline(orders, customer_id, documents, lines, notes)
    bought = documents[documents["is_purchase"]]
    days = bought["ordered_at"].agg(["min", "max"]).rename({"min": "first_purchase", "max": "last_purchase"})
    who = pd.concat([who.drop(["first_order", "last_order", "purchases", "net"]), days])
    counted = documents[documents["is_purchase"] | documents["is_return"]]
    if bought.empty:
        notes.append("This customer has no purchase here, so there is no segment and nothing to compare.")
    if _namesakes(orders, who["name"]):
        notes.append("Other customers have the same name; they are told apart by their address or number.")
    return CustomerStory(
        table=figures(orders, counted),
        who=who,
        timeline=timeline,
        lines=lines,
        rhythm=None if bought.empty else _rhythm(orders, bought),
        history=segments_at(orders, counted),
        as_of=orders.as_of,
        currency=orders.currency,
        notes=tuple(notes),
    )


def _documents(orders: Orders, customer_id: int) -> pd.DataFrame:
    """Every order of the customer, the ones that do not count included."""
    table = orders.orders
    found = orders.frame(table.filter(table.customer_id == int(customer_id)))
    return found.sort_values("order_id", ignore_index=True)


def _lines(orders: Orders, customer_id: int) -> pd.DataFrame:
    table, lines = orders.orders, orders.lines
    of_customer = table.filter(table.customer_id == int(customer_id)).select("order_id")
    found = orders.frame(lines.semi_join(of_customer, "order_id"))
    found = found.sort_values(["order_id", "line_id"], ignore_index=True)
    found[["gross", "discount", "refund", "net"]] /= 100
    return found[["order_id", *found.columns.drop(["order_id", "units"])]]


def _timeline(
    orders: Orders, customer_id: int, documents: pd.DataFrame, lines: pd.DataFrame, notes: list[str]
) -> pd.DataFrame:
    events = documents.rename(columns={"ordered_at": "at"})
    counts = events["is_purchase"] | events["is_return"]
    events["kind"] = np.where(events["is_purchase"], "purchase", np.where(counts, "return", "not counted"))
    events["what"] = events["order_id"].map(_products(lines))
    events[["gross", "discounts", "refunds", "net"]] /= 100
    events["net"] = events["net"].where(counts)
    rated = orders.frame(orders.feedback.filter(orders.feedback.customer_id == int(customer_id)))
    rated = rated.rename(columns={"given_at": "at", "text": "what"}).assign(kind="rating")
    asked = orders.frame(orders.tickets.filter(orders.tickets.customer_id == int(customer_id)))
    asked = asked.rename(columns={"opened_at": "at", "topic": "what"}).assign(kind="ticket")
    columns = [
        "kind", "at", "order_id", "order_ref", "channel", "status", "what", "units", "gross", "discounts", "refunds", "net",
        "score", "scale_low", "scale_high", "replied_at", "solved_at",
    ]  # fmt: skip
    beside = pd.concat([part.reindex(columns=columns) for part in (rated, asked) if len(part)] or [events.head(0)])
    inside = beside["at"].isna() | beside["at"].dt.date.between(orders.since, orders.as_of, inclusive="left")
    if not inside.all():
        notes.append("Ratings and tickets from outside the time of the orders are left out.")
    parts = [part.reindex(columns=columns) for part in (events, beside[inside]) if len(part)]
    told = pd.concat(parts).astype({"order_id": "Int32"})
    return told.sort_values("at", kind="stable", ignore_index=True)


def _products(lines: pd.DataFrame) -> pd.Series:
    """order_id → its products in words."""
    named = lines["product"].fillna(lines["product_id"]).fillna("–")
    pieces = lines["quantity"].map("{:g} × ".format).where(lines["quantity"] != 1, "")
    return (pieces + named).groupby(lines["order_id"]).agg("; ".join)


def _rhythm(orders: Orders, bought: pd.DataFrame) -> Rhythm:
    days = np.unique(bought["day"].to_numpy())
    gaps = np.diff(days)
    silent = day_number(orders.as_of) - int(days[-1])
    usual, shortest, longest = np.quantile(gaps, [0.5, 0, 1]) if len(gaps) else [np.nan] * 3
    number = int(bought["order_number"].max())
    got_so_far = orders.frame(_numbers(known_purchases(orders)))
    reached = got_so_far.loc[(got_so_far["customers"] >= ENOUGH) & (got_so_far["order_number"] <= number)]
    after = number if reached.empty else int(reached["order_number"].max())
    others = time_to_next_order(orders, after=after)
    curve = others.curve[others.curve["day"] <= silent - 1]  # the end of observation itself was not observed
    return Rhythm(
        last_number=number,
        gaps=len(gaps),
        median_gap=float(usual),
        shortest_gap=float(shortest),
        longest_gap=float(longest),
        days_silent=silent,
        next_due=day_of(days[-1] + round(usual)) if len(gaps) else None,
        lapse_days=lapse_threshold(orders).days,
        peers_after=after,
        peers=int(others.overall["n"]),
        **{name: float(curve[column].iloc[-1]) for name, column in CURVE.items()},
    )


@lru_cache
def _numbers(purchases: ir.Table) -> ir.Table:
    """How many customers made a first, second, … purchase."""
    return purchases.group_by("order_number").aggregate(customers=purchases.count())


def _namesakes(orders: Orders, name: object) -> bool:
    """Whether somebody else has this name."""
    if not isinstance(name, str):
        return False
    table = orders.customers
    return len(orders.frame(table.filter(table.name.lower() == name.lower()).select("customer_id").limit(2))) > 1
