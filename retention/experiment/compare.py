"""What came of an experiment: every arm beside control, and one verdict."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

VERDICTS = ("withheld", "too few", "peeking", "better", "worse", "no difference")


@dataclass(frozen=True)
class VariantComparison:
    """What `compare_variants` returns.

    table: one row an arm and metric, control first; worked out for the arms but control: effect and what follows from it
    arms: one row an arm: units, planned share, share
    days: the primary metric of every arm but control day by day, all days so far together, with the band that stays valid
        however often one looks; None where days are not known
    weeks, weekdays: its effect week by week since the assignment and by day of the week; None where days are not known
    groups: its effect in every group of `by`; None without
    worth: one row an arm but control: what the effect on money is worth a month if everybody gets it
    verdict: one of VERDICTS; arm: the arm it speaks of
    """

    table: pd.DataFrame
    arms: pd.DataFrame = field(repr=False)
    days: pd.DataFrame | None = field(repr=False)
    weeks: pd.DataFrame | None = field(repr=False)
    weekdays: pd.DataFrame | None = field(repr=False)
    groups: pd.DataFrame | None = field(repr=False)
    worth: pd.DataFrame | None = field(repr=False)
    name: str
    control: str
    primary: str
    verdict: str
    arm: str
    sample_ratio_p: float
    planned_n: int | None = None
    window: int | None = None  # days
    currency: str = field(default="", repr=False)
    notes: tuple[str, ...] = ()
