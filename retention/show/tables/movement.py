"""Movement between segments as tables."""

from __future__ import annotations

import pandas as pd

from retention.segment.movement import SegmentMovement
from retention.show.charts.movement import segment_name
from retention.show.i18n import MISSING, _, money
from retention.show.measures import measure_name
from retention.show.tables.groups import ROOM, counts, estimates


def flow_rows(result: SegmentMovement) -> pd.DataFrame:
    """A row a segment of then and one of now, the most customers first; those who stayed are in `kept_rows`."""
    table = result.table[result.table["direction"] != "stayed"].sort_values(
        "customers", ascending=False, kind="stable", ignore_index=True
    )
    directions = {"up": _("up"), "down": _("down"), "aside": MISSING, "new": _("new")}
    return pd.DataFrame(
        {
            _("Then"): [segment_name(name) for name in table["from"]],
            _("Now"): [segment_name(name) for name in table["to"]],
            _("Up or down"): table["direction"].map(directions),
            measure_name("customers"): counts(table["customers"]),
            _("Share of those of then"): estimates(table, "share", "n", prefix=""),
            _("Bought in this time"): counts(table["bought"]),
            _("Changed themselves"): counts(table["changed"]),
            _("Only the cut-offs moved"): counts(table["cut_offs"]),
            _("Both"): counts(table["both"]),
        }
    )


def kept_rows(result: SegmentMovement) -> pd.DataFrame:
    """A row a segment: who of it bought again, and where they are now."""
    table = result.kept
    shown = pd.DataFrame(
        {
            _("Segment"): [segment_name(name) for name in table["segment"]],
            _("Customers then"): counts(table["customers"]),
            measure_name("retention"): estimates(table, "retention", "customers"),
            _("Moved up"): counts(table["up"]),
            _("Stayed"): counts(table["stayed"]),
            _("Slipped"): counts(table["down"]),
        }
    )
    if table["aside"].any():
        shown[_("To or from seasonal")] = counts(table["aside"])
    shown[_("Customers now")] = counts(table["customers_now"])
    return shown


def left_rows(result: SegmentMovement) -> pd.DataFrame:
    """A row a customer who left the best segment, as far as a screen has room."""
    table = result.left.head(ROOM)
    words = {True: _("yes"), False: _("no")}
    why = {"changed": _("changed"), "cut_offs": _("only the cut-offs moved"), "both": _("both")}
    return pd.DataFrame(
        {
            _("Customer"): table["customer_ref"],
            _("Segment now"): [segment_name(name) for name in table["segment"]],
            _("Why"): table["why"].map(why),
            _("Days since the last order"): counts(table["recency_days"]),
            measure_name("orders"): counts(table["frequency"]),
            _("Net revenue to date"): [money(value, result.currency) for value in table["monetary"]],
            _("E-mail address"): [words.get(known, MISSING) for known in table["contactable"]],
            _("Agreed to marketing"): [words.get(known, MISSING) for known in table["consent"]],
        }
    )
