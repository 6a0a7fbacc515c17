"""Loyalty programmes replayed: who gets a reward, and what it costs, month by month; one programme or two beside each other."""

import altair as alt
import pandas as pd

from retention.act.loyalty import MOST_ORDERS
from retention.show import marks
from retention.show.i18n import _, interval, money, money_short, number, percent, period_label
from retention.show.marks import TOO_FEW

BAR = 11  # pixels of one of the two bars of a row


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


def orders_name(orders):
    """Name a number of orders of a customer; the last holds all larger ones."""
    if orders < MOST_ORDERS:
        return _("Orders: {n}").format(n=number(orders))
    return _("Orders: {n} or more").format(n=number(orders))


def reward_bars(result, other=None):
    """Draw what share of the customers got a reward, by how many orders they placed; two programmes beside each other.

    `result` is what `simulate_loyalty` returns, `other` the same of another programme and the same time. Bars of fewer than 30 customers
    are pale.

        reward_bars(rt.simulate_loyalty(orders, rt.LoyaltyProgramme("gift", every=5, gift_cost=10)))
    """
    title = _("Customers who would have got a reward, by their number of orders")
    results = [item for item in (result, other) if item is not None]
    names = programme_names(results)
    known = [(name, item) for name, item in zip(names, results, strict=True) if item.reach["share"].notna().any()]
    if not known:
        return marks.nothing(title)
    pattern = _("{orders} · {customers} customers ({share})")
    heads = [
        {
            "order": row.orders,
            "line": pattern.format(
                orders=orders_name(row.orders), customers=number(row.customers), share=percent(row.customer_share)
            ),
        }
        for row in result.reach.itertuples()
    ]
    bars = []
    for name, item in known:
        for row in item.reach.itertuples():
            share = percent(row.share)
            bars.append(
                {
                    "order": row.orders,
                    "share": row.share,
                    "programme": name,
                    "orders": orders_name(row.orders),
                    "text": share,
                    "range": interval(row.low, row.high, percent),
                    "n": number(row.customers),
                    "note": marks.notes()["few" if row.customers < TOO_FEW else "complete"],
                    "pale": row.customers < TOO_FEW,
                }
            )
    bars, heads = pd.DataFrame(bars), pd.DataFrame(heads)
    reach = marks.value_axis([1.0], lambda share: percent(share, 0))
    reach["axis"].title = _("Share of them who would have got a reward")
    y = alt.Y(field="order", type="ordinal", axis=None, scale=alt.Scale(paddingInner=0, paddingOuter=0))
    titles = {"programme": _("Programme"), "orders": _("Orders of a customer"), "text": _("Got a reward"), "range": _("95% interval"), "n": _("Customers"), "note": _("Note")}  # fmt: skip
    layers = []
    for place, (name, _item) in enumerate(known):
        drawn = alt.Chart(bars[bars["programme"] == name]).mark_bar(
            height=BAR, yOffset=place * (BAR + 2), cornerRadius=1
        )
        layers.append(
            drawn.encode(
                x=alt.X(field="share", type="quantitative", **reach),
                y=y,
                color=_colours([name for name, _item in known]),
                opacity=alt.condition("datum.pale", alt.value(0.4), alt.value(1)),
                tooltip=marks.tooltip(titles),
            )
        )
    words = {"align": "left", "baseline": "middle", "yOffset": -16, "fontSize": 13, "tooltip": None}
    words["limit"] = alt.ExprRef("width")
    line = {"x": alt.value(0), "y": y, "text": alt.Text(field="line", type="nominal")}
    halo = alt.Chart(heads).mark_text(stroke=alt.ExprRef("background"), strokeWidth=4, **words)
    text = alt.Chart(heads).mark_text(color=marks.ink(), **words)
    said = [f"{title}."]
    for name, _item in known:
        rows = bars[bars["programme"] == name]
        said.append(f"{name} – " + "; ".join(f"{row.orders}: {row.text}" for row in rows.itertuples()) + ".")
    if bars["pale"].any():
        said.append(_("Pale bars stand for fewer than 30 customers."))
    chart = alt.layer(*layers, halo.encode(**line), text.encode(**line)).configure_view(stroke=None)
    return marks.finish(chart, said).properties(height=alt.Step(56 if len(known) > 1 else 44))


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
    base = alt.Chart(rows).encode(
        x=marks.label_axis(labels),
        y=alt.Y(field="cost", type="quantitative", **scale),
        color=_colours(names),
    )
    lines = base.mark_line(strokeWidth=2, tooltip=None)
    inside = alt.condition("datum.complete", alt.value(1), alt.value(0))
    points = base.mark_point(size=50, filled=False, strokeWidth=2, fill=alt.ExprRef("background"))
    solid = base.mark_point(size=50, filled=True).encode(opacity=inside, tooltip=marks.tooltip(titles))
    said = [marks.span(title, labels)]
    for name in names:
        mine = rows[rows["programme"] == name]
        most = mine.loc[mine["cost"].idxmax()]
        pattern = _("{programme}: most in {month}, {cost}.")
        said.append(pattern.format(programme=name, month=most["label"], cost=most["text"]))
    return marks.finish(alt.layer(lines, points, solid).configure_view(stroke=None), said)


def _colours(names):
    scale = alt.Scale(domain=names, range=[marks.accent(), marks.second()][: len(names)])
    key = marks.legend(symbolType="square", columns=1, labelLimit=340)
    return alt.Color(field="programme", type="nominal", scale=scale, legend=key)


def _plain(share):
    """Write a share without needless decimals."""
    return percent(share, 0 if round(share * 100, 6) == round(share * 100) else 1)


def _amount(value, currency):
    return money(value, currency, 0 if float(value).is_integer() else None)
