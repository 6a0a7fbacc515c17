"""Customers by age, gender or place as a table."""

from __future__ import annotations

import pandas as pd

from retention.segment.demographics import RATE, DemographicTable
from retention.show.i18n import MISSING, _, interval, number, percent_points
from retention.show.measures import measure_name
from retention.show.tables.groups import amounts, counts, estimates, names


def demographic_rows(result: DemographicTable) -> pd.DataFrame:
    """A row a group: its key figures, and how its second-order rate compares with that of the others."""
    table, currency = result.table, result.currency
    words = {True: _("yes"), False: _("no")}
    is_tested = table["p_adjusted"].notna()
    shown = pd.DataFrame({_("Group"): names(table["group"]), measure_name("customers"): counts(table["customers"])})
    shown[measure_name("share")] = estimates(table, "share", "customers")
    shown[measure_name("net")] = amounts(table, "net", currency)
    for measure in ("aov", "purchase_frequency", "repeat_rate"):
        shown[measure_name(measure)] = estimates(table, measure, "customers", currency)
    shown[_("90 days known")] = counts(table[f"{RATE}_n"])
    shown[measure_name(RATE)] = estimates(table, RATE, f"{RATE}_n")
    shown[_("Beside all others")] = [
        f"{percent_points(row.difference)} ({interval(row.difference_low, row.difference_high, percent_points)})"
        if tested
        else MISSING
        for row, tested in zip(table.itertuples(), is_tested, strict=True)
    ]
    shown[_("p-value, adjusted")] = [number(p, 3) for p in table["p_adjusted"]]
    shown[_("Beyond chance")] = [
        words[bool(differs)] if tested else MISSING for differs, tested in zip(table["differs"], is_tested, strict=True)
    ]
    return shown
