"""What the units of an experiment bought in their window and before, as one row a unit and as the sums of the arms."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import ibis
import ibis.expr.types as ir

from retention.errors import EmptyError, OptionError
from retention.experiment.followed import UNITS, Followed, told_value
from retention.experiment.sums import ArmSums, Metric, arm_sums, summed
from retention.orders import purchases_and_returns
from retention.periods import day_number
from retention.schema import CUSTOMERS
from retention.segment.scores import standings, with_segments

BEFORE = 365  # days before the assignment that say what a unit was like
GROUPS = ("segment", "country", "channel", "orders_before")
CENTS = 100
PROFIT = 1_000_000  # profit is kept in ten-thousandths of a hundredth


def metrics_of_orders(followed: Followed, primary: str) -> tuple[Metric, ...]:
    """What came with the assignments, and what can be read from orders if any of the units is a customer.

    What was bought in the year before takes out what customers differed in already. primary: "" for the first of them
    """
    metrics = [
        Metric(column, "share" if share else "mean", f"told_{n}")
        for n, (column, share) in enumerate(followed.told.items())
    ]
    if followed.dated and followed.strangers < sum(followed.assigned.values()):
        metrics += _from_orders(followed)
    if not metrics:
        raise EmptyError(
            "Nobody of those assigned is a customer in these orders.",
            "Bring orders and assignments that name people in the same way: by e-mail, phone or customer number.",
        )
    names = [metric.name for metric in metrics if metric.role != "guardrail"]
    primary = primary or names[0]
    if primary not in names:
        raise OptionError(
            "metric={metric!r} is not possible.", "Use one of: {allowed}.", metric=primary, allowed=", ".join(names)
        )
    return tuple(replace(metric, role="primary") if metric.name == primary else metric for metric in metrics)


def _from_orders(followed: Followed) -> list[Metric]:
    is_known = followed.first > day_number(followed.orders.observed_from)
    means = ("orders", "revenue", *(["profit"] if followed.orders.margin is not None else []))
    return [
        Metric("repeat", "share", "repeat"),
        *(Metric(name, "mean", name, before=f"{name}_before" if is_known else "") for name in means),
        Metric("aov", "ratio", "revenue", per="orders"),
        Metric("returns", "ratio", "refunds", per="paid", role="guardrail", lower_is_better=True),
        Metric("discounts", "ratio", "discounts", per="gross", role="guardrail", lower_is_better=True),
    ]


@lru_cache
def bought(table: ir.Table, days: int) -> ir.Table:
    """Every order of a unit from a year before its assignment to the end of its window, with `offset`: 1 on the day of assignment."""
    joined = table.inner_join(UNITS, "customer_id")
    joined = joined.mutate(offset=joined.day - joined.day0 + 1)
    return joined.filter(joined.offset > -BEFORE, joined.offset <= days)


def units_with_outcome(followed: Followed, control: str, cost_per_order: float) -> ir.Table:
    """One row a unit: variant and the columns of the metrics, money in currency units.

    cost_per_order: what the offer costs with every order in the arms but control
    """
    table = bought(purchases_and_returns(followed.orders), followed.days)
    is_after, is_before = table.offset >= 1, table.offset < 1
    each = table.group_by(unit="person_ref").aggregate(
        orders=table.count(where=is_after & table.is_purchase),
        revenue=table.net.sum(where=is_after) / CENTS,
        profit=table.profit.sum(where=is_after) / PROFIT,
        gross=table.gross.sum(where=is_after) / CENTS,
        discounts=table.discounts.sum(where=is_after) / CENTS,
        refunds=table.refunds.sum(where=is_after) / CENTS,
        orders_before=table.count(where=is_before & table.is_purchase),
        revenue_before=table.net.sum(where=is_before) / CENTS,
        profit_before=table.profit.sum(where=is_before) / PROFIT,
    )
    columns = [column for column in each.columns if column != "unit"]
    joined = UNITS.left_join(each, UNITS.person_ref == each.unit)
    values = {column: joined[column].cast("float64").fill_null(0.0) for column in columns}
    offered = (joined.variant != control).cast("float64")
    values["profit"] = values["profit"] - offered * cost_per_order * values["orders"]
    values["paid"] = values["gross"] - values["discounts"]
    values["repeat"] = (values["orders"] > 0).cast("int8")
    values |= {f"told_{n}": told_value(joined, column) for n, column in enumerate(followed.told)}
    return joined.select("person_ref", "customer_id", "variant", "day0", **values)


def sums_of_units(
    followed: Followed, units: ir.Table, metrics: tuple[Metric, ...], by: str = ""
) -> dict[tuple[str, ...], ArmSums]:
    """The sums of every arm, (arm,) or with `by` (arm, group) → sums."""
    columns = sorted({column for metric in metrics for column in metric.columns})
    keys = ["variant", *(["group"] if by else [])]
    found = followed.frame(summed(_grouped(followed, units, by) if by else units, columns, keys))
    return {
        tuple(str(row[key]) for key in keys): arm_sums(row, columns) for _, row in found.sort_values(keys).iterrows()
    }


def _grouped(followed: Followed, units: ir.Table, by: str) -> ir.Table:
    """The same units with `group`: what was known of them before they were assigned; "" where nothing was."""
    orders, day = followed.orders, followed.first - 1
    if not followed.dated:
        raise OptionError(
            "Without the day of assignment nobody can say what people were like before it.",
            "Leave out by={by!r}.",
            by=by,
        )
    paid = purchases_and_returns(orders)
    if by == "country":
        known = CUSTOMERS.select(who="customer_id", group=CUSTOMERS.country)
    elif by == "channel":
        firsts = paid.filter(paid.order_number == 1, paid.is_purchase)
        known = firsts.select(who="customer_id", group=firsts.channel)
    elif by == "segment":
        before = paid.filter(paid.day <= day)
        scored = with_segments(standings(before), before, day)
        known = scored.select(who="customer_id", group=scored.segment)
    elif by == "orders_before":
        past = paid.inner_join(UNITS, "customer_id")
        past = past.filter(past.is_purchase, past.day < past.day0)
        counted = past.group_by(who="customer_id").aggregate(orders=past.count())
        known = counted.select("who", group=ibis.ifelse(counted.orders > 1, "several", "one"))
    else:
        raise OptionError("by={by!r} is not possible.", "Use one of: {allowed}.", by=by, allowed=", ".join(GROUPS))
    joined = units.left_join(known, units.customer_id == known.who)
    unknown = "none" if by == "orders_before" else ""
    return joined.select(*units.columns, group=joined.group.fill_null(unknown))
