"""Experiments that were read and kept: what was learned from each, and what it was worth."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from retention.errors import EmptyError
from retention.experiment.compare import VERDICTS, VariantComparison
from retention.experiment.manifest import Experiment, read_experiment
from retention.orders import Orders

WORDS = ("verdict", "metric", "kind", "arm", "currency", "note")
NUMBERS = ("effect", "low", "high", "worth", "worth_low", "worth_high")
COLUMNS = [
    "name", "assigned_on", "read_on", "metric", "kind", "customers", "verdict", "arm", "effect", "low", "high", "worth", "worth_low",
    "worth_high", "currency", "note",
]  # fmt: skip


def experiment_history(experiments: Sequence[Experiment | str | bytes | Path]) -> pd.DataFrame:
    """What came of earlier experiments: one row an experiment, the oldest first.

    experiments: files that `experiment_file` wrote (their paths, texts or bytes), or `Experiment`s. Of several files of one design
    the one that was read last counts.

    Returns the columns name, assigned_on, read_on (the end of the orders it was read from), metric, kind, customers (units assigned),
    verdict (as `compare_variants` has it, "" while nothing was read), arm, effect with low and high (in the unit of the metric; of a
    test that was not over the always-valid interval), worth with worth_low and worth_high (currency units a month), currency, and note (what was
    learned, in somebody's own words). What is not known is missing. Raises EmptyError without experiments, and FileError and
    OptionError as `read_experiment` does.

    When not to trust it: tests that failed are kept less often than those that worked, and the effect of a test that was kept
    because it worked is on average too large. Worths of tests on the same customers do not simply add up.

    >>> import retention as rt
    >>> from retention.experiment.history import no_units, with_outcome
    >>> from retention.experiment.manifest import Experiment
    >>> test = Experiment("Banner", date(2026, 1, 1), 60, "repeat", "A", {"A": 0.5, "B": 0.5}, 1, no_units())
    >>> totals = {"A": {"visitors": 5000, "conversions": 400}, "B": {"visitors": 5000, "conversions": 475}}
    >>> read = with_outcome(test, rt.compare_variants(totals=totals), date(2026, 3, 1), "Keep it.")
    >>> history = rt.experiment_history([read])
    >>> history.loc[0, ["name", "verdict", "note"]].tolist()
    ['Banner', 'better', 'Keep it.']
    """
    if not experiments:
        raise EmptyError(
            "There are no experiments here.", "Bring the files that were saved when their results were read."
        )
    read = [one if isinstance(one, Experiment) else read_experiment(one) for one in experiments]
    table = pd.DataFrame([_row(one) | {"design": one.file_name} for one in read])
    table = table.sort_values(["read_on", "note"], na_position="first").drop_duplicates("design", keep="last")
    table = table.sort_values(["assigned_on", "name", "design"], ignore_index=True)[COLUMNS]
    days = {name: pd.to_datetime(table[name]) for name in ("assigned_on", "read_on")}
    return table.assign(**days, customers=table["customers"].astype("Int64"))


def with_outcome(experiment: Experiment, result: VariantComparison, read_on: date, note: str = "") -> Experiment:
    """The experiment with what was learned from it. read_on: the end of the orders it was read from."""
    row = result.table[(result.table["metric"] == result.primary) & (result.table["arm"] == result.arm)].iloc[0]
    ends = ("valid_low", "valid_high") if result.verdict == "peeking" else ("low", "high")
    learned: dict[str, Any] = {
        "read_on": read_on.isoformat(),
        "verdict": result.verdict,
        "metric": result.primary,
        "kind": row["kind"],
        "arm": result.arm,
        "customers": int(result.arms["units"].sum()),
        "currency": result.currency,
        "note": note.strip(),
    }
    if result.verdict != "withheld":
        learned |= {"effect": row["effect"], "low": row[ends[0]], "high": row[ends[1]]}
        if result.worth is not None and result.verdict in ("better", "worse", "no difference"):
            worth = result.worth[result.worth["arm"] == result.arm].iloc[0]
            learned |= {"worth": worth["effect"], "worth_low": worth["low"], "worth_high": worth["high"]}
    numbers = {name: float(learned[name]) for name in NUMBERS if name in learned and not math.isnan(learned[name])}
    return replace(
        experiment, learned={name: value for name, value in learned.items() if name not in NUMBERS} | numbers
    )


def bare_experiment(result: VariantComparison, assigned_on: date, name: str = "") -> Experiment:
    """An experiment of which only the outcome is known here: without its customers."""
    return Experiment(
        name=name.strip() or result.name or " / ".join(result.arms["arm"]),
        assigned_on=assigned_on,
        days=result.window or 1,
        metric=result.primary,
        control=result.control,
        shares=dict(zip(result.arms["arm"], map(float, result.arms["planned_share"]), strict=True)),
        seed=0,
        units=no_units(),
        planned_n=result.planned_n,
    )


def experiments_in(orders: Orders) -> dict[str, date | None]:
    """The experiments in the assignments, the latest first, each with the first day on which somebody was assigned; None where the
    file tells no day."""
    rows = orders.assignments
    named = rows.group_by(name=rows.experiment.fill_null("")).aggregate(first=rows.assigned_at.min())
    found = orders.frame(named).sort_values("name").sort_values("first", ascending=False, kind="stable")
    return {row.name: None if pd.isna(row.first) else row.first.date() for row in found.itertuples(index=False)}


def no_units() -> pd.DataFrame:
    """Nobody, in the columns of an experiment's units."""
    return pd.DataFrame({"customer_ref": [], "variant": []}, dtype="str")


def _row(experiment: Experiment) -> dict[str, Any]:
    """An experiment as a row; a file may have been changed by hand."""
    learned = experiment.learned or {}
    words = {name: learned.get(name) if isinstance(learned.get(name), str) else "" for name in WORDS}
    numbers = {name: _number(learned.get(name)) for name in (*NUMBERS, "customers")}
    customers = len(experiment.units) or numbers.pop("customers")
    return {
        "name": experiment.name,
        "assigned_on": experiment.assigned_on,
        "read_on": pd.to_datetime(str(learned.get("read_on", "")), errors="coerce", format="%Y-%m-%d"),
        **words,
        **numbers,
        "customers": customers,
        "metric": words["metric"] or experiment.metric,
        "verdict": words["verdict"] if words["verdict"] in VERDICTS else "",
    }


def _number(value: Any) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number else math.nan
