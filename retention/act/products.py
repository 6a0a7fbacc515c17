"""Products that lose first-time buyers, and products to suggest."""

from __future__ import annotations

from functools import lru_cache
from statistics import NormalDist

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from retention.act.kinds import Kind
from retention.act.moments import Shop
from retention.intervals import ENOUGH, wilson
from retention.measure.first_orders import WITHIN, each_starter, of_known_customers
from retention.orders import Orders, known_purchases
from retention.periods import day_number

YEAR = 365
MOST = 3
CHOSEN = ibis.table({"customer_id": "int32", "mask": "int32"}, name="chosen_people")


def losing_products(shop: Shop, notes: list[str]) -> Kind | None:
    """First-time buyers of a product after which fewer come back, or which comes back more often, than chance explains."""
    losing = losers(shop.orders)
    if losing is None:
        notes.append(
            "Products that lose customers: no product has 30 first-time buyers whose 90 days are over, too few to tell."
        )
        return None
    if losing.empty:
        notes.append("Products that lose customers: after none of them fewer customers come back than chance explains.")
        return None
    firsts = shop.among(
        shop.orders.frame(_first_buyers(shop.orders.orders, shop.orders.lines, tuple(losing["key"])))["customer_id"]
    )
    members = tuple(firsts & (moment.orders == 1) & (moment.silent <= shop.lapse_days) for moment in shop.moments)
    facts = {"products": tuple(losing["product"].head(MOST)), "losing": losing}
    return Kind("losing_products", members, facts, suggest="nothing")


def losers(orders: Orders) -> pd.DataFrame | None:
    """The products that lose customers, the worst first; None where there is too little to tell of any.

    Columns: key, product, n (first-time buyers old enough), rate (of them, second order within 90 days), shop_rate, sold (lines),
    return_rate, shop_return_rate, why ("second_order" or "returns"). A product is among them if its interval lies wholly on the
    wrong side of the shop's rate. The level is 95 % over all products together (Bonferroni), so that of many products none is
    blamed by chance.
    """
    table = orders.frame(_first_products(of_known_customers(orders), orders.lines, day_number(orders.as_of) - WITHIN))
    everybody = table[table["key"].isna()]
    table = table[table["key"].notna() & (table["n"] >= ENOUGH)]
    if table.empty or everybody.empty:
        return None
    table = table.merge(orders.frame(_returns(orders.lines)), on="key")
    z = NormalDist().inv_cdf(1 - 0.025 / (2 * len(table)))
    shop = everybody.iloc[0]
    table["shop_rate"], table["rate"] = shop["seconds"] / shop["n"], table["seconds"] / table["n"]
    table["shop_return_rate"] = table["all_returned"] / table["all_sold"]
    table["return_rate"] = table["returned"] / table["sold"]
    high = wilson(table["seconds"], table["n"], z)[1]
    low = wilson(np.minimum(table["returned"], table["sold"]), table["sold"], z)[0]
    fewer, returned = high < table["shop_rate"], (low > table["shop_return_rate"]) & (table["sold"] >= ENOUGH)
    table["why"] = np.where(fewer, "second_order", "returns")
    table["gap"] = table["shop_rate"] - table["rate"]
    columns = ["key", "product", "n", "rate", "shop_rate", "sold", "return_rate", "shop_return_rate", "why"]
    found = table[fewer | returned].sort_values(["gap", "key"], ascending=[False, True], ignore_index=True)
    return found[columns]


def weekdays(orders: Orders, chosen: pd.DataFrame) -> pd.DataFrame:
    """How many orders the chosen placed on which day of the week (0 is Monday): mask, weekday, n."""
    return orders.frame(_weekdays(known_purchases(orders)), brought={CHOSEN.get_name(): chosen})


def later_products(orders: Orders, chosen: pd.DataFrame) -> pd.DataFrame:
    """What was bought in later orders of the last year: mask (0 for those who are not chosen), product, n, seconds (in second orders)."""
    first = day_number(orders.as_of) - YEAR
    return orders.frame(_later(known_purchases(orders), orders.lines, first), brought={CHOSEN.get_name(): chosen})


