"""A share a group, with its uncertainty."""

import altair as alt
import pandas as pd

from retention.show import marks
from retention.show.i18n import _, interval, money, number, percent
from retention.show.marks import TOO_FEW
from retention.show.measures import group_name, measure_name

ROOM = 25  # groups beyond which nobody reads on
ROW, BAR = 58, 11  # pixels of a group, and of each of its two bars
LINE = 62  # letters that a phone has room for


def rates_by_group(table, title=""):
    """Draw a share a group as a point with its 95 % interval, in the order of the rows.

    `table` has the columns `name`, `share`, `low`, `high` (0–1) and `n`. Groups without a share are left out, those of
    fewer than 30 customers are grey. `title` says what the share is of.

    >>> table = pd.DataFrame({"name": ["web"], "share": [0.25], "low": [0.2], "high": [0.31], "n": [400]})
    >>> rates_by_group(table, "Repeat rate").description
    'Repeat rate: web: 25.0% (20.0% – 31.0%; 400).'
    """
    title = title or measure_name("share")
    table = table[table["share"].notna()].reset_index(drop=True)
    left_out, table = max(len(table) - ROOM, 0), table.head(ROOM)
    if table.empty:
        return marks.nothing(title)
    few = table["n"] < TOO_FEW
    rows = table[["share", "low", "high"]].astype(float).assign(order=range(len(table)), name=list(table["name"]))
    rows["text"] = [percent(value) for value in table["share"]]
    rows["range"] = [interval(low, high, percent) for low, high in zip(table["low"], table["high"], strict=True)]
    rows["n"] = [number(n) for n in table["n"]]
    rows["state"] = ["few" if scanty else "complete" for scanty in few]
    rows["note"] = rows["state"].map(marks.notes())
    rows["figures"] = rows["text"] + " (" + rows["range"] + "; " + rows["n"] + ")"
    rows["line"] = rows["name"] + ": " + rows["figures"]
    rows["kind"] = ["few" if scanty else "main" for scanty in few]
    titles = {"name": _("Group"), "text": title, "range": _("95% interval"), "n": _("Customers"), "note": _("Note")}
    measure = _("{measure} (95 % interval; customers)").format(measure=title)
    said = [f"{title}:", "; ".join(rows["line"]) + "."]
    if few.any():
        said.append(_("Groups in grey have fewer than 30 customers."))
    if left_out:
        said.append(_("Groups left out: {n}.").format(n=number(left_out)))
    return marks.finish(dots_with_whiskers(rows, measure, titles), said).properties(height=alt.Step(50))


def dots_with_whiskers(rows, measure, titles, label=lambda value: percent(value, 0)):
    """Draw a row a group: its words (`line`), and below them `share` as a dot on the whisker from `low` to `high`.

    `rows` also has `order` and `kind` (main, other, few), which gives the colour; a row without a share keeps its words.
    `measure` names the axis, `titles` the columns of the tooltip, `label` writes a value on the axis.
    """
    y = alt.Y(field="order", type="ordinal", axis=None, scale=alt.Scale(paddingInner=0, paddingOuter=0))
    place = {"align": "left", "baseline": "middle", "yOffset": -9, "fontSize": 13, "limit": alt.ExprRef("width")}
    halo = alt.Chart(rows).mark_text(stroke=alt.ExprRef("background"), strokeWidth=4, tooltip=None, **place)
    words = alt.Chart(rows).mark_text(color=marks.ink(), tooltip=None, **place)
    line = {"x": alt.value(0), "y": y, "text": alt.Text(field="line", type="nominal")}
    layers = [halo.encode(**line), words.encode(**line)]
    if len(drawn := rows.dropna(subset="share")):
        reach = marks.value_axis([*drawn["low"], *drawn["high"], *drawn["share"]], label)
        reach["axis"].title = measure
        if drawn["low"].min() < 0:
            zero = alt.Chart(drawn.assign(zero=0.0)).mark_tick(
                color=marks.ink(), size=22, thickness=1.5, yOffset=9, tooltip=None
            )
            layers.append(zero.encode(x=alt.X(field="zero", type="quantitative", **reach), y=y))
        low, at = (alt.X(field=name, type="quantitative", **reach) for name in ("low", "share"))
        colours = {"main": marks.accent(), "other": marks.second(), "few": marks.grey()}
        scale = alt.Scale(domain=list(colours), range=list(colours.values()))
        colour = alt.Color(field="kind", type="nominal", legend=None, scale=scale)
        whole = {"y": y, "color": colour, "tooltip": marks.tooltip(titles)}
        whiskers = alt.Chart(drawn).mark_rule(strokeWidth=3, opacity=0.5, yOffset=9)
        dots = alt.Chart(drawn).mark_point(filled=True, size=100, opacity=1, yOffset=9)
        layers += [whiskers.encode(x=low, x2=alt.X2(field="high"), **whole), dots.encode(x=at, **whole)]
    return alt.layer(*layers).configure_view(stroke=None)


