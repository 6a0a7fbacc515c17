"""What the checks of the data found."""

import altair as alt
import pandas as pd

from retention.show import marks
from retention.show import quality as words
from retention.show.i18n import (
    MISSING,
    _,
    number,
    percent,
)


def quality_bars(result, group="count"):
    """Draw what the checks of a `quality_table` found: a bar a check, its share of all, the largest first.

    group: "count" for what is counted or not, "field" for what is not known of the orders. Beside the share stands the
    first figure that deciding otherwise would move. The pale bar is the whole.

        quality_bars(rt.quality_table(orders))
    """
    found = words.found(result, group)
    title = _("What was found") if group == "count" else _("What is not known of the orders")
    if not found:
        return marks.nothing(title)
    rows = pd.DataFrame(
        {
            "order": range(len(found)),
            "share": [row.share for row in found],
            "whole": 1.0,
            "text": [" · ".join([percent(row.share), *words.changes(row)[:1]]) for row in found],
            "name": [words.name(row.check) for row in found],
            "effects": [", ".join(words.changes(row)) or MISSING for row in found],
            "count": [f"{number(row.found)} / {number(row.of)}" for row in found],
        }
    )
    rows["line"] = rows["name"] + ": " + rows["text"]
    titles = {"name": _("Check"), "count": _("Found"), "text": _("Share")}
    titles |= {"effects": _("Deciding otherwise")} if group == "count" else {}
    y = alt.Y(field="order", type="ordinal", axis=None, scale=alt.Scale(paddingInner=0, paddingOuter=0))
    scale = alt.Scale(domain=[0, 1], nice=False)
    base = alt.Chart(rows)

    def bar(field, **options):
        x = alt.X(field=field, type="quantitative", scale=scale, axis=None)
        return base.mark_bar(height=8, yOffset=9, cornerRadius=2, **options).encode(
            x=x, y=y, tooltip=marks.tooltip(titles)
        )

    line = base.mark_text(align="left", baseline="middle", yOffset=-8, fontSize=13, color=marks.ink(), tooltip=None)
    lines = line.encode(x=alt.value(0), y=y, text=alt.Text(field="line", type="nominal"))
    chart = alt.layer(bar("whole", color=marks.grey(), opacity=0.18), bar("share", color=marks.accent()), lines)
    sentences = [f"{title}:", "; ".join(rows["line"]) + "."]
    return marks.finish(chart.configure_view(stroke=None), sentences).properties(height=alt.Step(46))
