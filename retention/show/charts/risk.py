"""What hangs on customers who are slipping away, and whether the risks that were given came true."""

import altair as alt
import pandas as pd

from retention.show import marks
from retention.show.charts.groups import BAR, ROW, in_two_lines
from retention.show.i18n import _, interval, money, money_short, number, percent

PALE = "#c3cacf", "#59636a"  # the whole behind its part, on light and on dark


def value_at_risk_bars(result):
    """Draw for every segment what is expected of it, and how much of that hangs on customers who are slipping away.

    `result` is what `value_at_risk` returns. The best segment comes first.

        value_at_risk_bars(rt.value_at_risk(orders))
    """
    title = _("Expected in the next 12 months, and at stake")
    table = result.table[result.table["expected_net"] > 0].reset_index(drop=True)
    if table.empty:
        return marks.nothing(title)
    rows = table[["expected_net", "value_at_risk"]].astype(float).assign(order=range(len(table)))
    rows["name"] = [_(name) for name in table["segment"]]
    rows["expected"] = [money(value, result.currency, 0) for value in table["expected_net"]]
    rows["lost"] = [money(value, result.currency, 0) for value in table["value_at_risk"]]
    rows["slipping"] = [number(n) for n in table["slipping"]]
    rows["customers"] = [number(n) for n in table["customers"]]
    rows["range"] = [
        interval(low, high, lambda value: money(value, result.currency, 0)) if enough else _("too few to tell")
        for low, high, enough in zip(table["low"], table["high"], table["enough"], strict=True)
    ]
    pattern = _("{segment}: {lost} of {expected} ({slipping} of {customers} customers)")
    rows["line"] = [
        pattern.format(
            segment=row.name, lost=row.lost, expected=row.expected, slipping=row.slipping, customers=row.customers
        )
        for row in rows.itertuples(index=False)
    ]
    said = "; ".join(rows["line"])
    rows, lower = in_two_lines(rows)
    reach = marks.value_axis(rows["expected_net"], lambda value: money_short(value, result.currency))
    y = alt.Y(field="order", type="ordinal", axis=None, scale=alt.Scale(paddingInner=0, paddingOuter=0))
    kinds = {_("Expected"): marks.adapt(*PALE), _("Of it at stake"): marks.accent()}
    scale = alt.Scale(domain=list(kinds), range=list(kinds.values()))
    titles = {
        "name": _("Segment"),
        "expected": _("Expected"),
        "lost": _("Of it at stake"),
        "range": _("95 % interval"),
        "slipping": _("Slipping away"),
        "customers": _("Customers"),
    }
    layers = []
    for field, kind in zip(("expected_net", "value_at_risk"), kinds, strict=True):
        bars = alt.Chart(rows.assign(kind=kind)).mark_bar(height=BAR, yOffset=4 + lower, cornerRadius=1)
        layers.append(
            bars.encode(
                x=alt.X(field=field, type="quantitative", **reach),
                y=y,
                color=alt.Color(field="kind", type="nominal", scale=scale, legend=marks.legend(symbolType="square")),
                tooltip=marks.tooltip(titles),
            )
        )
    place = {"align": "left", "baseline": "middle", "yOffset": -13 - lower / 2, "fontSize": 13, "tooltip": None}
    place |= {"lineBreak": "\n", "limit": alt.ExprRef("width")}
    line = {"x": alt.value(0), "y": y, "text": alt.Text(field="line", type="nominal")}
    halo = alt.Chart(rows).mark_text(stroke=alt.ExprRef("background"), strokeWidth=4, **place)
    words = alt.Chart(rows).mark_text(color=marks.ink(), **place)
    chart = alt.layer(*layers, halo.encode(**line), words.encode(**line)).configure_view(stroke=None)
    return marks.finish(chart, [f"{title}:", said + "."]).properties(height=alt.Step(ROW - 10 + 2 * lower))


def score_reliability(result):
    """Draw how many of those who were given a risk stayed away; on the dashed line, risks come true as they were given.

    `result` is what `score_churn` or `value_at_risk` returns. Groups of fewer than 30 customers are grey.

        score_reliability(rt.score_churn(orders))
    """
    title = _("Given risk, and who stayed away")
    table = getattr(result, "churn", result).reliability
    if table.empty:
        return marks.nothing(title)
    rows = table[["predicted", "observed", "low", "high"]].astype(float).reset_index(drop=True)
    rows["given"] = [percent(value, 0) for value in table["predicted"]]
    rows["stayed_away"] = [percent(value, 0) for value in table["observed"]]
    rows["range"] = [
        interval(low, high, lambda value: percent(value, 0))
        for low, high in zip(table["low"], table["high"], strict=True)
    ]
    rows["n"] = [number(n) for n in table["n"]]
    rows["state"] = ["complete" if enough else "few" for enough in table["enough"]]
    rows["note"] = rows["state"].map(marks.notes())
    reach = marks.value_axis([0.0, 1.0], lambda value: percent(value, 0))
    across = {**reach, "axis": marks.value_axis([0.0, 1.0], lambda value: percent(value, 0))["axis"]}
    across["axis"].title, reach["axis"].title = _("Risk that was given"), _("Share who stayed away")
    x, y = (
        alt.X(field="predicted", type="quantitative", **across),
        alt.Y(field="observed", type="quantitative", **reach),
    )
    titles = {
        "given": _("Given risk"),
        "stayed_away": _("Stayed away"),
        "range": _("95 % interval"),
        "n": _("Customers"),
        "note": _("Note"),
    }
    ideal = alt.Chart(pd.DataFrame({"predicted": [0.0, 1.0], "observed": [0.0, 1.0]}))
    ideal = ideal.mark_line(strokeDash=[6, 4], strokeWidth=1.5, color=marks.grey(), tooltip=None).encode(x=x, y=y)
    ends = {"x": x, "y": alt.Y(field="low", type="quantitative", **reach), "y2": alt.Y2(field="high")}
    whiskers = [
        alt.Chart(rows[rows["state"] == state])
        .mark_rule(strokeWidth=3, opacity=0.5, color=colour, tooltip=None)
        .encode(**ends)
        for state, colour in (("complete", marks.accent()), ("few", marks.grey()))
    ]
    dots = marks.points(rows, x, y, titles)
    pattern = _("given {given}: {stayed_away} stayed away ({range}; {n})")
    said = [pattern.format(**row) for row in rows[["given", "stayed_away", "range", "n"]].to_dict("records")]
    return marks.finish(alt.layer(ideal, *whiskers, dots), [f"{title}:", "; ".join(said) + "."])
