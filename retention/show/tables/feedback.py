"""Ratings and tickets as tables of text."""

from __future__ import annotations

import pandas as pd

from retention.intervals import ENOUGH
from retention.measure.feedback import FeedbackTable
from retention.show.charts.feedback import reply_names
from retention.show.i18n import MISSING, _, date, interval, money, number, percent


def rating_rows(result: FeedbackTable) -> pd.DataFrame:
    """What followed a low, middle or high rating."""
    names = {"low": _("Low"), "middle": _("Middle"), "high": _("High")}
    return _afterwards(result.table, names, _("Rating"), "ratings", _("Ratings"), result.currency)


def reply_rows(result: FeedbackTable) -> pd.DataFrame:
    """What followed a ticket, by the time to the first reply."""
    return _afterwards(result.replies, reply_names(), _("Reply time"), "tickets", _("Tickets"), result.currency)


def complaint_rows(result: FeedbackTable) -> pd.DataFrame:
    """Products with low ratings."""
    table = result.products
    return pd.DataFrame(
        {
            _("Product"): table["product"].fillna(table["product_id"]),
            _("Ratings"): [number(n) for n in table["ratings"]],
            _("Average"): [number(score, 2) for score in table["average"]],
            _("Low ratings"): [percent(share) for share in table["share"]],
            _("95 % interval"): _intervals(table["low"], table["high"], table["ratings"], percent),
            _("Return rate"): [percent(rate) for rate in table["return_rate"]],
            _("Low ratings with words"): [number(n) for n in table["texts"]],
        }
    )


def unhappy_rows(result: FeedbackTable) -> pd.DataFrame:
    """Customers whose last rating is low, those who brought most first."""
    table = result.people
    words = {True: _("yes"), False: _("no")}
    return pd.DataFrame(
        {
            _("Customer"): table["customer_ref"],
            _("Net revenue to date"): [money(net, result.currency) for net in table["net"]],
            _("Rating"): [number(score, 0 if float(score).is_integer() else 1) for score in table["score"]],
            _("Given on"): [date(day) for day in table["given_at"]],
            _("Words"): table["text"].fillna(MISSING),
            _("Last order"): [date(day) for day in table["last_order"]],
            _("E-mail address"): [words.get(known, MISSING) for known in table["contactable"]],
            _("Agreed to marketing"): [words.get(known, MISSING) for known in table["consent"]],
        }
    )


def _afterwards(
    table: pd.DataFrame, names: dict[str, str], title: str, unit: str, unit_name: str, currency: str
) -> pd.DataFrame:
    def amount(value: float) -> str:
        return money(value, currency)

    return pd.DataFrame(
        {
            title: [names[band] for band in table["band"]],
            unit_name: [number(n) for n in table[unit]],
            _("Customers"): [number(n) for n in table["customers"]],
            _("90 days known"): [number(n) for n in table["n"]],
            _("Bought again"): [percent(share) for share in table["share"]],
            _("95 % interval"): _intervals(table["low"], table["high"], table["n"], percent),
            _("Net revenue per customer"): [amount(value) for value in table["spend"]],
            _("95 % interval of net revenue"): _intervals(table["spend_low"], table["spend_high"], table["n"], amount),
        }
    )


def _intervals(low: pd.Series, high: pd.Series, n: pd.Series, fmt: object) -> list[str]:
    too_few = _("too few to tell")
    return [
        interval(a, b, fmt) if of >= ENOUGH else too_few if of else MISSING
        for a, b, of in zip(low, high, n, strict=True)
    ]
