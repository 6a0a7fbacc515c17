"""The customers of a segment or of clusters as a list that can be written to."""

from __future__ import annotations

import pandas as pd

from retention.errors import check_option
from retention.orders import Orders
from retention.segment.clusters import ClusterSegments
from retention.segment.rfm import rfm_segments
from retention.segment.schemes import RfmScheme

KNOWN = ("customer_ref", "name", "email", "phone", "country", "city", "contactable", "consent", "last_order")
CONTACT = ("customer_ref", "name", "email", "phone", "contactable", "consent")
FEW = 1000  # customers that are looked up by their numbers


def segment_customers(
    orders: Orders, segment: str, scheme: str | RfmScheme = "quintile", monetary: str = "net"
) -> pd.DataFrame:
    """The customers of one RFM segment, those who brought most first, with what a mailing needs.

    Segments, scores and options are those of `rfm_segments`. Equal amounts stand in alphabetical order.

    Returns one row a customer: customer_ref (the e-mail address, phone or number that identifies the customer), name, email,
    phone, country, city, contactable (has an e-mail address, and not one that a marketplace lends), consent (agreed to
    marketing; missing where no file says), last_order, recency_days, frequency, monetary (currency units), code. Raises
    OptionError for a segment that the scheme does not have, and otherwise as `rfm_segments`.

    When not to trust it: an address is no permission. Write only to those who agreed to marketing, as the law of their
    country asks. Names and places may be out of date.

    >>> import retention as rt
    >>> people = rt.segment_customers(rt.load_sample("shop"), "Champions")
    >>> bool(people["monetary"].is_monotonic_decreasing), bool(people["contactable"].any())
    (True, True)
    """
    result = rfm_segments(orders, scheme, monetary)
    check_option("segment", segment, tuple(result.summary["segment"]))
    chosen = result.table[result.table["segment"] == segment].drop(columns=["segment", "r", "f", "m"])
    known = orders.frame(orders.customers.select("customer_id", *KNOWN)).set_index("customer_id")
    people = chosen.join(known, on="customer_id").sort_values(["monetary", "customer_ref"], ascending=[False, True])
    people["code"] = people["code"].astype(str)
    return people[[*KNOWN, "recency_days", "frequency", "monetary", "code"]].reset_index(drop=True)


def cluster_customers(orders: Orders, clusters: ClusterSegments, limit: int | None = None) -> pd.DataFrame:
    """Every customer of the clusters with what a mailing needs, those who brought most first.

    clusters: what `cluster_segments` gave for these orders. limit: so many rows. Equal amounts stand in alphabetical order.

    Returns one row a customer: customer_ref, name, email, phone, country, city, contactable, consent and last_order as in
    `segment_customers`, net (currency units), the features of the clusters, cluster.

    When not to trust it: as for `segment_customers`, an address is no permission; and where the clusters are not stable, a
    single customer may as well stand in the next one.

    >>> import retention as rt
    >>> orders = rt.load_sample("shop")
    >>> people = rt.cluster_customers(orders, rt.cluster_segments(orders, k=2), limit=3)
    >>> len(people), bool(people["net"].is_monotonic_decreasing)
    (3, True)
    """
    chosen, known = clusters.table, orders.customers.select("customer_id", *KNOWN)
    if limit is not None:
        chosen = chosen[chosen["net"] >= chosen["net"].nlargest(limit).min()]
        if len(chosen) <= FEW:
            known = known.filter(known.customer_id.isin(chosen["customer_id"].tolist()))
    people = (
        orders.frame(known)
        .merge(chosen, on="customer_id")
        .sort_values(["net", "customer_ref"], ascending=[False, True])
    )
    people["cluster"] = people["cluster"].astype(str)
    return people.drop(columns="customer_id").head(limit).reset_index(drop=True)


def contacts(orders: Orders) -> pd.DataFrame:
    """By customer_id, what a list of customers shows of each: who it is, and whether they may be written to."""
    return orders.frame(orders.customers.select("customer_id", *CONTACT)).set_index("customer_id")


def reachable(orders: Orders) -> pd.Series:
    """By customer_id, whether a customer has an e-mail address of their own and has not refused marketing."""
    found = orders.frame(orders.customers.select("customer_id", "contactable", "consent")).set_index("customer_id")
    return found["contactable"].fillna(False).astype(bool) & found["consent"].ne(False)
