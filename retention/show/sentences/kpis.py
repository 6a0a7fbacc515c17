"""Key figures in words."""

from __future__ import annotations

import pandas as pd

from retention.intervals import ENOUGH
from retention.show.i18n import _, interval, is_month, money, number, percent, percent_points, period_label, span
from retention.show.measures import measure_name, measure_value

WATCHED = ("net", "customers", "new_customers", "aov", "returning_customer_rate", "retention_rate", "repeat_rate")


def overview(summary: pd.DataFrame, currency: str) -> str:
    """What happened in a window, in one sentence."""
    rows = summary.set_index("kpi")
    net, start, end = rows.loc["net"], summary.attrs["start"], summary.attrs["end"]
    facts = {
        "window": span(start, end),
        "customers": number(rows.loc["customers", "value"]),
        "net": money(net["value"], currency, 0),
        "orders": number(rows.loc["orders", "value"]),
        "before": _("the month before") if is_month(start, end) else _("the time before"),
        "change": more_or_less(net["change"]),
        "change_year": more_or_less(net["change_year"]),
    }
    if rows.loc["customers", "value"] == 0 < rows.loc["orders", "value"]:
        pattern = _("{window}: {net} in {orders} orders; the file names no customers.")
    elif facts["change"] and facts["change_year"]:
        pattern = _(
            "{window}: {customers} customers brought {net} in {orders} orders, {change} {before} "
            "and {change_year} a year before."
        )
    elif facts["change"]:
        pattern = _("{window}: {customers} customers brought {net} in {orders} orders, {change} {before}.")
    else:
        pattern = _("{window}: {customers} customers brought {net} in {orders} orders.")
    sentence = pattern.format(**facts)
    return sentence[0].upper() + sentence[1:]


def moves(summary: pd.DataFrame, currency: str) -> list[tuple[str, str]]:
    """The figures that moved by more than their uncertainty, each with its sentence, the largest moves first."""
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
                row.kpi,
                pattern.format(
                    kpi=measure_name(row.kpi),
                    previous=text(row.previous),
                    value=text(row.value),
                    interval=interval(row.low, row.high, text),
                ),
            )
        )
    return [(kpi, sentence) for _share, kpi, sentence in sorted(found, reverse=True)]


def kpi(table: pd.DataFrame, name: str, period: str, currency: str) -> str:
    """Where one figure stands in the last complete period, beside the one before and a year before."""
    whole = table[table["complete"]]
    if whole.empty or whole[name].isna().all():
        return _("{kpi}: no period is complete yet.").format(kpi=measure_name(name))
    if f"{name}_n" in table:  # customers who have to be old enough, or to be observed before: until enough of them are
        whole = whole[whole[name].notna()]
        whole = whole[whole[f"{name}_n"] >= ENOUGH] if (whole[f"{name}_n"] >= ENOUGH).any() else whole
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
    if period in ("month", "quarter") and len(year):
        beside.append(_("{value} a year before").format(value=measure_value(name, year.iloc[0][name], currency)))
    return f"{sentence} ({', '.join(beside)})." if beside else f"{sentence}."


def kpi_notes(table: pd.DataFrame, name: str) -> list[str]:
    """What one has to know beside a figure: the silence that churn rests on, or the margin that profit lacks."""
    if name == "churn_rate":
        words = _("A customer counts as lapsed after {days} days without a purchase. Set it under “Margin and lapse”.")
        return [words.format(days=number(table.attrs["lapse_days"]))]
    if name == "profit" and table["profit"].isna().all():
        return [_("Set your gross margin under “Margin and lapse”, beside the filters, to see profit.")]
    return []


def more_or_less(change: float) -> str:
    """A relative change as the middle of a sentence that ends in a time; nothing when it is missing."""
    if pd.isna(change):
        return ""
    if abs(change) < 0.005:
        return _("as much as")
    pattern = _("{change} more than") if change > 0 else _("{change} less than")
    return pattern.format(change=percent(abs(change), 0))


def change(row: pd.Series) -> str | None:
    """The change of a figure against the time before, for a card."""
    if pd.isna(row["change"]):
        return None
    return percent_points(row["change"]) if row["kind"] == "share" else percent(row["change"])
