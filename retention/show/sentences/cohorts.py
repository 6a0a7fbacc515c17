"""Cohorts in words."""

from __future__ import annotations

from retention.measure.cohorts import RetentionTable
from retention.show.i18n import (
    _,
    measure_name,
    measure_value,
    number,
)


def who_comes_back(result: RetentionTable) -> str:
    """Whether customers come back, in one sentence."""
    average = result.average.set_index("age")
    words = {
        "day": _("day"), "week": _("week"), "month": _("month"), "quarter": _("quarter"), "year": _("year"),
    }  # fmt: skip
    if 1 not in average.index:
        return _("No cohort is old enough yet to say whether customers come back.")
    first = average.loc[1]
    if result.value != "retention":
        return _("{value} in the first {period} after the first purchase, average of all cohorts: {rate}.").format(
            value=measure_name(result.value),
            period=words[result.period],
            rate=measure_value(result.value, first["rate"], result.currency),
        )
    if first["n"] < 30:
        return _("Only {n} customers are old enough: too few to tell.").format(n=number(first["n"]))
    sentence = _(
        "Of 100 new customers, {share} buy again in the next {period} (between {low} and {high}; {n} customers)."
    ).format(
        share=number(first["rate"] * 100, 0),
        period=words[result.period],
        low=number(first["low"] * 100, 0),
        high=number(first["high"] * 100, 0),
        n=number(first["n"]),
    )
    return sentence
