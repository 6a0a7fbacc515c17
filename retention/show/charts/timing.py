"""When customers order again."""

import math

import altair as alt
import pandas as pd

from retention.measure.timing import ALL, OTHERS, UNKNOWN, WITHIN
from retention.show import marks
from retention.show.i18n import _, interval, number, percent
from retention.show.measures import group_name

LINES = 5
_DASHES = ([1, 0], [7, 4], [2, 3], [10, 3, 2, 3], [14, 5])
_POINTS = 240  # a line; more cannot be told apart


def next_order_curve(result):
    """Draw the share who have ordered again by each day since an order, with its 95 % band and the days to act.

    `result` is what `time_to_next_order` returns. The days run to where 97 of 100 of those who come back have done so, at most
    to the last day for which 30 were observed. Several groups are lines without bands, the five largest of at least 30, told apart
    by their dashes as well; their intervals stand in the tooltips.

        next_order_curve(rt.time_to_next_order(orders, after=1))
    """
    name = _("Ordered again")
    groups, left_out = _groups_drawn(result.table)
    last = _last_day(result)
    rows = _rows(result, groups, last)
    if rows.empty:
        return marks.nothing(name)
    title = _("Days since the order") if result.after != 1 else _("Days since the first order")
    several = result.by is not None
    at = [tick for tick in marks.ticks(0, last, 8) if tick <= last]
    days = marks.axis(
        title, values=at, labelExpr=marks.lookup(at, [number(tick) for tick in at]), grid=False, ticks=False
    )
    x = alt.X(field="day", type="quantitative", scale=alt.Scale(domain=[0, last], nice=False), axis=days)
    top = rows["share_returned"].max() if several else rows[["share_returned", "high"]].max().max()
    acts = _acts(result, last)
    scale = marks.value_axis([max(top, 0.01)], lambda share: percent(share, 0))
    scale["scale"] = alt.Scale(domain=[0, max(top, 0.01) * (1.1 + 0.1 * len(acts))], nice=False)
    y = alt.Y(field="share_returned", type="quantitative", **scale)
    titles = {"group_name": _("Group")} if several else {}
    titles |= {"day_text": title, "text": name, "range": _("95% interval"), "at_risk_text": _("Still to come back")}
    layers = _lines(rows, x, y) if several else marks.line_with_band(rows, x, "share_returned", scale)
    points = alt.Chart(rows).mark_point(size=90, opacity=0, filled=True)
    layers.append(points.encode(x=x, y=y, tooltip=marks.tooltip(titles)))
    layers += _act_lines(acts, last, x)
    chart = marks.finish(alt.layer(*layers), _description(result, groups, left_out, acts))
    return chart.properties(height=400) if several else chart


def _groups_drawn(table):
    """Choose the largest groups of at least 30, the others and the unknown only where there is nothing else."""
    named = table[table["enough"] & ~table["group"].isin([OTHERS, UNKNOWN])]
    chosen = named if len(named) else table.head(1)
    groups = list(chosen["group"].head(LINES))
    return groups, len(table) - len(groups)


def _last_day(result):
    """Give the last day to draw."""
    whole = result.overall
    if pd.isna(whole["message_day"]):
        return max(int(result.curve["day"].max()), 1)
    curve = result.curve[result.curve["group"].eq(ALL)] if result.by is None else result.curve
    curve = curve[curve["day"] <= whole["horizon"]]
    reached = curve["share_returned"] >= 0.97 * curve["share_returned"].max()
    last = int(curve.loc[reached, "day"].min())
    return max(min(last, int(whole["horizon"])), int(whole["win_back_day"] * 1.15), 30)


def _rows(result, groups, last):
    curve = result.curve[result.curve["group"].isin(groups) & (result.curve["day"] <= last)]
    step = math.ceil((last + 1) / _POINTS)
    ends = curve.groupby("group")["day"].transform("max")
    rows = curve[(curve["day"] % step == 0) | (curve["day"] == ends)].reset_index(drop=True)
    rows["group_name"] = rows["group"].map(group_name)
    rows["day_text"] = rows["day"].map(number)
    rows["text"] = rows["share_returned"].map(percent)
    rows["range"] = [interval(low, high, percent) for low, high in zip(rows["low"], rows["high"], strict=True)]
    rows["at_risk_text"] = rows["at_risk"].map(number)
    return rows


def _lines(rows, x, y):
    """Draw a line a group, told apart by dashes and colours that stand in the legend."""
    names = list(dict.fromkeys(rows["group_name"]))
    colours = [marks.accent(), marks.second(), marks.ink(), marks.grey(), marks.accent()][: len(names)]
    one_column = alt.ExprRef("width < 420 ? 1 : 3")
    key = marks.legend(symbolType="stroke", symbolSize=500, symbolStrokeWidth=2, columns=one_column)
    line = alt.Chart(rows).mark_line(strokeWidth=2, tooltip=None)
    return [
        line.encode(
            x=x,
            y=y,
            color=alt.Color(
                field="group_name", type="nominal", scale=alt.Scale(domain=names, range=colours), legend=key, sort=None
            ),
            strokeDash=alt.StrokeDash(
                field="group_name",
                type="nominal",
                scale=alt.Scale(domain=names, range=list(_DASHES[: len(names)])),
                legend=key,
                sort=None,
            ),
        )
    ]


def _acts(result, last):
    """Give the days to act that lie within the picture, each with its words."""
    words = (
        (result.message_day, _("day {day}: write before")),
        (result.late_after, _("day {day}: later is late")),
        (result.win_back_day, _("day {day}: win back")),
    )
    return [(day, pattern.format(day=number(day))) for day, pattern in words if day is not None and day <= last]


def _act_lines(acts, last, x):
    """Draw an upright line for each day to act, each beginning below the words of the one before, beside its own words."""
    layers = []
    for row, (day, words) in enumerate(acts):
        frame = pd.DataFrame({"day": [day], "words": [words]})
        height = 2 + 17 * row
        rule = alt.Chart(frame).mark_rule(strokeWidth=1.5, strokeDash=[6, 4], color=marks.second(), tooltip=None)
        layers.append(rule.encode(x=x, y=alt.value(height), y2=alt.value("height")))
        side = {"align": "left", "dx": 5} if day < 0.6 * last else {"align": "right", "dx": -5}
        place = {"baseline": "top", "fontSize": 12, "tooltip": None} | side
        text = alt.Text(field="words", type="nominal")
        for style in ({"stroke": alt.ExprRef("background"), "strokeWidth": 4}, {"color": marks.second()}):
            mark = alt.Chart(frame).mark_text(**style, **place)
            layers.append(mark.encode(x=x, y=alt.value(height), text=text))
    return layers


def _description(result, groups, left_out, acts):
    sentences = [_("Share who have ordered again by each day since the order.")]
    for group in groups:
        row = result.table.set_index("group").loc[group]
        seen = [days for days in WITHIN if pd.notna(row[f"within_{days}"])]
        parts = [_("{share} within {days} days").format(share=percent(row[f"within_{d}"]), days=d) for d in seen]
        if parts:
            sentences.append(f"{group_name(group)}: {', '.join(parts)}.")
    sentences += [f"{words[:1].upper()}{words[1:]}." for _day, words in acts]
    if left_out:
        sentences.append(_("Groups that are not drawn: {n}; they stand in the table.").format(n=number(left_out)))
    return sentences
