"""What was, what should come, and how an earlier forecast did."""

import altair as alt
import pandas as pd

from retention.show import marks
from retention.show.forecast import method_name, part_name
from retention.show.i18n import _, interval, money, money_short, period_label

PAST = 12  # months drawn before the forecast, split like it
DASHES = {"actual": [1, 0], "forecast": [6, 3], "year_before": [2, 3], "last_months": [8, 3, 2, 3]}


def revenue_forecast(result):
    """Draw the last months and the coming ones as stacked bars: customers one had, and those won since.

    `result` is what `forecast_revenue` returns. Past months are solid, forecast ones pale, with a line from the low to the
    high end of their range. Both dozens of months are split by who had bought before they began.

        revenue_forecast(rt.forecast_revenue(orders))
    """
    name = _("Net revenue")
    past = result.history[result.history["month"].isin(result.history["month"].drop_duplicates().tail(PAST))]
    total = result.table[result.table["part"] == "total"]
    coming = result.table[result.table["part"] != "total"]
    rows = pd.concat([past.assign(state="complete"), coming.assign(state="forecast")], ignore_index=True)
    parts = [part for part in ("existing", "new", "unknown") if part in set(rows["part"])]
    sums = rows.groupby("month")["net"].sum()
    ranges = {
        row.month: interval(row.low, row.high, lambda x: money(x, result.currency, 0)) for row in total.itertuples()
    }
    drawn = pd.DataFrame(
        {
            "label": [period_label(month, "month") for month in rows["month"]],
            "part": rows["part"].map(part_name),
            "order": rows["part"].map(parts.index),
            "value": rows["net"],
            "text": [money(x, result.currency, 0) for x in rows["net"]],
            "total": [money(sums[month], result.currency, 0) for month in rows["month"]],
            "range": rows["month"].map(ranges).fillna(""),
            "state": rows["state"],
            "note": rows["state"].map(marks.notes()),
        }
    )
    by_month = rows["month"].to_numpy()
    reach = [
        drawn["value"].clip(upper=0).groupby(by_month).sum().min(),
        drawn["value"].clip(lower=0).groupby(by_month).sum().max(),
    ]
    scale = marks.value_axis(
        [*reach, total["low"].min(), total["high"].max()], lambda x: money_short(x, result.currency)
    )
    labels = list(dict.fromkeys(drawn["label"]))
    x = marks.label_axis(labels, band=True)
    x.sort = labels
    colours = {"existing": marks.accent(), "new": marks.second(), "unknown": marks.grey()}
    kinds = alt.Scale(domain=[part_name(part) for part in parts], range=[colours[part] for part in parts])
    pale = marks.legend(["forecast"], orient="top", symbolFillColor=marks.accent(), symbolStrokeWidth=0)
    titles = {"label": _("Month"), "part": _("Part"), "text": name, "total": _("All together"), "range": _("80 % range"), "note": _("Note")}  # fmt: skip
    bars = (
        alt.Chart(drawn)
        .mark_bar()
        .encode(
            x=x,
            y=alt.Y(field="value", type="quantitative", stack="zero", **scale),
            color=alt.Color(field="part", type="nominal", scale=kinds, legend=marks.legend(columns=1)),
            opacity=alt.Opacity(
                field="state",
                type="ordinal",
                scale=alt.Scale(domain=["complete", "forecast"], range=[1, 0.5]),
                legend=pale,
            ),
            order=alt.Order(field="order", type="quantitative"),
            tooltip=marks.tooltip(titles),
        )
    )
    whiskers = pd.DataFrame(
        {
            "label": [period_label(month, "month") for month in total["month"]],
            "low": total["low"],
            "high": total["high"],
        }
    )
    base = alt.Chart(whiskers)
    low, high = (alt.Y(field=end, type="quantitative", **scale) for end in ("low", "high"))
    line = base.mark_rule(color=marks.ink(), strokeWidth=1.2, tooltip=None)
    layers = [bars, line.encode(x=x, y=low, y2=alt.Y2(field="high"))]
    for end in (low, high):
        layers.append(base.mark_tick(color=marks.ink(), thickness=1.2, width=6, tooltip=None).encode(x=x, y=end))
    said = _(
        "Past months, then the forecast from {month} on, each with its range: {first} at first, {last} at last."
    ).format(
        month=whiskers["label"].iloc[0], first=ranges[total["month"].iloc[0]], last=ranges[total["month"].iloc[-1]]
    )
    return marks.finish(alt.layer(*layers), [marks.span(name, labels), said])


def forecast_backtest(result):
    """Draw what came in the months of the test, what the forecast said, and what two plain methods would have said.

    forecast_backtest(rt.forecast_revenue(orders))
    """
    name = _("Forecast and what came")
    table = result.backtest
    if table.empty:
        return marks.nothing(name)
    methods = [method for method in DASHES if table[method].notna().all()]
    labels = [period_label(month, "month") for month in table["month"]]
    rows = pd.concat(
        [
            pd.DataFrame(
                {
                    "label": labels,
                    "kind": method_name(method),
                    "value": table[method].astype(float).to_numpy(),
                    "text": [money(x, result.currency, 0) for x in table[method]],
                }
            )
            for method in methods
        ],
        ignore_index=True,
    )
    scale = marks.value_axis([rows["value"].min(), rows["value"].max()], lambda x: money_short(x, result.currency))
    names = [method_name(method) for method in methods]
    colours = {"actual": marks.accent(), "forecast": marks.second()}
    key = marks.legend(columns=alt.ExprRef("width < 420 ? 1 : 4"), symbolType="stroke", symbolSize=400)
    x = marks.label_axis(labels)
    x.sort = labels
    encoded = alt.Chart(rows).encode(
        x=x,
        y=alt.Y(field="value", type="quantitative", **scale),
        color=alt.Color(
            field="kind",
            type="nominal",
            scale=alt.Scale(domain=names, range=[colours.get(method, marks.grey()) for method in methods]),
            legend=key,
        ),
        strokeDash=alt.StrokeDash(
            field="kind",
            type="nominal",
            scale=alt.Scale(domain=names, range=[DASHES[method] for method in methods]),
            legend=key,
        ),
    )
    titles = {"label": _("Month"), "kind": _("Part"), "text": _("Net revenue")}
    chart = alt.layer(
        encoded.mark_line(strokeWidth=2, tooltip=None),
        encoded.mark_point(size=140, opacity=0, filled=True).encode(tooltip=marks.tooltip(titles)),
    )
    sums = table[methods].sum()
    said = [
        _("{name}: {value} in all these months.").format(
            name=method_name(method), value=money(sums[method], result.currency, 0)
        )
        for method in methods
    ]
    return marks.finish(chart, [marks.span(name, labels), *said]).properties(height=300)
