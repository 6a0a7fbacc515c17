"""Where do customers come from, and do those who use several channels stay?"""

from __future__ import annotations

from dataclasses import dataclass, field

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from retention.intervals import ratio_of_sums
from retention.margin import SCALE
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

UNKNOWN, OTHERS, ONE, SEVERAL = "unknown", "others", "one channel", "several channels"
CHANNELS = 30  # a file with more has other things in the column; the rest is taken together
COMBINATIONS = 10


@dataclass(frozen=True)
class ChannelTable:
    """What `channel_table` returns.

    table: one row a channel
    combinations: one row a set of channels that a customer used, and two that sum them up
    flow: one row a first channel and a channel of later orders
    """

    table: pd.DataFrame
    combinations: pd.DataFrame = field(repr=False)
    flow: pd.DataFrame = field(repr=False)
    currency: str = field(repr=False)
    notes: tuple[str, ...] = ()


def channel_table(orders: Orders) -> ChannelTable:
    """Where customers come from, which channels they use, and whether those who use several stay.

    A channel's customers have bought through it at least once; its new customers made their first purchase ever there.
    Average order value = net ÷ orders. Repeat rate to date = new customers of the channel with a second purchase, in any
    channel, ÷ new customers of the channel. Customer value to date = all that they have brought, in any channel, ÷ new
    customers of the channel.

    Whoever uses two channels has bought at least twice, so a repeat rate of those who use several would be 100 % by definition.
    Combinations are therefore compared among customers with at least two purchases, by the channels of the first two:
    third-order rate = customers with a third purchase ÷ customers with two. Counting every channel ever used would still
    flatter those who use several, since whoever buys often has more occasions to use another. The average order value and the
    value to date of a combination are those of customers with at least two purchases who ever used exactly these channels; this
    flattery is in them.

    From a first channel to a later one: share = later orders through the later channel ÷ all later orders of the customers
    who started in the first.

    With filters, what counts are the orders that pass; new customers are those whose first purchase passes. Orders that
    name no channel are taken together as unknown, channels beyond the 30 with the most orders as others.

    Returns a ChannelTable. Its table has one row a channel, the most used first: channel, customers, new_customers, new_share
    (of all new customers), orders, unidentified_orders (further orders, which name nobody and count nowhere else here), net, aov,
    repeat_rate_to_date, clv_to_date, profit_per_customer (missing without a margin) and days_observed (mean days since the first
    purchase of its new customers). combinations: name (channels in alphabetical order), kind (combination, others, summary),
    channels (how many), customers, share, repeaters (with at least two purchases), aov, clv_to_date, profit_per_customer,
    third_order_rate and third_order_rate_n; the ten largest, ties by fewer channels and then by name, the others, and the sums over
    "one channel" and "several channels". flow: from, to, customers, orders, later_orders, share, low, high, n (customers behind
    the later orders). Every share and mean has its 95 % interval in `<name>_low` and `<name>_high`: Wilson for shares of
    customers, the delta method over customers for the rest. Money in currency units; shares from 0 to 1. Raises EmptyError when
    no customer can be told apart.

    When not to trust it: people choose their channel, so a channel whose customers stay need not be what makes them stay.
    Rates and values to date grow with time: compare channels only where days_observed are alike. Somebody who buys in the
    store without giving a name is in no customer figure.

    >>> import retention as rt
    >>> result = rt.channel_table(rt.load_sample())
    >>> result.table[["channel", "new_customers"]].head(2).to_numpy().tolist()
    [['web', 2640], ['app', 703]]
    >>> int(result.table["new_customers"].sum())
    4000
    """
    names = _names(orders)
    if not names["known"].sum() > 0:
        raise nobody(orders)
    known = of_known_customers(orders)
    bits = {name: 1 << place for place, name in enumerate(sorted(names.index, reverse=True))}
    coded = known.mutate(bit=_bit(known.channel, bits))
    starts = _starts(orders, coded)
    table = _channels(orders, coded, starts, bits, names["nobody"])
    return ChannelTable(
        table=table,
        combinations=_combinations(orders, coded, starts, bits),
        flow=_flow(orders, coded, starts, bits, table["channel"]),
        currency=orders.currency,
        notes=_notes(table),
    )


