"""A planned test as tables."""

from __future__ import annotations

import pandas as pd

from retention.experiment.placebo import AATest
from retention.experiment.plan import ExperimentPlan
from retention.show.charts.plan import difference, metric_name, metric_value
from retention.show.i18n import MISSING, _, number, percent
from retention.show.sentences.plan import best
from retention.show.tables.groups import counts


def metric_rows(plan: ExperimentPlan) -> pd.DataFrame:
    """A row a metric: where it stands, and the smallest effect a test of it would see."""
    table = plan.table
    rows = table.to_dict("records")
    shown = pd.DataFrame(
        {
            _("What is compared"): [metric_name(metric, plan.days) for metric in table["metric"]],
            _("Now"): [metric_value(row["metric"], row["value"], plan.currency) for row in rows],
            _("Smallest visible effect"): [_effect(plan, row, "") for row in rows],
            _("With what is known from before"): [_effect(plan, row, "_before") for row in rows],
        }
    )
    if pd.notna(plan.relative_effect):
        shown[_("The hoped-for effect is seen in 100 tests")] = [number(100 * best(row, "power")) for row in rows]
        shown[_("Customers it takes")] = [number(best(row, "needed")) for row in rows]
    shown[_("Customers it was counted on")] = counts(table["n"])
    return shown


def alternative_rows(plan: ExperimentPlan) -> pd.DataFrame:
    """A row for everything else that could be tested and would show smaller effects."""
    rows = plan.alternatives.to_dict("records")
    changes = {
        "metric": _("compare something else"),
        "window": _("wait longer"),
        "holdout": _("hold back half"),
    }
    return pd.DataFrame(
        {
            _("What to change"): [changes[row["change"]] for row in rows],
            _("What is compared"): [metric_name(row["metric"], row["days"]) for row in rows],
            _("Held back"): [percent(row["holdout"], 0) for row in rows],
            _("Now"): [metric_value(row["metric"], row["value"], plan.currency) for row in rows],
            _("Smallest visible effect"): [_written(plan, row, "") for row in rows],
        }
    )


def p_value_rows(test: AATest) -> pd.DataFrame:
    """A row a step of p-values."""
    table = test.table
    ends = zip(table["p_from"], table["p_to"], strict=True)
    return pd.DataFrame(
        {
            _("p-value"): [_("{low} to {high}").format(low=number(low, 2), high=number(high, 2)) for low, high in ends],
            _("Tests"): counts(table["splits"]),
            _("Promised"): counts(table["expected"]),
        }
    )


def _effect(plan: ExperimentPlan, row: dict, end: str) -> str:
    return MISSING if pd.isna(row[f"detectable{end}"]) else _written(plan, row, end)


def _written(plan: ExperimentPlan, row: dict, end: str) -> str:
    """Relative and absolute."""
    absolute = difference(row["metric"], row[f"detectable{end}"], plan.currency)
    return f"{percent(row[f'detectable_relative{end}'])} ({absolute})"
