"""Who comes back, by cohort."""

from dataclasses import replace

import altair as alt
import numpy as np
import pandas as pd

from retention.measure.cohorts import TO_DATE
from retention.show import marks
from retention.show.cohorts import age_name, coming, row_name
from retention.show.i18n import _, interval, number, percent_points
from retention.show.marks import MAX_MARKS, TOO_FEW, states
from retention.show.measures import is_share, measure_name, measure_value

NUMBERED_AGES = 25
LONGEST_NAME = 20  # letters of a group's name beside its row
FROM_AGE_ZERO = ("cumulative", *TO_DATE)  # the others are the same for everybody, or the first order alone

_CELL = "rgba(17, 122, 148, {})"  # marks.ACCENT; at 0.75 the words on it still reach 4.6 to 1, light and dark


def retention_heatmap(result, forecast=None):
    """Draw a cohort table: one row a cohort with its size, one column an age, darker for more.

    `result` is what `retention_table` returns: `table` (indexed by cohort start or group; `customers`, then ages 0,
    1, 2, …), `n` and `partial` (same ages: customers behind a cell, and whether it is not over), `by`, `period`, `value`,
    `currency`. Age 0 carries no colour where everyone bought then. Unobserved cells stay empty, incomplete ones are
    outlined and starred, those of fewer than 30 customers are grey. Numbers appear in the cells when there is room for
    them. With `forecast`, what `forecast_cohorts` returns for the same period, the cells that have not happened yet are
    filled: paler, dotted round and with a "~".

        retention_heatmap(rt.retention_table(orders, period="month"))
    """
    name = measure_name(result.value)
    ages = [column for column in result.table.columns if column != "customers"]
    numbered = len(ages) <= NUMBERED_AGES
    expected = None if forecast is None else coming(result, forecast)
    if expected is not None:
        sizes = expected.notna().mul(result.table["customers"], axis=0).where(expected.notna())
        result = replace(result, table=result.table.fillna(expected), n=result.n.fillna(sizes))
    ordered = result.table.sort_index() if result.by == "period" else result.table
    table, left_out = _cohorts_that_fit(ordered, ages, 2 if numbered else 1)
    rows = _cells(table, result, ages, forecast)
    if rows.empty:
        return marks.nothing(name)
    coloured = 0 if result.value in FROM_AGE_ZERO else 1
    top = _scale_top(rows, coloured)
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
    scale_legend = marks.legend(
        title=name,
        titleLimit=alt.ExprRef("max(width, 120)"),
        gradientLength=140,
        values=at,
        labelExpr=marks.lookup(at, at_labels),
    )
    colour = alt.Color(
        field="value",
        type="quantitative",
        scale=alt.Scale(domain=[0, top], range=[_CELL.format(0.08), _CELL.format(0.75)], clamp=True),
        legend=scale_legend if (~rows["few"] & (rows["age"] >= coloured)).any() else None,
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
        "range": _("80 % range"),
        "old": _("Customers old enough"),
        "note": _("Note"),
    }
    if result.by == "period":
        titles.pop("old")
    if forecast is None:
        titles.pop("range")
    plain = alt.value("rgba(128, 136, 142, 0.18)")
    shared = {"x": x, "y": y, "color": alt.condition(f"datum.few || datum.age < {coloured}", plain, colour)}
    shared["tooltip"] = marks.tooltip(titles)
    is_coming = rows["state"] == "forecast"
    boxes = alt.Chart(rows[~is_coming]).mark_rect(stroke=marks.ink(), strokeDash=[3, 2])
    layers = [boxes.encode(strokeWidth=outline, **shared)]
    if is_coming.any():
        look = {"fillOpacity": 0.5, "strokeDash": [1, 2], "strokeWidth": 0.8, "cornerRadius": 6}
        grey = alt.Stroke(
            field="coming",  # by the name of the other layer's field, Vega-Lite drops this legend
            type="nominal",
            scale=alt.Scale(domain=["forecast"], range=[marks.grey()]),
            legend=marks.legend(
                ["forecast"], orient="top", symbolType="square", symbolStrokeWidth=0.8, symbolDash=[1, 2]
            ),
        )
        layers.append(
            alt.Chart(rows[is_coming].assign(coming="forecast")).mark_rect(**look).encode(stroke=grey, **shared)
        )
    if numbered:
        room = f"bandwidth('x') < {7 * int(rows['short'].str.len().max())} ? 0 : 1"
        digits = alt.Chart(rows).mark_text(fontSize=12, color=marks.ink(), opacity=alt.ExprRef(room), tooltip=None)
        layers.append(digits.encode(x=x, y=y, text=alt.Text(field="short", type="nominal")))
    about = marks.span(name, rows["name"]) if result.by == "period" else f"{name}."
    sentences = [about, _cohort_summary(rows, result)]
    if is_coming.any():
        sentences.append(_("Cells with ~ have not happened yet: they are forecasts."))
    chart = marks.finish(alt.layer(*layers), sentences, left_out, len(table))
    step = 26 if len(table) <= 26 else 20 if len(table) <= 60 else 14
    return chart.properties(height=alt.Step(step), autosize=alt.AutoSizeParams(type="fit-x", contains="padding"))


