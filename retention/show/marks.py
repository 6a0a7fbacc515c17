"""What the charts share: colours, axes, legends, tooltips, points.

Labels are written in the reader's language here, in Python, because Vega's own formats speak English only.
Colours react to the background they land on, so one chart serves light and dark.
"""

import json
import math

import altair as alt
import pandas as pd

from retention.show.i18n import _, number

ACCENT, ACCENT_ON_DARK = "#117a94", "#5fc3da"
SECOND, SECOND_ON_DARK = "#b86a14", "#f0a95c"
GREY, GREY_ON_DARK = "#6d767c", "#9aa4ab"
INK, INK_ON_DARK = "#1f2a30", "#e9edef"

MAX_MARKS = 5_000
TOO_FEW = 30

_HEIGHT = 320
_PERIOD_DAYS = {"day": 1, "week": 7, "month": 30, "quarter": 91, "year": 365}
_STATES = ("complete", "incomplete", "few")
# Past this many points a line is clearer without them; they stay, unseen, to carry the tooltips.
_VISIBLE_POINTS = 60


def adapt(light, dark):
    """Pick a colour for the background the chart lands on; Vega knows it only when it draws."""
    return alt.ExprRef(f"luminance(background) < 0.25 ? '{dark}' : '{light}'")


def accent():
    """Give the house colour."""
    return adapt(ACCENT, ACCENT_ON_DARK)


def second():
    """Give the colour that can be told from the accent by everyone, colour-blind or not."""
    return adapt(SECOND, SECOND_ON_DARK)


def grey():
    """Give the colour of what is unknown or too little to tell."""
    return adapt(GREY, GREY_ON_DARK)


def ink():
    """Give the colour of words."""
    return adapt(INK, INK_ON_DARK)


def notes():
    """Say in a sentence what is special about a point, bar or cell."""
    return {
        "complete": "",
        "incomplete": _("Incomplete: not over yet, or only partly in the data"),
        "few": _("Fewer than 30 customers: too few to tell"),
        "forecast": _("Forecast: has not happened yet"),
    }


def states(complete, few):
    """Tell for each row whether it is complete, incomplete, or of too few customers."""
    return ["incomplete" if not c else "few" if f else "complete" for c, f in zip(complete, few, strict=True)]


def _state_names():
    return {
        "complete": _("Complete"),
        "incomplete": _("Incomplete"),
        "few": _("Under 30 customers"),
        "forecast": _("~ Forecast"),
    }


def age_title(period):
    """Name the age axis of a cohort table."""
    return {
        "day": _("Days since first purchase"),
        "week": _("Weeks since first purchase"),
        "month": _("Months since first purchase"),
        "quarter": _("Quarters since first purchase"),
        "year": _("Years since first purchase"),
    }[period]


def period_of(table):
    """Tell the length of a table's periods from `table.attrs["period"]`, or from the usual gap."""
    if "period" in table.attrs:
        return table.attrs["period"]
    gap = table["period"].sort_values().diff().dt.days.median()
    if pd.isna(gap):
        return "month"
    return min(_PERIOD_DAYS, key=lambda period: abs(math.log(_PERIOD_DAYS[period] / gap)))


def spread(values, count):
    """Choose at most so many evenly spaced values for labels, counted from the first.

    >>> spread(range(24), 8)
    [0, 3, 6, 9, 12, 15, 18, 21]
    """
    return list(values)[:: max(1, math.ceil(len(values) / count))]


def lookup(values, labels):
    """Write the Vega expression that gives each tick its label."""
    return f"{json.dumps(labels)}[indexof({json.dumps(values)}, datum.value)]"


def ticks(low, high, count=4):
    """Choose round values that cover low to high.

    >>> ticks(0, 0.278)
    [0.0, 0.1, 0.2, 0.3]
    """
    raw = (high - low) / count
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * nice for nice in (1, 2, 2.5, 5, 10) if power * nice >= raw * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(i * step, 10) for i in range(first, last + 1)]


def axis(title=None, **options):
    """Give an axis whose labels never collide and stand out (Streamlit's own are 3.7 to 1 on white)."""
    house = {"labelColor": ink(), "titleColor": ink(), "labelFlush": False, "labelOverlap": "greedy"}
    return alt.Axis(title=title, **(house | {"labelPadding": 8, "titlePadding": 8} | options))


def value_axis(values, label):
    """Give the scale and axis of a value: from zero over everything drawn, ticks labelled by a function."""
    known = [float(x) for x in values if x is not None and not pd.isna(x)]
    low, high = min([0.0, *known]), max([0.0, *known])
    at = ticks(low, high if high > low else 1.0)
    labels = lookup(at, [label(x) for x in at])
    return {
        "scale": alt.Scale(domain=[at[0], at[-1]], nice=False),
        "axis": axis(values=at, labelExpr=labels, labelLimit=120, domain=False, ticks=False),
    }


def label_axis(labels, band=False):
    """Give the horizontal axis of periods, in the order of the rows, with a few level labels."""
    scale = alt.Scale(type="band", paddingInner=0.15) if band else alt.Scale(type="point", padding=0.5)
    few = axis(values=spread(labels, 8), labelAngle=0, labelSeparation=8, domain=False, ticks=False)
    return alt.X(field="label", type="ordinal", sort=None, axis=few, scale=scale)


