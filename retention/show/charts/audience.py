"""Who is left of those who were chosen, step by step."""

import altair as alt
import pandas as pd

from retention.show import marks
from retention.show.i18n import _, number


def audience_funnel(result):
    """Draw how many of those who were chosen are left after each step: with an address, willing, in the file.

    `result` is what `build_audience` returns. A bar a step, its length how many are left; the line above it says how many the
    step took away and why. The pale bar is everybody who was chosen.

        audience_funnel(rt.build_audience(orders, "segment:Champions", "klaviyo", name="Thank you", seed=1))
    """
    counts = result.counts
    taken = [0, counts["no_address"], counts["refused"] + counts["not_asked"], counts["held_back"]]
    names = [_("Chosen"), _("With an address the tool can use"), _("Agreed to marketing"), _("In the file")]
    if not any((result.table.shape[0] + counts["held_back"] < counts["chosen"], counts["held_back"])):
        names, taken = names[:1] + names[-1:], taken[:1] + taken[-1:]
    why = {
        names[1]: _("{n} have no address"),
        _("Agreed to marketing"): _("{n} did not agree"),
        _("In the file"): _("{n} are held back"),
    }
    rows = pd.DataFrame({"order": range(len(names)), "name": names, "taken": taken})
    rows["people"] = counts["chosen"] - rows["taken"].cumsum()
    rows["whole"] = counts["chosen"]
    rows["count"] = [number(people) for people in rows["people"]]
    rows["gone"] = [why[name].format(n=number(n)) if n else "" for name, n in zip(names, taken, strict=True)]
    rows["line"] = rows["name"] + ": " + rows["count"] + [f" ({gone})" if gone else "" for gone in rows["gone"]]
    titles = {"name": _("Step"), "count": _("People"), "gone": _("Left out here")}
    y = alt.Y(field="order", type="ordinal", axis=None, scale=alt.Scale(paddingInner=0, paddingOuter=0))
    scale, base = alt.Scale(domain=[0, counts["chosen"]], nice=False), alt.Chart(rows)

    def bar(field, **options):
        x = alt.X(field=field, type="quantitative", scale=scale, axis=None)
        mark = base.mark_bar(height=12, yOffset=9, cornerRadius=2, **options)
        return mark.encode(x=x, y=y, tooltip=marks.tooltip(titles))

    text = base.mark_text(
        align="left",
        baseline="middle",
        yOffset=-9,
        fontSize=13,
        color=marks.ink(),
        limit=alt.ExprRef("width"),
        tooltip=None,
    )
    lines = text.encode(x=alt.value(0), y=y, text=alt.Text(field="line", type="nominal"))
    chart = alt.layer(bar("whole", color=marks.grey(), opacity=0.18), bar("people", color=marks.accent()), lines)
    said = [_("Who is left of those who were chosen:"), "; ".join(rows["line"]) + "."]
    return marks.finish(chart.configure_view(stroke=None), said).properties(height=alt.Step(50))
