"""Two groups beside each other, in words."""

from __future__ import annotations

import pandas as pd

from retention.intervals import ENOUGH
from retention.measure.first_orders import difference
from retention.show.i18n import _, number


def of_100(row: pd.Series, rate: str, n: str) -> dict[str, str]:
    """A rate as people out of a hundred, with its interval and the customers behind it, for the places of a sentence."""
    low, high = (number(row[f"{rate}_{end}"] * 100, 0) for end in ("low", "high"))
    return {"share": number(row[rate] * 100, 0), "low": low, "high": high, "n": number(row[n])}


def verdict(one: pd.Series, other: pd.Series, rate: str, n: str) -> str:
    """Whether one group's rate stands out from the other's beyond chance."""
    if min(one[n], other[n]) < ENOUGH:
        return _("Fewer than 30 customers on one side: too few to tell a difference.")
    _gap, low, high = difference(one, other, rate)
    if low > 0 or high < 0:
        return _("The difference is larger than chance explains.")
    return _("The difference is within what chance explains.")
