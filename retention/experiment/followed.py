"""Assignments joined to orders: what every unit bought in the window after it was assigned, and before."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

import ibis
import ibis.expr.types as ir
import pandas as pd

from retention.errors import EmptyError, OptionError
from retention.experiment.manifest import Experiment
from retention.experiment.sums import ArmSums, Metric, arm_sums, summed
from retention.orders import Orders, purchases_and_returns
from retention.periods import as_date, day_number, day_of
from retention.schema import ASSIGNMENTS, CUSTOMERS
from retention.segment.scores import standings, with_segments

BEFORE = 365  # days before the assignment that say what a unit was like
GROUPS = ("segment", "country", "channel", "orders_before")
UNITS = ibis.table(
    {"person_ref": "string", "customer_id": "int32", "variant": "string", "day0": "int32"}, name="experiment_units"
)
REFS = ibis.table({"person_ref": "string", "variant": "string", "day0": "int32"}, name="experiment_refs")
DAY = 86_400  # seconds
CENTS = 100
PROFIT = 1_000_000  # profit is kept in ten-thousandths of a hundredth


@dataclass(frozen=True)
class Followed:
    """An experiment whose units are followed through the orders.

    units: what UNITS stands for; brought: rows it needs from elsewhere; days: length of the window; first, last: days on
    which somebody was assigned; complete: whether every window is; assigned: arm → all units; crossed: units in two arms,
    left out; strangers: units that are no customer, who bought nothing; waiting: units whose window is not complete,
    left out
    """

    orders: Orders
    units: ir.Table
    brought: dict[str, pd.DataFrame]
    days: int
    first: int
    last: int
    complete: bool
    assigned: dict[str, int]
    crossed: int = 0
    strangers: int = 0
    waiting: int = 0

    def frame(self, expression: ir.Table) -> pd.DataFrame:
        """Run an expression over UNITS and the tables of the orders."""
        return self.orders.frame(expression, {UNITS.get_name(): self.units}, self.brought)


def experiment_names(orders: Orders) -> tuple[str, ...]:
    """The experiments of the assignments, by name; "" for rows that name none."""
    found = orders.frame(ASSIGNMENTS.select(name=ASSIGNMENTS.experiment.fill_null("")).distinct().order_by("name"))
    return tuple(found["name"])


def follow(orders: Orders, experiment: str | Experiment, days: int, assigned_on: str | date | None = None) -> Followed:
    """The units of an experiment with the window in which their orders count.

    Raises OptionError for a name that is not there and where no day of assignment is known, and EmptyError where no day of
    the outcome has been seen yet.
    """
    every, brought = (
        _of_file(experiment) if isinstance(experiment, Experiment) else _of_orders(orders, experiment, assigned_on)
    )
    each = every.group_by("person_ref").aggregate(
        customer_id=every.customer_id.max(),
        variant=every.variant.min(),
        variants=every.variant.nunique(),
        day0=every.day0.min(),
    )
    names = {UNITS.get_name(): each.filter(each.variants == 1).drop("variants")}
    crossed = orders.frame(each.aggregate(n=each.count(where=each.variants > 1)), None, brought)
    as_of = day_number(orders.as_of)
    counted = orders.frame(
        UNITS.group_by("variant").aggregate(
            units=UNITS.count(),
            strangers=UNITS.customer_id.isnull().sum(),
            dateless=UNITS.day0.isnull().sum(),
            first=UNITS.day0.min(),
            last=UNITS.day0.max(),
            complete=(UNITS.day0 + days <= as_of).sum(),
        ).order_by("variant"),
        names,
        brought,
    )  # fmt: skip
    if counted.empty or counted["dateless"].any():
        raise OptionError(
            "The assignments have no date from which the outcome counts.",
            "Add a column with the day of assignment, or give assigned_on.",
        )
    first, last = int(counted["first"].min()), int(counted["last"].max())
    followed = Followed(
        orders=orders,
        units=names[UNITS.get_name()],
        brought=brought,
        days=days,
        first=first,
        last=last,
        complete=bool((counted["complete"] == counted["units"]).all()),
        assigned=dict(zip(counted["variant"], counted["units"].astype(int), strict=True)),
        crossed=int(crossed.iloc[0, 0]),
        strangers=int(counted["strangers"].sum()),
    )
    if followed.complete:
        return followed
    if counted["complete"].sum():
        waiting = int((counted["units"] - counted["complete"]).sum())
        units = followed.units.filter(followed.units.day0 + days <= as_of)
        return replace(followed, units=units, waiting=waiting)
    seen = as_of - last
    if seen < 1:
        raise EmptyError(
            "No day of the outcome has been seen: units were assigned until {day}, and the orders end before {end}.",
            "Bring the orders of the time after it.",
            day=day_of(last).isoformat(),
            end=orders.as_of.isoformat(),
        )
    return replace(followed, days=seen)


def _of_file(experiment: Experiment) -> tuple[ir.Table, dict[str, pd.DataFrame]]:
    """The rows of an experiment file, matched to customers by what identifies them."""
    if experiment.units.empty:
        raise EmptyError(
            "The file of {name} names no customers.",
            "Bring the file that was saved when they were assigned.",
            name=experiment.name,
        )
    refs = experiment.units[["customer_ref", "variant"]].rename(columns={"customer_ref": "person_ref"}).astype("str")
    refs = refs.assign(day0=pd.array([day_number(experiment.assigned_on)] * len(refs), dtype="int32"))
    known = CUSTOMERS.select("customer_id", "customer_ref")
    joined = REFS.left_join(known, REFS.person_ref == known.customer_ref)
    return joined.select("person_ref", "customer_id", "variant", "day0"), {REFS.get_name(): refs}


def _of_orders(orders: Orders, name: str, assigned_on: str | date | None) -> tuple[ir.Table, dict[str, pd.DataFrame]]:
    """The rows of an experiment that came with the orders."""
    names = experiment_names(orders)
    if not names:
        raise EmptyError(
            "No file says who was in which arm of an experiment.",
            "Add a file with a row a person: variant, e-mail and the day of assignment.",
        )
    if not name and len(names) == 1:
        name = names[0]
    if name not in names:
        raise OptionError(
            "There is no experiment {name}.", "Known: {known}.", name=repr(name), known=", ".join(map(repr, names))
        )
    rows = ASSIGNMENTS.filter(ASSIGNMENTS.experiment.fill_null("") == name)
    day0 = (rows.assigned_at.epoch_seconds() / DAY).floor().cast("int32")
    if assigned_on is not None:
        day0 = ibis.coalesce(day0, ibis.literal(day_number(as_date("assigned_on", assigned_on)), "int32"))
    return rows.select("person_ref", "customer_id", "variant", day0=day0), {}


def metrics_of_orders(followed: Followed, primary: str) -> tuple[Metric, ...]:
    """What can be read from orders. What was bought in the year before takes out what customers differed in already."""
    since = day_number(followed.orders.observed_from)
    before = (lambda column: f"{column}_before") if followed.first > since else (lambda _column: "")
    metrics = [
        Metric("repeat", "share", "repeat"),
        Metric("orders", "mean", "orders", before=before("orders")),
        Metric("revenue", "mean", "revenue", before=before("revenue")),
        Metric("aov", "ratio", "revenue", per="orders"),
        Metric("returns", "ratio", "refunds", per="paid", role="guardrail", lower_is_better=True),
        Metric("discounts", "ratio", "discounts", per="gross", role="guardrail", lower_is_better=True),
    ]
    if followed.orders.margin is not None:
        metrics.insert(4, Metric("profit", "mean", "profit", before=before("profit")))
    names = [metric.name for metric in metrics if metric.role != "guardrail"]
    if primary not in names:
        raise OptionError(
            "metric={metric!r} is not possible.", "Use one of: {allowed}.", metric=primary, allowed=", ".join(names)
        )
    return tuple(replace(metric, role="primary") if metric.name == primary else metric for metric in metrics)


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
