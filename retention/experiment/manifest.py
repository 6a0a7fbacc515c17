"""An experiment as a file: who was assigned to what, why, and what was learned."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import pandas as pd


@dataclass(frozen=True)
class Experiment:
    """A test as it was set up, and what was learned from it; `experiment_file` writes it, `read_experiment` reads it again.

    name; assigned_on: the day from which the outcome counts; days: length of the outcome window; metric: the one that
    decides, a name as `compare_variants` has it ("repeat", "orders", "revenue", "aov", "profit"); control: the arm that gets
    nothing new; shares: arm → planned share of the units; seed; planned_n: units planned in all, if planned; population: the
    rule (`Rule.as_dict`) by which the customers were chosen; stratify_by: what the draw was balanced over;
    cost_per_customer and cost_per_order: what the offer costs in currency units, in every arm but control; units: one row a
    customer, customer_ref and variant; learned: what was learned, once the outcome was read.
    """

    name: str
    assigned_on: date
    days: int
    metric: str
    control: str
    shares: dict[str, float]
    seed: int
    units: pd.DataFrame = field(repr=False)
    planned_n: int | None = None
    population: dict | None = None
    stratify_by: tuple[str, ...] = ()
    cost_per_customer: float = 0.0
    cost_per_order: float = 0.0
    learned: dict | None = None
