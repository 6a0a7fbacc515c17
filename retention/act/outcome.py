"""What the drivers of a forecast bring once levers have moved."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from retention.act.facts import Facts, Shipping, shipping
from retention.act.levers import Changes
from retention.errors import EmptyError, OptionError
from retention.predict.forecast import RevenueForecast
from retention.predict.laws import DropOutAfterPurchase, Law
from retention.predict.projection import Drivers, since_arrival

A_YEAR = 365.0  # days within which a second order is looked for
KEPT = 500  # ways of staying, and of buying, that are kept
MOST = 0.99  # nobody keeps everybody
NOBODY = np.zeros(1)


@dataclass(frozen=True, eq=False)
class Baseline:
    """The forecast as now, what it is made of, and what the books say; what was once reckoned out for it is kept."""

    forecast: RevenueForecast
    drivers: Drivers
    facts: Facts
    alike: np.ndarray = field(repr=False)
    kept: dict[float, Staying] = field(default_factory=dict, repr=False)
    buying: dict = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Staying:
    """How customers buy on at one chance to stay. stay: after the first order; second_rate: a second one within a year.
    existing, later, second: orders by month of the customers there are, later and second orders of those who come."""

    law: Law | None
    stay: float
    second_rate: float
    most: float  # times as many who come for a second order cannot be more than all
    existing: np.ndarray
    later: np.ndarray
    second: np.ndarray


def staying(base: Baseline, retention: float) -> Staying:
    """How customers buy on when the chance to stay after an order changes by so much."""
    return remembered(base.kept, retention, lambda: _staying(base, retention))


def remembered(kept: dict, key: Hashable, reckon: Callable[[], Any]) -> Any:
    """What was once reckoned out for a key."""
    found = kept.get(key)
    if found is None:
        if len(kept) >= KEPT:
            kept.clear()
        found = kept[key] = reckon()
    return found


def _staying(base: Baseline, retention: float) -> Staying:
    of = base.drivers
    if of.model is None:
        return Staying(None, np.nan, np.nan, np.inf, of.existing, of.later, np.zeros(len(of.months)))
    law = with_retention(of.model.law, retention)
    stay = float(law.p_alive(NOBODY, NOBODY, NOBODY)[0])
    rate = stay * float(law.chance_if_alive(1, A_YEAR, NOBODY, NOBODY)[0])
    time = since_arrival(of.ends)
    second = of.arriving @ np.diff(stay * law.chance_if_alive(1, time, 0.0 * time, 0.0 * time), axis=1)
    existing, later = of.existing, of.later
    if retention:
        later = of.arriving @ np.diff(stay * law.orders_if_alive(time, 0.0 * time, 0.0 * time), axis=1)
        existing = _of_those_who_stay_longer(base, law)
    most = 1 / stay if isinstance(law, DropOutAfterPurchase) else 1 / rate
    return Staying(law, stay, rate, most, existing, later, second)


def with_retention(law: Law, retention: float) -> Law:
    """The law with the chance to stay after the first order moved, and the odds of leaving after any order by one factor.

    At most 99 in 100 stay. Beta(a, b) of the chance to leave has odds a ÷ (b + orders so far): another a moves them all alike.
    """
    if not retention:
        return law
    if not isinstance(law, DropOutAfterPurchase):
        raise EmptyError(
            "The orders look as if nobody left for good, so there is no chance to stay that could change.",
            "Move another lever, such as the orders of a customer.",
        )
    now = law.b / (law.a + law.b)
    stay = min(now * (1 + retention), max(now, MOST))
    return replace(law, a=law.b * (1 / stay - 1))


def alike(of: Drivers) -> np.ndarray:
    """Orders so far and age of the customers there are, each pair once, and how many of them are still there."""
    if of.model is None:
        return np.zeros((0, 3))
    groups = of.groups
    frequency, recency, age = (groups[name].to_numpy(dtype=float) for name in ("frequency", "recency", "T"))
    there = groups["customers"].to_numpy(dtype=float) * of.model.p_alive(frequency, recency, age)
    pairs, place = np.unique(np.column_stack([frequency, age]), axis=0, return_inverse=True)
    return np.column_stack([pairs, np.bincount(place.ravel(), there)])


def _of_those_who_stay_longer(base: Baseline, law: Law) -> np.ndarray:
    """Orders of the customers there are: who has left has left; the others leave by the new law from their next order on."""
    frequency, age, there = base.alike.T
    by_end = [there @ law.orders_if_alive(float(end), frequency, age) for end in base.drivers.ends[1:]]
    return np.diff([0.0, *by_end])


def sums(base: Baseline, changes: Changes) -> dict[str, float]:
    """What all months and parts bring: see `parts`."""
    made = list(parts(base, changes).values())
    return {name: float(sum(columns[name].sum() for columns in made)) for name in made[0]}


@dataclass(frozen=True)
class Reactions:
    """Of what there is more. won: new customers, lift: of them who order again, in times of now; uplift: orders because of a
    discount, by whose they are, relative to those that come anyway."""

    won: float
    lift: float
    uplift: dict[str, float]


def reactions(base: Baseline, changes: Changes) -> Reactions:
    """What these changes make customers do more often."""
    moved = changes.get
    if base.drivers.model is None and (moved("second_order") or moved("retention") or moved("discount_to") == "second"):
        raise EmptyError(
            "Too few customers have come back to say what more of them would bring.",
            "Move another lever, such as new customers or the order value.",
        )
    most = staying(base, moved("retention", 0.0)).most
    uplift = dict.fromkeys((*EVERYBODY, "second"), 0.0)
    uplift |= dict.fromkeys(_meant(changes), moved("discount_uplift", 0.0))
    lift = min(1 + moved("second_order", 0.0), most)
    uplift["second"] = min(lift * (1 + uplift["second"]), most) / lift - 1
    return Reactions(1 + moved("new_customers", 0.0), lift, uplift)


def _meant(changes: Changes) -> tuple[str, ...]:
    """Who gets a discount."""
    to = changes.get("discount_to", "all")
    return EVERYBODY if to == "all" else (to,)


def parts(base: Baseline, changes: Changes) -> dict[str, dict[str, np.ndarray]]:
    """What the months bring with these changes (see `check_changes`): part → column → its months.

    Columns: net, orders, new_customers, profit (missing without a margin), fixed: what of its costs is spent whatever is sold,
    anyway: what is given away for orders that would have come without it. A part "cost" holds what the change costs besides.
    """
    of, facts, moved = base.drivers, base.facts, changes.get
    does, buys = reactions(base, changes), staying(base, moved("retention", 0.0))
    off, gets, meant, uplift = moved("discount", 0.0), moved("discount_share", 1.0), _meant(changes), does.uplift
    arriving, second = of.arriving * does.won, buys.second * does.won * does.lift
    existing = buys.existing * (1 + moved("frequency", 0.0))
    later = buys.later * does.won * does.lift * (1 + moved("frequency", 0.0))
    value, lost, lost_anyway = _value_and_shipping(facts, changes)
    first_value, later_value = of.first_value[0] * of.kept[0] * value, of.later_value[0] * of.kept[1] * value

    def given(price: float, orders: np.ndarray, to_whom: str) -> np.ndarray:
        """Revenue given away: on orders that come anyway, and on those that come for it; nothing
        where more goes back than is bought."""
        shares = (off * gets, off * uplift[to_whom]) if to_whom in meant else (0.0, 0.0)
        return np.multiply.outer(shares, np.maximum(price * orders, 0.0))

    # Somebody new who comes for a discount buys on like the others; only once is a rise of all orders counted for them.
    first, more = arriving * (1 + uplift["new"]), 1 + max(uplift["new"], uplift["returning"], uplift["second"])
    made = {
        "existing": (
            existing * (1 + uplift["returning"]),
            existing * (1 + uplift["returning"]) * later_value,
            given(later_value, existing, "returning"),
        ),
        "new": (
            first + later * more,
            first * first_value + later * more * later_value,
            given(first_value, arriving, "new")
            + given(later_value, later, "returning")
            + given(later_value, second, "second"),
        ),
    }
    if of.unknown is not None:
        net, orders, _squares = of.unknown
        extra = 1 + uplift["unknown"]
        made["unknown"] = (orders * extra, net * value * extra, given(1.0, net * value, "unknown"))

    margin, cac, nobody = known("margin", changes, facts), known("cac", changes, facts), np.zeros(len(of.months))
    spent = dict.fromkeys(made, nobody) | {"new": arriving * (0.0 if np.isnan(cac) else cac)}
    columns = {
        part: {
            "net": full - gifts.sum(axis=0),
            "orders": orders,
            "new_customers": first if part == "new" else nobody,
            "profit": full * margin - gifts.sum(axis=0) - orders * lost - spent[part],
            "fixed": spent[part],
            "anyway": gifts[0] + orders * lost_anyway,
        }
        for part, (orders, full, gifts) in made.items()
    }
    if cost := moved("cost"):
        each = nobody + cost / len(of.months)
        columns["cost"] = dict.fromkeys(("net", "orders", "new_customers", "anyway"), nobody)
        columns["cost"] |= {"profit": nobody + np.nan if np.isnan(margin) else -each, "fixed": each}
    return columns


EVERYBODY = ("new", "returning", "unknown")  # to whom a discount for all goes


def known(name: str, changes: Changes, facts: Facts) -> float:
    """The margin or the cost of a new customer: as changed, else the shop's own; missing where neither is known."""
    return changes.get(name, getattr(facts, name))


def free_shipping(facts: Facts, changes: Changes) -> Shipping:
    """What the threshold among the changes means for orders of the value that they have then."""
    return shipping(facts, changes["free_shipping"], 1 + changes.get("aov", 0.0))


def _value_and_shipping(facts: Facts, changes: Changes) -> tuple[float, float, float]:
    """What an order is worth in times of now; shipping that it no longer pays, and that of orders that are not topped up."""
    value = 1 + changes.get("aov", 0.0)
    if "returns" in changes:
        if not facts.returned < 1:
            raise OptionError(
                "More was returned than bought, so another share of returns says nothing.", "Move another lever."
            )
        value = value * (1 - changes["returns"]) / (1 - facts.returned)
    if "free_shipping" not in changes:
        return value, 0.0, 0.0
    free, topped = free_shipping(facts, changes), changes.get("topped_up", 0.0)
    return value * (1 + topped * free.gap), free.lost + topped * free.lost_below, free.lost
