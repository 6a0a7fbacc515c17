"""Customers drawn into the arms of a test, alike in every arm."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations

import numpy as np
import pandas as pd

from retention.errors import EmptyError, OptionError, check_option
from retention.experiment.draw import drawn
from retention.experiment.manifest import Experiment, check_arms
from retention.margin import margin_missing
from retention.orders import Orders, whole_history
from retention.periods import as_date, day_number
from retention.schema import CUSTOMERS
from retention.segment.people import CONTACT, reachable
from retention.segment.rfm import rfm_segments
from retention.segment.rules import Rule, rule_of
from retention.segment.schemes import SCHEMES

METRICS = ("repeat", "orders", "revenue", "aov", "profit")
STRATA = ("segment", "value", "country", "channel")
HALVES = {"control": 0.5, "offer": 0.5}
ALIKE = 0.1  # Austin (2009): a standardised difference below it is negligible
SEEN = 2.8015852  # z of 97.5 % + z of 80 %: an effect so many standard errors large is found in 80 of 100 tests
LARGEST_COUNTRIES = 5
LISTED = ("customer_ref", "name", "email", "phone", "variant", "strata", "contactable", "consent")


@dataclass(frozen=True)
class Assignment:
    """What `assign_variants` returns.

    experiment: the test with who is in which arm, to be kept as a file
    table: one row a customer; arms: one row an arm; balance: one row a characteristic; columns of all three: see there
    unreachable: customers left out before the draw because they may not or cannot be written to
    strangers: rows of the given list that are no customer of these orders
    repeat_rate: of those who had bought before the last `days` days, the share who bought in them; missing where there are none
    detectable: the smallest difference in that share between control and the smallest other arm that 80 of 100 such tests see
    """

    experiment: Experiment
    table: pd.DataFrame = field(repr=False)
    arms: pd.DataFrame
    balance: pd.DataFrame = field(repr=False)
    unreachable: int
    strangers: int
    repeat_rate: float
    detectable: float
    currency: str
    notes: tuple[str, ...] = ()


def assign_variants(
    orders: Orders,
    shares: dict[str, float] | None = None,
    *,
    name: str,
    seed: int,
    customers: str | dict | Rule | pd.DataFrame | None = None,
    stratify_by: str | Sequence[str] = ("segment", "value"),
    metric: str = "repeat",
    days: int = 60,
    control: str = "control",
    planned_n: int | None = None,
    cost_per_customer: float = 0.0,
    cost_per_order: float = 0.0,
    only_reachable: bool = True,
    assigned_on: str | date | None = None,
) -> Assignment:
    """Customers drawn at random into the arms of a test, one of which is held back, so that only the offer tells the arms apart.

    Everybody has exactly the planned chance of every arm. The draw is stratified: among customers alike in segment and value, each arm
    gets its share up to a whole number, and so it does over all. Of n customers an arm of share s gets n × s, rounded up or down;
    which way is drawn so that no chance changes (unbiased controlled rounding). Those who get which arm inside a stratum are
    drawn by a random order. The same customers, options and seed give the same arms again, however the rows of the file are
    sorted.

    Half held back tells most for a given number of customers. Holding back a fifth keeps the offer from fewer people, and needs
    about 1.6 times as many customers to see the same effect; a tenth needs 2.8 times.

    The arms are compared by the standardised difference: the difference of two means ÷ √(mean of the two variances), the
    largest of all pairs of arms. Below 0.1 counts as alike. There is no p-value: who is where was drawn, so a difference
    is chance by design, and whether it matters depends on its size and not on how many customers there are.

    shares: arm → share, half "control" and half "offer" by default. customers: a rule (`rule_of`), a frame with customer_ref or
    customer_id such as the lists of other functions, or everybody. stratify_by: "segment" (of `rfm_segments`), "value" (fifths of net
    revenue), "country", "channel" (of the first order), or nothing. metric, days, planned_n, costs: as `Experiment` has them.
    only_reachable: leave out, before the draw, who has no e-mail address of their own or refused marketing. assigned_on: the
    day from which the outcome counts, by default the day after the last order.

    With filters, it takes the customers whose purchases pass them.

    Returns an Assignment. table: customer_ref, name, email, phone, variant, strata, contactable,
    consent; in alphabetical order. arms: arm, customers, planned_share, share. balance: characteristic (orders, net, recency_days, best_segment, country), group (the
    country), mean_<arm> for every arm (shares from 0 to 1), difference, alike. Raises OptionError for shares that cannot be, a word that is
    none of the possible ones, a name that is empty and arms of fewer than 2 customers, EmptyError when nobody is left.

    Sources: Cox (1987), JASA 82, 520–524, for the rounding; Austin (2009), Statistics in Medicine 28, 3083–3107, for the difference.

    When not to trust it: where the two arms meet, in a household or a newsletter for all, the offer reaches those who are held
    back. With a few hundred customers an arm, chance alone makes differences above 0.1 in what the draw was not balanced over. Drawing
    again until the arms look better spoils the draw.

    >>> import retention as rt
    >>> result = rt.assign_variants(rt.load_sample("shop"), {"control": 0.2, "offer": 0.8}, name="Free shipping", seed=1)
    >>> result.arms["share"].round(3).tolist(), bool(result.balance["alike"][:4].all())
    ([0.2, 0.8], True)
    """
    shares = {arm: float(share) for arm, share in (HALVES if shares is None else shares).items()}
    check_arms(shares, control)
    stratify_by = (stratify_by,) if isinstance(stratify_by, str) else tuple(stratify_by)
    _check(orders, name, seed, metric, days, cost_per_customer, cost_per_order, stratify_by)
    each = _known(orders, stratify_by)
    each, population, strangers = _chosen(orders, each, customers)
    if not (chosen := len(each)):
        raise EmptyError("Nobody is left to be assigned.", "Choose other customers, or clear a filter.")
    if only_reachable:
        each = each[reachable(orders).reindex(each["customer_id"], fill_value=False).to_numpy()]
    if each.empty:
        raise EmptyError(
            "None of the {customers} customers has an e-mail address of their own and may be written to.",
            "Choose other customers, or reach them by another way, such as a card in the parcel.",
            "Then pass only_reachable=False.",
            customers=chosen,
        )
    _check_sizes(len(each), shares)
    each = each.sort_values("customer_ref", ignore_index=True)
    each["strata"] = _strata(each, stratify_by)
    variants = drawn(each["strata"], shares, seed)
    each["variant"] = pd.Series(variants, dtype="str")
    experiment = Experiment(
        name=name.strip(),
        assigned_on=orders.as_of if assigned_on is None else as_date("assigned_on", assigned_on),
        days=int(days),
        metric=metric,
        control=control,
        shares=shares,
        seed=int(seed),
        units=each[["customer_ref", "variant"]].astype("str"),
        planned_n=planned_n or len(each),
        population=population,
        stratify_by=stratify_by,
        cost_per_customer=float(cost_per_customer),
        cost_per_order=float(cost_per_order),
    )
    counts = each["variant"].value_counts().reindex(list(shares))
    arms = pd.DataFrame({"arm": list(shares), "customers": counts.to_numpy(), "planned_share": list(shares.values())})
    arms["share"] = arms["customers"] / len(each)
    balance = _balance(each, list(shares))
    repeat_rate = _repeat_rate(each, days)
    others = counts.drop(control).min()
    spread = repeat_rate * (1 - repeat_rate) * (1 / counts[control] + 1 / others)
    return Assignment(
        experiment=experiment,
        table=each[list(LISTED)],
        arms=arms,
        balance=balance,
        unreachable=chosen - len(each),
        strangers=strangers,
        repeat_rate=repeat_rate,
        detectable=float(SEEN * np.sqrt(spread)) if repeat_rate > 0 else np.nan,
        currency=orders.currency,
        notes=_notes(only_reachable, balance, customers),
    )


def _known(orders: Orders, stratify_by: tuple[str, ...]) -> pd.DataFrame:
    """One row a customer with a purchase: what the draw, the list and the balance need of each."""
    known = CUSTOMERS.select("customer_id", *CONTACT, "country", "first_order")
    each = rfm_segments(orders).table.merge(orders.frame(known), on="customer_id")
    each["segment"] = each["segment"].astype("str")
    each["known_days"] = day_number(orders.as_of) - (
        each["first_order"].astype("datetime64[s]").astype("int64") // 86_400
    )
    if "channel" in stratify_by:
        history = whole_history(orders)
        first = history.filter(history.order_number == 1, history.is_purchase).select("customer_id", "channel")
        each = each.merge(orders.frame(first), on="customer_id", how="left")
    return each


def _chosen(
    orders: Orders, each: pd.DataFrame, customers: str | dict | Rule | pd.DataFrame | None
) -> tuple[pd.DataFrame, dict | None, int]:
    """Those who are meant, the rule that says so, and how many of a given list are no customers here."""
    if customers is None:
        return each, None, 0
    if not isinstance(customers, pd.DataFrame):
        rule = rule_of(customers)
        members = orders.frame(rule.members(whole_history(orders), orders.as_of))
        return each[each["customer_id"].isin(members["customer_id"])], json.loads(rule.as_json()), 0
    for key in ("customer_id", "customer_ref"):
        if key in customers:
            listed = pd.Index(customers[key].dropna().unique())
            return each[each[key].isin(listed)], None, len(listed) - int(listed.isin(each[key]).sum())
    raise OptionError(
        "The list of customers has neither customer_ref nor customer_id. Found: {columns}.",
        "Pass a list of another function, or a rule.",
        columns=", ".join(map(str, customers.columns)),
    )


def _strata(each: pd.DataFrame, stratify_by: tuple[str, ...]) -> pd.Series:
    """The words of every customer's stratum."""
    strata = pd.Series("", index=each.index, dtype="str")
    for word in stratify_by:
        if word == "value":
            lower = each["monetary"].rank(method="min").astype("int64") - 1
            part = (lower * 5 // len(each) + 1).astype("str")
        else:
            part = each[word].astype("str").fillna("unknown")
        strata = part if word == stratify_by[0] else strata + " · " + part
    return strata


def _balance(each: pd.DataFrame, arms: list[str]) -> pd.DataFrame:
    best = SCHEMES["quintile"].names[0]
    traits = [
        ("orders", "", each["frequency"]),
        ("net", "", each["monetary"]),
        ("recency_days", "", each["recency_days"]),
    ]
    traits.append(("best_segment", "", each["segment"] == best))
    if each["country"].nunique() > 1:
        largest = each["country"].value_counts().sort_index().nlargest(LARGEST_COUNTRIES).index
        traits += [("country", country, each["country"] == country) for country in largest]
    rows = []
    for characteristic, group, values in traits:
        by_arm = values.astype(float).groupby(each["variant"])
        mean, variance = by_arm.mean(), by_arm.var(ddof=1)
        apart = [_standardised(mean[a] - mean[b], (variance[a] + variance[b]) / 2) for a, b in combinations(arms, 2)]
        means = {f"mean_{arm}": float(mean[arm]) for arm in arms}
        rows.append({"characteristic": characteristic, "group": group, **means, "difference": max(apart)})
    return pd.DataFrame(rows).assign(alike=lambda table: table["difference"] < ALIKE)


def _standardised(apart: float, variance: float) -> float:
    if apart == 0:
        return 0.0
    return abs(float(apart)) / float(np.sqrt(variance)) if variance > 0 else np.inf


def _repeat_rate(each: pd.DataFrame, days: int) -> float:
    old_enough = each[each["known_days"] > days]
    return float((old_enough["recency_days"] <= days).mean()) if len(old_enough) else np.nan


def _notes(only_reachable: bool, balance: pd.DataFrame, customers: object) -> tuple[str, ...]:
    notes = []
    if not only_reachable:
        notes.append(
            "Some of these customers may have no e-mail address of their own, or have refused marketing. Who cannot be written to "
            "belongs in no arm, or the offer looks weaker than it is."
        )
    if not balance["alike"].all():
        notes.append(
            "The arms differ somewhat, by chance. What customers bought before is taken into account when the outcome is read. Do not draw "
            "again until it looks better: that would spoil the draw."
        )
    if isinstance(customers, pd.DataFrame):
        notes.append("The file says who was chosen, not by which rule: they came as a list.")
    return tuple(notes)


def _check(
    orders: Orders, name: str, seed: int, metric: str, days: int, per_customer: float, per_order: float, strata: tuple
) -> None:
    if not name.strip():
        raise OptionError("The test has no name.", "Give it one by which you will know it again.")
    check_option("metric", metric, METRICS)
    if metric == "profit" and orders.margin is None:
        raise margin_missing()
    for word in strata:
        check_option("stratify_by", word, STRATA)
    for option, value, least in (
        ("seed", seed, 0), ("days", days, 1), ("cost_per_customer", per_customer, 0), ("cost_per_order", per_order, 0)
    ):  # fmt: skip
        if not least <= value < np.inf or (option in ("seed", "days") and int(value) != value):
            raise OptionError(
                "{name}={value!r} is not possible.", "Give a number of at least {least}.",
                name=option, value=value, least=least,
            )  # fmt: skip


def _check_sizes(customers: int, shares: dict[str, float]) -> None:
    arm, share = min(shares.items(), key=lambda pair: pair[1])
    if int(customers * share + 1e-9) < 2:
        raise OptionError(
            "There are {customers} customers to assign: {arm} would get fewer than 2 of them.",
            "Choose more customers, or give the arm a larger share.",
            customers=customers,
            arm=arm,
        )
