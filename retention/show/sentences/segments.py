"""RFM segments and their playbook in words."""

from __future__ import annotations

import pandas as pd

from retention.intervals import ENOUGH
from retention.segment.playbook import SLIPPING, SegmentPlaybook, play_names
from retention.segment.rfm import RfmSegments
from retention.show.i18n import _, interval, money, number, percent


def who_brings_the_money(result: RfmSegments) -> str:
    """How many customers of the segment that brought most brought how much of the net revenue."""
    table, total = result.summary, int(result.summary["customers"].sum())
    if total < ENOUGH:
        return _("Customers to sort into groups: {n}, too few to tell.").format(n=number(total))
    if table["share_of_net"].isna().all():
        return _("Customers got back as much as they paid, or more: there is no net revenue to share out.")
    first = table.loc[table["net"].idxmax()]
    pattern = _("{some} of {all} customers, the group “{segment}”, brought {share} of the net revenue.")
    return pattern.format(
        some=number(first["customers"]),
        all=number(total),
        segment=_(first["segment"]),
        share=percent(first["share_of_net"], 0),
    )


def money_slipping_away(result: RfmSegments) -> str:
    """How much of the net revenue came from customers of segments that slip away; empty where that says nothing."""
    table, plays = result.summary, play_names(result.scheme)
    slipping = table[table["segment"].map(plays).isin(SLIPPING) & (table["customers"] > 0)]
    if slipping["customers"].sum() < ENOUGH or not slipping["share_of_net"].sum() > 0:
        return ""
    pattern = _(
        "{amount} of the net revenue so far, {share}, came from {n} customers who are slipping away ({segments})."
    )
    return pattern.format(
        amount=money(slipping["net"].sum(), result.currency, 0),
        share=percent(slipping["share_of_net"].sum(), 0),
        n=number(slipping["customers"].sum()),
        segments=", ".join(_(name) for name in slipping["segment"]),
    )


def worth(row: pd.Series, playbook: SegmentPlaybook) -> str:
    """What a message to a segment could be worth and how that is reckoned; empty for those best left alone."""
    if not row["enough"]:
        return _("Fewer than 30 customers: too few to tell what a message is worth.")
    if pd.isna(row["worth"]):
        return ""
    pattern = (
        _("Worth about {worth} of profit ({range}): {people} people × {extra} × {aov} an order × {margin} margin.")
        if playbook.has_margin
        else _("Worth about {worth} of revenue ({range}): {people} people × {extra} × {aov} an order.")
    )

    def amount(value: float) -> str:
        return money(value, playbook.currency, 0)

    return pattern.format(
        worth=amount(row["worth"]),
        range=interval(row["worth_low"], row["worth_high"], amount),
        people=number(row["people"]),
        extra=percent(row["extra_share"]),
        aov=money(row["aov"], playbook.currency),
        margin=percent(row["margin"]),
    )
