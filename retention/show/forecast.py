"""The words for forecasts: parts and methods by their names."""

from __future__ import annotations

from math import floor, log10

from retention.show.i18n import _, money, number


def part_name(part: str) -> str:
    """A part of the revenue of twelve months, by who brings it."""
    return {
        "existing": _("Customers you had when the twelve months began"),
        "new": _("Customers won in them"),
        "unknown": _("Orders that name nobody"),
        "total": _("All together"),
    }[part]


def method_name(method: str) -> str:
    """What is compared in the test."""
    return {
        "actual": _("What came"),
        "forecast": _("This forecast"),
        "year_before": _("Same month a year before"),
        "last_months": _("Mean of the 3 months before"),
    }[method]


def about(x: float, currency: str) -> str:
    """An amount as exact as a forecast is: three digits.

    >>> about(748387.72, "EUR")
    '€748,000'
    """
    return money(_three_digits(x), currency, 0)


def about_count(x: float) -> str:
    """A number of people or orders, as exact.

    >>> about_count(2646.4)
    '2,650'
    """
    return number(_three_digits(x))


def _three_digits(x: float) -> float:
    return round(x, 2 - floor(log10(abs(x)))) if abs(x) >= 1 else 0.0
