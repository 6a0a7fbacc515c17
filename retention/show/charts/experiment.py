"""The outcome of an experiment as pictures: effects with their intervals, over time and in groups, and the split."""

import altair as alt
import pandas as pd
from babel.dates import get_day_names

from retention.intervals import ENOUGH
from retention.show import marks
from retention.show.charts.groups import dots_with_whiskers, paired_bars
from retention.show.experiment import arm_name, metric_name, outcome_unit, part_name, unit_of, week_name
from retention.show.i18n import _, language, number, percent, percent_change

ROW = 50  # pixels


def effect_forest(result, arm=""):
    """Draw what an arm changed in every metric, relative to control, with 95 % intervals; guardrails stand apart, below.

    `result` is what `compare_variants` returns; without `arm` it is the one that the verdict speaks of. Where the interval
    leaves out zero, row and whisker are in colour. A metric without a relative effect keeps its words.

        effect_forest(rt.compare_variants(orders, "Second-order reminder"))
    """
    title = _("What it changed")
    table = result.table[result.table["arm"] == (arm or result.arm)].reset_index(drop=True)
    if table["effect"].isna().all():
        return marks.nothing(title)
    guards = table["role"] == "guardrail"
    rows = [_forest_row(row, result.currency) for row in table[~guards].to_dict("records")]
    if guards.any():
        rows.append({"name": "", "line": _("Guardrails: what must not suffer"), "kind": "few"})
        rows += [_forest_row(row, result.currency) for row in table[guards].to_dict("records")]
    rows = pd.DataFrame(rows).assign(order=range(len(rows)))
    titles = {
        "name": _("Metric"),
        "relative": _("Relative to control"),
        "effect": _("Difference"),
        "range": _("95 % interval"),
    }
    measure = _("Relative to control (95 % interval)")
    return _dots(rows, title, measure, titles, lambda value: percent_change(value, 0))


def _forest_row(row, currency):
    """A metric; `share`, `low` and `high` are relative to control."""
    unit, name = unit_of(row, currency), metric_name(row["metric"])
    shown = {"name": name, "share": row["relative"], "low": row["relative_low"], "high": row["relative_high"]}
    shown["effect"], shown["range"] = unit.short(row["effect"]), unit.range(row["low"], row["high"])
    shown["relative"] = percent_change(row["relative"])
    figures = f"{shown['effect']} ({shown['range']})" if pd.notna(row["effect"]) else _("cannot be told")
    return shown | {"line": f"{name}: {figures}", "kind": _kind(row)}


def _kind(row):
    """Coloured where the interval leaves out zero."""
    return "main" if row["low"] > 0 or row["high"] < 0 else "few"


