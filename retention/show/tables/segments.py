"""RFM segments, their playbook and their customers as tables of text."""

from __future__ import annotations

from itertools import pairwise
from math import inf

import pandas as pd

from retention.segment.playbook import SegmentPlaybook
from retention.segment.rfm import RfmSegments
from retention.show.i18n import MISSING, _, date, interval, money, number, percent
from retention.show.measures import measure_name
from retention.show.tables.groups import ROOM, amounts, counts, estimates


def segment_rows(result: RfmSegments) -> pd.DataFrame:
    """A row a segment: its customers, its money and how they buy."""
    table, currency = result.summary, result.currency
    shown = pd.DataFrame(
        {
            _("Group"): [_(name) for name in table["segment"]],
            measure_name("customers"): counts(table["customers"]),
            _("Share of customers"): [percent(share) for share in table["share"]],
            measure_name("net"): amounts(table, "net", currency),
            _("Share of net revenue"): [percent(share) for share in table["share_of_net"]],
        }
    )
    if table["profit"].notna().any():
        shown[measure_name("profit")] = amounts(table, "profit", currency)
    shown[measure_name("aov")] = estimates(table, "aov", "customers", currency)
    shown[_("Days since the last order (median)")] = counts(table["median_days_silent"])
    shown[measure_name("repeat_rate_to_date")] = estimates(table, "repeat_rate", "customers")
    return shown


def cut_numbers(result: RfmSegments) -> pd.DataFrame:
    """The cut-points that were used, a row a score from the best: its most days of silence, fewest orders, smallest amount."""
    scheme = result.scheme
    best_first = range(scheme.levels, 0, -1)
    return pd.DataFrame(
        {
            "score": best_first,
            "recency_days_to": [*scheme.recency, inf],
            "frequency_from": [*reversed(scheme.frequency), -inf],
            "monetary_from": [*reversed(scheme.monetary), -inf],
        }
    ).replace([inf, -inf], float("nan"))


def cut_rows(result: RfmSegments) -> pd.DataFrame:
    """Which days, orders and amounts get which score, a row a score from the best."""
    scheme = result.scheme

    def amount(value: float) -> str:
        return money(value, result.currency)

    def ranges(cuts: tuple[float, ...], text: object) -> list[str]:
        ends = (-inf, *cuts, inf)
        return [_range(low, high, text) for low, high in pairwise(ends)][::-1]

    silence = (-inf, *scheme.recency, inf)
    return pd.DataFrame(
        {
            _("Score"): counts(pd.Series(range(scheme.levels, 0, -1))),
            _("Days since the last order"): [
                _nobody() if low == high else _more(low) if high == inf else _up_to(high)
                for low, high in pairwise(silence)
            ],
            measure_name("orders"): ranges(scheme.frequency, number),
            measure_name("profit" if result.monetary == "profit" else "net"): ranges(scheme.monetary, amount),
        }
    )


def playbook_rows(playbook: SegmentPlaybook) -> pd.DataFrame:
    """A row a segment: what a message to it could be worth, and what that rests on."""
    table = playbook.table

    def amount(value: float) -> str:
        return money(value, playbook.currency, 0)

    ends = [interval(low, high, amount) for low, high in zip(table["worth_low"], table["worth_high"], strict=True)]
    worth = [
        _("too few to tell") if not enough else MISSING if pd.isna(value) else f"{amount(value)} ({between})"
        for enough, value, between in zip(table["enough"], table["worth"], ends, strict=True)
    ]
    return pd.DataFrame(
        {
            _("Group"): [_(name) for name in table["segment"]],
            measure_name("customers"): counts(table["customers"]),
            _("Can be written to"): counts(table["people"]),
            _("More orders"): [percent(share) for share in table["extra_share"]],
            measure_name("aov"): amounts(table, "aov", playbook.currency),
            _("Worth, profit") if playbook.has_margin else _("Worth, revenue"): worth,
        }
    )


def people_rows(people: pd.DataFrame, currency: str) -> pd.DataFrame:
    """Customers of a segment, the first of them as far as a screen has room."""
    words = {True: _("yes"), False: _("no")}
    table = people.head(ROOM)
    return pd.DataFrame(
        {
            _("Customer"): table["customer_ref"],
            _("Name"): table["name"].fillna(MISSING),
            _("Amount"): [money(value, currency) for value in table["monetary"]],
            _("Orders"): counts(table["frequency"]),
            _("Last order"): [date(day) for day in table["last_order"]],
            _("E-mail address"): [words.get(known, MISSING) for known in table["contactable"]],
            _("Agreed to marketing"): [words.get(known, MISSING) for known in table["consent"]],
            _("Place"): [
                ", ".join(part for part in place if isinstance(part, str)) or MISSING
                for place in zip(table["city"], table["country"], strict=True)
            ],
        }
    )


def people_label(people: pd.DataFrame) -> str:
    """What a table of customers is called, and how many of them it shows."""
    pattern = _("customers of this group, {some} of {all}; the file holds all")
    return pattern.format(some=number(min(len(people), ROOM)), all=number(len(people)))


def _nobody() -> str:
    return _("nobody")


def _up_to(value: float) -> str:
    return _("up to {value}").format(value=number(value))


def _more(value: float) -> str:
    return _("more than {value}").format(value=number(value))


def _range(low: float, high: float, text: object) -> str:
    """From low on and below high, in words."""
    if low in (high, inf):
        return _nobody()
    if low == -inf:
        return MISSING if high == inf else _("below {value}").format(value=text(high))
    return _("from {value}").format(value=text(low))
