"""What a loyalty programme would have given the shop's own customers, and cost."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import pandas as pd

from retention.act.balances import YEAR, walk
from retention.act.programme import LoyaltyProgramme
from retention.act.replay import BALANCES, NOBODY, by_customer, by_month, events_in, ledger_of, reach_of, rows_of
from retention.errors import EmptyError, OptionError
from retention.intervals import ENOUGH, ratio_of_sums, wilson
from retention.margin import SCALE, check_share
from retention.measure.windows import last_months, whole_months
from retention.orders import Orders, purchases_and_returns
from retention.periods import as_date, day_number


@dataclass(frozen=True)
class LoyaltySimulation:
    """What `simulate_loyalty` returns.

    table: one row a month; customers: one row a member; reach: one row an order number; totals: the figures of the whole
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

    @property
    def waiting(self) -> pd.DataFrame:
        """The customers whose next order would bring a reward, those with most orders first."""
        table = self.customers[self.customers["waiting"]]
        return table.sort_values(["orders", "customer_id"], ascending=[False, True], ignore_index=True)


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
    contactable, consent. reach: order_number (up to 12), customers (who placed at least so many orders), customer_share, reached (got
    their first reward with this order or an earlier one), share (÷ all customers) with low, high and n. totals: customers, orders, net, aov, cost, cost_a_year (cost × 365 ÷ days unless it is 12
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
    >>> replay.since.isoformat(), int(replay.totals["customers"]), round(float(replay.totals["cost"]), 2)
    ('1997-07-01', 812, 1367.42)
    """
    if not isinstance(programme, LoyaltyProgramme):
        raise OptionError(
            "programme={programme!r} is no programme.",
            'Make one, such as rt.LoyaltyProgramme("cashback", rate=0.02).',
            programme=programme,
        )
    since, until = _window(orders, since, until)
    begin, end = day_number(since), day_number(until)
    rows = orders.frame(rows_of(orders.orders, orders.customers, guests))
    rows = rows[rows["day"] < end]
    shown = rows[rows["day"] >= begin]
    events = events_in(shown)
    if not len(events.customers):
        raise EmptyError(
            "Nobody who can be told apart bought from {first} to {last}.",
            "Choose a longer time, or bring orders that say who bought.",
            first=since,
            last=until - timedelta(days=1),
        )
    notes: list[str] = []
    totals = dict.fromkeys(("breakage", "breakage_low", "breakage_high", "breakage_n"), np.nan)
    is_new = np.isin(events.customers, shown.loc[shown["is_first"], "customer_id"])
    ledger, waiting = ledger_of(orders, events, programme, end, is_new)
    table = by_month(events, ledger, programme, since, until, is_new)
    customers = by_customer(orders, events, ledger, waiting, programme)
    totals |= _totals(table, customers, is_new, programme, notes)
    totals["left_out"] = ((shown["customer_id"] == NOBODY) & shown["is_purchase"]).sum()
    if programme.kind in BALANCES:
        whole = ledger if len(shown) == len(rows) else walk(events_in(rows), programme, end, old=end - YEAR)
        totals |= _breakage(whole.old_earned.astype(float), whole.old_redeemed.astype(float), notes)
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
        reach_of(customers),
        pd.Series(totals, dtype=float),
        programme,
        since,
        until,
        orders.currency,
        tuple(notes),
    )


def loyalty_customers(
    orders: Orders, programme: LoyaltyProgramme, since: str | date | None = None, until: str | date | None = None
) -> pd.DataFrame:
    """The customers whose next order would bring a reward, as a list to write to, those with most orders first.

    They are those who would have enough points, cashback or stamps together, or would buy at a discount, had the programme run from
    since to until; left out, in the last 12 complete months.

    Returns the rows and columns of `simulate_loyalty(…).customers` that wait. Raises what `simulate_loyalty` raises.

    When not to trust it: these people know of the programme only once you have it. Until then the list says how many there would
    be, not whom a reward brings back.

    >>> import retention as rt
    >>> card = rt.LoyaltyProgramme("gift", every=5, gift_cost=10)
    >>> people = rt.loyalty_customers(rt.load_sample("cdnow"), card)
    >>> len(people), bool((people["orders"] % 5 == 4).all())
    (93, True)
    """
    return simulate_loyalty(orders, programme, since, until).waiting


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


def _breakage(earned: np.ndarray, redeemed: np.ndarray, notes: list[str]) -> dict[str, float]:
    """The share that was never redeemed. earned, redeemed: of every customer, what was earned a year or more ago, and what of it was redeemed"""
    total, n = earned.sum(), (earned > 0).sum()
    if not total > 0:
        notes.append("How much is never redeemed cannot be told: nothing would have been earned a year or more ago.")
        return {}
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
