"""Repeat and retention under the rules of other tools, side by side, with the reason for the gap."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from retention.errors import EmptyError
from retention.intervals import wilson
from retention.orders import Orders
from retention.periods import day_number, month_number, period_start

AGE = 3  # the month of a cohort that is compared; 0 is the month of the first purchase
OLD, RECENT, LATELY = 730, 365, 180  # days before the end of the data


@dataclass(frozen=True)
class Rule:
    """How a tool counts. sentence: who is counted of whom. why: why the number differs from ours."""

    key: str
    vendor: str
    name: str
    measure: str
    sentence: str
    why: str


RULES = (
    Rule(
        "repeat",
        "retention",
        "Repeat purchase rate, last month",
        "repeat",
        "Customers with two or more purchases in the last complete month ÷ customers of that month.",
        "Both purchases have to fall into the same month, so it is low wherever people buy less often than that.",
    ),
    Rule(
        "repeat_to_date",
        "retention",
        "Repeat purchase rate to date",
        "repeat",
        "Customers with a second purchase so far ÷ customers with a first one so far.",
        "It grows as the data get longer and counts the newest customers, who have hardly had time to come back.",
    ),
    Rule(
        "retention",
        "retention",
        "Customer retention rate, last month",
        "retention",
        "Customers of the month before who bought again in the last complete month ÷ customers of the month before.",
        "It asks for purchases in two months in a row, whether customers are new or old.",
    ),
    Rule(
        "shopify_month",
        "Shopify",
        "Returning customer rate, last month",
        "repeat",
        "Customers with an order in the last complete month that was not their first ÷ customers of that month.",
        "It looks at who is buying, not at who came back: it rises when fewer new customers come. Our returning customer "
        "rate is the same but for those whose first order lies in that month too.",
    ),
    Rule(
        "shopify_year",
        "Shopify",
        "Returning customer rate, last 12 months",
        "repeat",
        "Customers with an order in the last 12 complete months that was not their first ÷ customers of these months.",
        "The same rule over a year: more second orders fall into it, but more first ones too, so it lies above or below "
        "that of a month.",
    ),
    Rule(
        "klaviyo",
        "Klaviyo",
        "Retention",
        "retention",
        "Customers who bought 365 to 730 days ago and again in the last 180 days ÷ customers who bought 365 to 730 days ago.",
        "Old customers who bought in half a year: whoever came back between 180 and 365 days ago does not count, and nobody "
        "who is new does.",
    ),
    Rule(
        "peel",
        "Peel",
        "Retention in month 3",
        "retention",
        "Customers who bought in the third month after their first purchase or in any later one ÷ customers whose third "
        "month is over.",
        "Coming back once in any later month counts for all months before it, so the number rises as the data get longer.",
    ),
    Rule(
        "lifetimely",
        "Lifetimely",
        "Customers in month 3",
        "retention",
        "Customers who bought in the third month after their first purchase ÷ customers whose third month is over.",
        "Only this one month counts: who came back in the second or the fourth is not in it. Our Cohorts screen counts the "
        "same way.",
    ),
)
MISSING = {
    "month": "Not observed: the data hold no complete month.",
    "two_months": "Not observed: the data hold fewer than two complete months.",
    "year": "Not observed: the data hold fewer than 12 complete months.",
    "two_years": "Not observed: the data reach back less than 730 days.",
    "age": "Not observed: no customer’s third month after the first purchase is over.",
    "nobody": "Nobody bought in the time that this rule starts from.",
}


@dataclass(frozen=True)
class VendorRates:
    """What `vendor_rates` returns.

    table: one row a rule, see there
    """

    table: pd.DataFrame
    notes: tuple[str, ...] = ()


def vendor_rates(orders: Orders) -> VendorRates:
    """Repeat and retention as other tools count them, beside ours, and why the numbers differ.

    Every rule is a share of customers. Ours: repeat purchase rate (two or more purchases in the last complete month ÷
    customers of that month), repeat purchase rate to date (customers with a second purchase ÷ customers with a first), customer
    retention rate (customers of the month before who bought in the last complete month ÷ customers of the month before).
    Shopify's returning customer rate: customers with an order in the period that was not their first ÷ customers of the
    period, for the last month and the last 12. Klaviyo's retention: customers who bought 365 to 730 days ago and in the last 180
    days ÷ customers who bought 365 to 730 days ago. Peel's retention in month 3: customers who bought in the third month
    after their first purchase or later ÷ customers whose third month is over. Lifetimely's: who bought in that month ÷ the same
    customers. Month 0 is the month of the first purchase.

    All times begin with their first day and end before the last one is reached: 730 days before the end of the data counts,
    365 days before it does not. What the data are too short for is missing, with the reason. A filter chooses the orders that
    count; an order stays somebody's second even where the first does not pass it.

    Returns a VendorRates. Its table, one row a rule: vendor ("retention" for ours), name, measure (repeat or retention), rule,
    start and end (first day of the customers that are looked at, day after the last day that is), customers, counted, rate,
    low, high (95 % Wilson interval), why (it differs), missing (why there is no number, else empty).

    Raises EmptyError when no customer can be told apart.

    Source: the help pages of the vendors as they stood in 2025: Shopify, "Returning customer rate"; Klaviyo, "Retention" of its
    customer hub; Peel, "Retention rate"; Lifetimely, "Understanding retention vs. repeat purchasing".

    When not to trust it: these are the rules on your orders, not the vendors' numbers. They know other orders (one platform
    only, tests and cancelled orders too) and other customers (by account, not by e-mail address), and they change their rules. No rule
    is the right one: use one of them, always the same, and compare it with itself.

    >>> import retention as rt
    >>> table = rt.vendor_rates(rt.load_sample("cdnow")).table
    >>> table.loc[table["vendor"] == "Klaviyo", "missing"].item()
    'Not observed: the data reach back less than 730 days.'
    """
    windows = _windows(orders)
    found = orders.frame(_counts(orders, windows)).iloc[0]
    if not found["anybody"] > 0:
        raise EmptyError(
            "No customer can be told apart in these orders.",
            "Use an export with an e-mail address, a phone number or a customer number.",
        )
    rows = []
    for rule in RULES:
        start, end, lack = windows[rule.key]
        n, counted = (float(found[f"{rule.key}_{part}"]) for part in ("n", "counted"))
        if not lack and n == 0:
            lack = "age" if rule.key in ("peel", "lifetimely") else "nobody"
        if lack:
            n = counted = np.nan
        rows.append(
            {
                "vendor": rule.vendor,
                "name": rule.name,
                "measure": rule.measure,
                "rule": rule.sentence,
                "start": pd.Timestamp(start),
                "end": pd.Timestamp(end),
                "customers": n,
                "counted": counted,
                "rate": counted / n if n > 0 else np.nan,
                "why": rule.why,
                "missing": MISSING.get(lack, ""),
            }
        )
    table = pd.DataFrame(rows)
    low, high = wilson(table["counted"], table["customers"].fillna(0))
    table.insert(table.columns.get_loc("why"), "low", low)
    table.insert(table.columns.get_loc("why"), "high", high)
    notes = []
    if table["missing"].ne("").any():
        notes.append("What the data are too short for is left out, never shown as 0.")
    return VendorRates(table=table, notes=tuple(notes))


def _windows(orders: Orders) -> dict[str, tuple[date, date, str]]:
    """Rule → first day, day after the last, and what the data lack for it ("" for nothing)."""
    since, as_of = orders.since, orders.as_of
    end = period_start(month_number(as_of), "month")
    month, before, year = (period_start(month_number(end) - back, "month") for back in (1, 2, 12))
    old = as_of - timedelta(days=OLD)
    return {
        "repeat": (month, end, "month" if month < since else ""),
        "repeat_to_date": (since, as_of, ""),
        "retention": (before, end, "two_months" if before < since else ""),
        "shopify_month": (month, end, "month" if month < since else ""),
        "shopify_year": (year, end, "year" if year < since else ""),
        "klaviyo": (old, as_of, "two_years" if old < since else ""),
        "peel": (since, as_of, ""),
        "lifetimely": (since, end, ""),
    }


def _counts(orders: Orders, windows: dict[str, tuple[date, date, str]]) -> ir.Table:
    """One row: for every rule the customers it starts from and those it counts, from one pass over the purchases."""
    bought = orders.orders.filter(lambda table: table.is_purchase & table.customer_id.notnull())
    end = windows["repeat"][1]
    month, year = (day_number(windows[key][0]) for key in ("shopify_month", "shopify_year"))
    last, as_of = day_number(end), day_number(orders.as_of)
    in_month = (bought.day >= month) & (bought.day < last)
    in_year = (bought.day >= year) & (bought.day < last)
    before = (bought.day >= day_number(windows["retention"][0])) & (bought.day < month)
    was_old = (bought.day >= as_of - OLD) & (bought.day < as_of - RECENT)
    age = bought.month - bought.first_month
    later = bought.order_number > 1
    each = bought.group_by("customer_id").aggregate(
        first_month=bought.first_month.min(),
        firsts=bought.count(where=bought.order_number == 1),
        later=bought.count(where=later),
        in_month=bought.count(where=in_month),
        again_in_month=bought.count(where=in_month & later),
        in_year=bought.count(where=in_year),
        again_in_year=bought.count(where=in_year & later),
        before=bought.count(where=before),
        was_old=bought.count(where=was_old),
        lately=bought.count(where=bought.day >= as_of - LATELY),
        at_age=bought.count(where=age == AGE),
        from_age=bought.count(where=age >= AGE),
    )
    is_new = each.firsts > 0
    is_aged = is_new & (each.first_month + AGE < month_number(end))
    shares = {
        "repeat": (each.in_month > 0, each.in_month > 1),
        "repeat_to_date": (is_new, each.later > 0),
        "retention": (each.before > 0, each.in_month > 0),
        "shopify_month": (each.in_month > 0, each.again_in_month > 0),
        "shopify_year": (each.in_year > 0, each.again_in_year > 0),
        "klaviyo": (each.was_old > 0, each.lately > 0),
        "peel": (is_aged, each.from_age > 0),
        "lifetimely": (is_aged, each.at_age > 0),
    }
    counts = {f"{key}_n": each.count(where=base) for key, (base, _part) in shares.items()}
    counts |= {f"{key}_counted": each.count(where=base & part) for key, (base, part) in shares.items()}
    return each.aggregate(anybody=each.count(), **counts)
