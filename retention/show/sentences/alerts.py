"""What is out of the ordinary, which targets were missed, and which of it all comes first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from retention.measure.alerts import KpiAlerts
from retention.measure.kpis import KINDS
from retention.show.i18n import _, interval, number, period_label
from retention.show.marks import TOO_FEW
from retention.show.measures import is_share, measure_name, measure_value
from retention.show.sentences.kpis import moves

MOVE_TOGETHER = ("net", "orders", "customers", "new_customers")
ABOUT_COMING_BACK = ("retention_rate", "repeat_rate", "repeat_rate_to_date")
MOST = 3


@dataclass(frozen=True)
class Fact:
    """Something worth a look: the key figure, the sentence, and the screen that explains it ("kpis" or "cohorts")."""

    kpi: str
    sentence: str
    screen: str


def facts(
    summary: pd.DataFrame, alerts: KpiAlerts, months: pd.DataFrame, targets: dict[str, float], currency: str
) -> list[Fact]:
    """The three most important facts about the shop, or fewer.

    First what is outside the range that its history makes likely, the least likely first; then targets that were missed
    by more than the uncertainty of the figure, the largest shortfall relative to the target first; then what moved by
    more than its uncertainty, the largest move first. Every key
    figure is told once. Net revenue, orders, customers and new customers mostly move together: of those, only the first
    alarm is told, and the table has the rest.
    """
    found: dict[str, Fact] = {}
    for fact in (*_alarms(alerts), *_missed(months, targets, currency), *_moved(summary, currency)):
        found.setdefault(fact.kpi, fact)
    return list(found.values())[:MOST]


def nothing_to_look_at(alerts: KpiAlerts) -> str:
    """What stands in the place of facts when there are none."""
    if alerts.table["outside"].isna().all():
        return _("No rate moved by more than its usual uncertainty.")
    return _("Nothing is out of the ordinary.")


def out_of_the_ordinary(alerts: KpiAlerts) -> str:
    """The answer for the whole table, in one sentence."""
    tested = alerts.table[alerts.table["outside"].notna()]
    if tested.empty:
        return _("There is too little history to say what is ordinary.")
    when = period_label(tested["period"].iloc[0], alerts.period)
    outside = _outside(alerts)
    if outside.empty:
        return _("{period}: nothing is out of the ordinary. Key figures judged: {n}.").format(
            period=when, n=number(len(tested))
        )
    return _("{period}: out of the ordinary: {kpis}. Key figures judged: {n}.").format(
        period=when, kpis=", ".join(measure_name(kpi) for kpi in outside["kpi"]), n=number(len(tested))
    )


def least_likely(alerts: KpiAlerts) -> str:
    """The key figure that lies farthest outside its range; "" when none does."""
    return next(iter(_outside(alerts)["kpi"]), "")


def expected_range(alerts: KpiAlerts, kpi: str) -> str:
    """What the bar in the chart of a key figure means; "" where there is none."""
    row = next(alerts.table[(alerts.table["kpi"] == kpi) & alerts.table["low"].notna()].itertuples(), None)
    if row is None:
        return ""
    return _("{kpi}: the pale bar is the range that its history makes likely for {period}, {range}.").format(
        kpi=measure_name(kpi),
        period=period_label(row.period, alerts.period),
        range=likely(row, alerts.currency),
    )


def likely(row: object, currency: str) -> str:
    """The range that the history makes likely, without cents; a count is whole."""
    return interval(row.low, row.high, lambda x: measure_value(row.kpi, x, currency, short=KINDS[row.kpi] != "count"))


def against_target(months: pd.DataFrame, kpi: str, target: float, currency: str) -> str:
    """Where a key figure of the last complete month stands beside what its owner wants."""
    facts = {"kpi": measure_name(kpi), "target": measure_value(kpi, target, currency)}
    last = _last(months)
    if last is None or pd.isna(last[kpi]):
        return _("{kpi}: no month is complete yet to compare with your target of {target}.").format(**facts)
    facts |= {"month": period_label(last["period"], "month"), "value": measure_value(kpi, last[kpi], currency)}
    if _is_of_few(last, kpi):
        return _("{kpi} in {month}: {value}, of fewer than 30 customers: too few to tell.").format(**facts)
    if last[kpi] == target:
        return _("{kpi} in {month}: {value}, exactly your target.").format(**facts)
    if last[kpi] > target:
        pattern = (
            _("{kpi} in {month}: {value}, above your target of {target}, but by less than its uncertainty.")
            if not _is_sure(last, kpi, target)
            else _("{kpi} in {month}: {value}, above your target of {target}.")
        )
    else:
        pattern = (
            _("{kpi} in {month}: {value}, below your target of {target}, but by less than its uncertainty.")
            if not _is_sure(last, kpi, target)
            else _("{kpi} in {month}: {value}, below your target of {target}.")
        )
    return pattern.format(**facts)


def _alarms(alerts: KpiAlerts) -> Iterable[Fact]:
    outside = _outside(alerts)
    together = outside[outside["kpi"].isin(MOVE_TOGETHER)].index[1:]
    for row in outside.drop(together).itertuples():
        pattern = (
            _("{kpi} in {period}: {value}, above the range that its history makes likely ({range}).")
            if row.direction == "above"
            else _("{kpi} in {period}: {value}, below the range that its history makes likely ({range}).")
        )
        facts = {"kpi": measure_name(row.kpi), "period": period_label(row.period, alerts.period)}
        facts |= {"value": measure_value(row.kpi, row.value, alerts.currency), "range": likely(row, alerts.currency)}
        yield Fact(row.kpi, pattern.format(**facts), "kpis")


def _outside(alerts: KpiAlerts) -> pd.DataFrame:
    return alerts.table[alerts.table["outside"].fillna(False)].sort_values("p", kind="stable")


def _missed(months: pd.DataFrame, targets: dict[str, float], currency: str) -> Iterable[Fact]:
    last = _last(months)
    if last is None:
        return
    missed = [kpi for kpi, target in targets.items() if last[kpi] < target and _is_sure(last, kpi, target)]
    for kpi in sorted(missed, key=lambda kpi: (last[kpi] / targets[kpi], kpi)):
        yield Fact(kpi, against_target(months, kpi, targets[kpi], currency), "kpis")


def _moved(summary: pd.DataFrame, currency: str) -> Iterable[Fact]:
    for kpi, sentence in moves(summary, currency):
        yield Fact(kpi, sentence, "cohorts" if kpi in ABOUT_COMING_BACK else "kpis")


def _is_sure(last: pd.Series, kpi: str, target: float) -> bool:
    """Whether a target lies outside the 95 % interval of a figure that has one, of enough customers."""
    if _is_of_few(last, kpi):
        return False
    return not last.get(f"{kpi}_low", last[kpi]) <= target <= last.get(f"{kpi}_high", last[kpi])


def _is_of_few(last: pd.Series, kpi: str) -> bool:
    return is_share(kpi) and not last.get(f"{kpi}_n", last["customers"]) >= TOO_FEW


def _last(months: pd.DataFrame) -> pd.Series | None:
    whole = months[months["complete"]]
    return None if whole.empty else whole.iloc[-1]
