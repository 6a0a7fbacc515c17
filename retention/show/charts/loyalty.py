"""Loyalty programmes replayed: who gets a reward, and what it costs, month by month; one programme or two beside each other."""

import altair as alt
import pandas as pd

from retention.show import marks
from retention.show.i18n import _, interval, money, money_short, number, percent, period_label

HEIGHT = 420  # pixels, of which the legend takes a hundred


def programme_name(programme, currency):
    """Name a programme by its kind and the number that matters, in the reader's language.

    >>> from retention.act.programme import LoyaltyProgramme
    >>> programme_name(LoyaltyProgramme("gift", every=5, gift_cost=10), "EUR")
    'A gift of €10 for every 5 orders'
    """
    if programme.kind == "cashback":
        return _("{share} cashback").format(share=_plain(programme.rate))
    if programme.kind == "points":
        return _("Points worth {share} of an order").format(
            share=_plain(programme.points_per_unit * programme.point_value)
        )
    if programme.kind == "gift":
        cost = _amount(programme.gift_cost, currency)
        return _("A gift of {cost} for every {n} orders").format(cost=cost, n=number(programme.every))
    if programme.kind == "tiers":
        threshold, share = programme.tiers[0]
        return _("Tiers, from {share} off after {amount} a year").format(
            share=_plain(share), amount=_amount(threshold, currency)
        )
    return _("{amount} for every customer whom a friend sent").format(amount=_amount(programme.reward, currency))


def programme_names(results):
    """Name the programmes of results; two of one name are told apart by a number."""
    names = [programme_name(result.programme, result.currency) for result in results]
    if len(set(names)) < len(names):
        names = [f"{name} ({number(place)})" for place, name in enumerate(names, 1)]
    return names


def reward_reach(result, other=None):
    """Draw how many customers get as far as their second, third, … order, and how many have had a reward by then.

    `result` is what `simulate_loyalty` returns, `other` the same of another programme and the same time. Bars are customers who placed at least so
    many orders, lines those who have had their first reward by then, with a band of 95 %; both in % of all customers.

        reward_reach(rt.simulate_loyalty(orders, rt.LoyaltyProgramme("gift", every=5, gift_cost=10)))
    """
    title = _("How many customers get so far, and how many have had a reward by then")
    results = [item for item in (result, other) if item is not None]
    so_far = _("Customers who get so far")
    bars = pd.DataFrame(
        {
            "label": [number(n) for n in result.reach["order_number"]],
            "share": result.reach["customer_share"],
            "programme": so_far,
            "text": [percent(share) for share in result.reach["customer_share"]],
            "customers": [number(n) for n in result.reach["customers"]],
        }
    )
    names = programme_names(results)
    rows = []
    for name, item in zip(names, results, strict=True):
        if item.reach["share"].isna().any():
            continue
        for row in item.reach.itertuples():
            rows.append(
                {
                    "label": number(row.order_number),
                    "share": row.share,
                    "low": row.low,
                    "high": row.high,
                    "programme": name,
                    "text": percent(row.share),
                    "range": interval(row.low, row.high, percent),
                    "n": number(row.n),
                }
            )
    scale = marks.value_axis([1.0], lambda share: percent(share, 0))
    scale["axis"].title = _("Share of all customers")
    few = marks.axis(_("Order number of a customer"), labelAngle=0, domain=False, ticks=False)
    x = alt.X(field="label", type="ordinal", sort=None, axis=few, scale=alt.Scale(type="band", paddingInner=0.15))
    shown = {row["programme"] for row in rows}
    colours = {name: colour for name, colour in _own_colours(names).items() if name in shown}
    colour = _colours({so_far: marks.grey(), **colours})
    titles = {"label": _("Order number"), "text": so_far, "customers": _("Customers")}
    y = alt.Y(field="share", type="quantitative", **scale)
    layers, said = [alt.Chart(bars).mark_bar(opacity=0.4).encode(y=y, tooltip=marks.tooltip(titles))], [f"{title}."]
    pattern = _("Order number {n}: {share} get so far")
    said.append("; ".join(pattern.format(n=row.label, share=row.text) for row in bars.head(6).itertuples()) + ".")
    if rows:
        rows = pd.DataFrame(rows)
        titles = {"programme": _("Programme"), "label": _("Order number"), "text": _("Have had a reward by then"), "range": _("95% interval"), "n": _("Customers")}  # fmt: skip
        base = alt.Chart(rows)
        band = base.mark_area(opacity=0.18, tooltip=None)
        layers.append(band.encode(y=alt.Y(field="low", type="quantitative", **scale), y2=alt.Y2(field="high")))
        layers.append(base.mark_line(strokeWidth=2, tooltip=None).encode(y=y))
        layers.append(base.mark_point(filled=True, size=60, opacity=1).encode(y=y, tooltip=marks.tooltip(titles)))
        pattern = _("{programme}: {share} have had a reward by order number {n}.")
        for name in dict.fromkeys(rows["programme"]):
            last = rows[rows["programme"] == name].iloc[-1]
            said.append(pattern.format(programme=name, share=last["text"], n=last["label"]))
    drawn = alt.layer(*layers).encode(x=x, color=colour).configure_view(stroke=None)
    return marks.finish(drawn, said).properties(height=HEIGHT)


