"""The customers of a rule as tables."""

from __future__ import annotations

import pandas as pd

from retention.segment.builder import CustomerSelection
from retention.show.i18n import MISSING, _, date, number, percent
from retention.show.measures import measure_name, measure_value
from retention.show.rules import condition_text
from retention.show.tables.groups import ROOM


def condition_rows(result: CustomerSelection) -> pd.DataFrame:
    """A row a condition, and one for the whole rule."""
    table = result.conditions
    names = [condition_text(condition, result.currency) for condition in result.rule.conditions]
    return pd.DataFrame(
        {
            _("Condition"): [*names, _("The whole rule")],
            measure_name("customers"): [number(n) for n in table["customers"]],
            measure_name("share"): [percent(value) for value in table["share"]],
            _("Not known"): [number(n) for n in table["missing"]],
        }
    )


def customer_rows(result: CustomerSelection) -> pd.DataFrame:
    """A row a chosen customer, those who brought most first."""
    table = result.table.head(ROOM)
    words = {True: _("yes"), False: _("no")}
    return pd.DataFrame(
        {
            _("Customer"): table["customer_ref"],
            _("Name"): table["name"].fillna(MISSING),
            measure_name("orders"): [number(n) for n in table["orders"]],
            measure_name("net"): [measure_value("net", value, result.currency) for value in table["net"]],
            _("Last order"): [date(day) for day in table["last_order"]],
            _("Days since the last order"): [number(n) for n in table["days_since_order"]],
            _("Own e-mail address"): [words.get(known, MISSING) for known in table["contactable"]],
            _("Consent to marketing"): [words.get(known, MISSING) for known in table["consent"]],
        }
    )
