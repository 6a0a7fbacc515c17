"""Which products do customers buy again, after how many days, and who is due for one?"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from retention.errors import check_option
from retention.intervals import ENOUGH, Z95, wilson
from retention.orders import Orders, known_purchases
from retention.periods import day_number
from retention.segment.people import contacts

BY = ("product", "category")
YEAR, MONTH = 365, 30
MOST = 10_000  # rows of the list of who is due
_EXACT = 1e-9
_MOST_DAYS = 2**20


@dataclass(frozen=True)
class Replenishment:
    """What `replenishment_table` returns.

    table: one row a product that somebody bought again, the one with most intervals first
    due: who is due for which product, the likeliest first
    products: how many products known customers bought at all
    """

    table: pd.DataFrame
    due: pd.DataFrame = field(repr=False)
    products: int
    by: str
    notes: tuple[str, ...] = ()


def replenishment_table(orders: Orders, by: str = "product") -> Replenishment:
    """Which products customers buy again, after how many days, and who is due to buy one again.

    An interval is the number of days between two purchases of one product by one customer on different days; two on one day
    are one. Whoever has not bought it again yet is not left out but censored: the interval that is still open counts as
    "longer than the days until the end of the data" (Kaplan–Meier). Without that a short history would make every interval
    short. With F(t) the share of all purchases that were followed by another of that product within t days, the quartiles and
    the median are the first days on which F reaches 25, 50 and 75 of 100 of F(horizon): they are those of the customers who come
    back within the horizon, the last day for which at least 30 purchases were observed (1 where fewer than 30 intervals are over).

    Bought again = customers who bought it on a second day ÷ customers who bought it, up to now; recent buyers, who had little
    time, are in it. Within a year = the same from the first purchase by Kaplan–Meier, which allows for them. Due is whose last
    purchase of a product of at least 30 customers who bought it again lies no less than the lower and no more than the upper
    quartile ago; the list holds the 10,000 likeliest. Chance = share of those who waited as long without buying that bought within the
    next 30 days.

    by: "product" (told apart by its number, without one by its name) or "category", where any product of it counts. With
    filters, the purchases that pass them.

    Returns a Replenishment. table: product_id and product, or category; buyers (customers), bought_again (customers), share_again with
    low and high (Wilson), intervals (observed), median_days, lower_quartile, upper_quartile, horizon (days), within_year with
    within_year_low and within_year_high (Greenwood, on the scale of log(−log); missing where nobody was observed for a year), enough (at
    least 30 customers bought it again). due: customer_id, the product or category, last_day, due_day (last_day and the median),
    days_over (from due_day to the end of the data, negative where it is still to come), chance (0 to 1), customer_ref, name, email,
    phone, contactable, consent. Shares run from 0 to 1, intervals are 95 %. Raises OptionError for an unknown by.

    Sources: Kaplan & Meier (1958), JASA 53, 457–481; Kalbfleisch & Prentice (1980), 1.3.

    When not to trust it: a product that lasts and is bought once more as a present or for another room looks the same as one that
    runs out; look at the share who come back, not only at the days. Customers with many purchases weigh more in the days. A pack
    of three lasts longer than a single piece, which is not looked at. What is bought elsewhere is not seen.

    >>> import retention as rt
    >>> result = rt.replenishment_table(rt.load_sample("shop"))
    >>> result.table.loc[0, "product"], int(result.table.loc[0, "buyers"]), int(result.table.loc[0, "bought_again"])
    ('USB-C cable 2 m', 661, 119)
    """
    check_option("by", by, BY)
    days, counts = product_purchases(orders, by), intervals(orders, by)
    curve = _curve(counts, "events", "leaving")
    table = _buyers(counts).join(_quartiles(curve)).join(_within_year(counts))
    table = table[table["bought_again"] > 0].sort_values(["intervals", "buyers"], ascending=False, kind="stable")
    due = _due(orders, days, table[table["enough"] & table["median_days"].notna()], curve)
    names = orders.frame(product_names(orders.lines, by)).set_index("key")
    return Replenishment(
        table=_named(table.reset_index(), names),
        due=_named(due.head(MOST).join(contacts(orders), on="customer_id"), names),
        products=counts["key"].nunique(),
        by=by,
        notes=_notes(counts, table, due),
    )


def product_purchases(orders: Orders, by: str) -> ir.Table:
    """Every purchase of a product by a customer: key (of `product_names`), customer_id, day."""
    return _purchases(known_purchases(orders), orders.lines, by)


def intervals(orders: Orders, by: str) -> pd.DataFrame:
    """By key and days: how many intervals of a product were over, or still open, after so many days; see `_histogram`."""
    counts = orders.frame(_histogram(product_purchases(orders, by).distinct(), day_number(orders.as_of) - 1))
    return counts.sort_values(["key", "days"], ignore_index=True)


def usual_days(counts: pd.DataFrame) -> pd.DataFrame:
    """By key: what `replenishment_table` says of buyers and quartiles, from the `intervals`."""
    return _buyers(counts).join(_quartiles(_curve(counts, "events", "leaving")))


@lru_cache
def _purchases(bought: ir.Table, lines: ir.Table, by: str) -> ir.Table:
    names, lines = product_names(lines, by), lines.filter(lines.quantity > 0, lines.unit_price > 0)
    lines = lines.inner_join(names, _group(lines, by) == names[names.columns[0]]).select("order_id", "key")
    days = lines.inner_join(bought.select("order_id", "customer_id", "day"), "order_id")
    return days.select("key", "customer_id", "day")


def _group(lines: ir.Table, by: str) -> ir.StringValue:
    return lines.category if by == "category" else ibis.coalesce(lines.product_id, lines.product)


@lru_cache
def product_names(lines: ir.Table, by: str) -> ir.Table:
    """The products, or categories, with a number each that is quicker to count by: 0, 1, 2, … in alphabetical order."""
    named = lines.select(group=_group(lines, by), product=lines.product).filter(lambda table: table.group.notnull())
    named = named.group_by("group").aggregate(product=ibis.coalesce(named.product.max(), named.group.max()))
    named = named.mutate(key=ibis.row_number().over(ibis.window(order_by="group")).cast("int32"))
    if by == "category":
        return named.select(category="group", key="key")
    return named.select(product_id="group", product="product", key="key")


@lru_cache
def _histogram(days: ir.Table, last_day: int) -> ir.Table:
    """How many intervals of a product were over, or still open, after so many days; the first ones of customers apart."""
    along = ibis.window(group_by=["key", "customer_id"], order_by="day")
    each = days.mutate(next_day=days.day.lead().over(along), is_first=days.day.lag().over(along).isnull())
    each = each.mutate(days=ibis.coalesce(each.next_day, last_day) - each.day, is_over=each.next_day.notnull())
    first = each.is_first
    return each.group_by("key", "days").aggregate(
        events=each.count(where=each.is_over),
        leaving=each.count(),
        first_events=each.count(where=first & each.is_over),
        first_leaving=each.count(where=first),
    )


@lru_cache
def _last_days(days: ir.Table, keys: tuple[int, ...], first: int, last: int) -> ir.Table:
    """The last day on which a customer bought one of these products, if it lies between two days."""
    last_days = days.filter(days.key.isin(keys)).group_by("key", "customer_id").aggregate(day=days.day.max())
    return last_days.filter(last_days.day >= first, last_days.day <= last)


def _curve(counts: pd.DataFrame, events: str, leaving: str) -> pd.DataFrame:
    """Kaplan–Meier of every product at once, on the days on which something happened; see `retention.survival`."""
    curve = counts.loc[counts[leaving] > 0, ["key", "days", events, leaving]]
    curve = curve.set_axis(["key", "days", "events", "leaving"], axis=1).reset_index(drop=True)
    products = curve.groupby("key")["leaving"]
    curve["at_risk"] = products.transform("sum") - products.cumsum() + curve["leaving"]
    staying = curve["at_risk"] - curve["events"]
    curve["share"] = (staying / curve["at_risk"]).groupby(curve["key"]).cumprod()
    below = (curve["at_risk"] * staying).where(staying > 0)
    terms = (curve["events"] / below).fillna(np.inf).where(curve["events"] > 0, 0.0)
    curve["error"] = np.sqrt(terms.groupby(curve["key"]).cumsum())
    return curve


def _quartiles(curve: pd.DataFrame) -> pd.DataFrame:
    """By product: the horizon, and the days by which quarters of those who come back within it have done so."""
    products = curve.groupby("key")
    before = products["share"].shift(fill_value=1.0)
    observed = np.where(products["events"].transform("sum") >= ENOUGH, ENOUGH, 1)
    inside = curve[curve["at_risk"] >= observed * before - _EXACT]
    returned = 1 - inside["share"]
    most = 1 - inside.groupby("key")["share"].transform("min")
    found = inside.groupby("key").agg(horizon=("days", "max")).astype(float)
    for name, part in (("lower_quartile", 0.25), ("median_days", 0.5), ("upper_quartile", 0.75)):
        reached = inside[(most > 0) & (returned >= part * most - _EXACT)]
        found[name] = reached.groupby("key")["days"].min().astype(float)
    return found


def _buyers(counts: pd.DataFrame) -> pd.DataFrame:
    sums = counts.groupby("key")[["first_leaving", "first_events", "events"]].sum()
    found = sums.set_axis(["buyers", "bought_again", "intervals"], axis=1)
    found["share_again"] = found["bought_again"] / found["buyers"]
    found["low"], found["high"] = wilson(found["bought_again"], found["buyers"])
    found["enough"] = found["bought_again"] >= ENOUGH
    return found


def _within_year(counts: pd.DataFrame) -> pd.DataFrame:
    """By product: the share of buyers who bought again within a year of their first purchase, with its interval."""
    curve = _curve(counts, "first_events", "first_leaving")
    seen = curve.groupby("key")["days"].max() >= YEAR
    last = curve[curve["days"] <= YEAR].groupby("key")[["share", "error"]].last().reindex(seen.index)
    share = last["share"].where(seen | (last["share"] == 0))
    inside = share.where((share > _EXACT) & (share < 1 - _EXACT))
    reach = np.exp(Z95 * last["error"] / np.abs(np.log(inside)))
    ends = {"within_year_low": 1 - inside ** (1 / reach), "within_year_high": 1 - inside**reach}
    return pd.DataFrame({"within_year": 1 - share, **ends})


def _due(orders: Orders, days: ir.Table, table: pd.DataFrame, curve: pd.DataFrame) -> pd.DataFrame:
    """Who bought one of these products last between the lower and the upper quartile ago."""
    today = day_number(orders.as_of)
    keys = tuple(int(key) for key in sorted(table.index))
    reach = (table["upper_quartile"].max(), table["lower_quartile"].min()) if keys else (0, 0)
    due = orders.frame(_last_days(days, keys or (-1,), *(today - int(ago) for ago in reach)))
    due = due.merge(table[["lower_quartile", "median_days", "upper_quartile"]].reset_index(), on="key")
    due["waited"] = today - due["day"]
    due = due[due["waited"].between(due["lower_quartile"], due["upper_quartile"])]
    due["days_over"] = (due["waited"] - due["median_days"]).astype("int64")
    for name, day in (("last_day", due["day"]), ("due_day", due["day"] + due["median_days"])):
        due[name] = pd.to_datetime(day.astype("int64"), unit="D").astype("datetime64[s]")
    now, later = (_share_left(curve, due["key"], due["waited"] + more - 1) for more in (0, MONTH))
    due["chance"] = 1 - later / now
    due = due.sort_values(["chance", "key", "customer_id"], ascending=[False, True, True], ignore_index=True)
    return due[["customer_id", "key", "last_day", "due_day", "days_over", "chance"]]


def _share_left(curve: pd.DataFrame, keys: pd.Series, days: pd.Series) -> np.ndarray:
    """Of the purchases of a product, the share that was not followed by another within so many days."""
    codes, products = pd.factorize(curve["key"])
    code = products.get_indexer(keys)
    steps = codes * _MOST_DAYS + curve["days"].to_numpy()
    place = np.searchsorted(steps, code * _MOST_DAYS + days.to_numpy(), side="right") - 1
    share = curve["share"].to_numpy()[place]
    return np.where(codes[place] == code, share, 1.0)


def _named(frame: pd.DataFrame, names: pd.DataFrame) -> pd.DataFrame:
    """With the product's number and name, or the category, in the place of its key."""
    place = frame.columns.get_loc("key")
    left, right = frame.columns[:place], frame.columns[place + 1 :]
    return frame.join(names, on="key")[[*left, *names.columns, *right]]


def _notes(counts: pd.DataFrame, table: pd.DataFrame, due: pd.DataFrame) -> tuple[str, ...]:
    notes = []
    if counts.empty:
        notes.append("No purchase of a customer who can be told apart names what was bought.")
    elif table.empty:
        notes.append("Nobody has bought the same thing on two days yet.")
    elif not table["enough"].any():
        notes.append(
            "Nothing was bought again by at least 30 customers: too few to tell who is due. The days in the table rest on a "
            "handful of people."
        )
    if len(due) > MOST:
        notes.append("The list of who is due holds the 10,000 likeliest.")
    return tuple(notes)
