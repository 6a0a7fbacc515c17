"""What customers are expected to bring, as tables."""

from __future__ import annotations

import pandas as pd

from retention.intervals import ENOUGH
from retention.predict.clv import CustomerLifetimeValue
from retention.show.charts.clv import frequency_name
from retention.show.i18n import MISSING, _, interval, money, number, percent, percent_change
from retention.show.measures import measure_name
from retention.show.sentences.clv import method_name
from retention.show.tables.groups import counts, names

ROOM = 100  # customers that the screen shows; the file holds all
FIRST = ("customer_ref", "name", "clv", "low", "high", "p_alive", "expected_orders", "expected_spend")


def group_rows(result: CustomerLifetimeValue, part: str) -> pd.DataFrame:
    """A row for all together and one a group: how many they are and what they should bring."""
    table = result.summary[result.summary["part"].isin(["base", part])]

    def amounts(name: str, low: str, high: str, digits: int | None) -> list[str]:
        def text(value: float) -> str:
            return money(value, result.currency, digits)

        return [
            f"{text(row[name])} ({interval(row[low], row[high], text)})" if row["enough"] else _("too few to tell")
            for row in table.to_dict("records")
        ]

    return pd.DataFrame(
        {
            _("Group"): names(table["group"]),
            measure_name("customers"): counts(table["customers"]),
            measure_name("expected_orders"): [number(value) for value in table["expected_orders"]],
            _value_name(result): amounts("value", "low", "high", 0),
            _("Of one customer"): amounts("value_each", "each_low", "each_high", None),
        }
    )


def value_list(result: CustomerLifetimeValue) -> pd.DataFrame:
    """Every customer, those worth most ahead first; equal values by customer_id."""
    table = result.table.sort_values(["clv", "customer_id"], ascending=[False, True], ignore_index=True)
    return table[[*FIRST, *(name for name in table if name not in FIRST)]]


def value_rows(result: CustomerLifetimeValue) -> pd.DataFrame:
    """The customers worth most ahead, as many as a screen has room for."""
    table = result.table.nlargest(ROOM, "clv", keep="all")
    table = table.sort_values(["clv", "customer_id"], ascending=[False, True]).head(ROOM)
    words = {True: _("yes"), False: _("no")}

    def amount(value: float) -> str:
        return money(value, result.currency, 0)

    return pd.DataFrame(
        {
            _("Customer"): table["customer_ref"],
            _("Name"): table["name"].fillna(MISSING),
            _value_name(result): table["clv"].map(amount),
            _("Range for 95 of 100 such customers"): [
                interval(low, high, amount) for low, high in zip(table["low"], table["high"], strict=True)
            ],
            measure_name("p_alive"): [percent(chance, 0) for chance in table["p_alive"]],
            measure_name("expected_orders"): [number(orders, 1) for orders in table["expected_orders"]],
            _("An order brings"): [money(value, result.currency) for value in table["expected_spend"]],
            _("E-mail address"): [words.get(known, MISSING) for known in table["contactable"]],
            _("Agreed to marketing"): [words.get(known, MISSING) for known in table["consent"]],
        }
    )


def value_label(result: CustomerLifetimeValue) -> str:
    """What the list of customers is called, and how many of them it shows."""
    pattern = _("the customers worth most ahead, {some} of {all}; the file holds all")
    return pattern.format(some=number(min(len(result.table), ROOM)), all=number(len(result.table)))


def error_rows(result: CustomerLifetimeValue) -> pd.DataFrame:
    """A row for the model and each plain rule: what it would have expected and how far off it was."""
    table = result.backtest.errors
    return pd.DataFrame(
        {
            _("Method"): [method_name(method) for method in table["method"]],
            _("Expected"): counts(table["expected"]),
            _("Came"): counts(table["actual"]),
            _("Expected beside what came"): [percent_change(error) for error in table["total_error"]],
            _("Average miss of a customer"): [number(error, 3) for error in table["mean_error"]],
            _("Root mean square miss"): [number(e, 3) for e in table["root_mean_square_error"]],
        }
    )


def frequency_rows(result: CustomerLifetimeValue) -> pd.DataFrame:
    """A row a frequency: what its customers were expected to order, and ordered."""
    table = result.backtest.by_frequency
    return pd.DataFrame(
        {
            _("Came back before"): [frequency_name(frequency) for frequency in table["frequency"]],
            measure_name("customers"): counts(table["customers"]),
            _("Expected, a customer"): [number(value, 2) for value in table["expected"]],
            _("Came, a customer"): [number(value, 2) for value in table["actual"]],
            _("95 % interval"): [
                interval(row.low, row.high, lambda value: number(value, 2))
                if row.customers >= ENOUGH
                else _("too few to tell")
                for row in table.itertuples()
            ],
        }
    )


def parameter_numbers(result: CustomerLifetimeValue) -> pd.DataFrame:
    """The parameters of both models: model, parameter, value, standard_error, low, high."""
    models = {result.model.name: result.model, "Gamma–Gamma": result.spend}
    return pd.concat([fit.parameters.assign(model=name) for name, fit in models.items()], ignore_index=True)[
        ["model", "parameter", "value", "standard_error", "low", "high"]
    ]


def parameter_rows(result: CustomerLifetimeValue) -> pd.DataFrame:
    """A row a parameter: what it stands for, its value and 95 % interval."""
    orders, leaving, spend = _("how often customers order"), _("how readily they leave"), _("what an order brings")
    about = dict.fromkeys(("r", "alpha"), orders) | dict.fromkeys(("a", "b", "s", "beta"), leaving)
    table = parameter_numbers(result)

    def text(value: float) -> str:
        return number(value, 3)

    return pd.DataFrame(
        {
            _("Parameter"): table["model"] + " " + table["parameter"],
            _("About"): [about.get(name, spend) for name in table["parameter"]],
            _("Value"): table["value"].map(text),
            _("95 % interval"): [
                interval(low, high, text) for low, high in zip(table["low"], table["high"], strict=True)
            ],
        }
    )


def _value_name(result: CustomerLifetimeValue) -> str:
    return _("Value ahead, revenue") if result.margin is None else _("Value ahead, profit")
