"""What customers are expected to bring, and whether such an expectation would have come true."""

import altair as alt
import numpy as np
import pandas as pd

from retention.predict.backtest import FREQUENCIES
from retention.show import marks
from retention.show.charts.groups import ROOM, paired_bars
from retention.show.i18n import _, date, interval, money, number, percent
from retention.show.measures import group_name


def value_bars(result, part="segment"):
    """Draw for every group its share of the customers above its share of the value expected of all of them.

    `result` is what `predict_clv` returns, `part` "segment" or "first channel". The thin line is the 95 % interval of the
    group's value, as a share of the value of all. Groups of fewer than 30 customers have no bar of value.

        value_bars(rt.predict_clv(orders), "first channel")
    """
    title = _("Share of customers and of the value ahead")
    base, table = result.summary.iloc[0], result.summary[result.summary["part"] == part].reset_index(drop=True)
    left_out, table = max(len(table) - ROOM, 0), table.head(ROOM)
    if table.empty or not base["value"] > 0:
        return marks.nothing(title)
    rows = pd.DataFrame(
        {"order": range(len(table)), "name": table["group"].map(group_name), "share": table["customers"]}
    )
    rows["share"] /= base["customers"]
    for name in ("value", "low", "high"):
        rows[name] = (table[name] / base["value"]).where(table["enough"])
    rows["customers"] = [
        f"{number(n)} ({percent(share)})" for n, share in zip(table["customers"], rows["share"], strict=True)
    ]

    def amount(value):
        return money(value, result.currency, 0)

    rows["amount"] = table["value"].map(amount)
    rows["range"] = [interval(low, high, amount) for low, high in zip(table["low"], table["high"], strict=True)]
    rows["note"] = np.where(table["enough"], "", marks.notes()["few"])
    said, few = (
        _("{segment}: {share} of customers, {value_share} of the value"),
        _("{segment}: too few customers to tell"),
    )
    rows["line"] = [
        (few if pd.isna(row.value) else said).format(
            segment=row.name, share=percent(row.share), value_share=percent(row.value)
        )
        for row in rows.itertuples(index=False)
    ]
    kinds = {"share": _("Share of customers"), "value": _("Share of the value ahead")}
    titles = {
        "name": _("Group"), "customers": _("Customers"), "amount": _("Value ahead"), "range": _("95% interval"), "note": _("Note"),
    }  # fmt: skip
    chart = paired_bars(rows, kinds, title, titles)
    if left_out:
        chart.description += " " + _("Groups left out: {n}.").format(n=number(left_out))
    return chart


def backtest_weeks(result):
    """Draw the orders that came week by week as bars, and as a line those expected on the day before the first of them.

    `result` is what `predict_clv` returns. The dashed line is what "everybody goes on as before" would have expected.

        backtest_weeks(rt.predict_clv(orders))
    """
    title = _("Orders a week, expected and real")
    tested = result.backtest
    if tested is None or tested.weekly.empty:
        return marks.nothing(title)
    rows = tested.weekly[["expected", "actual"]].astype(float)
    rows["label"] = tested.weekly["day"].map(date)
    rows["week"] = [_("Week to {day}").format(day=day) for day in rows["label"]]
    rows["expected_text"] = [number(value) for value in rows["expected"]]
    rows["actual_text"] = [number(value) for value in rows["actual"]]
    as_before = tested.errors.set_index("method").loc["same rate", "expected"] / tested.days * 7
    scale = marks.value_axis([*rows["expected"], *rows["actual"], as_before * 1.1], number)
    scale["axis"].title = _("Orders a week")
    x = marks.label_axis(list(rows["label"]), band=True)
    titles = {"week": _("Week"), "expected_text": _("Expected"), "actual_text": _("Came")}
    kinds = {"actual": _("Orders that came"), "expected": _("Orders expected")}
    colours = alt.Scale(domain=list(kinds.values()), range=[marks.grey(), marks.accent()])
    colour = alt.Color(
        field="kind", type="nominal", scale=colours, legend=marks.legend(symbolType="square", symbolOpacity=1)
    )
    came, expected = ({"x": x, "y": alt.Y(field=name, type="quantitative", **scale), "color": colour} for name in kinds)
    bars = alt.Chart(rows.assign(kind=kinds["actual"])).mark_bar(opacity=0.5, cornerRadius=1)
    line = alt.Chart(rows.assign(kind=kinds["expected"])).mark_line(strokeWidth=3, tooltip=None)
    words = _("Everybody goes on as before: {orders} a week").format(orders=number(as_before))
    layers = [
        bars.encode(**came, tooltip=marks.tooltip(titles)),
        line.encode(**expected),
        *marks.target_line(as_before, words, scale),
    ]
    busiest = rows.loc[rows["actual"].idxmax()]
    said = [
        marks.span(title, rows["label"]),
        _("Expected in all: {expected}, came: {actual}.").format(
            expected=number(rows["expected"].sum()), actual=number(rows["actual"].sum())
        ),
        _("Most came in the week to {day}: {actual}, expected were {expected}.").format(
            day=busiest["label"], actual=busiest["actual_text"], expected=busiest["expected_text"]
        ),
        f"{words}.",
    ]
    return marks.finish(alt.layer(*layers), said)


