"""What a customer began with: the groups that the first order puts customers into."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from retention.orders import Orders
from retention.schema import CUSTOMERS

GROUPS = ("product", "category", "channel", "country", "discount", "guest")
OTHERS, UNKNOWN = "(others)", "(unknown)"
LARGEST = 15


def groups_of_customers(orders: Orders, by: str) -> ir.Table:
    """One row a customer whose first purchase is selected: customer_id and `began`, the group; "(unknown)" where no file says."""
    table = orders.orders
    firsts = table.filter(table.is_purchase, table.order_number == 1, table.customer_id.notnull())
    if by == "discount":
        is_discounted = (firsts.discounts > 0) | firsts.discount_code.notnull()
        return firsts.select("customer_id", began=ibis.ifelse(is_discounted, "discounted", "full_price"))
    if by == "guest":
        known = firsts.select("customer_id").left_join(CUSTOMERS.select("customer_id", "is_guest"), "customer_id")
        guest = ibis.cases((known.is_guest, "guest"), (~known.is_guest, "account"), else_=UNKNOWN)
        return known.select("customer_id", began=guest)
    if by in ("product", "category"):
        return _of_best_line(orders, firsts, by)
    return firsts.select("customer_id", began=ibis.coalesce(firsts[by], UNKNOWN))


def _of_best_line(orders: Orders, firsts: ir.Table, by: str) -> ir.Table:
    """The product or category of the line that cost most after its discount, ties by the name of the product."""
    lines = orders.lines
    bought = lines.filter(lines.quantity > 0, lines.unit_price > 0)
    joined = bought.inner_join(firsts.select("order_id", "customer_id"), "order_id")
    place = ibis.row_number().over(
        group_by=joined.order_id,
        order_by=[(joined.gross - joined.discount).desc(), joined["product"].asc(), joined.line_id.asc()],
    )
    best = joined.select("customer_id", name=joined[by], place=place).filter(lambda table: table.place == 0)
    known = firsts.select("customer_id").left_join(best, "customer_id")
    return known.select("customer_id", began=ibis.coalesce(known.name, UNKNOWN))


def largest_groups(cells: ir.Table, sums: tuple[str, ...]) -> ir.Table:
    """The cells of the 15 largest groups as they are, of equal ones the first by name, and all others added up as "(others)"."""
    is_unknown = cells.began == UNKNOWN
    sized = cells.mutate(is_unknown=is_unknown, total=cells["size"].sum().over(group_by=cells.began))
    order = [sized.is_unknown.asc(), sized.total.desc(), sized.began.asc()]
    placed = sized.mutate(place=ibis.dense_rank().over(order_by=order))
    name = ibis.cases((placed.is_unknown, UNKNOWN), (placed.place < LARGEST, placed.began), else_=OTHERS)
    named = placed.mutate(began=name)
    return named.group_by("began", "cohort", "age").aggregate(
        **{sum_: named[sum_].sum().cast("int64") for sum_ in sums}
    )
