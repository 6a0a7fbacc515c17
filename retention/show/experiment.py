"""Experiments in the reader's language: what their metrics are called, and how values and differences are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from retention.experiment.compare import VariantComparison
from retention.show.i18n import _, interval, money, money_change, number, percent, percent_points
from retention.show.measures import group_name

MONEY = ("revenue", "aov", "profit")
PARTS = ("returns", "discounts")  # ratios of money to money
NARROW = 0.01  # an interval of less than a point is written with one digit more


def metric_name(metric: str) -> str:
    """Name a metric of an experiment as the head of a row.

    >>> metric_name("repeat"), metric_name("Score")
    ('Repeat rate', 'Score')
    """
    names = {
        "repeat": _("Repeat rate"),
        "orders": _("Orders per customer"),
        "revenue": _("Revenue per customer"),
        "aov": _("Average order value"),
        "profit": _("Profit per customer"),
        "returns": _("Share of the money paid back"),
        "discounts": _("Share given away as discounts"),
        "conversion": _("Conversion rate"),
    }
    return names.get(metric, metric)


def metric_in_words(metric: str) -> str:
    """Name a metric as it stands inside a sentence.

    >>> metric_in_words("repeat"), metric_in_words("Score")
    ('the repeat rate', 'Score')
    """
    names = {
        "repeat": _("the repeat rate"),
        "orders": _("orders per customer"),
        "revenue": _("revenue per customer"),
        "aov": _("the average order value"),
        "profit": _("profit per customer"),
        "returns": _("the share of the money paid back"),
        "discounts": _("the share given away as discounts"),
        "conversion": _("the conversion rate"),
    }
    return names.get(metric, metric)


def part_name(group: str) -> str:
    """Name a group of the customers of an experiment.

    >>> part_name("several"), part_name("HU"), part_name("")
    ('Several orders before', 'HU', 'Not known')
    """
    names = {
        "several": _("Several orders before"),
        "one": _("One order before"),
        "none": _("No order before"),
    }
    return names.get(group) or group_name(group or "unknown")


def arm_name(arm: str) -> str:
    """Name an arm: those that are made here in the reader's language, others as the file has them.

    >>> arm_name("control"), arm_name("Banner")
    ('control', 'Banner')
    """
    return {"control": _("control"), "offer": _("offer")}.get(arm, arm)


@dataclass(frozen=True)
class Unit:
    """How the numbers of a metric are written: shares as percentages and their differences as points, money as money."""

    metric: str
    kind: str
    currency: str
    fine: bool = False

    @property
    def is_share(self) -> bool:
        """Whether it runs from 0 to 1."""
        return self.kind == "share" or self.metric in PARTS

    def value(self, x: float) -> str:
        """A value of the metric.

        >>> Unit("repeat", "share", "EUR").value(0.161), Unit("aov", "ratio", "EUR").value(45)
        ('16.1%', '€45.00')
        """
        if self.is_share:
            return percent(x, self._digits)
        return money(x, self.currency) if self.metric in MONEY else number(x, self._decimals(x))

    def size(self, x: float) -> str:
        """How large a difference is, without its sign.

        >>> Unit("repeat", "share", "EUR").size(-0.041), Unit("orders", "mean", "EUR").size(0.05)
        ('4.1 points', '0.05')
        """
        return _("{points} points").format(points=self.end(abs(x))) if self.is_share else self.value(abs(x))

    def end(self, x: float) -> str:
        """An end of an interval beside a `size`: without "points", and with its sign where it is below zero."""
        return number(x * 100, self._digits) if self.is_share else self.value(x)

    def change(self, x: float) -> str:
        """A difference with its sign.

        >>> Unit("repeat", "share", "EUR").change(0.041), Unit("aov", "ratio", "EUR").change(-2)
        ('+4.1 points', '-€2.00')
        """
        return _("{points} points").format(points=self._signed(x)) if self.is_share else self._signed(x)

    def ends(self, low: float, high: float) -> dict[str, str]:
        """The ends of an interval of differences, for the places {low} and {high} of a sentence.

        >>> Unit("repeat", "share", "EUR").ends(-0.012, 0.016)
        {'low': '-1.2', 'high': '+1.6 points'}
        """
        return {"low": self._signed(low), "high": self.change(high)}

    def short(self, x: float) -> str:
        """A difference with its sign, for an axis or a cell.

        >>> Unit("repeat", "share", "EUR").short(0.041)
        '+4.1 pp'
        """
        return percent_points(x, self._digits) if self.is_share else self._signed(x)

    def range(self, low: float, high: float) -> str:
        """An interval of differences, for a cell."""
        return interval(low, high, self.short)

    @property
    def _digits(self) -> int:
        return 2 if self.fine else 1

    def _decimals(self, x: float) -> int:
        return 4 if self.fine else 2 if abs(x) < 1000 else 0

    def _signed(self, x: float) -> str:
        if self.is_share:
            written = number(x * 100, self._digits)
        elif self.metric in MONEY:
            return money_change(x, self.currency)
        else:
            written = number(x, self._decimals(x))
        return f"+{written}" if x > 0 and any(digit in written for digit in "123456789") else written


def unit_of(row: Mapping, currency: str) -> Unit:
    """How the numbers in a row of the table of an outcome are written."""
    return Unit(row["metric"], row["kind"], currency, bool(row["high"] - row["low"] < NARROW))


def p_value(p: float) -> str:
    """Write a p-value.

    >>> p_value(0.0123), p_value(1e-9)
    ('0.0123', 'under 0.0001')
    """
    return _("under {p}").format(p=number(0.0001, 4)) if p < 0.0001 else number(p, 4)


def deciding(result: VariantComparison) -> pd.Series:
    """The row of the metric that decides, of the arm that the verdict speaks of."""
    table = result.table
    return table[(table["metric"] == result.primary) & (table["arm"] == result.arm)].iloc[0]


def outcome_unit(result: VariantComparison) -> Unit:
    """How the numbers of the metric that decides are written."""
    return unit_of(deciding(result), result.currency)


def week_name(week: int, result: VariantComparison) -> str:
    """Name a week since the assignment; one that the window ends in is marked."""
    name = _("Week {week}").format(week=number(week))
    return name if week <= whole_weeks(result) else _("{period} (not complete)").format(period=name)


def whole_weeks(result: VariantComparison) -> int:
    """How many weeks since the assignment were seen from their first day to their last."""
    return int(result.days["day"].max()) // 7