def backtest_by_frequency(result):
    """Draw for customers of every frequency how many orders each was expected to place and placed, with its 95 % interval.

    `result` is what `predict_clv` returns. Frequencies of fewer than 30 customers are left out.

        backtest_by_frequency(rt.predict_clv(orders))
    """
    title = _("Orders a customer, expected and real")
    table = None if result.backtest is None else result.backtest.by_frequency.query("enough")
    if table is None or table.empty:
        return marks.nothing(title)
    rows = table[["expected", "actual", "low", "high"]].astype(float).reset_index(drop=True)
    rows["label"] = [frequency_name(frequency) for frequency in table["frequency"]]
    for name in ("expected", "actual"):
        rows[f"{name}_text"] = [number(value, 2) for value in rows[name]]
    rows["range"] = [
        interval(low, high, lambda value: number(value, 2)) for low, high in zip(rows["low"], rows["high"], strict=True)
    ]
    rows["n"] = [number(n) for n in table["customers"]]
    scale = marks.value_axis([*rows["expected"], *rows["high"]], lambda value: number(value, 1))
    scale["axis"].title = _("Orders a customer")
    x = marks.label_axis(list(rows["label"]))
    x["axis"].title = _("How often they had come back before")
    titles = {
        "label": _("Came back before"), "expected_text": _("Expected"), "actual_text": _("Came"), "range": _("95% interval"),
        "n": _("Customers"),
    }  # fmt: skip
    kinds = {"actual": _("Orders that came"), "expected": _("Orders expected")}
    colours = alt.Scale(domain=list(kinds.values()), range=[marks.grey(), marks.accent()])
    colour = alt.Color(
        field="kind", type="nominal", scale=colours, legend=marks.legend(symbolType="circle", symbolOpacity=1)
    )

    def y(name):
        return alt.Y(field=name, type="quantitative", **scale)

    came, expected = rows.assign(kind=kinds["actual"]), rows.assign(kind=kinds["expected"])
    whiskers = alt.Chart(came).mark_rule(strokeWidth=3, opacity=0.6, tooltip=None)
    dots = alt.Chart(came).mark_point(filled=True, size=110, opacity=1)
    line = alt.Chart(expected).mark_line(strokeWidth=2, point={"size": 60}, tooltip=None)
    layers = [
        whiskers.encode(x=x, y=y("low"), y2=alt.Y2(field="high"), color=colour),
        line.encode(x=x, y=y("expected"), color=colour),
        dots.encode(x=x, y=y("actual"), color=colour, tooltip=marks.tooltip(titles)),
    ]
    pattern = _("came back {times} before: expected {expected}, came {actual} ({range}; {n})")
    each = [
        pattern.format(times=row.label, expected=row.expected_text, actual=row.actual_text, range=row.range, n=row.n)
        for row in rows.itertuples(index=False)
    ]
    return marks.finish(alt.layer(*layers), [f"{title}:", "; ".join(each) + "."])


def frequency_name(frequency):
    """Write how often somebody had come back; the last number stands for all above it.

    >>> frequency_name(0), frequency_name(7)
    ('0', '7+')
    """
    return number(frequency) + ("+" if frequency == FREQUENCIES else "")
