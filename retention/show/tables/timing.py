"""The time to the next order as a table to read."""

from __future__ import annotations

import pandas as pd

from retention.measure.timing import WITHIN, TimeToNextOrder
from retention.show.i18n import MISSING, _, interval, number, percent
from retention.show.measures import group_name


def timing_rows(result: TimeToNextOrder) -> pd.DataFrame:
    """One row a group: how many came back within so many days and when, with intervals."""
    rows = list(result.table.to_dict("records"))
    shown = pd.DataFrame(
        {
            _("Group"): [group_name(row["group"]) for row in rows],
            _("Purchases") if result.after == "any" else _("Customers"): [number(row["n"]) for row in rows],
            _("Ordered again"): [number(row["events"]) for row in rows],
        }
    )
    shown[_("Median days")] = [_median(row) for row in rows]
    for title, name in (
        (_("Message before day"), "message_day"),
        (_("Late after day"), "late_after"),
        (_("Win back from day"), "win_back_day"),
    ):
        shown[title] = [number(row[name]) for row in rows]
    for days in WITHIN:
        shown[_("Within {days} days").format(days=days)] = [_share(row, f"within_{days}") for row in rows]
    return shown


def _share(row: dict, name: str) -> str:
    if pd.isna(row[name]):
        return MISSING
    if not row["enough"]:
        return _("too few to tell")
    ends = interval(row[f"{name}_low"], row[f"{name}_high"], percent)
    return percent(row[name]) if ends == MISSING else f"{percent(row[name])} ({ends})"


def _median(row: dict) -> str:
    """The median with its interval; an end that the data do not reach stays open."""
    if not row["enough"]:
        return _("too few to tell")
    if pd.isna(row["median"]):
        return MISSING
    if pd.isna(row["median_high"]):
        return _("{median} (from {low})").format(median=number(row["median"]), low=number(row["median_low"]))
    return f"{number(row['median'])} ({interval(row['median_low'], row['median_high'], number)})"
