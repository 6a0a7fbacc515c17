"""Behaviour clusters in words."""

from __future__ import annotations

import pandas as pd

from retention.intervals import ENOUGH
from retention.segment.clusters import ClusterSegments
from retention.show.clusters import cluster_name, feature_name
from retention.show.i18n import _, number, percent


def which_kinds(result: ClusterSegments) -> str:
    """How many groups there are and which brings most, in one headline; or that there are none."""
    summary, customers = result.summary, number(len(result.table))
    if len(result.table) < ENOUGH:
        return _("Customers here: {n}, too few to look for groups.").format(n=customers)
    if not result.features:
        return _("All {customers} customers behave alike, so there are no groups to tell apart.").format(
            customers=customers
        )
    if len(summary) == 1:
        return _(
            "There are no clear groups among the {customers} customers: they differ by degrees, so any border would be arbitrary."
        ).format(customers=customers)
    groups = number(len(summary))
    if result.best_k == 1:
        return _(
            "The {customers} customers are cut into {groups} groups as you asked, but the data show no clear borders between them."
        ).format(customers=customers, groups=groups)
    if result.best_k != len(summary):
        return _(
            "The {customers} customers are cut into {groups} groups as you asked; the data themselves part into {best}."
        ).format(customers=customers, groups=groups, best=number(result.best_k))
    if summary["share_of_net"].isna().any():
        largest = summary.iloc[0]
        pattern = _(
            "The {customers} customers fall into {groups} groups. The largest is “{name}”, {share} of 100 customers."
        )
    else:
        largest = summary.loc[summary["net"].idxmax()]
        pattern = _(
            "The {customers} customers fall into {groups} groups. Most revenue comes from “{name}”: {share} of 100 customers "
            "bring {net} of it."
        )
    return pattern.format(
        customers=customers,
        groups=groups,
        name=cluster_name(largest["cluster"]),
        share=number(largest["share"] * 100),
        net=percent(largest["share_of_net"], 0),
    )


def how_firm(result: ClusterSegments) -> str:
    """Whether the groups would come back with other customers of the same kind; "" where the data have none."""
    if len(result.summary) < 2 or result.best_k == 1:
        return ""
    said = {
        "stable": _(
            "The groups are stable: with customers drawn again at random, nearly everybody stays with the same people."
        ),
        "somewhat": _(
            "The groups are somewhat stable: with customers drawn again at random, most people stay together, some change sides."
        ),
        "not": _(
            "The groups are not stable: with customers drawn again at random, many people change sides. Take them as a picture, not "
            "as a list to act on."
        ),
    }
    return said[result.is_stable]


def how_clear(result: ClusterSegments) -> str:
    """The silhouette beside that of a crowd without groups, and the stability, for those who want the numbers; "" for none."""
    if pd.isna(result.silhouette):
        return ""
    parts = [
        _("Silhouette {silhouette}; a made-up crowd that differs by degrees only reaches {chance}.").format(
            silhouette=number(result.silhouette, 2), chance=number(result.chance, 2)
        )
    ]
    if result.is_stable:
        parts.append(_("Stability (adjusted Rand index) {stability}.").format(stability=number(result.stability, 2)))
    return " ".join(parts)


def nobody_differs_in(result: ClusterSegments) -> str:
    """Which features were left out because they are the same for everybody; "" for none."""
    if not result.constant:
        return ""
    names = ", ".join(feature_name(name) for name in result.constant)
    return _("Left out, because it is the same for every customer or not in the data: {features}.").format(
        features=names
    )
