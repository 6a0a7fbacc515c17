"""Who is due: first-time buyers for their second order, buyers of what runs out for the next piece."""

from __future__ import annotations

from functools import lru_cache

import ibis
import ibis.expr.types as ir
import numpy as np

from retention.act.kinds import Kind
from retention.act.moments import Shop
from retention.errors import EmptyError
from retention.measure.timing import time_to_next_order
from retention.predict.replenishment import intervals, product_names, product_purchases, usual_days

FIRST, LAST = 0.25, 0.75  # of those who ever come back, how many have done so


def second_order(shop: Shop, notes: list[str]) -> Kind | None:
    """Who bought once, as long ago as the middle half of those who come back take to do so."""
    ages = _ages(shop)
    if ages is None:
        notes.append(
            "Due for a second order: fewer than 30 customers came back on a later day, so nobody can say when they do."
        )
        return None
    first, last = ages
    members = [(moment.orders == 1) & (moment.silent >= first) & (moment.silent <= last) for moment in shop.moments]
    return Kind("second_order", tuple(members), {"first": first, "last": last}, suggest="second")


def replenishment(shop: Shop, notes: list[str]) -> Kind | None:
    """Who last bought a product that customers buy again as long ago as the middle half of those take to do so."""
    table = usual_days(intervals(shop.orders, "product"))
    table = table[table["enough"] & table["median_days"].notna()].sort_index()
    table = table.sort_values("share_again", ascending=False, kind="stable").reset_index()
    if table.empty:
        notes.append("Due for a product: nothing was bought again by 30 customers or more.")
        return None
    spans = tuple(table[["key", "lower_quartile", "upper_quartile"]].astype("int64").itertuples(index=False, name=None))
    seen = tuple(moment.day for moment in shop.moments)
    rows = shop.orders.frame(_due(product_purchases(shop.orders, "product"), spans, seen))
    names = shop.orders.frame(product_names(shop.orders.lines, "product")).set_index("key")["product"]
    members = [shop.among(rows.loc[rows[f"due_{n}"], "customer_id"]) for n in range(len(seen))]
    due = rows[rows["due_0"]]
    product = due["place"].map(table["key"].map(names)).set_axis(due["customer_id"])
    most = product.value_counts().rename_axis("product").reset_index(name="n")
    most = most.sort_values(["n", "product"], ascending=[False, True])["product"].head(3)
    return Kind("replenishment", tuple(members), {"products": len(table)}, tuple(most), product)


def _ages(shop: Shop) -> tuple[int, int] | None:
    """The days after the first order by which a quarter and three quarters of those who come back later have done so."""
    try:
        waited = time_to_next_order(shop.orders)
    except EmptyError:  # a filter leaves no first order
        return None
    if waited.message_day is None:
        return None
    share = waited.curve["share_returned"].to_numpy()[: int(waited.overall["horizon"]) + 1]
    returned = (share - share[0]) / (share[-1] - share[0])
    first, last = (int(np.argmax(returned >= part - 1e-12)) for part in (FIRST, LAST))
    return first, last


@lru_cache
def _due(bought: ir.Table, spans: tuple[tuple[int, int, int], ...], seen: tuple[int, ...]) -> ir.Table:
    """customer_id, due_0, due_1, …: whether somebody was due for one of these products on each of these days; place: of the first
    of them today. spans: key, first and last day after the last purchase on which a customer is due"""
    farthest = seen[-1] - max(last for _key, _first, last in spans)
    bought = bought.filter(bought.key.isin([key for key, _first, _last in spans]), bought.day >= farthest)
    days = {f"day_{n}": bought.day.max(where=bought.day < day) for n, day in enumerate(seen)}
    pairs = bought.group_by("key", "customer_id").aggregate(**days)
    of_key = {key: (place, first, last) for place, (key, first, last) in enumerate(spans)}
    place, first, last = (
        ibis.array([of_key.get(key, (-1, -1, -1))[part] for key in range(max(of_key) + 1)])[pairs.key]
        for part in range(3)
    )
    due = {f"due_{n}": (day - pairs[f"day_{n}"]).between(first, last).fill_null(False) for n, day in enumerate(seen)}
    each = pairs.select("customer_id", place=place, **due)
    each = each.group_by("customer_id").aggregate(
        place=each.place.min(where=each.due_0), **{name: each[name].any() for name in due}
    )
    return each.filter(ibis.or_(*(each[name] for name in due)))
