"""The customers who meet a rule, and what they are worth."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from retention.errors import EmptyError
from retention.intervals import wilson
from retention.orders import Orders, Selection, known_purchases, whole_history
from retention.periods import day_number
from retention.schema import CUSTOMERS
from retention.segment.conditions import Condition
from retention.segment.fields import FIELDS, SEGMENTS, of_known, source
from retention.segment.rules import Rule, judged, rule_of

TOLD = ("name", "email", "phone", "country", "city", "contactable", "consent")


@dataclass(frozen=True)
class CustomerSelection:
    """What `select_customers` returns.

    table: one row a chosen customer. conditions: one row a condition and one for the whole rule; columns of both: see there
    customers, net: how many are chosen and what they brought; share, share_of_net: of all customers; repeat_rate with its interval
    reachable: how many of them have an e-mail address of their own and agreed to marketing
    untold: how many customers cannot be judged, because something the rule asks for is missing
    """

    table: pd.DataFrame = field(repr=False)
    conditions: pd.DataFrame
    rule: Rule
    customers: int
    all_customers: int
    share: float
    net: float
    share_of_net: float
    repeat_rate: float
    repeat_rate_low: float
    repeat_rate_high: float
    reachable: int
    untold: int
    currency: str
    notes: tuple[str, ...] = ()


def select_customers(orders: Orders, rule: str | dict | Rule, limit: int | None = None) -> CustomerSelection:
    """The customers who meet a rule, such as "spent over 500 and silent for more than 90 days".

    A rule looks at everything known of a customer up to the end of observation. Filters choose among the customers and do not
    change who somebody is: whoever spent 500 in all has spent 500 in every channel. Only the last day of a filter, and which
    orders count, change what a rule sees.

    A condition about something that is not known of a customer is neither met nor failed. Such a customer is chosen only if the
    rest of the rule decides, and is counted as not known otherwise.

    Net revenue is that of all orders, refunds taken off. Discount share = discounts ÷ gross revenue. Full price is an order
    without a discount and without a code. Age = year of the end of observation − year of birth. The rating is the last one. A
    product that came back was bought all the same. Who has no tags in a customers file that knows tags has none.

    rule: what `rule_of` takes. limit: so many rows of the table, those who brought most; all the figures are of everybody.

    Returns a CustomerSelection. table: customer_id, customer_ref, name, email, phone, country, city, contactable (has an e-mail
    address of their own), consent, orders, net (currency units), first_order, last_order, days_since_order; those who brought
    most first. conditions: field, test, value, days, customers (who meet it, by itself), missing (of whom it cannot be told),
    share (customers ÷ all customers); the last row, without a field, is the whole rule. share_of_net = net of the chosen ÷ net
    of all customers; repeat_rate = chosen with two or more purchases ÷ chosen, with its 95 % Wilson interval. Raises
    OptionError for a rule that cannot be read and EmptyError when no purchase names a customer.

    When not to trust it: a rule that asks for orders, such as at least two, chooses by the outcome, so that the repeat rate of
    its customers is high by definition. A word that is written in two ways is two words. Who agreed to marketing in another
    system is not known here.

    >>> import retention as rt
    >>> rule = {"all": [{"field": "orders", "test": "at least", "value": 2}, {"field": "days_since_order", "test": "more than", "value": 90}]}
    >>> chosen = rt.select_customers(rt.load_sample("cdnow"), rule)
    >>> chosen.customers, chosen.repeat_rate, chosen.untold
    (853, 1.0, 0)
    """
    rule = rule_of(rule)
    each = judged(rule, whole_history(orders), orders.as_of)
    if replace(orders.selection, end=None, count=(), leave_out=()) != Selection():
        each = _looked_at(each, known_purchases(orders))
    sums = orders.frame(_sums(each, len(rule.conditions))).iloc[0].fillna(0)
    total, chosen = int(sums["all"]), int(sums["met"])
    if not total:
        raise EmptyError(
            "No order names a customer who can be told apart.", "Export the orders with an e-mail or customer number."
        )
    low, high = wilson(sums["repeaters"], chosen)
    return CustomerSelection(
        table=_listed(orders, each, limit),
        conditions=_conditions(rule, sums),
        rule=rule,
        customers=chosen,
        all_customers=total,
        share=chosen / total,
        net=float(sums["net_met"]) / 100,
        share_of_net=float(sums["net_met"] / sums["net"]) if sums["net"] > 0 else np.nan,
        repeat_rate=float(sums["repeaters"] / chosen) if chosen else np.nan,
        repeat_rate_low=float(low),
        repeat_rate_high=float(high),
        reachable=int(sums["reachable"]),
        untold=int(sums["untold"]),
        currency=orders.currency,
        notes=_notes(rule, int(sums["untold"])),
    )


def starting_rules(orders: Orders) -> dict[str, Rule]:
    """Rules to start from, by name: big_and_silent, one_order, only_discounts, can_be_written, and bought_one_not_other where there are two
    categories or products. Amounts are round numbers of this shop's own: twice what a customer brings on average."""
    history = whole_history(orders)
    known = history.filter(history.customer_id.notnull())
    average = orders.frame(known.aggregate(net=known.net.sum().fill_null(0), n=known.customer_id.nunique())).iloc[0]
    amount = _round(float(average["net"]) / max(int(average["n"]), 1) / 50)
    rules = {
        "big_and_silent": (Condition("net", "at least", amount), Condition("days_since_order", "more than", 90)),
        "one_order": (Condition("orders", "at most", 1), Condition("days_since_order", "between", (30, 60))),
        "only_discounts": (Condition("full_price", "is", False),),
        "can_be_written": (
            Condition("contactable", "is", True),
            Condition("consent", "is", True),
            Condition("days_since_order", "more than", 180),
        ),
    }
    for name in ("categories", "products"):
        if len(most := known_words(orders, name, 2)) == 2:
            first, second = most
            bought = (Condition(name, "any of", first), Condition(name, "none of", second))
            rules = {"big_and_silent": rules.pop("big_and_silent"), "bought_one_not_other": bought, **rules}
            break
    return {name: Rule("all", parts) for name, parts in rules.items()}


