"""How small an effect a test sees, by its customers; and tests in which nothing happened."""

import altair as alt
import numpy as np
import pandas as pd

from retention.show import marks
from retention.show.i18n import _, money, number, number_short, percent, percent_change

SHARES = ("repeat", "conversion")


def metric_name(metric, days):
    """Name what a test compares, in the reader's language.

    >>> metric_name("repeat", 60)
    'Share of customers who buy within 60 days'
    """
    names = {
        "repeat": _("Share of customers who buy within {days} days"),
        "orders": _("Orders per customer within {days} days"),
        "revenue": _("Net revenue per customer within {days} days"),
        "profit": _("Gross profit per customer within {days} days"),
        "aov": _("Net revenue per order within {days} days"),
        "conversion": _("Share of visitors who buy"),
    }
    return names[metric].format(days=number(days))


def metric_value(metric, value, currency):
    """Write a value of such a metric.

    >>> metric_value("repeat", 0.1418, ""), metric_value("orders", 0.2689, ""), metric_value("aov", 94.2568, "EUR")
    ('14.2%', '0.269', '€94.26')
    """
    if metric in SHARES:
        return percent(value)
    return number(value, 3) if metric == "orders" else money(value, currency)


def difference(metric, value, currency):
    """Write a difference of such a metric, without a sign.

    >>> difference("repeat", -0.0323, "")
    '3.2 points'
    """
    if metric in SHARES:
        return _("{points} points").format(points=number(100 * abs(value), 1))
    return metric_value(metric, abs(value), currency)


def change_facts(plan, effect):
    """Write an effect from where to where, as a difference and relative, for the places of a sentence."""
    value = plan.chosen["value"]
    return {
        "value": metric_value(plan.metric, value, plan.currency),
        "reached": metric_value(plan.metric, value + effect, plan.currency),
        "difference": difference(plan.metric, effect, plan.currency),
        "relative": percent_change(effect / value),
    }


def smallest_effect_curve(result):
    """Draw how small an effect a test sees with how many customers, with a dot for the shop and a line for the wished effect.

    `result` is what `plan_experiment` returns. Effects are relative to the baseline. Where what is known from before helps, the solid
    line is with it and the dashed one without.

        smallest_effect_curve(rt.plan_experiment(orders, effect=0.1))
    """
    name = _("Smallest effect a test sees, by customers")
    rows = _rows(result)
    if rows.empty:
        return marks.nothing(name)
    kinds = list(dict.fromkeys(rows["kind"]))
    of_visitors = result.metric == "conversion"
    size_name = _("Visitors in the test") if of_visitors else _("Customers in the test")
    at = _round_sizes(rows["customers"].min(), rows["customers"].max())
    x = alt.X(
        field="customers",
        type="quantitative",
        scale=alt.Scale(type="log", domain=[rows["customers"].min(), rows["customers"].max()], nice=False),
        axis=marks.axis(
            size_name,
            values=at,
            labelExpr=marks.lookup(at, [number_short(size) for size in at]),
            grid=False,
            ticks=False,
        ),
    )
    wished = abs(result.relative_effect)
    reach = [rows["relative"].max(), *([] if np.isnan(wished) else [wished])]
    scale = marks.value_axis(reach, lambda share: percent(share, 0))
    scale["axis"].title = _("Change, relative to now")
    y = alt.Y(field="relative", type="quantitative", **scale)
    titles = {"size": size_name, "kind": _("Test"), "text": _("Smallest effect, relative to now"), "absolute": _("Smallest effect")}  # fmt: skip
    key = marks.legend(symbolType="stroke", symbolSize=500, symbolStrokeWidth=2, columns=1) if len(kinds) > 1 else None
    line = alt.Chart(rows).encode(
        x=x,
        y=y,
        color=alt.Color(
            field="kind",
            type="nominal",
            legend=key,
            sort=None,
            scale=alt.Scale(domain=kinds, range=[marks.accent(), marks.grey()][: len(kinds)]),
        ),
        strokeDash=alt.StrokeDash(
            field="kind",
            type="nominal",
            legend=key,
            sort=None,
            scale=alt.Scale(domain=kinds, range=[[1, 0], [6, 4]][: len(kinds)]),
        ),
    )
    layers = [line.mark_line(strokeWidth=2, tooltip=None)]
    layers.append(line.mark_point(size=120, opacity=0, filled=True).encode(tooltip=marks.tooltip(titles)))
    said = [_("{name}: {metric}.").format(name=name, metric=metric_name(result.metric, result.days))]
    for end in (rows["customers"].min(), rows["customers"].max()):
        row = rows[rows["customers"] == end].iloc[0]
        pattern = (
            _("With {customers} visitors: {effect}.") if of_visitors else _("With {customers} customers: {effect}.")
        )
        said.append(pattern.format(customers=row["size"], effect=row["text"]))
    if not np.isnan(wished):
        words = _("hoped for: {effect}").format(effect=percent_change(result.relative_effect))
        layers += marks.target_line(wished, words, scale)
        said.append(f"{words[:1].upper()}{words[1:]}.")
    own = rows[rows["customers"] == result.customers].head(1)
    if len(own):
        pattern = _("{customers} visitors: {effect}") if of_visitors else _("{customers} customers: {effect}")
        words = pattern.format(customers=own["size"].iloc[0], effect=own["text"].iloc[0])
        layers += _dot(own.assign(words=words), x, y)
        said.append(_("The dot is the shop, {words}.").format(words=words))
    return marks.finish(alt.layer(*layers), said)


