"""Balances of points, cashback or stamps, walked through the orders: at step k every customer takes their k-th event at once."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from retention.act.programme import LoyaltyProgramme

SCALE = 1_000_000  # rates and values of a point are taken to six decimals, so that everything is counted in integers
YEAR = 365
NEVER = np.iinfo(np.int32).max


@dataclass(frozen=True)
class Events:
    """Purchases and returns, by customer and in each by time. starts, counts: where a customer's events lie."""

    customers: np.ndarray
    starts: np.ndarray
    counts: np.ndarray
    day: np.ndarray
    net: np.ndarray  # hundredths
    buys: np.ndarray  # False for a return

    @property
    def customer(self) -> np.ndarray:
        """The place of every event's customer in `customers`."""
        return np.repeat(np.arange(len(self.counts)), self.counts)

    @property
    def order_number(self) -> np.ndarray:
        """Which purchase of its customer it is, counted within these events."""
        upto = np.cumsum(self.buys)
        return upto - np.repeat((upto - self.buys)[self.starts], self.counts)


@dataclass(frozen=True)
class Ledger:
    """What was earned, taken back, redeemed and expired at every event, and what is open of every customer at the end.

    lost_on: the day on which what an event finds expired went; left_expired, left_on: what expired after the last event, and when;
    old_earned, old_redeemed: of every customer, what was earned by the day asked for, and what of it was redeemed
    """

    earned: np.ndarray
    taken_back: np.ndarray
    redeemed: np.ndarray
    expired: np.ndarray
    lost_on: np.ndarray
    open: np.ndarray
    left_expired: np.ndarray
    left_on: np.ndarray
    old_earned: np.ndarray
    old_redeemed: np.ndarray


def events_of(customer_id: np.ndarray, day: np.ndarray, net: np.ndarray, buys: np.ndarray) -> Events:
    """Events of customers who bought among rows sorted by customer and time."""
    starts = _starts(customer_id)
    bought = np.add.reduceat(buys, starts, dtype=np.int64) > 0 if len(starts) else np.zeros(0, bool)
    if not bought.all():
        keep = np.repeat(bought, np.diff(np.append(starts, len(customer_id))))
        customer_id, day, net, buys = (column[keep] for column in (customer_id, day, net, buys))
        starts = _starts(customer_id)
    counts = np.diff(np.append(starts, len(customer_id)))
    return Events(customer_id[starts], starts, counts, day, net, buys)


def walk(events: Events, programme: LoyaltyProgramme, end: int, old: int) -> Ledger:
    """The ledger of points, cashback or stamps. end: the day after the last; old: what was earned by this day is followed."""
    is_gift = programme.kind == "gift"
    expiry = NEVER if programme.expiry_days is None else int(programme.expiry_days)
    least = needed(programme)
    places, steps = _by_step(events)
    day, buys = (_put(column, places) for column in (events.day.astype(np.int64), events.buys))
    worth = _worth(programme, np.abs(events.net), events.buys, events.net > 0)
    earned, most = (_put(column, places) for column in worth)
    back, spent, lost, lost_on = (np.zeros_like(earned) for _ in range(4))
    customers = len(events.counts)
    balance, aged, aged_earned, aged_spent = (np.zeros(customers, np.int64) for _ in range(4))
    last = np.full(customers, -2 * NEVER, np.int64)
    for begin, stop in steps:
        here, now, have, seen = slice(begin, stop), day[begin:stop], balance[: stop - begin], last[: stop - begin]
        bought, gets = buys[here], earned[here]
        gone = now - seen > expiry
        lost[here], lost_on[here] = have * gone, seen + expiry + 1
        have -= lost[here]
        if is_gift:
            have += gets
            spent[here] = (have >= least) * least
        else:
            spent[here] = np.minimum(have, most[here]) * (bought & (have >= least))
            back[here] = np.minimum(have, gets) * ~bought
        part = aged[: stop - begin]
        part *= ~gone
        if is_gift:
            part += gets * (now <= old)
        used, returned = np.minimum(part, spent[here]), np.minimum(part, back[here])
        new = gets * (bought & (now <= old))
        aged_spent[: stop - begin] += used
        aged_earned[: stop - begin] += new - returned
        part += (0 if is_gift else new) - used - returned
        have -= spent[here] + back[here]
        if not is_gift:
            have += gets * bought
        np.copyto(seen, now, where=bought)
    gone = end - 1 - last > expiry
    earned, back, spent, lost, lost_on = (column[places] for column in (earned * buys, back, spent, lost, lost_on))
    # From the order of the walk, customers with most events first, back to that of the events.
    order = np.argsort(-events.counts, kind="stable")
    ends = [balance * ~gone, balance * gone, last + expiry + 1, aged_earned, aged_spent]
    open_, left, left_on, old_earned, old_redeemed = (_unsorted(column, order) for column in ends)
    return Ledger(earned, back, spent, lost, lost_on, open_, left, left_on, old_earned, old_redeemed)


