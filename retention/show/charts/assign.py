"""How alike the arms of a test are."""

import altair as alt
import pandas as pd

from retention.experiment.assign import ALIKE
from retention.segment.schemes import SCHEMES
from retention.show import marks
from retention.show.experiment import arm_name
from retention.show.i18n import _, money, number, percent
from retention.show.measures import group_name

SHORTEST = 0.2  # the axis never ends before it, so that next to nothing does not look like much


def trait_name(characteristic, group=""):
    """Name what arms are compared by in the reader's language.

    >>> trait_name("country", "HU"), trait_name("net")
    ('Country HU', 'Net revenue so far')
    """
    if characteristic == "country":
        return _("Country {country}").format(country=group)
    names = {
        "orders": _("Orders so far"),
        "net": _("Net revenue so far"),
        "recency_days": _("Days since the last order"),
        "best_segment": group_name(SCHEMES["quintile"].names[0]),
    }
    return names[characteristic]


def trait_value(characteristic, value, currency):
    """Write the mean of an arm, or the share of its customers.

    >>> trait_value("net", 251.4, "EUR"), trait_value("country", 0.31, "EUR")
    ('€251.40', '31.0%')
    """
    if characteristic == "net":
        return money(value, currency)
    if characteristic in ("best_segment", "country"):
        return percent(value)
    return number(value, 2 if characteristic == "orders" else 0)


def balance_dots(result):
    """Draw how far the arms are apart in what was known of the customers before: the nearer to 0, the more alike.

    `result` is what `assign_variants` returns. A row a characteristic: its means in every arm, and a dot at the standardised
    difference, the largest of all pairs of arms. Up to the dashed line, 0.1, arms count as alike.

        balance_dots(rt.assign_variants(orders, name="Free shipping", seed=1))
    """
    arms, table = list(result.arms["arm"]), result.balance
    rows = pd.DataFrame({"order": range(len(table)), "difference": table["difference"].clip(upper=1)})
    rows["zero"] = 0.0
    rows["name"] = [trait_name(row.characteristic, row.group) for row in table.itertuples()]
    rows["apart"] = [number(value, 2) for value in table["difference"]]
    rows["kind"] = ["alike" if alike else "apart" for alike in table["alike"]]
    for place, arm in enumerate(arms):
        means = zip(table["characteristic"], table[f"mean_{arm}"], strict=True)
        rows[f"mean{place}"] = [trait_value(trait, mean, result.currency) for trait, mean in means]
    written = [f"{arm_name(arm)} " + rows[f"mean{place}"] for place, arm in enumerate(arms)]
    rows["line"] = rows["name"] + ": " + written[0].str.cat(written[1:], sep=" · ")
    titles = {"name": _("What is compared")} | {f"mean{place}": arm_name(arm) for place, arm in enumerate(arms)}
    titles |= {"apart": _("Standardised difference")}
    reach = marks.value_axis([SHORTEST, *rows["difference"]], lambda value: number(value, 2))
    reach["axis"].title = _("Difference between the groups; up to {limit} is alike").format(limit=number(ALIKE, 1))
    x, start = (alt.X(field=name, type="quantitative", **reach) for name in ("difference", "zero"))
    y = alt.Y(field="order", type="ordinal", axis=None, scale=alt.Scale(paddingInner=0, paddingOuter=0))
    colours = {"alike": marks.accent(), "apart": marks.second()}
    scale = alt.Scale(domain=list(colours), range=list(colours.values()))
    whole = {"y": y, "color": alt.Color(field="kind", type="nominal", legend=None, scale=scale)}
    whole |= {"tooltip": marks.tooltip(titles)}
    place = {"align": "left", "baseline": "middle", "yOffset": -9, "fontSize": 13, "limit": alt.ExprRef("width")}
    line = {"x": alt.value(0), "y": y, "text": alt.Text(field="line", type="nominal")}
    limit = alt.Chart(pd.DataFrame({"limit": [ALIKE]})).mark_rule(strokeDash=[6, 4], color=marks.grey(), tooltip=None)
    chart = alt.layer(
        limit.encode(x=alt.X(field="limit", type="quantitative", **reach)),
        alt.Chart(rows)
        .mark_text(stroke=alt.ExprRef("background"), strokeWidth=4, tooltip=None, **place)
        .encode(**line),
        alt.Chart(rows).mark_text(color=marks.ink(), tooltip=None, **place).encode(**line),
        alt.Chart(rows)
        .mark_rule(strokeWidth=3, opacity=0.5, yOffset=9)
        .encode(x=start, x2=alt.X2(field="difference"), **whole),
        alt.Chart(rows).mark_point(filled=True, size=100, opacity=1, yOffset=9).encode(x=x, **whole),
    ).configure_view(stroke=None)
    said = [_("How alike the groups are:"), "; ".join(rows["line"] + " (" + rows["apart"] + ")") + "."]
    return marks.finish(chart, said).properties(height=alt.Step(50))
