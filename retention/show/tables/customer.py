"""One customer's orders, key figures and segments as tables of text."""

from __future__ import annotations

import pandas as pd

from retention.segment.story import CustomerStory
from retention.show.charts.customer import event_name, score_text
from retention.show.i18n import MISSING, _, date, money, number, percent
from retention.show.measures import group_name, measure_name, measure_value


def event_rows(story: CustomerStory) -> pd.DataFrame:
    """Everything that happened, the latest first."""
    rows = story.timeline.iloc[::-1]
    amounts = {"discounts": _("Discount"), "refunds": _("Paid back"), "net": measure_name("net")}
    shown = pd.DataFrame(
        {
            _("Day"): [date(day) for day in rows["at"]],
            _("What"): [event_name(kind) for kind in rows["kind"]],
            _("Order number"): rows["order_ref"].fillna(MISSING),
            _("Details"): [_details(row) for row in rows.to_dict("records")],
            _("Channel"): rows["channel"].fillna(MISSING),
        }
    )
    for name, title in amounts.items():
        shown[title] = [money(value, story.currency) for value in rows[name]]
    return shown


def _details(row: dict) -> str:
    words = row["what"] if isinstance(row["what"], str) else ""
    if row["kind"] == "rating":
        return ": ".join(filter(None, (score_text(row), words))) or MISSING
    return words or MISSING


def figure_rows(story: CustomerStory) -> pd.DataFrame:
    """Every key figure beside the middle one of all customers."""
    rows = list(story.table.itertuples())
    return pd.DataFrame(
        {
            _("Key figure"): [measure_name(row.figure) for row in rows],
            _("This customer"): [measure_value(row.figure, row.value, story.currency) for row in rows],
            _("Median of all customers"): [measure_value(row.figure, row.median, story.currency) for row in rows],
            _("Customers who have less"): [percent(row.share_below) for row in rows],
            _("n"): [number(row.n) for row in rows],
        }
    )


def history_rows(story: CustomerStory) -> pd.DataFrame:
    """The segment on each day with the three scores and what they rest on, the latest first."""
    rows = list(story.history.iloc[::-1].itertuples())
    return pd.DataFrame(
        {
            _("Day"): [date(row.day) for row in rows],
            _("Segment"): [group_name(row.segment) for row in rows],
            _("Scores (recency, frequency, money)"): [row.code for row in rows],
            _("Days of silence"): [number(row.recency_days) for row in rows],
            measure_name("orders"): [number(row.frequency) for row in rows],
            measure_name("net"): [money(row.monetary, story.currency) for row in rows],
            _("Customers then"): [number(row.customers) for row in rows],
        }
    )
