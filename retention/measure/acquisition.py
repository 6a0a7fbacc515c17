"""What was spent to win customers, beside the months and channels they came from."""

from __future__ import annotations

import numpy as np
import pandas as pd

from retention.errors import OptionError
from retention.orders import Orders


def check_payback(orders: Orders, period: str, by: str) -> None:
    """Refuse what spend by month and channel cannot tell."""
    if period != "month" or by not in ("period", "channel"):
        raise OptionError(
            "What a customer cost is known by month and channel only.",
            "Take months, and group by the first purchase or by its channel.",
        )
    if not orders.has("spend"):
        raise OptionError(
            "No file says what was spent on marketing.", "Add a file with the month, the channel and the amount."
        )
    chosen = orders.selection
    if chosen.countries or chosen.categories or chosen.shops:
        raise OptionError(
            "What a customer cost is known by month and channel only.",
            "Clear the filters of country, category and shop.",
        )


def spend_by_month(orders: Orders, months: pd.RangeIndex) -> tuple[dict[str, np.ndarray], bool]:
    """Spend of every month in currency units, "" for all channels together, others by their name in small letters.

    A month of which no file says anything is missing. The second is whether rows in another currency were left out.
    """
    table = orders.spend
    found = orders.frame(table.group_by("month", "channel", "currency").aggregate(amount=table.amount.sum()))
    foreign = found["currency"].notna() & (found["currency"] != orders.currency) & bool(orders.currency)
    found = found[~foreign].assign(channel=found["channel"].map(plain))
    if orders.selection.channels:
        found = found[found["channel"].isin([plain(name) for name in orders.selection.channels])]
    by_channel = found.groupby(["channel", "month"])["amount"].sum() / 100
    parts = {channel: by_channel[channel] for channel in by_channel.index.unique("channel")}
    parts[""] = found.groupby("month")["amount"].sum() / 100
    return {name: part.reindex(months).to_numpy(dtype=float) for name, part in parts.items()}, bool(foreign.any())


def plain(channel: str | None) -> str:
    """A channel's name as it is compared: "Web " is "web"; a row without one is of all channels."""
    return (channel or "").strip().casefold() or "(all)"


def payback_table(spend: np.ndarray, customers: np.ndarray, earned: np.ndarray, index: pd.Index) -> pd.DataFrame:
    """Spend, new customers, CAC and the first age at which what was earned (share of the spend) reaches 1."""
    reached = np.nan_to_num(earned, nan=-np.inf) >= 1
    age = (
        np.where(reached.any(axis=1), reached.argmax(axis=1), np.nan)
        if earned.shape[1]
        else np.full(len(spend), np.nan)
    )
    cac = np.divide(spend, customers, out=np.full(len(spend), np.nan), where=customers > 0)
    frame = {"spend": spend, "customers": customers.astype(int), "cac": cac, "payback_age": age}
    return pd.DataFrame(frame, index=index)
