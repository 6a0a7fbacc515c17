"""A planned test in words: what it would see, what it takes, what else could be tested; and tests in which nothing happened."""

from __future__ import annotations

import pandas as pd

from retention.experiment.placebo import AATest
from retention.experiment.plan import MOST_RELATIVE, ExperimentPlan
from retention.show.charts.plan import change_facts, difference, metric_name
from retention.show.i18n import _, number, percent
from retention.show.sentences.visitors import about_the_wish_of_visitors, smallest_visible_of_visitors

LONG = 60  # months nobody waits for
SURE = 0.95


def smallest_visible(plan: ExperimentPlan) -> str:
    """What a test with the shop's customers would see, in one sentence."""
    if plan.metric == "conversion" and pd.notna(plan.customers):
        return smallest_visible_of_visitors(plan)
    row, facts = plan.chosen, _facts(plan)
    if pd.isna(plan.customers):
        return _("{metric}: say how many there are, and the plan tells how small an effect they show.").format(**facts)
    if pd.isna(best(row, "detectable")):
        return _(
            "{metric}: {customers} customers, {holdout} of them held back, are too few for any test to say something."
        ).format(**facts)
    pattern = _(
        "{metric}: with {customers} customers, {holdout} of them held back, a test would see a rise from {value} to {reached} or more "
        "in {power} of 100 cases ({difference}, {relative})."
    )
    if plan.relative_effect < 0:
        pattern = _(
            "{metric}: with {customers} customers, {holdout} of them held back, a test would see a fall from {value} to {reached} or less "
            "in {power} of 100 cases ({difference}, {relative})."
        )
    return pattern.format(**facts, **change_facts(plan, best(row, "detectable")))


def about_the_wish(plan: ExperimentPlan) -> list[str]:
    """With whom by e-mail, how often the wished effect would be seen, how many customers it takes, and whether the past helps."""
    if plan.metric == "conversion":
        return about_the_wish_of_visitors(plan)
    row, lines = plan.chosen, []
    if pd.notna(plan.reachable_relative):
        pattern = _(
            "By e-mail you may write to {reachable} of them; a test with these would see a change by {relative} or more."
        )
        relative = percent(plan.reachable_relative)
        lines.append(pattern.format(reachable=number(plan.reachable), relative=relative))
    elif pd.notna(plan.reachable):
        pattern = _("By e-mail you may write to {reachable} of them, too few for any test to say something.")
        lines.append(pattern.format(reachable=number(plan.reachable)))
    if pd.notna(plan.relative_effect):
        change = change_facts(plan, plan.effect)
        if pd.notna(seen := best(row, "power")):
            said = _(
                "The effect you hope for, from {value} to {reached} ({difference}, {relative}), would be seen in {seen} of 100 such tests."
            ).format(seen=_of_100(seen), **change)
            others = _("In the others you would learn nothing, although it is there.")
            lines.append(said if seen >= SURE else f"{said} {others}")
        if pd.notna(needed := plan.needed):
            others = number(needed - round(needed * plan.control))
            lines.append(
                _(
                    "To see it in {power} of 100 tests it takes {needed} customers: {control} who get nothing and {others} who get the "
                    "offer."
                ).format(
                    power=_of_100(plan.power),
                    needed=number(needed),
                    control=number(round(needed * plan.control)),
                    others=others,
                )
            )
    if pd.notna(row["detectable_relative_before"]):
        lines.append(
            _(
                "What customers bought in the year before takes out {share} of what they differ in. Without it the smallest "
                "visible effect would be {relative} instead of {better}."
            ).format(
                share=percent(row["correlation"] ** 2),
                relative=percent(row["detectable_relative"]),
                better=percent(row["detectable_relative_before"]),
            )
        )
    elif plan.from_history:
        lines.append(
            _(
                "What is known of the customers from before makes no difference here: it helps with orders, revenue and profit a "
                "customer."
            )
        )
    return lines


