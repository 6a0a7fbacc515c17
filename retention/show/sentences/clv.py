"""What customers are worth ahead, in words, and whether to believe it."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd

from retention.predict.clv import CustomerLifetimeValue
from retention.predict.laws import DropOutAfterPurchase, DropOutAnyTime
from retention.show.i18n import _, date, money, number, percent

A_YEAR = 365.25  # days
SAID = ("No drop-out", "On this shop's own past", "The history is too short")  # notes that have a sentence of their own
A_SEASON = 4  # weeks
STANDS_OUT, BEYOND_CHANCE = (
    1.3,
    4.0,
)  # orders of a season ÷ orders expected, and by how many standard deviations they differ


def worth_ahead(result: CustomerLifetimeValue) -> str:
    """What all customers should bring, with its range, and what a new one should."""
    base = result.summary.iloc[0]
    if not base["value"] > 0:
        return _(
            "What these customers bought is outweighed by what they got back: there is no value ahead to reckon with."
        )
    pattern = (
        _("The {customers} customers you have should bring {value} of net revenue {ahead}, between {low} and {high}")
        if result.margin is None
        else _(
            "The {customers} customers you have should bring {value} of gross profit {ahead}, between {low} and {high}"
        )
    )
    amounts = {name: about(base[name], result.currency) for name in ("value", "low", "high")}
    ahead, first = _horizon(result.months)
    whole = pattern.format(customers=number(base["customers"]), ahead=ahead, **amounts)
    new = result.new_customer
    if not (new["first_order"] > 0 and new["value"] > 0):
        return f"{whole}."
    parts = {"once": _rounded(new["first_order"]), "later": _rounded(new["value"])}
    written = {name: about(value, result.currency) for name, value in (parts | {"each": sum(parts.values())}).items()}
    pattern = _("{whole}; a new customer {each} {first}: {once} at once and {later} later.")
    return pattern.format(whole=whole, first=first, **written)


def what_it_counts(result: CustomerLifetimeValue) -> str:
    """Whether it is revenue or profit, and what later money is worth."""
    counted = (
        _(
            "This is revenue, not profit. Give your gross margin under “Margin and lapse” beside the page, and the screen "
            "reckons in gross profit."
        )
        if result.margin is None
        else _(
            "Gross profit is {margin} of the net revenue here; advertising, shipping and wages are not taken off."
        ).format(margin=_share(result.margin))
    )
    if not result.discount_rate:
        return counted
    later = _("What comes later counts less, by {rate} a year.").format(rate=_share(result.discount_rate))
    return f"{counted} {later}"


def do_not_plan_with_it(result: CustomerLifetimeValue) -> str:
    """That a plain rule did better on this shop's own past, and what to do instead; empty where none did."""
    tested = result.backtest
    if tested is None or tested.wins:
        return ""
    misses = tested.errors.set_index("method")["root_mean_square_error"]
    rule = misses.iloc[1:].idxmin()
    instead = {
        "same rate": _("Count on every customer to go on ordering as often as since the first order."),
        "average": _("Count on every customer to order as often as the average customer did so far."),
    }
    pattern = _(
        "Do not plan with these numbers. Tried on your own past, the plain rule “{rule}” came closer than the model: it missed a "
        "customer by {plain} orders, the model by {model}. {instead}"
    )
    facts = {"plain": number(misses[rule], 2), "model": number(misses.iloc[0], 2)}
    return pattern.format(rule=method_name(rule), instead=instead[rule], **facts)


def how_far_off(result: CustomerLifetimeValue) -> str:
    """How far off it would have been on this shop's own past, beside the range that it gives."""
    tested = result.backtest
    if tested is None:
        return _("The history is too short to try the model on it, so nobody knows how far off it is.")
    change = _came_more(result)
    words = (
        _("Tried on your own past, {share} more orders came than the model had expected.")
        if change > 0
        else _("Tried on your own past, {share} fewer orders came than the model had expected.")
    )
    words, base = words.format(share=percent(abs(change), 0)), result.summary.iloc[0]
    if not base["value"] > 0:
        return words
    wide = (
        _("That is further off than the range above, which knows chance, but no season, no campaign and no growth.")
        if abs(change) > (base["high"] - base["value"]) / base["value"]
        else _("The range above is wide enough to hold that.")
    )
    return f"{words} {wide}"


def would_it_have_been_right(result: CustomerLifetimeValue) -> str:
    """What it would have expected on an earlier day, what came, and what everybody going on as before would have meant."""
    tested, change = result.backtest, _came_more(result)
    pattern = (
        _(
            "Asked on {day}, the model would have expected {expected} orders of the {customers} customers of that day until {end}; {actual} "
            "came, {share} more. “Everybody goes on as before” would have expected {plain}."
        )
        if change > 0
        else _(
            "Asked on {day}, the model would have expected {expected} orders of the {customers} customers of that day until {end}; {actual} "
            "came, {share} fewer. “Everybody goes on as before” would have expected {plain}."
        )
    )
    errors = tested.errors.set_index("method")
    return pattern.format(
        day=date(tested.cut),
        expected=number(errors.iloc[0]["expected"]),
        customers=number(tested.customers),
        end=date(tested.cut + timedelta(days=tested.days - 1)),
        actual=number(errors.iloc[0]["actual"]),
        share=percent(abs(change), 0),
        plain=number(errors.loc["same rate", "expected"]),
    )