def rate_bars(result, rate, part="table"):
    """Draw a rate of every group of a result: a row a group, a point with its 95 % interval, grey under 30 customers.

    `result` is what `channel_table`, `discount_table` or `account_table` returns; `part` names the frame in it. Its first
    column names the groups; `<rate>_n`, else `new_customers`, else `customers` is
    what the rate rests on.

        rate_bars(rt.discount_table(orders), "second_order_rate_90")
    """
    frame = getattr(result, part)
    n = next(name for name in (f"{rate}_n", "new_customers", "customers") if name in frame)
    table = pd.DataFrame(
        {
            "name": [group_name(group) for group in frame.iloc[:, 0]],
            "share": frame[rate],
            "low": frame[f"{rate}_low"],
            "high": frame[f"{rate}_high"],
            "n": frame[n],
        }
    )
    return rates_by_group(table, measure_name(rate))


def customers_and_money(table, names, currency):
    """Draw for every group its share of the customers above its share of the net revenue, in the order of the rows.

    `table` has the columns `customers`, `share`, `net`, `share_of_net` (missing where there is no revenue to share); `names`
    are what its rows are called.
    """
    title = _("Share of customers and of net revenue")
    rows = table[["share", "share_of_net"]].astype(float).assign(order=range(len(table)), name=list(names))
    rows["customers"] = [
        f"{number(n)} ({percent(share)})" for n, share in zip(table["customers"], table["share"], strict=True)
    ]
    rows["net"] = [
        f"{money(net, currency, 0)} ({percent(share)})"
        for net, share in zip(table["net"], table["share_of_net"], strict=True)
    ]
    pattern = _("{segment}: {share} of customers, {net_share} of net revenue")
    rows["line"] = [
        pattern.format(segment=row.name, share=percent(row.share), net_share=percent(row.share_of_net))
        for row in rows.itertuples(index=False)
    ]
    kinds = {"share": _("Share of customers"), "share_of_net": _("Share of net revenue")}
    titles = {"name": _("Group"), "customers": _("Customers"), "net": _("Net revenue")}
    return paired_bars(rows, kinds, title, titles)


def in_two_lines(rows):
    """Put the name into a line of its own where a phone would cut the numbers off; the rows, and how much lower bars then lie."""
    if rows["line"].str.len().max() <= LINE:
        return rows, 0
    pairs = zip(rows["name"], rows["line"], strict=True)
    return rows.assign(line=[f"{name}\n{line.removeprefix(name).lstrip(': ')}" for name, line in pairs]), 10


def paired_bars(rows, kinds, title, titles):
    """Draw a row a group: its words (`line`), and below them two shares as bars, the second in colour, with its interval where
    there are columns `low` and `high`.

    `kinds` names the two columns of shares; `rows` also has `order`. `titles` are the columns of the tooltip.
    """
    grey, colour = kinds
    said = "; ".join(rows["line"])
    rows, lower = in_two_lines(rows)
    ends = rows["high"].dropna() if "high" in rows else []
    reach = marks.value_axis([*rows[grey], *rows[colour].dropna(), *ends], lambda value: percent(value, 0))
    y = alt.Y(field="order", type="ordinal", axis=None, scale=alt.Scale(paddingInner=0, paddingOuter=0))
    scale = alt.Scale(domain=list(kinds.values()), range=[marks.grey(), marks.accent()])
    layers = []
    for (field, kind), place in zip(kinds.items(), (lower, lower + BAR + 2), strict=True):
        bars = alt.Chart(rows.assign(kind=kind)).mark_bar(height=BAR, yOffset=place, cornerRadius=1)
        layers.append(
            bars.encode(
                x=alt.X(field=field, type="quantitative", **reach),
                y=y,
                color=alt.Color(field="kind", type="nominal", scale=scale, legend=marks.legend(symbolType="square")),
                tooltip=marks.tooltip(titles),
            )
        )
    if "low" in rows:
        whiskers = alt.Chart(rows.dropna(subset="low")).mark_rule(
            strokeWidth=2, color=marks.ink(), yOffset=lower + BAR + 2, tooltip=None
        )
        layers.append(whiskers.encode(x=alt.X(field="low", type="quantitative", **reach), x2=alt.X2(field="high"), y=y))
    words = {
        "align": "left",
        "baseline": "middle",
        "yOffset": -16 - lower / 2,
        "fontSize": 13,
        "tooltip": None,
        "lineBreak": "\n",
    }
    words["limit"] = alt.ExprRef("width")
    line = {"x": alt.value(0), "y": y, "text": alt.Text(field="line", type="nominal")}
    halo = alt.Chart(rows).mark_text(stroke=alt.ExprRef("background"), strokeWidth=4, **words)
    text = alt.Chart(rows).mark_text(color=marks.ink(), **words)
    chart = alt.layer(*layers, halo.encode(**line), text.encode(**line)).configure_view(stroke=None)
    return marks.finish(chart, [f"{title}:", said + "."]).properties(height=alt.Step(ROW + 2 * lower))
