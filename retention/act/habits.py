"""Habits: who always pays full price, who always waits for a code, and who orders through one of the smaller channels only."""

from __future__ import annotations

from functools import lru_cache

import ibis
import ibis.expr.types as ir
import numpy as np

from retention.act.kinds import Kind
from retention.act.moments import Shop
from retention.orders import known_purchases

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


def one_channel(shop: Shop, notes: list[str]) -> Kind | None:
    """Who has ordered through one channel only, and not the shop's largest, on two days or more, and is due by their own rhythm.

    Of several such channels it is the one with most of these people, so that one letter with one link fits all of them. Nobody is
    asked to change channel: what a channel costs stands in no order file, and that customers of several channels buy more
    is no effect of the channels. Who cannot be written to, as most who come by a marketplace, is left out.
    """
    bought = known_purchases(shop.orders)
    sizes = shop.orders.frame(_sizes(bought)).sort_values(["n", "channel"], ascending=[False, True])
    if len(sizes) < 2:
        notes.append("Channel habits: all orders came through one channel, or name none.")
        return None
    main = sizes["channel"].iloc[0]
    rows = shop.orders.frame(_elsewhere(bought, main))
    place = shop.place(rows["customer_id"])
    is_habit = rows["other"].isna() & (shop.reachable & (shop.now.days >= 2))[place]
    if not is_habit.any():
        notes.append("Channel habits: nobody who may be written to has ordered twice through a smaller channel only.")
        return None
    channel = rows.loc[is_habit, "channel"].value_counts().sort_index().idxmax()
    is_theirs = (rows["channel"] == channel).to_numpy()
    until = np.full(len(shop.customers), -np.inf)  # the day from which another channel was used, too
    until[place[is_theirs]] = rows.loc[is_theirs, "other"].astype("float64").fillna(np.inf)
    members = tuple(
        (until >= moment.day)
        & shop.reachable
        & (moment.days >= 2)
        & (moment.silent >= moment.usual_gap)
        & (moment.silent <= shop.lapse_days)
        for moment in shop.moments
    )
    return Kind("one_channel", members, {"channel": channel, "main": main})


@lru_cache
def _sizes(bought: ir.Table) -> ir.Table:
    named = bought.filter(bought.channel.notnull())
    return named.group_by("channel").aggregate(n=named.count())


@lru_cache
def _elsewhere(bought: ir.Table, main: str) -> ir.Table:
    """Customers whose first purchase came through a channel other than the main one, and the day of the first through any other."""
    firsts = bought.group_by("customer_id", channel=bought.channel.fill_null("")).aggregate(first_day=bought.day.min())
    place = ibis.row_number().over(ibis.window(group_by="customer_id", order_by=["first_day", "channel"]))
    placed = firsts.mutate(place=place)
    each = placed.group_by("customer_id").aggregate(
        channel=placed.channel.max(where=placed.place == 0), other=placed.first_day.min(where=placed.place == 1)
    )
    return each.filter(~each.channel.isin(["", main]))