def season_in_the_test(result: CustomerLifetimeValue) -> str:
    """The four weeks of the backtest that stood out, which no model without seasons can expect; empty where none did."""
    weeks = None if result.backtest is None else result.backtest.weekly
    if weeks is None or len(weeks) < 2 * A_SEASON:
        return ""
    came, expected = (weeks[name].rolling(A_SEASON).sum() for name in ("actual", "expected"))
    last = int(came.idxmax())
    usual = expected[last] * weeks["actual"].sum() / weeks["expected"].sum()
    if came[last] < STANDS_OUT * usual or came[last] - usual < BEYOND_CHANCE * np.sqrt(usual):
        return ""
    pattern = _(
        "From {first} to {last} came {actual} orders where {expected} were expected. That looks like a season or a campaign, which the "
        "model cannot know: it has no calendar."
    )
    return pattern.format(
        first=date(weeks["day"][last] - pd.Timedelta(days=7 * A_SEASON - 1)),
        last=date(weeks["day"][last]),
        actual=number(came[last]),
        expected=number(expected[last]),
    )


def cautions(result: CustomerLifetimeValue) -> list[str]:
    """What else to know before believing it: nobody seen to leave, a part of a year, and what the function noted."""
    lines = []
    if any(note.startswith(SAID[0]) for note in result.notes):
        lines.append(
            _(
                "These orders show no customers who leave for good, so everybody is taken to stay: the value is rather too high than too low."
            )
        )
    elif result.model.name == "NBD":
        lines.append(_("You chose that nobody leaves, so the value is rather too high than too low."))
    if result.months < 12:
        lines.append(
            _(
                "This is a part of a year, and the model knows no seasons: before a busy one expect more, before a quiet one less."
            )
        )
    return [*lines, *(_(note) for note in result.notes if not note.startswith(SAID))]


def how_it_sees_customers(result: CustomerLifetimeValue) -> list[str]:
    """The fitted model in words: how often customers order, how they leave, what an order brings, and how well it fits."""
    model, spend, law = result.model, result.spend, result.model.law
    rate = law.r / law.alpha * A_YEAR
    if isinstance(law, DropOutAfterPurchase):
        pattern = (
            _(
                "While they stay, customers order {rate} times a year on average. After an order, the first included, {leave} of 100 leave for good."
            )
            if law.after_first
            else _(
                "While they stay, customers order {rate} times a year on average. After an order, the first apart, {leave} of 100 leave for good."
            )
        )
        first = pattern.format(rate=number(rate, 1), leave=number(law.a / (law.a + law.b) * 100))
    elif isinstance(law, DropOutAnyTime):
        leave = 1 - (law.beta / (law.beta + A_YEAR)) ** law.s
        pattern = _(
            "While they stay, customers order {rate} times a year on average. Within a year {leave} of 100 leave for good."
        )
        first = pattern.format(rate=number(rate, 1), leave=number(leave * 100))
    else:
        first = _("Customers order {rate} times a year on average, and none is taken to leave.").format(
            rate=number(rate, 1)
        )
    pattern = _(
        "What the next order brings lies between the average of the customer and the average of all, {mean}: the more orders, the closer to "
        "the customer’s own."
    )
    lines = [first, pattern.format(mean=money(spend.mean, result.currency))]
    if not np.isnan(spend.correlation):
        pattern = _(
            "How often and how much: the correlation is {correlation}. The model takes the two for unrelated; above 0.3 take its values with care."
        )
        lines.append(pattern.format(correlation=number(spend.correlation, 2)))
    pattern = _("{model}, fitted to {customers} customers: log-likelihood {likelihood}, AIC {aic}, BIC {bic}.")
    fits = [("Gamma–Gamma", spend)] if len(spend.parameters) else []
    for name, fit in [(model.name, model), *fits]:
        facts = {"likelihood": number(fit.log_likelihood, 1), "aic": number(fit.aic, 1), "bic": number(fit.bic, 1)}
        lines.append(pattern.format(model=name, customers=number(fit.customers), **facts))
    return lines


def method_name(method: str) -> str:
    """What a way of expecting orders is called; a model keeps its name.

    >>> method_name("same rate"), method_name("MBG/NBD")
    ('Everybody goes on as before', 'MBG/NBD')
    """
    names = {"same rate": _("Everybody goes on as before"), "average": _("Everybody is like the average")}
    return names.get(method, method)


def about(value: float, currency: str) -> str:
    """An amount as one says it, to three digits.

    >>> about(368063.19, "EUR"), about(88.4, "EUR"), about(3.456, "EUR")
    ('€368,000', '€88', '€3.46')
    """
    return money(_rounded(value), currency, None if abs(value) < 10 else 0)


def _came_more(result: CustomerLifetimeValue) -> float:
    """Orders that came ÷ orders expected in the backtest − 1."""
    model = result.backtest.errors.iloc[0]
    return float(model["actual"] / model["expected"] - 1)


def _share(share: float) -> str:
    """A share that somebody typed, as short as it can be."""
    return percent(share, 0 if round(share * 100, 6).is_integer() else 1)


def _rounded(value: float) -> float:
    if not np.isfinite(value) or not value:
        return value
    places = 2 - int(np.floor(np.log10(abs(value))))
    return round(float(value), min(places, 2 if abs(value) < 10 else 0))


def _horizon(months: int) -> tuple[str, str]:
    """The time ahead, and the first time of a customer, as a sentence takes them."""
    words = {
        3: (_("in the next three months"), _("in the first three months")),
        6: (_("in the next six months"), _("in the first six months")),
        12: (_("in the next twelve months"), _("in the first year")),
        24: (_("in the next two years"), _("in the first two years")),
    }
    return words[months]
