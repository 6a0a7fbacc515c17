"""Results as Altair charts: a frame in, a chart out, the same in the app, a notebook and a report.

No chart draws more than `MAX_MARKS` marks; what had to be left out is said in the chart's description,
which is also its text for screen readers (`chart.description`).
"""

import altair as alt
import pandas as pd

from retention.show import marks
from retention.show import quality as words
from retention.show.i18n import (
    MISSING,
    _,
    interval,
    is_share,
    measure_name,
    measure_value,
    money,
    money_short,
    number,
    percent,
    period_label,
)

MAX_MARKS = 5_000
TOO_FEW = 30
NUMBERED_AGES = 25

_CELL = "rgba(17, 122, 148, {})"  # marks.ACCENT; at 0.75 the words on it still reach 4.6 to 1, light and dark


def kpi_line(table, kpi, currency="", target=None, period=None):
    """Draw one KPI over time: a line, its 95 % band where the table has one, and an optional target.

    `table` is a `kpi_table` frame: `period` (start of each period), `complete`, and the KPI's column;
    shares may have `<kpi>_low` and `<kpi>_high`, and `<kpi>_n` where their denominator is not `customers`.
    Incomplete periods are hollow points on a dashed line, shares of fewer than 30 customers are grey. The
    period's length is read from the table unless given.

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
    rows["state"] = _states(complete, few)
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
    scale = marks.value_axis(drawn, lambda x: measure_value(kpi, x, currency, short=True))
    x = marks.label_axis(rows["label"])
    layers = marks.line_with_band(rows, x, "solid", scale) + marks.dashes(rows, x, scale)
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


def retention_heatmap(result):
    """Draw a cohort table: one row a cohort with its size, one column an age, darker for more.

    `result` is what `retention_table` returns: `table` (indexed by cohort start; `customers`, then ages 0,
    1, 2, …), `partial` (same ages, True where the period is not over), `period`, `value`, `currency`. Age 0
    carries no colour: everyone bought then. Unobserved cells stay empty, incomplete ones are outlined and
    starred, cohorts of fewer than 30 customers are grey. Numbers appear in the cells when there is room for
    them.

        retention_heatmap(rt.retention_table(orders, period="month"))
    """
    name = measure_name(result.value)
    ages = [column for column in result.table.columns if column != "customers"]
    numbered = len(ages) <= NUMBERED_AGES
    table, left_out = _cohorts_that_fit(result.table.sort_index(), ages, 2 if numbered else 1)
    rows = _cells(table, result, ages)
    if rows.empty:
        return marks.nothing(name)
    top = _scale_top(rows)
    at = [0, top / 2, top]
    at_labels = [measure_value(result.value, x, result.currency, short=True) for x in at]
    bare = {"domain": False, "ticks": False}
    by_age = marks.axis(
        marks.age_title(result.period), orient="top", labelAngle=0, values=marks.spread(ages, 13), **bare
    )
    x = alt.X(field="age", type="ordinal", axis=by_age, scale=alt.Scale(paddingInner=0.03))
    y = alt.Y(
        field="cohort",
        type="ordinal",
        sort=None,
        axis=marks.axis(labelLimit=190, **bare),
        scale=alt.Scale(paddingInner=0.06),
    )
    scale_legend = marks.legend(title=name, gradientLength=140, values=at, labelExpr=marks.lookup(at, at_labels))
    colour = alt.Color(
        field="value",
        type="quantitative",
        scale=alt.Scale(domain=[0, top], range=[_CELL.format(0.08), _CELL.format(0.75)], clamp=True),
        legend=scale_legend if (~rows["few"] & (rows["age"] > 0)).any() else None,
    )
    outline = alt.StrokeWidth(
        field="state",
        type="ordinal",
        scale=alt.Scale(domain=["complete", "incomplete"], range=[0, 1]),
        legend=marks.legend(["incomplete"], orient="top") if "incomplete" in set(rows["state"]) else None,
    )
    titles = {
        "name": _("Cohort"),
        "size": _("Customers"),
        "age": by_age.title,
        "text": name,
        "note": _("Note"),
    }
    boxes = alt.Chart(rows).mark_rect(stroke=marks.ink(), strokeDash=[3, 2])
    plain = alt.value("rgba(128, 136, 142, 0.18)")
    layers = [
        boxes.encode(
            x=x,
            y=y,
            color=alt.condition("datum.few || datum.age === 0", plain, colour),
            strokeWidth=outline,
            tooltip=marks.tooltip(titles),
        )
    ]
    if numbered:
        room = f"bandwidth('x') < {7 * int(rows['short'].str.len().max())} ? 0 : 1"
        digits = alt.Chart(rows).mark_text(fontSize=12, color=marks.ink(), opacity=alt.ExprRef(room), tooltip=None)
        layers.append(digits.encode(x=x, y=y, text=alt.Text(field="short", type="nominal")))
    sentences = [marks.span(name, rows["name"]), _cohort_summary(rows, result)]
    chart = marks.finish(alt.layer(*layers), sentences, left_out, len(table))
    step = 26 if len(table) <= 26 else 20 if len(table) <= 60 else 14
    return chart.properties(height=alt.Step(step), autosize=alt.AutoSizeParams(type="fit-x", contains="padding"))


def retention_curve(result):
    """Draw the average retention by age over all cohorts, weighted by their size, with its 95 % band.

    `result.average` has `age`, `rate`, `n` (customers old enough to be counted), `low` and `high`. Age 0 is
    left out: everyone bought then. Averages over fewer than 30 customers are grey and have no band.

        retention_curve(rt.retention_table(orders, period="month"))
    """
    name, title = measure_name(result.value), marks.age_title(result.period)
    average = result.average.loc[lambda f: (f["age"] > 0) & f["rate"].notna()].head(MAX_MARKS // 3)
    if average.empty:
        return marks.nothing(name)

    def text(x):
        return measure_value(result.value, x, result.currency)

    few = (average["n"] < TOO_FEW).to_numpy()
    rows = average[["age", "rate", "low", "high"]].astype({"rate": float, "low": float, "high": float})
    rows["text"] = [text(x) for x in rows["rate"]]
    rows["range"] = [interval(a, b, text) for a, b in zip(rows["low"], rows["high"], strict=True)]
    rows["n"] = [number(n) for n in average["n"]]
    rows["state"] = ["few" if scanty else "complete" for scanty in few]
    rows["note"] = rows["state"].map(marks.notes())
    rows.loc[few, ["low", "high"]] = float("nan")
    drawn = [rows["rate"].min(), rows["rate"].max(), rows["low"].min(), rows["high"].max()]
    scale = marks.value_axis(drawn, lambda x: measure_value(result.value, x, result.currency, short=True))
    by_age = marks.axis(title, labelAngle=0, values=marks.spread(list(rows["age"]), 13), domain=False, ticks=False)
    x = alt.X(field="age", type="ordinal", axis=by_age, scale=alt.Scale(type="point", padding=0.3))
    titles = {"age": title, "text": name, "range": _("95% interval"), "n": _("Customers"), "note": _("Note")}
    layers = marks.line_with_band(rows, x, "rate", scale)
    layers.append(marks.points(rows, x, alt.Y(field="rate", type="quantitative", **scale), titles))
    first, last = rows.iloc[0], rows.iloc[-1]
    sentences = [
        _("{name}: average of all cohorts, weighted by size.").format(name=name),
        _("{age_title}: {first} at {first_age}, {last} at {last_age}.").format(
            age_title=title,
            first=first["text"],
            first_age=first["age"],
            last=last["text"],
            last_age=last["age"],
        ),
    ]
    return marks.finish(alt.layer(*layers), sentences)


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


def _latest(table, rows):
    """Keep the last rows of a table, and say how many were left out."""
    return table.iloc[-rows:], max(len(table) - rows, 0)


def _states(complete, few):
    return ["incomplete" if not c else "few" if f else "complete" for c, f in zip(complete, few, strict=True)]


def _cohorts_that_fit(table, ages, marks_per_cell):
    """Keep the latest cohorts whose cells stay within `MAX_MARKS`, and say how many were left out."""
    marks_drawn = table[ages].notna().sum(axis=1) * marks_per_cell
    fits = marks_drawn[::-1].cumsum()[::-1] <= MAX_MARKS
    return table.loc[fits], int((~fits).sum())


def _cells(table, result, ages):
    """Make one row a cell that has been observed, with every label it needs."""
    long = table[ages].astype(float).reset_index(drop=True).melt(ignore_index=False, var_name="age")
    cells = long.dropna(subset="value").rename_axis("row").reset_index().sort_values(["row", "age"])
    if cells.empty:
        return cells
    row, column = cells["row"].to_numpy(), cells["age"].map({age: i for i, age in enumerate(ages)}).to_numpy()
    partial = result.partial.reindex(index=table.index, columns=ages).to_numpy(dtype=bool)[row, column]
    cells["age"] = cells["age"].astype(int)
    cells["name"] = pd.Index([period_label(start, result.period) for start in table.index]).take(row)
    cells["size"] = pd.Index([number(size) for size in table["customers"]]).take(row)
    cells["cohort"] = cells["name"] + " · " + cells["size"]
    cells["few"] = (table["customers"] < TOO_FEW).to_numpy()[row]
    cells["state"] = ["incomplete" if running else "complete" for running in partial]
    cells["note"] = pd.Series(_states(~partial, cells["few"]), index=cells.index).map(marks.notes())
    cells["text"] = [measure_value(result.value, x, result.currency) for x in cells["value"]]
    if len(ages) <= NUMBERED_AGES:
        fine = is_share(result.value) and cells.loc[cells["age"] > 0, "value"].max() < 0.1
        short = [measure_value(result.value, x, result.currency, short=not fine) for x in cells["value"]]
        cells["short"] = [f"{words}*" if star else words for words, star in zip(short, partial, strict=True)]
    return cells.drop(columns="row").reset_index(drop=True)


def _scale_top(cells):
    """Choose the value that gets the full colour: the largest after age 0 that can be trusted."""
    later = cells.loc[cells["age"] > 0]
    telling = later.loc[~later["few"], "value"]
    top = (telling if len(telling) else later["value"]).max()
    return float(top) if top > 0 else 1.0


def _cohort_summary(cells, result):
    count = number(cells["cohort"].nunique())
    grey = " " + _("Cohorts in grey have fewer than 30 customers.") if cells["few"].any() else ""
    first = cells.loc[(cells["age"] == 1) & (cells["state"] == "complete") & ~cells["few"], "value"]
    if first.empty:
        return _("Cohorts: {count}.").format(count=count) + grey
    low, high = (measure_value(result.value, x, result.currency) for x in (first.min(), first.max()))
    return _("Cohorts: {count}; between {low} and {high} at age 1.").format(count=count, low=low, high=high) + grey
