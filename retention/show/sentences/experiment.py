"""The verdict on an experiment in words, and what follows from it."""

from __future__ import annotations

import math

import pandas as pd

from retention.experiment.compare import BROKEN, DOUBTFUL, VariantComparison
from retention.show.experiment import Unit, arm_name, deciding, metric_in_words, outcome_unit, p_value, unit_of
from retention.show.i18n import _, date, listed, money, money_change, number

MILLION = 1_000_000


def did_it_work(result: VariantComparison) -> str:
    """The verdict, in one headline."""
    row, subject = deciding(result), _subject(result)
    unit, metric = unit_of(row, result.currency), metric_in_words(result.primary)
    if result.verdict == "withheld":
        units = result.arms["units"]
        pattern = _(
            "{name}: the split is broken. {found} where {planned} were planned; chance does that {how_often}. No verdict."
        )
        return pattern.format(
            name=subject,
            found=listed(number(n) for n in units),
            planned=listed(number(n) for n in result.arms["planned_share"] * units.sum()),
            how_often=_how_often(result.sample_ratio_p),
        )
    if result.verdict == "too few":
        return _("{name}: too few to tell. {reason}").format(name=subject, reason=_(row["reason"]))
    if result.verdict == "peeking":
        pattern = _(
            "{name} is not over yet. So far it changed {metric} by {effect}; however often you look, it lies between {low} and {high}."
        )
        ends = unit.ends(row["valid_low"], row["valid_high"])
        return pattern.format(name=subject, metric=metric, effect=unit.change(row["effect"]), **ends)
    if result.verdict == "no difference":
        pattern = _(
            "{name} made no difference to {metric} that could be seen: it lies between {low} and {high} (from {control} to {value})."
        )
        ends = unit.ends(row["low"], row["high"])
        return pattern.format(name=subject, metric=metric, **ends, **_values(result, row, unit))
    if row["effect"] > 0:
        pattern = _("{name} raised {metric} by {effect}, between {low} and {high} (from {control} to {value}).")
    else:
        pattern = _("{name} lowered {metric} by {effect}, between {low} and {high} (from {control} to {value}).")
    ends = (row["low"], row["high"]) if row["effect"] > 0 else (-row["high"], -row["low"])
    facts = dict(zip(("low", "high"), map(unit.end, ends), strict=True)) | _values(result, row, unit)
    return pattern.format(name=subject, metric=metric, effect=unit.size(row["effect"]), **facts)


def who_took_part(result: VariantComparison) -> str:
    """How many, since when, and for how long their orders count; empty where that is not known."""
    if result.assigned_on is None or result.window is None:
        return ""
    pattern = _("{customers} customers took part, {when}; the orders of {days} days count for each.")
    when = _("since {day}").format(day=date(result.assigned_on))
    if result.assigned_until > result.assigned_on:
        when = _("put into groups from {first} to {last}").format(
            first=date(result.assigned_on), last=date(result.assigned_until)
        )
    customers = number(result.arms["units"].sum())
    return pattern.format(customers=customers, when=when, days=number(result.window))


def what_it_means(result: VariantComparison) -> list[str]:
    """What follows from the verdict."""
    said = {
        "withheld": _why_split,
        "too few": _why_few,
        "peeking": _why_wait,
        "better": _what_it_brings,
        "worse": _what_it_brings,
        "no difference": _what_would_have_shown,
    }[result.verdict](result)
    if BROKEN <= result.sample_ratio_p < DOUBTFUL:
        pattern = _(
            "Careful: the arms are further from the planned split than chance usually makes them (p: {p}). Look for people who are missing."
        )
        said.append(pattern.format(p=p_value(result.sample_ratio_p)))
    return said


def _subject(result: VariantComparison) -> str:
    """What the sentence speaks of: the experiment, with the arm where there are several."""
    if not result.name:
        return arm_name(result.arm)
    return result.name if len(result.arms) == 2 else f"{result.name} ({arm_name(result.arm)})"


def _values(result: VariantComparison, row: pd.Series, unit: Unit) -> dict[str, str]:
    """The two values whose difference is the effect; where CUPED adjusts them, the adjusted value stands beside control as it is."""
    table = result.table
    control = table[(table["metric"] == result.primary) & (table["arm"] == result.control)]["value"].iloc[0]
    return {"control": unit.value(control), "value": unit.value(control + row["effect"])}


