"""The outcome of an experiment in words."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from retention.experiment.compare import ALPHA, BROKEN, DOUBTFUL, VariantComparison
from retention.show.experiment import Unit, metric_in_words, metric_name, p_value, unit_of
from retention.show.i18n import _, listed, money, money_change, number, percent
from retention.show.measures import group_name

MILLION = 1_000_000


def did_it_work(result: VariantComparison) -> str:
    """The verdict, in one headline."""
    row, subject = deciding(result), subject_of(result)
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


def nothing_suffered(result: VariantComparison) -> list[str]:
    """What became of the metrics that must not suffer, a line each."""
    if result.verdict in ("withheld", "too few"):
        return []
    table = result.table
    said = []
    for row in table[(table["role"] == "guardrail") & (table["arm"] == result.arm)].to_dict("records"):
        unit, name = unit_of(row, result.currency), metric_name(row["metric"])
        facts = {"metric": name, "effect": unit.change(row["effect"])} | unit.ends(row["low"], row["high"])
        if row["reason"]:
            said.append(_("{metric}: cannot be told. {reason}").format(metric=name, reason=_(row["reason"])))
        elif row["low"] <= 0 <= row["high"]:
            said.append(_("{metric}: no harm seen, {effect} (between {low} and {high}).").format(**facts))
        elif row["probability_better"] < 0.5:
            said.append(_("Careful! {metric} got worse: {effect} (between {low} and {high}).").format(**facts))
        else:
            said.append(
                _("{metric} did not suffer, it got better: {effect} (between {low} and {high}).").format(**facts)
            )
    return said


def how_likely_better(result: VariantComparison) -> str:
    """The chance that the arm is better, and what choosing it costs on average if it is not; "" where nothing can be said."""
    row = deciding(result)
    if result.verdict in ("withheld", "too few") or math.isnan(row["probability_better"]):
        return ""
    unit = Unit(row["metric"], row["kind"], result.currency, fine=True)
    loss = unit.size(row["expected_loss"])
    pattern = _(
        "The chance that {arm} is better than {control} is {chance}. Counting how likely it is to be wrong, choosing it loses {loss} "
        "on average."
    )
    said = [
        pattern.format(
            arm=result.arm,
            control=result.control,
            chance=_chance(row["probability_better"]),
            loss=_("next to nothing") if loss == unit.size(0) else loss,
        )
    ]
    if not math.isnan(row["power"]):
        said.append(
            _("An effect as large as planned would have been seen in {n} of 100 such tests.").format(
                n=number(row["power"] * 100)
            )
        )
    if row["variance_reduction"] > 0.01:
        said.append(
            _("Knowing what they bought in the year before took out {share} of the chance in it.").format(
                share=percent(row["variance_reduction"], 0)
            )
        )
    return " ".join(said)


def does_it_last(result: VariantComparison) -> str:
    """The first week beside the last that can be told; "" where there are no two."""
    weeks = result.weeks
    if weeks is None:
        return ""
    weeks = weeks[(weeks["arm"] == result.arm) & weeks["effect"].notna()]
    if len(weeks) < 2:
        return ""
    first, last = weeks.iloc[0], weeks.iloc[-1]
    unit = _unit(result)
    facts = {
        "first": unit.change(first["effect"]),
        "week": number(last["week"]),
        "last": unit.change(last["effect"]),
    }
    if first["low"] > last["high"] or first["high"] < last["low"]:
        pattern = _("In the first week the difference was {first}, in week {week} {last}: it does not stay the same.")
    else:
        pattern = _(
            "In the first week the difference was {first}, in week {week} {last}; chance alone can make weeks differ so much."
        )
    return pattern.format(**facts)


def who_it_worked_for(result: VariantComparison) -> list[str]:
    """In which groups the effect is clear, and where it points the other way than in the whole."""
    groups = result.groups
    groups = groups[groups["arm"] == result.arm]
    known = groups[groups["effect"].notna()]
    if known.empty:
        return [_("No group is large enough to tell.")]
    clear = known[known["p_adjusted"] < ALPHA]
    count = number(len(groups))
    if clear.empty:
        said = [_("In none of the {n} groups is the effect clear by itself, counting that so many were looked at.")]
    else:
        said = [_("Of {n} groups, the effect is clear by itself in {groups}, counting that so many were looked at.")]
    said = [said[0].format(n=count, groups=_named(clear["group"]))]
    turned = known[known["flips"]]
    if (turned["p_adjusted"] < ALPHA).any():
        pattern = _(
            "Careful! In {groups} the effect points the other way than in the whole (Simpson’s paradox). Do not give it to everybody "
            "because of the average."
        )
        said.append(pattern.format(groups=_named(turned.loc[turned["p_adjusted"] < ALPHA, "group"])))
    elif len(turned):
        pattern = _(
            "In {groups} the effect points the other way than in the whole, though no further than chance does."
        )
        said.append(pattern.format(groups=_named(turned["group"])))
    return said


def what_tests_brought(history: pd.DataFrame) -> str:
    """How many tests there were, what came of them, and what those that worked are worth together: the sum, as far off as independent tests are
    together."""
    counts = history["verdict"].map(OUTCOMES).fillna("open").value_counts()
    words = {
        "worked": _("worked: {n}"),
        "hurt": _("did harm: {n}"),
        "nothing": _("made no difference: {n}"),
        "unread": _("could not be read: {n}"),
        "open": _("not read yet: {n}"),
    }
    parts = [words[kind].format(n=number(counts[kind])) for kind in words if kind in counts]
    said = [_("Tests here: {n}. Of them {parts}.").format(n=number(len(history)), parts=listed(parts))]
    worked = history[history["verdict"] == "better"].dropna(subset=["worth", "worth_low", "worth_high"])
    pattern = _("What worked is worth about {worth} a month, between {low} and {high}, if it is kept.")
    for currency, kept in worked.groupby("currency"):
        worth = kept["worth"].sum()
        low, high = (
            worth + sign * np.hypot.reduce(kept[end] - kept["worth"])
            for sign, end in ((-1, "worth_low"), (1, "worth_high"))
        )
        amounts = {"worth": worth, "low": low, "high": high}
        said.append(pattern.format(**{name: money(amount, currency, 0) for name, amount in amounts.items()}))
    return " ".join(said)


OUTCOMES = {
    "better": "worked",
    "worse": "hurt",
    "no difference": "nothing",
    "withheld": "unread",
    "too few": "unread",
    "peeking": "open",
}


def verdict_name(verdict: str) -> str:
    """A verdict in one or two words.

    >>> verdict_name("withheld")
    'Split is broken'
    """
    names = {
        "withheld": _("Split is broken"),
        "too few": _("Too few to tell"),
        "peeking": _("Not over yet"),
        "better": _("Worked"),
        "worse": _("Did harm"),
        "no difference": _("No difference seen"),
    }
    return names.get(verdict, _("Not read yet"))


def deciding(result: VariantComparison) -> pd.Series:
    """The row of the metric that decides, of the arm that the verdict speaks of."""
    table = result.table
    return table[(table["metric"] == result.primary) & (table["arm"] == result.arm)].iloc[0]


def worth_of(result: VariantComparison) -> pd.Series | None:
    """What the arm that the verdict speaks of is worth a month; None where it cannot be told."""
    if result.worth is None:
        return None
    worth = result.worth[result.worth["arm"] == result.arm].iloc[0]
    return None if math.isnan(worth["effect"]) else worth


def subject_of(result: VariantComparison) -> str:
    """What the sentence speaks of: the experiment, with the arm where there are several."""
    if not result.name:
        return result.arm
    return result.name if len(result.arms) == 2 else f"{result.name} ({result.arm})"


def _unit(result: VariantComparison) -> Unit:
    return unit_of(deciding(result), result.currency)


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


def _chance(share: float) -> str:
    if share > 0.999:
        return _("over {share}").format(share=percent(0.999))
    if share < 0.001:
        return _("under {share}").format(share=percent(0.001))
    return percent(share, 0) if 0.01 < share < 0.99 else percent(share)


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
        _("{arm}: {n}").format(arm=arm, n=number(n))
        for arm, n in zip(result.arms["arm"], result.arms["units"], strict=True)
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
    worth = worth_of(result)
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


def _signed(result: VariantComparison, worth: pd.Series) -> dict[str, str]:
    return {part: money_change(worth[part], result.currency, 0) for part in ("effect", "low", "high")}


def _what_would_have_shown(result: VariantComparison) -> list[str]:
    row = deciding(result)
    pattern = _("A difference of {detectable} would have been seen in 80 of 100 such tests.")
    said = [pattern.format(detectable=_unit(result).size(row["detectable"]))]
    said.append(
        _(
            "That is not “the same”: a smaller difference can hide. If one that small matters to you, test with more customers; if not, take what is cheaper."
        )
    )
    return said


def _named(groups: pd.Series) -> str:
    return listed(group_name(name or "unknown") for name in groups)
