"""Guests and accounts as a table."""

from __future__ import annotations

import pandas as pd

from retention.measure.accounts import AccountTable
from retention.show.i18n import _
from retention.show.tables.discounts import first_order_rows


def account_rows(result: AccountTable) -> pd.DataFrame:
    """Customers with an account and guests."""
    return first_order_rows(result.table, _("Customers with"), result.currency)