def effect_by_day(result, arm=""):
    """Draw the difference to control day by day, all days so far together, with the band that holds however often one looks.

    `result` is what `compare_variants` returns. Once the band leaves the line at zero, the difference is clear, whatever day it is.

        effect_by_day(rt.compare_variants(orders, "Second-order reminder"))
    """
    title = _("Difference so far, day by day: {metric}").format(metric=metric_name(result.primary))
    days = result.days
    if days is None or days["low"].isna().all():
        return marks.nothing(title)
    days = days[(days["arm"] == (arm or result.arm)) & days["low"].notna()].reset_index(drop=True)
    if days.empty:
        return marks.nothing(title)
    unit = outcome_unit(result)
    rows = days[["day", "effect", "low", "high"]].astype(float)
    rows["text"] = [unit.short(value) for value in rows["effect"]]
    rows["range"] = [unit.range(low, high) for low, high in zip(rows["low"], rows["high"], strict=True)]
    rows["when"] = [number(day) for day in days["day"]]
    reach = marks.value_axis([*rows["low"], *rows["high"]], unit.short)
    last = int(rows["day"].max())
    at = sorted({*range(7, last + 1, 7 * max(1, -(-last // 56))), last} - {last - 1, last - 2} | {last})
    labels = marks.lookup(at, [number(day) for day in at])
    axis = marks.axis(_("Days since the assignment"), values=at, labelExpr=labels, domain=False, ticks=False)
    scale = alt.Scale(domain=[float(rows["day"].min()), float(max(last, rows["day"].min() + 1))], nice=False)
    x = alt.X(field="day", type="quantitative", axis=axis, scale=scale)
    y = {"field": "effect", "type": "quantitative", **reach}
    zero = alt.Chart(pd.DataFrame({"effect": [0.0]})).mark_rule(strokeWidth=1.5, color=marks.ink(), tooltip=None)
    titles = {"when": _("Day"), "text": _("Difference"), "range": _("Valid on every day")}
    hover = alt.Chart(rows).mark_point(size=120, opacity=0).encode(x=x, y=alt.Y(**y), tooltip=marks.tooltip(titles))
    layers = [*marks.line_with_band(rows, x, "effect", reach), zero.encode(y=alt.Y(**y)), hover]
    end = rows.iloc[-1]
    pattern = _("After {days} days {effect} (valid on every day: {range}).")
    said = [f"{title}.", pattern.format(days=end["when"], effect=end["text"], range=end["range"])]
    clear = rows[(rows["low"] > 0) | (rows["high"] < 0)]
    said.append(
        _("The band first leaves zero on day {day}.").format(day=clear["when"].iloc[0])
        if len(clear)
        else _("The band never leaves zero.")
    )
    return marks.finish(alt.layer(*layers).configure_view(stroke=None), said)


def effect_by_week(result, arm=""):
    """Draw the difference to control in every week since the assignment: does it wear off?

    effect_by_week(rt.compare_variants(orders, "Second-order reminder"))
    """
    title = _("Difference by week since the assignment")
    return _parts(result, result.weeks, "week", lambda week: week_name(week, result), title, arm)


def effect_by_weekday(result, arm=""):
    """Draw the difference to control on every day of the week.

    effect_by_weekday(rt.compare_variants(orders, "Second-order reminder"))
    """
    names = get_day_names("wide", context="stand-alone", locale=language())
    return _parts(result, result.weekdays, "weekday", names.get, _("Difference by day of the week"), arm)


def effect_by_group(result, arm=""):
    """Draw the difference to control in every group; below 30 customers on a side it stays grey.

    effect_by_group(rt.compare_variants(orders, "Second-order reminder", by="country"))
    """
    title = _("Difference by group")
    return _parts(result, result.groups, "group", part_name, title, arm)


def _parts(result, table, key, name, title, arm):
    """Draw the effect in every part of an outcome: times or groups."""
    title = f"{title}: {metric_name(result.primary)}"
    if table is None or table["effect"].isna().all():
        return marks.nothing(title)
    unit, rows = outcome_unit(result), []
    for order, row in enumerate(table[table["arm"] == (arm or result.arm)].to_dict("records")):
        shown = {"order": order, "name": name(row[key]), "share": row["effect"], "low": row["low"], "high": row["high"]}
        shown["effect"], shown["range"] = unit.short(row["effect"]), unit.range(row["low"], row["high"])
        shown["n"] = number(row["n"] + row.get("n_control", 0))
        figures = f"{shown['effect']} ({shown['range']})" if pd.notna(row["effect"]) else _("cannot be told")
        few = "n_control" in row and min(row["n"], row["n_control"]) < ENOUGH
        rows.append(shown | {"line": f"{shown['name']}: {figures}", "kind": "few" if few else _kind(row)})
    titles = {"name": _("Group"), "effect": _("Difference"), "range": _("95 % interval"), "n": _("Customers")}
    return _dots(pd.DataFrame(rows), title, _("Difference (95 % interval)"), titles, unit.short)


def _dots(rows, title, measure, titles, label):
    said = [f"{title}:", "; ".join(rows["line"]) + ".", _("In colour: the interval leaves out zero.")]
    return marks.finish(dots_with_whiskers(rows, measure, titles, label), said).properties(height=alt.Step(ROW))


def arm_split(result):
    """Draw the share of the units that every arm was to have, and the share it has.

    arm_split(rt.compare_variants(orders, "Loyalty card"))
    """
    title = _("How the customers were split")
    rows = result.arms.assign(order=range(len(result.arms)), name=result.arms["arm"].map(arm_name))
    pattern = _("{arm}: {share} of customers ({n}), planned {planned}")
    rows["line"] = [
        pattern.format(
            arm=arm_name(row.arm), share=percent(row.share), n=number(row.units), planned=percent(row.planned_share)
        )
        for row in rows.itertuples(index=False)
    ]
    rows["n"] = [number(n) for n in rows["units"]]
    kinds = {"planned_share": _("Planned share"), "share": _("Share they have")}
    return paired_bars(rows, kinds, title, {"name": _("Arm"), "n": _("Customers")})
