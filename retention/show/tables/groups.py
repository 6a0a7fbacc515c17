"""Estimates of groups as written words."""

from __future__ import annotations

import pandas as pd

from retention.intervals import ENOUGH
from retention.show.i18n import MISSING, _, interval, number
from retention.show.measures import group_name, measure_value

ROOM = 100  # customers of a list that a screen shows; the file holds all


def names(column: pd.Series) -> list[str]:
    """Groups in the reader's language; what comes from the file stays as it is."""
    return [group_name(group) for group in column]


def counts(column: pd.Series) -> list[str]:
    """Whole numbers."""
    return [number(value) for value in column]


def amounts(frame: pd.DataFrame, measure: str, currency: str) -> list[str]:
    """Values of a measure."""
    return [measure_value(measure, value, currency) for value in frame[measure]]


def estimates(frame: pd.DataFrame, measure: str, n: str, currency: str = "", prefix: str | None = None) -> list[str]:
    """Values of a measure with their 95 % intervals; of fewer than 30 customers (column n) it is too little to tell.

    prefix: what the names of the interval's columns begin with; without it the measure's name and `_`.
    """
    start = f"{measure}_" if prefix is None else prefix
    written = []
    for row in frame.to_dict("records"):

        def text(value: float) -> str:
            return measure_value(measure, value, currency)

        ends = interval(row[f"{start}low"], row[f"{start}high"], text) if row[n] >= ENOUGH else _("too few to tell")
        written.append(MISSING if pd.isna(row[measure]) else f"{text(row[measure])} ({ends})")
    return written
