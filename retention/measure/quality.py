"""Can the numbers be trusted? What is missing, doubtful or counted by decision, and what it moves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from retention.orders import Orders, Selection, purchases_and_returns
from retention.periods import day_number, day_of

FIELDS = ("email", "phone", "consent", "product", "category", "country", "channel", "currency", "discount_code")
SWITCHES = {
    "unidentified": "leave_out",
    "wholesale": "leave_out",
    "test": "count",
    "pending": "count",
    "cancelled": "count",
}
EFFECTS = ("net_change", "orders_change", "aov_change", "repeat_rate_change")
AROUND = 28  # days before and after a silence that tell the usual pace
UNLIKELY = 0.01  # silences of that length that chance would bring into the whole of the data
THIN = 1 / 3  # of what the months beside it have
NIGHT = 5  # o'clock
ANOTHER_CURRENCY = "currency: another currency than the chosen one"


@dataclass(frozen=True)
class QualityTable:
    """What `quality_table` returns.

    table: one row a check, see there
    rows, rows_used: data rows of all files, and how many of them the numbers stand on
    currency, timezone: what money and days are in; "" where neither the file nor anybody said
    """

    table: pd.DataFrame
    rows: int
    rows_used: int
    currency: str = field(repr=False)
    timezone: str = field(repr=False)
    notes: tuple[str, ...] = ()


def quality_table(orders: Orders) -> QualityTable:
    """What is missing, doubtful or counted by decision, how much of it there is, and what deciding otherwise would change.

    A purchase is wholesale when its value lies above the upper quartile by three times the distance between the quartiles,
    on the scale of ratios. Lines are identical when they equal another line of their order in product, quantity, price and, to
    a cent, discount. A test, unpaid or cancelled order is listed when it holds a product. A month is thin when it is complete
    and has fewer than a third of the orders of the months beside it. Orders at night fall between 0 and 5 o'clock, of those
    with a time of day: many of them hint at a wrong time zone.

    Days without orders: the usual pace is the lower of the four weeks before and after, times what the weekday usually has. Orders that
    come independently leave such a stretch empty with probability exp(−expected orders) (Poisson); it is listed when that
    times the days observed is below 0.01.

    Effect = the figure decided otherwise ÷ the figure now − 1, for the repeat purchase rate the difference of the two
    shares. Otherwise means: counted where it does not count now and the reverse; duplicates counted once; refunds not taken
    off; silent days and thin months filled at the usual pace. Figures are sums over sums over all that the filters leave: net
    revenue, orders, average order value = net ÷ orders, customers with two or more purchases ÷ customers.

    Returns a QualityTable; its table has one row a check: check, group, unit (orders, lines, rows, days, months), found, of,
    share = found ÷ of, amount (money concerned, currency units), amount_share (its part of net revenue; for refunds of net
    revenue before them, for set_aside of the value of all rows), net_change, orders_change, aov_change,
    repeat_rate_change, switch (the option of `Orders.filter` or `read_orders` that decides), active (decided by a
    switch now) and examples (the three largest orders, the silent days, the thin months). What has no denominator and an
    effect that cannot be told are missing. Group "count" holds unidentified (purchases that name nobody), wholesale, test,
    pending, cancelled, relay (purchases by customers whose address a marketplace lends: they cannot be written to), duplicates,
    refunds (orders with money paid back), silence, thin_months, night, other_currency (rows set aside for it), totals (orders
    whose parts do not add up to the total in the file) and set_aside (rows that could not be used). Group "field" holds what
    is not known: email, phone, consent, country, channel and currency of purchases, product and category of their lines,
    discount_code of purchases with a discount.

    When not to trust it: what the export left out altogether cannot be missed here. A row that occurs twice can be two
    genuine lines, a large order can be a good customer, and a silent week can be a holiday: the table says how much hangs on it,
    not who is right.

    >>> import retention as rt
    >>> table = rt.quality_table(rt.load_sample()).table.set_index("check")
    >>> int(table.loc["test", "found"]), table.loc["test", "switch"]
    (24, 'count=test')
    """
    everything = replace(orders, selection=replace(orders.selection, leave_out=()))
    now, facts = _figures(orders), _facts(orders)
    all_facts = _facts(everything) if orders.selection.leave_out else facts
    lines = orders.frame(_lines(orders)).iloc[0].fillna(0)
    rows = [*_decided(orders, now, all_facts), *_copies_and_refunds(now, facts, lines), *_time(everything, facts)]
    rows += [*_files(orders), *_known(facts, lines)]
    notes = []
    if orders.selection != Selection():
        notes.append("Totals, rows set aside and other currencies are those of the whole files, whatever the filters.")
    return QualityTable(
        table=pd.DataFrame(rows),
        rows=orders.report.rows_in_files,
        rows_used=orders.report.count("used"),
        currency=orders.currency,
        timezone=orders.timezone,
        notes=tuple(notes),
    )


def _row(check: str, group: str, unit: str, found: float, of: float, **more: object) -> dict[str, object]:
    counted = {
        "check": check,
        "group": group,
        "unit": unit,
        "found": int(found),
        "of": int(of),
        "share": _part(found, of),
    }
    unknown = {"amount": np.nan, "amount_share": np.nan} | dict.fromkeys(EFFECTS, np.nan)
    return counted | unknown | {"switch": "", "active": False, "examples": ""} | more


def _part(found: float, of: float) -> float:
    return found / of if of > 0 else np.nan


def _figures(orders: Orders) -> dict[str, float]:
    """What a decision can move, over all that the filters leave."""
    table = purchases_and_returns(orders).mutate(unit=lambda table: ibis.coalesce(table.customer_id, -table.order_id))
    each = table.group_by("unit").aggregate(orders=table.count(where=table.is_purchase), net=table.net.sum())
    sums = each.aggregate(
        net=each.net.sum(),
        orders=each.orders.sum(),
        customers=each.count(where=(each.unit > 0) & (each.orders > 0)),
        repeaters=each.count(where=(each.unit > 0) & (each.orders > 1)),
    )
    found = orders.frame(sums).iloc[0].fillna(0)
    return {
        "net": found["net"] / 100,
        "orders": found["orders"],
        "aov": _part(found["net"] / 100, found["orders"]),
        "repeat_rate": _part(found["repeaters"], found["customers"]),
    }


def _changes(now: dict[str, float], other: dict[str, float]) -> dict[str, float]:
    changes = {
        f"{name}_change": other[name] / now[name] - 1 if now[name] > 0 else np.nan for name in ("net", "orders", "aov")
    }
    return changes | {"repeat_rate_change": other["repeat_rate"] - now["repeat_rate"]}


def _facts(orders: Orders) -> pd.Series:
    """Counts and money of every kind of order, in one pass."""
    people = orders.customers.select("email", "phone", "consent", "contactable", who="customer_id")
    placed = orders.orders
    table = placed.left_join(people, placed.customer_id == people.who)
    bought, carries = table.is_purchase, table.is_purchase | table.is_return
    at = table.ordered_at
    has_time = at.hour() + at.minute() + at.second() > 0
    kinds = {
        "unidentified": bought & table.customer_id.isnull(),
        "relay": bought & table.email.notnull() & ~table.contactable,
        "wholesale": bought & table.is_wholesale,
        "refunds": carries & (table.refunds > 0),
        "timed": bought & has_time,
        "night": bought & has_time & (at.hour() < NIGHT),
        "discounted": bought & (table.discounts > 0),
        "no_discount_code": bought & (table.discounts > 0) & table.discount_code.isnull(),
    }
    kinds |= {state: (table.status == state) & table.has_product for state in ("test", "pending", "cancelled")}
    plain = ("email", "phone", "consent", "country", "channel", "currency")
    kinds |= {f"no_{name}": bought & table[name].isnull() for name in plain}
    paying = kinds | {"unidentified": carries & table.customer_id.isnull()}
    sums = {f"{kind}_net": table.net.sum(where=paying[kind]) for kind in (*SWITCHES, "relay")}
    counts = {kind: table.count(where=condition) for kind, condition in kinds.items()}
    more = {"orders": table.count(), "purchases": table.count(where=bought), "carrying": table.count(where=carries)}
    paid = {"net": table.net.sum(where=carries), "paid_back": table.refunds.sum(where=carries)}
    return orders.frame(table.aggregate(**counts, **sums, **more, **paid)).iloc[0].fillna(0)


def _lines(orders: Orders) -> ir.Table:
    """Lines of purchases that name no product or category, and lines that equal another one of their order."""
    carrying = purchases_and_returns(orders).select("order_id", "is_purchase")
    lines = orders.lines.inner_join(carrying, "order_id")
    alike = ["order_id", "product_id", "product", "category", "quantity", "unit_price", "gross", "is_return"]
    before = lines.discount.lag().over(ibis.window(group_by=alike, order_by=["discount", "line_id"]))
    may_repeat = orders.report.facts.get("duplicates", 1) > 0  # comparing all lines is the dearest step by far
    is_copy = before.notnull() & (lines.discount - before <= 1) if may_repeat else ibis.literal(False)
    lines = lines.mutate(is_copy=is_copy)
    return lines.aggregate(
        lines=lines.count(),
        copies=lines.count(where=lines.is_copy),
        copies_net=lines.net.sum(where=lines.is_copy),
        bought=lines.count(where=lines.is_purchase),
        no_product=lines.count(where=lines.is_purchase & lines.product.isnull() & lines.product_id.isnull()),
        no_category=lines.count(where=lines.is_purchase & lines.category.isnull()),
    )


def _known(facts: pd.Series, lines: pd.Series) -> Iterator[dict]:
    for name in FIELDS:
        if name in ("product", "category"):
            yield _row(name, "field", "lines", lines[f"no_{name}"], lines["bought"])
        else:
            of = facts["discounted" if name == "discount_code" else "purchases"]
            yield _row(name, "field", "orders", facts[f"no_{name}"], of)


def _decided(orders: Orders, now: dict[str, float], facts: pd.Series) -> Iterator[dict]:
    """What a switch counts or leaves out, and what turning it would change."""
    for check, option in SWITCHES.items():
        words = set(getattr(orders.selection, option))
        turned = replace(orders.selection, **{option: tuple(sorted(words ^ {check}))})
        other = _figures(replace(orders, selection=turned)) if facts[check] or facts[f"{check}_net"] else now
        net = facts[f"{check}_net"] / 100
        yield _row(
            check,
            "count",
            "orders",
            facts[check],
            facts["purchases" if option == "leave_out" else "orders"],
            amount=net,
            amount_share=_part(net, facts["net"] / 100),
            switch=f"{option}={check}",
            active=check in words,
            examples=_largest(orders) if check == "wholesale" and facts[check] else "",
            **_changes(now, other),
        )
    relay = facts["relay_net"] / 100
    amount = {"amount": relay, "amount_share": _part(relay, facts["net"] / 100)}
    yield _row("relay", "count", "orders", facts["relay"], facts["purchases"], **amount)


def _largest(orders: Orders) -> str:
    """The numbers of the three largest wholesale orders, whether they count now or not."""
    everything = replace(orders, selection=replace(orders.selection, leave_out=()))
    table = everything.orders.filter(lambda table: table.is_wholesale & table.is_purchase)
    largest = table.order_by([ibis.desc("gross"), "order_id"]).limit(3).select("order_ref", "gross", "order_id")
    found = orders.frame(largest).sort_values(["gross", "order_id"], ascending=[False, True])
    return ", ".join(found["order_ref"])


def _copies_and_refunds(now: dict[str, float], facts: pd.Series, lines: pd.Series) -> Iterator[dict]:
    for check, unit, found, of, amount, back in (
        ("duplicates", "lines", lines["copies"], lines["lines"], lines["copies_net"] / 100, -1),
        ("refunds", "orders", facts["refunds"], facts["carrying"], facts["paid_back"] / 100, 1),
    ):
        net = now["net"] + back * amount
        other = now | {"net": net, "aov": _part(net, now["orders"])}
        whole = net if check == "refunds" else now["net"]
        switch = "drop_duplicates" if check == "duplicates" else ""
        money = {"amount": amount, "amount_share": _part(amount, whole)}
        yield _row(check, "count", unit, found, of, **money, switch=switch, **_changes(now, other))


def _time(orders: Orders, facts: pd.Series) -> Iterator[dict]:
    """Days and months with fewer orders than chance explains, and orders at night."""
    placed = orders.orders
    found = orders.frame(placed.group_by("day").aggregate(orders=placed.count())).set_index("day")["orders"]
    since, until = day_number(orders.since), day_number(orders.as_of - timedelta(days=1))
    days = found.reindex(pd.RangeIndex(since, until + 1), fill_value=0)
    silences = [silence for silence in _silences(days) if len(days) * np.exp(-silence[2]) < UNLIKELY]
    silences.sort(key=lambda silence: (-silence[1], silence[0]))
    examples = ", ".join(f"{day_of(first)}/{day_of(first + length - 1)}" for first, length, _missed in silences[:3])
    yield _row(
        "silence",
        "count",
        "days",
        sum(length for _first, length, _missed in silences),
        len(days),
        examples=examples,
        **_filled(sum(missed for _first, _length, missed in silences), days.sum()),
    )
    months, expected = _months(days)
    thin = months < THIN * expected
    examples = ", ".join(str(month) for month in months.index[thin][:3])
    missed = (expected - months)[thin].sum()
    filled = _filled(missed, days.sum())
    yield _row("thin_months", "count", "months", thin.sum(), expected.notna().sum(), examples=examples, **filled)
    yield _row("night", "count", "orders", facts["night"], facts["timed"], switch="timezone")


def _filled(missed: float, orders: float) -> dict[str, float]:
    """Orders that the usual pace would have brought; each as large as the others."""
    change = _part(missed, orders)
    return {"net_change": change, "orders_change": change, "aov_change": 0.0}


def _silences(days: pd.Series) -> Iterator[tuple[int, int, float]]:
    """First day, length and usual orders of every stretch without orders."""
    weekday = days.groupby(days.index % 7).transform("mean") / days.mean()
    empty = days[days == 0]
    for _, stretch in empty.groupby((days > 0).cumsum()[empty.index]):
        first, last = stretch.index[0], stretch.index[-1]
        sides = days.loc[first - AROUND : first - 1], days.loc[last + 1 : last + AROUND]
        pace = min((side.mean() for side in sides if len(side)), default=0)
        yield int(first), len(stretch), float(pace * weekday[stretch.index].sum())


def _months(days: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Orders of every complete month, and the mean of the months beside it; missing where one of these is not complete."""
    month = pd.to_datetime(days.index, unit="D").to_period("M")
    orders, covered = days.groupby(month).sum(), days.groupby(month).size()
    months = orders.where(covered.to_numpy() == covered.index.days_in_month)
    return months, (months.shift(1) + months.shift(-1)) / 2 + 0 * months


def _files(orders: Orders) -> Iterator[dict]:
    """What the account of the files says: currencies, totals, rows that could not be used."""
    report = orders.report
    rows, value = report.rows, report.rows["amount"].clip(lower=0).fillna(0)
    foreign = rows["reason"] == ANOTHER_CURRENCY
    aside = (rows["outcome"] == "set aside") & ~foreign
    yield _row("other_currency", "count", "rows", rows.loc[foreign, "rows"].sum(), report.rows_in_files, switch="rates")
    facts = report.facts
    yield _row("totals", "count", "orders", facts.get("totals_differ", 0), facts.get("totals_checked", 0))
    amount = value[aside].sum()
    money = {"amount": amount, "amount_share": _part(amount, amount + value[rows["outcome"] == "used"].sum())}
    yield _row("set_aside", "count", "rows", rows.loc[aside, "rows"].sum(), report.rows_in_files, **money)
