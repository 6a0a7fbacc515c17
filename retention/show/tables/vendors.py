"""Definitions compared, as a table of text."""

from __future__ import annotations

import pandas as pd

from retention.intervals import ENOUGH
from retention.measure.vendors import VendorRates
from retention.show.i18n import MISSING, _, date, interval, number, percent


def vendor_rows(result: VendorRates) -> pd.DataFrame:
    """Every rule with its number, interval, customers and time."""
    rows = list(result.table.itertuples())
    too_few, ours = _("too few to tell"), _("Here")
    return pd.DataFrame(
        {
            _("Figure"): [_(row.name) for row in rows],
            _("Tool"): [ours if row.vendor == "retention" else row.vendor for row in rows],
            _("Rate"): [percent(row.rate) for row in rows],
            _("95 % interval"): [
                MISSING if row.missing else interval(row.low, row.high, percent) if row.customers >= ENOUGH else too_few
                for row in rows
            ],
            _("Customers"): [number(row.customers) for row in rows],
            _("From"): [date(row.start) for row in rows],
            _("To"): [date(row.end - pd.Timedelta(days=1)) for row in rows],
        }
    )
