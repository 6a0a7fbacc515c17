"""Channels as tables."""

from __future__ import annotations

import pandas as pd

from retention.measure.channels import ChannelTable
from retention.show.i18n import MISSING, _, number, percent
from retention.show.measures import group_name, measure_name
from retention.show.tables.groups import amounts, counts, estimates, names


def channel_rows(result: ChannelTable) -> pd.DataFrame:
    """A row a channel: its customers and orders, and what became of those who started there."""
    table, currency = result.table, result.currency
    shown = pd.DataFrame(
        {
            _("Channel"): names(table["channel"]),
            measure_name("customers"): counts(table["customers"]),
            measure_name("orders"): counts(table["orders"]),
            _("Orders that name nobody"): counts(table["unidentified_orders"]),
            measure_name("net"): amounts(table, "net", currency),
            measure_name("aov"): estimates(table, "aov", "customers", currency),
            _("First order there"): counts(table["new_customers"]),
        }
    )
    for measure in ("repeat_rate_to_date", "clv_to_date", "profit_per_customer"):
        if table[measure].notna().any():
            shown[measure_name(measure)] = estimates(table, measure, "new_customers", currency)
    shown[measure_name("days_observed")] = counts(table["days_observed"])
    return shown


def combination_rows(result: ChannelTable) -> pd.DataFrame:
    """A row a set of channels, and the sums over one and several."""
    table, currency = result.combinations, result.currency
    called = {
        "one channel": _("One channel"),
        "several channels": _("Several channels"),
        "others": _("Other combinations"),
    }
    shown = pd.DataFrame(
        {
            _("Channels used"): [
                group_name(name) if kind == "combination" else called[name]
                for name, kind in zip(table["name"], table["kind"], strict=True)
            ],
            measure_name("customers"): counts(table["customers"]),
            measure_name("share"): [percent(value) for value in table["share"]],
            _("With two or more orders"): counts(table["repeaters"]),
        }
    )
    for measure in ("aov", "clv_to_date", "profit_per_customer"):
        if table[measure].notna().any():
            shown[measure_name(measure)] = estimates(table, measure, "repeaters", currency)
    shown[_("First two orders there")] = counts(table["third_order_rate_n"])
    shown[measure_name("third_order_rate")] = estimates(table, "third_order_rate", "third_order_rate_n")
    return shown


def flow_rows(result: ChannelTable) -> pd.DataFrame:
    """A row a first channel and a later one."""
    flow = result.flow[result.flow["orders"] > 0]
    ends = estimates(flow, "share", "n", prefix="")
    return pd.DataFrame(
        {
            _("First channel"): names(flow["from"]),
            _("Later channel"): names(flow["to"]),
            measure_name("customers"): counts(flow["customers"]),
            _("Later orders"): [
                f"{number(some)} / {number(all_)}" if all_ else MISSING
                for some, all_ in zip(flow["orders"], flow["later_orders"], strict=True)
            ],
            measure_name("share"): ends,
        }
    )
