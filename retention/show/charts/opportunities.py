"""What each opportunity could be worth."""

import altair as alt

from retention.show import marks
from retention.show.charts.groups import BAR, ROW, in_two_lines
from retention.show.i18n import _, interval, money, money_short, number
from retention.show.opportunities import opportunity_name


def opportunity_bars(result):
    """Draw what each opportunity could be worth, with its range; the most valuable comes first.

    `result` is what `rank_opportunities` returns. Opportunities of too few people are not drawn.

        opportunity_bars(rt.rank_opportunities(orders))
    """
    title = _("What it could be worth")
    table = result.ranked.reset_index(drop=True)
    if table.empty:
        return marks.nothing(title)

    def amount(value):
        return money(value, result.currency, 0)

    rows = table[["value", "value_low", "value_high"]].astype(float).assign(order=range(len(table)))
    rows["name"] = [opportunity_name(key) for key in table["key"]]
    rows["worth"] = [amount(value) for value in table["value"]]
    rows["range"] = [
        interval(low, high, amount) for low, high in zip(table["value_low"], table["value_high"], strict=True)
    ]
    rows["people"] = [number(n) for n in table["reachable"]]
    pattern = _("{name}: {worth} ({range}), {people} people")
    rows["line"] = [
        pattern.format(name=row.name, worth=row.worth, range=row.range, people=row.people)
        for row in rows.itertuples(index=False)
    ]
    said = "; ".join(rows["line"])
    rows, lower = in_two_lines(rows)
    reach = marks.value_axis(rows["value_high"], lambda value: money_short(value, result.currency))
    y = alt.Y(field="order", type="ordinal", axis=None, scale=alt.Scale(paddingInner=0, paddingOuter=0))
    titles = {"name": _("Opportunity"), "worth": _("Worth"), "range": _("Range"), "people": _("People to write to")}
    bars = alt.Chart(rows).mark_bar(height=BAR, yOffset=4 + lower, cornerRadius=1, color=marks.accent())
    bars = bars.encode(x=alt.X(field="value", type="quantitative", **reach), y=y, tooltip=marks.tooltip(titles))
    ends = alt.Chart(rows).mark_rule(strokeWidth=2, color=marks.ink(), yOffset=4 + lower, tooltip=None)
    ends = ends.encode(x=alt.X(field="value_low", type="quantitative", **reach), x2=alt.X2(field="value_high"), y=y)
    place = {"align": "left", "baseline": "middle", "yOffset": -13 - lower / 2, "fontSize": 13, "tooltip": None}
    place |= {"lineBreak": "\n", "limit": alt.ExprRef("width")}
    line = {"x": alt.value(0), "y": y, "text": alt.Text(field="line", type="nominal")}
    halo = alt.Chart(rows).mark_text(stroke=alt.ExprRef("background"), strokeWidth=4, **place).encode(**line)
    words = alt.Chart(rows).mark_text(color=marks.ink(), **place).encode(**line)
    chart = alt.layer(bars, ends, halo, words).configure_view(stroke=None)
    return marks.finish(chart, [f"{title}:", said + "."]).properties(height=alt.Step(ROW - 10 + 2 * lower))
