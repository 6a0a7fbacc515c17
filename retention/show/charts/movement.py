"""Where the customers of each segment went, as bars joined by ribbons."""

from datetime import timedelta

import altair as alt
import numpy as np
import pandas as pd

from retention.segment.movement import NEW, ranking
from retention.show import marks
from retention.show.i18n import _, date, number, percent
from retention.show.measures import group_name

HEIGHT, GAP = 520, 17  # pixels; the gap leaves every bar its line of words
HEAD = 26  # for the two days above the bars
BAR = 0.02  # of the width
SMALLEST = 0.01  # of all customers: a thinner ribbon is a hair
STEPS = 13  # points of a ribbon's edge


def segment_name(segment):
    """Name a segment, or those who had not bought by then, in the reader's language.

    >>> segment_name("new")
    'Had not bought yet'
    """
    return _("Had not bought yet") if segment == NEW else group_name(segment)


def segment_flow(result):
    """Draw which segment customers were in then, on the left, and are in now, on the right.

    `result` is what `segment_movement` returns. A bar is as high as its segment is large, the best on top; a ribbon is as
    wide as the customers who went that way, coloured where they moved up or slipped and grey where they stayed or are new.
    Ribbons of less than 1 % of the customers are left out; the bars keep their room.

        segment_flow(rt.segment_movement(orders))
    """
    title = _("From segment to segment")
    flows, total = result.table.reset_index(drop=True), int(result.table["customers"].sum())
    order = [name for name in [*ranking(result.scheme), NEW] if name in {*flows["from"], *flows["to"]}]
    pixels = (HEIGHT - GAP * (len(order) - 1)) / total
    bars, ends = _bars(flows, order, pixels)
    drawn = flows[flows["customers"] >= SMALLEST * total]
    hidden = total - int(drawn["customers"].sum())
    days = [date(day - timedelta(days=1)) for day in (result.then, result.now)]
    chart = alt.layer(_ribbons(drawn, ends), _rectangles(bars), *_words(bars), _heads(days)).configure_view(stroke=None)
    moved = drawn[drawn["direction"].isin(["up", "down", "aside"])].sort_values("customers", ascending=False)
    pattern = _("{first} to {later}: {customers}")
    said = [f"{title}, {days[0]} – {days[1]}."]
    said.append(
        "; ".join(
            pattern.format(
                first=segment_name(row["from"]), later=segment_name(row["to"]), customers=number(row["customers"])
            )
            for row in moved.head(5).to_dict("records")
        )
        + "."
        if len(moved)
        else _("Nobody moved.")
    )
    if hidden:
        said.append(_("Ribbons too thin to be drawn hold {customers} customers.").format(customers=number(hidden)))
    return marks.finish(chart, said).properties(height=HEIGHT + HEAD)


def _bars(flows, order, pixels):
    """Place a bar for every segment on either side, and the two ends of every ribbon on them."""
    bars, ends = [], pd.DataFrame(0.0, index=flows.index, columns=["left", "right", "width"])
    ends["width"] = flows["customers"] * pixels
    place = {name: at for at, name in enumerate(order)}
    for side, here, there in (("left", "from", "to"), ("right", "to", "from")):
        top = 0.0
        for name in order:
            part = flows[flows[here] == name].sort_values(there, key=lambda names: names.map(place))
            if part.empty:
                continue
            widths = ends.loc[part.index, "width"]
            ends.loc[part.index, side] = top + widths.cumsum() - widths
            customers = int(part["customers"].sum())
            bars.append(
                {
                    "side": side,
                    "top": top,
                    "bottom": top + widths.sum(),
                    "middle": top + widths.sum() / 2,
                    "name": segment_name(name),
                    "customers": number(customers),
                    "line": f"{segment_name(name)} · {number(customers)}",
                }
            )
            top += widths.sum() + GAP
    return pd.DataFrame(bars), ends


def _y(name):
    scale = alt.Scale(domain=[-HEAD, HEIGHT], reverse=True, nice=False, zero=False)
    return alt.Y(field=name, type="quantitative", scale=scale, axis=None)


