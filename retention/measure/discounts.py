"""Do customers won with a discount come back at full price?"""

from __future__ import annotations

from dataclasses import dataclass, field

import ibis
import ibis.expr.types as ir
import pandas as pd

from retention.measure.first_orders import (
    came_back,
    each_starter,
    nobody,
    of_known_customers,
    share,
    share_of_sums,
    sums_by,
)
from retention.orders import Orders

FULL, DISCOUNTED = "full price", "discounted"
ALL, REPEATERS = "all customers", "customers with two or more orders"
PRICES = ("never full price", "sometimes", "always full price")
NO_CODE, OTHERS = "no code", "others"
CODES = 20


@dataclass(frozen=True)
class DiscountTable:
    """What `discount_table` returns.

    table: two rows, by the first order: full price and discounted
    customers: how many pay full price never, sometimes and always, of all and of those with two or more orders
    codes: one row a code; empty where no order was discounted
    """

    table: pd.DataFrame
    customers: pd.DataFrame = field(repr=False)
    codes: pd.DataFrame = field(repr=False)
    currency: str = field(repr=False)
    notes: tuple[str, ...] = ()


def discount_table(orders: Orders) -> DiscountTable:
    """Whether customers who were won with a discount come back, and whether at full price.

    An order is discounted when something was taken off its price or a code was used. Second-order rate = customers whose
    second purchase came within 90 days of the first ÷ customers whose first lies at least 90 days before the end of
    observation. Repeat rate to date = customers with a second purchase ÷ customers. Value of the first order = its net
    revenue ÷ customers. Customer value to date = net revenue of all their orders ÷ customers. Discount dependence = later
    orders that were discounted ÷ later orders, over all later orders of these customers.

    Codes are compared without regard to capitals and blanks. Second-order rates of a code are those of customers whose
    first purchase used it.

    With filters, customers are those whose first purchase passes, and what counts of them are the orders that pass.

    Returns a DiscountTable. Its table has the rows "full price" and "discounted": first_order, customers,
    second_order_rate_90 and second_order_rate_90_n (old enough), repeat_rate_to_date, first_order_value, clv_to_date,
    profit_per_customer (missing without a margin), each with `_low` and `_high`, days_observed (mean days since the first
    purchase), later_orders, discount_dependence with its interval and discount_dependence_n (customers with later orders).
    customers: base ("all customers", "customers with two or more orders"), price ("never full price", "sometimes", "always
    full price"), customers, share, low, high, n. codes: code, kind (code, none, others), codes (how many), orders, customers,
    new_customers (first purchase ever with it), net, gross, discounts, discount_share = discounts ÷ gross with its interval,
    second_order_rate_90 and repeat_rate_to_date of the new customers; the 20 codes with the most orders, the others
    together, and the discounted orders without a code ("no code"); here orders that name nobody count in orders and money,
    and refunds that are orders of their own do not.
    Money in currency units; shares from 0 to 1; the intervals are 95 %: Wilson for shares of customers, the delta method over
    customers for the rest. Raises EmptyError when no customer can be told apart or no first purchase passes the filters.

    When not to trust it: people who look for discounts differ from those who do not, and a code for new customers or for
    a season meets other people at other times. Lower prices that are not marked as a discount in the file look like full price.
    Values to date grow with time: compare them only where days_observed are alike.

    >>> import retention as rt
    >>> result = rt.discount_table(rt.load_sample())
    >>> result.table[["first_order", "customers"]].to_numpy().tolist()
    [['full price', 3087], ['discounted', 913]]
    """
    known = _marked(of_known_customers(orders))
    bought = _marked(orders.orders.filter(lambda table: table.is_purchase))
    bought = bought.filter(bought.is_discounted)
    largest, others = _largest_codes(orders, bought)
    starts = _starts(orders, known, largest)
    return DiscountTable(
        table=_by_first_order(orders, starts),
        customers=_by_prices(orders, known),
        codes=_by_code(orders, bought, starts, largest, others),
        currency=orders.currency,
        notes=_notes(),
    )


def _marked(table: ir.Table) -> ir.Table:
    """With the code as it is compared, and whether the order is discounted."""
    code = table.discount_code.strip().upper().nullif("")
    return table.mutate(code=code, is_discounted=(table.discounts > 0) | code.notnull())


def _largest_codes(orders: Orders, bought: ir.Table) -> tuple[list[str], int]:
    """The codes with the most orders, ties by name, and how many others there are."""
    by_code = bought.group_by("code").aggregate(orders=bought.count())
    by_code = by_code.filter(by_code.code.notnull())
    by_code = by_code.mutate(all=by_code.count().over(ibis.window()))
    largest = orders.frame(by_code.order_by(by_code.orders.desc(), by_code.code).limit(CODES))
    return largest["code"].tolist(), int(largest["all"].max() - len(largest)) if len(largest) else 0


def _place(code: ir.StringColumn, largest: list[str]) -> ir.IntegerValue:
    """0, 1, … for the largest codes, then one number for all others and one for none."""
    whens = [(code == name, place) for place, name in enumerate(largest)]
    return ibis.cases((code.isnull(), len(largest) + 1), *whens, else_=len(largest)).cast("int64")