def _how_often(p: float) -> str:
    if p * MILLION < 1:
        return _("less than once in a million tests")
    times = 1 / p
    digits = len(str(int(times))) - 2
    return _("once in {times} tests").format(times=number(round(times, -digits) if digits > 0 else times))


def _why_split(_result: VariantComparison) -> list[str]:
    return [
        _("Find out why people are missing. Until then any difference between the arms may come from who is missing."),
        _(
            "Usual cause: somebody was left out of one arm only, by a bounced address, a filter or a do-not-contact list."
        ),
        _("Usual cause: only those who opened or clicked were kept in the file."),
        _("Usual cause: people stand in the file twice, or the file is not the one that was sent."),
    ]


def _why_few(result: VariantComparison) -> list[str]:
    counts = ", ".join(
        f"{arm_name(arm)}: {number(n)}" for arm, n in zip(result.arms["arm"], result.arms["units"], strict=True)
    )
    return [
        _("In each arm: {counts}.").format(counts=counts),
        _("Wait for more, or test something that happens more often. “Plan a test” says how many it takes."),
    ]


def _why_wait(result: VariantComparison) -> list[str]:
    row, said = deciding(result), []
    if result.planned_n:
        n = int(result.table.loc[result.table["metric"] == result.primary, "n"].sum())
        if n < result.planned_n:
            said.append(
                _("{n} of the {planned} who were planned are in.").format(n=number(n), planned=number(result.planned_n))
            )
    if row["valid_low"] > 0 or row["valid_high"] < 0:
        said.append(_("Zero is not in it: the difference is clear already, its size not yet."))
    else:
        said.append(_("Zero is still in it: wait until the test is over."))
    pattern = _(
        "The usual p-value would be {p}, and that is peeking: who looks every day and stops at the first 0.05 sees an effect in far more "
        "than 5 of 100 tests without one. The wider interval holds on every day."
    )
    said.append(pattern.format(p=p_value(row["p"])))
    return said


def _what_it_brings(result: VariantComparison) -> list[str]:
    row, said = deciding(result), []
    worth = _worth(result)
    if worth is not None:
        facts = {part: money(worth[part], result.currency, 0) for part in ("effect", "low", "high")}
        if result.verdict == "worse":
            pattern = _(
                "In money, if everybody in the test got it: {effect} a month, between {low} and {high}. Leave it."
            )
            said.append(pattern.format(**_signed(result, worth)))
        elif worth["low"] <= 0:
            pattern = _(
                "What it is worth is not certain: about {effect} a month if everybody in the test gets it, between {low} and {high}."
            )
            said.append(pattern.format(**_signed(result, worth)))
        elif worth["metric"] == "profit":
            pattern = _(
                "That is about {effect} of profit a month, between {low} and {high}, if everybody in the test gets it. "
                "What the offer was said to cost is taken off."
            )
            said.append(pattern.format(**facts))
        else:
            pattern = _(
                "That is about {effect} of revenue a month, between {low} and {high}, if everybody in the test gets it. "
                "Worth keeping if it costs less than that."
            )
            said.append(pattern.format(**facts))
    if result.verdict == "worse" and not said:
        said.append(_("It is better to leave it."))
    pattern = _("If it did nothing, chance alone would show so much {how_often} (p: {p}).")
    said.append(pattern.format(how_often=_how_often(row["p_adjusted"]), p=p_value(row["p_adjusted"])))
    if len(result.arms) > 2:
        said.append(
            _("Looking at {n} arms is counted in that (Holm’s correction).").format(n=number(len(result.arms) - 1))
        )
    return said


def _worth(result: VariantComparison) -> pd.Series | None:
    """What the arm that the verdict speaks of is worth a month; None where it cannot be told."""
    if result.worth is None:
        return None
    worth = result.worth[result.worth["arm"] == result.arm].iloc[0]
    return None if math.isnan(worth["effect"]) else worth


def _signed(result: VariantComparison, worth: pd.Series) -> dict[str, str]:
    return {part: money_change(worth[part], result.currency, 0) for part in ("effect", "low", "high")}


def _what_would_have_shown(result: VariantComparison) -> list[str]:
    row = deciding(result)
    pattern = _("A difference of {detectable} would have been seen in 80 of 100 such tests.")
    said = [pattern.format(detectable=outcome_unit(result).size(row["detectable"]))]
    said.append(
        _(
            "That is not “the same”: a smaller difference can hide. If one that small matters to you, test with more customers; if not, take what is cheaper."
        )
    )
    return said
