"""What an experiment did beside its verdict, in words: guardrails, chances, weeks, groups."""

from __future__ import annotations

import math

import pandas as pd

from retention.experiment.compare import ALPHA, VariantComparison
from retention.show.experiment import (
    Unit,
    arm_name,
    deciding,
    metric_name,
    outcome_unit,
    part_name,
    unit_of,
    whole_weeks,
)
from retention.show.i18n import _, listed, number, percent


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
            arm=arm_name(result.arm),
            control=arm_name(result.control),
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
    """The first week beside the last whole one that can be told; "" where there are no two."""
    weeks = result.weeks
    if weeks is None:
        return ""
    weeks = weeks[(weeks["arm"] == result.arm) & weeks["effect"].notna() & (weeks["week"] <= whole_weeks(result))]
    if len(weeks) < 2:
        return ""
    first, last = weeks.iloc[0], weeks.iloc[-1]
    unit = outcome_unit(result)
    facts = {
        "start": number(first["week"]),
        "first": unit.change(first["effect"]),
        "week": number(last["week"]),
        "last": unit.change(last["effect"]),
    }
    if first["low"] > last["high"] or first["high"] < last["low"]:
        pattern = _("In week {start} the difference was {first}, in week {week} {last}: it does not stay the same.")
    else:
        pattern = _(
            "In week {start} the difference was {first}, in week {week} {last}; chance alone can make weeks differ so much."
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


def _chance(share: float) -> str:
    if share > 0.999:
        return _("over {share}").format(share=percent(0.999))
    if share < 0.001:
        return _("under {share}").format(share=percent(0.001))
    return percent(share, 0) if 0.01 < share < 0.99 else percent(share)


def _named(groups: pd.Series) -> str:
    return listed(part_name(name) for name in groups)
