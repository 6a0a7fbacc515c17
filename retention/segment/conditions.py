"""One question about a customer, and how it is put to the data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import and_
from typing import Any

import ibis
import ibis.expr.types as ir

from retention.errors import OptionError, check_option
from retention.periods import as_date, day_number
from retention.segment.fields import FIELDS, SEGMENTS, TESTS, holds

LARGEST = 1e15
EXPECTED = {
    "number": "a number",
    "money": "an amount in currency units",
    "share": "a share from 0 to 1, such as 0.2 for 20 %",
    "date": "a date like 2025-12-31",
    "word": "a word or a list of words",
    "words": "a word or a list of words",
    "yes/no": "true or false",
}


@dataclass(frozen=True)
class Condition:
    """One question about a customer.

    field: a name in `FIELDS`. test: what is asked of it, see `TESTS`. value: a number, a date as text, words, True or False; for
    "between" two values, both included. days: only what happened in the last so many days counts; for net, orders, products,
    categories, channels and discount_codes.

    Raises OptionError for a field or test that does not exist and a value that does not fit.

    >>> Condition("products", "any of", "Lamp").value
    ('Lamp',)
    """

    field: str
    test: str
    value: Any
    days: int | None = None

    def __post_init__(self) -> None:
        check_option("field", self.field, tuple(FIELDS))
        field = FIELDS[self.field]
        check_option("test", self.test, TESTS[field.kind])
        object.__setattr__(self, "value", self._checked(field.kind))
        if self.days is not None and not (field.in_days and _is_whole(self.days) and 0 < self.days <= 36_500):
            raise OptionError(
                "days={days!r} does not go with {field}.",
                "Give a whole number of days, and only for: {allowed}.",
                days=self.days,
                field=self.field,
                allowed=", ".join(name for name, known in FIELDS.items() if known.in_days),
            )

    def _checked(self, kind: str) -> Any:
        """The value as it is kept: words and two ends as tuples, dates as text."""
        value = self.value
        if kind in ("word", "words"):
            words = (value,) if isinstance(value, str) else value
            fits = (
                isinstance(words, tuple | list)
                and words
                and all(isinstance(word, str) and word.strip() for word in words)
            )
            if fits and self.field == "segment":
                for word in words:
                    check_option("segment", word, SEGMENTS)
            if fits and self.field == "discount_codes":
                words = [word.strip().upper() for word in words]
            return tuple(dict.fromkeys(words)) if fits else self._refuse(kind)
        if kind == "yes/no":
            return value if isinstance(value, bool) else self._refuse(kind)
        ends = value if self.test == "between" else (value,)
        if not isinstance(ends, tuple | list) or len(ends) != (2 if self.test == "between" else 1):
            self._refuse(kind)
        ends = tuple(self._end(end, kind) for end in ends)
        if ends[0] > ends[-1]:
            self._refuse(kind)
        return ends if self.test == "between" else ends[0]

    def _end(self, end: Any, kind: str) -> Any:
        if kind == "date":
            try:
                return as_date("value", end).isoformat()
            except OptionError:
                self._refuse(kind)
        is_number = isinstance(end, int | float) and not isinstance(end, bool) and abs(end) <= LARGEST
        if not is_number or (kind == "share" and not 0 <= end <= 1):
            self._refuse(kind)
        return end

    def _refuse(self, kind: str) -> None:
        facts = {"value": self.value, "field": self.field, "expected": EXPECTED[kind]}
        if self.test == "between":
            raise OptionError(
                "{value!r} does not go with {field}.", "Expected: two of these, the smaller first: {expected}.", **facts
            )
        raise OptionError("{value!r} does not go with {field}.", "Expected: {expected}.", **facts)

    def as_dict(self) -> dict[str, Any]:
        """The condition as JSON knows it."""
        value = list(self.value) if isinstance(self.value, tuple) else self.value
        days = {} if self.days is None else {"days": self.days}
        return {"field": self.field, "test": self.test, "value": value, **days}


def columns(n: int, condition: Condition, table: ir.Table) -> dict[str, ir.Value]:
    """What has to be known of every customer to judge a condition, named by its number."""
    field = FIELDS[condition.field]
    when = None if condition.days is None else table.ago <= condition.days
    if field.kind != "words":
        return {f"value_{n}": field.value(table) if when is None else field.value(table, when)}
    column = field.value(table)
    each = [(word,) for word in condition.value] if condition.test == "all of" else [condition.value]
    found = [holds(condition.field, column, words) for words in each]
    return {f"known_{n}": column.count()} | {
        f"found_{n}_{k}": table.count(where=is_one if when is None else is_one & when) for k, is_one in enumerate(found)
    }


def met(each: ir.Table, n: int, condition: Condition) -> ir.BooleanValue:
    """Whether the condition is met; missing where its value is."""
    kind, test, value = FIELDS[condition.field].kind, condition.test, condition.value
    if kind == "words":
        found = [each[name] > 0 for name in each.columns if name.startswith(f"found_{n}_")]
        is_met = ~found[0] if test == "none of" else reduce(and_, found)
        return ibis.ifelse(each[f"known_{n}"] > 0, is_met, ibis.null("boolean"))
    column = each[f"value_{n}"]
    if kind == "word":
        return column.isin(value) if test == "any of" else column.notin(value)
    if kind == "yes/no":
        return column == value
    ends = value if test == "between" else (value,)
    low, high = (day_number(date.fromisoformat(end)) if kind == "date" else float(end) for end in (ends[0], ends[-1]))
    return {
        "at least": column >= low,
        "on or after": column >= low,
        "more than": column > low,
        "at most": column <= high,
        "less than": column < high,
        "before": column < high,
        "between": (column >= low) & (column <= high),
    }[test]


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