def legend(states=None, **options):
    """Give a legend under the chart; with states, only these are listed, in words."""
    house = {"title": None, "orient": "bottom", "labelColor": ink(), "titleColor": ink(), "labelFontSize": 12}
    house |= {"labelLimit": 300, "columns": alt.ExprRef("width < 420 ? 2 : 4"), "rowPadding": 4}
    if states:
        house |= {"values": states, "labelExpr": lookup(states, [_state_names()[s] for s in states])}
    return alt.Legend(**(house | options))


def tooltip(titles):
    """Give a tooltip that lists ready-made texts: `{column: title}`."""
    return [alt.Tooltip(field=field, type="nominal", title=title) for field, title in titles.items()]


def points(rows, x, y, titles):
    """Draw the points that carry the tooltips, telling incomplete and scanty ones apart (column `state`)."""
    states = [state for state in _STATES if state in set(rows["state"])]
    special = [state for state in states if state != "complete"]
    inside = {"complete": accent(), "incomplete": alt.ExprRef("background"), "few": grey()}
    outside = {"complete": accent(), "incomplete": accent(), "few": grey()}
    key = legend(special) if special else None
    fill = alt.Scale(domain=states, range=[inside[state] for state in states])
    stroke = alt.Scale(domain=states, range=[outside[state] for state in states])
    shown = alt.value(1 if len(rows) <= _VISIBLE_POINTS else 0)
    return (
        alt.Chart(rows)
        .mark_point(size=50 if len(rows) <= _VISIBLE_POINTS else 20, strokeWidth=2)
        .encode(
            x=x,
            y=y,
            fill=alt.Fill(field="state", type="nominal", legend=key, scale=fill),
            stroke=alt.Stroke(field="state", type="nominal", legend=key, scale=stroke),
            opacity=alt.condition("datum.state === 'complete'", shown, alt.value(1)),
            tooltip=tooltip(titles),
        )
    )


def line_with_band(rows, x, y, scale):
    """Draw a line (column `y`) and, where there are columns `low` and `high`, its band."""
    line = alt.Chart(rows).mark_line(strokeWidth=2, color=accent(), tooltip=None)
    layers = [line.encode(x=x, y=alt.Y(field=y, type="quantitative", **scale))]
    if "low" in rows:
        band = alt.Chart(rows).mark_area(opacity=0.18, color=accent(), tooltip=None)
        layers.insert(0, band.encode(x=x, y=alt.Y(field="low", type="quantitative", **scale), y2=alt.Y2(field="high")))
    return layers


def dashes(rows, x, scale):
    """Join each incomplete period to its neighbours by a dashed piece of line."""
    here, there = rows[["label", "value", "state"]], rows[["label", "value", "state"]].shift(-1)
    either = (here["state"] == "incomplete") | (there["state"] == "incomplete")
    pieces = here.assign(to=there["label"], to_value=there["value"]).loc[either].drop(columns="state")
    pieces = pieces.dropna(subset=["value", "to_value"])
    if pieces.empty:
        return []
    rule = alt.Chart(pieces).mark_rule(strokeWidth=2, strokeDash=[4, 4], color=accent(), tooltip=None)
    y = alt.Y(field="value", type="quantitative", **scale)
    return [rule.encode(x=x, x2=alt.X2(field="to"), y=y, y2=alt.Y2(field="to_value"))]


def target_line(value, words, scale):
    """Draw a level line with its words above its left end."""
    frame = pd.DataFrame({"value": [float(value)], "words": [words]})
    y = alt.Y(field="value", type="quantitative", **scale)
    rule = alt.Chart(frame).mark_rule(strokeWidth=1.5, strokeDash=[6, 4], color=second(), tooltip=None)
    place = {"align": "left", "baseline": "bottom", "dx": 4, "dy": -3, "fontSize": 12, "tooltip": None}
    halo = alt.Chart(frame).mark_text(stroke=alt.ExprRef("background"), strokeWidth=4, **place)
    text = alt.Chart(frame).mark_text(color=second(), **place)
    words = {"x": alt.value(0), "y": y, "text": alt.Text(field="words", type="nominal")}
    return [rule.encode(y=y), halo.encode(**words), text.encode(**words)]


def span(name, labels):
    """Begin a chart's description: what it shows, and from when to when."""
    return _("{name} ({first} – {last}).").format(name=name, first=next(iter(labels)), last=list(labels)[-1])


def nothing(name):
    """Say that there is nothing to draw, where the chart would have been."""
    message = _("{name}: nothing to show for this choice.").format(name=name)
    text = alt.Chart(pd.DataFrame({"message": [message]})).mark_text(fontSize=14, color=ink(), tooltip=None)
    chart = text.encode(text=alt.Text(field="message", type="nominal"))
    return chart.properties(description=message, width="container", height=120)


def finish(chart, sentences, left_out=0, kept=0):
    """Give a chart its size and its description, which owns up to what was left out."""
    if left_out:
        only = _("Only the latest {kept} of {all} are drawn.")
        sentences = [*sentences, only.format(kept=number(kept), all=number(kept + left_out))]
    return chart.properties(description=" ".join(sentences), width="container", height=_HEIGHT)
