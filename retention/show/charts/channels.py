"""From the first channel to the later ones."""

import altair as alt

from retention.show import marks
from retention.show.i18n import _, interval, number, percent
from retention.show.marks import TOO_FEW
from retention.show.measures import group_name

ROOM = 8  # channels that a narrow screen can name

_CELL = "rgba(17, 122, 148, {})"  # marks.ACCENT, as in the cohorts


def channel_flow(result):
    """Draw through which channel later orders come: a row a first channel, a column a later one, darker for more.

    `result` is what `channel_table` returns. A row adds up to 100 %. Rows of fewer than 30 customers are grey. With more
    than 8 channels only the 8 most used are drawn.

        channel_flow(rt.channel_table(orders))
    """
    title = _("Later orders by channel")
    order = list(result.table["channel"])
    flow = result.flow[result.flow["from"].isin(order[:ROOM]) & result.flow["to"].isin(order[:ROOM])]
    if flow.empty:
        return marks.nothing(title)
    rows = flow[["share", "low", "high"]].astype(float).reset_index(drop=True)
    rows["first"] = [group_name(name) for name in flow["from"]]
    rows["later"] = [group_name(name) for name in flow["to"]]
    rows["label"] = [f"{name} · {number(n)}" for name, n in zip(rows["first"], flow["n"], strict=True)]
    rows["short"] = [percent(value, 0) for value in rows["share"]]
    rows["text"] = [percent(value) for value in rows["share"]]
    rows["range"] = [interval(low, high, percent) for low, high in zip(rows["low"], rows["high"], strict=True)]
    rows["orders"] = [
        f"{number(some)} / {number(all_)}" for some, all_ in zip(flow["orders"], flow["later_orders"], strict=True)
    ]
    rows["n"] = [number(n) for n in flow["n"]]
    rows["few"] = (flow["n"] < TOO_FEW).to_numpy()
    rows["note"] = [marks.notes()["few" if few else "complete"] for few in rows["few"]]
    titles = {
        "first": _("First channel"), "later": _("Later channel"), "text": _("Share of later orders"),
        "range": _("95% interval"), "orders": _("Later orders"), "n": _("Customers who came back"), "note": _("Note"),
    }  # fmt: skip
    bare = {"domain": False, "ticks": False}
    x = alt.X(
        field="later",
        type="ordinal",
        sort=None,
        axis=marks.axis(_("Channel of later orders"), orient="top", labelAngle=0, labelLimit=80, **bare),
        scale=alt.Scale(paddingInner=0.03),
    )
    y = alt.Y(
        field="label",
        type="ordinal",
        sort=None,
        axis=marks.axis(_("Channel of the first order"), labelLimit=140, **bare),
        scale=alt.Scale(paddingInner=0.06),
    )
    colour = alt.Color(
        field="share",
        type="quantitative",
        scale=alt.Scale(domain=[0, 1], range=[_CELL.format(0.04), _CELL.format(0.75)], clamp=True),
        legend=None,
    )
    boxes = alt.Chart(rows).mark_rect().encode(
        x=x,
        y=y,
        color=alt.condition("datum.few", alt.value("rgba(128, 136, 142, 0.18)"), colour),
        tooltip=marks.tooltip(titles),
    )  # fmt: skip
    digits = alt.Chart(rows).mark_text(fontSize=13, color=marks.ink(), tooltip=None)
    layers = alt.layer(boxes, digits.encode(x=x, y=y, text=alt.Text(field="short", type="nominal")))
    largest = rows.loc[flow["share"].reset_index(drop=True).groupby(rows["first"], sort=False).idxmax()]
    pattern = _("{first}: {share} of later orders through {later}")
    said = [f"{title}."]
    said.append(
        "; ".join(pattern.format(first=row.first, share=row.text, later=row.later) for row in largest.itertuples())
        + "."
    )
    if rows["few"].any():
        said.append(_("Groups in grey have fewer than 30 customers."))
    if len(order) > ROOM:
        said.append(_("Channels left out: {n}.").format(n=number(len(order) - ROOM)))
    return marks.finish(layers, said).properties(height=alt.Step(38))
