"""The customers of a rule in words."""

from __future__ import annotations

from retention.intervals import ENOUGH
from retention.segment.builder import CustomerSelection
from retention.show.i18n import _, money, number, percent


def who_is_reached(result: CustomerSelection) -> str:
    """How many customers meet the rule and what they brought."""
    facts = {"customers": number(result.customers), "all": number(result.all_customers)}
    if not result.customers:
        return _("None of the {all} customers meets these conditions.").format(**facts)
    facts |= {"share": percent(result.share), "money": money(result.net, result.currency, 0)}
    if result.share_of_net != result.share_of_net:
        return _("{customers} of {all} customers meet these conditions ({share}). They brought {money}.").format(
            **facts
        )
    pattern = _(
        "{customers} of {all} customers meet these conditions ({share}). They brought {money}, {share_of_net} of the net revenue."
    )
    return pattern.format(share_of_net=percent(result.share_of_net), **facts)


def what_they_are_like(result: CustomerSelection) -> str:
    """How many of the chosen can be written to, and how many bought more than once."""
    if not result.customers:
        return _("Loosen a condition, or take one away: the picture shows which of them holds for few.")
    said = [
        _(
            "You may write to {reachable} of them: they agreed to marketing and have an e-mail address of their own."
        ).format(reachable=number(result.reachable))
    ]
    if result.customers < ENOUGH:
        said.append(_("They are too few to tell how many of such customers come back."))
    else:
        low, high = number(result.repeat_rate_low * 100), number(result.repeat_rate_high * 100)
        pattern = _("Of 100 of them, {share} bought more than once (between {low} and {high}).")
        said.append(pattern.format(share=number(result.repeat_rate * 100), low=low, high=high))
    if result.untold:
        said.append(_("Customers of whom this cannot be told: {n}.").format(n=number(result.untold)))
    return " ".join(said)
