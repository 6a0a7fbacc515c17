"""Why revenue moved, as a waterfall."""

import altair as alt
import pandas as pd

from retention.errors import check_option
from retention.measure.bridge import FACTORS
from retention.show import bridge as words
from retention.show import marks
from retention.show.i18n import _, money, money_change, number, span
from retention.show.measures import measure_value

STEP = 46


def revenue_waterfall(result, split="customers"):
    """Draw a `revenue_bridge`: the net revenue compared with, a step for every part of the change, the net revenue now.

    split: "customers" for whose change it was, "factors" for which part of the sum moved. One row a step, its name and
    amount above the bar; bars start where the step before ended. Steps without money are left out.

        revenue_waterfall(rt.revenue_bridge(orders), split="factors")
    """
    check_option("split", split, ("customers", "factors"))
    title = _("Whose change it was") if split == "customers" else _("Which part of the sum moved")
    if not result.net and not result.net_against and not result.table["change"].any():
        return marks.nothing(title)
    titles = {"name": _("Step"), "text": _("Amount"), "then": _("Compared with"), "now": _("Now"), "note": _("Note")}
    return draw_steps(_rows(result, split), titles, title)


def draw_steps(rows, titles, title):
    """Draw steps as bars that start where the one before ended: `low`, `high`, `end`, `kind` (total, rise, fall) and `line`, the
    words above a bar."""
    rows = rows.assign(order=range(len(rows)), next=range(1, len(rows) + 1))
    y = alt.Y(field="order", type="ordinal", axis=None, scale=alt.Scale(paddingInner=0, paddingOuter=0))
    reach = [0.0, rows["low"].min(), rows["high"].max()]
    x_scale = alt.Scale(domain=[min(reach), max(reach) or 1.0], nice=False, zero=True)
    base = alt.Chart(rows)

    def at(field):
        return alt.X(field=field, type="quantitative", scale=x_scale, axis=None)

    colours = {"total": marks.accent(), "rise": marks.accent(), "fall": marks.second()}
    colour = alt.Color(
        field="kind", type="nominal", legend=None, scale=alt.Scale(domain=list(colours), range=list(colours.values()))
    )
    bars = base.mark_bar(height=14, yOffset=10, cornerRadius=1, minBandSize=1).encode(
        x=at("low"), x2=alt.X2(field="high"), y=y, color=colour, tooltip=marks.tooltip(titles)
    )
    joints = (
        alt.Chart(rows.iloc[:-1])
        .mark_rule(strokeWidth=1, yOffset=17, y2Offset=3, color=marks.grey(), tooltip=None)
        .encode(x=at("end"), y=y, y2=alt.Y2(field="next"))
    )
    line = {"align": "left", "baseline": "middle", "yOffset": -10, "fontSize": 13, "tooltip": None}
    written = {"x": alt.value(0), "y": y, "text": alt.Text(field="line", type="nominal")}
    halo = base.mark_text(stroke=alt.ExprRef("background"), strokeWidth=4, **line).encode(**written)
    lines = base.mark_text(color=marks.ink(), **line).encode(**written)
    chart = alt.layer(joints, bars, halo, lines)
    sentences = [f"{title}:", "; ".join(rows["line"]) + "."]
    return marks.finish(chart.configure_view(stroke=None), sentences).properties(height=alt.Step(STEP))


def _rows(result, split):
    """Make one row a bar: the window before, each step from where the last one ended, the window now."""
    digits = 0 if max(abs(result.net), abs(result.net_against)) >= 1000 else None
    before, now = (span(*window) for window in (result.against, (result.start, result.end)))
    rows = [_total(before, result.net_against, result.currency, digits)]
    level = result.net_against
    for step in (result.table if split == "customers" else result.factors).to_dict("records"):
        if not step["change"]:
            continue
        end = round(level + step["change"], 2)
        name, amount = words.step_name(step["step"]), money_change(step["change"], result.currency, digits)
        then_value, now_value, aside = _beside(result, split, step)
        rows.append(
            {
                "name": name,
                "low": min(level, end),
                "high": max(level, end),
                "end": end,
                "kind": "rise" if step["change"] > 0 else "fall",
                "text": amount,
                "line": f"{name}: {amount}" + (f" ({aside})" if aside else ""),
                "then": then_value,
                "now": now_value,
                "note": words.step_meaning(split, step["step"]),
            }
        )
        level = end
    rows.append(_total(now, result.net, result.currency, digits))
    return pd.DataFrame(rows)


def _total(window, net, currency, digits):
    amount = money(net, currency, digits)
    return {
        "name": window,
        "low": min(net, 0.0),
        "high": max(net, 0.0),
        "end": net,
        "kind": "total",
        "text": amount,
        "line": f"{window}: {amount}",
        "then": "",
        "now": "",
        "note": _("Net revenue"),
    }


def _beside(result, split, step):
    """Write what a step was and is, and what stands beside its amount."""
    if split == "customers":
        then_value, now_value = (money(step[name], result.currency) for name in ("net_against", "net"))
        n = step["customers"]
        return then_value, now_value, "" if pd.isna(n) else _("customers: {n}").format(n=number(n))
    measure = step["step"] if step["step"] in FACTORS else "net"
    then_value, now_value = (measure_value(measure, step[name], result.currency) for name in ("value_against", "value"))
    return then_value, now_value, "" if measure == "net" else f"{then_value} → {now_value}"
