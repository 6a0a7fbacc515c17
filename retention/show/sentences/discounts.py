"""Discounts in words."""

from __future__ import annotations

import pandas as pd

from retention.intervals import ENOUGH
from retention.measure.discounts import DiscountTable
from retention.show.i18n import _, number
from retention.show.sentences.groups import of_100, verdict

RATE, N = "second_order_rate_90", "second_order_rate_90_n"


def won_with_a_discount(result: DiscountTable) -> str:
    """Whether customers won with a discount come back at full price, in one sentence."""
    full, cheap = (row for _place, row in result.table.iterrows())
    if result.codes.empty:
        return _("No order here has a discount or a code, so there is nothing to compare.")
    if cheap["customers"] == 0:
        return _("Nobody made the first order with a discount, so there is nothing to compare.")
    if full["customers"] == 0:
        return _("Everybody made the first order with a discount, so there is nothing to compare.")
    if cheap["discount_dependence_n"] < ENOUGH:
        return _("Customers won with a discount who came back so far: {n}, too few to tell.").format(
            n=number(cheap["discount_dependence_n"])
        )
    pattern = _(
        "Of 100 later orders of customers won with a discount, {share} are at full price (between {low} and {high}; "
        "{n} customers came back)."
    )
    return pattern.format(**of_100(_paid_in_full(cheap), "full", "n"))


def beside_full_price(result: DiscountTable) -> str:
    """How customers won with a discount compare with the others: who came back, and at which price."""
    full, cheap = (row for _place, row in result.table.iterrows())
    if min(full[N], cheap[N]) == 0:
        return _("No customer is old enough yet to say who comes back within 90 days.")
    parts = []
    if full["discount_dependence_n"] >= ENOUGH:
        pattern = _(
            "Of those who first paid full price it is {share} (between {low} and {high}; {n} customers came back)."
        )
        parts.append(pattern.format(**of_100(_paid_in_full(full), "full", "n")))
    pattern = _(
        "Within 90 days, {share} of 100 customers won with a discount came back (between {low} and {high}; {n} customers)"
    )
    beside = _("of the others {share} (between {low} and {high}; {n} customers).")
    parts.append(f"{pattern.format(**of_100(cheap, RATE, N))}, {beside.format(**of_100(full, RATE, N))}")
    return " ".join([*parts, verdict(cheap, full, RATE, N)])


def _paid_in_full(row: pd.Series) -> pd.Series:
    """The other side of the dependence on discounts."""
    share, low, high = (1 - row[f"discount_dependence{end}"] for end in ("", "_high", "_low"))
    return pd.Series({"full": share, "full_low": low, "full_high": high, "n": row["discount_dependence_n"]})