def suggested(later: pd.DataFrame, bit: int, kind: Kind) -> tuple[str, ...]:
    """Up to three products: those of the kind, else what is bought most in the later orders that it names."""
    if kind.products or kind.suggest == "nothing":
        return kind.products[:MOST]
    is_second = kind.suggest == "second"
    rows, counted = (later, "seconds") if is_second else (later[later["mask"] & bit > 0], "n")
    sums = rows.groupby("product", as_index=False)[counted].sum()
    sums = sums[sums[counted] > 0]
    return tuple(sums.sort_values([counted, "product"], ascending=[False, True])["product"].head(MOST))


def _sold(lines: ir.Table) -> ir.Table:
    """order_id, key (the product's number, without one its name), product: lines of positive quantity and price."""
    lines = lines.filter(lines.quantity > 0, lines.unit_price > 0)
    named = lines.select(
        "order_id",
        "refund",
        key=ibis.coalesce(lines.product_id, lines["product"]),
        product=ibis.coalesce(lines["product"], lines.product_id),
    )
    return named.filter(named.key.notnull())


@lru_cache
def _first_products(known: ir.Table, lines: ir.Table, last_day: int) -> ir.Table:
    """key, product, n, seconds: first-time buyers up to a day by the products of their first order; without a key everybody."""
    starters = each_starter(known)
    starters = starters.filter(starters.first_day <= last_day)
    came = (starters.second_day - starters.first_day <= WITHIN).fill_null(False)
    starters = starters.select("customer_id", came=came)
    first = known.filter(known.is_purchase, known.order_number == 1).select("order_id", "customer_id")
    first = first.inner_join(starters, "customer_id").select("order_id", "came")
    held = _sold(lines).inner_join(first, "order_id")
    held = held.group_by("key", "order_id").aggregate(product=held["product"].max(), came=held.came.any())
    by_product = held.group_by("key").aggregate(
        product=held["product"].max(), n=held.count(), seconds=held.count(where=held.came)
    )
    everybody = starters.aggregate(n=starters.count(), seconds=starters.count(where=starters.came))
    everybody = everybody.select(key=ibis.null("string"), product=ibis.null("string"), n="n", seconds="seconds")
    return by_product.union(everybody)


@lru_cache
def _returns(lines: ir.Table) -> ir.Table:
    """key, sold, returned (lines, by refund or by a return of their own), and both over all products."""
    named = lines.mutate(key=ibis.coalesce(lines.product_id, lines["product"]))
    named = named.filter(named.key.notnull())
    is_sold = (named.quantity > 0) & (named.unit_price > 0)
    counts = named.group_by("key").aggregate(
        sold=named.count(where=is_sold), returned=named.count(where=named.is_return | (is_sold & (named.refund > 0)))
    )
    return counts.mutate(
        all_sold=counts.sold.sum().over(ibis.window()), all_returned=counts.returned.sum().over(ibis.window())
    )


@lru_cache
def _first_buyers(orders: ir.Table, lines: ir.Table, keys: tuple[str, ...]) -> ir.Table:
    """Customers whose first purchase held one of these products."""
    sold = _sold(lines)
    first = orders.filter(orders.is_purchase, orders.customer_id.notnull(), orders.order_number == 1)
    return first.semi_join(sold.filter(sold.key.isin(keys)), "order_id").select("customer_id").distinct()


@lru_cache
def _weekdays(purchases: ir.Table) -> ir.Table:
    days = purchases.select("customer_id", weekday=(purchases.day + 3) % 7)
    days = days.inner_join(CHOSEN, "customer_id")
    return days.group_by("mask", "weekday").aggregate(n=days.count())


@lru_cache
def _later(purchases: ir.Table, lines: ir.Table, first: int) -> ir.Table:
    later = purchases.filter(purchases.order_number > 1, purchases.day >= first)
    later = later.select("order_id", "customer_id", is_second=later.order_number == 2)
    later = later.left_join(CHOSEN, "customer_id")
    later = later.select("order_id", "is_second", mask=later.mask.fill_null(0))
    sold = _sold(lines).select("order_id", "product").inner_join(later, "order_id")
    return sold.group_by("mask", "product").aggregate(n=sold.count(), seconds=sold.count(where=sold.is_second))
