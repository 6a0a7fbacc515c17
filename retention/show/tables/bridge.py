"""A revenue bridge as tables to read."""

from __future__ import annotations

import pandas as pd

from retention.measure.bridge import FACTORS, RevenueBridge
from retention.show.bridge import step_name
from retention.show.i18n import MISSING, _, interval, money, money_change, number, span
from retention.show.measures import measure_value


def bridge_rows(result: RevenueBridge) -> pd.DataFrame:
    """A row a group of customers: how many, their money then and now, the change, and the change of one of them."""
    rows = list(result.table.itertuples())
    then, now = _windows(result)
    shown = pd.DataFrame(
        {
            _("Whose change it was"): [step_name(row.step) for row in rows],
            _("Customers"): [number(row.customers) for row in rows],
            then: [money(row.net_against, result.currency) for row in rows],
            now: [money(row.net, result.currency) for row in rows],
            _("Change"): [money_change(row.change, result.currency) for row in rows],
            _("Change per customer"): [
                _of_one(row, money_change(row.change_per_customer, result.currency)) for row in rows
            ],
            _("95 % interval"): [
                _of_one(row, interval(row.low, row.high, lambda x: money_change(x, result.currency))) for row in rows
            ],
        }
    )
    if result.table["profit_change"].notna().any():
        shown[_("Change in profit")] = [money_change(row.profit_change, result.currency) for row in rows]
    return pd.concat([shown, _total(result, shown)], ignore_index=True)


def factor_rows(result: RevenueBridge) -> pd.DataFrame:
    """A row a part of the sum: what it was, what it is, and what its change brought."""
    rows = list(result.factors.itertuples())
    then, now = _windows(result)

    def written(step: str, value: float) -> str:
        measure = step if step in FACTORS else "net"
        return measure_value(measure, value, result.currency)

    shown = pd.DataFrame(
        {
            _("Which part of the sum moved"): [step_name(row.step) for row in rows],
            then: [written(row.step, row.value_against) for row in rows],
            now: [written(row.step, row.value) for row in rows],
            _("Change"): [money_change(row.change, result.currency) for row in rows],
        }
    )
    return pd.concat([shown, _total(result, shown)], ignore_index=True)


def _windows(result: RevenueBridge) -> tuple[str, str]:
    return span(*result.against), span(result.start, result.end)


def _of_one(row: object, text: str) -> str:
    """A figure of one customer, unless there are too few of them; nothing where nobody is counted."""
    if pd.isna(row.customers) or not row.customers:
        return MISSING
    return text if row.enough else _("too few to tell")


def _total(result: RevenueBridge, shown: pd.DataFrame) -> pd.DataFrame:
    then, now = _windows(result)
    filled = {
        shown.columns[0]: _("Net revenue"),
        then: money(result.net_against, result.currency),
        now: money(result.net, result.currency),
        _("Change"): money_change(result.change, result.currency),
    }
    if _("Change in profit") in shown:
        filled[_("Change in profit")] = money_change(result.table["profit_change"].sum(), result.currency)
    return pd.DataFrame([dict.fromkeys(shown.columns, "") | filled])
