"""How many customers a segment has, and how much of the money."""

import altair as alt

from retention.show import marks
from retention.show.i18n import _, money, number, percent

_ROW, _BAR = 58, 11  # pixels of a segment, and of each of its two bars


def segment_bars(result):
    """Draw for every segment its share of the customers above its share of the net revenue.

    `result` is what `rfm_segments` returns. Segments without customers are left out; the best comes first.

        segment_bars(rt.rfm_segments(orders))
    """
    title = _("Share of customers and of net revenue")
    table = result.summary[result.summary["customers"] > 0].reset_index(drop=True)
    if table.empty:
        return marks.nothing(title)
    rows = table[["share", "share_of_net"]].astype(float).assign(order=range(len(table)))
    rows["name"] = [_(name) for name in table["segment"]]
    rows["customers"] = [
        f"{number(n)} ({percent(share)})" for n, share in zip(table["customers"], table["share"], strict=True)
    ]
    rows["net"] = [
        f"{money(net, result.currency, 0)} ({percent(share)})"
        for net, share in zip(table["net"], table["share_of_net"], strict=True)
    ]
    pattern = _("{segment}: {share} of customers, {net_share} of net revenue")
    rows["line"] = [
        pattern.format(segment=row.name, share=percent(row.share), net_share=percent(row.share_of_net))
        for row in rows.itertuples(index=False)
    ]
    reach = marks.value_axis([*rows["share"], *rows["share_of_net"]], lambda value: percent(value, 0))
    y = alt.Y(field="order", type="ordinal", axis=None, scale=alt.Scale(paddingInner=0, paddingOuter=0))
    kinds = {_("Share of customers"): marks.grey(), _("Share of net revenue"): marks.accent()}
    scale = alt.Scale(domain=list(kinds), range=list(kinds.values()))
    titles = {"name": _("Group"), "customers": _("Customers"), "net": _("Net revenue")}
    layers = []
    for field, kind, place in zip(("share", "share_of_net"), kinds, (0, _BAR + 2), strict=True):
        bars = alt.Chart(rows.assign(kind=kind)).mark_bar(height=_BAR, yOffset=place, cornerRadius=1)
        layers.append(
            bars.encode(
                x=alt.X(field=field, type="quantitative", **reach),
                y=y,
                color=alt.Color(field="kind", type="nominal", scale=scale, legend=marks.legend(symbolType="square")),
                tooltip=marks.tooltip(titles),
            )
        )
    words = {"align": "left", "baseline": "middle", "yOffset": -16, "fontSize": 13, "tooltip": None}
    words["limit"] = alt.ExprRef("width")
    line = {"x": alt.value(0), "y": y, "text": alt.Text(field="line", type="nominal")}
    halo = alt.Chart(rows).mark_text(stroke=alt.ExprRef("background"), strokeWidth=4, **words)
    text = alt.Chart(rows).mark_text(color=marks.ink(), **words)
    chart = alt.layer(*layers, halo.encode(**line), text.encode(**line)).configure_view(stroke=None)
    return marks.finish(chart, [f"{title}:", "; ".join(rows["line"]) + "."]).properties(height=alt.Step(_ROW))
