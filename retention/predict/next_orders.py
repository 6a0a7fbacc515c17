"""When does every customer order next, how many orders is that, and who is due this week?"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from retention.errors import check_option
from retention.orders import Orders
from retention.predict.activity import activity
from retention.predict.chances import YEAR, chances, days_from, days_until, in_week, weeks_ahead
from retention.predict.hindsight import look_back
from retention.predict.models import ActivityModel, fit_activity
from retention.segment.people import contacts

MODELS = ("MBG/NBD", "BG/NBD", "NBD")
Z80 = 1.2815515655446004
MISSED = 0.25  # of the orders that came: so many more or fewer than expected, beyond chance, are a reason to warn
DATES = {"due": 0.5, "low": 0.1, "high": 0.9}


@dataclass(frozen=True)
class NextOrders:
    """What `predict_next_orders` returns.

    table: one row a customer; due: the customers due within the next seven days, the likeliest first
    weeks: one row a week, the last eight as they were expected before and as they came, and the next eight
    backtest: what was said eight weeks ago beside what happened since
    """

    table: pd.DataFrame
    due: pd.DataFrame = field(repr=False)
    weeks: pd.DataFrame = field(repr=False)
    backtest: pd.DataFrame = field(repr=False)
    model: ActivityModel = field(repr=False)
    as_of: date
    notes: tuple[str, ...] = ()


def predict_next_orders(orders: Orders, model: str = "MBG/NBD") -> NextOrders:
    """When every customer will order next, how many orders that makes, and who is due within seven days.

    From how often and how lately a customer bought the model (`fit_activity`) takes p, the chance that they have not left for
    good, and how often they would still buy. Chance of an order within t days = p · F(t), with F(t) = 1 − ((α + T) ÷ (α + T + t))^(r + x),
    where x counts the days with a purchase after the first, T is the days since the first, and r and α are fitted to all
    customers. Due, low and high say when, if at all within a year: the days by which F reaches 50, 10 and 90 of 100 of F(365). So 80
    of 100 orders that come within a year should come between low and high.

    Due this week are as many customers as are expected to order within seven days (the sum of the chances, rounded up), those with
    the highest chances, and whoever's own rhythm falls into these days: the last order and the customer's own median gap, from
    three gaps on. The model knows no rhythm: to it one day is like another. Where the check shows that those due by their own rhythm
    ordered more often than the model said, beyond chance, they come first.

    All is checked on up to six earlier days, eight weeks apart: the model is fitted to the orders before and compared with what
    came. Orders expected in a week are those of the customers of today; those yet to be won are not in it, so the weeks decline.
    Their range is expected × the 10th and the 90th percentile of observed ÷ expected over the weeks of the check, so that 80 of
    100 weeks lay within it.

    model: "MBG/NBD", "BG/NBD" (who bought once never leaves) or "NBD" (nobody leaves). With filters, it takes the purchases that
    pass them.

    Returns a NextOrders. table: customer_id, last_order, orders (days with a purchase), p_alive, chance_week (7 days), chance_month
    (30), chance_year (365), due, low, high (days), own_gap (median, days) and own_due (missing below three gaps), due_this_week (chance,
    rhythm, both or no). due: the same of who is due, with customer_ref, name, email, phone, contactable, consent. weeks:
    first_day, part (past, next), expected, low, high, observed (orders of customers known when it was said, those of one day as
    one; missing for next). backtest: measure (chance_week and chance_month: customers by their chance, each row a fifth of the
    orders expected; interval: of the next orders that came within eight weeks, those between the days by which F reaches 10 and
    90 of 100 of F(56); rhythm: customers whose own rhythm fell into the week), n (customers, once a check), predicted, observed,
    low, high (Wilson), enough (n is at least 30). Shares run from 0 to 1. Raises OptionError for an unknown model and EmptyError
    when fewer than 30 customers have come back.

    Sources: Batislam, Denizel & Filiztekin (2007), International Journal of Research in Marketing 24, 201–209; Fader, Hardie & Lee
    (2005), Marketing Science 24, 275–284, whose posterior distribution of the purchase rate gives F.

    When not to trust it: campaigns, seasons and holidays are not in it, so the weeks before Christmas come out too low and those
    after it too high. A date for somebody who bought once is little more than the average of all who did. A chance is that of the
    customer ordering unasked, not of a message working.

    >>> import retention as rt
    >>> result = rt.predict_next_orders(rt.load_sample("cdnow"))
    >>> len(result.table), result.due["chance_week"].is_monotonic_decreasing
    (2349, True)
    """
    check_option("model", model, MODELS)
    known = activity(orders)
    fitted = fit_activity(known["frequency"], known["recency"], known["T"], model=model)
    table = _table(orders, chances(orders, known, fitted))
    past, backtest = look_back(orders, model)
    return NextOrders(
        table=table,
        due=_due(orders, table, _keeps_rhythm(backtest)),
        weeks=_with_range(past, weeks_ahead(known, fitted, orders.as_of)),
        backtest=backtest,
        model=fitted,
        as_of=orders.as_of,
        notes=(*fitted.notes, *_notes(orders, backtest)),
    )


def _table(orders: Orders, each: pd.DataFrame) -> pd.DataFrame:
    for name, share in DATES.items():
        each[name] = days_from(orders.as_of, np.floor(days_until(share, YEAR, each["shape"], each["scale"])))
    first = ["customer_id", "last_order", "orders", "p_alive", "chance_week", "chance_month", "chance_year"]
    table = each[[*first, *DATES, "own_gap", "own_due"]].copy()
    ranked = table.sort_values(["chance_week", "last_order", "customer_id"], ascending=[False, False, True])
    likeliest = ranked.index[: int(np.ceil(table["chance_week"].sum() - 1e-9))]
    is_likely, is_rhythm = table.index.isin(likeliest), in_week(table["own_due"], orders.as_of)
    table["due_this_week"] = np.select(
        [is_likely & is_rhythm, is_likely, is_rhythm], ["both", "chance", "rhythm"], default="no"
    )
    return table


def _keeps_rhythm(backtest: pd.DataFrame) -> bool:
    """Whether customers whose own rhythm fell into a week ordered in it more often than the model said, beyond chance."""
    rows = backtest[(backtest["measure"] == "rhythm") & backtest["enough"].eq(True)]
    return bool((rows["low"] > rows["predicted"]).any())


def _due(orders: Orders, table: pd.DataFrame, rhythm_first: bool) -> pd.DataFrame:
    due = table[table["due_this_week"] != "no"]
    due = due.assign(later=rhythm_first & (due["due_this_week"] == "chance"))
    order = {"later": True, "chance_week": False, "last_order": False, "customer_id": True}
    due = due.sort_values(list(order), ascending=list(order.values())).drop(columns="later")
    return due.join(contacts(orders), on="customer_id").reset_index(drop=True)


def _with_range(past: pd.DataFrame, coming: pd.DataFrame) -> pd.DataFrame:
    """All weeks, with the range that 80 of 100 of the past ones would have kept."""
    weeks = coming.assign(part="next", observed=np.nan)
    if len(past):
        weeks = pd.concat([past.assign(part="past"), weeks], ignore_index=True)
        low, high = np.quantile(past["observed"] / past["expected"], [0.1, 0.9])
        weeks["low"], weeks["high"] = low * weeks["expected"], high * weeks["expected"]
    else:
        half = Z80 * np.sqrt(weeks["expected"])
        weeks["low"], weeks["high"] = np.maximum(weeks["expected"] - half, 0.0), weeks["expected"] + half
    return weeks[["first_day", "part", "expected", "low", "high", "observed"]]


def _missed(rows: pd.DataFrame) -> float:
    """Orders by which groups of the check missed what was expected of them, beyond chance ÷ orders that came."""
    is_off = (rows["predicted"] < rows["low"]) | (rows["predicted"] > rows["high"])
    missed = rows["n"] * (rows["predicted"] - rows["observed"]).abs()
    return missed[is_off].sum() / max((rows["n"] * rows["observed"]).sum(), 1.0)


def _notes(orders: Orders, backtest: pd.DataFrame) -> tuple[str, ...]:
    notes = []
    if (orders.as_of - orders.since).days < YEAR:
        notes.append("The orders cover less than a year: the model has not seen a whole round of seasons.")
    if orders.selection.start is not None:
        notes.append("The filter hides early orders, so some customers look newer than they are.")
    rows = backtest[backtest["measure"] == "chance_month"]
    if rows.empty:
        notes.append(
            "The history is too short to compare what would have been expected with what came: the range of the week is only "
            "that of chance."
        )
    elif _missed(rows) > MISSED:
        notes.append(
            "On earlier days the chances did not come true in this shop. Trust the order of the list, not the percentages."
        )
    if _keeps_rhythm(backtest):
        notes.append(
            "Customers of this shop keep their own rhythm more than the model knows: those due by it come first."
        )
    return tuple(notes)
