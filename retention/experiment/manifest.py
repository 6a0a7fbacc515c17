"""An experiment as a file: who was assigned to what, why, and what was learned."""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, NoReturn

import pandas as pd

from retention.errors import FileError, OptionError
from retention.sample.catalogue import PLAIN_LETTERS
from retention.segment.rules import rule_of

MARK, VERSION = "retention-experiment", 1
LONGEST = 40  # letters of a name that stand in the name of its file


@dataclass(frozen=True, repr=False, eq=False)
class Experiment:
    """A test as it was set up, and what was learned from it; `experiment_file` writes it, `read_experiment` reads it again.

    name; assigned_on: the day from which the outcome counts; days: length of the outcome window; metric: the one that
    decides, a name as `compare_variants` has it ("repeat", "orders", "revenue", "aov", "profit"); control: the arm that gets
    nothing new; shares: arm → planned share of the units; seed; planned_n: units planned in all, if planned; population: the
    rule (`Rule.as_dict`) by which the customers were chosen; stratify_by: what the draw was balanced over;
    cost_per_customer and cost_per_order: what the offer costs in currency units, in every arm but control; units: one row a
    customer, customer_ref and variant; learned: what was learned, once the outcome was read.

    It is shown as the call that reads its file: two designs never look alike, and nobody's address is in it.
    """

    name: str
    assigned_on: date
    days: int
    metric: str
    control: str
    shares: dict[str, float]
    seed: int
    units: pd.DataFrame
    planned_n: int | None = None
    population: dict | None = None
    stratify_by: tuple[str, ...] = ()
    cost_per_customer: float = 0.0
    cost_per_order: float = 0.0
    learned: dict | None = None

    def __repr__(self) -> str:
        return f"rt.read_experiment({self.file_name!r})"

    @cached_property
    def file_name(self) -> str:
        """A name for its file: that of the test, and twelve digits that stand for its whole design."""
        digest = sha256(json.dumps(_design(self)).encode()).hexdigest()[:12]
        return f"{file_stem(self.name) or 'test'}-{digest}.json"


def file_stem(name: str) -> str:
    """A name as it may stand in the name of a file.

    >>> file_stem("Ingyenes szállítás!")
    'ingyenes-szallitas'
    """
    letters = unicodedata.normalize("NFKD", name.replace("İ", "I").casefold().translate(PLAIN_LETTERS))
    words = re.sub(r"[^a-z0-9]+", "-", letters.encode("ascii", "ignore").decode())
    return words[:LONGEST].strip("-")


def experiment_file(experiment: Experiment) -> str:
    """An experiment as JSON text for a file, to be brought back with the orders that come after it.

    It holds the whole design, who is in which variant by what identifies the customer, and what was learned. Whoever has the
    file has those addresses. The order of the customers changes nothing.

    When not to trust it: the file says who was drawn, not who was written to. If the mailing left somebody out, or wrote to
    somebody who was held back, the file does not know.

    >>> import retention as rt
    >>> units = pd.DataFrame({"customer_ref": ["ada@x.test", "bo@x.test"], "variant": ["control", "offer"]})
    >>> shares = {"control": 0.5, "offer": 0.5}
    >>> test = Experiment("Ingyenes szállítás", date(2026, 1, 1), 60, "repeat", "control", shares, seed=1, units=units)
    >>> rt.read_experiment(rt.experiment_file(test))
    rt.read_experiment('ingyenes-szallitas-34155b9adf18.json')
    """
    learned = None if experiment.learned is None else _finite(experiment.learned)
    return json.dumps(_design(experiment) | {"learned": learned}, ensure_ascii=False, indent=1, allow_nan=False)


def read_experiment(experiment: str | bytes | Path) -> Experiment:
    """The experiment in a file that `experiment_file` wrote: its text, or the path of the file.

    Its units are in alphabetical order. Raises FileError when it cannot be read, is no such file, is one of another version, or
    lacks something, and OptionError for a design that cannot be: a variant without a share, shares that do not add up to 1,
    a customer in two variants.

    When not to trust it: a file that was changed by hand may still be read. The assignment in it is random only if it is the one
    that was drawn.

    >>> import retention as rt
    >>> rt.read_experiment('{"kind": "retention-mapping"}')
    Traceback (most recent call last):
    retention.errors.FileError: This is no experiment. Bring the file that was saved when the test was assigned.
    """
    plain = _plain(_text(experiment))
    for name, fits in FITS.items():
        if name not in plain or not fits(plain[name]):
            raise FileError(
                "The experiment file is damaged: {key} is missing or not as it was saved.",
                "Bring the file as it was saved when the test was assigned.",
                key=name,
            )
    shares = {arm: float(share) for arm, share in plain["shares"].items()}
    check_arms(shares, plain["control"])
    if plain["population"] is not None:
        rule_of(plain["population"])
    return Experiment(
        name=plain["name"],
        assigned_on=date.fromisoformat(plain["assigned_on"]),
        days=plain["days"],
        metric=plain["metric"],
        control=plain["control"],
        shares=shares,
        seed=plain["seed"],
        units=_units(plain["units"], shares),
        planned_n=plain["planned_n"],
        population=plain["population"],
        stratify_by=tuple(plain["stratify_by"]),
        cost_per_customer=float(plain["cost_per_customer"]),
        cost_per_order=float(plain["cost_per_order"]),
        learned=plain["learned"],
    )


