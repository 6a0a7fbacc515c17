"""Who is in which arm of a test, in words."""

from __future__ import annotations

import numpy as np

from retention.experiment.assign import Assignment
from retention.intervals import ENOUGH
from retention.show.charts.assign import trait_name
from retention.show.i18n import _, number

MUCH = 0.25  # an effect of a quarter of what there is


def who_gets_it(result: Assignment) -> str:
    """How many get what, and how many are held back."""
    counts = dict(zip(result.arms["arm"], result.arms["customers"], strict=True))
    facts = {"customers": number(len(result.table)), "held": number(counts.pop(result.experiment.control))}
    if len(counts) == 1:
        pattern = _("{customers} customers: {offer} get the offer, {held} are held back.")
        return pattern.format(offer=number(next(iter(counts.values()))), **facts)
    offers = ", ".join(_("{n} get {arm}").format(n=number(n), arm=arm) for arm, n in counts.items())
    return _("{customers} customers: {offers}, {held} are held back.").format(offers=offers, **facts)


def who_is_left_out(result: Assignment) -> str:
    """How many belong to the population but cannot be written to; empty where there are none."""
    if not result.unreachable:
        return ""
    pattern = _(
        "Left out of all groups, because they have no e-mail address of their own or refused marketing: {customers} customers."
    )
    return pattern.format(customers=number(result.unreachable))


def how_alike(result: Assignment) -> str:
    """Whether the arms are alike in what was known before."""
    apart = [trait_name(row.characteristic, row.group) for row in result.balance.itertuples() if not row.alike]
    if not apart:
        return _("The groups are alike: whatever differs later comes from the offer, or from chance.")
    return _("The groups differ somewhat, by chance, in: {what}.").format(what=", ".join(apart))


def how_small_an_effect(result: Assignment) -> str:
    """How large an effect has to be for a test of this size to see it; honest where that is too large."""
    if result.arms["customers"].min() < ENOUGH:
        return _("Fewer than 30 customers in a group: too few to tell, whatever comes of it.")
    if np.isnan(result.detectable):
        return ""
    pattern = _(
        "Of 100 customers like these, {rate} ordered in the last {days} days. This test can see it if the offer changes that by {change} or "
        "more; a smaller effect would probably go unnoticed."
    )
    rate, change = (number(share * 100, 1) for share in (result.repeat_rate, result.detectable))
    said = pattern.format(rate=rate, change=change, days=number(result.experiment.days))
    if result.detectable <= MUCH * result.repeat_rate:
        return said
    if result.arms.set_index("arm").loc[result.experiment.control, "planned_share"] < 0.5:
        return f"{said} {_('That is a lot to ask of an offer: choose more customers, or hold more of them back.')}"
    return (
        f"{said} {_('That is a lot to ask of an offer: choose more customers, or let their orders count for longer.')}"
    )
