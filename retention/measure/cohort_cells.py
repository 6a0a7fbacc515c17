"""What cohorts are made of: the sums of every cohort, age and group, and how long customers usually wait."""

from __future__ import annotations

from dataclasses import replace

import ibis
import ibis.expr.types as ir

from retention.measure.starting_groups import groups_of_customers, largest_groups
from retention.orders import Orders, Selection, purchases_and_returns
from retention.periods import period_column

SHORTEST_WAIT, USUAL_WAIT = 30, 0.8  # days; share of the gaps between two purchases that are no longer


def cells_of(orders: Orders, period: str, value: str, by: str) -> ir.Table:
    """Cohort, age and group: size, customers, orders and the amount that the value asks for."""
    table = purchases_and_returns(orders)
    table = _of_cohorts(orders, table.filter(table.customer_id.notnull(), table.first_day.notnull()))
    table = table.mutate(
        cohort=period_column(table.first_day, table.first_month, period),
        at=period_column(table.day, table.month, period),
    )
    each = _of_customers(table, value) if value in ("unbounded", "cumulative") else _of_ages(table, value)
    if by != "period":
        each = each.inner_join(groups_of_customers(orders, by), "customer_id")
    sums = {"customers": each.count(where=each.is_counted), "size": each.firsts.sum()}
    sums |= {name: each[name].sum().cast("int64") for name in ("orders", "net", "profit") if name in each.columns}
    if by == "period":
        return each.group_by("cohort", "age").aggregate(**sums)
    return largest_groups(each.group_by("began", "cohort", "age").aggregate(**sums), tuple(sums))


def _of_ages(table: ir.Table, value: str) -> ir.Table:
    """One row a customer and age."""
    table = table.mutate(age=table.at - table.cohort)
    sums = {"orders": table.count(where=table.is_purchase), "firsts": table.count(where=table.order_number == 1)}
    if value in ("net", "net_per_customer", "net_to_date"):
        sums["net"] = table.net.sum().cast("int64")
    if value in ("profit_to_date", "payback"):
        sums["profit"] = table.profit.sum().cast("int64")
    each = table.group_by("cohort", "age", "customer_id").aggregate(**sums)
    return each.mutate(is_counted=each.orders > 0)


def _of_customers(table: ir.Table, value: str) -> ir.Table:
    """One row a customer at the age of the last purchase, or of the second; without a second at age 0 and not counted."""
    bought = table.filter(table.is_purchase)
    by_customer = bought.group_by("cohort", "customer_id")
    if value == "unbounded":
        each = by_customer.aggregate(at=bought["at"].max())
    else:
        each = by_customer.aggregate(at=bought["at"].min(where=bought.order_number > 1))
    return each.mutate(age=ibis.coalesce(each["at"] - each.cohort, 0), is_counted=each["at"].notnull(), firsts=1)


def narrows(orders: Orders) -> bool:
    """Whether a filter can leave out a customer's first purchase; one up to a last day cannot."""
    return replace(orders.selection, end=None) != Selection()


def _of_cohorts(orders: Orders, table: ir.Table) -> ir.Table:
    """The orders of customers whose first purchase passes the filter; without one, or up to a last day, all do."""
    if not narrows(orders):
        return table
    firsts = table.filter(table.is_purchase, table.order_number == 1)
    return table.semi_join(firsts, "customer_id")


def usual_wait(orders: Orders) -> int:
    """Days that 80 of 100 gaps between two purchase days do not exceed, at least 30."""
    table = orders.orders
    bought = table.filter(table.is_purchase, table.customer_id.notnull())
    before = bought.day.lag().over(group_by=bought.customer_id, order_by=bought.order_id)
    gaps = bought.select(days=bought.day - before).filter(lambda table: table.days > 0)
    found = orders.frame(gaps.group_by("days").aggregate(gaps=lambda table: table.count())).sort_values("days")
    reached = found["gaps"].cumsum() >= USUAL_WAIT * found["gaps"].sum()
    return max(SHORTEST_WAIT, int(found.loc[reached, "days"].iloc[0])) if len(found) else SHORTEST_WAIT
