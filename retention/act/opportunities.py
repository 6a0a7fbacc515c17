"""What to do this week: groups of customers worth writing to, in the order of what that could bring."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from retention.act.kinds import Kind
from retention.act.measured import KEYS, KINDS, measure
from retention.act.moments import Shop, look_at
from retention.act.worth import priced
from retention.errors import EmptyError, check_option
from retention.orders import Orders
from retention.segment.people import KNOWN

SUMS = ("value", "value_low", "value_high", "profit", "profit_low", "profit_high")


@dataclass(frozen=True)
class Opportunities:
    """What `rank_opportunities` returns.

    table: one row a kind of opportunity; its columns stand there
    total: people, reachable, value, profit with ranges, nobody counted twice
    facts: key → what the choice of people rests on
    has_addresses: whether the file holds addresses; without any everybody counts as reachable
    left_out: the kinds that are not in it because somebody said so
    """

    table: pd.DataFrame
    total: pd.Series
    facts: dict[str, dict[str, object]] = field(repr=False)
    as_of: date
    days: int
    has_addresses: bool
    currency: str
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def ranked(self) -> pd.DataFrame:
        """The rows about which enough is known, the most valuable first."""
        return self.table[self.table["rank"].notna()]


def rank_opportunities(
    orders: Orders,
    uplift: float | dict[str, float] | None = None,
    days: int = 30,
    lapse_days: int | None = None,
    leave_out: tuple[str, ...] | list[str] = (),
) -> Opportunities:
    """Whom to write to this week, and what that could be worth, in the order of the expected value.

    Expected value = people who may be written to × their chance to buy in the next 30 days anyway × the value of an order × the
    uplift. The uplift is an assumption and not a measurement: how many more orders come because of the message, for each order
    that would come anyway. It is 0.2 (0.1 for full_price, losing_products and unanswered_ratings), taken to be anywhere from half to
    one and a half of that. Only a test with a hold-out measures it; put in what your tests have shown.

    The chance is the shop's own: of those who would have been chosen 30, 60 and 90 days ago by the same rule, the share who bought
    within the 30 days that followed. The value of an order is what these brought in that time, net revenue ÷ orders; where fewer than
    30 bought, that of all orders of the people chosen. At stake is what these
    people would spend in that time anyway, people × chance × value of an order; it is no gain and not part of the expected value.

    The kinds. second_order: bought once, as many days ago as the middle half of those who come back take to do so. slipping_best:
    Champions and Loyal Customers by their scores who have been silent for more than twice their usual gap. replenishment: last bought
    a product that at least 30 customers bought again as long ago as the middle half of those take. lapsed_valuable: silent for longer than
    the lapse threshold and among the fifth with most net revenue. full_price: three orders or more, never a discount, not lapsed.
    losing_products: bought once, not lapsed, a product after which fewer first-time buyers come back within 90 days, or which is
    returned more often, than chance explains. habits: always bought with a discount or a code, on two days or more, and their usual
    gap is over. unanswered_ratings: a low rating in the last 60 days, no ticket and no order since.

    one_channel: every order came through the same channel, on two days or more, which is not the shop's largest but of the others
    the one with most such people; may be written to, and their usual gap is over without having lapsed.

    People may stand in several kinds. In the total each counts once, in the highest of their ranks.

    uplift: one share from 0 to 1 for all, or a dict of them by key. days: the time ahead, 7 to 90. lapse_days: as many days of silence
    as count as lapsed, by default those of `lapse_threshold`. With filters, the purchases that pass them.

    leave_out: keys of kinds that are done or do not suit; they take part in no rank, overlap or total.

    Returns an Opportunities. table: rank (missing where there is too little to tell, under 30 people now or on the earlier days, and where nobody may be written to), key,
    people, reachable (an e-mail address of their own, and marketing not refused), overlap (of the people, those in a higher rank), value,
    value_low, value_high, profit with its range (missing without a margin), at_stake with its range, chance with its range and chance_n
    (people on the earlier days), order_value with its range, margin, uplift with its range, weekday (0 is Monday, on which these people
    order most; missing under 30 orders), weekday_share, stands_out (whether that is more than a seventh beyond chance), send_on (the first such day from the end of observation on), reward ("points",
    "gift" or "none", never a discount), products (up to three, joined by "; "), enough. Money in currency units. Ranges: 95 % of the
    order value; of the chance also the weakest and best of the earlier months; the uplift from half to one and a half; combined as
    independent. Raises OptionError for an uplift, days, lapse_days or leave_out that cannot be.

    When not to trust it: nobody knows what a message does before it was tested. The chance is that of the last months, so after a
    season it is too high. Some of these people are chosen because they bought little or late, which may be about to change by
    itself. What a message, a gift or points cost is not taken off.

    >>> import retention as rt
    >>> found = rt.rank_opportunities(rt.load_sample("shop"))
    >>> best = found.table.iloc[0]
    >>> bool(best["value_low"] < best["value"] < best["value_high"]), bool(found.total["value"] <= found.table["value"].sum())
    (True, True)
    """
    for key in leave_out:
        check_option("leave_out", key, KEYS)
    measured = measure(orders, days, lapse_days)
    rows = measured.rows[~measured.rows["key"].isin(leave_out)]
    table = _ranked(priced(rows, uplift), measured.cells)
    return Opportunities(
        table=table.drop(columns="bit"),
        total=_total(table, measured.cells),
        facts={key: dict(facts) for key, facts in measured.facts.items()},
        as_of=orders.as_of,
        days=days,
        has_addresses=measured.has_addresses,
        currency=orders.currency,
        left_out=tuple(leave_out),
        notes=measured.notes,
    )


def opportunity_customers(
    orders: Orders,
    key: str,
    uplift: float | dict[str, float] | None = None,
    days: int = 30,
    lapse_days: int | None = None,
) -> pd.DataFrame:
    """The people of one opportunity as a list to write to, those of whom most is expected first.

    key and options are those of `rank_opportunities`. The expected value of the opportunity is shared out among those who may be
    written to in proportion to their own average order value, so that the list sums to it; who may not be written to has none.

    Returns one row a customer: customer_id, customer_ref, name, email, phone, country, city, contactable (has an e-mail address of their
    own), consent (agreed to marketing; missing where no file says), last_order, opportunity (the key), orders, net (currency units),
    days_since_order, usual_gap (days between their orders; missing for one), reachable, expected_value (currency units; missing where it is too little to
    tell), product (to suggest), send_on (day). Raises OptionError for an unknown key and EmptyError where the shop has nothing to
    choose by, such as ratings.

    When not to trust it: an address is no permission; write only to those who agreed, as the law of their country asks. The value of
    a single customer is a share of an assumption, good for sorting and nothing else.

    >>> import retention as rt
    >>> people = rt.opportunity_customers(rt.load_sample("shop"), "second_order")
    >>> people["expected_value"].is_monotonic_decreasing, int(people["orders"].max())
    (True, 1)
    """
    check_option("key", key, KEYS)
    measured = measure(orders, days, lapse_days)
    notes: list[str] = []
    shop = look_at(orders, days, lapse_days)
    kind = KINDS[KEYS.index(key)](shop, notes)
    if kind is None:
        raise EmptyError(
            "There is no list of these people. {reason}",
            "Choose another opportunity, or bring what is missing.",
            reason=notes[0],
        )
    rows = priced(measured.rows, uplift)
    return _listed(shop, kind, rows[rows["key"] == key].iloc[0])


def _ranked(rows: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """The rows in the order of their value, with `rank` and `overlap`; those of too little to tell last."""
    rows = rows.sort_values("value", ascending=False, kind="stable", na_position="last", ignore_index=True)
    rows["rank"] = np.where(rows["value"].notna(), rows.index + 1.0, np.nan)
    higher, overlap = 0, []
    for bit, value in zip(rows["bit"], rows["value"], strict=True):
        overlap.append(int(cells.loc[(cells["mask"] & bit > 0) & (cells["mask"] & higher > 0), "people"].sum()))
        higher |= int(bit) if pd.notna(value) else 0
    rows["overlap"] = np.array(overlap, dtype="int64")
    first = ["rank", "key", "people", "reachable", "overlap", "value", "value_low", "value_high"]
    return rows[[*first, *(name for name in rows.columns if name not in first)]]


def _total(table: pd.DataFrame, cells: pd.DataFrame) -> pd.Series:
    """People and money of all ranks, each customer in the highest of theirs."""
    left, total = cells.copy(), dict.fromkeys(("people", "reachable", *SUMS), 0.0)
    for row in table[table["rank"].notna()].to_dict("records"):
        here = left["mask"] & row["bit"] > 0
        new = left.loc[here & left["reachable"], "people"].sum()
        total["people"] += left.loc[here, "people"].sum()
        total["reachable"] += new
        for name in SUMS:
            total[name] += row[name] * new / row["reachable"] if row["reachable"] else 0.0
        left = left[~here]
    return pd.Series(total)


def _listed(shop: Shop, kind: Kind, row: pd.Series) -> pd.DataFrame:
    members = kind.members[0]
    now, can = shop.now, shop.reachable[members]
    people = pd.DataFrame({"customer_id": shop.customers[members], "opportunity": kind.key})
    people["orders"], people["net"] = now.orders[members], now.net[members] / 100
    people["days_since_order"] = now.silent[members].astype("int64")
    people["usual_gap"] = now.usual_gap[members]
    people["reachable"] = can
    worth = np.where(can, np.maximum(people["net"] / people["orders"], 0.0), 0.0)
    worth = worth if worth.sum() > 0 else can.astype(float)
    people["expected_value"] = row["value"] * worth / worth.sum() if can.any() else np.nan
    product = row["products"].split("; ")[0] or None
    people["product"] = product if kind.product is None else people["customer_id"].map(kind.product)
    people["send_on"] = row["send_on"]
    known = shop.orders.frame(shop.orders.customers.select("customer_id", *KNOWN))
    people = people.merge(known, on="customer_id", how="left")
    people = people.sort_values(
        ["expected_value", "net", "customer_ref"], ascending=[False, False, True], ignore_index=True
    )
    rest = [name for name in people.columns if name not in {"customer_id", *KNOWN}]
    return people[["customer_id", *KNOWN, *rest]]
