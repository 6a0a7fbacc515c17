"""`Orders`: the one handle every analysis takes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Protocol

import ibis
import ibis.expr.types as ir
import pandas as pd

from retention.engine import Dataset
from retention.errors import EmptyError, OptionError, check_option
from retention.margin import Margin, check_share, lines_with_cost, with_profit
from retention.periods import as_date, day_number
from retention.report import Report
from retention.schema import (
    ASSIGNMENTS,
    CUSTOMERS,
    EVENTS,
    FEEDBACK,
    LINES,
    MONEY,
    ORDERS,
    PEOPLE,
    PRODUCTS,
    SIDE_TABLES,
    SPEND,
    TICKETS,
)

COUNTABLE = ("test", "pending", "cancelled")
OMITTABLE = ("wholesale", "unidentified")
# A filtered shop asks the same questions of tables of these names, which `frame` puts in their place.
CHOSEN = {
    name: ibis.table(table.schema(), name=f"chosen_{name}")
    for name, table in (("orders", ORDERS), ("lines", LINES), ("customers", CUSTOMERS))
}
FIRST_DAY = ibis.table({"day": "int32"}, name="chosen_first_day")  # one row: where a filter by date begins
MEMBERS = ibis.table({"customer_id": "int32"}, name="chosen_members")  # who meets the rules of a filter


class CustomerRule(Protocol):
    """Says which customers are looked at; `retention.segment.rules.Rule` does. It can be hashed."""

    def members(self, history: ir.Table, as_of: date) -> ir.Table:
        """The customers, by their customer_id. history: see `whole_history`."""


@dataclass(frozen=True)
class Selection:
    """Which orders are looked at, and which of them count. Empty means all, by the usual rules."""

    start: date | None = None
    end: date | None = None
    shops: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    count: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()
    customers: tuple[CustomerRule, ...] = ()


@dataclass(frozen=True, eq=False)
class Orders:
    """The orders of a shop: lazy tables, the facts that hold for all of them, and the account of every row.

    `lines`, `orders` and `customers` are unbound Ibis tables (columns: see `retention.schema`); `frame` runs an
    expression over them. Money in the tables is an integer number of hundredths; what public functions return is in currency
    units. `as_of` is the end of observation: the day after the last order. Nothing reads the clock.

    >>> import retention as rt
    >>> orders = rt.load_sample("cdnow")
    >>> orders.as_of
    datetime.date(1998, 7, 1)
    >>> orders.filter(end="1997-12-31").as_of
    datetime.date(1998, 1, 1)
    """

    dataset: Dataset = field(repr=False)
    observed_from: date
    as_of: date
    currency: str
    timezone: str
    fingerprint: str
    report: Report = field(repr=False)
    selection: Selection = Selection()
    margin: Margin | None = None

    @property
    def since(self) -> date:
        """The first day that is looked at: where the data begin, or the first day of the filter."""
        return max(self.observed_from, self.selection.start or self.observed_from)

    @property
    def lines(self) -> ir.Table:
        """One row a line of the selected orders."""
        return LINES if self.selection == Selection() else CHOSEN["lines"]

    @property
    def orders(self) -> ir.Table:
        """One row an order. With a category filter it is the order of that category: its lines, their money, and a
        purchase only if one of them is a product of positive quantity and price.

        `order_number`, `first_day` and `first_month` always count over the whole history of the shop: a filter
        chooses orders, it does not make an old customer new.
        """
        return ORDERS if self.selection == Selection() else CHOSEN["orders"]

    @property
    def customers(self) -> ir.Table:
        """One row a customer with at least one selected order.

        The columns describe the whole history by the usual rules, whatever `count` and `leave_out` say about the orders.
        """
        return CUSTOMERS if self.selection == Selection() else CHOSEN["customers"]

    @property
    def people(self) -> ir.Table:
        """One row a person of a customers file, also those who never bought; a filter of orders leaves it whole."""
        return PEOPLE

    @property
    def events(self) -> ir.Table:
        """One row a view, cart or wish of an events file; a filter of orders leaves it whole."""
        return EVENTS

    @property
    def feedback(self) -> ir.Table:
        """One row a rating or review; a filter of orders leaves it whole."""
        return FEEDBACK

    @property
    def tickets(self) -> ir.Table:
        """One row a support ticket; a filter of orders leaves it whole."""
        return TICKETS

    @property
    def spend(self) -> ir.Table:
        """One row a month and channel of marketing spend; a filter of orders leaves it whole."""
        return SPEND

    @property
    def products(self) -> ir.Table:
        """One row a product of a products file, also those never sold; a filter of orders leaves it whole."""
        return PRODUCTS

    @property
    def assignments(self) -> ir.Table:
        """One row a unit of an experiment and its variant; a filter of orders leaves it whole."""
        return ASSIGNMENTS

    def has(self, table: str) -> bool:
        """Whether a file brought this table: people, events, feedback, tickets, spend, products or assignments.

        >>> import retention as rt
        >>> rt.load_sample("cdnow").has("people")
        False
        """
        check_option("table", table, tuple(side.get_name() for side in SIDE_TABLES.values()))
        return (self.dataset.folder / f"{table}.parquet").exists()

    def frame(
        self,
        expression: ir.Table,
        given: dict[str, ir.Table] | None = None,
        brought: dict[str, pd.DataFrame] | None = None,
    ) -> pd.DataFrame:
        """Run an Ibis expression over `lines`, `orders` and `customers`; return a pandas frame.

        given: name → table that the expression names besides, so that a question with another number in it is not written anew.
        brought: name → rows from elsewhere that it names besides.

        >>> import retention as rt
        >>> orders = rt.load_sample("cdnow")
        >>> int(orders.frame(orders.customers.count().as_table()).iloc[0, 0])
        2357
        """
        return self.dataset.frame(expression, _chosen(self.selection, self.as_of, self.margin) | (given or {}), brought)

    def filter(
        self,
        start: str | date | None = None,
        end: str | date | None = None,
        channels: str | tuple[str, ...] | list[str] = (),
        countries: str | tuple[str, ...] | list[str] = (),
        categories: str | tuple[str, ...] | list[str] = (),
        shops: str | tuple[str, ...] | list[str] = (),
        count: str | tuple[str, ...] | list[str] = (),
        leave_out: str | tuple[str, ...] | list[str] = (),
        customers: CustomerRule | tuple[CustomerRule, ...] = (),
    ) -> Orders:
        """The same shop seen through a filter: first and last day (both included), channels, countries, categories, shops.

        A last day also ends the observation: `as_of` becomes the day after it. Filtering a filtered `Orders` narrows
        it further. count: states whose orders count as purchases although they usually do not ("test", "pending",
        "cancelled"). leave_out: orders treated as if they had never been placed ("wholesale": far beyond the usual order;
        "unidentified": naming nobody). Both change the history itself: a customer's orders are numbered anew. customers: a
        rule (`rule_of`) or several; only the orders of customers who meet them all are left. A rule looks at the whole history
        up to the end of observation, so that no other filter but these two and the last day changes who somebody is.

        Raises OptionError for a date or a word that cannot be read and EmptyError when no order is left.
        """
        old = self.selection
        first = None if start is None else as_date("start", start)
        last = None if end is None else as_date("end", end)
        if first is not None and first <= self.since:
            first = None
        if last is not None and last >= self.as_of - timedelta(days=1):
            last = None
        chosen = Selection(
            start=max(filter(None, (first, old.start)), default=None),
            end=min(filter(None, (last, old.end)), default=None),
            channels=_both(channels, old.channels),
            countries=_both(countries, old.countries),
            categories=_both(categories, old.categories),
            shops=_both(shops, old.shops),
            count=_more("count", count, old.count, COUNTABLE),
            leave_out=_more("leave_out", leave_out, old.leave_out, OMITTABLE),
            customers=tuple(dict.fromkeys((*old.customers, *_rules(customers)))),
        )
        as_of = self.as_of if chosen.end is None else min(self.as_of, chosen.end + timedelta(days=1))
        narrowed = replace(self, selection=chosen, as_of=as_of)
        if narrowed.frame(narrowed.orders.limit(1)).empty:
            raise EmptyError("No order matches these filters.", "Widen the dates or clear a filter.")
        return narrowed

    def with_margin(self, margin: float | dict[str, float] | str) -> Orders:
        """The same shop with its gross margin, which turns revenue into profit wherever profit is asked for.

        margin: one share of net revenue (0.35 for 35 %); a share for every category, with "" for lines of none; or
        "products": net revenue − cost of one piece × pieces kept, by the products file. Lines whose product has no cost
        there get the average margin of those that have. Profit is gross: shipping, fees, wages and advertising are not
        in it.

        Raises OptionError for a share outside 0 to 1, a category without one, and costs that no file holds.

        >>> import retention as rt
        >>> rt.load_sample("cdnow").with_margin(0.3).margin.share
        0.3
        """
        if margin == "products":
            return replace(self, margin=Margin(self._margin_of_costs(), costs=True))
        if not isinstance(margin, dict):
            return replace(self, margin=Margin(check_share(margin)))
        lines = LINES.select("category").distinct()
        missing = sorted({name or "" for name in self.frame(lines)["category"].fillna("")} - set(margin))
        if missing:
            raise OptionError(
                "margin has no share for {missing}.",
                'Give every category its share, and "" the share of what has no category.',
                missing=", ".join(repr(name) for name in missing[:5]),
            )
        shares = {name: check_share(share) for name, share in margin.items()}
        rest = shares.pop("", 0.0)
        return replace(self, margin=Margin(rest, by_category=tuple(sorted(shares.items()))))

    def _margin_of_costs(self) -> float:
        """Σ (net − cost × pieces) ÷ Σ net over the lines whose product has a cost."""
        known = None
        if self.has("products"):
            bought = ORDERS.filter(ORDERS.is_purchase | ORDERS.is_return)
            lines = lines_with_cost(LINES.semi_join(bought, "order_id"))
            lines = lines.filter(lines.cost.notnull())
            known = self.frame(lines.aggregate(net=lines.net.sum(), cost=(lines.cost * lines.quantity).sum())).iloc[0]
        if known is None or not known["net"] > 0:
            raise OptionError(
                "No product that was sold has a cost.",
                "Add a products file with the cost of one piece, or give the margin as a share, such as 0.35.",
            )
        return min(max(1 - float(known["cost"]) / float(known["net"]), 0.0), 1.0)

    def set_aside(self) -> pd.DataFrame:
        """Every row of the files that was not used: file, line, column, value, reason, amount, text of the row."""
        return pd.read_parquet(self.dataset.folder / "set_aside.parquet")


# Writing an expression takes longer than many a query; a filtered shop asks the same ones again.
@lru_cache
def _chosen(selection: Selection, as_of: date, margin: Margin | None) -> dict[str, ir.Table]:
    """What the selected tables stand for, by their names; each may name those before it."""
    if selection == Selection():
        return {}
    chosen = {}
    if selection.customers:
        chosen[MEMBERS.get_name()] = _members(selection, as_of, margin)
    orders, lines = _selected(selection), LINES
    if selection.categories:
        lines = LINES.filter(LINES.category.isin(selection.categories))
        orders = _inside(orders, lines)
    if selection != Selection(categories=selection.categories):
        lines = lines.semi_join(_selected(selection), "order_id")
    customers = CUSTOMERS.semi_join(orders, "customer_id")
    for name, table in (("orders", orders), ("lines", lines), ("customers", customers)):
        chosen[CHOSEN[name].get_name()] = table
    if selection.start is not None:
        chosen[FIRST_DAY.get_name()] = ibis.literal(day_number(selection.start), "int32").name("day").as_table()
    return chosen


def _members(selection: Selection, as_of: date, margin: Margin | None) -> ir.Table:
    """The customers who meet every rule of a filter."""
    history = _whole_history(selection.count, selection.leave_out, as_of, margin)
    first, *more = (rule.members(history, as_of) for rule in selection.customers)
    for members in more:
        first = first.semi_join(members, "customer_id")
    return first


def _inside(orders: ir.Table, inside: ir.Table) -> ir.Table:
    """The orders as far as these lines of theirs go."""
    sums = inside.group_by("order_id").aggregate(
        units=inside.units.sum(),
        gross=inside.gross.sum(),
        discounts=inside.discount.sum(),
        refunds=inside.refund.sum(),
        net=inside.net.sum(),
        bought=((inside.quantity > 0) & (inside.unit_price > 0)).any(),
        returned=inside.is_return.any(),
    )
    joined = orders.drop("units", *MONEY).inner_join(sums, "order_id")
    return joined.mutate(
        is_purchase=joined.is_purchase & joined.bought,
        is_return=joined.is_return | (joined.is_purchase & ~joined.bought & joined.returned),
    ).select(ORDERS.columns)


def _selected(chosen: Selection) -> ir.Table:
    orders = _history(chosen) if chosen.count or chosen.leave_out else ORDERS
    conditions = []
    if chosen.start is not None:
        conditions.append(orders.day >= day_number(chosen.start))
    if chosen.end is not None:
        conditions.append(orders.day <= day_number(chosen.end))
    for column, values in (("channel", chosen.channels), ("country", chosen.countries), ("shop", chosen.shops)):
        if values:
            conditions.append(orders[column].isin(values))
    orders = orders.filter(conditions) if conditions else orders
    return orders.semi_join(MEMBERS, "customer_id") if chosen.customers else orders


def _history(chosen: Selection) -> ir.Table:
    """All orders by other rules than the usual ones, each customer's purchases numbered by these rules."""
    orders = ORDERS
    if "wholesale" in chosen.leave_out:
        orders = orders.filter(~orders.is_wholesale)
    if "unidentified" in chosen.leave_out:
        orders = orders.filter(orders.customer_id.notnull())
    counted = orders.is_purchase | (orders.status.isin(chosen.count) & orders.has_product)
    orders = orders.mutate(is_purchase=counted if chosen.count else orders.is_purchase)
    is_known = orders.is_purchase & orders.customer_id.notnull()
    bought = orders.filter(is_known).select("order_id", "customer_id", "day", "month")
    numbered = bought.select(
        "order_id",
        new_number=bought.order_id.rank().over(ibis.window(group_by="customer_id", order_by="order_id")) + 1,
    )
    firsts = bought.group_by("customer_id").aggregate(new_day=bought.day.min(), new_month=bought.month.min())
    joined = orders.left_join(numbered, "order_id").drop("order_id_right").left_join(firsts, "customer_id")
    return joined.mutate(
        order_number=joined.new_number.cast("int32"), first_day=joined.new_day, first_month=joined.new_month
    ).select(ORDERS.columns)


