"""What a test has to know of an arm: its units, and the means, variances and covariances of their values."""

from __future__ import annotations

from dataclasses import dataclass

KINDS = ("share", "mean", "ratio")
ROLES = ("primary", "secondary", "guardrail")


@dataclass(frozen=True)
class Metric:
    """What is compared between arms.

    kind: "share" of the units (value is 0 or 1 for each), "mean" of a value over the units, "ratio" of the sum of a value to
    the sum of another (`per`), such as net revenue per order. before: a column known before the start, which takes out
    what units differed in already (CUPED). role: "primary" decides, "secondary" is looked at, a "guardrail" must
    not suffer. lower_is_better: returns, for example.

    >>> Metric("revenue", "mean", "revenue", before="revenue_before").columns
    ('revenue', 'revenue_before')
    """

    name: str
    kind: str
    value: str
    per: str = ""
    before: str = ""
    role: str = "secondary"
    lower_is_better: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it is worked out from."""
        return tuple(column for column in (self.value, self.per, self.before) if column)


@dataclass(frozen=True)
class ArmSums:
    """An arm: n units; by column the mean, the sample variance and how many units have a value other than 0 (`events`); by
    sorted pair of columns the sample covariance. Variances and covariances divide by n − 1."""

    n: int
    mean: dict[str, float]
    var: dict[str, float]
    cov: dict[tuple[str, str], float]
    events: dict[str, int]
