"""Behaviour clusters: how each differs from the average customer, and how large it is."""

import altair as alt
import pandas as pd

from retention.segment.clusters import APART
from retention.show import marks
from retention.show.charts.groups import customers_and_money
from retention.show.clusters import cluster_name, feature_name, feature_value
from retention.show.i18n import _, number
from retention.show.marks import TOO_FEW

_MORE, _LESS, _ALIKE = "rgba(17, 122, 148, 0.5)", "rgba(184, 106, 20, 0.6)", "rgba(128, 136, 142, 0.08)"


def cluster_profile(result):
    """Draw what sets every cluster apart: a row a cluster, a column a feature, medians in the cells (means of shares).

    `result` is what `cluster_segments` returns. The more a cluster has of a feature than the average customer, the stronger
    the cell in the first colour (▲), the less, in the second (▼). The first row is all customers.

        cluster_profile(rt.cluster_segments(orders))
    """
    title = _("What sets each group apart")
    summary, features = result.summary, list(result.features)
    if len(summary) < 2:
        return marks.nothing(title)
    usual = {feature: result.table[feature].agg(_kind(feature)) for feature in features}
    rows = [_row(0, _("All customers"), len(result.table), feature, usual[feature], 0, result) for feature in features]
    for place, one in enumerate(summary.to_dict("records"), 1):
        name, n = cluster_name(one["cluster"]), one["customers"]
        for feature in features:
            rows.append(
                _row(place, name, n, feature, one[f"{_kind(feature)}_{feature}"], one[f"difference_{feature}"], result)
            )
    rows = pd.DataFrame(rows)
    rows["usual"] = [feature_value(feature, usual[feature], result.currency) for feature in rows["key"]]
    x = alt.X(
        field="feature",
        type="ordinal",
        sort=None,
        axis=marks.axis(
            orient="top", labelAngle=0, labelExpr="split(datum.label, ' ')", labelLimit=110, labelOverlap=False,
            domain=False, ticks=False, labelPadding=34,
        ),
        scale=alt.Scale(paddingInner=0.03, paddingOuter=0),
    )  # fmt: skip
    y = alt.Y(field="order", type="ordinal", axis=None, scale=alt.Scale(paddingInner=0.5, paddingOuter=0.35))
    colour = alt.Color(
        field="difference",
        type="quantitative",
        scale=alt.Scale(domain=[-1.5, 0, 1.5], range=[_LESS, _ALIKE, _MORE], clamp=True, interpolate="rgb"),
        legend=None,
    )
    titles = {
        "group": _("Group"), "feature": _("Feature"), "text": _("This group"), "usual": _("All customers"),
        "n": _("Customers"), "note": _("Note"),
    }  # fmt: skip
    boxes = alt.Chart(rows).mark_rect().encode(x=x, y=y, color=colour, tooltip=marks.tooltip(titles))
    digits = alt.Chart(rows).mark_text(fontSize=13, color=marks.ink(), tooltip=None)
    words = alt.Chart(rows.drop_duplicates("order")).mark_text(
        align="left", baseline="middle", yOffset=-24, fontSize=13, fontWeight="bold", color=marks.ink(),
        limit=alt.ExprRef("width"), tooltip=None,
    )  # fmt: skip
    layers = alt.layer(
        boxes,
        digits.encode(x=x, y=y, text=alt.Text(field="short", type="nominal")),
        words.encode(x=alt.value(0), y=y, text=alt.Text(field="group", type="nominal")),
    ).configure_view(stroke=None)
    said = [f"{title}."]
    for name, cells in rows.groupby("group", sort=False):
        said.append(f"{name}: " + ", ".join(cells["feature"] + " " + cells["text"]) + ".")
    if (summary["customers"] < TOO_FEW).any():
        said.append(_("Groups in grey have fewer than 30 customers."))
    return marks.finish(layers, said).properties(height=alt.Step(60))


def _kind(feature):
    return "mean" if feature.endswith("_share") else "median"


def _row(order, name, n, feature, value, difference, result):
    text = feature_value(feature, value, result.currency)
    short = feature_value(feature, value, result.currency, short=True)
    mark = "▲ " if difference >= APART else "▼ " if difference <= -APART else ""
    few = n < TOO_FEW
    return {
        "order": order, "group": name, "key": feature, "feature": feature_name(feature), "text": text, "short": mark + short,
        "difference": 0 if few else float(difference), "n": number(n), "note": marks.notes()["few" if few else "complete"],
    }  # fmt: skip


def cluster_sizes(result):
    """Draw which share of the customers and of the net revenue every cluster has.

    `result` is what `cluster_segments` returns.

        cluster_sizes(rt.cluster_segments(orders))
    """
    names = [cluster_name(name) for name in result.summary["cluster"]]
    return customers_and_money(result.summary, names, result.currency)
