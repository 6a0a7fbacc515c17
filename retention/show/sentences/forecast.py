"""Forecasts in words."""

from __future__ import annotations

from retention.predict.forecast import RevenueForecast
from retention.show.forecast import about, method_name
from retention.show.i18n import _, money, month_and_year, number, percent


def what_comes(result: RevenueForecast) -> str:
    """What the coming months should bring, in one sentence."""
    totals = result.totals.set_index("part")
    whole = totals.loc["total"]
    facts = {
        "months": number(result.table["month"].nunique()),
        **{end: about(whole[end], result.currency) for end in ("net", "low", "high")},
        "share": percent(totals.loc["existing", "share"], 0),
    }
    if not whole["net"] > 0:
        return _("The next {months} months should bring {net}, between {low} and {high}.").format(**facts)
    return _(
        "The next {months} months should bring {net}, between {low} and {high}; {share} of it from customers you already have."
    ).format(**facts)


def how_sure(result: RevenueForecast) -> str:
    """What the range means and rests on."""
    if not result.tested:
        return _("What comes should lie in the range in four of five cases, if only chance is at work.")
    return _(
        "What comes should lie in the range in four of five cases. That is how far {forecasts} earlier forecasts of this shop, "
        "made in the same way with what was known then, were off."
    ).format(forecasts=number(result.tested))


def how_it_did(result: RevenueForecast) -> str:
    """How the last forecast would have done beside two plain methods; nothing without a test."""
    if result.methods.empty:
        return ""
    methods, months = result.methods.set_index("method"), result.backtest["month"]
    forecast = methods.loc["forecast"]
    facts = {
        "first": month_and_year(months.iloc[0]),
        "last": month_and_year(months.iloc[-1]),
        "net": about(forecast["net"], result.currency),
        "actual": money(forecast["actual"], result.currency, 0),
        "error": percent(forecast["error"], 0),
    }
    said = _(
        "Made before {first}, it would have said {net} for the months to {last}; {actual} came. It missed a month by {error} on "
        "average."
    ).format(**facts)
    others = [
        _("“{method}” missed it by {error}.").format(method=method_name(name), error=percent(row["error"], 0))
        for name, row in methods.drop("forecast").iterrows()
        if row["error"] == row["error"]
    ]
    return " ".join([said, *others])