def _both(new: str | tuple[str, ...] | list[str], old: tuple[str, ...]) -> tuple[str, ...]:
    new = (new,) if isinstance(new, str) else new
    if not new or not old:
        return tuple(sorted(new or old))
    common = tuple(sorted(set(new) & set(old)))
    if not common:
        raise EmptyError("No order matches these filters.", "Widen the dates or clear a filter.")
    return common


def _more(
    name: str, new: str | tuple[str, ...] | list[str], old: tuple[str, ...], allowed: tuple[str, ...]
) -> tuple[str, ...]:
    new = (new,) if isinstance(new, str) else new
    for word in new:
        check_option(name, word, allowed)
    return tuple(sorted({*new, *old}))


def _rules(customers: CustomerRule | tuple[CustomerRule, ...]) -> tuple[CustomerRule, ...]:
    rules = tuple(customers) if isinstance(customers, tuple | list) else (customers,)
    for rule in rules:
        if not hasattr(rule, "members"):
            raise OptionError("customers={rule!r} is not a rule.", "Make one of it with rt.rule_of.", rule=rule)
    return rules


def whole_history(orders: Orders) -> ir.Table:
    """The orders that carry revenue up to the end of observation, whichever of them a filter chooses; with their `profit`
    where there is a margin. Which orders count is as the filter has it."""
    chosen = orders.selection
    return _whole_history(chosen.count, chosen.leave_out, orders.as_of, orders.margin)


@lru_cache
def _whole_history(count: tuple[str, ...], leave_out: tuple[str, ...], as_of: date, margin: Margin | None) -> ir.Table:
    orders = _history(Selection(count=count, leave_out=leave_out)) if count or leave_out else ORDERS
    carries = orders.filter(orders.is_purchase | orders.is_return, orders.day < day_number(as_of))
    return carries if margin is None else with_profit(carries, LINES, margin)


def purchases_and_returns(orders: Orders) -> ir.Table:
    """The orders that carry revenue: purchases, and refund documents for their money; with their `profit`."""
    return _with_revenue(orders.orders, orders.lines, orders.margin)


def known_purchases(orders: Orders) -> ir.Table:
    """The purchases of customers who can be told apart."""
    return _known_purchases(orders.orders)


@lru_cache
def _with_revenue(orders: ir.Table, lines: ir.Table, margin: Margin | None) -> ir.Table:
    return with_profit(orders.filter(orders.is_purchase | orders.is_return), lines, margin)


@lru_cache
def _known_purchases(orders: ir.Table) -> ir.Table:
    return orders.filter(orders.is_purchase, orders.customer_id.notnull())
