"""What can be changed in a what-if, as data."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from retention.errors import OptionError, check_option


@dataclass(frozen=True)
class Lever:
    """unit: "change" (relative to now: 0.1 is a tenth more), "share" (0 to 1), "money" (currency units).
    neutral: the value that changes nothing; None where that is the shop's own number. low, high: what is allowed."""

    key: str
    unit: str
    neutral: float | None
    low: float
    high: float


# In this order the steps of a waterfall are taken.
LEVERS = {
    lever.key: lever
    for lever in (
        Lever("new_customers", "change", 0.0, -0.9, 2.0),
        Lever("second_order", "change", 0.0, -0.9, 2.0),
        Lever("retention", "change", 0.0, -0.5, 0.5),
        Lever("frequency", "change", 0.0, -0.9, 2.0),
        Lever("aov", "change", 0.0, -0.9, 2.0),
        Lever("returns", "share", None, 0.0, 0.95),
        Lever("discount", "share", 0.0, 0.0, 0.9),
        Lever("discount_share", "share", 1.0, 0.0, 1.0),
        Lever("discount_uplift", "change", 0.0, 0.0, 5.0),
        Lever("free_shipping", "money", None, 1.0, 1e6),
        Lever("topped_up", "share", 0.0, 0.0, 1.0),
        Lever("margin", "share", None, 0.0, 1.0),
        Lever("cac", "money", None, 0.0, 1e6),
        Lever("cost", "money", 0.0, 0.0, 1e12),
    )
}
DISCOUNT_TO = ("all", "new", "returning", "second")
BELONG = {"discount_to": "discount", "discount_share": "discount", "discount_uplift": "discount"}
BELONG |= {"topped_up": "free_shipping"}  # part → the lever without which it says nothing
# What customers do, and so what a cost may bring about.
BEHAVIOUR = ("new_customers", "second_order", "retention", "frequency", "aov", "discount_uplift", "topped_up")
TORNADO = ("new_customers", "second_order", "retention", "frequency", "aov", "returns", "margin", "cac")

Changes = dict[str, float | str]


def check_changes(changes: Changes | None) -> Changes:
    """The changes that change something, in the order of the levers.

    Raises OptionError for an unknown lever or a value outside its bounds.

    >>> check_changes({"aov": 0, "frequency": 0.1, "topped_up": 0.2})
    {'frequency': 0.1}
    """
    given = dict(changes or {})
    for key, value in given.items():
        if key == "discount_to":
            check_option("discount_to", value, DISCOUNT_TO)
            continue
        check_option("changes", key, (*LEVERS, "discount_to"))
        lever = LEVERS[key]
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not isfinite(value) or not lever.low <= value <= lever.high:
            raise OptionError(
                "{lever}={value!r} is not possible.",
                "Use {low} to {high}.",
                lever=key,
                value=value,
                low=f"{lever.low:g}",
                high=f"{lever.high:g}",
            )
    kept = {
        key: float(given[key])
        for key, lever in LEVERS.items()
        if key in given and given[key] != lever.neutral and BELONG.get(key, key) in given
    }
    if "discount" not in kept:
        kept = {key: value for key, value in kept.items() if BELONG.get(key) != "discount"}
    elif given.get("discount_to", "all") != "all":
        kept["discount_to"] = given["discount_to"]
    return kept