def _x(name):
    return alt.X(field=name, type="quantitative", scale=alt.Scale(domain=[0, 1], nice=False), axis=None)


def _ribbons(drawn, ends):
    kinds = {"up": _("Moved up"), "down": _("Slipped"), "other": _("Stayed or new")}
    t = np.linspace(0, 1, STEPS)
    bend = 3 * t**2 - 2 * t**3
    pieces = []
    for at, flow in drawn.iterrows():
        left, right, width = ends.loc[at]
        edge = left + (right - left) * bend
        kind = flow["direction"] if flow["direction"] in ("up", "down") else "other"
        piece = pd.DataFrame({"x": BAR + t * (1 - 2 * BAR), "top": edge, "bottom": edge + width})
        pieces.append(
            piece.assign(
                flow=at,
                kind=kind,
                first=segment_name(flow["from"]),
                later=segment_name(flow["to"]),
                customers=number(flow["customers"]),
                share=percent(flow["share"]),
            )
        )
    colours = {"up": marks.accent(), "down": marks.second(), "other": marks.grey()}
    shown = [kind for kind in colours if kind in {piece["kind"].iloc[0] for piece in pieces}]
    key = alt.Legend(
        title=None,
        orient="bottom",
        labelColor=marks.ink(),
        labelFontSize=12,
        symbolType="square",
        symbolOpacity=0.8,
        labelExpr=marks.lookup(list(kinds), list(kinds.values())),
    )
    scale = alt.Scale(domain=shown, range=[colours[kind] for kind in shown])
    titles = {"first": _("Then"), "later": _("Now"), "customers": _("Customers"), "share": _("Share of those of then")}
    return (
        alt.Chart(pd.concat(pieces, ignore_index=True))
        .mark_area()
        .encode(
            x=_x("x"),
            y=_y("top"),
            y2=alt.Y2(field="bottom"),
            detail=alt.Detail(field="flow", type="nominal"),
            color=alt.Color(field="kind", type="nominal", scale=scale, legend=key),
            opacity=alt.condition("datum.kind === 'other'", alt.value(0.22), alt.value(0.6)),
            tooltip=marks.tooltip(titles),
        )
    )


def _rectangles(bars):
    rows = bars.assign(x=np.where(bars["side"] == "left", 0, 1 - BAR), x2=np.where(bars["side"] == "left", BAR, 1))
    titles = {"name": _("Segment"), "customers": _("Customers")}
    return (
        alt.Chart(rows)
        .mark_rect(color=marks.ink(), opacity=0.75)
        .encode(
            x=_x("x"),
            x2=alt.X2(field="x2"),
            y=_y("top"),
            y2=alt.Y2(field="bottom"),
            tooltip=marks.tooltip(titles),
        )
    )


def _heads(days):
    """Write the last day that each side knows of above it."""
    rows = pd.DataFrame({"x": [0.0, 1.0], "y": -HEAD, "day": days, "align": ["left", "right"]})
    words = alt.Chart(rows).mark_text(
        align=alt.ExprRef("datum.align"),
        baseline="top",
        fontSize=13,
        fontWeight="bold",
        color=marks.ink(),
        tooltip=None,
    )
    return words.encode(x=_x("x"), y=_y("y"), text=alt.Text(field="day", type="nominal"))


def _words(bars):
    layers = []
    for side, x, dx in (("left", BAR, 6), ("right", 1 - BAR, -6)):
        rows = bars[bars["side"] == side].assign(x=x)
        line = {"align": side, "baseline": "middle", "dx": dx, "fontSize": 12, "tooltip": None}
        written = {"x": _x("x"), "y": _y("middle"), "text": alt.Text(field="line", type="nominal")}
        halo = alt.Chart(rows).mark_text(stroke=alt.ExprRef("background"), strokeWidth=4, **line)
        layers += [halo.encode(**written), alt.Chart(rows).mark_text(color=marks.ink(), **line).encode(**written)]
    return layers
