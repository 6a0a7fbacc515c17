"""Behaviour clusters as tables."""

from __future__ import annotations

import pandas as pd

from retention.segment.clusters import ClusterSegments
from retention.show.clusters import cluster_name, feature_name, feature_value
from retention.show.i18n import MISSING, _, date, number, percent
from retention.show.measures import measure_name
from retention.show.tables.groups import amounts, counts, estimates


def cluster_rows(result: ClusterSegments) -> pd.DataFrame:
    """A row a group: its size, its revenue, the median of every feature, who came back."""
    summary, currency = result.summary, result.currency
    shown = pd.DataFrame(
        {
            _("Group"): [cluster_name(name) for name in summary["cluster"]],
            measure_name("customers"): counts(summary["customers"]),
            _("Share of customers"): [percent(value) for value in summary["share"]],
            measure_name("net"): amounts(summary, "net", currency),
            _("Share of net revenue"): [percent(value) for value in summary["share_of_net"]],
        }
    )
    kinds = {"median": _("{feature} (median)"), "mean": _("{feature} (average)")}
    for name in result.features:
        for kind, pattern in kinds.items():
            if f"{kind}_{name}" in summary:
                values = [feature_value(name, value, currency) for value in summary[f"{kind}_{name}"]]
                shown[pattern.format(feature=feature_name(name))] = values
    shown[measure_name("repeat_rate")] = estimates(summary, "repeat_rate", "customers")
    return shown


def member_rows(people: pd.DataFrame, currency: str) -> pd.DataFrame:
    """Customers with the group they are in."""
    words = {True: _("yes"), False: _("no")}
    return pd.DataFrame(
        {
            _("Customer"): people["customer_ref"],
            _("Name"): people["name"].fillna(MISSING),
            _("Group"): [cluster_name(name) for name in people["cluster"]],
            _("Amount"): amounts(people, "net", currency),
            _("Last order"): [date(day) for day in people["last_order"]],
            _("E-mail address"): [words.get(known, MISSING) for known in people["contactable"]],
            _("Agreed to marketing"): [words.get(known, MISSING) for known in people["consent"]],
        }
    )


def score_rows(result: ClusterSegments) -> pd.DataFrame:
    """A row a number of groups that was tried."""
    return pd.DataFrame(
        {
            _("Number of groups"): counts(result.scores["k"]),
            _("Silhouette"): [number(value, 3) for value in result.scores["silhouette"]],
            _("Smallest group"): [percent(value) for value in result.scores["smallest_share"]],
        }
    )
