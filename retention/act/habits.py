"""Habits around discounts: who always pays full price, and who always waits for a code."""

from __future__ import annotations

from retention.act.kinds import Kind
from retention.act.moments import Shop

OFTEN = 3  # orders


def full_price(shop: Shop, notes: list[str]) -> Kind | None:
    """Who has bought three times or more, never with a discount or a code, and has not lapsed."""
    if not shop.uses_discounts:
        notes.append("Full-price buyers: no order had a discount or a code, so everybody pays full price.")
        return None
    members = tuple(
        (moment.orders >= OFTEN) & (moment.discounted == 0) & (moment.silent <= shop.lapse_days)
        for moment in shop.moments
    )
    return Kind("full_price", members, {"orders": OFTEN})


def habits(shop: Shop, notes: list[str]) -> Kind | None:
    """Who has always bought with a discount or a code, on two days or more, and is due by their own rhythm without having lapsed."""
    if not shop.uses_discounts:
        notes.append("Discount habits: no order had a discount or a code.")
        return None
    members = tuple(
        (moment.days >= 2)
        & (moment.discounted == moment.orders)
        & (moment.silent >= moment.usual_gap)
        & (moment.silent <= shop.lapse_days)
        for moment in shop.moments
    )
    return Kind("habits", members)