def _names(orders: Orders) -> pd.DataFrame:
    """The channels by name, with their purchases of known customers and of nobody."""
    table = orders.orders
    table = table.filter(table.is_purchase | (table.is_return & table.customer_id.notnull()))
    is_known = table.customer_id.notnull()
    by_name = table.group_by(channel=table.channel.fill_null(UNKNOWN)).aggregate(
        known=table.count(where=table.is_purchase & is_known), nobody=table.count(where=~is_known)
    )
    place = ibis.row_number().over(ibis.window(order_by=[by_name.known.desc(), by_name.channel]))
    short = by_name.mutate(name=ibis.ifelse(place < CHANNELS, by_name.channel, ibis.literal(OTHERS)))
    return orders.frame(short.group_by("name").aggregate(known=short.known.sum(), nobody=short.nobody.sum())).set_index(
        "name"
    )


def _bit(channel: ir.StringColumn, bits: dict[str, int]) -> ir.IntegerValue:
    """A power of two a channel, larger for names that come first: a set of channels is then their sum."""
    rest = ibis.literal(bits.get(OTHERS, 0), "int64")
    whens = [(name, ibis.literal(bit, "int64")) for name, bit in bits.items() if name != OTHERS]
    channel = channel.fill_null(UNKNOWN)
    return ibis.cases(*((channel == name, bit) for name, bit in whens), else_=rest) if whens else rest


def _starts(orders: Orders, coded: ir.Table) -> pd.DataFrame:
    """Sums over customers by the channels of their first two purchases; the second is missing where there is none."""

    def nth(number: int) -> ir.BooleanValue:
        return coded.is_purchase & (coded.order_number == number)

    each = each_starter(
        coded,
        first_bit=coded.bit.max(where=nth(1)),
        second_bit=coded.bit.max(where=nth(2)),
        later=coded.count(where=coded.is_purchase & (coded.order_number > 1)),
        thirds=coded.count(where=coded.is_purchase & (coded.order_number > 2)),
    )
    return sums_by(
        orders,
        each,
        "first_bit",
        "second_bit",
        later_orders=each.later.sum(),
        later_later=(each.later.cast("float64") * each.later).sum(),
        thirds=each.count(where=each.thirds > 0),
    )


def _channels(
    orders: Orders, coded: ir.Table, starts: pd.DataFrame, bits: dict[str, int], unidentified: pd.Series
) -> pd.DataFrame:
    each = coded.group_by("bit", "customer_id").aggregate(
        orders=coded.count(where=coded.is_purchase), net=coded.net.sum().cast("int64")
    )
    x, y = each.net.cast("float64"), each.orders.cast("float64")
    sums = orders.frame(
        each.group_by("bit").aggregate(
            customers=each.count(where=each.orders > 0),
            rows=each.count(),
            orders=each.orders.sum(),
            net=each.net.sum(),
            net_net=(x * x).sum(),
            orders_orders=(y * y).sum(),
            net_orders=(x * y).sum(),
        )
    )
    sums = sums.set_index("bit").reindex(list(bits.values())).fillna(0)
    table = pd.DataFrame({"channel": list(bits)}, index=sums.index)
    table["customers"] = sums["customers"].astype("int64")
    began = starts.drop(columns="second_bit").groupby("first_bit").sum().reindex(sums.index).fillna(0)
    began = came_back(orders, began).rename(columns={"customers": "new_customers"})
    table["new_customers"] = began["new_customers"]
    total = pd.Series(table["new_customers"].sum(), index=table.index)
    share(table, "new_share", table["new_customers"], total)
    table["orders"] = sums["orders"].astype("int64")
    table["unidentified_orders"] = unidentified.reindex(table["channel"]).to_numpy(dtype="int64")
    table["net"] = sums["net"] / 100
    _aov(table, sums, sums["rows"])
    columns = [name for name in began if name.startswith(("repeat_rate_to_date", "clv_to_date", "profit_per_customer"))]
    table = table.join(began[[*columns, "days_observed"]])
    return table.sort_values(["customers", "channel"], ascending=[False, True]).reset_index(drop=True)


