"""An experiment from orders, from outcome rows or from totals, brought into one form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pandas as pd

from retention.errors import OptionError
from retention.experiment.course import Course, course_of_orders, course_of_rows
from retention.experiment.followed import Followed, experiment_names, follow
from retention.experiment.manifest import Experiment
from retention.experiment.rows import metrics_of, outcome_rows, sums_of_rows
from retention.experiment.sums import ArmSums, Metric
from retention.experiment.totals import sums_of_totals
from retention.experiment.units import CENTS, metrics_of_orders, sums_of_units, units_with_outcome
from retention.orders import Orders, known_purchases
from retention.periods import day_of

DAYS = 60
CONTROLS = ("control", "control group", "holdout", "hold-out", "a", "kontroll", "kontrola", "kontrol", "контроль")


@dataclass(frozen=True)
class Source:
    """sums: arm → its sums; assigned: arm → all its units, also those whose window is not complete; grouped: (arm, group) → sums, of
    the primary metric; days: length of the window; complete: whether it is over for those counted."""

    name: str
    control: str
    sums: dict[str, ArmSums]
    assigned: dict[str, int]
    metrics: tuple[Metric, ...]
    shares: Mapping[str, float] | None = None
    planned_n: int | None = None
    days: int | None = None
    assigned_on: date | None = None
    assigned_until: date | None = None
    complete: bool = True
    course: Course | None = None
    grouped: dict[tuple[str, ...], ArmSums] | None = None
    notes: tuple[str, ...] = ()

    @property
    def primary(self) -> Metric:
        """The metric that decides."""
        return next(metric for metric in self.metrics if metric.role == "primary")


def of_rows(
    rows: pd.DataFrame | str | Path,
    metrics: Sequence[str | Metric],
    metric: str,
    control: str,
    days: int | None,
    by: str,
) -> Source:
    """From outcome rows, one a unit."""
    table = outcome_rows(rows)
    chosen = metrics_of(table, metrics, metric)
    primary = next(one for one in chosen if one.role == "primary")
    sums = {key[0]: arm for key, arm in sums_of_rows(table, chosen).items()}
    control = control_of(list(sums), control)
    assigned = {arm: one.n for arm, one in sums.items()}
    return Source(
        name="",
        control=control,
        sums=sums,
        assigned=assigned,
        metrics=chosen,
        days=days,
        course=course_of_rows(table, primary, assigned, control),
        grouped=sums_of_rows(table, (primary,), by) if by else None,
    )


def of_totals(
    totals: Mapping[str, Mapping[str, float]],
    orders: Orders | None,
    order_sd: float | None,
    control: str,
    days: int | None,
) -> Source:
    """From totals an arm."""
    from_orders = order_sd is None and orders is not None
    if from_orders:
        order_sd = _order_sd(orders)
    sums, metrics = sums_of_totals(totals, order_sd)
    notes = []
    if any(given.get("revenue") for given in totals.values()):
        if order_sd is None:
            notes.append("Revenue is not compared: totals do not say how much orders differ.")
        elif from_orders:
            notes.append("How much orders differ is taken from the orders here, for the totals do not say it.")
    return Source(
        name="",
        control=control_of(list(sums), control),
        sums=sums,
        assigned={arm: one.n for arm, one in sums.items()},
        metrics=metrics,
        days=days,
        notes=tuple(notes),
    )


def of_orders(
    orders: Orders,
    experiment: str | Experiment,
    days: int | None,
    metric: str,
    control: str,
    costs: tuple[float | None, float | None],
    by: str,
    assigned_on: str | date | None,
) -> Source:
    """From assignments and the orders that came after them. costs: of the offer for a customer and for an order"""
    plan = experiment if isinstance(experiment, Experiment) else None
    days = days or (plan.days if plan else DAYS)
    planned_costs = (plan.cost_per_customer, plan.cost_per_order) if plan else (0.0, 0.0)
    customer, order = (own if given is None else given for given, own in zip(costs, planned_costs, strict=True))
    followed = follow(orders, experiment, days, assigned_on)
    control = control_of(list(followed.assigned), control or (plan.control if plan else ""))
    metrics = metrics_of_orders(followed, metric or (plan.metric if plan else ""))
    primary = next(one for one in metrics if one.role == "primary")
    units = units_with_outcome(followed, control, order)
    sums = {key[0]: arm for key, arm in _charged(sums_of_units(followed, units, metrics), control, customer).items()}
    seen = {arm: one.n for arm, one in sums.items()}
    return Source(
        name=plan.name if plan else experiment or experiment_names(orders)[0],
        control=control,
        sums=sums,
        assigned=followed.assigned,
        metrics=metrics,
        shares=plan.shares if plan else None,
        planned_n=plan.planned_n if plan else None,
        days=followed.days if followed.dated else None,
        assigned_on=day_of(followed.first) if followed.dated else None,
        assigned_until=day_of(followed.last) if followed.dated else None,
        complete=followed.complete or followed.waiting > 0,
        course=course_of_orders(followed, primary, seen, control, (customer, order), days) if control in seen else None,
        grouped=_charged(sums_of_units(followed, units, (primary,), by), control, customer) if by else None,
        notes=_about(followed),
    )


def _charged(sums: dict[tuple[str, ...], ArmSums], control: str, cost: float) -> dict[tuple[str, ...], ArmSums]:
    """The same with what the offer costs for each customer taken off the profit of every arm but control."""
    return {
        key: replace(arm, mean=arm.mean | {"profit": arm.mean["profit"] - cost})
        if key[0] != control and "profit" in arm.mean
        else arm
        for key, arm in sums.items()
    }


def control_of(arms: Sequence[str], control: str) -> str:
    """The arm that gets nothing new: the one named, else one that is called so, else the first by name."""
    arms = sorted(arms)
    if control:
        if control not in arms:
            raise OptionError(
                "There is no arm {control}.",
                "Use one of: {arms}.",
                control=repr(control),
                arms=", ".join(map(repr, arms)),
            )
        return control
    called_so = [arm for name in CONTROLS for arm in arms if arm.strip().casefold() == name]
    return (called_so or arms)[0]


def _order_sd(orders: Orders) -> float | None:
    """How much the net value of one order differs from another's: the standard deviation in currency units."""
    paid = known_purchases(orders)
    found = orders.frame(paid.aggregate(sd=paid.net.std(how="sample"))).iloc[0, 0]
    return None if pd.isna(found) else float(found) / CENTS


def _about(followed: Followed) -> tuple[str, ...]:
    """What was left out or put together, in words."""
    notes = []
    if followed.gaps:
        notes.append("Columns of outcomes with gaps are left out: a missing outcome is no zero.")
    if followed.crossed:
        notes.append("Customers who stand in two arms are left out.")
    if followed.waiting:
        notes.append("Customers who were assigned too recently for a whole window are left out of all arms.")
    if not followed.dated:
        notes.append("The assignments have no date, so only the outcomes that came with them are compared, not orders.")
    elif followed.strangers:
        notes.append("Some of those assigned have never ordered; they count as people who bought nothing.")
    return tuple(notes)
