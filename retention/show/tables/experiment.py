"""The outcome of an experiment as tables."""

from __future__ import annotations

import math

import pandas as pd
from babel.dates import get_day_names

from retention.experiment.compare import VariantComparison
from retention.show.experiment import Unit, arm_name, metric_name, outcome_unit, p_value, part_name, unit_of, week_name
from retention.show.i18n import MISSING, _, date, interval, language, money, number, percent, percent_change
from retention.show.sentences.history import verdict_name
from retention.show.tables.groups import counts

ROLES = ("primary", "secondary", "guardrail")


def metric_rows(result: VariantComparison) -> pd.DataFrame:
    """A row an arm and metric, with everything that is known."""
    roles = {"primary": _("decides"), "secondary": _("looked at"), "guardrail": _("must not suffer")}
    shown = []
    for row in result.table.to_dict("records"):
        unit = unit_of(row, result.currency)
        fine = Unit(row["metric"], row["kind"], result.currency, fine=True)
        compared = row["arm"] != result.control
        told = compared and not row["reason"]
        relative = interval(row["relative_low"], row["relative_high"], percent_change)
        shown.append(
            {
                _("Metric"): metric_name(row["metric"]),
                _("Arm"): arm_name(row["arm"]),
                _("Role"): roles[row["role"]],
                _("Customers"): number(row["n"]),
                _("With an event"): number(row["events"]),
                _("Value"): _with_range(unit.value, row, "value", "value_low", "value_high"),
                _("Difference"): _with_range(unit.short, row, "effect", "low", "high"),
                _("Relative to control"): f"{percent_change(row['relative'])} ({relative})"
                if not math.isnan(row["relative"])
                else MISSING,
                _("p-value"): p_value(row["p"]),
                _("p-value, adjusted"): p_value(row["p_adjusted"]),
                _("Chance to be better"): percent(row["probability_better"]),
                _("Expected loss"): fine.size(row["expected_loss"]) if told else MISSING,
                _("Valid on every day"): unit.range(row["valid_low"], row["valid_high"]),
                _("Smallest difference seen in 80 of 100 tests"): unit.size(row["detectable"]) if told else MISSING,
                _("Power for the planned effect"): percent(row["power"], 0),
                _("Chance taken out by the year before"): percent(row["variance_reduction"], 0),
                _("Method"): _(row["method"]) if compared else MISSING,
                _("Note"): " ".join(_(row[name]) for name in ("reason", "relative_reason") if row[name]),
            }
        )
    return pd.DataFrame(shown)


def arm_rows(result: VariantComparison) -> pd.DataFrame:
    """A row an arm: its customers and its share beside the planned one."""
    arms = result.arms
    return pd.DataFrame(
        {
            _("Arm"): arms["arm"].map(arm_name),
            _("Customers"): counts(arms["units"]),
            _("Planned share"): [percent(share) for share in arms["planned_share"]],
            _("Share they have"): [percent(share) for share in arms["share"]],
        }
    )


def day_rows(result: VariantComparison) -> pd.DataFrame:
    """A row an arm and day, all days so far together."""
    return _over(result, result.days, {_("Day"): counts(result.days["day"])}, _("Difference, valid on every day"))


def week_rows(result: VariantComparison) -> pd.DataFrame:
    """A row an arm and week since the assignment."""
    return _over(result, result.weeks, {_("Week"): [week_name(week, result) for week in result.weeks["week"]]})


def weekday_rows(result: VariantComparison) -> pd.DataFrame:
    """A row an arm and day of the week."""
    names = get_day_names("wide", context="stand-alone", locale=language())
    return _over(result, result.weekdays, {_("Day of the week"): [names[day] for day in result.weekdays["weekday"]]})


def group_rows(result: VariantComparison) -> pd.DataFrame:
    """A row a group and arm."""
    groups = result.groups
    shown = _over(result, groups, {_("Group"): [part_name(name) for name in groups["group"]]})
    shown.insert(3, _("Customers of control"), counts(groups["n_control"]))
    shown[_("Other way than the whole")] = groups["flips"].map({True: _("yes"), False: _("no")})
    return shown


def history_rows(history: pd.DataFrame) -> pd.DataFrame:
    """A row an experiment that was kept."""
    effects, worths = [], []
    for row in history.to_dict("records"):
        unit = unit_of(row, row["currency"])
        effects.append(_with_range(unit.short, row, "effect", "low", "high"))

        def amount(x: float, currency: str = row["currency"]) -> str:
            return money(x, currency, 0)

        worths.append(_with_range(amount, row, "worth", "worth_low", "worth_high"))
    return pd.DataFrame(
        {
            _("Name of the test"): history["name"],
            _("Assigned on"): [date(day) for day in history["assigned_on"]],
            _("Read with orders until"): [date(day) for day in history["read_on"]],
            _("What came of it"): [verdict_name(verdict) for verdict in history["verdict"]],
            _("Metric"): [metric_name(metric) for metric in history["metric"]],
            _("Customers"): counts(history["customers"]),
            _("Difference"): effects,
            _("Worth a month"): worths,
            _("What was learned"): history["note"],
        }
    )


def _over(result: VariantComparison, table: pd.DataFrame, first: dict, effect: str = "") -> pd.DataFrame:
    unit = outcome_unit(result)
    shown = pd.DataFrame(first)
    shown[_("Arm")] = table["arm"].map(arm_name).to_numpy()
    shown[_("Customers")] = counts(table["n"])
    shown[_("Value of control")] = [unit.value(value) for value in table["control_value"]]
    shown[_("Value")] = [unit.value(value) for value in table["value"]]
    shown[effect or _("Difference")] = [
        _with_range(unit.short, row, "effect", "low", "high") for row in table.to_dict("records")
    ]
    if "p_adjusted" in table:
        shown[_("p-value, adjusted")] = [p_value(p) for p in table["p_adjusted"]]
        shown[_("Note")] = [_(reason) for reason in table["reason"]]
    return shown


def _with_range(text, row: dict, value: str, low: str, high: str) -> str:
    if pd.isna(row[value]):
        return MISSING
    ends = interval(row[low], row[high], text)
    return text(row[value]) if ends == MISSING else f"{text(row[value])} ({ends})"