def _aov(result: pd.DataFrame, sums: pd.DataFrame, n: pd.Series) -> None:
    below = sums["orders"].where(sums["orders"] > 0)
    result["aov"] = sums["net"] / below / 100
    low, high = ratio_of_sums(n, sums["net"], below, sums["net_net"], sums["orders_orders"], sums["net_orders"])
    result["aov_low"], result["aov_high"] = low / 100, high / 100


def _combinations(orders: Orders, coded: ir.Table, starts: pd.DataFrame, bits: dict[str, int]) -> pd.DataFrame:
    sums = orders.frame(_by_set(coded))
    sums = sums.sort_values(["customers", "channels", "set"], ascending=[False, True, False])
    two = starts.dropna(subset="second_bit").astype({"first_bit": "int64", "second_bit": "int64"})
    two = pd.DataFrame(
        {"set": two["first_bit"] | two["second_bit"], "second": two["customers"], "thirds": two["thirds"]}
    )
    two["is_several"] = two["set"].map(int.bit_count) > 1
    two["set"] = two["set"].where(two["set"].isin(sums["set"]), 0)
    parts = []
    for kind, key in (("combination", "set"), ("summary", "is_several")):
        part = sums.groupby(key, sort=False).sum(numeric_only=True)
        seconds = two.groupby(key)[["second", "thirds"]].sum()
        part = part.reindex([*part.index, *seconds.index.difference(part.index)]).join(seconds)
        part["channels"] = sums.groupby(key)["channels"].first() if key == "set" else np.nan
        parts.append(part.assign(kind=kind))
    sets, summary = parts
    sets["name"] = [" + ".join(sorted(name for name, bit in bits.items() if bit & key)) for key in sets.index]
    sets.loc[sets.index == 0, ["kind", "name", "channels"]] = ["others", OTHERS, np.nan]
    sets = sets.loc[[*(key for key in sets.index if key), *(key for key in sets.index if not key)]]
    summary = summary.reindex([False, True]).assign(kind="summary", name=[ONE, SEVERAL])
    rows = pd.concat([sets, summary], ignore_index=True)
    numbers = rows.columns.difference(["kind", "name", "channels"])
    rows[numbers] = rows[numbers].fillna(0)
    return _of_sets(rows, orders.margin is not None)


def _by_set(coded: ir.Table) -> ir.Table:
    """Sums over customers by the set of channels they used; 0 stands for all but the ten largest sets."""
    used = coded.group_by("customer_id", "bit").aggregate(
        orders=coded.count(where=coded.is_purchase), net=coded.net.sum(), profit=coded.profit.sum()
    )
    each = used.group_by("customer_id").aggregate(
        set=used.bit.sum(where=used.orders > 0).cast("int64"),
        channels=used.count(where=used.orders > 0),
        orders=used.orders.sum().cast("int64"),
        net=used.net.sum().cast("int64"),
        profit=used.profit.sum().cast("int64"),
    )
    each = each.filter(each.orders > 0)
    again = each.orders > 1
    x, y, z = (each[name].cast("float64") for name in ("net", "orders", "profit"))
    sums = each.group_by("set", "channels").aggregate(
        customers=each.count(),
        repeaters=each.count(where=again),
        orders=each.orders.sum(where=again),
        net=each.net.sum(where=again),
        profit=each.profit.sum(where=again),
        net_net=(x * x).sum(where=again),
        orders_orders=(y * y).sum(where=again),
        net_orders=(x * y).sum(where=again),
        profit_profit=(z * z).sum(where=again),
    )
    order = [sums.customers.desc(), sums.channels, sums["set"].desc()]
    place = ibis.row_number().over(ibis.window(order_by=order))
    named = sums.mutate(set=ibis.ifelse(place < COMBINATIONS, sums["set"], 0), is_several=sums.channels > 1)
    named = named.mutate(channels=ibis.ifelse(named["set"] > 0, named.channels, 0))
    totals = {name: named[name].sum() for name in sums.columns if name not in ("set", "channels")}
    return named.group_by("set", "channels", "is_several").aggregate(**totals)


