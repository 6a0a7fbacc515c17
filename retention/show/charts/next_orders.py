"""Orders to expect by week, and the days until a product is bought again."""

import altair as alt
import pandas as pd

from retention.show import marks
from retention.show.charts.groups import dots_with_whiskers
from retention.show.i18n import _, date, interval, number, percent

ROOM = 15  # products beyond which nobody reads on


def expected_weeks(result):
    """Draw the orders expected from known customers in the next eight weeks, and what was expected and came in the past ones.

    `result` is what `predict_next_orders` returns. The line is what was expected with the orders up to then, the band holds 80 of
    100 weeks, the dots are the orders that came; the upright line is the end of the data.

        expected_weeks(rt.predict_next_orders(orders))
    """
    title = _("Orders of known customers, by week")
    weeks = result.weeks.reset_index(drop=True)
    today = pd.Timestamp(result.as_of)
    rows = weeks[["expected", "low", "high", "observed", "part"]].assign(day=(weeks["first_day"] - today).dt.days)
    rows["label"] = [date(day) for day in weeks["first_day"]]
    rows["expected_text"] = [number(value) for value in rows["expected"]]
    rows["range"] = [interval(low, high, number) for low, high in zip(rows["low"], rows["high"], strict=True)]
    rows["observed_text"] = [number(value) for value in rows["observed"]]
    at = [int(day) for day in marks.spread(rows["day"], 6)]
    names = [date(today + pd.Timedelta(days=day)) for day in at]
    axis = marks.axis(values=at, labelExpr=marks.lookup(at, names), grid=False, ticks=False)
    x = alt.X(field="day", type="quantitative", axis=axis, scale=alt.Scale(nice=False, zero=False, padding=12))
    scale = marks.value_axis([*rows["high"], *rows["observed"]], number)
    titles = {
        "label": _("Week from"),
        "expected_text": _("Orders expected"),
        "range": _("Range of 80 of 100 weeks"),
        "observed_text": _("Orders that came"),
    }
    layers = []
    for part in ("past", "next"):
        drawn = rows[rows["part"] == part]
        if len(drawn):
            layers += marks.line_with_band(drawn, x, "expected", scale)
    y = {name: alt.Y(field=name, type="quantitative", **scale) for name in ("expected", "observed")}
    came = alt.Chart(rows.dropna(subset="observed")).mark_point(filled=True, size=35, opacity=1, color=marks.ink())
    unseen = alt.Chart(rows).mark_point(size=120, opacity=0, filled=True)
    tooltip = marks.tooltip(titles)
    layers += [came.encode(x=x, y=y["observed"], tooltip=tooltip), unseen.encode(x=x, y=y["expected"], tooltip=tooltip)]
    if (rows["part"] == "past").any():
        end = alt.Chart(pd.DataFrame({"day": [-3.5]})).mark_rule(
            strokeWidth=1.5, strokeDash=[6, 4], color=marks.second(), tooltip=None
        )
        layers.append(end.encode(x=x))
    coming = rows[rows["part"] == "next"].itertuples()
    said = [f"{title}.", "; ".join(f"{row.label}: {row.expected_text} ({row.range})" for row in coming) + "."]
    past = rows[rows["part"] == "past"]
    if len(past):
        inside = past["observed"].between(past["low"], past["high"]).sum()
        words = _("Of the {n} weeks before, {inside} came within the range.")
        said.append(words.format(n=number(len(past)), inside=number(inside)))
    return marks.finish(alt.layer(*layers), said)


def replenishment_days(result):
    """Draw the days until each product is bought again: the median as a dot on the whisker of the middle half.

    `result` is what `replenishment_table` returns. The products of at least 30 customers who bought them again are drawn, those with
    most intervals first; where there is none, the first few in grey.

        replenishment_days(rt.replenishment_table(orders))
    """
    title = _("Days until bought again")
    enough = result.table[result.table["enough"] & result.table["median_days"].notna()]
    table = enough if len(enough) else result.table[result.table["median_days"].notna()].head(5)
    left_out, table = max(len(table) - ROOM, 0), table.head(ROOM).reset_index(drop=True)
    if table.empty:
        return marks.nothing(title)
    rows = pd.DataFrame(
        {"share": table["median_days"], "low": table["lower_quartile"], "high": table["upper_quartile"]}
    )
    rows["order"], rows["kind"] = range(len(rows)), ["main" if each else "few" for each in table["enough"]]
    rows["name"] = table["product" if "product" in table else "category"]
    rows["days"] = [number(value) for value in rows["share"]]
    rows["range"] = [interval(low, high, number) for low, high in zip(rows["low"], rows["high"], strict=True)]
    rows["again"] = [percent(share) for share in table["share_again"]]
    pattern = _("{product}: {days} days ({range})")
    rows["line"] = [
        pattern.format(product=row.name, days=row.days, range=row.range) for row in rows.itertuples(index=False)
    ]
    titles = {
        "name": _("Product"),
        "days": _("Median days"),
        "range": _("Half of them between"),
        "again": _("Bought it again"),
    }
    said = [f"{title}:", "; ".join(rows["line"]) + "."]
    if enough.empty:
        said.append(_("Grey: fewer than 30 customers bought it again, too few to tell."))
    if left_out:
        said.append(_("Groups left out: {n}.").format(n=number(left_out)))
    chart = dots_with_whiskers(rows, _("Days: median, and the middle half"), titles, number)
    return marks.finish(chart, said).properties(height=alt.Step(50))