def what_instead(plan: ExperimentPlan) -> list[str]:
    """Where the shop is too small for the wish: that it is, and what it could test instead."""
    if plan.metric == "conversion":
        return []
    needed, smallest = plan.needed, best(plan.chosen, "detectable_relative")
    if needed <= plan.customers or pd.isna(plan.customers) or (pd.isna(plan.effect) and not plan.too_small):
        return []
    said = _("Your shop is too small for this test.")
    if plan.too_small:
        said = _("Your shop is too small to see anything but a very large effect here.")
    lines = []
    for option in plan.alternatives.drop_duplicates("change").to_dict("records"):
        words = {
            "metric": _("Compare something else. {metric}: a change by {relative} is visible."),
            "window": _("Wait longer. {metric}: a change by {relative} is visible, if the effect lasts that long."),
            "holdout": _("Hold back half of the customers: a change by {relative} is visible."),
        }[option["change"]]
        name = metric_name(option["metric"], option["days"])
        lines.append(f"{words.format(metric=name, relative=percent(option['detectable_relative']))}")
    if smallest <= MOST_RELATIVE:
        bolder = _("Make a bolder offer, one that you expect to move it by {relative} or more.")
        lines.append(f"{bolder.format(relative=percent(smallest))}")
    if pd.notna(needed):
        later = _("Come back when there are more customers: this one takes {needed}.")
        lines.append(later.format(needed=number(needed)))
    return [f"{said} {_('What you could do instead:')}", *lines] if lines else [said]


def how_long(plan: ExperimentPlan) -> list[str]:
    """How long it takes: one send to the customers there are, and a test on new ones as they come."""
    days = number(plan.days)
    lines = [
        _(
            "A message to the customers you have: one send, then {days} days of waiting. Look at the result once, at the end."
        ).format(days=days)
    ]
    if pd.isna(plan.months_for_new):
        return lines
    facts = {"new": number(plan.new_a_month), "needed": number(plan.needed), "days": days, "months": _months(plan)}
    if plan.months_for_new > LONG:
        pattern = _(
            "A test on new customers as they come: about {new} a month, so it would take more than five years until there are "
            "{needed}. That is no test."
        )
    else:
        pattern = _(
            "A test on new customers as they come: about {new} a month, so {months} months until there are {needed}, and then {days} days of "
            "waiting, if they buy like those of before."
        )
    return [*lines, pattern.format(**facts)]


def false_alarms(test: AATest) -> str:
    """How many false alarms there were beside the promised five of a hundred."""
    facts = {
        "splits": number(test.splits),
        "alarms": number(test.alarms),
        "share": percent(test.share),
        "low": percent(test.low),
        "high": percent(test.high),
        "promised": percent(test.alpha, 0),
    }
    said = _(
        "In {splits} tests in which nothing happened there were {alarms} false alarms: {share} (between {low} and {high}). Promised are {promised}."
    ).format(**facts)
    if test.low > test.alpha:
        return f"{said} {_('That is more than promised: do not rely on this metric.')}"
    if test.high < test.alpha:
        return f"{said} {_('That is fewer than promised, so on the safe side.')}"
    return said


def luckiest(test: AATest) -> str:
    """What chance alone can do."""
    facts = {"splits": number(test.splits), "metric": metric_name(test.metric, test.days)}
    if pd.isna(test.widest_relative):
        pattern = _("{metric}: in the luckiest of {splits} tests the halves differed by {amount}, by chance alone.")
        return pattern.format(amount=difference(test.metric, test.widest, test.currency), **facts)
    better = _("{metric}: in the luckiest of {splits} tests B looked {amount} better than A, by chance alone.")
    worse = _("{metric}: in the luckiest of {splits} tests B looked {amount} worse than A, by chance alone.")
    pattern = better if test.widest > 0 else worse
    return pattern.format(amount=percent(abs(test.widest_relative)), **facts)


def best(row: pd.Series, name: str) -> float:
    """A number of a row as the test will be made: with what is known from before where it makes use of it."""
    before = row[f"{name}_before"]
    return row[name] if pd.isna(before) else before


def _facts(plan: ExperimentPlan) -> dict[str, str]:
    return {
        "metric": metric_name(plan.metric, plan.days),
        "customers": number(plan.customers),
        "holdout": percent(plan.control, 0),
        "power": _of_100(plan.power),
    }


def _of_100(share: float) -> str:
    return number(100 * share)


def _months(plan: ExperimentPlan) -> str:
    return number(plan.months_for_new, 0 if plan.months_for_new >= 10 else 1)