def _of_sets(sums: pd.DataFrame, has_margin: bool) -> pd.DataFrame:
    total = sums.loc[sums["kind"] == "summary", "customers"].sum()
    result = sums[["name", "kind", "channels"]].copy()
    result["channels"] = result["channels"].astype("Int64")
    result["customers"] = sums["customers"].astype("int64")
    share(result, "share", sums["customers"], pd.Series(total, index=sums.index))
    n = result["repeaters"] = sums["repeaters"].astype("int64")
    _aov(result, sums, n)
    for name, x, unit in (("clv_to_date", "net", 100), ("profit_per_customer", "profit", 100 * SCALE)):
        value = sums[x] / unit if x == "net" or has_margin else sums[x] * np.nan
        result[name] = value / n.where(n > 0)
        squares = sums[f"{x}_{x}"] / unit / unit
        result[f"{name}_low"], result[f"{name}_high"] = ratio_of_sums(n, value, n, squares, n, value)
    result["third_order_rate_n"] = sums["second"].astype("int64")
    share(result, "third_order_rate", sums["thirds"], sums["second"])
    return result


def _flow(
    orders: Orders, coded: ir.Table, starts: pd.DataFrame, bits: dict[str, int], names: pd.Series
) -> pd.DataFrame:
    bought = coded.filter(coded.is_purchase)
    later = bought.filter(bought.order_number > 1).group_by("customer_id", "bit").aggregate(orders=lambda t: t.count())
    totals = later.group_by("customer_id").aggregate(total=later.orders.sum())
    firsts = bought.filter(bought.order_number == 1).select("customer_id", first_bit="bit")
    each = later.inner_join(firsts, "customer_id").inner_join(totals, "customer_id")
    x = each.orders.cast("float64")
    cells = orders.frame(
        each.group_by("first_bit", "bit").aggregate(
            customers=each.count(), orders=each.orders.sum(), xx=(x * x).sum(), xy=(x * each.total).sum()
        )
    )
    began = starts.drop(columns="second_bit").groupby("first_bit")[["repeaters", "later_orders", "later_later"]].sum()
    began = began[began["later_orders"] > 0]
    places = [bits[name] for name in names]
    index = pd.MultiIndex.from_product(
        [[bit for bit in places if bit in began.index], places], names=["first_bit", "bit"]
    )
    cells = cells.set_index(["first_bit", "bit"]).reindex(index).fillna(0).reset_index().join(began, on="first_bit")
    below = cells["later_orders"].astype(float)
    low, high = share_of_sums(
        cells["repeaters"], cells["orders"], below, cells["xx"], cells["later_later"], cells["xy"]
    )
    called = {bit: name for name, bit in bits.items()}
    return pd.DataFrame(
        {
            "from": cells["first_bit"].map(called),
            "to": cells["bit"].map(called),
            "customers": cells["customers"].astype("int64"),
            "orders": cells["orders"].astype("int64"),
            "later_orders": below.astype("int64"),
            "share": cells["orders"] / below,
            "low": low,
            "high": high,
            "n": cells["repeaters"].astype("int64"),
        }
    )


def _notes(table: pd.DataFrame) -> tuple[str, ...]:
    notes = []
    notes.append(
        "People choose their channels, so this shows what goes together and not what a channel causes. The effect would show "
        "in a test that offers another channel to a random part of the customers and leaves the rest as a hold-out."
    )
    notes.append(
        "Whoever used two channels has bought twice. That is why those who changed channel are compared with others who bought "
        "twice, by whether they bought a third time."
    )
    if table["unidentified_orders"].sum() > 0:
        notes.append("Orders that name nobody are left out: nobody can say who came back.")
    if UNKNOWN in set(table["channel"]) and len(table) > 1:
        notes.append("Orders that name no channel are taken together as unknown.")
    return tuple(notes)
