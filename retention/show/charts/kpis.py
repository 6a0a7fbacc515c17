"""Key figures over time."""

import altair as alt
import pandas as pd

from retention.show import marks
from retention.show.charts.alerts import expected_of, expected_words, range_bar
from retention.show.i18n import _, interval, money, money_short, number, period_label
from retention.show.marks import MAX_MARKS, TOO_FEW, states
from retention.show.measures import is_share, measure_name, measure_value


def kpi_line(table, kpi, currency="", target=None, period=None, alerts=None):
    """Draw one KPI over time: a line, its 95 % band where the table has one, an optional target and expected range.

    `table` is a `kpi_table` frame: `period` (start of each period), `complete`, and the KPI's column;
    shares may have `<kpi>_low` and `<kpi>_high`, and `<kpi>_n` where their denominator is not `customers`.
    Incomplete periods are hollow points on a dashed line, shares of fewer than 30 customers are grey. The
    period's length is read from the table unless given. With `alerts`, what `kpi_alerts` returns for these
    periods, a pale bar shows the range that the history made likely for the last complete one.

    >>> table = pd.DataFrame({"period": pd.to_datetime(["2024-01-01", "2024-02-01"]), "orders": [12, 7],
    ...                       "complete": [True, False]})
    >>> kpi_line(table, "orders").description
    'Orders (Jan 2024 – Feb 2024). Last complete period: 12 (Jan 2024). Lowest 12, highest 12.'
    """
    period = period or marks.period_of(table)
    name = measure_name(kpi)
    table, left_out = _latest(table.sort_values("period"), MAX_MARKS // 4)
    if table.empty or table[kpi].isna().all():
        return marks.nothing(name)

    def text(x):
        return measure_value(kpi, x, currency)

    complete = table["complete"].astype(bool).to_numpy()
    sizes = table.get(f"{kpi}_n", table.get("customers")) if is_share(kpi) else None
    few = (sizes < TOO_FEW).to_numpy() if sizes is not None else ~complete
    rows = pd.DataFrame({"label": [period_label(start, period) for start in table["period"]]})
    rows["value"] = table[kpi].astype(float).to_numpy()
    rows["text"] = [text(x) for x in table[kpi]]
    rows["solid"] = rows["value"].where(complete)
    rows["state"] = states(complete, few)
    rows["note"] = rows["state"].map(marks.notes())
    titles = {"label": _("Period"), "text": name}
    if {f"{kpi}_low", f"{kpi}_high"} <= set(table.columns):
        low, high = (table[f"{kpi}_{end}"].astype(float).to_numpy() for end in ("low", "high"))
        rows["low"], rows["high"] = pd.Series(low).where(complete), pd.Series(high).where(complete)
        rows["range"] = [interval(a, b, text) for a, b in zip(low, high, strict=True)]
        titles["range"] = _("95% interval")
    if sizes is not None:
        rows["n"] = [number(n) for n in sizes]
        titles["n"] = _("Customers")
    titles["note"] = _("Note")

    drawn = [rows["value"].min(), rows["value"].max(), rows.get("high", rows["value"]).max(), target]
    expected = expected_of(alerts, kpi, period)
    drawn += [] if expected is None else [expected["high"]]
    scale = marks.value_axis(drawn, lambda x: measure_value(kpi, x, currency, short=True))
    x = marks.label_axis(rows["label"])
    layers = marks.line_with_band(rows, x, "solid", scale) + marks.dashes(rows, x, scale)
    layers += [] if expected is None else [range_bar(expected, alerts, x, scale)]
    layers.append(marks.points(rows, x, alt.Y(field="value", type="quantitative", **scale), titles))
    if target is not None:
        layers += marks.target_line(target, _("Target {value}").format(value=text(target)), scale)

    sentences = [marks.span(name, rows["label"])]
    known = rows.dropna(subset="solid")
    if len(known):
        last, low, high = known.iloc[-1], text(known["solid"].min()), text(known["solid"].max())
        sentences += [
            _("Last complete period: {value} ({period}).").format(value=last["text"], period=last["label"]),
            _("Lowest {low}, highest {high}.").format(low=low, high=high),
        ]
    if expected is not None:
        sentences.append(expected_words(expected, alerts))
    return marks.finish(alt.layer(*layers), sentences, left_out, len(table))


def net_by_period(table, period, currency):
    """Draw net revenue by period as bars, stacked for new and returning customers if the table has both.

    `table` needs `period`, `net` and `complete`; with `new_net` and `returning_net` the bars are stacked,
    and what belongs to neither (orders without a known customer) is grey. Incomplete periods are pale.

    >>> table = pd.DataFrame({"period": pd.to_datetime(["2024-01-01"]), "net": [120.0], "complete": [True]})
    >>> net_by_period(table, "month", "EUR").description
    'Net revenue (Jan 2024 – Jan 2024). Highest complete period: €120.00 (Jan 2024).'
    """
    table, left_out = _latest(table.sort_values("period"), MAX_MARKS // 3)
    name = _("Net revenue")
    if table.empty or table["net"].isna().all():
        return marks.nothing(name)
    parts = {name: (table["net"], marks.accent())}
    if {"new_net", "returning_net"} <= set(table.columns):
        rest = table["net"] - table["new_net"] - table["returning_net"]
        parts = {
            _("Returning customers"): (table["returning_net"], marks.accent()),
            _("New customers"): (table["new_net"], marks.second()),
        }
        if (rest.abs() > 0.005).any():
            parts[_("No known customer")] = (rest, marks.grey())
    period_rows = pd.DataFrame(
        {
            "label": [period_label(start, period) for start in table["period"]],
            "total": [money(x, currency) for x in table["net"]],
            "state": ["complete" if done else "incomplete" for done in table["complete"]],
        }
    )
    period_rows["note"] = period_rows["state"].map(marks.notes())
    rows = pd.concat(
        [
            period_rows.assign(
                kind=kind,
                order=i,
                value=values.astype(float).array,
                text=[money(x, currency) for x in values],
            )
            for i, (kind, (values, _colour)) in enumerate(parts.items())
        ],
        ignore_index=True,
    )
    by_period = rows["label"].to_numpy()
    reach = [rows["value"].clip(upper=0).groupby(by_period).sum().min()]
    reach.append(rows["value"].clip(lower=0).groupby(by_period).sum().max())
    scale = marks.value_axis(reach, lambda x: money_short(x, currency))
    stacked = len(parts) > 1
    titles = {
        "label": _("Period"),
        "kind": _("Part"),
        "text": name,
        "total": _("All together"),
        "note": _("Note"),
    }
    if not stacked:
        titles = {"label": titles["label"], "text": name, "note": titles["note"]}
    kinds = alt.Scale(domain=list(parts), range=[colour for _values, colour in parts.values()])
    pale = marks.legend(["incomplete"], orient="top", symbolFillColor=marks.accent(), symbolStrokeWidth=0)
    chart = (
        alt.Chart(rows)
        .mark_bar()
        .encode(
            x=marks.label_axis(list(period_rows["label"]), band=True),
            y=alt.Y(field="value", type="quantitative", stack="zero", **scale),
            color=alt.Color(field="kind", type="nominal", scale=kinds, legend=marks.legend() if stacked else None),
            opacity=alt.Opacity(
                field="state",
                type="ordinal",
                scale=alt.Scale(domain=["complete", "incomplete"], range=[1, 0.45]),
                legend=pale if "incomplete" in set(rows["state"]) else None,
            ),
            order=alt.Order(field="order", type="quantitative"),
            tooltip=marks.tooltip(titles),
        )
    )
    sentences = [marks.span(name, period_rows["label"])]
    whole = table.loc[table["complete"].astype(bool) & table["net"].notna()]
    if len(whole):
        best = whole.loc[whole["net"].idxmax()]
        value, when = money(best["net"], currency), period_label(best["period"], period)
        sentences.append(_("Highest complete period: {value} ({period}).").format(value=value, period=when))
    return marks.finish(chart, sentences, left_out, len(table))


def _latest(table, rows):
    """Keep the last rows of a table, and say how many were left out."""
    return table.iloc[-rows:], max(len(table) - rows, 0)
