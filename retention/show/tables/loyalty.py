"""Loyalty programmes as tables."""

from __future__ import annotations

import pandas as pd

from retention.act.loyalty import LoyaltySimulation
from retention.show.charts.loyalty import programme_names
from retention.show.i18n import MISSING, _, date, interval, money, number, percent, percent_change, period_label
from retention.show.measures import measure_name
from retention.show.tables.groups import ROOM, counts, estimates


def programme_rows(*results: LoyaltySimulation) -> pd.DataFrame:
    """A row a figure, a column a programme."""
    columns = {name: _figures(result) for name, result in zip(programme_names(results), results, strict=True)}
    shown = pd.DataFrame(columns)
    return shown.rename_axis(_("Figure")).reset_index()


def both_totals(*results: LoyaltySimulation) -> pd.DataFrame:
    """The same as numbers to take away."""
    columns = {name: result.totals for name, result in zip(programme_names(results), results, strict=True)}
    return pd.DataFrame(columns).rename_axis("figure").reset_index()


def month_rows(result: LoyaltySimulation) -> pd.DataFrame:
    """A row a month, the latest first."""
    table, currency = result.table, result.currency
    open_mark = _("{period} (not complete)")
    labels = [
        period_label(row.month, "month") if row.complete else open_mark.format(period=period_label(row.month, "month"))
        for row in table.itertuples()
    ]
    shown = pd.DataFrame({_("Month"): labels, measure_name("orders"): counts(table["orders"])})
    for name, title in _amounts().items():
        if name in ("earned", "open", "redeemed") or table[name].any():
            shown[title] = [money(value, currency) for value in table[name]]
    shown[_("Rewards")] = counts(table["rewards"])
    return shown.iloc[::-1]


def reach_rows(result: LoyaltySimulation) -> pd.DataFrame:
    """A row an order number: how many customers get so far, and who has had a reward by then."""
    table = result.reach
    return pd.DataFrame(
        {
            _("Order number"): counts(table["order_number"]),
            _("Customers who get so far"): counts(table["customers"]),
            _("Share of customers"): [percent(share) for share in table["customer_share"]],
            _("Have had a reward by then"): estimates(table, "share", "n", prefix=""),
        }
    )


def waiting_rows(people: pd.DataFrame, currency: str) -> pd.DataFrame:
    """The customers whose next order would bring a reward, as far as a screen has room."""
    table = people.head(ROOM)
    words = {True: _("yes"), False: _("no")}
    return pd.DataFrame(
        {
            _("Customer"): table["customer_ref"],
            measure_name("orders"): counts(table["orders"]),
            measure_name("net"): [money(value, currency) for value in table["net"]],
            _("Open"): [money(value, currency) for value in table["open"]],
            _("Rewards so far"): counts(table["rewards"]),
            _("First reward"): [date(day) for day in table["first_reward_on"]],
            _("E-mail address"): [words.get(known, MISSING) for known in table["contactable"]],
            _("Agreed to marketing"): [words.get(known, MISSING) for known in table["consent"]],
        }
    )


def _amounts() -> dict[str, str]:
    return {
        "earned": _("Earned"),
        "taken_back": _("Taken back for returns"),
        "redeemed": _("Redeemed (the cost)"),
        "expired": _("Expired"),
        "open": _("Open"),
    }


def _figures(result: LoyaltySimulation) -> dict[str, str]:
    totals, currency = result.totals, result.currency

    def share(name: str, n: str) -> str:
        ends = interval(totals[f"{name}_low"], totals[f"{name}_high"], percent)
        if pd.isna(totals[f"{name}_share" if name != "breakage" else name]):
            return MISSING
        enough = totals[n] >= 30
        value = percent(totals[name if name == "breakage" else f"{name}_share"])
        return f"{value} ({ends if enough else _('too few to tell')})"

    return {
        _("Cost a year"): money(totals["cost_a_year"], currency),
        _("Cost in % of what customers spent"): percent(totals["cost_share"]),
        _("Customers who got a reward"): share("reached", "reached_n"),
        _("Orders until the first reward, median"): number(totals["orders_to_reward"]),
        _("Rewards"): number(totals["rewards"]),
        _("Customers whose next order brings one"): share("waiting", "customers"),
        **{title: money(totals[name], currency) for name, title in _amounts().items()},
        _("Never redeemed, of what is a year old"): share("breakage", "breakage_n"),
        _("Open, without what is never redeemed"): money(totals["open_after_breakage"], currency),
        _("More orders needed to pay for it"): number(totals["extra_orders"]),
        _("More orders needed, in % of orders"): percent_change(totals["extra_share"]),
        measure_name("customers"): number(totals["customers"]),
        measure_name("orders"): number(totals["orders"]),
        measure_name("net"): money(totals["net"], currency),
    }
