"""What a rule can ask about a customer: every field, and where its value comes from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir

from retention.margin import SCALE
from retention.periods import day_number
from retention.schema import CUSTOMERS, FEEDBACK, LINES, PEOPLE
from retention.segment.schemes import SCHEMES, SEASONAL

AMOUNTS = ("at least", "less than", "at most", "more than", "between")
TESTS = {
    "number": AMOUNTS,
    "money": AMOUNTS,
    "share": AMOUNTS,
    "date": ("on or after", "before", "between"),
    "word": ("any of", "none of"),
    "words": ("any of", "all of", "none of"),
    "yes/no": ("is",),
}  # kind of field → what can be asked of it
SEGMENTS = (*SCHEMES["quintile"].names, SEASONAL)


@dataclass(frozen=True)
class Field:
    """One thing known of a customer.

    kind: number, money (currency units), share (0 to 1), date, word (one a customer), words (several a customer) or yes/no
    source: which table it is read from, see `source`; segments are made of all the customers together
    value: the value from the source; where a customer has several rows there, the sum over those of a condition, or for
    words the column that holds them
    in_days: whether it can be asked of the last days only
    """

    kind: str
    source: str
    value: Callable[..., ir.Value]
    in_days: bool = False


def _net(table: ir.Table, when: ir.BooleanValue | None = None) -> ir.Value:
    return table.net.sum(where=when).fill_null(0).cast("float64") / 100


def _orders(table: ir.Table, when: ir.BooleanValue | None = None) -> ir.Value:
    return table.count(where=table.is_purchase if when is None else table.is_purchase & when)


def _channel(table: ir.Table) -> ir.Value:
    return ibis.ifelse(table.is_purchase, table.channel, ibis.null("string"))


def _code(table: ir.Table) -> ir.Value:
    """The code of a purchase as the discounts are told apart by; an order without one is known to have none."""
    return ibis.ifelse(table.is_purchase, table.discount_code.strip().upper().fill_null(""), ibis.null("string"))


def _is_full_price(table: ir.Table) -> ir.BooleanValue:
    return (table.discounts == 0) & (_code(table) == "")


def _discount_share(table: ir.Table) -> ir.Value:
    discounts, gross = (table[name].sum(where=table.is_purchase).cast("float64") for name in ("discounts", "gross"))
    return discounts / gross.nullif(0)


def _column(name: str) -> Callable[..., ir.Value]:
    return lambda table: table[name]


FIELDS = {
    "net": Field("money", "orders", _net, in_days=True),
    "profit": Field("money", "orders", lambda table: table.profit.sum().cast("float64") / (100 * SCALE)),
    "orders": Field("number", "orders", _orders, in_days=True),
    "aov": Field("money", "orders", lambda table: _net(table) / _orders(table).nullif(0)),
    "days_since_order": Field("number", "orders", lambda table: table.ago.min(where=table.is_purchase)),
    "first_order": Field("date", "orders", lambda table: table.day.min(where=table.is_purchase)),
    "last_order": Field("date", "orders", lambda table: table.day.max(where=table.is_purchase)),
    "products": Field("words", "lines", lambda table: ibis.coalesce(table["product"], table.product_id), in_days=True),
    "categories": Field("words", "lines", _column("category"), in_days=True),
    "channels": Field("words", "orders", _channel, in_days=True),
    "discount_codes": Field("words", "orders", _code, in_days=True),
    "discount_share": Field("share", "orders", _discount_share),
    "full_price": Field("yes/no", "orders", lambda table: _is_full_price(table).any(where=table.is_purchase)),
    "segment": Field("word", "segments", _column("segment")),
    "country": Field("word", "customers", _column("country")),
    "city": Field("word", "customers", _column("city")),
    "gender": Field("word", "customers", _column("gender")),
    "age": Field("number", "customers", lambda table: table.year - table.birth_year),
    "tags": Field("words", "people", _column("tags")),
    "consent": Field("yes/no", "customers", _column("consent")),
    "contactable": Field("yes/no", "customers", _column("contactable")),
    "guest": Field("yes/no", "customers", _column("is_guest")),
    "score": Field("number", "ratings", _column("score")),
}
ONE_ROW = ("customers", "ratings")  # sources with one row a customer; the others are added up


def of_known(history: ir.Table, as_of: date) -> ir.Table:
    """The orders of known customers with `ago`, the days from the order to the end of observation."""
    known = history.filter(history.customer_id.notnull())
    return known.mutate(ago=day_number(as_of) - known.day)


def source(name: str, paid: ir.Table, as_of: date) -> ir.Table:
    """The rows that a field is read from, each with its customer_id.

    paid: what `of_known` gives
    """
    if name == "orders":
        return paid
    if name == "lines":
        bought = paid.filter(paid.is_purchase).select("order_id", "customer_id", "ago")
        lines = LINES.filter(LINES.quantity > 0, LINES.unit_price > 0)
        return lines.select("order_id", "product_id", "product", "category").inner_join(bought, "order_id")
    if name == "customers":
        return CUSTOMERS.mutate(year=ibis.literal(as_of.year, "int32"))
    if name == "people":
        tidy = PEOPLE.tags.replace(";", ",").replace("|", ",").replace(", ", ",").strip()
        known = PEOPLE.mutate(tidy=tidy, tagged=tidy.count().over(ibis.window())).filter(PEOPLE.customer_id.notnull())
        return known.select("customer_id", tags=ibis.ifelse(known.tagged > 0, known.tidy.fill_null(""), known.tidy))
    return _last_ratings(as_of)


def holds(condition_field: str, column: ir.StringColumn, words: tuple[str, ...]) -> ir.BooleanValue:
    """Whether a row holds one of these words; tags stand several in one cell."""
    if condition_field != "tags":
        return column.isin(words)
    found = [("," + column + ",").contains(f",{word},") for word in words]
    return ibis.or_(*found)


def _last_ratings(as_of: date) -> ir.Table:
    """Every customer's last rating; of two at one time the lower."""
    known = FEEDBACK.filter(FEEDBACK.customer_id.notnull(), FEEDBACK.score.notnull())
    known = known.filter(known.day.isnull() | (known.day < day_number(as_of)))
    newest = [known.given_at.isnull(), ibis.desc("given_at"), "score"]
    place = ibis.row_number().over(ibis.window(group_by="customer_id", order_by=newest))
    return known.mutate(place=place).filter(lambda table: table.place == 0).select("customer_id", "score")
