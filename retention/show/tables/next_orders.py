"""Next orders and products that run out, as tables to read."""

from __future__ import annotations

import pandas as pd

from retention.predict.next_orders import NextOrders
from retention.predict.replenishment import Replenishment
from retention.show.i18n import MISSING, _, date, interval, number, percent
from retention.show.sentences.next_orders import label
from retention.show.tables.groups import counts

ROOM = 100  # customers of a list that a screen shows


def due_rows(result: NextOrders) -> pd.DataFrame:
    """A row a customer who is due this week, the likeliest first, as far as a screen has room."""
    table = result.due.head(ROOM)
    why = {"chance": _("likely"), "rhythm": _("own rhythm"), "both": _("both")}
    return pd.DataFrame(
        {
            _("Customer"): table["customer_ref"],
            _("Name"): table["name"].fillna(MISSING),
            _("Chance within 7 days"): [percent(value, 0) for value in table["chance_week"]],
            _("Chance within 30 days"): [percent(value, 0) for value in table["chance_month"]],
            _("Why due"): table["due_this_week"].map(why),
            _("Likely day"): [date(day) for day in table["due"]],
            _("80 of 100 come"): [
                interval(low, high, date) for low, high in zip(table["low"], table["high"], strict=True)
            ],
            _("Last order"): [date(day) for day in table["last_order"]],
            _("Own days between orders"): counts(table["own_gap"]),
            _("By own rhythm"): [date(day) for day in table["own_due"]],
            **contact(table),
        }
    )


def contact(table: pd.DataFrame) -> dict[str, list[str]]:
    """Whether a customer has an address and agreed to be written to."""
    words = {True: _("yes"), False: _("no")}
    return {
        _("E-mail address"): [words.get(known, MISSING) for known in table["contactable"]],
        _("Agreed to marketing"): [words.get(known, MISSING) for known in table["consent"]],
    }


def list_label(table: pd.DataFrame) -> str:
    """What a list of customers is called, and how many of them it shows."""
    pattern = _("customers who are due, {some} of {all}; the file holds all")
    return pattern.format(some=number(min(len(table), ROOM)), all=number(len(table)))


def product_list_label(table: pd.DataFrame) -> str:
    """What the list of customers and products is called, and how much of it it shows."""
    pattern = _("who is due for what, {some} of {all} rows; the file holds all")
    return pattern.format(some=number(min(len(table), ROOM)), all=number(len(table)))


def week_rows(result: NextOrders) -> pd.DataFrame:
    """A row a week, the next ones first: what is or was expected, and what came."""
    table = result.weeks.sort_values("first_day", ascending=False)
    return pd.DataFrame(
        {
            _("Week from"): [date(day) for day in table["first_day"]],
            _("Orders expected"): counts(table["expected"]),
            _("Range of 80 of 100 weeks"): [
                interval(low, high, number) for low, high in zip(table["low"], table["high"], strict=True)
            ],
            _("Orders that came"): counts(table["observed"]),
        }
    )


def check_rows(result: NextOrders) -> pd.DataFrame:
    """A row a group of the check: what was expected of it, and what came."""
    names = {
        "chance_week": _("Order within 7 days, by chance"),
        "chance_month": _("Order within 30 days, by chance"),
        "interval": _("Next order within the dates given"),
        "rhythm": _("Order within 7 days, own rhythm"),
    }
    table = result.backtest
    ends = [interval(row.low, row.high, percent) if row.enough else _("too few to tell") for row in table.itertuples()]
    return pd.DataFrame(
        {
            _("What was said"): table["measure"].map(names),
            _("Expected"): [percent(value) for value in table["predicted"]],
            _("Came true"): [percent(value) for value in table["observed"]],
            _("95 % interval"): ends,
            _("Customers"): counts(table["n"]),
        }
    )


def replenishment_rows(result: Replenishment) -> pd.DataFrame:
    """A row a product: how many bought it again, and after how many days."""
    rows = result.table.to_dict("records")
    few = _("too few to tell")
    return pd.DataFrame(
        {
            _("Product") if result.by == "product" else _("Category"): [label(row) for row in rows],
            _("Buyers"): counts(result.table["buyers"]),
            _("Bought it again"): counts(result.table["bought_again"]),
            _("Share so far"): [
                f"{percent(row['share_again'])} ({interval(row['low'], row['high'], percent)})" for row in rows
            ],
            _("Within a year"): [_within_year(row) for row in rows],
            _("Days until bought again (median)"): [
                number(row["median_days"]) if row["enough"] else few for row in rows
            ],
            _("Half of them between"): [
                interval(row["lower_quartile"], row["upper_quartile"], number) if row["enough"] else few for row in rows
            ],
            _("Intervals"): counts(result.table["intervals"]),
        }
    )


def _within_year(row: dict) -> str:
    ends = interval(row["within_year_low"], row["within_year_high"], percent)
    if pd.isna(row["within_year"]) or ends == MISSING:
        return MISSING
    return f"{percent(row['within_year'])} ({ends})"


def product_due_rows(result: Replenishment) -> pd.DataFrame:
    """A row a customer and product they are due for, the likeliest first, as far as a screen has room."""
    table = result.due.head(ROOM)
    rows = table.to_dict("records")
    return pd.DataFrame(
        {
            _("Customer"): table["customer_ref"],
            _("Name"): table["name"].fillna(MISSING),
            _("Product") if result.by == "product" else _("Category"): [label(row) for row in rows],
            _("Chance within 30 days"): [percent(value) for value in table["chance"]],
            _("Bought last"): [date(day) for day in table["last_day"]],
            _("Due"): [date(day) for day in table["due_day"]],
            _("Days over"): counts(table["days_over"]),
            **contact(table),
        }
    )
