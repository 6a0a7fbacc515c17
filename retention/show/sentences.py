"""Answers in plain words, written from result tables."""

from __future__ import annotations

import pandas as pd

from retention.measure.cohorts import RetentionTable
from retention.show.i18n import (
    _,
    interval,
    measure_name,
    measure_value,
    money,
    number,
    percent,
    percent_points,
    period_label,
)

WATCHED = ("net", "customers", "new_customers", "aov", "returning_customer_rate", "retention_rate", "repeat_rate")


def overview(summary: pd.DataFrame, window: str, currency: str) -> str:
    """What happened in a window, in one sentence."""
    rows = summary.set_index("kpi")
    net = rows.loc["net"]
    sentence = _("{window}: {customers} customers brought {net} in {orders} orders.").format(
        window=window,
        customers=number(rows.loc["customers", "value"]),
        net=money(net["value"], currency, 0),
        orders=number(rows.loc["orders", "value"]),
    )
    if pd.notna(net["change"]):
        sentence += " " + _more_or_less(net["change"], _("the time before"))
    if pd.notna(net["change_year"]):
        sentence += " " + _more_or_less(net["change_year"], _("a year before"))
    return sentence


def look_at(summary: pd.DataFrame, currency: str) -> list[str]:
    """The figures that moved by more than their uncertainty, the largest moves first; at most three."""
    found = []
    for row in summary[summary["kpi"].isin(WATCHED)].itertuples():
        if pd.isna(row.previous) or pd.isna(row.low) or not row.enough:
            continue
        if row.low <= row.previous <= row.high:
            continue
        share = abs(row.change) / max(abs(row.previous), 1e-9) if row.kind == "share" else abs(row.change)
        pattern = (
            _("{kpi} rose from {previous} to {value} (95 % interval {interval}).")
            if row.value > row.previous
            else _("{kpi} fell from {previous} to {value} (95 % interval {interval}).")
        )

        def text(x: float, kpi: str = row.kpi) -> str:
            return measure_value(kpi, x, currency)

        found.append(
            (
                share,
                pattern.format(
                    kpi=measure_name(row.kpi),
                    previous=text(row.previous),
                    value=text(row.value),
                    interval=interval(row.low, row.high, text),
                ),
            )
        )
    return [sentence for _share, sentence in sorted(found, reverse=True)[:3]]


def kpi(table: pd.DataFrame, name: str, period: str, currency: str) -> str:
    """Where one figure stands in the last complete period, beside the one before and a year before."""
    whole = table[table["complete"]]
    if whole.empty or whole[name].isna().all():
        return _("{kpi}: no period is complete yet.").format(kpi=measure_name(name))
    last = whole.iloc[-1]
    sentence = _("{kpi} in {period}: {value}").format(
        kpi=measure_name(name),
        period=period_label(last["period"], period),
        value=measure_value(name, last[name], currency),
    )
    beside = []
    if len(whole) > 1:
        beside.append(
            _("{value} in the period before").format(value=measure_value(name, whole.iloc[-2][name], currency))
        )
    year = whole[whole["period"] == last["period"] - pd.DateOffset(years=1)]
    if period in ("month", "quarter", "year") and len(year):
        if not (period == "year" and len(whole) > 1):
            beside.append(_("{value} a year before").format(value=measure_value(name, year.iloc[0][name], currency)))
    return f"{sentence} ({', '.join(beside)})." if beside else f"{sentence}."


def cohorts(result: RetentionTable) -> str:
    """Whether customers come back, in one sentence."""
    average = result.average.set_index("age")
    words = {
        "day": _("day"), "week": _("week"), "month": _("month"), "quarter": _("quarter"), "year": _("year"),
    }  # fmt: skip
    if 1 not in average.index:
        return _("No cohort is old enough yet to say whether customers come back.")
    first = average.loc[1]
    if result.value != "retention":
        return _("{value} per cohort in the first {period} after the first purchase: {rate}.").format(
            value=measure_name(result.value),
            period=words[result.period],
            rate=measure_value(result.value, first["rate"], result.currency),
        )
    if first["n"] < 30:
        return _("Only {n} customers are old enough: too few to tell.").format(n=number(first["n"]))
    sentence = _(
        "Of 100 new customers, {share} buy again in the next {period} (between {low} and {high}; {n} customers)."
    ).format(
        share=number(first["rate"] * 100, 0),
        period=words[result.period],
        low=number(first["low"] * 100, 0),
        high=number(first["high"] * 100, 0),
        n=number(first["n"]),
    )
    return sentence


def _more_or_less(change: float, than: str) -> str:
    if abs(change) < 0.005:
        return _("That is as much as {than}.").format(than=than)
    pattern = _("That is {change} more than {than}.") if change > 0 else _("That is {change} less than {than}.")
    return pattern.format(change=percent(abs(change), 0), than=than)


def change(row: pd.Series) -> str | None:
    """The change of a figure against the time before, for a card."""
    if pd.isna(row["change"]):
        return None
    return percent_points(row["change"]) if row["kind"] == "share" else percent(row["change"])
