"""Ratings and tickets in words."""

from __future__ import annotations

import pandas as pd

from retention.intervals import ENOUGH
from retention.measure.feedback import FeedbackTable
from retention.show.i18n import _, number, percent

DAY = ("hour", "four_hours", "day")


def after_feedback(result: FeedbackTable) -> str:
    """Whether unhappy customers come back, in one sentence; without ratings what the tickets say."""
    if result.scores.empty:
        return tickets_say(result)
    bands = result.table.set_index("band")
    low, high = bands.loc["low"], bands.loc["high"]
    if low["n"] < ENOUGH:
        return _(
            "Customers with a low rating of whom 90 days are known: {n}. That is too few to tell whether they come back."
        ).format(n=number(low["n"]))
    if high["n"] < ENOUGH:
        return _("Of 100 customers with a low rating, {low} bought again within 90 days.").format(low=_of_100(low))
    return _(
        "Of 100 customers with a low rating, {low} bought again within 90 days; of 100 with a high one, {high}."
    ).format(low=_of_100(low), high=_of_100(high))


def complaints(result: FeedbackTable) -> str:
    """About which product people complain more than about the shop as a whole; nothing where no product has enough ratings."""
    ratings = result.table.set_index("band")["ratings"]
    if result.products.empty:
        return ""
    worst = result.products.iloc[0]
    if worst["low"] <= ratings["low"] / ratings.sum():
        return _("No product has clearly more low ratings than the shop as a whole.")
    return _(
        "Most complaints: {product}. Of its ratings, {low} of {ratings} are low ({share}; {overall} of all ratings are)."
    ).format(
        product=worst["product"] if pd.notna(worst["product"]) else worst["product_id"],
        low=number(worst["low_ratings"]),
        ratings=number(worst["ratings"]),
        share=percent(worst["share"], 0),
        overall=percent(ratings["low"] / ratings.sum(), 0),
    )


def ratings_say(result: FeedbackTable) -> list[str]:
    """How people rate, one sentence a scale."""
    said = []
    for row in result.nps.itertuples():
        facts = {"low": number(row.scale_low), "high": number(row.scale_high), "n": number(row.n)}
        if pd.notna(row.nps):
            pattern = _("Net Promoter Score: {nps} (between {nps_low} and {nps_high}; ratings: {n}).")
            facts |= {name: number(getattr(row, name)) for name in ("nps", "nps_low", "nps_high")}
        else:
            pattern = _(
                "Average rating {average} on a scale from {low} to {high}; {top} of the ratings are high (ratings: {n}). "
                "A Net Promoter Score needs a scale from 0 to 10."
            )
            facts |= {"average": number(row.average, 2), "top": percent(row.top, 0)}
        said.append(pattern.format(**facts))
    return said


def who_answered(result: FeedbackTable) -> list[str]:
    """How many of all customers gave a rating, and whether the answer may be chance."""
    if result.scores.empty:
        return []
    share = result.raters / result.customers if result.customers else float("nan")
    said = [
        _("Ratings come from {raters} of {customers} customers ({share}); the others said nothing.").format(
            raters=number(result.raters), customers=number(result.customers), share=percent(share, 0)
        )
    ]
    bands = result.table.set_index("band")
    low, high = bands.loc["low"], bands.loc["high"]
    overlap = low["share"] != high["share"] and low["high"] >= high["low"] and high["high"] >= low["low"]
    if min(low["n"], high["n"]) >= ENOUGH and overlap:
        said.append(_("The intervals of low and high ratings overlap: the difference may be chance."))
    return said


def tickets_say(result: FeedbackTable) -> str:
    """How quickly support tickets are answered, in one sentence."""
    if result.replies.empty:
        return _("There are support tickets, but no times of the first reply.")
    bands = result.replies.set_index("band")["tickets"]
    return _("Of {n} support tickets, {answered} were answered within 24 hours.").format(
        n=number(bands.sum()), answered=percent(bands[list(DAY)].sum() / bands.sum(), 0)
    )


def _of_100(row: pd.Series) -> str:
    return number(row["share"] * 100)
