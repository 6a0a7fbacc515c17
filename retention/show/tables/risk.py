"""Risk and the money behind it as tables of text."""

from __future__ import annotations

import pandas as pd

from retention.intervals import ENOUGH
from retention.predict.at_risk import ValueAtRisk
from retention.predict.churn import ChurnScores
from retention.show.i18n import MISSING, _, interval, money, number, percent
from retention.show.measures import measure_name
from retention.show.sentences.risk import feature_name, reasons
from retention.show.tables.groups import counts
from retention.show.tables.segments import ROOM


def stake_rows(result: ValueAtRisk) -> pd.DataFrame:
    """A row a segment: what is expected, and what of it hangs on customers who are slipping away."""
    table = result.table

    def amount(value: float) -> str:
        return money(value, result.currency, 0)

    ends = [interval(row.low, row.high, amount) if row.enough else _("too few to tell") for row in table.itertuples()]
    return pd.DataFrame(
        {
            _("Segment"): [_(name) for name in table["segment"]],
            measure_name("customers"): counts(table["customers"]),
            _("Slipping away"): counts(table["slipping"]),
            _("Expected in 12 months"): [amount(value) for value in table["expected_net"]],
            _("Of it at stake"): [amount(value) for value in table["value_at_risk"]],
            _("95 % interval"): ends,
            measure_name("share"): [percent(share) for share in table["share"]],
        }
    )


def slipping_rows(result: ValueAtRisk) -> pd.DataFrame:
    """A row a customer who is slipping away, as far as a screen has room."""
    people = result.customers.head(ROOM)
    words = {True: _("yes"), False: _("no")}
    return pd.DataFrame(
        {
            _("Customer"): people["customer_ref"],
            _("Why"): reasons(people),
            _("Risk"): [percent(value, 0) for value in people["risk"]],
            _("A month ago"): [percent(value, 0) for value in people["risk_before"]],
            _("Segment"): [_(name) for name in people["segment"]],
            _("Expected in 12 months"): [money(value, result.currency, 0) for value in people["expected_net"]],
            _("E-mail address"): [words.get(known, MISSING) for known in people["contactable"]],
            _("Agreed to marketing"): [words.get(known, MISSING) for known in people["consent"]],
        }
    )


def slipping_file(result: ValueAtRisk) -> pd.DataFrame:
    """Everybody who is slipping away with the reason in words, for a file."""
    return result.customers.assign(reason=reasons(result.customers))


def slipping_label(result: ValueAtRisk) -> str:
    """What the table of customers is called, and how many of them it shows."""
    n = len(result.customers)
    pattern = _("who is slipping away, {some} of {all}; the file holds all")
    return pattern.format(some=number(min(n, ROOM)), all=number(n))


def quality_rows(scores: ChurnScores) -> pd.DataFrame:
    """A row a way to tell leavers from stayers: how many pairs it got right, and how far its risks were off."""
    table = scores.quality
    names = {
        "logistic": _("Logistic regression on everything"),
        "boosting": _("Boosted trees on everything"),
        "recency": _("Plain silence"),
        "p_alive": _("P(alive) of the lifetime value"),
        "base rate": _("The same risk for everybody"),
    }
    mark = _("{name} (chosen)")

    def pairs(value: float) -> str:
        return number(value * 100, 1)

    return pd.DataFrame(
        {
            _("Told by"): [
                mark.format(name=names[row.model]) if row.chosen else names[row.model] for row in table.itertuples()
            ],
            _("Pairs told right, of 100 (AUC)"): [
                f"{pairs(row.auc)} ({interval(row.auc_low, row.auc_high, pairs)})" for row in table.itertuples()
            ],
            _("Behind the score"): [
                MISSING
                if row.chosen
                else f"{pairs(row.auc_behind)} ({interval(row.auc_behind_low, row.auc_behind_high, pairs)})"
                for row in table.itertuples()
            ],
            _("Squared error of the risk (Brier)"): [number(value, 4) for value in table["brier"]],
            _("Customers"): counts(table["n"]),
            _("Of them leavers"): counts(table["leavers"]),
        }
    )


def reliability_rows(scores: ChurnScores) -> pd.DataFrame:
    """A row a tenth of the scale: the risk that was given, and who stayed away."""
    table = scores.reliability
    pattern = _("{low} to {high}")
    return pd.DataFrame(
        {
            _("Risk that was given"): [
                pattern.format(low=percent(row.bin_from, 0), high=percent(row.bin_to, 0)) for row in table.itertuples()
            ],
            _("On average"): [percent(value) for value in table["predicted"]],
            _("Stayed away"): [percent(value) for value in table["observed"]],
            _("95 % interval"): [
                interval(row.low, row.high, percent) if row.n >= ENOUGH else _("too few to tell")
                for row in table.itertuples()
            ],
            _("Customers"): counts(table["n"]),
        }
    )


def driver_rows(scores: ChurnScores) -> pd.DataFrame:
    """A row a group of features: how many pairs would go wrong without it."""
    table = scores.drivers
    return pd.DataFrame(
        {
            _("What is known of a customer"): [feature_name(name) for name in table["feature"]],
            _("Pairs that would go wrong without it, of 100"): [number(value * 100, 1) for value in table["effect"]],
        }
    )
