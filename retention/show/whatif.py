"""The words for what-if: levers, presets and changes by their names."""

from __future__ import annotations

from retention.act.levers import Changes
from retention.show.i18n import _, listed, money, percent, percent_change
from retention.show.measures import measure_name


def lever_name(key: str) -> str:
    """A lever by its name."""
    return {
        "new_customers": measure_name("new_customers"),
        "second_order": _("Second orders"),
        "retention": _("Customers kept after an order"),
        "frequency": _("Later orders of a customer"),
        "aov": measure_name("aov"),
        "returns": _("Revenue that goes back"),
        "discount": _("Discount"),
        "discount_to": _("Who gets it"),
        "discount_share": _("Share of their orders with it"),
        "discount_uplift": _("More orders because of it"),
        "free_shipping": _("Free shipping"),
        "topped_up": _("Orders just below that grow to it"),
        "margin": _("Gross margin"),
        "cac": measure_name("cac"),
        "cost": _("Other cost"),
    }[key]


def preset_name(key: str) -> str:
    """A preset as a choice."""
    return {
        "retention": _("5 % more customers kept"),
        "win_or_keep": _("Winning or keeping"),
        "welcome_code": _("A welcome code"),
        "second_order_code": _("A second-order code"),
        "free_shipping": _("Free shipping"),
    }[key]


def to_whom() -> dict[str, str]:
    """Whose orders a discount may go to."""
    return {
        "all": _("All orders"),
        "new": _("First orders"),
        "returning": _("Later orders"),
        "second": _("Second orders of new customers"),
    }


def offer(changes: Changes) -> str:
    """The discount among the changes, by whom it is for."""
    said = {
        "all": _("{share} off every order"),
        "new": _("{share} off the first order"),
        "returning": _("{share} off later orders"),
        "second": _("{share} off the second order"),
    }[changes.get("discount_to", "all")]
    return said.format(share=percent(changes["discount"], 0))


def change_said(key: str, changes: Changes, currency: str) -> str:
    """One change as a few words; "" for what the words of another one hold."""
    value = changes[key]
    if key in ("new_customers", "second_order", "retention", "frequency", "aov", "discount_uplift"):
        return f"{lever_name(key)} {percent_change(value, 0 if round(value, 6) == round(value, 2) else 1)}"
    if key == "discount":
        return offer(changes)
    if key in ("discount_to", "discount_share"):
        return "" if key == "discount_to" else f"{lever_name(key)} {percent(value, 0)}"
    if key == "free_shipping":
        return _("Free shipping from {threshold}").format(threshold=money(value, currency, 0))
    return (
        f"{lever_name(key)} {percent(value) if key in ('returns', 'margin', 'topped_up') else money(value, currency)}"
    )


def changes_said(changes: Changes, currency: str) -> str:
    """All changes in a row, as a sentence lists them."""
    return listed([said for key in changes if (said := change_said(key, changes, currency))])
