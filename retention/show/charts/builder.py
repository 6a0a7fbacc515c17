"""How many customers meet each condition of a rule."""

import altair as alt
import pandas as pd

from retention.segment.conditions import Condition
from retention.show import marks
from retention.show.i18n import _, number, percent
from retention.show.rules import condition_text


def condition_bars(result):
    """Draw how many customers meet each condition by itself, and how many the whole rule.

    `result` is what `select_customers` returns. A bar that is much shorter than the others is the condition that leaves few.

        condition_bars(rt.select_customers(orders, rule))
    """
    table = result.conditions
    conditions: tuple[Condition, ...] = result.rule.conditions
    names = [*(condition_text(condition, result.currency) for condition in conditions), _("The whole rule")]
    rows = pd.DataFrame({"order": range(len(names)), "name": names})
    rows["share"] = table["share"].astype(float).to_numpy()
    rows["count"] = [number(n) for n in table["customers"]]
    rows["text"] = [percent(value) for value in rows["share"]]
    rows["missing"] = [number(n) for n in table["missing"]]
    rows["line"] = rows["name"] + ": " + rows["count"] + " (" + rows["text"] + ")"
    rows["kind"] = ["one"] * len(conditions) + ["rule"]
    if len(conditions) == 1:
        rows = rows.tail(1).assign(line=names[0] + rows["line"].iloc[-1].removeprefix(names[1]), order=0)
    titles = {"name": _("Condition"), "count": _("Customers"), "text": _("Share"), "missing": _("Not known")}
    y = alt.Y(field="order", type="ordinal", axis=None, scale=alt.Scale(paddingInner=0, paddingOuter=0))
    reach = {
        "scale": alt.Scale(domain=[0, 1]),
        "axis": marks.axis(
            _("Share of all customers"),
            values=[0, 0.25, 0.5, 0.75, 1],
            labelExpr=marks.lookup([0, 0.25, 0.5, 0.75, 1], [percent(x, 0) for x in (0, 0.25, 0.5, 0.75, 1)]),
            domain=False,
            ticks=False,
        ),
    }
    colours = {"one": marks.grey(), "rule": marks.accent()}
    colour = alt.Color(
        field="kind",
        type="nominal",
        legend=None,
        scale=alt.Scale(domain=list(colours), range=list(colours.values())),
    )
    place = {"align": "left", "baseline": "middle", "yOffset": -9, "fontSize": 13, "limit": alt.ExprRef("width")}
    words = alt.Chart(rows).mark_text(color=marks.ink(), tooltip=None, **place)
    words = words.encode(x=alt.value(0), y=y, text=alt.Text(field="line", type="nominal"))
    x = alt.X(field="share", type="quantitative", **reach)
    bars = alt.Chart(rows).mark_bar(height=10, yOffset=10, align="left")
    bars = bars.encode(x=x, y=y, color=colour, tooltip=marks.tooltip(titles))
    said = [_("Customers who meet each condition:"), "; ".join(rows["line"]) + "."]
    chart = alt.layer(bars, words).configure_view(stroke=None)
    return marks.finish(chart, said).properties(height=alt.Step(46))