def retention_curve(result):
    """Draw the average by age over all cohorts, weighted by their size, with its 95 % band.

    `result.average` has `age`, `rate`, `n` (customers old enough to be counted), `low` and `high`. Age 0 is
    left out where everyone bought then. Averages over fewer than 30 customers are grey and have no band. What was spent to
    win customers and earned back has a line at 100 %.

        retention_curve(rt.retention_table(orders, period="month"))
    """
    name, title = measure_name(result.value), marks.age_title(result.period)
    first_age = 0 if result.value in FROM_AGE_ZERO else 1
    average = result.average.loc[lambda f: (f["age"] >= first_age) & f["rate"].notna()].head(MAX_MARKS // 3)
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
    paid_back = 1.0 if result.value == "payback" else None
    drawn = [rows["rate"].min(), rows["rate"].max(), rows["low"].min(), rows["high"].max(), paid_back]
    scale = marks.value_axis(drawn, lambda x: measure_value(result.value, x, result.currency, short=True))
    by_age = marks.axis(title, labelAngle=0, values=marks.spread(list(rows["age"]), 13), domain=False, ticks=False)
    x = alt.X(field="age", type="ordinal", axis=by_age, scale=alt.Scale(type="point", padding=0.3))
    titles = {"age": title, "text": name, "range": _("95% interval"), "n": _("Customers"), "note": _("Note")}
    layers = marks.line_with_band(rows, x, "rate", scale)
    layers.append(marks.points(rows, x, alt.Y(field="rate", type="quantitative", **scale), titles))
    if paid_back:
        layers += marks.target_line(paid_back, _("all of it earned back"), scale)
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


def cohort_difference(result):
    """Draw by how many percentage points the first of two cohorts lies above the second, by age, with its 95 % band.

    `result` is what `compare_cohorts` returns. Where the band holds 0, chance would explain the difference. Ages that
    fewer than 30 customers of one cohort have reached are left out; where there are no others they are grey.

        cohort_difference(rt.compare_cohorts(orders, "2025-01-01", "2025-02-01"))
    """
    first, second = (row_name(name, result.by, result.period) for name in (result.first, result.second))
    name, title = _("{first} minus {second}").format(first=first, second=second), marks.age_title(result.period)
    table = result.table
    enough = table[["first_n", "second_n"]].min(axis=1) >= TOO_FEW
    table = (table[enough] if enough.any() else table).head(MAX_MARKS // 3)
    if table.empty:
        return marks.nothing(name)
    few = np.full(len(table), not enough.any())
    rows = table[["age", "difference", "low", "high"]].copy()
    rows["text"] = [percent_points(x) for x in table["difference"]]
    rows["range"] = [interval(a, b, percent_points) for a, b in zip(table["low"], table["high"], strict=True)]
    for which in ("first", "second"):
        pairs = zip(table[f"{which}_share"], table[f"{which}_n"], strict=True)
        rows[which] = [f"{measure_value(result.value, share)} ({number(n)})" for share, n in pairs]
    rows["state"] = ["few" if scanty else "complete" for scanty in few]
    rows["note"] = rows["state"].map(marks.notes())
    rows.loc[few, ["low", "high"]] = float("nan")
    scale = marks.value_axis([*rows["difference"], *rows["low"], *rows["high"]], lambda x: percent_points(x, 0))
    by_age = marks.axis(title, labelAngle=0, values=marks.spread(list(rows["age"]), 13), domain=False, ticks=False)
    x = alt.X(field="age", type="ordinal", axis=by_age, scale=alt.Scale(type="point", padding=0.3))
    titles = {"age": title, "first": first, "second": second, "text": name, "range": _("95% interval")}
    zero = alt.Chart(rows.assign(zero=0.0)).mark_line(
        strokeDash=[6, 4], strokeWidth=1.5, color=marks.grey(), tooltip=None
    )
    layers = [zero.encode(x=x, y=alt.Y(field="zero", type="quantitative", **scale))]
    layers += marks.line_with_band(rows, x, "difference", scale)
    y = alt.Y(field="difference", type="quantitative", **scale)
    layers.append(marks.points(rows, x, y, titles | {"note": _("Note")}))
    last = rows.iloc[-1]
    said = _("{name}: {difference} by {age} ({range}).").format(
        name=name, difference=last["text"], age=age_name(last["age"], result.period), range=last["range"]
    )
    return marks.finish(alt.layer(*layers), [said]).properties(height=220)


def _cohorts_that_fit(table, ages, marks_per_cell):
    """Keep the latest cohorts whose cells stay within `MAX_MARKS`, and say how many were left out."""
    marks_drawn = table[ages].notna().sum(axis=1) * marks_per_cell
    fits = marks_drawn[::-1].cumsum()[::-1] <= MAX_MARKS
    return table.loc[fits], int((~fits).sum())


def _cells(table, result, ages, forecast):
    """Make one row a cell that has been observed or forecast, with every label it needs."""
    long = table[ages].astype(float).reset_index(drop=True).melt(ignore_index=False, var_name="age")
    cells = long.dropna(subset="value").rename_axis("row").reset_index().sort_values(["row", "age"])
    if cells.empty:
        return cells
    row, column = cells["row"].to_numpy(), cells["age"].map({age: i for i, age in enumerate(ages)}).to_numpy()
    partial = result.partial.reindex(index=table.index, columns=ages).to_numpy(dtype=bool)[row, column]
    cells["age"] = cells["age"].astype(int)
    names = [row_name(start, result.by, result.period) for start in table.index]
    cells["name"] = pd.Index(names).take(row)
    cells["size"] = pd.Index([number(size) for size in table["customers"]]).take(row)
    cells["cohort"] = pd.Index(_short(names)).take(row) + " · " + cells["size"]
    n = result.n.reindex(index=table.index, columns=ages).to_numpy()[row, column]
    cells["old"] = [number(old) for old in n]
    cells["few"] = n < TOO_FEW
    is_coming = np.zeros(len(cells), dtype=bool)
    if forecast is not None:
        low, high = (
            coming(result, forecast, end).reindex(table.index).to_numpy()[row, column] for end in ("low", "high")
        )
        is_coming = ~np.isnan(low)
        cells["range"] = [
            interval(a, b, lambda x: measure_value(result.value, x)) for a, b in zip(low, high, strict=True)
        ]
    cells["state"] = np.select([is_coming, partial], ["forecast", "incomplete"], default="complete")
    said = np.where(is_coming, "forecast", states(~partial, cells["few"]))
    cells["note"] = pd.Series(said, index=cells.index).map(marks.notes())
    cells["text"] = [measure_value(result.value, x, result.currency) for x in cells["value"]]
    if len(ages) <= NUMBERED_AGES:
        fine = is_share(result.value) and cells.loc[cells["age"] > 0, "value"].max() < 0.1
        short = [measure_value(result.value, x, result.currency, short=not fine) for x in cells["value"]]
        pattern = cells["state"].map({"complete": "{}", "incomplete": "{}*", "forecast": "~{}"})
        cells["short"] = [form.format(words) for form, words in zip(pattern, short, strict=True)]
    return cells.drop(columns="row").reset_index(drop=True)


def _short(names):
    """Cut long names, but never two of them to the same."""
    cut = [name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1].rstrip() + "…" for name in names]
    return [short if cut.count(short) == 1 else name for short, name in zip(cut, names, strict=True)]


def _scale_top(cells, first_age):
    """Choose the value that gets the full colour: the largest of the coloured ages that can be trusted."""
    later = cells.loc[cells["age"] >= first_age]
    telling = later.loc[~later["few"], "value"]
    top = (telling if len(telling) else later["value"]).max()
    return float(top) if top > 0 else 1.0


def _cohort_summary(cells, result):
    count = number(cells["cohort"].nunique())
    grey = " " + _("Cohorts in grey have fewer than 30 customers.") if cells["few"].any() else ""
    if result.by != "period":
        grey = " " + _("Cells in grey have fewer than 30 customers.") if cells["few"].any() else ""
    first = cells.loc[(cells["age"] == 1) & (cells["state"] == "complete") & ~cells["few"], "value"]
    if first.empty:
        return _("Cohorts: {count}.").format(count=count) + grey
    low, high = (measure_value(result.value, x, result.currency) for x in (first.min(), first.max()))
    return _("Cohorts: {count}; between {low} and {high} at age 1.").format(count=count, low=low, high=high) + grey
