"""What the coming months would bring if something changed, beside what they bring as things are."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from threading import Condition

import numpy as np
import pandas as pd
from cachetools import LRUCache, cached

from retention.act.answers import break_even, tornado, waterfall
from retention.act.beside import Outcome, side_by_side
from retention.act.buyers import buyers
from retention.act.facts import Shipping, facts
from retention.act.levers import Changes, check_changes
from retention.act.outcome import Baseline, alike, free_shipping, parts, staying
from retention.act.presets import WinOrKeep, lever_table, presets, win_or_keep
from retention.orders import Orders
from retention.predict.forecast import forecast_with_drivers


@dataclass(frozen=True)
class ChangeSimulation:
    """What `simulate_change` returns.

    table: one row a coming month, state (now, changed) and part; totals: the same over all these months
    waterfall: one row a lever that moved: what it adds to net and profit; they sum to the whole change to the cent
    tornado: one row a lever: what a tenth less and a tenth more of it alone would change
    break_even: one row a lever: how far it alone would have to move to pay for what the change costs; empty where nothing costs
    changes: what was changed, without what holds for now as well
    levers: one row a lever: what it is now, changed, within which bounds it moves, and whether it can
    anyway: what is given away in these months for orders that would have come without it
    presets: the changes that can be tried with one click; win_or_keep: what a new customer costs beside one more order
    shipping: what free shipping over the threshold among the changes means; None without one
    """

    table: pd.DataFrame
    totals: pd.DataFrame
    waterfall: pd.DataFrame
    tornado: pd.DataFrame = field(repr=False)
    break_even: pd.DataFrame = field(repr=False)
    levers: pd.DataFrame = field(repr=False)
    changes: Changes
    anyway: float
    presets: dict[str, Changes] = field(repr=False)
    win_or_keep: WinOrKeep = field(repr=False)
    shipping: Shipping | None = field(repr=False)
    margin: float
    months: int
    tested: int
    currency: str
    notes: tuple[str, ...] = ()


def simulate_change(orders: Orders, changes: Changes | None = None, months: int = 12) -> ChangeSimulation:
    """The coming months once more, with some of what drives them changed: beside the forecast as it is, month by month.

    "Now" is `forecast_revenue`: new customers × first order + their later orders × a later order + the later orders of the
    customers there are + orders that name nobody. A lever changes one of these and leaves the others as the forecast has them.

    New customers, orders of a customer and order value change by a share of what they are (0.1 is a tenth more). Second order: so
    many more of the new customers ever come for a second one, and go on like those who do now. Retention: the chance to stay
    after the first order moves by that share (to 99 % at most), and the odds of leaving after any later order by the same factor;
    customers you have leave less from their next order on, and nobody who has left comes back. Returns: the share of the
    revenue that goes back.

    Discount: a share off the price, for a share of the orders of all, of new or of returning customers, or of second orders of new
    ones. Its cost is what it takes off orders that would have come anyway; how many more come for it (uplift) is the open
    question, and 0 unless you say. Whoever comes for it gets it. Free shipping over a threshold: the shipping that orders above it pay
    now is lost; topped up is the share of orders from three quarters of the threshold on that grow to reach it. Both are counted
    with the order value as changed.

    Customers count once in a month, and once over all months. Those you have: the chance of each to be still there and order. New
    ones: those who come, and those of earlier months who order again. Both by the model and the season of the forecast; more
    orders of a customer are more in the same time with the shop. Keeping more of them, and more second orders, add
    customers to the months; over all months it is the same people, who order more. Orders that name nobody have no customers.
    Where too few have come back for a model, only new ones are counted.

    Profit = net revenue at its usual price × margin − discount − lost shipping − cost of a new customer × new customers − other
    cost. Cost of a new customer: marketing spend ÷ new customers of the last 12 months, where a file tells it; nothing
    where not. Margin and cost of a new customer that only the change names hold for now as well. Its range: what is earned on
    sales may be off as far as the net revenue, relative to it; what new customers and other cost take is spent as planned.

    The steps of the waterfall are taken in this order: new customers, second order, retention, orders of a customer, order value,
    returns, discount, its uplift, free shipping, topped up, margin, cost of a new customer, other cost. Break-even: how far
    one lever alone would have to move for costs and discounts to leave as much profit as now.

    Returns a ChangeSimulation. changes: lever → value. new_customers, second_order, retention, frequency, aov,
    discount_uplift (relative); returns, discount, discount_share, topped_up, margin (shares); free_shipping, cac,
    cost (currency units; cost over all these months); discount_to ("all", "new", "returning", "second"). months: 1
    to 36. table and totals: state, part (existing, new, unknown, cost, total), net, low, high, orders, customers (of the totals:
    different ones in all these months, not the sum of them), new_customers, profit, profit_low, profit_high. The range of
    net is that of the forecast, as far as it reaches up and down, times changed ÷ now. waterfall:
    lever, net, profit. tornado: lever, net_less, net_more, profit_less, profit_more. break_even: lever, now, needed,
    change. levers: lever, unit, now, changed, low, high, possible. Raises OptionError for a lever or value that is not possible, EmptyError
    with fewer than 6 complete months and where a lever has nothing to move.

    When not to trust it: it says what a change would bring, not whether you can bring it about: a test does. Its range holds how
    far the forecast may be off, nothing else. Levers are taken to leave each other alone, while a higher price costs
    customers and more advertising wins worse ones. Discounts pull orders forward that are missing later; that is not in it.

    >>> import retention as rt
    >>> more = rt.simulate_change(rt.load_sample().with_margin(0.35), {"second_order": 0.05})
    >>> more.totals.query("part == 'total'")["net"].round(-2).tolist()
    [748400.0, 757900.0]
    """
    asked = check_changes(changes)
    base = _baseline(orders, months)
    base, moves = _as_told(base, asked)
    before, after = (Outcome(parts(base, made), buyers(base, made)) for made in ({}, moves))
    table, totals = side_by_side(base.forecast, before, after)
    return ChangeSimulation(
        table=table,
        totals=totals,
        waterfall=waterfall(base, moves),
        tornado=tornado(base),
        break_even=break_even(base, moves),
        levers=lever_table(base, moves),
        changes=moves,
        anyway=float(sum(made["anyway"].sum() for made in after.parts.values())),
        presets=presets(base),
        win_or_keep=win_or_keep(base, moves),
        shipping=free_shipping(base.facts, moves) if "free_shipping" in moves else None,
        margin=base.facts.margin,
        months=months,
        tested=base.forecast.tested,
        currency=orders.currency,
        notes=(*base.forecast.notes, *_notes(base, asked, moves, totals)),
    )


def _question(orders: Orders, months: int) -> tuple[str, ...]:
    return orders.fingerprint, f"{orders.selection} {orders.margin} {orders.as_of}", str(months)


# A lever moves and everything is asked again; what does not move is kept.
@cached(LRUCache(8), key=_question, condition=Condition())
def _baseline(orders: Orders, months: int) -> Baseline:
    forecast, drivers = forecast_with_drivers(orders, months)
    return Baseline(forecast, drivers, facts(orders), alike(drivers))


def _as_told(base: Baseline, changes: Changes) -> tuple[Baseline, Changes]:
    """What is known only because the change names it holds for now too, and is no change."""
    told = {key: changes[key] for key in ("margin", "cac") if key in changes and np.isnan(getattr(base.facts, key))}
    return replace(base, facts=replace(base.facts, **told)), {k: v for k, v in changes.items() if k not in told}


def _notes(base: Baseline, asked: Changes, moves: Changes, totals: pd.DataFrame) -> list[str]:
    notes = []
    if totals["customers"].isna().any():
        notes.append("Too few customers have come back to tell how many different ones buy: only new ones are counted.")
    if np.isnan(base.facts.margin):
        notes.append("Without the gross margin only revenue can be told, not profit: set it in the sidebar or here.")
    elif np.isnan(base.facts.cac):
        notes.append(
            "What new customers cost is not known, so profit is before advertising. You can give the number here."
        )
    if "cac" in asked and "cac" not in moves:
        notes.append("What a new customer costs is taken as you gave it, now and changed.")
    if "margin" in asked and "margin" not in moves:
        notes.append("The margin is taken as you gave it, now and changed.")
    if moves.get("retention", 0) > 0:
        most = staying(base, moves["retention"]).stay
        if most < staying(base, 0.0).stay * (1 + moves["retention"]) - 1e-9:
            notes.append("Retention cannot rise so far: at most 99 of 100 customers stay after an order.")
    return notes
