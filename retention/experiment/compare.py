"""What came of an experiment: every arm beside control, and one verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from retention.errors import OptionError
from retention.experiment.manifest import Experiment
from retention.experiment.outcome import adjusted, compare_arms, power_of, sample_ratio_p, value_interval
from retention.experiment.sources import Source, of_orders, of_rows, of_totals
from retention.experiment.sums import ArmSums, Metric
from retention.orders import Orders

VERDICTS = ("withheld", "too few", "peeking", "better", "worse", "no difference")
BROKEN, DOUBTFUL = 0.001, 0.01  # p of the sample ratio: no verdict, a warning
ALPHA = 0.05
DAYS_A_MONTH = 365.25 / 12
EMPTY = ArmSums(0, {}, {}, {}, {})
COMPARED = (
    "effect", "low", "high", "relative", "relative_low", "relative_high", "p", "method", "probability_better", "expected_loss",
    "valid_low", "valid_high", "detectable", "variance_reduction", "reason", "relative_reason",
)  # fmt: skip
COLUMNS = [
    "arm", "metric", "kind", "role", "n", "events", "value", "value_low", "value_high", "effect", "low", "high", "relative",
    "relative_low", "relative_high", "p", "p_adjusted", "method", "probability_better", "expected_loss", "valid_low", "valid_high",
    "detectable", "power", "variance_reduction", "reason", "relative_reason",
]  # fmt: skip


@dataclass(frozen=True)
class VariantComparison:
    """What `compare_variants` returns.

    table: one row an arm and metric, control first; worked out for the arms but control: effect and what follows from it
    arms: one row an arm: units, planned share, share
    days: the primary metric of every arm but control day by day, all days so far together, with the band that stays valid
        however often one looks; None where days are not known
    weeks, weekdays: its effect week by week since the assignment and by day of the week; None where days are not known
    groups: its effect in every group of `by`; None without
    worth: one row an arm but control: what the effect on money is worth a month if everybody gets it
    verdict: one of VERDICTS; arm: the arm it speaks of
    """

    table: pd.DataFrame
    arms: pd.DataFrame = field(repr=False)
    days: pd.DataFrame | None = field(repr=False)
    weeks: pd.DataFrame | None = field(repr=False)
    weekdays: pd.DataFrame | None = field(repr=False)
    groups: pd.DataFrame | None = field(repr=False)
    worth: pd.DataFrame | None = field(repr=False)
    name: str
    control: str
    primary: str
    verdict: str
    arm: str
    sample_ratio_p: float
    planned_n: int | None = None
    window: int | None = None  # days
    assigned_on: date | None = None  # the first day on which somebody was assigned, and the last
    assigned_until: date | None = None
    currency: str = field(default="", repr=False)
    notes: tuple[str, ...] = ()


def compare_variants(
    orders: Orders | None = None,
    experiment: str | Experiment = "",
    *,
    rows: pd.DataFrame | str | Path | None = None,
    totals: Mapping[str, Mapping[str, float]] | None = None,
    metric: str = "",
    metrics: Sequence[str | Metric] = (),
    control: str = "",
    shares: Mapping[str, float] | None = None,
    days: int | None = None,
    planned_n: int | None = None,
    planned_effect: float | None = None,
    by: str = "",
    cost_per_customer: float | None = None,
    cost_per_order: float | None = None,
    order_sd: float | None = None,
    assigned_on: str | date | None = None,
) -> VariantComparison:
    """What came of an experiment: every arm beside control, metric by metric, and one verdict.

    From one of three: assignments and orders (orders and experiment: a name found in `orders.assignments`, or an
    `Experiment` that was read from its file); outcome rows, one a unit, such as a customer (rows: a frame, or the path of a
    Parquet or CSV file, with variant, the metrics, and, if known, unit and day); or totals an arm (totals: arm → visitors,
    conversions and, if known, revenue).

    From orders, what every unit bought in the `days` (60, or as the file says) from the day of its assignment on is
    compared, also of units who bought nothing: repeat (share who bought), orders and revenue a unit, aov (net revenue ÷
    orders), profit a unit where the shop has a margin (less cost_per_customer, and cost_per_order for each order, in every
    arm but control), and as guardrails returns (refunds ÷ what was paid) and discounts (÷ gross). Means are adjusted by
    what was bought in the year before (CUPED). Columns of numbers that came with the assignments are metrics, too, and the
    first of them decides unless `metric` says otherwise. Of rows every column of numbers is a metric, a share where it
    holds nothing but 0 and 1; revenue_before adjusts revenue. Of totals: conversion, and revenue a visitor where the spread
    of one order's value is known (order_sd, else that of these orders).

    Tests: shares by the two-sided z-test without continuity correction, interval by Newcombe; means by Welch; ratios by the
    delta method; relative effects by Fieller, not where control is not clearly above 0. p is adjusted by Holm, for the
    primary metric over the arms, for the others over arms and metrics; guardrails are not adjusted, so that harm is not
    talked away. A split that differs from the planned shares (equal ones if none are given) with p < 0.001 gets no verdict.
    Below 10 events in an arm there is a reason instead of a number. Before planned_n units, or before the window is over,
    the verdict is "peeking": only the always-valid interval then holds.

    metric: the one that decides (else the experiment's, else repeat or the first); metrics: of rows, which; control: the arm that gets
    nothing new, else the one called so or the first; shares: arm → planned share; planned_effect: relative, for the power
    reached; by: the primary metric in groups known before the start: segment, country, channel, orders_before, or a
    column of the rows; assigned_on: for assignments without a date.

    Returns a VariantComparison. table: arm, metric, kind (share, mean, ratio), role (primary, secondary, guardrail), n,
    events, value with value_low and value_high, effect (arm − control; with CUPED of the adjusted means) with low and high,
    relative (effect ÷ control) with its interval, p, p_adjusted, method, probability_better, expected_loss (of choosing
    this arm, in the metric's unit), valid_low and valid_high, detectable (the smallest effect seen in 80 of 100 such
    tests), power (of planned_effect), variance_reduction (by CUPED), reason, relative_reason. arms: arm, units,
    planned_share, share. days: arm, day, n, value, control_value, effect, low, high. weeks and weekdays: arm, week or
    weekday (0 Monday), the same, p_adjusted, reason. groups: group, arm, n, n_control, value, control_value, effect, low,
    high, p_adjusted, flips, reason. worth: arm, metric, effect, low, high (currency units a month if all customers of the
    test get it), customers. Money is in currency units, shares run from 0 to 1, intervals are 95 %. Raises OptionError and
    EmptyError where nothing can be compared: one arm, missing outcomes, several rows a unit, no day of the outcome seen.

    With filters, orders that pass count; who was assigned stays whole.

    Sources: as `retention.experiment.outcome`; sample ratio: Fabijan et al. (2019), KDD.

    When not to trust it: where people of two arms know of each other's offer, where arms were not drawn at random, or where the day
    of the end was chosen because the result looked good. "No difference" is not "the same": see detectable. Purchases that an offer only brings forward into the window are missing after it.

    >>> import retention as rt
    >>> totals = {"A": {"visitors": 5000, "conversions": 400}, "B": {"visitors": 5000, "conversions": 475}}
    >>> found = rt.compare_variants(totals=totals)
    >>> found.verdict, found.arm, float(found.table.loc[1, "p"].round(4))
    ('better', 'B', 0.0079)
    """
    if (rows is not None and totals is not None) or (rows is None and totals is None and orders is None):
        raise OptionError(
            "It is not clear what to compare.", "Give orders and an experiment, or rows, or totals: one of the three."
        )
    if totals is not None:
        if by:
            raise OptionError("Totals cannot be split by {by}.", "Give outcome rows or assignments instead.", by=by)
        source = of_totals(totals, orders, order_sd, control, days)
    elif rows is not None:
        source = of_rows(rows, metrics, metric, control, days, by)
    else:
        costs = (cost_per_customer, cost_per_order)
        source = of_orders(orders, experiment, days, metric, control, costs, by, assigned_on)
    arms = _arms(source, shares)
    planned_n = planned_n or source.planned_n
    table = _table(source, arms, planned_n, planned_effect)
    ratio = sample_ratio_p(arms["units"], arms["planned_share"])
    verdict, arm = _verdict(table, source, ratio, planned_n)
    course = source.course
    return VariantComparison(
        table=table,
        arms=arms,
        days=course.days if course else None,
        weeks=course.weeks if course else None,
        weekdays=course.weekdays if course else None,
        groups=_groups(source, table) if source.grouped is not None else None,
        worth=_worth(source, table),
        name=source.name,
        control=source.control,
        primary=source.primary.name,
        verdict=verdict,
        arm=arm,
        sample_ratio_p=ratio,
        planned_n=planned_n,
        window=source.days,
        assigned_on=source.assigned_on,
        assigned_until=source.assigned_until,
        currency=orders.currency if orders is not None else "",
        notes=source.notes,
    )


def _arms(source: Source, shares: Mapping[str, float] | None) -> pd.DataFrame:
    """arm, units, planned_share, share; control first. One arm alone, or one that was planned and is missing, is refused."""
    shares = shares or source.shares or dict.fromkeys(source.assigned, 1.0)
    found = {arm: n for arm, n in source.assigned.items() if n}
    for arm in sorted({*shares, *source.assigned}):
        if arm not in found:
            raise OptionError(
                "Nobody is in the arm {arm}.",
                "An arm without units cannot be compared: bring the file that names them.",
                arm=repr(arm),
            )
        if arm not in shares:
            raise OptionError("The arm {arm} has no planned share.", "Give every arm its share.", arm=repr(arm))
    if len(found) < 2:
        raise OptionError(
            "There is only one arm: {arm}.",
            "Without people who did not get it, nobody can say what it changed.",
            arm=", ".join(map(repr, found)) or "-",
        )
    order = [source.control, *sorted(set(found) - {source.control})]
    arms = pd.DataFrame({"arm": order, "units": [found[arm] for arm in order]})
    arms["planned_share"] = [shares[arm] for arm in order]
    arms["planned_share"] /= arms["planned_share"].sum()
    return arms.assign(share=arms["units"] / arms["units"].sum())


def _table(source: Source, arms: pd.DataFrame, planned_n: int | None, planned_effect: float | None) -> pd.DataFrame:
    """One row an arm and metric, control first."""
    control, planned = source.sums.get(source.control), dict(zip(arms["arm"], arms["planned_share"], strict=True))
    rows = []
    for metric in source.metrics:
        for arm in arms["arm"]:
            rows.append(_about_arm(source, arm, metric))
            if arm != source.control:
                share = planned[arm] / (planned[arm] + planned[source.control])
                of_both = None if planned_n is None else round(planned_n * (planned[arm] + planned[source.control]))
                found = compare_arms(control or EMPTY, source.sums.get(arm, EMPTY), metric, ALPHA, of_both, share)
                rows[-1] |= {name: getattr(found, name) for name in COMPARED}
                if not found.reason and planned_effect is not None:
                    rows[-1]["power"] = power_of(planned_effect * found.control_value, found.standard_error)
    table = pd.DataFrame(rows, columns=COLUMNS)
    table["p_adjusted"] = table["p"]
    for role in ("primary", "secondary"):
        inside = table["role"] == role
        table.loc[inside, "p_adjusted"] = adjusted(table.loc[inside, "p"])
    table[["reason", "relative_reason", "method"]] = table[["reason", "relative_reason", "method"]].fillna("")
    return table


def _about_arm(source: Source, arm: str, metric: Metric) -> dict[str, object]:
    """What is known of an arm by itself."""
    sums = source.sums.get(arm, EMPTY)
    about = {"arm": arm, "metric": metric.name, "kind": metric.kind, "role": metric.role, "n": sums.n}
    if not sums.n:
        return about | {"events": 0}
    value = sums.mean[metric.value]
    if metric.kind == "ratio":
        value = value / sums.mean[metric.per] if sums.mean[metric.per] > 0 else np.nan
    low, high = value_interval(sums, metric)
    return about | {"events": sums.events[metric.value], "value": value, "value_low": low, "value_high": high}


def _verdict(table: pd.DataFrame, source: Source, ratio: float, planned_n: int | None) -> tuple[str, str]:
    """The verdict and the arm it speaks of: the best of those that differ, else the one that comes closest to differing."""
    primary = table[(table["metric"] == source.primary.name) & (table["arm"] != source.control)]
    known = primary[primary["reason"] == ""]
    if ratio < BROKEN:
        return "withheld", primary["arm"].iloc[0]
    if known.empty:
        return "too few", primary["arm"].iloc[0]
    gain = known["effect"] * (-1 if source.primary.lower_is_better else 1)
    clear = known["p_adjusted"] < ALPHA
    seen = int(table.loc[table["metric"] == source.primary.name, "n"].sum())
    is_over = source.complete and (planned_n is None or seen >= planned_n)
    if (clear & (gain > 0)).any():
        verdict, row = "better", gain[clear].idxmax()
    elif clear.any():
        verdict, row = "worse", gain[clear].idxmin()
    else:
        verdict, row = "no difference", known["p"].idxmin()
    return verdict if is_over else "peeking", known.loc[row, "arm"]


def _worth(source: Source, table: pd.DataFrame) -> pd.DataFrame | None:
    """What the effect on money comes to in a month if all customers of the test get it; None where no money or time is known."""
    names = [metric.name for metric in source.metrics if metric.name in ("profit", "revenue")]
    if not names or source.days is None:
        return None
    metric = "profit" if "profit" in names else "revenue"
    rows = table[(table["metric"] == metric) & (table["arm"] != source.control)]
    customers = sum(source.assigned.values())
    worth = rows[["arm", "metric", "effect", "low", "high"]].reset_index(drop=True)
    worth[["effect", "low", "high"]] *= customers * DAYS_A_MONTH / source.days
    return worth.assign(customers=customers)


def _groups(source: Source, table: pd.DataFrame) -> pd.DataFrame:
    """The primary metric in every group, p by Holm over all groups and arms."""
    metric = source.primary
    whole = table[(table["metric"] == metric.name)].set_index("arm")["effect"]
    rows = []
    for group in sorted({key[1] for key in source.grouped}):
        control = source.grouped.get((source.control, group), EMPTY)
        for arm in whole.index.drop(source.control):
            sums = source.grouped.get((arm, group), EMPTY)
            found = compare_arms(control, sums, metric)
            rows.append(
                {"group": group, "arm": arm, "n": sums.n, "n_control": control.n}
                | {name: getattr(found, name) for name in ("value", "control_value", "effect", "low", "high")}
                | {"p_adjusted": found.p, "flips": bool(found.effect * whole[arm] < 0), "reason": found.reason}
            )
    groups = pd.DataFrame(rows)
    return groups.assign(p_adjusted=adjusted(groups["p_adjusted"]))