def _rows(result):
    """The curve as it is drawn: with what is known from before first, where that helps."""
    curve, down = result.curve, result.relative_effect < 0
    kinds = {"": _("Without what is known from before")}
    if curve["detectable_before"].notna().any():
        kinds = {"_before": _("With what is known from before"), **kinds}
    parts = []
    for end, kind in kinds.items():
        part = curve[["customers"]].assign(
            relative=curve[f"detectable_relative{end}"], effect=curve[f"detectable{end}"], kind=kind
        )
        parts.append(part.dropna())
    rows = pd.concat(parts, ignore_index=True)
    rows["size"] = rows["customers"].map(number)
    rows["text"] = [percent_change(-share if down else share) for share in rows["relative"]]
    rows["absolute"] = [difference(result.metric, effect, result.currency) for effect in rows["effect"]]
    return rows


def _round_sizes(low, high):
    """Numbers of customers that a person would write on an axis.

    >>> _round_sizes(500, 32000)
    [500, 2000, 5000, 20000]
    """
    sizes = [digit * 10**power for power in range(12) for digit in (2, 5)]
    return [size for size in sizes if low <= size <= high]


def _dot(own, x, y):
    dot = alt.Chart(own).mark_point(filled=True, size=140, opacity=1, color=marks.second(), tooltip=None)
    layers = [dot.encode(x=x, y=y)]
    place = {"align": "left", "baseline": "bottom", "dx": 7, "dy": -5, "fontSize": 13, "tooltip": None}
    for style in ({"stroke": alt.ExprRef("background"), "strokeWidth": 4}, {"color": marks.second()}):
        words = alt.Chart(own).mark_text(**style, **place)
        layers.append(words.encode(x=x, y=y, text=alt.Text(field="words", type="nominal")))
    return layers


def false_alarm_bars(result):
    """Draw the p-values of tests in which nothing happened, in twenty equal steps; the first step are the false alarms.

    `result` is what `run_aa_test` returns. The line is where every bar would end if chance were spread quite evenly.

        false_alarm_bars(rt.run_aa_test(orders))
    """
    name = _("p-values of tests in which nothing happened")
    table = result.table
    kinds = {True: _("False alarm"), False: _("No alarm")}
    rows = pd.DataFrame(
        {
            "low": table["p_from"],
            "high": table["p_to"],
            "splits": table["splits"],
            "kind": [kinds[bool(high <= result.alpha + 1e-9)] for high in table["p_to"]],
            "range": [
                _("{low} to {high}").format(low=number(low, 2), high=number(high, 2))
                for low, high in zip(table["p_from"], table["p_to"], strict=True)
            ],
            "count": table["splits"].map(number),
        }
    )
    at = [0.0, 0.25, 0.5, 0.75, 1.0]
    axis = marks.axis(
        _("p-value: how easily chance makes such a difference"),
        values=at,
        labelExpr=marks.lookup(at, [number(p, 2) for p in at]),
        grid=False,
        ticks=False,
    )
    x = alt.X(field="low", type="quantitative", scale=alt.Scale(domain=[0, 1], nice=False), axis=axis)
    expected = float(table["expected"].iloc[0])
    scale = marks.value_axis([*rows["splits"], 1.4 * expected], number)
    scale["axis"].title = _("Tests")
    bars = (
        alt.Chart(rows)
        .mark_bar(binSpacing=1)
        .encode(
            x=x,
            x2=alt.X2(field="high"),
            y=alt.Y(field="splits", type="quantitative", **scale),
            y2=alt.datum(0),
            color=alt.Color(
                field="kind",
                type="nominal",
                sort=None,
                scale=alt.Scale(domain=list(kinds.values()), range=[marks.second(), marks.accent()]),
                legend=marks.legend(symbolType="square"),
            ),
            tooltip=marks.tooltip({"range": _("p-value"), "count": _("Tests"), "kind": _("Result")}),
        )
    )
    words = _("promised: {tests} in each step").format(tests=number(expected))
    said = [
        _("{name}: {tests} tests, {alarms} of them a false alarm.").format(
            name=name, tests=number(result.splits), alarms=number(result.alarms)
        ),
        _("The steps hold {low} to {high} tests; {expected} would be quite even.").format(
            low=number(table["splits"].min()), high=number(table["splits"].max()), expected=number(expected)
        ),
    ]
    return marks.finish(alt.layer(bars, *_expected(expected, words, scale)), said)


def _expected(expected, words, scale):
    """A level line over the bars, with its words at the right end where they cover no alarm."""
    frame = pd.DataFrame({"value": [expected], "words": [words]})
    y = alt.Y(field="value", type="quantitative", **scale)
    rule = alt.Chart(frame).mark_rule(strokeWidth=1.5, strokeDash=[6, 4], color=marks.ink(), tooltip=None)
    layers = [rule.encode(y=y)]
    place = {"align": "right", "baseline": "bottom", "dx": -4, "fontSize": 12, "tooltip": None}
    for style in ({"stroke": alt.ExprRef("background"), "strokeWidth": 4}, {"color": marks.ink()}):
        text = alt.Chart(frame).mark_text(**style, **place)
        # Above all bars, so that no word stands on one.
        layers.append(text.encode(x=alt.value("width"), y=alt.value(14), text=alt.Text(field="words", type="nominal")))
    return layers
