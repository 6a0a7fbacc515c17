"""When customers order again, in words."""

from __future__ import annotations

import pandas as pd

from retention.measure.timing import OTHERS, UNKNOWN, WITHIN, TimeToNextOrder
from retention.show.i18n import _, number
from retention.show.measures import group_name

USUAL = 90


def when_they_return(result: TimeToNextOrder) -> str:
    """How many of a hundred come back within 90 days, and when to write to them."""
    sentence = _how_many_return(result)
    if result.message_day is None:
        return sentence
    advice = _(
        "Half of those who come back do so by day {half}: write before day {message}, win back from day {win_back}."
    ).format(half=number(result.late_after), message=number(result.message_day), win_back=number(result.win_back_day))
    return f"{sentence} {advice}"


def _how_many_return(result: TimeToNextOrder) -> str:
    overall, days = result.overall, told_within(result.overall)
    n = number(overall["n"])
    if not overall["enough"]:
        return _("Purchases to go by: {n}. That is too few to tell when customers order again.").format(n=n)
    if not overall["events"]:
        return _("Nobody has ordered again after these {n} purchases.").format(n=n)
    if days is None:
        return _("Nobody has been observed for 30 days: too early to tell how many customers order again.")
    share = overall[f"within_{days}"]
    if share == 0:
        pattern = _("Nobody has ordered again within {days} days of these {n} purchases.")
    elif share == 1:
        pattern = _("All who were observed for long enough have ordered again within {days} days ({n} purchases).")
    elif result.after == 1:
        pattern = _("Of 100 first-time buyers, {share} order again within {days} days (between {low} and {high}).")
    elif result.after == "any":
        pattern = _("Of 100 orders, {share} are followed by another within {days} days (between {low} and {high}).")
    else:
        pattern = _(
            "Of 100 customers who have ordered {after} times, {share} order again within {days} days (between {low} and {high})."
        )
    return pattern.format(n=n, after=result.after, days=number(days), **hundreds(overall, f"within_{days}"))


def days_to_act(result: TimeToNextOrder) -> list[str]:
    """What to do on which day, and why."""
    if result.message_day is None:
        return []
    return [
        _(
            "A quarter of those who come back have ordered by day {day}. A message that is to bring somebody back has to "
            "arrive before."
        ).format(day=number(result.message_day)),
        _("Half of them have ordered by day {day}. A follow-up after it is late.").format(
            day=number(result.late_after)
        ),
        _(
            "Of 100 of them, 80 have ordered by day {day}. From here on silence is a sign: whoever is still away needs a "
            "reason to come back."
        ).format(day=number(result.win_back_day)),
    ]


def groups_beside(result: TimeToNextOrder) -> str:
    """The groups that come back most and least, and whether chance could have made the difference; empty below two groups."""
    days = told_within(result.overall)
    if result.by is None or days is None:
        return ""
    name = f"within_{days}"
    table = result.table
    table = table[table["enough"] & table[name].notna() & ~table["group"].isin([OTHERS, UNKNOWN])]
    if len(table) < 2:
        return _("Fewer than two groups are large enough to be compared.")
    ordered = table.sort_values([name, "group"], kind="stable")
    least, most = ordered.iloc[0], ordered.iloc[-1]
    sentence = _(
        "Most come back after {most}, {share} of 100 within {days} days; fewest after {least}, {other}."
    ).format(
        most=group_name(most["group"]),
        share=hundreds(most, name)["share"],
        days=number(days),
        least=group_name(least["group"]),
        other=hundreds(least, name)["share"],
    )
    if not most[f"{name}_low"] > least[f"{name}_high"]:
        return f"{sentence} {_('Their intervals overlap: the difference may be chance.')}"
    return (
        f"{sentence} {_('The customers of these groups differ in more than this; the group need not be the reason.')}"
    )


def told_within(row: pd.Series) -> int | None:
    """The days within which the return is told: 90, or the longest time before that somebody was observed for."""
    return next(
        (days for days in sorted(WITHIN, reverse=True) if days <= USUAL and pd.notna(row[f"within_{days}"])), None
    )


def hundreds(row: pd.Series, name: str) -> dict[str, str]:
    """A share and its interval as so many of a hundred, with a decimal where whole numbers would say too little."""
    digits = 1 if row[name] < 0.1 else 0
    ends = {"share": name, "low": f"{name}_low", "high": f"{name}_high"}
    return {end: number(row[column] * 100, digits) for end, column in ends.items()}
