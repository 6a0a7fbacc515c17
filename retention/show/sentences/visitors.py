"""A test with the visitors of a shop, planned from typed figures, in words."""

from __future__ import annotations

import pandas as pd

from retention.experiment.plan import ExperimentPlan
from retention.show.charts.plan import change_facts
from retention.show.i18n import _, number, percent


def smallest_visible_of_visitors(plan: ExperimentPlan) -> str:
    """What a month's visitors would show, in one sentence."""
    row = plan.chosen
    facts = {"visitors": number(plan.customers), "holdout": percent(plan.control, 0)}
    if pd.isna(row["detectable"]):
        pattern = _(
            "A month's {visitors} visitors, of whom {holdout} see nothing new, are too few for any test to say something."
        )
        return pattern.format(**facts)
    pattern = _(
        "With a month's {visitors} visitors, of whom {holdout} see nothing new, a test would see the share who buy rise from {value} to "
        "{reached} or more in {power} of 100 cases ({difference}, {relative})."
    )
    if plan.relative_effect < 0:
        pattern = _(
            "With a month's {visitors} visitors, of whom {holdout} see nothing new, a test would see the share who buy fall from {value} to "
            "{reached} or less in {power} of 100 cases ({difference}, {relative})."
        )
    return pattern.format(power=number(100 * plan.power), **facts, **change_facts(plan, row["detectable"]))


def about_the_wish_of_visitors(plan: ExperimentPlan) -> list[str]:
    """How often a month would show the wished effect, and how many visitors and months it takes."""
    row, lines = plan.chosen, []
    if pd.notna(row["power"]):
        pattern = _(
            "The effect you hope for, from {value} to {reached} ({difference}, {relative}), would be seen in {seen} of 100 such tests."
        )
        lines.append(pattern.format(seen=number(100 * row["power"]), **change_facts(plan, plan.effect)))
    if pd.notna(plan.needed):
        pattern = _(
            "To see it in {power} of 100 tests it takes {needed} visitors, which come in {months} months. Look at the result once, at the end."
        )
        months = plan.needed / plan.customers
        facts = {
            "power": number(100 * plan.power),
            "needed": number(plan.needed),
            "months": number(months, 0 if months >= 10 else 1),
        }
        lines.append(pattern.format(**facts))
    lines.append(
        _(
            "Let it run for whole weeks: weekends have other visitors. What a test on the site shows is decided by visitor, not by visit."
        )
    )
    return lines
