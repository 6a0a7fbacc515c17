"""Low ratings that nobody has answered."""

from __future__ import annotations

from functools import lru_cache

import ibis.expr.types as ir
import numpy as np

from retention.act.kinds import Kind
from retention.act.moments import Shop
from retention.measure.feedback import banded_ratings

WITHIN = 60  # days
DAY_SECONDS = 86_400


def unanswered_ratings(shop: Shop, notes: list[str]) -> Kind | None:
    """Who gave a low rating in the last 60 days, and since then has neither a support ticket nor another order."""
    orders = shop.orders
    if not orders.has("feedback"):
        notes.append("Unanswered low ratings: no file of ratings or reviews was added.")
        return None
    has_tickets = orders.has("tickets")
    if not has_tickets:
        notes.append(
            "Unanswered low ratings: no file of support tickets was added, so ratings that were answered may be among them."
        )
    first = shop.moments[-1].day - WITHIN
    low = orders.frame(_low(banded_ratings(orders), first))
    low = low[np.isin(low["customer_id"], shop.customers)]
    tickets = orders.frame(_opened(orders.tickets, first))
    answers = low.merge(tickets, on="customer_id", how="left")
    answers = answers[answers["opened"] >= answers["day"]]
    answered = answers.groupby(["customer_id", "day"])["opened"].min()  # the first answer to each rating
    low = low.join(answered, on=["customer_id", "day"])
    members = []
    for moment in shop.moments:
        recent = low[(low["day"] < moment.day) & (low["day"] >= moment.day - WITHIN)]
        last_day = moment.last_day[shop.place(recent["customer_id"])]
        is_open = ~(recent["opened"] < moment.day) & (last_day <= recent["day"])
        members.append(shop.among(recent.loc[is_open, "customer_id"]))
    facts = {"within": WITHIN, "has_tickets": has_tickets}
    return Kind("unanswered_ratings", tuple(members), facts, suggest="nothing")


@lru_cache
def _low(ratings: ir.Table, first: int) -> ir.Table:
    low = ratings.filter(ratings.band == "low", ratings.customer_id.notnull(), ratings.day >= first)
    return low.select("customer_id", "day").distinct()


@lru_cache
def _opened(tickets: ir.Table, first: int) -> ir.Table:
    opened = tickets.select("customer_id", opened=(tickets.opened_at.epoch_seconds() // DAY_SECONDS).cast("int32"))
    return opened.filter(opened.customer_id.notnull(), opened.opened >= first).distinct()
