"""A rule says who is meant: conditions on what is known of a customer, joined by "all" and "any". It is plain data."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, reduce
from operator import and_, or_
from typing import Any

import ibis.expr.types as ir

from retention.errors import OptionError, check_option
from retention.margin import margin_missing
from retention.periods import day_number
from retention.segment.conditions import Condition, columns, met
from retention.segment.fields import FIELDS, ONE_ROW, of_known, source
from retention.segment.scores import with_segments

HOWS = ("all", "any")
DEEPEST = 2  # a rule, and rules in it


@dataclass(frozen=True, repr=False)
class Rule:
    """Conditions that all hold, or of which any holds; a part may be such a rule itself, which holds conditions only.

    how: "all" or "any". parts: Conditions and Rules.

    A condition about something that is not known of a customer is neither met nor failed: "city is not Berlin" does not hold
    of somebody whose city nobody knows. "all" is then met by nobody who fails none but lacks something, "any" by whoever meets
    another part. Nothing in a rule is ever run as code.

    >>> rule = Rule("all", (Condition("net", "at least", 500), Condition("days_since_order", "more than", 90)))
    >>> rule_of(rule.as_json()) == rule
    True
    """

    how: str
    parts: tuple[Condition | Rule, ...]

    def __post_init__(self) -> None:
        check_option("how", self.how, HOWS)
        parts = tuple(self.parts)
        object.__setattr__(self, "parts", parts)
        if not parts or not all(isinstance(part, Condition | Rule) for part in parts):
            raise OptionError("A rule without conditions chooses nobody.", "Give it at least one condition.")
        if self._depth() > DEEPEST:
            raise OptionError("The rule is nested too deep.", "Put rules into a rule, and only conditions into those.")

    def __repr__(self) -> str:
        return f"rt.rule_of({self.as_json(indent=None)!r})"

    def _depth(self) -> int:
        return 1 + max((part._depth() for part in self.parts if isinstance(part, Rule)), default=0)

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """All conditions, also those of the rules inside, in the order in which they stand."""
        inside = (part.conditions if isinstance(part, Rule) else (part,) for part in self.parts)
        return tuple(condition for each in inside for condition in each)

    def as_dict(self) -> dict[str, Any]:
        """The rule as JSON knows it."""
        return {self.how: [part.as_dict() for part in self.parts]}

    def as_json(self, indent: int | None = 1) -> str:
        """The rule as text that `rule_of` reads again."""
        return json.dumps(self.as_dict(), ensure_ascii=False, indent=indent)

    def members(self, history: ir.Table, as_of: date) -> ir.Table:
        """The customers who meet the rule: customer_id. history: see `judged`."""
        each = judged(self, history, as_of)
        return each.filter(each.is_met).select("customer_id")


def rule_of(rule: str | dict | Rule) -> Rule:
    """A rule from the text of `Rule.as_json`, from the same as a dict, or as it is.

    A rule is {"all": [...]} or {"any": [...]} around conditions and rules. A condition is {"field": "net", "test": "at least",
    "value": 500}, with "days": 90 if only the last 90 days count. `retention.segment.fields.FIELDS` lists the fields and
    `TESTS` what can be asked of each kind.

    Raises OptionError when it is no rule, and for fields, tests and values that do not exist or fit.

    When not to trust it: a rule read from elsewhere says what it says there; the words in it (categories, countries, codes)
    have to be written as in this shop's files.

    >>> rule = rule_of({"all": [{"field": "net", "test": "at least", "value": 500}]})
    >>> rule.conditions[0].field, rule.how
    ('net', 'all')
    """
    if isinstance(rule, Rule):
        return rule
    if isinstance(rule, str):
        try:
            rule = json.loads(rule)
        except (ValueError, RecursionError) as error:
            raise _no_rule() from error
    return _rule(rule, 1)


def _rule(plain: Any, depth: int) -> Rule:
    if not isinstance(plain, dict) or len(plain) != 1 or depth > DEEPEST + 1:
        raise _no_rule()
    ((how, parts),) = plain.items()
    if not isinstance(parts, list | tuple) or not all(isinstance(part, dict) for part in parts):
        raise _no_rule()
    return Rule(how, tuple(_condition(part) if "field" in part else _rule(part, depth + 1) for part in parts))


def _condition(plain: dict) -> Condition:
    if not {"field", "test", "value"} <= set(plain) <= {"field", "test", "value", "days"}:
        raise _no_rule()
    if not all(isinstance(plain[name], str) for name in ("field", "test")):
        raise _no_rule()
    return Condition(**plain)


def _no_rule() -> OptionError:
    return OptionError(
        "This is no rule.",
        "Give the JSON that was saved from here, such as {example}.",
        example='{"all": [{"field": "orders", "test": "at least", "value": 2}]}',
    )


@lru_cache
def judged(rule: Rule, history: ir.Table, as_of: date) -> ir.Table:
    """One row a customer with a purchase: customer_id, orders, net, first_day, last_day, is_met, and met_0, met_1, … for the conditions
    as they stand; missing where it cannot be told.

    history: the orders with revenue before as_of, with `profit` where there is a margin
    """
    conditions = rule.conditions
    if "profit" not in history.columns and any(condition.field == "profit" for condition in conditions):
        raise margin_missing()
    paid = of_known(history, as_of)
    by_source: dict[str, list[tuple[int, Condition]]] = {}
    for n, condition in enumerate(conditions):
        by_source.setdefault(FIELDS[condition.field].source, []).append((n, condition))

    def asked(name: str, table: ir.Table) -> dict[str, ir.Value]:
        return {key: value for n, one in by_source.pop(name, []) for key, value in columns(n, one, table).items()}

    each = paid.group_by("customer_id").aggregate(
        orders=paid.count(where=paid.is_purchase),
        net=paid.net.sum().cast("int64"),
        first_day=paid.day.min(where=paid.is_purchase),
        last_day=paid.day.max(where=paid.is_purchase),
        **asked("orders", paid),
    )
    each = each.filter(each.orders > 0)
    if "segments" in by_source:
        each = with_segments(each, paid, day_number(as_of) - 1)
        each = each.mutate(**asked("segments", each))
    for name in list(by_source):
        table, key = source(name, paid, as_of), f"{name}_id"
        values = asked(name, table)
        if name in ONE_ROW:
            told = table.select(table.customer_id.name(key), **values)
        else:
            told = table.group_by(table.customer_id.name(key)).aggregate(**values)
        each = each.left_join(told, each.customer_id == told[key])
    each = each.mutate(**{f"met_{n}": met(each, n, condition) for n, condition in enumerate(conditions)})
    numbers = iter(range(len(conditions)))
    return each.select(
        "customer_id", "orders", "net", "first_day", "last_day",
        *(f"met_{n}" for n in range(len(conditions))),
        is_met=_joined(rule, each, numbers),
    )  # fmt: skip


def _joined(rule: Rule, each: ir.Table, numbers: Any) -> ir.BooleanValue:
    """The conditions joined as the rule says. In SQL's own logic what is missing stays missing unless the rest decides."""
    parts = [
        _joined(part, each, numbers) if isinstance(part, Rule) else each[f"met_{next(numbers)}"] for part in rule.parts
    ]
    return reduce(and_ if rule.how == "all" else or_, parts)
