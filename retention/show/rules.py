"""Rules about customers in words."""

from __future__ import annotations

from typing import Any

import pandas as pd

from retention.segment.conditions import Condition
from retention.segment.fields import FIELDS
from retention.segment.rules import Rule
from retention.show.i18n import _, date, money, number, percent

NAMED = 3  # words of a condition that are written out


def field_name(field: str) -> str:
    """What a field of a rule is called in the reader's language."""
    return {
        "net": _("Net revenue"),
        "profit": _("Gross profit"),
        "orders": _("Orders"),
        "aov": _("Average order value"),
        "days_since_order": _("Days since the last order"),
        "first_order": _("First order"),
        "last_order": _("Last order"),
        "products": _("Products bought"),
        "categories": _("Categories bought"),
        "channels": _("Channels used"),
        "discount_codes": _("Discount codes used"),
        "discount_share": _("Discount in % of gross revenue"),
        "full_price": _("Ever paid full price"),
        "segment": _("RFM segment"),
        "country": _("Country"),
        "city": _("City"),
        "gender": _("Gender"),
        "age": _("Age"),
        "tags": _("Tags"),
        "consent": _("Consent to marketing"),
        "contactable": _("Own e-mail address"),
        "guest": _("Bought without an account"),
        "score": _("Last rating"),
    }[field]


def how_asked(test: str, kind: str) -> str:
    """What is asked of a field, as it stands between the field and the value."""
    return {
        "at least": _("at least"),
        "less than": _("less than"),
        "at most": _("at most"),
        "more than": _("more than"),
        "between": _("between"),
        "on or after": _("on or after"),
        "before": _("before"),
        "any of": _("is one of") if kind == "word" else _("any of these"),
        "all of": _("all of these"),
        "none of": _("is none of") if kind == "word" else _("none of these"),
        "is": _("is"),
    }[test]


def start_name(start: str, rule: Rule, currency: str) -> str:
    """What a rule to start from is called."""
    values = [value_text(part, currency) for part in rule.parts]
    if start == "big_and_silent":
        return _("Spent {amount} or more, silent for over {days} days").format(amount=values[0], days=values[1])
    if start == "bought_one_not_other":
        return _("Bought {one}, never {other}").format(one=values[0], other=values[1])
    return {
        "one_order": _("One order, 30 to 60 days ago"),
        "only_discounts": _("Never paid full price"),
        "can_be_written": _("Agreed to e-mails, silent for over 180 days"),
    }[start]


def value_text(condition: Condition, currency: str) -> str:
    """The value of a condition as a person writes it."""
    kind, value = FIELDS[condition.field].kind, condition.value
    if kind in ("word", "words"):
        left = len(value) - NAMED
        more = [_("{n} more").format(n=number(left))] if left > 0 else []
        return ", ".join([*value[:NAMED], *more])
    if kind == "yes/no":
        return _("yes") if value else _("no")
    ends = value if condition.test == "between" else (value,)
    return " – ".join(_written(end, kind, currency) for end in ends)


def condition_text(condition: Condition, currency: str) -> str:
    """A condition in words."""
    name, kind = field_name(condition.field), FIELDS[condition.field].kind
    facts = {"field": name, "value": value_text(condition, currency), "test": how_asked(condition.test, kind)}
    if kind == "yes/no":
        return _("{field}: {value}").format(**facts)
    if condition.days is not None:
        return _("{field} in the last {days} days: {test} {value}").format(days=number(condition.days), **facts)
    return _("{field}: {test} {value}").format(**facts)


def rule_text(rule: Rule, currency: str) -> str:
    """A rule in words; rules inside it stand in brackets."""
    parts = [
        f"({rule_text(part, currency)})" if isinstance(part, Rule) else condition_text(part, currency)
        for part in rule.parts
    ]
    return f" {_('and') if rule.how == 'all' else _('or')} ".join(parts)


def _written(value: Any, kind: str, currency: str) -> str:
    if kind == "money":
        return money(value, currency, None if value % 1 else 0)
    if kind == "share":
        return percent(value, 0)
    if kind == "date":
        return date(pd.Timestamp(value))
    return number(value, 0 if value % 1 == 0 else 1)