def check_arms(shares: dict[str, float], control: str) -> None:
    """Refuse fewer than two arms, shares outside 0 to 1 or that do not add up to 1, and a control that is none of them."""
    if len(shares) < 2:
        raise OptionError(
            "A test needs at least two arms; there is {n}.", "Give every arm its share, such as {example}.",
            n=len(shares), example='{"control": 0.5, "offer": 0.5}',
        )  # fmt: skip
    for arm, share in shares.items():
        if not 0 < share < 1:
            raise OptionError(
                "The share of {arm} is {share}.", "Give every arm a share between 0 and 1.", arm=arm, share=share
            )
    if abs(math.fsum(shares.values()) - 1) > 1e-9:
        raise OptionError(
            "The shares of the arms add up to {total}.", "Let them add up to 1.", total=round(math.fsum(shares.values()), 9)
        )  # fmt: skip
    if control not in shares:
        raise OptionError(
            "There is no arm {control}, which is to get nothing new.", "Name one of: {arms}.",
            control=control, arms=", ".join(shares),
        )  # fmt: skip


def _design(experiment: Experiment) -> dict[str, Any]:
    """All but what was learned, as JSON knows it; the customers of every variant in alphabetical order."""
    units = experiment.units.sort_values("customer_ref")
    by_arm = {arm: units.loc[units["variant"] == arm, "customer_ref"].tolist() for arm in experiment.shares}
    planned_n = experiment.planned_n
    return {
        "kind": MARK,
        "version": VERSION,
        "name": experiment.name,
        "assigned_on": experiment.assigned_on.isoformat(),
        "days": int(experiment.days),
        "metric": experiment.metric,
        "control": experiment.control,
        "shares": {arm: float(share) for arm, share in experiment.shares.items()},
        "seed": int(experiment.seed),
        "planned_n": None if planned_n is None else int(planned_n),
        "population": experiment.population,
        "stratify_by": list(experiment.stratify_by),
        "cost_per_customer": float(experiment.cost_per_customer),
        "cost_per_order": float(experiment.cost_per_order),
        "units": by_arm,
    }


def _finite(value: Any) -> Any:
    """The same as JSON knows it; a number that is missing or without end is null."""
    if isinstance(value, dict):
        return {str(key): _finite(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(part) for part in value]
    value = value.item() if hasattr(value, "item") else value
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _text(experiment: str | bytes | Path) -> str:
    try:
        if isinstance(experiment, bytes):
            return experiment.decode("utf-8-sig")
        if isinstance(experiment, str) and experiment.lstrip("\ufeff \t\r\n")[:1] in ("{", "["):
            return experiment.lstrip("\ufeff")
        return Path(experiment).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise _no_experiment() from None
    except (OSError, ValueError):
        name = Path(experiment).name
        raise FileError("There is no file {file}.", "Check the path: {path}.", file=name, path=experiment) from None


def _plain(text: str) -> dict[str, Any]:
    try:
        plain = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        plain = None
    if not isinstance(plain, dict) or plain.get("kind") != MARK:
        raise _no_experiment()
    if plain.get("version") != VERSION:
        raise FileError(
            "This experiment file has version {found}; version {known} can be read here.",
            "Open it with the program that saved it, or bring this one up to date.",
            found=plain.get("version"),
            known=VERSION,
        )
    return plain


def _units(by_arm: dict[str, list[str]], shares: dict[str, float]) -> pd.DataFrame:
    if unknown := sorted(set(by_arm) - set(shares)):
        raise OptionError(
            "Variant {variant} has no share.", "Give it one, or take its customers out of the file.", variant=unknown[0]
        )
    pairs = sorted((ref, arm) for arm, refs in by_arm.items() for ref in refs)
    units = pd.DataFrame(
        {"customer_ref": [ref for ref, _arm in pairs], "variant": [arm for _ref, arm in pairs]}, dtype="str"
    )
    if twice := units.loc[units["customer_ref"].duplicated(), "customer_ref"].nunique():
        raise OptionError(
            "Customers who stand in the experiment file more than once: {customers}.",
            "Leave each of them in one variant. Who got two things at once tells nothing of either.",
            customers=twice,
        )
    return units


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _no_experiment() -> FileError:
    return FileError("This is no experiment.", "Bring the file that was saved when the test was assigned.")


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_whole(value: Any, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_day(value: Any) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except (TypeError, ValueError):
        return False


FITS: dict[str, Callable[[Any], bool]] = {
    "name": _is_text,
    "assigned_on": _is_day,
    "days": lambda value: _is_whole(value, 1),
    "metric": _is_text,
    "control": _is_text,
    "shares": lambda value: isinstance(value, dict) and all(map(_is_number, value.values())),
    "seed": lambda value: _is_whole(value, 0),
    "planned_n": lambda value: value is None or _is_whole(value, 1),
    "population": lambda value: value is None or isinstance(value, dict),
    "stratify_by": lambda value: isinstance(value, list) and all(map(_is_text, value)),
    "cost_per_customer": lambda value: _is_number(value) and value >= 0,
    "cost_per_order": lambda value: _is_number(value) and value >= 0,
    "units": lambda value: (
        isinstance(value, dict) and all(isinstance(refs, list) and all(map(_is_text, refs)) for refs in value.values())
    ),
    "learned": lambda value: value is None or isinstance(value, dict),
}  # every part of a file, and what it has to look like