def known_fields(orders: Orders) -> list[str]:
    """The fields of which this shop knows something, in the order of `FIELDS`."""
    people = {name: field for name, field in FIELDS.items() if field.source == "customers"}
    rows = source("customers", CUSTOMERS, orders.as_of)
    told = orders.frame(rows.aggregate(**{name: field.value(rows).count() for name, field in people.items()})).iloc[0]
    known = {name: bool(told[name]) for name in people}
    known |= {"profit": orders.margin is not None, "score": orders.has("feedback")}
    known |= {name: bool(known_words(orders, name, 1)) for name, field in FIELDS.items() if field.kind == "words"}
    return [name for name in FIELDS if known.get(name, True)]


def known_words(orders: Orders, field: str, limit: int = 500) -> list[str]:
    """The words that a field holds in this shop, those of most rows first; at most so many."""
    if field == "segment":
        return list(SEGMENTS)
    paid = of_known(whole_history(orders), orders.as_of)
    rows = source(FIELDS[field].source, paid, orders.as_of)
    words = rows.select(word=FIELDS[field].value(rows))
    words = (
        words.filter(words.word.notnull() & (words.word != ""))
        .group_by("word")
        .aggregate(rows=lambda table: table.count())
    )
    found = orders.frame(words.order_by(words.rows.desc(), words.word).limit(limit))
    if field != "tags":
        return found["word"].tolist()
    return list(dict.fromkeys(tag for tags in found["word"] for tag in tags.split(",") if tag))


def _round(amount: float) -> float:
    """Two leading digits, as people say it; at least 1."""
    unit = 10 ** max(len(str(int(amount))) - 2, 0)
    return max(round(amount / unit) * unit, 1)


@lru_cache
def _looked_at(each: ir.Table, purchases: ir.Table) -> ir.Table:
    return each.semi_join(purchases, "customer_id")


@lru_cache
def _sums(each: ir.Table, conditions: int) -> ir.Table:
    agreed = CUSTOMERS.filter(CUSTOMERS.contactable, CUSTOMERS.consent).select(reached="customer_id")
    each = each.left_join(agreed, each.customer_id == agreed.reached)
    met = {f"met_{n}": each.count(where=each[f"met_{n}"]) for n in range(conditions)}
    missing = {f"missing_{n}": each.count(where=each[f"met_{n}"].isnull()) for n in range(conditions)}
    return each.aggregate(
        all=each.count(),
        met=each.count(where=each.is_met),
        untold=each.count(where=each.is_met.isnull()),
        net=each.net.sum(),
        net_met=each.net.sum(where=each.is_met),
        reachable=each.count(where=each.is_met & each.reached.notnull()),
        repeaters=each.count(where=each.is_met & (each.orders > 1)),
        **met,
        **missing,
    )


def _listed(orders: Orders, each: ir.Table, limit: int | None) -> pd.DataFrame:
    table = orders.frame(_people(each, limit)).sort_values(
        ["net", "customer_ref"], ascending=[False, True], ignore_index=True
    )
    first, last = table.pop("first_day"), table.pop("last_day")
    table["net"] = table["net"] / 100
    table["first_order"], table["last_order"] = (pd.to_datetime(day, unit="D") for day in (first, last))
    table["days_since_order"] = day_number(orders.as_of) - last.astype("int64")
    return table


@lru_cache
def _people(each: ir.Table, limit: int | None) -> ir.Table:
    chosen = each.filter(each.is_met).select("customer_id", "orders", "net", "first_day", "last_day")
    people = CUSTOMERS.select(person="customer_id", customer_ref="customer_ref", **{name: name for name in TOLD})
    joined = chosen.inner_join(people, chosen.customer_id == people.person)
    joined = joined.select("customer_id", "customer_ref", *TOLD, "orders", "net", "first_day", "last_day")
    return joined if limit is None else joined.order_by(joined.net.desc(), joined.customer_ref).limit(limit)


def _conditions(rule: Rule, sums: pd.Series) -> pd.DataFrame:
    rows = [
        {**condition.as_dict(), "customers": sums[f"met_{n}"], "missing": sums[f"missing_{n}"]}
        for n, condition in enumerate(rule.conditions)
    ]
    rows.append({"field": None, "customers": sums["met"], "missing": sums["untold"]})
    table = pd.DataFrame(rows, columns=["field", "test", "value", "days", "customers", "missing"])
    table[["customers", "missing"]] = table[["customers", "missing"]].astype("int64")
    return table.assign(share=table["customers"] / sums["all"])


def _notes(rule: Rule, untold: int) -> tuple[str, ...]:
    notes = []
    if untold:
        notes.append(
            "Customers of whom something the rule asks for is not known are left out, and they would be left out of the opposite too."
        )
    asked = {condition.field for condition in rule.conditions}
    if asked & {"orders", "segment"}:
        notes.append("The rule itself asks for orders, so how many bought more than once says nothing beyond the rule.")
    return tuple(notes)