def loyalty_cost(result, other=None):
    """Draw what a programme would have cost, month by month; two programmes beside each other.

    `result` is what `simulate_loyalty` returns, `other` the same of another programme and the same time. Months only partly in
    the time are hollow.

        loyalty_cost(rt.simulate_loyalty(orders, rt.LoyaltyProgramme("cashback", rate=0.02)))
    """
    title = _("Cost of the programme, month by month")
    results = [item for item in (result, other) if item is not None]
    names, rows = programme_names(results), []
    for name, item in zip(names, results, strict=True):
        for month in item.table.itertuples():
            rows.append(
                {
                    "label": period_label(month.month, "month"),
                    "cost": month.cost,
                    "programme": name,
                    "text": money(month.cost, item.currency),
                    "open": money(month.open, item.currency),
                    "rewards": number(month.rewards),
                    "note": marks.notes()["complete" if month.complete else "incomplete"],
                    "complete": bool(month.complete),
                }
            )
    rows = pd.DataFrame(rows)
    labels = list(dict.fromkeys(rows["label"]))
    scale = marks.value_axis(rows["cost"], lambda value: money_short(value, result.currency))
    titles = {"label": _("Month"), "programme": _("Programme"), "text": _("Cost"), "rewards": _("Rewards"), "open": _("Open at the end of the month"), "note": _("Note")}  # fmt: skip
    base = alt.Chart()
    lines = base.mark_line(strokeWidth=2, tooltip=None)
    inside = alt.OpacityValue(condition={"test": "datum.complete", "value": 1}, value=0)
    points = base.mark_point(size=50, filled=False, strokeWidth=2, fill=alt.ExprRef("background"))
    solid = base.mark_point(size=50, filled=True).encode(opacity=inside, tooltip=marks.tooltip(titles))
    said = [marks.span(title, labels)]
    for name in names:
        mine = rows[rows["programme"] == name]
        most = mine.loc[mine["cost"].idxmax()]
        pattern = _("{programme}: most in {month}, {cost}.")
        said.append(pattern.format(programme=name, month=most["label"], cost=most["text"]))
    y, colour = alt.Y(field="cost", type="quantitative", **scale), _colours(_own_colours(names))
    drawn = alt.layer(lines, points, solid, data=rows).encode(x=marks.label_axis(labels), y=y, color=colour)
    return marks.finish(drawn.configure_view(stroke=None), said).properties(height=HEIGHT)


def _own_colours(names):
    return dict(zip(names, (marks.accent(), marks.second()), strict=False))


def _colours(colours):
    scale = alt.Scale(domain=list(colours), range=list(colours.values()))
    key = marks.legend(symbolType="square", symbolOpacity=1, columns=1, labelLimit=340)
    return alt.Color(field="programme", type="nominal", scale=scale, legend=key)


def _plain(share):
    """Write a share without needless decimals."""
    return percent(share, 0 if round(share * 100, 6) == round(share * 100) else 1)


def _amount(value, currency):
    return money(value, currency, 0 if float(value).is_integer() else None)
