"""Behaviour clusters: which customers buy alike, found from what they do and not from rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from retention.errors import EmptyError, OptionError, check_option
from retention.intervals import ENOUGH, wilson
from retention.orders import Orders
from retention.periods import day_number
from retention.segment.partition import CLUSTERS, SAMPLE, Partition, partition

# Feature → what a cluster is called whose customers have less of it, and more of it, than the average customer.
WORDS = {
    "recency_days": ("bought more recently", "silent for longer"),
    "frequency": ("fewer orders", "more orders"),
    "monetary": ("spend less", "spend more"),
    "aov": ("smaller orders", "larger orders"),
    "units_per_order": ("fewer pieces an order", "more pieces an order"),
    "days_between_orders": ("shorter gaps between orders", "longer gaps between orders"),
    "discounted_share": ("fewer discounts", "more discounts"),
    "categories": ("fewer kinds of products", "more kinds of products"),
    "return_share": ("fewer returns", "more returns"),
}
ONCE, OCCASIONAL, REPEAT, FREQUENT = "One-time buyers", "Occasional buyers", "Repeat buyers", "Frequent buyers"
EVERYBODY = "All customers"
WHO = (ONCE, OCCASIONAL, REPEAT, FREQUENT, EVERYBODY)
FEATURES = ("recency_days", "frequency", "aov", "discounted_share")
APART = 0.5  # standard deviations from the average from which a feature gives a cluster its name
STABLE, SOMEWHAT = 0.8, 0.6  # mean adjusted Rand index
FARTHEST = 3.0  # standard deviations beyond which a customer is not farther away
SKEWED = 1.0


@dataclass(frozen=True)
class ClusterSegments:
    """What `cluster_segments` returns.

    table: one row a customer; its columns stand in `cluster_segments`
    summary: one row a cluster, the largest first
    scores: one row a number of clusters that was tried
    features, constant: those that were used, and those left out because nobody differs in them
    best_k: how many clusters the data have; 1 where there are none, whatever k was asked for
    silhouette, chance: the highest silhouette, and the mean of made-up customers without clusters at the same k
    stability: mean adjusted Rand index over bootstrap refits; missing with one cluster
    """

    table: pd.DataFrame = field(repr=False)
    summary: pd.DataFrame
    scores: pd.DataFrame = field(repr=False)
    features: tuple[str, ...]
    constant: tuple[str, ...]
    silhouette: float
    chance: float
    stability: float
    best_k: int
    currency: str = field(repr=False)
    notes: tuple[str, ...] = ()

    @property
    def is_stable(self) -> str:
        """How far the clusters come back when customers are drawn again: "stable", "somewhat", "not", or "" for none."""
        if np.isnan(self.stability):
            return ""
        return "stable" if self.stability >= STABLE else "somewhat" if self.stability >= SOMEWHAT else "not"


def cluster_segments(
    orders: Orders, features: Sequence[str] = FEATURES, k: int | str = "auto", seed: int = 0
) -> ClusterSegments:
    """Which customers behave alike: clusters found in what they do, with a name that says what sets each apart.

    Features of a customer: recency_days = days from the last purchase to the end of observation; frequency = purchases; aov =
    net revenue ÷ purchases; discounted_share = purchases with a discount or a code ÷ purchases. On request also monetary = net
    revenue; units_per_order = pieces ÷ purchases; days_between_orders = days from first to last purchase ÷ (purchases − 1);
    categories = different categories bought; return_share = refunds ÷ (gross revenue − discounts).

    Features whose skewness is above 1 are taken on a log scale, sign × log(1 + |value| ÷ median of the |values| above 0); then each
    has mean 0 and standard deviation 1, and nobody counts as farther than 3 from the average. What is unknown counts as average. Features in
    which nobody differs are left out. K-means, with the number of clusters from 2 to 8 whose silhouette is highest, so long
    as no cluster holds under 2 % of the customers.

    Silhouette: how much nearer a customer is to the own cluster than to the next, from −1 to 1. K-means cuts any crowd into
    pieces, so the silhouette is compared with those of 20 made-up crowds, in which every feature has the same values and
    correlates with the others as here, but which have no clusters. Only where it beats their mean by 0.04 and by two standard
    deviations are there clusters; otherwise all customers are one. Groups that differ in a single feature are a matter of
    degree too.

    Stability: the clusters are found again from customers drawn at random with replacement, 20 times; the adjusted Rand index
    is 1 where everybody lands with the same people, 0 where it is chance. Mean from 0.8 stable, from 0.6 somewhat, below not.

    A cluster is named by how often they buy (one-time: at least 90 % once; occasional: at least half once; frequent: the median is
    3 or more purchases and twice the shop's) and by up to two features whose mean lies half a standard deviation or more from
    the average customer's; "larger orders" means larger than the average customer's.

    Returns a ClusterSegments. table: customer_id, net (currency units), the features, cluster. summary, the largest first: cluster, customers, share, net
    (currency units), share_of_net, median_<feature>, mean_<feature> (of shares, whose medians are mostly 0 or 1), difference_<feature> (standard deviations from the average customer),
    repeat_rate with repeat_rate_low and repeat_rate_high (Wilson), enough (at least 30 customers). scores: k, silhouette,
    smallest_share. With k a number there are so many clusters, whether the data have them or not: see best_k.
    Raises OptionError for an unknown feature or k, and EmptyError when no purchase names a customer.

    Sources: Rousseeuw (1987), J. Comput. Appl. Math. 20, 53–65 (silhouette); Hubert and Arabie (1985), J. Classif. 2,
    193–218 (adjusted Rand index); Liu et al. (2008), JASA 103, 1281–1293 (the comparison with a crowd without clusters).

    When not to trust it: clusters describe the past of these customers, they do not explain it. Other features or a year
    more give other clusters. Where they are not stable, use them as a picture, not to decide about a single person. Large
    shops are clustered from 10,000 of their customers.

    >>> import retention as rt
    >>> result = rt.cluster_segments(rt.load_sample("cdnow"))
    >>> len(result.table), int(result.summary["customers"].sum())
    (2349, 2349)
    """
    _check(features, k)
    found = orders.frame(_by_customer(orders.orders, orders.lines, "categories" in features))
    if found.empty:
        raise EmptyError(
            "No order names a customer who can be told apart.", "Export the orders with an e-mail or customer number."
        )
    table = _features(found, day_number(orders.as_of))[["customer_id", "net", *features]]
    scaled = {name: standardised(table[name]) for name in features}
    used = tuple(name for name, values in scaled.items() if values is not None)
    wanted = None if k == "auto" else int(k)
    if len(table) < ENOUGH or not used:
        points = np.zeros((len(table), len(used)))
        parts = Partition(np.zeros(len(table), dtype=int), pd.DataFrame(columns=["k", "silhouette", "smallest_share"]))
    else:
        points = np.column_stack([scaled[name] for name in used])
        parts = partition(points, wanted, seed)
    frequency = found["frequency"].to_numpy()
    names = _names(points, parts.labels, used, frequency)
    order = _largest_first(parts.labels, names)
    table["cluster"] = pd.Categorical.from_codes(np.argsort(order)[parts.labels], [names[place] for place in order])
    return ClusterSegments(
        table=table,
        summary=_summary(table, points, used, frequency),
        scores=parts.scores,
        features=used,
        constant=tuple(name for name in features if name not in used),
        silhouette=parts.silhouette,
        chance=parts.chance,
        stability=parts.stability,
        best_k=parts.best_k,
        currency=orders.currency,
        notes=_notes(table[list(used)]),
    )


def _check(features: Sequence[str], k: int | str) -> None:
    if isinstance(features, str) or not features:
        raise OptionError("features is no list of names.", "Give some of: {allowed}.", allowed=", ".join(WORDS))
    for name in features:
        check_option("features", name, tuple(WORDS))
    if k != "auto" and k not in CLUSTERS:
        raise OptionError("k={k!r} is not possible.", 'Give a number from 2 to 8, or "auto".', k=k)


@lru_cache
def _by_customer(orders: ir.Table, lines: ir.Table, with_categories: bool) -> ir.Table:
    """One row a customer with a purchase, in the order of their numbers."""
    known = orders.filter(orders.is_purchase | orders.is_return, orders.customer_id.notnull())
    has_code = known.discount_code.strip().nullif("").notnull()
    sums = known.group_by("customer_id").aggregate(
        first_day=known.day.min(where=known.is_purchase),
        last_day=known.day.max(where=known.is_purchase),
        frequency=known.count(where=known.is_purchase),
        units=known.units.sum(where=known.is_purchase),
        discounted=known.count(where=known.is_purchase & ((known.discounts > 0) | has_code)),
        paid=(known.gross - known.discounts).sum().cast("int64"),
        refunds=known.refunds.sum().cast("int64"),
        net=known.net.sum().cast("int64"),
    )
    sums = sums.filter(sums.frequency > 0)
    if with_categories:
        bought = known.filter(known.is_purchase).select("order_id", "customer_id")
        chosen = lines.filter(lines.quantity > 0, lines.category.notnull()).inner_join(bought, "order_id")
        kinds = chosen.group_by(buyer="customer_id").aggregate(categories=chosen.category.nunique())
        sums = sums.left_join(kinds, sums.customer_id == kinds.buyer).drop("buyer")
    return sums.order_by("customer_id")


def _features(found: pd.DataFrame, as_of: int) -> pd.DataFrame:
    frequency, paid = found["frequency"], found["paid"]
    return pd.DataFrame(
        {
            "customer_id": found["customer_id"],
            "net": found["net"] / 100,
            "recency_days": as_of - found["last_day"].astype("int64"),
            "frequency": frequency,
            "monetary": found["net"] / 100,
            "aov": found["net"] / frequency / 100,
            "units_per_order": found["units"] / frequency,
            "days_between_orders": (found["last_day"] - found["first_day"]) / (frequency - 1).where(frequency > 1),
            "discounted_share": found["discounted"] / frequency,
            "categories": found.get("categories"),
            "return_share": found["refunds"] / paid.where(paid > 0),
        }
    )


def standardised(column: pd.Series) -> np.ndarray | None:
    """The values with mean 0 and standard deviation 1, from a log scale where they are skewed; None where all are equal."""
    values = pd.to_numeric(column).astype(float)
    known = values.dropna()
    if known.nunique() < 2:
        return None
    if known.skew() > SKEWED:
        middle = known[known != 0].abs().median()
        values = np.sign(values) * np.log1p(values.abs() / middle)
    values = (values - values.mean()) / values.std(ddof=0)
    return values.fillna(0.0).clip(-FARTHEST, FARTHEST).to_numpy()


def _names(points: np.ndarray, labels: np.ndarray, used: Sequence[str], frequency: np.ndarray) -> list[str]:
    """What sets every cluster apart, in words, no two alike."""
    every = range(labels.max() + 1)
    if len(every) == 1:
        return [EVERYBODY]
    who = [_who(frequency[labels == label], frequency) for label in every]
    phrases, kept = [], []
    for label in every:
        means = points[labels == label].mean(axis=0)
        apart = [place for place in np.argsort(-np.abs(means), kind="stable") if used[place] != "frequency"]
        phrases.append([WORDS[used[place]][int(means[place] > 0)] for place in apart])
        kept.append(min(2, sum(abs(means[place]) >= APART for place in apart)))
    while True:
        names = [": ".join(filter(None, (who[n], ", ".join(phrases[n][: kept[n]])))) for n in every]
        alike = [n for n in every if names.count(names[n]) > 1 and kept[n] < len(phrases[n])]
        if not alike:
            break
        for n in alike:
            kept[n] += 1
    return [
        name if names.count(name) == 1 else f"{name} ({names[: n + 1].count(name)})" for n, name in enumerate(names)
    ]


def _who(frequency: np.ndarray, everybody: np.ndarray) -> str:
    if (frequency == 1).mean() >= 0.9:
        return ONCE
    usual = np.median(frequency)
    if usual < 2:
        return OCCASIONAL
    return FREQUENT if usual >= max(3, 2 * np.median(everybody)) else REPEAT


def _largest_first(labels: np.ndarray, names: list[str]) -> list[int]:
    sizes = np.bincount(labels, minlength=len(names))
    return sorted(range(len(names)), key=lambda place: (-sizes[place], names[place]))


def _summary(table: pd.DataFrame, points: np.ndarray, used: Sequence[str], frequency: np.ndarray) -> pd.DataFrame:
    names, net = table["cluster"].cat.categories, table["net"].to_numpy()
    groups = table["cluster"].cat.codes.to_numpy()
    n = np.bincount(groups, minlength=len(names))
    again = np.bincount(groups, weights=frequency > 1, minlength=len(names))
    result = pd.DataFrame({"cluster": names.astype(str), "customers": n, "share": n / len(table)})
    result["net"] = np.bincount(groups, weights=net, minlength=len(names))
    result["share_of_net"] = result["net"] / net.sum() if net.sum() > 0 else np.nan
    for place, name in enumerate(used):
        result[f"median_{name}"] = table[name].groupby(groups).median()
        if name.endswith("_share"):
            result[f"mean_{name}"] = table[name].groupby(groups).mean()
        result[f"difference_{name}"] = np.bincount(groups, weights=points[:, place], minlength=len(names)) / n
    result["repeat_rate"] = again / n
    result["repeat_rate_low"], result["repeat_rate_high"] = wilson(again, n)
    result["enough"] = n >= ENOUGH
    return result


def _notes(features: pd.DataFrame) -> tuple[str, ...]:
    notes = []
    if len(features) > SAMPLE:
        notes.append(
            "The groups were found from 10,000 customers drawn at random; everybody else joined the nearest group."
        )
    if features.isna().any(axis=None):
        notes.append(
            "What is not known of a customer, such as the days between orders of who bought once, counts as average."
        )
    return tuple(notes)
