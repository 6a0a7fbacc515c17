"""What a loyalty programme would have given the shop's own customers, and cost."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from retention.act.balances import YEAR, Events, Ledger, events_of, needed, tier_discounts, walk
from retention.act.programme import LoyaltyProgramme
from retention.errors import EmptyError, OptionError
from retention.intervals import ENOUGH, ratio_of_sums, wilson
from retention.margin import SCALE, check_share
from retention.measure.windows import last_months, whole_months
from retention.orders import Orders, purchases_and_returns
from retention.periods import as_date, day_number, month_number, starts

MOST_ORDERS = 8  # from here on numbers of orders are one group
FRIENDS = ("friend", "word of mouth", "ismerős", "barát", "znajom", "polecen", "arkadaş", "tavsiye", "друз", "знаком")
NOBODY = 0
BALANCES = ("points", "cashback", "gift")


@dataclass(frozen=True)
class LoyaltySimulation:
    """What `simulate_loyalty` returns.

    table: one row a month; customers: one row a member; reach: one row a number of orders; totals: the figures of the whole
    since, until: the first day of the programme and the day after its last
    """

    table: pd.DataFrame
    customers: pd.DataFrame = field(repr=False)
    reach: pd.DataFrame = field(repr=False)
    totals: pd.Series
    programme: LoyaltyProgramme
    since: date
    until: date
    currency: str = field(repr=False)
    notes: tuple[str, ...] = ()


def simulate_loyalty(
    orders: Orders,
    programme: LoyaltyProgramme,
    since: str | date | None = None,
    until: str | date | None = None,
    guests: bool = True,
    margin: float | None = None,
) -> LoyaltySimulation:
    """What a loyalty programme would have given the shop's own customers, and cost, had it run already.

    The purchases of customers who can be told apart are replayed in the order of time. Everybody starts at zero on the first day. The
    replay assumes that nobody buys more because of the programme: what customers have to do differently is what the
    break-even says.

    Points and cashback: an order earns its net revenue × the rate, rounded down to whole points or hundredths of the
    currency. As soon as the minimum has come together, the next order redeems all of it, at most its own net revenue; an order
    earns on its whole net revenue, also on the part that was paid with a reward. Gift: an order of which something was kept earns
    a stamp, and the last stamp of a card brings the gift with the same order; a stamp is worth gift cost ÷ stamps.
    Points, cashback and stamps expire, all of them together, when more than so many days pass after the last purchase. Tiers:
    the net spend of the 365 days before an order gives its discount. Referral: a first-ever purchase of a customer whom a friend
    has sent costs the reward. Refunds: what the file dates to the order never earned anything; a return of its own takes
    back what it would have earned, at most what is open, no stamp and no discount.

    Cost = what was redeemed at face value. Open = earned − taken back − redeemed − expired. Breakage = 1 − redeemed ÷
    earned and not taken back, of what would have been earned at least 365 days before the end if the programme had run since the data
    begin, oldest redeemed first. Extra orders to break even = cost ÷ (average order value × margin).

    Returns a LoyaltySimulation. since and until are the first day and the day after the last; left out, they are the last 12
    complete months. guests: whether who bought without an account takes part. margin: gross margin as a share; left out,
    that of `orders`. table: month, complete, customers, orders, net, earned, taken_back, redeemed, expired, open
    (at the end of the month), cost, rewards. customers: customer_id, customer_ref, orders, net, earned, taken_back,
    redeemed, expired, open, rewards, first_reward_on, orders_to_reward, waiting (whether the next order would bring a reward),
    contactable, consent. reach: orders (the last group holds 8 and more), customers, customer_share, reached (got at least one
    reward), share with low, high. totals: customers, orders, net, aov, cost, cost_a_year (cost × 365 ÷ days unless it is 12
    months), cost_share (÷ net), rewards, earned, taken_back, redeemed, expired, open, breakage with low, high and n (customers), open_after_breakage, reached,
    reached_share with low, high and n, orders_to_reward (median of those who reached one), waiting, waiting_share with
    low and high, margin, extra_orders, extra_share (÷ orders), left_out (purchases of nobody known or of guests), new_customers,
    referred. Money is in currency units, shares run from 0 to 1, intervals are 95 % (Wilson; breakage: delta method). Raises OptionError for what cannot be read
    and EmptyError when nobody known bought in the time.

    When not to trust it: a programme is meant to change behaviour, and this replay lets nothing change. Who buys anyway gets a
    reward all the same, so the cost is real and the gain is a hope until a test shows it. A first year starts at zero and costs
    less than later ones. Under 30 customers a share says little.

    Source: breakage and liability as in IFRS 15, B39–B47.

    >>> import retention as rt
    >>> replay = rt.simulate_loyalty(rt.load_sample("cdnow"), rt.LoyaltyProgramme("cashback", rate=0.02))
    >>> replay.since.isoformat(), int(replay.totals["customers"]), round(replay.totals["cost"], 2)
    ('1997-07-01', 934, 445.18)
    """
    if not isinstance(programme, LoyaltyProgramme):
        raise OptionError(
            "programme={programme!r} is no programme.",
            'Make one, such as rt.LoyaltyProgramme("cashback", rate=0.02).',
            programme=programme,
        )
    since, until = _window(orders, since, until)
    begin, end = day_number(since), day_number(until)
    rows = orders.frame(_rows(orders.orders, orders.customers, guests))
    rows = rows[rows["day"] < end]
    shown = rows[rows["day"] >= begin]
    events = _events(shown)
    if not len(events.customers):
        raise EmptyError(
            "Nobody who can be told apart bought from {first} to {last}.",
            "Choose a longer time, or bring orders that say who bought.",
            first=since,
            last=until - timedelta(days=1),
        )
    notes: list[str] = []
    is_new = np.isin(events.customers, shown.loc[shown["is_first"], "customer_id"])
    ledger, waiting = _ledger(orders, events, programme, end, is_new)
    table = _by_month(events, ledger, programme, since, until, is_new)
    customers = _by_customer(orders, events, ledger, waiting, programme)
    totals = _totals(table, customers, is_new, programme, notes)
    totals["left_out"] = ((shown["customer_id"] == NOBODY) & shown["is_purchase"]).sum()
    totals |= _breakage(rows, programme, end, notes)
    totals["open_after_breakage"] = totals["open"] * (1 - totals["breakage"])
    totals |= _break_even(orders, totals, margin, since, until, notes)
    days = (until - since).days
    totals["cost_a_year"] = totals["cost"] if whole_months(since, until) == 12 else totals["cost"] * YEAR / days
    if days < YEAR:
        notes.append("Less than a year of data: the cost of a year is counted up from it, and a season may be missing.")
    if totals["customers"] < ENOUGH:
        notes.append("Fewer than 30 customers bought in this time: too few to tell.")
    return LoyaltySimulation(
        table,
        customers,
        _reach(customers),
        pd.Series(totals, dtype=float),
        programme,
        since,
        until,
        orders.currency,
        tuple(notes),
    )


def _window(orders: Orders, since: str | date | None, until: str | date | None) -> tuple[date, date]:
    if since is None and until is None:
        return last_months(orders, 12)
    begin = orders.since if since is None else max(as_date("since", since), orders.since)
    finish = orders.as_of if until is None else min(as_date("until", until), orders.as_of)
    if begin >= finish:
        raise OptionError(
            "No day of data lies between since={begin} and until={finish}.",
            "The data run from {first} to {last}.",
            begin=begin,
            finish=finish,
            first=orders.since,
            last=orders.as_of - timedelta(days=1),
        )
    return begin, finish


@lru_cache
def _rows(orders: ir.Table, customers: ir.Table, guests: bool) -> ir.Table:
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


def _events(rows: pd.DataFrame) -> Events:
    known = rows[rows["customer_id"] != NOBODY]
    return events_of(*(known[name].to_numpy() for name in ("customer_id", "day", "net", "is_purchase")))


def _ledger(
    orders: Orders, events: Events, programme: LoyaltyProgramme, end: int, is_new: np.ndarray
) -> tuple[Ledger, np.ndarray]:
    """What happened at every event, and whom the next order would bring a reward."""
    if programme.kind in BALANCES:
        ledger = walk(events, programme, end)
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


def _by_month(
    events: Events, ledger: Ledger, programme: LoyaltyProgramme, since: date, until: date, is_new: np.ndarray
) -> pd.DataFrame:
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


def _by_customer(
    orders: Orders, events: Events, ledger: Ledger, waiting: np.ndarray, programme: LoyaltyProgramme
) -> pd.DataFrame:
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


def _reach(customers: pd.DataFrame) -> pd.DataFrame:
    groups = customers.groupby(customers["orders"].clip(upper=MOST_ORDERS))["rewards"]
    table = pd.DataFrame({"customers": groups.size()})
    table["customer_share"] = table["customers"] / len(customers)
    known = customers["rewards"].notna().all()
    table["reached"] = groups.agg(lambda rewards: (rewards > 0).sum()) if known else np.nan
    table["share"] = table["reached"] / table["customers"]
    table["low"], table["high"] = wilson(table["reached"], table["customers"])
    return table.reset_index()


def _totals(
    table: pd.DataFrame, customers: pd.DataFrame, is_new: np.ndarray, programme: LoyaltyProgramme, notes: list[str]
) -> dict[str, float]:
    sums = table[["orders", "net", "cost", "rewards", "earned", "taken_back", "redeemed", "expired"]].sum()
    totals = sums.to_dict() | {"customers": len(customers), "open": table["open"].iloc[-1]}
    net, is_referral = totals["net"], programme.kind == "referral"
    totals["aov"] = net / totals["orders"]
    totals["cost_share"] = totals["cost"] / net if net > 0 else np.nan
    got = customers["rewards"] > 0
    totals["new_customers"] = is_new.sum()
    totals["referred"] = totals["rewards"] if is_referral else np.nan
    n = is_new.sum() if is_referral else len(customers)
    totals["reached"] = np.nan if programme.referred_share is not None else got.sum()
    totals["reached_share"] = totals["reached"] / n if n else np.nan
    totals["reached_low"], totals["reached_high"] = map(float, wilson(totals["reached"], n))
    totals["reached_n"] = n
    totals["orders_to_reward"] = customers["orders_to_reward"].median()
    waiting = np.nan if is_referral else customers["waiting"].sum()
    totals |= {"waiting": waiting, "waiting_share": waiting / len(customers)}
    totals["waiting_low"], totals["waiting_high"] = map(float, wilson(waiting, len(customers)))
    if is_referral and programme.referred_share is None:
        notes.append("Referred are new customers of whom the customers file says that a friend has sent them.")
        if not totals["referred"]:
            notes.append("The customers file names nobody whom a friend has sent: give the share that you expect.")
    elif is_referral:
        notes.append("The share of new customers whom a friend sends is your assumption. It is not known who they are.")
    return totals


def _breakage(rows: pd.DataFrame, programme: LoyaltyProgramme, end: int, notes: list[str]) -> dict[str, float]:
    """Of what was earned a year or more before the end, the share that was never redeemed."""
    breakage = dict.fromkeys(("breakage", "breakage_low", "breakage_high", "breakage_n"), np.nan)
    if programme.kind not in BALANCES:
        return breakage
    events = _events(rows)
    ledger = walk(events, programme, end, old=end - YEAR)
    earned, redeemed = ledger.old_earned.astype(float), ledger.old_redeemed.astype(float)
    total, n = earned.sum(), (earned > 0).sum()
    if not total > 0:
        notes.append("How much is never redeemed cannot be told: nothing would have been earned a year or more ago.")
        return breakage
    low, high = ratio_of_sums(
        n, redeemed.sum(), total, (redeemed**2).sum(), (earned**2).sum(), (earned * redeemed).sum()
    )
    low, high = np.clip([1 - high, 1 - low], 0, 1)
    return {
        "breakage": 1 - redeemed.sum() / total,
        "breakage_low": low,
        "breakage_high": high,
        "breakage_n": n,
    }


def _break_even(
    orders: Orders, totals: dict[str, float], margin: float | None, since: date, until: date, notes: list[str]
) -> dict[str, float]:
    share = check_share(margin) if margin is not None else _margin(orders, since, until)
    if np.isnan(share):
        notes.append("Without a gross margin it is not known how many more orders would pay for the programme.")
    each = totals["aov"] * share
    extra = totals["cost"] / each if each > 0 else np.nan
    return {"margin": share, "extra_orders": extra, "extra_share": extra / totals["orders"]}


def _margin(orders: Orders, since: date, until: date) -> float:
    """The margin of what known customers spent in the time."""
    if orders.margin is None or orders.margin.is_one_number:
        return np.nan if orders.margin is None else orders.margin.share
    carried = purchases_and_returns(orders)
    known = carried.filter(
        carried.customer_id.notnull(), carried.day >= day_number(since), carried.day < day_number(until)
    )
    sums = orders.frame(known.aggregate(net=known.net.sum(), profit=known.profit.sum())).iloc[0]
    return sums["profit"] / sums["net"] / SCALE if sums["net"] > 0 else np.nan


def _months(day: np.ndarray) -> np.ndarray:
    """The month number of every day number."""
    return day.astype(np.int64).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) + 12 * 1970
