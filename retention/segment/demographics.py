"""Do customers of one age, gender or place buy otherwise than the others?"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from retention.errors import EmptyError, check_option
from retention.intervals import ENOUGH, newcombe, ratio_of_sums, wilson
from retention.measure.first_orders import WITHIN, nobody, of_known_customers
from retention.orders import Orders
from retention.periods import day_number
from retention.schema import CUSTOMERS

COLUMNS = {"age": "birth_year", "gender": "gender", "country": "country", "city": "city"}
UNKNOWN, OTHERS = "unknown", "others"
LARGEST = 12
BANDS = {
    "under 25": 25,
    "25–34": 35,
    "35–44": 45,
    "45–54": 55,
    "55–64": 65,
    "65 and over": 101,
}  # name → below this age
YOUNGEST = 10  # a younger customer is a date of birth that somebody made up
ALPHA = 0.05
RATE = "second_order_rate_90"


@dataclass(frozen=True)
class DemographicTable:
    """What `demographic_table` returns.

    table: one row a group
    by: age, gender, country or city
    """

    table: pd.DataFrame
    by: str
    currency: str = field(repr=False)
    notes: tuple[str, ...] = ()


def demographic_table(orders: Orders, by: str = "age") -> DemographicTable:
    """Key figures of the customers by age, gender, country or city, and which groups stand out.

    A customer counts once, with what the orders or the customers file say of them. Age is what they turn in the year of
    the last order; under 10 and over 100 it counts as unknown. Places and genders are told apart by their spelling,
    capital letters and spaces at the ends aside; the 12 with the most customers stand alone, the rest are others. Those
    of whom it is not known are a group of their own.

    Average order value = net ÷ orders. Orders per customer = orders ÷ customers. Repeat purchase rate = customers with
    two or more purchases ÷ customers. Second-order rate = customers whose second purchase came within 90 days of the
    first ÷ customers whose first lies at least 90 days before the end of observation; with filters, of those whose
    first purchase passes.

    The second-order rate of each group is compared with that of all other customers of whom it is known: a fair
    comparison, since everybody in it had the same 90 days. The p-value is that of Fisher's exact test, adjusted by Holm
    for the number of groups compared, so that the chance of calling any group different when none is stays below 5 %.
    Two groups are one comparison. Groups of fewer than 30 customers old enough, others and unknown are not tested.

    Returns a DemographicTable. by is "age", "gender", "country" or "city". table, ages from young to old and the rest
    by customers: group, customers, share of all customers, orders, net, aov, purchase_frequency, repeat_rate,
    second_order_rate_90 with second_order_rate_90_n, each share and mean with its 95 % interval in `<name>_low` and
    `<name>_high`; difference from the others (0.05 for five points more) with difference_low and difference_high,
    p_value, p_adjusted, differs (true, false, missing where not tested). Money in currency units. Intervals: Wilson for
    shares, the delta method over customers for means, Newcombe for the difference; they are not adjusted. Raises
    OptionError for another by, and EmptyError when no customer can be told apart and when the files say it of nobody.

    With filters, it takes the orders that pass them, and their customers.

    When not to trust it: it describes and does not explain. Older customers may have come earlier, through another
    channel, for other products. Those of whom it is known may differ from the rest. The place is that of the customer's
    address, which for a gift is somebody else's; places of one name in two countries are one.

    >>> import retention as rt
    >>> result = rt.demographic_table(rt.load_sample(), by="gender")
    >>> result.table["group"].tolist()
    ['female', 'male', 'unknown']
    """
    check_option("by", by, tuple(COLUMNS))
    found = orders.frame(_sums(of_known_customers(orders), COLUMNS[by], day_number(orders.as_of) - WITHIN))
    if found.empty:
        raise nobody(orders)
    last_year = (orders.as_of - timedelta(days=1)).year
    found["group"] = _age_bands(last_year - found["key"]) if by == "age" else _places(found)
    sums = found.drop(columns="key").groupby("group").sum()
    if list(sums.index) == [UNKNOWN]:
        raise _said_of_nobody(by)
    table = _figures(sums.loc[_in_order(sums, by)])
    table = table.join(_against_the_others(table))
    return DemographicTable(table.rename_axis("group").reset_index(), by, orders.currency, _notes(table))


def _said_of_nobody(by: str) -> EmptyError:
    return {
        "age": EmptyError(
            "The files say of nobody how old they are.",
            "Add a customers file with a column such as birth_date or birth_year, on the Data page.",
        ),
        "gender": EmptyError(
            "The files say of nobody which gender they have.",
            "Add a customers file with a column such as gender or salutation, on the Data page.",
        ),
        "country": EmptyError(
            "The files say of nobody in which country they live.",
            "Use an order export with the address, or add a customers file with a column such as country, on the Data page.",
        ),
        "city": EmptyError(
            "The files say of nobody in which city they live.",
            "Use an order export with the address, or add a customers file with a column such as city, on the Data page.",
        ),
    }[by]


@lru_cache
def _sums(known: ir.Table, column: str, old_enough_until: int) -> ir.Table:
    """Sums over the customers by what is known of them: key, customers, orders, …"""
    bought = known.is_purchase
    each = known.group_by("customer_id").aggregate(
        orders=known.count(where=bought),
        net=known.net.sum().cast("int64"),
        first=known.day.min(where=bought & (known.order_number == 1)),
        second=known.day.min(where=bought & (known.order_number > 1)),
    )
    each = each.filter(each.orders > 0)
    each = each.left_join(CUSTOMERS.select("customer_id", key=column), "customer_id")
    x, y = each.net.cast("float64"), each.orders.cast("float64")
    is_old = each["first"] <= old_enough_until
    return each.group_by("key").aggregate(
        customers=each.count(),
        orders=each.orders.sum().cast("int64"),
        again=each.count(where=each.orders > 1),
        old=each.count(where=is_old),
        seconds=each.count(where=is_old & (each.second - each["first"] <= WITHIN)),
        net=each.net.sum(),
        net_net=(x * x).sum(),
        orders_orders=(y * y).sum(),
        net_orders=(x * y).sum(),
    )


def _age_bands(ages: pd.Series) -> np.ndarray:
    limits = [YOUNGEST, *BANDS.values()]
    ages = ages.astype(float)
    bands = pd.cut(ages, limits, right=False, labels=list(BANDS))
    return bands.astype(object).where(bands.notna(), UNKNOWN).to_numpy()


def _places(found: pd.DataFrame) -> pd.Series:
    """The 12 largest by name, as most of its customers spell it, rather in small letters; then others and unknown."""
    names = found["key"].astype(object).where(found["key"].notna(), "").astype(str).str.strip()
    folded = names.str.casefold()
    frame = pd.DataFrame({"name": names, "folded": folded, "customers": found["customers"]})
    frame["small"] = names.str.swapcase()
    frame = frame.sort_values(["customers", "small"], ascending=[False, True])
    spelled = frame.drop_duplicates("folded").set_index("folded")["name"]
    sizes = frame[frame["folded"] != ""].groupby("folded")["customers"].sum().reset_index()
    largest = sizes.sort_values(["customers", "folded"], ascending=[False, True])["folded"].head(LARGEST)
    groups = folded.map(spelled).where(folded.isin(largest), OTHERS)
    return groups.where(folded != "", UNKNOWN)


def _in_order(sums: pd.DataFrame, by: str) -> list[str]:
    last = [name for name in (OTHERS, UNKNOWN) if name in sums.index]
    if by == "age":
        return [*(band for band in BANDS if band in sums.index), *last]
    rest = sums.drop(index=last).reset_index().sort_values(["customers", "group"], ascending=[False, True])
    return [*rest["group"], *last]


def _figures(sums: pd.DataFrame) -> pd.DataFrame:
    n, bought = sums["customers"], sums["orders"]
    table = pd.DataFrame({"customers": n.astype("int64")})

    def share(name: str, part: pd.Series, of: pd.Series | int) -> None:
        of = pd.Series(of, index=sums.index).astype(float)
        table[name] = part / of.where(of > 0)
        table[f"{name}_low"], table[f"{name}_high"] = wilson(part, of)

    share("share", n, int(n.sum()))
    table["orders"], table["net"] = bought.astype("int64"), sums["net"] / 100
    table["aov"] = sums["net"] / bought / 100
    low, high = ratio_of_sums(n, sums["net"], bought, sums["net_net"], sums["orders_orders"], sums["net_orders"])
    table["aov_low"], table["aov_high"] = low / 100, high / 100
    table["purchase_frequency"] = bought / n
    table["purchase_frequency_low"], table["purchase_frequency_high"] = ratio_of_sums(
        n, bought, n, sums["orders_orders"], n, bought
    )
    share("repeat_rate", sums["again"], n)
    share(RATE, sums["seconds"], sums["old"])
    table[f"{RATE}_n"] = sums["old"].astype("int64")
    return table


def _against_the_others(table: pd.DataFrame) -> pd.DataFrame:
    """Each group's second-order rate beside that of all others of whom it is known; missing where not tested."""
    from scipy.stats import fisher_exact
    from statsmodels.stats.multitest import multipletests

    known = table.drop(index=UNKNOWN, errors="ignore")
    n = known[f"{RATE}_n"]
    seconds = (known[RATE].fillna(0) * n).round()
    rest_n, rest = n.sum() - n, seconds.sum() - seconds
    result = pd.DataFrame(index=table.index)
    result["difference"] = seconds / n.where(n > 0) - rest / rest_n.where(rest_n > 0)
    low, high = newcombe(seconds, n, rest, rest_n)
    result["difference_low"], result["difference_high"] = (pd.Series(end, known.index) for end in (low, high))
    tested = known.index[(n >= ENOUGH) & (rest_n >= ENOUGH) & (known.index != OTHERS)]
    p_values = [
        fisher_exact([[seconds[name], n[name] - seconds[name]], [rest[name], rest_n[name] - rest[name]]]).pvalue
        for name in tested
    ]
    result["p_value"] = pd.Series(p_values, tested, dtype=float)
    adjusted = multipletests(p_values, method="holm")[1] if len(known) > 2 and p_values else p_values
    result["p_adjusted"] = pd.Series(adjusted, tested, dtype=float)
    differs = (result["p_adjusted"] < ALPHA).astype("boolean")
    result["differs"] = differs.where(result["p_adjusted"].notna(), pd.NA)
    return result


def _notes(table: pd.DataFrame) -> tuple[str, ...]:
    notes = []
    if table["p_value"].notna().any():
        notes.append(
            "Each group's second orders within 90 days are compared with those of all other customers of whom it is known; the "
            "more groups there are, the more a difference has to be to count (Fisher's exact test, adjusted by Holm)."
        )
        notes.append(
            "Groups differ in more than this: when they came, through which channel and for what. That one comes back more does "
            "not mean that it is the reason."
        )
    else:
        notes.append("Too few customers with 90 days behind them to compare the groups.")
    if UNKNOWN in table.index and table.loc[UNKNOWN, "share"] > 0.5:
        notes.append("Of more than half of the customers it is not known; those of whom it is may differ from them.")
    return tuple(notes)
