"""What happens at every order of the shop under a programme, summed by month, by customer and by order number."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from retention.act.balances import YEAR, Events, Ledger, events_of, needed, tier_discounts, walk
from retention.act.programme import LoyaltyProgramme
from retention.intervals import wilson
from retention.orders import Orders
from retention.periods import month_number, starts

MOST_ORDERS = 12  # up to which it is told how many customers get so far
FRIENDS = ("friend", "word of mouth", "ismerős", "barát", "znajom", "polecen", "arkadaş", "tavsiye", "друз", "знаком")
NOBODY = 0
BALANCES = ("points", "cashback", "gift")


@lru_cache
def rows_of(orders: ir.Table, customers: ir.Table, guests: bool) -> ir.Table:
    """Purchases and returns by customer and time; those of nobody known, and of guests who are left out, as customer 0."""
    counted = orders.filter(orders.is_purchase | orders.is_return)
    if not guests:
        members = customers.filter(~customers.is_guest.fill_null(False)).select(member="customer_id")
        counted = counted.left_join(members, counted.customer_id == members.member)
        counted = counted.mutate(customer_id=counted.member)
    rows = counted.select(
        "order_id",
        "day",
        "net",
        "is_purchase",
        customer_id=counted.customer_id.fill_null(NOBODY),
        is_first=(counted.is_purchase & (counted.order_number == 1)).fill_null(False),
    )
    return rows.order_by("customer_id", "order_id")


def events_in(rows: pd.DataFrame) -> Events:
    """The events of these rows of everybody who is known and bought."""
    known = rows[rows["customer_id"] != NOBODY]
    return events_of(*(known[name].to_numpy() for name in ("customer_id", "day", "net", "is_purchase")))


def ledger_of(
    orders: Orders, events: Events, programme: LoyaltyProgramme, end: int, is_new: np.ndarray
) -> tuple[Ledger, np.ndarray]:
    """What happened at every event, and whom the next order would bring a reward."""
    if programme.kind in BALANCES:
        ledger = walk(events, programme, end, old=end - YEAR)
        return ledger, ledger.open >= (programme.every - 1 if programme.kind == "gift" else needed(programme))
    nothing, nobody = np.zeros_like(events.net), np.zeros(len(events.counts), np.int64)
    given, waiting = nothing.copy(), nobody > 0
    if programme.kind == "tiers":
        given, waiting = tier_discounts(events, programme, end)
    elif programme.referred_share is None:
        people = orders.frame(_sent_by_friends(orders.people))["customer_id"]
        first = np.flatnonzero(events.buys & (events.order_number == 1))
        given[first[is_new & np.isin(events.customers, people)]] = round(programme.reward * 100)
    return Ledger(given, nothing, given, nothing, nothing, *[nobody] * 5), waiting


@lru_cache
def _sent_by_friends(people: ir.Table) -> ir.Table:
    said = people.referral.lower()
    return people.filter(people.customer_id.notnull() & ibis.or_(*(said.contains(word) for word in FRIENDS)))[
        ["customer_id"]
    ]


def _money(units: np.ndarray, programme: LoyaltyProgramme) -> np.ndarray:
    """Points, hundredths or stamps in currency units."""
    if programme.kind == "points":
        return units * programme.point_value
    return units * programme.gift_cost / programme.every if programme.kind == "gift" else units / 100


def by_month(
    events: Events, ledger: Ledger, programme: LoyaltyProgramme, since: date, until: date, is_new: np.ndarray
) -> pd.DataFrame:
    """One row a month: what was bought, earned, redeemed, lost, and what is open at its end. is_new: whose first purchase is here"""
    first, last = month_number(since), month_number(until - timedelta(days=1))
    size = last - first + 1
    month = _months(events.day) - first

    def sums(values: np.ndarray, at: np.ndarray = month) -> np.ndarray:
        return np.bincount(at, weights=values, minlength=size)

    customer = events.customer
    bought = np.flatnonzero(events.buys)
    each = customer[bought] * size + month[bought]  # ascends, since a customer's events stand by time
    seen = month[bought][np.diff(each, prepend=-1) > 0]
    table = pd.DataFrame({"month": starts(range(first, last + 1), "month")})
    ends = starts(range(first + 1, last + 2), "month")
    table["complete"] = (table["month"] >= pd.Timestamp(since)) & (ends <= pd.Timestamp(until))
    table["customers"] = np.bincount(seen, minlength=size)
    table["orders"] = sums(events.buys).astype(int)
    table["net"] = sums(events.net) / 100
    units = {name: sums(getattr(ledger, name)) for name in ("earned", "taken_back", "redeemed")}
    units["expired"] = sum(
        sums(lost[lost > 0], _months(day[lost > 0]) - first)
        for lost, day in ((ledger.expired, ledger.lost_on), (ledger.left_expired, ledger.left_on))
    )
    rewards = sums(ledger.redeemed > 0)
    if programme.referred_share is not None:
        begins = np.flatnonzero(events.buys & (events.order_number == 1))[is_new]
        rewards = np.bincount(month[begins], minlength=size) * programme.referred_share
        units["earned"] = units["redeemed"] = rewards * programme.reward * 100
    units["open"] = np.cumsum(units["earned"] - units["taken_back"] - units["redeemed"] - units["expired"])
    for name, values in units.items():
        table[name] = _money(values, programme)
    table["cost"] = table["redeemed"]
    table["rewards"] = rewards
    return table


def by_customer(
    orders: Orders, events: Events, ledger: Ledger, waiting: np.ndarray, programme: LoyaltyProgramme
) -> pd.DataFrame:
    """One row a member."""

    def sums(values: np.ndarray) -> np.ndarray:
        return np.add.reduceat(values, events.starts, dtype=np.int64)

    table = pd.DataFrame({"customer_id": events.customers, "orders": sums(events.buys), "net": sums(events.net) / 100})
    for name in ("earned", "taken_back", "redeemed"):
        table[name] = _money(sums(getattr(ledger, name)), programme)
    table["expired"] = _money(sums(ledger.expired) + ledger.left_expired, programme)
    table["open"] = _money(ledger.open, programme)
    table["rewards"] = sums(ledger.redeemed > 0)
    none = len(events.day)
    at = np.minimum.reduceat(np.where(ledger.redeemed > 0, np.arange(none), none), events.starts)
    got = at < none
    at = np.minimum(at, none - 1)
    days = pd.Series(events.day[at].astype("datetime64[D]").astype("datetime64[s]"))
    table["first_reward_on"] = days.where(got)
    table["orders_to_reward"] = np.where(got, events.order_number[at], np.nan)
    table["waiting"] = waiting
    if programme.referred_share is not None:
        table[["earned", "redeemed", "rewards"]] = np.nan
    known = orders.frame(orders.customers.select("customer_id", "customer_ref", "contactable", "consent"))
    table = table.merge(known, on="customer_id", how="left")
    table.insert(1, "customer_ref", table.pop("customer_ref"))
    return table


def reach_of(customers: pd.DataFrame) -> pd.DataFrame:
    """One row an order number: how many placed so many orders, and how many had their first reward by then."""
    n, numbers = len(customers), np.arange(1, min(int(customers["orders"].max()), MOST_ORDERS) + 1)
    placed, first = np.sort(customers["orders"].to_numpy()), np.sort(customers["orders_to_reward"].dropna().to_numpy())
    table = pd.DataFrame({"order_number": numbers, "customers": n - np.searchsorted(placed, numbers)})
    table["customer_share"] = table["customers"] / n
    is_known = customers["rewards"].notna().all()
    table["reached"] = np.searchsorted(first, numbers, side="right") if is_known else np.nan
    table["share"] = table["reached"] / n
    table["low"], table["high"] = wilson(table["reached"], n)
    table["n"] = n
    return table


def _months(day: np.ndarray) -> np.ndarray:
    """The month number of every day number."""
    return day.astype(np.int64).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) + 12 * 1970
