"""What would come if something changed, beside what comes as things are."""

import altair as alt
import pandas as pd

from retention.errors import check_option
from retention.show import marks
from retention.show.charts.bridge import draw_steps
from retention.show.i18n import _, interval, money, money_change, money_short, period_label
from retention.show.whatif import lever_name

ROW, BAR = 50, 12  # pixels of a lever, and of its bars


def change_by_month(result):
    """Draw the net revenue of the coming months, changed with its range, and as now.

    `result` is what `simulate_change` returns.

        change_by_month(rt.simulate_change(orders, {"second_order": 0.1}))
    """
    total = result.table[result.table["part"] == "total"]
    names = {"changed": _("Changed"), "now": _("As now")}
    rows = pd.DataFrame(
        {
            "label": [period_label(month, "month") for month in total["month"]],
            "kind": total["state"].map(names),
            "value": total["net"],
            "low": total["low"],
            "high": total["high"],
            "text": [money(x, result.currency, 0) for x in total["net"]],
            "range": [
                interval(low, high, lambda x: money(x, result.currency, 0))
                for low, high in zip(total["low"], total["high"], strict=True)
            ],
        }
    )
    labels = list(dict.fromkeys(rows["label"]))
    changed = rows[rows["kind"] == names["changed"]]
    scale = marks.value_axis([0.0, *rows["low"], *rows["high"]], lambda x: money_short(x, result.currency))
    x = marks.label_axis(labels)
    x.sort = labels
    key = marks.legend(symbolType="stroke", symbolSize=400)
    domain = list(names.values())
    band = (
        alt.Chart(changed)
        .mark_area(opacity=0.18, color=marks.accent(), tooltip=None)
        .encode(x=x, y=alt.Y(field="low", type="quantitative", **scale), y2=alt.Y2(field="high"))
    )
    encoded = alt.Chart(rows).encode(
        x=x,
        y=alt.Y(field="value", type="quantitative", **scale),
        color=alt.Color(
            field="kind",
            type="nominal",
            legend=key,
            scale=alt.Scale(domain=domain, range=[marks.accent(), marks.grey()]),
        ),
        strokeDash=alt.StrokeDash(
            field="kind", type="nominal", legend=key, scale=alt.Scale(domain=domain, range=[[1, 0], [6, 3]])
        ),
    )
    titles = {"label": _("Month"), "kind": _("State"), "text": _("Net revenue"), "range": _("80 % range")}
    chart = alt.layer(
        band,
        encoded.mark_line(strokeWidth=2, tooltip=None),
        encoded.mark_point(size=140, opacity=0, filled=True).encode(tooltip=marks.tooltip(titles)),
    )
    said = [
        _("{name}: {value} in all these months.").format(
            name=name, value=money(rows.loc[rows["kind"] == name, "value"].sum(), result.currency, 0)
        )
        for name in domain
    ]
    return marks.finish(chart, [marks.span(_("Net revenue"), labels), *said])


def change_waterfall(result, measure="net"):
    """Draw what every lever adds to what comes as things are, after those above it; measure: "net" or "profit".

    change_waterfall(rt.simulate_change(orders, {"aov": 0.1, "cost": 500}))
    """
    check_option("measure", measure, ("net", "profit"))
    title = _("What each lever adds")
    totals = result.totals[result.totals["part"] == "total"].set_index("state")[measure]
    if result.waterfall.empty or totals.isna().any():
        return marks.nothing(title)
    level, rows = 0.0, []
    for key, change in zip(result.waterfall["lever"], result.waterfall[measure], strict=True):
        kind = "rise" if change >= 0 else "fall"
        rows.append(_bar(lever_name(key), level, level + change, kind, money_change(change, result.currency, 0)))
        level += change
    ends = " → ".join(money(totals[state], result.currency, 0) for state in ("now", "changed"))
    rows.append(_bar(_("All together"), 0.0, level, "total", f"{money_change(level, result.currency, 0)} ({ends})"))
    return draw_steps(pd.DataFrame(rows), {"name": _("Step"), "text": _("Amount")}, title)


def lever_tornado(result, measure="net"):
    """Draw what a tenth less and a tenth more of each lever alone would change, the strongest first; measure: "net" or "profit".

    lever_tornado(rt.simulate_change(orders))
    """
    check_option("measure", measure, ("net", "profit"))
    title = _("A tenth less and a tenth more of each lever")
    ends = {_("A tenth less"): f"{measure}_less", _("A tenth more"): f"{measure}_more"}
    table = result.tornado.dropna(subset=list(ends.values()))
    table = table[table[list(ends.values())].abs().max(axis=1) >= 0.5]
    if table.empty:
        return marks.nothing(title)
    table = table.loc[table[list(ends.values())].abs().max(axis=1).sort_values(ascending=False, kind="stable").index]
    lines = [
        f"{lever_name(row['lever'])}: "
        + " / ".join(money_change(row[column], result.currency, 0) for column in ends.values())
        for _index, row in table.iterrows()
    ]
    rows = pd.concat(
        [
            pd.DataFrame(
                {
                    "order": range(len(table)),
                    "name": [lever_name(key) for key in table["lever"]],
                    "kind": kind,
                    "value": table[column].to_numpy(),
                    "text": [money_change(x, result.currency, 0) for x in table[column]],
                }
            )
            for kind, column in ends.items()
        ],
        ignore_index=True,
    )
    scale = marks.value_axis([rows["value"].min(), rows["value"].max()], lambda x: money_short(x, result.currency))
    y = alt.Y(field="order", type="ordinal", axis=None, scale=alt.Scale(paddingInner=0, paddingOuter=0))
    colour = alt.Color(
        field="kind",
        type="nominal",
        legend=marks.legend(symbolType="square"),
        scale=alt.Scale(domain=list(ends), range=[marks.second(), marks.accent()]),
    )
    bars = (
        alt.Chart(rows)
        .mark_bar(height=BAR, yOffset=10)
        .encode(
            x=alt.X(field="value", type="quantitative", **scale),
            y=y,
            color=colour,
            tooltip=marks.tooltip({"name": _("Lever"), "kind": _("Change"), "text": _("Amount")}),
        )
    )
    words = pd.DataFrame({"order": range(len(lines)), "line": lines})
    place = {"align": "left", "baseline": "middle", "yOffset": -10, "fontSize": 13, "tooltip": None}
    place["limit"] = alt.ExprRef("width")
    written = {"x": alt.value(0), "y": y, "text": alt.Text(field="line", type="nominal")}
    halo = alt.Chart(words).mark_text(stroke=alt.ExprRef("background"), strokeWidth=4, **place).encode(**written)
    text = alt.Chart(words).mark_text(color=marks.ink(), **place).encode(**written)
    zero = alt.Chart(pd.DataFrame({"value": [0.0]})).mark_rule(strokeWidth=1.5, color=marks.ink(), tooltip=None)
    zero = zero.encode(x=alt.X(field="value", type="quantitative", **scale))
    chart = alt.layer(zero, bars, halo, text).configure_view(stroke=None)
    return marks.finish(chart, [f"{title}:", "; ".join(lines) + "."]).properties(height=alt.Step(ROW))


def _bar(name, start, end, kind, text):
    low, high = sorted((start, end))
    return {"name": name, "low": low, "high": high, "end": end, "kind": kind, "text": text, "line": f"{name}: {text}"}
