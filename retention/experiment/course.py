"""The primary metric over time: day by day all together, week by week, and by day of the week."""

from __future__ import annotations

from typing import NamedTuple

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from retention.experiment.followed import Followed
from retention.experiment.outcome import MIN_EVENTS, adjusted, compare_arms
from retention.experiment.rows import Rows
from retention.experiment.sequential import valid_interval
from retention.experiment.sums import ArmSums, Metric
from retention.experiment.units import CENTS, PROFIT, bought
from retention.orders import purchases_and_returns

DAYS_A_WEEK = 7
MONDAY = 3  # 1970-01-01 was a Thursday


class Course(NamedTuple):
    """An experiment over time; the columns are those of `VariantComparison`."""

    days: pd.DataFrame
    weeks: pd.DataFrame
    weekdays: pd.DataFrame


def course_of_orders(
    followed: Followed, metric: Metric, arms: dict[str, int], control: str, costs: tuple[float, float], planned: int
) -> Course | None:
    """days, weeks and weekdays of an experiment whose units are followed; None for a ratio, for an arm alone, and for
    what came with the assignments, whose day is not known.

    arms: arm → units that are followed; costs: of the offer for a customer and for an order, in every arm but control; planned:
    the days that the window is to have
    """
    if metric.kind == "ratio" or metric.name in followed.told or len(arms) < 2:
        return None
    each = _events(followed, metric, control, costs[1])
    begun = pd.DataFrame({"variant": list(arms), "at": 1, "new": list(arms.values())})
    grown = pd.concat([followed.frame(_grown(each, metric)), begun]).fillna(0)
    days = cumulated(grown, metric, arms, control, followed.days, followed.days / planned)
    if metric.name == "profit":
        columns = ["value", "effect", "low", "high"]
        days[columns] -= costs[0]
    week = (each.offset - 1) // DAYS_A_WEEK + 1
    weekday = (each.day + MONDAY) % DAYS_A_WEEK
    weeks = parted(
        followed.frame(_parted(each, metric, week)), metric, arms, control, "week", range(1, -(-followed.days // 7) + 1)
    )
    weekdays = parted(followed.frame(_parted(each, metric, weekday)), metric, arms, control, "weekday", range(7))
    return Course(days, weeks, weekdays)


def course_of_rows(rows: Rows, metric: Metric, arms: dict[str, int], control: str) -> Course | None:
    """The same of outcome rows whose column `day` says when a unit came in; None without one."""
    if metric.kind == "ratio" or "day" not in rows.table.columns or len(arms) < 2:
        return None
    each = rows.table.select("variant", day=_day_number(rows.table.day), value=rows.table[metric.value].cast("float64"))
    each = each.filter(each.day.notnull())
    daily = rows.frame(
        each.group_by("variant", "day").aggregate(
            new=each.count(),
            s1=each["value"].sum(),
            s2=(each["value"] * each["value"]).sum(),
            events=(each["value"] != 0).sum(),
        )
    )
    if daily.empty:
        return None
    daily["at"] = daily["day"] - daily["day"].min() + 1
    last = int(daily["at"].max())
    tables = []
    for name, key, parts in (
        ("week", (daily["at"] - 1) // DAYS_A_WEEK + 1, range(1, -(-last // DAYS_A_WEEK) + 1)),
        ("weekday", (daily["day"] + MONDAY) % DAYS_A_WEEK, range(DAYS_A_WEEK)),
    ):
        sums = daily.assign(key=key).groupby(["variant", "key"])[["new", "s1", "s2", "events"]].sum().reset_index()
        tables.append(parted(sums, metric, dict.fromkeys(arms, 0), control, name, parts))
    return Course(cumulated(daily, metric, arms, control, last), *tables)


def _day_number(column: ir.Value) -> ir.IntegerValue:
    if column.type().is_integer():
        return column
    moment = column.cast("timestamp")
    return (moment.epoch_seconds() / 86_400).floor().cast("int64")


def _events(followed: Followed, metric: Metric, control: str, cost_per_order: float) -> ir.Table:
    """What every unit added to the metric on every day of its window: unit, variant, offset, day, value."""
    table = bought(purchases_and_returns(followed.orders), followed.days)
    table = table.filter(table.offset >= 1)
    if metric.kind == "share":
        table = table.filter(table.is_purchase)
        return table.select("variant", "offset", "day", unit="person_ref", value=ibis.literal(1.0)).distinct()
    offered = (table.variant != control).cast("float64") * cost_per_order
    value = {
        "orders": table.is_purchase.cast("float64"),
        "revenue": table.net / CENTS,
        "profit": table.profit / PROFIT - offered * table.is_purchase.cast("float64"),
    }[metric.name]
    table = table.mutate(value=value)
    return table.group_by("variant", "offset", "day", unit="person_ref").aggregate(value=table.value.sum())


def _grown(each: ir.Table, metric: Metric) -> ir.Table:
    """By arm and day since the assignment, what the sums over units of their values so far, and of their squares, grow by."""
    if metric.kind == "share":
        firsts = each.group_by("variant", "unit").aggregate(at=each.offset.min())
        grown = firsts.group_by("variant", "at").aggregate(s1=firsts.count())
        return grown.mutate(s2=grown.s1, events=grown.s1)
    so_far = ibis.window(group_by="unit", order_by="offset", following=0)
    grown = each.mutate(total=each["value"].sum().over(so_far))
    before = grown.total - grown["value"]
    return grown.group_by("variant", at="offset").aggregate(
        s1=grown["value"].sum(), s2=(grown.total * grown.total - before * before).sum(), events=(before == 0).sum()
    )


def _parted(each: ir.Table, metric: Metric, key: ir.IntegerValue) -> ir.Table:
    """By arm and part of the time, the sums over units of what they did in it, and of its squares."""
    table = each.mutate(key=key)
    value = table["value"].max() if metric.kind == "share" else table["value"].sum()
    units = table.group_by("variant", "key", "unit").aggregate(value=value)
    return units.group_by("variant", "key").aggregate(
        s1=units["value"].sum(), s2=(units["value"] * units["value"]).sum(), events=(units["value"] != 0).sum()
    )


def cumulated(
    grown: pd.DataFrame, metric: Metric, arms: dict[str, int], control: str, days: int, share_seen: float = 1.0
) -> pd.DataFrame:
    """Every day with all days so far: arm, day, n, value, control_value, effect, low, high (always-valid).

    grown: variant, at (day), and what that day adds: new (units), s1 (sum of values), s2 (of squares), events. share_seen: the part
    of the planned time that `days` are
    """
    sums = grown.groupby(["variant", "at"])[["new", "s1", "s2", "events"]].sum()
    index = pd.MultiIndex.from_product([list(arms), range(1, days + 1)], names=["variant", "at"])
    sums = sums.reindex(index, fill_value=0).groupby(level="variant").cumsum()
    n, s1, s2 = (sums[name].astype(float) for name in ("new", "s1", "s2"))
    mean = s1 / n.where(n > 0)
    if metric.kind == "share":
        variance = mean * (1 - mean) / n
    else:
        variance = (s2 - n * mean**2).clip(lower=0) / (n - 1).where(n > 1) / n
    enough = sums["events"] >= MIN_EVENTS
    if metric.kind == "share":
        enough &= n - sums["events"] >= MIN_EVENTS
    parts = []
    for arm in arms:
        if arm == control:
            continue
        effect = mean[arm] - mean[control]
        error = np.sqrt(variance[arm] + variance[control])
        units = 1 / (1 / n[arm] + 1 / n[control])
        planned_q = float((error.iloc[-1] * units.iloc[-1]) ** 2) / share_seen
        low, high = valid_interval(effect, error, n[control], n[arm], planned_q=planned_q)
        seen = (enough[arm] & enough[control]).to_numpy()
        frame = pd.DataFrame({"arm": arm, "day": effect.index, "n": n[arm] + n[control], "value": mean[arm]})
        frame["control_value"], frame["effect"] = mean[control].to_numpy(), effect.to_numpy()
        frame["low"], frame["high"] = np.where(seen, low, np.nan), np.where(seen, high, np.nan)
        parts.append(frame.reset_index(drop=True))
    found = pd.concat(parts, ignore_index=True)
    return found.assign(n=found["n"].astype("int64"))


def parted(
    sums: pd.DataFrame, metric: Metric, arms: dict[str, int], control: str, name: str, parts: range
) -> pd.DataFrame:
    """The effect in every part of the time by itself, p by Holm over all of them: arm, `name`, n, value, control_value, effect,
    low, high, p_adjusted, reason.

    sums: variant, key, s1, s2, events, and new where the units of a part are its own
    """
    plain = Metric(metric.name, metric.kind, "value", lower_is_better=metric.lower_is_better)
    cells = {(row.variant, int(row.key)): row for row in sums.itertuples()}
    rows = []
    for arm in arms:
        for part in parts if arm != control else ():
            pair = [_cell(cells.get((one, part)), arms[one]) for one in (control, arm)]
            found = compare_arms(*pair, plain)
            rows.append(
                {
                    "arm": arm,
                    name: part,
                    "n": pair[0].n + pair[1].n,
                    "value": found.value,
                    "control_value": found.control_value,
                    "effect": found.effect,
                    "low": found.low,
                    "high": found.high,
                    "p_adjusted": found.p,
                    "reason": found.reason,
                }
            )
    table = pd.DataFrame(rows)
    return table.assign(p_adjusted=adjusted(table["p_adjusted"]))


def _cell(row: object | None, units: int) -> ArmSums:
    """An arm in a part of the time."""
    n = int(getattr(row, "new", units))
    s1, s2, events = (float(getattr(row, name, 0.0)) for name in ("s1", "s2", "events"))
    mean = s1 / n if n else 0.0
    var = max(s2 - n * mean**2, 0.0) / (n - 1) if n > 1 else float("nan")
    return ArmSums(n, {"value": mean}, {"value": var}, {}, {"value": int(events)})
