"""Next orders and products that run out, in words."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd

from retention.predict.chances import WEEKS
from retention.predict.next_orders import NextOrders
from retention.predict.replenishment import Replenishment
from retention.show.i18n import _, number, percent, span
from retention.show.measures import group_name
from retention.show.sentences.groups import of_100

SELDOM = 0.05


def next_week(result: NextOrders) -> str:
    """How many orders the next seven days should bring from known customers, and how many of these are due."""
    window = span(result.as_of, result.as_of + timedelta(days=7))
    week = result.weeks[result.weeks["part"] == "next"].iloc[0]
    pattern = _(
        "{window}: expect about {expected} orders from customers you know, between {low} and {high}. {due} customers are due."
    )
    facts = {name: number(week[name]) for name in ("expected", "low", "high")}
    return pattern.format(window=window, due=number(len(result.due)), **facts)


def came_true(result: NextOrders) -> list[str]:
    """What the same reckoning would have said on earlier days, and what came."""
    past = result.weeks[result.weeks["part"] == "past"]
    if past.empty:
        return []
    pattern = _(
        "Checked on the last {weeks} weeks, with only what was known before: {expected} orders were expected and {observed} came."
    )
    facts = {"expected": number(past["expected"].sum()), "observed": number(past["observed"].sum())}
    lines = [pattern.format(weeks=number(len(past)), **facts)]
    rows = result.backtest[result.backtest["enough"].eq(True)].set_index("measure")
    for measure, pattern in (
        (
            "chance_week",
            _(
                "Of 100 of the likeliest customers, {predicted} were expected to order within 7 days and {share} did (between {low} "
                "and {high}; {n} customers)."
            ),
        ),
        (
            "interval",
            _(
                "Of 100 next orders within eight weeks, {share} came between the dates that the model gives for these (between {low} and {high}), {predicted} should."
            ),
        ),
        (
            "rhythm",
            _(
                "Of 100 customers whose own rhythm fell into a week, {share} ordered in it (between {low} and {high}; {n} customers); "
                "the model, which knows no rhythm, said {predicted}."
            ),
        ),
    ):
        if measure in rows.index:
            row = rows.loc[[measure]].iloc[-1].add_prefix("observed_").rename({"observed_observed": "observed"})
            told = of_100(row, "observed", "observed_n")
            lines.append(pattern.format(predicted=number(row["observed_predicted"] * 100), **told))
    return [*lines, *_out_of_season(past)]


def _out_of_season(past: pd.DataFrame) -> list[str]:
    """Whether the last eight weeks lay so far off that the next may well be unlike what is expected."""
    sums = past.tail(WEEKS)[["expected", "low", "high", "observed"]].sum()
    facts = {name: number(sums[name]) for name in ("expected", "observed")}
    if sums["observed"] > sums["high"]:
        pattern = _(
            "The last eight weeks brought {observed} orders where {expected} were expected, as before a holiday or in a campaign. "
            "The model takes them for usual: fewer may come now."
        )
    elif sums["observed"] < sums["low"]:
        pattern = _(
            "The last eight weeks brought only {observed} orders where {expected} were expected. The model takes them for usual: "
            "more may come now if that was a season."
        )
    else:
        return []
    return [pattern.format(**facts)]


def bought_again_most(result: Replenishment) -> str:
    """The product that most of its buyers bought again, and after how many days."""
    table = result.table[result.table["enough"]]
    if table.empty:
        return _("Nothing was bought again by 30 customers or more, so no product can be said to run out.")
    row = table.loc[table["share_again"].idxmax()]
    pattern = _(
        "{product} is bought again most: so far by {share} of 100 buyers (between {low} and {high}; {n} buyers). Of those who come "
        "back, half do so within {days} days, and half between day {first} and day {last}."
    )
    told = of_100(row.rename({"low": "share_again_low", "high": "share_again_high"}), "share_again", "buyers")
    days = {"days": row["median_days"], "first": row["lower_quartile"], "last": row["upper_quartile"]}
    return pattern.format(product=label(row), **told, **{name: number(value) for name, value in days.items()})


def due_for_products(result: Replenishment) -> str:
    """How many customers are due for a product, and how likely they are to buy it; empty for none."""
    due = result.due.dropna(subset="chance")
    if due.empty:
        return ""
    pattern = _(
        "By these days, {n} customers are due for something they bought before. How likely is it? Of all of them, {share} buy it within "
        "30 days; of the likeliest, {most}."
    )
    facts = {"share": percent(due["chance"].mean()), "most": percent(due["chance"].max())}
    sentence = pattern.format(n=number(due["customer_id"].nunique()), **facts)
    if due["chance"].mean() < SELDOM:
        sentence += " " + _(
            "So low a chance means that these things are bought again now and then; they do not run out."
        )
    return sentence


def label(row: pd.Series) -> str:
    """What a product is called; a category is called as it is."""
    return row["product"] if "product" in row else group_name(row["category"])
