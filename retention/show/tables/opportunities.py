"""Opportunities and their people, as tables to read."""

from __future__ import annotations

import pandas as pd

from retention.act.opportunities import Opportunities
from retention.show.i18n import MISSING, _, date, interval, money, number, percent
from retention.show.opportunities import opportunity_name
from retention.show.tables.groups import ROOM, counts
from retention.show.tables.next_orders import contact


def opportunity_rows(found: Opportunities) -> pd.DataFrame:
    """A row a kind of opportunity, the most valuable first; without a range there is no value."""

    def whole(value: float) -> str:
        return money(value, found.currency, 0)

    def exact(value: float) -> str:
        return money(value, found.currency)

    table = found.table
    few = _("too few to tell")
    columns = {
        _("Opportunity"): [opportunity_name(key) for key in table["key"]],
        _("People"): counts(table["people"]),
        _("May be written to"): counts(table["reachable"]),
        _("Also in a higher place"): counts(table["overlap"]),
        _("Worth"): _ranged(table, "value", whole, few),
    }
    if table["profit"].notna().any():
        columns[_("Gross profit in it")] = _ranged(table, "profit", whole, few)
    columns |= {
        _("Spend anyway"): _ranged(table, "at_stake", whole, few),
        _("Buy anyway within {days} days").format(days=number(found.days)): _ranged(table, "chance", percent, few),
        _("People it was seen on"): counts(table["chance_n"]),
        _("Value of an order"): _ranged(table, "order_value", exact, few),
        _("Assumed: more orders"): [
            f"{percent(row.uplift, 0)} ({interval(row.uplift_low, row.uplift_high, lambda share: percent(share, 0))})"
            for row in table.itertuples()
        ],
        _("Send on"): [date(day) for day in table["send_on"]],
    }
    return pd.DataFrame(columns)


def people_rows(people: pd.DataFrame, currency: str) -> pd.DataFrame:
    """A row a customer of an opportunity, as far as a screen has room."""
    table = people.head(ROOM)
    yes = {True: _("yes"), False: _("no")}
    return pd.DataFrame(
        {
            _("Customer"): table["customer_ref"],
            _("Name"): table["name"].fillna(MISSING),
            _("May be written to"): [yes[can] for can in table["reachable"]],
            _("Worth"): [money(value, currency) for value in table["expected_value"]],
            _("Product"): table["product"].fillna(MISSING),
            _("Send on"): [date(day) for day in table["send_on"]],
            _("Orders"): counts(table["orders"]),
            _("Net revenue"): [money(value, currency) for value in table["net"]],
            _("Days since the last order"): counts(table["days_since_order"]),
            **contact(table),
        }
    )


def _ranged(table: pd.DataFrame, name: str, written: object, few: str) -> list[str]:
    rows = zip(table["rank"].notna(), table[name], table[f"{name}_low"], table[f"{name}_high"], strict=True)
    return [f"{written(value)} ({interval(low, high, written)})" if known else few for known, value, low, high in rows]
