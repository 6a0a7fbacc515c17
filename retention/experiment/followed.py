"""Who was in which arm of an experiment, and from which day on their orders count."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache

import ibis
import ibis.expr.types as ir
import pandas as pd

from retention.errors import EmptyError, OptionError
from retention.experiment.manifest import Experiment
from retention.orders import Orders
from retention.periods import as_date, day_number, day_of
from retention.schema import ASSIGNMENTS, CUSTOMERS

UNITS = ibis.table(
    {"person_ref": "string", "customer_id": "int32", "variant": "string", "day0": "int32", "metrics": "string"},
    name="experiment_units",
)
REFS = ibis.table({"person_ref": "string", "variant": "string", "day0": "int32"}, name="experiment_refs")
NOTHING = "{}"  # the outcomes of a file that brings none
DAY = 86_400  # seconds


@ibis.udf.scalar.builtin
def json_keys(text: str) -> list[str]:
    """The names in a JSON object, in its order."""


@ibis.udf.scalar.builtin
def json_extract_string(text: str, path: str) -> str:
    """What stands under a path of a JSON text."""


@dataclass(frozen=True)
class Followed:
    """An experiment whose units are followed through the orders.

    units: what UNITS stands for; brought: rows it needs from elsewhere; days: length of the window; first, last: days on
    which somebody was assigned; complete: whether every window is; assigned: arm → all units; crossed: units in two arms,
    left out; strangers: units that are no customer, who bought nothing; waiting: units whose window is not complete,
    left out; told: the columns of numbers that the file of assignments has for all units, column → whether it is a share; gaps:
    whether it has others; dated: whether the day of assignment is known, without which no order can be told to come after it
    """

    orders: Orders
    units: ir.Table
    brought: dict[str, pd.DataFrame]
    days: int
    first: int
    last: int
    complete: bool
    assigned: dict[str, int]
    told: dict[str, bool] = field(default_factory=dict)
    gaps: bool = False
    dated: bool = True
    crossed: int = 0
    strangers: int = 0
    waiting: int = 0

    def frame(self, expression: ir.Table) -> pd.DataFrame:
        """Run an expression over UNITS and the tables of the orders."""
        return self.orders.frame(expression, {UNITS.get_name(): self.units}, self.brought)


def experiment_names(orders: Orders) -> tuple[str, ...]:
    """The experiments of the assignments, by name; "" for rows that name none."""
    found = orders.frame(ASSIGNMENTS.select(name=ASSIGNMENTS.experiment.fill_null("")).distinct().order_by("name"))
    return tuple(found["name"])


def follow(orders: Orders, experiment: str | Experiment, days: int, assigned_on: str | date | None = None) -> Followed:
    """The units of an experiment with the window in which their orders count.

    Raises OptionError for a name that is not there and where no day of assignment is known, and EmptyError where no day of
    the outcome has been seen yet.
    """
    every, brought = (
        _of_file(experiment) if isinstance(experiment, Experiment) else _of_orders(orders, experiment, assigned_on)
    )
    each = every.group_by("person_ref").aggregate(
        customer_id=every.customer_id.max(),
        variant=every.variant.min(),
        variants=every.variant.nunique(),
        day0=every.day0.min(),
        metrics=every.metrics.min(),
        rows=every.count(),
    )
    units = each.filter(each.variants == 1).drop("variants", "rows")
    crossed = _crossed(orders, each, brought)
    told, gaps = _told(orders, units, brought)
    as_of = day_number(orders.as_of)
    counted = orders.frame(_counted(as_of, days), {UNITS.get_name(): units}, brought)
    if counted.empty or (counted["dateless"].any() and not told):
        raise OptionError(
            "The assignments have no date from which the outcome counts.",
            "Add a column with the day of assignment, or give assigned_on.",
        )
    followed = Followed(
        orders=orders,
        units=units,
        brought=brought,
        days=days,
        first=int(counted["first"].fillna(as_of).min()),
        last=int(counted["last"].fillna(as_of).max()),
        complete=bool((counted["complete"] == counted["units"]).all()),
        assigned=dict(zip(counted["variant"], counted["units"].astype(int), strict=True)),
        told=told,
        gaps=gaps,
        crossed=crossed,
        strangers=int(counted["strangers"].sum()),
    )
    if counted["dateless"].any():
        units = units.mutate(day0=ibis.literal(as_of, "int32"))
        return replace(followed, units=units, dated=False, complete=True)
    if followed.complete:
        return followed
    if counted["complete"].sum():
        waiting = int((counted["units"] - counted["complete"]).sum())
        return replace(followed, units=units.filter(units.day0 + days <= as_of), waiting=waiting)
    seen = as_of - followed.last
    if seen < 1:
        raise EmptyError(
            "The test begins on {day}, and the orders here end before that day is over.",
            "Bring the orders from that day on; the longer after it they reach, the more can be told.",
            day=day_of(followed.last).isoformat(),
        )
    return replace(followed, days=seen)


def _crossed(orders: Orders, each: ir.Table, brought: dict[str, pd.DataFrame]) -> int:
    """How many people stand in several arms. Several rows a person are refused where they carry outcomes."""
    counts = {"crossed": each.variants > 1, "repeated": (each.rows > 1) & (each.metrics != NOTHING)}
    found = orders.frame(each.aggregate(**{name: each.count(where=one) for name, one in counts.items()}), None, brought)
    if repeated := int(found["repeated"][0]):
        raise OptionError(
            "People with several rows of outcomes: {n}.",
            "Aggregate them to one row a person first: rows of one person are not independent.",
            n=f"{repeated:,}",
        )
    return int(found["crossed"][0])


@lru_cache
def _counted(as_of: int, days: int) -> ir.Table:
    """One row an arm: units, those who are no customer, those without a day, the first and last day, complete windows."""
    return UNITS.group_by("variant").aggregate(
        units=UNITS.count(),
        strangers=UNITS.customer_id.isnull().sum(),
        dateless=UNITS.day0.isnull().sum(),
        first=UNITS.day0.min(),
        last=UNITS.day0.max(),
        complete=(UNITS.day0 + days <= as_of).sum(),
    ).order_by("variant")  # fmt: skip


def _of_file(experiment: Experiment) -> tuple[ir.Table, dict[str, pd.DataFrame]]:
    """The rows of an experiment file, matched to customers by what identifies them."""
    if experiment.units.empty:
        raise EmptyError(
            "The file of {name} names no customers.",
            "Bring the file that was saved when they were assigned.",
            name=experiment.name,
        )
    refs = experiment.units[["customer_ref", "variant"]].rename(columns={"customer_ref": "person_ref"}).astype("str")
    refs = refs.assign(day0=pd.array([day_number(experiment.assigned_on)] * len(refs), dtype="int32"))
    known = CUSTOMERS.select("customer_id", "customer_ref")
    joined = REFS.left_join(known, REFS.person_ref == known.customer_ref)
    nothing = ibis.literal(NOTHING)
    return joined.select("person_ref", "customer_id", "variant", "day0", metrics=nothing), {REFS.get_name(): refs}


def _of_orders(orders: Orders, name: str, assigned_on: str | date | None) -> tuple[ir.Table, dict[str, pd.DataFrame]]:
    """The rows of an experiment that came with the orders."""
    names = experiment_names(orders)
    if not names:
        raise EmptyError(
            "No file says who was in which arm of an experiment.",
            "Add a file with a row a person: variant, e-mail and the day of assignment.",
        )
    if not name and len(names) == 1:
        name = names[0]
    if name not in names:
        raise OptionError(
            "There is no experiment {name}.", "Known: {known}.", name=repr(name), known=", ".join(map(repr, names))
        )
    rows = ASSIGNMENTS.filter(ASSIGNMENTS.experiment.fill_null("") == name)
    day0 = (rows.assigned_at.epoch_seconds() / DAY).floor().cast("int32")
    if assigned_on is not None:
        day0 = ibis.coalesce(day0, ibis.literal(day_number(as_date("assigned_on", assigned_on)), "int32"))
    return rows.select("person_ref", "customer_id", "variant", "metrics", day0=day0), {}


def _told(orders: Orders, units: ir.Table, brought: dict[str, pd.DataFrame]) -> tuple[dict[str, bool], bool]:
    """The columns of numbers that came with the assignments: which are shares, of those all units have; whether others have gaps."""
    names = {UNITS.get_name(): units}
    keys = orders.frame(UNITS.select(key=json_keys(UNITS.metrics)).distinct().limit(1000), names, brought)
    columns = list(dict.fromkeys(key for found in keys["key"] for key in found))
    if not columns:
        return {}, False
    counts = {"units": UNITS.count()}
    for n, column in enumerate(columns):
        value = told_value(UNITS, column)
        counts |= {f"known_{n}": value.count(), f"binary_{n}": value.isin([0.0, 1.0]).all()}
    found = orders.frame(UNITS.aggregate(**counts), names, brought).iloc[0]
    whole = [n for n in range(len(columns)) if found[f"known_{n}"] == found["units"]]
    return {columns[n]: bool(found[f"binary_{n}"]) for n in whole}, len(whole) < len(columns)


def told_value(table: ir.Table, column: str) -> ir.FloatingValue:
    """A column of numbers that came with the assignments."""
    quoted = column.replace("\\", "\\\\").replace('"', '\\"')
    return json_extract_string(table.metrics, f'$."{quoted}"').try_cast("float64")