def _starts(orders: Orders, known: ir.Table, largest: list[str]) -> pd.DataFrame:
    """Sums over customers by the code of the first order; the place is missing for those who paid full price."""
    first = known.is_purchase & (known.order_number == 1)
    later = known.is_purchase & (known.order_number > 1)
    each = each_starter(
        known,
        place=_place(known.code, largest).max(where=first & known.is_discounted),
        later=known.count(where=later),
        cheap=known.count(where=later & known.is_discounted),
    )
    x, y = each.cheap.cast("float64"), each.later.cast("float64")
    sums = sums_by(
        orders,
        each,
        "place",
        later_orders=each.later.sum(),
        cheap=each.cheap.sum(),
        cheap_cheap=(x * x).sum(),
        later_later=(y * y).sum(),
        cheap_later=(x * y).sum(),
        with_later=each.count(where=each.later > 0),
    )
    if sums.empty:
        raise nobody(orders)
    return sums.astype({"place": "float64"})


def _by_first_order(orders: Orders, starts: pd.DataFrame) -> pd.DataFrame:
    is_discounted = starts["place"].notna().rename("is_discounted")
    sums = starts.drop(columns="place").groupby(is_discounted).sum().reindex([False, True]).fillna(0)
    table = came_back(orders, sums)
    table.insert(0, "first_order", [FULL, DISCOUNTED])
    table["later_orders"] = sums["later_orders"].astype("int64")
    below = sums["later_orders"].where(sums["later_orders"] > 0).astype(float)
    table["discount_dependence"] = sums["cheap"] / below
    table["discount_dependence_low"], table["discount_dependence_high"] = share_of_sums(
        sums["with_later"], sums["cheap"], below, sums["cheap_cheap"], sums["later_later"], sums["cheap_later"]
    )
    table["discount_dependence_n"] = sums["with_later"].astype("int64")
    return table.reset_index(drop=True)


def _by_prices(orders: Orders, known: ir.Table) -> pd.DataFrame:
    each = known.group_by("customer_id").aggregate(
        orders=known.count(where=known.is_purchase),
        cheap=known.count(where=known.is_purchase & known.is_discounted),
    )
    each = each.filter(each.orders > 0)
    price = ibis.cases((each.cheap == each.orders, 0), (each.cheap > 0, 1), else_=2)
    each = each.mutate(price=price, again=each.orders > 1)
    cells = orders.frame(each.group_by("price", "again").aggregate(customers=each.count()))
    rows = []
    for base, part in ((ALL, cells), (REPEATERS, cells[cells["again"]])):
        counts = part.groupby("price")["customers"].sum().reindex(range(3)).fillna(0).astype("int64")
        rows.append(pd.DataFrame({"base": base, "price": PRICES, "customers": counts, "n": int(counts.sum())}))
    table = pd.concat(rows, ignore_index=True)
    share(table, "share", table["customers"], table["n"])
    return table.rename(columns={"share_low": "low", "share_high": "high"})[
        ["base", "price", "customers", "share", "low", "high", "n"]
    ]


def _by_code(orders: Orders, bought: ir.Table, starts: pd.DataFrame, largest: list[str], others: int) -> pd.DataFrame:
    bought = bought.mutate(place=_place(bought.code, largest))
    unit = ibis.coalesce(bought.customer_id, -bought.order_id)
    each = bought.group_by("place", unit=unit).aggregate(
        orders=bought.count(),
        new=bought.count(where=bought.order_number == 1),
        net=bought.net.sum().cast("int64"),
        gross=bought.gross.sum().cast("int64"),
        discounts=bought.discounts.sum().cast("int64"),
    )
    x, y = each.discounts.cast("float64"), each.gross.cast("float64")
    sums = orders.frame(
        each.group_by("place").aggregate(
            units=each.count(),
            orders=each.orders.sum(),
            customers=each.count(where=each.unit > 0),
            new_customers=each.new.sum(),
            net=each.net.sum(),
            gross=each.gross.sum(),
            discounts=each.discounts.sum(),
            xx=(x * x).sum(),
            yy=(y * y).sum(),
            xy=(x * y).sum(),
        )
    )
    sums = sums.set_index("place").sort_index()
    names = [*largest, OTHERS, NO_CODE]
    table = pd.DataFrame({"code": [names[place] for place in sums.index], "kind": "code"}, index=sums.index)
    table.loc[table.index == len(largest), "kind"] = "others"
    table.loc[table.index == len(largest) + 1, "kind"] = "none"
    table["codes"] = table["kind"].map({"code": 1, "others": others, "none": 0}).astype("int64")
    for name in ("orders", "customers", "new_customers"):
        table[name] = sums[name].astype("int64")
    for name in ("net", "gross", "discounts"):
        table[name] = sums[name] / 100
    below = sums["gross"].where(sums["gross"] > 0).astype(float)
    table["discount_share"] = sums["discounts"] / below
    table["discount_share_low"], table["discount_share_high"] = share_of_sums(
        sums["units"], sums["discounts"], below, sums["xx"], sums["yy"], sums["xy"]
    )
    began = came_back(orders, starts.dropna(subset="place").set_index("place"))
    columns = [name for name in began if name.startswith(("second_order_rate_90", "repeat_rate_to_date"))]
    table = table.join(began[columns]).reset_index(drop=True)
    return table.fillna({"second_order_rate_90_n": 0}).astype({"second_order_rate_90_n": "int64"})


def _notes() -> tuple[str, ...]:
    notes = []
    notes.append(
        "People who take a discount differ from those who do not, so this shows what goes together and not what a discount "
        "causes. The effect would show in a test that gives the discount to a random part of the new customers and leaves the rest "
        "as a hold-out."
    )
    return tuple(notes)
