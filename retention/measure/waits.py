"""From each purchase to the next: the days between them, counted in the engine."""

from __future__ import annotations

from functools import lru_cache

import ibis
import ibis.expr.types as ir

from retention.orders import Orders

BY = ("product", "category", "channel", "country", "discount")
OF_LINES = ("product", "category")
OTHERS_PLACE, UNKNOWN_PLACE = 12, 13
PARTS = 50
_CODES, _MOST = 2**21, 10**12


def every_wait(orders: Orders, by: str | None = None) -> ir.Table:
    """Every purchase of a known customer that passes the filter, and the day of their next that passes it, if there is one.

    Columns: customer_id, day, next_day, group (a code of `_names`, missing where by is None or the group is not known).
    """
    return _every_wait(orders.orders, orders.lines, by)


def waits_after(orders: Orders, number: int, by: str | None = None) -> ir.Table:
    """The same for one purchase a customer, the first, second, …, which needs no window over all orders."""
    return _waits_after(orders.orders, orders.lines, number, by)


@lru_cache
def _every_wait(orders: ir.Table, lines: ir.Table, by: str | None) -> ir.Table:
    bought = _bought(orders, lines, by)
    later = ibis.window(group_by="customer_id", order_by="order_number")
    return _with_group(orders, lines, bought.mutate(next_day=bought.day.lead().over(later)), by)


@lru_cache
def _waits_after(orders: ir.Table, lines: ir.Table, number: int, by: str | None) -> ir.Table:
    bought = _bought(orders, lines, by)
    bought = bought.filter(bought.order_number >= number)
    here = bought.order_number == number
    marks = {name: bought[name].max(where=here) for name in ("group", "order_id") if name in bought.columns}
    waits = bought.group_by("customer_id").aggregate(
        **marks, day=bought.day.min(where=here), next_day=bought.day.min(where=~here)
    )
    return _with_group(orders, lines, waits.filter(waits.day.notnull()), by)


def histogram(orders: Orders, waits: ir.Table, by: str | None, last_day: int, in_parts: bool) -> ir.Table:
    """How many waits that began by the last day were over by then, or still open, after so many days.

    Columns: place, name, part, days, returned, n. place: 0 to 11 for the largest groups (ties by name), OTHERS_PLACE for the rest together, UNKNOWN_PLACE where the group is
    not known. part: a fiftieth of the customers, for errors that allow for several waits of one customer.
    """
    return _histogram(orders.orders, orders.lines, waits, by, last_day, in_parts)


@lru_cache
def _histogram(
    orders: ir.Table, lines: ir.Table, waits: ir.Table, by: str | None, last_day: int, in_parts: bool
) -> ir.Table:
    waits = waits.filter(waits.day <= last_day)
    returned = ibis.ifelse(waits.next_day <= last_day, waits.next_day, ibis.null("int32"))
    each = waits.select(
        group=waits.group,
        part=(waits.customer_id % PARTS if in_parts else ibis.literal(0)).cast("int32"),
        days=ibis.coalesce(returned, last_day) - waits.day,
        returned=returned.notnull(),
    )
    counts = each.group_by("group", "part", "days", "returned").aggregate(n=each.count())
    if by is None:
        return counts.select("part", "days", "returned", "n", place=ibis.literal(0), name=ibis.null("string"))
    sizes = counts.filter(counts.group.notnull()).group_by("group").aggregate(size=lambda table: table.n.sum())
    sizes = sizes.mutate(place=ibis.row_number().over(ibis.window(order_by=[sizes.size.desc(), sizes.group])))
    largest = sizes.filter(sizes.place < OTHERS_PLACE)
    names = _names(orders, lines, by)
    largest = largest.inner_join(names, largest.group == names.code)
    largest = largest.select("place", "name", large="group")
    joined = counts.left_join(largest, counts.group == largest.large)
    place = ibis.cases(
        (joined.group.isnull(), UNKNOWN_PLACE), (joined.place.isnull(), OTHERS_PLACE), else_=joined.place
    )
    placed = joined.mutate(place=place.cast("int32"))
    return placed.group_by("place", "name", "part", "days", "returned").aggregate(n=placed.n.sum())


def _names(orders: ir.Table, lines: ir.Table, by: str) -> ir.Table:
    """The groups by name, each with its code: 0, 1, 2, … in the order of the names. Codes are quicker to join than names."""
    table = lines if by in OF_LINES else _with_discount(orders)
    names = table.filter(table[by].notnull()).select(name=table[by]).distinct()
    return names.mutate(code=ibis.row_number().over(ibis.window(order_by=names.name)).cast("int64"))


def _with_discount(orders: ir.Table) -> ir.Table:
    return orders.mutate(discount=ibis.ifelse(orders.discounts > 0, "discounted", "full price"))


def _bought(orders: ir.Table, lines: ir.Table, by: str | None) -> ir.Table:
    table = _with_discount(orders)
    table = table.filter(table.is_purchase, table.customer_id.notnull(), table.order_number.notnull())
    columns = ["customer_id", "day", "order_number"]
    if by is None or by in OF_LINES:
        return table.select(*columns, *(["order_id"] if by else []))
    names = _names(orders, lines, by)
    return table.left_join(names, table[by] == names.name).select(*columns, group="code")


def _with_group(orders: ir.Table, lines: ir.Table, waits: ir.Table, by: str | None) -> ir.Table:
    """The waits with the code of their group; of an order's lines the most valuable counts, the first by name among equals."""
    columns = ("customer_id", "day", "next_day")
    if by is None:
        return waits.select(*columns, group=ibis.null("int64"))
    if by not in OF_LINES:
        return waits.select(*columns, "group")
    names = _names(orders, lines, by)
    lines = lines.filter(lines.quantity > 0, lines.unit_price > 0)
    lines = lines.left_join(names, lines[by] == names.name)
    worth = ibis.greatest(ibis.least(lines.gross - lines.discount, _MOST), 0)
    rank = worth * _CODES + (_CODES - 1 - ibis.coalesce(lines.code, _CODES - 1))
    best = lines.mutate(rank=rank).group_by(best_order="order_id").aggregate(best=lambda table: table.rank.max())
    joined = waits.left_join(best, waits.order_id == best.best_order)
    code = _CODES - 1 - joined.best % _CODES
    return joined.select(*columns, group=ibis.ifelse(code < _CODES - 1, code, ibis.null("int64")))
