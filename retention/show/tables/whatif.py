"""What a change would bring, as tables to read."""

from __future__ import annotations

import pandas as pd

from retention.act.simulation import ChangeSimulation
from retention.show.i18n import MISSING, _, interval, money, money_change, number, percent, percent_change, period_label
from retention.show.measures import measure_name
from retention.show.whatif import changes_said, lever_name

RATES = ("second_order", "retention", "discount_uplift", "topped_up")


def profit_name() -> str:
    """What profit is on this page."""
    return _("Profit after costs")


def month_rows(result: ChangeSimulation) -> pd.DataFrame:
    """A row a month: now and changed."""
    total = result.table[result.table["part"] == "total"]
    now, changed = (total[total["state"] == state].reset_index(drop=True) for state in ("now", "changed"))

    def written(x: float) -> str:
        return money(x, result.currency, 0)

    shown = pd.DataFrame({_("Month"): [period_label(month, "month") for month in now["month"]]})
    shown[_("Now")] = [written(x) for x in now["net"]]
    shown[_("Changed")] = [written(x) for x in changed["net"]]
    shown[_("80 % range, changed")] = [
        interval(low, high, written) for low, high in zip(changed["low"], changed["high"], strict=True)
    ]
    shown[_("Orders now")] = [number(x) for x in now["orders"]]
    shown[_("Orders changed")] = [number(x) for x in changed["orders"]]
    shown[_("Customers changed")] = [number(x) for x in changed["customers"]]
    shown[_("New customers changed")] = [number(x) for x in changed["new_customers"]]
    if changed["profit"].notna().any():
        shown[_("Profit now")] = [written(x) for x in now["profit"]]
        shown[_("Profit changed")] = [written(x) for x in changed["profit"]]
        shown[_("80 % range of profit, changed")] = [
            interval(low, high, written)
            for low, high in zip(changed["profit_low"], changed["profit_high"], strict=True)
        ]
    return shown


def step_rows(result: ChangeSimulation) -> pd.DataFrame:
    """A row a step of the waterfall."""
    shown = pd.DataFrame({_("Lever"): [lever_name(key) for key in result.waterfall["lever"]]})
    shown[measure_name("net")] = [money_change(x, result.currency) for x in result.waterfall["net"]]
    shown[profit_name()] = [money_change(x, result.currency) for x in result.waterfall["profit"]]
    return shown


def lever_rows(result: ChangeSimulation) -> pd.DataFrame:
    """A row a lever: what a tenth less and a tenth more would change."""
    table = result.tornado
    shown = pd.DataFrame({_("Lever"): [lever_name(key) for key in table["lever"]]})
    for name, title in (
        ("net_less", _("Net revenue, a tenth less of it")),
        ("net_more", _("Net revenue, a tenth more of it")),
        ("profit_less", _("Profit, a tenth less of it")),
        ("profit_more", _("Profit, a tenth more of it")),
    ):
        shown[title] = [money_change(x, result.currency, 0) for x in table[name]]
    return shown


def break_even_rows(result: ChangeSimulation) -> pd.DataFrame:
    """A row a lever: what it is, and what it would have to be for the change to pay."""
    rows = list(result.break_even.itertuples())
    is_second = result.changes.get("discount_to") == "second"

    def written(key: str, value: float) -> str:
        if key in RATES:
            is_rise = key == "discount_uplift" and not is_second
            return percent_change(value) if is_rise else percent(value)
        return money(value, result.currency) if key == "aov" else number(value)

    never = _("never")
    return pd.DataFrame(
        {
            _("One of these alone"): [_named(row.lever, is_second) for row in rows],
            _("Now"): [written(row.lever, row.now) for row in rows],
            _("Needed"): [never if row.needed != row.needed else written(row.lever, row.needed) for row in rows],
            _("Change"): [MISSING if row.change != row.change else percent_change(row.change) for row in rows],
        }
    )


def _named(key: str, is_second: bool) -> str:
    """A lever with what is counted of it."""
    second = _("New customers who order again within a year")
    return {
        "new_customers": _("New customers a month"),
        "second_order": second,
        "retention": _("New customers who stay after their first order"),
        "frequency": _("Later orders in these months"),
        "discount_uplift": _("The same, because of the offer") if is_second else lever_name(key),
    }.get(key) or lever_name(key)


def scenario_rows(results: dict[str, ChangeSimulation]) -> pd.DataFrame:
    """What is counted, a row each; as now and every scenario, a column each."""
    (first, *_others) = results.values()
    rows = {_("As now"): _scenario(first, "now")}
    rows |= {name: _scenario(result, "changed") for name, result in results.items()}
    return pd.DataFrame(rows).rename_axis(_("Scenario")).reset_index()


def _scenario(result: ChangeSimulation, state: str) -> dict[str, str]:
    totals = result.totals[result.totals["part"] == "total"].set_index("state")
    total, is_now = totals.loc[state], state == "now"

    def written(x: float) -> str:
        return money(x, result.currency, 0)

    return {
        _("What changes"): MISSING if is_now else changes_said(result.changes, result.currency),
        measure_name("net"): written(total["net"]),
        _("80 % range"): interval(total["low"], total["high"], written),
        measure_name("orders"): number(total["orders"]),
        measure_name("customers"): number(total["customers"]),
        measure_name("new_customers"): number(total["new_customers"]),
        profit_name(): written(total["profit"]),
        _("80 % range of profit"): interval(total["profit_low"], total["profit_high"], written),
        _("Given away on orders that come anyway"): written(0.0 if is_now else result.anyway),
    }