def needed(programme: LoyaltyProgramme) -> int:
    """How many points, hundredths of cashback or stamps must have come together for a reward."""
    if programme.kind == "gift":
        return int(programme.every)
    hundredths = 100 if programme.kind == "cashback" else 1
    return max(1, int(np.ceil(round((programme.minimum or 0) * hundredths, 6))))


def tier_discounts(events: Events, programme: LoyaltyProgramme, end: int) -> tuple[np.ndarray, np.ndarray]:
    """The discount in hundredths that every purchase would have had, and which customers the next purchase would bring one."""
    thresholds = np.array([round(at * 100) for at, _ in programme.tiers])
    shares = np.array([0, *(round(share * SCALE) for _, share in programme.tiers)])
    # One number that ascends through customers and days finds where the last 365 days begin.
    first = int(events.day.min(initial=end)) - YEAR
    span = end - first + 1
    at = events.customer * span + events.day.astype(np.int64) - first
    today = np.arange(len(events.counts)) * span + end - first
    upto = np.concatenate([[0], np.cumsum(events.net)])
    before = upto[:-1] - upto[np.searchsorted(at, at - YEAR)]
    latest = upto[events.starts + events.counts] - upto[np.searchsorted(at, today - YEAR)]
    discount = (
        np.maximum(events.net, 0) * shares[np.searchsorted(thresholds, before, side="right")] // SCALE * events.buys
    )
    return discount, shares[np.searchsorted(thresholds, latest, side="right")] > 0


def _worth(
    programme: LoyaltyProgramme, amount: np.ndarray, buys: np.ndarray, is_positive: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The units that an event earns, or takes back, and the most that can be redeemed at it."""
    counts = is_positive | ~buys
    if programme.kind == "gift":
        stamps = (is_positive & buys).astype(np.int64)
        return stamps, stamps
    if programme.kind == "cashback":
        return amount * round(programme.rate * SCALE) // SCALE * counts, amount * is_positive
    value = round(programme.point_value * SCALE)
    most = amount * is_positive * (SCALE // 100) // value if value else np.full(len(amount), NEVER)
    return amount * round(programme.points_per_unit * SCALE) // (100 * SCALE) * counts, most


def _starts(customer_id: np.ndarray) -> np.ndarray:
    return np.flatnonzero(np.diff(customer_id, prepend=customer_id[:1] - 1)) if len(customer_id) else np.zeros(0, int)


def _by_step(events: Events) -> tuple[np.ndarray, list[tuple[int, int]]]:
    """Where every event lies when first events come first, then second ones, customers with most events leading; and the steps."""
    order = np.argsort(-events.counts, kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    step = np.arange(len(events.day)) - np.repeat(events.starts, events.counts)
    sizes = np.bincount(step)
    bounds = np.concatenate([[0], np.cumsum(sizes)])
    return bounds[step] + np.repeat(place, events.counts), list(pairwise(bounds))


def _put(column: np.ndarray, places: np.ndarray) -> np.ndarray:
    moved = np.empty_like(column)
    moved[places] = column
    return moved


def _unsorted(column: np.ndarray, order: np.ndarray) -> np.ndarray:
    moved = np.empty_like(column)
    moved[order] = column
    return moved
